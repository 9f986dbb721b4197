from __future__ import annotations

import pytest
from growth import growth
from hypothesis import given, strategies as st

from analyzer.kconfig import (
    And,
    Compare,
    Comparison,
    Constant,
    Expr,
    Macro,
    Not,
    Or,
    Ref,
    Unparsed,
    names,
    parse_expr,
    print_expr,
)

REFS = st.from_regex(r"[A-Z][A-Z0-9_]{0,6}", fullmatch=True).map(Ref)
CONSTANTS = st.one_of(
    st.sampled_from(
        [Constant("y"), Constant("m"), Constant("n"), Constant("12"), Constant("0x1F")]
    ),
    st.text(alphabet=st.sampled_from("ab$()\\\"' #\n"), max_size=8).map(
        lambda text: Constant(text, quoted=True)
    ),
)
MACROS = st.sampled_from([Macro("$(ARCH)"), Macro("$(cc,$(x),(y))"), Macro("a-$(b)_c$(d)")])
OPERANDS = st.one_of(REFS, CONSTANTS, MACROS)
EXPRS = st.recursive(
    st.one_of(OPERANDS, st.builds(Compare, st.sampled_from(Comparison), OPERANDS, OPERANDS)),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", Ref("A")),
        ("64BIT", Ref("64BIT")),
        ("-1", Constant("-1")),
        ("y", Constant("y")),
        ('"a \\"b\\""', Constant('a "b"', quoted=True)),
        ("'x'", Constant("x", quoted=True)),
        ('"$(shell,a "b")"', Constant('$(shell,a "b")', quoted=True)),
        ("$(cc-option,-m(64))", Macro("$(cc-option,-m(64))")),
        ("!A", Not(Ref("A"))),
        ("((A))", Ref("A")),
        ("A && B && C", And((Ref("A"), Ref("B"), Ref("C")))),
        ("A || B && C", Or((Ref("A"), And((Ref("B"), Ref("C")))))),
        ("(A || B) && C", And((Or((Ref("A"), Ref("B"))), Ref("C")))),
        ("!A=B", Not(Compare(Comparison.EQUAL, Ref("A"), Ref("B")))),
        ("A!=y", Compare(Comparison.UNEQUAL, Ref("A"), Constant("y"))),
        ("A<=8", Compare(Comparison.LESS_EQUAL, Ref("A"), Constant("8"))),
        ("A>B", Compare(Comparison.GREATER, Ref("A"), Ref("B"))),
    ],
)
def test_an_expression_is_read_by_the_kernels_grammar(text: str, expected: Expr) -> None:
    assert parse_expr(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected a symbol or a value, found 'end of the expression'"),
        ("A &&", "expected a symbol or a value, found 'end of the expression'"),
        ("A B", "unexpected 'B' after the expression"),
        ("(A", "expected ')', found 'end of the expression'"),
        ("(A) = B", "unexpected '=' after the expression"),
        ("A = B = C", "unexpected '=' after the expression"),
        ("A & B", "unexpected '&' at column 3"),
        ('"open', "string at column 1 is not closed"),
        ("$(open", "macro call at column 1 is not closed"),
        ("A = !B", "expected a symbol or a value, found '!'"),
    ],
)
def test_what_is_no_expression_is_a_value_with_a_reason(text: str, reason: str) -> None:
    assert parse_expr(text) == Unparsed(text, reason)


@given(EXPRS)
def test_a_printed_expression_reads_back_equal(expr: Expr) -> None:
    assert parse_expr(print_expr(expr)) == expr


@given(st.text(alphabet=st.sampled_from("AB!=<>&|()$\"'\\ y1"), max_size=40) | st.text())
def test_arbitrary_text_never_raises(text: str) -> None:
    parse_expr(text)


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("!", "")])
def test_deep_nesting_is_a_value_with_a_reason_and_quick(opening: str, closing: str) -> None:
    def nested(size: int) -> str:
        return opening * size + "A" + closing * size

    text = nested(100_000)
    assert parse_expr(text) == Unparsed(text, "nested deeper than 64")
    assert growth(parse_expr, nested, 10_000) < 9


def test_open_macro_calls_in_a_string_take_linear_time() -> None:
    def calls(size: int) -> str:
        return '"' + "$(" * size + '"'

    text = calls(200_000)
    assert parse_expr(text) == Constant(text[1:-1], quoted=True)
    assert growth(parse_expr, calls, 10_000) < 9


def test_a_long_chain_is_not_deep() -> None:
    text = " && ".join(f"A{n}" for n in range(20_000))
    expr = parse_expr(text)
    assert isinstance(expr, And)
    assert print_expr(expr) == text


def test_names_come_once_in_order_and_without_constants() -> None:
    expr = parse_expr('!B && (A = "C" || B) && $(D) && 64 && y')
    assert not isinstance(expr, Unparsed)
    assert names(expr) == ("B", "A")
