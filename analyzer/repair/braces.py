"""Lone braces that a hunk lost and that its C demands.

A brace is demanded where a function's header is followed by its body, where a block is followed
by a line of the block around it, and where what the patch opened must be closed. Indentation
tells blocks, as the kernel's style has it. Only braces of the patch's own lines are put back: a
lost line of another kind is the target's to tell. What has two readings is not restored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from analyzer.csource import Token
from analyzer.patch.lines import Line, Mark
from analyzer.repair.headers import begins_body, continues_header, is_header, outside
from analyzer.repair.layout import Role, SideLine, depths, side_lines


@dataclass(frozen=True, slots=True)
class Insertion:
    """A line to put before ``lines[at]`` of a hunk."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Demand:
    """The lone braces that the added lines of a hunk lack, in its order.

    ``sure`` is False where what follows the patch's last line could close its blocks as well, or
    where a lost ``} else`` would fit the counts as a lone brace does.
    """

    braces: tuple[Insertion, ...]
    sure: bool = True


_NOTHING = Demand(())


class _Closer(Enum):
    """How a block ends: by a brace alone, the same within a ``case``, or by another line."""

    BRACE = "}"
    CASE = "case"
    OTHER = "};"


@dataclass(frozen=True, slots=True)
class _Block:
    """An open block: where the statement that opened it is indented, who opened it and where.

    ``arm`` counts the conditional directives around it, ``opened`` is the line of its side.
    """

    columns: int
    lead: str
    mark: Mark
    closer: _Closer
    arm: int
    opened: int
    conditional: bool = False


@dataclass(slots=True)
class _Scan:
    """The walk over one side of a hunk. ``own`` marks the lines whose braces are looked for."""

    side: list[SideLine]
    own: Mark
    depths: list[int]
    blocks: list[_Block] = field(default_factory=list)
    parens: int = 0
    own_parens: bool = False
    # The statement at hand: its first line, its tokens, and the last token of all.
    first: int = 0
    words: list[Token] = field(default_factory=list)
    before: str = ""
    # The line that ended what may be a function's header.
    header: int | None = None
    # The last line that stands inside the innermost block, and the last place of a brace.
    last: int = -1
    placed: int = 0
    unclear: bool = False
    # A closer that was put back may have been `} else` one statement higher up.
    perhaps_else: bool = False
    missing: list[Insertion] = field(default_factory=list)


def missing_braces(lines: tuple[Line, ...], *, context_lost: bool) -> Demand:
    """Return the lone braces that the added lines of a hunk of C lack."""
    if any(line.mark is Mark.REMOVED for line in lines):
        old = _scanned(lines, Mark.REMOVED)
        # A brace that the old side lacks may be context, and then it closes our block too.
        if old.unclear or old.missing:
            return _NOTHING
    new = _scanned(lines, Mark.ADDED)
    if new.unclear or not new.missing:
        return _NOTHING
    open_end = context_lost and lines[-1].mark is not Mark.CONTEXT
    return Demand(tuple(new.missing), sure=not open_end and not new.perhaps_else)


def _scanned(lines: tuple[Line, ...], own: Mark) -> _Scan:
    other = Mark.REMOVED if own is Mark.ADDED else Mark.ADDED
    side = side_lines(lines, other)
    scan = _Scan(side, own, depths(side))
    for i, line in enumerate(side):
        if line.code:
            _take(scan, i, line)
        elif line.role in (Role.ARM, Role.ENDIF):
            while scan.blocks and scan.blocks[-1].arm >= scan.depths[i]:
                _close(scan, scan.blocks.pop(), i)
    # What was opened is closed, even where no line behind it is left; brackets must be closed.
    own_left = scan.own_parens or any(block.mark is own for block in scan.blocks)
    scan.unclear |= scan.parens > 0 and own_left
    while scan.blocks:
        _close(scan, scan.blocks.pop(), len(side))
    return scan


# --- one line of code -------------------------------------------------------------------


def _take(scan: _Scan, i: int, line: SideLine) -> None:
    if scan.parens == 0:
        scan.first, scan.words = i, []
        if scan.header is not None and continues_header(line.columns, line.code):
            scan.header = i
            return
        _open_function(scan, i, line)
        _close_before(scan, i, line)
    _read(scan, i, line)
    if line.role is not Role.LABEL or len(line.code) > 2:
        scan.last = i
    if scan.parens == 0 and is_header(scan.side[scan.first].columns, scan.words):
        scan.header = i


def _open_function(scan: _Scan, i: int, line: SideLine) -> None:
    header, scan.header = scan.header, None
    if header is None or not begins_body(line.columns, line.code):
        return
    begin = scan.side[header]
    between = scan.side[header + 1 : i]
    scan.unclear |= any(one.role in (Role.IF, Role.ARM, Role.ENDIF) for one in between)
    if begin.mark is scan.own:
        scan.missing.append(Insertion(begin.at + 1, "{"))
    scan.placed = header + 1
    scan.blocks.append(_Block(0, "", begin.mark, _Closer.BRACE, scan.depths[i], header))


