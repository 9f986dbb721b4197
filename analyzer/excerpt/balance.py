"""Whether a patch opens as many blocks and conditionals as it closes: a file that compiled may not.

What a hunk shows of a function begins and ends anywhere, so a brace too many is seen in no excerpt;
it is in what a file's hunks add and take away, all in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.csource.configuration import Configuration
from analyzer.excerpt.hunks import Shown, is_c, shown
from analyzer.excerpt.statements import words_of
from analyzer.patch.lines import FilePatch, Mark
from analyzer.repair.image import State

_CONDITIONAL = re.compile(r"\s*#\s*(if|ifdef|ifndef|endif)\b")


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A file of which more is opened (``surplus`` > 0) or closed than before, by ``what``.

    ``number`` is the line of the file that the first hunk with a share in it begins at.
    """

    path: str
    what: str
    surplus: int
    number: int


def unclosed(files: Sequence[FilePatch], configuration: Configuration) -> Iterator[Unclosed]:
    """The C files in which the patch opens more, or closes more, than it takes away."""
    for file in files:
        if not is_c(file):
            continue
        number = file.hunks[0].new_start if file.hunks else 0
        conditionals = sum(_conditionals(file, mark) for mark in (Mark.ADDED, Mark.REMOVED))
        if conditionals:
            yield Unclosed(file.path, "#if", conditionals, number)
        elif _as_written(file) and (surplus := _as_picked(file, configuration)):
            yield Unclosed(file.path, "{", surplus, number)


def _conditionals(file: FilePatch, mark: Mark) -> int:
    sign = 1 if mark is Mark.ADDED else -1
    found = (_CONDITIONAL.match(text) for text in _texts(file, mark))
    return sum((-sign if one[1] == "endif" else sign) for one in found if one)


def _as_written(file: FilePatch) -> int:
    """The surplus of braces in all lines, whatever picks them: 0 settles it."""
    return _braces(_texts(file, Mark.ADDED)) - _braces(_texts(file, Mark.REMOVED))


def _as_picked(file: FilePatch, configuration: Configuration) -> int:
    """The surplus in what a configuration picks: arms may open one block twice."""
    after = shown(file, State.AFTER, (), configuration, "")
    before = shown(file, State.BEFORE, (), configuration, "")
    return sum(map(_own_braces, after)) - sum(map(_own_braces, before))


def _own_braces(hunk: Shown) -> int:
    own = [line.own for line in hunk.image.lines]
    return sum(_worth(word.text) for word in words_of(hunk.picked) if own[word.line])


def _braces(texts: Sequence[str]) -> int:
    return sum(_worth(word.text) for word in words_of(texts))


def _worth(text: str) -> int:
    return (text == "{") - (text == "}")


def _texts(file: FilePatch, mark: Mark) -> list[str]:
    return [line.text for hunk in file.hunks for line in hunk.lines if line.mark is mark]
