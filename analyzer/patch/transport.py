"""Damage that transport does to a text as a whole, named and undone.

Each kind is told from the text alone and undone line by line, so that what was read can be
checked: CRLF line ends, ``>`` quoting, HTML entities, quoted-printable left encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.paths import is_code

_DIFF_START = re.compile(r"(?:diff --git |diff -|Index: |--- \S|\+\+\+ \S|@@ -\d)")
_STRUCTURE = ("diff --git ", "--- ", "+++ ", "index ")
_QUOTE = re.compile(r"(?:> ?)+")
_ENTITY = re.compile(r"&(lt|gt|amp|quot|apos|nbsp|#39|#x27|#34|#160);", re.IGNORECASE)
_ESCAPED_DIFF = re.compile(r"(?:&gt; ?){0,9}(?:@@ -|diff --git )")
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
_QP_WIDTH = 76
# An encoded ``=``, a blank behind what is no word, two bytes of UTF-8, a line broken at the limit.
_QP_SURE = re.compile(
    r"=3D|(?<!\w)=(?:20|09)$|=[C-F][0-9A-F]=[89AB][0-9A-F]|^.{70,75}=$", re.IGNORECASE
)
# In files of these kinds entities are what the file holds.
_MARKUP = (
    *(".html", ".htm", ".xhtml", ".xml", ".svg", ".tmpl", ".sgml", ".docbook", ".md", ".rst"),
    *(".ui", ".xsl"),
)
# One entity alone is evidence in code only: elsewhere text may speak of it.
_LEAST = 2
_GIT_VERSION = re.compile(r"[0-9]+\.[0-9]+[\w.() -]*$")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Lines without their ends, and the input line that each began at."""

    lines: tuple[str, ...]
    numbers: tuple[int, ...]


def undo_transport(
    text: Numbered, *, but: Collection[DamageKind] = (), body: bool = False
) -> tuple[Numbered, tuple[Damage, ...]]:
    """Undo every kind of transport damage that the text shows, ``but`` some; say what was undone.

    ``body``: the text is a letter without its head, which alone may be quoted-printable. What
    was undone once is not undone again: ``&amp;lt;`` is an escaped ``&lt;``, not a ``<``.
    """
    damage: list[Damage] = []
    waiting = [undo for kind, undo in (_UNDO_BODY if body else _UNDO) if kind not in but]
    at = 0
    while at < len(waiting):
        found = waiting[at](text)
        if found is None:
            at += 1
            continue
        # What lay under one kind of damage may show another: CRLF behind quoting.
        text, case = found
        damage.append(case)
        del waiting[at]
        at = 0
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
    """Every ``=`` starts an escape or ends a line, and at least one escape is unmistakable.

    What was encoded is ASCII, has no line over 76 characters and no blank at the end of one.
    """
    if not any("=" in line and _QP_SURE.search(line) for line in text.lines):
        return None
    if any(len(line) > _QP_WIDTH or line.endswith((" ", "\t")) for line in text.lines):
        return None
    hit = [i for i, line in enumerate(text.lines) if "=" in line]
    if not all(map(str.isascii, text.lines)) or not all(_all_escapes(text.lines[i]) for i in hit):
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
    begun = 0
    for line, number in zip(text.lines, text.numbers, strict=True):
        begun = begun if pieces else number
        pieces.append(line.removesuffix("="))
        if not line.endswith("="):
            _add_decoded(pieces, begun, lines, numbers)
            pieces = []
    if pieces:
        _add_decoded(pieces, begun, lines, numbers)
    return tuple(lines), tuple(numbers)


def _add_decoded(pieces: list[str], number: int, lines: list[str], numbers: list[int]) -> None:
    """An encoder may have written line ends as ``=0A``: one line then holds several."""
    raw = "".join(pieces).encode("utf-8", "surrogateescape")
    decoded = _QP_BYTE.sub(lambda match: bytes([int(match[1], 16)]), raw)
    for line in decoded.decode("utf-8", "surrogateescape").split("\n"):
        lines.append(line)
        numbers.append(number)


def _undo_entities(text: Numbered) -> tuple[Numbered, Damage] | None:
    """Escaped text holds entities and not one raw ``<``, ``>`` or lone ``&``.

    A quotation mark that is escaped once is never raw.
    """
    hit: list[int] = []
    for i, line in enumerate(text.lines):
        if "<" in line or ">" in line:
            return None
        if "&" in line:
            if "&" in _ENTITY.sub("", line):
                return None
            hit.append(i)
    if not hit or not any(map(_ESCAPED_DIFF.match, text.lines)) or not _is_escaped(text.lines, hit):
        return None
    lines = tuple(
        _ENTITY.sub(lambda match: _ENTITY_TEXT[match[1].lower()], line) if "&" in line else line
        for line in text.lines
    )
    said = f"characters were turned into HTML entities on {len(hit)} lines"
    return Numbered(lines, text.numbers), _case(DamageKind.HTML_ENTITIES, said, text, hit)


def _is_escaped(lines: tuple[str, ...], hit: list[int]) -> bool:
    """Whether the entities are an escape's work rather than what a file of markup holds."""
    names = {match[1].lower() for i in hit for match in _ENTITY.finditer(lines[i])}
    for raw, escapes in (('"', {"quot", "#34"}), ("'", {"apos", "#39", "#x27"})):
        if names & escapes and any(raw in line for line in lines):
            return False
    names_of = [line[4:].partition("\t")[0].strip('"') for line in lines if line[:4] == "+++ "]
    if any(map(is_code, names_of)):
        return True
    markup = bool(names_of) and all(name.endswith(_MARKUP) for name in names_of)
    return not markup and sum(len(_ENTITY.findall(lines[i])) for i in hit) >= _LEAST


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


def _undo_signature(text: Numbered) -> tuple[Numbered, Damage] | None:
    """The mail's signature mark is ``-- ``: without its blank, the ends of lines were cut."""
    if not _has_diff(text.lines):
        return None
    last = len(text.lines) - 1
    while last > 0 and not text.lines[last].strip():
        last -= 1
    if last < 1 or text.lines[last - 1] != "--" or not _GIT_VERSION.match(text.lines[last]):
        return None
    lines = (*text.lines[: last - 1], "-- ", *text.lines[last:])
    said = "the signature's mark lost the blank at its end"
    case = _case(DamageKind.TRAILING_BLANKS_STRIPPED, said, text, [last - 1])
    return Numbered(lines, text.numbers), case


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


_Undo = Callable[[Numbered], tuple[Numbered, Damage] | None]
_UNDO: tuple[tuple[DamageKind, _Undo], ...] = (
    (DamageKind.CRLF, _undo_crlf),
    (DamageKind.HTML_ENTITIES, _undo_entities),
    (DamageKind.QUOTED, _undo_quoting),
)
_UNDO_BODY: tuple[tuple[DamageKind, _Undo], ...] = (
    *_UNDO,
    (DamageKind.QUOTED_PRINTABLE, _undo_quoted_printable),
    (DamageKind.TRAILING_BLANKS_STRIPPED, _undo_signature),
)
