"""Areas, the locks of reverse mapping, and notifiers."""

import pytest

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import areas, locking, notifier, rmap
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL, Level
from analyzer.mm.state import State
from analyzer.translate.runtime.nothing import NULL

LOCK, UNLOCK, NOTIFY = EventKind.LOCK, EventKind.UNLOCK, EventKind.NOTIFY


def faults(state: State) -> list[tuple[object, ...]]:
    return [event.what for event in state.events if event.kind is EventKind.FAULT]


def test_areas_are_in_order_and_linked() -> None:
    state = State(SMALL)
    last = areas.make_area(state, 0x9000, 0xA000, 7)
    first = areas.make_area(state, 0x1000, 0x3000, file=True, anon=False)
    middle = areas.copy_area(state, first, 0x3000, 0x5000)
    assert state.vmas == [first, middle, last]
    assert state.mm.mmap is first
    assert [one.vm_next for one in state.vmas] == [middle, last, NULL]
    assert [one.vm_prev for one in state.vmas] == [NULL, first, middle]
    assert (state.mm.map_count, state.mm.total_vm) == (3, 5)
    assert (last.vm_flags, last.vm_pgoff, last.vm_mm) == (7, 9, state.mm)
    assert state.events == []


def test_what_an_area_has() -> None:
    state = State(SMALL)
    both = areas.make_area(state, 0, 0x1000, file=True)
    none = areas.make_area(state, 0x1000, 0x2000, anon=False)
    assert [areas.is_anonymous(one) for one in (both, none)] == [False, True]
    assert both.vm_file.f_mapping.i_mmap_rwsem.name == "i_mmap lock 0"
    assert both.vm_file.f_mapping.i_mmap_mutex is both.vm_file.f_mapping.i_mmap_rwsem
    assert both.anon_vma.root is both.anon_vma
    assert both.anon_vma.rwsem.name == "anon_vma lock 0"
    assert (none.vm_file, none.anon_vma, none.vm_ops) == (NULL, NULL, NULL)


def test_a_copy_has_the_same_locks() -> None:
    state = State(SMALL)
    vma = areas.make_area(state, 0x3000, 0x5000, 3, file=True)
    copy = areas.copy_area(state, vma, 0x7000, 0xA000)
    same = ("vm_file", "anon_vma", "vm_flags", "vm_pgoff", "vm_ops", "vm_page_prot")
    assert all(getattr(copy, name) is getattr(vma, name) for name in same)
    assert (copy.vm_start, copy.vm_end) == (0x7000, 0xA000)


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (0x1000, 0x1000, "an area from 0x1000 to 0x1000"),
        (0x5000, 0x8000, "0x5000 lies in another area"),
        (0x1000, 0x5000, "0x4000 lies in another area"),
    ],
)
def test_areas_do_not_overlap(start: int, end: int, told: str) -> None:
    state = State(SMALL)
    areas.make_area(state, 0x4000, 0x6000)
    with pytest.raises(ValueError, match=f"^{told}$"):
        areas.make_area(state, start, end)


def test_an_address_has_one_area() -> None:
    state = State(SMALL)
    vma = areas.make_area(state, 0x1000, 0x3000)
    found = [areas.area_of(state, address) for address in (0xFFF, 0x1000, 0x2FFF, 0x3000)]
    assert found == [None, vma, vma, None]


def test_rmap_locks_are_taken_in_order_and_dropped_in_reverse() -> None:
    state = State(SMALL)
    state.tracing = True
    vma = areas.make_area(state, 0, 0x1000, file=True)
    rmap.take_rmap_locks(state, vma)
    rmap.drop_rmap_locks(state, vma)
    file, anon = "i_mmap lock 0", "anon_vma lock 0"
    assert state.events == [
        Event(LOCK, (file, 0, "write"), ()),
        Event(LOCK, (anon, 0, "write"), (file,)),
        Event(UNLOCK, (anon,), (file,)),
        Event(UNLOCK, (file,), ()),
    ]


