"""The state of one modelled kernel: plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeAlias

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm.entry import EMPTY, Entry, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Geometry, Level
from analyzer.mm.limits import DEFAULT, Limited
from analyzer.translate.runtime.nothing import NULL, Address, Embedded
from analyzer.translate.runtime.objects import zero
from analyzer.translate.runtime.shapes import FieldShape, RecordShape, ScalarShape

_PTE, _PMD = Level.PTE, Level.PMD
_LOCK_NAMES = tuple(f"{level.name} lock" for level in Level)
# So many locks and sets of them are kept from run to run: more than any sound run has.
_MOST_KEPT = 4096
# Without NamedTuple's own __new__: a call less for each event.
_new = tuple.__new__
# struct vm_userfaultfd_ctx: to C it is a value, which is copied.
_UFFD = RecordShape(
    "vm_userfaultfd_ctx", union=False, fields=(FieldShape("ctx", ScalarShape(zero=NULL)),)
)


class Lock(Embedded):
    """A lock. ``family`` is its lock class, as lockdep sees it; ``rank`` its place in the order.

    Locks are taken in rising rank. ``spins``: its holder may not sleep.
    """

    __slots__ = ("family", "name", "rank", "spins")

    def __init__(self, family: str, name: str, rank: int, *, spins: bool) -> None:
        self.family = family
        self.name = name
        self.rank = rank
        self.spins = spins

    def __repr__(self) -> str:
        return self.name


class Held(NamedTuple):
    """A lock that is held: with which subclass, and whether for reading only."""

    lock: Lock
    subclass: int
    shared: bool


# Locks as a set, and their names in order.
LockSet: TypeAlias = tuple[frozenset[Lock], tuple[str, ...]]
NO_LOCKS: LockSet = (frozenset(), ())


class Table:
    """A page table. To translated C it is the home of pointers to entries.

    ``number`` is its identity. ``entries`` holds those that are not empty, by index. ``base`` is
    the first address that it covers, or did when it was linked last; ``each`` the bytes that one
    entry covers. ``of`` is the level of its entries as C code calls them: the lowest that is
    folded into this table, so that a two-level machine's top-level table holds PMD entries.
    An address is at index ``address >> shift & last``.
    ``deposited`` are the tables that were put by for the splits of its huge entries.
    """

    __slots__ = (
        *("base", "deposited", "each", "entries", "last", "level", "lock", "number", "of"),
        *("shift", "size", "state"),
    )
    # What an access through a C pointer does; ``pgtable``, which knows states, gives both.
    on_read: ClassVar[Callable[[Table, int], Entry]]
    on_write: ClassVar[Callable[[Table, int, Entry], Entry]]

    def __init__(self, state: State, number: int, level: Level, lock: Lock) -> None:
        self.state = state
        self.number = number
        self.level = level
        self.lock = lock
        self.entries: dict[int, Entry] = {}
        self.base = 0
        self.size, self.last, self.shift, self.each, self.of = state.layout[level]
        # With a lock of its own a table has a list of its own, else there is one for the mm
        # (pmd_huge_pte()).
        own = lock is not state.page_table_lock
        self.deposited: list[int] = [] if own else state.deposited

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Entry:
        """Read an entry as C's ``*pmd`` does."""
        if index >= self.size:
            raise IndexError(index)
        return Table.on_read(self, index)

    def __setitem__(self, index: int, value: object) -> None:
        """Write an entry as C's ``*pmd = entry`` does."""
        if index >= self.size:
            raise IndexError(index)
        if not isinstance(value, Entry):
            raise TypeError(value)
        Table.on_write(self, index, value)

    def __repr__(self) -> str:
        return f"{self.level.name} table {self.number}"


class AreaTree(Embedded):
    """``struct maple_tree``: only its address is used, to begin an iteration."""

    __slots__ = ()


class Mm:
    """``struct mm_struct``, the members that the model keeps; counts are in pages or tables.

    ``nr_ptes`` are the tables of pages, those that are put by for splits with them.
    """

    # What hardly any run changes costs a run nothing.
    mm_mt: ClassVar[AreaTree] = AreaTree()
    hiwater_vm = 0
    hiwater_rss = 0
    _locked = 0

    def __init__(self, state: State) -> None:
        self._state = state
        self.page_table_lock = state.page_table_lock
        self.mmap_sem = self.mmap_lock = state.mmap_lock
        self.mmap: Any = NULL
        self.map_count = 0
        self.nr_ptes = 0
        self.total_vm = 0
        self.def_flags = 0
        self.flags = 0

    @property
    def locked_vm(self) -> int:
        """Pages that are locked in memory; C counts them itself."""
        return self._locked

    @locked_vm.setter
    def locked_vm(self, pages: int) -> None:
        before, self._locked = self._locked, pages
        if pages != before:
            more = (pages - before) & self._state.geometry.word_mask
            signed = more - (more >> (self._state.geometry.word - 1) << self._state.geometry.word)
            self._state.note(EventKind.ACCOUNT, "locked", signed)


