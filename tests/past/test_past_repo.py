"""What git is asked of a history: ancestry, what an id is, and what brought a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.repo.ancestry import Line, Standing, holder, is_shallow, standing
from analyzer.repo.pickaxe import brought
from tests.repo.repositories import committed, created, git, git_line


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four commits and a merge; ``two`` is on a branch of its own."""
    top = created(tmp_path_factory.mktemp("history") / "repo")
    committed(top, "one", **{"a.c": b"int one;\n"})
    git(top, "tag", "one")
    git(top, "checkout", "--quiet", "-b", "side")
    committed(top, "two", **{"b.c": b"int\ttwo;\n"})
    git(top, "tag", "two")
    git(top, "checkout", "--quiet", "main")
    committed(top, "three", **{"a.c": b"int one;\nint -three;\n"})
    committed(top, "four", **{"a.c": b"int one;\nint -three; int -three;\n"})
    git(top, "merge", "--quiet", "--no-ff", "--message=merge", "side")
    git(top, "tag", "merged")
    git(top, "update-ref", "refs/heads/main", "HEAD^")
    return top


def sha(repo: Path, name: str) -> str:
    return git_line(repo, "rev-parse", f"{name}^{{commit}}")


def test_what_an_id_is(repo: Path) -> None:
    found = {name: standing(str(repo), sha(repo, name)) for name in ("one", "two", "merged")}
    assert found == {
        "one": Standing.FIRST,
        "two": Standing.COMMIT,
        "merged": Standing.MERGE,
    }
    blob = git_line(repo, "rev-parse", "main:a.c")
    assert standing(str(repo), "0" * 40) is Standing.MISSING
    assert standing(str(repo), blob) is not Standing.COMMIT
    for odd in ("", "main", "HEAD", "-7123456", "12345", "123456\n7", "1234567^"):
        assert standing(str(repo), odd) is Standing.MISSING


def test_whose_history_has_a_commit(repo: Path) -> None:
    line = Line(f"{repo}@main")
    told = {name: line.has(sha(repo, name), 5) for name in ("one", "two", "main")}
    assert told == {"one": True, "two": False, "main": True}
    assert line.has("0" * 40, 5) is False
    assert Line(f"{repo}@two").has(sha(repo, "two"), 5) is True
    with pytest.raises(AnalyzerError, match="names no commit here"):
        Line(f"{repo}@none")


def test_who_holds_a_commit(repo: Path) -> None:
    assert holder(str(repo), sha(repo, "two"), 5) in ("side", "two", "merged")
    assert holder(str(repo), "0" * 40, 5) == ""
    assert is_shallow(str(repo)) is False


def test_the_oldest_commit_that_brought_a_text(repo: Path) -> None:
    one = brought(str(repo), "-three", ["a.c"], "main", 5)
    assert (one.commit, one.subject, one.touching, one.incomplete) == (
        sha(repo, "main^"),
        "three",
        2,
        "",
    )
    assert brought(str(repo), "int\ttwo", ["b.c"], "merged", 5).subject == "two"
    assert brought(str(repo), "-three", ["b.c"], "main", 5).commit == ""
    assert brought(str(repo), "-three", ["a.c"], "one", 5).commit == ""
    left = brought(str(repo), "-three", ["a.c"], "main", 5, without=(sha(repo, "main^"), "0" * 40))
    assert left.subject == "four"


def test_what_is_no_text_is_not_searched_for(repo: Path) -> None:
    for text, paths in (
        ("", ["a.c"]),
        ("a\nb", ["a.c"]),
        ("x" * 401, ["a.c"]),
        ("one", []),
        ("one", ["../a.c", "/etc/passwd", ".git/config"]),
    ):
        found = brought(str(repo), text, paths, "main", 5)
        assert (found.commit, found.incomplete) == ("", "it cannot be searched for")
