"""Which bases a patch excludes: by names that they lack, and by what its context shows."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.errors import Stopped
from analyzer.machine.splice import Splice
from analyzer.mm.geometry import SMALL
from analyzer.reference.base import Base
from analyzer.reference.path import FUNCTIONS
from analyzer.reference.slots import LOOP
from analyzer.replay.bench import Bench, Side
from analyzer.replay.generate import sweep


def why_excluded(splice: Splice, base: Base) -> str | None:
    """Why a patch cannot be for a base, None where nothing says so."""
    missing = splice.missing(base)
    if missing:
        return f"its move_page_tables() has no {', '.join(missing)}"
    shown = splice.shows - set(base.locals)
    told = [name for name, owner in _TELLING.items() if name in shown and not owner(base)]
    if told:
        return f"the patch's context shows {', '.join(told)}, which it does not have"
    return None


def shown_otherwise(bench: Bench, before: Splice, base: Base) -> str | None:
    """Why functions that the patch shows whole, as they are before it, are not a base's.

    They are run in the place of the base's own: a base on which that changes anything is another.
    """
    names = [one.name for one in before.code.functions if one.name in (*FUNCTIONS, LOOP)]
    if not names:
        return None
    side = Side(base, splice=before)
    for scenario in sweep(SMALL):
        try:
            differs = bench.sort_of(Side(base), side, scenario)
        except Stopped as stopped:
            return f"{' and '.join(names)} of the patch cannot be run on it: {stopped.reason}"
        if differs is not None:
            said = differs.observation
            return f"{' and '.join(names)} as the patch shows it does otherwise: {said}"
    return None


# Names of the context that only some bases have.
_TELLING: dict[str, Callable[[Base], bool]] = {
    "need_flush": lambda base: base.deferred_flush,
    "get_extent": lambda base: base.both_bounds,
}