class Mapping:
    """``struct address_space``; its lock is a mutex before v3.19, a rwsem since."""

    def __init__(self, lock: Lock) -> None:
        self.i_mmap_rwsem = self.i_mmap_mutex = lock


class File:
    """``struct file``; ``number`` is its identity."""

    def __init__(self, mapping: Mapping, number: int = 0) -> None:
        self.f_mapping = mapping
        self.number = number


class VmOperations:
    """``struct vm_operations_struct``: that an area has one makes it no anonymous one.

    It has none of the operations that mremap() looks for, as those of most file systems.
    """

    open: ClassVar[Any] = NULL
    close: ClassVar[Any] = NULL
    may_split: ClassVar[Any] = NULL
    split: ClassVar[Any] = NULL
    mremap: ClassVar[Any] = NULL


class AnonVma:
    """``struct anon_vma``; one without a parent is its own root. ``number`` is its identity."""

    def __init__(self, lock: Lock, number: int = 0) -> None:
        self.number = number
        self.rwsem = self.mutex = lock
        self.root = self
        self.parent = self


class Vma(Address):
    """``struct vm_area_struct``, the members that the model keeps; addresses in bytes.

    What C writes to its flags, its offset and its ``anon_vma`` is written down.
    """

    def __init__(self, mm: Mm, start: int, end: int, flags: int, pgoff: int = 0) -> None:
        self.vm_mm = mm
        self.vm_start = start
        self.vm_end = end
        self._flags = flags
        self._pgoff = pgoff
        self.vm_page_prot: Any = NULL
        self.vm_file: Any = NULL
        self._anon: Any = NULL
        self.vm_ops: Any = NULL
        self.vm_next: Any = NULL
        self.vm_prev: Any = NULL
        self.vm_private_data: Any = NULL

    @property
    def vm_flags(self) -> int:
        """Its ``VM_`` flags."""
        return self._flags

    @vm_flags.setter
    def vm_flags(self, flags: int) -> None:
        if flags != self._flags:
            self._flags = flags
            self._changed("flags", flags)

    @property
    def vm_pgoff(self) -> int:
        """Where it begins in its file, in pages; for anonymous memory, where it was made."""
        return self._pgoff

    @vm_pgoff.setter
    def vm_pgoff(self, pgoff: int) -> None:
        if pgoff != self._pgoff:
            self._pgoff = pgoff
            self._changed("pgoff", pgoff)

    @property
    def anon_vma(self) -> Any:
        """The ``AnonVma`` of its pages, NULL before anything was faulted in."""
        return self._anon

    @anon_vma.setter
    def anon_vma(self, anon: Any) -> None:
        if anon is not self._anon:
            self._anon = anon
            self._changed("anon", anon.number if isinstance(anon, AnonVma) else None)

    @property
    def vm_userfaultfd_ctx(self) -> Any:
        """``struct vm_userfaultfd_ctx``: nobody serves its faults."""
        if "_uffd" not in self.__dict__:
            self.__dict__["_uffd"] = zero(_UFFD)
        return self.__dict__["_uffd"]

    def __repr__(self) -> str:
        return "a Vma"

    def _changed(self, what: str, value: int | None) -> None:
        state = self.vm_mm._state
        state.note(EventKind.AREA, what, self.vm_start, self.vm_end, value)


class GoneVma(Address):
    """An area that was freed: whoever still looks at it reads freed memory."""

    def __repr__(self) -> str:
        return "an area that was freed"

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        raise KernelFault(FaultKind.WILD, f"read of member {name} of an area that was freed")

    def __setattr__(self, name: str, value: object) -> None:
        raise KernelFault(FaultKind.WILD, f"write of member {name} of an area that was freed")


class Frame:
    """A page of memory: who refers to it, and how many entries map it.

    A frame that nobody did anything with has one reference, that of the one entry that maps it; a
    migration entry counts as well. References beyond the mappings keep it from being freed.
    ``pages`` is the size of a huge one, whose first page this is.
    """

    __slots__ = ("maps", "pages", "refs")

    def __init__(self, refs: int = 1, maps: int = 1, pages: int = 1) -> None:
        self.refs = refs
        self.maps = maps
        self.pages = pages


class Stale(NamedTuple):
    """Translations that a TLB may still hold although their entry is gone.

    They map addresses from ``start`` up to ``end``, in bytes, to ``target``: a frame, or the table
    that a cached link of a page walk leads to. ``guards`` are the locks of the entries that
    lead to it now or did before: released, and others may take it for theirs.
    """

    start: int
    end: int
    kind: Kind
    target: int
    guards: tuple[Lock, ...]


