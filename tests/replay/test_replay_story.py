"""A difference told: both sides step by step, and the place in the patch's C."""

from __future__ import annotations

import pytest

from analyzer.errors import CodePlace, FaultKind
from analyzer.machine.observation import Call
from analyzer.mm.entry import DIRTY, WRITE, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import Level
from analyzer.reference import steps
from analyzer.replay import words
from analyzer.replay.story import Story, tell
from tests.replay.runs_made import (
    BOTH,
    BY_ENTRIES,
    MOVED,
    NEW,
    NEW_LOCK,
    NONE,
    OLD,
    OLD_LOCK,
    RMAP,
    SIZE,
    TABLE,
    allocate,
    arrive,
    clear,
    died,
    fault,
    flush,
    lock,
    page,
    read,
    returned,
    run,
    traced,
    unlock,
    warning,
)

# Upstream's whole move, traced, by the steps of its patch.
_STEPS = (steps.LOCK_OLD, steps.LOCK_NEW, steps.CLEAR, steps.SET, steps.FLUSH)
UPSTREAM = traced(
    *((event, None) for event in MOVED),
    (unlock(NEW_LOCK, *BOTH), None),
    (unlock(OLD_LOCK, OLD_LOCK), None),
    (returned(), None),
    upstream={at: steps.STEPS[name] for at, name in enumerate(_STEPS)},
)
# The same of a patch, of which a function calls another.
LINES = (31, 32, 33, 34, 35)


def place(line: int, function: str = "move_it") -> CodePlace:
    return CodePlace("mm/mremap.c", line, None, function)


def test_a_flush_that_is_missing() -> None:
    stale = fault(FaultKind.STALE_TLB, *BOTH, what="PMD lock 4 is released while a TLB may lead")
    target = traced(
        *zip(MOVED[:4], LINES, strict=False),
        (stale, 36),
        (unlock(NEW_LOCK, *BOTH), 36),
        (unlock(OLD_LOCK, OLD_LOCK), 37),
        (returned(), None),
        calls=(Call(7, place(39), 1, 1), Call(7, place(52, "loop"), ("continue", None), 0)),
    )
    assert tell(UPSTREAM, target) == Story(
        place(36),
        231,
        (
            "               | mm/mremap.c:218 pmd_lock         | takes PMD lock 2",
            "  PMD 2        | mm/mremap.c:221 spin_lock_nested | takes PMD lock 4 as nested",
            "  PMD 2, PMD 4 | mm/mremap.c:225 pmd_clear        | PMD entry of 0x8000:"
            " table 3 -> none",
            "  PMD 2, PMD 4 | mm/mremap.c:230 set_pmd_at       | PMD entry of 0x10000:"
            " none -> table 3",
            "> PMD 2, PMD 4 | mm/mremap.c:231 flush_tlb_range  | flushes the TLB, 0x8000-0x10000",
            "  PMD 2, PMD 4 |                                  | releases PMD lock 4",
            "  PMD 2        |                                  | releases PMD lock 2",
            "               |                                  | returns 0x8000",
        ),
        (
            "               | mm/mremap.c:31 | takes PMD lock 2",
            "  PMD 2        | mm/mremap.c:32 | takes PMD lock 4 as nested",
            "  PMD 2, PMD 4 | mm/mremap.c:33 | PMD entry of 0x8000: table 3 -> none",
            "  PMD 2, PMD 4 | mm/mremap.c:34 | PMD entry of 0x10000: none -> table 3",
            "> PMD 2, PMD 4 | mm/mremap.c:36 | fault: PMD lock 4 is released while a TLB may lead",
            "  PMD 2, PMD 4 | mm/mremap.c:36 | releases PMD lock 4",
            "  PMD 2        | mm/mremap.c:37 | releases PMD lock 2",
            "               | mm/mremap.c:39 | move_it() returns 1",
            "               | mm/mremap.c:52 | continue",
            "               |                | returns 0x8000",
        ),
    )


