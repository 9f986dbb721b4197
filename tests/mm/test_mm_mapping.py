"""Areas that are mapped, split, merged and unmapped, and what is counted and written down then."""

from __future__ import annotations

from errno import EINVAL, ENOMEM

import pytest

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.mm import accounting, areas, invariants, locking, merge, munmap, placing, populate
from analyzer.mm.areas import Row
from analyzer.mm.entry import DIRTY, Kind
from analyzer.mm.events import COMPARED, EventKind
from analyzer.mm.geometry import SMALL
from analyzer.mm.limits import Limits
from analyzer.mm.state import State, Vma
from analyzer.mm.vmflags import (
    FLAGS,
    VM_ACCOUNT,
    VM_GROWSDOWN,
    VM_HUGETLB,
    VM_LOCKED,
    VM_READ,
    differing,
)

PAGE, PMD, END = SMALL.page_size, SMALL.pmd_size, SMALL.task_size
RW = VM_READ | VM_ACCOUNT


def _state() -> State:
    state = State(SMALL)
    locking.acquire(state, state.mmap_lock)
    return state


def _map(state: State, first: int, pages: int, flags: int = RW, **more: int) -> Vma:
    more.setdefault("pgoff", first)
    vma = areas.map_area(state, first * PAGE, (first + pages) * PAGE, flags, **more)
    state.events.clear()
    return vma


def _told(state: State) -> list[tuple[object, ...]]:
    wanted = (EventKind.AREA, EventKind.ACCOUNT)
    return [one.what for one in state.events if one.kind in wanted]


def test_equal_numbers_are_one_file_and_one_anon_vma() -> None:
    state = _state()
    one = _map(state, 1, 2, file=7, anon=3)
    two = _map(state, 9, 2, file=7, anon=4)
    assert one.vm_file is two.vm_file
    assert one.anon_vma is not two.anon_vma
    assert areas.layout(state) == (
        Row(PAGE, 3 * PAGE, RW, 7, 1, 3),
        Row(9 * PAGE, 11 * PAGE, RW, 7, 9, 4),
    )
    assert (state.mm.total_vm, state.committed, invariants.validate_contents(state)) == (4, 4, ())


def test_the_middle_is_unmapped() -> None:
    state = _state()
    _map(state, 0, 24, RW | VM_LOCKED, anon=0)
    populate.build(state, [(at * PAGE, Kind.PAGE, DIRTY) for at in (0, 9, 10, 23)])
    done = munmap.munmap(state, 8 * PAGE, 8 * PAGE - 1)
    assert done == munmap.Unmapped(0, found=True)
    flags = RW | VM_LOCKED
    assert areas.layout(state) == (
        Row(0, 8 * PAGE, flags, None, 0, 0),
        Row(16 * PAGE, 24 * PAGE, flags, None, 16, 0),
    )
    assert _told(state) == [
        ("split", 0, 24 * PAGE, 8 * PAGE),
        ("split", 8 * PAGE, 24 * PAGE, 16 * PAGE),
        ("locked", -8),
        ("unmap", 8 * PAGE, 16 * PAGE),
        ("total", -8),
        ("committed", -8),
    ]
    assert invariants.validate(state, tuple(state.held)) == ()


def test_frames_and_tables_go_behind_the_flush() -> None:
    state = _state()
    _map(state, 0, 16, anon=0)
    populate.build(state, [(9 * PAGE, Kind.PAGE, 0), (10 * PAGE, Kind.SWAP, 0)])
    munmap.munmap(state, 8 * PAGE, 8 * PAGE)
    kinds = [one.kind.value for one in state.events]
    assert kinds == [
        *("area", "area", "notify", "lock", "write", "write", "free", "notify"),
        *("write", "flush", "free", "free", "account", "account"),
    ]
    assert state.frames[0].maps == state.frames[0].refs == 0
    assert state.swaps_freed == {0}


