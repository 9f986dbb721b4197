"""Everything that was learnt about one patch, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzer.compare.symbols import Symbols
from analyzer.finding import NotChecked
from analyzer.patch.reader import Patch
from analyzer.repair import Mended
from analyzer.replay.outcome import Outcome
from analyzer.result import Item
from analyzer.upstream import CommitFacts, Facts


@dataclass(frozen=True, slots=True)
class Case:
    """One patch under review.

    ``named`` is the upstream commit's id as the patch or the user names it, ``commit`` what is
    known of it. ``others`` are the other patches of the same series, ``series_notes`` its letters
    without a patch. ``architectures`` is what the user asked to answer for; empty: all.
    ``target`` is the name of the tree that the patch is for, where one was given. ``symbols`` are
    the Kconfig symbols of each reading, ``mended.readings`` in order. ``outcome`` is what
    replaying the patch's code came to, None where nothing was run.
    """

    patch: Patch
    mended: Mended
    symbols: tuple[Symbols, ...]
    named: str | None
    commit: CommitFacts | None
    facts: Facts
    others: tuple[Patch, ...]
    architectures: tuple[str, ...]
    target: str | None = None
    series_notes: tuple[NotChecked, ...] = ()
    outcome: Outcome | None = None


Rule = Callable[[Case], Item]