def test_the_text_of_the_patchs_line_stands_beside_its_number() -> None:
    target = traced((lock(OLD_LOCK), 31), (returned(0), None))
    texts = {place(31): "lock_it(src)"}
    assert tell(UPSTREAM, target, texts.get).target == (
        "   | mm/mremap.c:31 lock_it(src) | takes PMD lock 2",
        ">  |                             | returns 0x0",
    )


def test_a_value_read_too_early_lies_where_it_was_read() -> None:
    target = traced(
        (read(OLD, TABLE), 30),
        *zip(MOVED[:3], LINES, strict=False),
        (read(NEW, NONE, *BOTH, table=4), 34),
        (arrive(*BOTH, read_under=()), 35),
        (MOVED[4], 36),
        (returned(), None),
    )
    told = tell(UPSTREAM, target)
    assert (told.place, told.upstream_line) == (place(30), 230)
    assert told.target[5] == (
        "> PMD 2, PMD 4 | mm/mremap.c:35 | PMD entry of 0x10000: none -> table 3,"
        " read under no lock"
    )
    assert told.upstream[3] == (
        "> PMD 2, PMD 4 | mm/mremap.c:230 set_pmd_at       | PMD entry of 0x10000: none -> table 3,"
        " read under PMD 2, PMD 4"
    )


def test_a_lock_that_is_kept_lies_where_its_function_returned() -> None:
    target = traced(
        *zip(MOVED, LINES, strict=True),
        (fault(FaultKind.SLEEPS, OLD_LOCK), None),
        (returned(SIZE, OLD_LOCK), None),
        calls=(Call(5, place(39), 1, 1), Call(5, place(52, "loop"), ("continue", None), 0)),
    )
    assert tell(UPSTREAM, target).place == place(39)


def test_an_answer_that_is_wrong_lies_where_it_was_given() -> None:
    """The table was moved, and the function says that it was not."""
    target = traced(
        *zip(MOVED, LINES, strict=True),
        *((event, None) for event in BY_ENTRIES),
        (returned(), None),
        calls=(Call(5, place(39), 0, 1), Call(5, place(52, "loop"), ("falls", None), 0)),
    )
    assert tell(UPSTREAM, target).place == place(39)


def test_a_refusal_that_is_wrong_lies_where_it_was_given() -> None:
    target = traced(
        *((event, None) for event in BY_ENTRIES),
        (returned(), None),
        calls=(
            Call(0, place(20, "is_fit"), 0, 2),
            Call(0, place(29), 0, 1),
            Call(0, place(52, "loop"), ("falls", None), 0),
        ),
    )
    told = tell(UPSTREAM, target)
    assert (told.place, told.upstream_line) == (place(29), 218)
    assert told.target[:3] == (
        "        | mm/mremap.c:20 | is_fit() returns 0",
        "        | mm/mremap.c:29 | move_it() returns 0",
        ">       |                | allocates PTE table 5",
    )


def test_a_silent_refusal_lies_where_it_was_given_too() -> None:
    upstream = traced(
        (warning(), None), *((event, None) for event in BY_ENTRIES), (returned(), None)
    )
    target = traced(
        *((event, None) for event in BY_ENTRIES),
        (returned(), None),
        calls=(Call(0, place(29), 0, 1), Call(0, place(52, "loop"), ("falls", None), 0)),
    )
    assert tell(upstream, target).place == place(29)


def test_a_right_answer_that_nobody_heeds_lies_where_the_patch_was_last() -> None:
    target = traced(
        *zip(MOVED, LINES, strict=True),
        (unlock(NEW_LOCK, *BOTH), 36),
        (unlock(OLD_LOCK, OLD_LOCK), 37),
        (died(FaultKind.TABLE, "an entry leads nowhere"), None),
        calls=(Call(7, place(39), 1, 1), Call(7, place(52, "loop"), ("falls", None), 0)),
    )
    told = tell(UPSTREAM, target)
    assert told.place == place(37)
    assert told.target[-1] == ">              |                | dies: an entry leads nowhere"


def test_code_that_never_ran_has_no_place() -> None:
    target = traced(*((event, None) for event in BY_ENTRIES), (returned(), None))
    assert tell(UPSTREAM, target).place is None