def test_tables_that_a_neighbour_needs_stay() -> None:
    state = _state()
    _map(state, 0, 12, anon=0)
    _map(state, 14, 2, file=0)
    populate.build(state, [(0, Kind.PAGE, 0), (9 * PAGE, Kind.PAGE, 0), (15 * PAGE, Kind.PAGE, 0)])
    munmap.munmap(state, 0, 12 * PAGE)
    assert len(state.freed) == 1
    assert invariants.validate(state, tuple(state.held)) == ()


@pytest.mark.parametrize(
    ("start", "size", "error"),
    [(1, PAGE, -EINVAL), (0, 0, -EINVAL), (END + PAGE, PAGE, -EINVAL), (END, PAGE, -EINVAL)],
)
def test_what_cannot_be_unmapped(start: int, size: int, error: int) -> None:
    assert munmap.munmap(_state(), start, size) == munmap.Unmapped(error)


def test_one_area_too_many_is_left() -> None:
    state = _state()
    _map(state, 0, 8)
    state.limits = Limits(areas=1)
    assert munmap.munmap(state, PAGE, PAGE).error == -ENOMEM
    assert munmap.munmap(state, PAGE, 7 * PAGE).error == 0


def test_what_the_model_cannot_take_apart_stops() -> None:
    state = _state()
    _map(state, 0, 8, VM_HUGETLB, file=0)
    with pytest.raises(Stopped, match="of an area that is one of hugetlbfs"):
        munmap.munmap(state, 0, 8 * PAGE)


def test_below_a_stack_the_lock_stays() -> None:
    state = _state()
    _map(state, 0, 8)
    _map(state, 16, 8, VM_GROWSDOWN)
    assert not munmap.munmap(state, 4 * PAGE, 4 * PAGE, downgrade=True).downgraded
    munmap.munmap(state, 16 * PAGE, 8 * PAGE)
    assert munmap.munmap(state, 2 * PAGE, 2 * PAGE, downgrade=True).downgraded
    assert state.held[0].shared


def test_an_area_that_is_gone_is_not_looked_at() -> None:
    state = _state()
    vma = _map(state, 0, 8)
    munmap.munmap(state, 0, 8 * PAGE)
    with pytest.raises(KernelFault) as raised:
        _ = vma.vm_start
    assert raised.value.kind is FaultKind.WILD


@pytest.mark.parametrize(("anon", "start"), [(0, 8), (1, 12), (None, 12)])
def test_pages_go_only_where_their_anon_vma_is(anon: int | None, start: int) -> None:
    state = _state()
    source = _map(state, 0, 4, anon=0, pgoff=20)
    areas.map_area(state, 8 * PAGE, 12 * PAGE, RW, pgoff=16, anon=anon)
    copied = merge.copy(state, source, 12 * PAGE, 4 * PAGE, 20, keep_source=False)
    assert copied is not None
    assert (copied.area.vm_start, copied.need_rmap_locks) == (start * PAGE, start == 8)
    assert copied.source is source


def test_what_was_not_faulted_in_may_join_itself() -> None:
    state = _state()
    source = _map(state, 0, 4)
    copied = merge.copy(state, source, 4 * PAGE, 4 * PAGE, 0, keep_source=False)
    assert copied == merge.Copied(source, source, need_rmap_locks=True)
    apart = merge.copy(state, source, 8 * PAGE, 4 * PAGE, 0, keep_source=True)
    assert apart is not None
    assert (apart.area.vm_start, apart.area.vm_pgoff) == (8 * PAGE, 8)


def test_both_neighbours_become_one() -> None:
    state = _state()
    source = _map(state, 0, 4, file=0, pgoff=4)
    _map(state, 20, 4, file=0, pgoff=0)
    _map(state, 28, 4, file=0, pgoff=8)
    copied = merge.copy(state, source, 24 * PAGE, 4 * PAGE, 4, keep_source=False)
    assert copied is not None
    assert (copied.area.vm_start, copied.area.vm_end) == (20 * PAGE, 32 * PAGE)
    assert (copied.source, copied.need_rmap_locks) == (source, True)
    assert _told(state) == [
        ("bounds", 20 * PAGE, 24 * PAGE, 20 * PAGE, 32 * PAGE),
        ("merged", 28 * PAGE, 32 * PAGE),
    ]


