"""What ``mm/effects`` says of each primitive, against the model and against C's prototypes."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from mm_api_world import ONE, OTHER, Ended, World, entry_of, standing, table_of

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import locking
from analyzer.mm.api import HEADERS, constants, functions
from analyzer.mm.effects import (
    ANYTHING,
    BY_HEADER,
    EFFECTS,
    Effect,
    EffectKind,
    Handle,
    Occasion,
    PlaceKind,
    Stored,
    When,
    Where,
)
from analyzer.mm.entry import EMPTY, Entry
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import X86_64
from analyzer.mm.state import Held, Lock

KERNEL_H = Path(__file__).parents[2] / "analyzer" / "translate" / "data" / "kernel.h"


def _of(*kinds: EffectKind) -> list[str]:
    return [name for name, effect in EFFECTS.items() if effect.kind in kinds]


# --- the table -------------------------------------------------------------------------------


def test_every_primitive_has_an_effect_under_its_header_and_nothing_else_has() -> None:
    assert tuple(BY_HEADER) == HEADERS
    modelled: dict[str, list[str]] = {header: [] for header in HEADERS}
    for name, function in functions().items():
        modelled[function.__module__.rpartition(".")[2]].append(name)
    assert {header: sorted(names) for header, names in BY_HEADER.items()} == {
        header: sorted(names) for header, names in modelled.items()
    }
    assert EFFECTS.keys() == functions().keys()


def test_an_effect_says_what_goes_with_its_kind() -> None:
    locking_kinds = {EffectKind.LOCKS, EffectKind.RELEASES, EffectKind.DOWNGRADES}
    for name, effect in EFFECTS.items():
        kind = effect.kind
        if kind in {EffectKind.PURE, EffectKind.READS, EffectKind.REPORTS}:
            assert (effect.writes, effect.stores, effect.lock) == ((), None, None), name
        assert (kind is EffectKind.READS) <= bool(effect.reads), name
        assert (kind is EffectKind.PURE) <= (effect == Effect(EffectKind.PURE)), name
        assert (kind in locking_kinds) <= (effect.lock is not None), name
        # What a lock guards may be another behind it.
        assert (kind in locking_kinds) <= (effect.writes == ANYTHING), name
        assert (kind is EffectKind.REPORTS) == (effect.report is not None), name
        assert (effect.stores is not None) <= (len(effect.writes) == 1), name
        assert (effect.itself is not None) <= (effect.writes == ANYTHING), name


def test_it_is_imported_without_the_model() -> None:
    code = "import sys, analyzer.mm.effects; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in ran.stdout.split() if name.split(".")[0] == "analyzer"}
    within = {name for name in loaded if name.startswith("analyzer.mm.effects")}
    assert loaded - within == {"analyzer", "analyzer.mm"}


def test_constants_are_plain_numbers() -> None:
    assert {type(value) for value in constants(X86_64).values()} == {int}


# --- C's prototypes --------------------------------------------------------------------------


@cache
def _prototypes() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Result and parameters of what has one form, as declared to the translation."""
    form = re.compile(r"^([\w\s]+?[\s*]+)(\w+)\(([^()]*)\);$", re.MULTILINE)
    return {
        name: (" ".join(result.split()), tuple(each.strip() for each in parameters.split(",")))
        for result, name, parameters in form.findall(KERNEL_H.read_text())
        if not parameters.startswith("...")
    }


@pytest.mark.parametrize("name", [name for name in EFFECTS if name in _prototypes()])
def test_argument_numbers_are_those_of_the_prototype(name: str) -> None:
    effect = EFFECTS[name]
    result, parameters = _prototypes()[name]
    places = {*effect.writes, *effect.reads, *effect.own(), *filter(None, [effect.gives])}
    for place in places:
        if place.argument is not None:
            assert parameters[place.argument].endswith("*")
            is_struct = "struct " in parameters[place.argument]
            assert (place.kind is PlaceKind.MEMBER) <= is_struct
    if isinstance(effect.stores, int):
        assert effect.writes[0].argument is not None
        assert parameters[effect.writes[0].argument] == f"{parameters[effect.stores]} *"
    if effect.gives:
        assert effect.gives.argument is not None
        assert parameters[effect.gives.argument] == f"{result} *"
    if effect.lock is not None:
        _check_handle(effect.lock, result, parameters)
    if effect.report is not None and effect.report.occasion is Occasion.TRUE:
        assert parameters[effect.report.argument or 0] == "_Bool"
        # VM_WARN_*() are declared with a result that no kernel up to v6.12 has.
        assert effect.report.returns <= (result == "int")
    if effect.kind in {EffectKind.PURE, EffectKind.READS}:
        assert result != "void"
    if effect.kind is EffectKind.PURE and name != "pud_lockptr":
        assert not any("*" in each for each in parameters)


