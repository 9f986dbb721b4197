from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from translate_runtime_shapes import AREA, LIST, RANGE, U32, U64, faults, stops, struct, union

from analyzer.errors import FaultKind
from analyzer.translate.runtime import objects, records
from analyzer.translate.runtime.containers import container
from analyzer.translate.runtime.memory import Memory
from analyzer.translate.runtime.nothing import NULL, UnmodelledCallee, Wild
from analyzer.translate.runtime.pointers import Pointer
from analyzer.translate.runtime.shapes import ArrayShape
from analyzer.translate.runtime.views import as_array, as_record

START = 0xFFFF_8880_0000_0000


@pytest.fixture
def memory() -> Memory:
    return Memory(10_000)


def test_null_is_zero(memory: Memory) -> None:
    assert (memory.int_of(NULL, 64), memory.pointer_of(0)) == (0, NULL)


def test_elements_lie_side_by_side(memory: Memory) -> None:
    array = objects.zero(ArrayShape(U32, 3))
    addresses = [memory.int_of(array + at, 64) for at in range(4)]
    assert addresses == [START, START + 4, START + 8, START + 12]
    assert [memory.pointer_of(address) for address in addresses] == [array + at for at in range(4)]
    assert memory.int_of(Pointer([0, 0], 1), 64) == START + 16 + 8


def test_records_lie_side_by_side_where_their_size_is_known(memory: Memory) -> None:
    array = objects.zero(ArrayShape(RANGE, 2))
    places = [array, array[1], array + 2]
    addresses = [memory.int_of(place, 64) for place in places]
    assert addresses == [START, START + 16, START + 32]
    assert [memory.pointer_of(address) for address in addresses] == places


def test_a_record_of_unknown_size_has_an_address_by_itself(memory: Memory) -> None:
    array = objects.zero(ArrayShape(AREA, 2))
    address = memory.int_of(array, 64)
    assert memory.pointer_of(address) is array
    with stops("address in an array of records whose size is not known"):
        memory.int_of(array[1], 64)


def test_objects_never_overlap(memory: Memory) -> None:
    shapes = [
        RANGE,
        ArrayShape(U32, 5),
        ArrayShape(U64, 0),
        AREA,
        ArrayShape(ArrayShape(U32, 3), 2),
    ]
    made = [objects.zero(shape) for shape in shapes for _ in range(3)]
    functions = [test_null_is_zero, UnmodelledCallee("f"), len]
    addresses = [memory.int_of(each, 64) for each in [*made, *functions]]
    assert all(later - address >= 16 for address, later in pairwise(addresses))
    assert all(address % 16 == 0 for address in addresses)
    found = [memory.pointer_of(address) for address in addresses]
    assert found == [*made, *functions]
    assert [memory.int_of(each, 64) for each in [*made, *functions]] == addresses


def test_a_tagged_address_comes_back_once_the_tag_is_gone(memory: Memory) -> None:
    record = objects.zero(RANGE)
    tagged = memory.int_of(record, 64) | 1
    wild = memory.pointer_of(tagged)
    assert wild == Wild(tagged)
    assert memory.int_of(wild, 64) == tagged
    assert memory.pointer_of(tagged & ~1) is record


def test_an_error_code_is_a_pointer_to_nothing(memory: Memory) -> None:
    error = memory.pointer_of(2**64 - 12)
    assert (memory.int_of(error, 64), error == memory.pointer_of(2**64 - 12)) == (2**64 - 12, True)
    with faults(FaultKind.WILD):
        error.vm_mm  # type: ignore[attr-defined]  # noqa: B018


def test_pointers_of_32_bits_fit_them(memory: Memory) -> None:
    record = objects.zero(RANGE)
    assert memory.int_of(record, 32) == 0xC000_0000
    assert memory.pointer_of(0xC000_0000) is record
    with stops("no address left"):
        memory.int_of(Pointer([0], 0, 1 << 31), 32)


@pytest.mark.parametrize("place", ["range", "parts", "slots", "flags", "grid"])
def test_where_a_member_lies_is_not_known(memory: Memory, place: str) -> None:
    area = objects.zero(AREA)
    member = records.address(area, "flags") if place == "flags" else getattr(area, place)
    with stops("address of a member as an integer"):
        memory.int_of(member, 64)
    if place == "grid":
        with stops("address of a member as an integer"):
            memory.int_of(member[0], 64)
    assert memory.int_of(area, 64) == START


def test_an_address_keeps_its_object(memory: Memory) -> None:
    addresses = {memory.int_of(objects.zero(RANGE), 64) for _ in range(100)}
    assert len(addresses) == 100


def test_what_is_no_pointer_has_no_address(memory: Memory) -> None:
    with stops("5 is used as a pointer"):
        memory.int_of(5, 64)


