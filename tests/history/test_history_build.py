"""A history is read once, then only what is new; what git says of it is what the index says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.history.build import Built, build
from analyzer.history.facts import Known
from analyzer.history.index import Index, open_index
from tests.history.looking import content, sound
from tests.history.synthetic import fast_import, mainline
from tests.repo.repositories import committed, created, git, git_line

_AUTHOR = "A U Thor <author@example.org>"


def indexed(top: Path) -> Index:
    index = open_index(str(top))
    assert index is not None
    return index


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A mainline with a fix and a merge, and a stable branch that picked the fix."""
    top = created(tmp_path / "linux")
    bad = committed(top, "mm: move a table", **{"mm/mremap.c": b"1\n", "arch/Kconfig": b"1\n"})
    git(top, "tag", "v5.0-rc1")
    git(top, "tag", "--annotate", "--message=v5.0", "v5.0")
    git(top, "checkout", "--quiet", "-b", "stable")
    committed(top, "5.0.1: other", Makefile=b"1\n")
    git(top, "checkout", "--quiet", "main")
    git(top, "checkout", "--quiet", "-b", "topic")
    fix = committed(
        top,
        f'mm: take both locks\n\nFixes: {bad[:12]} ("mm: move a table")\n'
        "Cc: stable@vger.kernel.org # v5.0+\nLink: https://example.org/CVE-2021-4321",
        **{"mm/mremap.c": b"2\n"},
    )
    git(top, "checkout", "--quiet", "main")
    git(top, "merge", "--quiet", "--no-ff", "--message=Merge topic", "topic")
    git(top, "branch", "--quiet", "-D", "topic")
    git(top, "tag", "v5.1-rc1")
    git(top, "checkout", "--quiet", "stable")
    message = f"mm: take both locks\n\ncommit {fix} upstream."
    committed(top, message, **{"mm/mremap.c": b"2\n"})
    git(top, "tag", "v5.0.1")
    git(top, "checkout", "--quiet", "main")
    return top


def patch_id(top: Path, commit: str) -> str:
    """The oracle: git's own."""
    diff = git(top, "show", "--format=", commit)
    printed = git(top, "patch-id", "--stable", data=diff).decode()
    return printed.split()[0] if printed else ""


def test_everything_of_a_commit(kernel: Path) -> None:
    built = build(str(kernel))
    assert (built.commits, built.new, built.gone, built.notes) == (5, 5, 0, ())
    fix, bad = (git_line(kernel, "rev-parse", name) for name in ("main^2", "v5.0^{}"))
    picked = git_line(kernel, "rev-parse", "stable")
    with indexed(kernel) as index:
        assert index.by(fix[:9].upper()) == Known(
            fix,
            "mm: take both locks",
            _AUTHOR,
            "2020-02-02",
            1,
            patch_id(kernel, fix),
            fixes=(bad[:12],),
            stable=("Cc: stable@vger.kernel.org # v5.0+",),
            files=("mm/mremap.c",),
            released="v5.1-rc1",
            cves=("CVE-2021-4321",),
        )
        assert index.by("main") is None
        assert index.by(fix[:6]) is None
        assert index.by("1234567" * 9) is None
        merge = index.by(git_line(kernel, "rev-parse", "main"))
        assert merge is not None
        assert (merge.merge, merge.parents, merge.patch_id, merge.files) == (True, 2, "", ())
        first = index.by(bad)
        assert first is not None
        assert (first.parents, first.released, first.files) == (
            *(0, "v5.0-rc1"),
            ("arch/Kconfig", "mm/mremap.c"),
        )
        carried = index.carriers(fix)
        assert [(one.id, one.picked, one.released) for one in carried] == [
            (picked, (fix,), "v5.0.1")
        ]
        assert [one.id for one in index.by_subject("mm:  take both locks")] == sorted((fix, picked))
        assert {one.id for one in index.by_patch_id(patch_id(kernel, fix))} == {fix, picked}
        assert index.by_diff(git(kernel, "show", fix)) == index.by_patch_id(patch_id(kernel, fix))
        assert [one.commit.id for one in index.later(bad)] == [fix]
        assert [one.id for one in index.named_for("cve-2021-4321")] == [fix]
        assert {one.id for one in index.touching("mm/mremap.c")} == {bad, fix, picked}
        assert (index.stale, index.notes, index.head) == ("", (), merge.id)
        assert index.source.startswith(f"the index of {kernel} (5 commits, built 20")


