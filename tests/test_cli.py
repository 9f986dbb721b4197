"""The command as a user meets it: arguments, streams, exit codes, bad input."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from inputs import ARCHIVE, BASE, PATCH, ROOT

from analyzer.report import schema

Run = Callable[..., subprocess.CompletedProcess[bytes]]

# A job in the background is started with SIGINT ignored, and so would be its children.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from analyzer.cli import main; main()"
)

DRIVER = b"""\
From: Some One <some.one@example.org>
Date: Thu, 3 Jan 2019 15:28:38 -0800
Subject: [PATCH] spi: wait for the fifo before reading it

Signed-off-by: Some One <some.one@example.org>
---
 drivers/spi/spi-fix.c | 1 +
 1 file changed, 1 insertion(+)

diff --git a/drivers/spi/spi-fix.c b/drivers/spi/spi-fix.c
index 1111111..2222222 100644
--- a/drivers/spi/spi-fix.c
+++ b/drivers/spi/spi-fix.c
@@ -10,3 +10,4 @@ static int fix_read(struct fix *fix)
 {
 \tint got;
+\tfix_wait(fix);
 \tgot = readl(fix->base);
-- 
2.39.5
"""


def lines(stream: bytes) -> list[str]:
    return stream.decode().splitlines()


# --- bad input: exit code 2, one line on stderr, nothing on stdout ------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the input is empty; give a patch or a mail"),
        (b" \n\n", "the input is empty; give a patch or a mail"),
        (b"hello\n", "no diff in it; give a patch or a mail with one"),
        (
            b"@@ -1 +1 @@\n-a\n+b\n",
            "1 hunk but no file header; give the patch with its ---/+++ lines",
        ),
        (
            b"diff --cc a.c\n@@@ -1,1 -1,1 +1,1 @@@\n",
            "a combined diff of a merge; give the diff against one parent",
        ),
    ],
)
def test_input_without_a_patch_is_one_line(
    run: Run, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "in.patch"
    path.write_bytes(content)
    done = run(path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert lines(done.stderr) == [f"analyze: {path}: {said}"]


def test_a_missing_file_a_directory_and_a_huge_file_are_one_line_each(
    run: Run, tmp_path: Path
) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    cases = {
        tmp_path / "nowhere": "there is no such file; give a patch file, '-' or REPO@COMMIT",
        tmp_path: "is a directory; give a patch file, or a commit of the repository as REPO@COMMIT",
        huge: "is over 64 MiB; split the patch",
    }
    for path, said in cases.items():
        done = run(path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert lines(done.stderr) == [f"analyze: {path}: {said}"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-"], "standard input: the input is empty; give a patch or a mail"),
        (["explain", "-", "f"], "standard input: the input is empty; give a patch or a mail"),
        ([""], "no patch is named; give a patch file, '-' or REPO@COMMIT"),
    ],
    ids=str,
)
def test_an_input_without_a_name_is_told_in_words(
    run: Run, arguments: list[str], said: str
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert lines(done.stderr) == [f"analyze: {said}"]


def test_wrong_usage_is_one_line(run: Run) -> None:
    for arguments in ([], ["--nonsense"], ["x", "--format", "pdf"], ["x", "y"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        assert re.fullmatch(r"analyze: .*; see analyze --help\n", done.stderr.decode())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prove-limit", "x"], "Invalid value for '--prove-limit': 'x' is not a number"),
        (["--target"], "Option '--target' requires an argument"),
    ],
)
def test_wrong_usage_reads_as_one_sentence(run: Run, arguments: list[str], said: str) -> None:
    done = run(PATCH, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert lines(done.stderr) == [f"analyze: {said}; see analyze --help"]


def test_an_architecture_that_there_is_not_is_one_line(run: Run) -> None:
    done = run(PATCH, "--arch", "x68_64")
    assert (done.returncode, done.stdout) == (2, b"")
    todo = "give the name of a directory below arch/, such as x86, arm64 or powerpc"
    assert lines(done.stderr) == [f"analyze: --arch: x68_64 is no architecture; {todo}"]


def test_a_hostile_file_name_cannot_speak_to_the_terminal(run: Run, tmp_path: Path) -> None:
    done = run(tmp_path / "no\x1b[2Jwhere\n")
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr
    assert len(lines(done.stderr)) == 1


# --- output -----------------------------------------------------------------------------


def test_a_driver_patch_is_answered_where_no_model_is_needed(
    report: Callable[..., dict[str, Any]],
) -> None:
    found = report("-", stdin=DRIVER)
    jsonschema.validate(found, schema())
    states = {item["id"]: item["state"] for item in found["items"]}
    assert (found["exit_code"], found["verdict"], found["patch"]["intact"]) == (
        3,
        "undecided",
        True,
    )
    assert {
        key: states[key] for key in ("ID-1", "ID-4", "IN-1", "IN-2", "TX-1", "CF-1", "DP-2")
    } == {
        "ID-1": "needs-review",
        "ID-4": "ok",
        "IN-1": "ok",
        "IN-2": "ok",
        "TX-1": "cannot-tell",
        "CF-1": "not-applicable",
        "DP-2": "cannot-tell",
    }
    assert [key for key, state in states.items() if state == "finding"] == []


def test_the_report_goes_to_a_file_and_nowhere_else(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    done = run(ARCHIVE, "--format", "markdown", "--output", path)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    assert path.read_text().startswith("same (basis: traces), 2 findings; first: IN-1: ")


def test_a_report_that_cannot_be_written_is_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "report"
    done = run(ARCHIVE, "--output", path)
    assert (done.returncode, done.stdout) == (2, b"")
    said = f"analyze: {path}: cannot be written: No such file or directory; give another file"
    assert lines(done.stderr) == [said]


@pytest.mark.parametrize(
    ("written", "why"),
    [("nowhere/report", "No such file or directory"), ("", "Is a directory")],
)
def test_where_nothing_can_be_written_is_told_before_any_work(
    run: Run, tmp_path: Path, written: str, why: str
) -> None:
    # That the input is read would be told first.
    path = tmp_path / written
    done = run(tmp_path / "there is no such patch", "--output", path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert lines(done.stderr) == [f"analyze: {path}: cannot be written: {why}; give another file"]


@pytest.mark.parametrize("arguments", ["--help", "--version", "explain --help"])
@pytest.mark.parametrize(
    ("stdout", "why"),
    [(">/dev/full", "cannot be written: No space left on device"), (">&-", "is closed")],
)
def test_what_cannot_be_printed_is_one_line(arguments: str, stdout: str, why: str) -> None:
    command = f"{sys.executable} -m analyzer {arguments} {stdout}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    said = f"analyze: standard output: {why}; use --output FILE"
    assert (done.returncode, lines(done.stderr)) == (2, [said])


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("arguments", "code"), [("-", 3), ("nosuch", 2), ("--nosuch", 2)])
def test_without_standard_error_the_exit_code_is_the_same(
    stderr: str, arguments: str, code: int
) -> None:
    command = ["bash", "-c", f"{sys.executable} -m analyzer {arguments} {stderr}"]
    done = subprocess.run(
        command, cwd=ROOT, input=DRIVER, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (code, b"")
    assert bool(done.stdout) == (code == 3)


@pytest.mark.parametrize(
    ("more", "colours"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=str,
)
def test_a_terminal_gets_colours_unless_it_or_its_user_wants_none(
    more: dict[str, str], colours: bool
) -> None:
    there = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    terminal, screen = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "analyzer", "-"],
        cwd=ROOT,
        env={**there, "TERM": "xterm", **more},
        stdin=subprocess.PIPE,
        stdout=screen,
    )
    os.close(screen)
    assert process.stdin is not None
    with process.stdin as stream:
        stream.write(DRIVER)
    assert (b"\x1b[" in everything(terminal)) == colours
    assert process.wait(timeout=60) == 3


def everything(terminal: int) -> bytes:
    """What is written to a terminal until nobody has it open."""
    found = b""
    try:
        while data := os.read(terminal, 1 << 16):
            found += data
    except OSError:  # So Linux says that the other side is closed.
        pass
    finally:
        os.close(terminal)
    return found


@pytest.mark.parametrize(
    ("options", "lost"),
    [
        (["--output", "fix.patch"], "fix.patch"),
        (["--output", "link"], "fix.patch"),
        (["--output", "sub/../fix.patch"], "fix.patch"),
        (["--output", "fix.patch.answers.toml"], "fix.patch.answers.toml"),
        (["--output", "new", "--write-repaired", "./new"], "new"),
        (["--output", "blacklist", "--blacklist", "blacklist"], "blacklist"),
        (["--write-repaired", "config", "--config", "config"], "config"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else given,
)
def test_nothing_that_is_read_is_written_over(
    run: Run, tmp_path: Path, options: list[str], lost: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "fix.patch").write_bytes(DRIVER)
    (tmp_path / "link").symlink_to("fix.patch")
    for name in ("config", "blacklist"):
        (tmp_path / name).write_text("")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    given = [one if one.startswith("--") else f"{tmp_path}/{one}" for one in options]
    done = run(tmp_path / "fix.patch", *given)
    assert (done.returncode, done.stdout) == (2, b"")
    (said,) = lines(done.stderr)
    assert said.startswith(f"analyze: {given[1]}: would be written over, and the command reads it")
    assert said.endswith(f"{lost}; give another file")
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after == before


def test_a_device_may_be_both_read_and_written(run: Run) -> None:
    done = run("/dev/stdin", "--output", "/dev/null", stdin=DRIVER)
    assert (done.returncode, done.stderr) == (3, b"")


def test_piped_output_has_no_color_and_begins_with_the_answer(run: Run) -> None:
    done = run(ARCHIVE)
    assert b"\x1b" not in done.stdout
    assert lines(done.stdout)[0].startswith("same (basis: traces), 2 findings; first: IN-1: ")


def test_a_reader_that_goes_away_changes_no_exit_code() -> None:
    command = (
        f"{sys.executable} -m analyzer {ARCHIVE} --format json | true; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_interrupted_run_says_so_with_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    # More than a pipe holds: once it is written, the command is past its start and reading.
    process.stdin.write(b"x" * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _out, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, b"analyze: interrupted\n")


# --- several patches --------------------------------------------------------------------


def test_a_series_is_one_report_and_one_patchs_gap_may_be_anothers_content(
    report: Callable[..., dict[str, Any]],
) -> None:
    select = b"""\
From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001
From: Some One <some.one@example.org>
Date: Thu, 3 Jan 2019 15:28:41 -0800
Subject: [PATCH 2/2] x86: select HAVE_MOVE_PMD

commit 9f132f7e145506efc0744426cb338b18a54afc3b upstream.

Signed-off-by: Some One <some.one@example.org>
---
diff --git a/arch/x86/Kconfig b/arch/x86/Kconfig
--- a/arch/x86/Kconfig
+++ b/arch/x86/Kconfig
@@ -180,5 +180,6 @@ config X86
 \tselect HAVE_MIXED_BREAKPOINTS_REGS
 \tselect HAVE_MOD_ARCH_SPECIFIC
+\tselect HAVE_MOVE_PMD
 \tselect HAVE_NMI
 \tselect HAVE_OPROFILE
 \tselect HAVE_OPTPROBES
"""
    found = report("-", stdin=PATCH.read_bytes() + b"\n" + select)
    jsonschema.validate(found, schema())
    first, second = found["reports"]
    states = [{item["id"]: item for item in one["items"]} for one in (first, second)]
    assert states[0]["CF-2"]["summary"] == "HAVE_MOVE_PMD is selected under X86"
    assert states[1]["CF-3"]["state"] == "ok"
    assert found["exit_code"] == 1


# --- repair -----------------------------------------------------------------------------


def test_a_repair_without_its_context_is_refused_with_3(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "repaired.patch"
    done = run(ARCHIVE, "--write-repaired", path)
    assert (done.returncode, done.stdout, path.exists()) == (3, b"", False)
    assert lines(done.stderr) == [
        f"analyze: {path}: not written: 11 lines of context are lost, only the target can tell "
        "them; give the tree that the patch is for with --target, or fetch the patch again"
    ]


def test_with_the_target_the_repair_is_proven_and_git_takes_it(
    run: Run, tmp_path: Path, git_environment: dict[str, str]
) -> None:
    path = tmp_path / "repaired.patch"
    done = run(ARCHIVE, "--target", BASE, "--write-repaired", path, "--format", "json")
    found = json.loads(done.stdout)
    damage = {(one["kind"], one["repair"]) for one in found["patch"]["damage"]}
    assert damage == {("lines-dropped", "proven"), ("blank-lines-dropped", "proven")}
    tree = tmp_path / "tree"
    subprocess.run(["cp", "-r", BASE, tree], check=True)
    for command in (["git", "init", "-q", "."], ["git", "apply", "--index", path]):
        if command[1] == "apply":
            subprocess.run(["git", "add", "-A"], cwd=tree, env=git_environment, check=True)
        subprocess.run(command, cwd=tree, env=git_environment, check=True)
    ids = subprocess.run(
        ["git", "hash-object", "arch/Kconfig", "mm/mremap.c"],
        cwd=tree,
        env=git_environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    declared = re.findall(r"^index \w+\.\.(\w+)", PATCH.read_text(), re.MULTILINE)
    assert [one[:12] for one in ids] == declared


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="there is no prlimit")
def test_a_patch_is_not_lost_where_its_repair_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "fix.patch"
    path.write_bytes(ARCHIVE.read_bytes())
    # What lost lines has room, and the whole patch has not.
    command = ["prlimit", f"--fsize={path.stat().st_size}", sys.executable, "-B", "-m", "analyzer"]
    options = [path, "--target", BASE, "--write-repaired", path]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, check=False, timeout=120
    )
    said = f"analyze: {path}: cannot be written: File too large; give another file"
    assert (done.returncode, lines(done.stderr)) == (2, [said])
    assert path.read_bytes() == ARCHIVE.read_bytes()


def test_a_good_patch_is_written_back_to_the_same_bytes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "same.patch"
    run(PATCH, "--write-repaired", path)
    assert path.read_bytes() == PATCH.read_bytes()


def test_a_missing_target_is_one_line(run: Run, tmp_path: Path) -> None:
    done = run(ARCHIVE, "--target", tmp_path / "nowhere")
    assert (done.returncode, done.stdout, len(lines(done.stderr))) == (2, b"", 1)


# --- a repository as input --------------------------------------------------------------


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, git_environment: dict[str, str]) -> Path:
    """The fixture tree in git, with the patch applied as its second commit."""
    tree = tmp_path_factory.mktemp("repository") / "tree"
    subprocess.run(["cp", "-r", BASE, tree], check=True)
    for command in (
        ["git", "init", "-q", "."],
        ["git", "add", "-A"],
        ["git", "commit", "-q", "-m", "base"],
        ["git", "am", "-q", PATCH],
    ):
        subprocess.run(command, cwd=tree, env=git_environment, check=True, capture_output=True)
    return tree


def test_a_commit_and_a_range_of_a_repository_are_read(
    report: Callable[..., dict[str, Any]], repository: Path
) -> None:
    one = report(f"{repository}@HEAD", "--target", f"{repository}@HEAD~1")
    ranged = report(f"{repository}@HEAD~1..HEAD", "--target", f"{repository}@HEAD~1")
    assert one == ranged
    assert one["patch"]["intact"] is True
    assert one["patch"]["files"] == ["arch/Kconfig", "mm/mremap.c"]
    states = {item["id"]: item["state"] for item in one["items"]}
    assert (states["IN-1"], states["CF-1"], states["DP-2"]) == ("ok", "ok", "finding")


def test_a_directory_that_is_no_upstream_of_the_patch_is_told(
    report: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    found = report("-", "--upstream", tmp_path, stdin=DRIVER)
    assert {
        "what": "whether upstream's commit is the patch's",
        "why": f"{tmp_path} has none of the files that the patch changes",
    } in found["not_checked"]


def test_an_unknown_commit_and_a_hostile_one_are_one_line(run: Run, repository: Path) -> None:
    for revision in ("nowhere", "--output=x", "HEAD..HEAD"):
        done = run(f"{repository}@{revision}")
        assert (done.returncode, done.stdout, len(lines(done.stderr))) == (2, b"", 1)


# --- facts of the user's own ------------------------------------------------------------


def test_the_example_of_the_documentation_is_valid_and_used(
    report: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "facts.md").read_text()
    facts = tmp_path / "ring.toml"
    facts.write_text(text.split("```toml\n")[1].split("```")[0])
    named = DRIVER.replace(
        b"\n\nSigned", b"\n\ncommit 0123456789abcdef0123456789abcdef01234567 upstream.\n\nSigned"
    )
    found = report("-", "--facts", facts, stdin=named)
    states = {item["id"]: item["state"] for item in found["items"]}
    # Another subject, another shape: it is not that commit, whatever the message says.
    assert (states["ID-1"], states["ID-3"], states["TX-1"]) == ("ok", "needs-review", "finding")


def test_facts_that_break_a_rule_are_one_line(run: Run, tmp_path: Path) -> None:
    facts = tmp_path / "bad.toml"
    facts.write_text('[[commit]]\nid = "xyz"\n')
    done = run(PATCH, "--facts", facts)
    assert (done.returncode, done.stdout, len(lines(done.stderr))) == (2, b"", 1)


# --- commands ---------------------------------------------------------------------------


def test_help_tells_of_the_commands_and_each_command_has_its_own(run: Run) -> None:
    shown = run("--help").stdout.decode()
    assert "PATCH" in shown
    assert "explain PATCH FUNCTION" in shown
    own = run("explain", "--help").stdout.decode()
    assert "analyze explain [OPTION]... PATCH FUNCTION" in own
    assert "--before" in own


@pytest.fixture
def beside_a_file_called_explain(tmp_path: Path) -> Run:
    """Run the command where the file ``explain`` is a patch."""
    (tmp_path / "explain").write_bytes(DRIVER)

    def call(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "analyzer", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, capture_output=True, cwd=tmp_path, env=environment, check=False, timeout=60
        )

    return call


def test_a_command_wins_over_a_file_of_its_name(beside_a_file_called_explain: Run) -> None:
    run = beside_a_file_called_explain
    done = run("explain")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"analyze: Missing argument 'PATCH'; see analyze explain --help\n"
    for arguments in (["./explain"], ["--format", "json", "explain"], ["--", "explain"]):
        done = run(*arguments)
        assert (done.returncode, done.stderr) == (3, b"")
    assert run("explain", "explain", "fix_read").returncode == 0


def test_wrong_usage_of_a_command_names_its_own_help(run: Run) -> None:
    for arguments in (["x"], ["x", "f", "g"], ["x", "f", "--arch", "x86"], ["--before"]):
        done = run("explain", *arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        said = r"analyze: .*; see analyze explain --help\n"
        assert re.fullmatch(said, done.stderr.decode())


def test_explain_reads_standard_input_and_writes_to_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "listing.md"
    done = run("explain", "-", "fix_read", "--format", "markdown", "--output", path, stdin=DRIVER)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    said = "explained: fix_read (drivers/spi/spi-fix.c:12-12), a fragment of the function\n"
    assert path.read_text().startswith(said)
