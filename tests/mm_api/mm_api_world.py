"""Small states, and values of theirs to call every primitive with that has a simple effect."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from types import FunctionType
from typing import Any, NamedTuple

from mm_api_runs import Case, kernel

from analyzer.errors import KernelFault, Stopped
from analyzer.mm.api import functions, hugetlb
from analyzer.mm.api.pgtable_set import TablePage
from analyzer.mm.entry import DIRTY, EMPTY, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Entry, Kind
from analyzer.mm.geometry import SMALL, Level
from analyzer.mm.pgtable import below, pgd_offset
from analyzer.mm.state import Lock, State, Work, entry_at
from analyzer.translate.runtime.pointers import Pointer

PMD = SMALL.pmd_size
OLD, NEW = 4 * PMD, 16 * PMD
# Two states that differ in all but the entries and areas which the arguments lead to.
ONE = ((OLD, Kind.PAGE, DIRTY), (NEW, Kind.TABLE, 0))
OTHER = (
    *((OLD, Kind.PAGE, DIRTY), (NEW, Kind.TABLE, 0), (OLD + SMALL.page_size, Kind.SWAP, YOUNG)),
    *((OLD + PMD, Kind.HUGE, WRITE), (NEW + SMALL.page_size, Kind.PAGE, SOFT_DIRTY)),
)
ENTRIES = (
    *(Entry(kind, 1, bits) for kind in Kind for bits in (0, WRITE | DIRTY, YOUNG | SOFT_DIRTY)),
    *(Entry(Kind.PAGE, 2, UFFD_WP | WRITE), Entry(Kind.SWAP, 3, UFFD_WP), EMPTY),
    # Tables of all levels are among these.
    *(Entry(Kind.TABLE, number) for number in range(2, 6)),
)


class Ended(NamedTuple):
    """A primitive that gave no answer."""

    how: str


class World:
    """A state, and values to call primitives with, by the words of ``ARGUMENTS``."""

    def __init__(self, contents: tuple[tuple[int, Kind, int], ...]) -> None:
        # With mmap_lock held for writing, as the move path is called.
        made = kernel([], SMALL)
        self.area, _ = made.prepare(Case(SMALL, OLD, NEW, 2 * PMD, contents, file=True))
        self.state = state = made.state
        state.tracing = False
        pgd = pgd_offset(state, OLD)
        p4d = below(pgd, OLD, Level.P4D)
        pud = below(p4d, OLD, Level.PUD)
        pmd = below(pud, OLD, Level.PMD)
        pte = below(pmd, OLD, Level.PTE)
        leading = {"pgd": pgd, "p4d": p4d, "pud": pud, "pmd": pmd, "pte": pte}
        numbers = {"old": OLD, "end": OLD + PMD, "zero": 0, "one": 1, "limit": 8}
        self.words: dict[str, object] = {
            **leading,
            **numbers,
            "mm": state.mm,
            "vma": self.area,
            "mapping": self.area.vm_file.f_mapping,
            "anon": self.area.anon_vma,
            "semaphore": self.area.anon_vma.root.rwsem,
            "lock": table_of(pte).lock,
            "cell": Pointer([None], 0),
            "entry": Entry(Kind.PAGE, 9, YOUNG),
            "sort": hugetlb.hstate_vma(state, self.area),
        }

    def call(self, name: str, arguments: tuple[object, ...]) -> object:
        """What a primitive returns, in words that are the same in another state."""
        try:
            found = functions()[name](self.state, *arguments)
        except (KernelFault, Stopped) as ended:
            return Ended(str(ended))
        return plain(found)

    def each(self, name: str) -> Iterator[tuple[object, ...]]:
        """All the arguments that a primitive is tried with."""
        if name in ARGUMENTS:
            yield tuple(self.words[word] for word in ARGUMENTS[name].split())
        else:
            yield from product(ENTRIES, repeat=_entries_alone(name))

    def arguments(self, name: str) -> tuple[Any, ...]:
        return next(self.each(name))


# What primitives are called with. Those that take entries alone are tried with every sort of them.
_CALLED_WITH = {
    "": "arch_supports_page_table_move",
    "mm pud": "pud_lockptr pud_lock",
    "zero": "__pte __pmd __pud",
    "vma": (
        "vma_policy hstate_vma is_vm_hugetlb_page vma_is_anonymous vma_pages "
        "userfaultfd_wp userfaultfd_armed can_modify_vma vma_has_uffd_without_event_remap"
    ),
    "old": "untagged_addr",
    "limit": "rlimit",
    "sort": "huge_page_size huge_page_mask",
    "mm pmd": "pte_lockptr pmd_lockptr pmd_lock",
    "mm old": "pgd_offset",
    "pgd old": "p4d_offset",
    "p4d old": "pud_offset",
    "pud old": "pmd_offset",
    "pmd old": "pte_offset_kernel",
    "pte": "ptep_get",
    "pmd": "pmdp_get pmdp_get_lockless pmd_read_atomic pmd_clear",
    "pud": "pudp_get pud_clear",
    "entry vma": "pte_mkwrite",
    "lock": "spin_is_locked spin_lock spin_unlock",
    "mm old end": "can_modify_mm",
    "mapping": "i_mmap_lock_write i_mmap_unlock_write i_mmap_lock_read i_mmap_unlock_read",
    "mm pmd old cell": "pte_alloc_map_lock pte_offset_map_lock",
    "pte lock": "pte_unmap_unlock",
    "mm": (
        "mmap_read_lock mmap_read_unlock mmap_write_lock mmap_write_lock_killable "
        "mmap_write_unlock mmap_write_downgrade"
    ),
    "semaphore": (
        "mutex_lock mutex_unlock down_read up_read down_write down_write_killable "
        "up_write downgrade_write"
    ),
    "semaphore one": "mutex_lock_nested down_write_nested",
    "anon": (
        "anon_vma_lock anon_vma_unlock anon_vma_lock_write anon_vma_unlock_write "
        "anon_vma_lock_read anon_vma_unlock_read"
    ),
    "lock one": "spin_lock_nested",
    "mm old pte": "ptep_get_and_clear pte_clear",
    "vma old pte": "ptep_clear_flush",
    "mm old pte zero": "pte_clear_not_present_full",
    "pte entry": "set_pte",
    "mm old pte entry": "set_pte_at",
    "mm old pmd": "pmdp_get_and_clear pmdp_huge_get_and_clear",
    "pmd entry": "set_pmd",
    "mm old pmd entry": "set_pmd_at",
    "pud entry": "set_pud",
    "mm old pud entry": "set_pud_at",
}
ARGUMENTS = {name: words for words, names in _CALLED_WITH.items() for name in names.split()}


def _entries_alone(name: str) -> int:
    """How many arguments a primitive has, all of them entries."""
    function = functions()[name]
    assert isinstance(function, FunctionType)
    kinds = [kind for word, kind in function.__annotations__.items() if word != "return"][1:]
    assert set(kinds) == {"Entry"}, f"no arguments are written down for {name}()"
    return len(kinds)


def table_of(pointer: Any) -> Any:
    """The table that a pointer to an entry leads into."""
    return pointer._home


def entry_of(pointer: Any) -> Entry:
    """What stands where a pointer leads, looked at unnoticed."""
    return entry_at(pointer._home, pointer._index)


def plain(value: Any) -> object:
    """A value in words that are the same in another state."""
    if isinstance(value, Entry):
        return value.says()
    if isinstance(value, Pointer):
        return "pointer", table_of(value).number, value._index
    if isinstance(value, TablePage):
        return "page", value.number
    return value.name if isinstance(value, Lock) else value


def standing(state: State) -> list[Any]:
    """All that a primitive could have changed; the tables' entries first."""
    return [
        {table.number: contents_of(table) for table in state.tables.values()},
        *(list(state.held), list(state.events), dict(state.stale), dict(state.doubled)),
        *(set(state.freed), set(state.unlinked), list(state.deposited), list(state.notified)),
        {number: (one.refs, one.maps, one.pages) for number, one in state.frames.items()},
        *(state.committed, state.frames_made, state.swaps_made, set(state.swaps_freed)),
        *(state.allocations, set(state.warned), [dict(vars(each)) for each in state.vmas]),
        *(dict(vars(state.mm)), [getattr(state.work, each) for each in Work.__slots__]),
    ]


def contents_of(table: Any) -> dict[int, object]:
    """What a table's entries say, by index; empty ones are not there."""
    return {index: entry.says() for index, entry in table.entries.items()}