def test_addresses_cost_cells() -> None:
    memory = Memory(1)
    record = objects.zero(RANGE)
    for _ in range(3):
        memory.int_of(record, 64)
    with stops("memory budget"):
        memory.int_of(objects.zero(RANGE), 64)


class Vma:
    __slots__ = ("vm_end", "vm_start")


def test_members_of_a_models_objects_have_addresses(memory: Memory) -> None:
    vma, other = Vma(), Vma()
    place = memory.address(vma, "vm_start")
    assert isinstance(place, Pointer)
    assert (
        place == memory.address(vma, "vm_start"),
        place == memory.address(other, "vm_start"),
    ) == (
        True,
        False,
    )
    with faults(FaultKind.UNINITIALISED):
        place[0]
    place[0] = 5
    assert vma.vm_start == 5
    with stops("5 has no member vm_start"):
        memory.address(5, "vm_start")
    with faults(FaultKind.NULL):
        memory.address(NULL, "vm_start")


def test_a_pointer_to_an_array_is_one_place(memory: Memory) -> None:
    array, records_of = objects.zero(ArrayShape(U32, 3)), objects.zero(ArrayShape(RANGE, 2))
    whole, other = memory.whole(array), memory.whole(records_of)
    assert (whole == memory.whole(array), whole == other, (whole + 1) - whole) == (True, False, 1)
    assert (whole[0] is array, other[0] is records_of) == (True, True)
    assert memory.int_of(whole, 64) == memory.int_of(array, 64)
    with stops("address in an array whose elements' size is not known"):
        memory.int_of(whole + 1, 64)
    with stops("address of a member as an integer"):
        memory.int_of(memory.whole(objects.zero(AREA).slots), 64)
    with faults(FaultKind.BOUNDS):
        whole[1]


def test_a_pointer_is_used_as_what_it_points_to(memory: Memory) -> None:
    area = objects.zero(AREA)
    assert as_record(area, "area") is area
    with stops("type-punned access: a struct area as a struct range"):
        as_record(area, "range")
    flags, slots = memory.address(area, "flags"), area.slots
    for pointer in (flags, slots, NULL):
        assert as_array(pointer, 8, signed=False) is pointer
        assert as_array(pointer, 8, signed=None) is pointer
    for pointer in (flags, slots):
        with stops("type-punned access: elements of 8 bytes by 4"):
            as_array(pointer, 4, signed=None)
        with stops("type-punned access: elements of 8 bytes, unsigned, as signed"):
            as_array(pointer, 8, signed=True)


def test_equal_texts_are_one(memory: Memory) -> None:
    assert memory.text("no") == memory.text("no")
    assert memory.text("no") != memory.text("on")


def test_the_container_of_an_embedded_record(memory: Memory) -> None:
    area = objects.zero(AREA)
    assert container(area.link, AREA, "link") is area
    assert container(memory.address(area, "flags"), AREA, "flags") is area
    deep = memory.address(area.range, "start")
    assert container(deep, AREA, "range", "start") is area
    assert container(deep, RANGE, "start") is area.range


def test_the_container_of_a_member_of_an_anonymous_union(memory: Memory) -> None:
    shape = struct("page", (None, union("(use)", ("lru", LIST), ("private", U64))))
    page = objects.zero(shape)
    assert container(page.lru, shape, "lru") is page
    assert container(memory.address(page, "private"), shape, "private") is page


MISPLACED = {
    "another member": lambda area: (area.range, "link"),
    "a record by itself": lambda _: (objects.zero(LIST), "link"),
    "a record in an array": lambda area: (area.parts[1], "link"),
    "another type": lambda _: (
        objects.zero(struct("other", ("link", LIST))).link,
        "link",
    ),
}


@pytest.mark.parametrize("case", MISPLACED.values(), ids=MISPLACED)
def test_what_is_not_that_member_has_no_container(memory: Memory, case: Any) -> None:
    pointer, member = case(objects.zero(AREA))
    found: Any = container(pointer, AREA, member)
    # A loop over a list ends so: the container of its head is asked for that member alone.
    assert getattr(found, member) is pointer
    assert memory.address(found, member) is pointer
    assert found == container(pointer, AREA, member)
    for access in (
        lambda: found.flags,
        lambda: setattr(found, "flags", 1),
        lambda: found[0],
        lambda: memory.address(found, "flags"),
        lambda: container(found, AREA, member),
    ):
        with faults(FaultKind.CONTAINER):
            access()


def test_nothing_has_no_container() -> None:
    with faults(FaultKind.NULL):
        container(NULL, AREA, "link")
    with faults(FaultKind.WILD):
        container(Wild(5), AREA, "link")
    with stops("container of an element of an array"):
        container(Pointer([0]), AREA, "flags")
