"""Damage to hunks and files, named: what the declared counts, the bodies and the diffstat say.

Hunk counts decide. Only a following hunk's own offset may overrule them (its new start minus
its old start is the sum of what all hunks before it added), because that is a count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from analyzer.patch.body import Body
from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.diff import ReadDiff, ReadFile, ReadHunk
from analyzer.patch.lines import FileKind, FilePatch, Hunk, Line, Mark
from analyzer.patch.marks import may_have_lost_blanks
from analyzer.patch.paths import is_code
from analyzer.patch.unread import stray_hunks, stray_lines, unread, without_hunks

_COUNTS = re.compile(r"@@ -[0-9]+(?:,[0-9]+)? \+[0-9]+(?:,[0-9]+)? @@")
# A tab behind the mark of a line expands to seven blanks.
_DEEP = " " * 7
_GIT_CONTEXT = 3
_TAB_EVIDENCE = 3


def name_damage(diff: ReadDiff) -> tuple[tuple[FilePatch, ...], tuple[Damage, ...]]:
    """Return the files as far as they could be read, and everything that is wrong with them."""
    files: list[FilePatch] = []
    damage: list[Damage] = list(stray_hunks(diff.prologue))
    short = sum(_is_short(one) for read in diff.files for one in read.hunks)
    for i, read in enumerate(diff.files):
        file, cases = _name_file(read, last=i == len(diff.files) - 1, alone=short == 1)
        files.append(file)
        damage += cases
    damage += _unseen_blanks(files, damage)
    damage += _tabs(tuple(files))
    damage += _blank_lines(tuple(files), damage)
    return tuple(files), tuple(damage)


def with_tabs(files: tuple[FilePatch, ...]) -> tuple[FilePatch, ...]:
    """Put back the tab that git writes behind a name with blanks, where ends were stripped."""
    return tuple(
        replace(file, head=tuple(map(_with_tab, file.head)))
        if file.head[0].startswith("diff --git ")
        else file
        for file in files
    )


def _with_tab(line: str) -> str:
    named = line.startswith(("--- ", "+++ ")) and not line.endswith(('"', "\t"))
    return line + "\t" if named and " " in line[4:] else line


def _is_short(read: ReadHunk) -> bool:
    return max(read.body.short_old, read.body.short_new) > 0


def _name_file(read: ReadFile, *, last: bool, alone: bool) -> tuple[FilePatch, list[Damage]]:
    hunks: list[Hunk] = []
    damage: list[Damage] = []
    for i, one in enumerate(read.hunks):
        follow = read.hunks[i + 1].hunk if i + 1 < len(read.hunks) else None
        end = last and one.at_end
        hunk, cases = _name_hunk(one, follow, read.file.kind, end=end, alone=alone)
        hunks.append(hunk)
        cases += stray_lines(hunk)
        damage += [replace(case, path=read.file.path, hunk=i + 1) for case in cases]
    file = replace(read.file, hunks=tuple(hunks))
    return file, [*_rejoined(read), *damage, *unread(file), *without_hunks(file, last=last)]


def _rejoined(read: ReadFile) -> Iterator[Damage]:
    for place, whole in read.rejoined:
        said = f"a header line was wrapped; it reads: {whole[:200]}"
        path = read.file.path
        yield Damage(DamageKind.WRAPPED, said, path=path, line=place, grade=Grade.COUNTED)


def _name_hunk(
    read: ReadHunk, follow: Hunk | None, kind: FileKind, *, end: bool, alone: bool
) -> tuple[Hunk, list[Damage]]:
    hunk, body = read.hunk, read.body
    damage = [*body.damage, *_blanks_changed(body)]
    if body.short_old == body.short_new == 0:
        return hunk, damage
    clear = all(case.grade is not Grade.NONE for case in damage)
    if clear and (_offset_says_intact(read, follow) or _only_too_long(read, kind)):
        return _recounted(hunk), [*damage, _wrong_counts(hunk, Grade.COUNTED)]
    if min(body.short_old, body.short_new) < 0:
        return hunk, [*damage, _wrong_counts(hunk, Grade.NONE)]
    if end and not _has_footer(hunk) and _trail_is_short(hunk, alone=alone):
        return hunk, [*damage, _lost(hunk, DamageKind.TRUNCATED, "the text ends inside this hunk")]
    return hunk, [*damage, _lost(hunk, DamageKind.LINES_DROPPED, "lines were dropped")]


def _offset_says_intact(read: ReadHunk, follow: Hunk | None) -> bool:
    """Whether the next hunk's offset agrees with this body and contradicts this header.

    Where both sides are short, lines of context are lost too, and the offset says nothing.
    """
    if follow is None or (read.body.short_old and read.body.short_new):
        return False
    hunk = read.hunk
    if _may_be_two(hunk):
        return False
    kept, declared = hunk.new_kept - hunk.old_kept, hunk.new_count - hunk.old_count
    return kept != declared and _offset(follow) - _offset(hunk) == kept


def _offset(hunk: Hunk) -> int:
    """By how much the hunks before move this one. An empty side starts one line early."""
    return hunk.new_start + (not hunk.new_count) - hunk.old_start - (not hunk.old_count)


def _only_too_long(read: ReadHunk, kind: FileKind) -> bool:
    """Whether the body is one whole hunk, and what its header declares is not.

    Else what is too much may be a footer, or a second hunk whose header was lost.
    """
    body, hunk = read.body, read.hunk
    if max(body.short_old, body.short_new) > 0:
        return False
    declared = _declared_part(hunk)
    if kind in (FileKind.ADDED, FileKind.DELETED):
        # A whole file is one hunk of one mark.
        return len({line.mark for line in hunk.lines}) == 1
    lead, trail = _context_ends(hunk.lines)
    # At the start of a file there is less context in front: git's three lines are expected.
    wanted = lead if hunk.old_start > 1 else max(lead, _GIT_CONTEXT)
    if trail != wanted or (not lead and hunk.old_start > 1):
        return False
    return declared is None or _context_ends(declared)[1] != wanted


def _may_be_two(hunk: Hunk) -> bool:
    """Whether what is declared is a whole hunk, and what follows may be another's body."""
    declared = _declared_part(hunk)
    if not declared:
        return False
    lead, trail = _context_ends(declared)
    rest = hunk.lines[len(declared) :]
    return lead == trail and any(line.mark is not Mark.CONTEXT for line in rest)


