"""DP-1: what the target lacks, the upstream commit that brought it, and what comes too late."""

from __future__ import annotations

from pathlib import Path

from analyzer.finding import State
from analyzer.past.bringing import definition_pattern
from analyzer.past.declares import declared, defined, uses
from analyzer.patch.lines import Mark
from tests.mistakes.worlds import DRIVER_C, RING_H, Edit, picked, upstreams
from tests.past.stories import SUBJECT, WHY, Story, evidence, said
from tests.repo.repositories import git
from tests.review.one_case import patch_of

LOCK = "void spin_lock(spinlock_t *lock);\n"
HELPER: Edit = (RING_H, LOCK, f"{LOCK}bool ring_waits(struct ring *ring);\n")
MEMBER: Edit = (RING_H, "\tint running;\n", "\tint running;\n\tint waiting;\n")
START = "\tring->running = 1;\n\tif"
STOP = "\tring->running = 0;\n"


def brought(story: Story, need: Edit, use: Edit, subject: str = "ring: a need") -> tuple[str, str]:
    """Upstream's commit that brings something, and its commit that uses it, backported alone."""
    first = story.world.upstream.commit(subject, upstreams(WHY), (need,))
    second = story.world.upstream.commit(SUBJECT, upstreams(WHY), (use,))
    story.take(SUBJECT, second, (use,))
    return first, second


USE_HELPER: Edit = (DRIVER_C, STOP, f"{STOP}\tif (ring_waits(ring))\n\t\terr = -EBUSY;\n")
USE_MEMBER: Edit = (DRIVER_C, STOP, f"{STOP}\tring->waiting = 0;\n")


def test_a_function_that_the_target_lacks(story: Story) -> None:
    first, _ = brought(story, HELPER, USE_HELPER)
    items = story.items()
    assert said(items["DP-1"]) == (
        State.FINDING,
        f"the target lacks ring_waits(), which upstream's {first[:12]} (“ring: a need”) brought",
    )
    assert items["DP-1"].next == f"Take {first[:12]} first, or do without ring_waits()."
    assert f"the oldest commit that has it in {RING_H}" in evidence(items["DP-1"])
    assert items["SM-2"].state is State.FINDING


def test_a_member_that_the_target_lacks(story: Story) -> None:
    first, _ = brought(story, MEMBER, USE_MEMBER)
    assert said(story.items()["DP-1"]) == (
        State.FINDING,
        f"the target lacks waiting, which upstream's {first[:12]} (“ring: a need”) brought",
    )


def test_a_signature_that_is_another_one(story: Story) -> None:
    old = "int ring_map(struct ring *ring, unsigned long address);\n"
    new = "int ring_map(struct ring *ring, unsigned long address, int write);\n"
    first, _ = brought(
        story,
        (RING_H, old, new),
        (DRIVER_C, "\terr = ring_map(ring, address);\n", "\terr = ring_map(ring, address, 1);\n"),
    )
    assert said(story.items()["DP-1"]) == (
        State.FINDING,
        "the target lacks the signature of ring_map(), which upstream's "
        f"{first[:12]} (“ring: a need”) brought",
    )


def test_what_was_moved_is_followed_to_where_it_was(story: Story) -> None:
    up = story.world.upstream
    up.texts["include/linux/wait.h"] = "#ifndef _W\n#define _W\n#endif\n"
    up.texts[RING_H] = up.texts[RING_H].replace(
        "typedef struct spinlock", "#include <linux/wait.h>\n\ntypedef struct spinlock"
    )
    first = up.commit(
        "wait: begin",
        upstreams(WHY),
        (("include/linux/wait.h", "#define _W\n", "#define _W\n#define RING_SLACK 8\n"),),
    )
    up.commit(
        "ring: move it",
        upstreams(WHY),
        (
            ("include/linux/wait.h", "#define RING_SLACK 8\n", ""),
            (RING_H, "#define EBUSY 16\n", "#define EBUSY 16\n#define RING_SLACK 8\n"),
        ),
    )
    use: Edit = (DRIVER_C, STOP, f"{STOP}\tring->tail = RING_SLACK;\n")
    commit = up.commit(SUBJECT, upstreams(WHY), (use,))
    story.take(SUBJECT, commit, (use,))
    assert said(story.items()["DP-1"]) == (
        State.FINDING,
        f"the target lacks RING_SLACK, which upstream's {first[:12]} (“wait: begin”) brought",
    )


