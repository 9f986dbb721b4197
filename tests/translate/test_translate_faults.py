"""What must not return: a fault with its kind and line, a limit, or a refusal with its reason."""

from __future__ import annotations

import re

import pytest
from fault_table import Expected, Row, rows
from oracle import GCC, Build

from analyzer.errors import FaultKind
from analyzer.translate import Faulted, Halted, Returned, load

# What C brings about by itself; the other kinds are those of the kernel that it runs in.
_OF_C = (
    FaultKind.NULL,
    FaultKind.WILD,
    FaultKind.BOUNDS,
    FaultKind.UNINITIALISED,
    FaultKind.UNRELATED,
    FaultKind.CONTAINER,
    FaultKind.READ_ONLY,
    FaultKind.DIVISION,
    FaultKind.SHIFT,
)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_call_comes_to_what_its_program_says(row: Row) -> None:
    loaded = load(row.program.text, f"{row.program.name}.c")
    if loaded.refused:
        (refused,) = loaded.refused
        _check(row, "refused", refused.reason, refused.span.line)
        return
    match loaded.call("test", *row.arguments):
        case Returned(value=value):
            _check(row, "value", str(value), row.line)
        case Faulted(fault=fault):
            assert fault.place is not None
            assert fault.place.path == f"{row.program.name}.c"
            _check(row, "fault", fault.kind.value, fault.place.line)
        case Halted(reason=reason):
            _check(row, "halted", reason, row.line)


def _check(row: Row, how: str, what: str, line: int | None) -> None:
    """One of the outcomes that are right is this one, in its line."""
    right = [one for one in row.expected if one.how == how and _fits(one, what)]
    assert right, f"{how} {what} in line {line}, expected {row.expected}"
    # What is refused as a whole has no line of its own.
    assert line == (line if row.line is None else row.line)


def _fits(expected: Expected, what: str) -> bool:
    if expected.how in ("value", "fault"):
        return expected.what == what
    return re.search(expected.what, what, re.IGNORECASE) is not None


def test_the_table_is_large_and_knows_every_kind_that_code_itself_can_run_into() -> None:
    kinds = {one.what for row in rows() for one in row.expected if one.how == "fault"}
    assert len(rows()) >= 130
    assert kinds == {kind.value for kind in _OF_C}


@pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")
def test_what_returns_a_value_returns_it_from_gcc_as_well() -> None:
    good: dict[str, list[Row]] = {}
    for row in rows():
        # gcc's linker wants the callee that nobody gives.
        if row.value is not None and row.program.name != "unmodelled_callee":
            good.setdefault(row.program.name, []).append(row)
    chosen = [of[0].program for of in good.values()]
    asked = {name: tuple(row.arguments for row in of) for name, of in good.items()}
    answers = Build(chosen, 64, ("-O0",)).answers(asked)
    assert answers == {name: tuple(row.value for row in of) for name, of in good.items()}
