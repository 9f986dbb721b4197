"""Lone braces that a hunk lost and that its C demands.

A brace is demanded where a function's header is followed by its body, where an indented block
is followed by a line of the block around it, and where what the patch opened must be closed.
Positions follow the indentation; only braces that the patch itself added are put back, because
a lost context line is the target's to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzer.csource import Kind, Token, code_tokens, starts_in_comment
from analyzer.patch.lines import Line, Mark

_TAB = 8
_INSIDE_SWITCH = ("case", "default")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A line to put before ``lines[at]`` of a hunk."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class _Block:
    indent: int
    mark: Mark


@dataclass(slots=True)
class _Scan:
    """The state of the walk over a hunk's new side."""

    blocks: list[_Block] = field(default_factory=list)
    parens: int = 0
    # Index and mark of the line that ended a function's header.
    header: tuple[int, Mark] | None = None
    at_left: bool = False
    # Indentation of the statement that the line belongs to: its first line's.
    indent: int = 0
    # Index behind the last line that can be inside a block that the patch opened.
    behind: int = 0
    missing: list[Insertion] = field(default_factory=list)


def missing_braces(lines: tuple[Line, ...]) -> tuple[Insertion, ...]:
    """Return the lone braces that the added lines of a hunk lack, in the order of the hunk."""
    scan = _Scan()
    code = _code_by_line(lines)
    for i, line in enumerate(lines):
        if line.mark is Mark.REMOVED:
            continue
        if code[i]:
            _take(scan, i, line, code[i])
        # A directive or comment of the context tells nothing about where a block ends.
        if code[i] or (line.mark is Mark.ADDED and line.text.strip()):
            scan.behind = i + 1
    _close_all(scan, lines)
    return tuple(scan.missing)


def _code_by_line(lines: tuple[Line, ...]) -> list[list[Token]]:
    """The tokens of each line of the new side, without comments and directives."""
    new = [i for i, line in enumerate(lines) if line.mark is not Mark.REMOVED]
    text = "\n".join(lines[i].text for i in new)
    code: list[list[Token]] = [[] for _ in lines]
    for token in code_tokens(text, in_comment=starts_in_comment(text)):
        code[new[token.line - 1]].append(token)
    return code


def _take(scan: _Scan, i: int, line: Line, code: list[Token]) -> None:
    if scan.parens == 0:
        first, indent = code[0].text, _indent(line.text)
        _open_function(scan, first, indent)
        if not _is_label(code):
            _close_blocks(scan, first, indent)
        scan.at_left = indent == 0 and code[0].kind is Kind.NAME and not _is_label(code)
        scan.indent = indent
    _count(scan, line.mark, code)
    if scan.parens == 0 and scan.at_left and code[-1].text == ")":
        scan.header = (i, line.mark)


def _indent(text: str) -> int:
    body = text.expandtabs(_TAB)
    return (len(body) - len(body.lstrip())) // _TAB


def _is_label(code: list[Token]) -> bool:
    return code[0].text in _INSIDE_SWITCH or (len(code) == 2 and code[1].text == ":")


def _open_function(scan: _Scan, first: str, indent: int) -> None:
    header, scan.header = scan.header, None
    if header is None or first == "{" or indent == 0:
        return
    at, mark = header
    if mark is Mark.ADDED:
        scan.missing.append(Insertion(at + 1, "{"))
    scan.blocks.append(_Block(0, mark))


def _close_blocks(scan: _Scan, first: str, indent: int) -> None:
    while scan.blocks and indent <= scan.blocks[-1].indent:
        if first == "}" and indent == scan.blocks[-1].indent:
            return
        block = scan.blocks.pop()
        if first != "{" or indent < block.indent:
            _close(scan, block)


def _close(scan: _Scan, block: _Block) -> None:
    if block.mark is Mark.ADDED:
        scan.missing.append(Insertion(scan.behind, "\t" * block.indent + "}"))


def _count(scan: _Scan, mark: Mark, code: list[Token]) -> None:
    chained: Mark | None = None
    for token in code:
        if token.text == "(":
            scan.parens += 1
        elif token.text == ")":
            scan.parens = max(0, scan.parens - 1)
        elif token.text == "{":
            # `} else {` ends the block that the first brace opened: the closer is that one's.
            scan.blocks.append(_Block(scan.indent, chained or mark))
        elif token.text == "}":
            chained = scan.blocks.pop().mark if scan.blocks else Mark.CONTEXT


def _close_all(scan: _Scan, lines: tuple[Line, ...]) -> None:
    """What added lines opened, added lines close, even where no line behind them is left."""
    end = max((i + 1 for i, line in enumerate(lines) if line.mark is Mark.ADDED), default=0)
    for block in reversed(scan.blocks):
        if block.mark is Mark.ADDED:
            scan.missing.append(Insertion(end, "\t" * block.indent + "}"))
