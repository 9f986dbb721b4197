from __future__ import annotations

import sys
import textwrap
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, Literal

import pytest
from translate_runtime_shapes import AREA, I64, RANGE, U64, stops, struct

from analyzer.errors import CodePlace, FaultKind, KernelFault, Stopped
from analyzer.translate.naming import mangled
from analyzer.translate.program import Faulted, Halted, Program, Returned
from analyzer.translate.runtime.nothing import NO_VALUE, NULL
from analyzer.translate.runtime.pointers import Pointer
from analyzer.translate.runtime.shapes import ArrayShape
from analyzer.translate.runtime.table import HELPERS, helpers

PATH = "mm/written.c"


@dataclass(frozen=True)
class Need:
    name: str
    kind: Literal["call", "value"]


@dataclass(frozen=True)
class Written:
    """A unit written by hand, as the translator would have it."""

    source: str
    name: str = "f"
    constants: Mapping[str, object] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    setup_source: str | None = None

    @property
    def setup(self) -> CodeType | None:
        return compile(self.setup_source, PATH, "exec") if self.setup_source else None

    @property
    def python_name(self) -> str:
        return mangled(self.name)

    @property
    def code(self) -> CodeType:
        return compile(textwrap.dedent(self.source).lstrip("\n"), PATH, "exec")


def program(source: str, *needs: Need, name: str = "f", **rest: Any) -> Program:
    constants = {"_range": RANGE, "_area": AREA, "_u64": U64, "_tens": ArrayShape(I64, 10)}
    return Program([Written(source, name, constants, needs)], **rest)


def at(line: int, column: int, function: str = "f") -> CodePlace:
    return CodePlace(PATH, line, column, function)


def fault_of(outcome: object) -> tuple[FaultKind, str, CodePlace | None]:
    assert isinstance(outcome, Faulted), outcome
    return outcome.fault.kind, outcome.fault.what, outcome.fault.place


def test_a_function_runs_on_the_table_alone() -> None:
    built = program(
        """
        def f(n):
            _tick()
            area = _zero(_area)
            local = _cell(_u64)
            local[0] = n
            tens = _new(_tens)
            tens[3] = _i32(n << 30)
            area.range.start = _div(-7, local[0], -8)
            copied = _copy(area)
            p = _address(copied.range, 'start')
            q = _text('no')
            _assign(area.parts[1], copied.range)
            same = _flag(_pointer_of(_int_of(tens + 3, 64)) == tens + 3)
            return (p[0], q[1], tens[3], area.parts[1].start, same, _container(p, _range, 'start'))
        """
    )
    outcome = built.call("f", 2)
    assert isinstance(outcome, Returned)
    *values, record = outcome.value  # type: ignore[misc]
    assert values == [-3, ord("o"), -(1 << 31), -3, 1]
    assert repr(record) == "<range>"


def test_the_table_is_what_the_translator_writes() -> None:
    built = program("def f(): pass")
    table = helpers(built.memory, 1)
    assert set(table) - set(HELPERS) == {
        *("_new", "_zero", "_cell", "_copy", "_assign", "_address", "_text", "_whole"),
        *("_int_of", "_pointer_of", "_held", "_reset", "_tick"),
    }
    assert all(name.startswith("_") for name in table)


def test_functions_call_each_other_and_primitives() -> None:
    units = [
        Written("def outer(n):\n    return inner(n) + c_class(n)", "outer"),
        Written("def inner(n):\n    return n * FACTOR", "inner", {"FACTOR": 3}),
    ]
    built = Program(units, {"class": lambda n: 100 * n})
    assert built.call("outer", 2) == Returned(206)
    assert built["inner"](1) == 3


def test_static_variables_live_as_long_as_the_program() -> None:
    source = """
    _static_calls = _zero(_u64)
    def f():
        _static_calls[0] = _static_calls[0] + 1
        return _static_calls[0]
    """
    built, other = program(source), program(source)
    assert [built.call("f"), built.call("f"), other.call("f")] == [
        Returned(1),
        Returned(2),
        Returned(1),
    ]


