"""One side's state of a file after its patch, as far as it is shown: its functions and changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analyzer.compare.change import FileTexts, Owner, Scope
from analyzer.compare.exits import Code, Exit
from analyzer.compare.landed import landed
from analyzer.compare.outline import outline
from analyzer.compare.visible import owners_in
from analyzer.compare.words import words_in
from analyzer.csource.file import CFile, parse_statements
from analyzer.csource.syntax import (
    Declaration,
    Function,
    FunctionOf,
    Return,
    TypeName,
    Unparsed,
)
from analyzer.csource.walk import walk
from analyzer.patch.lines import FilePatch, Hunk, Mark
from analyzer.source import Place, Side

# Of one function: the longest that people wrote has half of it.
_MOST_BYTES = 100_000
_LEAVES = re.compile(r"\b(?:goto|return)\b")


@dataclass(frozen=True, slots=True)
class Shown:
    """A function that is shown wholly, and what the patch does to it.

    ``added`` are lines that the patch adds, ``cuts`` lines that it removes something before.
    ``locals`` are parameters and variables with their types. ``macros`` are words of the file's
    macros, in which a label may hide.
    """

    name: str
    code: Code
    half: Half
    locals: Mapping[str, object]

    @property
    def added(self) -> frozenset[int]:
        """Lines that the patch adds."""
        return self.half.added

    @property
    def upstream(self) -> bool:
        """Whether this is upstream's side."""
        return self.half.side is Side.UPSTREAM

    @property
    def macros(self) -> frozenset[str]:
        """Words of macros that the file defines."""
        return self.half.macros

    @property
    def count(self) -> int:
        """How many ways out it has."""
        return sum(each.what in ("goto", "return") for each in self.code.nodes)

    def place(self, line: int) -> Place:
        """Where a line is seen."""
        return self.half.place(line)

    def is_own(self, way: Exit) -> bool:
        """Whether the patch adds this way out."""
        return way.line in self.added

    def changes(self, way: Exit) -> bool:
        """Whether the patch adds it, or changes what is done on it."""
        if self.is_own(way) or (way.label_line or 0) in self.added:
            return True
        lines = [each.line for each in way.steps]
        if any(line in self.added for line in lines):
            return True
        if way.label_line is None or not self.half.cuts:
            return False
        last = max([way.label_line, *lines])
        return any(way.label_line < line <= last + 1 for line in self.half.cuts)


@dataclass(slots=True)
class _Lines:
    """Lines of one piece: what is added, what something was removed before."""

    added: set[int] = field(default_factory=set)
    cuts: set[int] = field(default_factory=set)

    def take(self, hunk: Hunk, first: int) -> None:
        """Note the changes of a hunk whose new side begins at a line."""
        at = first
        for line in hunk.lines:
            if line.mark is Mark.REMOVED:
                self.cuts.add(at)
                continue
            if line.mark is Mark.ADDED:
                self.added.add(at)
            at += 1


