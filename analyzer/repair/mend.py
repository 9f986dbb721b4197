"""Repair of a whole patch: every damaged hunk completed, graded and, where possible, proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from analyzer.compare import Pair, pair_hunks
from analyzer.finding import NotChecked
from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.lines import FilePatch, Line
from analyzer.patch.reader import Patch
from analyzer.repair.complete import Completion, Lost, completions, lost_lines
from analyzer.repair.prove import Proof, prove
from analyzer.upstream import CommitFacts

_WEAKEST_LAST = (Grade.PROVEN, Grade.COUNTED, Grade.ASSUMED, Grade.NONE)

# (path, abbreviated blob id of the index line) -> the file before the patch, or None.
PreImage = Callable[[str, str | None], bytes | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a damaged patch. All that is said of the patch must hold in each."""

    name: str
    files: tuple[FilePatch, ...]


@dataclass(frozen=True, slots=True)
class Mended:
    """A patch after repair.

    ``readings`` has one entry, or two where lines are assumed: with them and without.
    ``damage`` is the patch's, with grades and restored lines. ``pairs`` lays the hunks beside
    upstream's. ``context_lost`` and ``unexplained`` count lines that stay lost: context, and
    added lines that nothing may put back. ``disproved`` names files whose hunks do not give the
    blob id of their index line, ``notes`` those for which that could not be tried.
    """

    readings: tuple[Reading, ...]
    damage: tuple[Damage, ...]
    pairs: tuple[Pair, ...]
    context_lost: int
    unexplained: int
    notes: tuple[NotChecked, ...] = ()
    disproved: tuple[NotChecked, ...] = ()

    @property
    def files(self) -> tuple[FilePatch, ...]:
        """The files in the reading with everything restored."""
        return self.readings[0].files


def mend(patch: Patch, commit: CommitFacts | None, pre_image: PreImage | None) -> Mended:
    """Complete what may be completed; prove it where the file before the patch is at hand."""
    pairs = pair_hunks(patch.files, commit) if commit is not None and commit.hunks else ()
    no_removals = patch.diffstat is not None and patch.diffstat.no_deletions
    files: list[FilePatch] = []
    damage = list(patch.damage)
    notes: list[NotChecked] = []
    disproved: list[NotChecked] = []
    context_lost = unexplained = proven = 0
    for file in patch.files:
        work = _FileWork.start(file, pairs, no_removals)
        proof = _prove(work, pre_image, notes, disproved)
        files.append(proof.file if proof else work.best())
        damage = _regraded(damage, work, proof)
        proven += proof is not None
        if proof is None:
            context_lost += sum(lost.context for lost in work.lost)
            unexplained += sum(options[0].unexplained for options in work.options)
    return Mended(
        _readings(tuple(files)),
        tuple(_whole_regraded(damage, all_proven=proven == len(patch.files))),
        pairs,
        context_lost,
        unexplained,
        tuple(notes),
        tuple(disproved),
    )


@dataclass(frozen=True, slots=True)
class _FileWork:
    """One file: per hunk, what is lost and the completions to choose from."""

    file: FilePatch
    lost: tuple[Lost, ...]
    options: tuple[tuple[Completion, ...], ...]

    @staticmethod
    def start(file: FilePatch, pairs: tuple[Pair, ...], no_removals: bool) -> _FileWork:
        by_hunk = {pair.hunk: pair for pair in pairs if pair.file is file}
        lost = tuple(lost_lines(hunk, no_removals=no_removals) for hunk in file.hunks)
        options = tuple(
            (Completion(hunk, (), 0),)
            if hunk.whole
            else completions(hunk, file.path, by_hunk.get(i), lost[i])
            for i, hunk in enumerate(file.hunks)
        )
        return _FileWork(file, lost, options)

    def best(self) -> FilePatch:
        return replace(self.file, hunks=tuple(options[0].hunk for options in self.options))