def test_a_line_that_a_hunk_was_made_beside(story: Story) -> None:
    guard: Edit = (DRIVER_C, STOP, "\tring->tail = ring->head;\n" + STOP)
    first = story.world.upstream.commit("ring: drain it", upstreams(WHY), (guard,))
    use: Edit = (
        DRIVER_C,
        "\tring->tail = ring->head;\n" + STOP,
        "\tring->tail = ring->head;\n\tring_forget(ring);\n" + STOP,
    )
    second = story.world.upstream.commit(SUBJECT, upstreams(WHY), (use,))
    # The mail of upstream's own commit: it does not apply to the branch.
    items = story.items(
        f"{story.world.upstream.top}@{second}",
        target=str(story.world.branch.top),
        upstream_commit=second,
    )
    assert items["DP-1"].state is State.NEEDS_REVIEW
    assert items["DP-1"].summary.startswith("the patch does not apply to the target: ")
    assert f"upstream's {first[:12]} (“ring: drain it”) brought the line `" in evidence(
        items["DP-1"]
    )
    assert items["DP-1"].next == (
        f"Look at upstream's {first[:12]}, and take what the patch needs."
    )


def test_what_upstream_had_from_its_beginning_was_brought_by_nobody(story: Story) -> None:
    gone: Edit = (RING_H, "#define ENOSPC 28\n", "")
    text: Edit = (DRIVER_C, "\t\terr = -ENOSPC;\n", "\t\terr = -EBUSY;\n")
    story.world.branch.commit("ring: less", "So.", (gone, text))
    use: Edit = (DRIVER_C, STOP, f"{STOP}\tring->tail = ENOSPC;\n")
    commit = story.world.upstream.commit(SUBJECT, upstreams(WHY), (use,))
    story.take(SUBJECT, commit, (use,))
    item = story.items()["DP-1"]
    assert item.state is State.NEEDS_REVIEW
    assert "no file of the target has ENOSPC: upstream's history has it from its beginning on" in (
        item.summary
    )


def test_in_a_shallow_clone_the_last_commit_brought_nothing(story: Story, tmp_path: Path) -> None:
    brought(story, MEMBER, USE_MEMBER)
    shallow = tmp_path / "shallow"
    source = story.world.upstream.top.as_uri()
    git(tmp_path, "clone", "--quiet", "--bare", "--depth=2", source, str(shallow))
    items = story.items(upstream=str(shallow))
    assert items["DP-1"].state is State.NEEDS_REVIEW
    assert "upstream's older history: the clone is a shallow one" in evidence(items["LM-1"])


def test_a_name_of_our_own_is_for_a_person(story: Story) -> None:
    mine: Edit = (DRIVER_C, STOP, f"{STOP}\tring->limbo = 0;\n")
    commit = story.world.upstream.commit(SUBJECT, upstreams(WHY), (MEMBER,))
    story.take(SUBJECT, commit, (mine,))
    item = story.items()["DP-1"]
    assert item.state is State.NEEDS_REVIEW
    assert "no file of the target has limbo: upstream's tree before the commit does not" in (
        item.summary
    )


# --- a series -----------------------------------------------------------------------------------


def swapped(story: Story, need: Edit, use: Edit, **given: object) -> tuple[State, str]:
    """DP-1 of the first of two patches, of which the second brings what it uses."""
    first = story.world.upstream.commit("ring: a need", upstreams(WHY), (need,))
    second = story.world.upstream.commit(SUBJECT, upstreams(WHY), (use,))
    branch = story.world.branch
    branch.commit(SUBJECT, picked(second, WHY), (use,))
    branch.commit("ring: a need", picked(first, WHY), (need,))
    target = {"target": f"{branch.top}@HEAD~2", **given}
    return said(story.items(f"{branch.top}@HEAD~2..HEAD", **target)["DP-1"])


DEFINED: Edit = (
    DRIVER_C,
    "int ring_stop(",
    "static int ring_waits(struct ring *ring)\n{\n\treturn ring->head;\n}\n\nint ring_stop(",
)


def test_a_member_that_a_later_patch_brings(story: Story) -> None:
    assert swapped(story, MEMBER, USE_MEMBER) == (
        State.FINDING,
        "it uses waiting, which a later patch of the series brings: “ring: a need”",
    )


def test_a_function_that_a_later_patch_brings_without_any_tree(story: Story) -> None:
    assert swapped(story, DEFINED, USE_HELPER, target=None, upstream=None) == (
        State.FINDING,
        "it uses ring_waits(), which a later patch of the series brings: “ring: a need”",
    )