def test_variables_are_filled_once_all_of_them_are_there() -> None:
    cell = {"_cell_shape": U64}
    units = [
        Written("first = _cell(_cell_shape)", "first", cell, setup_source="first[0] = second"),
        Written("second = _cell(_cell_shape)", "second", cell, setup_source="second[0] = f"),
        Written("def f():\n    return first[0][0]"),
    ]
    built = Program(units)
    assert built.call("f") == Returned(built["f"])


def test_a_needed_callee_that_nobody_gives_stops_where_it_is_called() -> None:
    built = program(
        """
        def f(n):
            fn = schedule
            return schedule(n) if fn and n else 0
        """,
        Need("schedule", "call"),
    )
    assert built.call("f", 0) == Returned(0)
    assert built.call("f", 1) == Halted("schedule is not modelled", at(3, 11))


@pytest.mark.parametrize(
    "use",
    [
        *("jiffies + n", "n < jiffies", "jiffies == n", "jiffies[n]", "jiffies.tv", "-jiffies"),
        *("1 if jiffies else 0", "jiffies(n)", "_i32(jiffies)"),
    ],
)
def test_a_needed_value_that_nobody_gives_stops_where_it_is_used(use: str) -> None:
    built = program(f"def f(n):\n    x = jiffies\n    return {use}", Need("jiffies", "value"))
    outcome = built.call("f", 1)
    assert isinstance(outcome, Halted)
    assert (outcome.reason, outcome.place and outcome.place.line) == ("jiffies is not modelled", 3)


def test_a_primitive_that_is_given_is_bound_for_a_need() -> None:
    needs = (Need("_raw_lock", "call"), Need("jiffies", "value"))
    built = program(
        "def f():\n    return c__raw_lock(jiffies)",
        *needs,
        primitives={"_raw_lock": lambda value: value + 1, "jiffies": 5},
    )
    assert built.call("f") == Returned(6)


FAULTS = {
    "local": (
        "    if n:\n        x = 1\n    return x",
        (FaultKind.UNINITIALISED, "read of x, never written", at(4, 11)),
    ),
    "reserved local": (
        "    if n:\n        c_class = 1\n    return c_class",
        (FaultKind.UNINITIALISED, "read of class, never written", at(4, 11)),
    ),
    "captured": (
        "    def inner():\n        return x\n    if n:\n        x = 1\n    return inner()",
        (FaultKind.UNINITIALISED, "read of x, never written", at(3, 15)),
    ),
    "member": (
        "    r = _new(_range)\n    return 1 + r.end",
        (FaultKind.UNINITIALISED, "read of member end, never written", at(3, 15)),
    ),
    "element": (
        "    return 1 + _new(_tens)[2]",
        (FaultKind.UNINITIALISED, "read of element 2, never written", at(2, 15)),
    ),
    "null": (
        "    p = _null\n    p.end = 5",
        (FaultKind.NULL, "write of member end through a null pointer", at(3, 4)),
    ),
    "null read": (
        "    return _null.vm_mm.flags",
        (FaultKind.NULL, "read of member vm_mm through a null pointer", at(2, 11)),
    ),
    "bounds": (
        "    return _zero(_tens)[10]",
        (FaultKind.BOUNDS, "read of element 10 of 10", at(2, 11)),
    ),
    "division": (
        "    return _div(1, n, None)",
        (FaultKind.DIVISION, "division by zero", at(2, 11)),
    ),
    "shift": (
        "    return _shl(1, 64, 64)",
        (FaultKind.SHIFT, "shift count outside 0..63", at(2, 11)),
    ),
    "no value": (
        "    return _unset + 1",
        (FaultKind.UNINITIALISED, "use of the value of a function that returned none", at(2, 11)),
    ),
    "primitive": ("    return 1 + bug(n)", (FaultKind.BUG, "BUG at mm.c", at(2, 15))),
}


def bug(_: object) -> None:
    raise KernelFault(FaultKind.BUG, "BUG at mm.c")


