from recorded_calls import (
    ANON,
    BASE,
    PAGE,
    RW,
    call,
    mmap,
    mprotect,
    mremap,
    munmap,
    pages,
    rows,
    told,
)

from analyzer.mm.entry import DIRTY, YOUNG
from analyzer.replay import vmbits as vm
from analyzer.replay.apply import apply
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call
from analyzer.replay.population import READ, WRITTEN, population
from analyzer.replay.space import Space


def space_after(*operations, populate="all"):
    space = Space(population(populate))
    for one in operations:
        if one.call is Call.MREMAP:
            follow(space, one)
        else:
            apply(space, one)
    return space


def test_flags_of_areas():
    made = {
        (RW, ANON): 0x8100073,
        (1, ANON): 0x8000071,
        (RW, ANON | vm.MAP_NORESERVE): 0x8200073,
        (RW, vm.MAP_SHARED | vm.MAP_ANONYMOUS): 0x80000FB,
        (5, 2): 0x8000075,
        (RW, ANON | vm.MAP_GROWSDOWN | vm.MAP_LOCKED): 0x8102173,
        (RW, ANON | vm.MAP_HUGETLB): 0x8400073,
    }
    assert {key: vm.area_flags(*key) for key in made} == made


def test_neighbours_that_are_alike_are_one_area():
    space = space_after(mmap(BASE, 2 * PAGE), mmap(BASE + 2 * PAGE, PAGE), mmap(BASE - PAGE, PAGE))
    assert rows(space) == [(-1, 3, RW, None, -1, 0)]
    assert pages(space) == [(-1, 3, WRITTEN, 1)]


def test_files_are_one_area_where_their_offsets_go_on():
    space = space_after(
        mmap(BASE, PAGE, 1, 2, 3, 0),
        mmap(BASE + PAGE, PAGE, 1, 2, 3, PAGE),
        mmap(BASE + 2 * PAGE, PAGE, 1, 2, 3, 8 * PAGE),
        mmap(BASE + 3 * PAGE, PAGE, 1, 2, 4, 9 * PAGE),
        mmap(BASE + 4 * PAGE, PAGE, RW, vm.MAP_SHARED | vm.MAP_ANONYMOUS),
        mmap(BASE + 5 * PAGE, PAGE, RW, vm.MAP_SHARED | vm.MAP_ANONYMOUS),
    )
    assert rows(space) == [
        (0, 2, 1, 0, 0, None),
        (2, 3, 1, 0, 8, None),
        (3, 4, 1, 1, 9, None),
        (4, 5, RW, 2, 0, None),
        (5, 6, RW, 3, 0, None),
    ]
    assert pages(space) == [(0, 4, READ, 1), (4, 6, WRITTEN, 1)]


def test_fixed_replaces_and_munmap_splits():
    space = space_after(
        mmap(BASE, 8 * PAGE),
        mmap(BASE + 2 * PAGE, 2 * PAGE, 0, ANON | vm.MAP_FIXED),
        munmap(BASE + 6 * PAGE, 1),
    )
    assert rows(space) == [
        (0, 2, RW, None, 0, 0),
        (2, 4, 0, None, 2, None),
        (4, 6, RW, None, 4, 0),
        (7, 8, RW, None, 7, 0),
    ]
    assert pages(space) == [(0, 2, WRITTEN, 1), (4, 6, WRITTEN, 1), (7, 8, WRITTEN, 1)]
    assert told(space.assumed) == []


def test_what_may_be_used_from_now_on_is_taken_as_used():
    space = space_after(mmap(BASE, 8 * PAGE, 0), mprotect(BASE, 4 * PAGE, RW))
    assert pages(space) == [(0, 4, WRITTEN, 1)]
    apply(space, mprotect(BASE, 2 * PAGE, 1))
    assert pages(space) == [(0, 2, DIRTY | YOUNG, 1), (2, 4, WRITTEN, 1)]
    assert rows(space) == [(0, 2, 1, None, 0, 0), (2, 4, RW, None, 2, 0), (4, 8, 0, None, 4, None)]


def test_the_heap_grows_and_shrinks():
    space = space_after(
        call(Call.BRK, 0, result=BASE + 100),
        call(Call.BRK, BASE + 5 * PAGE, result=BASE + 5 * PAGE),
        call(Call.BRK, BASE + 3 * PAGE + 1, result=BASE + 3 * PAGE + 1),
        call(Call.BRK, 1, result=BASE + 3 * PAGE + 1),
    )
    assert rows(space) == [(1, 4, RW, None, 1, 0)]
    assert space.areas()[0].flags == vm.HEAP == 0x8100073
    assert told(space.assumed) == []


