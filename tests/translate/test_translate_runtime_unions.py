from __future__ import annotations

from typing import Any

import pytest
from translate_runtime_shapes import (
    I32,
    LIST,
    POINTER,
    RANGE,
    U8,
    U16,
    U32,
    U64,
    faults,
    stops,
    struct,
    union,
)

from analyzer.errors import FaultKind
from analyzer.translate.runtime import objects, records
from analyzer.translate.runtime.nothing import NULL
from analyzer.translate.runtime.shapes import ArrayShape, OpaqueShape, ScalarShape

NUMBERS = union("numbers", ("u", U32), ("i", I32), ("h", U16), ("p", POINTER), ("q", POINTER))

# Something like a page: what it is used for decides what its words are.
PAGE = struct(
    "page",
    ("flags", U64),
    (
        None,
        union(
            "(use)",
            (
                None,
                struct(
                    "(cache)",
                    ("lru", LIST),
                    (None, union("(where)", ("index", U64), ("share", U64), ("off", U32))),
                    ("private", U64),
                ),
            ),
            (None, struct("(table)", ("pmd", POINTER), ("lock", ScalarShape(0, 32)))),
            ("words", ArrayShape(U64, 4)),
            ("ranges", ArrayShape(RANGE, 2)),
            ("head", RANGE),
        ),
    ),
    ("count", I32),
)


def punned(member: str) -> Any:
    return stops(f"type-punned access to {member}")


@pytest.mark.parametrize(
    ("written", "value", "read", "seen"),
    [
        ("u", 0xFFFF_FFFF, "i", -1),
        ("u", 5, "i", 5),
        ("i", -2, "u", 0xFFFF_FFFE),
        ("u", 7, "u", 7),
        ("p", NULL, "q", NULL),
    ],
)
def test_scalars_of_one_size_are_read_as_each_other(
    written: str, value: object, read: str, seen: object
) -> None:
    record = objects.new(NUMBERS)
    setattr(record, written, value)
    assert getattr(record, read) == seen


@pytest.mark.parametrize(("written", "read"), [("u", "h"), ("h", "u"), ("p", "u"), ("i", "q")])
def test_other_scalars_are_not(written: str, read: str) -> None:
    record = objects.new(NUMBERS)
    setattr(record, written, 0)
    with punned(read):
        getattr(record, read)


def test_a_zeroed_union_is_zero_in_every_member() -> None:
    record = objects.zero(NUMBERS)
    assert (record.u, record.i, record.h, record.p) == (0, 0, 0, NULL)
    record.h = 1
    with punned("u"):
        record.u  # noqa: B018


def test_a_union_never_written_holds_nothing() -> None:
    record = objects.new(NUMBERS)
    with faults(FaultKind.UNINITIALISED, "member u"):
        record.u  # noqa: B018


def test_a_zeroed_page_reads_zero_everywhere() -> None:
    page = objects.zero(PAGE)
    assert (page.index, page.off, page.private, page.pmd, page.lock, page.head.end) == (
        *(0, 0, 0),
        *(NULL, 0, 0),
    )
    assert (page.words[3], page.ranges[1].start, page.lru.next) == (0, 0, NULL)


def test_writing_one_use_ends_the_others() -> None:
    page = objects.zero(PAGE)
    page.index = 3
    page.private = 4
    assert (page.index, page.share, page.private, page.lru.next, page.flags) == (3, 3, 4, NULL, 0)
    page.pmd = NULL
    for member in ("lock", "index", "share", "off", "private"):
        with punned(member):
            getattr(page, member)
    for name, read in {
        "next": lambda: page.lru.next,
        "start": lambda: page.ranges[1].start,
        "end": lambda: page.head.end,
    }.items():
        with punned(name):
            read()
    with punned("an array"):
        page.words[0]
    assert (page.flags, page.count, page.pmd) == (0, 0, NULL)


def test_a_use_taken_up_again_holds_the_other_ones_bytes() -> None:
    page = objects.zero(PAGE)
    page.private = 4
    page.words[1] = 5
    assert page.words[1] == 5
    page.index = 6
    assert page.index == 6
    with punned("private"):
        page.private  # noqa: B018
    page.words[0] = 7
    with punned("an array"):
        page.words[1]


def test_writing_into_a_nested_record_is_a_use() -> None:
    page = objects.new(PAGE)
    page.private = 1
    page.ranges[1].end = 2
    with punned("private"):
        page.private  # noqa: B018
    with punned("start"):
        page.ranges[1].start  # noqa: B018
    assert page.ranges[1].end == 2
    page.lru.prev = NULL
    with punned("end"):
        page.ranges[1].end  # noqa: B018
    with punned("next"):
        page.lru.next  # noqa: B018


