"""Answers as a person gives them on the command line: ``TS-1=ok``, by whom, why, until when."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from analyzer.errors import AnalyzerError
from analyzer.release.answers import LONGEST_NAME, LONGEST_NOTE, Said, named
from analyzer.toml import shown

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Signing:
    """What one call answers: items, each with what is said of it; ``until`` ends all of them."""

    said: tuple[tuple[str, Said], ...]
    by: str
    note: str
    until: date | None


def signing(
    answers: tuple[str, ...],
    by: str | None,
    note: str | None,
    until: str | None,
    *,
    ids: Collection[str],
    today: date,
) -> Signing | None:
    """Read what the command line gives; None where it answers nothing.

    ``ids`` are the items that can be answered. ``AnalyzerError`` says which option is wrong.
    """
    if not answers:
        for option, value in (("--by", by), ("--note", note), ("--until", until)):
            if value is not None:
                raise AnalyzerError("goes with --answer", where=option, todo="give ID=STATE")
        return None
    said: dict[str, Said] = {}
    for one in answers:
        item, what = _one(one, ids)
        if item in said:
            raise AnalyzerError(f"{item} is answered twice", where="--answer", todo="give it once")
        said[item] = what
    end = None if until is None else _day(until, today)
    if end is None and Said.WAIVED in said.values():
        raise AnalyzerError("a waiver needs an end", where="--until", todo="give YYYY-MM-DD")
    return Signing(tuple(said.items()), _by(by), _note(note), end)


def _one(text: str, ids: Collection[str]) -> tuple[str, Said]:
    item, equals, state = text.partition("=")
    todo = "give ID=STATE, as in TS-1=ok"
    if not equals:
        raise AnalyzerError(f"{shown(text)} has no =", where="--answer", todo=todo)
    if item not in ids:
        what = f"{shown(item)} is no item of this report"
        todo = f"{todo}; a release's own items come with its --checklist"
        raise AnalyzerError(what, where="--answer", todo=todo)
    states = {one.value: one for one in Said}
    if state not in states:
        todo = f"expected one of {', '.join(states)}"
        raise AnalyzerError(f"{shown(state)} answers nothing", where=f"--answer {item}", todo=todo)
    return item, states[state]


def _by(text: str | None) -> str:
    if text is None or not named(text):
        todo = f"give a name on one line, at most {LONGEST_NAME} characters"
        what = "is missing" if text is None else "names nobody that can be shown"
        raise AnalyzerError(what, where="--by", todo=todo)
    return text.strip()


def _note(text: str | None) -> str:
    todo = f"say why, in at most {LONGEST_NOTE} characters"
    if text is None or not text.strip():
        raise AnalyzerError("is missing", where="--note", todo=todo)
    if len(text) > LONGEST_NOTE:
        raise AnalyzerError(f"has {len(text):,} characters", where="--note", todo=todo)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise AnalyzerError("is not UTF-8", where="--note", todo=todo) from None
    return text


def _day(text: str, today: date) -> date:
    todo = "give the day on which it ends, YYYY-MM-DD"
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise AnalyzerError(f"{shown(text)} is no date", where="--until", todo=todo) from None
    if day <= today:
        raise AnalyzerError(f"{day} is over, or today", where="--until", todo=todo)
    return day
