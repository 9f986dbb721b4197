"""Macros: C's rule is textual, and so is ours.

A use is expanded to its end as text and read again; the nodes carry the place of the use. What
a header declares as a function stays a call, whatever macro a tree hides it behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from analyzer.csource.conditions import evaluate as decided
from analyzer.csource.expand import expand
from analyzer.csource.file import parse_expression, parse_statements
from analyzer.csource.fragment import Known
from analyzer.csource.syntax import (
    Block,
    Call,
    Character,
    Evaluate,
    Expr,
    For,
    If,
    Index,
    Iterate,
    Macro,
    Member,
    Name,
    Number,
    Span,
    Statement,
    String,
    Unparsed,
    While,
)
from analyzer.translate.environment import FunctionName, Variable
from analyzer.translate.writer import Writer

_MARKER = "the_body_of_the_loop"

# What asks the configuration, in an expression as in an #if.
_CONFIGURED = frozenset({"IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE"})


def macro(w: Writer, name: str) -> Macro | None:
    """Return the macro that a name stands for here, or None."""
    if w.scope.find(name) is not None:
        return None
    found = w.environment.macro(name)
    if found is None or found.path == w.path:
        return found
    declared = w.environment.identifier(name)
    return None if isinstance(declared, FunctionName | Variable) else found


def object_like(w: Writer, name: Name) -> Expr | None:
    """Return what a name expands to; None where it is no object-like macro."""
    if id(name) not in w.expansions:
        found = None if name.span in w.expanded else macro(w, name.name)
        if found is None or found.parameters is not None:
            return None
        _keep(w, name, _expression(w, name.name, name.span))
    return _as_expression(w, name)


def seen_through(w: Writer, expr: Expr) -> Expr:
    """Return what an expression is once the macro that it uses as a whole is expanded."""
    if isinstance(expr, Call):
        return function_like(w, expr) or expr
    if isinstance(expr, Name) and w.scope.find(expr.name) is None:
        return object_like(w, expr) or expr
    return expr


def is_object_like(w: Writer, name: Name) -> bool:
    """Whether a name is an object-like macro here."""
    found = None if name.span in w.expanded else macro(w, name.name)
    return found is not None and found.parameters is None


def function_like(w: Writer, call: Call) -> Expr | None:
    """Return what a call expands to as an expression; None where it calls no macro."""
    if id(call) not in w.expansions:
        if not _is_use(w, call):
            return None
        _keep(w, call, _expression(w, w.text_of(call.span), call.span))
    return _as_expression(w, call)


def statements(w: Writer, call: Call) -> Block | None:
    """Return what a call expands to as statements; None where it calls no macro.

    The same call gives the same block each time.
    """
    if id(call) not in w.expansions:
        if not _is_use(w, call):
            return None
        _keep(w, call, _statements(w, w.text_of(call.span) + ";", call.span))
    known = w.expansions[id(call)]
    assert isinstance(known, Block)
    return known


def loop(w: Writer, iterate: Iterate) -> Block:
    """Return the loop that an iterator macro stands for."""
    if id(iterate) not in w.expansions:
        _keep(w, iterate, _loop(w, iterate))
    known = w.expansions[id(iterate)]
    assert isinstance(known, Block)
    return known


def _keep(w: Writer, use: Expr | Iterate, expansion: Expr | Block) -> None:
    w.expansions[id(use)] = expansion
    w.expanded.add(use.span)
    w.kept.append(use)


def _as_expression(w: Writer, use: Name | Call) -> Expr:
    """Return an expansion where an expression is wanted: statements may be just one."""
    known = w.expansions[id(use)]
    match known:
        case Block(statements=(Evaluate(value=value),)) if value is not None:
            return value
        case Block() | None:
            raise w.refused("a macro of statements where a value is wanted", use.span)
        case _:
            return known


class LooseError(Exception):
    """A macro's text binds less tightly than what may stand around it: ``1 + 2`` before ``* 3``.

    The whole expression has then to be expanded as text; never leaves ``rvalue.whole``.
    """


_Found = TypeVar("_Found")


def whole(w: Writer, expr: Expr, translate: Callable[[Expr], _Found]) -> _Found:
    """Translate a full expression; as text first, where a macro in it asks for that."""
    known = w.expansions.get(id(expr))
    if known is not None and not isinstance(known, Block):
        return translate(known)
    try:
        with w.captured() as written:
            found = translate(expr)
    except LooseError:
        expanded = _read(w, w.text_of(expr.span), expr.span)
        _keep(w, expr, expanded)
        return translate(expanded)
    w.extend(written)
    return found


def configured(w: Writer, call: Call) -> bool | None:
    """Return what ``IS_ENABLED(CONFIG_X)`` and its kin are; None for any other call."""
    if not isinstance(call.function, Name) or call.function.name not in _CONFIGURED:
        return None
    asked = w.text_of(call.span)
    answer = decided(asked, w.configuration)
    if answer is None:
        raise w.refused(f"{asked} depends on a configuration that is not given", call.span)
    return answer


def _is_use(w: Writer, call: Call) -> bool:
    if call.span in w.expanded or not isinstance(call.function, Name):
        return False
    found = macro(w, call.function.name)
    return found is not None and found.parameters is not None


def _expression(w: Writer, text: str, span: Span) -> Expr:
    found = _read(w, text, span)
    loose = not isinstance(found, Name | Number | Character | String | Call | Index | Member)
    if loose and not _expanded(w, text, span).lstrip().startswith("("):
        raise LooseError
    return found


def _read(w: Writer, text: str, span: Span) -> Expr:
    found = parse_expression(_expanded(w, text, span), span, w.path, known=_known(w))
    if isinstance(found, Unparsed):
        raise w.refused(f"{_short(text)} does not expand to an expression", span)
    return found


def _statements(w: Writer, text: str, span: Span) -> Block:
    found = parse_statements(_expanded(w, text, span), span, w.path, known=_known(w))
    if isinstance(found, Unparsed):
        raise w.refused(f"{_short(text)} does not expand to statements", span)
    return Block(span, found)


def _loop(w: Writer, iterate: Iterate) -> Block:
    """Expand an iterator macro before its body: the loop is what the macro's text begins."""
    found = w.environment.macro(iterate.macro)
    if found is None:
        raise w.refused(f"the loop macro {iterate.macro} has no definition", iterate.span)
    use = f"{iterate.macro}({', '.join(iterate.arguments)})"
    block = _statements(w, f"{use} {{ {_MARKER}; }}", iterate.span)
    placed = _placed(block, iterate.body)
    if placed is None:
        raise w.refused(f"{iterate.macro} does not expand to the head of a loop", iterate.span)
    return placed


