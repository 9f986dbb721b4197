from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from growth import growth
from translate_runtime_shapes import (
    AREA,
    I32,
    LIST,
    POINTER,
    RANGE,
    U8,
    U16,
    U64,
    faults,
    stops,
    struct,
    union,
)

from analyzer.errors import FaultKind
from analyzer.translate.runtime import objects, records
from analyzer.translate.runtime.nothing import NULL, Unmodelled, Wild
from analyzer.translate.runtime.pointers import Pointer
from analyzer.translate.runtime.shapes import (
    ArrayShape,
    FieldShape,
    OpaqueShape,
    RecordShape,
    Shape,
)


def flat(area: Any) -> dict[str, object]:
    """All that an area holds, None for what was never written."""
    found: dict[str, object] = {
        "flags": getattr(area, "flags", None),
        "next": getattr(area, "next", None),
        "slots": list(area.slots._home),
        "grid": [list(row._home) for row in area.grid._home],
    }
    for name, part in [("range", area.range), ("parts0", area.parts), ("parts1", area.parts[1])]:
        found[name] = (getattr(part, "start", None), getattr(part, "end", None))
    return found


def test_a_zeroed_record_is_zero_all_over() -> None:
    assert flat(objects.zero(AREA)) == {
        "flags": 0,
        "next": NULL,
        "slots": [0, 0, 0],
        "grid": [[0, 0], [0, 0]],
        "range": (0, 0),
        "parts0": (0, 0),
        "parts1": (0, 0),
    }


def test_a_new_record_holds_nothing() -> None:
    area = objects.new(AREA)
    for read in (lambda: area.flags, lambda: area.range.start, lambda: area.parts[1].end):
        with pytest.raises(AttributeError):
            read()
    with faults(FaultKind.UNINITIALISED):
        area.slots[1]
    with faults(FaultKind.UNINITIALISED):
        area.grid[1][1]


def test_a_record_has_no_members_but_its_own() -> None:
    area = objects.new(AREA)
    with pytest.raises(AttributeError):
        area.flag = 1
    assert not hasattr(area, "__dict__")


def test_members_go_by_their_python_names() -> None:
    record = objects.zero(struct("s", ("class", U64), ("_refcount", U64), ("c_x", U64)))
    assert [name for name in dir(record) if not name.startswith("_")] == [
        "c__refcount",
        "c_c_x",
        "c_class",
    ]


def test_embedded_records_know_their_home() -> None:
    area = objects.zero(AREA)
    assert (area.range._home, area.range._index) == (area, "range")
    second = area.parts[1]
    assert (second._home[0], second._index) == (area.parts, 1)
    assert (area._home, area._index) == (None, None)


def test_a_copy_is_deep_but_not_through_pointers() -> None:
    area = objects.zero(AREA)
    other = objects.zero(AREA)
    area.next, area.flags = other, 3
    area.slots[1], area.grid[1][0], area.parts[1].end = 4, 5, 6
    copied = objects.copy(area)
    assert flat(copied) == flat(area)
    assert copied.next is other
    for write in (
        lambda: operator.setitem(copied.slots, 1, 99),
        lambda: operator.setitem(copied.grid[1], 0, 99),
        lambda: setattr(copied.parts[1], "end", 99),
        lambda: setattr(copied.range, "start", 99),
    ):
        write()
    assert (area.slots[1], area.grid[1][0], area.parts[1].end, area.range.start) == (4, 5, 6, 0)
    assert (copied.range._home, copied.parts[1]._home is area.parts._home) == (copied, False)


def test_a_copy_keeps_what_was_never_written_so() -> None:
    area = objects.new(AREA)
    area.range.start = 1
    area.slots[2] = 2
    assert flat(objects.copy(area)) == flat(area)
    target = objects.zero(AREA)
    objects.assign(target, area)
    assert flat(target) == flat(area)


def test_an_assignment_keeps_the_places() -> None:
    target, source = objects.new(AREA), objects.zero(AREA)
    inner, slot = target.range, target.slots + 1
    start = records.address(inner, "start")
    source.range.start, source.slots[1] = 7, 8
    objects.assign(target, source)
    assert (target.range is inner, inner.start, slot[0], start[0]) == (True, 7, 8, 7)
    objects.assign(target, target)
    assert target.range.start == 7


