from __future__ import annotations

import pytest
from growth import growth
from hypothesis import given, strategies as st

from analyzer.kconfig import (
    Constant,
    Default,
    Definition,
    Fragment,
    FragmentLine,
    FragmentProperty,
    FragmentSide,
    FragmentUnread,
    Help,
    PropertyKind,
    Ref,
    Select,
    StructureLine,
    SymbolType,
    TypeLine,
    read_fragment,
)

PATH = "arch/Kconfig"


def hunk(text: str, start: int = 1) -> list[FragmentLine]:
    """Read a hunk's body; a line ``~`` stands for a gap, after which numbers are unknown."""
    lines: list[FragmentLine] = []
    number: int | None = start
    gap = False
    for line in text.rstrip("\n").split("\n"):
        if line == "~":
            number, gap = None, True
            continue
        added, removed = line.startswith("+"), line.startswith("-")
        lines.append(FragmentLine(line[1:], added, removed, number, gap))
        gap = False
        number = number if number is None or removed else number + 1
    return lines


def fragment(text: str, heading: str = "", start: int = 1) -> Fragment:
    return read_fragment(hunk(text, start), heading, PATH)


def seen(side: FragmentSide) -> list[tuple[str, str, str | None, int | None, bool]]:
    return [
        (each.kind.value, each.target, each.under, each.line, each.added)
        for each in side.properties
    ]


def test_a_symbol_added_in_the_middle_of_another_ones_help() -> None:
    text = (
        " \t  Archs need to be careful.\n \n"
        "+config HAVE_ZAP\n+\tbool\n+\thelp\n+\t  Moves tables.\n+\n"
        " config HAVE_OTHER\n \tbool\n"
    )
    found = fragment(text, "config HAVE_IRQ_TIME", start=10)
    old_help = FragmentProperty(
        PropertyKind.HELP,
        "Archs need to be careful.",
        None,
        "HAVE_IRQ_TIME",
        10,
        False,
        False,
        Help("Archs need to be careful.", 10),
    )
    boolean = SymbolType.BOOL
    new = FragmentSide(
        definitions=(
            Definition("HAVE_ZAP", False, 12, True, False, boolean, True),
            Definition("HAVE_OTHER", False, 17, False, False, boolean, False),
        ),
        properties=(
            old_help,
            FragmentProperty(
                PropertyKind.TYPE, "bool", None, "HAVE_ZAP", 13, True, False, TypeLine(boolean, 13)
            ),
            FragmentProperty(
                PropertyKind.HELP,
                "Moves tables.",
                None,
                "HAVE_ZAP",
                14,
                True,
                False,
                Help("Moves tables.", 14),
            ),
            FragmentProperty(
                PropertyKind.TYPE,
                "bool",
                None,
                "HAVE_OTHER",
                18,
                False,
                False,
                TypeLine(boolean, 18),
            ),
        ),
    )
    old = FragmentSide(
        definitions=(Definition("HAVE_OTHER", False, 17, False, False, boolean, False),),
        properties=(old_help, new.properties[-1]),
    )
    assert found == Fragment(PATH, old, new)


def test_a_select_stands_under_the_headings_symbol() -> None:
    found = fragment(
        " \tselect HAVE_A\n+\tselect HAVE_ZAP if X86_64\n \tselect HAVE_B\n", "config X86", 170
    )
    assert found.new.properties[1] == FragmentProperty(
        PropertyKind.SELECT,
        "HAVE_ZAP",
        Ref("X86_64"),
        "X86",
        171,
        True,
        False,
        Select("HAVE_ZAP", Ref("X86_64"), 171),
    )
    assert [each.under for each in found.new.properties] == ["X86"] * 3
    assert [each.target for each in found.old.properties] == ["HAVE_A", "HAVE_B"]


def test_a_gap_makes_the_symbol_unknown() -> None:
    text = " \tselect A\n~\n+\tselect B\n config Q\n+\tselect C\n~\n+\tselect D\n"
    assert [(each.target, each.under) for each in fragment(text, "config X").new.properties] == [
        ("A", "X"),
        ("B", None),
        ("C", "Q"),
        ("D", None),
    ]


def test_a_gap_before_the_first_line_cuts_the_heading_off() -> None:
    found = fragment("~\n+\tselect B\n", "config X")
    assert found.new.properties[0].under is None


def test_a_gap_before_a_line_of_the_other_side_counts_for_both() -> None:
    text = " \tselect A\n~\n-\tselect B\n \tselect C\n"
    found = fragment(text, "config X")
    assert [(each.target, each.under) for each in found.new.properties] == [("A", "X"), ("C", None)]
    assert [(each.target, each.removed) for each in found.old.properties] == [
        ("A", False),
        ("B", True),
        ("C", False),
    ]


def test_orphans_do_not_vanish() -> None:
    found = fragment("+\tbool\n+\thelp\n+\t  Text.\n")
    assert seen(found.new) == [
        ("type", "bool", None, 1, True),
        ("help", "Text.", None, 2, True),
    ]
    assert found.old == FragmentSide()


def test_help_text_that_looks_like_properties_is_help_text() -> None:
    text = " \t  select this one\n+\t  config FOO\n+\t  bool\n \n+config B\n+\tbool\n"
    found = fragment(text, "config A")
    assert [each.name for each in found.new.definitions] == ["B"]
    assert seen(found.new) == [
        ("help", "select this one\nconfig FOO\nbool", "A", 1, True),
        ("type", "bool", "B", 6, True),
    ]