def _close_before(scan: _Scan, i: int, line: SideLine) -> None:
    """Close the blocks that cannot hold the statement that line ``i`` begins."""
    if line.role is Role.LABEL:
        # Alone it waits for the statement behind it; with one, nothing tells its block.
        inner = any(block.mark is scan.own and block.columns for block in scan.blocks)
        scan.unclear |= inner and len(line.code) > 2
        return
    first, in_case = line.code[0].text, False
    while scan.blocks and line.columns <= scan.blocks[-1].columns:
        block = scan.blocks[-1]
        level = line.columns == block.columns
        case = block.closer is _Closer.CASE
        if level and (first == "}" or (line.role is Role.CASE and not case)):
            return
        # Behind the braces of a case, but maybe still within the switch.
        scan.unclear |= level and in_case and block.mark is scan.own
        in_case = level and case
        scan.blocks.pop()
        # An opening brace of its own belongs to the statement above it.
        if not (level and first == "{"):
            _close(scan, block, i)
    # The block that this brace closes is not the one that is open: its beginning was lost.
    scan.unclear |= first == "}" and bool(scan.blocks)


def _read(scan: _Scan, i: int, line: SideLine) -> None:
    """Follow the brackets of a line."""
    chained: _Block | None = None
    for token in line.code:
        match token.text:
            case "(":
                scan.own_parens = line.mark is scan.own if scan.parens == 0 else scan.own_parens
                scan.parens += 1
            case ")":
                scan.parens = max(0, scan.parens - 1)
            case "{":
                scan.blocks.append(_opened(scan, i, line, chained))
            case "}":
                chained = scan.blocks.pop() if scan.blocks else _unseen(line)
        scan.words.append(token)
        scan.before = token.text


def _unseen(line: SideLine) -> _Block:
    """The block that a brace closes of which the hunk does not show the beginning."""
    return _Block(line.columns, line.lead, Mark.CONTEXT, _Closer.BRACE, 0, -1)


def _opened(scan: _Scan, i: int, line: SideLine, chained: _Block | None) -> _Block:
    begin = scan.side[scan.first]
    mark, arm = line.mark, scan.depths[i]
    if chained is not None:
        # `} else {` ends the block that the first brace opened: the closer is that one's.
        mark, arm = chained.mark, chained.arm
    conditional = any(word.text == "if" for word in scan.words)
    return _Block(begin.columns, begin.lead, mark, _closer(scan, begin), arm, i, conditional)


def _closer(scan: _Scan, begin: SideLine) -> _Closer:
    """How the block ends that a brace opens behind ``scan.words``."""
    if scan.before == ":":
        return _Closer.CASE if begin.role is Role.CASE else _Closer.BRACE
    words = outside(scan.words)
    value = scan.parens > 0 or "=" in words or words[:1] == ["return"]
    inside = scan.blocks[-1].closer if scan.blocks and scan.before == "{" else None
    if value or inside is _Closer.OTHER or scan.before not in (")", "else", ";", "{", "}", ""):
        return _Closer.OTHER
    return _Closer.BRACE


# --- where a closing brace stands -------------------------------------------------------


def _close(scan: _Scan, block: _Block, upto: int) -> None:
    """Put back the closer of ``block``, which ends before line ``upto`` of its side."""
    if block.mark is not scan.own or block.closer is _Closer.OTHER:
        return
    at = max(scan.last + 1, scan.placed)
    at, label = _behind(scan, block, at, upto)
    empty = scan.last <= block.opened
    foreign = scan.side[scan.last].mark is not scan.own
    nothing_behind = label and (block.columns == 0 or upto == len(scan.side))
    scan.unclear |= empty or foreign or nothing_behind or scan.depths[at] != block.arm
    held = sum(bool(line.code) for line in scan.side[block.opened + 1 : at])
    scan.perhaps_else |= block.conditional and held > 1
    scan.missing.append(Insertion(scan.side[at - 1].at + 1, block.lead + "}"))
    scan.placed = at


def _behind(scan: _Scan, block: _Block, at: int, upto: int) -> tuple[int, bool]:
    """Pass what still belongs to the block: its comments, and the ends of arms within it.

    Also returned: whether a label stands between there and ``upto``.
    """
    look, label = at, False
    while look < upto:
        line = scan.side[look]
        comment = line.role is Role.COMMENT and line.columns > block.columns
        arm = line.role in (Role.ARM, Role.ENDIF) and scan.depths[look] > block.arm
        if (comment and line.mark is scan.own) or arm:
            at = look + 1
        elif line.role is not Role.BLANK:
            label = line.role is Role.LABEL
            scan.unclear |= line.role is Role.DIRECTIVE and line.mark is scan.own
            break
        look += 1
    return at, label
