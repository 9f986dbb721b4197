"""TX-4: which deviations are a finding, and what a note covers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import SHA, case_of

from analyzer.compare.change import UpstreamPatch
from analyzer.compare.delta import compare
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.differences import deviations_explained
from analyzer.source import Place, Side

UPSTREAM = """\
diff --git a/mm/thing.c b/mm/thing.c
--- a/mm/thing.c
+++ b/mm/thing.c
@@ -5,2 +5,7 @@ void thing(void)
 \tone();
+\t/* The end is excluded. */
+\tif (context->end < limit_of(context))
+\t\treturn;
+\tput_both(context, limit);
+\tflush(context);
 \ttwo();
@@ -25,3 +30,3 @@ int other(void)
 \tthree();
-\told_way(page);
+\tnew_way(page);
 \tfour();
"""


def case(diff: str, note: str = "") -> Case:
    text = f"Subject: [PATCH] thing\n\ncommit {SHA} upstream.\n{note}\n---\n{diff}"
    found = case_of(text)
    theirs = case_of(f"Subject: x\n\nx\n---\n{UPSTREAM}").patch.files
    return replace(found, delta=compare(UpstreamPatch(theirs, SHA), found.patch.files))


GUARD = UPSTREAM.replace("end < limit", "end <= limit")


def state(diff: str, note: str = "") -> State:
    return deviations_explained(case(diff, note)).state


def test_a_changed_guard_without_a_note() -> None:
    assert deviations_explained(case(GUARD)) == Item(
        "TX-4",
        "is every deviation explained in the message?",
        State.FINDING,
        "1 of 1 deviations have no note in the message",
        reason="compared with the text of upstream's patch",
        evidence=(Evidence("mm/thing.c (thing()): with other code", Place(Side.INPUT, line=11)),),
        next="Put upstream's code back, or say in the message what was changed there, and why.",
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("end < limit", "end <= limit", State.FINDING),
        ("+\tflush(context);\n", "", State.FINDING),
        ("+\tflush(context);\n", "+\tflush(context);\n+\tflush(NULL);\n", State.FINDING),
        ("put_both(context, limit)", "put_both(limit, context)", State.FINDING),
        (
            "(context->end < limit_of(context))",
            "(context->end  <  limit_of(context))",
            State.NEEDS_REVIEW,
        ),
        ("/* The end is excluded. */", "/* The end is not in it. */", State.NEEDS_REVIEW),
        (" \tthree();", " \tthird();", State.OK),
    ],
)
def test_code_is_a_finding_and_layout_is_for_a_reader(old: str, new: str, found: State) -> None:
    changed = UPSTREAM.replace(old, new)
    grown = new.count("\n") - old.count("\n")
    changed = changed.replace("@@ -5,2 +5,7", f"@@ -5,2 +5,{7 + grown}")
    assert state(changed) is found


def test_a_name_that_is_another_throughout_is_for_a_reader() -> None:
    assert state(UPSTREAM.replace("context", "space")) is State.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("", State.FINDING),
        ("Signed-off-by: Ben Backporter <ben@example.net>", State.FINDING),
        # What says nothing, or speaks of something else.
        ("[ben@example.net: adapted]", State.FINDING),
        ("[ben@example.net: context adapted]", State.FINDING),
        ("[ben@example.net: adjusted context in mm/thing.c]", State.FINDING),
        ("[ben@example.net: context only, minor conflicts in the first two hunks]", State.FINDING),
        ("[ben@example.net: other() has no way back here]", State.FINDING),
        ("[ben@example.net: mm/thing.c: other() has no way back here]", State.FINDING),
        ("[ben@example.net: mm/another.c is not in this tree at all, so left out]", State.FINDING),
        # What names what is changed, or where.
        ("[ben@example.net: thing() counts the end in]", State.OK),
        ("[ben@example.net: limit_of() is one less in this tree, use <=]", State.OK),
        ("[ben@example.net: mm/thing.c: the end is counted in by this tree]", State.OK),
        (f"(cherry picked from commit {SHA})\n[ben: limit_of() differs]", State.OK),
        # What may be meant for it.
        ("Conflicts:\n\tmm/thing.c", State.NEEDS_REVIEW),
        ("[ben@example.net: no functional change]", State.NEEDS_REVIEW),
        (
            "[ben@example.net: areas of our tree end behind the last byte that belongs to them]",
            State.NEEDS_REVIEW,
        ),
    ],
)
def test_what_a_note_covers(note: str, found: State) -> None:
    assert state(GUARD, note) is found


def test_a_word_of_notes_is_no_name_of_the_code() -> None:
    changed = UPSTREAM.replace("flush(context)", "flush(line)")
    assert state(changed, "[ben@example.net: moved a line]") is State.FINDING
    assert state(changed, "[ben@example.net: flush() takes `line` here]") is State.OK


def test_one_note_for_one_of_two() -> None:
    changed = GUARD.replace("+\tnew_way(page)", "+\tnewer_way(page)")
    found = deviations_explained(case(changed, "[ben@example.net: newer_way() is ours]"))
    assert (found.state, found.summary) == (
        State.FINDING,
        "1 of 2 deviations have no note in the message",
    )
    both = "[ben@example.net: newer_way() is ours, and thing() counts the end in]"
    assert state(changed, both) is State.OK


def test_a_vague_note_is_told() -> None:
    found = deviations_explained(case(GUARD, "[ben@example.net: no functional change]"))
    assert found.summary == "1 of 1 deviations have a note that explains no code"
    assert [one.text for one in found.evidence] == [
        "mm/thing.c (thing()): with other code, "
        "and the note says no more than where it is or of what kind"
    ]
