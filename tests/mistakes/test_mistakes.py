"""Mistakes of real backports, each in our own text: what they raise, and that nothing else is.

A mistake may break more than one rule: a hunk that is gone is missing, and nobody explained it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import DRIVER_C, Edit, World, picked, upstreams

from analyzer.finding import State
from analyzer.result import Report

SUBJECT = "ring: wake the device only when it waits"
WHY = "A kick costs a trip over the bus, and is lost on a device that runs."
GATE = "\tring->running = 1;\n\tring_kick(ring);\n"
GATED = "\tring->running = 1;\n\tif (ring->head != ring->tail)\n\t\tring_kick(ring);\n"
STOP = "\tring->running = 0;\n\tring_kick(ring);\n"
STOPPED = "\tring->running = 0;\n\tring_forget(ring);\n\tring_kick(ring);\n"
FIX: tuple[Edit, ...] = ((DRIVER_C, GATE, GATED), (DRIVER_C, STOP, STOPPED))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.made(tmp_path)


def findings(report: Report) -> list[str]:
    return [item.id for item in report.items if item.state is State.FINDING]


def both(world: World) -> tuple[Report, ...]:
    """The last two commits of the branch as a series."""
    top = world.branch.top
    return world.reports(f"{top}@HEAD~2..HEAD", target=f"{top}@HEAD~2")


def backported(world: World, edits: tuple[Edit, ...] = FIX, **more: str) -> str:
    """Upstream's commit with all of ``FIX``, and a backport of it with these edits."""
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), FIX)
    world.branch.commit(SUBJECT, picked(commit, WHY, **more), edits)
    return commit


def test_a_perfect_backport_raises_nothing(world: World) -> None:
    backported(world)
    report = world.report(prove=True)
    assert [(item.id, item.summary) for item in report.items if item.state is State.FINDING] == []
    assert report.verdict.value == "same"


def test_a_hunk_in_a_neighbouring_function(world: World) -> None:
    start = "\tring->head++;\nout:\n"
    moved = "\tring->head++;\n\tring_forget(ring);\nout:\n"
    backported(world, (FIX[0], (DRIVER_C, start, moved)))
    assert findings(world.report()) == ["TX-2", "SM-2", "SM-4"]


def kconfig(world: World) -> tuple[str, tuple[Edit, ...], tuple[Edit, ...]]:
    new = "\nconfig RING_BELL\n\tbool\n\nconfig PUMP\n"
    edits = (
        ("drivers/Kconfig", "\nconfig PUMP\n", new),
        ("arch/x86/Kconfig", "\tselect HAVE_CLOCK\n", "\tselect HAVE_CLOCK\n\tselect RING_BELL\n"),
        (DRIVER_C, GATE, f"#ifdef CONFIG_RING_BELL\n{GATED}#else\n{GATE}#endif\n"),
    )
    return (
        world.upstream.commit("ring: a bell", upstreams(WHY), edits),
        edits[:1] + edits[2:],
        edits[1:2],
    )


def test_a_select_under_the_wrong_symbol(world: World) -> None:
    commit, code, _ = kconfig(world)
    wrong = ("arch/x86/Kconfig", "\tdepends on X86\n", "\tdepends on X86\n\tselect RING_BELL\n")
    world.branch.commit("ring: a bell", picked(commit, WHY), (*code, wrong))
    assert findings(world.report()) == ["TX-2", "CF-3"]


def test_a_symbol_that_is_selected_twice(world: World) -> None:
    commit, code, (select,) = kconfig(world)
    world.branch.commit(
        "x86: ring the bell", "For later.\n\nSigned-off-by: A <a@b.example>", (select,)
    )
    again = (
        "arch/x86/Kconfig",
        "config X86\n\tdef_bool y\n",
        "config X86\n\tdef_bool y\n\tselect RING_BELL\n",
    )
    world.branch.commit("ring: a bell", picked(commit, WHY), (*code, again))
    assert findings(world.report()) == ["CF-3"]


