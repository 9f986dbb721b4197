"""A patch of one file as runs of changed lines, each line with what it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.compare.change import Captured, ChangedLine, Owner, Run
from analyzer.compare.enclosed import Within, within
from analyzer.compare.landed import Landed, landed
from analyzer.compare.outline import Outline, is_c, outline
from analyzer.compare.visible import owners_in
from analyzer.compare.words import words_in
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark
from analyzer.source import Place, Side
from analyzer.upstream import Kind, shape_of

_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a patch changes in one file; the outlines are there where its text was given.

    ``runs`` are in the order of the patch. ``captured`` are unchanged lines under another owner
    than before. ``placed`` counts the hunks that were found in the text. ``under`` is what each
    line of the file stands under before the patch. ``heads`` are the owners that the hunks show to
    begin in added lines, ``seen`` those of lines that are not added.
    """

    file: FilePatch
    runs: tuple[Run, ...]
    captured: tuple[Captured, ...]
    before: Outline | None
    after: Outline | None
    placed: int = 0
    under: tuple[Within, ...] | None = None
    heads: frozenset[Owner] = frozenset()
    seen: frozenset[Owner] = frozenset()

    @property
    def path(self) -> str:
        """The file's name after the patch."""
        return self.file.path

    @property
    def lost(self) -> int:
        """Added lines that the hunks declare and nothing has brought back."""
        return sum(max(_short_by(hunk), 0) for hunk in self.file.hunks)

    def is_new(self, owner: Owner) -> bool:
        """Whether the patch itself makes this owner."""
        if self.before is not None and self.before.extent_of(owner) is not None:
            return False
        if self.after is not None and self.before is not None:
            return self.after.extent_of(owner) is not None
        return owner in self.heads

    def knows(self, owner: Owner) -> bool:
        """Whether the file is seen to hold this owner before the patch."""
        if self.before is not None:
            return self.before.extent_of(owner) is not None
        return owner in self.seen and owner not in self.heads


def _seen(runs: Sequence[Run]) -> frozenset[Owner]:
    """The owners of lines that are there before the patch."""
    lines = (line for run in runs for line in (*run.lines, *run.above, *run.below))
    return frozenset(
        line.owner for line in lines if line.mark is not Mark.ADDED and line.owner is not None
    )


def _heads(run: Run) -> Iterator[Owner]:
    """The owners that begin with a line which a run adds."""
    before = next((line for line in run.above if line.words), None)
    first: dict[Owner, ChangedLine] = {}
    for line in run.lines:
        if line.owner is not None and line.mark is Mark.ADDED and line.is_code:
            first.setdefault(line.owner, line)
    for owner, line in first.items():
        named = owner.name.split(" ")[-1] in line.words
        if named and (before is None or before.owner != owner):
            yield owner


def read_change(
    file: FilePatch, texts: tuple[str | None, str | None], side: Side, commit: str | None = None
) -> FileChange:
    """Read one file's part of a patch. ``side`` says where its lines are shown."""
    before, after = texts
    places = landed(file, before, after)
    old = _outline(before, file.old_path)
    new = _outline(after, file.new_path)
    under = _within(old, file.old_path), _within(new, file.new_path)
    runs: list[Run] = []
    captured: list[Captured] = []
    for at, hunk in enumerate(file.hunks):
        read = _Hunk(file, at, hunk, places[at], old, new, under, side, commit)
        lines = read.lines()
        runs += read.runs(lines)
        captured += read.captured(lines)
    placed = sum(place is not None for place in places)
    heads = frozenset(owner for run in runs for owner in _heads(run))
    return FileChange(
        file, tuple(runs), tuple(captured), old, new, placed, under[0], heads, _seen(runs)
    )


def _outline(text: str | None, path: str | None) -> Outline | None:
    """The outline of one state of a file; that of no file is empty, that of an unknown one None."""
    if path is None:
        return Outline((), ())
    return outline(text, path) if text is not None else None


def _within(text: Outline | None, path: str | None) -> tuple[Within, ...] | None:
    return within(text.lines, path) if text is not None and path is not None else None


