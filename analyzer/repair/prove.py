"""Proof of a repair: the file before the patch, the repaired hunks, and git's own blob id.

Lost context comes from the file before the patch. Where lost lines leave a choice (where
context ends and added lines begin, where a blank line stood), the choices are tried, likeliest
first and bounded, until one gives the blob id of the patch's ``index`` line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from analyzer.compare import shape_lines
from analyzer.patch.damage import Grade, Restored
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark
from analyzer.repair.blanks import with_blanks
from analyzer.repair.complete import Completion
from analyzer.repair.context import placements
from analyzer.repo import is_blob

MAX_ATTEMPTS = 4096
# Lines held in memory for the choices of one hunk.
_MAX_LINES = 400_000


@dataclass(frozen=True, slots=True)
class Proof:
    """A repaired file whose content has the blob id ``blob`` (as many digits as were given)."""

    file: FilePatch
    blob: str
    restored: tuple[tuple[Restored, ...], ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to read a hunk, and the bytes that it leaves in the file."""

    lines: tuple[Line, ...]
    after: bytes


def prove(
    file: FilePatch, options: tuple[tuple[Completion, ...], ...], before: bytes
) -> Proof | str:
    """Return the proof, or in words why there is none.

    ``before`` is the whole file before the patch, ``options`` the completions of each hunk.
    """
    if file.new_blob is None:
        return "the patch has no index line for this file"
    old = _split(before)
    between = _between(file.hunks, old)
    if between is None:
        return "the hunks do not fit the file before the patch"
    for tabs in (False, True):
        for picked in islice(product(*_all_choices(file, options, old, tabs)), MAX_ATTEMPTS):
            content = between[0] + b"".join(
                choice.after + rest for choice, rest in zip(picked, between[1:], strict=True)
            )
            if is_blob(content, file.new_blob):
                return _proof(file, picked)
    return f"no reading of the hunks gives the blob id {file.new_blob} of the index line"


def _all_choices(
    file: FilePatch, options: tuple[tuple[Completion, ...], ...], old: list[str], tabs: bool
) -> list[list[_Choice]]:
    """The choices of each hunk, so many that their product stays within the attempts."""
    open_hunks = sum(not hunk.whole for hunk in file.hunks) or 1
    most = max(2, int(MAX_ATTEMPTS ** (1 / open_hunks)))
    out = []
    for hunk, completed in zip(file.hunks, options, strict=True):
        limit = 1 if hunk.whole else max(1, min(most, _MAX_LINES // (1 + hunk.new_count)))
        out.append(list(islice(_choices(hunk, completed, old, tabs), limit)))
    return out


def _split(data: bytes) -> list[str]:
    """Lines with their ends; only a newline ends a line."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _first_old(hunk: Hunk) -> int:
    """Index of the hunk's first old-side line; an empty old side stands behind ``old_start``."""
    return hunk.old_start - 1 if hunk.old_count else hunk.old_start


def _between(hunks: tuple[Hunk, ...], old: list[str]) -> list[bytes] | None:
    """The bytes before, between and behind the hunks; None where they do not fit the file."""
    pieces: list[bytes] = []
    at = 0
    for hunk in hunks:
        first = _first_old(hunk)
        if first < at or first + hunk.old_count > len(old):
            return None
        pieces.append(_bytes(old[at:first]))
        at = first + hunk.old_count
    return [*pieces, _bytes(old[at:])]


def _bytes(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "surrogateescape")


def _choices(
    hunk: Hunk, options: tuple[Completion, ...], old: list[str], tabs: bool
) -> Iterator[_Choice]:
    first = _first_old(hunk)
    window = [line.removesuffix("\n") for line in old[first : first + hunk.old_count]]
    for option in options:
        for completed in with_blanks(option):
            for lines in placements(completed, window, option.layout):
                form = _with_tabs(lines) if tabs else lines
                yield _Choice(form, _after(form))


def _after(lines: tuple[Line, ...]) -> bytes:
    return _bytes(
        [
            line.text + ("" if line.no_newline is not None else "\n")
            for line in lines
            if line.mark is not Mark.REMOVED
        ]
    )


def _with_tabs(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The added lines with every eight leading blanks turned back into a tab."""
    return tuple(
        replace(line, text=_tabbed(line.text)) if line.mark is Mark.ADDED else line
        for line in lines
    )


def _tabbed(text: str) -> str:
    body = text.lstrip(" ")
    blanks = len(text) - len(body)
    return "\t" * (blanks // 8) + " " * (blanks % 8) + body


def _proof(file: FilePatch, picked: tuple[_Choice, ...]) -> Proof:
    hunks = tuple(
        hunk.with_lines(_proven(choice.lines))
        for hunk, choice in zip(file.hunks, picked, strict=True)
    )
    restored = tuple(_restored(hunk, file.path) for hunk in hunks)
    return Proof(replace(file, hunks=hunks), file.new_blob or "", restored)


def _proven(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(
        replace(line, grade=Grade.PROVEN if line.number is None else None, after_gap=False)
        for line in lines
    )


def _restored(hunk: Hunk, path: str) -> tuple[Restored, ...]:
    kinds = shape_lines(hunk, path)
    out: list[Restored] = []
    number = hunk.new_start
    for line, kind in zip(hunk.lines, kinds, strict=True):
        if line.grade is Grade.PROVEN:
            out.append(Restored(number, line.text, kind.kind.value, Grade.PROVEN))
        number += line.mark is not Mark.REMOVED
    return tuple(out)
