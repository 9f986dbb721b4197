"""Help as a manual page, and completion as a shell asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.report import Format

Run = Callable[..., subprocess.CompletedProcess[bytes]]

COMMANDS = ("explain", "branch", "index")
SECTIONS = ("Name:", "Synopsis:", "Description:", "Exit status:", "Examples:", "See also:")


@pytest.mark.parametrize("command", [(), *((one,) for one in COMMANDS)])
def test_help_is_a_page_with_every_section(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert [line for line in text.splitlines() if line in SECTIONS] == list(SECTIONS)
    assert max(map(len, text.splitlines())) <= 100


def test_the_short_option_is_the_long_one(run: Run) -> None:
    assert run("index", "-h").stdout == run("index", "--help").stdout


def test_the_page_names_every_command_and_format(run: Run) -> None:
    text = " ".join(run("--help").stdout.decode().split())
    assert [one for one in COMMANDS if f" {one} " not in text] == []
    assert [one.value for one in Format if one.value not in text] == []


def completed(line: str) -> list[str]:
    """What bash proposes, by the script that the tool prints, at the end of a line."""
    script = subprocess.run(
        [sys.executable, "-m", "analyzer", "--show-completion", "bash"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    asked = (
        f"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}\n"
        '_analyze_completion analyze\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", asked],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("analyze --form", ["--format"]),
        ("analyze a.patch --format js", ["json"]),
        ("analyze exp", ["explain"]),
        ("analyze a.patch --checklist su", ["suse"]),
        ("analyze explain a.patch f --be", ["--before"]),
        ("analyze branch . a..b --format ", ["terminal", "markdown", "json", "html"]),
        ("analyze index . --an", ["--anew"]),
    ],
)
def test_a_shell_is_told_what_fits(line: str, proposed: list[str]) -> None:
    assert completed(line) == proposed
