"""Calls that overlap in time are told in an order in which the kernel can have done them."""

from __future__ import annotations

import io

from analyzer.replay.formats import read
from analyzer.replay.operation import Call, Operation


def order(*lines: str) -> list[tuple[int, Call]]:
    text = "\n".join(lines) + "\n"
    found = list(read(io.BytesIO(text.encode()), "log").entries)
    assert all(isinstance(one, Operation) for one in found), found
    return [(one.line, one.call) for one in found if isinstance(one, Operation)]


MAP = "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x{:x}"


def test_an_area_that_is_given_anew_was_freed_before() -> None:
    assert order(
        "1 munmap(0x1000, 4096 <unfinished ...>",
        "2 " + MAP.format(0x1000),
        "2 brk(NULL) = 0x9000",
        "1 <... munmap resumed>) = 0",
    ) == [(1, Call.MUNMAP), (2, Call.MMAP), (3, Call.BRK)]


def test_other_areas_keep_the_order_of_the_log() -> None:
    assert order(
        "1 munmap(0x1000, 4096 <unfinished ...>",
        "2 " + MAP.format(0x2000),
        "1 <... munmap resumed>) = 0",
    ) == [(2, Call.MMAP), (1, Call.MUNMAP)]


def test_growth_in_place_takes_what_was_freed_behind_it() -> None:
    assert order(
        "1 munmap(0x2000, 4096 <unfinished ...>",
        "2 mremap(0x1000, 4096, 8192, 0) = 0x1000",
        "1 <... munmap resumed>) = 0",
    ) == [(1, Call.MUNMAP), (2, Call.MREMAP)]


def test_a_log_that_no_kernel_can_have_made_is_told_all_the_same() -> None:
    """The third call began when the second had come back, and would have to go before it."""
    found = order(
        "1 mremap(0x1000, 4096, 4096, MREMAP_MAYMOVE <unfinished ...>",
        "2 " + MAP.format(0x1000),
        "3 munmap(0x5000, 4096) = 0",
        "1 <... mremap resumed>) = 0x5000",
    )
    assert sorted(line for line, _ in found) == [1, 2, 3]


def test_what_is_waited_for_may_itself_wait() -> None:
    """The second call takes what the first has freed, and the third what the second has."""
    assert order(
        "3 munmap(0x5000, 4096 <unfinished ...>",
        "1 mremap(0x1000, 4096, 4096, MREMAP_MAYMOVE <unfinished ...>",
        "2 " + MAP.format(0x1000),
        "3 <... munmap resumed>) = 0",
        "1 <... mremap resumed>) = 0x5000",
    ) == [(1, Call.MUNMAP), (2, Call.MREMAP), (3, Call.MMAP)]


def test_a_child_begins_behind_the_call_that_made_it() -> None:
    assert order(
        "1 brk(NULL) = 0x1000",
        "1 vfork( <unfinished ...>",
        "2 brk(NULL) = 0x1000",
        '2 execve("/bin/true", ["true"], 0x7 /* 3 vars */) = 0',
        "1 <... vfork resumed>) = 2",
    ) == [(1, Call.BRK), (2, Call.CLONE), (3, Call.BRK), (4, Call.EXEC)]


def test_a_fixed_area_waits_for_nobody() -> None:
    fixed = MAP.format(0x1000).replace("MAP_PRIVATE", "MAP_PRIVATE|MAP_FIXED")
    assert order(
        "1 munmap(0x1000, 4096 <unfinished ...>", "2 " + fixed, "1 <... munmap resumed>) = 0"
    ) == [(2, Call.MMAP), (1, Call.MUNMAP)]


def test_waiting_has_an_end() -> None:
    count = 1000
    lines = ["1 munmap(0x1000, 4096 <unfinished ...>", "2 " + MAP.format(0x1000)]
    lines += ["3 brk(NULL) = 0x9000"] * count
    found = order(*lines, "1 <... munmap resumed>) = 0")
    assert found[0] == (2, Call.MMAP)
    assert found[-1] == (1, Call.MUNMAP)
    assert len(found) == count + 2
