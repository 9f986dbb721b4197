"""``linux/mmu_notifier.h``: others that use the page tables are told of a range."""

from __future__ import annotations

from typing import Any

from analyzer.errors import Stopped
from analyzer.mm import notifier
from analyzer.mm.api.arguments import counted
from analyzer.mm.state import Mm, State
from analyzer.translate.runtime.nothing import NoObject
from analyzer.translate.runtime.pointers import unwritten


def mmu_notifier_range_init(state: State, range: Any, *arguments: Any) -> None:
    """Fill a range in.

    Takes (range, mm, start, end) in v5.0, with (event, flags, vma) before mm from v5.2 on, and
    (event, flags) since v6.3. The last three are always mm, start and end. Keeps: mm and the
    bounds, in bytes. Drops: event and flags.
    """
    counted("mmu_notifier_range_init", (range, *arguments), 4, 6, 7)
    # A kernel without CONFIG_MMU_NOTIFIER has a range of bounds alone.
    for member, value in zip(("mm", "start", "end"), arguments[-3:], strict=True):
        if isinstance(range, NoObject) or hasattr(type(range), member) or hasattr(range, member):
            setattr(range, member, value)


def mmu_notifier_invalidate_range_start(state: State, *arguments: Any) -> int:
    """Say that entries of a range will change: 0.

    Takes (mm, start, end) until v4.20, a range since then. Keeps: the bounds, the locks held, that
    it can sleep. Drops: who is told; that one who may not sleep refuses.
    """
    notifier.invalidate_range_start(
        state, *_bounds("mmu_notifier_invalidate_range_start", arguments)
    )
    return 0


def mmu_notifier_invalidate_range_end(state: State, *arguments: Any) -> None:
    """Say that entries of a range have changed.

    Takes (mm, start, end) until v4.20, a range since then. Keeps: the bounds, the locks held, that
    it pairs with a start. Drops: who is told.
    """
    notifier.invalidate_range_end(state, *_bounds("mmu_notifier_invalidate_range_end", arguments))


def mmu_notifier_invalidate_range(state: State, mm: Mm, start: int, end: int) -> None:
    """Have a range dropped by those that use the page tables themselves.

    Keeps: nothing. Drops: devices that have a TLB of their own.
    """


def _bounds(name: str, arguments: tuple[Any, ...]) -> tuple[int, int]:
    counted(name, arguments, 1, 3)
    start, end = arguments[1:] if len(arguments) == 3 else _of_range(arguments[0])
    if isinstance(start, int) and isinstance(end, int):
        return start, end
    raise Stopped(f"{name}() is given no range of addresses")


def _of_range(range: Any) -> tuple[Any, Any]:
    try:
        return range.start, range.end
    except AttributeError as accident:
        raise unwritten(range, str(accident.name)) from None
