"""Explained functions as Markdown, to paste into a review: each in a fenced block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.report.columns import two_columns
from analyzer.report.listing import Listing, headline_of
from analyzer.report.markdown import code, escaped
from analyzer.report.printable import inert

_WIDTH = 160
_SHORTEST_FENCE = 3


def render_markdown(listings: tuple[Listing, ...]) -> str:
    """The listings, the headline first."""
    lines = [escaped(headline_of(listings))]
    for listing in listings:
        lines += _listing(listing)
    return "\n".join(lines) + "\n"


def _listing(listing: Listing) -> Iterator[str]:
    yield ""
    yield f"**{escaped(listing.function)}**: {listing.part.value}, {escaped(listing.source)}"
    if listing.rows:
        yield ""
        yield from _fenced(list(two_columns(listing.rows, _WIDTH)))
    if listing.refusal is not None:
        refusal = listing.refusal
        where = f"{listing.path}:{refusal.line}" if refusal.line else listing.path
        said = f": {code(refusal.text)}" if refusal.text else ""
        rows = [f"{code(where)}: {escaped(refusal.reason)}{said}"]
        yield from _section("Not explained", rows)
    uses = dict.fromkeys(one.use for one in listing.needs)
    yield from _section("Left to the table", [_needs(listing, use) for use in uses])
    helpers = [f"{code(name)}: {escaped(said)}" for name, said in listing.helpers]
    yield from _section("Helpers", helpers)
    yield from _section("Notes", [escaped(note) for note in listing.notes])
    yield from _section("Assumptions", [escaped(one) for one in listing.assumptions])


def _needs(listing: Listing, use: str) -> str:
    names = ", ".join(code(one.name) for one in listing.needs if one.use == use)
    return f"{escaped(use)}: {names}"


def _fenced(lines: Sequence[str]) -> Iterator[str]:
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(longest + 1, _SHORTEST_FENCE)
    yield f"{fence}text"
    yield from map(inert, lines)
    yield fence


def _section(title: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield from ("", f"**{title}**", "", *(f"- {row}" for row in rows))
