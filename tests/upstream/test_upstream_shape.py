from __future__ import annotations

import pytest
from growth import growth
from hypothesis import given, strategies as st

from analyzer.upstream import (
    Kind,
    ShapeHunk,
    ShapeLine,
    diffstat,
    folded,
    heading_name,
    is_kconfig,
    parse_shape,
    placed,
    render_shape,
    shape_of,
)


def words(text: str, path: str = "mm/x.c") -> list[str]:
    """The shape of a hunk written with its markers, as data files write it."""
    pairs = [(line[:1], line[1:]) for line in text.split("\n")]
    return [render_shape(line) for line in shape_of(pairs, path)]


def test_every_kind_of_c_line_is_told_apart() -> None:
    hunk = "\n".join(
        [
            " int before;",
            "+#ifdef CONFIG_ORCHARD",
            "+static int pick(struct tree *t)",
            "+{",
            "+\tint apples = 0;",
            "+",
            "+\t/* ripe ones only */",
            "+\tif (t->ripe &&",
            "+\t    t->near)",
            "+\t\tapples++; /* said twice:",
            "+\t\t\t    { */",
            "+\treturn apples;",
            "+}",
            "+#endif",
            "-old();",
        ]
    )
    assert words(hunk) == [
        "context 1",
        "+directive #ifdef CONFIG_ORCHARD",
        "+code 0",
        "+brace { 0",
        "+code 1",
        "+blank",
        "+comment 1",
        "+code 1",
        "+code 1",
        "+code 2",
        "+comment 3",
        "+code 1",
        "+brace } 0",
        "+directive #endif",
        "-code 0",
    ]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("#if defined(CONFIG_A) && !IS_ENABLED(CONFIG_B)", "+directive #if CONFIG_A CONFIG_B"),
        ("#if 0", "+directive #if"),
        ("#elif CONFIG_A > 2", "+directive #elif CONFIG_A"),
        ("#else", "+directive #else"),
        ("# ifndef CONFIG_A", "+directive #ifndef CONFIG_A"),
        ("#define SPAN(x) ((x) * 2)", "+directive #define SPAN"),
        ("#define\tSPAN 3", "+directive #define SPAN"),
        ("#undef SPAN", "+directive #undef SPAN"),
        ("#include <linux/mm.h>", "+directive #include <linux/mm.h>"),
        ("#endif /* CONFIG_A */", "+directive #endif"),
        ("#endif/* CONFIG_A */", "+directive #endif"),
        ("#pragma once", "+directive #pragma"),
        ("#", "+directive #"),
    ],
)
def test_a_directive_is_named_with_its_symbols(text: str, shape: str) -> None:
    assert words("+" + text) == [shape]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("\t{ ", "+brace { 1"),
        ("}\r", "+brace } 0"),
        ("};", "+code 0"),
        ("} else {", "+code 0"),
        ("\t\t  f();", "+code 2"),
        ("     \tf();", "+code 1"),
        ("        f();", "+code 1"),
        ("       \t       \tf();", "+code 2"),
        ("\f", "+blank"),
        ("// all of it", "+comment 0"),
        ("f(); // a part", "+code 0"),
        ("/* a */ /* b */", "+comment 0"),
        ("/* a */ f();", "+code 0"),
        ('s = "/* no comment";', "+code 0"),
        ("c = '\"'; /* one */", "+code 0"),
        ("\t*p = 0;", "+code 1"),
    ],
)
def test_a_single_line_of_c_is_classified(text: str, shape: str) -> None:
    assert words("+" + text) == [shape]


def test_a_comment_lasts_until_it_is_closed() -> None:
    hunk = "+/* one\n+#ifdef two\n+{\n+\n+ */\n+{"
    assert words(hunk) == [
        "+comment 0",
        "+comment 0",
        "+comment 0",
        "+blank",
        "+comment 0",
        "+brace { 0",
    ]


def test_a_comment_in_a_string_does_not_swallow_the_lines_after_it() -> None:
    assert words('+s = "a/*";\n+t();') == ["+code 0", "+code 0"]


