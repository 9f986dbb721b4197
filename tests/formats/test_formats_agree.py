"""One recording in every format: what a format shows is the same, what it cannot show is None."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from inputs import FIXTURES, ROOT

from analyzer.replay.formats import Format, read, write
from analyzer.replay.operation import Call, Operation, Unread

TRACES = FIXTURES / "traces"
SHARED = ROOT.parent / "shared" / "traces"
LOW, HIGH = 0x7F1000000000, 0x7F2000000000
MIB = 1 << 20
EXPECTED = (
    (6258, Call.BRK, (0,), 0x55D0C0A00000),
    (6258, Call.MMAP, (0, 4 * MIB, 3, 0x22, (1 << 64) - 1, 0), LOW),
    (6258, Call.MADVISE, (LOW, 4 * MIB, 14), 0),
    (6258, Call.CLONE, (0x50F00,), 6259),
    (6259, Call.MMAP, (0, 8192, 1, 1, 3, 4096), LOW + 8 * MIB),
    (6259, Call.MUNMAP, (LOW + 8 * MIB, 8192), 0),
    (6258, Call.MREMAP, (LOW, 4 * MIB, 4 * MIB, 3, HIGH), HIGH),
    (6258, Call.MREMAP, (HIGH + 1, 4096, 8192, 1, 0), -22),
    (6258, Call.MPROTECT, (HIGH, 4096, 0), 0),
    (6258, Call.MREMAP, (HIGH, 4 * MIB, 2 * MIB, 0, 0), HIGH),
    (6259, Call.EXIT, (0,), None),
    (6258, Call.EXIT, (1,), None),
)
# What a format does not show, by the number of the call and that of the argument.
HIDDEN = {
    "strace": {7: (4,), 9: (4,)},
    "perf-script": {},
    "ftrace": {},
    "perf-trace": {1: (4, 5), 7: (3, 4), 9: (4,)},
}
FORMATS = {
    "strace": Format.STRACE,
    "perf-script": Format.EVENTS,
    "ftrace": Format.EVENTS,
    "perf-trace": Format.PERF_TRACE,
}


def _calls(entries: list[Operation | Unread]) -> list[object]:
    """What was called; strace tells an end twice, by the call and by the task's own."""
    found: list[object] = []
    for one in entries:
        assert isinstance(one, Operation), one
        said = (one.task, one.call, one.arguments, one.result)
        if one.call is not Call.EXIT or one.task not in {e[0] for e in found if e[1] is Call.EXIT}:
            found.append(said)
    return found


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_shows_the_same_calls(suffix: str) -> None:
    with (TRACES / f"moves.{suffix}").open("rb") as stream:
        log = read(stream, "moves")
        entries = list(log.entries)
    expected = []
    for number, (task, call, arguments, result) in enumerate(EXPECTED):
        hidden = HIDDEN[suffix].get(number, ())
        shown = tuple(None if at in hidden else word for at, word in enumerate(arguments))
        expected.append((task, call, shown, result))
    assert log.format is FORMATS[suffix]
    assert _calls(entries) == expected


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_survives_being_written_as_ours(suffix: str) -> None:
    with (TRACES / f"moves.{suffix}").open("rb") as stream:
        entries = list(read(stream, "moves").entries)
    text = "".join(write(entries)).encode()
    again = read(io.BytesIO(text), "again")
    assert again.format is Format.JSON_LINES
    assert list(again.entries) == entries


def test_times_are_seconds_of_whatever_the_format_counts_from() -> None:
    times = {}
    for suffix in FORMATS:
        with (TRACES / f"moves.{suffix}").open("rb") as stream:
            first = next(iter(read(stream, "moves").entries))
        assert isinstance(first, Operation)
        times[suffix] = first.time
    assert times == {
        "strace": pytest.approx(19 * 3600 + 15 * 60 + 39.0001),
        "perf-script": pytest.approx(2332.0001),
        "ftrace": pytest.approx(2332.0001),
        "perf-trace": pytest.approx(0.0001),
    }


@pytest.mark.parametrize(
    ("name", "calls", "large"),
    [
        ("threads.strace", 840, 72),
        ("sqlite.strace", 284, 5),
        ("realloc_big.strace", 58, 8),
        ("mmap_resize.strace", 166, 5),
    ],
)
def test_recordings_of_real_programs_are_read_to_the_last_line(
    name: str, calls: int, large: int
) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"there is no {path}")
    with path.open("rb") as stream:
        entries = list(read(stream, name).entries)
    operations = [one for one in entries if isinstance(one, Operation)]
    assert len(operations) == len(entries) == calls
    moved = [
        one
        for one in operations
        if one.call is Call.MREMAP and (one.result or 0) > 0 and one.result != one.arguments[0]
    ]
    assert len([one for one in moved if (one.arguments[1] or 0) >= 2 * MIB]) == large
    assert _conflicts(operations) == []


def _conflicts(operations: list[Operation]) -> list[Operation]:
    """Areas that the kernel is said to have placed over others: the order is not the kernel's."""
    areas: list[tuple[int, int]] = []
    found = []
    for one in operations:
        if one.result is None or one.result < 0:
            continue
        words = [word or 0 for word in one.arguments]
        fixed = one.call is Call.MMAP and words[3] & 0x10
        if one.call in (Call.MUNMAP, Call.MREMAP):
            areas = _without(areas, words[0], words[0] + words[1])
        if one.call in (Call.MMAP, Call.MREMAP):
            length = words[1] if one.call is Call.MMAP else words[2]
            rest = _without(areas, one.result, one.result + length)
            if rest != areas and not fixed:
                found.append(one)
            areas = sorted([*rest, (one.result, (one.result + length + 4095) & ~4095)])
    return found


def _without(areas: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    end = (end + 4095) & ~4095
    parts = [part for a, b in areas for part in ((a, min(b, start)), (max(a, end), b))]
    return sorted((a, b) for a, b in parts if a < b)


def test_the_oracle_of_conflicts_sees_one() -> None:
    area = Operation(1, 1, Call.MMAP, (0, 8192, 3, 0x22, None, 0), 0x10000)
    assert _conflicts([area, replace(area, line=2)]) == [replace(area, line=2)]
