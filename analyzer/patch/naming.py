"""Damage to hunks and files, named: what the declared counts, the bodies and the diffstat say.

Hunk counts decide. Only a following hunk's own offset may overrule them (its new start minus
its old start is the sum of what all hunks before it added), because that is a count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.diff import ReadDiff, ReadFile, ReadHunk
from analyzer.patch.lines import FilePatch, Hunk, Mark

_COUNTS = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_TAB_FILES = re.compile(r"(?:\.[chS]|/?(?:Kconfig|Makefile|Kbuild)[^/]*)$")
_DEEP = " " * 8
_TAB_EVIDENCE = 3


def name_damage(diff: ReadDiff) -> tuple[tuple[FilePatch, ...], tuple[Damage, ...]]:
    """Return the files as far as they could be read, and everything that is wrong with them."""
    files: list[FilePatch] = []
    damage: list[Damage] = list(_stray_hunks(diff.prologue))
    for i, read in enumerate(diff.files):
        file, cases = _name_file(read, last=i == len(diff.files) - 1)
        files.append(file)
        damage += cases
    damage += _tabs(tuple(files))
    damage += _blank_lines(tuple(files), damage)
    return tuple(files), tuple(damage)


def _name_file(read: ReadFile, *, last: bool) -> tuple[FilePatch, list[Damage]]:
    hunks: list[Hunk] = []
    damage: list[Damage] = []
    for i, one in enumerate(read.hunks):
        follow = read.hunks[i + 1].hunk if i + 1 < len(read.hunks) else None
        before = read.hunks[:i]
        hunk, cases = _name_hunk(one, before, follow, end=last and one.at_end)
        hunks.append(hunk)
        damage += [replace(case, path=read.file.path, hunk=i + 1) for case in cases]
    file = replace(read.file, hunks=tuple(hunks))
    return file, damage + list(_unread(file))


def _name_hunk(
    read: ReadHunk, before: tuple[ReadHunk, ...], follow: Hunk | None, *, end: bool
) -> tuple[Hunk, list[Damage]]:
    hunk, body = read.hunk, read.body
    damage = list(body.damage)
    if body.short_old == body.short_new == 0:
        return hunk, damage
    clear = all(case.grade is not Grade.NONE for case in damage)
    if clear and (_offset_says_intact(read, before, follow) or _only_too_long(read)):
        return _recounted(hunk), [*damage, _wrong_counts(hunk, Grade.COUNTED)]
    if min(body.short_old, body.short_new) < 0:
        return hunk, [*damage, _wrong_counts(hunk, Grade.NONE)]
    if end and not _has_footer(hunk) and _trail_is_short(hunk):
        return hunk, [*damage, _lost(hunk, DamageKind.TRUNCATED, "the text ends inside this hunk")]
    return hunk, [*damage, _lost(hunk, DamageKind.LINES_DROPPED, "lines were dropped")]


def _offset_says_intact(read: ReadHunk, before: tuple[ReadHunk, ...], follow: Hunk | None) -> bool:
    """Whether the next hunk's offset agrees with this body and contradicts this header.

    Every hunk before must be whole, or their sum says nothing about this one.
    """
    if follow is None or any(one.body.short_old or one.body.short_new for one in before):
        return False
    hunk = read.hunk
    shift = (follow.new_start - follow.old_start) - (hunk.new_start - hunk.old_start)
    kept = hunk.new_kept - hunk.old_kept
    declared = hunk.new_count - hunk.old_count
    return read.body.short_old == 0 and shift == kept and shift != declared


def _only_too_long(read: ReadHunk) -> bool:
    """Nothing is missing on either side, and what is too much is no footer read as context."""
    lead, trail = _context_ends(read.hunk)
    return max(read.body.short_old, read.body.short_new) <= 0 and (trail <= lead or lead == 0)


def _trail_is_short(hunk: Hunk) -> bool:
    """Whether trailing context is what is missing: git ends a hunk as it begins it."""
    lead, trail = _context_ends(hunk)
    return lead == len(hunk.lines) or trail < lead


def _context_ends(hunk: Hunk) -> tuple[int, int]:
    """Return the number of context lines before the first and behind the last change."""
    marks = [line.mark for line in hunk.lines]
    whole = len(marks)
    lead = next((i for i, mark in enumerate(marks) if mark is not Mark.CONTEXT), whole)
    trail = next((i for i, mark in enumerate(marks[::-1]) if mark is not Mark.CONTEXT), whole)
    return lead, trail


def _recounted(hunk: Hunk) -> Hunk:
    old = f"{hunk.old_start},{hunk.old_kept}" if hunk.old_kept != 1 else f"{hunk.old_start}"
    new = f"{hunk.new_start},{hunk.new_kept}" if hunk.new_kept != 1 else f"{hunk.new_start}"
    header = _COUNTS.sub(f"@@ -{old} +{new} @@", hunk.header, count=1)
    return replace(hunk, old_count=hunk.old_kept, new_count=hunk.new_kept, header=header)


def _wrong_counts(hunk: Hunk, grade: Grade) -> Damage:
    said = (
        f"the header declares {hunk.old_count} old and {hunk.new_count} new lines, "
        f"the body has {hunk.old_kept} and {hunk.new_kept}"
    )
    return _hunk_damage(hunk, DamageKind.WRONG_COUNTS, said, grade)


def _lost(hunk: Hunk, kind: DamageKind, how: str) -> Damage:
    said = (
        f"{how}: {hunk.new_count} new-side lines declared, {hunk.new_kept} kept; "
        f"{hunk.old_count} old-side lines declared, {hunk.old_kept} kept"
    )
    return _hunk_damage(hunk, kind, said, Grade.NONE)


def _hunk_damage(hunk: Hunk, kind: DamageKind, said: str, grade: Grade) -> Damage:
    return Damage(
        kind,
        said,
        line=hunk.number,
        declared=hunk.new_count,
        kept=hunk.new_kept,
        grade=grade,
    )


def _has_footer(hunk: Hunk) -> bool:
    return any(line.strip() for line in hunk.tail)


def _unread(file: FilePatch) -> Iterator[Damage]:
    tails = [line for hunk in file.hunks for line in hunk.tail]
    lines = tails if file.hunks else list(file.head)
    bad = [line for line in lines if line.startswith("@@")]
    if bad:
        said = f"{len(bad)} hunk headers cannot be read, the first is: {bad[0][:80]}"
        yield Damage(DamageKind.GARBLED, said, path=file.path, line=file.number)


def _stray_hunks(prologue: tuple[str, ...]) -> Iterator[Damage]:
    stray = sum(_COUNTS.match(line) is not None for line in prologue)
    if stray:
        said = f"{stray} hunks stand before the first file header: their file is unknown"
        yield Damage(DamageKind.GARBLED, said, kept=0, declared=stray)


def _tabs(files: tuple[FilePatch, ...]) -> Iterator[Damage]:
    """C, Kconfig and make files indent by tabs; text without one tab has had them expanded.

    Files indented by four blanks are told apart: expanded tabs come in multiples of eight.
    """
    lines = [
        line
        for file in files
        if _TAB_FILES.search(file.path)
        for hunk in file.hunks
        for line in hunk.lines
    ]
    if any("\t" in line.text for line in lines):
        return
    deep = [line for line in lines if line.text.startswith(_DEEP) and line.text.strip()]
    shallow = sum(
        _indent(line.text) in range(2, 7) and line.text.lstrip()[:1] != "*" for line in lines
    )
    if len(deep) >= _TAB_EVIDENCE and not shallow:
        said = f"no tab is left in {len(lines)} lines of files that indent by tabs"
        yield Damage(
            DamageKind.TABS_TO_SPACES,
            said,
            line=deep[0].number,
            declared=len(lines),
            kept=len(lines) - len(deep),
        )


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _blank_lines(files: tuple[FilePatch, ...], damage: list[Damage]) -> Iterator[Damage]:
    lost = [case for case in damage if case.kind is DamageKind.LINES_DROPPED]
    blank_left = any(
        not line.text.strip() for file in files for hunk in file.hunks for line in hunk.lines
    )
    if not lost or blank_left:
        return
    said = "not one blank line is left in any hunk"
    yield Damage(DamageKind.BLANK_LINES_DROPPED, said, line=lost[0].line, kept=0)
