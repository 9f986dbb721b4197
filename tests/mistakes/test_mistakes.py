"""Mistakes of real backports, each in our own text: it is found under its item, and not beside."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import DRIVER_C, RING_H, Edit, World, picked, upstreams

from analyzer.finding import State
from analyzer.patch.reader import read_series

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


def findings(found: dict[str, object]) -> set[str]:
    return {name for name, item in found.items() if item.state is State.FINDING}  # type: ignore[attr-defined]


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
    assert "TX-2" in findings(world.review())


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
    assert "CF-3" in findings(world.review())


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
    assert "CF-3" in findings(world.review())


def test_a_symbol_that_nobody_selects(world: World) -> None:
    commit, code, _ = kconfig(world)
    world.branch.commit("ring: a bell", picked(commit, WHY), code)
    assert "CF-2" in findings(world.review())


def test_a_label_that_means_something_else(world: World) -> None:
    """On the branch ``out`` also frees the slots, so an early way out must not go there."""
    old = "\tring_kick(ring);\nout:\n\tspin_unlock(&ring->lock);\n\treturn err;\n}\n"
    new = "\tring_kick(ring);\nout:\n\tring_free_slots(ring);\n\tspin_unlock(&ring->lock);\n\treturn err;\n}\n"
    stop = world.branch.texts[DRIVER_C].rindex("int ring_stop")
    tail = world.branch.texts[DRIVER_C][stop:]
    world.branch.commit("ring: free early", WHY, ((DRIVER_C, tail, tail.replace(old, new)),))
    check = "\tring->running = 0;\n"
    checked = "\tif (ring->head == ring->tail)\n\t\tgoto out;\n\tring->running = 0;\n"
    edits: tuple[Edit, ...] = ((DRIVER_C, check, checked),)
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), edits)
    world.branch.commit(SUBJECT, picked(commit, WHY), edits)
    assert "SM-3" in findings(world.review())


def test_a_line_that_was_dropped_from_a_hunk(world: World) -> None:
    less = "\tring->running = 1;\n\tif (ring->head != ring->tail)\n\t\tring_kick(ring);\n"
    more = less.replace("\tif", "\tring->tail = 0;\n\tif")
    edits: tuple[Edit, ...] = ((DRIVER_C, GATE, more),)
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), edits)
    world.branch.commit(SUBJECT, picked(commit, WHY), ((DRIVER_C, GATE, less),))
    assert "TX-1" in findings(world.review())


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
    tag = f'Fixes: {commit[:12]} ("{SUBJECT}")'
    world.branch.commit("ring: a first step", WHY, FIX)
    first = world.branch.made[-1]
    world.branch.commit("ring: count right", picked(fix, WHY, tag), edits)
    # The same two as a series, the fix first.
    from repositories import patch_of

    series = patch_of(world.branch.top, "-2")
    letters = series.split(b"From ")[1:]
    assert len(read_series(series, "series").patches) == 2
    body = picked(commit, WHY).encode()
    assert first
    swapped = (b"From " + letters[1]).replace(b"[PATCH 2/2]", b"[PATCH 1/2]") + (
        b"From " + letters[0]
    ).replace(b"[PATCH 1/2]", b"[PATCH 2/2]").replace(WHY.encode(), body)
    path = world.branch.top.parent / "series.mbox"
    path.write_bytes(swapped)
    reports = world.reports(str(path), target=f"{world.branch.top}@HEAD~2")
    assert "DP-3" in findings({item.id: item for item in reports[0].items})


def test_a_fix_of_a_commit_that_the_branch_does_not_have(world: World) -> None:
    commit, fix, _ = fixed(world)
    tag = f'Fixes: {commit[:12]} ("{SUBJECT}")'
    edits: tuple[Edit, ...] = (
        (DRIVER_C, "\tif (ring->running) {\n", "\tif (ring->running == 1) {\n"),
    )
    world.branch.commit("ring: count right", picked(fix, WHY, tag), edits)
    assert "DP-3" in findings(world.review())


def test_a_later_fix_with_a_cve_is_missing(world: World) -> None:
    commit, fix, _ = fixed(world, "CVE: CVE-2019-11234")
    world.branch.commit(SUBJECT, picked(commit, WHY), FIX)
    found = world.review()
    assert "DP-2" in findings(found)
    assert fix[:12] in found["DP-2"].summary


def test_the_later_fix_is_there(world: World) -> None:
    commit, fix, edits = fixed(world)
    world.branch.commit(SUBJECT, picked(commit, WHY), FIX)
    world.branch.commit("ring: count right", picked(fix, WHY), edits)
    patch = f"{world.branch.top}@HEAD^"
    both = world.reports(f"{world.branch.top}@HEAD~2..HEAD", target=f"{world.branch.top}@HEAD~2")
    assert [sorted(findings({one.id: one for one in report.items})) for report in both] == [[], []]
    assert patch


def test_a_wrong_cve(world: World) -> None:
    other = world.upstream.commit(
        "ring: another fix",
        upstreams(WHY, "CVE: CVE-2019-99001"),
        ((DRIVER_C, "\tslot->length = length;\n", "\tslot->length = length + 0;\n"),),
    )
    commit = world.upstream.commit(SUBJECT, upstreams(WHY, "CVE: CVE-2019-99002"), FIX)
    world.branch.commit(SUBJECT, picked(commit, WHY, "CVE: CVE-2019-99001"), FIX)
    assert other
    assert "CV-1" in findings(world.review())


def test_a_deviation_that_nobody_explains(world: World) -> None:
    edits = (
        FIX[0],
        (
            DRIVER_C,
            STOP,
            STOPPED.replace("\tring_forget", "\tring->tail = ring->head;\n\tring_forget"),
        ),
    )
    backported(world, edits)
    assert "TX-4" in findings(world.review())


def test_a_deviation_that_is_explained(world: World) -> None:
    edits = (
        FIX[0],
        (
            DRIVER_C,
            STOP,
            STOPPED.replace("\tring_forget", "\tring->tail = ring->head;\n\tring_forget"),
        ),
    )
    backported(
        world,
        edits,
        note="[Bea: ring_stop() empties the ring by ring->tail, as this branch has no ring_reset().]",
    )
    assert "TX-4" not in findings(world.review())


def test_a_prerequisite_that_comes_after(world: World) -> None:
    need: tuple[Edit, ...] = (
        (
            DRIVER_C,
            "int ring_push(",
            "static int ring_waits(struct ring *ring)\n{\n\treturn ring->head != ring->tail;\n}\n\nint ring_push(",
        ),
    )
    use: tuple[Edit, ...] = (
        (DRIVER_C, GATE, GATED.replace("ring->head != ring->tail", "ring_waits(ring)")),
    )
    first = world.upstream.commit("ring: tell whether a ring waits", upstreams(WHY), need)
    second = world.upstream.commit(SUBJECT, upstreams(WHY), use)
    world.branch.commit(SUBJECT, picked(second, WHY), use)
    world.branch.commit("ring: tell whether a ring waits", picked(first, WHY), need)
    reports = world.reports(f"{world.branch.top}@HEAD~2..HEAD", target=f"{world.branch.top}@HEAD~2")
    assert "DP-1" in findings({item.id: item for item in reports[0].items})


def test_nothing_is_unused() -> None:
    assert RING_H
