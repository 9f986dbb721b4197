"""Explained functions for programs: complete, ASCII only, valid whatever the input."""

from __future__ import annotations

import json
from pathlib import Path

from analyzer import __version__
from analyzer.report.json_format import dumped
from analyzer.report.listing import Listing, headline_of, listing_exit_code
from analyzer.report.printable import printable, well_formed

_SCHEMA_VERSION = 1

_Object = dict[str, object]


def render_json(listings: tuple[Listing, ...]) -> str:
    """The listings as one object."""
    document = {
        "schema_version": _SCHEMA_VERSION,
        "tool": {"name": "backport-analyzer", "version": __version__},
        "exit_code": listing_exit_code(listings),
        "summary": printable(headline_of(listings)),
        "listings": [_listing(one) for one in listings],
    }
    return dumped(document) + "\n"


def read_schema() -> _Object:
    """The shipped schema (2020-12)."""
    path = Path(__file__).with_name("explain.schema.json")
    loaded: _Object = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _listing(listing: Listing) -> _Object:
    refusal = listing.refusal
    return {
        "function": well_formed(listing.function),
        "path": well_formed(listing.path),
        "source": well_formed(listing.source),
        "part": listing.part.name.lower(),
        "rows": [
            {"line": row.line, "c": well_formed(row.c), "python": [*map(well_formed, row.python)]}
            for row in listing.rows
        ],
        "needs": [
            {"name": well_formed(one.name), "use": well_formed(one.use)} for one in listing.needs
        ],
        "helpers": [
            {"name": well_formed(name), "does": well_formed(said)} for name, said in listing.helpers
        ],
        "notes": [well_formed(note) for note in listing.notes],
        "assumptions": [well_formed(one) for one in listing.assumptions],
        "refusal": None
        if refusal is None
        else {
            "reason": well_formed(refusal.reason),
            "line": refusal.line,
            "text": well_formed(refusal.text),
        },
    }
