"""Lone braces from the C alone: restored where it leaves one reading, and else not at all."""

from __future__ import annotations

import time
from random import Random

import pytest
from c_code import insertion, unit
from damaged import (
    ARCHIVED,
    Drop,
    blanks_and_braces,
    bodies,
    by_archive,
    hunk_grades,
    lone_braces,
    repaired,
)
from hypothesis import given, settings, strategies as st

from analyzer.patch.damage import Grade

LEAD = [" int one;", " int two;", " int three;"]
TAIL = [" int four;", " int five;", " int six;"]

WHOLE = {
    "nested blocks": """\
static int f(int a)
{
	if (a) {
		while (a) {
			step(a);
			a--;
		}
	}
	return a;
}
""",
    "a chain of else": """\
static int f(int a)
{
	if (a > 2) {
		step(a);
	} else if (a) {
		step(1);
	} else {
		step(0);
	}
	return a;
}
""",
    "a switch": """\
static int f(int a)
{
	switch (a) {
	case 1:
		if (b) {
			step(1);
			return 2;
		}
	case 2: {
		int c = 1;

		step(c);
		break;
	}
	default:
		step(0);
	}
	return a;
}
""",
    "do and while": """\
static int f(int a)
{
	do {
		if (a) {
			step(a);
		}
	} while (a);
	return a;
}
""",
    "a label": """\
static int f(int a)
{
	if (a) {
		step(a);
		goto out;
	}
out:
	return a;
}
""",
    "conditions over several lines": """\
static int f(struct s *a,
	     int b)
{
	if (a->x &&
	    (b || a->y)) {
		step(a, b,
		     a->z);
	}
	for (i = 0;
	     i < b; i++) {
		step(a, i);
	}
	return 0;
}
""",
    "conditional directives": """\
#ifdef CONFIG_X
static int f(int a)
{
	if (a) {
		step(a);
#ifdef CONFIG_Y
		other(a);
#endif
	}
	return 0;
}
#endif
""",
    "comments": """\
/* About f { */
static int f(int a)
{
	/* If a } is there */
	if (a) {
		step(a);
		/* still inside */
	}
	/*
	 * Outside again
	 */
	return 0;
}
""",
    "annotations and split headers": """\
static struct s *
f(void)
	__acquires(lock)
{
	step(1);
}

SYSCALL_DEFINE1(g, int, a)
{
	return f(a);
}
""",
    "two functions": """\
static void f(void)
{
	step(1);
}

int g(void)
{
	return 2;
}
""",
    "blanks instead of tabs": """\
static int f(int a)
{
    if (a) {
        step(a);
        step(1);
    }
    return a;
}
""",
}

AMBIGUOUS = {
    "an initialiser ends with more than a brace": """\
static struct s t = {
	.a = 1,
};
""",
    "an enumeration": """\
enum e {
	A,
	B,
};
""",
    "an expression that looks like a header": """\
static const int mask = BIT(1)
	| BIT(2);
""",
    "a declaration with an attribute": """\
static int f(int a)
	__attribute__((noinline));
""",
    "an empty block": """\
static int f(int a)
{
	while (a) {
	}
	return a;
}
""",
    "an old-style definition": """\
static int f(a)
	int a;
{
	return a;
}
""",
    "a block opened in two arms": """\
static int f(int a)
{
#ifdef CONFIG_X
	if (a) {
#else
	if (b) {
#endif
		step(a);
	}
	return a;
}
""",
    "a header in two arms": """\
#ifdef CONFIG_X
static int f(int a)
#else
static int f(long a)
#endif
{
	return a;
}
""",
    "a directive at the end of a block": """\
static int f(int a)
{
	return step(a);
#undef step
}
""",
    "a statement behind the last case's block": """\
static int f(int a)
{
	switch (a) {
	case 1: {
		step(a);
	}
	break;
	case 2:
		step(1);
	}
}
""",
}


def hunk(added: list[str], lead: list[str] = LEAD, tail: list[str] = TAIL) -> list[str]:
    return [*lead, *(f"+{line}" for line in added), *tail]


def patch(lines: list[str], kept: list[str], path: str = "mm/x.c") -> bytes:
    old = sum(line[0] != "+" for line in lines)
    new = sum(line[0] != "-" for line in lines)
    head = f"--- a/{path}\n+++ b/{path}\n@@ -10,{old} +10,{new} @@\n"
    stat = f" 1 file changed, {new - old} insertions(+)\n\n"
    return (stat + head + "".join(f"{line}\n" for line in kept) + "\nfooter\n").encode()