def _declared_part(hunk: Hunk) -> tuple[Line, ...] | None:
    """The first lines of a body that is too long, if just they are what is declared."""
    old, new = hunk.old_count, hunk.new_count
    for i, line in enumerate(hunk.lines):
        if old == new == 0:
            return hunk.lines[:i]
        old -= line.mark is not Mark.ADDED
        new -= line.mark is not Mark.REMOVED
    return None


def _trail_is_short(hunk: Hunk, *, alone: bool) -> bool:
    """Whether trailing context is what is missing: git ends a hunk as it begins it.

    Where it begins with none, lines that other hunks lack too were rather dropped than cut off.
    """
    lead, trail = _context_ends(hunk.lines)
    return lead == len(hunk.lines) or trail < lead or (lead == 0 and trail == 0 and alone)


def _context_ends(lines: tuple[Line, ...]) -> tuple[int, int]:
    """Return the number of context lines before the first and behind the last change."""
    marks = [line.mark for line in lines]
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


def _blanks_changed(body: Body) -> list[Damage]:
    """Where blanks at the ends of lines were stripped, a change of nothing was one of blanks."""
    if all(case.kind is not DamageKind.TRAILING_BLANKS_STRIPPED for case in body.damage):
        return []
    for before, line in pairwise(body.lines):
        changed = (before.mark, line.mark) == (Mark.REMOVED, Mark.ADDED)
        if changed and before.text == line.text and not (before.no_newline or line.no_newline):
            said = "a line is removed and added alike: the blanks at its end cannot be told"
            kind = DamageKind.TRAILING_BLANKS_STRIPPED
            return [Damage(kind, said, line=before.number)]
    return []


def _unseen_blanks(files: list[FilePatch], damage: list[Damage]) -> list[Damage]:
    """Hunks in which a lost leading blank would go unseen, in a patch that lost some."""
    lost = [case for case in damage if case.kind is DamageKind.LEADING_BLANK_LOST]
    if not lost:
        return []
    named = {(case.path, case.hunk) for case in lost}
    said = "other hunks lost leading blanks; whether this one did cannot be told"
    return [
        Damage(DamageKind.LEADING_BLANK_LOST, said, path=file.path, hunk=i, line=hunk.number)
        for file in files
        for i, hunk in enumerate(file.hunks, 1)
        if (file.path, i) not in named and may_have_lost_blanks(hunk.lines, code=is_code(file.path))
    ]


def _tabs(files: tuple[FilePatch, ...]) -> Iterator[Damage]:
    """C, Kconfig and make files indent by tabs; text without one tab has had them expanded.

    Files indented by four blanks are told apart: expanded tabs come in multiples of eight.
    """
    lines = [
        line for file in files if is_code(file.path) for hunk in file.hunks for line in hunk.lines
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
