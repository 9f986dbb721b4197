"""The names that a patch's added lines use, and those that they declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.csource import Kind, Token, code_tokens
from analyzer.patch.lines import FilePatch, Hunk, Mark
from analyzer.upstream import is_kconfig

_C = (".c", ".h")
_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)")
_CONFIG = re.compile(r"[ \t]*(?:menu)?config[ \t]+(\w+)[ \t]*$")
_OUTSIDE = re.compile(r"#[ \t]*define[ \t]+(\w+)|[A-Za-z_][\w \t*]*[ \t*](\w+)[ \t]*\(")
_WORD = re.compile(r"\w+")
_CONSTANT = re.compile(r"[ \t]+([A-Z][A-Z0-9_]+)[ \t]*(?:=[^=].*)?,?[ \t]*(?:/\*.*)?$")
_BEHIND = frozenset(("=", ";", ",", ")", "[", "(", "{", ":"))
# Words before a name that leave it a use; any other word is its type, so that it is declared.
_USES = frozenset(("return", "else", "do", "case", "goto", "sizeof", "typeof", "in"))
_KEYWORDS = frozenset(
    (
        *("if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue"),
        *("return", "goto", "sizeof", "typeof", "struct", "union", "enum", "static", "inline"),
        *("const", "volatile", "unsigned", "signed", "int", "long", "short", "char", "void"),
        *("bool", "extern", "register", "typedef", "asm", "defined", "true", "false", "NULL"),
    )
)
_SHORTEST = 3
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Use:
    """A name that an added line uses. ``call``: a bracket follows; ``number`` is the input's."""

    name: str
    path: str
    number: int | None
    call: bool


def uses(files: Iterable[FilePatch]) -> tuple[Use, ...]:
    """The names that added lines of C use, each once for each file, in order."""
    found: dict[tuple[str, str], Use] = {}
    for file in files:
        if not file.path.endswith(_C):
            continue
        for hunk in file.hunks:
            for token, behind, number in _added(hunk):
                if _is_use(token):
                    one = Use(token.text, file.path, number, behind == "(")
                    found.setdefault((token.text, file.path), one)
    return tuple(found.values())


def _is_use(token: Token) -> bool:
    plain = token.kind is Kind.NAME and token.text not in _KEYWORDS
    return plain and len(token.text) >= _SHORTEST


def _added(hunk: Hunk) -> Iterator[tuple[Token, str, int | None]]:
    """The tokens of added lines, what follows each, and their lines of the input."""
    lines = [line for line in hunk.lines if line.mark is not Mark.REMOVED]
    code = code_tokens("\n".join(line.text for line in lines))
    for at, token in enumerate(code):
        line = lines[token.line - 1]
        if line.mark is Mark.ADDED:
            behind = code[at + 1].text if at + 1 < len(code) else ""
            yield token, behind, line.number


def declared(files: Iterable[FilePatch], mark: Mark = Mark.ADDED) -> frozenset[str]:
    """The names that lines of one mark declare: functions, variables, members, macros, symbols.

    Told by what stands next to a name, so locals are among them.
    """
    found: set[str] = set()
    for file in files:
        for hunk in file.hunks:
            lines = [line.text[:_LONGEST] for line in hunk.lines if line.mark is mark]
            if is_kconfig(file.path):
                found.update(match[1] for line in lines if (match := _CONFIG.match(line)))
            elif file.path.endswith(_C):
                found.update(_by_lines(lines))
                found.update(_by_tokens(code_tokens("\n".join(lines))))
    return frozenset(found)


def _by_lines(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        match = _DEFINE.match(line) or _CONSTANT.match(line)
        if match:
            yield match[1]


def _by_tokens(code: Sequence[Token]) -> Iterator[str]:
    before, was = "", ""
    for at, token in enumerate(code):
        behind = code[at + 1].text if at + 1 < len(code) else ";"
        if token.kind is Kind.NAME and behind in _BEHIND:
            typed = _is_type(before) or (before == "*" and (_is_type(was) or was in ("*", ",")))
            label = behind == ":" and before in ("", ";", "{", "}", ":")
            if typed or label or (before in _TAGS and behind == "{"):
                yield token.text
        before, was = token.text, before


_TAGS = ("struct", "union", "enum")


def _is_type(word: str) -> bool:
    plain = word[:1].isalpha() or word[:1] == "_"
    return plain and word not in _USES and word not in _TAGS


def defined(files: Iterable[FilePatch]) -> frozenset[str]:
    """The functions and macros that added lines define, told by lines without indentation."""
    return frozenset(
        match[1] or match[2]
        for file in files
        for hunk in file.hunks
        for line in hunk.lines
        if line.mark is Mark.ADDED and (match := _OUTSIDE.match(line.text[:_LONGEST]))
    )


def words(files: Iterable[FilePatch], mark: Mark = Mark.ADDED) -> frozenset[str]:
    """Every word of the lines of one mark, names or not: a quick look."""
    return frozenset(
        word
        for file in files
        for hunk in file.hunks
        for line in hunk.lines
        if line.mark is mark
        for word in _WORD.findall(line.text)
    )


def names_of(text: str) -> frozenset[str]:
    """Every name in a piece of C."""
    return frozenset(token.text for token in code_tokens(text) if token.kind is Kind.NAME)
