"""DP-3 and DP-4: whether the target has what is fixed, and newer branches what is backported."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.finding import State
from analyzer.history.past import By, There
from tests.mistakes.worlds import DRIVER_C, Repo, World, picked
from tests.past.stories import CHANGE, FIX, SUBJECT, WHY, Story, evidence, fixes, said
from tests.repo.repositories import created, git

COUNT = "ring: count right"
OTHER = ((DRIVER_C, "\tring->running = 0;\n", "\tring->running = 0;\n\tring_forget(ring);\n"),)


# --- DP-3 ---------------------------------------------------------------------------------------


def test_what_it_fixes_is_there_by_content(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    story.backport()
    story.take(COUNT, fix, FIX, fixes(story.commit))
    items, past = story.told()
    (mended,) = past.mended
    assert (mended.sha, mended.line) == (story.commit, 11)
    assert (mended.presence.there, mended.presence.by) == (There.YES, By.CONTENT)
    assert said(items["DP-3"]) == (
        State.OK,
        f"what it fixes is there: {story.commit[:12]} (“{SUBJECT}”)",
    )


def test_what_it_fixes_is_not_there(story: Story) -> None:
    fix = story.fix(COUNT, OTHER)
    story.take(COUNT, fix, OTHER)
    items, past = story.told()
    # The backport lost its Fixes: tag; upstream's own says it.
    assert [(one.sha, one.line) for one in past.mended] == [(story.commit, None)]
    assert said(items["DP-3"]) == (
        State.FINDING,
        f"it fixes {story.commit[:12]} (“{SUBJECT}”), which the target does not have before it",
    )
    assert "by upstream's message" in evidence(items["DP-3"])


def test_without_upstream_the_targets_log_tells(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    story.backport()
    story.take(COUNT, fix, FIX, fixes(story.commit))
    items, past = story.told(upstream=None)
    assert past.source == ""
    # A log is asked for a whole id; of an abbreviation the title that stands beside it.
    assert [(one.presence.there, one.presence.by) for one in past.mended] == [
        (There.YES, By.SUBJECT)
    ]
    assert items["DP-3"].state is State.OK


def test_nothing_tells_without_upstream_and_without_a_name(story: Story) -> None:
    fix = story.fix(COUNT, OTHER)
    story.take(COUNT, fix, OTHER, fixes(story.commit))
    assert story.items(upstream=None)["DP-3"].state is State.NEEDS_REVIEW


def test_what_it_fixes_stands_before_it_in_the_series(story: Story) -> None:
    fix = story.fix(COUNT, FIX)
    story.backport()
    story.take(COUNT, fix, FIX, fixes(story.commit))
    branch = story.world.branch.top
    found = story.world.reports(f"{branch}@HEAD~2..HEAD", target=f"{branch}@HEAD~2")
    states = [next(one for one in report.items if one.id == "DP-3").state for report in found]
    assert states == [State.NOT_APPLICABLE, State.OK]


# --- DP-4 ---------------------------------------------------------------------------------------


def newer(story: Story, name: str = "newer") -> Repo:
    """A newer branch of the release, as upstream was before the change."""
    world = World.made(story.world.branch.top.parent / name)
    return world.branch


@pytest.mark.parametrize(
    ("how", "there", "by", "state"),
    [
        ("nothing", There.NO, By.CONTENT, State.FINDING),
        ("reference", There.YES, By.REFERENCE, State.OK),
        ("subject", There.YES, By.SUBJECT, State.OK),
        ("content", There.YES, By.CONTENT, State.OK),
        ("reverted", There.NO, By.REFERENCE, State.FINDING),
    ],
)
def test_a_newer_branch(story: Story, how: str, there: There, by: By, state: State) -> None:
    story.backport()
    branch = newer(story)
    if how in ("reference", "reverted"):
        branch.commit("ring: other words", picked(story.commit, WHY), CHANGE)
    if how == "reverted":
        back = tuple((path, new, old) for path, old, new in CHANGE)
        branch.commit("Revert", f"This reverts commit {branch.made[-1]}.", back)
    if how == "subject":
        branch.commit(SUBJECT, "So.", CHANGE)
    if how == "content":
        branch.commit("ring: other words", "So.", CHANGE)
    items, past = story.told(newer=(str(branch.top),))
    (sibling,) = past.siblings
    assert (sibling.presence.there, sibling.presence.by) == (there, by)
    item = items["DP-4"]
    assert item.state is state
    if state is State.FINDING:
        assert item.summary == f"{branch.top} lacks it: who upgrades to it loses what this does"
    else:
        assert item.summary == f"{branch.top} has it, told {by.value}"


def test_upstream_itself_has_it_by_ancestry_and_what_came_before_has_not(story: Story) -> None:
    story.backport()
    up = str(story.world.upstream.top)
    items, past = story.told(newer=(f"{up}@main", f"{up}@v5.0"))
    assert [(one.presence.there, one.presence.by) for one in past.siblings] == [
        (There.YES, By.ANCESTRY),
        (There.NO, By.CONTENT),
    ]
    assert items["DP-4"].summary.startswith(f"{up}@v5.0 lacks it")


def test_a_directory_is_asked_by_its_content(story: Story, tmp_path: Path) -> None:
    story.backport()
    top = tmp_path / "plain"
    (top / "drivers" / "ring").mkdir(parents=True)
    (top / DRIVER_C).write_text(story.world.upstream.texts[DRIVER_C])
    items, past = story.told(newer=(str(top),), upstream=None)
    assert [(one.presence.there, one.presence.by) for one in past.siblings] == [
        (There.YES, By.CONTENT)
    ]
    assert items["DP-4"].state is State.OK


def test_a_branch_of_other_code_tells_nothing(story: Story, tmp_path: Path) -> None:
    story.backport()
    other = created(tmp_path / "other")
    (other / "README").write_text("Nothing here.\n")
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "--message=begin")
    item = story.items(newer=(str(other),))["DP-4"]
    assert said(item) == (State.NEEDS_REVIEW, f"nothing tells whether {other} has it")


def test_a_branch_that_is_not_there_is_said(story: Story, tmp_path: Path) -> None:
    story.backport()
    with pytest.raises(AnalyzerError, match="no such directory"):
        story.items(newer=(str(tmp_path / "none"),))
    with pytest.raises(AnalyzerError, match="names no commit here"):
        story.items(newer=(f"{story.world.upstream.top}@none",))


def test_without_a_newer_branch_nobody_can_tell(story: Story) -> None:
    story.backport()
    item = story.items()["DP-4"]
    assert said(item) == (State.CANNOT_TELL, "no branch was given")
