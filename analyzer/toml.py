"""TOML that people write by hand: a small text, read with bounded memory.

The text is hostile: at most 4 MiB, and no long dotted keys, on which Python's reader takes memory
that grows with the square of their parts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError

LARGEST = 4 << 20
_MOST_DOTS = 8
# Strings and comments are matched to their end, or to the end of the text, and never tried again.
_DOT_OUTSIDE = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*+(?:"{3,5}|\Z)|'
    r"'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)|"
    r'"(?:[^"\\\n]|\\.)*+"?|'
    r"'[^'\n]*+'?|#[^\n]*+|(\.)",
    re.DOTALL,
)


def document(data: bytes, name: str) -> dict[str, Any]:
    """The tables of a TOML text. ``AnalyzerError`` names the file by ``name``."""
    import tomllib

    if len(data) > LARGEST:
        raise AnalyzerError("larger than 4 MiB", where=name, todo="split the file")
    try:
        text = data.decode()
        if _most_dots(text) > _MOST_DOTS:
            todo = "write plain keys, and text in quotes"
            what = f"more than {_MOST_DOTS} dots outside of strings in a line"
            raise AnalyzerError(what, where=name, todo=todo)
        return tomllib.loads(text)
    except ValueError as error:  # also of the decoder, and of a number with too many digits
        what = " ".join(str(error).split())
        raise AnalyzerError(f"not TOML: {what}", where=name, todo="correct the file") from None
    except RecursionError:
        raise AnalyzerError("nested too deeply", where=name, todo="correct the file") from None


def _most_dots(text: str) -> int:
    """The dots outside of strings and comments in the line that has most of them."""
    most = dots = 0
    end = -1
    for found in _DOT_OUTSIDE.finditer(text):
        if found[1]:
            if found.start() > end:
                end, dots = text.find("\n", found.start()), 0
                end = len(text) if end < 0 else end
            dots += 1
            most = max(most, dots)
    return most


def contents(file: Path, name: str, todo: str) -> bytes:
    """At most ``LARGEST + 1`` bytes of a file. ``AnalyzerError`` where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a name with a NUL in it
        why = getattr(error, "strerror", None) or "cannot be read"
        raise AnalyzerError(why, where=name, todo=todo) from None
