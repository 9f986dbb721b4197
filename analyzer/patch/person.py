"""People and moments as mails, ``git log`` and list archives write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTING = re.compile(r'\\(.)|"')
_HIDDEN = re.compile(r"<([^\s<>@]{1,320}) at ([^\s<>@]{1,320})>")
_BARE_HIDDEN = re.compile(r"([^\s<>@]{1,320}) at ([^\s<>@]{1,320}\.[^\s<>@]{1,60})(?=\s|$)")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERIC_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]|$)")
_TIME = re.compile(r"(?<![0-9+:-])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?![0-9:])")
_OFFSET = re.compile(r"(?:(?<=[\s0-9]))([+-][0-9]{2}):?([0-9]{2})(?=[\s)]|$)")
# RFC 2822's names without CST: that, MSK and IST mean several offsets and stay unresolved.
_ZONES = {
    **dict.fromkeys(("GMT", "UTC", "UT", "Z"), "+00:00"),
    **dict.fromkeys(("EDT",), "-04:00"),
    **dict.fromkeys(("EST", "CDT"), "-05:00"),
    **dict.fromkeys(("MDT",), "-06:00"),
    **dict.fromkeys(("MST", "PDT"), "-07:00"),
    **dict.fromkeys(("PST",), "-08:00"),
}
_LONGEST_DATE = 200
_LONGEST_PERSON = 4000


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address; either may be missing, never both. ``line`` is of the input."""

    name: str | None
    address: str | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as given, and in ISO 8601 where it parses (without offset if the zone is unclear)."""

    given: str
    iso: str | None
    line: int | None = None


def shown_address(text: str) -> str:
    """``text`` with ``<user at host>`` as ``<user@host>``, and so a bare one at its beginning."""
    revealed = _HIDDEN.sub(r"<\1@\2>", text) if " at " in text else text
    bare = _BARE_HIDDEN.match(revealed) if " at " in revealed else None
    return f"{bare[1]}@{bare[2]}{revealed[bare.end() :]}" if bare else revealed


def read_person(text: str, line: int | None = None) -> Person | None:
    """The person in ``Name <address>``, ``address (Name)``, ``Name user at host`` and such.

    None where neither a name nor an address is left.
    """
    plain = shown_address(text[:_LONGEST_PERSON].strip())
    name, address = _name_and_address(plain)
    return Person(name, address, line) if name or address else None


def _name_and_address(plain: str) -> tuple[str | None, str | None]:
    before, bracket, rest = plain.partition("<")
    if bracket:
        return _name(before), rest.partition(">")[0].strip() or None
    first, _, comment = plain.partition(" ")
    if "@" in first:
        return _name(comment.strip().removeprefix("(").removesuffix(")")), first
    words = plain.rsplit(None, 3)
    if len(words) >= 3 and words[-2] == "at" and "." in words[-1]:
        return _name(" ".join(words[:-3])), f"{words[-3]}@{words[-1]}"
    if words and "@" in words[-1]:
        return _name(plain[: -len(words[-1])]), words[-1].strip("()") or None
    return _name(plain), None


def _name(text: str) -> str | None:
    unquoted = _QUOTING.sub(lambda found: found[1] or "", text)
    return " ".join(unquoted.split(" ")).strip() or None


def read_moment(text: str, line: int | None = None) -> Moment:
    """The date in ``text``: RFC 2822, ``git log``, ``date(1)`` or ISO form."""
    given = text.strip()
    short = given[:_LONGEST_DATE]
    day, time = _day(short), _time(short)
    if day is None or time is None:
        return Moment(given, None, line)
    return Moment(given, f"{day}T{time}{_zone(short)}", line)


def _day(text: str) -> str | None:
    numeric = _NUMERIC_DATE.search(text)
    if numeric:
        year, month, day = (int(part) for part in numeric.groups())
    else:
        words = text.replace(",", " ").split()
        month = next((_month(word) for word in words if _month(word)), 0)
        numbers = [
            int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 5
        ]
        day = next((number for number in numbers if number <= 31), 0)
        year = next((number for number in numbers if number > 1900), 0)
    if not (year and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year:04}-{month:02}-{day:02}"


def _month(word: str) -> int:
    short = word[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS and word.isalpha() else 0


def _time(text: str) -> str | None:
    found = _TIME.search(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return f"{hour:02}:{minute:02}:{second:02}"


def _zone(text: str) -> str:
    offset = _OFFSET.search(text)
    if offset:
        return f"{offset[1]}:{offset[2]}"
    words = text.replace("(", " ").replace(")", " ").split()
    if words and words[-1].endswith("Z") and words[-1][:1].isdigit():
        return "+00:00"
    return next((_ZONES[word] for word in words if word in _ZONES), "")
