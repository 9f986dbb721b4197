"""Logs replayed on four kernels: what is counted, what is found, and that reuse changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from kernels_made import FLUSHED, four_of, paths, with_reference
from recorded_calls import PAGE, PMD, call, mmap, mremap, told

from analyzer.errors import AnalyzerError
from analyzer.replay import vmbits as vm
from analyzer.replay.bench import Bench
from analyzer.replay.operation import Call, Operation, Unread
from analyzer.replay.outcome import Cause
from analyzer.replay.population import DEFAULT, population
from analyzer.replay.traced import Replayer, Sum
from tests.trees.trees import Era

# Within one table of PMDs.
AT = 0x7F12_4560_0000
FAR = AT + 64 * PMD
FIXED = vm.MREMAP_MAYMOVE | vm.MREMAP_FIXED


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    return paths(tmp_path_factory.mktemp("upstream"), Era.V5_0)


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    return paths(tmp_path_factory.mktemp("target"), Era.RHEL7)


@pytest.fixture(scope="module")
def four(upstream, target):
    return four_of(upstream, target)


@pytest.fixture(scope="module")
def unflushed(tmp_path_factory, upstream):
    """A target that forgets to flush what it moved whole."""
    top = tmp_path_factory.mktemp("unflushed")
    return four_of(upstream, paths(top, Era.RHEL7, lambda text: text.replace(FLUSHED, ";")))


@pytest.fixture(scope="module")
def placed_oddly(tmp_path_factory, upstream):
    """A target that moves page tables whole in some places only."""
    top, told = tmp_path_factory.mktemp("odd"), "if ((from & ~PMD_MASK) ||"
    odd = "if (((to >> 25) & 1) || (from & ~PMD_MASK) ||"
    return four_of(upstream, paths(top, Era.RHEL7, lambda text: text.replace(told, odd)))


def replayed(four, log, populate="all", *, calls=True, **rest):
    return Replayer(Bench(), four, calls=calls, **rest).replay(log, "log", population(populate))


def numbered(*operations):
    return [replace(one, line=at) for at, one in enumerate(operations, 1)]


def tallies(traced):
    return {
        name: told(getattr(traced, name))
        for name in ("unread", "not_replayed", "otherwise", "assumed", "refused")
        if told(getattr(traced, name))
    }


LOG = numbered(
    mmap(AT, 4 * PMD),
    mremap(AT, 4 * PMD, 4 * PMD, FAR, FIXED, FAR),
    mremap(FAR, 4 * PMD, 5 * PMD, FAR),
    mremap(FAR, 5 * PMD, 3 * PAGE, FAR),
    mremap(FAR, 3 * PAGE, 3 * PAGE, FAR + PMD, FIXED, FAR + PMD),
)


def test_what_four_kernels_do_with_a_log(four):
    traced = replayed(four, LOG)
    assert (traced.name, traced.populate, traced.calls) == ("log", DEFAULT, True)
    assert (traced.operations, traced.replayed, traced.workloads.whole.calls) == (5, 4, 4)
    # Of the 2048 pages 256 are run, and the three at the end. The old kernel flushes each 64.
    assert traced.sums == {
        "upstream.after": Sum(3, 4, 1, 7),
        "target.after": Sum(3, 4, 1, 7),
        "upstream.before": Sum(259, 0, 5, 7),
        "target.before": Sum(259, 0, 5, 35),
    }
    # What the two are apart in besides was so before the patch.
    assert {one.cause for one, _, _ in traced.found} == {Cause.BASE}
    assert tallies(traced) == {
        "assumed": [("mremap of more than 256 pages: some of each page table are run", 2, 2)]
    }


def test_a_difference_is_found_with_its_line(unflushed):
    traced = replayed(unflushed, LOG)
    (judged, scenario, line) = traced.found[0]
    assert (judged.cause, judged.sort.item, line) == (Cause.PATCH, "SM-4", 2)
    assert scenario.call() == (
        f"mremap({AT:#x}, 0x800000, 0x800000, MREMAP_MAYMOVE|MREMAP_FIXED, {FAR:#x})"
    )
    assert [one.cause for one, _, _ in traced.found].count(Cause.PATCH) == 1
    assert traced.sums["target.after"].flushes < traced.sums["upstream.after"].flushes


def test_a_result_that_no_kernel_gives_is_counted_and_the_log_is_followed(four):
    refused = [mremap(AT, 4 * PAGE, 2 * PAGE, -12, vm.MREMAP_MAYMOVE) for _ in range(3)]
    log = numbered(
        mmap(AT, 4 * PAGE),
        *refused,
        # That all four pages are there yet, the log shows: it was followed.
        mremap(AT, 4 * PAGE, 4 * PAGE, FAR, FIXED, FAR),
        mremap(FAR, 4 * PAGE, 2 * PAGE, -22, vm.MREMAP_MAYMOVE),
    )
    traced = replayed(four, log)
    assert traced.sums["upstream.after"].ptes_moved == 4
    assert tallies(traced)["otherwise"] == [
        (
            "-1 ENOMEM in the log, an address from the target: line 2, task 1: "
            f"mremap({AT:#x}, 16384, 8192, MREMAP_MAYMOVE, ?) = -1 ENOMEM, "
            f"where the target gives {AT:#x}",
            3,
            2,
        ),
        (
            "-1 EINVAL in the log, an address from the target: line 6, task 1: "
            f"mremap({FAR:#x}, 16384, 8192, MREMAP_MAYMOVE, ?) = -1 EINVAL, "
            f"where the target gives {FAR:#x}",
            1,
            6,
        ),
    ]


def test_the_reference_as_upstream_runs_moves_alone(target):
    traced = replayed(with_reference(target), LOG, calls=False)
    assert (traced.calls, traced.operations, traced.replayed) == (False, 5, 2)
    assert {name: (one.ptes_moved, one.pmds_moved) for name, one in traced.sums.items()} == {
        "upstream.after": (3, 4),
        "target.after": (3, 4),
        "upstream.before": (259, 0),
        "target.before": (259, 0),
    }
    assert traced.otherwise.noted() == ()


def test_what_cannot_be_run_is_counted_by_reason(four):
    def broken() -> Iterator[Operation | Unread]:
        yield from numbered(
            mmap(AT, PAGE),
            mremap(AT, PAGE, 2 * PAGE, None),
            mremap(AT, PAGE, 1 << 62, -12),
        )
        yield Unread(4, "?", "not understood")

    traced = replayed(four, broken())
    assert tallies(traced) == {
        "unread": [("not understood", 1, 4)],
        "not_replayed": [
            ("the log does not show what it returned", 1, 2),
            (
                "it goes beyond the 0x7ffffffff000 bytes of user space that x86-64, 4 levels has",
                1,
                3,
            ),
        ],
        "refused": [("mremap: the log does not show what it returned", 1, 2)],
    }


def test_kinds_of_reasons_are_bounded(four):
    log = [Unread(at, "?", f"odd {at}") for at in range(1, 1001)]
    traced = replayed(four, log)
    assert len(traced.unread.noted()) == 257
    assert sum(one.times for one in traced.unread.noted()) == 1000


def test_an_error_of_reading_is_passed_on(four):
    def broken() -> Iterator[Operation]:
        yield mmap(AT, PAGE)
        raise AnalyzerError("cut off", where="log", todo="give all of it")

    with pytest.raises(AnalyzerError, match="cut off"):
        replayed(four, broken())


def test_a_kernel_that_hangs_on_a_place_is_found_where_it_shows(placed_oddly):
    calls = []
    for task in (1, 2):
        by = 16 * PMD * (task - 1)
        calls += [
            call(Call.BRK, 0, result=PAGE, task=task),
            mmap(AT + by, PMD, task=task),
            mremap(AT + by, PMD, PMD, FAR + by, FIXED, FAR + by, task=task),
        ]
    traced = replayed(placed_oddly, numbered(*calls), "sparse:64")
    assert [line for one, _, line in traced.found if one.cause is Cause.PATCH] == [6]