def test_a_copy_of_its_own_needs_no_rmap_locks() -> None:
    state = _state()
    source = _map(state, 0, 4, file=2, anon=5)
    copied = merge.copy(state, source, 24 * PAGE, 4 * PAGE, 0, keep_source=False)
    assert copied is not None
    assert not copied.need_rmap_locks
    assert _told(state) == [("new", 24 * PAGE, 28 * PAGE, RW, 2, 0, 5)]
    assert merge.copy(state, source, 27 * PAGE, 2 * PAGE, 0, keep_source=False) is None


def test_places_of_areas() -> None:
    state = _state()
    _map(state, 4, 4)
    top = END // PAGE
    _map(state, top - 2, 2)
    assert placing.free_place(state, 0, PAGE) == END - 3 * PAGE
    assert placing.free_place(state, PAGE - 1, PAGE) == PAGE
    assert placing.free_place(state, 5 * PAGE, PAGE) == END - 3 * PAGE
    assert placing.free_place(state, 0, END) == -ENOMEM
    assert placing.fixed(state, END, PAGE) == -ENOMEM
    assert placing.fixed(state, 1, PAGE) == -EINVAL
    state.chosen = -ENOMEM
    assert placing.free_place(state, 0, PAGE) == -ENOMEM
    state.chosen = 5 * PAGE
    with pytest.raises(Stopped, match="0x5000 was chosen for a new area, and another stands"):
        placing.free_place(state, 0, PAGE)


def test_limits_count_from_where_the_call_begins() -> None:
    state = _state()
    _map(state, 0, 8, RW | VM_LOCKED)
    state.limits = Limits(space=10 * PAGE, locked=9 * PAGE, memory=2 * PAGE)
    assert [accounting.may_expand(state, pages) for pages in (2, 3, -1)] == [True, False, True]
    assert accounting.may_lock(state, VM_LOCKED, PAGE)
    assert not accounting.may_lock(state, VM_LOCKED, 2 * PAGE)
    assert [accounting.promise(state, 2), accounting.promise(state, 1)] == [0, -ENOMEM]
    assert _told(state) == [("committed", 2)]


def test_what_c_writes_itself_is_told() -> None:
    state = _state()
    vma = _map(state, 0, 8, RW | VM_LOCKED)
    vma.vm_flags = VM_READ
    vma.vm_flags &= ~VM_ACCOUNT
    vma.vm_pgoff = 5
    state.mm.locked_vm = 0
    told = [("flags", 0, 8 * PAGE, VM_READ), ("pgoff", 0, 8 * PAGE, 5), ("locked", -8)]
    assert _told(state) == told
    assert {EventKind.AREA, EventKind.ACCOUNT} <= COMPARED
    broken = "vm_committed_as is 8 and should be 0"
    assert invariants.validate_counts(state) == (broken,)


def test_unlinked_areas_are_found() -> None:
    state = _state()
    one = _map(state, 0, 2)
    _map(state, 4, 2)
    one.vm_next = one.vm_prev
    assert invariants.validate_areas(state) == (
        "the area at 0x0 is not linked with its neighbours",
    )


def test_without_the_lock_it_is_a_fault() -> None:
    state = State(SMALL)
    vma = _map(state, 0, 8)
    merge.split(state, vma, PAGE, new_below=False)
    assert [one.what for one in state.events if one.kind is EventKind.FAULT] == [
        (FaultKind.NOT_HELD, "an area is split while mmap_lock is not held for writing")
    ]


def test_flags_of_a_tree_are_looked_at() -> None:
    assert differing({"VM_READ": 1, "VM_LOCKED": 0, "VM_OTHERS": 5}) == ()
    assert differing({**FLAGS, "VM_SEALED": 4, "VM_IO": 1}) == ("VM_IO", "VM_SEALED")
