"""A small upstream and a release with backports of it, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.branch.histories import (
    SIGNED,
    Change,
    base_files,
    driver,
    git,
    history,
    picked,
    replaced,
)

_PATH = "drivers/misc/widget0.c"


@dataclass(frozen=True, slots=True)
class World:
    """Both repositories, and the ids of their commits from the base on."""

    top: Path
    upstream: tuple[str, ...]
    release: tuple[str, ...]

    @property
    def range(self) -> str:
        """Everything behind the release's base."""
        return f"{self.release[0]}..main"


def document(line: int) -> Change:
    """An upstream change of a document."""
    old, new = f"Line {line} of what a widget is.\n", f"Line {line} says what a widget is.\n"
    edits = {"Documentation/widget.rst": replaced(old, new)}
    return Change(f"widget: line {line}", edits, f"Better words.\n\n{SIGNED}")


def _limit(step: int, body: str = "") -> Change:
    old = f"\tif (w->users > {step + 3})\n"
    edits = {_PATH: replaced(old, f"\tif (w->users > {step + 3} || w->limit < 1)\n")}
    return Change(f"widget: mind the limit in step {step}", edits, f"It counts.\n\n{body}{SIGNED}")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A release of seven commits, made of an upstream of five.

    In order: a document's change; one of the release's own; a fix before what it fixes; that; an
    empty commit with a claim; a document's change; a merge.
    """
    top = tmp_path_factory.mktemp("branch")
    base = {
        path: data
        for path, data in base_files().items()
        if path.startswith(("Documentation", "drivers/misc/K", "drivers/misc/M", "include/linux/w"))
    }
    base[_PATH] = driver(0)
    first = [document(1), _limit(2)]
    ids = history(top / "first", base, first)
    fixed = f'Fixes: {ids[2][:12]} ("{first[1].subject}")\n'
    changes = [*first, _limit(5, fixed), document(4), document(7)]
    upstream = history(top / "upstream", base, changes)
    own = Change("release: raise the number", {"Makefile": lambda _: b"VERSION = 2\n"}, SIGNED)
    ours = [
        picked(changes[0], upstream[1]),
        own,
        picked(changes[2], upstream[3]),
        picked(changes[1], upstream[2]),
        picked(Change(changes[3].subject, {}, changes[3].body), upstream[4]),
        picked(changes[4], upstream[5]),
    ]
    made = history(top / "release", base, ours)
    _merge(top / "release", made[-1], made[2])
    listed = git(top / "release", "rev-list", "--topo-order", "--reverse", "main").split("\n")
    return World(top, upstream, tuple(listed))


def _merge(top: Path, ours: str, theirs: str) -> None:
    made = git(top, "commit-tree", f"{ours}^{{tree}}", "-p", ours, "-p", theirs, "-m", "Merge it")
    git(top, "update-ref", "refs/heads/main", made)
