"""Explained functions for a person at a terminal, or in a pipe: two columns of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.report.columns import NARROWEST, two_columns, wrapped
from analyzer.report.listing import Listing, headline_of
from analyzer.report.printable import inert, printable

_LABEL = 8


def render_text(listings: tuple[Listing, ...], *, width: int) -> str:
    """The listings for ``width`` columns, at least 60."""
    width = max(width, NARROWEST)
    lines = [printable(headline_of(listings))]
    for listing in listings:
        lines += ["", *_listing(listing, width)]
    return "\n".join(map(inert, lines)) + "\n"


def _listing(listing: Listing, width: int) -> Iterator[str]:
    yield printable(f"{listing.function}: {listing.part.value}, {listing.source}")
    if listing.rows:
        yield ""
        yield from two_columns(listing.rows, width)
    if listing.refusal is not None:
        refusal = listing.refusal
        where = f"{listing.path}:{refusal.line}" if refusal.line else listing.path
        yield from _section("Not explained", [f"{where}: {refusal.reason}"], width)
        if refusal.text:
            yield from wrapped(" " * 4 + printable(refusal.text), width)
    yield from _needs(listing, width)
    helpers = [f"{name}: {said}" for name, said in listing.helpers]
    yield from _section("Helpers", helpers, width)
    yield from _section("Notes", listing.notes, width)
    yield from _section("Assumptions", listing.assumptions, width)


def _needs(listing: Listing, width: int) -> Iterator[str]:
    if not listing.needs:
        return
    yield ""
    yield "Left to the table"
    for use in dict.fromkeys(one.use for one in listing.needs):
        names = ", ".join(printable(one.name) for one in listing.needs if one.use == use)
        yield from wrapped(f"  {printable(use):<{_LABEL}}{names}", width)


def _section(title: str, rows: Sequence[str], width: int) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    for row in rows:
        yield from wrapped(f"  - {printable(row)}", width)