def _check_handle(handle: Handle, result: str, parameters: tuple[str, ...]) -> None:
    if handle.where is Where.RESULT:
        assert (result, handle.argument) == ("spinlock_t *", None)
        return
    assert handle.argument is not None
    kind = parameters[handle.argument]
    locks = {"spinlock_t *", "struct rw_semaphore *", "struct mutex *"}
    assert (kind in locks) == (handle.where is Where.ARGUMENT and not handle.ways)
    assert (kind == "spinlock_t **") == (handle.where is Where.STORED)
    if handle.subclass is not None:
        assert parameters[handle.subclass] in {"int", "unsigned int"}
    assert (handle.when is not When.ALWAYS) <= (result != "void")


# --- PURE and READS --------------------------------------------------------------------------


@pytest.mark.parametrize("name", _of(EffectKind.PURE, EffectKind.READS))
def test_what_is_pure_or_reads_leaves_nothing_and_says_the_same_again(name: str) -> None:
    worlds = World(ONE), World(OTHER)
    for world in worlds:
        # Pages may be read under the lock of their table only.
        lock = world.words["lock"]
        assert isinstance(lock, Lock)
        locking.acquire(world.state, lock)
        world.state.events.clear()
    before = [standing(world.state) for world in worlds]
    assert before[0][0] != before[1][0]
    for first, second in zip(*(world.each(name) for world in worlds), strict=True):
        said = [worlds[0].call(name, first), worlds[0].call(name, first)]
        if EFFECTS[name].reads != ANYTHING:
            said.append(worlds[1].call(name, second))
        assert said == [said[0]] * len(said)
    assert [standing(world.state) for world in worlds] == before


def test_each_of_them_has_answered_once() -> None:
    world = World(ONE)
    locking.acquire(world.state, table_of(world.words["pte"]).lock)
    unanswered = [
        name
        for name in _of(EffectKind.PURE, EffectKind.READS)
        if all(isinstance(world.call(name, each), Ended) for each in world.each(name))
    ]
    assert unanswered == []


# --- locks -----------------------------------------------------------------------------------


def _lock_of(handle: Handle, arguments: tuple[Any, ...], result: Any) -> Any:
    """The lock that a handle names, once the call is made."""
    if handle.where is Where.RESULT:
        return result
    assert handle.argument is not None
    led = arguments[handle.argument]
    if handle.where is Where.STORED:
        return led[0]
    # The model has the members of all kernels, so each way leads to the one lock.
    found = [attrgetter(".".join(way))(led) for way in handle.ways] or [led]
    assert all(each is found[0] for each in found)
    return found[0]


def _alone(world: World) -> None:
    """Nothing is held, nothing was written down."""
    locking.release(world.state, world.state.mmap_lock)
    world.state.events.clear()


@pytest.mark.parametrize("name", _of(EffectKind.LOCKS))
def test_what_locks_holds_the_lock_that_it_says_and_no_other(name: str) -> None:
    world, handle = World(ONE), EFFECTS[name].lock
    _alone(world)
    state, arguments = world.state, world.arguments(name)
    tables = standing(state)[0]
    result = functions()[name](state, *arguments)
    assert handle is not None
    lock = _lock_of(handle, arguments, result)
    subclass = 0 if handle.subclass is None else arguments[handle.subclass]
    assert state.held == [Held(lock, subclass, handle.shared)]
    assert [each.kind for each in state.events] == [EventKind.LOCK]
    assert standing(state)[0] == tables
    expected = {When.ALWAYS: (True, False), When.TRUE: (True,), When.ZERO: (False,)}[handle.when]
    assert bool(result) in expected
    if handle.found is not None:
        assert EFFECTS[handle.found].kind in {EffectKind.PURE, EffectKind.READS}
        assert functions()[handle.found](state, *arguments[:2]) is lock


