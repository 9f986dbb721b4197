"""Damage that transport does to a text as a whole, named and undone.

Each kind is told from the text alone and undone line by line, so that what was read can be
checked: CRLF line ends, ``>`` quoting, HTML entities, quoted-printable left encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from analyzer.patch.damage import Damage, DamageKind, Grade

_DIFF_START = re.compile(r"(?:diff --git |diff -|Index: |--- \S|\+\+\+ \S|@@ -\d)")
_STRUCTURE = ("diff --git ", "--- ", "+++ ", "index ")
_QUOTE = re.compile(r"(?:> ?)+")
_ENTITY = re.compile(r"&(lt|gt|amp|quot|apos|nbsp|#39|#x27|#34|#160);", re.IGNORECASE)
_ENTITY_TEXT = {
    "lt": "<",
    "gt": ">",
    "amp": "&",
    "quot": '"',
    "apos": "'",
    "nbsp": " ",
    "#39": "'",
    "#x27": "'",
    "#34": '"',
    "#160": " ",
}
_QP_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_QP_SURE = re.compile(r"=(?:3D|20$|09)")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Lines without their ends, and the input line that each began at."""

    lines: tuple[str, ...]
    numbers: tuple[int, ...]


def undo_transport(text: Numbered, *, quoting: bool = True) -> tuple[Numbered, tuple[Damage, ...]]:
    """Undo every kind of transport damage that the text shows; return what was undone."""
    damage: list[Damage] = []
    for undo in _UNDO:
        found = None if undo is _undo_quoting and not quoting else undo(text)
        if found is not None:
            text, case = found
            damage.append(case)
    return text, tuple(damage)


def _undo_crlf(text: Numbered) -> tuple[Numbered, Damage] | None:
    """A patch to a CRLF file has LF on its structural lines; damaged text has CRLF there too."""
    structure = [line for line in text.lines if line.startswith(_STRUCTURE)]
    if not structure or not all(line.endswith("\r") for line in structure):
        return None
    hit = [i for i, line in enumerate(text.lines) if line.endswith("\r")]
    lines = tuple(line.removesuffix("\r") for line in text.lines)
    said = f"{len(hit)} of {len(lines)} lines end in CRLF, the patch's own headers among them"
    return Numbered(lines, text.numbers), _case(DamageKind.CRLF, said, text, hit)


def _undo_quoted_printable(text: Numbered) -> tuple[Numbered, Damage] | None:
    """Every ``=`` starts an escape or ends a line, and at least one escape is unmistakable."""
    if not any(_QP_SURE.search(line) for line in text.lines):
        return None
    hit = [i for i, line in enumerate(text.lines) if "=" in line]
    if not all(_all_escapes(text.lines[i]) for i in hit):
        return None
    lines, numbers = _join_soft_breaks(text)
    said = f"quoted-printable was left encoded on {len(hit)} lines"
    return Numbered(lines, numbers), _case(DamageKind.QUOTED_PRINTABLE, said, text, hit)


def _all_escapes(line: str) -> bool:
    body = line.removesuffix("=")
    return "=" not in _QP_BYTE.sub(b"", body.encode("utf-8", "surrogateescape")).decode(
        "utf-8", "surrogateescape"
    )


def _join_soft_breaks(text: Numbered) -> tuple[tuple[str, ...], tuple[int, ...]]:
    lines: list[str] = []
    numbers: list[int] = []
    pieces: list[str] = []
    for line, number in zip(text.lines, text.numbers, strict=True):
        if not pieces:
            numbers.append(number)
        pieces.append(line.removesuffix("="))
        if not line.endswith("="):
            lines.append(_decode_escapes("".join(pieces)))
            pieces = []
    if pieces:
        lines.append(_decode_escapes("".join(pieces)))
    return tuple(lines), tuple(numbers)


def _decode_escapes(line: str) -> str:
    raw = line.encode("utf-8", "surrogateescape")
    decoded = _QP_BYTE.sub(lambda match: bytes([int(match[1], 16)]), raw)
    return decoded.decode("utf-8", "surrogateescape").replace("\n", "").removesuffix("\r")


def _undo_entities(text: Numbered) -> tuple[Numbered, Damage] | None:
    """Escaped text holds entities and not one raw ``<``, ``>`` or lone ``&``."""
    hit: list[int] = []
    for i, line in enumerate(text.lines):
        if "<" in line or ">" in line:
            return None
        if "&" in line:
            if "&" in _ENTITY.sub("", line):
                return None
            hit.append(i)
    if not hit or not _has_diff(text.lines):
        return None
    lines = tuple(
        _ENTITY.sub(lambda match: _ENTITY_TEXT[match[1].lower()], line) if "&" in line else line
        for line in text.lines
    )
    said = f"characters were turned into HTML entities on {len(hit)} lines"
    return Numbered(lines, text.numbers), _case(DamageKind.HTML_ENTITIES, said, text, hit)


def _undo_quoting(text: Numbered) -> tuple[Numbered, Damage] | None:
    """The diff stands behind ``>`` marks. Lines without the mark inside it are remarks."""
    mark = _quote_mark(text.lines)
    if mark is None:
        return None
    lines: list[str] = []
    numbers: list[int] = []
    hit: list[int] = []
    remarks = 0
    in_diff = False
    for i, (line, number) in enumerate(zip(text.lines, text.numbers, strict=True)):
        bare = _unquoted(line, mark)
        if bare is None and in_diff and line.strip():
            remarks += 1
            continue
        if bare is not None:
            hit.append(i)
            in_diff = in_diff or _DIFF_START.match(bare) is not None
        elif in_diff and i + 1 < len(text.lines):
            continue
        lines.append(line if bare is None else bare)
        numbers.append(number)
    said = f"{len(hit)} lines stand behind '{mark.strip()}' marks"
    if remarks:
        said += f"; {remarks} unquoted lines between them are remarks and were left out"
    quoted = Numbered(tuple(lines), tuple(numbers))
    return quoted, _case(DamageKind.QUOTED, said, text, hit)


def _quote_mark(lines: tuple[str, ...]) -> str | None:
    if _has_diff(lines):
        return None
    for line in lines:
        if line.startswith(">"):
            mark = _QUOTE.match(line)
            if mark and _DIFF_START.match(line[mark.end() :]):
                return mark[0]
    return None


def _unquoted(line: str, mark: str) -> str | None:
    if line.startswith(mark):
        return line[len(mark) :]
    return "" if line == mark.rstrip() else None


def _has_diff(lines: tuple[str, ...]) -> bool:
    return any(line.startswith(("@@ -", "diff --git ")) for line in lines)


def _case(kind: DamageKind, said: str, text: Numbered, hit: list[int]) -> Damage:
    return Damage(
        kind,
        said,
        line=text.numbers[hit[0]],
        declared=len(text.lines),
        kept=len(text.lines) - len(hit),
        grade=Grade.COUNTED,
    )


_UNDO: tuple[Callable[[Numbered], tuple[Numbered, Damage] | None], ...] = (
    _undo_crlf,
    _undo_quoted_printable,
    _undo_entities,
    _undo_quoting,
)
