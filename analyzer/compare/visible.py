"""What the lines of a hunk stand in, by what the hunk shows and what its header names.

Where the whole file is at hand, ``outline`` knows better. A hunk begins anywhere, so braces cannot
be counted: C's functions begin and end in the first column. Across lost lines nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.compare.change import OUTSIDE, Owner, Scope
from analyzer.compare.outline import entry_owner, is_c, owner_of
from analyzer.csource import Kind, Token, starts_in_comment, tokens
from analyzer.kconfig.excerpt import first_certain, property_width
from analyzer.kconfig.layout import SYMBOL_WORDS, grouped, statements
from analyzer.patch.lines import Line
from analyzer.upstream import is_kconfig

_NO_HEADS = frozenset(
    ("if", "for", "while", "switch", "do", "else", "return", "goto", "sizeof", "case", "default")
)


def owners_in(lines: Sequence[Line], heading: str, path: str) -> tuple[Owner | None, ...]:
    """The owner of each line of one side of a hunk; None where nothing shows it."""
    if is_kconfig(path):
        return _in_kconfig(lines, heading)
    if is_c(path):
        return _in_c(lines, heading)
    return (OUTSIDE,) * len(lines)


def _pieces(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """The lines cut where others were lost."""
    cuts = [at for at, line in enumerate(lines) if at and line.after_gap]
    return [lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]


def _in_kconfig(lines: Sequence[Line], heading: str) -> tuple[Owner | None, ...]:
    words = heading.split()
    named = words[0] in SYMBOL_WORDS if len(words) > 1 else False
    owner = Owner(Scope.SYMBOL, words[1]) if named else None
    out: list[Owner | None] = []
    for piece in _pieces(lines):
        out += _in_kconfig_piece([line.text for line in piece], owner)
        owner = None
    return tuple(out)


def _in_kconfig_piece(texts: list[str], owner: Owner | None) -> list[Owner | None]:
    out = [owner] * len(texts)
    start = first_certain(texts, property_width(texts))
    for group in grouped(statements(texts, start)):
        if group.header is not None:
            found = entry_owner(group)
            out[group.header.line - 1 :] = [found] * (len(texts) - group.header.line + 1)
    return out


@dataclass(slots=True)
class _Walk:
    """The walk over lines of C: the owner at hand, and the declaration that may begin one."""

    owner: Owner | None
    out: list[Owner | None]
    head: list[str] = field(default_factory=list)
    first: int = 0
    parens: int = 0
    depth: int = 0
    open: bool = False


def _in_c(lines: Sequence[Line], heading: str) -> tuple[Owner | None, ...]:
    owner = owner_of(heading.rstrip("{ \t")) if heading.strip() else None
    if heading.rstrip().endswith(":"):
        # Git takes a label in the first column for what a hunk stands in.
        owner = None
    out: list[Owner | None] = []
    for piece in _pieces(lines):
        out += _in_c_piece([line.text for line in piece], owner)
        owner = None
    return tuple(out)


def _in_c_piece(texts: list[str], owner: Owner | None) -> list[Owner | None]:
    text = "\n".join(texts)
    code: list[list[Token]] = [[] for _ in texts]
    for token in tokens(text, in_comment=starts_in_comment(text)):
        if token.kind not in (Kind.COMMENT, Kind.DIRECTIVE):
            code[token.line - 1].append(token)
    walk = _Walk(owner, [])
    for at, words in enumerate(code):
        walk.out.append(walk.owner)
        if words:
            _take(walk, at, texts[at], words)
    if walk.head:
        _begin(walk, len(texts) - 1)
    return walk.out


def _take(walk: _Walk, at: int, line: str, words: list[Token]) -> None:
    if not walk.head:
        if walk.open or not _begins(line, words):
            _inside(walk, line, words)
            return
        walk.first, walk.parens = at, 0
    for i, token in enumerate(words):
        if walk.parens == 0 and token.text in (";", "=", "{"):
            _begin(walk, at)
            walk.open, walk.depth = token.text != ";", 0
            if token.text == ";":
                walk.owner = OUTSIDE
            else:
                _inside(walk, "", words[i:], begun=True)
            return
        walk.parens += (token.text == "(") - (token.text == ")")
        walk.head.append(token.text)


def _begins(line: str, words: list[Token]) -> bool:
    """Whether a declaration begins here: a name in the first column that is no label."""
    label = len(words) > 1 and words[1].text == ":"
    first = words[0]
    in_column = not line[:1].isspace()
    return in_column and first.kind is Kind.NAME and not label and first.text not in _NO_HEADS


def _begin(walk: _Walk, at: int) -> None:
    walk.owner = owner_of(" ".join(walk.head))
    walk.out[walk.first : at + 1] = [walk.owner] * (at + 1 - walk.first)
    walk.head = []


def _inside(walk: _Walk, line: str, words: list[Token], *, begun: bool = False) -> None:
    """Wait for a brace in the first column: braces within a function may have been lost.

    What ends on the line that it begins on, and what is no function, is told by its braces.
    """
    for token in words:
        walk.depth += (token.text == "{") - (token.text == "}")
    short = begun or (walk.owner is not None and walk.owner.scope is not Scope.FUNCTION)
    ended = walk.open and short and walk.depth <= 0 and words[-1].text in ("}", ";", ",")
    if line.startswith("}") or ended:
        walk.owner, walk.open = OUTSIDE, False