def test_a_symbol_that_nobody_selects(world: World) -> None:
    commit, code, _ = kconfig(world)
    world.branch.commit("ring: a bell", picked(commit, WHY), code)
    assert findings(world.report()) == ["TX-1", "TX-4", "CF-2"]


def test_a_label_that_means_something_else(world: World) -> None:
    """On the branch ``out`` also frees the slots, so an early way out must not go there."""
    old = "\tring_kick(ring);\nout:\n\tspin_unlock(&ring->lock);\n\treturn err;\n}\n"
    new = old.replace("out:\n", "out:\n\tring_free_slots(ring);\n")
    stop = world.branch.texts[DRIVER_C].rindex("int ring_stop")
    tail = world.branch.texts[DRIVER_C][stop:]
    world.branch.commit("ring: free early", WHY, ((DRIVER_C, tail, tail.replace(old, new)),))
    check = "\tring->running = 0;\n"
    checked = "\tif (ring->head == ring->tail)\n\t\tgoto out;\n\tring->running = 0;\n"
    edits: tuple[Edit, ...] = ((DRIVER_C, check, checked),)
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), edits)
    world.branch.commit(SUBJECT, picked(commit, WHY), edits)
    assert findings(world.report()) == ["SM-3"]


def test_a_line_that_was_dropped_from_a_hunk(world: World) -> None:
    less = "\tring->running = 1;\n\tif (ring->head != ring->tail)\n\t\tring_kick(ring);\n"
    more = less.replace("\tif", "\tring->tail = 0;\n\tif")
    edits: tuple[Edit, ...] = ((DRIVER_C, GATE, more),)
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), edits)
    world.branch.commit(SUBJECT, picked(commit, WHY), ((DRIVER_C, GATE, less),))
    assert findings(world.report()) == ["TX-1", "TX-4", "SM-4"]


def fixed(world: World, *trailers: str) -> tuple[str, str, tuple[Edit, ...]]:
    """Upstream's commit, its fix, and what the fix changes."""
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), FIX)
    edits: tuple[Edit, ...] = (
        (DRIVER_C, "\tif (ring->head != ring->tail)\n", "\tif (ring_room(ring) != ring->size)\n"),
    )
    tag = f'Fixes: {commit[:12]} ("{SUBJECT}")'
    fix = world.upstream.commit("ring: count right", upstreams(WHY, tag, *trailers), edits)
    return commit, fix, edits


def test_a_fix_before_what_it_fixes(world: World) -> None:
    commit, fix, edits = fixed(world)
    # The same lines in another order: the fix is written first, and applies.
    early = ((DRIVER_C, GATE, edits[0][2].join(GATED.split(edits[0][1]))), FIX[1])
    tag = f'Fixes: {commit[:12]} ("{SUBJECT}")'
    world.branch.commit("ring: count right", picked(fix, WHY, tag), early)
    undone = ((DRIVER_C, edits[0][2], edits[0][1]),)
    world.branch.commit(SUBJECT, picked(commit, WHY), undone)
    assert findings(both(world)[0]) == ["TX-1", "TX-4", "DP-3"]


def test_a_fix_of_a_commit_that_the_branch_does_not_have(world: World) -> None:
    commit, fix, _ = fixed(world)
    tag = f'Fixes: {commit[:12]} ("{SUBJECT}")'
    edits: tuple[Edit, ...] = (
        (DRIVER_C, "\tif (ring->running) {\n", "\tif (ring->running == 1) {\n"),
    )
    world.branch.commit("ring: count right", picked(fix, WHY, tag), edits)
    assert findings(world.report()) == ["TX-4", "DP-3"]


