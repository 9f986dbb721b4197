"""Repair of a whole patch: every damaged hunk completed, graded and, where possible, proven."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzer.compare import Pair, pair_hunks
from analyzer.finding import NotChecked
from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.lines import FilePatch, Line
from analyzer.patch.reader import Patch
from analyzer.repair.complete import Completion, Lost, completions, doubted, lost_lines
from analyzer.upstream import CommitFacts

if TYPE_CHECKING:
    from analyzer.repair.prove import Proof

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
    added lines that nothing may put back; ``inexact`` counts hunks that may have lost removed
    lines too, and then as many added ones with them, since counts show the difference alone.
    ``disproved`` names files of which no reading that was tried gives the blob id of their index
    line, ``notes`` those for which none could be tried.
    """

    readings: tuple[Reading, ...]
    damage: tuple[Damage, ...]
    pairs: tuple[Pair, ...]
    context_lost: int
    unexplained: int
    notes: tuple[NotChecked, ...] = ()
    disproved: tuple[NotChecked, ...] = ()
    inexact: int = 0

    @property
    def files(self) -> tuple[FilePatch, ...]:
        """The files in the reading with everything restored."""
        return self.readings[0].files


def mend(patch: Patch, commit: CommitFacts | None, pre_image: PreImage | None) -> Mended:
    """Complete what may be completed; prove it where the file before the patch is at hand."""
    pairs = pair_hunks(patch.files, commit) if commit is not None and commit.hunks else ()
    work = _work(patch, pairs)
    share = sum(any(not hunk.whole for hunk in one.file.hunks) for one in work) or 1
    tried = [_tried(one, pre_image, share) for one in work]
    open_work = [one.work for one in tried if one.proof is None]
    return Mended(
        _readings(tuple(one.file for one in tried)),
        _whole_regraded(
            _regraded(patch.damage, tried),
            all_proven=any(one.proof for one in tried)
            and not any(one.file.hunks for one in open_work),
        ),
        pairs,
        sum(lost.context for one in open_work for lost in one.lost),
        sum(options[0].unexplained for one in open_work for options in one.options),
        tuple(one.note for one in tried if one.note and not one.disproved),
        tuple(one.note for one in tried if one.note and one.disproved),
        sum(not lost.exact for one in open_work for lost in one.lost),
    )


@dataclass(frozen=True, slots=True)
class _FileWork:
    """One file: per hunk, what is lost and the completions to choose from."""

    file: FilePatch
    lost: tuple[Lost, ...]
    options: tuple[tuple[Completion, ...], ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A file after the attempt to prove it; ``note`` says why there is no proof."""

    work: _FileWork
    proof: Proof | None = None
    note: NotChecked | None = None
    disproved: bool = False

    @property
    def file(self) -> FilePatch:
        if self.proof is not None:
            return self.proof.file
        hunks = tuple(options[0].hunk for options in self.work.options)
        return replace(self.work.file, hunks=hunks)


def _work(patch: Patch, pairs: tuple[Pair, ...]) -> list[_FileWork]:
    by_hunk = {(id(pair.file), pair.hunk): pair for pair in pairs}
    no_removals = _no_removed_line_is_lost(patch)
    work = []
    for file in patch.files:
        lost = tuple(lost_lines(hunk, no_removals=no_removals) for hunk in file.hunks)
        options = tuple(
            (Completion(hunk, (), 0),)
            if hunk.whole
            else completions(hunk, file.path, by_hunk.get((id(file), i)), lost[i])
            for i, hunk in enumerate(file.hunks)
        )
        work.append(_FileWork(file, lost, options))
    return work


def _no_removed_line_is_lost(patch: Patch) -> bool:
    """Whether a diffstat that nothing contradicts counts as many deletions as are there."""
    stat = patch.diffstat
    if stat is None or stat.summary is None:
        return False
    if any(case.kind is DamageKind.DIFFSTAT for case in patch.damage):
        return False
    removed = sum(file.removed for file in patch.files)
    return stat.no_deletions if not removed else stat.summary.deletions == removed


def _tried(work: _FileWork, pre_image: PreImage | None, share: int) -> _Tried:
    """Try a proof; a new file needs no target, the file before it is empty."""
    file = work.file
    if not file.hunks or file.new_path is None:
        return _Tried(work)
    what = f"{file.path}: the blob id of its index line"
    if file.new_blob is None:
        if all(hunk.whole for hunk in file.hunks):
            return _Tried(work)
        return _Tried(work, note=NotChecked(what, "the patch has no index line for it"))
    before = _before(file, pre_image)
    if before is None:
        why = f"no tree with the blob {file.old_blob} was given"
        return _Tried(work, note=NotChecked(what, why))
    # Only a file that is at hand can be proven: most calls do without these modules.
    from analyzer.repair.prove import prove

    found = prove(file, work.options, before, share)
    if not isinstance(found, str):
        return _Tried(work, found)
    # What the counts leave as the one possibility does not give the file: so it is not counted.
    doubtful = replace(work, options=tuple((doubted(options[0]),) for options in work.options))
    return _Tried(doubtful, note=NotChecked(what, found), disproved=True)


def _before(file: FilePatch, pre_image: PreImage | None) -> bytes | None:
    if file.old_path is None:
        return b""
    if pre_image is None:
        return None
    from analyzer.repo import is_blob

    data = pre_image(file.old_path, file.old_blob)
    if data is None or file.old_blob is None or is_blob(data, file.old_blob):
        return data
    return None


def _regraded(damage: tuple[Damage, ...], tried: list[_Tried]) -> list[Damage]:
    by_path: dict[str, list[_Tried]] = {}
    for one in tried:
        by_path.setdefault(one.work.file.path, []).append(one)
    out = []
    for case in damage:
        found = _place_of(case, by_path.get(case.path or "", []))
        out.append(_grade_case(case, found.work, found.proof) if found else case)
    return out


def _place_of(case: Damage, alike: list[_Tried]) -> _Tried | None:
    """Which of the files of one name a case of damage to a hunk is about: the last before it."""
    at = bisect_right(alike, case.line or 0, key=lambda one: one.work.file.number) - 1
    if case.hunk is None or at < 0 or case.hunk > len(alike[at].work.file.hunks):
        return None
    return alike[at]


# Kinds that are told of the whole input and done to its files.
_OF_ALL_FILES = (
    DamageKind.BLANK_LINES_DROPPED,
    DamageKind.TABS_TO_SPACES,
    DamageKind.CRLF,
    DamageKind.QUOTED,
    DamageKind.HTML_ENTITIES,
    DamageKind.QUOTED_PRINTABLE,
)


def _whole_regraded(damage: list[Damage], *, all_proven: bool) -> tuple[Damage, ...]:
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
    return tuple(out)


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
