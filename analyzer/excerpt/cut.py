"""Closed statements for a run of a patch's own tokens: where they begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.csource import Kind
from analyzer.excerpt.piece import Refusal
from analyzer.excerpt.statements import Word, Words

_TAB = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an excerpt without a loss in it: the lines from ``bounds[0]`` up to ``bounds[1]``.

    ``words`` are its tokens. ``behind`` is the first line with code behind the loss that ends it,
    None where none follows; ``context_only`` says that nothing but context is lost. ``begun``:
    its first token begins a statement.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    own: tuple[bool, ...]
    bounds: tuple[int, int]
    words: tuple[Word, ...]
    behind: str | None
    context_only: bool
    begun: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """Tokens from ``first`` up to ``end`` that close; the run of own tokens that they are for.

    ``headless``: own tokens before ``first`` belong to a chain or a switch and are cut off.
    ``closed`` are the tokens that open the blocks whose end was lost.
    """

    run: tuple[int, int]
    first: int
    end: int
    headless: bool
    closed: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


class Cutter:
    """One stretch with its tokens; ``own`` says which of them are the patch's."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretch = stretch
        self.words = Words.of(stretch.words)
        self.own = [stretch.own[word.line] for word in stretch.words]
        self.code = {word.line for word in stretch.words}

    def number(self, at: int) -> int:
        """The file's line of a token."""
        return self.stretch.numbers[self.words.words[at].line]

    def runs(self) -> list[tuple[int, int]]:
        """The unbroken runs of own tokens: the first and the last token of each."""
        runs: list[tuple[int, int]] = []
        for i, own in enumerate(self.own):
            if own and runs and runs[-1][1] == i - 1:
                runs[-1] = (runs[-1][0], i)
            elif own:
                runs.append((i, i))
        return runs

    def cut(self, run: tuple[int, int]) -> Cut | Refusal:
        """Cut out the statements of a run."""
        first, notes = self._headless(run)
        if first > run[1]:
            return self._refusal(run, "the patch's lines hold no statement of their own")
        headless = first > run[0]
        begin = first if headless else self.words.start_of_statement(first, 0)
        if begin is None:
            return self._refusal(run, "the fragment begins before the lines that are there")
        wanted = Cut(run, begin, begin, headless, notes=notes)
        found = self._extent(self.words, wanted, self.own) or self._closed(wanted)
        if found is None:
            lost = self.stretch.behind is not None or not self.stretch.context_only
            why = "its lines were lost" if lost else "its end is not among the lines that are there"
            return self._refusal(run, f"the fragment does not close: {why}")
        return self._told(found)

    def _refusal(self, run: tuple[int, int], reason: str) -> Refusal:
        line = self.words.words[run[0]].line
        return Refusal(reason, self.number(run[0]), self.stretch.lines[line].strip())

    def _headless(self, run: tuple[int, int]) -> tuple[int, tuple[str, ...]]:
        """Where a run's statements begin behind what belongs to a chain or a switch."""
        words, at = self.words, run[0]
        notes: list[str] = []
        if words.text(at) == "}" and words.text(at + 1) == "else" and words.partner[at] < run[0]:
            notes.append(f"line {self.number(at)}: one arm of a chain, whose head is cut off")
            at += 2
        elif words.text(at) == "else":
            notes.append(f"line {self.number(at)}: an else; what it belongs to is cut off")
            at += 1
        while at <= run[1] and (behind := words.end_of_label(at)) is not None:
            label = " ".join(word.text for word in words.words[at : behind - 1])
            notes.append(f"line {self.number(at)}: {label!r} of a switch, which is cut off")
            at = behind
        return at, tuple(notes)

    def _extent(self, words: Words, cut: Cut, arms: Sequence[bool]) -> Cut | None:
        """The cut with its end; its beginning moves back to where a closed block was opened.

        ``arms``: the tokens that, as an ``else``, are taken along where the whole does not end.
        """
        begin = at = cut.first
        while at <= cut.run[1]:
            if words.end_of_label(at) is not None:
                break
            if words.text(at) == "}":
                opened = words.partner[at]
                moved = words.start_of_statement(opened, 0) if opened >= 0 else None
                if moved is None or moved >= begin or cut.headless:
                    return None
                begin = at = moved
                continue
            end = None if cut.headless else words.end_of_statement(at)
            if end is None:
                end = words.end_of_statement(at, arms=arms)
            if end is None:
                return None
            at = end
        return replace(cut, first=begin, end=at) if at > begin else None

    def _closed(self, cut: Cut) -> Cut | None:
        """The cut with the braces that stand in lost context, told by indentation.

        The first line behind the loss must be indented no deeper than what opened the blocks.
        """
        words, behind, count = self.words, self.stretch.behind, len(self.own)
        opened = [
            i
            for i in range(cut.first, count)
            if words.words[i].kind is Kind.PUNCTUATION
            and words.text(i) in ("{", "(", "[")
            and words.partner[i] < 0
        ]
        if not opened or behind is None or not self.stretch.context_only:
            return None
        if words.text(count - 1) not in (";", "{", "}") or any(
            words.text(i) != "{" for i in opened
        ):
            return None
        if any(self._columns(i) < _columns(behind) for i in opened):
            return None
        closers = [Word(Kind.PUNCTUATION, "}", len(self.stretch.lines), 0, 1)] * len(opened)
        closed = Words.of((*words.words, *closers))
        found = self._extent(closed, cut, [*self.own, *(False for _ in closers)])
        if found is None or found.end < count + len(closers):
            return None
        said = (
            f"what line {self.number(opened[0])} begins ends in the context that is lost behind "
            f"line {self.number(count - 1)}: so the indentation of the next line says; no "
            "statement of it is taken to be lost there"
        )
        return replace(found, end=count, closed=tuple(opened), assumptions=(said,))

    def _columns(self, at: int) -> int:
        return _columns(self.stretch.lines[self.words.words[at].line])

    def _told(self, cut: Cut) -> Cut:
        """The cut with what stands around it said, as far as it bears on its meaning."""
        notes, assumptions = list(cut.notes), list(cut.assumptions)
        if not cut.closed and self.words.text(cut.end) == "else":
            notes.append(f"line {self.number(cut.end)}: the else and what follows it is cut off")
        before = self.words.text(cut.first - 1) if cut.first else ""
        if not cut.headless and before in ("else", "do") and cut.first:
            notes.append(f"line {self.number(cut.first)}: the {before!r} before it is cut off")
        elif not cut.headless and not cut.first and not self.stretch.begun:
            where = self.number(cut.first)
            assumptions.append(f"line {where} begins a statement: what precedes it is not there")
        return replace(cut, notes=tuple(notes), assumptions=tuple(assumptions))

    def joined(self, before: Cut, cut: Cut) -> Cut | None:
        """One cut for two that only whole statements of the context stand between, or None."""
        at, words = before.end, self.words
        if cut.headless or before.closed:
            return None
        while at < cut.first:
            end = words.end_of_statement(at)
            if end is None or words.text(at) == "else" or words.end_of_label(at) is not None:
                return None
            at = end
        if at != cut.first:
            return None
        return replace(
            cut,
            run=(before.run[0], cut.run[1]),
            first=before.first,
            headless=before.headless,
            notes=(*before.notes, *cut.notes),
            assumptions=(*before.assumptions, *cut.assumptions),
        )

    def bare_from(self, line: int) -> int:
        """The first of the own lines without code that stand right before a line."""
        least = self.stretch.bounds[0]
        while line > least and self.stretch.own[line - 1] and line - 1 not in self.code:
            line -= 1
        return line

    def bare_upto(self, line: int, at: int) -> int:
        """The last of the own lines without code right behind a line; ``at`` is the next token."""
        ahead = self.words.words[at : at + 1]
        upto = ahead[0].line if ahead else self.stretch.bounds[1]
        while line + 1 < upto and self.stretch.own[line + 1]:
            line += 1
        return line


def lead(text: str) -> str:
    """The blanks that a line begins with."""
    return text[: len(text) - len(text.lstrip())]


def _columns(text: str) -> int:
    return len(lead(text).expandtabs(_TAB))
