"""Values told otherwise: the same, whatever the names in them stand for."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.csource.syntax import (
    Assign,
    Binary,
    Conditional,
    Evaluate,
    Expr,
    Logical,
    Name,
    Number,
    Step,
    Unary,
)
from tests.mutants.code import Code
from tests.mutants.facts import Facts
from tests.mutants.kinds import Change, Kind
from tests.mutants.places import places, roots, test_of

_COMMUTATIVE = frozenset("+ * & | ^ == !=".split())  # noqa: SIM905
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OTHER = {"&&": "||", "||": "&&"}
# A constant below this is an int in any base.
_INT = 1 << 31


def equal_values(code: Code, facts: Facts) -> Iterator[Change]:
    """Every value of the function, told in each other way."""
    for place in places(code):
        for root in roots(place.statement):
            if facts.is_odd(root):
                continue
            for node in facts.values(root):
                yield from _value(code, facts, node)
        test = test_of(place.statement)
        if test is not None and not facts.is_odd(test):
            yield from _test(code, facts, test)
        if isinstance(place.statement, Evaluate) and place.statement.value is not None:
            yield from _statement(code, facts, place.statement.value)


def _value(code: Code, facts: Facts, node: Expr) -> Iterator[Change]:
    for kind, text in _told(code, facts, node):
        yield Change(kind, code.range(node)[0], (code.put(node, text),))


def _told(code: Code, facts: Facts, node: Expr) -> Iterator[tuple[Kind, str]]:
    match node:
        case Binary(op=op, left=left, right=right):
            yield from _binary(code, facts, node)
            yield Kind.EQUAL_PARENTHESIS, f"({code.of(node)})"
        case Logical(op=op, left=left, right=right):
            one, other = code.of(left), code.of(right)
            yield Kind.EQUAL_DE_MORGAN, f"(!(!({one}) {_OTHER[op]} !({other})))"
            if facts.is_pure(node) and facts.is_safe(left) and facts.is_safe(right):
                yield Kind.EQUAL_OPERANDS, f"(({other}) {op} ({one}))"
            yield Kind.EQUAL_PARENTHESIS, f"({code.of(node)})"
        case Unary(op="!", operand=operand):
            yield Kind.EQUAL_ZERO, f"({code.wrapped(operand)} == 0)"
        case Unary(op="~", operand=operand):
            yield Kind.EQUAL_CONSTANT, f"(-{code.wrapped(operand)} - 1)"
        case Conditional(test=test, then=then, other=other) if then is not None:
            turned = f"(!({code.of(test)}) ? {code.wrapped(other)} : {code.wrapped(then)})"
            yield Kind.EQUAL_BRANCHES, turned
        case Number(text=text):
            if (other_text := _rebased(text)) is not None:
                yield Kind.EQUAL_CONSTANT, other_text


def _binary(code: Code, facts: Facts, node: Binary) -> Iterator[tuple[Kind, str]]:
    left, right = code.wrapped(node.left), code.wrapped(node.right)
    if facts.is_pure(node):
        if node.op in _COMMUTATIVE and left != right:
            yield Kind.EQUAL_OPERANDS, f"({right} {node.op} {left})"
        if node.op in _TURNED:
            yield Kind.EQUAL_TURNED, f"({right} {_TURNED[node.op]} {left})"
    if isinstance(node.right, Number) and node.right.text == "0":
        if node.op == "==":
            yield Kind.EQUAL_ZERO, f"!{left}"
        if node.op == "!=":
            yield Kind.EQUAL_ZERO, f"!!{left}"


def _rebased(text: str) -> str | None:
    """A constant in another base, of the same type."""
    digits = text.rstrip("uUlL")
    suffix = text[len(digits) :]
    try:
        if digits[:2] in ("0x", "0X"):
            value, other = int(digits, 16), f"{int(digits, 16)}"
        elif digits[0] != "0":
            value, other = int(digits), hex(int(digits))
        else:
            return None
    except ValueError:
        return None
    return other + suffix if value < _INT else None


def _test(code: Code, facts: Facts, test: Expr) -> Iterator[Change]:
    at, text = code.range(test)[0], code.of(test)
    yield Change(Kind.EQUAL_ZERO, at, (code.put(test, f"({text}) != 0"),), "truth")
    if facts.is_pure(test):
        yield Change(Kind.EQUAL_DUPLICATE, at, (code.put(test, f"({text}) && ({text})"),), "and")
        yield Change(Kind.EQUAL_DUPLICATE, at, (code.put(test, f"({text}) || ({text})"),), "or")


def _statement(code: Code, facts: Facts, value: Expr) -> Iterator[Change]:
    """Compound assignments and steps of plain locals, where the value is not used."""
    new = None
    match value:
        case Assign(op=op, target=Name(name=name), value=by) if op and name in facts.locals:
            new = f"{name} = {name} {op} ({code.of(by)})"
        case Step(op=op, operand=Name(name=name)) if name in facts.locals:
            new = f"{name} {op[0]}= 1"
    if new is not None and not facts.is_odd(value):
        yield Change(Kind.EQUAL_COMPOUND, code.range(value)[0], (code.put(value, new),))