def test_a_line_for_a_person(kernel: Path) -> None:
    built = build(str(kernel))
    assert str(built) == f"{built.path}: 5 commits, 5 of them new"
    told = Built(Path("x"), 1234567, 0, 2, 3, ("this", "that"))
    assert str(told) == (
        "x: 1,234,567 commits, 0 of them new; 2 dropped that are in no branch or tag any more;"
        " 3 CVE records. Not read: this; that"
    )


def test_only_what_is_new_is_read(kernel: Path) -> None:
    build(str(kernel))
    committed(kernel, "more", x=b"1\n")
    again = build(str(kernel))
    assert (again.commits, again.new, again.gone) == (6, 1, 0)
    assert build(str(kernel)).new == 0
    before = content(again.path)
    whole = build(str(kernel), anew=True)
    assert (whole.new, content(whole.path)) == (6, before)


def test_a_reading_with_nothing_new_leaves_the_file_alone(kernel: Path) -> None:
    path = build(str(kernel)).path
    before = path.read_bytes(), path.stat().st_mtime_ns
    again = build(str(kernel))
    assert (again.commits, again.new, again.gone) == (5, 0, 0)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_new_tag_releases_what_was_there(kernel: Path) -> None:
    commit = committed(kernel, "more", x=b"1\n")
    build(str(kernel))
    with indexed(kernel) as index:
        assert (known := index.by(commit)) and known.released == ""
    for tag, first in (("v5.1.1", "v5.1.1"), ("nightly", "v5.1.1"), ("v5.1", "v5.1")):
        git(kernel, "tag", tag)
        assert build(str(kernel)).new == 0
        with indexed(kernel) as index:
            assert (known := index.by(commit)) and known.released == first


def test_first_tags_are_those_that_git_finds(tmp_path: Path) -> None:
    top = fast_import(tmp_path / "linux", mainline(400))
    build(str(top))
    tags = git(top, "tag").decode().split()
    ordered = sorted(tags, key=lambda tag: (tag.partition("-")[0], "-" not in tag, tag))
    first: dict[str, str] = {}
    for tag in ordered:
        for one in git(top, "rev-list", tag).decode().split():
            first.setdefault(one, tag)
    with indexed(top) as index:
        listed = git(top, "rev-list", "--all").decode().split()
        found = {one: known.released for one in listed if (known := index.by(one))}
    assert found == {one: first.get(one, "") for one in listed}
    assert len(set(found.values())) == 21


def test_patch_ids_are_those_that_git_finds(tmp_path: Path) -> None:
    top = fast_import(tmp_path / "linux", mainline(60))
    build(str(top))
    with indexed(top) as index:
        for one in git(top, "rev-list", "--all").decode().split():
            known = index.by(one)
            assert known is not None
            assert known.patch_id == ("" if known.merge else patch_id(top, one))


def test_a_rewritten_history_leaves_nothing_behind(kernel: Path) -> None:
    committed(kernel, "one\n\nFixes: 1234567890ab", x=b"1\n")
    old = committed(kernel, "two", x=b"2\n")
    build(str(kernel))
    git(kernel, "reset", "--quiet", "--hard", "HEAD~2")
    new = committed(kernel, "one, better", x=b"1\n")
    with indexed(kernel) as index:
        assert index.stale == ("a branch has moved since it was built: run `analyze index` again")
    again = build(str(kernel))
    assert (again.commits, again.new, again.gone) == (6, 1, 2)
    assert sound(again.path)
    with indexed(kernel) as index:
        assert (index.by(old), index.stale) == (None, "")
        assert index.by(new) is not None
    before = content(again.path)
    assert content(build(str(kernel), anew=True).path) == before


def test_a_rewritten_history_whose_old_commits_are_gone(kernel: Path) -> None:
    committed(kernel, "one", x=b"1\n")
    build(str(kernel))
    git(kernel, "reset", "--quiet", "--hard", "HEAD~")
    git(kernel, "reflog", "expire", "--expire=now", "--all")
    git(kernel, "gc", "--quiet", "--prune=now")
    assert build(str(kernel)).gone == 1


@pytest.mark.parametrize("change", [("tag", "v9.9"), ("branch", "more"), ("tag", "-d", "v5.1-rc1")])
def test_refs_that_come_and_go_make_it_stale(kernel: Path, change: tuple[str, ...]) -> None:
    build(str(kernel))
    git(kernel, *change)
    with indexed(kernel) as index:
        assert index.stale == (
            "branches or tags have come, gone or moved since it was built:"
            " run `analyze index` again"
        )


