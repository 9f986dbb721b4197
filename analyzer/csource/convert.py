"""What all conversions from the grammar's tree to our syntax share: places, marks, limits.

A ``Reader`` reads one piece of text. Its expressions, declarations and statements are read by
``convert_expr``, ``convert_decl`` and ``convert_stmt``, each on top of the one before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeVar

from analyzer.csource.syntax import Span

if TYPE_CHECKING:
    from analyzer.csource.marks import Mark, Rewritten
    from analyzer.csource.parse import Raw

# No tree that leaves here is deeper: those who walk it may recurse.
MAX_DEPTH = 150

_M = TypeVar("_M")


class NotReadError(Exception):
    """A piece that is not what it looks like, or that we have no way to say. Never leaves csource.

    ``at`` is a byte of the source.
    """

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class Places:
    """Lines and columns of the bytes of a text that begins at a line and column of a file."""

    def __init__(self, data: bytes, line: int = 1, column: int = 0) -> None:
        ends = accumulate(len(each) + 1 for each in data.split(b"\n"))
        self._starts = [0, *ends][:-1]
        self._line = line
        self._column = column

    def place(self, at: int) -> tuple[int, int]:
        """The line, from 1, and the column in bytes, from 0."""
        row = bisect_right(self._starts, at) - 1
        column = at - self._starts[row]
        return row + self._line, column if row else column + self._column

    def span(self, start: int, end: int) -> Span:
        """The span of bytes."""
        return Span(*self.place(start), *self.place(end))

    def offset(self, line: int) -> int:
        """The byte at which a line begins; the text's beginning or end for one outside of it."""
        row = line - self._line
        return self._starts[min(max(row, 0), len(self._starts) - 1)]


class OnePlace(Places):
    """Everything stands in one place: text that came out of a macro."""

    def __init__(self, span: Span) -> None:
        super().__init__(b"")
        self._span = span

    def span(self, start: int, end: int) -> Span:
        """The one span."""
        return self._span


@dataclass(frozen=True)
class Source:
    """A text to read from: as it stands and masked, its path, places and known names.

    ``types`` are typedefs' names and ``values`` other names that the text declares.
    """

    data: bytes
    masked: bytes
    path: str
    places: Places
    types: Container[str] = frozenset()
    values: Container[str] = frozenset()


@dataclass
class Reader:
    """Reads one rewritten piece of a source, that begins at byte ``base`` of it."""

    source: Source
    rewritten: Rewritten
    base: int
    depth: int = 0
    used: set[int] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)

    def span(self, node: Raw) -> Span:
        """Where a node stands."""
        return self.source.places.span(node.start + self.base, node.end + self.base)

    def text(self, node: Raw) -> str:
        """What stands there, as it stands."""
        return self.slice(node.start, node.end)

    def word(self, node: Raw) -> str:
        """The name or keyword there: what the grammar saw."""
        return self.rewritten.data[node.start : node.end].decode("utf-8", "replace")

    def slice(self, start: int, end: int) -> str:
        """The source's text between two bytes of the piece."""
        return self.source.data[start + self.base : end + self.base].decode("utf-8", "replace")

    def arguments(self, start: int, end: int) -> tuple[str, ...]:
        """Split the bytes between the parentheses of a macro's use at its commas."""
        masked = self.source.masked[start + self.base : end + self.base]
        cuts = [start - 1, *_commas(masked, start), end]
        pairs = pairwise(cuts)
        texts = [" ".join(self.slice(left + 1, right).split()) for left, right in pairs]
        return () if texts == [""] else tuple(texts)

    def fail(self, reason: str, node: Raw) -> NotReadError:
        """Make the error that says why a node was not read."""
        return NotReadError(reason, node.start + self.base)

    def mark(self, node: Raw, kind: type[_M]) -> _M | None:
        """The mark of this kind where a node begins; it then has been seen to."""
        mark: Mark | None = self.rewritten.marks.get(node.start)
        if not isinstance(mark, kind):
            return None
        self.used.add(node.start)
        return mark

    def deeper(self, node: Raw) -> None:
        """Count a level; whoever counts takes it off again when done."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail("nested too deeply", node)

    def check(self) -> None:
        """See that everything the rewrite has put in was understood for what it was."""
        left = self.rewritten.marks.keys() - self.used
        if left:
            raise NotReadError("not where such a thing can stand", min(left) + self.base)

    def is_type(self, name: str) -> bool:
        """Whether a name is that of a typedef, as far as this text shows."""
        from analyzer.csource.idioms import KNOWN_TYPE

        return name in self.source.types or KNOWN_TYPE.fullmatch(name) is not None

    def is_value(self, name: str) -> bool:
        """Whether a name is declared here as something other than a type."""
        return name in self.declared or name in self.source.values


def only(nodes: tuple[Raw, ...], name: str) -> Raw | None:
    """The first child in a field, or None."""
    for node in nodes:
        if node.field == name:
            return node
    return None


def _commas(masked: bytes, start: int) -> Iterator[int]:
    depth = 0
    for at, byte in enumerate(masked, start):
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
        elif byte == 0x2C and not depth:
            yield at