@pytest.mark.parametrize(
    "other",
    [
        struct("range", ("start", U64), ("end", U64), ("more", U64)),
        struct("range", ("start", U64), ("stop", U64), size=16),
        struct("range", ("start", U64), ("end", I32), size=16),
        struct("range", ("start", U64), ("end", ArrayShape(U8, 0)), size=16),
        struct("list_head", ("start", U64), ("end", U64), size=16),
        union("range", ("start", U64), ("end", U64), size=16),
        LIST,
    ],
    ids=str,
)
def test_records_of_other_types_are_not_assigned(other: RecordShape) -> None:
    tag = other.tag
    with stops(f"type-punned assignment of <{tag}> to <range>"):
        objects.assign(objects.zero(RANGE), objects.zero(other))


def test_two_files_may_declare_one_type() -> None:
    target = objects.new(RANGE)
    twin = struct("range", ("start", U64), ("end", U64), size=16)
    assert (twin is RANGE, twin == RANGE, hash(twin) == hash(RANGE)) == (False, True, True)
    objects.assign(target, objects.zero(twin))
    assert (target.start, target.end) == (0, 0)


def test_only_records_are_assigned() -> None:
    with stops("type-punned assignment of 5 to <range>"):
        objects.assign(objects.zero(RANGE), 5)  # type: ignore[arg-type]
    for nothing, kind in [
        (NULL, FaultKind.NULL),
        (Wild(5), FaultKind.WILD),
        (objects.zero(RANGE) + 1, FaultKind.BOUNDS),
    ]:
        with faults(kind):
            objects.assign(objects.zero(RANGE), nothing)
    with faults(FaultKind.NULL):
        objects.assign(NULL, objects.zero(RANGE))  # type: ignore[arg-type]
    with faults(FaultKind.NULL):
        objects.copy(NULL)  # type: ignore[arg-type]


@pytest.fixture
def three() -> Any:
    return objects.zero(ArrayShape(RANGE, 3))


def test_an_array_of_records_is_its_first(three: Any) -> None:
    assert (three[0] is three, three[1] is three + 1, three[2] is three[1][1]) == (True, True, True)
    assert ((three + 2) - three, three - (three + 2), (three + 2) - 2) == (2, -2, three)
    assert (2 + three) is three[2]


def test_one_past_the_last_record_steps_back(three: Any) -> None:
    end = three + 3
    assert (end == three[1] + 2, end != three, end - three, three - end) == (True, True, 3, -3)
    assert (end - 1 is three[2], end + -3 is three, end[-1] is three[2]) == (True, True, True)
    assert (three < end, end > three, end <= three, three[2] >= end) == (True, True, False, False)
    assert hash(end) == hash(three + 3)


@pytest.mark.parametrize("step", [-1, 4, 1 << 70])
def test_records_further_out_are_not_reached(three: Any, step: int) -> None:
    with faults(FaultKind.BOUNDS):
        three + step
    with faults(FaultKind.BOUNDS):
        three[step]


def test_nothing_is_one_past_the_last_record(three: Any) -> None:
    end = three + 3
    for access in (
        lambda: end.start,
        lambda: setattr(end, "start", 1),
        lambda: end[0],
        lambda: three[3],
        lambda: objects.copy(end),
        lambda: end + 1,
    ):
        with faults(FaultKind.BOUNDS):
            access()


@pytest.mark.parametrize("part", ["range", "link"])
def test_a_record_alone_is_an_array_of_one(part: str) -> None:
    record = getattr(objects.zero(AREA), part)
    end = record + 1
    assert (end == record + 1, end - 1 is record, end - record, record < end) == (
        True,
        True,
        1,
        True,
    )
    assert (record + 0 is record, record[0] is record, record <= record) == (True, True, True)
    with faults(FaultKind.BOUNDS):
        record + 2


@pytest.mark.parametrize("order", [operator.lt, operator.le, operator.gt, operator.ge])
def test_records_are_ordered_in_one_array_only(
    three: Any, order: Callable[[object, object], bool]
) -> None:
    assert order(three[1], three[2]) == order(1, 2)
    for other in (objects.zero(RANGE), objects.zero(ArrayShape(RANGE, 3)), NULL):
        with faults(FaultKind.UNRELATED):
            order(three, other)
        with faults(FaultKind.UNRELATED):
            three - other


