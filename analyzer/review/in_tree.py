"""CF-1 and CF-2 where the target's tree is at hand: what it says of the patch's symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.compare.symbols import Mention, Selection, Symbols
from analyzer.finding import Evidence, State
from analyzer.kconfig import print_expr
from analyzer.kconfig.uses import Defined, Switch, architecture_of
from analyzer.review.configuration import not_read, switched_by_value, told_of
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.compare.configured import Configured
    from analyzer.compare.in_tree import Near, SymbolInTree, SymbolsInTree

_MOST = 12

# What a rule says: state, summary, reason, evidence, what to do next.
Said = tuple[State, str, str, tuple[Evidence, ...], str]


# --- CF-1 ---------------------------------------------------------------------------------------


def spelt_alike(tree: SymbolsInTree, symbols: Symbols) -> Said:
    """CF-1: each symbol that the patch defines, and each that it names, in the whole tree."""
    names = names_of(one.symbol for one in symbols.defined)
    here = [one for name in names if (one := tree.of(name)) is not None]
    evidence = tuple(_about(here))
    twice = next(((one, pair) for one in here if (pair := one.doubled)), None)
    if twice is not None:
        one, pair = twice
        said = f"{one.name} is defined in {pair[0].path} and again in {pair[1].path}"
        why = "the conditions of the two do not exclude each other"
        return State.FINDING, said, why, evidence, "Keep one definition."
    written = names_of(one.symbol for one in _written(symbols))
    unknown = [name for name in written if name in tree.undefined]
    near = _nearest(tree, (*names, *unknown))
    if near is not None:
        shown = (Evidence(f"{near.written} is written", _near_place(near, symbols)), *evidence)
        said = f"{near.written} is written where {near.meant} is meant: {near.why}"
        return State.FINDING, said, "", shown, f"Spell it {_spelling(near)}."
    if unknown:
        return _undefined(tree, unknown, symbols, evidence)
    unused = [one.name for one in here if not one.uses and not _depended_on(one)]
    if unused:
        said = f"defined and used nowhere in the tree: {', '.join(unused)}"
        return State.NEEDS_REVIEW, said, "", evidence, "Find the patch that uses it."
    if not here:
        used = ", ".join(names_of(one.symbol for one in symbols.used))
        return State.OK, f"{used}: defined in the tree, spelled alike", "", evidence, ""
    uses = sum(len(one.uses) for one in here)
    times = f"{uses} time{'' if uses == 1 else 's'}"
    said = f"{', '.join(names)}: defined once in the tree, used {times}, spelled alike"
    return State.OK, said, "; ".join(tree.notes[:_MOST]), evidence, ""


def _undefined(
    tree: SymbolsInTree, unknown: list[str], symbols: Symbols, evidence: tuple[Evidence, ...]
) -> Said:
    shown = (
        *(
            Evidence(f"{one.symbol} is written", one.place)
            for one in _written(symbols)
            if one.symbol in unknown
        ),
        *evidence,
    )
    said = f"defined nowhere in the tree: {', '.join(unknown)}"
    if tree.whole:
        todo = f"Define {unknown[0]}, or take the patch that does."
        return State.FINDING, said, "what hangs on it is never built", shown, todo
    reason = f"not all Kconfig files are there: {'; '.join(tree.notes[:_MOST])}"
    return State.CANNOT_TELL, said, reason, shown, "Give the whole tree."


def _written(symbols: Symbols) -> tuple[Mention | Selection, ...]:
    """What the patch names besides defining it."""
    return (*symbols.used, *symbols.mentioned, *symbols.selected)


def names_of(names: Iterable[str | None]) -> list[str]:
    """Names, each once."""
    return [name for name in dict.fromkeys(names) if name]


def _depended_on(one: SymbolInTree) -> bool:
    return any(each.symbol != one.name and each not in one.selects for each in one.switches)


def _nearest(tree: SymbolsInTree, names: Iterable[str]) -> Near | None:
    wanted = set(names)
    return next((one for one in tree.near if wanted & {one.written, one.meant}), None)


def _near_place(near: Near, symbols: Symbols) -> Place | None:
    if near.path is not None:
        return Place(Side.TARGET, near.path, near.line)
    every = _written(symbols)
    return next((one.place for one in every if one.symbol == near.written), None)


def _spelling(near: Near) -> str:
    bare = near.written == near.meant
    return f"CONFIG_{near.meant}" if bare or near.written.startswith("CONFIG_") else near.meant


def _about(here: Iterable[SymbolInTree]) -> Iterator[Evidence]:
    for one in here:
        yield from (Evidence(f"{one.name} is defined", place_of(each)) for each in one.definitions)
        for use in one.uses[:_MOST]:
            place = Place(Side.TARGET, use.path, use.line)
            yield Evidence(f"CONFIG_{one.name} is used", place)
        if len(one.uses) > _MOST:
            yield Evidence(f"{len(one.uses) - _MOST} more uses of CONFIG_{one.name}")


def place_of(one: Defined | Switch) -> Place:
    """Where a line stands in the target."""
    return Place(Side.TARGET, one.path, one.line)


# --- CF-2 ---------------------------------------------------------------------------------------


def switched_on(
    tree: SymbolsInTree,
    dead: list[str],
    wanted: tuple[str, ...],
    *,
    in_series: tuple[Selection, ...],
    configured: Configured | None = None,
    known: tuple[Evidence, ...] = (),
    left_out: bool = False,
) -> Said | None:
    """CF-2: which architectures select the symbols that nothing else switches on.

    ``wanted`` are the architectures to answer for, ``known`` is where upstream selects them, and
    ``left_out``: upstream's commit does so itself. ``in_series`` are the selects of the series'
    other patches. None where a symbol cannot be told, and where the tree says no more than the
    patch does: only another patch of the series selects it.
    """
    here = [one for name in dead if (one := tree.of(name)) is not None]
    if not here or len(here) < len(dead):
        return None
    evidence = (*_selects(here), *told_of(configured, dead), *known)
    idle = [one.name for one in here if not one.selects]
    lacking = [
        (one, arch)
        for one in here
        for arch in wanted
        if not (_is_selected(one, arch) or _is_selected_in(in_series, one.name, arch))
    ]
    if idle and in_series and not lacking:
        return None
    if (lacking or idle) and not tree.whole:
        said = f"no `select` of {(idle or [lacking[0][0].name])[0]} was found"
        reason = f"not all Kconfig files are there: {'; '.join(tree.notes[:_MOST])}"
        return State.CANNOT_TELL, said, reason, evidence, "Give the whole tree."
    if lacking:
        one, arch = min(lacking, key=lambda each: bool(not_read(configured, each[1])))
        if reason := not_read(configured, arch):
            said = f"whether {arch} selects {one.name} cannot be told"
            return State.CANNOT_TELL, said, reason, evidence, f"Give a tree that has arch/{arch}."
        others = f"; {', '.join(one.architectures)} does" if one.architectures else ""
        said = f"{arch} does not select {one.name}: its code is dead there{others}"
        todo = f"Select {one.name} for {arch}, or take the patch that does."
        return State.FINDING, said, _upstreams(known), evidence, todo
    if idle:
        return _dead(idle, known, evidence, left_out=left_out)
    valued = switched_by_value(configured, dead, wanted)
    if valued is not None and valued[0] is not State.OK and in_series:
        return None
    if valued is not None:
        state, said, reason, todo = valued
        return state, said, reason, evidence, todo
    return _selected_by(here, dead, wanted, evidence, all_asked=not lacking)


def _is_selected_in(series: Iterable[Selection], name: str, arch: str) -> bool:
    """Whether another patch of the series selects a symbol, as far as an architecture reads it."""
    files = [architecture_of(one.path) for one in series if one.symbol == name]
    return None in files or arch in files


def _dead(
    idle: list[str],
    known: tuple[Evidence, ...],
    evidence: tuple[Evidence, ...],
    *,
    left_out: bool,
) -> Said:
    said = f"nothing in the tree selects {', '.join(idle)}: dead code in this tree"
    if left_out:
        why = f"upstream's commit selects it: {_upstreams(known)}"
        return State.FINDING, said, why, evidence, f"Select {idle[0]} where upstream's commit does."
    # Upstream's own commit leaves it dead as well, until another comes.
    todo = "Find the patch of the series that selects it for each architecture shipped."
    return State.NEEDS_REVIEW, said, _upstreams(known), evidence, todo


def _upstreams(known: tuple[Evidence, ...]) -> str:
    return "; ".join(one.text for one in known[:_MOST])


def _selects(here: list[SymbolInTree]) -> Iterator[Evidence]:
    for one in here:
        for each in one.selects:
            said = f"{one.name} is selected under {each.symbol}{when(each)}"
            yield Evidence(said, place_of(each))


def _selected_by(
    here: list[SymbolInTree],
    dead: list[str],
    wanted: tuple[str, ...],
    evidence: tuple[Evidence, ...],
    *,
    all_asked: bool,
) -> Said:
    arches = sorted({arch for one in here for arch in one.architectures})
    general = sorted({each.symbol for one in here for each in one.selects if not each.architecture})
    by = ", ".join([*arches, *(f"{name} of all architectures" for name in general)])
    said = f"{', '.join(dead)} is selected by {by}"
    conditional = any(each.condition is not None for one in here for each in one.selects)
    if wanted and not general and not conditional and all_asked:
        return State.OK, said, "", evidence, ""
    todo = "Check that these are the architectures that the release ships."
    return State.NEEDS_REVIEW, said, "", evidence, todo


def _is_selected(one: SymbolInTree, arch: str) -> bool:
    return arch in one.architectures or any(not each.architecture for each in one.selects)


def when(one: Switch) -> str:
    """The condition of a line, as it is written behind it."""
    return f" if {print_expr(one.condition)}" if one.condition is not None else ""