def test_help_text_after_a_gap_is_nobodys() -> None:
    found = fragment(" config A\n \thelp\n \t  One.\n~\n+\t  depends on luck\n", "")
    assert seen(found.new) == [
        ("help", "One.", "A", 2, False),
        ("help", "depends on luck", None, None, True),
    ]


def test_spaces_instead_of_tabs_are_read_alike() -> None:
    tabs = " \t  Help of A.\n \n+config B\n+\tbool\n+\tselect C\n+\thelp\n+\t  Text.\n"
    for property_indent in ("    ", " ", "        ", "            "):
        text = tabs.replace("\t", property_indent)
        assert seen(fragment(text, "config A").new) == seen(fragment(tabs, "config A").new)


def test_the_rest_of_a_continued_line_is_named_and_not_guessed() -> None:
    found = fragment(" \t\t&& MMU \\\n \t\t&& X\n+\tselect B\n", "config A")
    assert found.new.unread == (
        FragmentUnread(
            "\t\t&& MMU \\\n\t\t&& X", "continues a line above the hunk", "A", 1, False, False
        ),
    )
    assert seen(found.new) == [("select", "B", "A", 3, True)]


def test_a_changed_default_is_there_on_both_sides() -> None:
    found = fragment(" config A\n-\tdefault n\n+\tdefault y if B\n")
    default = PropertyKind.DEFAULT
    assert found.old.properties == (
        FragmentProperty(default, "n", None, "A", 2, False, True, Default(Constant("n"), None, 2)),
    )
    assert found.new.properties == (
        FragmentProperty(
            default, "y", Ref("B"), "A", 2, True, False, Default(Constant("y"), Ref("B"), 2)
        ),
    )


def test_other_lines_are_structure_and_end_the_symbol() -> None:
    text = '+\tbool\n+if X\n+source "a"\n+menu "M"\n+\tdepends on Y\n+endmenu\n+endif\n'
    found = fragment(text, "menuconfig A")
    assert found.new.structure == tuple(
        StructureLine(text.split()[0], text, line, True, False)
        for line, text in [
            (2, "if X"),
            (3, 'source "a"'),
            (4, 'menu "M"'),
            (6, "endmenu"),
            (7, "endif"),
        ]
    )
    assert seen(found.new) == [("type", "bool", "A", 1, True), ("depends", "Y", None, 5, True)]


def test_a_heading_that_is_no_symbol_gives_no_owner() -> None:
    for heading in ("", "endif", 'source "x"', "config", "config A B", 'menu "config A"'):
        assert fragment("+\tselect B\n", heading).new.properties[0].under is None


def test_what_is_not_read_keeps_its_place_and_its_mark() -> None:
    found = fragment("+\tselect B C\n+config\n+if (\n", "config A")
    assert found.new.unread == (
        FragmentUnread("select B C", "unexpected 'C' after the expression", "A", 1, True, False),
        FragmentUnread("config", "no name of a symbol", None, 2, True, False),
        FragmentUnread(
            "if (",
            "expected a symbol or a value, found 'end of the expression'",
            None,
            3,
            True,
            False,
        ),
    )


def test_an_empty_hunk_is_an_empty_fragment() -> None:
    assert read_fragment([], "", PATH) == Fragment(PATH, FragmentSide(), FragmentSide())


def test_a_large_hunk_takes_linear_time() -> None:
    def lines(size: int) -> list[FragmentLine]:
        return [FragmentLine("\tselect (", added=True, gap_before=True)] * size

    assert len(read_fragment(lines(20_000), "config A", PATH).new.unread) == 20_000
    assert growth(lambda hunk: read_fragment(hunk, "config A", PATH), lines, 200) < 9


@pytest.mark.parametrize("text", ["\t  text", "config A", "\thelp", "if (", "&& B \\", "\tif x"])
def test_many_alike_lines_take_linear_time(text: str) -> None:
    def lines(size: int) -> list[FragmentLine]:
        return [FragmentLine(text, added=True)] * size

    assert growth(lambda hunk: read_fragment(hunk, "config A", PATH), lines, 500) < 9


LINES = st.builds(
    FragmentLine,
    st.sampled_from(["config A", "\tbool", "\thelp", "\t  text", "", "if (", "&& B \\", "\tif x"])
    | st.text(max_size=12),
    st.booleans(),
    st.just(value=False),
    st.none() | st.integers(1, 99),
    st.booleans(),
)


@given(st.lists(LINES, max_size=12), st.text(max_size=10))
def test_arbitrary_hunks_never_raise(lines: list[FragmentLine], heading: str) -> None:
    read_fragment(lines, heading, PATH)


@given(st.lists(LINES, max_size=12))
def test_every_word_of_the_new_side_is_accounted_for(lines: list[FragmentLine]) -> None:
    side = read_fragment(lines, "", PATH).new
    counted = len(side.definitions) + len(side.properties) + len(side.structure) + len(side.unread)
    meaningful = [each for each in lines if each.text.split("#")[0].strip(" \t\r\n\f\v\\")]
    assert counted > 0 or not meaningful
