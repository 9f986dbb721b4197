"""What a replay came to, in the report: verdict, SM items, CF-4, DP-1, DP-2, RG-2, limits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from made_outcomes import (
    CALL,
    DIFFERS,
    OFF,
    ON,
    READING,
    SAME,
    UNDECIDED,
    divergence,
    gate,
    runs,
)
from one_case import FACT, SHA, case_of

from analyzer.compare.symbols import symbols_of
from analyzer.finding import Evidence, State
from analyzer.patch.damage import Damage, DamageKind, Grade, Restored
from analyzer.pipeline import report_on
from analyzer.repair import Reading
from analyzer.replay.outcome import Cause, NotRun, Outcome, Told
from analyzer.report import Format, render, schema
from analyzer.result import Basis, Divergence, Item, Kernel, Report, Standing, Verdict, exit_code
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import Companion, Conditions, Role, parse_pattern

MESSAGE = f"Subject: [PATCH] thing\n\ncommit {SHA} upstream.\n\nThis is 20x faster.\n---\n"
CODE = """\
diff --git a/mm/mremap.c b/mm/mremap.c
--- a/mm/mremap.c
+++ b/mm/mremap.c
@@ -1,2 +1,11 @@ static void move_it(struct vm_area_struct *vma,
 {
+#ifdef CONFIG_HAVE_IT
+\tif (pmd_trans_huge(*pmd))
+\t\treturn pmd_alloc(mm, pud, (addr + 1));
+\tflush_it();
+\tmove(vma);
+}
+static bool helper(int a)
+{
+#endif
 }
"""
FIX = replace(
    FACT,
    id="aaaabbbbccccddddeeeeffff0000111122223333",
    subject="mm: guard the move",
    fixes=(SHA[:12],),
    cve=("CVE-2020-0001",),
    without="the move is seen half done",
    probe="move it: is a lock held?",
    applies=Conditions(code=(parse_pattern("move ( ... )"),)),
    probed=True,
)
AROUND = replace(
    FACT,
    id="bbbbccccddddeeeeffff00001111222233334444",
    subject="mm: flush before the unlock",
    without="a page is reached after it was freed",
)
COMMIT = replace(FACT, companions=(Companion(AROUND.id, Role.BASE),))
WITH, WITHOUT = "with the assumed lines", "without the assumed lines"
NAMES = ("SM-1", "SM-2", "SM-3", "SM-4", "SM-5", "SM-6")


def case(outcome: Outcome | None, diff: str = CODE) -> Case:
    return replace(case_of(MESSAGE + diff, COMMIT, FIX, AROUND), outcome=outcome)


def torn(outcome: Outcome) -> Case:
    """The same, with two readings of a patch that lost lines."""
    whole = case(outcome)
    readings = (Reading(WITH, whole.mended.files), Reading(WITHOUT, whole.mended.files))
    symbols = tuple(symbols_of(reading.files) for reading in readings)
    return replace(whole, mended=replace(whole.mended, readings=readings), symbols=symbols)


def report(outcome: Outcome | None, diff: str = CODE) -> Report:
    return report_on(case(outcome, diff))


def item(found: Report, name: str) -> Item:
    return next(one for one in found.items if one.id == name)


def states(found: Report, *names: str) -> dict[str, str]:
    return {one.id: one.state.value for one in found.items if one.id in (names or NAMES)}


def document(found: Report) -> Any:
    written = json.loads(render((found,), Format.JSON, color=False, width=80))
    jsonschema.validate(written, schema())
    return written


def after(line: int, text: str) -> Evidence:
    return Evidence(text, Place(Side.PATCH_AFTER, "mm/mremap.c", line))


# --- the three verdicts -----------------------------------------------------------------


def test_a_replay_without_a_difference_is_the_same_on_the_basis_of_traces() -> None:
    found = report(SAME)
    written = document(found)
    assert (found.verdict, found.basis) == (Verdict.SAME, Basis.TRACES)
    assert states(found, *NAMES, "CF-4") == {
        "SM-1": "needs-review",
        "SM-2": "cannot-tell",
        "SM-3": "ok",
        "SM-4": "ok",
        "SM-5": "ok",
        "SM-6": "ok",
        "CF-4": "ok",
    }
    where = "40 operations on 2 bases (4.9-style, 5.9-style), 1 geometry; HAVE_IT=y, HAVE_IT=n"
    assert item(found, "SM-1").summary == "sampled, 40 runs: the same path was taken in each"
    assert item(found, "SM-6").summary == f"all traces replay the same: {where}"
    assert written["assumptions"] == [
        {"text": "the rest of the target is as in the reference", "rests_on": "verdict"}
    ]
    assert len(written["runs"]) == 4
    assert written["runs"][0] == {
        "arch": "x86_64",
        "geometry": "4 levels",
        "config": {"HAVE_IT": "y"},
        "reading": READING,
        "base": "4.9-style",
        "operations": 10,
        "seed": 7,
    }
    assert [one["pmds_moved"] for one in written["work"]] == [2, 0]
    assert found.kernels == (
        Kernel(
            "upstream.before",
            "the built-in reference: 4.9-style, 5.9-style",
            None,
            (("move_page_tables", Standing.REFERENCE),),
        ),
        Kernel(
            "upstream.after",
            "the built-in reference with the commit: 4.9-style, 5.9-style",
            SHA,
            (("move_it", Standing.REFERENCE),),
        ),
        Kernel(
            "target.before",
            "assumed: the built-in reference (4.9-style, 5.9-style)",
            None,
            (("move_page_tables", Standing.REFERENCE),),
        ),
        Kernel(
            "target.after",
            "the patch's text spliced onto the built-in reference: 4.9-style, 5.9-style",
            None,
            (
                ("move_it", Standing.TRANSLATED),
                ("move_ptes", Standing.REFERENCE),
                ("move_page_tables", Standing.SPLICED),
            ),
        ),
    )


def test_a_difference_charged_to_the_patch_is_a_finding_under_its_item() -> None:
    found = report(DIFFERS)
    document(found)
    assert (found.verdict, found.basis, exit_code(found)) == (Verdict.DIFFERS, Basis.TRACES, 1)
    assert states(found) == {
        "SM-1": "needs-review",
        "SM-2": "cannot-tell",
        "SM-3": "needs-review",
        "SM-4": "finding",
        "SM-5": "needs-review",
        "SM-6": "needs-review",
    }
    assert item(found, "SM-4") == Item(
        "SM-4",
        "locks held, ordered and released alike; TLB flushed before the unlock?",
        State.FINDING,
        "move_it() differs from upstream in this: flush",
        "broken: no stale translation when a page-table lock is released",
        (
            after(2, "D1: flush, in move_it()"),
            Evidence("D1: upstream's line for it", Place(Side.UPSTREAM, "mm/mremap.c", 231, SHA)),
            Evidence(f"D1: {CALL}; 4.9-style; x86_64, 4 levels; HAVE_IT=y; as it stands"),
        ),
        ("D1",),
        "Follow D1 step by step and mend mm/mremap.c:2.",
    )
    assert item(found, "SM-6").summary == "the traces differ: see SM-4 (D1)"
    assert found.divergences[0] == Divergence(
        "D1",
        Cause.PATCH,
        "move_it",
        "patch.after",
        "mm/mremap.c",
        2,
        ON,
        ("page at 0x8000", CALL),
        None,
        "flush",
        "no stale translation when a page-table lock is released",
        "  ptl | takes the lock\n> ptl | flushes\n      | releases the lock",
        "  ptl | takes the lock\n> ptl | releases the lock\n      | flushes",
    )
    assert [(one.id, one.cause) for one in found.divergences[1:]] == [
        ("D2", Cause.FOLLOW_UP),
        ("D3", Cause.BASE),
    ]


def test_what_could_not_be_run_is_undecided_and_named_in_every_item() -> None:
    found = report(UNDECIDED)
    document(found)
    assert (found.verdict, found.basis) == (Verdict.UNDECIDED, Basis.NONE)
    assert set(states(found).values()) == {"cannot-tell"}
    said = "not answered by running: frobnicate() (mm/mremap.c:2): the model does not have it"
    assert {item(found, name).summary for name in NAMES} == {said}
    assert item(found, "CF-4").reason.endswith("the model does not have it")
    assert found.not_checked[0].what == "frobnicate() (mm/mremap.c:2)"
    assert found.kernels[3] == Kernel(
        "target.after", "the patch's text, not run", None, (("move_it", Standing.UNMODELLED),)
    )


def test_code_that_was_not_run_at_all_is_undecided() -> None:
    found = report(None)
    assert (found.verdict, found.basis, found.runs) == (Verdict.UNDECIDED, Basis.NONE, ())
    assert {item(found, name).summary for name in NAMES} == {"behaviour was not run"}


# --- what stands against `same` ---------------------------------------------------------


@pytest.mark.parametrize(
    "outcome",
    [
        replace(SAME, ran=False),
        replace(SAME, runs=()),
        replace(SAME, runs=tuple(replace(run, operations=0) for run in SAME.runs)),
        replace(SAME, not_run=(NotRun("half of it", "it stopped"),)),
        replace(SAME, not_run=(NotRun("the error paths", "no table is allocated", item="SM-3"),)),
        replace(SAME, gates=(gate(as_before=False),)),
    ],
    ids=["did not run", "no runs", "empty runs", "a stop", "an item's own", "a gate that leaks"],
)
def test_nothing_is_the_same_while_something_stands_against_it(outcome: Outcome) -> None:
    assert report(outcome).verdict is Verdict.UNDECIDED


def test_what_concerns_another_item_only_keeps_no_behaviour_open() -> None:
    outcome = replace(SAME, not_run=(NotRun("the figures", "nothing was timed", item="RG-2"),))
    assert report(outcome).verdict is Verdict.SAME


def test_what_one_item_lacks_leaves_the_others_answered() -> None:
    why = NotRun("the error paths", "no table is allocated", item="SM-3")
    found = report(replace(SAME, not_run=(why,)))
    assert states(found) == {**states(report(SAME)), "SM-3": "cannot-tell"}
    assert item(found, "SM-3").summary == (
        "not answered by running: the error paths: no table is allocated"
    )


_ABSENT = Damage(DamageKind.DIFFSTAT, "it is not there", "mm/rmap.c", declared=4, kept=0)


@pytest.mark.parametrize(
    ("lost", "diff"),
    [
        ({"unexplained": 1}, CODE),
        ({"inexact": 1}, CODE),
        ({"damage": (Damage(DamageKind.TRUNCATED, "it ends here", "mm/mremap.c"),)}, CODE),
        ({"damage": (Damage(DamageKind.GARBLED, "stray hunks"),)}, CODE),
        ({"damage": (_ABSENT,)}, CODE),
        ({}, CODE + CODE.replace("mm/mremap.c", "arch/x86/entry.S")),
    ],
    ids=["lost", "may be lost", "cut", "garbled", "a file is missing", "assembly"],
)
def test_a_patch_that_is_not_read_in_full_is_never_the_same(
    lost: dict[str, Any], diff: str
) -> None:
    whole = case(SAME, diff)
    found = report_on(replace(whole, mended=replace(whole.mended, **lost)))
    assert found.verdict is Verdict.UNDECIDED
    assert states(found)["SM-6"] == "cannot-tell"


def test_damage_that_was_undone_or_hides_context_alone_leaves_the_verdict() -> None:
    whole = case(SAME)
    line = Restored(7, "#endif", "directive", Grade.ASSUMED)
    lost = Damage(
        DamageKind.LINES_DROPPED, "lost", "mm/mremap.c", 1, grade=Grade.ASSUMED, restored=(line,)
    )
    wrong = Damage(DamageKind.DIFFSTAT, "it counts another number", "mm/mremap.c")
    found = report_on(
        replace(whole, mended=replace(whole.mended, damage=(lost, wrong), context_lost=3))
    )
    assert found.verdict is Verdict.SAME
    assert [one.text for one in found.assumptions] == [
        "mm/mremap.c hunk 1: the lost line `#endif` stood at line 7",
        "the rest of the target is as in the reference",
    ]


def test_a_line_put_back_is_assumed_once() -> None:
    told = (("line 7: '#endif' was lost and is taken from the shape", "verdict"),)
    whole = case(replace(SAME, assumptions=told))
    line = Restored(7, "#endif", "directive", Grade.ASSUMED)
    lost = Damage(
        DamageKind.LINES_DROPPED, "lost", "mm/mremap.c", 1, grade=Grade.ASSUMED, restored=(line,)
    )
    found = report_on(replace(whole, mended=replace(whole.mended, damage=(lost,))))
    assert len(found.assumptions) == 1


# --- differences that the patch may not be charged with ---------------------------------


def test_lost_lines_make_a_difference_an_open_question() -> None:
    whole = case(DIFFERS)
    found = report_on(replace(whole, mended=replace(whole.mended, unexplained=2)))
    assert found.verdict is Verdict.UNDECIDED
    assert (item(found, "SM-4").state, item(found, "SM-4").summary) == (
        State.CANNOT_TELL,
        "2 added lines are lost and may change the answer",
    )
    assert [one.cause for one in found.divergences] == [Cause.FOLLOW_UP, Cause.BASE]


def test_a_difference_of_one_reading_rests_on_assumed_lines() -> None:
    outcome = replace(
        DIFFERS,
        divergences=(divergence(Cause.PATCH, "SM-4", reading=WITHOUT),),
        runs=runs(WITHOUT, readings=(WITH, WITHOUT)),
    )
    found = report_on(torn(outcome))
    assert (found.verdict, found.divergences) == (Verdict.UNDECIDED, ())
    assert (item(found, "SM-4").state, item(found, "SM-4").reason) == (
        State.CANNOT_TELL,
        f"{WITHOUT}: move_it() differs from upstream in this: flush; {WITH}: no difference",
    )


def test_a_difference_of_every_reading_is_charged() -> None:
    outcome = replace(
        DIFFERS,
        divergences=(divergence(Cause.PATCH, "SM-4", reading=WITH),),
        runs=runs(WITH, WITHOUT, readings=(WITH, WITHOUT)),
    )
    assert report_on(torn(outcome)).verdict is Verdict.DIFFERS


def test_faults_of_the_base_and_missing_fixes_leave_the_verdict() -> None:
    others = tuple(one for one in DIFFERS.divergences if one.cause is not Cause.PATCH)
    found = report(replace(SAME, divergences=others))
    assert found.verdict is Verdict.SAME
    assert states(found)["SM-4"] == "ok"
    assert item(found, "SM-4").reason == "D2: the base's own, see DP-1"


@pytest.mark.parametrize(
    ("cause", "wanted"),
    [
        (Cause.PATCH, Verdict.DIFFERS),
        (Cause.CONFIGURATION, Verdict.DIFFERS),
        (Cause.BASE, Verdict.SAME),
        (Cause.FOLLOW_UP, Verdict.SAME),
    ],
)
def test_only_patch_and_configuration_make_it_differ(cause: Cause, wanted: Verdict) -> None:
    outcome = replace(SAME, divergences=(divergence(cause, "SM-1"),))
    assert report(outcome).verdict is wanted


def test_an_item_that_nobody_knows_is_told_under_the_last_one() -> None:
    found = report(replace(SAME, divergences=(divergence(Cause.PATCH, "SM-9"),)))
    assert [one.id for one in found.items if one.divergences] == ["SM-6"]


def test_where_the_patch_has_no_line_upstreams_is_told() -> None:
    found = report(replace(SAME, divergences=(divergence(Cause.PATCH, "SM-4", line=None),)))
    told = found.divergences[0]
    assert (told.side, told.path, told.line) == ("upstream", None, 231)
    assert item(found, "SM-4").summary == "the patch differs from upstream in this: flush"
    document(found)


# --- a patch without C ------------------------------------------------------------------

TEXT = CODE.replace("mm/mremap.c", "Documentation/mm/thing.rst")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("Documentation/mm/thing.rst", Verdict.SAME),
        ("Documentation/conf.py", Verdict.UNDECIDED),
        ("arch/x86/lib/x86-opcode-map.txt", Verdict.UNDECIDED),
        ("arch/Kconfig", Verdict.UNDECIDED),
        ("mm/Makefile", Verdict.UNDECIDED),
    ],
)
def test_without_code_only_documents_are_sure_to_change_nothing(path: str, wanted: Verdict) -> None:
    found = report(None, CODE.replace("mm/mremap.c", path))
    assert (found.verdict, found.basis) == (wanted, Basis.NONE)
    assert set(states(found).values()) == {"not-applicable"}
    # No item says why the verdict is open, so this does.
    said = [gap.why for gap in found.not_checked if gap.what == "behaviour"]
    why = "the patch changes no C: what it builds or sets was not run"
    assert said == ([why] if wanted is Verdict.UNDECIDED else [])


def test_a_damaged_document_is_not_known() -> None:
    whole = case(None, TEXT)
    damage = (Damage(DamageKind.TRUNCATED, "it ends here"),)
    found = report_on(replace(whole, mended=replace(whole.mended, damage=damage)))
    assert found.verdict is Verdict.UNDECIDED


# --- SM-2 -------------------------------------------------------------------------------


def test_callees_are_listed_with_their_arity_and_their_line() -> None:
    found = item(report(SAME), "SM-2")
    assert [(one.text, one.place and one.place.line) for one in found.evidence] == [
        ("pmd_trans_huge(1 argument)", 13),
        ("pmd_alloc(3 arguments)", 14),
        ("flush_it(0 arguments)", 15),
        ("move(1 argument)", 16),
    ]


# --- CF-4 -------------------------------------------------------------------------------


def told(found: Report, name: str) -> tuple[State, str]:
    one = item(found, name)
    return one.state, one.summary


def test_a_symbol_that_is_off_and_changes_the_kernel_is_a_finding() -> None:
    found = report(replace(SAME, gates=(gate(off="moves tables", as_before=False),)))
    assert told(found, "CF-4") == (
        State.FINDING,
        "with HAVE_IT off, the kernel does not do what it did before the patch",
    )
    assert item(found, "CF-4").reason == (
        "as it stands: HAVE_IT=y: moves tables, HAVE_IT=n: moves tables"
    )


def test_readings_that_gate_differently_are_both_told() -> None:
    for other in ((gate(WITHOUT, off="moves tables", as_before=False),), ()):
        outcome = replace(SAME, gates=(gate(WITH), *other), runs=runs(readings=(WITH, WITHOUT)))
        found = report_on(torn(outcome))
        assert found.verdict is Verdict.SAME
        assert told(found, "CF-4") == (
            State.CANNOT_TELL,
            "with the symbol off, the readings of the damaged patch behave differently",
        )
        second = "HAVE_IT=y: moves tables, HAVE_IT=n: moves tables"
        assert item(found, "CF-4").reason == (
            f"{WITH}: HAVE_IT=y: moves tables, HAVE_IT=n: moves entries; "
            f"{WITHOUT}: {second if other else 'no code depends on a symbol'}"
        )


def test_a_kernel_before_the_patch_that_was_not_run_leaves_it_open() -> None:
    found = report(replace(SAME, gates=(gate(as_before=None),)))
    assert item(found, "CF-4").state is State.CANNOT_TELL


def test_a_difference_raised_under_the_gate_is_its_finding() -> None:
    found = report(replace(SAME, divergences=(divergence(Cause.CONFIGURATION, "CF-4"),)))
    assert (item(found, "CF-4").state, item(found, "CF-4").divergences) == (
        State.FINDING,
        ("D1",),
    )


# --- DP-1 and DP-2 ----------------------------------------------------------------------


def probed(carried: bool | None) -> Outcome:
    return replace(SAME, probes=(Told("aaaabbbbcccc", carried, "a lock, or none"),))


def test_a_probe_decides_where_text_proposes() -> None:
    absent = told(report(probed(None)), "DP-2")
    assert absent == told(report(probed(False)), "DP-2") == told(report(None), "DP-2")
    assert absent == (
        State.FINDING,
        "this patch does not carry aaaabbbbcccc (CVE-2020-0001); not looked for elsewhere",
    )
    assert told(report(probed(True)), "DP-2") == (
        State.OK,
        "every later fix known that this code can need is there, told by running: "
        "aaaabbbbcccc (CVE-2020-0001)",
    )


def test_text_that_looks_fixed_is_overruled_by_running() -> None:
    folded = replace(FIX, carried=(parse_pattern("flush_it ( )"),))
    whole = case_of(MESSAGE + CODE, COMMIT, folded, AROUND)
    looks = report_on(replace(whole, outcome=replace(SAME)))
    assert item(looks, "DP-2").state is State.NEEDS_REVIEW
    run = report_on(replace(whole, outcome=probed(False)))
    assert item(run, "DP-2").state is State.FINDING


def test_what_a_probe_told_is_evidence() -> None:
    def said(outcome: Outcome | None) -> str:
        return item(report(outcome), "DP-2").evidence[0].text

    start = (
        'aaaabbbbcccc (CVE-2020-0001) ("mm: guard the move") (in v5.0): without it the move is '
        "seen half done; "
    )
    assert said(None) == (
        f"{start}to tell: move it: is a lock held? (this tool's own probe, not run here)"
    )
    assert said(probed(None)) == (
        f"{start}running could not tell, and text only proposes: a lock, or none; "
        "to tell: move it: is a lock held?"
    )
    assert said(probed(False)) == (f"{start}it is not there, told by running: a lock, or none")
    assert said(probed(True)) == f"{start}it is there, told by running: a lock, or none"


def test_a_missing_fix_has_its_divergence_and_its_line() -> None:
    found = item(report(DIFFERS), "DP-2")
    assert (found.state, found.divergences) == (State.FINDING, ("D2",))
    assert found.evidence[0].place == Place(Side.PATCH_AFTER, "mm/mremap.c", 2)
    assert found.evidence[1] == after(
        2, "D2: flush, in move_it(); upstream's side has aaaabbbbcccc"
    )


def test_a_fault_of_both_sides_that_no_fix_explains_is_for_a_person() -> None:
    outcome = replace(probed(True), divergences=(divergence(Cause.FOLLOW_UP, "DP-2"),))
    found = item(report(outcome), "DP-2")
    assert (found.state, found.divergences) == (State.NEEDS_REVIEW, ("D1",))


def test_a_probe_of_a_commit_that_the_facts_do_not_have_is_told() -> None:
    outcome = replace(SAME, probes=(Told("ccccddddeeee", False, "two warnings"),))
    assert item(report(outcome), "DP-2").evidence[-1] == Evidence(
        "ccccddddeeee, which the facts do not have: told by running: two warnings"
    )


def test_a_fix_that_only_some_bases_need_is_no_finding() -> None:
    conditional = replace(
        FIX, applies=Conditions(code=(parse_pattern("move ( ... )"),), base="slots are shared")
    )
    whole = case_of(MESSAGE + CODE, COMMIT, conditional, AROUND)
    found = item(report_on(replace(whole, outcome=probed(False))), "DP-2")
    assert found.state is State.NEEDS_REVIEW
    assert "this matters only where slots are shared" in found.evidence[0].text


def test_the_bases_own_faults_are_told_and_not_charged() -> None:
    found = item(report(DIFFERS), "DP-1")
    assert (found.state, found.summary, found.divergences) == (
        State.NEEDS_REVIEW,
        "the bases have 1 fault of their own, which the patch neither brings nor mends",
        ("D3",),
    )
    assert found.next == "Look for bbbbccccdddd in the target, and take it first."


def test_fixes_around_the_commit_are_named_without_a_run_too() -> None:
    found = report(None)
    assert (item(found, "DP-1").state, item(found, "DP-1").evidence) == (
        State.CANNOT_TELL,
        (
            Evidence(
                'a fix of the code around it, bbbbccccdddd ("mm: flush before the unlock") '
                "(in v5.0): without it a page is reached after it was freed; whether the target "
                "has it was not looked up"
            ),
        ),
    )
    assert "fixes of the code around the commit: bbbbccccdddd" in [
        one.what for one in found.not_checked
    ]


# --- RG-2 and what was not checked ------------------------------------------------------


def test_the_work_that_was_counted_stands_beside_the_claim() -> None:
    found = item(report(SAME), "RG-2")
    assert found.state is State.CANNOT_TELL
    assert found.reason == (
        "counted by replaying: two tables: moves 1,024 to 2 (512.0x), flushes 16 to 2 (8.0x); "
        "these are steps, not time: what a step costs on the target was not measured"
    )
    assert [one.text for one in found.evidence[1:]] == [
        "two tables; 4.9-style; x86_64, 4 levels; HAVE_IT=y; as it stands: "
        "0 PTEs and 2 PMDs moved, 0 tables allocated, 2 flushes",
        "two tables; 4.9-style; x86_64, 4 levels; HAVE_IT=n; as it stands: "
        "1,024 PTEs and 0 PMDs moved, 2 tables allocated, 16 flushes",
    ]


def test_what_replaying_does_not_see_is_listed() -> None:
    assert [one.what for one in report(SAME).not_checked] == [
        "the 4.20-style base",
        "interleavings with other CPUs",
        "inputs that were not sampled",
        "architectures other than x86_64",
        "the target's own callers, callees and configuration, its own move_ptes()",
        "upstream's text and history",
        "fixes of the code around the commit: bbbbccccdddd",
    ]


def test_one_trace_on_two_bases_is_told_apart() -> None:
    other = tuple(replace(one, setting=replace(one.setting, base="5.9-style")) for one in SAME.work)
    found = report(replace(SAME, work=(*SAME.work, *other, *other)))
    assert [(one.trace, one.config) for one in found.work] == [
        ("two tables (4.9-style, 4 levels)", ON),
        ("two tables (4.9-style, 4 levels)", OFF),
        ("two tables (5.9-style, 4 levels)", ON),
        ("two tables (5.9-style, 4 levels)", OFF),
    ]
