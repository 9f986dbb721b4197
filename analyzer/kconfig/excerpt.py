"""Where, in an excerpt of a Kconfig file, the reading can begin.

An excerpt may begin inside a help text, whose words can look like properties. Only indentation
tells them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.kconfig.layout import (
    BLANK,
    HEADER_WORDS,
    PROPERTY_WORDS,
    SYMBOL_WORDS,
    TAB,
    columns,
    first_word,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def property_width(texts: Sequence[str]) -> int:
    """Return the columns that properties are indented by, as far as the lines show it.

    A property right below a ``config`` line shows it. Otherwise it is the kernel's one tab, or less
    where a line is indented by less (some files use spaces, and transport may have changed tabs).
    """
    shown: list[int] = []
    above: int | None = None
    for text in texts:
        word, width = first_word(text.strip(BLANK)), columns(text)
        # "config" and "bool" at one depth may be two lines of a help text.
        if above is not None and above < width and word in PROPERTY_WORDS:
            shown.append(width)
        above = width if word in SYMBOL_WORDS else None
    if shown:
        return min(shown)
    widths = (columns(text) for text in texts if text.strip(BLANK))
    return min([TAB, *(width for width in widths if width)])


def first_certain(texts: Sequence[str], width: int) -> int:
    """Return the index of the first line that cannot be inside a help text."""
    for at, text in enumerate(texts):
        bare = text.strip(BLANK)
        if bare and _certain(columns(text), bare, width):
            return at
    return len(texts)


def _certain(indentation: int, bare: str, width: int) -> bool:
    if indentation == 0:
        return True
    word = first_word(bare)
    if indentation > width:
        return False
    if word in SYMBOL_WORDS:
        # "config" begins sentences, too; a definition has one word after it.
        return len(bare.split()) == 2
    return word in PROPERTY_WORDS or (indentation < width and word in HEADER_WORDS)
