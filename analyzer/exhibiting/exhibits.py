"""All exhibits of a study, each made by itself: one that fails does not take the others along."""

from __future__ import annotations

from analyzer.errors import AnalyzerError, KernelFault, Stopped
from analyzer.exhibiting.hunks import hunks_of
from analyzer.exhibiting.listings import listings_of
from analyzer.exhibiting.tables import tables_of
from analyzer.finding import NotChecked
from analyzer.pipeline import Study
from analyzer.report.exhibits import Exhibits, Hunks, PageTables
from analyzer.report.listing import Listing

# What reading a hostile patch or tree may raise, and what building a state may.
_EXPECTED = (AnalyzerError, KernelFault, Stopped, RecursionError, ValueError)


def exhibits_of(study: Study) -> Exhibits:
    """What a page shows beside a study's report. Never fails: what is not shown is ``missing``."""
    hunks, no_hunks = _hunks(study)
    listings, no_listings = _listings(study)
    tables, no_tables = _tables(study)
    return Exhibits(hunks, listings, tables, (*no_hunks, *no_listings, *no_tables))


def _hunks(study: Study) -> tuple[Hunks | None, tuple[NotChecked, ...]]:
    try:
        return hunks_of(study.case)
    except _EXPECTED as error:
        return None, (_failed("hunks side by side", error),)


def _listings(study: Study) -> tuple[tuple[Listing, ...], tuple[NotChecked, ...]]:
    try:
        return listings_of(study)
    except _EXPECTED as error:
        return (), (_failed("C beside Python", error),)


def _tables(study: Study) -> tuple[tuple[PageTables, ...], tuple[NotChecked, ...]]:
    try:
        return tables_of(study.case)
    except _EXPECTED as error:
        return (), (_failed("page tables", error),)


def _failed(what: str, error: Exception) -> NotChecked:
    return NotChecked(what, f"they could not be laid out: {error or type(error).__name__}")
