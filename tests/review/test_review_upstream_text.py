"""TX-1 to TX-5 where upstream's own patch is at hand: whole answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import SHA, case_of, in_series

from analyzer.compare.change import Texts, UpstreamPatch
from analyzer.compare.delta import compare
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review import differences, hunks, landed, moves, review
from analyzer.review.case import Case
from analyzer.review.notes import notes_in
from analyzer.source import Place, Side

HEAD = "diff --git a/mm/thing.c b/mm/thing.c\n--- a/mm/thing.c\n+++ b/mm/thing.c\n"
FIRST = """\
@@ -5,2 +5,4 @@ void thing(void)
 \tone();
+\tmove(first, second);
+\tflush(first);
 \ttwo();
"""
SECOND = """\
@@ -25,3 +27,3 @@ int other(void)
 \tthree();
-\told_way(first);
+\tnew_way(first);
 \tfour();
"""
UPSTREAM = HEAD + FIRST + SECOND
RULES = (
    hunks.hunks_complete,
    landed.same_places,
    differences.context_only,
    differences.deviations_explained,
    moves.moves_explained,
)


def case(diff: str, upstream: str = UPSTREAM, note: str = "", texts: Texts | None = None) -> Case:
    text = f"Subject: [PATCH] thing\n\ncommit {SHA} upstream.\n{note}\n---\n{diff}"
    found = case_of(text)
    theirs = case_of(f"Subject: x\n\nx\n---\n{upstream}").patch.files
    return replace(found, delta=compare(UpstreamPatch(theirs, SHA), found.patch.files, texts))


def answers(found: Case) -> list[tuple[str, str, str]]:
    return [(item.id, item.state.value, item.summary) for item in (rule(found) for rule in RULES)]


def test_the_same_patch() -> None:
    assert answers(case(UPSTREAM)) == [
        ("TX-1", "ok", "all 2 upstream changes are there and none is added"),
        ("TX-2", "ok", "all 2 places are upstream's, as far as the hunks and their headers show"),
        ("TX-3", "ok", "2 changes are upstream's, 0 with other context"),
        ("TX-4", "ok", "there is no deviation but context"),
        ("TX-5", "ok", "files and functions have upstream's names"),
    ]


def test_other_context_is_no_deviation() -> None:
    found = case(UPSTREAM.replace("\tthree();", "\tthird();"))
    assert answers(found)[2:4] == [
        ("TX-3", "ok", "1 change is upstream's, 1 with other context"),
        ("TX-4", "ok", "there is no deviation but context"),
    ]


def test_other_code_is_shown_line_by_line() -> None:
    found = case(UPSTREAM.replace("flush(first)", "flush(first, second)"))
    assert differences.context_only(found) == Item(
        "TX-3",
        "are all differences to upstream's patch context only?",
        State.NEEDS_REVIEW,
        "1 of 2 changes differ: 1 with other code",
        reason="compared with the text of upstream's patch",
        evidence=(
            Evidence(
                "mm/thing.c (thing()): changed: "
                "upstream's +flush(first); is +flush(first, second);",
                Place(Side.INPUT, None, 12),
            ),
        ),
        next="Read these lines beside upstream's.",
    )
    assert [state for _item, state, _summary in answers(found)] == [
        "ok",
        "ok",
        "needs-review",
        "finding",
        "ok",
    ]


@pytest.mark.parametrize(
    ("note", "state"),
    [
        ("", State.FINDING),
        ("[ben@example.net: adapted]", State.FINDING),
        ("[ben@example.net: flush() takes two here]", State.OK),
        ("[ben@example.net: in thing() only]", State.OK),
        ("[ben@example.net: everything] in mm/other.c", State.FINDING),
        ("[ context of thing.c adapted ]", State.FINDING),
        ("Conflicts:\n\tmm/thing.c", State.NEEDS_REVIEW),
        ("Backport changes:\nno functional change", State.NEEDS_REVIEW),
        ("v3.10: second is passed too", State.OK),
        ("It moves thing() in thing.c.", State.FINDING),
        (f"(cherry picked from commit {SHA})\nflush takes two arguments here.", State.OK),
        (f"(cherry picked from commit {SHA})\nSigned-off-by: thing.c <a@b.c>", State.FINDING),
    ],
)
def test_what_a_note_covers(note: str, state: State) -> None:
    found = case(UPSTREAM.replace("flush(first)", "flush(first, second)"), note=note)
    assert differences.deviations_explained(found).state is state


def test_a_note_on_another_deviation_covers_nothing() -> None:
    changed = UPSTREAM.replace("flush(first)", "flush(first, second)").replace("new_", "newer_")
    item = differences.deviations_explained(case(changed, note="[ben: newer_way() is ours]"))
    assert item.summary == "1 of 2 deviations have no note in the message"
    assert [one.text for one in item.evidence] == ["mm/thing.c (thing()): with other code"]


def test_a_missing_change() -> None:
    found = case(HEAD + FIRST)
    assert hunks.hunks_complete(found) == Item(
        "TX-1",
        "is every upstream hunk there, and none added?",
        State.FINDING,
        "changes against upstream's 2: 1 missing",
        reason="compared with the text of upstream's patch",
        evidence=(
            Evidence(
                "upstream's change in mm/thing.c (other()) is not here: "
                "-old_way(first); and a line more",
                Place(Side.UPSTREAM, "mm/thing.c", 28, SHA),
            ),
        ),
        next="Add what is missing and drop what is added, or say in the message why.",
    )
    noted = case(HEAD + FIRST, note="[ben@example.net: no other() here]")
    assert hunks.hunks_complete(noted).state is State.NEEDS_REVIEW
    assert hunks.hunks_complete(case(HEAD + FIRST, note="[ben: ok]")).state is State.FINDING
    series = in_series(found, f"Subject: y\n\ny\n---\n{HEAD}{SECOND}")
    assert hunks.hunks_complete(series).state is State.NEEDS_REVIEW


def test_a_missing_change_that_the_target_has() -> None:
    target = "int other(void)\n{\n\tthree();\n\tnew_way(first);\n\tfour();\n}\n"
    found = case(HEAD + FIRST, texts=Texts({}, {"mm/thing.c": (target, None)}))
    assert hunks.hunks_complete(found).state is State.NEEDS_REVIEW


def test_an_added_change() -> None:
    third = SECOND.replace("other(", "third(").replace("old_way", "a").replace("new_way", "b")
    item = hunks.hunks_complete(case(UPSTREAM + third.replace("25", "45").replace("27", "47")))
    assert (item.state, item.summary) == (State.FINDING, "changes against upstream's 2: 1 added")
    # A declaration more in a function that upstream changes too is an adaptation.
    local = "@@ -1,2 +1,3 @@ void thing(void)\n \tint zero;\n+\tint second;\n \tint none;\n"
    item = hunks.hunks_complete(case(HEAD + local + FIRST + SECOND))
    assert (item.state, item.summary) == (
        State.NEEDS_REVIEW,
        "changes against upstream's 2: 1 added",
    )


def test_a_comment_that_is_left_out() -> None:
    said = "@@ -45,2 +47,3 @@ int third(void)\n \tfive();\n+\t/* Six. */\n \tseven();\n"
    item = hunks.hunks_complete(case(UPSTREAM, UPSTREAM + said))
    assert (item.state, item.summary) == (
        State.NEEDS_REVIEW,
        "changes against upstream's 3: 1 missing",
    )


def test_a_change_in_the_wrong_function() -> None:
    wrong = UPSTREAM.replace("@@ void thing(void)", "@@ int other(void)")
    item = landed.same_places(case(wrong))
    assert (item.state, item.summary) == (
        State.FINDING,
        "1 change landed in another function or symbol",
    )
    assert item.evidence == (
        Evidence(
            "mm/thing.c: in other(), upstream's in thing() (2 lines)", Place(Side.INPUT, None, 11)
        ),
    )
    # Neither is seen on the other side: it may have another name in the target.
    renamed = UPSTREAM.replace("@@ void thing(void)", "@@ void thing_of(void)")
    assert landed.same_places(case(renamed)).state is State.NEEDS_REVIEW


def test_a_select_under_the_wrong_symbol_is_a_finding() -> None:
    theirs = (
        "diff --git a/mm/Kconfig b/mm/Kconfig\n--- a/mm/Kconfig\n+++ b/mm/Kconfig\n"
        "@@ -3,2 +3,3 @@ config ALPHA\n \tbool\n+\tselect SLOTS\n \tdepends on MMU\n"
    )
    item = landed.same_places(case(theirs.replace("ALPHA", "BETA"), theirs))
    assert item.state is State.FINDING
    assert [one.text for one in item.evidence] == [
        "mm/Kconfig: in config BETA, upstream's in config ALPHA"
    ]


def test_a_file_under_another_name() -> None:
    item = moves.moves_explained(case(UPSTREAM.replace("mm/thing.c", "kernel/thing.c")))
    assert (item.state, item.summary) == (
        State.NEEDS_REVIEW,
        "1 files or functions are renamed, moved or not found",
    )
    assert [one.text for one in item.evidence] == ["upstream's mm/thing.c is kernel/thing.c here"]
    noted = case(
        UPSTREAM.replace("mm/thing.c", "kernel/thing.c"), note="[ben: kernel/thing.c in 3.10]"
    )
    assert moves.moves_explained(noted).state is State.OK


def test_lost_lines_are_not_missing() -> None:
    lost = UPSTREAM.replace("+\tmove(first, second);\n+\tflush(first);\n", "")
    item = hunks.hunks_complete(case(lost))
    assert (item.state, item.summary) == (
        State.CANNOT_TELL,
        "changes against upstream's 2: 1 lost on the way",
    )


def test_without_upstreams_text_shapes_are_compared() -> None:
    found = replace(case(UPSTREAM), delta=None)
    answered = {one.id: one.state.value for one in review(found)}
    texts = ("TX-1", "TX-2", "TX-3", "TX-4", "TX-5")
    assert {item: answered[item] for item in texts} == dict.fromkeys(texts, "cannot-tell")


def test_notes_are_read_in_every_form() -> None:
    body = """\
[ben@example.net: one]
[ two
  goes on ]

Conflicts:
\tmm/thing.c

Backport changes:
three

This is the message.

(cherry picked from commit 0123456789ab)
four
Signed-off-by: Ben <ben@example.net>
"""
    found = notes_in(case(UPSTREAM, note=body).patch.message)
    text = " | ".join(one.text for one in found)
    assert all(word in text for word in ("one", "two goes on", "mm/thing.c", "three", "four"))
    assert "This is the message" not in text
    assert "Signed-off" not in text
