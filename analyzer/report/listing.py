"""What explaining a function comes to, for every format: its C beside the Python that it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from analyzer.excerpt.piece import Part, Refusal
from analyzer.report import ListingFormat


@dataclass(frozen=True, slots=True)
class Row:
    """One line of C and the Python statements beside it, indented by blanks.

    ``line`` counts lines of the file, from 1; None where lost context hides the number. Tabs of
    the C stay as they are. ``marked`` is the line that a refusal is about.
    """

    line: int | None
    c: str
    python: tuple[str, ...] = ()
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A name that the run-time table has to give: ``use`` says how the code uses it."""

    name: str
    use: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A function, or a part of it, explained; or the reason why it is not.

    ``source`` says whose lines they are: ``as the patch leaves it``. ``helpers`` are names of the
    run-time with what they do. ``notes`` say what was cut or put back, ``assumptions`` what the
    listing stands on.
    """

    function: str
    path: str
    source: str
    part: Part
    rows: tuple[Row, ...]
    needs: tuple[Left, ...] = ()
    helpers: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    refusal: Refusal | None = None


EXPLAINED, NOT_EXPLAINED = 0, 3


def listing_exit_code(listings: tuple[Listing, ...]) -> int:
    """0 where everything is explained, 3 where a part is not."""
    return NOT_EXPLAINED if any(one.refusal for one in listings) else EXPLAINED


def render_listings(listings: tuple[Listing, ...], format: ListingFormat, *, width: int) -> str:
    """All listings in one format, ending in one line break; ``width`` is the terminal's.

    Raises ``ValueError`` where there is none.
    """
    if not listings:
        raise ValueError("there is no listing to render")
    match format:
        case ListingFormat.TERMINAL:
            from analyzer.report.explain_text import render_text

            return render_text(listings, width=width)
        case ListingFormat.MARKDOWN:
            from analyzer.report.explain_markdown import render_markdown

            return render_markdown(listings)
        case ListingFormat.JSON:
            from analyzer.report.explain_json import render_json

            return render_json(listings)
        case _:
            assert_never(format)


def headline_of(listings: tuple[Listing, ...]) -> str:
    """The first line of every format."""
    refused = [one for one in listings if one.refusal is not None]
    first = (refused or listings)[0]
    name = f"{first.function} ({first.path}{_lines(first)})"
    if first.refusal is not None:
        return f"not explained: {name}: {first.refusal.reason}"
    if len(listings) > 1:
        return f"explained: {len(listings)} fragments of {first.function} ({first.path})"
    return f"explained: {name}, {first.part.value}"


def _lines(listing: Listing) -> str:
    numbers = [row.line for row in listing.rows if row.line is not None]
    return f":{numbers[0]}-{numbers[-1]}" if numbers else ""
