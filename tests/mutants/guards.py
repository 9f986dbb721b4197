"""Operators, constants, conditions, casts: changes within values. What they do, nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.csource.syntax import (
    Assign,
    Binary,
    Call,
    Conditional,
    Expr,
    Logical,
    Name,
    Number,
    SizeOf,
    Statement,
    StatementExpression,
    Unary,
)
from tests.mutants.code import Code
from tests.mutants.facts import Facts, inner
from tests.mutants.kinds import Change, Edit, Kind
from tests.mutants.places import places, roots, test_of
from tests.mutants.typewords import INTEGER

_NEIGHBOURS = {
    "<": ("<=", ">=", ">"),
    "<=": ("<", ">", "=="),
    ">": (">=", "<=", "<"),
    ">=": (">", "<", "=="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
}
_OPERATORS = {
    "+": ("-", "|"),
    "-": ("+", "^"),
    "*": ("+", "/"),
    "/": ("*", "%"),
    "%": ("/", "&"),
    "&": ("|", "^"),
    "|": ("&", "^"),
    "^": ("|", "&"),
    "<<": (">>",),
    ">>": ("<<",),
}
_CASTS = ("int", "long", "unsigned int")
_MOST_OTHERS = 3


def value_changes(code: Code, facts: Facts) -> Iterator[Change]:
    """Every change within the values of a function."""
    for place in places(code):
        for root in roots(place.statement):
            for node in everything(root):
                yield from _operators(code, facts, node)
                yield from _constants(code, node)
                yield from _casts(code, facts, node)
        yield from _conditions(code, place.statement)


def everything(node: Expr) -> Iterator[Expr]:
    """A value and all values in it, but what is in a block or a ``sizeof``."""
    yield node
    if not isinstance(node, StatementExpression | SizeOf):
        for one in inner(node):
            yield from everything(one)


def _operators(code: Code, facts: Facts, node: Expr) -> Iterator[Change]:
    match node:
        case Binary(op=op):
            start, end = code.operator(node)
            pointer = any((facts.kind(one) or "").endswith("*") for one in (node.left, node.right))
            for other in _NEIGHBOURS.get(op, ()):
                yield Change(Kind.COMPARISON, start, (Edit(start, end, other),), f"{op}{other}")
            for other in _OPERATORS.get(op, ())[: 1 if pointer else None]:
                yield Change(Kind.OPERATOR, start, (Edit(start, end, other),), f"{op}{other}")
        case Assign(op=op, target=target, value=value) if op:
            start, end = code.token(code.range(target)[1], code.range(value)[0], f"{op}=")
            for other in (*_OPERATORS.get(op, ())[:1], ""):
                new = (Edit(start, end, f"{other}="),)
                yield Change(Kind.OPERATOR, start, new, f"{op}={other}=")


# --- conditions ---------------------------------------------------------------------------------


def _conditions(code: Code, statement: Statement) -> Iterator[Change]:
    test = test_of(statement)
    if test is not None:
        at, text = code.range(test)[0], code.of(test)
        yield Change(Kind.GUARD, at, (code.put(test, f"!({text})"),))
        for constant in ("1", "0"):
            change = (code.put(test, constant),)
            yield Change(Kind.CONDITION_DROPPED, at, change, f"always-{constant}")
    for root in roots(statement):
        for node in everything(root):
            yield from _terms(code, node)


def _terms(code: Code, node: Expr) -> Iterator[Change]:
    match node:
        case Logical(op=op, left=left, right=right):
            start, end = code.operator(node)
            other = "||" if op == "&&" else "&&"
            yield Change(Kind.JUNCTION, start, (Edit(start, end, other),), f"{op}{other}")
            for dropped, kept in ((left, right), (right, left)):
                at, text = code.range(dropped)[0], code.wrapped(kept)
                yield Change(Kind.CONDITION_DROPPED, at, (code.put(node, text),))
                negated = f"!{code.wrapped(dropped)}"
                yield Change(Kind.NEGATION, at, (code.put(dropped, negated),), "added")
        case Unary(op="!", operand=operand):
            at = code.range(node)[0]
            yield Change(Kind.NEGATION, at, (code.put(node, code.wrapped(operand)),), "removed")
        case Conditional(test=test):
            at, negated = code.range(test)[0], f"!{code.wrapped(test)}"
            yield Change(Kind.NEGATION, at, (code.put(test, negated),), "chosen")


# --- constants ----------------------------------------------------------------------------------


def _constants(code: Code, node: Expr) -> Iterator[Change]:
    match node:
        case Number(text=text):
            zero = text.rstrip("uUlL") == "0"
            others = ["1", "(-1)"] if zero else [f"({text} + 1)", f"({text} - 1)", "0"]
            if not zero:
                others.append(f"(2 * {text})")
        case Name(name=name) if name.isupper() and name not in ("NULL", "_"):
            others = [*_alike(code, name), f"({name} + 1)", f"({name} - 1)", "0", f"(2 * {name})"]
        case Name(name="true" | "false" as name):
            others = ["false" if name == "true" else "true"]
        case _:
            return
    at = code.range(node)[0]
    for other in others:
        yield Change(Kind.CONSTANT, at, (code.put(node, other),), other.replace(" ", ""))


def _alike(code: Code, name: str) -> list[str]:
    """Other constants of the file with the same ending (_SIZE, _MASK), or else beginning (VM_)."""
    head, _, tail = name.rpartition("_")
    if not head:
        return []
    family = [one for one in code.capitals if one != name and one.endswith(f"_{tail}")]
    prefix = name.partition("_")[0] + "_"
    family += [one for one in code.capitals if one != name and one.startswith(prefix)]
    return list(dict.fromkeys(family))[:_MOST_OTHERS]


# --- casts --------------------------------------------------------------------------------------


def _casts(code: Code, facts: Facts, node: Expr) -> Iterator[Change]:
    """Operands of comparisons, and integers assigned and passed, in other types."""
    at = code.range(node)[0]
    match node:
        case Binary(op="<" | "<=" | ">" | ">=", left=left, right=right):
            if facts.kind(left) == INTEGER or facts.kind(right) == INTEGER:
                for kind in _CASTS:
                    both = tuple(
                        code.put(one, f"({kind}){code.wrapped(one)}") for one in (left, right)
                    )
                    yield Change(Kind.CAST, at, both, kind.replace(" ", "-"))
        case Assign(op="", target=Name(), value=value) if facts.kind(node.target) == INTEGER:
            yield from _narrowed(code, value)
        case Call(arguments=arguments):
            for one in arguments:
                if isinstance(one, Name | Binary) and facts.kind(one) == INTEGER:
                    yield from _narrowed(code, one)


def _narrowed(code: Code, value: Expr) -> Iterator[Change]:
    at = code.range(value)[0]
    for kind in ("int", "unsigned int"):
        change = (code.put(value, f"({kind}){code.wrapped(value)}"),)
        yield Change(Kind.CAST, at, change, kind.replace(" ", "-"))
