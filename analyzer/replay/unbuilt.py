"""What a patch calls with a symbol off and defines with it on alone: no kernel that builds.

A compiler looks at dead code as well: ``if (IS_ENABLED(...))`` hides a call from the machine, not
from it. A run never comes there, so it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.csource.configuration import Configuration
from analyzer.errors import CodePlace
from analyzer.excerpt.code import code_of
from analyzer.excerpt.decide import picked
from analyzer.excerpt.piece import Part, Piece
from analyzer.machine.movepath import MovePath
from analyzer.patch.lines import FilePatch
from analyzer.reference.slots import PATH
from analyzer.repair.image import State
from analyzer.replay.outcome import Config, NotRun

_WORD = re.compile(r"[A-Za-z_]\w*")
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


def unbuilt(files: Sequence[FilePatch], on: Config, off: Config) -> Iterator[NotRun]:
    """Calls that a patch leaves with ``off``, to functions of its own that only ``on`` leaves."""
    left = _pieces(files, off)
    gone = _defined(_pieces(files, on)) - _defined(left)
    if not gone:
        return
    gone -= _elsewhere(files, left)
    for piece in left:
        for number, text in enumerate(piece.text, piece.first):
            for name in gone.intersection(_CALL.findall(text) if number in piece.own else ()):
                place = CodePlace(piece.path, number, None, piece.function)
                yield _not_there(name, on, off, place)


def unbuilt_in_tree(path: MovePath, on: Config, off: Config) -> Iterator[NotRun]:
    """The same of a tree's file: calls of static functions of the patch that ``off`` leaves out.

    ``path`` is the file with the patch, under ``on``.
    """
    lines = path.text.split("\n")
    left = picked(lines, Configuration(dict(off), {}, total=False))
    told = {*_WORD.findall("\n".join(text for text in left if not text[:1].isspace()))}
    changed = path.changed()
    for one in path.functions:
        static = one.path == PATH and lines[one.span.line - 1].startswith("static")
        if not static or one.name not in changed or one.name in told:
            continue
        for number, text in enumerate(left, 1):
            if one.name in _CALL.findall(text):
                yield _not_there(one.name, on, off, CodePlace(PATH, number, None, ""))
                break


def _not_there(name: str, on: Config, off: Config, place: CodePlace) -> NotRun:
    symbols = " and ".join(f"CONFIG_{one}" for one, value in off if dict(on).get(one) != value)
    why = f"it is called with {symbols} off, and there with that on alone: that does not build"
    return NotRun(f"{name}()", why, place)


def _pieces(files: Sequence[FilePatch], config: Config) -> tuple[Piece, ...]:
    return code_of(files, (), Configuration(dict(config), {}, total=False), State.AFTER)


def _defined(pieces: Sequence[Piece]) -> set[str]:
    return {one.function for one in pieces if one.part is Part.WHOLE}


def _elsewhere(files: Sequence[FilePatch], left: Sequence[Piece]) -> set[str]:
    """The names that lines outside of functions have: prototypes, and macros in their place."""
    outside = [text for one in left for _, text in one.around]
    macros = [
        line.text
        for file in files
        for hunk in file.hunks
        for line in hunk.lines
        if line.text.lstrip().startswith("#")
    ]
    return set(_WORD.findall("\n".join((*outside, *macros))))
