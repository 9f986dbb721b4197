"""Constant expressions written as text again, for macros to be expanded in them.

Only a name or a number stands without parentheses, so that a macro may paste it to another.
"""

from __future__ import annotations

from analyzer.csource.syntax import (
    Basic,
    Binary,
    Call,
    Cast,
    Character,
    Conditional,
    Expr,
    Logical,
    Name,
    Number,
    PointerTo,
    SizeOf,
    Specifier,
    Tagged,
    TypedefName,
    TypeName,
    Unary,
)

_DEEPEST = 100


def spelled(expr: Expr | TypeName, depth: int = 0) -> str | None:
    """Return the text of an expression or type; None for what constants are not made of."""
    if depth > _DEEPEST:
        return None
    depth += 1
    match expr:
        case Name(name=text) | Number(text=text) | Character(text=text):
            return text
        case Unary(op=op, operand=operand):
            return _joined(depth, op, operand)
        case Binary(op=op, left=left, right=right) | Logical(op=op, left=left, right=right):
            return _joined(depth, left, op, right)
        case Conditional(test=test, then=then, other=other):
            middle = ("?", then, ":") if then is not None else ("?:",)
            return _joined(depth, test, *middle, other)
        case Cast(type=kind, value=value):
            return _joined(depth, "(", kind, ")", value)
        case SizeOf(operand=operand, align=align):
            return _joined(depth, "_Alignof" if align else "sizeof", "(", operand, ")")
        case Call(function=Name(name=name), arguments=arguments):
            texts = [spelled(each, depth) for each in arguments]
            known = [text for text in texts if text is not None]
            return f"{name}({', '.join(known)})" if len(known) == len(texts) else None
        case TypeName(specifier=specifier, shape=shape):
            base = _specifier(specifier)
            plain = base is not None and all(isinstance(each, PointerTo) for each in shape)
            return f"{base} {'*' * len(shape)}".rstrip() if plain else None
        case _:
            return None


def _joined(depth: int, *parts: str | Expr | TypeName) -> str | None:
    texts = [part if isinstance(part, str) else spelled(part, depth) for part in parts]
    known = [text for text in texts if text is not None]
    return f"({' '.join(known)})" if len(known) == len(texts) else None


def _specifier(specifier: Specifier) -> str | None:
    match specifier:
        case Basic(words):
            return " ".join(words)
        case TypedefName(name):
            return name
        case Tagged(kind=kind, tag=str(tag)):
            return f"{kind.value} {tag}"
        case _:
            return None
