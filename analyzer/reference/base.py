"""The bases that a patch without its tree is run on: what differs between eras of the move path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from analyzer.mm.state import Mm, State, Vma
from analyzer.reference.slots import Slot


class LocalType(Enum):
    """The C type of a local of move_page_tables(), for code that binds to it by name."""

    ADDRESS = "unsigned long"
    FLAG = "bool"
    PMD = "pmd_t *"
    VMA = "struct vm_area_struct *"
    RANGE = "struct mmu_notifier_range"


@dataclass(frozen=True, slots=True)
class Base:
    """One era of the move path.

    ``deferred_flush``: entries that are not dirty are flushed once, behind the loop (before Linux
    kernel commit eb66ae030829 ("mremap: properly flush TLB before releasing the page") (in
    v4.19)). ``chunk`` is the most pages that one call of move_ptes() moves, None for no limit.
    ``both_bounds``: the extent ends at the next PMD boundary of either side from the start.
    ``swapped_pmd`` and ``devmap``: which entries take the arm for huge ones beside those that map
    a huge page: migration entries (before Linux kernel commit 84c3fc4e9c56 ("mm: thp: check pmd
    migration entry in common path") (in v4.14) none), and device pages (5bfea2d9b17f ("mm: Fix
    mremap not considering huge pmd devmap") (in v5.8)). ``early_huge``: that arm is the one
    of before v4.5, which splits the page and asserts that its entry is gone, where later kernels
    split the entry and skip what is not stable then.
    ``locals`` are those of move_page_tables() that code of a patch may name.
    """

    name: str
    deferred_flush: bool
    chunk: int | None
    both_bounds: bool
    swapped_pmd: bool
    devmap: bool
    early_huge: bool
    locals: Mapping[str, LocalType] = field(hash=False)


class NotifierRange:
    """``struct mmu_notifier_range``, the members that the model keeps; addresses in bytes."""

    def __init__(self, mm: Mm, start: int, end: int) -> None:
        self.mm = mm
        self.start = start
        self.end = end


class Frame:
    """The locals of one call of move_page_tables(), by their C names; addresses in bytes.

    Those that the base declares are there, and hold ``UNSET`` until they are written.
    """

    vma: Vma
    old_addr: int
    new_vma: Vma
    new_addr: int
    len: int
    need_rmap_locks: int
    extent: int
    next: int
    old_end: int
    old_pmd: Any
    new_pmd: Any
    need_flush: int
    mmun_start: int
    mmun_end: int
    range: NotifierRange

    def __init__(self, values: Mapping[str, object]) -> None:
        self.__dict__.update(values)


@dataclass(frozen=True, slots=True)
class Left:
    """How code in a slot was left: ``falls``, ``continue``, ``break`` or ``return``."""

    how: str
    value: object = None


class Brought(Protocol):
    """What a patch brings to the loop: code for one slot or several."""

    def in_slot(self, slot: Slot) -> Callable[[Frame], Left] | None:
        """The code that stands there, None for none."""


# The functions that the loop calls by their C names, with C's arguments; a patch's own override
# them: take_rmap_locks, drop_rmap_locks, get_old_pmd, alloc_new_pmd, move_ptes.
Functions = Mapping[str, Callable[..., Any]]

MovePageTables = Callable[[State, Any, int, Any, int, int, int], int]
