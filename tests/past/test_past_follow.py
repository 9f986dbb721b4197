"""DP-2 with upstream's history: which later fixes the target needs, has, lacks or leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.finding import State
from analyzer.history.past import By, There
from tests.mistakes.worlds import DRIVER_C, Edit
from tests.past.stories import CHANGE, FIX, FIX_OF_FIX, Story, evidence, said

COUNT = "ring: count right"
EMPTY = "ring: mind a ring without slots"


def test_a_perfect_backport_raises_nothing(story: Story) -> None:
    story.backport()
    items, past = story.told()
    assert not [one for one in items.values() if one.state is State.FINDING]
    assert said(items["DP-1"]) == (
        State.OK,
        "what it changes is upstream's own before it, and all names that it uses are there",
    )
    assert said(items["DP-2"]) == (State.OK, "upstream's history has no later fix or revert")
    assert items["DP-3"].state is State.NOT_APPLICABLE
    assert items["CV-1"].state is State.NOT_APPLICABLE
    assert items["ID-2"].state is State.OK
    assert (past.follows, past.mended, past.needs.found) == ((), (), ())


def test_a_fix_that_is_missing(story: Story) -> None:
    fix = story.fix(COUNT, FIX, "CVE: CVE-2019-11234")
    story.backport()
    item = story.items()["DP-2"]
    assert said(item) == (
        State.FINDING,
        f"the target with this patch does not have {fix[:12]} (CVE-2019-11234)",
    )
    assert item.reason.startswith("searched: the repository ")
    assert item.evidence[0].place is not None
    assert item.evidence[0].place.commit == fix
    assert item.next.startswith(f"Take {fix[:12]} with it")


def test_a_fix_of_a_fix_that_is_missing(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    second = story.fix(EMPTY, FIX_OF_FIX, of=fix)
    story.take(COUNT, story.commit, (*CHANGE,))
    # The fix is folded in, the fix of the fix is not.
    story.world.branch.texts[DRIVER_C] = story.world.branch.texts[DRIVER_C].replace(*FIX[0][1:])
    folded: tuple[Edit, ...] = ((DRIVER_C, "", "\n"),)
    story.take("ring: folded", story.commit, folded)
    items, past = story.told()
    assert [(one.later.depth, one.presence.there) for one in past.follows or ()] == [
        (1, There.YES),
        (2, There.NO),
    ]
    assert said(items["DP-2"]) == (
        State.FINDING,
        f"the target with this patch does not have {second[:12]}",
    )


LOCKED: tuple[Edit, ...] = (
    (
        DRIVER_C,
        "\terr = ring_map(ring, address);\n\tif (err)\n\t\tgoto out;\n",
        "\terr = ring_map(ring, address);\n\tif (err)\n\t\tgoto out;\n"
        "\tif (!length) {\n\t\terr = -EINVAL;\n\t\tgoto out;\n\t}\n",
    ),
)


FIX_STOP: tuple[Edit, ...] = (
    (DRIVER_C, "\tring->running = 0;\n", "\tring->running = 0;\n\tring_forget(ring);\n"),
)


def test_a_fix_with_another_label_is_there_by_its_content(story: Story) -> None:
    fix = story.fix(COUNT, LOCKED)
    branch = story.world.branch
    text = branch.texts[DRIVER_C]
    start = text.index("int ring_push"), text.index("int ring_start")
    push = text[slice(*start)].replace("goto out;", "goto unlock;").replace("\nout:", "\nunlock:")
    branch.commit("ring: name it", "So.", ((DRIVER_C, text[slice(*start)], push),))
    renamed = tuple(
        (path, old.replace("out;", "unlock;"), new.replace("out;", "unlock;"))
        for path, old, new in LOCKED
    )
    branch.commit("ring: something else", "So.", renamed)
    story.backport()
    items, past = story.told()
    (follow,) = past.follows or ()
    assert (follow.presence.there, follow.presence.by) == (There.YES, By.CONTENT)
    assert said(items["DP-2"]) == (
        State.OK,
        "every later fix known that this code can need is there, "
        f"as running and the target's files tell: {fix[:12]}",
    )


def test_a_fix_that_the_log_names_and_the_content_does_not_tell(story: Story) -> None:
    fix = story.fix(COUNT, LOCKED)
    story.take(COUNT, fix, LOCKED)
    again = (DRIVER_C, "\tif (!length) {\n", "\tif (length < 1 || length > 4096) {\n")
    story.world.branch.commit("ring: bounds", "So.", (again,))
    story.backport()
    items, past = story.told()
    (follow,) = past.follows or ()
    assert (follow.presence.there, follow.presence.by) == (There.YES, By.REFERENCE)
    assert follow.presence.commit == story.world.branch.made[1]
    assert said(items["DP-2"]) == (
        State.NEEDS_REVIEW,
        f"{fix[:12]} is there by name alone; the target's content does not tell",
    )


def test_a_fix_that_the_log_names_and_the_content_denies(story: Story) -> None:
    fix = story.fix(COUNT, LOCKED)
    story.take(COUNT, fix, LOCKED)
    story.world.branch.commit("ring: undo", "So.", tuple((p, n, o) for p, o, n in LOCKED))
    story.backport()
    items, past = story.told()
    (follow,) = past.follows or ()
    assert follow.presence.there is There.PARTLY
    assert items["DP-2"].state is State.NEEDS_REVIEW
    assert "has it as" in evidence(items["DP-2"])
    assert "stands there as it was before it" in evidence(items["DP-2"])


def test_one_hunk_of_a_fix_is_not_the_fix(story: Story) -> None:
    both = (*LOCKED, *FIX_STOP)
    fix = story.fix(COUNT, both)
    story.world.branch.commit("ring: half of it", "So.", LOCKED)
    story.backport()
    items, past = story.told()
    assert [one.presence.there for one in past.follows or ()] == [There.PARTLY]
    assert said(items["DP-2"]) == (
        State.NEEDS_REVIEW,
        f"the target has only a part of {fix[:12]}, or its name alone",
    )


def test_a_fix_that_the_branch_took_back(story: Story) -> None:
    fix = story.fix(COUNT, LOCKED)
    story.take(COUNT, fix, LOCKED)
    mine = story.world.branch.made[-1]
    text = f"This reverts commit {mine}.\n\nIt broke a guest."
    story.world.branch.commit("Revert it", text, tuple((p, n, o) for p, o, n in LOCKED))
    story.backport()
    item = story.items()["DP-2"]
    assert item.state is State.FINDING
    assert "and takes it back in" in evidence(item)


def test_a_fix_that_upstream_took_back_is_not_required(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    back = story.revert(fix, FIX)
    story.backport()
    items, past = story.told()
    assert [(one.later.commit.id, one.undone) for one in past.follows or ()] == [
        (fix, back),
        (back, ""),
    ]
    assert items["DP-2"].state is State.OK
    assert f"not required, {back[:12]} takes it back upstream" in evidence(items["DP-2"])


def test_a_fix_that_upstream_took_back_and_put_in_again_is(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    back = story.revert(fix, FIX)
    again = story.revert(back, tuple((p, n, o) for p, o, n in FIX))
    story.backport()
    items, past = story.told()
    undone = {one.later.commit.id: one.undone for one in past.follows or ()}
    assert undone == {fix: "", back: again, again: ""}
    assert said(items["DP-2"])[0] is State.FINDING
    assert fix[:12] in items["DP-2"].summary


def test_the_change_itself_was_taken_back_upstream(story: Story) -> None:
    back = story.revert(story.commit, CHANGE)
    story.backport()
    item = story.items()["DP-2"]
    assert item.state is State.FINDING
    assert back[:12] in item.summary
    assert f"reverts {story.commit[:12]}" in evidence(item)


def test_copies_of_a_fix_on_upstreams_branches_count_once(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    text = f"commit {fix} upstream.\n\n"
    story.world.upstream.commit(COUNT, f"{text}Fixes: {story.commit[:12]}", ((DRIVER_C, "", "\n"),))
    story.backport()
    _, past = story.told()
    assert [one.later.commit.id for one in past.follows or ()] == [fix]


# --- left out on purpose ------------------------------------------------------------------------

MAKE = "obj-$(CONFIG_RING) += ring.o\n"


def omitted(story: Story, reason: str, **given: object) -> tuple[State, str, str]:
    """DP-2 where the patch's message leaves the fix out for a reason."""
    fix = story.fix(COUNT, FIX)
    branch = story.world.branch
    branch.texts["drivers/ring/Makefile"] = MAKE
    branch.texts["drivers/Makefile"] = "obj-y += ring/\n"
    branch.commit("ring: build it", "So.", ())
    story.backport(f'Omitted-fix: {fix[:12]} ("{COUNT}") {reason}')
    item = story.items(**given)["DP-2"]
    return item.state, item.summary.replace(fix[:12], "FIX"), evidence(item)


