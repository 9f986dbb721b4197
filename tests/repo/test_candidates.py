from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from repositories import committed, created, git, git_line, written

from analyzer.errors import AnalyzerError
from analyzer.repo import Candidate, Candidates, Files, find_commit

LINES = [f"line {number}" for number in range(40)]
PATH = "mm/mremap.c"


def _text(**changed: str) -> bytes:
    lines = [changed.get(f"l{number}", line) for number, line in enumerate(LINES)]
    return "".join(f"{line}\n" for line in lines).encode()


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    """A history in which ``speed`` is wanted, and what looks like it stands beside."""
    top = created(tmp_path / "linux")
    written(top, {PATH: _text(), "mm/other.c": b"a\n", "arch/Kconfig": b"k\n"})
    committed(top, "start")
    written(top, {PATH: _text(l30="early")})
    committed(top, "mm: mremap: early")
    written(top, {PATH: _text(l30="early", l10="fast")})
    git(top, "tag", "before")
    committed(top, "mm: speed up mremap")
    git(top, "tag", "speed")
    written(top, {"mm/other.c": b"b\n"})
    committed(top, 'mm: other\n\nFixes: 123456789abc ("mm: speed up mremap")')
    return top


def _diff(top: Path, commit: str, *options: str) -> bytes:
    return git(top, "diff", *options, f"{commit}~", commit)


def _id(top: Path, name: str) -> str:
    return git_line(top, "rev-parse", f"{name}^{{commit}}")


def _speed(top: Path, same_patch: bool | None, *, subject: bool = True) -> Candidate:
    return Candidate(_id(top, "speed"), "mm: speed up mremap", same_patch, subject, Files.SAME)


def test_all_three_agree(linux: Path) -> None:
    found = find_commit(
        str(linux),
        subjects=("no such thing", "mm:  speed up mremap"),
        diff=_diff(linux, "speed"),
        files=(PATH,),
    )
    wanted = _speed(linux, same_patch=True)
    assert found == Candidates((wanted,), wanted)


def test_the_patch_is_told_by_its_id_under_another_subject(linux: Path) -> None:
    diff = _diff(linux, "speed", "--full-index").replace(b" fast", b" fast").replace(b"10", b"10")
    found = find_commit(str(linux), subjects=("renamed",), diff=diff, files=(PATH,))
    wanted = _speed(linux, same_patch=True, subject=False)
    assert found == Candidates((wanted,), wanted)


def test_a_backport_with_other_context_is_told_by_subject_and_files(linux: Path) -> None:
    diff = _diff(linux, "speed").replace(b" line 9\n", b" line nine\n")
    found = find_commit(str(linux), subjects=("mm: speed up mremap",), diff=diff, files=(PATH,))
    wanted = _speed(linux, same_patch=False)
    assert found == Candidates((wanted,), wanted)
    found = find_commit(str(linux), subjects=("mm: speed up mremap",), files=(PATH, "arch/Kconfig"))
    assert found.chosen is not None
    assert (found.chosen.files, found.chosen.same_patch) == (Files.SOME, None)


def test_a_subject_is_a_whole_subject(linux: Path) -> None:
    for subject in ("mm: speed up", "speed up mremap", ".*", "", "Fixes: 123456789abc"):
        assert find_commit(str(linux), subjects=(subject,), files=("arch/x",)).found == ()


def test_a_subject_without_the_files_chooses_nothing(linux: Path) -> None:
    found = find_commit(str(linux), subjects=("mm: speed up mremap",), files=("arch/x",))
    assert [one.commit for one in found.found] == [_id(linux, "speed")]
    assert (found.chosen, found.found[0].files) == (None, Files.NONE)
    assert found.ambiguous == "only its files, or only its subject, speak for a commit"


def test_files_alone_propose_and_choose_nothing(linux: Path) -> None:
    found = find_commit(str(linux), subjects=("else",), files=(PATH,))
    assert {one.subject for one in found.found} == {"mm: speed up mremap", "mm: mremap: early"}
    assert found.chosen is None
    assert found.ambiguous is not None