@pytest.mark.parametrize(("body", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_placed_in_the_c_file(
    body: str, expected: tuple[FaultKind, str, CodePlace]
) -> None:
    built = program(f"def f(n):\n{body}", primitives={"bug": bug})
    assert fault_of(built.call("f", 0)) == expected


def test_the_place_is_the_innermost_functions() -> None:
    units = [
        Written("def outer(p):\n    return inner(p)", "outer"),
        Written("\ndef c_class(p):\n\n    return p[1]", "class"),
        Written("def inner(p):\n    return call_back(c_class, p)", "inner"),
    ]
    built = Program(units, {"call_back": lambda function, value: function(value)})
    assert fault_of(built.call("outer", Pointer([1]))) == (
        FaultKind.BOUNDS,
        "read of element 1 of 1",
        at(3, 11, "class"),
    )


def test_an_outcome_keeps_no_frames_alive() -> None:
    outcome = program("def f(p):\n    return p[0]").call("f", NULL)
    assert isinstance(outcome, Faulted)
    assert outcome.fault.__traceback__ is None


HALTS = {
    "steps": ("    while 1:\n        _tick()", "step budget", at(3, 8)),
    "cells": ("    while 1:\n        x = _new(_u64)", "memory budget", at(3, 12)),
    "one large array": ("    x = _zero(_huge)", "memory budget", at(2, 8)),
    "copies": ("    r = _zero(_area)\n    while 1:\n        _copy(r)", "memory budget", at(4, 8)),
    "assignments": (
        "    r = _zero(_big)\n    while 1:\n        _assign(r, r)",
        "memory budget",
        at(4, 8),
    ),
    "texts": ("    x = _text('a' * 2000)", "memory budget", at(2, 8)),
    "depth": ("    _tick()\n    return f(n)", "call depth", None),
    "depth through a model": ("    return through(f, n)", "call depth", at(2, 11)),
    "no record": ("    return _copy(through)", "a function is used as a record", at(2, 11)),
    "no pointer": ("    return _int_of('x', 64)", "a str is used as a pointer", at(2, 11)),
    "no such member": ("    return n.vm_mm", "int has no member vm_mm", at(2, 11)),
    "no such member to write": (
        "    r = _zero(_range)\n    r.x = 1",
        "'range' object has no attribute 'x'",
        at(3, 4),
    ),
    "punned": ("    _assign(_new(_range), _new(_area))", None, at(2, 4)),
}


def through(function: Callable[[object], object], value: object) -> object:
    return next(map(function, (value,)))


@pytest.mark.parametrize(("body", "reason", "place"), HALTS.values(), ids=HALTS)
def test_a_limit_of_ours_is_no_fault(
    body: str, reason: str | None, place: CodePlace | None
) -> None:
    constants = {
        "_range": RANGE,
        "_area": AREA,
        "_u64": U64,
        "_huge": ArrayShape(RANGE, 1 << 60),
        "_big": struct("big", ("all", ArrayShape(U64, 500))),
    }
    units = [Written(f"def f(n):\n{body}", constants=constants)]
    built = Program(units, {"through": through})
    outcome = built.call("f", 0, steps=10_000, cells=1000)
    assert isinstance(outcome, Halted)
    if reason is not None:
        assert outcome.reason == reason
    if place is not None:
        assert outcome.place == place


@pytest.mark.parametrize(("turns", "halts"), [(9, False), (10, True)])
def test_a_budget_is_exact(turns: int, halts: bool) -> None:
    built = program(
        """
        def f(n):
            _tick()
            while n:
                n = n - 1
                _tick()
        """
    )
    for _ in range(2):
        assert isinstance(built.call("f", turns, steps=10), Halted) == halts


def test_the_end_of_the_steps_ends_no_loop_of_a_model() -> None:
    built = program(
        """
        def f(n):
            _tick()
            return n
        """,
        primitives={},
    )
    built.renew(steps=3)

    def walk() -> list[object]:
        return list(map(built["f"], range(100)))

    assert built.judge(walk) == Halted("step budget", at(2, 4))
    assert built.judge(walk) == Halted("step budget", at(2, 4))


BUGS: dict[str, tuple[str, type[Exception]]] = {
    "a type that operators refuse": ("return n + 'a'", TypeError),
    "a name that nothing is bound to": ("return undefined_name", NameError),
    "a primitive's own attribute": ("return broken_attribute()", AttributeError),
    "a primitive's own index": ("return broken_index()", IndexError),
    "a primitive's own name": ("return broken_name()", NameError),
    "a primitive that calls itself": ("return endless(n)", RecursionError),
}


def broken_attribute() -> object:
    return object().nothing  # type: ignore[attr-defined]


def broken_index() -> object:
    return [][1]


def broken_name() -> object:
    if sys.argv is None:
        value = 1
    return value


def endless(n: object) -> object:
    return endless(n)


@pytest.mark.parametrize(("body", "error"), BUGS.values(), ids=BUGS)
def test_our_own_bugs_are_raised(body: str, error: type[Exception]) -> None:
    given: list[Callable[..., object]] = [broken_attribute, broken_index, broken_name, endless]
    built = program(f"def f(n):\n    {body}", primitives={each.__name__: each for each in given})
    with pytest.raises(error):
        built.call("f", 1)


def test_run_lets_everything_through() -> None:
    built = program("def f(p):\n    return p[0]")
    assert built.run("f", Pointer([4])) == 4
    with pytest.raises(KernelFault):
        built.run("f", NULL)
    assert built.judge(lambda: 5) == Returned(5)


def test_two_units_of_one_name_are_not_bound() -> None:
    with stops("two definitions of f"):
        Program([Written("def f(): pass"), Written("def f(): pass")])


def test_a_constant_means_the_same_to_all() -> None:
    same = struct("range", ("start", U64), ("end", U64), size=16)
    units = [
        Written("def f():\n    return (A, _zero(R).end)", "f", {"A": 1, "R": RANGE}),
        Written("def g(): pass", "g", {"A": 1, "R": same}),
    ]
    assert Program(units).call("f") == Returned((1, 0))
    with stops("A is not in h what it is elsewhere"):
        Program([*units, Written("def h(): pass", "h", {"A": 2})])
    with stops("_null is not in h what it is elsewhere"):
        Program([Written("def h(): pass", "h", {"_null": 0})])


def test_an_engine_may_replace_helpers() -> None:
    built = program(
        "def f(n):\n    return _flag(n)", replaced={"_flag": lambda value: ("flag", value)}
    )
    assert built.call("f", 3) == Returned(("flag", 3))


def test_a_function_that_returns_nothing_gives_what_it_gives() -> None:
    assert program("def f():\n    return _unset").call("f") == Returned(NO_VALUE)


@pytest.mark.parametrize(
    "name",
    [
        *("open", "exec", "eval", "print", "getattr", "__import__", "globals", "object", "type"),
        *("Exception", "KernelFault", "Pointer", "Program", "memory", "__name__", "__file__"),
    ],
)
def test_no_other_name_is_visible(name: str) -> None:
    with pytest.raises(NameError):
        program(f"def f():\n    return {name}").call("f")


@pytest.mark.parametrize("source", ["import os", "class C: pass"])
def test_code_neither_imports_nor_makes_classes(source: str) -> None:
    with pytest.raises((ImportError, NameError)):
        program(f"def f():\n    {source}").call("f")


def test_nothing_is_shared_by_two_programs() -> None:
    source = """
    def f(n):
        while n:
            _tick()
            n = n - 1
        return _int_of(_zero(_range), 64)
    """
    outcomes: dict[int, object] = {}
    built = [program(source) for _ in range(2)]

    def call(number: int) -> None:
        outcomes[number] = built[number].call("f", 5_000, steps=6_000 - 2_000 * number)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {0: Returned(0xFFFF_8880_0000_0000), 1: Halted("step budget", at(3, 8))}


def test_a_static_initializer_may_stop_too() -> None:
    with pytest.raises(Stopped, match="is not modelled"):
        program("_static_x = jiffies + 1\ndef f(): pass", Need("jiffies", "value"))
