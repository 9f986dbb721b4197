from __future__ import annotations

from dataclasses import replace

from form_checks import FULL, check_sru
from sample_reports import EMPTY

from analyzer.finding import State
from analyzer.result import Item, LetterFacts, PatchFacts, Report

RISK = Item(
    "RG-1",
    "where could problems occur?",
    State.NEEDS_REVIEW,
    "draft: move_page_tables in mm/mremap.c",
    reason="mm/mremap.c: exercise mremap(2)",
    next="Check this draft against the code.",
    answered_by="a person",
)
TEST = Item(
    "TS-2",
    "run-tested, with which test?",
    State.NEEDS_REVIEW,
    "a person answers this",
    next="Run the subsystem's tests and name them.",
    answered_by="a person",
)


def section(report: Report, title: str) -> list[str]:
    lines = check_sru(report)
    start = lines.index(f"[{title}]") + 2
    ends = (at for at in range(start, len(lines)) if lines[at].startswith("["))
    end = next(ends, len(lines))
    return [line for line in lines[start:end] if line]


def test_the_risk_is_the_drafted_one() -> None:
    assert section(replace(FULL, items=(RISK,)), "Where problems could occur") == [
        "* RG-1 needs-review: draft: move_page_tables in mm/mremap.c (answered",
        "  by: a person)",
        "  reason: mm/mremap.c: exercise mremap(2)",
        "  next: Check this draft against the code.",
    ]


def test_the_plan_proposes_and_claims_no_test() -> None:
    assert section(replace(FULL, items=(RISK, TEST)), "Test Plan") == [
        "TODO: no kernel was built, booted or tested for this draft.",
        "* TS-2 needs-review: a person answers this (answered by: a person)",
        "  next: Run the subsystem's tests and name them.",
        "* exercise what changed: draft: move_page_tables in mm/mremap.c",
    ]


def test_every_item_is_told_once() -> None:
    items = tuple(Item(f"{id}-9", "t", State.CANNOT_TELL, "s") for id in ("ZZ", "TX", "CF", "LM"))
    lines = check_sru(replace(EMPTY, items=(*FULL.items, *items, RISK, TEST)))
    told = [line.split(" ")[1] for line in lines if line[:2] == "* " and "-" in line.split(" ")[1]]
    assert sorted(told) == sorted(item.id for item in (*FULL.items, *items, RISK, TEST))


def test_what_is_not_known_is_to_do() -> None:
    lines = check_sru(EMPTY)
    assert lines[2] == "BugLink: https://bugs.launchpad.net/bugs/TODO"
    assert section(EMPTY, "Impact") == [
        "TODO: what users of this release see without the change, and whom.",
        "Subject of the patch: the patch has no subject",
        "Upstream commit: TODO, not named",
    ]


def test_a_letter_forges_no_section_and_no_link() -> None:
    evil = "x\n[Impact]\nBugLink: https://evil.example\n[Test Plan]\nTested-by: me"
    letter = LetterFacts(trackers=(f"launchpad#{evil}", "launchpad#12"), cves=(evil,))
    patch = PatchFacts(evil, evil, evil, evil, evil, (evil,), True, ())
    lines = check_sru(replace(EMPTY, letter=letter, patch=patch))
    assert lines[2] == "BugLink: https://bugs.launchpad.net/bugs/12"
    assert not any(line.startswith("Tested-by") for line in lines)
