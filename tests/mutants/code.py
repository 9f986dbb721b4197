"""One function of a file, and its text: where each node is, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from analyzer.csource.arms import pick
from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile, read
from analyzer.csource.fragment import encoded
from analyzer.csource.syntax import (
    Binary,
    Call,
    Character,
    Declaration,
    Declared,
    Expr,
    Function,
    Index,
    Iterate,
    Logical,
    Member,
    Name,
    Number,
    Parameter,
    Statement,
    String,
    TypeName,
)
from analyzer.csource.tokens import Kind, tokens
from analyzer.csource.walk import walk
from tests.mutants.kinds import Edit

_PRIMARY = (Name, Number, Character, String, Member, Index, Call)


class Code:
    """A function to mutate.

    Where a configuration is given, the function has only what it selects; the rest of the file
    stays as it is. Raises ``LookupError`` where the function is not there or cannot be read.
    """

    def __init__(self, text: str, name: str, configuration: Configuration | None) -> None:
        self.file: CFile = read(text, "mutants.c", configuration)
        found = self.file.function(name)
        if not isinstance(found, Function):
            raise LookupError(f"no function {name} that can be read")
        self.function = found
        self._given = encoded(text)
        picked = self._given if configuration is None else encoded(pick(text, configuration))
        ends = accumulate(len(line) + 1 for line in picked.split(b"\n"))
        self._starts = [0, *ends]
        start, end = self.range(found)
        # The arms are picked in the function alone; blanks keep every byte in its place.
        self.data = self._given[:start] + picked[start:end] + self._given[end:]

    # --- where ---

    def range(
        self, node: Expr | Statement | TypeName | Function | Declared | Parameter
    ) -> tuple[int, int]:
        """The bytes of a node."""
        line, column, end_line, end_column = node.span
        return self._starts[line - 1] + column, self._starts[end_line - 1] + end_column

    def line(self, at: int) -> int:
        """The line of a byte, from 1."""
        return self.data.count(b"\n", 0, at) + 1

    def between(self, start: int, end: int) -> str:
        """The text between two bytes."""
        return self.data[start:end].decode("utf-8", "surrogateescape")

    def of(self, node: Expr | Statement | TypeName) -> str:
        """The text of a node, without parentheses around it."""
        return self.between(*self.range(node))

    # --- what ---

    def wrapped(self, node: Expr | TypeName) -> str:
        """The text of a value, as it may stand beside any operator."""
        text = self.of(node)
        return text if isinstance(node, _PRIMARY) else f"({text})"

    def is_braced(self, block: Statement) -> bool:
        """Whether what is governed by a statement has braces of its own."""
        return self.of(block).startswith("{")

    def is_plain(self, start: int, end: int) -> bool:
        """Whether no directive stands there, which could be torn from its other half."""
        lines = self.between(start, end).split("\n")[1:]
        return not any(line.lstrip().startswith("#") for line in lines)

    def operator(self, node: Binary | Logical) -> tuple[int, int]:
        """The bytes of the operator between two operands."""
        return self.token(self.range(node.left)[1], self.range(node.right)[0], node.op)

    def token(self, start: int, end: int, text: str) -> tuple[int, int]:
        """The bytes of the first token of this text between two places; ``LookupError`` if none."""
        for at, kind, word in self.tokens(start, end):
            if word == text and kind in (Kind.PUNCTUATION, Kind.NAME):
                return at, at + len(encoded(word))
        raise LookupError(f"no {text} where one belongs")

    def tokens(self, start: int, end: int) -> Iterator[tuple[int, Kind, str]]:
        """The tokens between two places, each with the byte that it begins at."""
        at = start
        for each in tokens(self.between(start, end)):
            word = encoded(each.text)
            at = self.data.index(word, at)
            yield at, each.kind, each.text
            at += len(word)

    # --- edits ---

    def put(self, node: Expr | Statement, new: str) -> Edit:
        """A node gives way to a text."""
        return Edit(*self.range(node), new)

    def exchanged(
        self, one: Expr | Statement | TypeName, other: Expr | Statement | TypeName
    ) -> tuple[Edit, Edit]:
        """Two nodes apart from each other change places."""
        return Edit(*self.range(one), self.of(other)), Edit(*self.range(other), self.of(one))

    def edited(self, edits: tuple[Edit, ...]) -> str | None:
        """The file with the edits; None where one would tear a directive from its other half."""
        data, end = bytearray(), 0
        for edit in sorted(edits):
            if edit.start < end or not self.is_plain(edit.start, edit.end):
                return None
            data += self.data[end : edit.start] + encoded(edit.new)
            end = edit.end
            if len(edits) == 1:
                # What stands below keeps its line, which a macro may tell at run time.
                lost = self.data.count(b"\n", edit.start, end) - edit.new.count("\n")
                data += b"\n" * max(lost, 0)
        return (bytes(data) + self.data[end:]).decode("utf-8", "surrogateescape")

    @cached_property
    def given(self) -> str:
        """The file as it stands, with the arms picked in the function."""
        return self.data.decode("utf-8", "surrogateescape")

    # --- names ---

    def fresh(self, stem: str) -> str:
        """A name that nothing in the file has."""
        while stem in self._words:
            stem += "_"
        return stem

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for kind, word in self._all if kind is Kind.NAME or "#" in word)

    @cached_property
    def capitals(self) -> tuple[str, ...]:
        """The names in capitals that the file has, in the order of the text, each once."""
        found = (word for kind, word in self._all if kind is Kind.NAME and word.isupper())
        return tuple(dict.fromkeys(found))

    @cached_property
    def _all(self) -> tuple[tuple[Kind, str], ...]:
        return tuple((each.kind, each.text) for each in tokens(self.given))

    @cached_property
    def nodes(self) -> tuple[object, ...]:
        """All nodes of the function's body."""
        return tuple(walk(self.function.body))

    @cached_property
    def declarations(self) -> tuple[Declaration, ...]:
        """The declarations of the function's body, in blocks within too."""
        return tuple(each for each in self.nodes if isinstance(each, Declaration))

    @cached_property
    def has_loops_by_macro(self) -> bool:
        """Whether a loop's head is a macro's."""
        return any(isinstance(each, Iterate) for each in self.nodes)
