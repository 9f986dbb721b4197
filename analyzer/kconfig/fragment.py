"""Kconfig as a patch hunk shows it: an excerpt that may begin and break off anywhere.

Each side of the hunk is cut at the gaps. Every piece is laid out from the first line that can be
told: what stands before it and is indented deeper than properties is the rest of a help text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzer.kconfig.blocks import name_in
from analyzer.kconfig.describe import condition_of, kind_of, target_of, type_of
from analyzer.kconfig.excerpt import first_certain, property_width
from analyzer.kconfig.expr import Unparsed, parse_expr
from analyzer.kconfig.layout import (
    BLANK,
    SYMBOL_WORDS,
    Group,
    Statement,
    dedent,
    grouped,
    statements,
)
from analyzer.kconfig.parse import read_properties
from analyzer.kconfig.symbols import (
    Help,
    Property,
    PropertyKind,
    SymbolType,
    Unread,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.kconfig.expr import Expr


@dataclass(frozen=True, slots=True)
class FragmentLine:
    """One line of a hunk without its sign. ``gap_before``: lines were lost before this one."""

    text: str
    added: bool = False
    removed: bool = False
    line: int | None = None
    gap_before: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A ``config`` or ``menuconfig`` line of the hunk, and what of the symbol can be seen there.

    ``line`` is the number that the caller gave. ``type`` is ``UNKNOWN`` where none is seen.
    """

    name: str
    menuconfig: bool
    line: int | None
    added: bool
    removed: bool
    type: SymbolType
    has_help: bool


@dataclass(frozen=True, slots=True)
class FragmentProperty:
    """A property of the hunk. ``under`` is the symbol it stands under, None if that is not known.

    ``added`` and ``removed`` are true if any of its lines is; a help text is all of its lines.
    ``target`` is the symbol selected, the type, the value, the text.
    """

    kind: PropertyKind
    target: str
    condition: Expr | None
    under: str | None
    line: int | None
    added: bool
    removed: bool
    property: Property


@dataclass(frozen=True, slots=True)
class StructureLine:
    """Any other line with a meaning: ``if``, ``endif``, ``menu``, ``source``, a macro, ..."""

    word: str
    text: str
    line: int | None
    added: bool
    removed: bool


@dataclass(frozen=True, slots=True)
class FragmentUnread:
    """A piece of the hunk that was not understood, and why."""

    text: str
    reason: str
    under: str | None
    line: int | None
    added: bool
    removed: bool


