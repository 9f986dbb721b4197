"""What a report is kept under: everything that it could have been made from, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.branch.claims import Spoken
from analyzer.branch.keys import Ground, claimed_ids, ground_of, key_of, tool_digest
from analyzer.branch.request import BranchRequest
from analyzer.errors import AnalyzerError
from tests.branch.conftest import World
from tests.branch.histories import Change, git, history


@pytest.fixture
def asked(tmp_path: Path) -> BranchRequest:
    for name in ("upstream", "release", "newer"):
        history(tmp_path / name, {"x": b"1\n"}, [Change("two", {"x": lambda _: b"2\n"})])
    (tmp_path / "config").write_text("CONFIG_SMP=y\n")
    (tmp_path / "facts.toml").write_text("version = 1\n")
    (tmp_path / "list.toml").write_text("name = 1\n")
    return BranchRequest(
        str(tmp_path / "release"),
        "main~1..main",
        upstream=str(tmp_path / "upstream"),
        newer=(str(tmp_path / "newer"),),
        config=tmp_path / "config",
        facts=(tmp_path / "facts.toml",),
        blacklists=(tmp_path / "list.toml",),
        checklist=str(tmp_path / "list.toml"),
        prove=True,
    )


def test_the_same_is_the_same(asked: BranchRequest) -> None:
    assert ground_of(asked) == ground_of(asked)
    same = replace(asked, range="main", jobs=7, whole=False, kept_in=Path("x"))
    assert ground_of(same) == ground_of(asked)


@pytest.mark.parametrize(
    "change",
    [
        {"prove": None},
        {"prove": False},
        {"prove_limit": 3.0},
        {"architectures": ("x86",)},
        {"upstream": None},
        {"newer": ()},
        {"config": None},
        {"facts": ()},
        {"blacklists": ()},
        {"checklist": None},
        {"checklist": "stable"},
    ],
)
def test_what_is_asked_counts(asked: BranchRequest, change: dict[str, object]) -> None:
    assert ground_of(replace(asked, **change)).digest != ground_of(asked).digest  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["config", "facts.toml", "list.toml"])
def test_the_content_of_files_counts(asked: BranchRequest, tmp_path: Path, name: str) -> None:
    before = ground_of(asked).digest
    (tmp_path / name).write_text("other\n")
    assert ground_of(asked).digest != before
    (tmp_path / name).unlink()
    with pytest.raises(AnalyzerError, match="cannot be read: No such file"):
        ground_of(replace(asked, checklist=None))


@pytest.mark.parametrize("name", ["upstream", "newer"])
def test_what_other_repositories_have_counts(
    asked: BranchRequest, tmp_path: Path, name: str
) -> None:
    before = ground_of(asked).digest
    git(tmp_path / name, "tag", "v1")
    assert ground_of(asked).digest != before


def test_another_commit_of_the_branch_does_not(asked: BranchRequest, tmp_path: Path) -> None:
    before = ground_of(asked)
    git(tmp_path / "release", "tag", "v1")
    assert ground_of(asked) == before


def test_a_revision_that_moves_counts(asked: BranchRequest, tmp_path: Path) -> None:
    at = replace(asked, upstream=f"{asked.upstream}@main~1")
    other = replace(asked, upstream=f"{asked.upstream}@main")
    assert len({ground_of(one).digest for one in (asked, at, other)}) == 3
    with pytest.raises(AnalyzerError, match="'gone' names no commit here"):
        ground_of(replace(asked, upstream=f"{asked.upstream}@gone"))


def test_the_index_of_a_history_counts(
    asked: BranchRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    from analyzer.history.place import index_path
    from analyzer.repo.git import opened

    before = ground_of(asked).digest
    path = index_path(opened(str(asked.upstream)))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"index")
    built = ground_of(asked).digest
    path.write_bytes(b"another index")
    assert len({before, built, ground_of(asked).digest}) == 3


def test_a_directory_has_no_id(asked: BranchRequest, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    ground = ground_of(replace(asked, upstream=str(tmp_path / "plain")))
    assert ground.unkept == f"{tmp_path / 'plain'} is a plain directory, whose content no id tells"


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("nowhere", "--upstream nowhere: no such directory"),
        ("config", "is a file; name upstream's"),
    ],
)
def test_what_is_no_upstream(asked: BranchRequest, tmp_path: Path, spec: str, what: str) -> None:
    named = str(tmp_path / spec) if spec == "config" else spec
    with pytest.raises(AnalyzerError, match=what):
        ground_of(replace(asked, upstream=named))


def test_a_commits_own_part() -> None:
    ground = Ground("a")
    one = Spoken("c" * 40, "t" * 40, ("p" * 40,), "", "", (), ())
    given = (
        (ground, one, ("u",), ("x",), ("y",)),
        (Ground("b"), one, ("u",), ("x",), ("y",)),
        (ground, replace(one, commit="d" * 40), ("u",), ("x",), ("y",)),
        (ground, one, ("",), ("x",), ("y",)),
        (ground, one, ("u",), ("x", "y"), ()),
        (ground, one, ("u",), (), ("x", "y")),
    )
    keys = [key_of(*each) for each in given]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {64}


def test_claims_are_looked_up_together(world: World) -> None:
    commits = [
        Spoken("", "", (), "", "", (world.upstream[1][:10], "0" * 40), ()),
        Spoken("", "", (), "", "", (), ()),
        Spoken("", "", (), "", "", (world.upstream[2],), ()),
    ]
    found = claimed_ids(str(world.top / "upstream"), commits)
    assert found == ((world.upstream[1], ""), (), (world.upstream[2],))
    assert claimed_ids(None, commits) == ((), (), ())


def test_the_tools_digest_is_its_content() -> None:
    assert tool_digest() == tool_digest()
    assert len(tool_digest()) == 64
