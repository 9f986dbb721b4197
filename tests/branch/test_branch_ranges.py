"""The commits of a range, as git tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.repo import ranges
from analyzer.repo.git import opened
from analyzer.repo.ranges import ids_of, listed, state_of
from tests.branch.conftest import World
from tests.branch.histories import Change, git, history


def _repo(world: World) -> str:
    return str(world.top / "release")


def test_oldest_first_with_merges(world: World) -> None:
    found = list(listed(_repo(world), world.range))
    assert [one.commit for one in found] == list(world.release[1:])
    assert [len(one.parents) for one in found] == [1, 1, 1, 1, 1, 1, 2]
    first = found[0]
    assert first.subject == "widget: line 1"
    assert first.author == "Some Author <author@kernel.example>"
    assert first.message.startswith("widget: line 1\n\nBetter words.\n")
    assert first.tree == git(world.top / "release", "rev-parse", f"{first.commit}^{{tree}}")


def test_an_end_that_is_left_out_is_head(world: World) -> None:
    assert [one.commit for one in listed(_repo(world), "main~2..")] == list(world.release[-2:])


def test_ends_may_be_anything_that_names_a_commit(world: World) -> None:
    start, end = world.release[1][:10], world.release[3]
    assert [one.commit for one in listed(_repo(world), f"{start}..{end}")] == list(
        world.release[2:4]
    )


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ("main", "release: main: is no range of commits; name it as A..B: the commits of B"),
        ("", "release: (no range): is no range of commits; name it as A..B"),
        ("main...main~1", "is no range of commits; name it as A..B, with two dots"),
        ("a..b..c", "is no range of commits; name it as A..B, with two dots"),
        ("main..main~1", "has no commits; name the older end first"),
        ("main..main", "has no commits; name the older end first"),
        ("--output=x..main", "'--output=x' names no commit here"),
        ("main..--all", "'--all' names no commit here"),
        ("main..nowhere", "'nowhere' names no commit here"),
        ("main~1..main\n--all", "names no commit here"),
        ("main~1..main:Makefile", "names no commit here"),
    ],
)
def test_what_is_no_range_is_one_line(world: World, named: str, what: str) -> None:
    with pytest.raises(AnalyzerError) as raised:
        list(listed(_repo(world), named))
    assert what in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not Path("x").exists()


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(AnalyzerError, match="is not a git repository"):
        list(listed(str(tmp_path), "a..b"))


def test_too_many_commits_are_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "MOST_COMMITS", 6)
    with pytest.raises(AnalyzerError, match="has more than 6 commits; review it in parts"):
        list(listed(_repo(world), world.range))


def test_hostile_messages(tmp_path: Path) -> None:
    long = "x" * (ranges.LONGEST_MESSAGE + 10)
    bodies = [f"a\n\n{long}\n\nlast", "\x1b[2J\r\x07", "diff --git a/x b/x\n", "é \udcff\n"]
    changes = [Change(f"subject {n} \x1b", {}, body) for n, body in enumerate(bodies)]
    history(tmp_path / "r", {"x": b"1\n"}, changes)
    found = list(listed(str(tmp_path / "r"), "main~4..main"))
    assert [one.subject for one in found] == [f"subject {n} \x1b" for n in range(4)]
    assert [one.cut for one in found] == [True, False, False, False]
    assert len(found[0].message) == ranges.LONGEST_MESSAGE


def test_ids_of_all_names_at_once(world: World) -> None:
    repository = opened(str(world.top / "upstream"))
    names = (world.upstream[1][:12], "0" * 40, world.upstream[2], "deadbeef")
    assert ids_of(repository, names) == (world.upstream[1], "", world.upstream[2], "")
    assert ids_of(repository, ()) == ()


def test_a_repositorys_state_is_that_of_its_refs(tmp_path: Path) -> None:
    history(tmp_path / "r", {"x": b"1\n"}, [Change("two", {"x": lambda _: b"2\n"})])
    repository = opened(str(tmp_path / "r"))
    before = state_of(repository)
    (tmp_path / "r" / "untracked").write_text("x")
    assert state_of(repository) == before
    git(tmp_path / "r", "tag", "v1", "main~1")
    tagged = state_of(repository)
    git(tmp_path / "r", "update-ref", "refs/heads/main", "main~1")
    assert len({before, tagged, state_of(repository)}) == 3


def test_a_shallow_clone_is_another(tmp_path: Path, world: World) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", "--depth=2", f"file://{world.top}/upstream", "s")
    found = list(listed(str(tmp_path / "s"), "HEAD~1..HEAD"))
    assert [one.commit for one in found] == [world.upstream[-1]]
    git(tmp_path, "clone", "--quiet", "--bare", f"file://{world.top}/upstream", "whole")
    whole = opened(str(tmp_path / "whole"))
    assert state_of(opened(str(tmp_path / "s"))) != state_of(whole)