def test_a_later_fix_with_a_cve_is_missing(world: World) -> None:
    commit, fix, _ = fixed(world, "CVE: CVE-2019-11234")
    world.branch.commit(SUBJECT, picked(commit, WHY), FIX)
    report = world.report()
    assert findings(report) == ["DP-2"]
    assert fix[:12] in next(item.summary for item in report.items if item.id == "DP-2")


def test_the_later_fix_is_there(world: World) -> None:
    commit, fix, edits = fixed(world)
    world.branch.commit(SUBJECT, picked(commit, WHY), FIX)
    world.branch.commit("ring: count right", picked(fix, WHY), edits)
    assert [findings(report) for report in both(world)] == [[], []]


def test_a_wrong_cve(world: World) -> None:
    world.upstream.commit(
        "ring: another fix",
        upstreams(WHY, "CVE: CVE-2019-99001"),
        ((DRIVER_C, "\tslot->length = length;\n", "\tslot->length = length + 0;\n"),),
    )
    commit = world.upstream.commit(SUBJECT, upstreams(WHY, "CVE: CVE-2019-99002"), FIX)
    world.branch.commit(SUBJECT, picked(commit, WHY, "CVE: CVE-2019-99001"), FIX)
    assert findings(world.report()) == ["CV-1"]


SUBTRACTED = GATED.replace("ring->head != ring->tail", "ring->head - ring->tail")
EMPTIED = STOPPED.replace("\tring_forget", "\tring->tail = ring->head;\n\tring_forget")


def test_a_deviation_that_nobody_explains(world: World) -> None:
    backported(world, ((DRIVER_C, GATE, SUBTRACTED), FIX[1]))
    assert findings(world.report()) == ["TX-4"]


def test_a_deviation_that_is_explained(world: World) -> None:
    note = "[Bea: ring_start() looks if ring->head - ring->tail is zero.]"
    backported(world, ((DRIVER_C, GATE, SUBTRACTED), FIX[1]), note=note)
    assert findings(world.report()) == []


def test_a_deviation_that_does_something_else(world: World) -> None:
    backported(world, (FIX[0], (DRIVER_C, STOP, EMPTIED)))
    assert findings(world.report()) == ["TX-4", "SM-6"]


def test_an_explained_deviation_that_does_something_else(world: World) -> None:
    """Saying why does not make it upstream's."""
    note = "[Bea: ring_stop() empties the ring by ring->tail: there is no ring_reset() here.]"
    backported(world, (FIX[0], (DRIVER_C, STOP, EMPTIED)), note=note)
    assert findings(world.report()) == ["SM-6"]


WAITS = """\
static int ring_waits(struct ring *ring)
{
\treturn ring->head != ring->tail;
}

int ring_push("""


def test_a_prerequisite_that_comes_after(world: World) -> None:
    need: tuple[Edit, ...] = ((DRIVER_C, "int ring_push(", WAITS),)
    asks = GATED.replace("ring->head != ring->tail", "ring_waits(ring)")
    use: tuple[Edit, ...] = ((DRIVER_C, GATE, asks),)
    first = world.upstream.commit("ring: tell whether a ring waits", upstreams(WHY), need)
    second = world.upstream.commit(SUBJECT, upstreams(WHY), use)
    world.branch.commit(SUBJECT, picked(second, WHY), use)
    world.branch.commit("ring: tell whether a ring waits", picked(first, WHY), need)
    assert findings(both(world)[0]) == ["SM-2", "DP-1"]


def test_a_line_that_only_goes_away(world: World) -> None:
    """Upstream moves code around a line, which the backport loses."""
    moved = "\tif (ring->head != ring->tail)\n\t\tring_kick(ring);\n"
    edits: tuple[Edit, ...] = ((DRIVER_C, GATE, moved + "\tring->running = 1;\n"),)
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), edits)
    world.branch.commit(SUBJECT, picked(commit, WHY), ((DRIVER_C, GATE, moved),))
    assert findings(world.report()) == ["TX-1", "TX-4", "SM-4"]
