"""What the message says about changes that were made on the way, and what it covers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
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


# Words of notes on any backport: where code has such a name too, the note does not mean it.
_OF_NOTES = frozenset(
    (
        *("adapt", "adapted", "add", "added", "adjusted", "all", "backport", "branch", "change"),
        *("changed", "changes", "code", "commit", "conflict", "conflicts", "context", "diff"),
        *("different", "dropped", "file", "fix", "fixed", "fuzz", "hunk", "hunks", "kernel"),
        *("line", "lines", "minor", "name", "need", "new", "not", "offset", "old", "one", "only"),
        *("order", "other", "part", "patch", "remove", "removed", "same", "some", "stable"),
        *("style", "this", "tree", "trivial", "upstream", "use", "used", "version", "with"),
    )
)
_OF_A_PATCH = re.compile(r"[ \t]+(?:hunk|chunk|part|patch|half)\b", re.IGNORECASE)
_CALLED = re.compile(r"([A-Za-z_]\w*)[ \t]?\(")


class Cover(Enum):
    """What a note says of a deviation.

    ``PARTLY``: it names the file alone, or the kind of the change, and says nothing of what is
    changed there.
    """

    NO = "nothing"
    PARTLY = "where, or of what kind"
    WHOLLY = "what is changed"


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says about changes on the way: one note, and its line of the input."""

    text: str
    line: int

    def names(self, word: str) -> bool:
        """Whether the note has a word, as a name of its own or at the end of a path."""
        words = _WORD.findall(self.text)
        return any(word == found.rstrip(".") or found.endswith("/" + word) for found in words)


def notes_in(message: Message, upstream: Message | None = None) -> tuple[Said, ...]:
    """Notes in brackets, conflicts, paragraphs under a heading, what follows the cherry-pick line.

    Trailers and the line that names the upstream commit are no notes, and what ``upstream``'s own
    message says already is none on the backport.
    """
    theirs = {_plain(note.text) for note in upstream.notes} if upstream else set()
    found = [Said(one.text, one.line) for one in message.notes if _plain(one.text) not in theirs]
    found += (Said(conflict.path, conflict.line) for conflict in message.conflicts)
    return (
        *found,
        *_paragraphs(message, {_plain(line) for line in upstream.body} if upstream else set()),
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(message: Message, theirs: set[str]) -> Iterator[Said]:
    picked, left, after = False, 0, False
    gathered: list[str] = []
    first = 0
    for line, number in zip(message.body, message.numbers, strict=True):
        text = "" if _plain(line) in theirs else line
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
    return cover(notes, pair) is not Cover.NO


def cover(notes: Iterable[Said], pair: RunPair) -> Cover:
    """What the notes say of one deviation: the best of them counts."""
    names, paths = set(_names(pair)), set(_paths(pair))
    kinds = _KINDS.get(pair.change, ())
    found = [_cover(note, names, paths, kinds) for note in notes]
    return next((each for each in (Cover.WHOLLY, Cover.PARTLY) if each in found), Cover.NO)


def _cover(note: Said, names: set[str], paths: set[str], kinds: tuple[str, ...]) -> Cover:
    text = note.text.lower()
    if any(_means(note, name) for name in names):
        return Cover.WHOLLY
    if any(kind in text for kind in kinds):
        return Cover.PARTLY
    if not any(note.names(path) for path in paths):
        return Cover.PARTLY if _is_prose(note.text) else Cover.NO
    # A file with the name of another function in it, or of another kind of change, is not this.
    called = set(_CALLED.findall(note.text))
    if (called and not called & names) or any(kind in text for kind in _MILD):
        return Cover.NO
    words = [word for word in _WORD.findall(note.text) if word not in paths]
    more = [word for word in words if not any(path.endswith(word) for path in paths)]
    return Cover.WHOLLY if len(more) > _FEW_WORDS else Cover.PARTLY


# With fewer words besides its path, a note on a file explains nothing.
_FEW_WORDS = 2
_MILD = ("context", "whitespace", "white space", "indent", "comment", "offset", "fuzz")


def _is_prose(text: str) -> bool:
    """Whether a note explains something in words alone: it may be this, and a reader has to tell.

    What names a function, a file or anything else of code speaks of that.
    """
    if _CODE.search(text) or any(kind in text.lower() for kind in _MILD):
        return False
    words = (word.lower() for word in _IDENTIFIER.findall(_WHO.sub("", text)))
    return sum(word not in _OF_NOTES for word in words) >= _MANY_WORDS


_CODE = re.compile(r"\w_\w|\w\(|->|\w\.[chS]\b|\w/\w")
_WHO = re.compile(r"^[ \t]*\[?[ \t]*[^ \t:]+:")
_MANY_WORDS = 6


def _means(note: Said, name: str) -> bool:
    """Whether a note has a name as that of something in the code."""
    if not note.names(name):
        return False
    if not _PLAIN.fullmatch(name):
        return True
    spots = list(re.finditer(rf"\b{re.escape(name)}\b", note.text))
    if name.lower() in _OF_NOTES:
        return any(note.text[spot.end() : spot.end() + 1] in ("(", "`", "'") for spot in spots)
    return not spots or not all(_OF_A_PATCH.match(note.text, spot.end()) for spot in spots)


def mentions(notes: Iterable[Said], words: Iterable[str]) -> bool:
    """Whether a note has one of these words."""
    wanted = [word for word in words if word]
    return any(note.names(word) for note in notes for word in wanted)


def _paths(pair: RunPair) -> Iterator[str]:
    for run in (pair.theirs, pair.ours):
        if run is not None:
            yield run.path
            yield run.path.rpartition("/")[2]


def _names(pair: RunPair) -> Iterator[str]:
    for run in (pair.theirs, pair.ours):
        for owner in run.owners if run is not None else ():
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
    return notes_in(case.patch.message, case.upstream_message)