def test_a_heap_that_began_before_the_log_is_said_so():
    space = space_after(call(Call.BRK, BASE, result=BASE, line=7))
    assert told(space.assumed) == [
        ("the heap is taken to begin where the first brk in the log left it", 1, 7)
    ]


def test_pages_by_assumption():
    made = (
        mmap(BASE, 4 * PAGE),
        mmap(BASE + 8 * PAGE, 2 * PAGE, RW, ANON | vm.MAP_POPULATE),
        call(Call.TOUCH, BASE + PAGE + 5, 10),
        call(Call.MLOCK, BASE + 3 * PAGE, 1),
    )
    assert pages(space_after(*made, populate="none")) == []
    assert pages(space_after(*made, populate="touched")) == [
        (1, 2, WRITTEN, 1),
        (3, 4, WRITTEN, 1),
        (8, 10, WRITTEN, 1),
    ]
    assert pages(space_after(*made[:1], populate="sparse:3")) == [(0, 4, WRITTEN, 3)]
    assert pages(space_after(*made)) == [(0, 4, WRITTEN, 1), (8, 10, WRITTEN, 1)]


def test_advice_empties_and_splits():
    space = space_after(
        mmap(BASE, 8 * PAGE),
        call(Call.MADVISE, BASE + PAGE, 2 * PAGE, vm.MADV_DONTNEED),
        call(Call.MADVISE, BASE + 4 * PAGE, PAGE, 14),
    )
    assert pages(space) == [(0, 1, WRITTEN, 1), (3, 8, WRITTEN, 1)]
    assert [one.flags & vm.VM_HUGEPAGE for one in space.areas()] == [0, vm.VM_HUGEPAGE, 0]
    apply(space, call(Call.MADVISE, BASE + 2 * PAGE, PAGE, vm.MADV_POPULATE_READ))
    assert pages(space) == [(0, 1, WRITTEN, 1), (2, 8, WRITTEN, 1)]


def test_a_lock_splits_and_an_unlock_joins():
    space = space_after(mmap(BASE, 4 * PAGE), call(Call.MLOCK, BASE + PAGE, PAGE))
    assert [one.flags & vm.VM_LOCKED for one in space.areas()] == [0, vm.VM_LOCKED, 0]
    apply(space, call(Call.MUNLOCK, BASE, 4 * PAGE))
    assert rows(space) == [(0, 4, RW, None, 0, 0)]


def test_a_fork_shares_pages_and_keeps_areas_of_its_own():
    space = space_after(
        mmap(BASE, 2 * PAGE), mmap(BASE + 4 * PAGE, PAGE, RW, vm.MAP_SHARED | vm.MAP_ANONYMOUS)
    )
    child = space.fork()
    shared = [(0, 2, DIRTY | YOUNG, 1), (4, 5, WRITTEN, 1)]
    assert pages(space) == pages(child) == shared
    assert rows(child) == [(0, 2, RW, None, 0, 1), (4, 5, RW, 0, 0, None)]
    # In a chain with its parent's, an anon_vma takes no new neighbour; the parent's does.
    for one in (space, child):
        apply(one, mmap(BASE + 2 * PAGE, PAGE))
    assert [row[:2] for row in rows(space)] == [(0, 3), (4, 5)]
    assert [row[:2] for row in rows(child)] == [(0, 2), (2, 3), (4, 5)]


def test_what_a_child_does_not_get():
    space = space_after(
        mmap(BASE, 4 * PAGE),
        call(Call.MADVISE, BASE, PAGE, 10),
        call(Call.MADVISE, BASE + 3 * PAGE, PAGE, 18),
    )
    child = space.fork()
    assert [row[:2] for row in rows(child)] == [(1, 3), (3, 4)]
    assert pages(child) == [(1, 3, DIRTY | YOUNG, 1)]


def test_what_failed_does_nothing():
    space = space_after(
        mmap(BASE, 2 * PAGE),
        munmap(BASE, PAGE, result=-22),
        mprotect(BASE, PAGE, 0, result=-13),
        mmap(-12, PAGE),
        mremap(BASE, PAGE, 2 * PAGE, -12),
    )
    assert rows(space) == [(0, 2, RW, None, 0, 0)]
    assert told(space.refused) == []


