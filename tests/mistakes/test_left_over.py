"""Mistakes beside the code and in its surroundings: arms, nodes, markers, messages, constants."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import BEA, DRIVER_C, RING_H, UNA, Edit, World, picked, signed, upstreams

from analyzer.finding import State
from analyzer.result import Item, Report, Verdict

SUBJECT = "ring: mend it"
WHY = "It was broken."


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.made(tmp_path)


def findings(report: Report) -> list[str]:
    return [item.id for item in report.items if item.state is State.FINDING]


def item(report: Report, name: str) -> Item:
    return next(one for one in report.items if one.id == name)


def both_have(world: World, *edits: Edit) -> None:
    for repo in (world.upstream, world.branch):
        for path, _, _ in edits:
            repo.texts.setdefault(path, "")
        repo.commit("ring: more of it", signed(UNA), edits)


def backported(
    world: World, theirs: tuple[Edit, ...], ours: tuple[Edit, ...], why: str = WHY, note: str = ""
) -> Report:
    for repo, edits in ((world.upstream, theirs), (world.branch, ours)):
        for path, _, _ in edits:
            repo.texts.setdefault(path, "")
    commit = world.upstream.commit(SUBJECT, upstreams(why), theirs)
    world.branch.commit(SUBJECT, picked(commit, why, note=note), ours)
    return world.report(prove=False)


# --- under what a line stands ---------------------------------------------------------------------

ARMS = """\
#ifdef CONFIG_RING
int ring_go(int n);
#else
static inline int ring_go(int n)
{
\tint err = n;

\treturn err;
}
#endif

static int ring_both(int n)
{
#ifdef CONFIG_RING
\tint more = ring_go(n);

\tif (more)
\t\treturn more;
#else
\tint more = ring_go(n + 1);

\tif (more)
\t\treturn more;
#endif
\treturn 0;
}
"""
ARMS_H = "include/linux/arms.h"
PROTOTYPE: Edit = (
    ARMS_H,
    "int ring_go(int n);\n#",
    "int ring_go(int n);\nint ring_stop(int n);\n#",
)
STUB: Edit = (
    ARMS_H,
    "#else\nstatic inline",
    "#else\nint ring_stop(int n);\nstatic inline",
)
CALLED = "\t\treturn more;\n\tring_go(0);\n"
IN_FIRST: Edit = (ARMS_H, "\t\treturn more;\n#else\n", f"{CALLED}#else\n")
IN_SECOND: Edit = (ARMS_H, "\t\treturn more;\n#endif\n", f"{CALLED}#endif\n")
OUTSIDE: Edit = (ARMS_H, "#endif\n\treturn 0;\n", "#endif\n\tring_go(0);\n\treturn 0;\n")


@pytest.mark.parametrize(("theirs", "ours"), [(PROTOTYPE, STUB), (IN_FIRST, IN_SECOND)])
def test_a_line_in_the_other_arm(world: World, theirs: Edit, ours: Edit) -> None:
    both_have(world, (ARMS_H, "", ARMS))
    report = backported(world, (theirs,), (ours,))
    assert findings(report) == ["TX-2"]
    said = item(report, "TX-2").evidence[0].text
    assert said.endswith("under not CONFIG_RING; upstream's stands under CONFIG_RING")


@pytest.mark.parametrize("edit", [PROTOTYPE, IN_FIRST, IN_SECOND, OUTSIDE])
def test_a_line_in_its_own_arm(world: World, edit: Edit) -> None:
    both_have(world, (ARMS_H, "", ARMS))
    report = backported(world, (edit,), (edit,))
    assert item(report, "TX-2").state is State.OK
    assert findings(report) == []


def test_a_line_outside_of_the_arm_that_upstreams_is_in(world: World) -> None:
    both_have(world, (ARMS_H, "", ARMS))
    report = backported(world, (IN_FIRST,), (OUTSIDE,))
    assert item(report, "TX-2").state is State.NEEDS_REVIEW


def test_a_branch_that_has_no_such_arms(world: World) -> None:
    both_have(world, (ARMS_H, "", ARMS))
    first, second = ARMS.split("#ifdef CONFIG_RING\n\tint more = ring_go(n);\n")
    flat = first + "\tint more = ring_go(n);\n" + second.replace("#else\n", "#endif\n", 1)
    flat = flat.replace(flat[flat.index("#endif\n\tint more") : flat.rindex("#endif\n") + 7], "")
    world.branch.commit("ring: no arms", signed(UNA), ((ARMS_H, ARMS, flat),))
    report = backported(world, (IN_FIRST,), ((ARMS_H, "\t\treturn more;\n", CALLED),))
    assert (findings(report), item(report, "TX-2").state) == ([], State.OK)


TREE = """\
/ {
\tleds {
\t\tled2 {
\t\t\tlabel = "heart";
\t\t\tdefault-state = "off";
\t\t};

\t\tled3 {
\t\t\tlabel = "disk";
\t\t\tdefault-state = "off";
\t\t};
\t};
};
"""
DTS = "arch/arm/boot/dts/ring.dts"
CODE = """\
ENTRY(ring_copy)
\tmov %eax, %ecx
1:
\tdec %ecx
\tjnz 1b
\tret

