"""Which function each line of a hunk stands in: by headers in the first column, as C is written.

A hunk begins anywhere, so braces cannot be counted; a parser sees nothing but errors in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from analyzer.csource import Kind, Token, starts_in_comment, tokens
from analyzer.csource.file import read
from analyzer.csource.syntax import Declaration, FunctionOf, Parameter

# Words with parentheses around a function's declaration that are not its name.
_ANNOTATIONS = frozenset(
    (
        *("__attribute__", "__attribute", "__declspec", "__printf", "__scanf", "__acquires"),
        *("__releases", "__must_hold", "__alloc_size", "__section", "__aligned", "__cond_lock"),
        *("__nonnull", "__cold", "__diagnose_as", "__malloc", "__realloc_size", "typeof"),
    )
)
_NO_NAMES = frozenset(
    ("if", "for", "while", "switch", "do", "else", "return", "goto", "sizeof", "case", "default")
)
_SYSCALL = "SYSCALL_DEFINE"


@dataclass(frozen=True, slots=True)
class Owner:
    """A function that lines stand in: the places of its first and last line in the text.

    ``begun`` and ``ended`` say whether its header and its closing brace are among them. Its
    statements begin at ``body``: behind the line of its opening brace.
    """

    name: str
    first: int
    last: int
    begun: bool
    ended: bool
    body: int

    @property
    def whole(self) -> bool:
        """Whether the text holds the function from its header to its closing brace."""
        return self.begun and self.ended


@dataclass(slots=True)
class _Walk:
    """The walk over the lines: the function at hand, and the declaration that may begin one."""

    found: list[Owner] = field(default_factory=list)
    name: str | None = None
    first: int = 0
    body: int = 0
    begun: bool = False
    depth: int = 0
    words: list[Token] = field(default_factory=list)
    parens: int = 0
    declared: int = 0

    def end(self, last: int, *, ended: bool) -> None:
        if self.name is not None and last >= self.first:
            body = min(self.body, last + 1)
            self.found.append(Owner(self.name, self.first, last, self.begun, ended, body))
        self.name, self.begun, self.depth = None, False, 0

    def begin(self, name: str, first: int, body: int, *, begun: bool) -> None:
        self.name, self.first, self.begun = name, first, begun
        self.body = body


def owners(lines: Sequence[str], heading: str) -> tuple[Owner, ...]:
    """The functions that lines stand in, in order. ``heading`` is what stands before them.

    ``heading`` is the declaration that git names in a hunk's header; empty where there is none.
    """
    text = "\n".join(lines)
    code: list[list[Token]] = [[] for _ in lines]
    for token in tokens(text, in_comment=starts_in_comment(text)):
        if token.kind not in (Kind.COMMENT, Kind.DIRECTIVE):
            code[token.line - 1].append(token)
    walk = _Walk()
    named = tokens_of(heading)
    before = declared_name(named)
    if before and _may_head(named, before):
        walk.begin(before, 0, 0, begun=False)
    for i, words in enumerate(code):
        if words:
            _take(walk, i, lines[i], words)
    if walk.words:
        _header(walk, len(lines))
    walk.end(len(lines) - 1, ended=False)
    return tuple(walk.found)


def _may_head(words: Sequence[Token], name: str) -> bool:
    """Whether a heading, which git may have cut, can be a definition: a call or a macro is none."""
    texts = [token.text for token in words]
    at = next((i for i, both in enumerate(pairwise(texts)) if both == (name, "(")), None)
    if at is None:
        return True  # A system call's name is the first argument of a macro.
    if "=" in texts[:at] or texts[-1] == ";":
        return False
    behind = texts[at + 2 :]
    first = list(takewhile(lambda text: text not in {",", ")"}, behind))
    if first == behind or first in ([], ["void"]):
        return True
    # A type and a name: one word alone is an argument.
    return words[at + 2].kind is Kind.NAME and len(first) > 1


def tokens_of(text: str) -> list[Token]:
    """The code tokens of one line."""
    skip = (Kind.COMMENT, Kind.DIRECTIVE)
    return [token for token in tokens(text) if token.kind not in skip]


def _take(walk: _Walk, i: int, line: str, words: list[Token]) -> None:
    if not walk.words and not (walk.begun and walk.depth) and _begins(line, words):
        walk.end(i - 1, ended=False)
        walk.declared, walk.parens = i, 0
    elif not walk.words:
        _inside(walk, i, line, words)
        return
    for at, token in enumerate(words):
        if walk.parens == 0 and token.text in (";", "=", "{"):
            body = token.text == "{" and _header(walk, i)
            walk.words = []
            if body:
                _inside(walk, i, line, words[at:])
            return
        walk.parens += (token.text == "(") - (token.text == ")")
        walk.words.append(token)


def _begins(line: str, words: list[Token]) -> bool:
    """Whether a declaration begins here: a name in the first column that is no label."""
    label = len(words) > 1 and words[1].text == ":"
    first = words[0]
    return (
        not line[:1].isspace()
        and first.kind is Kind.NAME
        and not label
        and first.text not in _NO_NAMES
    )


def _header(walk: _Walk, i: int) -> bool:
    """Whether what was gathered is the head of a function; if so, it begins."""
    name = declared_name(walk.words)
    if name:
        walk.begin(name, walk.declared, i + 1, begun=True)
    return bool(name)


def _inside(walk: _Walk, i: int, line: str, words: list[Token]) -> None:
    """Follow the braces of a function whose header was seen; else wait for one in column one."""
    if walk.name is None:
        return
    for token in words:
        walk.depth += (token.text == "{") - (token.text == "}")
    closed = walk.begun and walk.depth <= 0
    if closed or line.startswith("}"):
        walk.end(i, ended=True)


def declared_name(words: Sequence[Token]) -> str:
    """The name of the function that a declaration declares; empty where it declares none."""
    name, depth = "", 0
    for i, token in enumerate(words):
        if token.text == "(" and depth == 0 and i and words[i - 1].kind is Kind.NAME:
            before = words[i - 1].text
            if before.startswith(_SYSCALL) and i + 1 < len(words):
                return words[i + 1].text
            if before not in _ANNOTATIONS:
                name = before
        depth += (token.text == "(") - (token.text == ")")
    return name


def parameters_of(heading: str) -> tuple[Parameter, ...]:
    """The parameters that a function's header names, as far as it goes: git cuts it off."""
    start = heading.find("(")
    if start < 0:
        return ()
    whole = heading.rstrip().endswith(")")
    listed = heading[start + 1 :].rstrip().removesuffix(")")
    known = listed if whole else listed.rpartition(",")[0]
    for declaration in read(f"void f({known});\n", "heading.h").declarations:
        if isinstance(declaration, Declaration) and declaration.declared:
            shape = declaration.declared[0].type.shape
            if shape and isinstance(shape[0], FunctionOf):
                return shape[0].parameters
    return ()