@pytest.mark.parametrize(
    ("file", "anon", "taken"),
    [
        (False, False, []),
        (True, False, ["i_mmap lock 0"]),
        (False, True, ["anon_vma lock 0"]),
    ],
)
def test_only_locks_that_are_there_are_taken(file: bool, anon: bool, taken: list[str]) -> None:
    state = State(SMALL)
    vma = areas.make_area(state, 0, 0x1000, file=file, anon=anon)
    rmap.take_rmap_locks(state, vma)
    assert [event.what[0] for event in state.events] == taken
    rmap.drop_rmap_locks(state, vma)
    assert state.held == []


def test_the_lock_is_the_roots() -> None:
    state = State(SMALL)
    root, child = areas.new_anon_vma(state), areas.new_anon_vma(state)
    child.root = root
    rmap.anon_vma_lock_write(state, child)
    rmap.anon_vma_unlock_write(state, root)
    assert state.events == [Event(LOCK, ("anon_vma lock 0", 0, "write"), ())]


def test_the_file_is_locked_first() -> None:
    state = State(SMALL)
    vma = areas.make_area(state, 0, 0x1000, file=True)
    rmap.anon_vma_lock_write(state, vma.anon_vma)
    rmap.i_mmap_lock_write(state, vma.vm_file.f_mapping)
    told = "i_mmap lock 0 is taken while anon_vma lock 0 is held"
    assert faults(state) == [(FaultKind.ORDER, told)]


def test_walkers_take_the_locks_for_reading() -> None:
    state = State(SMALL)
    vma = areas.make_area(state, 0, 0x1000, file=True)
    rmap.i_mmap_lock_read(state, vma.vm_file.f_mapping)
    rmap.anon_vma_lock_read(state, vma.anon_vma)
    rmap.anon_vma_unlock_read(state, vma.anon_vma)
    rmap.i_mmap_unlock_write(state, vma.vm_file.f_mapping)
    assert [event.what[2] for event in state.events if event.kind is LOCK] == ["read", "read"]
    told = "i_mmap lock 0 is released for writing, taken for reading"
    assert faults(state) == [(FaultKind.NOT_HELD, told)]


def test_no_anon_vma_cannot_be_locked() -> None:
    state = State(SMALL)
    vma = areas.make_area(state, 0, 0x1000, anon=False)
    with pytest.raises(KernelFault) as fault:
        rmap.anon_vma_lock_write(state, vma.anon_vma)
    assert fault.value.kind is FaultKind.NULL


def test_a_notifier_range_is_started_and_ended() -> None:
    state = State(SMALL)
    notifier.invalidate_range_start(state, 0, 0x8000)
    notifier.invalidate_range_start(state, 0x1000, 0x2000)
    notifier.invalidate_range_end(state, 0x1000, 0x2000)
    notifier.invalidate_range_end(state, 0, 0x8000)
    notifier.check_none_open(state)
    assert state.events == [
        Event(NOTIFY, ("start", 0, 0x8000), ()),
        Event(NOTIFY, ("start", 0x1000, 0x2000), ()),
        Event(NOTIFY, ("end", 0x1000, 0x2000), ()),
        Event(NOTIFY, ("end", 0, 0x8000), ()),
    ]


def test_an_end_needs_its_start_and_a_start_its_end() -> None:
    state = State(SMALL)
    notifier.invalidate_range_start(state, 0, 0x8000)
    notifier.invalidate_range_end(state, 0, 0x7000)
    notifier.check_none_open(state)
    assert faults(state) == [
        (FaultKind.NOTIFIER, "the notifier range 0x0-0x7000 ends and was not started"),
        (FaultKind.NOTIFIER, "the call returns inside the notifier range 0x0-0x8000"),
    ]


def test_notifiers_sleep() -> None:
    state = State(SMALL)
    locking.acquire(state, state.new_table(Level.PMD).lock)
    notifier.invalidate_range_start(state, 0, 0x8000)
    notifier.invalidate_range_end(state, 0, 0x8000)
    assert [kind for kind, _ in faults(state)] == [FaultKind.SLEEPS] * 2