def meant(lines: list[str]) -> list[str]:
    """The added lines that are more than blank: where blank lines stood is not told by the C."""
    return [line for line in lines if line[0] == "+" and line[1:].strip()]


# Conditional blocks of several lines: a lost `} else` would fit the counts as well.
PERHAPS_ELSE = {
    "nested blocks",
    "a switch",
    "a label",
    "conditions over several lines",
    "conditional directives",
    "blanks instead of tabs",
}


def grade_of(name: str) -> Grade:
    return Grade.ASSUMED if name in PERHAPS_ELSE else Grade.COUNTED


@pytest.mark.parametrize("name", WHOLE)
def test_the_braces_that_the_c_demands_are_counted(name: str) -> None:
    lines = hunk(WHOLE[name].split("\n")[:-1])
    mended = repaired(patch(lines, [line for line in lines if not lone_braces(line)]), known=False)
    assert bodies(mended.files) == [lines]
    assert hunk_grades(mended) == [grade_of(name)]
    assert mended.unexplained == 0


@pytest.mark.parametrize("name", WHOLE)
def test_a_function_at_the_end_of_a_file(name: str) -> None:
    lines = hunk(WHOLE[name].split("\n")[:-1], tail=[])
    mended = repaired(patch(lines, [line for line in lines if not lone_braces(line)]), known=False)
    assert bodies(mended.files) == [lines]
    assert hunk_grades(mended) == [grade_of(name)]


@pytest.mark.parametrize("name", WHOLE)
def test_where_context_is_lost_behind_the_end_it_may_hold_the_brace(name: str) -> None:
    lines = hunk(WHOLE[name].split("\n")[:-1])
    kept = [line for line in lines[: -len(TAIL)] if not lone_braces(line)]
    mended = repaired(patch(lines, kept), known=False)
    assert hunk_grades(mended) == [Grade.ASSUMED]


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_has_two_readings_is_not_counted(name: str) -> None:
    lines = hunk(AMBIGUOUS[name].split("\n")[:-1])
    # The end of an initialiser is a line of its own, and a transport that drops } drops it.
    kept = [line for line in lines if line[1:].strip() not in ("{", "}", "};")]
    # Two blank lines were lost as well: they must not make room for braces that are not there.
    lines = [*lines[:3], "+", "+", *lines[3:]]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [kept]
    assert set(hunk_grades(mended)) == {Grade.NONE}


@pytest.mark.parametrize(
    "name", ["an expression that looks like a header", "a declaration with an attribute"]
)
def test_blank_lines_are_not_taken_for_the_braces_of_what_is_no_function(name: str) -> None:
    lines = hunk(["", "", *AMBIGUOUS[name].split("\n")[:-1]])
    kept = [line for line in lines if line != "+"]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [kept]
    assert (hunk_grades(mended), mended.unexplained) == ([Grade.NONE], 2)


def test_a_lone_brace_that_survived_shows_that_none_was_dropped() -> None:
    lines = hunk(WHOLE["nested blocks"].split("\n")[:-1])
    first = next(i for i, line in enumerate(lines) if line.strip("+\t") == "}")
    kept = [line for i, line in enumerate(lines) if i == first or not lone_braces(line)]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [kept]
    assert (hunk_grades(mended), mended.unexplained) == ([Grade.NONE], 4 - 1)


def test_the_brace_of_a_lost_context_line_is_not_put_back() -> None:
    lines = [
        " static int f(int a)",
        " {",
        " \tif (a) {",
        "+\t\tstep(a);",
        "+",
        "+\t\tstep(1);",
        " \t}",
        " \treturn a;",
        " }",
    ]
    kept = [line for line in lines if not blanks_and_braces(line)]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [kept]
    assert (mended.context_lost, mended.unexplained) == (3, 1)


def test_an_else_added_to_a_block_of_the_context_is_closed_by_the_context() -> None:
    lines = [
        " \tif (a) {",
        " \t\tstep(a);",
        "+\t} else {",
        "+",
        "+\t\tstep(1);",
        " \t}",
        " \treturn a;",
    ]
    kept = [line for line in lines if not blanks_and_braces(line)]
    assert bodies(repaired(patch(lines, kept), known=False).files) == [kept]


def test_a_block_that_replaces_one_may_be_closed_by_the_context() -> None:
    lines = [
        " \tint c;",
        "-\tif (a) {",
        "-\t\tstep(a);",
        "+\tif (b) {",
        "+",
        "+\t\tstep(b);",
        " \t}",
        " \treturn a;",
    ]
    kept = [line for line in lines if not blanks_and_braces(line)]
    assert bodies(repaired(patch(lines, kept), known=False).files) == [kept]


