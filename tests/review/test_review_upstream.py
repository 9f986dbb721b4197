"""TX-1, TX-2, TX-5, DP-2, DP-3 and IN-2: a patch held against facts of our own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import FACT, SHA, case_of, in_series

from analyzer.compare import pair_hunks
from analyzer.finding import State
from analyzer.result import Item
from analyzer.review import followups, integrity, order, shape
from analyzer.review.case import Case
from analyzer.upstream import CommitFacts, Conditions, ShapeHunk, parse_pattern, parse_shape

FIX = "aaaabbbbccccddddeeeeffff0000111122223333"


def shaped(path: str, within: str, *lines: str) -> ShapeHunk:
    parsed = tuple(parse_shape(line) for line in lines)
    old = sum(line.count for line in parsed if line.marker != "+")
    new = sum(line.count for line in parsed if line.marker != "-")
    return ShapeHunk(path, within, (10, old), (10, new), parsed)


UPSTREAM = replace(
    FACT,
    hunks=(
        shaped("mm/thing.c", "thing", "context 1", "+code 1", "+code 1", "context 1"),
        shaped("mm/thing.c", "other", "context 1", "-code 1", "+code 1", "context 1"),
    ),
)
FIRST = """\
@@ -5,2 +5,4 @@ void thing(void)
 \tone();
+\tmove(a, b);
+\tflush(a);
 \ttwo();
"""
SECOND = """\
@@ -25,3 +27,3 @@ int other(void)
 \tthree();
-\told();
+\tnew();
 \tfour();
"""
HEAD = """\
diff --git a/mm/thing.c b/mm/thing.c
--- a/mm/thing.c
+++ b/mm/thing.c
"""


def case(diff: str, *commits: CommitFacts, note: str = "") -> Case:
    text = f"Subject: [PATCH] thing\n\ncommit {SHA} upstream.\n{note}\n---\n{diff}"
    found = case_of(text, *commits)
    pairs = pair_hunks(found.patch.files, commits[0]) if commits and commits[0].hunks else ()
    return replace(found, mended=replace(found.mended, pairs=pairs))


def told(item: Item) -> tuple[State, str]:
    return item.state, item.summary


@pytest.mark.parametrize(
    ("diff", "state", "summary"),
    [
        (
            HEAD + FIRST + SECOND,
            State.OK,
            "all 2 upstream hunks are there and none is added, by shape",
        ),
        (HEAD + FIRST, State.FINDING, "1 of 2 upstream hunks are missing"),
        (
            HEAD + FIRST + SECOND + HEAD.replace("thing.c", "more.c") + SECOND,
            State.NEEDS_REVIEW,
            "hunks against upstream's 2: 1 added",
        ),
        (
            HEAD + FIRST.replace("+\tflush(a);\n", "").replace("+5,4", "+5,3") + SECOND,
            State.NEEDS_REVIEW,
            "hunks against upstream's 2: 1 with other lines of code",
        ),
    ],
)
def test_hunks_are_counted_against_upstreams(diff: str, state: State, summary: str) -> None:
    assert told(shape.hunks_complete(case(diff, UPSTREAM))) == (state, summary)


def test_a_hunk_that_the_message_explains_or_the_series_holds_is_no_finding() -> None:
    explained = case(HEAD + FIRST, UPSTREAM, note="[ben@example.net: other() is not here]")
    assert shape.hunks_complete(explained).state is State.NEEDS_REVIEW
    elsewhere = in_series(case(HEAD + FIRST, UPSTREAM), f"Subject: x\n\nb\n---\n{HEAD}{SECOND}")
    assert shape.hunks_complete(elsewhere).state is State.OK


def test_without_a_shape_nothing_is_compared() -> None:
    assert told(shape.hunks_complete(case(HEAD + FIRST, FACT))) == (
        State.CANNOT_TELL,
        "the shape of the upstream commit is not among the shipped facts",
    )
    assert told(shape.same_places(case(HEAD + FIRST, FACT))) == (
        State.CANNOT_TELL,
        "the shape of the upstream commit is not among the shipped facts",
    )


def test_a_hunk_in_another_function_is_told() -> None:
    moved = SECOND.replace("int other(void)", "int stranger(void)")
    assert told(shape.same_places(case(HEAD + FIRST + SECOND, UPSTREAM))) == (
        State.OK,
        "2 of 2 hunks stand where upstream's do, by their headers",
    )
    item = shape.same_places(case(HEAD + FIRST + moved, UPSTREAM))
    assert told(item) == (State.NEEDS_REVIEW, "1 of 2 hunks stand elsewhere by their headers")
    assert [one.text for one in item.evidence] == ["mm/thing.c: in stranger, upstream's in other"]


def test_a_renamed_file_is_told() -> None:
    renamed = """\