def test_a_quote_in_a_character_literal_does_not_hide_the_comment_after_it() -> None:
    assert words("+c = '\"'; /* one\n+two */") == ["+code 0", "+comment 0"]


def test_a_hunk_that_closes_a_comment_first_began_inside_it() -> None:
    hunk = " don't stop\n+and more\n+ */\n+f();"
    assert words(hunk) == ["context 1", "+comment 0", "+comment 0", "+code 0"]


def test_a_starred_line_at_the_start_of_a_hunk_is_comment_though_no_end_is_seen() -> None:
    assert words("+\t * of the range,\n+\t *\n+\t * and so on") == ["+comment 1"] * 3


def test_a_starred_line_after_code_is_code() -> None:
    assert words("+x = a\n+\t* b;") == ["+code 0", "+code 1"]


def test_the_two_sides_of_a_hunk_keep_their_comments_apart() -> None:
    hunk = "-/* removed\n+f();\n- */\n+g();"
    assert words(hunk) == ["-comment 0", "+code 0", "-comment 0", "+code 0"]


def test_a_context_line_opens_a_comment_on_both_sides() -> None:
    assert words(" /*\n-a\n+b\n  */") == ["context 1", "-comment 0", "+comment 0", "context 1"]


def test_a_string_with_the_end_of_a_comment_does_not_begin_one() -> None:
    assert words('+s = "a*/b";\n+f();') == ["+code 0", "+code 0"]


def test_every_kind_of_kconfig_line_is_told_apart() -> None:
    hunk = "\n".join(
        [
            "+# Fruit",
            "+config ORCHARD",
            "+\tbool",
            '+\tprompt "Trees" if \\',
            "+\t  GARDEN",
            "+\tselect APPLE",
            "+\thelp",
            "+\t  Say y here to",
            "+\t  select more of it.",
            "+",
            "+\t  config is a word too.",
            "+menuconfig PEAR",
            "+\t---help---",
            "+\t  Green.",
            "+endmenu",
            "-\tdefault y",
            " \tdepends on X",
        ]
    )
    assert words(hunk, "arch/Kconfig") == [
        "+comment 0",
        "+symbol ORCHARD",
        "+property bool",
        "+property prompt",
        "+property prompt",
        "+property select",
        "+property help",
        "+text",
        "+text",
        "+blank",
        "+text",
        "+symbol PEAR",
        "+property help",
        "+text",
        "+property endmenu",
        "-property default",
        "context 1",
    ]


def test_help_text_ends_where_the_indentation_falls_below_its_first_line() -> None:
    hunk = "+\thelp\n+\t  one\n+\tbool\n+\t  two"
    assert words(hunk, "mm/Kconfig") == ["+property help", "+text", "+property bool", "+text"]


def test_help_text_never_stands_at_the_margin() -> None:
    hunk = "+\thelp\n+stray\n+config X"
    assert words(hunk, "mm/Kconfig") == ["+property help", "+text", "+symbol X"]


def test_a_hunk_that_begins_in_help_text_reads_deep_keywords_as_text() -> None:
    hunk = "+\t  select this if\n+\t  in doubt.\n+config NEXT"
    assert words(hunk, "mm/Kconfig.debug") == ["+text", "+text", "+symbol NEXT"]


def test_a_config_line_without_its_symbol_is_a_property() -> None:
    assert words("+config", "Kconfig") == ["+property config"]


def test_only_the_basename_decides_for_kconfig() -> None:
    paths = ("Kconfig", "arch/x86/Kconfig.cpu", "Kconfig/x.c", "mm/mkconfig.c", "")
    assert [is_kconfig(path) for path in paths] == [True, True, False, False, False]


def test_a_foreign_marker_counts_as_context() -> None:
    assert shape_of([("\\", "No newline"), ("", "")], "a.c") == (
        ShapeLine(" ", Kind.CONTEXT),
        ShapeLine(" ", Kind.CONTEXT),
    )


def test_runs_of_context_fold_and_single_lines_stay() -> None:
    lines = shape_of([(" ", "a"), (" ", "b"), ("+", "c"), ("+", "d"), (" ", "e")], "a.c")
    assert [render_shape(line) for line in folded(lines)] == [
        "context 2",
        "+code 0",
        "+code 0",
        "context 1",
    ]


