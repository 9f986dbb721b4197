"""A text in the course of being rewritten, and what the steps of the rewrite ask of it."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cached_property

from analyzer.csource.marks import Mark

KEYWORDS = frozenset(
    b"if while for switch return sizeof else do case goto _Alignof __alignof__ __alignof alignof"
    b" typeof __typeof__".split()
)
"""What has a parenthesis behind it and is no call."""

_WORD_BEFORE = re.compile(rb"[A-Za-z_]\w*$")
_PARENTHESIS = re.compile(rb"[()]")
_SPACE = frozenset(b" \t\n\r\f\v")
_BOUNDARY = frozenset(b";{}):#")
# Longer names are no idiom's.
_LONGEST_NAME = 96


@dataclass
class Buffer:
    """The masked text, the same as rewritten so far, and the marks.

    Statements begin at byte ``body``. What stands before byte ``done`` is dealt with.
    """

    masked: bytes
    body: int
    types: Container[str]
    marks: dict[int, Mark] = field(default_factory=dict)
    layout: list[int] = field(default_factory=list)
    cleanups: list[int] = field(default_factory=list)
    done: int = 0

    def __post_init__(self) -> None:
        self.out = bytearray(self.masked)

    @cached_property
    def closing(self) -> dict[int, int]:
        """Where the parenthesis closes that opens at a byte: one walk over all of them."""
        pairs: dict[int, int] = {}
        stack: list[int] = []
        for match in _PARENTHESIS.finditer(self.masked):
            if match[0] == b"(":
                stack.append(match.start())
            elif stack:
                pairs[stack.pop()] = match.start()
        return pairs

    @cached_property
    def opening(self) -> dict[int, int]:
        """Where the parenthesis opens that closes at a byte."""
        return {close: begin for begin, close in self.closing.items()}

    def parenthesis(self, end: int) -> tuple[int, int] | None:
        """The parenthesis behind a word that ends here."""
        begin = self.masked.find(b"(", end)
        close = self.closing.get(begin)
        if begin < 0 or close is None or self.masked[end:begin].strip():
            return None
        return begin, close

    def blank(self, start: int, end: int) -> None:
        """Make these bytes blanks."""
        self.out[start:end] = b" " * (end - start)
        self.done = max(self.done, end)

    def word(self, start: int, end: int, word: bytes) -> None:
        """Put an identifier in the place of all of these bytes."""
        self.out[start:end] = word[: end - start].ljust(end - start, b"_")
        self.done = max(self.done, end)

    def left(self, start: int) -> int:
        """The byte behind the last one before ``start`` that is no blank."""
        while start > 0 and self.out[start - 1] in _SPACE:
            start -= 1
        return start

    def word_before(self, start: int) -> bytes:
        """The word that ends before this byte, blanks aside; empty where none does."""
        left = self.left(start)
        word = _WORD_BEFORE.search(self.out[max(0, left - _LONGEST_NAME) : left])
        return word[0] if word else b""

    def begins_statement(self, start: int) -> bool:
        """Whether a statement can begin here."""
        left = self.left(start)
        boundary = left > 0 and self.out[left - 1] in _BOUNDARY
        return boundary or self.word_before(start) in (b"else", b"do")

    def is_rewritten(self, start: int, end: int) -> bool:
        """Whether something else has become of these bytes; annotations in them do not count."""
        first = slice(max(0, start - 1), start + 1)
        changed = self.out[first] != self.masked[first]
        return changed or any(at in self.marks for at in range(start, end))
