from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from translate_runtime_shapes import AREA, I32, POINTER, RANGE, U64, faults, stops

from analyzer.errors import FaultKind
from analyzer.translate.runtime import objects
from analyzer.translate.runtime.nothing import (
    NO_VALUE,
    NULL,
    UNSET,
    Unmodelled,
    UnmodelledCallee,
    Wild,
)
from analyzer.translate.runtime.pointers import Pointer, text
from analyzer.translate.runtime.shapes import ArrayShape


@pytest.fixture
def array() -> Pointer:
    return Pointer([10, 11, 12, 13], 1)


def test_an_element_is_counted_from_the_pointer(array: Pointer) -> None:
    array[2] = 99
    assert [array[offset] for offset in (-1, 0, 1, 2)] == [10, 11, 12, 99]


@pytest.mark.parametrize("offset", [-2, -5, 3, 4, 1 << 70, -(1 << 70)])
def test_an_element_outside_is_neither_read_nor_written(array: Pointer, offset: int) -> None:
    with faults(FaultKind.BOUNDS, f"element {1 + offset} of 4"):
        array[offset]
    with faults(FaultKind.BOUNDS, f"element {1 + offset} of 4"):
        array[offset] = 0


@pytest.mark.parametrize("offset", [-1, 0, 3])
def test_a_pointer_may_be_formed_up_to_one_past_the_end(array: Pointer, offset: int) -> None:
    moved = array + offset
    assert moved - array == offset
    assert (moved - offset == array, offset + array == moved) == (True, True)


@pytest.mark.parametrize("offset", [-2, 4, 1 << 70])
def test_a_pointer_further_out_is_not_formed(array: Pointer, offset: int) -> None:
    with faults(FaultKind.BOUNDS, f"element {1 + offset} of 4"):
        array + offset
    with faults(FaultKind.BOUNDS):
        array - -offset


def test_what_was_never_written_is_not_read() -> None:
    cell = objects.new(U64)
    with faults(FaultKind.UNINITIALISED, "element 0"):
        cell[0]
    cell[0] = 5
    assert cell[0] == 5


def test_pointers_are_equal_by_home_and_index() -> None:
    home, twin = [1, 2], [1, 2]
    first, same, other = Pointer(home, 1), Pointer(home) + 1, Pointer(twin, 1)
    assert (first == same, first != same, hash(first) == hash(same)) == (True, False, True)
    assert (first == other, first != other) == (False, True)
    for one, two in [(first, NULL), (NULL, first)]:
        assert (one == two, one != two) == (False, True)


@pytest.mark.parametrize("order", [operator.lt, operator.le, operator.gt, operator.ge])
def test_order_is_that_of_the_elements(
    array: Pointer, order: Callable[[object, object], bool]
) -> None:
    for one, other in [(0, 1), (1, 1), (3, 1)]:
        assert order(array + one, array + other) == order(one, other)
    with faults(FaultKind.UNRELATED):
        order(array, Pointer([1]))
    with faults(FaultKind.UNRELATED):
        order(array, NULL)
    with faults(FaultKind.UNRELATED):
        order(NULL, array)


def test_a_difference_needs_one_array(array: Pointer) -> None:
    for other in (Pointer([1]), NULL, objects.new(RANGE)):
        with faults(FaultKind.UNRELATED):
            array - other


class Table:
    """A model's page table: only what was touched is kept."""

    def __init__(self) -> None:
        self.entries: dict[int, int] = {}

    def __len__(self) -> int:
        return 512

    def __getitem__(self, index: int) -> object:
        if index >= len(self):
            raise IndexError(index)
        return self.entries.get(index, 0)

    def __setitem__(self, index: int, value: object) -> None:
        if index >= len(self):
            raise IndexError(index)
        assert isinstance(value, int)
        self.entries[index] = value


def test_a_home_may_be_a_models() -> None:
    pointer = Pointer(Table(), 510)
    pointer[1] = 7
    assert [pointer[offset] for offset in (-510, 0, 1)] == [0, 0, 7]
    with faults(FaultKind.BOUNDS, "element 512 of 512"):
        (pointer + 2)[0]
    with faults(FaultKind.BOUNDS, "element 513 of 512"):
        pointer + 3


class Broken(Table):
    def __getitem__(self, index: int) -> object:
        return [][index]


def test_a_models_own_mistake_is_no_fault_of_the_kernel() -> None:
    with pytest.raises(IndexError, match="list index out of range"):
        Pointer(Broken())[3]


