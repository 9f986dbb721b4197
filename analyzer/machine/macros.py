"""Macros that a patch changes: what they make of code that the patch does not show is not seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from analyzer.errors import CodePlace
from analyzer.excerpt.hunks import is_c
from analyzer.mm.api import names
from analyzer.patch.lines import FilePatch, Mark
from analyzer.reference.path import FUNCTIONS
from analyzer.reference.slots import LOOP

_WORD = re.compile(r"[A-Za-z_]\w*")
_MACRO = re.compile(r"\s*#\s*(?P<how>define|undef)\s+(?P<name>\w+)")
# Words of C that stand in any function, shown or not.
_KEYWORDS = frozenset(
    (
        *("bool", "break", "char", "const", "continue", "do", "else", "false", "for", "goto"),
        *("if", "inline", "int", "long", "return", "short", "sizeof", "static", "struct"),
        *("switch", "true", "unsigned", "void", "while"),
    )
)


def unread_macros(files: Sequence[FilePatch]) -> Iterator[tuple[str, CodePlace]]:
    """Changed macros that may mean something to other code, with their places after the patch.

    A new one of a new name, which the patch uses behind it, means nothing to other code: if it is
    not expanded where it is used, the name is one that nobody knows.
    """
    for file in (one for one in files if is_c(one)):
        used = Counter(word for text in _added(file) for word in {*_WORD.findall(text)})
        met = {*names(), *FUNCTIONS, LOOP, *_KEYWORDS}
        for hunk in file.hunks:
            number = hunk.new_start
            for line in hunk.lines:
                macro = _MACRO.match(line.text) if line.mark is not Mark.CONTEXT else None
                if macro is not None:
                    new = line.mark is Mark.ADDED and macro["how"] == "define"
                    if not new or macro["name"] in met or used[macro["name"]] == 1:
                        yield line.text.strip(), CodePlace(file.path, number, None, "")
                met.update(_WORD.findall(line.text))
                number += line.mark is not Mark.REMOVED


def _added(file: FilePatch) -> Iterator[str]:
    return (line.text for hunk in file.hunks for line in hunk.lines if line.mark is Mark.ADDED)


def late_macros(before: str, after: str) -> Iterator[tuple[str, int]]:
    """Macros that a file's later state brings where their name was met already, with their lines.

    Code is expanded with the macros that stand at a file's end, so these would count for what is
    above them too; and what ``#undef`` ends counts for nothing.
    """
    known, met = {*before.split("\n")}, set[str]()
    for number, text in enumerate(after.split("\n"), 1):
        macro = _MACRO.match(text) if text not in known else None
        if macro is not None and (macro["how"] == "undef" or macro["name"] in met):
            yield text.strip(), number
        met.update(_WORD.findall(text))