def test_added_lines_are_placed_in_the_file_after_the_patch() -> None:
    lines = tuple(map(parse_shape, ["context 2", "-code 0", "+blank", "context 1", "+code 3"]))
    hunk = ShapeHunk("a.c", "f", (10, 4), (20, 5), lines)
    assert placed(hunk) == (
        (22, ShapeLine("+", Kind.BLANK)),
        (24, ShapeLine("+", Kind.CODE, depth=3)),
    )


def test_a_diffstat_counts_each_file_once() -> None:
    def hunk(path: str, *lines: str) -> ShapeHunk:
        return ShapeHunk(path, "", (1, 1), (1, 1), tuple(map(parse_shape, lines)))

    hunks = (hunk("a.c", "+code 0", "-code 0"), hunk("b.c", "-blank"), hunk("a.c", "+blank"))
    assert diffstat(hunks) == (("a.c", 2, 1), ("b.c", 0, 1))


@pytest.mark.parametrize(
    ("heading", "path", "name"),
    [
        ("static void pick(struct tree *t,", "a.c", "pick"),
        ("enum fruit {", "a.c", "fruit"),
        ("unsigned long pick", "a.c", "pick"),
        ("config APPLE", "Kconfig", "APPLE"),
        ("", "a.c", ""),
        ("endif", "Kconfig", ""),
    ],
)
def test_a_heading_names_its_function_or_symbol(heading: str, path: str, name: str) -> None:
    assert heading_name(heading, path) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "context",
        "context 0",
        "context -1",
        "context 1 2",
        "+context 3",
        "code 1",
        "+code",
        "+code x",
        "+code 1 2",
        "+code 99999999",
        "+code  1",
        "+brace ( 0",
        "+brace {",
        "+blank 1",
        "+directive",
        "+directive ifdef X",
        "+symbol",
        "+symbol A B",
        "+property ",
        "*code 1",
        "+nonsense",
        "+code ²",
    ],
)
def test_what_is_no_shape_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_shape(text)


# Fragments that open, close or fake what the classifier follows across lines.
FRAGMENTS = st.lists(
    st.sampled_from(
        ["/*", "*/", "//", '"', "'", "\\", "\t", " ", "*", "#if", "config ", "help", "x", "{", "\r"]
    )
    | st.text(max_size=3),
    max_size=6,
).map("".join)
HUNKS = st.lists(st.tuples(st.sampled_from(["+", "-", " ", "\\", ""]), FRAGMENTS), max_size=12)


@given(HUNKS, st.sampled_from(["mm/x.c", "arch/Kconfig"]))
def test_every_line_gets_one_shape_and_shapes_survive_being_written(
    hunk: list[tuple[str, str]], path: str
) -> None:
    shape = shape_of(hunk, path)
    assert [line.marker for line in shape] == [
        marker if marker in ("+", "-") else " " for marker, _ in hunk
    ]
    assert tuple(parse_shape(render_shape(line)) for line in shape) == shape
    assert sum(line.count for line in folded(shape)) == len(hunk)


@pytest.mark.parametrize("path", ["a.c", "Kconfig"])
@pytest.mark.parametrize("unit", ['"\\"', "/*", "/**/", "'", "*/", "\t", "#", "\\"])
def test_hostile_lines_take_linear_time(unit: str, path: str) -> None:
    def hunk(size: int) -> list[tuple[str, str]]:
        return [("+", unit * (size // len(unit)))] * 2

    assert growth(lambda lines: shape_of(lines, path), hunk, 50_000) < 9


@pytest.mark.parametrize("path", ["a.c", "Kconfig"])
@pytest.mark.parametrize("line", ["/*", "*/", " * x", '"', "\\", "help", "config A", "\t\tx"])
def test_many_lines_take_linear_time(line: str, path: str) -> None:
    assert growth(lambda lines: shape_of(lines, path), lambda n: [("+", line)] * n, 2_000) < 9
