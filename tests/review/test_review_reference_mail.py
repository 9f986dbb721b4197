"""Every rule on the reference mail, whose items are pinned word by word."""

from __future__ import annotations

from pathlib import Path

import pytest
from one_case import at, case_of

from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review import cve, identity, performance, references, regression, signoffs
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import load

ROOT = Path(__file__).resolve().parents[2]
MAIL = ROOT.parent / "shared" / "seed" / "000_d967b3033ad95a4c.txt"
SHA = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"
SUBJECT = "mm: speed up mremap by 20x on large regions"
JOEL = "Joel Fernandes (Google) <joel@joelfernandes.org>"
KHORENKO = "Konstantin Khorenko <khorenko@virtuozzo.com>"
TKHAI = "Kirill Tkhai <ktkhai@virtuozzo.com>"
NOTE = at(39, f"(cherry picked from commit {SHA})")
NOTHING_FOUND = (at(1, "the message, lines 1 to 49, has none"),)

pytestmark = pytest.mark.skipif(
    not MAIL.is_file(), reason="the reference mail is not ours to ship, and is not beside the tree"
)


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(MAIL.read_bytes().decode("utf-8", "surrogateescape"), *load().all())


def upstream(text: str) -> Evidence:
    return Evidence(text, Place(Side.UPSTREAM, commit=SHA))


def said(line: int, before: str = "") -> Evidence:
    """A line of the mail, which is not quoted here."""
    return at(line, before + MAIL.read_text(encoding="utf-8").split("\n")[line - 1].strip())


def test_the_commit_is_named(case: Case) -> None:
    assert identity.upstream_named(case) == Item(
        "ID-1",
        "is the upstream commit named, in any of the forms distributions use?",
        State.OK,
        f"{SHA}, as “(cherry picked from commit <sha>)” on line 39",
        evidence=(NOTE,),
    )


def test_only_the_facts_know_the_commit(case: Case) -> None:
    assert identity.upstream_exists(case) == Item(
        "ID-2",
        "does that commit exist upstream, and is it not a merge?",
        State.CANNOT_TELL,
        "2c91bd4a4e2e was not looked up in an upstream repository; the facts have it",
        "only an upstream git repository shows that the commit is there and has one parent",
        (NOTE, upstream(f"mremap-core.toml knows 2c91bd4a4e2e as “{SUBJECT}”, in v5.0")),
        next="Look it up in an upstream repository: git cat-file -p COMMIT.",
    )


def test_subject_author_and_date_are_upstreams(case: Case) -> None:
    assert identity.subject_and_author(case) == Item(
        "ID-3",
        "are subject and author upstream's?",
        State.OK,
        "the subject is upstream's; the author is upstream's",
        evidence=(
            at(1, f"subject here: {SUBJECT}"),
            upstream(f"subject upstream: {SUBJECT}"),
            at(9, f"author here: {JOEL}"),
            upstream(f"author upstream: {JOEL}"),
            at(10, "the date is upstream's author date, 2019-01-03T15:28:38-08:00"),
        ),
    )


def test_the_sender_is_not_the_last_signer(case: Case) -> None:
    assert signoffs.signoff_chain(case) == Item(
        "ID-4",
        "is the Signed-off-by chain whole and in order?",
        State.NEEDS_REVIEW,
        f"{KHORENKO} sent the patch and signed it (line 40), "
        f"but the last sign-off is that of {TKHAI} (line 41)",
        "everyone who passes a patch on signs below the one it came from, so the last sign-off "
        "should be the sender's",
        (
            at(31, f"Signed-off-by: {JOEL}"),
            at(37, "Signed-off-by: Andrew Morton <akpm@linux-foundation.org>"),
            at(38, "Signed-off-by: Linus Torvalds <torvalds@linux-foundation.org>"),
            NOTE,
            at(40, f"Signed-off-by: {KHORENKO}"),
            at(41, f"Signed-off-by: {TKHAI}"),
        ),
        next="Find out who handled the patch last, and put that sign-off last.",
    )


def test_no_ticket_is_named(case: Case) -> None:
    assert references.tracker_reference(case) == Item(
        "ID-5",
        "is there a tracker reference?",
        State.NEEDS_REVIEW,
        "the message names no ticket",
        evidence=NOTHING_FOUND,
        next="Name the ticket of this backport in the message, or say that there is none.",
    )


def test_the_tree_is_named(case: Case) -> None:
    assert references.tree_prefix(case) == Item(
        "ID-6",
        "does the subject carry the tree's prefix?",
        State.OK,
        "the subject names ms/, RHEL7",
        "whether the tree wants this one is for the release's checklist to say",
        (at(1, f"[Devel] [PATCH RHEL7 COMMIT] ms/{SUBJECT}"),),
    )


def test_there_is_no_cve(case: Case) -> None:
    assert cve.named_cve(case) == Item(
        "CV-1",
        "is the CVE named the CVE of that commit?",
        State.NOT_APPLICABLE,
        "no CVE is named, and the facts have none for the commit",
        evidence=NOTHING_FOUND,
    )


def test_the_draft_names_page_tables_locks_and_flushes(case: Case) -> None:
    item = regression.where_problems_occur(case)
    assert (item.id, item.state, item.answered_by) == ("RG-1", State.NEEDS_REVIEW, "a person")
    assert item.summary == (
        "draft: HAVE_IRQ_TIME_ACCOUNTING in arch/Kconfig; "
        "move_normal_pmd, move_page_tables in mm/mremap.c; "
        "watch page-table entries, page-table locks, TLB flush, rmap locks, locks, assertions"
    )
    assert item.evidence == (
        at(61, "arch/Kconfig: HAVE_IRQ_TIME_ACCOUNTING"),
        at(69, "mm/mremap.c: move_normal_pmd"),
        at(106, "mm/mremap.c: move_page_tables"),
        at(82, "page-table entries: pmd_none, pmd_lock, pmd_lockptr, pmd_clear, set_pmd_at"),
        at(88, "page-table locks: pmd_lock, pmd_lockptr"),
        at(98, "TLB flush: flush_tlb_range"),
        at(113, "rmap locks: take_rmap_locks, drop_rmap_locks"),
        at(91, "locks: spin_lock_nested, spin_unlock"),
        at(82, "assertions: WARN_ON, VM_BUG_ON"),
    )


def test_the_figures_are_told_and_summed_up(case: Case) -> None:
    assert performance.claim_holds(case) == Item(
        "RG-2",
        "does the performance claim hold on the target?",
        State.CANNOT_TELL,
        "claimed: 20x, ~20x, 3.4-3.6 milliseconds to 144-160, 6 measurements; "
        "the target was not measured, the figures are the author's, on upstream's kernel",
        "computed from the message: means 3486467 (of 3) and 151217.3 (of 3) nanoseconds, "
        "ratio 23.1; no label says which were taken before and which after: it may have got lost",
        (
            at(1, f"20x: {SUBJECT}"),
            said(17),
            said(19, "~20x: "),
            said(20, "3.4-3.6 milliseconds to 144-160: "),
            *(said(line) for line in range(21, 27)),
            said(43, "20x: "),
        ),
        next="Measure on the target, without and with the patch, and compare with these figures.",
    )