def test_a_function_that_is_split_keeps_its_context_apart() -> None:
    lines = [
        " \tstep(a, b);",
        "+}",
        "+",
        "+static int g(int a)",
        "+{",
        " \tother(a, b);",
        " \treturn a;",
        " }",
    ]
    kept = [line for line in lines if not blanks_and_braces(line)]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [kept]
    assert hunk_grades(mended) == [Grade.NONE]


def test_files_that_are_not_c_get_no_braces() -> None:
    lines = hunk(WHOLE["nested blocks"].split("\n")[:-1])
    kept = [line for line in lines if not lone_braces(line)]
    for path in ("tools/x.py", "arch/x.dts", "rust/x.rs", "Documentation/x.rst"):
        assert bodies(repaired(patch(lines, kept, path), known=False).files) == [kept]


def test_more_lost_than_the_c_demands_is_unexplained_and_nothing_is_counted() -> None:
    lines = hunk(WHOLE["nested blocks"].split("\n")[:-1])
    gone = "+\treturn a;"
    kept = [line for line in lines if not lone_braces(line) and line != gone]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [[line for line in lines if line != gone]]
    assert (hunk_grades(mended), mended.unexplained) == ([Grade.NONE], 1)
    assert {one.grade for case in mended.damage for one in case.restored} == {Grade.ASSUMED}


def test_brackets_that_stay_open_leave_nothing_to_tell() -> None:
    lines = hunk(["static int f(int a)", "{", "\tstep(a,", "\t     b);", "\treturn a;", "}"])
    kept = [line for line in lines if not lone_braces(line) and line != "+\t     b);"]
    mended = repaired(patch(lines, kept), known=False)
    assert bodies(mended.files) == [kept]
    assert mended.unexplained == 3


@settings(max_examples=150, deadline=None, derandomize=True)
@given(unit())
def test_any_code_that_lost_its_lone_braces_gets_them_back_or_is_not_counted(
    added: list[str],
) -> None:
    _holds(hunk(added), lone_braces)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(insertion(), st.sampled_from((lone_braces, blanks_and_braces, by_archive)))
def test_any_code_in_any_place_is_restored_right_or_not_counted(
    code: tuple[list[str], list[str], list[str]], drop: Drop
) -> None:
    before, added, behind = code
    lead = [f" {line}" for line in before[-3:]]
    _holds(hunk(added, lead, [f" {line}" for line in behind[:3]]), drop)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(unit(), st.integers(0, 2**32), st.sampled_from((0.03, 0.2)), st.booleans())
def test_whatever_lines_are_lost_nothing_wrong_is_counted(
    added: list[str], seed: int, share: float, braces: bool
) -> None:
    chance = Random(seed)  # noqa: S311 -- a choice of lines, not a secret
    _holds(
        hunk(added),
        lambda line: line[0] == "+" and (chance.random() < share or (braces and lone_braces(line))),
    )


def _holds(lines: list[str], drop: Drop) -> None:
    kept = [line for line in lines if not drop(line)]
    if kept == lines or not any(line[0] == "+" for line in kept):
        return
    mended = repaired(patch(lines, kept), known=False)
    if set(hunk_grades(mended)) & {Grade.COUNTED, Grade.PROVEN}:
        (body,) = bodies(mended.files)
        assert meant(body) == meant(lines)


def test_time_grows_with_the_hunk_and_no_faster() -> None:
    def seconds(count: int) -> float:
        deep = ["\t" * (i % 50 + 1) + "if (a) {" for i in range(count)]
        lines = hunk(["static int f(int a)", *deep, *["/* } */"] * count, "\tstep(a);"])
        text = patch([*lines, *["+"] * count], lines)
        start = time.process_time()
        repaired(text, known=False)
        return time.process_time() - start

    small = min(seconds(500) for _ in range(3))
    assert min(seconds(2000) for _ in range(3)) < 12 * small + 0.1


def test_the_archived_fixture_has_lost_braces_at_all() -> None:
    assert b"\n+{\n" not in ARCHIVED


def test_a_lost_else_is_not_counted_as_a_brace() -> None:
    code = [
        "static int f(int x)",
        "{",
        "\tif (x) {",
        "\t\tone();",
        "\t} else",
        "\t\ttwo();",
        "\treturn 0;",
        "}",
    ]
    lines = hunk(code)
    kept = [line for line in lines if "else" not in line]
    assert hunk_grades(repaired(patch(lines, kept), known=False)) == [Grade.NONE]
