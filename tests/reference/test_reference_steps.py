"""Which step of upstream's patch an event belongs to, and the lines that steps stand in."""

from __future__ import annotations

import os
from hashlib import sha1
from pathlib import Path

import pytest
from reference_runs import Reference
from reference_scenarios import Scenario

from analyzer.errors import CodePlace
from analyzer.mm.entry import Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL
from analyzer.reference.base import Frame
from analyzer.reference.bases import FLUSH_UNDER_LOCK
from analyzer.reference.patch import Upstream
from analyzer.reference.slots import PATH
from analyzer.reference.steps import BLOB, STEPS

PMD = SMALL.pmd_size
V5_0 = [
    Path(each)
    for each in os.environ.get("KERNEL_TREES", "").split(":")
    if Path(each).name == "akshaybaviskar+Linux-5.0"
]


class Watched(list[Event]):
    """Events, each with the step at which it was written down."""

    def __init__(self, kernel: Reference) -> None:
        super().__init__()
        self.kernel = kernel
        self.steps: list[tuple[EventKind, str | None]] = []

    def append(self, event: Event) -> None:
        self.steps.append((event.kind, self.kernel.state.step))
        super().append(event)


class Traced(Reference):
    """The reference in a run that is traced."""

    def _prepared(self, one: Scenario) -> tuple[object, ...]:
        arguments = super()._prepared(one)
        self.state.tracing = True
        self.state.events = Watched(self)
        return arguments


def test_each_event_of_the_patch_has_its_step() -> None:
    kernel = Traced(SMALL, FLUSH_UNDER_LOCK, ())
    one = Scenario(SMALL, 0, 64 * PMD, PMD, ((0, Kind.PAGE, 0),), need_rmap_locks=True)
    kernel(one)
    kernel.state.tracing = False
    watched = kernel.state.events
    assert isinstance(watched, Watched)
    own = [(kind.value, step) for kind, step in watched.steps if step is not None]
    assert own == [
        ("lock", "take rmap locks"),
        ("read", "warn"),
        ("lock", "lock old"),
        ("lock", "lock new"),
        ("read", "read"),
        ("write", "clear"),
        ("read", "assert"),
        ("write", "set"),
        ("flush", "flush"),
        ("unlock", "unlock new"),
        ("unlock", "unlock old"),
        ("unlock", "drop rmap locks"),
    ]
    assert watched.steps[0] == (EventKind.NOTIFY, None)
    assert watched.steps[-1] == (EventKind.RETURN, None)


def test_tracing_changes_nothing_that_is_compared() -> None:
    pages = tuple((at, Kind.PAGE, 0) for at in range(0, 2 * PMD, SMALL.page_size))
    one = Scenario(SMALL, 0, 64 * PMD, PMD + SMALL.page_size, pages)
    plain, traced = Reference(SMALL, FLUSH_UNDER_LOCK, ()), Traced(SMALL, FLUSH_UNDER_LOCK, ())
    assert plain(one) == traced(one)


def test_steps_are_in_the_order_of_the_file_and_have_places() -> None:
    lines = [step.line for step in STEPS.values()]
    assert lines == sorted(set(lines))
    assert STEPS["flush"].place == CodePlace(PATH, 231, None, "move_normal_pmd")


def test_nothing_is_tried_where_the_extent_is_less_than_a_pmd() -> None:
    kernel = Reference(SMALL, FLUSH_UNDER_LOCK)
    code = Upstream(kernel.state, kernel.functions)._call_site
    frame = Frame({"extent": PMD - 1})
    assert code(frame).how == "falls"
    assert kernel.state.events == []


@pytest.mark.skipif(not V5_0, reason="KERNEL_TREES does not name akshaybaviskar+Linux-5.0")
def test_steps_stand_in_upstreams_lines() -> None:
    data = (V5_0[0] / PATH).read_bytes()
    blob = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    assert blob.startswith(BLOB)
    lines = data.decode().split("\n")
    assert [name for name, step in STEPS.items() if step.calls not in lines[step.line - 1]] == []
