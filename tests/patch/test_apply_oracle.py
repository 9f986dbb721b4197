"""Random edits of random texts, applied by git, by patch(1) and by us.

Where git and patch(1) agree we agree, but for what ``REFUSED_BY_US`` names; nowhere do we leave
another text than both.
"""

from __future__ import annotations

import difflib
import random
import subprocess
from pathlib import Path

import pytest

from analyzer.patch.apply import MOST_FUZZ, Applied, How, apply
from analyzer.patch.canonical import canonical
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.patch.sides import sides_of

ROUNDS = 30
# What one of the two would do and we do not: the place is not certain.
REFUSED_BY_US = (
    "it fits at more than one place, and nothing says at which it belongs",
    "the file holds it already, and it fits elsewhere as well",
    "it fits only above the end of the hunk before it",
    "it has no context, and does not stand where its header says",
    "it shows no line of the file, so nothing says where it belongs",
)


def _edited(source: random.Random, lines: list[str], times: int, few: int) -> list[str]:
    lines = list(lines)
    for _ in range(times):
        at = source.randrange(len(lines) + 1)
        what = source.random()
        if what < 0.4:
            lines[at:at] = [f"new {source.randrange(few)}"] * source.randrange(1, 4)
        elif what < 0.7:
            del lines[at : at + source.randrange(1, 4)]
        else:
            lines[at : at + 1] = [f"new {source.randrange(few)}"]
    return lines


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _diff(old: list[str], new: list[str], context: int) -> str:
    return _text(list(difflib.unified_diff(old, new, "a/f", "b/f", lineterm="", n=context)))


def _by_git(top: Path, patch: str, text: str) -> str | None:
    (top / "f").write_text(text)
    done = subprocess.run(
        ["git", "apply", "-"], cwd=top, input=patch, text=True, capture_output=True, check=False
    )
    return (top / "f").read_text() if done.returncode == 0 else None


def _by_patch(top: Path, patch: str, text: str) -> str | None:
    (top / "f").write_text(text)
    options = ("-p1", "-F2", "-N", "-s", "-r-", "--binary", "--no-backup-if-mismatch")
    done = subprocess.run(
        ["patch", *options], cwd=top, input=patch, text=True, capture_output=True, check=False
    )
    return (top / "f").read_text() if done.returncode == 0 else None


def _file(patch: str) -> FilePatch:
    return read_series(patch.encode(), "p").patches[0].files[0]


def _hows(result: Applied) -> set[How]:
    return {hunk.how for hunk in result.hunks}


def _may_lose_all(file: FilePatch) -> bool:
    """Whether fuzz may leave out all context: patch(1) then puts it anywhere, and we nowhere."""
    for hunk in file.hunks:
        sides = sides_of(hunk)
        if len(sides.old) == sides.lead + sides.trail and max(sides.lead, sides.trail) <= MOST_FUZZ:
            return True
    return False


def _is_ours_alone(result: Applied) -> bool:
    whys = {hunk.refusal.why for hunk in result.hunks if hunk.refusal is not None}
    return bool(whys & set(REFUSED_BY_US))


@pytest.mark.parametrize("few", [2, 5, 1000])
@pytest.mark.parametrize("context", [3, 1])
def test_we_leave_what_git_and_patch_leave(tmp_path: Path, few: int, context: int) -> None:
    source = random.Random(f"{few} {context}")  # noqa: S311
    seen: set[str] = set()
    for _ in range(ROUNDS):
        old = [f"l{source.randrange(few)}" for _ in range(source.randrange(1, 40))]
        new = _edited(source, old, source.randrange(1, 4), few)
        base = _edited(source, old, source.randrange(4), few) if source.random() < 0.9 else new
        if old == new or not new or not base:
            continue
        patch, text = _diff(old, new, context), _text(base)
        ours = apply(_file(patch), text)
        if ours.text is None and _may_lose_all(_file(patch)):
            continue
        seen |= _judged(ours, _by_git(tmp_path, patch, text), _by_patch(tmp_path, patch, text))
    assert {"git", "patch"} <= seen


def _judged(ours: Applied, by_git: str | None, by_patch: str | None) -> set[str]:
    """Assert that ours is theirs; whose it was."""
    hows = _hows(ours)
    if ours.text is None:
        assert (by_git is by_patch is None) or _is_ours_alone(ours)
        return {"refused"}
    if How.ALREADY in hows:  # neither goes on where a part is held
        assert by_git is None
        return {"already"}
    if by_git is not None and hows <= {How.EXACT, How.OFFSET}:
        assert ours.text == by_git
    # patch(1) does not try the other side where it takes the patch for one that is held (-N).
    assert ours.text in (by_patch, by_git) or by_patch is by_git is None
    return {name for name, text in (("git", by_git), ("patch", by_patch)) if text == ours.text}


def test_the_canonical_form_has_the_patch_id_of_git(tmp_path: Path) -> None:
    source = random.Random(5)  # noqa: S311
    for number in range(5):
        old = [f"l{source.randrange(9)}" for _ in range(60)]
        new = _edited(source, old, 6, 9)
        (tmp_path / "a").write_text(_text(old))
        (tmp_path / "b").write_text(_text(new))
        diff = ["git", "diff", "--no-index", "--no-prefix", "--src-prefix=", f"-U{number}"]
        printed = subprocess.run(
            [*diff, "a", "b"], cwd=tmp_path, capture_output=True, check=False
        ).stdout
        printed = printed.replace(b"diff --git a b", b"diff --git a/f b/f")
        printed = printed.replace(b"\n--- a\n+++ b\n", b"\n--- a/f\n+++ b/f\n")
        mail = b"From x\nSubject: y\n\nz\n---\n" + printed + b"-- \n2.39.5\n"
        ours = canonical(read_series(mail, "p").patches[0].files)
        assert ours is not None
        assert _patch_id(tmp_path, ours) == _patch_id(tmp_path, printed) != b""


def _patch_id(top: Path, diff: bytes) -> bytes:
    done = subprocess.run(
        ["git", "patch-id", "--stable"], cwd=top, input=diff, capture_output=True, check=True
    )
    return done.stdout
