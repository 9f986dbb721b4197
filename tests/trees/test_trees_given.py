"""What may be given as upstream, target and trace, and what is said of what cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.pipeline import analyze
from analyzer.result import Item, Report, Request, Verdict, exit_code
from tests.trees import trees
from tests.trees.trees import Era, State

ROOT = Path(__file__).resolve().parents[2]
BACKPORT = ROOT / "fixtures" / "mails" / "tree-rhel7-move-pmd.patch"
UPSTREAM = ROOT / "fixtures" / "mails" / "tree-5.0-move-pmd.patch"
LOG = ROOT / "fixtures" / "traces" / "moves.strace"


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("given")


@pytest.fixture(scope="module")
def linux(top: Path) -> Path:
    return trees.repository(top / "linux", Era.V5_0)


@pytest.fixture(scope="module")
def ours(top: Path) -> Path:
    return trees.directory(top / "ours", Era.RHEL7, State.BASE)


def report(patch: Path = BACKPORT, **given: object) -> Report:
    (found,) = analyze(Request(str(patch), **given))  # type: ignore[arg-type]
    return found


def item(of: Report, name: str) -> Item:
    return next(one for one in of.items if one.id == name)


def not_checked(of: Report) -> str:
    return "\n".join(f"{one.what}: {one.why}" for one in of.not_checked)


def test_a_directory_with_the_commit_stands_for_upstream(top: Path, ours: Path) -> None:
    given = trees.directory(top / "after", Era.V5_0, State.CORE)
    found = report(upstream=str(given), target=str(ours))
    assert found.verdict is Verdict.SAME
    assert any("with CONFIG_HAVE_MOVE_PMD off" in one.text for one in found.assumptions)


def test_a_directory_without_the_commit_does_not(top: Path, ours: Path) -> None:
    given = trees.directory(top / "before", Era.V5_0, State.BASE)
    found = report(upstream=str(given), target=str(ours))
    assert found.verdict is Verdict.UNDECIDED
    assert not found.divergences
    assert "upstream's directory does not hold the commit" in not_checked(found)


def test_upstreams_patch_alone_is_compared_as_text(ours: Path) -> None:
    found = report(upstream=str(UPSTREAM), target=str(ours))
    assert found.verdict is Verdict.SAME
    assert item(found, "TX-1").summary == "all 3 upstream changes are there and none is added"


def test_a_commit_that_nobody_names_is_searched_and_a_trace_told(
    linux: Path, ours: Path, tmp_path: Path
) -> None:
    mail = "".join(
        line for line in BACKPORT.read_text().splitlines(True) if "cherry picked" not in line
    )
    (tmp_path / "unnamed.patch").write_text(mail)
    found = report(
        tmp_path / "unnamed.patch",
        upstream=str(linux),
        target=str(ours),
        traces=(LOG,),
        populate="sparse:8",
    )
    core = trees.commit_of(linux, State.CORE)
    assert item(found, "ID-2").summary == f"{linux} has {core[:12]}, and it has one parent"
    assert "found by its subject, its files" in item(found, "ID-2").reason
    assert found.verdict is Verdict.SAME
    told = [one.text for one in item(found, "RG-2").evidence if str(LOG) in one.text]
    assert any("mremap() calls:" in text for text in told)
    kernels = {one.kernel for one in found.work if one.trace.startswith(str(LOG))}
    assert kernels == {"upstream.before", "upstream.after", "target.before", "target.after"}
    assert any("one page in 8" in one.text for one in found.assumptions)


def test_a_work_tree_that_holds_the_patch_is_read_as_committed(linux: Path, top: Path) -> None:
    given = trees.repository(top / "done", Era.RHEL7, State.CORE)
    (given / "mm" / "mremap.c").write_text("not C at all")
    found = report(upstream=str(linux), upstream_commit="core", target=str(given))
    assert found.verdict is Verdict.SAME
    assert "the target holds the patch already: before, it is taken back" in not_checked(found)
    assert f"changes in the work tree of {given}: they are in no commit" in not_checked(found)


def test_a_patch_that_does_not_apply_is_not_run(linux: Path, ours: Path) -> None:
    found = report(UPSTREAM, upstream=str(linux), upstream_commit="core", target=str(ours))
    assert (found.verdict, exit_code(found)) == (Verdict.UNDECIDED, 3)
    first = item(found, "DP-1").summary
    assert first.startswith("the patch does not apply to the target: mm/mremap.c, hunk 2: ")


def test_what_cannot_be_used_is_said_in_a_line(linux: Path, ours: Path, tmp_path: Path) -> None:
    (tmp_path / "empty" / "mm").mkdir(parents=True)
    (tmp_path / "binary.log").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "cut.log").write_bytes(LOG.read_bytes()[:700])
    cases = (
        ({"target": str(tmp_path / "empty")}, "there is no mm/mremap.c"),
        ({"upstream": str(linux), "upstream_commit": "feedfacecafe"}, "names no commit here"),
        ({"target": str(ours), "traces": (tmp_path / "binary.log",)}, "is not text"),
        ({"target": str(ours), "traces": (tmp_path / "cut.log",)}, "cut in its last line"),
        ({"target": str(ours), "traces": (tmp_path / "none",)}, "No such file"),
        ({"populate": "half"}, "is no population of pages"),
        ({"upstream_commit": "HEAD"}, "is no commit id"),
    )
    for given, said in cases:
        with pytest.raises(AnalyzerError, match=said):
            report(**given)  # type: ignore[arg-type]
