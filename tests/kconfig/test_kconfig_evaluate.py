from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from analyzer.kconfig import (
    And,
    Expr,
    Not,
    Or,
    Ref,
    SymbolType,
    Tristate,
    Undetermined,
    Unparsed,
    Value,
    evaluate,
    parse_expr,
)

N, M, Y = Tristate.N, Tristate.M, Tristate.Y
A, B, C = Ref("A"), Ref("B"), Ref("C")
WORDS = st.sampled_from(["n", "m", "y"])
VALUES = st.fixed_dictionaries(dict.fromkeys("ABC", WORDS)).map(
    lambda words: {name: Value(SymbolType.TRISTATE, word) for name, word in words.items()}
)
CONFIGURATION = {
    "YES": Value(SymbolType.BOOL, "y"),
    "MOD": Value(SymbolType.TRISTATE, "m"),
    "TEN": Value(SymbolType.INT, "10"),
    "HEX": Value(SymbolType.HEX, "0xA"),
    "TEXT": Value(SymbolType.STRING, "y"),
    "NINE": Value(SymbolType.STRING, "9"),
    "NIL": Value(SymbolType.STRING, ""),
}


def read(text: str) -> Expr:
    expr = parse_expr(text)
    assert not isinstance(expr, Unparsed)
    return expr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("YES", Y),
        ("MOD", M),
        ("!MOD", M),
        ("YES && MOD", M),
        ("UNDEFINED", N),
        ("!UNDEFINED", Y),
        ("TEXT", N),
        ("TEXT = y", Y),
        ("TEN", N),
        ("TEN = 10", Y),
        ("TEN = HEX", Y),
        ("TEN = 012", Y),
        ("TEN > 9", Y),
        ("NINE < TEN", Y),
        ("TEN < 9x", Y),
        ("HEX < -1", Y),
        ("TEN > -1", Y),
        ('NIL = ""', Y),
        ("MOD < y", Y),
        ("MOD >= m", Y),
        ("MOD != n", Y),
        ("UNDEFINED = n", N),
        ('UNDEFINED = "UNDEFINED"', Y),
        ("TEN = 99999999999999999999999999", N),
    ],
)
def test_values_follow_the_kernels_rules(text: str, expected: Tristate) -> None:
    assert evaluate(read(text), CONFIGURATION) is expected


def test_a_macro_leaves_open_only_what_depends_on_it() -> None:
    assert evaluate(read("$(x) && UNDEFINED"), CONFIGURATION) is N
    assert evaluate(read("$(x) && MOD"), CONFIGURATION) == Undetermined(N, M, ("$(x)",))
    assert evaluate(read("!($(x) = 1)"), CONFIGURATION) == Undetermined(N, Y, ("$(x)",))
    known = {"$(x)": Value(SymbolType.BOOL, "y")}
    assert evaluate(read("$(x)"), known) is Y


@given(VALUES)
def test_and_is_the_minimum_or_the_maximum_not_the_complement(values: dict[str, Value]) -> None:
    a, b = (evaluate(each, values) for each in (A, B))
    assert isinstance(a, Tristate)
    assert isinstance(b, Tristate)
    assert evaluate(And((A, B)), values) == min(a, b)
    assert evaluate(Or((A, B)), values) == max(a, b)
    assert evaluate(Not(A), values) == 2 - a


@given(VALUES)
def test_the_laws_of_the_logic_hold(values: dict[str, Value]) -> None:
    def same(left: Expr, right: Expr) -> bool:
        return evaluate(left, values) == evaluate(right, values)

    assert same(Not(Not(A)), A)
    assert same(Not(And((A, B))), Or((Not(A), Not(B))))
    assert same(And((A, Or((B, C)))), Or((And((A, B)), And((A, C)))))
    assert same(Or((A, And((A, B)))), A)
    assert same(And((A, B, C)), And((A, And((B, C)))))
