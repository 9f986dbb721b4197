"""Proof of a repair: the file before the patch, the repaired hunks, and git's own blob id.

Lost context comes from the file before the patch. Where lost lines leave a choice (where
context ends and added lines begin, where a blank line stood), the choices are tried, likeliest
first and bounded, until one gives the blob id of the patch's ``index`` line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from analyzer.compare import shape_lines
from analyzer.patch.damage import Grade, Restored
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark
from analyzer.repair.blanks import with_blanks
from analyzer.repair.complete import Completion
from analyzer.repair.context import placements
from analyzer.repair.tabs import tab_forms
from analyzer.repo import blob_id, is_blob

# With fewer digits, one of the attempts below could match by chance.
SHORTEST_PROOF = 7
MAX_ATTEMPTS = 8192
_MAX_ATTEMPTS_IN_ALL = 4 * MAX_ATTEMPTS
# Bytes hashed, about half a second's work, and lines held for the choices of hunks.
_MAX_BYTES = 192 * 1024 * 1024
_MAX_LINES = 1_000_000
# So many completions are tried with every place that lost context may have had.
_MAX_PLACED = 32
# How many times its share of the attempts a hunk may prepare.
_SPARE = 8


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
    file: FilePatch, options: tuple[tuple[Completion, ...], ...], before: bytes, share: int = 1
) -> Proof | str:
    """Return the proof, or in words why there is none.

    ``before`` is the whole file before the patch, ``options`` the completions of each hunk.
    ``share`` is the number of files that the bounds on time and memory are for.
    """
    if file.new_blob is None:
        return "the patch has no index line for this file"
    if len(file.new_blob) < SHORTEST_PROOF:
        return f"the {len(file.new_blob)} digits of the index line are too few to prove anything"
    old = _split(before)
    between = _between(file.hunks, old)
    if between is None:
        return "the hunks do not fit the file before the patch"
    matches = _matcher(file, before)
    bounds = (MAX_ATTEMPTS, _MAX_ATTEMPTS_IN_ALL // share, _MAX_BYTES // share // (len(before) + 1))
    attempts = max(1, min(bounds))
    for form in tab_forms(file):
        choices = _all_choices(file, options, old, form, attempts, _MAX_LINES // share)
        for picked in islice(product(*choices), attempts):
            content = between[0] + b"".join(
                choice.after + rest for choice, rest in zip(picked, between[1:], strict=True)
            )
            if matches(content):
                return _proof(file, picked)
    return f"no reading of the hunks that was tried gives the blob id {file.new_blob}"


def _matcher(file: FilePatch, before: bytes) -> Callable[[bytes], bool]:
    """Whether a content has the blob id; only one hash is tried where the old id tells which."""
    new, old = file.new_blob or "", file.old_blob or ""
    if old and blob_id(before, len(old)) == old:
        return lambda content: blob_id(content, len(new)) == new
    return lambda content: is_blob(content, new)


def _all_choices(
    file: FilePatch,
    options: tuple[tuple[Completion, ...], ...],
    old: list[str],
    form: Callable[[str], str],
    attempts: int,
    most_lines: int,
) -> list[list[_Choice]]:
    """The choices of each hunk, so many that their product stays within the attempts."""
    lost = [hunk for hunk in file.hunks if not hunk.whole]
    # A hunk with few choices leaves more to the others, but not without a bound.
    share = _SPARE * int(attempts ** (1 / (len(lost) or 1)))
    most = min(attempts, share, most_lines // (sum(1 + hunk.new_count for hunk in lost) or 1))
    out = []
    for hunk, completed in zip(file.hunks, options, strict=True):
        limit = 1 if hunk.whole else max(1, most)
        out.append(list(islice(_choices(hunk, completed, file.path, old, form), limit)))
    left, hunks = attempts, sum(len(choices) > 1 for choices in out)
    for choices in sorted(out, key=len):
        if len(choices) > 1:
            del choices[max(1, int(left ** (1 / hunks))) :]
            left, hunks = left // len(choices), hunks - 1
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
    hunk: Hunk,
    options: tuple[Completion, ...],
    path: str,
    old: list[str],
    form: Callable[[str], str],
) -> Iterator[_Choice]:
    first = _first_old(hunk)
    window = [line.removesuffix("\n") for line in old[first : first + hunk.old_count]]
    formed = options if form is str else tuple(_formed(option, form) for option in options)
    for lines in _readings(formed, path, window):
        yield _Choice(lines, _after(lines))


def _formed(option: Completion, form: Callable[[str], str]) -> Completion:
    lines = tuple(
        replace(line, text=form(line.text)) if line.mark is Mark.ADDED else line
        for line in option.hunk.lines
    )
    return replace(option, hunk=option.hunk.with_lines(lines))


def _readings(
    options: tuple[Completion, ...], path: str, window: list[str]
) -> Iterator[tuple[Line, ...]]:
    """The completions with lost context where it likeliest stood, and mixed in, elsewhere."""
    filled = ((option, lines) for option in options for lines in with_blanks(option, path))
    elsewhere: list[Iterator[tuple[Line, ...]]] = []
    for option, lines in filled:
        placed = placements(lines, window, option.layout)
        likeliest = next(placed, None)
        if likeliest is None:
            return
        yield likeliest
        if len(elsewhere) < _MAX_PLACED:
            elsewhere.append(placed)
        yield from islice(elsewhere[0] if elsewhere else (), 1)
    for placed in elsewhere:
        yield from placed


def _after(lines: tuple[Line, ...]) -> bytes:
    return _bytes(
        [
            line.text + ("" if line.no_newline is not None else "\n")
            for line in lines
            if line.mark is not Mark.REMOVED
        ]
    )


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
