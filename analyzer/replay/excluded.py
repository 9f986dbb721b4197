"""Which bases a patch excludes: by names that they lack, and by what its context shows."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.machine.splice import Splice
from analyzer.reference.base import Base


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


# Names of the context that only some bases have.
_TELLING: dict[str, Callable[[Base], bool]] = {
    "need_flush": lambda base: base.deferred_flush,
    "get_extent": lambda base: base.both_bounds,
}