class Work:
    """What an operation did, in counts."""

    __slots__ = ("flushes", "pmds_moved", "ptes_moved", "tables_allocated")

    def __init__(self) -> None:
        self.ptes_moved = 0
        self.pmds_moved = 0
        self.tables_allocated = 0
        self.flushes = 0


class State:
    """One kernel's memory management. ``renew`` begins another run on the same object.

    ``fails`` is the number (from 0) of the table allocation that fails, None for none.
    ``tracing``: steps that are not compared (reads, releases) are written down too.
    ``stale`` is by the target's key (``tlb.key_of``); ``doubled`` are the locks of entries that
    were set to a target before another entry let go of it. ``unlinked`` are tables that were never
    linked, ``freed`` those given back, ``notified`` the ranges whose notifiers were started.
    ``frames`` has those of other counts than a frame that one entry maps, ``swaps_freed`` the swap
    slots that no entry has any more. ``files`` and ``anons`` are by their numbers. ``committed``
    are pages that were promised, ``committed_before`` those of the areas that a run begins with.
    ``chosen`` is the address (or the errno, negative) that get_unmapped_area() gives where the
    call fixes none, None for the model's own choice; ``limits`` what the process may have.
    ``lock_sets`` is by the locks that are held, and like the locks themselves it is kept from run
    to run.
    """

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.page_table_lock = Lock("mm->page_table_lock", "page_table_lock", 40, spins=True)
        self.mmap_lock = Lock("mmap_lock", "mmap_lock", 10, spins=False)
        self.tracing = False
        self.layout = tuple(_laid_out(geometry, level) for level in Level)
        self.lock_sets: dict[tuple[Lock, ...], LockSet] = {(): NO_LOCKS}
        self._locks: dict[tuple[str, int], Lock] = {}
        self.renew()

    def renew(self) -> None:
        """Empty it: one mm, an empty top-level table, no area, no lock held."""
        if len(self._locks) > _MOST_KEPT or len(self.lock_sets) > _MOST_KEPT:
            self._locks, self.lock_sets = {}, {(): NO_LOCKS}
        self.events: list[Event] = []
        self.held: list[Held] = []
        self.holding, self.under = NO_LOCKS
        self.stale: dict[int, tuple[Stale, ...]] = {}
        self.doubled: dict[int, tuple[Lock, ...]] = {}
        self.tables: dict[int, Table] = {}
        self.unlinked: set[int] = set()
        self.freed: set[int] = set()
        self.deposited: list[int] = []
        self.frames: dict[int, Frame] = {}
        self.frames_made = 0
        self.swaps_made = 0
        self.swaps_freed: set[int] = set()
        self.files: dict[int, File] = {}
        self.anons: dict[int, AnonVma] = {}
        self.committed = 0
        self.committed_before = 0
        self.chosen: int | None = None
        self.limits: Limited = DEFAULT
        self.files_made = 0
        self.anon_vmas_made = 0
        self.notified: list[tuple[int, int]] = []
        self.vmas: list[Vma] = []
        self.work = Work()
        self.fails: int | None = None
        self.allocations = 0
        self.warned: set[object] = set()
        self.step: str | None = None
        self.mm = Mm(self)
        self.top = self.new_table(Level.PGD)

    def new_table(self, level: Level) -> Table:
        """A table that is linked nowhere yet, with the next number; nothing is written down."""
        number = len(self.tables)
        geometry = self.geometry
        own = geometry.split_pte if level is _PTE else geometry.split_pmd and level is _PMD
        if own:
            # ptlock_init() is one place, so all of them are one class to lockdep.
            lock = self.lock("page-table lock", _LOCK_NAMES[level], number, 40, spins=True)
        else:
            lock = self.page_table_lock
        table = self.tables[number] = Table(self, number, level, lock)
        return table

    def lock(self, family: str, name: str, number: int, rank: int, *, spins: bool) -> Lock:
        """The lock of a name and a number: the same one in each run."""
        known = self._locks.get((name, number))
        if known is None:
            known = self._locks[name, number] = Lock(family, f"{name} {number}", rank, spins=spins)
        return known

    def note(self, kind: EventKind, *what: object) -> None:
        """Write an event down, with the locks that are held."""
        self.events.append(_new(Event, (kind, what, self.under)))

    def fault(self, kind: FaultKind, what: str) -> None:
        """Write down what a checker of the kernel (lockdep, KASAN, DEBUG_VM) would report."""
        self.events.append(Event(EventKind.FAULT, (kind, what), self.under))


def _laid_out(geometry: Geometry, level: Level) -> tuple[int, int, int, int, Level]:
    """What tables of a level have in common: ``size``, ``last``, ``shift``, ``each``, ``of``."""
    size, shift = geometry.entries(level), geometry.shift(level)
    return size, size - 1, shift, 1 << shift, geometry.lowest_like(level)


def entry_at(table: Table, index: int) -> Entry:
    """Look at an entry without the kernel noticing."""
    return table.entries.get(index, EMPTY)
