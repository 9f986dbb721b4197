"""What the message says about changes that were made on the way, and what it covers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from analyzer.compare.change import Change, ChangedLine, RunPair
from analyzer.patch.message import Message
from analyzer.patch.trailers import is_known
from analyzer.review.case import Case

_LONGEST = 40
_HEAD = re.compile(
    r"[ \t]*(?:(?:back-?port(?:ing|er'?s)?|adapt(?:ation|ed)s?|local|conflicts?|rhel|vz|sles|for)\b"
    r"[^:]{0,40}|(?:\w+[ -])?(?:changes|notes?|modifications|conflicts)|v?\d+\.\d+[^:]{0,20}):",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"[ \t]*\[(?![ \t]*upstream commit)", re.IGNORECASE)
_PICKED = re.compile(
    r"[ \t]*\((?:cherry[ -]?picked|back-?ported|picked|based) (?:from|on)\b", re.IGNORECASE
)
_TRAILER = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9-]*):[ \t]")
_WORD = re.compile(r"[A-Za-z_][\w./-]*")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w{2,}")
_PLAIN = re.compile(r"[a-z]+|[A-Z]+")
_NO_CHANGE = ("no functional change", "no change in behaviour", "no change in behavior")

# Words by which a note names a kind of change, without naming what is changed.
_KINDS: dict[Change, tuple[str, ...]] = {
    Change.CONTEXT: ("context", *_NO_CHANGE),
    Change.WHITESPACE: ("whitespace", "white space", "indent", "formatting", "style", *_NO_CHANGE),
    Change.COMMENT: ("comment", *_NO_CHANGE),
    Change.RENAMED: ("renam", *_NO_CHANGE),
    Change.REORDERED: ("reorder", "order of", *_NO_CHANGE),
    Change.CHANGED: _NO_CHANGE,
}
# Names that stand in every other line of C tell nothing about which one is meant.
_EVERYWHERE = frozenset(
    (
        *("bool", "break", "case", "char", "const", "continue", "default", "else", "enum"),
        *("false", "for", "goto", "int", "long", "return", "short", "sizeof", "static"),
        *("struct", "switch", "true", "unsigned", "void", "volatile", "while"),
        *("the", "and", "not", "null", "NULL"),
    )
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says about changes on the way: one note, and its line of the input."""

    text: str
    line: int

    def names(self, word: str) -> bool:
        """Whether the note has a word, as a name of its own or at the end of a path."""
        words = _WORD.findall(self.text)
        return any(word == found.rstrip(".") or found.endswith("/" + word) for found in words)


def notes_in(message: Message) -> tuple[Said, ...]:
    """Notes in brackets, conflicts, paragraphs under a heading, what follows the cherry-pick line.

    Trailers and the line that names the upstream commit are no notes.
    """
    found = [Said(note.text, note.line) for note in message.notes]
    found += (Said(conflict.path, conflict.line) for conflict in message.conflicts)
    return (*found, *_paragraphs(message))


def _paragraphs(message: Message) -> Iterator[Said]:
    picked, left, after = False, 0, False
    gathered: list[str] = []
    first = 0
    for text, number in zip(message.body, message.numbers, strict=True):
        starts = _HEAD.match(text) is not None or _BRACKET.match(text) is not None
        if _PICKED.match(text):
            picked, left = True, 0
            continue
        if starts:
            left = _LONGEST
        elif not text.strip():
            left = 0 if after else left
        after = bool(text.strip()) and not starts
        if (left or picked) and text.strip() and not _is_trailer(text):
            first = first or number
            gathered.append(text.strip())
            left -= 1
        elif gathered:
            yield Said(" ".join(gathered), first)
            gathered, first = [], 0
    if gathered:
        yield Said(" ".join(gathered), first)


def _is_trailer(text: str) -> bool:
    found = _TRAILER.match(text)
    return found is not None and is_known(found[1]) and found[1].lower() != "conflicts"


def covers(notes: Iterable[Said], pair: RunPair) -> bool:
    """Whether a note names the file, the function, a name that changed, or the kind of change."""
    names = set(_names(pair))
    kinds = _KINDS.get(pair.change, ())
    return any(
        any(note.names(name) for name in names) or any(kind in note.text.lower() for kind in kinds)
        for note in notes
    )


def mentions(notes: Iterable[Said], words: Iterable[str]) -> bool:
    """Whether a note has one of these words."""
    wanted = [word for word in words if word]
    return any(note.names(word) for note in notes for word in wanted)


def _names(pair: RunPair) -> Iterator[str]:
    for run in (pair.theirs, pair.ours):
        if run is not None:
            yield run.path
            yield run.path.rpartition("/")[2]
            for owner in run.owners:
                yield owner.name.rpartition(" ")[2]
    for line in pair.lines:
        if line.change is not Change.IDENTICAL:
            found = _identifiers(line.theirs, line.ours)
            # What is left out altogether is not named by a plain word that happens to be in it.
            left_out = pair.change is Change.DROPPED
            yield from (name for name in found if not (left_out and _PLAIN.fullmatch(name)))


def _identifiers(theirs: ChangedLine | None, ours: ChangedLine | None) -> set[str]:
    """The names that one of two lines alone has, and what is called in either."""
    one, other = (set(line.words) if line else set() for line in (theirs, ours))
    called = {
        word
        for line in (theirs, ours)
        for word, behind in pairwise(line.words if line else ())
        if behind == "("
    }
    found = (one ^ other) | called
    return {word for word in found if _IDENTIFIER.fullmatch(word)} - _EVERYWHERE


def said_in(case: Case) -> tuple[Said, ...]:
    """The notes of the case's own message."""
    return notes_in(case.patch.message)