ENTRY(ring_clear)
\tmov %ebx, %ecx
1:
\tdec %ecx
\tjnz 1b
\tret
"""
ASM = "arch/x86/lib/ring_64.S"
MAKE = "ifeq ($(CONFIG_RING),y)\nobj-y += ring.o\nendif\nobj-y += all.o\n"
MAKEFILE = "drivers/ring/Makefile"


def state(label: str, value: str = "on") -> Edit:
    head = f'\t\t\tlabel = "{label}";\n\t\t\tdefault-state = '
    return DTS, f'{head}"off";\n', f'{head}"{value}";\n'


def paused(register: str) -> Edit:
    head = f"\tmov %{register}, %ecx\n1:\n"
    return ASM, head, f"{head}\tpause\n"


@pytest.mark.parametrize(
    ("text", "theirs", "ours", "raised"),
    [
        (TREE, state("heart"), state("heart"), []),
        (TREE, state("heart"), state("disk"), ["TX-2"]),
        (TREE, state("heart"), state("heart", "keep"), ["TX-4"]),
        (CODE, paused("eax"), paused("eax"), []),
        (CODE, paused("eax"), paused("ebx"), ["TX-2"]),
        (
            CODE,
            (ASM, "\tmov %eax, %ecx\n", "\tmov %eax, %ecx\n\tinc %ecx\n"),
            (ASM, "\tmov %eax, %ecx\n", "\tmov %eax, %ecx\n\tdec %ecx\n"),
            ["TX-4"],
        ),
        (
            MAKE,
            (MAKEFILE, "obj-y += ring.o\n", "obj-y += ring.o\nobj-y += bell.o\n"),
            (MAKEFILE, "obj-y += ring.o\n", "obj-y += ring.o\nobj-y += bells.o\n"),
            ["TX-4"],
        ),
    ],
)
def test_where_nothing_is_c(
    world: World, text: str, theirs: Edit, ours: Edit, raised: list[str]
) -> None:
    both_have(world, (theirs[0], "", text))
    assert findings(backported(world, (theirs,), (ours,))) == raised


def test_one_of_two_like_changes_of_two_nodes(world: World) -> None:
    """What is there stands in its own node, and the other one is what is missing."""
    both_have(world, (DTS, "", TREE))
    report = backported(world, (state("heart"), state("disk")), (state("disk"),))
    assert findings(report) == ["TX-1", "TX-4"]


def test_a_node_by_another_name_at_the_same_address(world: World) -> None:
    both_have(world, (DTS, "", TREE.replace("led2", "led@2").replace("led3", "led@3")))
    world.branch.commit("ring: led", signed(UNA), ((DTS, "led@2", "gpio@2"),))
    report = backported(world, (state("heart"),), (state("heart"),))
    assert item(report, "TX-2").state is State.OK


def test_a_make_rule_outside_of_its_condition(world: World) -> None:
    both_have(world, (MAKEFILE, "", MAKE))
    theirs = (MAKEFILE, "obj-y += ring.o\n", "obj-y += bell.o\nobj-y += ring.o\n")
    ours = (MAKEFILE, "ifeq ($(CONFIG_RING),y)\n", "obj-y += bell.o\nifeq ($(CONFIG_RING),y)\n")
    report = backported(world, (theirs,), (ours,))
    assert item(report, "TX-2").state is State.NEEDS_REVIEW


ENUMS = """\
enum {
\tBELL_OFF,
\tBELL_ON,
\tBELL_LOUD,
};