@dataclass(slots=True)
class _Hunk:
    """One hunk while it is being read."""

    file: FilePatch
    index: int
    hunk: Hunk
    place: Landed | None
    before: Outline | None
    after: Outline | None
    under: tuple[tuple[Within, ...] | None, tuple[Within, ...] | None]
    side: Side
    commit: str | None

    def lines(self) -> list[tuple[ChangedLine, Owner | None]]:
        """Every line of the hunk, and what an unchanged one stood in before the patch."""
        old, new = self._owners(Mark.ADDED), self._owners(Mark.REMOVED)
        words, under = self._words(), self._within()
        shapes = shape_of(((line.mark.value, line.text) for line in self.hunk.lines), self.path)
        number = self.place.new + 1 if self.place and self.side is Side.UPSTREAM else None
        number = number or self.hunk.new_start
        out = []
        for i, line in enumerate(self.hunk.lines):
            owner = (old if line.mark is Mark.REMOVED else new).get(i)
            kind = shapes[i].kind
            place = self._place(line, number)
            made = ChangedLine(
                line.mark, line.text, kind, words[i], owner, place, line.grade, under.get(i)
            )
            out.append((made, old.get(i)))
            number += line.mark is not Mark.REMOVED
        return out

    def _within(self) -> dict[int, Within]:
        """What each changed line stands under, by its index in the hunk."""
        out: dict[int, Within] = {}
        for mark, text in zip((Mark.REMOVED, Mark.ADDED), self.under, strict=True):
            if self.place is None or text is None:
                continue
            at = self.place.old if mark is Mark.REMOVED else self.place.new
            for i, line in enumerate(self.hunk.lines):
                if line.mark is mark and at < len(text):
                    out[i] = text[at]
                at += line.mark in (Mark.CONTEXT, mark)
        return out

    @property
    def path(self) -> str:
        return self.file.path

    def _place(self, line: Line, number: int) -> Place:
        if self.side is Side.UPSTREAM:
            return Place(Side.UPSTREAM, self.path, max(number, 1), self.commit)
        if line.number is None:
            return Place(Side.PATCH_AFTER, self.path)
        return Place(Side.INPUT, line=line.number)

    def _owners(self, other: Mark) -> dict[int, Owner | None]:
        """What each line of one side stands in, by its index in the hunk."""
        kept = [(i, line) for i, line in enumerate(self.hunk.lines) if line.mark is not other]
        text = self.after if other is Mark.REMOVED else self.before
        if self.place is not None and text is not None:
            first = self.place.new if other is Mark.REMOVED else self.place.old
            return {i: text.at(first + n) for n, (i, _line) in enumerate(kept)}
        seen = owners_in([line for _i, line in kept], self.hunk.heading, self.path)
        return {i: owner for (i, _line), owner in zip(kept, seen, strict=True)}

    def _words(self) -> dict[int, tuple[str, ...]]:
        out: dict[int, tuple[str, ...]] = {}
        for other in (Mark.REMOVED, Mark.ADDED):
            kept = [(i, line) for i, line in enumerate(self.hunk.lines) if line.mark is not other]
            found = words_in([line.text for _i, line in kept], c=is_c(self.path))
            out |= {i: words for (i, _line), words in zip(kept, found, strict=True)}
        return out

    def runs(self, lines: list[tuple[ChangedLine, Owner | None]]) -> Iterator[Run]:
        """The runs of changed lines, cut where lines of unknown text were lost."""
        plain = [line for line, _old in lines]
        starts = [i for i in range(len(plain)) if self._starts(i)]
        for start in starts:
            end = start + 1
            while end < len(plain) and self._goes_on(end):
                end += 1
            above = self._context(plain, range(start - 1, -1, -1), self._gap_at(start))
            below = self._context(plain, range(end, len(plain)), gap=False)
            yield Run(
                self.path,
                self.index,
                tuple(plain[start:end]),
                above,
                below,
                self.hunk.whole,
                _short_by(self.hunk) > 0,
                self._old_at(start),
            )

    def _changed(self, i: int) -> bool:
        return self.hunk.lines[i].mark is not Mark.CONTEXT

    def _gap_at(self, i: int) -> bool:
        return self.hunk.lines[i].after_gap

    def _starts(self, i: int) -> bool:
        return self._changed(i) and (i == 0 or not self._goes_on(i))

    def _goes_on(self, i: int) -> bool:
        return self._changed(i) and self._changed(i - 1) and not self._gap_at(i)

    def _context(
        self, plain: Sequence[ChangedLine], indices: Sequence[int], gap: bool
    ) -> tuple[ChangedLine, ...]:
        """Unchanged lines from the run outwards, up to a gap or the next run."""
        found: list[ChangedLine] = []
        downwards = indices[:2] == range(indices[0], indices[0] + 2) if indices else False
        for i in indices[:_CONTEXT]:
            if gap or self._changed(i) or (downwards and self._gap_at(i)):
                break
            found.append(plain[i])
            gap = not downwards and self._gap_at(i)
        return tuple(found)

    def _old_at(self, start: int) -> int | None:
        if self.place is None:
            return None
        above = self.hunk.lines[:start]
        return self.place.old + sum(line.mark is not Mark.ADDED for line in above)

    def captured(self, lines: list[tuple[ChangedLine, Owner | None]]) -> Iterator[Captured]:
        """Unchanged lines of code whose owner the patch changes, each pair of owners once."""
        seen = set()
        for line, old in lines if self.hunk.whole else ():
            if line.mark is not Mark.CONTEXT or not line.is_code or not line.certain:
                continue
            if old is None or line.owner is None or old == line.owner:
                continue
            if (old, line.owner) not in seen:
                seen.add((old, line.owner))
                yield Captured(old, line.owner, line.place)


def _short_by(hunk: Hunk) -> int:
    """How many more lines of the new side are lost than of the old: these were added ones."""
    return (hunk.new_count - hunk.new_kept) - (hunk.old_count - hunk.old_kept)


def slid(run: Run) -> Iterator[Run]:
    """The same change shown a few lines higher or lower.

    Where a run's last line is the one above it too, git may show either of both as added.
    """
    if len({line.mark for line in run.lines}) != 1:
        return
    lines, above, below = list(run.lines), list(run.above), list(run.below)
    while above and above[0].text == lines[-1].text:
        below.insert(0, lines.pop())
        lines.insert(0, _marked(above.pop(0), lines[0] if lines else below[0]))
        yield _with(run, lines, above, below)
    lines, above, below = list(run.lines), list(run.above), list(run.below)
    while below and below[0].text == lines[0].text:
        above.insert(0, lines.pop(0))
        lines.append(_marked(below.pop(0), above[0]))
        yield _with(run, lines, above, below)


def _marked(line: ChangedLine, like: ChangedLine) -> ChangedLine:
    kind = shape_of([(like.mark.value, line.text)], line.place.path or "")[0].kind
    return replace(line, mark=like.mark, kind=kind if line.words else Kind.BLANK)


def _with(
    run: Run, lines: list[ChangedLine], above: list[ChangedLine], below: list[ChangedLine]
) -> Run:
    return replace(
        run, lines=tuple(lines), above=tuple(above[:_CONTEXT]), below=tuple(below[:_CONTEXT])
    )
