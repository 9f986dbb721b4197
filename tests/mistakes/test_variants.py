"""More of the mistakes of real backports, as they look where less is given or trees are older."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import DRIVER_C, RING_H, Edit, World, picked, signed, upstreams

from analyzer.finding import State
from analyzer.result import Report

WHY = "A device that is told twice to run counts wrong."
HELPER: Edit = (
    RING_H,
    "#define EINVAL 22\n",
    "static inline int ring_waits(struct ring *ring)\n{\n\treturn ring->head != ring->tail;\n}\n\n"
    "#define EINVAL 22\n",
)
USE: Edit = (
    DRIVER_C,
    "\tring->running = 1;\n\tring_kick(ring);\n",
    "\tring->running = 1;\n\tif (ring_waits(ring))\n\t\tring_kick(ring);\n",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.made(tmp_path)


def findings(report: Report) -> list[tuple[str, str]]:
    return [(item.id, item.summary) for item in report.items if item.state is State.FINDING]


def hidden(world: World) -> None:
    """A header on the branch that only a build makes: what it declares cannot be looked up."""
    include = '#include <linux/ring.h>\n'
    made = include + "#include <asm/made.h>\n"
    world.branch.commit("ring: a header of the build", signed(), ((DRIVER_C, include, made),))


def test_a_callee_behind_a_header_of_the_build_is_looked_for_by_name(world: World) -> None:
    hidden(world)
    first = world.upstream.commit("ring: tell whether one waits", upstreams(WHY), (HELPER,))
    second = world.upstream.commit("ring: kick who waits", upstreams(WHY), (USE,))
    world.branch.commit("ring: kick who waits", picked(second, WHY), (USE,))
    brought = f"upstream's {first[:12]} (“ring: tell whether one waits”) brought"
    assert ("DP-1", f"the target lacks ring_waits, which {brought}") in findings(world.report())


def test_a_callee_behind_a_header_of_the_build_is_there(world: World) -> None:
    hidden(world)
    first = world.upstream.commit("ring: tell whether one waits", upstreams(WHY), (HELPER,))
    second = world.upstream.commit("ring: kick who waits", upstreams(WHY), (USE,))
    world.branch.commit("ring: tell whether one waits", picked(first, WHY), (HELPER,))
    world.branch.commit("ring: kick who waits", picked(second, WHY), (USE,))
    assert findings(world.report()) == []


@pytest.mark.parametrize("line", ["CVE-2019-99003", "CVE: CVE-2019-99003"])
def test_a_cve_with_a_wrong_digit(world: World, line: str) -> None:
    """Nobody has that CVE, and upstream's own message has another one."""
    commit = world.upstream.commit("ring: run", upstreams(WHY, "CVE: CVE-2019-99002"), (WAKE,))
    world.branch.commit("ring: run", picked(commit, WHY, line), (WAKE,))
    (told,) = findings(world.report())
    assert told[0] == "CV-1"
    assert "has CVE-2019-99002 for this commit, not CVE-2019-99003" in told[1]


WAKE: Edit = (DRIVER_C, "\tring->running = 1;\n", "\tring->running = 1;\n\tring_forget(ring);\n")
