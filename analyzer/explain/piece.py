"""A function, or a fragment of one, on its way to be explained."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.listing import Part, Refusal


@dataclass(frozen=True, slots=True)
class Piece:
    """What is to be explained: its C as it is shown, and as it is read.

    ``lines`` are shown, from the file's line ``first`` on. ``text`` is read in their place: what
    no configuration selects and what was cut off is blank there. The last ``closed`` lines are in
    no file: they close what lost lines close.
    ``around`` holds other lines of the file by number, which may declare what is used.
    ``heading`` is what is seen of the function's header before the piece.
    ``conditions`` are those of the ``#if`` around it. ``refusal`` says why it is not even read.
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
