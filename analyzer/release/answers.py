"""People's answers to check items, as the file beside a patch keeps them.

The file is TOML, one ``[[answer]]`` table for each answer, in the order in which they were given;
of several for one item of one patch the last counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.toml import Field, document, tables, values

VERSION = 1
LONGEST_NAME = 200
LONGEST_NOTE = 4000
_LONGEST_TEXT = 20_000
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ID = re.compile(r"[A-Z]{2,8}-[1-9][0-9]{0,3}")
_SHA = re.compile(r"[0-9a-f]{7,40}|")


class Said(Enum):
    """What a person says of an item."""

    OK = "ok"
    FINDING = "finding"
    NOT_APPLICABLE = "not-applicable"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: to which item of which patch, by whom, why, when, and until when.

    ``patch`` is its digest, ``upstream`` the commit that it was held against, where one was named.
    ``found`` is what the report said when it was given. ``until`` is the first day on which the
    answer no longer holds.
    """

    patch: str
    item: str
    said: Said
    by: str
    note: str
    on: date
    until: date | None = None
    upstream: str = ""
    found: str = ""
    subject: str = ""


def read_answers(data: bytes, name: str) -> tuple[Answer, ...]:
    """The answers of a file. ``AnalyzerError`` where it is not one of ours to the last key."""
    found = document(data, name)
    values(found, _FILE, name)
    return tuple(
        _answer(table, f"{name}: answer {number}")
        for number, table in enumerate(tables(found, "answer", name), 1)
    )


def _answer(table: dict[str, Any], where: str) -> Answer:
    known = values(table, _ANSWER, where)
    answer = Answer(said=known.pop("state"), **known)
    if answer.said is Said.WAIVED and answer.until is None:
        what = f"the waiver of {answer.item} has no end"
        raise AnalyzerError(what, where=where, todo="expected until, a date")
    return answer


def as_tables(answers: tuple[Answer, ...]) -> dict[str, Any]:
    """A file's content, for a writer of TOML."""
    return {"version": VERSION, "answer": [_table(answer) for answer in answers]}


def _table(answer: Answer) -> dict[str, Any]:
    table: dict[str, Any] = {
        "item": answer.item,
        "state": answer.said.value,
        "by": answer.by,
        "note": answer.note,
        "on": answer.on,
    }
    if answer.until is not None:
        table["until"] = answer.until
    told = (
        ("found", answer.found),
        ("subject", answer.subject),
        ("upstream", answer.upstream),
    )
    return table | {key: value for key, value in told if value} | {"patch": answer.patch}


def recorded(text: str) -> str:
    """A report's text as an answer keeps it: with a limit, and without lone surrogates."""
    return text[: _LONGEST_TEXT // 2].encode("utf-8", "backslashreplace").decode()[:_LONGEST_TEXT]


def recorded_commit(commit: str | None) -> str:
    """A commit's id as an answer keeps it; empty where none is named."""
    text = (commit or "").lower()
    return text if _SHA.fullmatch(text) else ""


# --- single values -----------------------------------------------------------------------------


def _version(value: object) -> int:
    if isinstance(value, bool) or value != VERSION:
        raise ValueError(value)
    return VERSION


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(value)
    return value


def _said_by(value: object) -> str:
    if not named(value):
        raise ValueError(value)
    return str(value)


def named(value: object) -> bool:
    """Whether this is a person's name: one line that shows, not too long."""
    return (
        isinstance(value, str)
        and bool(value.strip())
        and len(value) <= LONGEST_NAME
        and (value.isprintable())
    )


def _note(value: object) -> str:
    text = _text(value, LONGEST_NOTE)
    if not text.strip():
        raise ValueError(value)
    return text


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = _text(value, LONGEST_NAME)
        if not pattern.fullmatch(text):
            raise ValueError(value)
        return text

    return check


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(value)
    return value


_TOLD = Field(lambda value: _text(value, _LONGEST_TEXT), "a string", "")
_FILE = {
    "version": Field(_version, f"{VERSION}, the only form that there is"),
    "answer": Field(lambda value: value, "[[answer]] tables", None),
}
_ANSWER = {
    "patch": Field(_matching(_DIGEST), "sha256: and 64 hexadecimal digits"),
    "item": Field(_matching(_ID), "an id like TS-1"),
    "state": Field(Said, f"one of {', '.join(one.value for one in Said)}"),
    "by": Field(_said_by, f"a name on one line, at most {LONGEST_NAME} characters"),
    "note": Field(_note, f"a reason, at most {LONGEST_NOTE} characters"),
    "on": Field(_day, "a date like 2026-01-31"),
    "until": Field(_day, "a date like 2026-01-31", None),
    "upstream": Field(_matching(_SHA), "a commit's id, in lower case", ""),
    "found": _TOLD,
    "subject": _TOLD,
}
