"""A function, or a fragment of one, as a patch shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Part(Enum):
    """How much of a function a piece is."""

    WHOLE = "the whole function"
    FRAGMENT = "a fragment of the function"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no Python: the reason, its line of the file where it has one, the C there."""

    reason: str
    line: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A line of the same function in the same hunk, before a piece or behind it.

    ``number`` is the file's line, ``text`` what a configuration picks of it. ``own`` marks the
    patch's lines; ``gap`` says that lines of unknown text were lost right before it.
    """

    number: int
    text: str
    own: bool
    gap: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of C: as it is shown, and as it is read.

    ``lines`` are shown, from the file's line ``first`` on. ``text`` is read in their place: what
    no configuration selects and what was cut off is blank there. The last ``closed`` lines are in
    no file: they close what lost lines close.
    ``around`` holds other lines of the file by number, which may declare what is used.
    ``heading`` is what is seen of the function's header before the piece.
    ``conditions`` are those of the ``#if`` around it. ``refusal`` says why it is not even read.
    ``changed``: the patch has lines of code in it; ``own`` are the numbers of the patch's lines in
    it; the others of a fragment close it. ``before`` and ``behind`` are the lines of its
    function in the hunk around a fragment; ``gap`` says that lines of unknown text were lost right
    before it. ``begun``: the hunk holds the header of the function.
    """

    function: str
    path: str
    source: str
    part: Part
    first: int
    lines: tuple[str, ...]
    text: tuple[str, ...]
    closed: int = 0
    around: tuple[tuple[int, str], ...] = ()
    heading: str = ""
    conditions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    refusal: Refusal | None = None
    changed: bool = True
    own: tuple[int, ...] = ()
    before: tuple[Near, ...] = ()
    behind: tuple[Near, ...] = ()
    gap: bool = False
    begun: bool = False
