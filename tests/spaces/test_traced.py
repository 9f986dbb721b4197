"""Logs replayed on four kernels: what is counted, what is found, and that reuse changes nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from kernels_made import FLUSHED, four_of, paths, with_reference
from recorded_calls import PAGE, PMD, RW, call, mmap, mremap, munmap, told

from analyzer.errors import AnalyzerError
from analyzer.replay import vmbits as vm
from analyzer.replay.apply import apply
from analyzer.replay.bench import Bench
from analyzer.replay.moving import follow
from analyzer.replay.operation import Call, Operation, Unread
from analyzer.replay.outcome import Cause
from analyzer.replay.population import DEFAULT, population
from analyzer.replay.space import Space
from analyzer.replay.spaces import Spaces
from analyzer.replay.traced import Replayer, Sum
from tests.trees.trees import Era

# Within one table of PMDs.
AT = 0x7F12_4560_0000
FAR = AT + 64 * PMD
FIXED = vm.MREMAP_MAYMOVE | vm.MREMAP_FIXED
LIKE = "mremap like an earlier one but for its place: it is taken to do the same"


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


def test_a_difference_of_a_call_that_comes_again_is_found_in_each_log(unflushed):
    replayer = Replayer(Bench(), unflushed, calls=True)
    for _ in range(2):
        traced = replayer.replay(LOG, "log", DEFAULT)
        assert [line for one, _, line in traced.found if one.cause is Cause.PATCH] == [2]
    assert ("assumed", LIKE) in {("assumed", why) for why, _, _ in told(traced.assumed)}


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


# --- calls that come again ---------------------------------------------------------------------


def test_a_call_that_comes_again_elsewhere_is_not_run_again(four):
    away = 5 * PMD
    again = [
        replace(
            one,
            task=2,
            arguments=tuple(
                value + away if value is not None and value >= AT and value >> 60 == 0 else value
                for value in one.arguments
            ),
            result=one.result + away,
        )
        for one in LOG
    ]
    log = [*LOG, call(Call.BRK, 0, result=PAGE, task=2), *again]
    once, twice = replayed(four, LOG), replayed(four, log)
    for name, done in once.sums.items():
        assert twice.sums[name] == Sum(
            2 * done.ptes_moved, 2 * done.pmds_moved, 2 * done.tables_allocated, 2 * done.flushes
        )
    assert (LIKE, 4, 2) in told(twice.assumed)


def test_a_kernel_that_hangs_on_a_place_is_found_in_time(placed_oddly):
    calls = []
    for task in range(1, 71):
        by = 16 * PMD if task > 1 else 0
        calls += [
            call(Call.BRK, 0, result=PAGE, task=task),
            mmap(AT + by, PMD, task=task),
            mremap(AT + by, PMD, PMD, FAR + by, FIXED, FAR + by, task=task),
        ]
    log = numbered(*calls)
    traced = replayed(placed_oddly, log, "sparse:64")
    found = [line for one, _, line in traced.found if one.cause is Cause.PATCH]
    assert found == [3 * 65]
    assert told(traced.assumed)[-1] == (
        "mremap calls that are alike but for their place are not alike: "
        "up to here they were taken to be",
        1,
        3 * 65,
    )
    whole = replayed(placed_oddly, log, "sparse:64", again=False)
    assert [line for one, _, line in whole.found if one.cause is Cause.PATCH] == [6]


class Script:
    """Random calls on one space, which stays as a kernel would leave it."""

    def __init__(self, seed):
        self.chance = random.Random(seed)  # noqa: S311 - a test's own dice
        self.space = Space(population("none"))
        self.made = []

    def add(self, one):
        self.made.append(one)
        if one.call is Call.MREMAP:
            follow(self.space, one)
        else:
            apply(self.space, one)

    def page(self):
        """A page of a window of 40 PMDs: at the beginning of one, or near it."""
        return AT + self.chance.randrange(40) * PMD + self.chance.choice((0, 0, 1, 511)) * PAGE

    def length(self):
        return self.chance.choice((1, 2, 3, 5, 511, 512, 513, 1024)) * PAGE

    def step(self):
        areas = self.space.areas()
        what = self.chance.choice(("mmap", "mmap", "munmap", "move", "move", "grow", "shrink"))
        if what == "mmap" or not areas:
            where, flags = self.page(), self.chance.choice((0x22, 0x22, 0x21, 0x2))
            prot = self.chance.choice((RW, RW, vm.VM_READ))
            self.add(mmap(where, self.length(), prot, flags | vm.MAP_FIXED, 3))
            return
        one = self.chance.choice(areas)
        old = min(one.end - one.start, 4 * PMD)
        if what == "munmap":
            self.add(munmap(one.start, self.length()))
        elif what == "shrink":
            new = self.chance.randrange(1, old // PAGE + 1) * PAGE
            self.add(mremap(one.start, old, new, one.start))
        elif what == "grow":
            new = old + self.length()
            if old == one.end - one.start and not self.space.overlapping(one.end, one.start + new):
                self.add(mremap(one.start, old, new, one.start))
        else:
            self.move(one, old)

    def move(self, one, old):
        to, new = self.page(), self.chance.choice((old, old, self.length()))
        if to < one.start + max(old, new) and one.start < to + new:
            return
        free = not self.space.overlapping(to, to + new)
        if new > old and free and self.chance.random() < 0.5:
            self.add(mremap(one.start, old, new, to))
        elif self.chance.random() < 0.2:
            flags = FIXED | vm.MREMAP_DONTUNMAP
            self.add(mremap(one.start, old, old, -22, flags, to))
        else:
            self.add(mremap(one.start, old, new, to, FIXED, to))


def placed(script, task, by):
    """The calls of a script as those of a process of its own, so many bytes higher."""
    high = range(AT, AT + (1 << 40))
    yield call(Call.BRK, 0, result=PAGE, task=task)
    # Neighbours near and far, which are beside most ranges and in none.
    yield mmap(PAGE * (17 + task), (1 + task) * PAGE, task=task)
    yield mmap(AT + by + (task % 3) * PMD - (3 << 30), 7 * PAGE, task=task)
    yield mmap(AT + by + (task % 2 + 3 << 30), 9 * PAGE, task=task)
    for one in script.made:
        moved = tuple(at + by if at is not None and at in high else at for at in one.arguments)
        result = one.result + by if one.result in high else one.result
        yield replace(one, task=task, arguments=moved, result=result)


def spread(space):
    """Every page with its bits."""
    return [
        (at, run.bits) for run in space.pages.runs() for at in range(run.start, run.end, run.every)
    ]


@pytest.mark.parametrize(
    ("seed", "populate"),
    [(0, "touched"), (1, "touched"), (2, "sparse:64"), (3, "sparse:64"), (4, "all")],
)
def test_what_is_not_run_again_is_as_if_it_were(four, seed, populate):
    scripts = [Script(seed), Script(seed + 100)]
    for script in scripts:
        for _ in range(24):
            script.step()
    places = [0, 3 * PMD, 1 << 30, 1 << 39, 400 * PMD]
    log = numbered(
        *(
            one
            for task, by in enumerate(places, 1)
            for one in placed(scripts[task % 2], task, by)
        )
    )
    found = []
    for again in (True, False):
        spaces = Spaces(population(populate))
        replayer = Replayer(Bench(), four, calls=True, again=again)
        traced = replayer.replay(log, "log", spaces.populate, spaces)
        assumed = tallies(traced).pop("assumed", [])
        found.append(
            (
                traced.sums,
                traced.replayed,
                [(judged, scenario, line) for judged, scenario, line in traced.found],
                {**tallies(traced), "assumed": [one for one in assumed if one[0] != LIKE]},
                [(one.space.areas(), spread(one.space)) for one in spaces.processes()],
            )
        )
        reused = sum(times for why, times, _ in assumed if why == LIKE)
        assert (reused > traced.replayed // 4) if again else reused == 0
    assert found[0] == found[1]