def _placed(block: Block, body: Block) -> Block | None:
    """Put the body where the marker stands; None where it stands nowhere in the last statement."""
    match block.statements:
        case (Evaluate(value=Name(name=name)),) if name == _MARKER:
            return body
        case (*before, (For() | While() | Iterate()) as last):
            inner = _placed(last.body, body)
            changed: Statement | None = inner and replace(last, body=inner)
        case (*before, If(other=None) as last):
            inner = _placed(last.then, body)
            changed = inner and replace(last, then=inner)
        case (*before, If(other=Block() as other) as last):
            inner = _placed(other, body)
            changed = inner and replace(last, other=inner)
        case _:
            return None
    return replace(block, statements=(*before, changed)) if changed is not None else None


@dataclass(frozen=True, slots=True)
class _Types:
    """The names of types at one place."""

    writer: Writer

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.writer.environment.typedef(name) is not None


@dataclass(frozen=True, slots=True)
class _Values:
    """The names of variables, functions and constants at one place."""

    writer: Writer

    def __contains__(self, name: object) -> bool:
        w = self.writer
        return isinstance(name, str) and (
            name in w.names or w.environment.identifier(name) is not None
        )


def _known(w: Writer) -> Known:
    return Known(_Types(w), _Values(w))


def text(w: Writer, string: String) -> String:
    """Return a string literal with the macros among its pieces expanded: ``KERN_INFO "text"``."""
    if all(piece.endswith('"') for piece in string.pieces):
        return string
    whole = _read(w, " ".join(string.pieces), string.span)
    if not isinstance(whole, String) or not all(each.endswith('"') for each in whole.pieces):
        raise w.refused(f"{_short(' '.join(string.pieces))} is no string that we know", string.span)
    return whole


def _expanded(w: Writer, text: str, span: Span) -> str:
    if "\n#" in text.replace("\n ", "\n"):
        raise w.refused("a directive among a macro's arguments", span)
    found = expand(text, lambda name: macro(w, name))
    if found is None:
        raise w.refused(f"{_short(text)} expands to too much, or does not expand", span)
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
