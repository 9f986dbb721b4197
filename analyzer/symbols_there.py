"""What trees say of the Kconfig symbols that a patch defines, selects and uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.kernels import Ground, Settings, Upstream

if TYPE_CHECKING:
    from analyzer.compare.configured import Configured
    from analyzer.compare.in_tree import SymbolsInTree
    from analyzer.compare.symbols import Symbols
    from analyzer.repo import Tree


def symbols_of_trees(
    ground: Ground, every: Sequence[Symbols]
) -> tuple[SymbolsInTree | None, SymbolsInTree | None]:
    """The patch's Kconfig symbols in the target and in upstream's tree, after the patch."""
    names = _names(every)
    mentions = (one for symbols in every for one in (*symbols.used, *symbols.mentioned))
    used = [one.symbol for one in mentions if one.symbol]
    if not names and not used:
        return None, None
    from analyzer.compare.in_tree import symbols_in

    target = ground.readings[0].patched.after if ground.readings else None
    theirs = ground.upstream.after if ground.upstream else None
    found = None if theirs is None else symbols_in(theirs, names, used, search=False)
    if found is not None and not any(one.selects for one in found.symbols):
        # Who selects a new symbol is often said by a commit that comes later.
        tip = _tip(ground.upstream)
        later = None if tip is None else symbols_in(tip, names, used, search=False)
        if later is not None and any(one.selects for one in later.symbols):
            found = replace(later, later=True)
    elif found is not None and ground.upstream is not None and ground.upstream.before is None:
        # Of a directory, nobody knows how long after the commit it is.
        found = replace(found, later=True)
    return None if target is None else symbols_in(target, names, used), found


def _tip(upstream: Upstream | None) -> Tree | None:
    """The newest tree of upstream's repository; None where it was given as a directory."""
    if upstream is None or upstream.before is None:
        return None
    from analyzer.repo import open_tree

    return open_tree(upstream.source)


def configured_there(
    ground: Ground, every: Sequence[Symbols], architectures: Sequence[str], settings: Settings
) -> Configured | None:
    """The same symbols in whole architectures of the target, after the patch.

    None where neither an architecture nor a .config was given: it takes seconds for a whole
    kernel. Without a target there is what the .config says. ``AnalyzerError`` where the tree cannot
    be read.
    """
    target = ground.readings[0].patched.after if ground.readings else None
    names = _names(every)
    if not names or not (architectures or settings):
        return None
    from analyzer.compare.configured import Configured, configured_in

    if target is None:
        written = {name: settings[name] for name in names if name in settings}
        why = "there is no target's tree that the patch applies to"
        return Configured((), written, None, (why,)) if settings else None

    return configured_in(target, names, architectures, settings or None)


def _names(every: Sequence[Symbols]) -> list[str]:
    """The symbols that a patch defines, and those that it selects, in any of its readings."""
    defined = (one.symbol for symbols in every for one in symbols.defined if one.symbol)
    return [*defined, *(one.symbol for symbols in every for one in symbols.selected)]
