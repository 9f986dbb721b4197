"""What a change changes besides the functions that are run: functions of all its C files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.csource.file import CFile, read
from analyzer.machine.reuse import MACRO

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A function that a change brings, changes or takes away; None: lines outside of functions."""

    path: str
    function: str | None
    line: int | None


def changed_in(path: str, before: str | None, after: str | None) -> tuple[Elsewhere, ...]:
    """What of a C file a change changes: each function, and what stands outside of them."""
    one, other = (None if text is None else read(text, path) for text in (before, after))
    return (*_functions(path, one, other), *_outside(path, one, other))


def _functions(path: str, one: CFile | None, other: CFile | None) -> Iterator[Elsewhere]:
    mine, its = _texts(one), _texts(other)
    for key in dict.fromkeys((*its, *mine)):
        was, now = mine.get(key), its.get(key)
        if was is None or now is None or was[1] != now[1]:
            line = now[0] if now is not None else None
            yield Elsewhere(path, key[0], line)


def _texts(file: CFile | None) -> dict[tuple[str, int], tuple[int, str]]:
    """Of each function its line and what it says, but for white space and comments.

    Where arms of an ``#if`` have one of the same name each, they are numbered.
    """
    found: dict[tuple[str, int], tuple[int, str]] = {}
    if file is None:
        return found
    lines, times = file.text.split("\n"), Counter[str]()
    for one in file.functions:
        text = "\n".join(lines[one.span.line - 1 : one.span.end_line])
        found[one.name, times[one.name]] = one.span.line, _bare(text)
        times[one.name] += 1
    return found


def _bare(text: str) -> str:
    return " ".join(_COMMENT.sub(" ", text).split())


def _outside(path: str, one: CFile | None, other: CFile | None) -> Iterator[Elsewhere]:
    if _said(one) != _said(other):
        yield Elsewhere(path, None, None)


def _said(file: CFile | None) -> Counter[str]:
    """What stands outside of functions and is more than a prototype or an ``#include``."""
    if file is None:
        return Counter()
    text = file.outside().decode("utf-8", "replace")
    found = Counter(_bare(one[0]) for one in MACRO.finditer(file.text))
    rest = (" ".join(one.split()) for one in text.split(";"))
    return found + Counter(one for one in rest if one and not _is_prototype(one))


def _is_prototype(text: str) -> bool:
    return text.endswith(")") and not any(mark in text for mark in "={}")
