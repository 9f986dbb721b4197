"""IN-1 and IN-2: did the patch arrive undamaged, and is it one change?"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.finding import Evidence, State
from analyzer.patch.damage import Damage, Grade
from analyzer.result import Item
from analyzer.review.behaviour import counted
from analyzer.review.case import Case
from analyzer.review.left_behind import files_of_upstream, left_behind
from analyzer.review.sides import listed
from analyzer.source import Place, Side

_GONE = (Grade.ASSUMED, Grade.NONE)


def arrived(case: Case) -> Item:
    """IN-1: every case of damage, with what was done about it."""
    damage, unsafe = case.mended.damage, case.patch.unsafe
    title = "did the patch arrive undamaged?"
    evidence = (*unsafe, *(_evidence(one) for one in damage))
    if unsafe:
        return Item(
            "IN-1",
            title,
            State.FINDING,
            f"{len(unsafe)} file names that no patch to a kernel tree may have",
            evidence=evidence,
            next="Do not apply this patch; find out where it comes from.",
        )
    if not damage:
        if case.mended.disproved:
            return Item(
                "IN-1",
                title,
                State.NEEDS_REVIEW,
                "counts and bodies agree, the blob id of the index line does not",
                reason="; ".join(f"{note.what}: {note.why}" for note in case.mended.disproved),
                next="Ask whether the patch was edited by hand after it was made.",
            )
        also = ", and the diffstat agrees" if case.patch.diffstat else ""
        return Item("IN-1", title, State.OK, f"the hunks hold what their headers declare{also}")
    open_cases = [one for one in damage if one.grade in _GONE]
    if open_cases:
        return Item(
            "IN-1",
            title,
            State.FINDING,
            f"damaged on the way: {_kinds(damage)}",
            reason=_what_is_left(case, open_cases),
            evidence=evidence,
            next="Fetch the patch from its repository, or give the tree that it is for (--target).",
        )
    proven = all(one.grade is Grade.PROVEN for one in damage)
    how = "proven by blob id" if proven else "the counts leave one reading"
    return Item(
        "IN-1",
        title,
        State.NEEDS_REVIEW,
        f"damaged on the way and fully repaired ({how}): {_kinds(damage)}",
        evidence=evidence,
        next="Use the repaired patch (--write-repaired FILE), not the one that arrived.",
    )


def _kinds(damage: tuple[Damage, ...]) -> str:
    return ", ".join(dict.fromkeys(one.kind.value for one in damage))


def _what_is_left(case: Case, open_cases: list[Damage]) -> str:
    mended = case.mended
    assumed = sum(one.grade is Grade.ASSUMED for case_ in open_cases for one in case_.restored)
    parts = [
        f"{assumed} restored lines are assumed" * (assumed > 0),
        f"{mended.context_lost} lines of context stay lost" * (mended.context_lost > 0),
        f"{mended.unexplained} lost added lines cannot be told" * (mended.unexplained > 0),
    ]
    return "; ".join(part for part in parts if part)


def _evidence(one: Damage) -> Evidence:
    where = f"{one.path} hunk {one.hunk}: " if one.hunk else ""
    text = f"{one.kind.value}: {where}{one.text} (repair: {one.grade.value})"
    return Evidence(text, Place(Side.INPUT, line=one.line))


def one_change(case: Case) -> Item:
    """IN-2: one upstream commit, only files of it, and nothing that work on it left behind."""
    title = "is it one logical change?"
    if left := left_behind(case):
        return Item(
            "IN-2",
            title,
            State.FINDING,
            f"{counted(len(left), 'place')} of what a merge or patch(1) leaves behind",
            evidence=listed(left),
            next="Resolve the conflict, and take out what is no part of the change.",
        )
    named = dict.fromkeys(reference.sha[:12] for reference in case.patch.message.upstream)
    paths = tuple(dict.fromkeys(file.path for file in case.patch.files))
    if len(named) > 1:
        return Item(
            "IN-2",
            title,
            State.NEEDS_REVIEW,
            f"the message names {len(named)} upstream commits: {', '.join(named)}",
            next="Split the patch, or say in the message why these belong together.",
        )
    theirs = files_of_upstream(case)
    extra = [path for path in paths if theirs and path not in theirs]
    if theirs and not extra:
        return Item("IN-2", title, State.OK, "only files that the upstream commit changes")
    if extra:
        return Item(
            "IN-2",
            title,
            State.NEEDS_REVIEW,
            f"{len(extra)} files that the upstream commit does not change",
            evidence=_file_evidence(case, extra),
            next="Explain each further file in the message, or move it to a patch of its own.",
        )
    if len(paths) == 1:
        return Item("IN-2", title, State.OK, f"one file: {paths[0]}")
    places = dict.fromkeys(path.rpartition("/")[0] or "." for path in paths)
    return Item(
        "IN-2",
        title,
        State.NEEDS_REVIEW,
        f"{len(paths)} files in {len(places)} director{'ies' if len(places) > 1 else 'y'}",
        evidence=_file_evidence(case, paths),
        next="Check that these files change for one reason.",
    )


def _file_evidence(case: Case, paths: Iterable[str]) -> tuple[Evidence, ...]:
    """Each file, and the input line at which it begins."""
    begins = {file.path: file.number for file in reversed(case.patch.files)}
    return tuple(Evidence(path, Place(Side.INPUT, line=begins[path])) for path in paths)