@dataclass(frozen=True, slots=True)
class FragmentSide:
    """One side of a hunk, each kind of thing in the order of the hunk."""

    definitions: tuple[Definition, ...] = ()
    properties: tuple[FragmentProperty, ...] = ()
    structure: tuple[StructureLine, ...] = ()
    unread: tuple[FragmentUnread, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """A hunk, before and after. Context lines are on both sides."""

    path: str
    old: FragmentSide
    new: FragmentSide


def read_fragment(lines: Sequence[FragmentLine], heading: str, path: str) -> Fragment:
    """Read a hunk of a Kconfig file. Never raises.

    ``heading`` is what follows the second ``@@``: git takes it from the nearest line above the hunk
    that begins in the first column, so it is the symbol that the first lines stand under.
    """
    owner = _heading_symbol(heading)
    return Fragment(
        path,
        _side([(line, line.added) for line in lines], owner),
        _side([(line, line.removed) for line in lines], owner),
    )


def _heading_symbol(heading: str) -> str | None:
    found = statements([heading.split("\n", 1)[0].strip()])
    return name_in(found[0]) if found and found[0].word in SYMBOL_WORDS else None


def _side(marked: Sequence[tuple[FragmentLine, bool]], owner: str | None) -> FragmentSide:
    """Read one side; the lines marked are those that the other side alone has."""
    pieces: list[list[FragmentLine]] = [[]]
    owners = [owner]
    gap = False
    for line, left_out in marked:
        gap = gap or line.gap_before
        if left_out:
            continue
        if gap:
            pieces.append([])
            owners.append(None)
        pieces[-1].append(line)
        gap = False
    width = property_width([line.text for piece in pieces for line in piece])
    sides = [_piece(piece, under, width) for piece, under in zip(pieces, owners, strict=True)]
    return FragmentSide(
        tuple(each for side in sides for each in side.definitions),
        tuple(each for side in sides for each in side.properties),
        tuple(each for side in sides for each in side.structure),
        tuple(each for side in sides for each in side.unread),
    )


@dataclass(slots=True)
class _Piece:
    """A piece while it is being read. Statements count its lines from 1."""

    lines: Sequence[FragmentLine]
    definitions: list[Definition]
    properties: list[FragmentProperty]
    structure: list[StructureLine]
    unread: list[FragmentUnread]

    def marks(self, first: int, last: int) -> tuple[int | None, bool, bool]:
        """Give the number of the first line, and whether any is added, any removed."""
        lines = self.lines[first - 1 : last]
        added, removed = any(each.added for each in lines), any(each.removed for each in lines)
        return lines[0].line, added, removed


def _piece(lines: Sequence[FragmentLine], owner: str | None, width: int) -> FragmentSide:
    piece = _Piece(lines, [], [], [], [])
    texts = [line.text for line in lines]
    start = first_certain(texts, width)
    _add_leading(piece, texts[:start], owner)
    for group in grouped(statements(texts, start)):
        _add_group(piece, group, owner)
    return FragmentSide(
        tuple(piece.definitions),
        tuple(piece.properties),
        tuple(piece.structure),
        tuple(piece.unread),
    )


def _add_leading(piece: _Piece, texts: list[str], owner: str | None) -> None:
    """Add what stands before the first certain line: a broken line's rest, then help text."""
    at = next((at for at, text in enumerate(texts) if text.strip(BLANK)), None)
    if at is None:
        return
    if texts[at].strip(BLANK).startswith(("&&", "||")) or texts[at].rstrip(BLANK).endswith("\\"):
        end = at
        while end < len(texts) - 1 and texts[end].rstrip(BLANK).endswith("\\"):
            end += 1
        text = "\n".join(texts[at : end + 1])
        reason = "continues a line above the hunk"
        piece.unread.append(FragmentUnread(text, reason, owner, *piece.marks(at + 1, end + 1)))
        at = next((n for n in range(end + 1, len(texts)) if texts[n].strip(BLANK)), len(texts))
    if at < len(texts):
        last = max(n for n, text in enumerate(texts, 1) if text.strip(BLANK))
        line, added, removed = piece.marks(at + 1, last)
        body = Help(dedent(texts[at:last]), line or 0)
        found = FragmentProperty(
            PropertyKind.HELP, body.text, None, owner, line, added, removed, body
        )
        piece.properties.append(found)


def _add_group(piece: _Piece, group: Group, owner: str | None) -> None:
    under = owner if group.header is None else None
    if group.header is not None and group.header.word in SYMBOL_WORDS:
        under = name_in(group.header)
    properties: list[Property] = []
    readings = read_properties(group.members, "")
    for member, reading in zip(group.members, readings, strict=True):
        line, added, removed = piece.marks(member.line, member.end_line)
        if isinstance(reading, Unread):
            lost = FragmentUnread(reading.text, reading.reason, under, line, added, removed)
            piece.unread.append(lost)
            continue
        placed = [replace(item, line=line or 0) for item in reading]
        properties += placed
        piece.properties += (
            FragmentProperty(
                kind_of(item),
                target_of(item),
                condition_of(item),
                under,
                line,
                added,
                removed,
                item,
            )
            for item in placed
        )
    if group.header is not None:
        _add_header(piece, group.header, under, tuple(properties))


def _add_header(
    piece: _Piece, header: Statement, name: str | None, properties: tuple[Property, ...]
) -> None:
    line, added, removed = piece.marks(header.line, header.end_line)
    reason = _fault(header, name)
    if reason:
        piece.unread.append(FragmentUnread(header.text, reason, None, line, added, removed))
    elif name is not None:
        piece.definitions.append(
            Definition(
                name,
                header.word == "menuconfig",
                line,
                added,
                removed,
                type_of(properties),
                any(isinstance(item, Help) for item in properties),
            )
        )
    else:
        piece.structure.append(StructureLine(header.word, header.text, line, added, removed))


def _fault(header: Statement, name: str | None) -> str:
    if header.word in SYMBOL_WORDS:
        return "" if name is not None else "no name of a symbol"
    if header.word == "if":
        condition = parse_expr(header.rest)
        return condition.reason if isinstance(condition, Unparsed) else ""
    return ""
