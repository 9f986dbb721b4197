"""What transport did to a patch: the kinds, the grades, and the record of one case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DamageKind(Enum):
    """What happened, in the words that the report uses."""

    LINES_DROPPED = "lines-dropped"
    BLANK_LINES_DROPPED = "blank-lines-dropped"
    TABS_TO_SPACES = "tabs-to-spaces"
    CRLF = "crlf"
    WRAPPED = "wrapped"
    LEADING_BLANK_LOST = "leading-blank-lost"
    QUOTED = "quoted"
    HTML_ENTITIES = "html-entities"
    TRAILING_BLANKS_STRIPPED = "trailing-blanks-stripped"
    WRONG_COUNTS = "wrong-counts"
    QUOTED_PRINTABLE = "quoted-printable"
    TRUNCATED = "truncated"
    DIFFSTAT = "diffstat"
    GARBLED = "garbled"


class Grade(Enum):
    """How well a repair is founded, weakest last.

    ``PROVEN``: the repaired file has the git blob id of the patch's ``index`` line.
    ``COUNTED``: the hunk's counts and its syntax leave one possibility, up to blank lines.
    ``ASSUMED``: taken from the shape of the upstream commit, or one of several possibilities.
    ``NONE``: nothing was repaired.
    """

    PROVEN = "proven"
    COUNTED = "counted"
    ASSUMED = "assumed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Restored:
    """One line put back into a hunk.

    ``line`` is the line of the file after the patch (from 1), or None where lost context
    before it leaves the number open; ``kind`` is one of the words of ``upstream.shape``.
    """

    line: int | None
    text: str
    kind: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Damage:
    """One case of damage.

    ``path`` and ``hunk`` (from 1 within the file) are None for damage to the whole input.
    ``line`` is the line of the input where it was seen. ``declared`` and ``kept`` count lines:
    for lost lines those of the hunk's new side, else what ``text`` says.
    """

    kind: DamageKind
    text: str
    path: str | None = None
    hunk: int | None = None
    line: int | None = None
    declared: int | None = None
    kept: int | None = None
    grade: Grade = Grade.NONE
    restored: tuple[Restored, ...] = ()