def _prove(
    work: _FileWork,
    pre_image: PreImage | None,
    notes: list[NotChecked],
    disproved: list[NotChecked],
) -> Proof | None:
    """Try a proof; a new file needs no target, the file before it is empty."""
    file = work.file
    if not file.hunks or file.new_blob is None or file.new_path is None:
        return None
    what = f"{file.path}: the blob id of its index line"
    before = b"" if file.old_path is None else _before(file, pre_image)
    if before is None:
        why = f"no tree with the blob {file.old_blob} was given"
        notes.append(NotChecked(what, why))
        return None
    found = prove(file, work.options, before)
    if isinstance(found, Proof):
        return found
    disproved.append(NotChecked(what, found))
    return None


def _before(file: FilePatch, pre_image: PreImage | None) -> bytes | None:
    if pre_image is None or file.old_path is None:
        return None
    return pre_image(file.old_path, file.old_blob)


def _regraded(damage: list[Damage], work: _FileWork, proof: Proof | None) -> list[Damage]:
    return [
        _grade_case(case, work, proof) if case.path == work.file.path and case.hunk else case
        for case in damage
    ]


# Kinds that are told of the whole input and done to its files.
_OF_ALL_FILES = (
    DamageKind.BLANK_LINES_DROPPED,
    DamageKind.TABS_TO_SPACES,
    DamageKind.CRLF,
    DamageKind.QUOTED,
    DamageKind.HTML_ENTITIES,
    DamageKind.QUOTED_PRINTABLE,
)


def _whole_regraded(damage: list[Damage], *, all_proven: bool) -> list[Damage]:
    """Damage to the whole input is as well repaired as the files are."""
    lost = [case.grade for case in damage if case.kind is DamageKind.LINES_DROPPED]
    weakest = max(lost, key=_WEAKEST_LAST.index, default=Grade.NONE)
    out = []
    for case in damage:
        if case.kind in _OF_ALL_FILES and all_proven:
            case = replace(case, grade=Grade.PROVEN)
        elif case.kind is DamageKind.BLANK_LINES_DROPPED:
            case = replace(case, grade=weakest)
        out.append(case)
    return out


def _grade_case(case: Damage, work: _FileWork, proof: Proof | None) -> Damage:
    if proof is not None:
        restored = proof.restored[(case.hunk or 1) - 1] if _lost(case) else ()
        text = f"{case.text}; repaired: blob id {proof.blob} ({len(proof.blob)} digits match)"
        return replace(case, grade=Grade.PROVEN, restored=restored, text=text)
    if not _lost(case):
        return case
    best = work.options[(case.hunk or 1) - 1][0]
    lost = work.lost[(case.hunk or 1) - 1]
    return replace(
        case,
        text=case.text + _remaining(best, lost),
        restored=best.restored,
        grade=_weakest(best),
    )


def _lost(case: Damage) -> bool:
    return case.kind in (DamageKind.LINES_DROPPED, DamageKind.TRUNCATED)


def _remaining(best: Completion, lost: Lost) -> str:
    parts = []
    if lost.context:
        parts.append(f"{lost.context} lines of context stay lost")
    if best.unexplained:
        parts.append(f"{best.unexplained} lost added lines are not put back")
    if not lost.exact:
        parts.append("removed lines may be among the lost")
    return "".join(f"; {part}" for part in parts)


def _weakest(completion: Completion) -> Grade:
    if completion.unexplained or not completion.restored:
        return Grade.NONE
    return max((one.grade for one in completion.restored), key=_WEAKEST_LAST.index)


def _readings(files: tuple[FilePatch, ...]) -> tuple[Reading, ...]:
    everything = Reading("with the assumed lines", files)
    if not any(
        line.grade is Grade.ASSUMED for file in files for hunk in file.hunks for line in hunk.lines
    ):
        return (Reading("as it stands", files),)
    without = tuple(
        replace(file, hunks=tuple(hunk.with_lines(_without(hunk.lines)) for hunk in file.hunks))
        for file in files
    )
    return (everything, Reading("without the assumed lines", without))


def _without(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    kept: list[Line] = []
    gap = False
    for line in lines:
        if line.grade is Grade.ASSUMED:
            gap = True
            continue
        kept.append(replace(line, after_gap=line.after_gap or gap))
        gap = False
    return tuple(kept)