def test_arrays_of_arrays_hold_pointers() -> None:
    grid = objects.zero(ArrayShape(ArrayShape(I32, 3), 2))
    grid[1][2] = 5
    assert [[row[column] for column in range(3)] for row in (grid[0], grid[1])] == [
        [0, 0, 0],
        [0, 0, 5],
    ]
    with faults(FaultKind.BOUNDS):
        grid[0][3]


@pytest.mark.parametrize("length", [0, 3])
def test_an_array_of_scalars_is_a_pointer_to_its_first(length: int) -> None:
    array = objects.new(ArrayShape(POINTER, length))
    with faults(FaultKind.UNINITIALISED if length else FaultKind.BOUNDS):
        array[0]
    assert (array + length) - array == length


def test_text_is_read_only_and_ends_in_zero() -> None:
    literal = text("a\xff")
    assert [literal[at] for at in range(3)] == [97, -1, 0]
    assert text(b"\xff", signed=False)[0] == 255
    with faults(FaultKind.READ_ONLY):
        literal[0] = 1
    with faults(FaultKind.READ_ONLY):
        literal[9] = 1
    with faults(FaultKind.BOUNDS):
        literal[3]


_USES: dict[str, Callable[[object], object]] = {
    "index": lambda value: value[0],  # type: ignore[index]
    "store": lambda value: operator.setitem(value, 0, 1),  # type: ignore[call-overload]
    "member": lambda value: value.start,  # type: ignore[attr-defined]
    "set member": lambda value: setattr(value, "start", 1),
    "call": lambda value: value(1),  # type: ignore[operator]
}


@pytest.mark.parametrize("use", _USES.values(), ids=_USES)
@pytest.mark.parametrize(
    ("value", "kind"), [(NULL, FaultKind.NULL), (Wild(0xDEAD), FaultKind.WILD)], ids=repr
)
def test_no_object_is_accessed(
    value: object, kind: FaultKind, use: Callable[[object], object]
) -> None:
    with faults(kind):
        use(value)


def test_null_is_false_and_moves_by_zero_only() -> None:
    assert (bool(NULL), NULL + 0, 0 + NULL, NULL - NULL, NULL - 0) == (False, NULL, NULL, 0, NULL)
    assert (NULL < NULL, NULL <= NULL, NULL > NULL, NULL >= NULL) == (False, True, False, True)
    with faults(FaultKind.NULL):
        NULL + 1
    with faults(FaultKind.UNRELATED):
        Pointer([1]) - NULL


def test_a_wild_pointer_compares() -> None:
    error, same, other = Wild(-12 % 2**64), Wild(-12 % 2**64), Wild(16)
    assert (error == same, error != other, error == NULL, bool(error)) == (True, True, False, True)
    assert (other < error, error <= same, error > other, other >= error) == (
        *(True, True),
        *(True, False),
    )
    assert (error - same, error + 0) == (0, error)
    with stops("arithmetic on a pointer made from an integer"):
        error + 1
    with stops("order of a pointer made from an integer and another"):
        operator.lt(error, Pointer([1]))


_OPERATIONS: dict[str, Callable[[object], object]] = {
    **_USES,
    "truth": bool,
    "equal": lambda value: value == 5,
    "equal from the right": lambda value: 5 == value,  # noqa: SIM300
    "add": lambda value: value + 1,  # type: ignore[operator]
    "and from the right": lambda value: 7 & value,  # type: ignore[operator]
    "shift": lambda value: value << 1,  # type: ignore[operator]
    "invert": lambda value: ~value,  # type: ignore[operator]
    "less": lambda value: value < 1,  # type: ignore[operator]
    "number": lambda value: [1, 2][value],  # type: ignore[call-overload]
}


@pytest.mark.parametrize("use", _OPERATIONS.values(), ids=_OPERATIONS)
def test_a_value_that_is_not_there_is_not_used(use: Callable[[object], object]) -> None:
    for value in (NO_VALUE, UNSET):
        with faults(FaultKind.UNINITIALISED):
            use(value)
    with stops("jiffies is not modelled"):
        use(Unmodelled("jiffies"))


def test_an_unmodelled_callee_may_be_pointed_to() -> None:
    callee = UnmodelledCallee("schedule")
    assert (bool(callee), callee == callee, callee != NULL) == (True, True, True)
    with stops("schedule is not modelled"):
        callee(1, 2)


def test_nothing_of_pythons_has_a_c_name() -> None:
    area = objects.zero(AREA)
    records = objects.zero(ArrayShape(RANGE, 2))
    everything = (area, area.slots, area.grid, records + 2, NULL, Wild(1), NO_VALUE, text("a"))
    named = {name for each in everything for name in dir(type(each)) if not name.startswith("_")}
    assert named == {"flags", "grid", "link", "next", "parts", "range", "slots"}
