"""Commits as ``git log`` streams them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.errors import AnalyzerError
from analyzer.history.message import Named, read_named
from analyzer.repo import neutral
from analyzer.repo.git import Repository

MOST_FILES = 1000
LONGEST_MESSAGE = 1 << 20
_LONGEST_SUBJECT = 1000
_LONGEST_AUTHOR = 400
# Seconds since 1970 that SQLite can hold and compare; git prints what a commit says.
_LATEST = 1 << 60
_EPOCH = datetime(1970, 1, 1)

_FIELDS = ("%H", "%P", "%an", "%ae", "%ad", "%ct", "%s", "%B")
_FORMAT = "--format=" + "%x00".join(_FIELDS)
_MOMENT = re.compile(r"(-?[0-9]{1,15}) ([+-])([0-9]{2})([0-9]{2})")
# Git ends where it is to make a day of a time that is too far away, so that is ours to do.
_RAW = "--date=raw"


@dataclass(frozen=True, slots=True)
class Read:
    """A commit that was read. ``time`` is the committer's, in seconds since 1970.

    ``cut``: its message is longer than 1 MiB or names too much, and the rest was not looked at.
    """

    id: str
    subject: str
    author: str
    date: str
    time: int
    parents: tuple[str, ...]
    named: Named
    files: tuple[str, ...]
    more_files: int
    cut: bool


def read_commits(repository: Repository, ids: Iterable[str]) -> Iterator[Read]:
    """The commits of these ids, in their order. ``AnalyzerError`` where git fails."""
    with repository.start(*neutral.LOG_OF_GIVEN, _RAW, _FORMAT, feed=True) as git:
        git.give("".join(f"{one}\n" for one in ids).encode())
        yield from _commits(git.parts(LONGEST_MESSAGE), repository.name)
        git.check()


def _commits(parts: Iterator[bytes], where: str) -> Iterator[Read]:
    """A record is its fields, then for each file a part with a colon, and its path."""
    part = next(parts, None)
    while part is not None:
        fields = [part, *(field for _, field in zip(_FIELDS[1:], parts, strict=False))]
        if len(fields) < len(_FIELDS):
            raise AnalyzerError("git log broke off", where=where, todo="check it with git fsck")
        files: list[str] = []
        more = 0
        while (part := next(parts, None)) is not None and part.lstrip(b"\n")[:1] == b":":
            path = next(parts, b"")
            if len(files) < MOST_FILES:
                files.append(text(path))
            else:
                more += 1
        yield _commit(fields, tuple(files), more)


def _commit(fields: list[bytes], files: tuple[str, ...], more: int) -> Read:
    sha, parents, name, mail, day, seconds, subject, message = map(text, fields)
    title = " ".join(subject[:_LONGEST_SUBJECT].split())
    named = read_named(title, message)
    return Read(
        sha,
        title,
        f"{name} <{mail}>"[:_LONGEST_AUTHOR],
        _day(day),
        _seconds(seconds),
        tuple(parents.split()),
        named,
        files,
        more,
        named.more > 0 or len(fields[-1]) >= LONGEST_MESSAGE,
    )


def _day(moment: str) -> str:
    """The day of ``SECONDS +HHMM`` at its own place; empty where it has none."""
    found = _MOMENT.fullmatch(moment)
    if found is None:
        return ""
    away = int(found[3]) * 3600 + int(found[4]) * 60
    try:
        day = _EPOCH + timedelta(seconds=int(found[1]) + (-away if found[2] == "-" else away))
    except OverflowError:
        return ""
    return day.date().isoformat()


def _seconds(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isdecimal() or len(digits) > 20:
        return 0
    return max(min(int(text), _LATEST), -_LATEST)


def text(data: bytes) -> str:
    r"""Bytes of a repository; what is not UTF-8 is written as ``\xff``."""
    return data.decode("utf-8", "backslashreplace")
