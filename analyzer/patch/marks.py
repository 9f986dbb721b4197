"""Lines of a damaged hunk that lost their mark, or were broken in two, given their meaning.

A line without a mark is a context line that lost its leading blank, or the second half of a
wrapped line. The second half may begin with a mark by accident. The counts of the hunk decide;
where they leave a choice, the width at which lines were broken must agree; where that leaves
one too, nothing is claimed and the case is graded ``none``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.lines import MARKS, Line, Mark, is_note, without_newline
from analyzer.patch.wrapping import Unbroken, Widths, joins_exactly, widths_of

# In kernel style one blank before a word at the left edge is a label; code has none or a tab.
_LABEL = re.compile(r"\w+:")
_AT_LEFT_EDGE = re.compile(r"[\w{}#/]")


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of a hunk before its body is read.

    ``old`` and ``new`` are the line counts of its header, ``header`` that line. ``by_git``: the
    file began with ``diff --git``, so that ``---`` and ``+++`` alone begin no other. ``code``:
    the file is C, Kconfig or make, whose style says what a line may begin with.
    """

    old: int
    new: int
    header: str = ""
    by_git: bool = False
    code: bool = False
    # All lines of the diff, for the width at which they may have been broken.
    unbroken: Unbroken = field(default_factory=Unbroken)


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines of a body, what a wrapped header left on its next lines, and the damage."""

    lines: tuple[Line, ...]
    heading: str
    damage: tuple[Damage, ...]


@dataclass(slots=True)
class _Raw:
    """Raw lines sorted by their first character, as indices; ``need`` is what is missing."""

    text: list[str]
    bare: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    marked: dict[Mark, list[int]] = field(default_factory=lambda: {mark: [] for mark in Mark})
    need_old: int = 0
    need_new: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """``joined`` continue the line before them, ``lost`` are context without its blank."""

    joined: frozenset[int] = frozenset()
    lost: frozenset[int] = frozenset()
    wrapped_clearly: bool = True
    lost_clearly: bool = True


def read_marks(raw: list[str], numbers: list[int], declared: Declared) -> Marks:
    """Give every raw line of a hunk whose counts were not met line by line a meaning."""
    sorted_ = _sorted(raw, declared)
    reading = _reading(sorted_, declared)
    lines, heading = _lines(raw, numbers, reading)
    return Marks(lines, heading, tuple(_damage(sorted_, numbers, reading)))


def _sorted(raw: list[str], declared: Declared) -> _Raw:
    out = _Raw(raw)
    for i, line in enumerate(raw):
        if not line:
            out.blank.append(i)
        elif line[0] in MARKS:
            out.marked[MARKS[line[0]]].append(i)
        elif not is_note(line):
            out.bare.append(i)
    both = len(out.marked[Mark.CONTEXT]) + len(out.blank)
    out.need_old = declared.old - both - len(out.marked[Mark.REMOVED])
    out.need_new = declared.new - both - len(out.marked[Mark.ADDED])
    return out


def _reading(raw: _Raw, declared: Declared) -> _Reading:
    widths = widths_of([declared.header, *raw.text], declared.unbroken)
    if raw.need_old < 0 or raw.need_new < 0:
        return _too_many(raw, widths)
    if not raw.bare:
        return _Reading()
    broken = [i for i in raw.bare if widths.may_continue(i + 1)]
    if raw.need_old == raw.need_new == len(raw.bare):
        return _blanks_lost(raw, declared, clearly=len(broken) < len(raw.bare))
    if raw.need_old == raw.need_new == 0:
        return _wrapped(raw, widths, frozenset(raw.bare))
    rest = frozenset(raw.bare) - frozenset(broken)
    if raw.need_old == raw.need_new == len(rest):
        wrapped = _wrapped(raw, widths, frozenset(broken))
        lost = _blanks_lost(replace(raw, bare=sorted(rest)), declared, clearly=True)
        return replace(wrapped, lost=lost.lost, lost_clearly=lost.lost_clearly)
    return _Reading(frozenset(broken), rest, wrapped_clearly=False, lost_clearly=False)


def _wrapped(raw: _Raw, widths: Widths, joined: frozenset[int]) -> _Reading:
    """Every line of ``joined`` goes on from the one before it: is the one text so told?"""
    at_one_width = widths.agree([i + 1 for i in joined])
    exact = all(joins_exactly(raw.text[i - 1] if i else "@@", raw.text[i]) for i in joined)
    return _Reading(joined, wrapped_clearly=at_one_width and exact)


def _too_many(raw: _Raw, widths: Widths) -> _Reading:
    """More lines than declared: second halves that begin with a mark, or wrong counts."""
    found = {
        mark: [i for i in where if raw.text[i][1:2] != "\t" and widths.may_continue(i + 1)]
        for mark, where in raw.marked.items()
    }
    choices = _choices(found, -raw.need_old, -raw.need_new)
    if not raw.bare:
        # Nothing else says that lines were wrapped; the header may be wrong as well.
        return _Reading(wrapped_clearly=not choices)
    one = choices[0] if len(choices) == 1 else {}
    if not one or any(taken not in (0, len(found[mark])) for mark, taken in one.items()):
        return _Reading(frozenset(raw.bare), wrapped_clearly=False)
    chosen = (i for mark, taken in one.items() if taken for i in found[mark])
    return _wrapped(raw, widths, frozenset((*raw.bare, *chosen)))


def _choices(found: dict[Mark, list[int]], over_old: int, over_new: int) -> list[dict[Mark, int]]:
    """How many lines of each mark may be no lines of their own, so that the counts are met."""
    sizes = {mark: len(where) for mark, where in found.items()}
    return [
        {Mark.CONTEXT: both, Mark.REMOVED: over_old - both, Mark.ADDED: over_new - both}
        for both in range(sizes[Mark.CONTEXT] + 1)
        if 0 <= over_old - both <= sizes[Mark.REMOVED] and 0 <= over_new - both <= sizes[Mark.ADDED]
    ]


def _blanks_lost(raw: _Raw, declared: Declared, *, clearly: bool) -> _Reading:
    """Context that still begins with a blank may have begun with two.

    In code, a line that begins with ``*`` goes on with a comment and had two; a tab or an empty
    line had one, and where there are such, so had code at the left edge. Elsewhere it cannot be
    told.
    """
    kept = [raw.text[i] for i in raw.marked[Mark.CONTEXT]]
    comment = [i for i in raw.marked[Mark.CONTEXT] if raw.text[i].startswith(" *")]
    some_kept = any(_had_one_blank(text) for text in kept)
    doubtful = [text for text in kept if not (_had_one_blank(text) or text.startswith(" *"))]
    told = not doubtful or (some_kept and all(map(_is_at_left_edge, doubtful)))
    told = told and (declared.code or not (doubtful or comment))
    lost = frozenset((*raw.bare, *raw.blank, *comment))
    return _Reading(lost=lost, lost_clearly=clearly and told)


def _had_one_blank(raw: str) -> bool:
    return raw == " " or raw.startswith(" \t")


def _is_at_left_edge(raw: str) -> bool:
    return _AT_LEFT_EDGE.match(raw, 1) is not None and _LABEL.match(raw, 1) is None


def may_have_lost_blanks(lines: tuple[Line, ...], *, code: bool) -> bool:
    """Whether a whole hunk of a patch that lost leading blanks may have lost some unseen."""
    kept = [" " + line.text for line in lines if line.mark is Mark.CONTEXT]
    return not all(_had_one_blank(text) or (code and _is_at_left_edge(text)) for text in kept)


def _lines(raw: list[str], numbers: list[int], reading: _Reading) -> tuple[tuple[Line, ...], str]:
    heading: list[str] = []
    lines: list[Line] = []
    for i, line in enumerate(raw):
        if i in reading.joined:
            if lines:
                lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {line}")
            else:
                heading.append(line)
        elif i in reading.lost or not line:
            lines.append(Line(Mark.CONTEXT, line, numbers[i]))
        elif line[0] in MARKS:
            lines.append(Line(MARKS[line[0]], line[1:], numbers[i]))
        elif lines and is_note(line):
            lines[-1] = without_newline(lines[-1], line)
        else:
            lines.append(Line(Mark.CONTEXT, line, numbers[i]))
    return tuple(lines), " ".join(heading)


_SAID = {
    DamageKind.WRAPPED: "lines were wrapped",
    DamageKind.LEADING_BLANK_LOST: "context lines lost their leading blank",
    DamageKind.TRAILING_BLANKS_STRIPPED: "blank context lines lost their only blank",
}


def _damage(raw: _Raw, numbers: list[int], reading: _Reading) -> list[Damage]:
    unmarked = [i for i in raw.bare if i not in reading.joined and i not in reading.lost]
    cases = (
        (DamageKind.WRAPPED, sorted(reading.joined), reading.wrapped_clearly),
        (DamageKind.LEADING_BLANK_LOST, sorted((*reading.lost, *unmarked)), reading.lost_clearly),
        (
            DamageKind.TRAILING_BLANKS_STRIPPED,
            [i for i in raw.blank if i not in reading.lost],
            True,
        ),
    )
    found = [
        _case(kind, [numbers[i] for i in hit], len(raw.text), clearly)
        for kind, hit, clearly in cases
        if hit
    ]
    if not reading.wrapped_clearly and not reading.joined:
        said = "long lines may have been wrapped before a '+', '-' or blank; this cannot be told"
        found.append(Damage(DamageKind.WRAPPED, said, line=numbers[0]))
    return found


def _case(kind: DamageKind, hit: list[int], total: int, clearly: bool) -> Damage:
    doubt = "" if clearly else "; the text leaves more than one reading"
    return Damage(
        kind,
        f"{len(hit)} {_SAID[kind]}{doubt}",
        line=hit[0],
        declared=total,
        kept=total - len(hit),
        grade=Grade.COUNTED if clearly else Grade.NONE,
    )
