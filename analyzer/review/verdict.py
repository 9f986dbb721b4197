"""The verdict: it speaks of behaviour only, and is never better than what was run."""

from __future__ import annotations

from analyzer.patch.lines import FilePatch
from analyzer.result import Basis, Verdict
from analyzer.review.behaviour import charged, doubts, open_gates, ran, touches_code
from analyzer.review.case import Case

_DOCUMENTS = "Documentation/"
_TEXTS = (".rst", ".txt", ".md")


def verdict_on(case: Case) -> Verdict:
    """``differs`` where a difference is charged to the patch, ``same`` where nothing is open.

    A patch to documents alone leaves every kernel as it was, so its verdict is ``same`` without a
    run. One that touches no C but something that is built or configured stays ``undecided``: what
    it switches on was not run.
    """
    if charged(case):
        return Verdict.DIFFERS
    if not touches_code(case):
        harmless = only_documents(case) and not case.unfit
        return Verdict.SAME if harmless else Verdict.UNDECIDED
    return Verdict.UNDECIDED if doubts(case) or open_gates(case) else Verdict.SAME


def basis_of(case: Case) -> Basis:
    """What the verdict stands on."""
    if case.proofs is not None and (case.proofs.complete or _refuted(case)):
        return Basis.PROOF
    return Basis.TRACES if ran(case) else Basis.NONE


def _refuted(case: Case) -> bool:
    """Whether a difference that is charged was found by proving."""
    own = case.outcome.divergences if case.outcome is not None else ()
    return any(one.divergence not in own for one in charged(case))


def only_documents(case: Case) -> bool:
    """Whether every file is text that no build reads, and all of it arrived."""
    if case.mended.damage or not case.patch.files:
        return False
    return all(map(_is_document, case.patch.files))


def _is_document(file: FilePatch) -> bool:
    paths = [path for path in (file.old_path, file.new_path) if path is not None]
    return bool(paths) and all(
        path.startswith(_DOCUMENTS) and path.endswith(_TEXTS) for path in paths
    )
