"""More of the mistakes of real backports, as they look where less is given or trees are older."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import DRIVER_C, RING_H, Edit, World, git, picked, signed, upstreams

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
    include = "#include <linux/ring.h>\n"
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


# --- upstream as one patch file -------------------------------------------------------------------

BELL = "\nconfig RING_BELL\n\tbool\n\nconfig PUMP\n"
DEFINED: Edit = ("drivers/Kconfig", "\nconfig PUMP\n", BELL)
SELECTED: Edit = (
    "arch/x86/Kconfig",
    "\tselect HAVE_CLOCK\n",
    "\tselect HAVE_CLOCK\n\tselect RING_BELL\n",
)
RUNG: Edit = (
    DRIVER_C,
    "\tring->running = 1;\n",
    "#ifdef CONFIG_RING_BELL\n\tring_forget(ring);\n#endif\n\tring->running = 1;\n",
)
ELSEWHERE: Edit = (
    "arch/x86/Kconfig",
    "\tdepends on X86\n",
    "\tdepends on X86\n\tselect RING_BELL\n",
)
TWICE: Edit = (
    "arch/x86/Kconfig",
    "config X86\n\tdef_bool y\n\tselect HAVE_CLOCK\n",
    "config X86\n\tdef_bool y\n\tselect RING_BELL if X86_64\n"
    "\tselect HAVE_CLOCK\n\tselect RING_BELL\n",
)


@pytest.mark.parametrize("tree", [True, False])
@pytest.mark.parametrize(
    ("mine", "wrong"),
    [
        ((SELECTED,), set()),
        ((ELSEWHERE,), {"CF-3", "TX-2"}),
        ((TWICE,), {"CF-3", "TX-4"}),
        ((), {"CF-2", "TX-1", "TX-4"}),
    ],
)
def test_upstreams_patch_file_tells_where_selects_stand(
    world: World, mine: tuple[Edit, ...], wrong: set[str], *, tree: bool
) -> None:
    if not tree:
        # That nothing selects a symbol takes a tree to tell.
        wrong = wrong - {"CF-2"}
    edits = (DEFINED, SELECTED, RUNG)
    commit = world.upstream.commit("ring: a bell", upstreams(WHY), edits)
    file = world.upstream.top.parent / "upstream.patch"
    file.write_bytes(git(world.upstream.top, "format-patch", "-1", "--stdout"))
    world.branch.commit("ring: a bell", picked(commit, WHY), (DEFINED, *mine, RUNG))
    target = f"{world.branch.top}@HEAD^" if tree else None
    found = {name for name, _ in findings(world.report(upstream=str(file), target=target))}
    assert found == wrong


@pytest.mark.parametrize(("arch", "dead"), [("x86", True), ("arm64", False)])
def test_a_series_that_selects_for_another_architecture(
    world: World, arch: str, *, dead: bool
) -> None:
    arm = ("arch/arm64/Kconfig", "", "config ARM64\n\tdef_bool y\n")
    world.branch.texts[arm[0]] = world.upstream.texts[arm[0]] = ""
    more: Edit = (arm[0], "\tdef_bool y\n", "\tdef_bool y\n\tselect RING_BELL\n")
    for repo in (world.upstream, world.branch):
        repo.commit("arm64: begin", signed(), (arm,))
    for at, edits in enumerate(((DEFINED, RUNG), (more,))):
        commit = world.upstream.commit(f"ring: a bell {at}", upstreams(WHY), edits)
        world.branch.commit(f"ring: a bell {at}", picked(commit, WHY), edits)
    reports = world.reports(
        f"{world.branch.top}@HEAD~2..HEAD",
        target=f"{world.branch.top}@HEAD~2",
        architectures=(arch,),
    )
    assert ("CF-2" in dict(findings(reports[0]))) is dead


def test_each_patch_of_a_series_beside_its_own_in_a_file_of_several(
    world: World, tmp_path: Path
) -> None:
    """By the id that each names; a file with another commit's patch alone compares nothing."""
    edits: tuple[tuple[Edit, ...], ...] = (
        ((DRIVER_C, "\tring->running = 1;\n", "\tring->running = 1;\n\tring_forget(ring);\n"),),
        ((DRIVER_C, "\tring->running = 0;\n", "\tring->running = 0;\n\tring_forget(ring);\n"),),
    )
    for at, edit in enumerate(edits):
        commit = world.upstream.commit(f"ring: step {at}", upstreams("Why."), edit)
        world.branch.commit(f"ring: step {at}", picked(commit, "Why."), edit)
    top, series = world.branch.top, f"{world.branch.top}@HEAD~2..HEAD"
    both, one = tmp_path / "both.mbox", tmp_path / "one.patch"
    both.write_bytes(git(world.upstream.top, "format-patch", "-2", "--stdout"))
    one.write_bytes(git(world.upstream.top, "format-patch", "-1", "--stdout"))
    for file, states in ((both, ["ok", "ok"]), (one, ["cannot-tell", "ok"])):
        reports = world.reports(series, upstream=str(file), target=f"{top}@HEAD~2")
        found = [{item.id: item.state.value for item in report.items} for report in reports]
        assert [each["TX-3"] for each in found] == states
        assert [name for each in found for name, state in each.items() if state == "finding"] == []
