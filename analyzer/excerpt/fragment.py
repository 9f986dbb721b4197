"""The statements that a patch's own lines make up, cut out of a hunk so that they close.

As little context as closes them is taken along. Nothing is guessed: where brackets or lines are
missing, the reason is returned instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.excerpt.cut import Cut, Cutter, Stretch, lead
from analyzer.excerpt.piece import Refusal
from analyzer.excerpt.statements import words_of

# A function that a patch changes in more places is cut out as far as this.
MAX_FRAGMENTS = 64


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a hunk shows of one function. ``numbers`` are the file's lines, ``lines`` their text.

    ``own`` marks the patch's lines, ``gaps`` those before which lines of unknown text were lost.
    ``context_only`` says that all the lost lines are context, ``begun`` that the first line begins
    the function's body.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    own: tuple[bool, ...]
    gaps: tuple[bool, ...]
    context_only: bool
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """Closed statements: the excerpt's lines from ``first`` on, what is not theirs blanked.

    The last ``closed`` lines are braces that close blocks whose end was lost.
    """

    first: int
    lines: tuple[str, ...]
    closed: int = 0
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


def fragments(excerpt: Excerpt, *, join: bool = True) -> tuple[Fragment | Refusal, ...]:
    """Cut out what the own lines make up, in order; empty where they hold no code.

    ``join``: two that only whole statements of the context stand between become one.
    """
    out: list[Fragment | Refusal] = []
    for stretch in _stretches(excerpt):
        cutter = Cutter(stretch)
        out += [
            _fragment(excerpt, cutter, one) if isinstance(one, Cut) else one
            for one in _cuts(cutter, MAX_FRAGMENTS - len(out), join)
        ]
        if len(out) > MAX_FRAGMENTS:
            break
    return tuple(out)


def _stretches(excerpt: Excerpt) -> Iterator[Stretch]:
    """The parts between losses: nothing is concluded across one."""
    words = words_of(excerpt.lines)
    starts = [i for i, gap in enumerate(excerpt.gaps) if gap and i]
    at = 0
    for start, end in zip([0, *starts], [*starts, len(excerpt.lines)], strict=True):
        first = at
        while at < len(words) and words[at].line < end:
            at += 1
        behind = excerpt.lines[words[at].line] if at < len(words) else None
        yield Stretch(
            excerpt.lines,
            excerpt.numbers,
            excerpt.own,
            (start, end),
            tuple(words[first:at]),
            behind,
            excerpt.context_only,
            begun=excerpt.begun and start == 0,
        )


def _cuts(cutter: Cutter, room: int, join: bool) -> list[Cut | Refusal]:
    """The cuts of a stretch, at most ``room`` and a refusal of the rest."""
    found: list[Cut | Refusal] = []
    runs = cutter.runs()[::-1]
    while runs:
        run = runs.pop()
        last = found[-1] if found else None
        if isinstance(last, Cut) and run[1] < last.end:
            continue
        if len(found) == room:
            what = f"the patch changes it in more than {MAX_FRAGMENTS} places"
            return [*found, Refusal(what, cutter.number(run[0]))]
        cut = cutter.cut(run)
        if isinstance(cut, Cut) and cut.end <= run[1]:
            # What stands under the next label is a fragment of its own.
            runs.append((cut.end, run[1]))
        _add(cutter, found, cut, join)
    return found


def _add(cutter: Cutter, found: list[Cut | Refusal], cut: Cut | Refusal, join: bool) -> None:
    """Add a cut, in place of those that it holds, or joined to the one before it."""
    if isinstance(cut, Cut):
        while found and isinstance(held := found[-1], Cut) and cut.first <= held.first:
            found.pop()
        last = found[-1] if found else None
        joined = cutter.joined(last, cut) if join and isinstance(last, Cut) else None
        if joined is not None:
            found[-1] = joined
            return
    found.append(cut)


def _fragment(excerpt: Excerpt, cutter: Cutter, cut: Cut) -> Fragment:
    """A cut's text, with the patch's directives and comments right before and behind it."""
    words, lines = cutter.words.words, excerpt.lines
    begin, end = words[cut.first], words[cut.end - 1]
    head = words[cut.run[0]].line
    first = cutter.bare_from(min(begin.line, head))
    last = cutter.bare_upto(end.line, cut.end)
    text = list(lines[first : last + 1])
    text[end.line - first] = text[end.line - first][: end.end]
    for line in range(head, begin.line):
        text[line - first] = ""
    opening = text[begin.line - first]
    # Tabs stay, so that columns do.
    kept = "".join(char if char == "\t" else " " for char in opening[: begin.start])
    text[begin.line - first] = kept + opening[begin.start :]
    closers = [lead(lines[words[i].line]) + "}" for i in reversed(cut.closed)]
    return Fragment(first, (*text, *closers), len(closers), cut.notes, cut.assumptions)
