"""An mremap() as a scenario of its own: what is in it, and that it does what the whole would."""

import random
from dataclasses import replace

import pytest
from recorded_calls import BASE, PAGE, PMD, RW, mmap, mremap, munmap, pages, rows, told

from analyzer.machine.left import left_in
from analyzer.machine.scenario import Area, Content, Limits, Remap
from analyzer.machine.staging import prepare_call
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import ARM64_64K, SMALL, X86_64
from analyzer.mm.state import State
from analyzer.replay import vmbits as vm
from analyzer.replay.apply import apply
from analyzer.replay.back import After, after_of, take_over
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call, Operation
from analyzer.replay.population import WRITTEN, Mode, Populate, population
from analyzer.replay.restrict import UNSEEN, NotReplayed, remap_of
from analyzer.replay.space import Space

FAR = BASE + 64 * PAGE
ANON = 0x8100073


def space_of(*operations, populate="all"):
    space = Space(population(populate))
    for one in operations:
        apply(space, one)
    return space


def content(first, last, bits=WRITTEN):
    return tuple(Content(BASE + at * PAGE, Kind.PAGE, bits) for at in range(first, last))


def area(first, last, flags=ANON, **rest):
    start = BASE + first * PAGE
    return Area(start, BASE + last * PAGE, flags, **{"pgoff": start // PAGE, **rest})


def test_what_matters_of_a_space():
    apart = [mmap(BASE + 16 * at * PAGE, 2 * PAGE) for at in range(10)]
    space = space_of(*apart)
    found = remap_of(space, mremap(BASE + 32 * PAGE, 2 * PAGE, 4 * PAGE, BASE + 120 * PAGE), X86_64)
    # The room that was asked for is free, so something that is not shown lies in it.
    unseen = area(35, 36, 0, file=UNSEEN, pgoff=0)
    assert found == Remap(
        X86_64,
        (
            area(16, 18, anon=1),
            area(32, 34, anon=2),
            unseen,
            area(48, 50, anon=3),
            area(112, 114, anon=7),
            area(128, 130, anon=8),
        ),
        content(32, 34),
        BASE + 32 * PAGE,
        2 * PAGE,
        4 * PAGE,
        1,
        0,
        BASE + 120 * PAGE,
        Limits(areas=65530 - 5 + 1),
    )
    assert told(space.assumed) == [
        (
            "mremap found no room where the log shows some: "
            "a mapping that it does not show is taken to lie there",
            1,
            1,
        )
    ]


def test_a_destination_that_is_mapped_is_in_it():
    space = space_of(mmap(BASE, 4 * PAGE), mmap(FAR, 8 * PAGE, 1))
    made = mremap(BASE, 4 * PAGE, 2 * PAGE, FAR + PAGE, 3, FAR + PAGE)
    found = remap_of(space, made, X86_64)
    assert found.areas == space.areas()
    assert found.contents == (*content(0, 4), *content(65, 67, 4))
    assert (found.new_address, found.chosen) == (FAR + PAGE, None)


@pytest.mark.parametrize(
    ("made", "geometry", "why"),
    [
        (mremap(BASE, PAGE, 2 * PAGE, None), X86_64, "the log does not show what it returned"),
        (mremap(None, PAGE, 2 * PAGE, BASE), X86_64, "the log does not show its address"),
        (mremap(BASE, PAGE, PAGE, FAR, 3), X86_64, "the log does not show its new address"),
        (mremap(BASE, PAGE, PAGE, -22, 5), X86_64, "the log does not show its new address"),
        (
            mremap(BASE, PAGE, PAGE, BASE),
            ARM64_64K,
            "pages have 65536 bytes, and those of the log 4096",
        ),
        (
            mremap(BASE, PAGE, PAGE, BASE),
            SMALL,
            "it goes beyond the 0x1000000 bytes of user space that 8 entries a table, 4 levels has",
        ),
        (
            mremap(BASE, PAGE, 1 << 63, -12),
            X86_64,
            f"it goes beyond the {X86_64.task_size:#x} bytes of user space that {X86_64.name} has",
        ),
        (mremap(PAGE, PAGE, 1 << 40, -12), X86_64, "it is longer than what is run, 64 GiB"),
        (
            mremap(BASE, PAGE, PAGE, FAR + 5),
            X86_64,
            "it succeeded on an address that is no page's",
        ),
        (
            mremap(BASE + 16 * PMD, PMD, 2 * PMD, FAR),
            X86_64,
            "it is on huge pages of hugetlbfs",
        ),
    ],
)
def test_what_is_not_run_has_a_reason(made, geometry, why):
    hugetlb = 2 | vm.MAP_ANONYMOUS | vm.MAP_HUGETLB
    space = space_of(mmap(BASE + 16 * PMD, 5, RW, hugetlb))
    assert space.areas()[0].end == BASE + 17 * PMD
    assert remap_of(space, replace(made, line=8), geometry) == NotReplayed(why, 8)


def test_an_overlap_that_kernels_refuse_has_each_page_once():
    space = space_of(mmap(BASE, 8 * PAGE))
    made = mremap(BASE + 2 * PAGE, 3 * PAGE, 4 * PAGE, -22, 3, BASE + PAGE)
    assert remap_of(space, made, X86_64).contents == content(1, 5)


def test_limits_count_what_is_left_out():
    space = space_of(*(mmap(BASE + 2 * at * PAGE, PAGE) for at in range(100)))
    found = remap_of(space, mremap(BASE, PAGE, 2 * PAGE, BASE), X86_64)
    assert (len(found.areas), found.limits.areas) == (2, 65530 - 98)


def test_a_large_range_is_run_in_part_and_taken_over_whole():
    space = space_of(mmap(BASE, 64 * PMD))
    far = BASE + 256 * PMD
    made = mremap(BASE, 64 * PMD, 64 * PMD, far, 3, far)
    found = remap_of(space, made, X86_64)
    assert len(found.contents) == 256
    tables = sorted({(one.at - BASE) // PMD for one in found.contents})
    assert tables == [0, 1, 20, 21, 40, 41, 62, 63]
    after = done(found, far)
    take_over(space, found, after)
    assert pages(space) == [((far - BASE) // PAGE, (far - BASE + 64 * PMD) // PAGE, WRITTEN, 1)]


def test_what_is_unseen_is_not_taken_over():
    space = space_of(mmap(BASE, PAGE))
    made = mremap(BASE, PAGE, 2 * PAGE, FAR)
    found = remap_of(space, made, X86_64)
    assert len(found.areas) == 2
    take_over(space, found, done(found, FAR))
    assert rows(space) == [(64, 66, RW, None, 0, 0)]


def test_a_call_that_failed_half_way_leaves_what_the_kernel_left():
    space = space_of(mmap(BASE, 2 * PAGE), mmap(FAR, 2 * PAGE))
    made = mremap(BASE, 2 * PAGE, 2 * PAGE, -12, 3, FAR)
    found = remap_of(space, made, X86_64)
    left = {one.at: one.bits for one in found.contents if one.at < FAR}
    take_over(space, found, After(-12, found.areas[:1], left))
    assert rows(space) == [(0, 2, RW, None, 0, 0)]
    assert pages(space) == [(0, 2, WRITTEN, 1)]


def test_what_the_machine_tells_is_taken_over():
    space = space_of(mmap(BASE, 2 * PAGE), mmap(FAR, PAGE, 1, 2, 3, 5 * PAGE))
    before, held = space.areas(), pages(space)
    remap = remap_of(space, mremap(BASE, 2 * PAGE, 4 * PAGE, -12), X86_64)
    state = State(X86_64)
    prepare_call(state, remap)
    after = after_of(-12, left_in(state, 0))
    assert after == After(-12, remap.areas, {one.at: one.bits for one in remap.contents})
    take_over(space, remap, after)
    assert (space.areas(), pages(space)) == (before, held)


# --- the part does what the whole would --------------------------------------------------------


def done(remap, result):
    """What a kernel leaves of a scenario: what is recorded, done to it alone."""
    space = Space(Populate(Mode.NONE))
    space.set_areas(0, 0, remap.areas)
    for one in remap.contents:
        space.pages.fill(one.at, one.at + PAGE, one.bits)
    given = remap.address, remap.old_length, remap.new_length, remap.flags, remap.new_address
    assert follow(space, Operation(1, 1, Call.MREMAP, given, result)) is None
    assert told(space.assumed) == []
    return After(result, space.areas(), spread(space))


def spread(space):
    """Every page with its bits."""
    return {at: r.bits for r in space.pages.runs() for at in range(r.start, r.end, r.every)}


def some_call(chance, space):
    """A random call on a window of 64 pages."""
    first = chance.randrange(60)
    start, length = BASE + first * PAGE, chance.randrange(1, 5) * PAGE
    areas = space.areas()
    what = chance.choice(("mmap", "mmap", "munmap", "touch", "mremap", "mremap"))
    if what == "mmap" or not areas:
        return mmap(start, length, chance.choice((1, RW, RW)), 2 | 0x20 | vm.MAP_FIXED)
    if what == "munmap":
        return munmap(start, length)
    if what == "touch":
        return Operation(1, 1, Call.TOUCH, (start, length), 0)
    one = chance.choice(areas)
    old = one.end - one.start
    new = max(PAGE, old + chance.choice((-1, 0, 0, 1, 3)) * PAGE)
    flags = chance.choice((3, 3, 3, 7 if new == old else 3))
    to = BASE + chance.randrange(64) * PAGE
    if to < one.end and to + new > one.start:
        return mremap(one.start, old, PAGE, one.start)
    return mremap(one.start, old, new, to, flags, to)


@pytest.mark.parametrize("populate", ["none", "touched", "sparse:2", "all"])
@pytest.mark.parametrize("seed", range(6))
def test_the_part_does_what_the_whole_does(populate, seed):
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    whole, parts = Space(population(populate)), Space(population(populate))
    moves = 0
    for _ in range(150):
        one = some_call(chance, whole)
        if one.call is Call.MREMAP:
            moves += 1
            follow(whole, one)
            remap = remap_of(parts, one, X86_64)
            take_over(parts, remap, done(remap, one.result))
        else:
            apply(whole, one)
            apply(parts, one)
        assert parts.areas() == whole.areas()
        assert spread(parts) == spread(whole)
        # That a part was run does not make runs fall apart.
        assert len(parts.pages) <= 2 * len(whole.pages) + 8
    assert moves > 30
