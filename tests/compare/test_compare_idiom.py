"""Token patterns in the code of a patch, and what the shipped facts make of the fixture's."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from analyzer.compare.idiom import Piece, find, pieces, shown, where_met
from analyzer.patch.damage import Grade
from analyzer.patch.lines import Hunk, Line, Mark
from analyzer.patch.reader import read_series
from analyzer.upstream import CommitFacts, Conditions, load, parse_pattern

MAILS = Path(__file__).resolve().parents[2] / "fixtures" / "mails"
INTACT = (MAILS / "move-pmd.patch").read_text()


def hunk_of(code: str, *, first: int = 101) -> Hunk:
    lines = tuple(
        Line(Mark.ADDED, text, first + i) for i, text in enumerate(code.rstrip("\n").split("\n"))
    )
    return Hunk(1, 0, 1, len(lines), "", lines, "@@ -1,0 +1 @@", first - 1)


def piece(code: str) -> Piece:
    (only,) = pieces(hunk_of(code))
    return only


def texts(found: tuple[Piece, ...]) -> list[str]:
    return [" ".join(token.text for token in one.tokens) for one in found]


@pytest.mark.parametrize(
    ("pattern", "code", "at"),
    [
        ("f ( _ )", "x = f(a);", 2),
        ("f ( _ )", "x = f(\n\t/* the first */ a // and only\n);", 2),
        ("f ( _ )", "x = f(a, b);", None),
        ("f ( ... )", "x = f(a, g(b)[c], d);", 2),
        ("f ( ... )", "x = f();", 2),
        ("f ( ... , _ )", "f(a, b);", None),
        ("f ( _ , ... , true )", "f(a, (b), true);", None),
        ("f ( ... ) ;", "f({ ) ;", 0),
        ("a [ ... ] = 0", "a[b[1] + (2)] = 0;", 0),
        ("f|g ( )", "h(); g();", 4),
        ("f ( )", "/* f() */ ; // f()\n\"f()\";", None),
        ("f ( )", "#define X f()\n;", None),
        ("; f ( )", "if (a)\n\tf();", None),
        ("; f ( )", "b();\n\tf();", 3),
        ("f ( ... )", "f(a", None),
        ("f ( ... )", "f(a]", None),
        ("! f ( _ )", "if (!f(a))", 2),
        ("f", "", None),
    ],
)  # fmt: skip
def test_where_a_pattern_matches(pattern: str, code: str, at: int | None) -> None:
    assert find(parse_pattern(pattern), piece(code)) == at


def test_functions_are_told_apart() -> None:
    code = "int f(void)\n{\n\ta();\n}\n\nint\ng(void)\n{\n\tb();\nout:\n\tc();\n}\nint d;\n"
    assert texts(pieces(hunk_of(code))) == [
        "int f ( void ) { a ( ) ; }",
        "int g ( void ) { b ( ) ; out : c ( ) ; }",
        "int d ;",
    ]


def test_functions_are_told_apart_where_the_brace_between_was_lost() -> None:
    code = "\ta();\n\treturn b;\nint g(void)\n{\n\tc();\nout:\n\td();\n}\n"
    assert texts(pieces(hunk_of(code))) == [
        "a ( ) ; return b ;",
        "int g ( void ) { c ( ) ; out : d ( ) ; }",
    ]


def test_conditions_must_be_met_by_one_function() -> None:
    rule = Conditions((parse_pattern("f ( )"), parse_pattern("g ( )")), (parse_pattern("h ( )"),))
    apart = "int a(void)\n{\n\tf();\n}\nint b(void)\n{\n\tg();\n}\n"
    together = "int a(void)\n{\n\tg();\n\tf();\n}\n"
    assert where_met(rule, pieces(hunk_of(apart))) is None
    assert where_met(rule, pieces(hunk_of(together))) == 104
    assert where_met(rule, pieces(hunk_of(together.replace("g();", "g(); h();")))) is None
    assert where_met(Conditions(), pieces(hunk_of(together))) is None


def test_removed_lines_show_nothing() -> None:
    lines = (Line(Mark.REMOVED, "\tf();", 5), Line(Mark.CONTEXT, "\tg();", 6))
    found = pieces(Hunk(1, 2, 1, 1, "", lines, "@@ -1,2 +1 @@", 4))
    assert texts(found) == ["g ( ) ;"]


def test_a_match_on_a_restored_line_has_the_number_of_the_line_before() -> None:
    lines = (
        Line(Mark.ADDED, "int a(void)", 7),
        Line(Mark.ADDED, "{", None, Grade.COUNTED),
        Line(Mark.ADDED, "\tf();", 8),
    )
    found = pieces(Hunk(1, 0, 1, 3, "", lines, "@@ -1,0 +1,3 @@", 6))
    assert shown((parse_pattern("{ f ( )"),), found) == 7
    restored = tuple(Line(Mark.CONTEXT, line.text, None, Grade.PROVEN) for line in lines)
    assert shown((parse_pattern("f ( )"),), pieces(Hunk(1, 3, 1, 3, "", restored, "@@", 6))) == 6


def test_lost_lines_neither_excuse_nor_hide() -> None:
    lines = (
        Line(Mark.ADDED, "\tb();", 7),
        Line(Mark.ADDED, "\tf(a,", 8, after_gap=True),
        Line(Mark.ADDED, "\t  b);", 9, after_gap=True),
    )
    found = pieces(Hunk(1, 0, 1, 4, "", lines, "@@ -1,0 +1,4 @@", 6))
    across, within = parse_pattern("; f ( _ , _ )"), parse_pattern("f ( ... )")
    assert shown((across,), found) is None
    assert shown((within,), found) == 8
    assert where_met(Conditions((across,)), found) == 7
    assert where_met(Conditions((within,), (across,)), found) == 8


# --- the shipped facts ------------------------------------------------------------------


def fact(sha: str) -> CommitFacts:
    commit = load().by(sha).commit
    assert commit is not None
    return commit


def code_of(text: str) -> tuple[Piece, ...]:
    (patch,) = read_series(text.encode(), "test").patches
    return tuple(one for file in patch.files for hunk in file.hunks for one in pieces(hunk))


def concerned(sha: str, text: str) -> bool:
    rule = fact(sha).applies
    assert rule is not None
    return not rule.base and where_met(rule, code_of(text)) is not None


def test_which_later_fixes_concern_the_fixture() -> None:
    asked = ("97113eb39fa7", "f81fdd0c4ab7", "6fa1066fc5d0", "a4a282daf1a1", "e05986ee7a58")
    assert [concerned(sha, INTACT) for sha in asked] == [True, True, False, False, False]


def test_names_decide_nothing() -> None:
    renamed = INTACT.replace("move_normal_pmd", "shift_it").replace("src", "here")
    renamed = renamed.replace("dst", "there").replace("entry", "word")
    assert concerned("97113eb39fa7", renamed)
    assert concerned("f81fdd0c4ab7", renamed)


def test_what_a_comment_says_is_no_code() -> None:
    text = INTACT.replace("+\tpmd_clear(src);", "+\t/* pmd_clear(src); */")
    assert not concerned("97113eb39fa7", text)


def test_locks_taken_under_a_condition_are_not_hinted_as_carried() -> None:
    assert shown(fact("97113eb39fa7").carried, code_of(INTACT)) is None


def test_locks_taken_in_any_case_are_hinted_as_carried() -> None:
    lines = INTACT.split("\n")
    always = [line for line in lines if line != "+\t\t\tif (need_rmap_locks)"]
    place = 1 + always.index("+\t\t\t\ttake_rmap_locks(vma);")
    text = "\n".join(always).replace("@@ -120,6 +166,23 @@", "@@ -120,6 +166,21 @@")
    hit = shown(fact("97113eb39fa7").carried, code_of(text))
    # The pattern begins with the end of the statement before: the declaration above it.
    assert hit is not None
    assert always[hit - 1 : place] == ["+\t\t\tbool moved;", "+", "+\t\t\t\ttake_rmap_locks(vma);"]


def test_a_warning_that_comes_once_is_hinted_as_carried() -> None:
    text = INTACT.replace("WARN_ON(!pmd_none", "WARN_ON_ONCE(!pmd_none")
    assert not concerned("f81fdd0c4ab7", text)
    assert shown(fact("f81fdd0c4ab7").carried, code_of(text)) is not None


# --- limits -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["f ( ", "f ( a ", "( ( f ", ") ] f ( "])
def test_time_grows_with_the_code_and_no_faster(code: str) -> None:
    pattern = parse_pattern("f ( ... , true )")

    def seconds(count: int) -> float:
        found = piece(code * count)
        start = time.process_time()
        assert find(pattern, found) is None
        return time.process_time() - start

    small = min(seconds(2_000) for _ in range(5))
    assert min(seconds(16_000) for _ in range(3)) < 32 * small + 0.05
