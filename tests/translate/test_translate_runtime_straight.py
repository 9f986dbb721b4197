"""Plain records are made, copied and assigned by written-out functions: as ``objects`` does it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from translate_runtime_shapes import (
    AREA,
    I32,
    LIST,
    POINTER,
    RANGE,
    U8,
    U64,
    faults,
    stops,
    struct,
    union,
)

from analyzer.errors import FaultKind
from analyzer.translate.runtime import objects, straight
from analyzer.translate.runtime.memory import Memory
from analyzer.translate.runtime.nothing import NO_VALUE, NULL, Unmodelled, Wild
from analyzer.translate.runtime.pointers import Pointer
from analyzer.translate.runtime.records import Record, class_of
from analyzer.translate.runtime.shapes import ArrayShape, OpaqueShape, RecordShape, same_record

PGD = struct("pgd_t", ("pgd", U64), size=8)
PUD = struct("pud_t", ("p4d", struct("p4d_t", ("pgd", PGD), size=8)), size=8)
PLAIN = {
    "empty": struct("empty"),
    "one": PGD,
    "two": RANGE,
    "folded": PUD,
    "mixed": struct("m", ("a", RANGE), ("n", I32), ("p", POINTER), ("b", LIST), ("c", PUD)),
    "opened": struct("m", ("a", U8), (None, struct("(anonymous)", ("b", RANGE), ("c", U8)))),
    "named": struct("n", ("class", U8), ("_guard", U8), ("c_x", U8), ("made0", U8), ("a$", U8)),
    "opaque": struct("o", ("known", OpaqueShape("pte_t", 7)), ("other", OpaqueShape("lock_t"))),
}
CAREFUL = {
    "array": struct("a", ("items", ArrayShape(U64, 2))),
    "an area": AREA,
    "union": union("u", ("a", U64), ("b", U64)),
    "in a union": struct("s", (None, union("u", ("a", U64), ("b", RANGE)))),
    "of a union": struct("s", ("deep", struct("t", ("u", union("u", ("a", U64), ("b", I32)))))),
    "large": struct("l", *((f"m{number}", U64) for number in range(256))),
}

Scalars = list[tuple[Any, str]]


def scalars(record: Any) -> Scalars:
    """Each scalar member of a record without arrays: what holds it, and its name there."""
    found = []
    for member in record._layout.members:
        if isinstance(member.shape, RecordShape):
            part = getattr(record, member.name)
            assert (part._home, part._index) == (record, member.name)
            found += scalars(part)
        else:
            found.append((record, member.raw))
    return found


def content(record: Any) -> list[object]:
    """What the scalars hold, "unset" for what was never written."""
    return [getattr(holder, name, "unset") for holder, name in scalars(record)]


def shown(record: Any) -> list[str]:
    """All that a record holds, with its arrays."""
    found = []
    for member in record._layout.members:
        value = getattr(record, member.raw, "unset")
        if isinstance(member.shape, RecordShape):
            found += shown(value)
        else:
            found.append(repr(value._home if isinstance(value, Pointer) else value))
    return found


def filled(shape: RecordShape, kept: int) -> Any:
    """A record of which those members are written whose bits are set in ``kept``."""
    record = objects.new(shape)
    for number, (holder, name) in enumerate(scalars(record)):
        if kept >> number & 1:
            setattr(holder, name, 100 + number)
    return record


def written_out(shape: RecordShape) -> bool:
    return straight.copier(shape) is not objects.copy


def test_plain_records_have_functions_of_their_own() -> None:
    assert {name: written_out(shape) for name, shape in (PLAIN | CAREFUL).items()} == (
        dict.fromkeys(PLAIN, True) | dict.fromkeys(CAREFUL, False)
    )


@pytest.mark.parametrize("shape", PLAIN.values(), ids=PLAIN)
def test_what_is_made_is_what_a_loop_makes(shape: RecordShape) -> None:
    memory = Memory(10_000)
    for made, expected in [
        (memory.new(shape), objects.new(shape)),
        (memory.zero(shape), objects.zero(shape)),
        (memory.zero(shape), objects.zero(shape)),
    ]:
        assert type(made) is type(expected)
        assert content(made) == content(expected)
        assert (made._home, made._index) == (None, None)


@pytest.mark.parametrize("shape", PLAIN.values(), ids=PLAIN)
def test_what_is_copied_is_what_a_loop_copies(shape: RecordShape) -> None:
    memory = Memory(100_000)
    count = len(scalars(objects.new(shape)))
    for kept in {0, 1, 2, 1 << count >> 1, (1 << count) - 2, (1 << count) - 1}:
        record = filled(shape, kept)
        copied = memory.copy(record)
        assert copied is not record
        assert (type(copied), content(copied)) == (type(record), content(record))
        assert (copied._home, copied._index) == (None, None)
        for holder, name in scalars(copied):
            setattr(holder, name, 5)
        assert content(record) == content(filled(shape, kept))


@pytest.mark.parametrize("shape", PLAIN.values(), ids=PLAIN)
def test_what_is_assigned_is_what_a_loop_assigns(shape: RecordShape) -> None:
    memory = Memory(100_000)
    most = (1 << len(scalars(objects.new(shape)))) - 1
    for before, kept in product({0, 1, most}, {0, 2 & most, most - 1 if most else 0, most}):
        target, source = filled(shape, before), filled(shape, kept)
        parts = [holder for holder, _ in scalars(target)]
        memory.assign(target, source)
        assert content(target) == content(source) == content(filled(shape, kept))
        assert all(one is other for one, (other, _) in zip(parts, scalars(target), strict=True))
        memory.assign(target, target)
        assert content(target) == content(source)


def test_an_opaque_member_is_still_not_modelled() -> None:
    record = Memory(100).copy(Memory(100).zero(PLAIN["opaque"]))
    assert (record.known, type(record.other)) == (7, Unmodelled)


def twin(shape: RecordShape) -> RecordShape:
    """The same type, as another file declares it."""
    return RecordShape(shape.tag, shape.union, shape.fields, shape.size)


@pytest.mark.parametrize("shape", (PLAIN | CAREFUL).values(), ids=PLAIN | CAREFUL)
def test_records_of_two_files_are_assigned_each_time(shape: RecordShape) -> None:
    memory = Memory(100_000)
    target, source = objects.new(shape), objects.zero(twin(shape))
    assert type(target) is not type(source)
    for _ in range(3):
        memory.assign(target, source)
        assert shown(target) == shown(source)
        memory.assign(target, objects.new(shape))
        assert shown(target) == shown(objects.new(shape))


def test_a_member_unset_in_another_file_is_unset_by_the_second_assignment_too() -> None:
    memory = Memory(1000)
    other = twin(RANGE)
    for kept in (3, 3, 2, 0, 1):
        target, source = filled(RANGE, 3), filled(other, kept)
        memory.assign(target, source)
        assert content(target) == content(source)


@pytest.mark.parametrize(
    "inner",
    [
        struct("range", ("start", U64), ("stop", U64), size=16),
        struct("range", ("start", U64), ("end", I32), size=16),
        struct("area", ("start", U64), ("end", U64), size=16),
        LIST,
    ],
    ids=str,
)
def test_what_lies_deeper_is_compared_each_time(inner: RecordShape) -> None:
    memory = Memory(1000)
    outer, other = struct("s", ("in", RANGE), size=16), struct("s", ("in", inner), size=16)
    assert same_record(outer, other)
    memory.assign(memory.zero(outer), memory.zero(twin(outer)))
    for _ in range(3):
        with stops(f"type-punned assignment of <{inner.tag}> to <range>"):
            memory.assign(memory.zero(outer), memory.zero(other))


def test_a_record_in_a_union_is_watched() -> None:
    memory = Memory(1000)
    holder = memory.zero(union("u", ("range", RANGE), ("word", I32), size=16))
    alone = memory.zero(RANGE)
    assert type(holder.range) is class_of(RANGE, guarded=True)
    for _ in range(3):
        alone.start = alone.end = 6
        memory.assign(holder.range, alone)
        assert (memory.copy(holder.range).end, holder.range.start) == (6, 6)
        holder.range.end = 7
        memory.assign(alone, holder.range)
        assert (alone.start, alone.end) == (6, 7)
        holder.word = 3
        with stops("type-punned access to range"):
            memory.copy(holder.range)
        with stops("type-punned access to range"):
            memory.assign(alone, holder.range)
        memory.assign(holder.range, alone)
        assert holder.range.end == 7


def test_between_two_unions_what_was_never_written_stays_so() -> None:
    memory = Memory(1000)
    shape = union("u", ("range", RANGE), ("word", I32), size=16)
    target, source = memory.zero(shape), memory.new(shape)
    source.range.start = 4
    for _ in range(2):
        target.range.end = 8
        memory.assign(target.range, source.range)
        assert target.range.start == 4
        with faults(FaultKind.UNINITIALISED, "member end"):
            target.range.end  # noqa: B018 - reading it is the fault


@pytest.mark.parametrize(
    ("nothing", "kind"),
    [
        (NULL, FaultKind.NULL),
        (Wild(5), FaultKind.WILD),
        (NO_VALUE, FaultKind.UNINITIALISED),
        (objects.zero(RANGE) + 1, FaultKind.BOUNDS),
    ],
)
def test_what_is_no_record_faults_each_time(nothing: Any, kind: FaultKind) -> None:
    memory = Memory(1000)
    record = memory.zero(RANGE)
    for _ in range(2):
        for access in (
            lambda: memory.copy(nothing),
            lambda: memory.assign(record, nothing),
            lambda: memory.assign(nothing, record),
            lambda: memory.assign(nothing, nothing),
        ):
            with faults(kind):
                access()
        memory.assign(record, memory.copy(record))


def test_what_is_nothing_of_ours_stops() -> None:
    memory = Memory(1000)
    for _ in range(2):
        with stops("5 is used as a record"):
            memory.copy(5)
        with stops("5 is used as a record"):
            memory.assign(5, 5)
        with stops("type-punned assignment of 5 to <range>"):
            memory.assign(memory.zero(RANGE), 5)


@pytest.mark.parametrize("shape", (PLAIN | CAREFUL).values(), ids=PLAIN | CAREFUL)
def test_memory_ends_after_as_many_cells_as_before(shape: RecordShape) -> None:
    record, cells = objects.zero(shape), shape.cells
    for action in (Memory.new, Memory.zero):
        memory = Memory(3 * cells - 1)
        assert isinstance(action(memory, shape), Record)
        action(memory, shape)
        with stops("memory budget"):
            action(memory, shape)
    memory = Memory(3 * cells - 1)
    memory.copy(record)
    memory.copy(record)
    with stops("memory budget"):
        memory.copy(record)


def test_an_assignment_takes_a_cell_for_sixteen() -> None:
    shape = struct("s", *((f"m{number}", U64) for number in range(15)))
    target, source = objects.zero(shape), objects.zero(shape)
    target.m0 = 1
    memory = Memory(2)
    memory.assign(target, source)
    memory.assign(target, source)
    target.m0 = 1
    with stops("memory budget"):
        memory.assign(target, source)
    assert target.m0 == 1


def test_no_record_is_made_of_what_none_can_be() -> None:
    memory = Memory(1000)
    for _ in range(2):
        for make in (memory.new, memory.zero):
            with stops("s has two members named a"):
                make(struct("s", ("a", U64), (None, struct("t", ("a", U8)))))


def test_a_shape_of_shared_parts_is_not_written_out() -> None:
    shape = struct("s", ("a", U64))
    for _ in range(100):
        shape = struct("s", ("a", shape), ("b", shape))
    assert not written_out(shape)
