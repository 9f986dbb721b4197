"""A branch from its range to its page."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.branch import BranchRequest, review_branch
from analyzer.errors import AnalyzerError
from analyzer.finding import NotChecked
from analyzer.history.build import build
from analyzer.report import PageFormat, schema
from analyzer.report.page import Need, Page, page_schema, render_page
from tests.branch.conftest import World, document
from tests.branch.histories import Change, Edit, git, history, picked

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def asked(world: World, tmp_path_factory: pytest.TempPathFactory) -> BranchRequest:
    kept = tmp_path_factory.mktemp("kept")
    release, upstream = str(world.top / "release"), str(world.top / "upstream")
    # Without proofs, what cannot be run stays undecided: a page has rows of all sorts then.
    return BranchRequest(release, world.range, upstream=upstream, jobs=2, kept_in=kept, prove=False)


@pytest.fixture(scope="session")
def page(asked: BranchRequest) -> Page:
    return review_branch(asked)


def _shown(page: Page, format: PageFormat) -> str:
    return render_page(page, format, color=False, width=100)


def _files(top: Path) -> list[Path]:
    return sorted(path for path in top.rglob("*") if path.is_file())


def test_every_commit_has_a_row_and_what_needs_a_person_is_first(world: World, page: Page) -> None:
    rows = [(row.position, row.need, row.exit_code, row.verdict, row.reason) for row in page.rows]
    empty = f"{world.top}/release@{world.release[5]}: changes no file; name a commit that does"
    assert rows == [
        (3, Need.FINDING, 1, "undecided", ""),
        (5, Need.FAILED, 3, "", empty),
        (4, Need.UNDECIDED, 3, "undecided", ""),
        (1, Need.REVIEW, 0, "same", ""),
        (6, Need.REVIEW, 0, "same", ""),
        (2, Need.NO_CLAIM, 0, "", "names no upstream commit"),
        (7, Need.NO_CLAIM, 0, "", "is a merge: its own patches are reviewed"),
    ]
    assert [row.commit for row in page.rows] == [world.release[row.position] for row in page.rows]
    assert (page.exit_code, page.interrupted, page.notes) == (1, False, ())


def test_what_cannot_be_run_is_proved_unasked(asked: BranchRequest, tmp_path: Path) -> None:
    page = review_branch(replace(asked, prove=None, kept_in=tmp_path))
    verdicts = {row.position: (row.verdict, row.basis) for row in page.rows if row.reviewed}
    proof = ("same", "traces+proof")
    assert verdicts == {3: proof, 4: proof, 1: ("same", "none"), 6: ("same", "none")}


def test_a_fix_before_what_it_fixes_is_found_within_the_range(world: World, page: Page) -> None:
    first = page.rows[0]
    assert [one.id for one in first.findings] == ["DP-3"]
    assert first.upstream == (world.upstream[3],)
    said = {item["id"]: item for item in json.loads(first.report)["items"]}["DP-3"]["summary"]
    assert (
        said == "it fixes a commit that comes later in the series: widget: mind the limit in step 2"
    )


def test_the_second_run_takes_what_was_kept(asked: BranchRequest, page: Page) -> None:
    again = review_branch(replace(asked, jobs=1))
    assert [row.kept for row in again.rows] == [row.reviewed for row in again.rows]
    assert replace(again, rows=tuple(replace(row, kept=False) for row in again.rows)) == page


def test_a_damaged_report_is_made_again(asked: BranchRequest, page: Page) -> None:
    assert asked.kept_in is not None
    path = _files(asked.kept_in)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    again = review_branch(asked)
    assert sum(row.kept for row in again.rows) == sum(row.reviewed for row in page.rows) - 1
    assert path.read_bytes() == whole


def test_an_interrupted_run_says_so_and_goes_on(asked: BranchRequest, tmp_path: Path) -> None:
    def tell(_subject: str, done: int, _whole: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    told: list[tuple[str, int, int]] = []
    request = replace(asked, jobs=1, kept_in=tmp_path)
    page = review_branch(request, tell)
    open_rows = [row for row in page.rows if row.need is Need.OPEN]
    assert (page.exit_code, page.interrupted) == (130, True)
    assert {row.reason for row in open_rows} == {"interrupted before its turn"}
    assert sum(row.reviewed for row in page.rows) == len(_files(tmp_path)) == 2
    assert _shown(page, PageFormat.MARKDOWN).startswith("2 of 5 commits reviewed: undecided ")
    whole = review_branch(request, lambda *one: told.append(one))
    assert sum(row.kept for row in whole.rows) == 2
    assert [row.reviewed for row in whole.rows].count(True) == 4
    assert (told[0], told[-1][1:]) == (("", 2, 5), (5, 5))


def test_nothing_is_kept_where_that_is_asked(asked: BranchRequest, tmp_path: Path) -> None:
    request = replace(asked, range="main~2..main~1", cache=False, kept_in=tmp_path, whole=False)
    page = review_branch(request)
    assert (_files(tmp_path), [row.report for row in page.rows]) == ([], [""])
    assert page.exit_code == 0


def test_a_disk_that_takes_nothing_is_said(asked: BranchRequest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    page = review_branch(replace(asked, range="main~2..main~1", kept_in=tmp_path / "file"))
    assert [(note.what, note.why) for note in page.notes] == [
        ("not all reports could be kept", "Not a directory")
    ]
    assert "Not a directory" in _shown(page, PageFormat.TERMINAL)


def test_an_index_older_than_upstream_is_told_on_the_page(
    asked: BranchRequest, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    upstream = shutil.copytree(world.top / "upstream", tmp_path / "upstream")
    one = f"{world.release[0]}..{world.release[1]}"
    request = replace(asked, upstream=str(upstream), range=one, kept_in=None)
    build(str(upstream))
    assert review_branch(request).notes == ()
    fix = git(upstream, "commit-tree", "main^{tree}", "-p", "main", "-m", "later")
    git(upstream, "update-ref", "refs/heads/main", fix)
    why = "a branch has moved since it was built: run `analyze index` again"
    told = (NotChecked("the newest of upstream's history", why),)
    for kept in (False, True):
        page = review_branch(request)
        assert ([row.kept for row in page.rows], page.notes) == ([kept], told)
    build(str(upstream))
    page = review_branch(request)
    assert ([row.kept for row in page.rows], page.notes) == ([False], ())


def test_a_range_in_which_nothing_claims_is_not_fine(asked: BranchRequest, world: World) -> None:
    page = review_branch(replace(asked, range=f"{world.release[1]}..{world.release[2]}"))
    assert (page.exit_code, [row.need for row in page.rows]) == (3, [Need.NO_CLAIM])
    assert _shown(page, PageFormat.TERMINAL).split("\n")[0] == (
        "0 of 0 commits reviewed: undecided (basis: none), 0 findings; "
        "first: name the range whose commits say what they were picked from"
    )


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"range": "main"}, "is no range of commits"),
        ({"repo": "nowhere"}, "is not a git repository"),
        ({"upstream": "nowhere"}, "no such directory"),
        ({"config": Path("nowhere")}, "cannot be read"),
        ({"facts": (ROOT / "README.md",)}, "README.md"),
        ({"checklist": "nosuch"}, "nosuch"),
    ],
)
def test_what_no_commit_could_be_reviewed_with_is_one_error(
    asked: BranchRequest, tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    with pytest.raises(AnalyzerError, match=what):
        review_branch(replace(asked, kept_in=tmp_path, **change))


# --- the formats ---------------------------------------------------------------------------------


def test_the_json_form_is_valid_and_whole(page: Page) -> None:
    text = _shown(page, PageFormat.JSON)
    document = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(page_schema())
    jsonschema.validate(document, page_schema())
    for report in document["reports"]:
        jsonschema.validate(report, schema())
    assert [one["report"] for one in document["commits"]] == [0, None, 1, 2, 3, None, None]
    subjects = [report["patch"]["subject"] for report in document["reports"]]
    assert [f"[PATCH] {row.subject}" for row in page.rows if row.reviewed] == subjects
    assert text.isascii()


def test_all_forms_begin_with_the_same_line(page: Page) -> None:
    line = re.compile(
        r"4 of 5 commits reviewed: undecided \(basis: none\), 1 finding; "
        r"first: [0-9a-f]{12} DP-3: Put it behind what it fixes\."
    )
    terminal, markdown = _shown(page, PageFormat.TERMINAL), _shown(page, PageFormat.MARKDOWN)
    assert line.fullmatch(terminal.split("\n")[0])
    assert line.fullmatch(markdown.split("\n")[0])
    assert line.fullmatch(json.loads(_shown(page, PageFormat.JSON))["summary"])
    assert f"<h1>{terminal.splitlines()[0]}</h1>" in _shown(page, PageFormat.HTML)


def test_people_see_every_commit_and_why(page: Page) -> None:
    for format in (PageFormat.TERMINAL, PageFormat.MARKDOWN, PageFormat.HTML):
        text = _shown(page, format)
        assert text.endswith("\n") and not text.endswith("\n\n")
        for row in page.rows:
            assert row.commit[:12] in text
        assert "names no upstream commit" in text
        assert "is a merge" in text
        assert "changes no file" in text


def test_the_terminal_has_the_width_and_colours_that_are_asked(page: Page) -> None:
    plain = render_page(page, PageFormat.TERMINAL, color=False, width=80)
    assert max(map(len, plain.split("\n")[3:])) <= 80
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in render_page(page, PageFormat.TERMINAL, color=True, width=80)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes.update(name for name, _ in attrs)


def test_hostile_commits_stay_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> | [x](http://evil) \x1b[31m \u202e @all `x` &amp;"
    changes: list[Change] = [document(1)]
    upstream = history(tmp_path / "u", _base(), changes)
    binary: dict[str, Edit] = {"logo.bin": lambda _: bytes(range(256)) * 8}
    moved: dict[str, Edit] = {
        "Documentation/widget.rst": lambda _: b"",
        "Documentation/moved.rst": lambda _: _base()["Documentation/widget.rst"],
    }
    mail = f"From {'0' * 40} Mon Sep 17 00:00:00 2001\nFrom: x <x@x.example>\n\n---\n"
    mail += "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n"
    ours = [
        picked(Change(evil, changes[0].edits, f"{evil}\n\n"), upstream[1]),
        picked(Change("a binary file", binary, "\n"), upstream[1]),
        picked(Change("a file moves", moved, "\n"), upstream[1]),
        picked(Change("a mail in a message", {"y": lambda _: b"y\n"}, f"{mail}\n"), upstream[1]),
    ]
    ids = history(tmp_path / "r", _base(), ours)
    _with_submodule(tmp_path / "r", upstream[1])
    request = BranchRequest(str(tmp_path / "r"), f"{ids[0]}..main", str(tmp_path / "u"))
    page = review_branch(replace(request, cache=False, jobs=2))
    assert len(page.rows) == 5
    assert not [row for row in page.rows if "bug" in row.reason]
    jsonschema.validate(json.loads(_shown(page, PageFormat.JSON)), page_schema())
    html = _Tags()
    html.feed(_shown(page, PageFormat.HTML))
    assert html.seen.count("script") == 1
    assert not [name for name in html.attributes if name.startswith("on") or name == "style"]
    for format in (PageFormat.TERMINAL, PageFormat.MARKDOWN, PageFormat.HTML):
        text = _shown(page, format)
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script>" not in _shown(page, PageFormat.MARKDOWN)
    tables = [line for line in _shown(page, PageFormat.MARKDOWN).split("\n") if "script" in line]
    assert all(len(re.findall(r"(?<!\\)\|", line)) in (4, 7) for line in tables[1:])


def _base() -> dict[str, bytes]:
    lines = b"".join(b"Line %d of what a widget is.\n\n" % n for n in range(9))
    return {"Documentation/widget.rst": lines, "x": b"1\n"}


def _with_submodule(top: Path, claimed: str) -> None:
    git(top, "read-tree", "main")
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{claimed},vendor/lib")
    tree = git(top, "write-tree")
    text = f"a submodule\n\n(cherry picked from commit {claimed})\n"
    made = git(top, "commit-tree", tree, "-p", "main", "-m", text)
    git(top, "update-ref", "refs/heads/main", made)


# --- the command ---------------------------------------------------------------------------------


def _command(asked: BranchRequest, *more: str) -> tuple[list[str], dict[str, str]]:
    words = ["branch", asked.repo, asked.range, "--upstream", str(asked.upstream), *more]
    environment = {**os.environ, "XDG_CACHE_HOME": f"{asked.kept_in}-of-command"}
    return [sys.executable, "-m", "analyzer", *words], environment


def test_the_command_prints_the_page_alone(asked: BranchRequest, world: World) -> None:
    small = replace(asked, range=f"{world.release[5]}..{world.release[6]}")
    for _ in range(2):
        command, environment = _command(small, "--format", "markdown", "--jobs", "1")
        done = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.startswith(b"1 of 1 commit reviewed: same (basis: none), 0 findings;")


def test_ctrl_c_prints_what_there_is(asked: BranchRequest) -> None:
    command, environment = _command(asked, "--format", "json", "--jobs", "1", "--no-cache")
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    while not _children(process.pid) and process.poll() is None:
        time.sleep(0.01)
    # As a terminal does it: all processes of the group hear it.
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (130, b"analyze: interrupted\n")
    page = json.loads(stdout)
    assert (page["exit_code"], page["interrupted"]) == (130, True)
    assert "not reviewed" in {one["need"] for one in page["commits"]}


def _children(pid: int) -> list[str]:
    """The workers of a process: they are Pythons that were told to spawn."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(") ")[2].split()[1]
            said = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == str(pid) and b"spawn_main" in said:
            found.append(path.parent.name)
    return found


def test_an_architecture_is_sought_in_the_range_and_not_in_head(
    world: World, tmp_path: Path
) -> None:
    """A bare repository whose HEAD names a branch that it has not."""
    top = tmp_path / "release.git"
    git(world.top, "clone", "--quiet", "--bare", str(world.top / "release"), str(top))
    git(top, "symbolic-ref", "HEAD", "refs/heads/nothing")
    asked = BranchRequest(str(top), world.range, architectures=("pdp11",), cache=False)
    with pytest.raises(AnalyzerError, match="pdp11"):
        review_branch(asked)
