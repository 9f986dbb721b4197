"""What each line of one side of a hunk is to its C: code, directive, comment or label."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.csource import Kind, Token, starts_in_comment, tokens
from analyzer.patch.lines import Line, Mark


class Role(Enum):
    """What a line is. A line with a label may hold a statement behind it."""

    CODE = "code"
    CASE = "case"
    LABEL = "label"
    COMMENT = "comment"
    IF = "if"
    ARM = "arm"
    ENDIF = "endif"
    DIRECTIVE = "directive"
    BLANK = "blank"


_DIRECTIVES = {
    **dict.fromkeys(("if", "ifdef", "ifndef"), Role.IF),
    **dict.fromkeys(("else", "elif", "elifdef", "elifndef"), Role.ARM),
    "endif": Role.ENDIF,
}


@dataclass(frozen=True, slots=True)
class SideLine:
    """A line of one side: ``at`` is its index in the hunk, ``columns`` its indentation.

    A line of a comment is indented as the comment's first line is.
    """

    at: int
    mark: Mark
    text: str
    role: Role
    columns: int
    code: tuple[Token, ...]

    @property
    def lead(self) -> str:
        """The blanks that the line begins with."""
        return self.text[: len(self.text) - len(self.text.lstrip())]


def side_lines(lines: tuple[Line, ...], without: Mark) -> list[SideLine]:
    """The lines of the side that has none marked ``without``."""
    places = [i for i, line in enumerate(lines) if line.mark is not without]
    text = "\n".join(lines[i].text for i in places)
    code: list[list[Token]] = [[] for _ in places]
    other: dict[int, Token] = {}
    for token in tokens(text, in_comment=starts_in_comment(text)):
        if token.kind in (Kind.COMMENT, Kind.DIRECTIVE):
            covered = range(token.line - 1, token.line + token.text.count("\n"))
            other.update(dict.fromkeys(covered, token))
        else:
            code[token.line - 1].append(token)
    out = []
    for i, at in enumerate(places):
        line, cover = lines[at], None if code[i] else other.get(i)
        begin = lines[places[cover.line - 1]].text if cover else line.text
        role = _role(line.text, code[i], cover)
        out.append(SideLine(at, line.mark, line.text, role, columns(begin), tuple(code[i])))
    return out


def depths(side: list[SideLine]) -> list[int]:
    """How many conditional directives are open before each line, and behind the last one.

    Counted from the hunk's beginning; negative behind an ``#endif`` of one that began before.
    """
    out = [0]
    for line in side:
        out.append(out[-1] + (line.role is Role.IF) - (line.role is Role.ENDIF))
    return out


def columns(text: str) -> int:
    """The indentation of a line in columns, with tab stops at every eighth."""
    lead = text[: len(text) - len(text.lstrip())]
    return len(lead.expandtabs(8))


def _role(text: str, code: list[Token], cover: Token | None) -> Role:
    if code:
        return _code_role(code)
    if cover is None or not text.strip():
        return Role.BLANK
    if cover.kind is Kind.COMMENT:
        return Role.COMMENT
    word = cover.text.lstrip("# \t")
    end = next((i for i, one in enumerate(word) if not one.isalpha()), len(word))
    return _DIRECTIVES.get(word[:end], Role.DIRECTIVE)


def _code_role(code: list[Token]) -> Role:
    if code[0].text in ("case", "default"):
        return Role.CASE
    if len(code) > 1 and code[0].kind is Kind.NAME and code[1].text == ":":
        return Role.LABEL
    return Role.CODE
