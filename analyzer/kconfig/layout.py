"""Lines of Kconfig to statements: continued lines joined, comments and help bodies taken out.

The language is one of lines, except for help texts, which end by indentation alone. The rule
for these is that of the <HELP> state in the kernel's scripts/kconfig/lexer.l.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.kconfig.tokens import end_of_macro, end_of_string

if TYPE_CHECKING:
    from collections.abc import Sequence

TAB = 8
HELP_WORDS = frozenset(("help", "---help---"))
PROPERTY_WORDS = HELP_WORDS | frozenset(
    (
        *("bool", "boolean", "tristate", "string", "int", "hex", "def_bool", "def_tristate"),
        *("prompt", "default", "select", "imply", "depends", "range", "visible"),
        *("modules", "optional", "transitional", "option"),
    )
)
SYMBOL_WORDS = frozenset(("config", "menuconfig"))
SOURCE_WORDS = frozenset(("source", "rsource", "osource", "orsource"))
HEADER_WORDS = (
    SYMBOL_WORDS
    | SOURCE_WORDS
    | frozenset(("mainmenu", "menu", "endmenu", "choice", "endchoice", "if", "endif", "comment"))
)
KEYWORDS = PROPERTY_WORDS | HEADER_WORDS

# What is blank in Kconfig; Python's own idea of it has more, such as no-break spaces.
BLANK = " \t\r\f\v\n"
_FIRST_WORD = re.compile(r"[A-Za-z0-9_-]*")
_ASSIGNMENT = re.compile(r"([A-Za-z0-9_-]+)[ \t]*(:=|\+=|=)[ \t]*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One logical line. ``line`` and ``end_line`` count from 1; ``text`` has no comment.

    ``body`` is a help text, each line as it stands in the file.
    """

    line: int
    end_line: int
    word: str
    text: str
    body: tuple[str, ...] = ()

    @property
    def rest(self) -> str:
        """What follows the first word."""
        return self.text[len(self.word) :].strip()


def columns(line: str) -> int:
    """Return the width of a line's indentation, with tab stops every 8 columns."""
    width = 0
    for character in line:
        if character == " ":
            width += 1
        elif character == "\t":
            width = width // TAB * TAB + TAB
        else:
            break
    return width


def first_word(text: str) -> str:
    """Return the word that decides what a line is; ``text`` starts without blanks."""
    found = _FIRST_WORD.match(text)
    return found.group() if found is not None else ""


def assignment(text: str) -> tuple[str, str, str] | None:
    """Take ``NAME = VALUE`` apart into name, operator and value, or return None."""
    found = _ASSIGNMENT.fullmatch(text)
    return (found[1], found[2], found[3]) if found is not None else None


def statements(lines: Sequence[str], start: int = 0) -> list[Statement]:
    """Divide lines (each without its newline) into statements, from index ``start`` on."""
    found: list[Statement] = []
    at = start
    while at < len(lines):
        first, (text, at) = at, _logical_line(lines, at)
        if not text:
            continue
        word, end = first_word(text), at
        body: tuple[str, ...] = ()
        if word in HELP_WORDS and text == word:
            at = end_of_help(lines, at)
            body = tuple(lines[end:at])
            end = max((end + n for n, line in enumerate(body, 1) if line.strip()), default=end)
        found.append(Statement(first + 1, end, word, text, body))
    return found


def end_of_help(lines: Sequence[str], at: int) -> int:
    """Return the index after the help body that begins at ``at``."""
    indentation: int | None = None
    while at < len(lines):
        line = lines[at]
        if line.strip():
            width = columns(line)
            if width == 0 or (indentation is not None and width < indentation):
                return at
            indentation = width if indentation is None else indentation
        at += 1
    return at


def dedent(body: Sequence[str]) -> str:
    """Return a help body as text: without its first line's indentation and outer blank lines."""
    width = next((columns(line) for line in body if line.strip()), 0)
    return "\n".join(_shift(line, width) for line in body).strip("\n")


def _shift(line: str, width: int) -> str:
    bare = line.strip()
    return " " * max(columns(line) - width, 0) + bare if bare else ""


def _logical_line(lines: Sequence[str], at: int) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(lines):
        line = lines[at].rstrip("\r")
        at += 1
        # In a value that is assigned, '#' is a character like any other.
        bare = line if "#" not in line or assignment(line.strip()) else _without_comment(line)
        if bare is line and line.endswith("\\"):
            parts.append(line[:-1].strip(BLANK))
            continue
        parts.append(bare.strip(BLANK))
        break
    return " ".join(parts).strip(BLANK), at


def _without_comment(line: str) -> str:
    at = 0
    while at < len(line):
        if line[at] == "#":
            return line[:at]
        if line[at] in "\"'":
            at = end_of_string(line, at) or len(line)
        elif line.startswith("$(", at):
            at = end_of_macro(line, at) or len(line)
        else:
            at += 1
    return line


@dataclass(frozen=True, slots=True)
class Group:
    """A header and the statements up to the next one; no header for what stands before the first.

    Lines that begin with no keyword stay with the group that they interrupt.
    """

    header: Statement | None
    members: tuple[Statement, ...]


def is_header(statement: Statement) -> bool:
    """Say whether a statement ends the entry before it."""
    if statement.word in KEYWORDS:
        return statement.word in HEADER_WORDS
    return statement.text.startswith("$(") or assignment(statement.text) is not None


def grouped(found: Sequence[Statement]) -> list[Group]:
    """Divide statements into headers and what stands under them; empty groups are left out."""
    groups: list[Group] = []
    header: Statement | None = None
    members: list[Statement] = []
    for statement in found:
        if not is_header(statement):
            members.append(statement)
            continue
        if header is not None or members:
            groups.append(Group(header, tuple(members)))
        header, members = statement, []
    if header is not None or members:
        groups.append(Group(header, tuple(members)))
    return groups
