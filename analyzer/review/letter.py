"""What a patch's letter names, and its lines that the answers point to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.patch.lines import Mark
from analyzer.result import LetterFacts, Quoted
from analyzer.review.identity import shown
from analyzer.source import Side

if TYPE_CHECKING:
    from analyzer.result import Item
    from analyzer.review.case import Case
    from analyzer.source import Place

_LONGEST_ID = 250
_LONGEST_LINE = 400
_MOST = 100
_LONGEST_FIELD = 20_000
_BETWEEN = re.compile(r"[\s<>,;\"()]+")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_OPEN = (State.FINDING, State.NEEDS_REVIEW, State.CANNOT_TELL)


def letter_of(case: Case, items: Sequence[Item]) -> LetterFacts:
    """The facts that forms quote; what a header has in another form than it must, is not named."""
    message = case.patch.message
    sender = message.poster or message.author
    return LetterFacts(
        message_id=_message_id(case),
        sender=shown(sender) if sender else "",
        recipients=_recipients(case),
        trackers=tuple(dict.fromkeys(f"{one.system}#{one.key}" for one in message.trackers)),
        cves=tuple(dict.fromkeys(one.id for one in message.cves)),
        released=_released(case),
        signers=tuple(
            one.value for one in message.trailers if one.token.lower() == "signed-off-by"
        ),
        quoted=tuple(_quoted(case, items)),
    )


def _fields(case: Case, name: str) -> list[str]:
    return [value for key, value in case.patch.letter.headers if key.lower() == name]


def _message_id(case: Case) -> str:
    for value in _fields(case, "message-id"):
        id_ = value.strip()
        inner = id_[1:-1]
        whole = id_.startswith("<") and id_.endswith(">") and len(id_) <= _LONGEST_ID
        plain = inner.isascii() and inner.isprintable() and not set(inner) & set("<> ")
        if whole and plain and "@" in inner:
            return id_
    return ""


def _recipients(case: Case) -> tuple[str, ...]:
    """The addresses of To: and Cc:, each once."""
    words = (
        word
        for name in ("to", "cc")
        for value in _fields(case, name)
        for word in _BETWEEN.split(value[:_LONGEST_FIELD])
    )
    return tuple(dict.fromkeys(word for word in words if _ADDRESS.fullmatch(word)))[:_MOST]


def _released(case: Case) -> str:
    commit = case.commit
    return commit.released if commit and "released" not in commit.unsure else ""


# --- the lines that answers point to ------------------------------------------------------------


def _quoted(case: Case, items: Sequence[Item]) -> Iterator[Quoted]:
    """The line of each place that an open item's evidence names, as far as the patch shows it."""
    named = dict.fromkeys(
        one.place
        for item in items
        if item.state in _OPEN
        for one in item.evidence
        if one.place is not None and one.place.line is not None
    )
    places = list(named)[:_MOST]
    # Nothing is kept of a patch but these: it may have millions of lines.
    sent = _sent(case, {place.line for place in places if place.side is Side.INPUT})
    after = _after(case, {_spot(place) for place in places if place.side is Side.PATCH_AFTER})
    for place in places:
        text = sent.get(place.line) if place.side is Side.INPUT else after.get(_spot(place))
        if place.side in (Side.INPUT, Side.PATCH_AFTER) and text is not None and text.strip():
            yield Quoted(place, text[:_LONGEST_LINE])


def _spot(place: Place) -> tuple[str | None, int | None]:
    return place.path, place.line


def _sent(case: Case, wanted: set[int | None]) -> dict[int | None, str]:
    """Lines of the letter by their numbers in the input."""
    letter = case.patch.letter
    body = zip(letter.numbers, letter.lines, strict=True)
    lines = chain(enumerate(letter.head, letter.first), body) if wanted else ()
    return {number: text for number, text in lines if number in wanted}


def _after(
    case: Case, wanted: set[tuple[str | None, int | None]]
) -> dict[tuple[str | None, int | None], str]:
    """The patch's lines by where they stand in the files after it, with their marks.

    Hunks that have lost lines are left out: where theirs stand is not known for sure.
    """
    paths = {path for path, _ in wanted}
    found: dict[tuple[str | None, int | None], str] = {}
    for file in case.patch.files:
        for hunk in file.hunks if file.path in paths else ():
            if not hunk.whole or any(line.after_gap for line in hunk.lines):
                continue
            kept = (line for line in hunk.lines if line.mark is not Mark.REMOVED)
            for at, line in enumerate(kept, hunk.new_start):
                if (file.path, at) in wanted:
                    found[file.path, at] = line.mark.value + line.text
    return found
