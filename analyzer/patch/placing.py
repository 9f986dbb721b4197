"""Where a hunk belongs in a file: exactly, with an offset, with fuzz, or nowhere.

Git and patch(1) agree on most texts, and this is what they agree on. Where they would put a hunk
at different places, or two places are as near, it is refused as ambiguous: no choice is made for
the reader. White space counts.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from enum import Enum

from analyzer.patch.lines import Hunk, Mark
from analyzer.patch.places import Places, Standing
from analyzer.patch.sides import Sides, Try, tries


class How(Enum):
    """How a hunk was applied."""

    EXACT = "exact"
    OFFSET = "offset"
    FUZZ = "fuzz"
    ALREADY = "already applied"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a hunk does not fit.

    ``number`` is the line of the input that has no counterpart, ``wanted`` its text; ``line`` the
    line of the file (from 1) where it should stand, ``found`` what stands there (None: the end).
    """

    why: str
    number: int | None = None
    wanted: str | None = None
    line: int | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one hunk.

    ``hunk`` counts from 1. ``line`` is the line of the file before (from 1) at which the hunk's
    old side begins (of an applied hunk's new side: ``ALREADY``), ``offset`` its distance from where
    the header says. ``fuzz`` is the number of lines of context that were left out on the longer
    side. ``others`` are further lines at which it fits as well; ``more``: these are not all.
    """

    hunk: int
    how: How
    line: int | None = None
    offset: int = 0
    fuzz: int = 0
    others: tuple[int, ...] = ()
    more: bool = False
    refusal: Refusal | None = None

    @property
    def ambiguous(self) -> bool:
        """Whether it fits elsewhere as well, and its header's line does not decide."""
        return bool(self.others) and self.how is not How.EXACT


@dataclass(frozen=True, slots=True)
class _Fit:
    """The first way in which a hunk fits, and all places where it does."""

    fuzz: int
    standing: Standing


@dataclass(slots=True)
class Patching:
    """A file while it is patched, hunk by hunk from its top.

    ``edits`` are ranges of ``lines`` and what takes their place, ``taken`` those ranges with the
    hunks' context. Nothing before index ``floor``
    changes any more, and the last hunk's context reaches up to ``end``. ``shift`` counts lines
    that hunks have put in which the text holds already; ``drift`` is how far the last hunk stood
    from its header's line: patch(1) goes by it, git does not.
    """

    lines: list[str]
    places: Places
    edits: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)
    floor: int = 0
    end: int = 0
    shift: int = 0
    drift: int = 0

    def edited(self) -> list[str]:
        """The lines after the patch."""
        after: list[str] = []
        at = 0
        for first, last, lines in self.edits:
            after += self.lines[at:first]
            after += lines
            at = last
        return after + self.lines[at:]


def place(file: Patching, number: int, hunk: Hunk, sides: Sides, most: int) -> Placed:
    """Find the hunk's place and note its edit. ``most`` is the most fuzz."""
    why = _unsound(file, hunk, sides)
    if why is not None:
        return _refused(number, Refusal(why, hunk.number))
    fit = _fit(file, sides, 0)
    if fit is not None and sides.start + file.shift in fit.standing.places:
        return _settled(file, number, sides, fit)
    above = fit is None and _above(file, sides)
    if above:
        return _refused(number, _OUT_OF_ORDER, above)
    held = _fit(file, sides.back, 0)
    if held is not None and fit is None:
        return _settled_already(file, number, sides, held)
    if held is not None and fit is not None and sides.start + file.shift in held.standing.places:
        return _refused(number, _TORN, fit.standing)
    fit = fit or _fit(file, sides, most)
    if fit is None:
        return _refused(number, _mismatch(file, hunk, sides))
    return _settled(file, number, sides, fit)


def _unsound(file: Patching, hunk: Hunk, sides: Sides) -> str | None:
    """Why a hunk cannot be applied to any text, or to none that has lines."""
    if not hunk.whole:
        return (
            f"its body has {hunk.old_kept} and {hunk.new_kept} lines, "
            f"its header says {hunk.old_count} and {hunk.new_count}"
        )
    if any(line.after_gap for line in hunk.lines):
        return "lines of unknown text were lost in it"
    if all(line.mark is Mark.CONTEXT for line in hunk.lines):
        return "it changes no line"
    if not sides.old and file.lines and list(sides.new) != file.lines:
        return "it shows no line of the file, so nothing says where it belongs"
    return None


def _fit(file: Patching, sides: Sides, most: int) -> _Fit | None:
    for one in tries(sides, most):
        standing = _standing(file, sides, one)
        if standing.places:
            return _Fit(one.fuzz, standing)
    return None


def _above(file: Patching, sides: Sides) -> Standing | None:
    """Where all of the hunk stands above the one before: git would put it there."""
    found = file.places.standing(sides.old, sides.start + file.shift, 0, file.floor - 1)
    return found if found.places else None


