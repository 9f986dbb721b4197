"""The shape of a hunk: what kind of line stands where, without a word of its text.

A shape can be shipped where the text cannot, and it shows what a damaged patch has lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Kind(Enum):
    """What a line is. C has the kinds of the first group, Kconfig those of the second."""

    CODE = "code"
    BRACE = "brace"
    DIRECTIVE = "directive"

    SYMBOL = "symbol"
    PROPERTY = "property"
    TEXT = "text"

    COMMENT = "comment"
    BLANK = "blank"
    CONTEXT = "context"


C_KINDS = frozenset({Kind.CODE, Kind.BRACE, Kind.DIRECTIVE})
KCONFIG_KINDS = frozenset({Kind.SYMBOL, Kind.PROPERTY, Kind.TEXT})


@dataclass(frozen=True, slots=True)
class ShapeLine:
    """One line of a hunk, or a run of ``count`` unchanged ones.

    ``marker`` is ``+``, ``-`` or a blank (always kind ``CONTEXT``). ``depth`` is the
    indentation in columns, divided by eight, for code, comments and lone braces. ``detail``
    is the brace, the directive with the symbol it names (``#ifdef CONFIG_X``), the Kconfig
    symbol, or the property's word.
    """

    marker: str
    kind: Kind
    detail: str = ""
    depth: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class ShapeHunk:
    """One hunk. ``old`` and ``new`` are (first line, number of lines) as in its header.

    ``within`` is what git's hunk heading names: see ``heading_name``.
    """

    path: str
    within: str
    old: tuple[int, int]
    new: tuple[int, int]
    lines: tuple[ShapeLine, ...]


class _Seen(NamedTuple):
    kind: Kind
    detail: str = ""
    depth: int = 0


_BLANK = _Seen(Kind.BLANK)
_S = TypeVar("_S")


def is_kconfig(path: str) -> bool:
    """Whether a file is read as Kconfig; everything else is read as C."""
    return path.rpartition("/")[2].startswith("Kconfig")


def heading_name(heading: str, path: str) -> str:
    """What a hunk heading (the text behind the second ``@@``) names: a function or a symbol.

    ``static void f(int a,`` gives ``f``, ``enum e {`` gives ``e``, ``config X86`` gives
    ``X86``. Empty where the heading names nothing.
    """
    words = heading.split()
    if is_kconfig(path):
        return words[1] if len(words) > 1 else ""
    names = _NAME.findall(heading.partition("(")[0])
    return names[-1] if names else ""


def shape_of(lines: Iterable[tuple[str, str]], path: str) -> tuple[ShapeLine, ...]:
    """The shape of a hunk's (marker, text) pairs, one entry a line; never raises.

    The removed and the added side are followed apart, since a comment may begin on one of
    them only. A marker other than ``+`` and ``-`` counts as context.
    """
    pairs = tuple(lines)
    if is_kconfig(path):
        return _walk(pairs, _kconfig_line, _NO_HELP, _NO_HELP)
    sides = [_started([text for marker, text in pairs if marker != other]) for other in "+-"]
    return _walk(pairs, _c_line, *sides)


def folded(lines: Iterable[ShapeLine]) -> tuple[ShapeLine, ...]:
    """The same shape with each run of unchanged lines as one entry, as data files have it."""
    out: list[ShapeLine] = []
    for line in lines:
        if line.kind is Kind.CONTEXT and out and out[-1].kind is Kind.CONTEXT:
            line = ShapeLine(" ", Kind.CONTEXT, count=out.pop().count + line.count)
        out.append(line)
    return tuple(out)


def placed(hunk: ShapeHunk) -> tuple[tuple[int, ShapeLine], ...]:
    """The added lines, each with its number in the file after the patch."""
    number, out = hunk.new[0], []
    for line in hunk.lines:
        if line.marker == "+":
            out.append((number, line))
        if line.marker != "-":
            number += line.count
    return tuple(out)


def diffstat(hunks: Iterable[ShapeHunk]) -> tuple[tuple[str, int, int], ...]:
    """(path, lines added, lines removed) for each file, in the order of the hunks."""
    counts: dict[str, list[int]] = {}
    for hunk in hunks:
        of_file = counts.setdefault(hunk.path, [0, 0])
        for side, marker in enumerate("+-"):
            of_file[side] += sum(line.marker == marker for line in hunk.lines)
    return tuple((path, added, removed) for path, (added, removed) in counts.items())


def _walk(
    pairs: tuple[tuple[str, str], ...],
    read: Callable[[str, _S], tuple[_Seen, _S]],
    old: _S,
    new: _S,
) -> tuple[ShapeLine, ...]:
    out = []
    for marker, text in pairs:
        seen = _Seen(Kind.CONTEXT)
        if marker == "+":
            seen, new = read(text, new)
        elif marker == "-":
            seen, old = read(text, old)
        else:
            old, new = read(text, old)[1], read(text, new)[1]
            marker = " "
        out.append(ShapeLine(marker, *seen))
    return tuple(out)


def _columns(text: str) -> int:
    """The indentation in columns, with tab stops at every eighth."""
    columns = 0
    for character in text:
        if character == "\t":
            columns += 8 - columns % 8
        elif character == " ":
            columns += 1
        else:
            break
    return columns


# --- C ---------------------------------------------------------------------------------------


class _Inside(Enum):
    """Where in C a line begins; a hunk may start in the middle of a comment unseen."""

    UNKNOWN = 0
    CODE = 1
    COMMENT = 2


_NAME = re.compile(r"[A-Za-z_]\w*")
_CONFIG = re.compile(r"CONFIG_\w+")
# A literal that is not closed ends with its line: so no character is looked at twice.
_MARK = re.compile(r""""(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|//|/\*""", re.DOTALL)


def _started(texts: list[str]) -> _Inside:
    """A side that closes a comment before it opens one began inside it."""
    for text in texts:
        close, opening = text.find("*/"), text.find("/*")
        if opening >= 0 and (close < 0 or opening < close):
            return _Inside.UNKNOWN
        in_string = text.count('"', 0, max(close, 0)) % 2 and not text.lstrip().startswith("*")
        if close >= 0 and not in_string:
            return _Inside.COMMENT
    return _Inside.UNKNOWN


def _c_line(text: str, inside: _Inside) -> tuple[_Seen, _Inside]:
    stripped = text.strip()
    if not stripped:
        return _BLANK, inside
    # No */ follows to prove it, yet in kernel style only a comment's line begins like this.
    if inside is _Inside.UNKNOWN and (stripped == "*" or stripped.startswith(("* ", "*\t"))):
        return _Seen(Kind.COMMENT, depth=_columns(text) // 8), inside
    has_code, open_at_end = _scan(text, inside is _Inside.COMMENT)
    after = _Inside.COMMENT if open_at_end else _Inside.CODE
    if not has_code:
        return _Seen(Kind.COMMENT, depth=_columns(text) // 8), after
    if stripped.startswith("#") and inside is not _Inside.COMMENT:
        return _Seen(Kind.DIRECTIVE, _directive(stripped)), after
    if stripped in ("{", "}"):
        return _Seen(Kind.BRACE, stripped, _columns(text) // 8), after
    return _Seen(Kind.CODE, depth=_columns(text) // 8), after


def _scan(text: str, in_comment: bool) -> tuple[bool, bool]:
    """(whether anything but comment stands on the line, whether a comment is open at its end)."""
    has_code, position = False, 0
    while True:
        if in_comment:
            close = text.find("*/", position)
            if close < 0:
                return has_code, True
            position, in_comment = close + 2, False
        mark = _MARK.search(text, position)
        plain = text[position : mark.start() if mark else None]
        has_code = has_code or bool(plain.strip())
        if mark is None or mark[0] == "//":
            return has_code, False
        in_comment = mark[0] == "/*"
        has_code = has_code or not in_comment
        position = mark.end()


def _directive(stripped: str) -> str:
    """``#word`` and what it names: symbols for a condition, one name for the others."""
    word, _, rest = stripped[1:].lstrip().partition(" ")
    word, _, more = word.partition("\t")
    rest = f"{more} {rest}"
    if word in ("if", "elif"):
        named = _CONFIG.findall(rest)
    elif word in ("define", "undef", "ifdef", "ifndef"):
        named = _NAME.findall(rest)[:1]
    else:
        named = rest.split()[:1] if word == "include" else []
    return " ".join(["#" + word.partition("/")[0], *named])


# --- Kconfig ---------------------------------------------------------------------------------


class _Help(NamedTuple):
    """``help_at`` is the column of the help keyword, ``text_at`` that of its first line of text."""

    help_at: int | None = None
    text_at: int | None = None
    continued: str = ""


_NO_HELP = _Help()
_ENTRIES = frozenset({"config", "menuconfig"})
_GRAMMAR = (
    "config menuconfig choice endchoice menu endmenu if endif source mainmenu comment bool "
    "tristate string hex int prompt default def_bool def_tristate depends select imply visible "
    "range help option optional modules transitional"
)
_WORDS = frozenset(_GRAMMAR.split())


def _kconfig_line(text: str, state: _Help) -> tuple[_Seen, _Help]:
    stripped = text.strip()
    if not stripped:
        return _BLANK, state
    column = _columns(text)
    words = stripped.split(None, 2)
    word = "help" if words[0] == "---help---" else words[0]
    # Help text stands deeper than any property, so a keyword there is a word like any other.
    keyword = word in _WORDS and column <= 8
    if state.help_at is not None:
        first = state.text_at is None and (column > state.help_at or not keyword) and column > 0
        if first or (state.text_at is not None and column >= state.text_at):
            return _Seen(Kind.TEXT), _Help(state.help_at, column if first else state.text_at)
    if state.continued:
        word, keyword = state.continued, True
    elif stripped[0] == "#":
        return _Seen(Kind.COMMENT, depth=column // 8), _NO_HELP
    if not keyword:
        return _Seen(Kind.TEXT), _NO_HELP
    if word in _ENTRIES and len(words) > 1 and not state.continued:
        return _Seen(Kind.SYMBOL, words[1]), _NO_HELP
    after = _Help(column if word == "help" else None, None, word if stripped[-1] == "\\" else "")
    return _Seen(Kind.PROPERTY, word), after
