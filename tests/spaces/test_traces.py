"""Recorded traces, where there are any, and workloads."""

import os
from pathlib import Path

import pytest
from recorded_calls import BASE, PAGE, PMD, call, mmap, mremap, told

from analyzer.mm.geometry import X86_64
from analyzer.replay import recorded
from analyzer.replay.apply import apply
from analyzer.replay.formats import read
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call, Operation
from analyzer.replay.restrict import NotReplayed, remap_of
from analyzer.replay.space import Space
from analyzer.replay.spaces import Spaces
from analyzer.replay.workload import Effect, Path as Way, Workload, Workloads

FAR = BASE + 64 * PMD


def counted(*operations):
    """A workload of calls, each on a space where its source is mapped; the space is followed."""
    workload, space = Workload(X86_64), Space()
    for one in operations:
        if one.call is Call.MREMAP:
            workload.count(one, space)
            follow(space, one)
        else:
            apply(space, one)
    return workload


def test_what_became_of_calls():
    made = counted(
        mmap(BASE, 8 * PAGE),
        mremap(BASE, 8 * PAGE, 9 * PAGE, BASE),
        mremap(BASE, 9 * PAGE, 2 * PAGE, BASE),
        mremap(BASE, 2 * PAGE, 2 * PAGE, BASE),
        mremap(BASE, 2 * PAGE, 3 * PAGE, -12, line=5),
        mremap(BASE, 2 * PAGE, 3 * PAGE, None),
        mremap(BASE, 2 * PAGE, 3 * PAGE, FAR),
        mremap(FAR, 0, PAGE, BASE),
    )
    assert {one: made.times(one) for one in Effect} == {
        Effect.GREW: 1,
        Effect.SHRANK: 1,
        Effect.SAME: 1,
        Effect.FAILED: 1,
        Effect.UNKNOWN: 1,
        Effect.MOVED: 1,
        Effect.COPIED: 1,
    }
    assert (made.calls, made.moved, made.long) == (7, 2 * PAGE, 0)
    assert made.effects[Effect.FAILED].first == (
        "line 5, task 1: mremap(0x7f0000000000, 8192, 12288, MREMAP_MAYMOVE, ?) = -1 ENOMEM"
    )


@pytest.mark.parametrize(
    ("at", "length", "to", "way", "realign", "whole"),
    [
        (0, PMD, 0, Way.COULD, 0, 1),
        (0, PMD - PAGE, 0, Way.SHORT, 0, 0),
        (PAGE, PMD, PAGE, Way.NO_WHOLE, 1, 0),
        (PAGE, 2 * PMD - PAGE, PAGE, Way.COULD, 0, 1),
        (PAGE, 2 * PMD - 2 * PAGE, PAGE, Way.NO_WHOLE, 1, 0),
        (0, 9 * PMD, PAGE, Way.APART, 0, 0),
        (PMD // 2, PMD // 2, PMD // 2, Way.SHORT, 1, 0),
        (PMD // 2, PMD // 2 - PAGE, PMD // 2, Way.SHORT, 0, 0),
    ],
)
def test_what_could_take_the_pmd_path(at, length, to, way, realign, whole):
    made = counted(mmap(BASE + at, length), mremap(BASE + at, length, length + PAGE, FAR + to))
    assert {one: made.times(one) for one in Way if made.times(one)} == {way: 1}
    assert (made.realign.times, made.whole, made.long) == (realign, whole, length >= PMD)
    assert made.not_realign.times == (way is not Way.COULD and not realign)


def test_no_kernel_aligns_down_over_a_neighbour():
    made = counted(
        mmap(BASE, PAGE, 1),
        mmap(BASE + PAGE, PMD),
        mremap(BASE + PAGE, PMD, PMD + PAGE, FAR + PAGE),
    )
    assert (made.realign.times, made.not_realign.times) == (0, 1)


def test_calls_in_words():
    assert recorded.told(call(Call.MPROTECT, BASE, PAGE, None, result=0, line=8, task=3)) == (
        "line 8, task 3: mprotect(0x7f0000000000, 4096, ?) = 0"
    )
    made = mremap(BASE, 1, 2, -22, flags=0x1B, to=FAR)
    assert recorded.told(made) == (
        "line 1, task 1: mremap(0x7f0000000000, 1, 2, MREMAP_MAYMOVE|MREMAP_FIXED|0x18, "
        "0x7f0008000000) = -1 EINVAL"
    )
    assert recorded.flags_told(0) == "0"
    assert recorded.expected(made) == -22


# --- recordings ---------------------------------------------------------------------------------

NUMBERS = {
    "threads": (800, 72, 72, {Way.COULD: 72}),
    "sqlite": (120, 7, 5, {Way.COULD: 5, Way.SHORT: 2}),
    "realloc_big": (32, 10, 8, {Way.APART: 8, Way.SHORT: 2}),
    "mmap_resize": (30, 6, 5, {Way.COULD: 1, Way.APART: 4, Way.SHORT: 1}),
}


def trace(name):
    found = Path(os.environ.get("TRACES", "/nowhere"), f"{name}.strace")
    if not found.is_file():
        pytest.skip(f"no {found.name} in the directory that TRACES names")
    return found


@pytest.mark.parametrize("name", NUMBERS)
def test_recorded_traces(name):
    spaces, workloads = Spaces(), Workloads(X86_64)
    with trace(name).open("rb") as stream:
        for one in read(stream, name).entries:
            assert isinstance(one, Operation), one
            process = spaces.take(one)
            if one.call is Call.MREMAP:
                workloads.count(one, process.number, process.space)
                assert not isinstance(remap_of(process.space, one, X86_64), NotReplayed)
                assert follow(process.space, one) is None
    whole = workloads.whole
    ways = {one: whole.times(one) for one in Way if whole.times(one)}
    assert (whole.calls, whole.times(Effect.MOVED), whole.long, ways) == NUMBERS[name]
    assert len(workloads.processes) == 1
    assert spaces.processes() == ()
    assert not [one for one in told(spaces.assumed) if "taken as unmapped" in one[0]]
