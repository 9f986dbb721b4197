"""Everything that was learnt about one patch, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.compare.symbols import Symbols
from analyzer.finding import NotChecked
from analyzer.patch.reader import Patch
from analyzer.repair import Mended
from analyzer.replay.outcome import Outcome
from analyzer.result import Item
from analyzer.upstream import CommitFacts, Facts

if TYPE_CHECKING:
    from analyzer.compare.abi import Abi
    from analyzer.compare.configured import Configured
    from analyzer.compare.delta import Delta
    from analyzer.compare.in_tree import SymbolsInTree
    from analyzer.compare.labels import Exits
    from analyzer.history.past import Past
    from analyzer.machine.callees import Callee
    from analyzer.patch.message import Message
    from analyzer.prove.session import Proofs
    from analyzer.release.checklist import Checklist


@dataclass(frozen=True, slots=True)
class Source:
    """What one of the four kernels (``target.before``) is made of, and its commit."""

    kernel: str
    source: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Upstream's commit as its repository has it; ``date`` is the author's, to the day.

    ``found`` says what it was found by, where the patch does not name it.
    """

    id: str
    subject: str
    author: str
    date: str
    source: str
    found: str = ""
    # Read in the commit itself, so nothing of it is in doubt.
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One patch under review.

    ``named`` is the upstream commit's id as the patch or the user names it, ``commit`` what is
    known of it. ``others`` are the other patches of the same series, ``series_notes`` its letters
    without a patch. ``architectures`` is what the user asked to answer for; empty: all.
    ``target`` is the name of the tree that the patch is for, where one was given. ``symbols`` are
    the Kconfig symbols of each reading, ``mended.readings`` in order. ``outcome`` is what
    replaying the patch's code came to, None where nothing was run. ``delta`` is how the patch
    differs from upstream's own, None where upstream's text is not at hand. ``callees`` are what the
    patch calls, looked up in the target's tree, and ``kconfig`` its symbols there, after the patch;
    ``kconfig_upstream`` the same symbols in upstream's tree. None where there is no such tree.
    ``configured`` is what whole architectures of the target make of them, None where neither an
    architecture nor a .config was given.
    ``seen`` is upstream's commit where a repository of it was given, ``upstream_message`` its own
    message where that is at hand. ``sources`` are the trees that
    were read, ``notes`` what is to be known of them, ``unfit`` where the patch does not apply to
    the target. ``proofs`` are what proving came to, None where it was not asked for: ``prove`` is
    False where the user said so. ``past`` is what histories say of the patch, None where there
    is none; ``release`` the checklist that was asked for. ``exits`` are the ways out of changed
    functions beside upstream's, ``abi`` what the patch does to exported symbols and layouts; None
    where no C is touched.
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
    delta: Delta | None = None
    callees: tuple[Callee, ...] | None = None
    kconfig: SymbolsInTree | None = None
    kconfig_upstream: SymbolsInTree | None = None
    configured: Configured | None = None
    seen: Seen | None = None
    upstream_message: Message | None = None
    sources: tuple[Source, ...] = ()
    notes: tuple[NotChecked, ...] = ()
    unfit: tuple[str, ...] = ()
    proofs: Proofs | None = None
    prove: bool | None = None
    past: Past | None = None
    release: Checklist | None = None
    exits: Exits | None = None
    abi: Abi | None = None


Rule = Callable[[Case], Item]
