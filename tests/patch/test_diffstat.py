"""Diffstats as git draws them, and text that only looks like one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from growth import growth
from hypothesis import given, strategies as st

from analyzer.patch.diffstat import (
    Diffstat,
    FileStat,
    ModeKind,
    ModeLine,
    Summary,
    may_name,
    read_diffstat,
)

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str) -> Diffstat | None:
    lines = text.split("\n")
    return read_diffstat(lines, range(1, len(lines) + 1))


def test_a_whole_diffstat() -> None:
    text = """---
 arch/Kconfig                 |  5 +++++
 .../mm/{old.c => mremap.c}   | 63 +++++---
 logo.png                     | Bin 0 -> 123 bytes
 "t\\303\\274\\t.c"           |  0
 4 files changed, 40 insertions(+), 28 deletions(-)
 create mode 100644 logo.png
 delete mode 100755 gone.sh
 rename mm/{old.c => mremap.c} (90%)
 mode change 100644 => 100755 run.sh

diff --git a/f b/f"""
    assert read(text) == Diffstat(
        files=(
            FileStat("arch/Kconfig", None, abbreviated=False, total=5, plus=5, minus=0, line=2),
            FileStat(".../mm/mremap.c", ".../mm/old.c", True, 63, 5, 3, 3),
            FileStat("logo.png", None, abbreviated=False, total=None, plus=0, minus=0, line=4),
            FileStat("tü\t.c", None, abbreviated=False, total=0, plus=0, minus=0, line=5),
        ),
        summary=Summary(4, 40, 28, 6),
        modes=(
            ModeLine(ModeKind.CREATE, "logo.png", None, 7),
            ModeLine(ModeKind.DELETE, "gone.sh", None, 8),
            ModeLine(ModeKind.RENAME, "mm/mremap.c", "mm/old.c", 9),
            ModeLine(ModeKind.MODE, "run.sh", None, 10),
        ),
        start=1,
        stop=10,
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (" f | 2 ++\n 1 file changed, 2 insertions(+)", True),
        (" f | 2 ++\n 1 file changed, 2 insertions(+), 0 deletions(-)", True),
        (" f | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)", False),
        (" f | 2 +-\n 1 file changed, 2 insertions(+)", False),
        (" f | 2 ++", False),
    ],
    ids=["none", "zero", "one", "contradiction", "no summary"],
)
def test_whether_deletions_are_known_to_be_zero(text: str, answer: bool) -> None:
    found = read(text)
    assert found is not None
    assert found.no_deletions is answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a table:\n a | 1\n b | 2\nend",
        "if (a | b)",
        "two files changed",
        "diff --git a/f b/f\n f | 2 ++\n 1 file changed, 2 insertions(+)",
    ],
)
def test_no_diffstat(text: str) -> None:
    assert read(text) is None


def test_a_table_of_the_message_is_not_part_of_the_diffstat() -> None:
    found = read("size | 5\nend\n f | 2 ++\n 1 file changed, 2 insertions(+)\n")
    assert found is not None
    assert ([file.path for file in found.files], found.start, found.stop) == (["f"], 2, 4)


def test_a_summary_alone_is_a_diffstat() -> None:
    assert read("\n 3 files changed, 1 insertion(+)\r\n") == Diffstat(
        (), Summary(3, 1, None, 2), (), 1, 2
    )


def test_a_diffstat_without_its_summary_is_known_by_its_graphs() -> None:
    found = read(" f | 2 +-\n g | 1 +\n\ntext")
    assert found is not None
    assert ([file.exact for file in found.files], found.summary, found.stop) == (
        [True, True],
        None,
        2,
    )


@pytest.mark.parametrize(
    ("shown", "path", "answer"),
    [
        ("mm/mremap.c", "mm/mremap.c", True),
        ("mm/mremap.c", "x/mm/mremap.c", False),
        (".../mm/mremap.c", "arch/x86/mm/mremap.c", True),
        ("...mm/mremap.c", "mm/mremap.c", True),
        (".../mm/mremap.c", "mm/mmap.c", False),
    ],
)
def test_which_path_a_name_may_stand_for(shown: str, path: str, answer: bool) -> None:
    found = read(f" {shown} | 1 +\n")
    assert found is not None
    assert may_name(found.files[0], path) is answer


def test_what_git_draws_is_what_git_counts(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    git("init", "-q")
    deep = tmp_path / "a-rather-long-directory" / "another-rather-long-directory"
    deep.mkdir(parents=True)
    (deep / "one.c").write_text("a\n" * 300)
    (tmp_path / "b|c.txt").write_text("x\n")
    (tmp_path / "ü.txt").write_text("x\n" * 30)
    git("add", ".")
    git("commit", "-qm", "one")
    (deep / "one.c").write_text("a\n" * 150 + "b\n" * 500)
    (tmp_path / "b|c.txt").write_text("y\nz\n")
    (tmp_path / "ü.txt").rename(tmp_path / "ö.txt")
    (tmp_path / "bin").write_bytes(b"\0\1")
    git("add", ".")
    git("commit", "-qm", "two")
    found = read(git("show", "-M", "--stat=70", "--summary", "--format="))
    assert found is not None
    assert [(file.total, file.abbreviated, file.binary) for file in found.files] == [
        (650, True, False),
        (None, False, True),
        (3, False, False),
        (0, False, False),
    ]
    assert found.summary == Summary(4, 502, 151, 5)
    assert (found.files[3].old, found.files[3].path) == ("ü.txt", "ö.txt")
    assert [mode.kind for mode in found.modes] == [ModeKind.CREATE, ModeKind.RENAME]


# Lines are read up to 8192 characters: four times the size stays below that, or all is above.
@pytest.mark.parametrize("length", [2_000, 100_000])
@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        ("", "|", ""),
        (" a | 1 ", "+-", ""),
        (" a | 1 ", "+", "x"),
        (" a | 1", " ", "x"),
        ("", "{a => ", "| 1"),
        (' "', "\\", '" | 1'),
        (" 1 file changed\n rename a", " (1%", ""),
        (" 1 file changed\n rename ", "{a => ", ""),
        ("{", "a => ", "| 1"),
        (" a | Bin", " ", "x"),
    ],
)
def test_a_hostile_diffstat_takes_linear_time(start: str, unit: str, end: str, length: int) -> None:
    size = length // len(unit)
    assert growth(read, lambda n: f"{start}{unit * n}{end}", size) < 9


@pytest.mark.parametrize("line", [" a | 1 +", " a | 1", " 1 file changed", " rename a (1%)"])
def test_many_lines_of_a_diffstat_take_linear_time(line: str) -> None:
    lines = [" 1 file changed"] if "rename" in line else []
    assert growth(read, lambda n: "\n".join([*lines, *[line] * n]), 2_000) < 9


@given(st.text(alphabet='ab|+- 10\n{}=>"\\.()changed,files', max_size=200))
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    assert found is None or 0 <= found.start < found.stop <= text.count("\n") + 1


def test_a_rename_that_git_cut_inside_its_braces_may_still_name_the_file() -> None:
    found = read(" ...ng_old_name.3 => ring_new_name.3} | 14 +++++++-------\n 1 file changed\n")
    assert found is not None
    (file,) = found.files
    assert (file.path, file.old, file.abbreviated) == (
        "...ring_new_name.3",
        "...ng_old_name.3",
        True,
    )
    assert [may_name(file, path) for path in ("man/ring_new_name.3", "man/other.3")] == [
        True,
        False,
    ]