def test_another_repository_in_its_place(kernel: Path, tmp_path: Path) -> None:
    path = build(str(kernel)).path
    kernel.rename(tmp_path / "old")
    created(kernel)
    committed(kernel, "another", x=b"1\n")
    with indexed(kernel) as index:
        assert index.stale == (
            "another repository stands in its place now: run `analyze index` again"
        )
    built = build(str(kernel))
    assert (built.path, built.commits, built.gone) == (path, 1, 5)


def test_an_empty_repository(tmp_path: Path) -> None:
    top = created(tmp_path / "empty")
    with pytest.raises(AnalyzerError, match="has no commits"):
        build(str(top))


def test_no_index_where_none_was_built(kernel: Path, tmp_path: Path) -> None:
    assert open_index(str(kernel)) is None
    assert open_index(str(tmp_path)) is None
    assert open_index(str(tmp_path / "nothing")) is None


def test_a_shallow_clone_says_where_its_history_ends(kernel: Path, tmp_path: Path) -> None:
    clone = tmp_path / "shallow"
    # From the first commit on: of both branches, the newest two.
    options = ("--quiet", "--depth=2", "--no-single-branch")
    git(kernel, "clone", *options, f"file://{kernel}", str(clone))
    built = build(str(clone))
    ends = (clone / ".git/shallow").read_text().split()
    note = f"the clone is shallow: history ends at {len(ends)} commits, whose changes are not known"
    assert built.notes == (note,)
    with indexed(clone) as index:
        assert index.notes == (note,)
        end = index.by(ends[0])
        assert end is not None
        parents = git(kernel, "rev-parse", f"{end.id}^@").decode().split()
        assert (end.edge, end.patch_id, end.files) == (True, None, ())
        assert end.parents == len(parents)
    git(clone, "fetch", "--quiet", "--unshallow", "--no-tags")
    with indexed(clone) as index:
        assert index.stale.startswith("the clone's history ends elsewhere than when it was built")
    assert build(str(clone)).notes == ()
    with indexed(clone) as index:
        end = index.by(ends[0])
        assert end is not None
        assert (end.edge, end.patch_id) == (False, patch_id(kernel, end.id))
    before = content(built.path)
    assert content(build(str(clone), anew=True).path) == before


def test_a_clone_without_its_blobs_has_no_patch_ids(kernel: Path, tmp_path: Path) -> None:
    git(kernel, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(kernel, "clone", *options, f"file://{kernel}", str(partial))
    (note,) = build(str(partial)).notes
    assert note.startswith("the patch-ids of 4 commits (its content is not in this clone")
    with indexed(partial) as index:
        known = index.by(git_line(kernel, "rev-parse", "stable"))
        assert known is not None
        assert (known.patch_id, known.files) == (None, ("mm/mremap.c",))
        assert index.notes == (note,)


def test_all_work_trees_have_one_index(kernel: Path, tmp_path: Path) -> None:
    path = build(str(kernel)).path
    git(kernel, "worktree", "add", "--quiet", str(tmp_path / "other"), "stable")
    assert build(str(tmp_path / "other")).path == path
    bare = tmp_path / "bare@2.git"
    git(kernel, "clone", "--quiet", "--bare", str(kernel), str(bare))
    assert build(f"{bare}@main").path != path
    with indexed(bare) as index:
        assert index.stale == ""


def test_what_is_told_while_it_reads(kernel: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build(str(kernel), progress=lambda *one: told.append(one))
    assert told == [("commits", 5, 5), ("patch-ids", 4, 4)]


def test_the_command(kernel: Path) -> None:
    from typer.testing import CliRunner

    from analyzer.cli.indexing import app

    result = CliRunner().invoke(app, [str(kernel)])
    assert (result.exit_code, result.stdout) == (
        0,
        f"{build(str(kernel))}\n".replace("0 of", "5 of"),
    )


def test_sha256(tmp_path: Path) -> None:
    try:
        top = created(tmp_path / "linux", "--object-format=sha256")
    except subprocess.CalledProcessError:
        pytest.skip("this git has no SHA-256 repositories")
    bad = committed(top, "one", x=b"1\n")
    fix = committed(top, f"two\n\nFixes: {bad[:12]}", x=b"2\n")
    build(str(top))
    with indexed(top) as index:
        assert [one.commit.id for one in index.later(bad)] == [fix]
        assert (known := index.by(bad[:8])) and known.id == bad
