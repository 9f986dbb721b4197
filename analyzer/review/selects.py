"""CF-3 where the target's tree is at hand: the ``select`` lines that the patch adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.compare.symbols import Selection
from analyzer.finding import Evidence, State
from analyzer.kconfig import SymbolType
from analyzer.kconfig.uses import Switch, architecture_of
from analyzer.review.configuration import unmet
from analyzer.review.in_tree import Said, names_of, place_of, when
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.compare.configured import Configured
    from analyzer.compare.in_tree import SymbolsInTree


def under_in_tree(tree: SymbolsInTree, selected: tuple[Selection, ...]) -> tuple[Selection, ...]:
    """Selects with the symbol that each stands under, by the tree where the hunk does not show."""
    return tuple(one if one.under else replace(one, under=_under(tree, one)) for one in selected)


def _under(tree: SymbolsInTree, one: Selection) -> str | None:
    here = tree.of(one.symbol)
    there = {each.symbol for each in here.selects if each.path == one.path} if here else set()
    return there.pop() if len(there) == 1 else None


def placed(
    tree: SymbolsInTree,
    upstream: SymbolsInTree | None,
    selected: tuple[Selection, ...],
    configured: Configured | None = None,
) -> Said | None:
    """CF-3: where each ``select`` that the patch adds stands in the tree, beside upstream's.

    None where the tree says no more than the patch.
    """
    symbols = [one for name in names_of(one.symbol for one in selected) if (one := tree.of(name))]
    evidence = tuple(
        Evidence(f"`select {one.name}` under {each.symbol}", place_of(each))
        for one in symbols
        for each in one.selects
    )
    wrong = next(_idle_selects(tree, selected, configured), None)
    if wrong is not None:
        said, reason, todo = wrong
        return State.FINDING, said, reason, evidence, todo
    strange = next(_elsewhere(tree, upstream, selected), None) if upstream is not None else None
    if strange is not None:
        mine, theirs = strange
        under = ", ".join(sorted({each.symbol for each in theirs}))
        said = f"`select {mine.target}` stands under {mine.symbol}, upstream's under {under}"
        beside = tuple(
            Evidence(f"upstream selects it under {each.symbol}", _upstream(each)) for each in theirs
        )
        todo = f"Move it under {theirs[0].symbol}, or explain it in the message."
        return State.FINDING, said, "", (*evidence, *beside), todo
    if upstream is None or not symbols:
        return None
    lone = [one for one in selected if not _counterparts(upstream, one)]
    if lone:
        said = f"once each; upstream does not select {lone[0].symbol} in {lone[0].path}"
        return State.NEEDS_REVIEW, said, "", evidence, "Explain the `select` in the message."
    return State.OK, "under upstream's symbol, once, in the whole tree", "", evidence, ""


def _idle_selects(
    tree: SymbolsInTree, selected: tuple[Selection, ...], configured: Configured | None
) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a ``select`` by itself: what, why, what to do."""
    for one in selected:
        here = tree.of(one.symbol)
        if here is None:
            continue
        added = (pair for pair in here.selected_twice if _added(one, *pair))
        for first, second in added:
            where = first.path if first.path == second.path else f"{first.path} and {second.path}"
            said = f"{first.symbol} selects {here.name} twice in {where}"
            same = first.condition == second.condition
            more = when(first) or when(second)
            why = "" if same else f"the one{more} adds nothing to the one without a condition"
            yield said, why, "Remove one of the two."
        if not here.definitions and tree.whole:
            said = f"`select {one.symbol}`: nothing in the tree defines {one.symbol}"
            yield (
                said,
                "such a `select` does nothing",
                f"Define {one.symbol}, or drop the `select`.",
            )
        if here.definitions and all(each.chosen for each in here.definitions):
            said = f"`select {one.symbol}`: {one.symbol} is a member of a choice"
            why = "a `select` of one has no effect: the choice decides"
            yield said, why, "Set the choice's default instead."
        if here.definitions and all(each.type in _WORDED for each in here.definitions):
            said = (
                f"`select {one.symbol}`: {one.symbol} is of type {here.definitions[0].type.value}"
            )
            why = "only bool and tristate symbols can be selected"
            yield said, why, "Give it a default instead."
        yield from unmet(configured, one)


_WORDED = (SymbolType.STRING, SymbolType.INT, SymbolType.HEX)


def _added(one: Selection, first: Switch, second: Switch) -> bool:
    """Whether a pair of lines has one that the patch adds, as far as it can be told."""
    return any(
        each.path == one.path and one.under in (None, each.symbol) for each in (first, second)
    )


def _elsewhere(
    tree: SymbolsInTree, upstream: SymbolsInTree, selected: tuple[Selection, ...]
) -> Iterator[tuple[Switch, tuple[Switch, ...]]]:
    """Selects of the files that the patch changes, under no symbol that upstream has for them."""
    for one in selected:
        theirs = _counterparts(upstream, one)
        symbols = {each.symbol for each in theirs}
        ours = tree.of(one.symbol)
        for mine in ours.selects if ours is not None and theirs else ():
            added = one.under in (None, mine.symbol)
            if mine.path == one.path and added and mine.symbol not in symbols:
                yield mine, theirs


def _counterparts(upstream: SymbolsInTree, one: Selection) -> tuple[Switch, ...]:
    """Upstream's selects of the same architecture; of the same file where it is none's."""
    there = upstream.of(one.symbol)
    arch = architecture_of(one.path)
    return tuple(
        each
        for each in (there.selects if there is not None else ())
        if (each.architecture == arch if arch else each.path == one.path)
    )


def _upstream(one: Switch) -> Place:
    return Place(Side.UPSTREAM, one.path, one.line)