def _standing(file: Patching, sides: Sides, one: Try) -> Standing:
    size, length = len(file.lines), len(sides.old)
    if not length:
        return Standing(() if size else (0,))
    row = sides.old[one.front : length - one.behind]
    low, high = file.end if one.apart else file.floor, size - length + one.behind
    if one.at_start:
        high = min(high, 0)
    if one.at_end:
        low = max(low, high)
    found: set[int] = set()
    more = False
    for guess in {sides.start + file.shift, sides.start + file.drift}:
        standing = file.places.standing(row, guess + one.front, low + one.front, high + one.front)
        found.update(place - one.front for place in standing.places)
        more = more or standing.more
    return Standing(tuple(sorted(found)), more)


def _by_git(file: Patching, sides: Sides) -> Standing:
    """Where git would look for the whole hunk: also above the one before, but apart from all."""
    last = len(file.lines) - len(sides.old)
    low, high = (last if sides.lead and not sides.trail else 0), last if sides.start > 0 else 0
    found = file.places.standing(sides.old, sides.start + file.shift, max(low, 0), min(high, last))
    return Standing(tuple(at for at in found.places if _is_free(file, at, at + len(sides.old))))


def _is_free(file: Patching, first: int, end: int) -> bool:
    number = bisect.bisect_left(file.taken, (end,))
    return not number or file.taken[number - 1][1] <= first


def _chosen(file: Patching, sides: Sides, standing: Standing) -> int | None:
    """The place that git and patch(1) would both take, and not by a mere preference."""
    by_git = standing.nearest(sides.start + file.shift)
    by_patch = standing.nearest(sides.start + file.drift)
    return by_git if by_git == by_patch else None


def _settled(file: Patching, number: int, sides: Sides, fit: _Fit) -> Placed:
    at = _chosen(file, sides, fit.standing)
    if at is None:
        return _refused(number, _AMBIGUOUS, fit.standing)
    offset = at - sides.start - file.shift
    git = _by_git(file, sides) if offset else None
    if git is not None and git.places and git.nearest(sides.start + file.shift) != at:
        return _refused(number, _AMBIGUOUS, Standing(tuple(sorted({*git.places, at}))))
    if offset and not sides.lead and not sides.trail:
        why = Refusal("it has no context, and does not stand where its header says")
        return _refused(number, why, fit.standing)
    file.taken.append((at, at + len(sides.old)))
    file.edits.append((at + sides.lead, at + len(sides.old) - sides.trail, sides.core))
    file.end = at + len(sides.old)
    file.floor = file.end - sides.trail
    file.drift = at - sides.start
    how = How.FUZZ if fit.fuzz else How.OFFSET if offset else How.EXACT
    return _placed(number, how, at, offset, fit)


def _settled_already(file: Patching, number: int, sides: Sides, fit: _Fit) -> Placed:
    at = _chosen(file, sides, fit.standing)
    if at is None:
        return _refused(number, _AMBIGUOUS, fit.standing)
    offset = at - sides.start - file.shift
    more_lines = len(sides.new) - len(sides.old)
    file.end = at + len(sides.new)
    file.floor = file.end - sides.trail
    file.shift += more_lines
    file.drift = at - sides.start + more_lines
    return _placed(number, How.ALREADY, at, offset, fit)


def _placed(number: int, how: How, at: int, offset: int, fit: _Fit) -> Placed:
    others = tuple(place + 1 for place in fit.standing.places if place != at)
    return Placed(number, how, at + 1, offset, fit.fuzz, others, fit.standing.more)


# --- refusals --------------------------------------------------------------------------

_AMBIGUOUS = Refusal("it fits at more than one place, and nothing says at which it belongs")
_TORN = Refusal("the file holds it already, and it fits elsewhere as well")


def _refused(number: int, why: Refusal, standing: Standing | None = None) -> Placed:
    places = standing.places if standing else ()
    others = tuple(place + 1 for place in places)
    more = standing is not None and standing.more
    return Placed(number, How.REFUSED, others=others, more=more, refusal=why)


_OUT_OF_ORDER = Refusal("it fits only above the end of the hunk before it")


def _mismatch(file: Patching, hunk: Hunk, sides: Sides) -> Refusal:
    """Where the hunk fits best, and the first line that stands against it."""
    at = file.places.likely(sides.old, sides.start + file.shift)
    shown = [line for line in hunk.lines if line.mark is not Mark.ADDED]
    for index, (line, wanted) in enumerate(zip(shown, sides.old, strict=True), at):
        found = file.lines[index] if 0 <= index < len(file.lines) else None
        if found != wanted:
            there = None if found is None else found.removesuffix("\n")
            number = index + 1 if index >= 0 else None
            return Refusal(_difference(wanted, found), line.number, line.text, number, there)
    why = "by its context it belongs at an end of the file, and does not stand there"
    return Refusal(why, hunk.number, line=at + 1)


def _difference(wanted: str, found: str | None) -> str:
    if found is None:
        return "the file has no line there"
    if wanted.removesuffix("\n") == found.removesuffix("\n"):
        return "only one of the two ends in a newline"
    if "".join(wanted.split()) == "".join(found.split()):
        return "the file's line differs in white space"
    return "the file has another line there"
