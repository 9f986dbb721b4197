"""Hostile text made safe to show: nothing in it moves a cursor, hides, or changes the order.

Nor is it a command to a CI that reads what a job prints: GitHub's runner takes a line that begins
with ``::``, behind any blanks, and ``##[`` anywhere; others take ``##vso[`` and ``##teamcity[``.

The escapes are for the eye. They cannot be turned back, since a backslash of the text itself
stays as it is: doubling it would make every C string in a report wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache

LIMIT = 1000

_TAB_STOP = 8
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

# Code points that Unicode counts as letters, marks or symbols, and that show nothing: joiners and
# fillers (Default_Ignorable_Code_Point outside the category Cf), and the empty Braille cell.
_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}.union(
        (0x180B, 0x180C, 0x180D, 0x180F), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)
    )
)


_COMMAND = re.compile(r"##(?=(?:vso|teamcity)?\[)", re.IGNORECASE)
_COLON, _HASH = "\\x3a", "\\x23"
GROWTH, _NARROW = len(_COLON) - 1, 2


def printable(text: str, *, limit: int = LIMIT, blanks: bool = False) -> str:
    r"""``text`` on one line, with everything unseen or active as a visible escape.

    Control characters become ``\x1b`` and the like, format characters ``\u202e``, a byte that was
    not UTF-8 (a lone surrogate of ``surrogateescape``) ``\xNN``. With ``blanks``, a tab becomes
    blanks up to the next multiple of 8 columns. At most ``limit`` characters of ``text`` are
    shown, and the number of those cut is said.
    """
    cut = len(text) - limit
    if cut > 0:
        return f"{printable(text[:limit], limit=limit, blanks=blanks)}... ({cut:,} more characters)"
    if blanks:
        text = text.expandtabs(_TAB_STOP)
    if "##" in text:
        text = _COMMAND.sub(lambda _: f"#{_HASH}", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def obeyed(line: str) -> bool:
    """Whether a CI would take a whole line, as it is printed, for a command."""
    return line.lstrip().startswith("::")


def inert(line: str) -> str:
    """A line as it is printed, its first colon an escape where a CI would obey it.

    Where to break a line is our choice, so what is data may come to its beginning. The escape
    takes its room from a wide margin; of a narrow one the line grows by ``GROWTH``.
    """
    if not obeyed(line):
        return line
    bare = line.lstrip()
    margin = line[: len(line) - len(bare)]
    return f"{margin[max(min(GROWTH, len(margin) - _NARROW), 0) :]}{_COLON}{bare[1:]}"


def well_formed(text: str) -> str:
    """``text`` with every lone surrogate as a visible escape, and nothing else changed."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_shown(char) if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    code = ord(char)
    if char.isprintable() and code not in _INVISIBLE:
        return char
    if char in _NAMED:
        return _NAMED[char]
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