@pytest.mark.parametrize("name", _of(EffectKind.RELEASES, EffectKind.DOWNGRADES))
def test_what_releases_lets_go_of_the_lock_that_it_says_and_no_other(name: str) -> None:
    world, handle = World(ONE), EFFECTS[name].lock
    _alone(world)
    state, arguments = world.state, world.arguments(name)
    assert handle is not None
    lock = _lock_of(handle, arguments, None)
    # Another one that is held stays so.
    beside = Lock("beside", "beside", 0, spins=False)
    locking.acquire(state, beside)
    locking.acquire(state, lock, shared=handle.shared)
    state.events.clear()
    functions()[name](state, *arguments)
    kept = [Held(lock, 0, True)] if EFFECTS[name].kind is EffectKind.DOWNGRADES else []
    assert state.held == [Held(beside, 0, False), *kept]
    assert EventKind.FAULT not in [each.kind for each in state.events]


# --- ACTS ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name, each in EFFECTS.items() if each.stores is not None]
)
def test_what_stores_writes_that_value_to_that_entry_alone(name: str) -> None:
    world, effect = World(OTHER), EFFECTS[name]
    arguments = world.arguments(name)
    assert effect.writes[0].argument is not None
    written = arguments[effect.writes[0].argument]
    before, was = standing(world.state)[0], entry_of(written).says()
    result = functions()[name](world.state, *arguments)
    stored = EMPTY if isinstance(effect.stores, Stored) else arguments[effect.stores or 0]
    assert entry_of(written).says() == stored.says()
    assert (effect.gives is not None) == isinstance(result, Entry)
    assert not isinstance(result, Entry) or result.says() == was
    after = standing(world.state)[0]
    for contents in (before, after):
        contents[table_of(written).number].pop(written._index, None)
    assert after == before


@pytest.mark.parametrize("name", [name for name, each in EFFECTS.items() if each.gives is not None])
def test_what_gives_an_entry_gives_what_stands_there(name: str) -> None:
    world, gives = World(OTHER), EFFECTS[name].gives
    arguments = world.arguments(name)
    assert gives is not None
    assert gives.argument is not None
    stood = entry_of(arguments[gives.argument]).says()
    assert functions()[name](world.state, *arguments).says() == stood


# --- REPORTS ---------------------------------------------------------------------------------


def _checks(occasion: Occasion) -> list[str]:
    return [
        name for name, each in EFFECTS.items() if each.report and each.report.occasion is occasion
    ]


@pytest.mark.parametrize("name", _checks(Occasion.TRUE))
@pytest.mark.parametrize("holds", [0, 1])
def test_a_check_of_a_condition_speaks_where_it_holds(name: str, holds: int) -> None:
    world, report = World(ONE), EFFECTS[name].report
    assert report is not None
    more = [world.area] * (len(_prototypes()[name][1]) - 1) if "BUG" in name else []
    said = []
    for _ in range(2):
        try:
            result = functions()[name](world.state, holds, *more)
        except KernelFault as fault:
            said.append(fault.kind)
            assert report.ends
            assert holds
        else:
            assert not (report.ends and holds)
            assert not report.returns or int(result) == holds
    reported = [each.kind for each in world.state.events]
    if not holds:
        assert (said, reported) == ([], [])
    elif report.ends:
        assert (said, reported) == ([FaultKind.BUG] * 2, [])
    else:
        assert reported == [EventKind.REPORT] * (1 if report.once else 2)


@pytest.mark.parametrize("name", _checks(Occasion.NOT_HELD))
def test_a_check_of_a_lock_speaks_where_it_is_not_held(name: str) -> None:
    world, report = World(ONE), EFFECTS[name].report
    _alone(world)
    state = world.state
    assert report is not None
    argument = state.mm if report.ways else world.words["semaphore"]
    lock = _lock_of(Handle(Where.ARGUMENT, report.argument, report.ways), (argument,), None)
    seen = []
    for held in (None, True, False):
        if held is not None:
            locking.acquire(state, lock, shared=held)
        state.events.clear()
        functions()[name](state, argument)
        seen.append([each.what[0] for each in state.events])
        if held is not None:
            locking.release(state, lock)
    none: list[object] = [FaultKind.NOT_HELD]
    assert seen == [none, none if report.writing else [], []]


def test_what_speaks_always_ends_the_run() -> None:
    assert _checks(Occasion.ALWAYS) == ["BUG"]
    with pytest.raises(KernelFault) as ended:
        functions()["BUG"](World(ONE).state)
    assert ended.value.kind is FaultKind.BUG