def test_in_order_nothing_is_raised(story: Story) -> None:
    first = story.world.upstream.commit("ring: a need", upstreams(WHY), (MEMBER,))
    second = story.world.upstream.commit(SUBJECT, upstreams(WHY), (USE_MEMBER,))
    branch = story.world.branch
    branch.commit("ring: a need", picked(first, WHY), (MEMBER,))
    branch.commit(SUBJECT, picked(second, WHY), (USE_MEMBER,))
    patch, target = f"{branch.top}@HEAD~2..HEAD", f"{branch.top}@HEAD~2"
    assert story.items(patch, target=target)["DP-1"].state is not State.FINDING


def test_a_local_of_the_same_name_is_no_need(story: Story) -> None:
    mine: Edit = (DRIVER_C, STOP, f"{STOP}\terr = 0;\n")
    other: Edit = (DRIVER_C, "\tint err;\n", "\tint err;\n\tint start;\n")
    found = swapped(story, other, mine, target=None, upstream=None)
    assert found[0] is not State.FINDING


# --- names --------------------------------------------------------------------------------------

DIFF = """\
diff --git a/mm/a.c b/mm/a.c
--- a/mm/a.c
+++ b/mm/a.c
@@ -1,2 +1,14 @@
 int there;
+#define SLACK 8
+struct room {
+\tunsigned long *first, *second;
+\tint width:3;
+};
+static int enter(struct room *room, int many)
+{
+\tstruct door *door = open_door(room->hall, SLACK);
+\tif (door->locked)
+\t\tgoto out;
+out:
+\treturn many;
+}
 int end;
"""


def test_names_that_lines_declare_and_use() -> None:
    files = patch_of(f"Subject: x\n\nx\n---\n{DIFF}").files
    assert declared(files) == {
        *("SLACK", "room", "first", "second", "width", "enter", "many", "door", "out"),
    }
    assert defined(files) == {"SLACK", "enter"}
    assert declared(files, Mark.REMOVED) == frozenset()
    local = declared(files)
    left = [(one.name, one.call, one.number) for one in uses(files) if one.name not in local]
    assert left == [("open_door", True, 17), ("hall", False, 17), ("locked", False, 18)]


def test_lines_that_define_a_name() -> None:
    pattern = definition_pattern("name")
    for line in (
        "#define name(x) (x)",
        "# define name 3",
        "config name",
        "int name(struct a *b)",
        "static inline struct x *name(void);",
        "struct name {",
        "typedef unsigned long name;",
        "\tstruct list_head name;",
        "\tunsigned long name[4];",
        "\tint name:3;",
        "\tname,",
        "\tname = 1 << 3,",
        "extern int name;",
        "static const struct ops name = {",
    ):
        assert pattern.match(line), line
    for line in (
        "\treturn name;",
        "\tname(1);",
        "\tgoto name;",
        "\tif (name(x))",
        "#ifdef name",
        "\tx = name;",
        "config name_other",
        "int name_other(void)",
        "\ta->name = 1;",
    ):
        assert not pattern.match(line), line


# --- what the facts know ------------------------------------------------------------------------


def test_a_prerequisite_of_the_facts_is_looked_for(story: Story, tmp_path: Path) -> None:
    guard: Edit = (DRIVER_C, STOP, "\tring->tail = ring->head;\n" + STOP)
    first = story.world.upstream.commit("ring: drain it", upstreams(WHY), (guard,))
    use: Edit = (DRIVER_C, "\tring->head++;\n", "\tring->head++;\n\tring_forget(ring);\n")
    second = story.world.upstream.commit(SUBJECT, upstreams(WHY), (use,))
    story.take(SUBJECT, second, (use,))
    facts = tmp_path / "facts.toml"
    rest = 'without = "a ring is full"\nprobe = "is it?"\nproperty = "full"\n'
    facts.write_text(
        f'[[commit]]\nid = "{second}"\nsubject = "{SUBJECT}"\n{rest}'
        f'[[commit.companion]]\nid = "{first}"\nrole = "prerequisite"\n'
        f'[[commit]]\nid = "{first}"\nsubject = "ring: drain it"\n'
        f"{rest}"
    )
    item = story.items(facts=(facts,))["DP-1"]
    assert said(item) == (
        State.FINDING,
        f"the target does not have upstream's prerequisite {first[:12]}",
    )
    assert "it is not there, told by content" in evidence(item)
    branch = story.world.branch
    branch.commit("ring: start anew", "So.", tuple((p, n, o) for p, o, n in (use,)))
    story.take("ring: drain it", first, (guard,))
    story.take(SUBJECT, second, (use,))
    item = story.items(facts=(facts,))["DP-1"]
    assert item.state is State.OK
    assert "it is there, told by content" in evidence(item)