class Half:
    """One piece of a file after the patch: all of it, or the new side of one hunk."""

    def __init__(
        self,
        path: str,
        text: str,
        lines: _Lines,
        side: Side,
        numbers: tuple[Place, ...] = (),
        owners: tuple[Owner | None, ...] = (),
    ) -> None:
        self.path = path
        self.text = text
        self.added = frozenset(lines.added)
        self.cuts = frozenset(lines.cuts)
        self.side = side
        self._numbers = numbers
        self._file = CFile(text, path)
        self._owners = owners
        self._outline = None if owners else outline(text, path)
        self._tails: dict[str, Code | None] = {}
        self._found: dict[str, Shown | str] = {}
        self.commit: str | None = None

    def place(self, line: int) -> Place:
        """Where a line of the piece is seen."""
        if self._numbers:
            return self._numbers[min(line, len(self._numbers)) - 1]
        return Place(self.side, self.path, line, self.commit)

    @cached_property
    def touched(self) -> tuple[str, ...]:
        """The functions that the patch changes here."""
        found: dict[str, None] = {}
        for line in sorted(self.added | self.cuts):
            owner = self._owner(line)
            if owner is not None and owner.scope is Scope.FUNCTION:
                found[owner.name] = None
        return tuple(found)

    def _owner(self, line: int) -> Owner | None:
        if self._outline is not None:
            return self._outline.at(line - 1)
        return self._owners[line - 1] if line <= len(self._owners) else None

    @cached_property
    def macros(self) -> frozenset[str]:
        """Words of the macros that the file defines."""
        texts = (each.body for each in self._file.macros.values())
        return frozenset(word for text in texts for word in re.findall(r"\w+", text))

    def leaves(self, name: str) -> bool:
        """Whether a function is seen to be left by a ``goto``, or on a line that is added."""
        return name in self._left

    @cached_property
    def _left(self) -> frozenset[str]:
        found: set[str] = set()
        for number, line in enumerate(self._split, 1):
            if "goto" in line or (number in self.added and "return" in line):
                owner = self._owner(number)
                if owner is not None and _LEAVES.search(line):
                    found.add(owner.name)
        return frozenset(found)

    @cached_property
    def _split(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that is shown."""
        return frozenset(re.findall(r"\w+", self.text))

    @cached_property
    def said(self) -> frozenset[tuple[str, ...]]:
        """The statements that have a line of their own."""
        lines = words_in(self.text.split("\n"), c=True)
        return frozenset(words[:-1] for words in lines if words[-1:] == (";",))

    @property
    def is_hunk(self) -> bool:
        """Whether this is what one hunk shows."""
        return bool(self._owners)

    def tail(self, label: str) -> Code | None:
        """What stands from a label to the end of its function, where all of it is shown."""
        if label not in self._tails:
            self._tails[label] = self._tail(label)
        return self._tails[label]

    def _tail(self, label: str) -> Code | None:
        lines = self.text.split("\n")
        spot = re.compile(rf"[ \t]*{re.escape(label)}[ \t]*:(?!:)")
        starts = [at for at, line in enumerate(lines) if spot.match(line)]
        if len(starts) != 1:
            return None
        first = starts[0]
        ends = (at for at in range(first, len(lines)) if lines[at].startswith("}"))
        last = next(ends, None)
        text = "\n".join(lines[first:last])
        found = parse_statements(text, None, self.path, line=first + 1)
        if isinstance(found, Unparsed):
            return None
        # A hunk may end before the brace does; what is behind a `return` is for others.
        ended = last is not None or isinstance(found[-1] if found else None, Return)
        return Code(text, found, first + 1) if ended else None

    def function(self, name: str) -> Shown | str:
        """A function that is shown wholly; else why not, nothing where it is not here at all."""
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def _read(self, name: str) -> Shown | str:
        text = self._file.text_of(name)
        if text is not None and len(text[2]) > _MOST_BYTES:
            return f"it is longer than {_MOST_BYTES} bytes"
        found = self._file.function(name)
        if found is None:
            return ""
        if isinstance(found, Unparsed):
            return found.reason
        # Its own lines alone: all of them for each function would make the work quadratic.
        first, last = found.span.line, found.span.end_line
        code = Code("\n".join(self._split[first - 1 : last]), found.body.statements, first)
        return Shown(name, code, self, _locals(found))


def _locals(function: Function) -> dict[str, object]:
    """The parameters by their places, the variables by their types."""
    found: dict[str, object] = {
        each.name: ("parameter", at)
        for at, each in enumerate(function.parameters)
        if each.name is not None
    }
    for node in walk(function.body):
        if isinstance(node, Declaration):
            for one in node.declared:
                if one.name is not None:
                    found.setdefault(one.name, _type(one.type))
    return found


def _type(one: TypeName) -> object:
    """A type without its places."""
    specifier = one.specifier
    words = getattr(specifier, "words", None) or getattr(specifier, "name", None)
    tag = getattr(specifier, "kind", None), getattr(specifier, "tag", None)
    shape = tuple(type(each).__name__ for each in one.shape if not isinstance(each, FunctionOf))
    return words, tag, shape


# --- pieces -------------------------------------------------------------------------------------


def halves(
    file: FilePatch | None, texts: FileTexts, side: Side, commit: str | None
) -> tuple[Half, ...]:
    """The pieces that show a file after a patch: all of it where it is at hand, else its hunks."""
    if file is None:
        return ()
    found = (texts.get(path) for path in (file.new_path, file.old_path) if path is not None)
    before, after = next(filter(None, found), (None, None))
    if after is not None and (before is not None or file.old_path is None):
        places = landed(file, before, after)
        lines = _Lines()
        for hunk, place in zip(file.hunks, places, strict=True):
            if place is not None:
                lines.take(hunk, place.new + 1)
        if None not in places:
            half = Half(file.path, after, lines, side)
            half.commit = commit
            return (half,)
    return tuple(_of_hunk(file, hunk, side, commit) for hunk in file.hunks if hunk.whole)


def _of_hunk(file: FilePatch, hunk: Hunk, side: Side, commit: str | None) -> Half:
    kept = [line for line in hunk.lines if line.mark is not Mark.REMOVED]
    lines = _Lines()
    lines.take(hunk, 1)
    numbers = tuple(
        Place(side, file.path, max(hunk.new_start + at, 1), commit)
        if side is Side.UPSTREAM or line.number is None
        else Place(Side.INPUT, line=line.number)
        for at, line in enumerate(kept)
    )
    owners = owners_in(kept, hunk.heading, file.path)
    text = "\n".join(line.text for line in kept)
    return Half(file.path, text, lines, side, numbers, owners)