def test_an_array_of_no_records_has_only_an_end() -> None:
    record = objects.new(struct("s", ("count", U64), ("tail", ArrayShape(RANGE, 0))))
    assert record.tail + 0 == record.tail
    with faults(FaultKind.BOUNDS):
        record.tail[0]


def test_the_address_of_a_member_is_one_place() -> None:
    area, other = objects.new(AREA), objects.new(AREA)
    flags = records.address(area, "flags")
    assert (flags == records.address(area, "flags"), flags - records.address(area, "flags")) == (
        True,
        0,
    )
    assert flags not in (records.address(area, "next"), records.address(other, "flags"))
    with faults(FaultKind.UNINITIALISED, "member flags"):
        flags[0]
    flags[0] = 5
    assert (area.flags, flags[0], (flags + 1) - flags) == (5, 5, 1)
    for offset in (-1, 1):
        with faults(FaultKind.BOUNDS):
            flags[offset]
        with faults(FaultKind.BOUNDS):
            flags[offset] = 1
    with stops("area has no member flag"):
        records.address(area, "flag")[0]


def test_anonymous_structs_are_part_of_their_parent() -> None:
    inner = struct("(anonymous)", ("low", U16), (None, struct("(deeper)", ("high", U16))))
    record = objects.zero(struct("s", ("first", U64), (None, inner), (None, I32)))
    record.low, record.high = 1, 2
    copied = objects.copy(record)
    assert (copied.first, copied.low, copied.high) == (0, 1, 2)


def test_an_opaque_member_is_zero_only_where_a_model_says_so() -> None:
    record = objects.zero(
        struct("s", ("known", OpaqueShape("pte_t", 7)), ("unknown", OpaqueShape("lock_t")))
    )
    assert record.known == 7
    assert type(record.unknown) is Unmodelled
    with stops("a zeroed lock_t is not modelled"):
        bool(record.unknown)


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        (U64, 1),
        (RANGE, 3),
        (ArrayShape(RANGE, 5), 16),
        (AREA, 1 + 3 + 1 + 3 + 4 + 7 + 7 + 1),
        (ArrayShape(struct("empty"), 1 << 40), 1 + (1 << 40)),
    ],
    ids=str,
)
def test_cells_are_counted_before_they_are_made(shape: Shape, count: int) -> None:
    assert shape.cells == count


def _nested(depth: int) -> Shape:
    shape: Shape = U64
    for _ in range(depth):
        shape = struct("s", ("a", shape), ("b", shape))
    return shape


def test_nesting_has_a_limit() -> None:
    assert _nested(150).cells > 1 << 150
    with stops("s is nested more than 150 deep"):
        _nested(151)
    with stops("an array is nested more than 150 deep"):
        ArrayShape(_nested(150), 1)


def test_shapes_that_share_their_parts_are_compared_in_no_time() -> None:
    one, other = _nested(100), _nested(100)
    assert (one == other, one == one, hash(one) == hash(other)) == (False, True, True)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (struct("s", ("a", U64), ("a", U8)), "s has two members named a"),
        (struct("s", ("a", U64), (None, struct("t", ("a", U8)))), "s has two members named a"),
        (
            struct("s", (None, union("u", ("a", ArrayShape(U8, 9000))))),
            "s holds a union of more than 8192 cells",
        ),
    ],
)
def test_what_no_record_can_be(shape: RecordShape, reason: str) -> None:
    with stops(reason):
        objects.new(shape)


def test_no_array_has_fewer_than_no_elements() -> None:
    with stops("an array of -1 elements"):
        ArrayShape(U8, -1)


def test_a_wide_record_is_made_in_linear_time() -> None:
    def build(count: int) -> RecordShape:
        return struct("wide", *((f"m{number}", POINTER) for number in range(count)))

    def make(shape: RecordShape) -> Pointer:
        shape.made.clear()
        return records.address(objects.copy(objects.zero(shape)), "m0")

    assert growth(make, build, 100) < 8


def test_shapes_are_facts() -> None:
    assert repr(FieldShape("a", U8)) == (
        "FieldShape(name='a', shape=ScalarShape(zero=0, bits=8, signed=False))"
    )
    with pytest.raises(AttributeError):
        RANGE.tag = "x"  # type: ignore[misc]