def test_runs_that_are_alike_have_no_story() -> None:
    with pytest.raises(ValueError, match="alike"):
        tell(UPSTREAM, UPSTREAM)
    with pytest.raises(ValueError, match="halted"):
        tell(UPSTREAM, run(halted="x"))


def test_long_runs_of_entries_and_what_is_far_off_are_folded() -> None:
    pages = [(page(0x1000 * at, "PTE lock 3"), None) for at in range(40)]
    notified = [(flush(at, at + 1), None) for at in range(20)]
    upstream = traced(*notified, *pages, (flush(0, 1), None), (returned(), None))
    target = traced(*notified, *pages, *((flush(at, 2), None) for at in range(13)))
    told = tell(upstream, target)
    assert told.upstream == (
        "        |  | ... 11 steps that both take",
        *(f"        |  | flushes the TLB, {at:#x}-{at + 1:#x}" for at in range(11, 20)),
        *(f"  PTE 3 |  | PTE entry of {0x1000 * at:#x}: page 0 -> none" for at in range(4)),
        "  PTE 3 |  | ... 36 more writes like these",
        ">       |  | flushes the TLB, 0x0-0x1",
        "        |  | returns 0x8000",
    )
    assert (
        told.target[-10:]
        == (
            ">       |  | flushes the TLB, 0x0-0x2",
            *(f"        |  | flushes the TLB, {at:#x}-0x2" for at in range(1, 9)),
            "        |  | ... 3 steps more",
            "        |  | flushes the TLB, 0xc-0x2",
        )[1:]
    )


def test_a_marked_entry_is_not_folded_away() -> None:
    pages = [(page(0x1000 * at), None) for at in range(20)]
    target = [*pages[:10], (page(0xAA000), None), *pages[11:]]
    told = tell(traced(*pages), traced(*target))
    assert [line for line in told.target if line.startswith(">")] == [
        ">  |  | PTE entry of 0xaa000: page 0 -> none"
    ]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (lock(OLD_LOCK), "takes PMD lock 2"),
        (lock(OLD_LOCK, nested=True), "takes PMD lock 2 as nested"),
        (Event(EventKind.LOCK, ("x", 0, "read"), ()), "takes x for reading"),
        (unlock(OLD_LOCK), "releases PMD lock 2"),
        (read(OLD, TABLE), "reads the PMD entry of 0x8000: table 3"),
        (clear(), "PMD entry of 0x8000: table 3 -> none"),
        (
            Event(
                EventKind.WRITE,
                (Level.PTE, None, 3, 0, NONE, (Kind.SWAP, 4, WRITE | DIRTY), None),
                (),
            ),
            "PTE entry of a table that is not linked: none -> swap 4 write dirty",
        ),
        (flush(0x1000, 0x3000), "flushes the TLB, 0x1000-0x3000"),
        (allocate(5), "allocates PTE table 5"),
        (allocate(None), "the allocation of a PTE table fails"),
        (Event(EventKind.FREE, (Level.PTE, 5), ()), "frees PTE table 5"),
        (Event(EventKind.FREE, ("frame", 5), ()), "frees frame 5"),
        (Event(EventKind.NOTIFY, ("start", 0, 16), ()), "notifiers begin, 0x0-0x10"),
        (Event(EventKind.NOTIFY, ("end", 0, 16), ()), "notifiers end, 0x0-0x10"),
        (warning(), "the kernel reports a warning"),
        (fault(FaultKind.ORDER, what="so"), "fault: so"),
        (died(FaultKind.BUG, "so"), "dies: so"),
        (returned(0x2000), "returns 0x2000"),
        (Event(EventKind.RETURN, (None,), ()), "returns None"),
    ],
)
def test_an_event_in_words(event: Event, expected: str) -> None:
    assert words.said(event) == expected


def test_locks_in_a_margin() -> None:
    held = ("PMD lock 2", RMAP, "mm->page_table_lock", "mmap_lock")
    assert words.locks(held) == "PMD 2, anon_vma 0, page_table_lock"
