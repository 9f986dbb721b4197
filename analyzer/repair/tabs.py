"""Tabs that a transport turned into blanks: the ways in which programs do that, undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from analyzer.patch.lines import FilePatch, Mark

_TAB = 8
_DEEP = " " * (_TAB - 1)


def tab_forms(file: FilePatch) -> Iterator[Callable[[str], str]]:
    """Yield what may be done to the text of an added line: first nothing.

    Then, where the added lines have blanks but no tabs: blanks that reach a tab stop become a
    tab, at the line's beginning or everywhere. The line's mark counts as a column where a
    program expanded the patch as it stood.
    """
    yield str
    added = [line.text for hunk in file.hunks for line in hunk.lines if line.mark is Mark.ADDED]
    if any("\t" in text for text in added) or not any(text.startswith(_DEEP) for text in added):
        return
    for mark in (0, 1):
        for everywhere in (False, True):
            yield partial(_tabbed, mark=mark, everywhere=everywhere)


def _tabbed(text: str, *, mark: int, everywhere: bool) -> str:
    """Put tabs for the blanks, of two and more, that end at a tab stop."""
    body = text.lstrip(" ")
    stop = len(text) if everywhere else len(text) - len(body)
    out: list[str] = []
    start = 0
    for end in range(_TAB - mark, stop + 1, _TAB):
        cell = text[start:end]
        kept = cell.rstrip(" ")
        out.append(f"{kept}\t" if len(cell) - len(kept) > 1 else cell)
        start = end
    return "".join(out) + text[start:]
