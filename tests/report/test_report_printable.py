from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from analyzer.report.printable import inert, printable, well_formed

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("move_normal_pmd()", "move_normal_pmd()"),
        ("Jérôme Glisse 汉字 😀", "Jérôme Glisse 汉字 😀"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x00\x07\x7f", "\\x00\\x07\\x7f"),
        ("\x9b", "\\u009b"),
        ("\u202e\u2066\u200b\ufeff", "\\u202e\\u2066\\u200b\\ufeff"),
        ("\u00a0\u2028", "\\u00a0\\u2028"),
        ("\u3164\ufe0f\u2800", "\\u3164\\ufe0f\\u2800"),
        ("\U000e0041\U000e0100", "\\U000e0041\\U000e0100"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud83d", "\\ud83d"),
        ('printk("\\n")', 'printk("\\n")'),
        ("##[error]x ###[y ##VSO[z]", "#\\x23[error]x ##\\x23[y #\\x23VSO[z]"),
        ("#define A(x) a##x", "#define A(x) a##x"),
    ],
)
def test_what_cannot_be_seen_becomes_a_visible_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("     ::error::x", "  \\x3a:error::x"),
        ("  ::error::x", "  \\x3a:error::x"),
        ("   ::error::x", "  \\x3a:error::x"),
        ("x ::error::x", "x ::error::x"),
        ("    :: ", "  \\x3a: "),
        ("    ", "    "),
    ],
)
def test_no_line_begins_as_a_command_to_a_runner(line: str, shown: str) -> None:
    assert inert(line) == shown
    assert inert(shown) == shown


def test_tabs_become_blanks_where_asked() -> None:
    assert printable("\tbool\tx", blanks=True) == "        bool    x"


def test_a_long_text_says_how_much_of_it_was_cut() -> None:
    assert printable("a" * 1_000_010, limit=10) == "aaaaaaaaaa... (1,000,000 more characters)"


def test_a_text_of_the_permitted_length_is_whole() -> None:
    assert printable("a" * 10, limit=10) == "a" * 10


@given(ANY_TEXT)
@settings(derandomize=True, deadline=None)
def test_the_result_is_one_line_that_python_calls_printable(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown


def test_well_formed_text_replaces_lone_surrogates_and_nothing_else() -> None:
    assert well_formed("a\udcff\ud83d\ude00\x1b\n😀") == "a\\xff\\ud83d\\ude00\x1b\n😀"


@given(ANY_TEXT)
@settings(derandomize=True, deadline=None)
def test_well_formed_text_can_be_encoded(text: str) -> None:
    fit = well_formed(text)
    assert fit.encode().decode() == fit
    assert well_formed(fit) == fit