diff --git a/mm/old.c b/mm/new.c
similarity index 100%
rename from mm/old.c
rename to mm/new.c
"""
    item = shape.moves_explained(case(renamed))
    assert told(item) == (State.NEEDS_REVIEW, "1 files are renamed or copied")
    assert [one.text for one in item.evidence] == ["mm/old.c -> mm/new.c"]


# --- DP-2 -------------------------------------------------------------------------------


def fix(**more: object) -> CommitFacts:
    conditions = Conditions(
        code=(parse_pattern("move ( ... )"),), missing_code=(parse_pattern("guard ( _ )"),)
    )
    facts = replace(
        FACT,
        id=FIX,
        subject="mm: guard the move",
        fixes=(SHA[:12],),
        cve=("CVE-2020-0001",),
        without="the move is seen half done",
        applies=conditions,
        carried=(parse_pattern("lock ( _ ) ; move"),),
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def test_a_fix_whose_precondition_the_code_meets_is_missed() -> None:
    item = followups.later_fixes(case(HEAD + FIRST, UPSTREAM, fix()))
    assert told(item) == (
        State.FINDING,
        "this patch does not carry aaaabbbbcccc (CVE-2020-0001); not looked for elsewhere",
    )
    assert item.evidence[0].place is not None
    # The line of the input on which the pattern stands.
    assert item.evidence[0].place.line == 11


@pytest.mark.parametrize(
    "harmless",
    [
        FIRST.replace("move(a, b)", "/* move(a, b) */"),
        FIRST.replace("move(a, b)", "shift(a, b)"),
        FIRST.replace("flush(a)", "guard(a)"),
    ],
)
def test_code_decides_not_the_name_of_the_commit(harmless: str) -> None:
    item = followups.later_fixes(case(HEAD + harmless, UPSTREAM, fix()))
    assert told(item) == (
        State.CANNOT_TELL,
        "the facts hold no later fix that this code can need",
    )


def test_a_fix_for_another_architecture_is_asked_for_only_there() -> None:
    conditions = Conditions(code=(parse_pattern("move ( ... )"),), arch=("powerpc",))
    found = case(HEAD + FIRST, UPSTREAM, fix(applies=conditions))
    assert followups.later_fixes(found).state is State.CANNOT_TELL
    asked = replace(found, architectures=("powerpc",))
    assert followups.later_fixes(asked).state is State.FINDING


def test_a_precondition_on_the_tree_decides_nothing_and_is_counted() -> None:
    conditions = Conditions(code=(parse_pattern("move ( ... )"),), base="slots are shared")
    found = case(HEAD + FIRST, UPSTREAM, fix(applies=conditions))
    assert followups.later_fixes(found).state is State.CANNOT_TELL
    assert followups.conditional_on_tree(found) == 1


def test_a_fix_that_seems_to_be_there_is_for_a_person() -> None:
    folded = FIRST.replace("+\tmove(a, b);", "+\tlock(a); move(a, b);")
    looks = followups.later_fixes(case(HEAD + folded, UPSTREAM, fix()))
    named = followups.later_fixes(
        in_series(
            case(HEAD + FIRST, UPSTREAM, fix()),
            f"Subject: y\n\ncommit {FIX} upstream.\n---\n{HEAD}{SECOND}",
        )
    )
    summary = "every later fix that this code can need seems to be there; only running decides"
    assert told(looks) == told(named) == (State.NEEDS_REVIEW, summary)


def test_without_a_known_commit_later_fixes_are_not_known() -> None:
    assert told(followups.later_fixes(case(HEAD + FIRST))) == (
        State.CANNOT_TELL,
        "later fixes are not known: the commit is not in the facts",
    )


def test_a_fix_before_what_it_fixes_is_found_in_a_series() -> None:
    early = f'Subject: fix\n\nFixes: {SHA[:12]} ("thing")\n---\n{HEAD}{SECOND}'
    late = f"Subject: thing\n\ncommit {SHA} upstream.\n---\n{HEAD}{FIRST}"
    whole = case_of(early)
    assert order.fixes_in_order(whole).state is State.CANNOT_TELL
    behind = in_series(whole, late)
    moved = replace(
        behind,
        others=tuple(
            replace(other, letter=replace(other.letter, first=100)) for other in behind.others
        ),
    )
    assert told(order.fixes_in_order(moved)) == (
        State.FINDING,
        "it fixes a commit that comes later in the series: thing",
    )


# --- IN-2 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("diff", "commits", "state", "summary"),
    [
        (HEAD + FIRST, (UPSTREAM,), State.OK, "only files that the upstream commit changes"),
        (HEAD + FIRST, (), State.OK, "one file: mm/thing.c"),
        (
            HEAD.replace("thing", "more") + FIRST + HEAD + SECOND,
            (UPSTREAM,),
            State.NEEDS_REVIEW,
            "1 files that the upstream commit does not change",
        ),
        (
            HEAD.replace("thing", "more") + FIRST + HEAD + SECOND,
            (),
            State.NEEDS_REVIEW,
            "2 files in 1 directory",
        ),
    ],
)
def test_one_change_touches_one_commits_files(
    diff: str, commits: tuple[CommitFacts, ...], state: State, summary: str
) -> None:
    assert told(integrity.one_change(case(diff, *commits))) == (state, summary)
