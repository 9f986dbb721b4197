"""How the time of a call grows with its input: a ratio, which no machine's speed moves."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from typing import TypeVar

_Input = TypeVar("_Input")

# How much larger the large input is: linear time gives a ratio of about 4, quadratic time of 16.
TIMES = 4
_SHORTEST = 0.005  # seconds; what is shorter drowns in the clock's and the caches' noise
_MOST_CALLS = 2_000
# A ratio as small as this is linear time's: what disturbed one measurement cannot have hidden a
# quadratic one, which would have to look three times as short as it is.
_PLAINLY_LINEAR = 5.0
_TRIES = 3


def growth(call: Callable[[_Input], object], build: Callable[[int], _Input], size: int) -> float:
    """The time of ``call(build(4 * size))`` in that of ``call(build(size))``, best of three each.

    Where it is plainly that of linear time before, the rest of the three is not measured.

    Time is this process's own, so that others beside it do not count. A call on the small input
    that takes less than 5 ms is made so often that it does, and as often on the large one.
    """
    small, large = build(size), build(TIMES * size)
    call(small)  # imports and compiles what the first call alone needs
    calls = min(math.ceil(_SHORTEST / max(_seconds(call, small, 1), 1e-6)), _MOST_CALLS)
    shorts, longs = [], []
    for _ in range(_TRIES):
        shorts.append(_seconds(call, small, calls))
        longs.append(_seconds(call, large, calls))
        if min(longs) <= _PLAINLY_LINEAR * min(shorts):
            break
    return min(longs) / min(shorts)


def _seconds(call: Callable[[_Input], object], given: _Input, calls: int) -> float:
    # A collection costs what all of the test run's objects cost, and falls on any call.
    collects = gc.isenabled()
    gc.disable()
    try:
        start = time.process_time()
        for _ in range(calls):
            call(given)
        return time.process_time() - start
    finally:
        if collects:
            gc.enable()
