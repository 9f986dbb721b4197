"""What one scenario costs a kernel, by geometry, and what comparing and shrinking cost beside it.

    .venv/bin/python tests/benchmarks/replaying.py

Times are the best of several rounds over all scenarios of a geometry, in microseconds a scenario.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from analyzer.machine.kernel import Kernel
from analyzer.machine.scenario import Scenario
from analyzer.mm.geometry import (
    MEDIUM,
    REAL,
    SMALL,
    SMALL_ONE_LOCK,
    SMALL_TWO_LEVELS,
    X86_64,
    Geometry,
)
from analyzer.reference.bases import BASES
from analyzer.reference.patch import Upstream
from analyzer.replay.classify import classify
from analyzer.replay.generate import few, picture, sweep
from analyzer.replay.lockstep import first_difference
from analyzer.replay.shrink import shrink

ROUNDS = 5


def best(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The shortest of several rounds, in seconds of this process."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def measured(geometry: Geometry, scenarios: Sequence[Scenario]) -> None:
    """Print one line a base: the patched kernel, the unpatched one, the comparison."""
    for base in BASES:
        patched = Kernel("upstream.after", base, geometry, Upstream, None)
        before = Kernel("before", base, geometry, None, None)
        times = [
            best(lambda kernel=kernel: [kernel.run(one) for one in scenarios])  # type: ignore[misc]
            for kernel in (patched, before)
        ]
        runs = [(patched.run(one), patched.run(one)) for one in scenarios]
        compared = best(lambda runs=runs: [first_difference(*pair) for pair in runs])  # type: ignore[misc]
        with_patch, without, alike = (1e6 * one / len(scenarios) for one in (*times, compared))
        print(
            f"{geometry.name:<40} {base.name:<12} {len(scenarios):>4} scenarios "
            f"{with_patch:7.0f} us patched {without:7.0f} us not {alike:6.1f} us compared"
        )


def shrunk() -> None:
    """Print what it takes to shrink the first difference of a kernel without the patch."""
    patched = Kernel("upstream.after", BASES[0], SMALL, Upstream, None)
    before = Kernel("before", BASES[0], SMALL, None, None)
    attempts = 0

    def sort_of(scenario: Scenario) -> object:
        nonlocal attempts
        attempts += 1
        ours, theirs = patched.run(scenario), before.run(scenario)
        difference = first_difference(ours, theirs)
        return difference and classify(difference, ours, theirs)

    first = next(one for one in sweep(SMALL) if sort_of(one))
    sort, attempts = sort_of(first), 0
    start = time.process_time()
    found = shrink(first, lambda one: sort_of(one) == sort)
    took = time.process_time() - start
    print(f"shrunk in {attempts} attempts, {1000 * took:.1f} ms, to {found.call()}")


def main() -> None:
    """Print all of it."""
    for geometry in (SMALL, SMALL_ONE_LOCK, SMALL_TWO_LEVELS, MEDIUM):
        took = best(lambda geometry=geometry: sweep.__wrapped__(geometry))  # type: ignore[misc]
        print(f"{geometry.name:<40} made in {1000 * took:.1f} ms")
        measured(geometry, sweep(geometry))
    for geometry in REAL:
        measured(geometry, few(geometry))
    measured(X86_64, (picture(X86_64),))
    shrunk()


if __name__ == "__main__":
    main()
