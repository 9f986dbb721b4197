from __future__ import annotations

import pytest

from analyzer.upstream import Pattern, Wild, parse_pattern


def test_a_pattern_is_split_into_its_elements() -> None:
    text = "if ( _ ) set_pmd_at|pmd_populate ( ... , & x -> y [ 0 ] ) || a"
    assert parse_pattern(text) == Pattern(
        text,
        (
            ("if",),
            ("(",),
            Wild.ANY,
            (")",),
            ("set_pmd_at", "pmd_populate"),
            ("(",),
            Wild.REST,
            (",",),
            ("&",),
            ("x",),
            ("->",),
            ("y",),
            ("[",),
            ("0",),
            ("]",),
            (")",),
            ("||",),
            ("a",),
        ),
    )


def test_braces_need_no_partner() -> None:
    assert parse_pattern("{ f ( )").elements == (("{",), ("f",), ("(",), (")",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f(x)",
        "f  ( )",
        " f",
        "f (",
        "f )",
        "f ( ] )",
        "...",
        "{ ... }",
        "f ( ) ...",
        "a|",
        "a|(",
        "a|0",
        '"string"',
        "é",
        "a\nb",
    ],
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_pattern(text)