@pytest.mark.parametrize(
    ("reason", "config", "state", "seen"),
    [
        ("not compiled", "# CONFIG_RING is not set\n", State.OK, "CONFIG_RING is off"),
        ("CONFIG_RING not set", "CONFIG_RING=y\n", State.FINDING, "CONFIG_RING is y"),
        ("ring_room() does not exist", "", State.FINDING, "the target has ring_room ("),
        ("cosmetic", "", State.NEEDS_REVIEW, "its reason was not checked"),
    ],
)
def test_a_reason_is_held_against_the_target(
    story: Story, tmp_path: Path, reason: str, config: str, state: State, seen: str
) -> None:
    given: dict[str, object] = {}
    if config:
        (tmp_path / "config").write_text(config)
        given["config"] = tmp_path / "config"
    found = omitted(story, reason, **given)
    assert (found[0], seen in found[2]) == (state, True), found
    assert (
        found[1]
        == {
            State.OK: "left out for reasons that hold: FIX",
            State.FINDING: "the reason for leaving out FIX is not true in this target",
            State.NEEDS_REVIEW: "nothing here checks the reason for leaving out FIX",
        }[state]
    )


def test_a_blacklist_leaves_a_fix_out_and_what_fixes_it(story: Story, tmp_path: Path) -> None:
    fix = story.fix(COUNT, FIX)
    second = story.fix(EMPTY, FIX_OF_FIX, of=fix)
    story.backport()
    black = tmp_path / "blacklist.conf"
    black.write_text(f"# Ours\ndrivers/old\n{fix} # there is no ring_wait() here\n")
    items, past = story.told(blacklists=(black,))
    assert [(one.later.commit.id, one.beside) for one in past.follows or ()] == [
        (fix, ""),
        (second, fix),
    ]
    assert said(items["DP-2"]) == (State.OK, f"left out for reasons that hold: {fix[:12]}")
    assert f"{black}:3 leaves it out" in evidence(items["DP-2"])


def test_a_blacklist_that_is_not_there_is_said(story: Story, tmp_path: Path) -> None:
    story.backport()
    with pytest.raises(AnalyzerError, match="No such file"):
        story.items(blacklists=(tmp_path / "none",))


def test_without_a_target_nobody_says_that_a_fix_is_missing(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    story.backport()
    assert said(story.items(target=None)["DP-2"]) == (
        State.NEEDS_REVIEW,
        f"nothing tells whether the target has {fix[:12]}",
    )
