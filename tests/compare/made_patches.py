"""Patches made by git from texts of our own, and what they leave of other texts."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.compare.change import Texts, UpstreamPatch
from analyzer.compare.delta import Delta, compare
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series

SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Maker:
    """Makes patches in a directory of its own."""

    root: Path
    environment: dict[str, str]
    count: int = field(default=0)

    def diff(self, path: str, before: str, after: str) -> str:
        """The diff that git makes of two texts of one file."""
        for side, text in (("a", before), ("b", after)):
            file = self.root / side / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        command = ["git", "diff", "--no-index", "--no-prefix", f"a/{path}", f"b/{path}"]
        done = subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, check=False
        )
        return done.stdout.decode()

    def applied(self, path: str, text: str, diff: str) -> str:
        """The text with a diff applied by git apply, wherever git takes it to fit."""
        self.count += 1
        tree = self.root / f"tree{self.count}"
        file = tree / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
        subprocess.run(["git", "init", "-q"], cwd=tree, env=self.environment, check=True)
        subprocess.run(
            ["git", "apply"], input=diff.encode(), cwd=tree, env=self.environment, check=True
        )
        return file.read_text()


def files_of(diff: str) -> tuple[FilePatch, ...]:
    (patch,) = read_series(f"Subject: x\n\nx\n---\n{diff}".encode(), "in").patches
    return patch.files


def delta(theirs: str, ours: str, texts: Texts | None = None) -> Delta:
    return compare(UpstreamPatch(files_of(theirs), SHA), files_of(ours), texts)


def told(found: Delta) -> list[tuple[str, str, str]]:
    """(file, how the run differs, what it stands in) of each pair of runs."""
    return [
        (file.path, pair.change.name, ", ".join(map(str, pair.run.owners)))
        for file in found.files
        for pair in file.runs
    ]


def places(found: Delta) -> list[tuple[str, str, str]]:
    """(upstream's owner, ours, where) of all lines that have landed."""
    return [
        (str(one.theirs), str(one.ours), one.where.name)
        for file in found.files
        for one in file.landings
    ]