enum {
\tRING_OFF,
\tRING_ON,
\tRING_LOUD,
};
"""
ENUM_H = "include/uapi/linux/ring.h"


def test_a_value_in_the_middle_of_an_enum_without_a_name(world: World) -> None:
    both_have(world, (ENUM_H, "", ENUMS))
    theirs = (ENUM_H, "\tRING_LOUD,\n", "\tRING_LOUD,\n\tRING_LONG,\n")
    ours = (ENUM_H, "\tRING_ON,\n", "\tRING_ON,\n\tRING_LONG,\n")
    report = backported(world, (theirs,), (ours,))
    assert [item(report, name).state for name in ("TX-3", "TX-4")] == [State.NEEDS_REVIEW] * 2


# --- what is left behind --------------------------------------------------------------------------

RUNS: Edit = (DRIVER_C, "\tring->running = 1;\n", "\tring->running = 1;\n\tring_forget(ring);\n")
CONFLICT: Edit = (
    DRIVER_C,
    "\tring->running = 1;\n",
    "<<<<<<< HEAD\n\tring->running = 1;\n=======\n\tring->running = 1;\n\tring_forget(ring);\n"
    ">>>>>>> 0123456789ab (ring: mend it)\n",
)
REJECTED: Edit = (f"{DRIVER_C}.rej", "", "@@ -1 +1 @@\n-a\n+b\n")


@pytest.mark.parametrize("edits", [(CONFLICT,), (RUNS, REJECTED)])
@pytest.mark.parametrize("upstream", [True, False])
def test_what_a_merge_leaves_behind(
    world: World, edits: tuple[Edit, ...], *, upstream: bool
) -> None:
    report = backported(world, (RUNS,), edits)
    if not upstream:
        report = world.report(upstream=None)
    assert item(report, "IN-2").state is State.FINDING


def test_a_heading_is_no_marker(world: World) -> None:
    text: Edit = ("Documentation/ring.rst", "", "Devices\n=======\n\nOf rings.\n")
    assert findings(backported(world, (text,), (text,))) == []
    report = backported(world, (RUNS,), (RUNS,))
    assert (item(report, "IN-2").state, findings(report)) == (State.OK, [])


def test_what_upstream_has_is_no_left_over(world: World) -> None:
    text: Edit = ("tools/testing/ring.sh", "", "cat <<EOF\n<<<<<<< ours\nEOF\n")
    report = backported(world, (text, RUNS), (text, RUNS))
    assert (item(report, "IN-2").state, findings(report)) == (State.OK, [])


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mine", [True, False])
def test_a_note_in_upstreams_own_message_explains_no_deviation(world: World, *, mine: bool) -> None:
    said = "[max: ring_start() and ring_forget() are made nicer here]"
    less: Edit = (DRIVER_C, "\tring->running = 0;\n", "\tring->running = 2;\n")
    why = WHY if mine else f"{WHY}\n\n{said}"
    report = backported(world, (RUNS, less), (less,), why, said if mine else "")
    assert findings(report) == ([] if mine else ["TX-1", "TX-4"])


def test_another_fixes_line_than_upstreams(world: World) -> None:
    first = world.upstream.commit("ring: one", upstreams(WHY), (("lib/one.c", "", "int one;\n"),))
    world.branch.texts["lib/one.c"] = ""
    one = ("lib/one.c", "", "int one;\n")
    world.branch.commit("ring: one", picked(first, WHY), (one,))
    tag = f'Fixes: {first[:12]} ("ring: one")'
    commit = world.upstream.commit(SUBJECT, upstreams(WHY, tag), (RUNS,))
    world.branch.commit(SUBJECT, picked(commit, WHY, tag), (RUNS,))
    assert item(world.report(), "DP-3").state is State.OK
    wrong = f'Fixes: {world.upstream.made[0][:12]} ("upstream: begin")'
    world.branch.commit("ring: undo", signed(BEA), ((DRIVER_C, RUNS[2], RUNS[1]),))
    world.branch.commit(SUBJECT, picked(commit, WHY, wrong), (RUNS,))
    found = item(world.report(), "DP-3")
    assert found.state is State.NEEDS_REVIEW
    assert found.summary.endswith("and upstream's message does not")


def test_a_sign_off_of_upstreams_is_gone(world: World) -> None:
    commit = world.upstream.commit(SUBJECT, upstreams(WHY), (RUNS,))
    body = f"commit {commit} upstream.\n\n{WHY}\n\n{signed(UNA, BEA)}"
    world.branch.commit(SUBJECT, body, (RUNS,))
    found = item(world.report(), "ID-4")
    assert found.state is State.NEEDS_REVIEW
    assert "signed by Max Maintainer <max@kernel.example>, and the patch is not" in found.summary


# --- constants and callees are no names -----------------------------------------------------------

FULL = "\tif (!ring->size)\n\t\treturn -ENOSPC;\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-ENOSPC", "-EFBIG"),
        ("\treturn -ENOSPC;\n", "\tgoto err;\n"),
        ("\treturn -ENOSPC;\n", "\tring_forget(ring);\n"),
    ],
)
def test_another_constant_is_another_code(world: World, old: str, new: str) -> None:
    head = "\tint err = 0;\n\n\tspin_lock(&ring->lock);\n\tif (ring->running) {\n"
    theirs: Edit = (DRIVER_C, head, head.replace("\n\n", f"\n\n{FULL}"))
    report = backported(world, (theirs,), ((DRIVER_C, head, theirs[2].replace(old, new)),))
    assert "TX-4" in findings(report)


def test_white_space_in_a_string_is_no_layout(world: World) -> None:
    head = "int ring_stop(struct ring *ring)\n"
    theirs = (DRIVER_C, head, f'static const char name[] = "ring  of buffers";\n\n{head}')
    ours = (DRIVER_C, head, theirs[2].replace("ring  of", "ring of"))
    assert findings(backported(world, (theirs,), (ours,))) == ["TX-4"]


def test_an_export_with_another_licence(world: World) -> None:
    head = "int ring_stop(struct ring *ring)\n"
    export = "EXPORT_SYMBOL_GPL(ring_start);\n\n"
    ours = (DRIVER_C, head, export.replace("_GPL", "") + head)
    assert findings(backported(world, ((DRIVER_C, head, export + head),), (ours,))) == ["TX-4"]


@pytest.mark.parametrize("given", ["ring_kick", "ring_wake"])
def test_another_function_of_both_is_no_other_name(world: World, given: str) -> None:
    """``ring_kick`` is called by both files: it is not what ``ring_forget`` is called here."""
    both_have(
        world, (RING_H, "#define EINVAL", "void ring_wake(struct ring *ring);\n#define EINVAL")
    )
    ours = (DRIVER_C, RUNS[1], RUNS[2].replace("ring_forget", given))
    raised = ["TX-4"] if given == "ring_kick" else []
    assert findings(backported(world, (RUNS,), (ours,))) == raised


# --- a way out under a lock that the target alone holds there -------------------------------------

LATE = """\
int ring_drain(struct ring *ring)
{
\tint err;

\terr = ring_map(ring, 0);
\tif (err)
\t\treturn err;
\tspin_lock(&ring->lock);
\tring_kick(ring);
\tspin_unlock(&ring->lock);
\treturn 0;
}
"""
EARLY = """\
int ring_drain(struct ring *ring)
{
\tint err;

\tspin_lock(&ring->lock);
\terr = ring_map(ring, 0);
\tif (err)
\t\tgoto out;
\tring_kick(ring);
out:
\tspin_unlock(&ring->lock);
\treturn err;
}
"""
DRAIN = "drivers/ring/drain.c"
TOP = "#include <linux/ring.h>\n\n"
LEAVES = "\tif (!ring->size)\n\t\treturn -EINVAL;\n"
GOES = "\tif (!ring->size) {\n\t\terr = -EINVAL;\n\t\tgoto out;\n\t}\n"
MAPPED = "\terr = ring_map(ring, 0);\n"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (MAPPED, LEAVES + MAPPED, True),
        (MAPPED, GOES + MAPPED, False),
        ("\tspin_lock(&ring->lock);\n", LEAVES + "\tspin_lock(&ring->lock);\n", False),
    ],
)
def test_a_return_under_a_lock_that_upstream_takes_later(
    world: World, old: str, new: str, shown: bool
) -> None:
    """What undoes a call is known by its name: it is shown, and a run or a proof decides."""
    for repo, text in ((world.upstream, LATE), (world.branch, EARLY)):
        repo.texts[DRAIN] = ""
        repo.commit("ring: drain", signed(UNA), ((DRAIN, "", TOP + text),))
    note = "[Bea: ring_drain() takes the lock first here, so it leaves by out]"
    report = backported(world, ((DRAIN, MAPPED, LEAVES + MAPPED),), ((DRAIN, old, new),), note=note)
    assert findings(report) == []
    (item,) = (one for one in report.items if one.id == "SM-3")
    said = "`spin_lock(&ring->lock)` stands before this way out"
    assert any(said in one.text for one in item.evidence) is shown
    assert (item.state, report.verdict) == (State.CANNOT_TELL, Verdict.UNDECIDED)
