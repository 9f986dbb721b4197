"""Our own small kernel trees, as directories in any of their states and as git repositories.

A tree is kept as it was before its first mail; each state is that, with mails applied in order.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from analyzer.csource.configuration import Configuration

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
TREES = FIXTURES / "trees"
PATH = "mm/mremap.c"

_KEEPER = {
    **{f"GIT_{who}_NAME": "Tree Keeper" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "keeper@kernel.example" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Era(Enum):
    """A tree; its value is its directory's name."""

    RHEL7 = "rhel7-like"
    V5_0 = "5.0-like"
    V6_12 = "6.12-like"


class State(Enum):
    """How far a tree has come: before the commit, with it, selected, and with its later fixes."""

    BASE = "base"
    CORE = "core"
    SELECT = "select"
    WARN_ONCE = "warn-once"
    RMAP_LOCKS = "rmap-locks"


@dataclass(frozen=True, slots=True)
class History:
    """The first commit's message and date, and the mail that leads to each further state."""

    message: str
    date: str
    mails: tuple[tuple[State, str], ...] = ()


HISTORY: Mapping[Era, History] = {
    Era.RHEL7: History(
        "A kernel of the 3.10 era, as far as mremap() goes",
        "2018-12-03T12:00:00+0300",
        (
            (State.CORE, "tree-rhel7-move-pmd.patch"),
            (State.SELECT, "tree-rhel7-select-x86.patch"),
        ),
    ),
    Era.V5_0: History(
        "Linux 4.20, as far as mremap() goes",
        "2018-12-23T15:55:59-0800",
        (
            (State.CORE, "tree-5.0-move-pmd.patch"),
            (State.SELECT, "tree-5.0-select-x86.patch"),
            (State.WARN_ONCE, "tree-5.0-warn-once.patch"),
            (State.RMAP_LOCKS, "tree-5.0-rmap-locks.patch"),
        ),
    ),
    Era.V6_12: History("Linux 6.12, as far as mremap() goes", "2024-11-17T14:15:08-0800"),
}


def states(era: Era) -> tuple[State, ...]:
    """The states that a tree has, in order."""
    return (State.BASE, *(state for state, _ in HISTORY[era].mails))


def mail(era: Era, state: State) -> Path:
    """The mail that leads to a state from the one before it."""
    return FIXTURES / "mails" / dict(HISTORY[era].mails)[state]


def mails(era: Era, state: State) -> tuple[Path, ...]:
    """The mails that lead from the base to a state."""
    order = states(era)[1:]
    return tuple(mail(era, each) for each in order[: order.index(state) + 1] if state in order)


def directory(tmp_path: Path, era: Era, state: State = State.BASE) -> Path:
    """A plain directory with a tree in a state. It is below ``tmp_path``, and may be changed."""
    top = tmp_path / f"{era.value}-{state.value}"
    shutil.copytree(TREES / era.value, top)
    if state is not State.BASE:
        _git(top, "apply", *map(str, mails(era, state)))
    return top


def repository(tmp_path: Path, era: Era, state: State | None = None) -> Path:
    """A git repository with one commit for each state, up to one of them, by default to the last.

    Ids are the same wherever it is made, and those that the mails were written under. Each commit
    has a tag of its state's name; the branch is main.
    """
    top = tmp_path / f"{era.value}.git-tree"
    shutil.copytree(TREES / era.value, top)
    first = HISTORY[era]
    dates = {"GIT_AUTHOR_DATE": first.date, "GIT_COMMITTER_DATE": first.date}
    _git(top, "init", "--quiet", "--initial-branch=main")
    _git(top, "add", "--all")
    _git(top, "commit", "--quiet", f"--message={first.message}", **dates)
    order = states(era)
    wanted = order[: order.index(state or order[-1]) + 1]
    if len(wanted) > 1:
        _git(
            *(top, "am", "--quiet", "--committer-date-is-author-date"),
            *map(str, mails(era, wanted[-1])),
        )
    for back, each in enumerate(reversed(wanted)):
        _git(top, "update-ref", f"refs/tags/{each.value}", f"HEAD~{back}")
    return top


def commit_of(repository: Path, state: State) -> str:
    """The 40 digits of a state's commit."""
    return _git(repository, "rev-parse", state.value).decode().strip()


def backport(repository: Path) -> bytes:
    """The backport's mail, as picked from the upstream commit of a repository of V5_0.

    The mail itself names Linux's own commit, which no repository of ours has.
    """
    lines = mail(Era.RHEL7, State.CORE).read_bytes().split(b"\n")
    named = b"(cherry picked from commit %b)" % commit_of(repository, State.CORE).encode()
    picked = [at for at, line in enumerate(lines) if line.startswith(b"(cherry picked from commit")]
    assert len(picked) == 1
    lines[picked[0]] = named
    return b"\n".join(lines)


def config(era: Era) -> Path:
    """The file of the configuration that a tree's kernel is built with."""
    return TREES / f"{era.value}.config"


def configuration(era: Era, **symbols: bool | int | str) -> Configuration:
    """The same as the preprocessor has it, with more symbols, or others."""
    given: dict[str, bool | int | str] = {}
    for line in config(era).read_text().splitlines():
        if line.startswith("CONFIG_"):
            name, _, value = line.removeprefix("CONFIG_").partition("=")
            given[name] = True if value == "y" else value
    return Configuration.of(**{**given, **symbols})


def git_diff(tmp_path: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """What git says leads from the files of one side to those of the other, by path."""
    for side, files in (("a", before), ("b", after)):
        for path, data in files.items():
            place = tmp_path / side / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    options = ("--no-index", "--no-prefix", "--no-color", "--full-index")
    return _git(tmp_path, "diff", *options, "a", "b", fine=(0, 1))


def _git(top: Path, *arguments: str, fine: tuple[int, ...] = (0,), **environment: str) -> bytes:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    # A directory of a test may lie within a repository: git is not to see it.
    ceiling = {"GIT_CEILING_DIRECTORIES": str(top.parent)}
    done = subprocess.run(
        ["git", "-c", f"core.attributesFile={os.devnull}", "-c", "gc.auto=0", *arguments],
        cwd=top,
        env={**inherited, **_KEEPER, **ceiling, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode in fine, done.stderr.decode("utf-8", "replace")
    return done.stdout
