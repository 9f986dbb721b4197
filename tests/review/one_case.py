"""Cases for the rules: a patch read from text, beside facts of our own."""

from __future__ import annotations

from dataclasses import replace

from analyzer.compare.symbols import symbols_of
from analyzer.finding import Evidence
from analyzer.patch.reader import Patch, read_series
from analyzer.repair import Mended, Reading
from analyzer.review.case import Case
from analyzer.source import Place, Side
from analyzer.upstream import CommitFacts, Facts

ADA = "Ada Author <ada@example.org>"
BEN = "Ben Backporter <ben@example.net>"
CAT = "Cat Committer <cat@example.com>"
TITLE = "mm: move whole tables"
SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "fedcba9876543210fedcba9876543210fedcba98"
DATE = "Thu, 3 Jan 2019 15:28:38 -0800"

DIFF = """\
diff --git a/mm/mremap.c b/mm/mremap.c
--- a/mm/mremap.c
+++ b/mm/mremap.c
@@ -1,2 +1,3 @@ static void move_ptes(struct vm_area_struct *vma,
 \tint one;
+\tint two;
 \tint three;
"""

FACT = CommitFacts(
    id=SHA,
    subject=TITLE,
    author=ADA,
    date="2019-01-03T15:28:38-08:00",
    released="v5.0",
    fixes=(),
    extends=(),
    cve=(),
    introduces=(),
    companions=(),
    without="",
    probe="",
    property="",
    unsure=(),
    applies=None,
    carried=(),
    hunks=(),
    source="ours.toml",
)


def mail(body: str, *, subject: str = f"[PATCH] {TITLE}", sender: str = ADA) -> str:
    """A patch by mail. The body begins on line 5."""
    return f"From: {sender}\nDate: {DATE}\nSubject: {subject}\n\n{body}\n---\n{DIFF}"


def patch_of(text: str) -> Patch:
    (patch,) = read_series(text.encode("utf-8", "surrogateescape"), "in").patches
    return patch


def case_of(text: str, *commits: CommitFacts, user: str | None = None) -> Case:
    """The case of the only patch in ``text``; the first of ``commits`` that it names is its own."""
    patch = patch_of(text)
    facts = Facts(commits)
    named = user or next((one.sha for one in patch.message.upstream), None)
    return Case(
        patch=patch,
        mended=Mended(
            readings=(Reading("as it stands", patch.files),),
            damage=patch.damage,
            pairs=(),
            context_lost=0,
            unexplained=0,
            notes=(),
        ),
        symbols=(symbols_of(patch.files),),
        named=named,
        commit=facts.by(named).commit if named else None,
        facts=facts,
        others=(),
        architectures=(),
    )


def in_series(case: Case, *texts: str) -> Case:
    return replace(case, others=tuple(patch_of(text) for text in texts))


def at(line: int | None, text: str) -> Evidence:
    return Evidence(text, Place(Side.INPUT, line=line))


def known(text: str, commit: str = SHA) -> Evidence:
    return Evidence(text, Place(Side.UPSTREAM, commit=commit))
