"""Statements told by their tokens: where one that begins here ends, and where this one began.

What a hunk shows of a function is no text that a parser takes; what can be cut out of it whole
is found here, and a parser judges it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.csource import Kind, tokens

_OPEN = {")": "(", "]": "[", "}": "{"}
_HEADS = frozenset(("if", "while", "for", "switch"))
_ENDS = frozenset((";", "{", "}", "else", "do"))


@dataclass(frozen=True, slots=True)
class Word:
    """A token of code: ``line`` counts from 0 within the text, ``start`` and ``end`` characters."""

    kind: Kind
    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """The code tokens of a text; ``partner`` is each bracket's other one, -1 where it has none."""

    words: tuple[Word, ...]
    partner: tuple[int, ...]

    @classmethod
    def of(cls, words: Sequence[Word]) -> Words:
        """Pair the brackets. A closing one that fits no open one closes none."""
        partner = [-1] * len(words)
        stack: list[int] = []
        for i, word in enumerate(words):
            if word.kind is not Kind.PUNCTUATION:
                continue
            if word.text in _OPEN.values():
                stack.append(i)
            elif word.text in _OPEN and stack and words[stack[-1]].text == _OPEN[word.text]:
                partner[i] = stack.pop()
                partner[partner[i]] = i
        return cls(tuple(words), tuple(partner))

    def text(self, at: int) -> str:
        """The token's text; empty behind the last one."""
        return self.words[at].text if 0 <= at < len(self.words) else ""

    def end_of_statement(self, at: int, *, arms: Sequence[bool] | None = None) -> int | None:
        """Where the statement that begins at ``at`` ends, exclusive; None where it does not end.

        With ``arms``, an ``else`` ends it where the entry for that token is False.
        """
        pending: list[str] = []
        while at < len(self.words):
            body = self._body(at, pending)
            if body is not None:
                at = body
                continue
            end = self._simple(at)
            if end is None:
                return None
            again = self._after(end, pending, arms)
            if again is None:
                return None
            at, goes_on = again
            if not goes_on:
                return at
        return None

    def _body(self, at: int, pending: list[str]) -> int | None:
        """Where the statement begins that a head at ``at`` governs; None where there is no head."""
        text = self.text(at)
        if text == "do":
            pending.append(text)
            return at + 1
        if self.words[at].kind is not Kind.NAME or self.text(at + 1) != "(":
            return None
        close = self.partner[at + 1]
        if close < 0:
            return None
        if text in _HEADS:
            pending.append(text)
            return close + 1
        # A loop by a macro: no operator and no end of a statement stands behind its arguments.
        behind = self.words[close + 1] if close + 1 < len(self.words) else None
        looping = behind is not None and (behind.text == "{" or behind.kind is Kind.NAME)
        return close + 1 if looping else None

    def _simple(self, at: int) -> int | None:
        """Behind a block, or an expression or declaration with its semicolon."""
        if self.text(at) == "{":
            return self.partner[at] + 1 or None
        while at < len(self.words):
            text = self.text(at)
            if text == ";":
                return at + 1
            if text in _OPEN:
                return None
            if text in _OPEN.values():
                at = self.partner[at]
                if at < 0:
                    return None
            at += 1
        return None

    def _after(
        self, at: int, pending: list[str], arms: Sequence[bool] | None
    ) -> tuple[int, bool] | None:
        """Behind a governed statement: where it goes on, and whether another one follows."""
        while pending:
            head = pending.pop()
            if head == "if" and self.text(at) == "else" and (arms is None or arms[at]):
                return at + 1, True
            if head == "do":
                close = self.partner[at + 1] if self.text(at + 1) == "(" else -1
                if self.text(at) != "while" or close < 0 or self.text(close + 1) != ";":
                    return None
                at = close + 2
        return at, False

    def start_of_statement(self, at: int, least: int) -> int | None:
        """Where the statement that ``at`` stands in begins, not before ``least``.

        None where a bracket closes that was not opened behind ``least``.
        """
        while at > least:
            before = self.text(at - 1)
            if before in _ENDS or self.ends_label(at - 1, least):
                return at
            if before in _OPEN:
                at = self.partner[at - 1]
                if at < least:
                    return None
            else:
                at -= 1
        return at

    def ends_label(self, at: int, least: int) -> bool:
        """Whether this token is the colon of a label: it ends a line that begins as one."""
        word = self.words[at]
        if word.text != ":" or (at + 1 < len(self.words) and self.words[at + 1].line == word.line):
            return False
        first = at
        while first > least and self.words[first - 1].line == word.line:
            first -= 1
        return self.text(first) in ("case", "default") or first == at - 1

    def end_of_label(self, at: int) -> int | None:
        """Behind the ``case`` or ``default`` label that begins here; None where none does."""
        if self.text(at) == "default" and self.text(at + 1) == ":":
            return at + 2
        if self.text(at) != "case":
            return None
        while at < len(self.words) and self.text(at) not in (";", "{", "}"):
            if self.text(at) == ":":
                return at + 1
            at += 1
        return None


def words_of(lines: Sequence[str]) -> list[Word]:
    """The code tokens of lines; ``start`` and ``end`` count characters within the line."""
    text = "\n".join(lines)
    found: list[Word] = []
    at, line, begin = 0, 0, 0
    for token in tokens(text):
        at = text.find(token.text, at)
        while line < token.line - 1:
            begin = text.index("\n", begin) + 1
            line += 1
        if token.kind not in (Kind.COMMENT, Kind.DIRECTIVE):
            start = at - begin
            found.append(Word(token.kind, token.text, line, start, start + len(token.text)))
        at += len(token.text)
    return found