def test_a_member_never_written_stays_so_in_a_fresh_use() -> None:
    page = objects.new(PAGE)
    page.private = 1
    with faults(FaultKind.UNINITIALISED, "member index"):
        page.index  # noqa: B018
    with faults(FaultKind.UNINITIALISED, "member next"):
        page.lru.next  # noqa: B018


def test_an_address_of_a_member_follows_its_use() -> None:
    page = objects.zero(PAGE)
    index, share, lock = (records.address(page, name) for name in ("index", "share", "lock"))
    index[0] = 9
    assert share[0] == 9
    with punned("lock"):
        lock[0]
    lock[0] = 1
    with punned("index"):
        index[0]
    word = page.words + 2
    word[0] = 3
    with punned("lock"):
        lock[0]
    with faults(FaultKind.BOUNDS):
        word[2] = 0
    with faults(FaultKind.BOUNDS):
        word[2]


def test_an_assignment_is_a_use() -> None:
    page, other = objects.zero(PAGE), objects.zero(RANGE)
    page.private, other.start = 1, 2
    objects.assign(page.head, other)
    assert (page.head.start, page.head.end) == (2, 0)
    with punned("private"):
        page.private  # noqa: B018


def test_what_is_not_in_use_is_not_copied() -> None:
    page = objects.zero(PAGE)
    page.private = 1
    with punned("range"):
        objects.copy(page.head)
    with punned("range"):
        objects.assign(objects.new(RANGE), page.head)
    page.head.start = 5
    with punned("end"):
        objects.copy(page.head)
    page.head.end = 6
    copied = objects.copy(page.head)
    page.private = 7
    assert (copied.start, copied.end) == (5, 6)


def test_a_copy_of_a_page_is_in_the_same_use() -> None:
    page = objects.zero(PAGE)
    page.private, page.lru.next, page.off = 1, page, 3
    copied = objects.copy(page)
    page.head.start = 9
    assert (copied.private, copied.lru.next is page, copied.off) == (1, True, 3)
    for member in ("index", "pmd"):
        with punned(member):
            getattr(copied, member)
    copied.words[2] = 1
    with punned("private"):
        copied.private  # noqa: B018


def test_half_of_a_record_in_a_use_of_its_own_is_copied_within_one() -> None:
    shape = union("u", ("pair", struct("pair", ("a", U8), ("b", U8))), ("word", U64))
    source, target = objects.new(shape), objects.new(shape)
    source.word = 1
    source.pair.a = 2
    objects.assign(target, source)
    assert target.pair.a == 2
    with punned("b"):
        target.pair.b  # noqa: B018
    with punned("word"):
        target.word  # noqa: B018


def test_arrays_in_unions_are_copied_out_only_when_whole() -> None:
    holder = struct("holder", ("bytes", ArrayShape(U8, 2)))
    shape = union("u", ("word", U64), ("holder", holder))
    record = objects.zero(shape)
    record.word = 1
    record.holder.bytes[0] = 2
    with punned("an array"):
        objects.copy(record.holder)
    record.holder.bytes[1] = 3
    copied = objects.copy(record.holder)
    assert [copied.bytes[at] for at in range(2)] == [2, 3]


def test_a_grid_in_a_union_ends_as_a_whole() -> None:
    record = objects.zero(union("u", ("word", U64), ("grid", ArrayShape(ArrayShape(U8, 2), 2))))
    record.grid[1][1] = 1
    assert (record.grid[1][1], record.grid[0][0]) == (1, 0)
    record.word = 5
    with punned("an array"):
        record.grid[0][0]
    record.grid[0][0] = 6
    with punned("an array"):
        record.grid[1][1]


def test_opaque_members_are_not_reinterpreted() -> None:
    record = objects.new(union("u", ("pte", OpaqueShape("pte_t")), ("word", U64)))
    record.pte = object()
    with punned("word"):
        record.word  # noqa: B018


def test_unions_in_unions_end_with_the_outer_one() -> None:
    inner = union("inner", ("a", U64), ("b", U32))
    record = objects.zero(union("outer", ("inner", inner), ("word", U16)))
    record.inner.b = 1
    record.word = 2
    with punned("b"):
        record.inner.b  # noqa: B018
    with punned("inner"):
        objects.copy(record.inner)
    record.inner.a = 3
    with punned("b"):
        record.inner.b  # noqa: B018
    assert record.inner.a == 3