def test_what_the_log_does_not_show_is_counted():
    space = space_after(
        mmap(BASE, PAGE, line=3),
        mmap(None, PAGE, line=4),
        mmap(BASE + PAGE, None, line=5),
        mmap(BASE + PAGE, PAGE, 1, 2, 3, None, line=6),
        munmap(None, PAGE, line=7),
        munmap(None, PAGE, line=8),
        munmap(BASE + 1, PAGE, line=9),
        mprotect(BASE, 2 * PAGE, 1, line=10),
        call(Call.MADVISE, BASE, PAGE, None, line=11),
        mremap(BASE, PAGE, None, BASE, line=12),
    )
    assert rows(space) == [(0, 1, 1, None, 0, 0)]
    assert told(space.refused) == [
        ("mmap: the log does not show what it returned", 1, 4),
        ("mmap: the log does not show its length", 1, 5),
        ("mmap: the log does not show its offset", 1, 6),
        ("munmap: the log does not show its address", 2, 7),
        ("munmap: no kernel unmaps such a range", 1, 9),
        ("mprotect: the log did not show all of its range mapped", 1, 10),
        ("madvise: the log does not show its advice", 1, 11),
        ("mremap: the log does not show its new length", 1, 12),
    ]


def test_what_the_log_contradicts_is_assumed_and_counted():
    space = space_after(mmap(BASE, 4 * PAGE), mmap(BASE + PAGE, PAGE, 1, line=9))
    assert [row[:3] for row in rows(space)] == [(0, 1, RW), (1, 2, 1), (2, 4, RW)]
    assert told(space.assumed) == [
        ("mmap was given a range that was mapped: it is taken as unmapped before", 1, 9)
    ]


# --- mremap, as the log has it ------------------------------------------------------------------


def test_growing_in_place_and_shrinking():
    space = space_after(
        mmap(BASE, 2 * PAGE), mremap(BASE, 2 * PAGE, 5 * PAGE, BASE), populate="all"
    )
    assert rows(space) == [(0, 5, RW, None, 0, 0)]
    assert pages(space) == [(0, 5, WRITTEN, 1)]
    follow(space, mremap(BASE, 5 * PAGE, PAGE, BASE))
    assert rows(space) == [(0, 1, RW, None, 0, 0)]
    assert pages(space) == [(0, 1, WRITTEN, 1)]


def test_a_move_takes_pages_and_offset_along():
    space = space_after(
        mmap(BASE, 4 * PAGE),
        call(Call.MADVISE, BASE + PAGE, PAGE, vm.MADV_DONTNEED),
        mremap(BASE, 3 * PAGE, 5 * PAGE, BASE + 16 * PAGE),
    )
    assert rows(space) == [(3, 4, RW, None, 3, 0), (16, 21, RW, None, 0, 0)]
    assert pages(space) == [(3, 4, WRITTEN, 1), (16, 17, WRITTEN, 1), (18, 21, WRITTEN, 1)]


def test_a_move_without_unmapping_leaves_an_empty_area():
    space = space_after(
        mmap(BASE, 2 * PAGE), mremap(BASE, 2 * PAGE, 2 * PAGE, BASE + 16 * PAGE, flags=5)
    )
    assert rows(space) == [(0, 2, RW, None, 0, None), (16, 18, RW, None, 0, 0)]
    assert pages(space) == [(16, 18, WRITTEN, 1)]


def test_an_old_length_of_nothing_maps_a_second_time():
    shared = vm.MAP_SHARED | vm.MAP_ANONYMOUS
    space = space_after(
        mmap(BASE, 4 * PAGE, RW, shared), mremap(BASE + PAGE, 0, 2 * PAGE, BASE + 16 * PAGE)
    )
    assert rows(space) == [(0, 4, RW, 0, 0, None), (16, 18, RW, 0, 1, None)]
    assert pages(space) == [(0, 4, WRITTEN, 1), (16, 18, WRITTEN, 1)]


def test_a_range_that_the_log_never_mapped_is_assumed():
    space = space_after(mremap(BASE, 2 * PAGE, 3 * PAGE, BASE + 16 * PAGE, line=4))
    assert rows(space) == [(16, 19, RW, None, 0, 0)]
    assert told(space.assumed) == [
        (
            "mremap of a range that the log never mapped: it is taken as anonymous and writable",
            1,
            4,
        )
    ]