def test_a_commit_that_was_applied_again_is_ambiguous(linux: Path) -> None:
    git(linux, "revert", "--no-edit", "speed")
    git(linux, "cherry-pick", "--allow-empty", "speed")
    subjects = ("mm: speed up mremap",)
    found = find_commit(str(linux), subjects=subjects, diff=_diff(linux, "speed"), files=(PATH,))
    assert {one.commit for one in found.found} == {_id(linux, "speed"), _id(linux, "main")}
    assert (found.chosen, found.ambiguous) == (None, "2 commits fit it as well")
    older = find_commit(
        f"{linux}@main~2", subjects=subjects, diff=_diff(linux, "speed"), files=(PATH,)
    )
    assert older.chosen == _speed(linux, same_patch=True)


def test_a_change_and_a_subject_of_two_commits_choose_nothing(linux: Path) -> None:
    written(linux, {PATH: _text(l30="early", l10="fast", l20="more")})
    committed(linux, "mm: more of it")
    found = find_commit(
        str(linux), subjects=("mm: more of it",), diff=_diff(linux, "speed"), files=(PATH,)
    )
    assert len(found.found) == 2
    assert found.chosen is None
    assert found.ambiguous == "its change is one commit's and its subject another's"


def test_nothing_is_found_where_nothing_is(linux: Path) -> None:
    assert find_commit(str(linux)) == Candidates((), None)
    assert find_commit(str(linux), diff=b"no diff", files=("../x", "*")) == Candidates((), None)


def test_a_search_without_time_says_what_it_left(linux: Path) -> None:
    found = find_commit(
        str(linux), subjects=("x",), diff=_diff(linux, "speed"), files=(PATH,), seconds=-1
    )
    assert (found.found, found.chosen) == ((), None)
    assert "the commits that touch its files: the time was over" in found.incomplete


def test_a_limit_is_said(linux: Path) -> None:
    found = find_commit(str(linux), subjects=("mm: speed up mremap",), files=(PATH,), most=1)
    assert found.chosen == _speed(linux, same_patch=None)
    assert found.incomplete == ("only the newest 1 commits that touch its files were looked at",)


def test_the_settings_of_the_repository_change_nothing(linux: Path) -> None:
    written(linux, {".gitattributes": b"*.c diff=trap\n"})
    diff = _diff(linux, "speed")
    for key, value in {
        "log.follow": "true",
        "log.decorate": "full",
        "log.showSignature": "true",
        "diff.context": "0",
        "diff.noprefix": "true",
        "diff.trap.command": "false",
        "patchid.stable": "false",
        "format.pretty": "oneline",
        "color.ui": "always",
        "diff.renames": "copies",
        "diff.external": "false",
    }.items():
        git(linux, "config", key, value)
    found = find_commit(str(linux), subjects=("x",), diff=diff, files=(PATH,))
    assert found.chosen == _speed(linux, same_patch=True, subject=False)


def test_a_clone_without_blobs_is_searched_by_subject(linux: Path, tmp_path: Path) -> None:
    git(linux, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--no-checkout", "--filter=blob:none", "--no-local")
    git(linux, "clone", *options, f"file://{linux}", str(tmp_path / "partial"))
    commit, diff = _id(linux, "speed"), _diff(linux, "speed")
    shutil.rmtree(linux)
    found = find_commit(
        str(tmp_path / "partial"), subjects=("mm: speed up mremap",), diff=diff, files=(PATH,)
    )
    assert found.chosen is not None
    assert (found.chosen.commit, found.chosen.same_patch) == (commit, None)
    assert any("not in this clone" in why for why in found.incomplete)


def test_a_sha256_repository_has_patch_ids_of_its_own(tmp_path: Path) -> None:
    top = created(tmp_path / "r", "--object-format=sha256")
    written(top, {PATH: _text()})
    committed(top)
    written(top, {PATH: _text(l10="fast")})
    commit = committed(top, "mm: x")
    found = find_commit(str(top), diff=_diff(top, "HEAD"), files=(PATH,))
    assert found.chosen == Candidate(commit, "mm: x", True, False, Files.SAME)


def test_no_repository_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AnalyzerError, match="is not a git repository"):
        find_commit(str(tmp_path), subjects=("x",))
