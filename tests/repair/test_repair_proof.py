"""Proof by git's blob id: what it finds, what it refuses, and how long it may take."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from damaged import (
    INTACT,
    Drop,
    base,
    blanks_and_braces,
    bodies,
    by_archive,
    hunk_grades,
    lone_braces,
    mail,
    read,
    repaired,
    thinned,
)

from analyzer.finding import NotChecked
from analyzer.patch.damage import DamageKind, Grade
from analyzer.repair.blanks import _cheapest
from analyzer.repair.tabs import _tabbed
from analyzer.repo import blob_id

FUNCTION = re.compile(r"^(?:static|unsigned long) [^;{}]*?\n\{\n.*?^\}\n", re.DOTALL | re.MULTILINE)
FUNCTIONS = FUNCTION.findall(base()["mm/mremap.c"].decode())
NAME = "mm/x.c"
OLD = {NAME: b"int before;\n\nint a;\nint b;\n\nint after;\nint c;\nint d;\n"}


def blank(line: str) -> bool:
    return not line[1:].strip()


def adding(code: str) -> dict[str, bytes]:
    return {NAME: OLD[NAME].replace(b"int after;\n", code.encode() + b"\nint after;\n")}


def test_the_fixture_has_functions() -> None:
    assert len(FUNCTIONS) == 6


@pytest.mark.parametrize("drop", [blank, lone_braces, blanks_and_braces])
@pytest.mark.parametrize("code", FUNCTIONS, ids=lambda code: code.partition("(")[0].split()[-1])
def test_functions_in_the_kernels_style_are_proven_without_a_shape(
    tmp_path: Path, code: str, drop: Drop
) -> None:
    whole = mail(tmp_path, OLD, adding(code))
    mended = repaired(thinned(whole, drop), OLD, known=False)
    assert set(hunk_grades(mended)) == {Grade.PROVEN}
    assert bodies(mended.files) == bodies(read(whole).files)
    restored = [one for case in mended.damage for one in case.restored]
    assert {one.grade for one in restored} == {Grade.PROVEN}
    content = adding(code)[NAME].decode().split("\n")
    assert [content[(one.line or 0) - 1] for one in restored] == [one.text for one in restored]


def test_a_lost_statement_is_not_proven_away(tmp_path: Path) -> None:
    whole = mail(tmp_path, OLD, adding(FUNCTIONS[0]))
    thin = thinned(whole, lambda line: blanks_and_braces(line) or line == "+\tpud_t *pud;")
    mended = repaired(thin, OLD, known=False)
    assert hunk_grades(mended) == [Grade.NONE]
    assert mended.unexplained == 5
    assert "+\tpud_t *pud;" not in bodies(mended.files)[0]
    assert [note.what for note in mended.disproved] == [f"{NAME}: the blob id of its index line"]


def test_a_patch_without_an_index_line_is_not_proven(tmp_path: Path) -> None:
    whole = mail(tmp_path, OLD, adding(FUNCTIONS[0]))
    bare = b"\n".join(line for line in whole.split(b"\n") if not line.startswith(b"index "))
    mended = repaired(thinned(bare, lone_braces), OLD, known=False)
    assert hunk_grades(mended) == [Grade.COUNTED]
    assert mended.notes == (
        NotChecked(f"{NAME}: the blob id of its index line", "the patch has no index line for it"),
    )


def test_too_few_digits_prove_nothing(tmp_path: Path) -> None:
    whole = mail(tmp_path, OLD, adding(FUNCTIONS[0]))
    short = re.sub(rb"(?m)^index (\w{6})\w*\.\.(\w{6})\w*", rb"index \1..\2", whole)
    mended = repaired(thinned(short, blanks_and_braces), OLD, known=False)
    assert mended.disproved == (
        NotChecked(
            f"{NAME}: the blob id of its index line",
            "the 6 digits of the index line are too few to prove anything",
        ),
    )
    assert Grade.PROVEN not in hunk_grades(mended)


# --- new files --------------------------------------------------------------------------

NEW = "\n".join(FUNCTIONS[:2])


def new_file(tmp_path: Path) -> bytes:
    return mail(tmp_path, {"README": b"a\n"}, {"README": b"a\n", NAME: NEW.encode()})


def test_a_new_file_is_proven_without_a_tree(tmp_path: Path) -> None:
    whole = new_file(tmp_path)
    mended = repaired(thinned(whole, blanks_and_braces), known=False)
    assert {case.grade for case in mended.damage} == {Grade.PROVEN}
    assert bodies(mended.files) == bodies(read(whole).files)


def test_a_new_file_that_its_index_line_contradicts_is_disproved(tmp_path: Path) -> None:
    whole = new_file(tmp_path)
    blob = read(whole).files[0].new_blob or ""
    other = whole.replace(blob.encode(), b"0123456789ab")
    why = "no reading of the hunks that was tried gives the blob id 0123456789ab"
    expected = (NotChecked(f"{NAME}: the blob id of its index line", why),)
    intact = repaired(other, known=False)
    assert (intact.damage, intact.disproved) == ((), expected)
    thin = repaired(thinned(other, lone_braces), known=False)
    assert thin.disproved == expected
    assert hunk_grades(thin) == [Grade.ASSUMED]


# --- blanks and tabs --------------------------------------------------------------------


def _textual(line: str) -> str:
    return line[:1] + line[1:].replace("\t", " " * 8)


def _as_it_stood(line: str) -> str:
    return line.expandtabs(8)


def _by_column(line: str) -> str:
    return line[:1] + line[1:].expandtabs(8)


def in_hunks(change: Callable[[str], str]) -> bytes:
    head, mark, diff = INTACT.decode().partition("diff --git")
    lines = (mark + diff).split("\n")
    return (
        head + "\n".join(change(line) if line[:1] in "+- " else line for line in lines)
    ).encode()


@pytest.mark.parametrize("change", [_textual, _as_it_stood, _by_column])
@pytest.mark.parametrize("thin", [False, True])
def test_tabs_that_became_blanks_are_proven_back(change: Callable[[str], str], thin: bool) -> None:
    text = in_hunks(change)
    mended = repaired(thinned(text, by_archive) if thin else text, base())
    assert {case.grade for case in mended.damage} == {Grade.PROVEN}
    assert DamageKind.TABS_TO_SPACES in {case.kind for case in mended.damage}
    assert bodies(mended.files) == bodies(read(INTACT).files)


def test_tabs_inside_a_line_come_back_as_well(tmp_path: Path) -> None:
    members = "\tint\t\ta;\t/* first */\n\tlong\tb;\n\tint c;\n\tint d;\n"
    code = f"#define LIMIT\t\t(64 * PAGE_SIZE)\n\nstruct s {{\n{members}}};\n"
    whole = mail(tmp_path, OLD, adding(code))
    head, mark, diff = whole.decode().partition("@@")
    mended = repaired((head + mark + diff.expandtabs(8)).encode(), OLD, known=False)
    assert bodies(mended.files) == bodies(read(whole).files)
    assert mended.disproved == ()


@pytest.mark.parametrize(
    ("text", "mark", "everywhere", "expected"),
    [
        ("        a", 0, False, "\ta"),
        ("       a", 1, False, "\ta"),
        ("         a", 0, False, "\t a"),
        ("    a", 0, False, "    a"),
        ("a       b", 0, True, "a\tb"),
        ("a       b", 0, False, "a       b"),
        ("abcdefg b", 0, True, "abcdefg b"),
        ("", 0, True, ""),
    ],
)
def test_blanks_that_end_at_a_tab_stop(
    text: str, mark: int, everywhere: bool, expected: str
) -> None:
    assert _tabbed(text, mark=mark, everywhere=everywhere) == expected


def test_line_ends_and_trailing_blanks_are_proven_back() -> None:
    crlf = repaired(INTACT.replace(b"\n", b"\r\n"), base())
    assert [(case.kind, case.grade) for case in crlf.damage] == [(DamageKind.CRLF, Grade.PROVEN)]
    stripped = repaired(b"\n".join(line.rstrip() for line in INTACT.split(b"\n")), base())
    assert set(hunk_grades(stripped)) == {Grade.PROVEN}
    for mended in (crlf, stripped):
        assert bodies(mended.files) == bodies(read(INTACT).files)


def test_nothing_is_proven_of_a_patch_without_a_file_to_prove() -> None:
    text = INTACT[: INTACT.index(b"diff --git")] + (
        b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n"
    )
    mended = repaired(text.replace(b"\n", b"\r\n"), base())
    assert Grade.PROVEN not in {case.grade for case in mended.damage}


# --- the search -------------------------------------------------------------------------


def test_choices_come_cheapest_first_and_each_once() -> None:
    costs = [0, 0, 2, 4, 9]
    found = list(_cheapest(costs, 2))
    sums = [costs[a] + costs[b] for a, b in found]
    assert sums == sorted(sums)
    assert sorted(found) == [(a, b) for a in range(5) for b in range(a + 1, 5)]


def hostile(lost: int, lines: int, size: int) -> tuple[bytes, dict[str, bytes]]:
    old = b"int v;\n" * size
    added = "".join(f"+int a{i} = f({i});\n" for i in range(lines))
    text = (
        f"diff --git a/{NAME} b/{NAME}\nindex {blob_id(old, 12)}..111111111111 100644\n"
        f"--- a/{NAME}\n+++ b/{NAME}\n@@ -1,3 +1,{3 + lines + lost} @@\n"
        f" int v;\n{added} int v;\n int v;\n"
    )
    return text.encode(), {NAME: old}


def seconds(lost: int, lines: int, size: int) -> float:
    text, files = hostile(lost, lines, size)
    patch = read(text)
    start = time.process_time()
    mended = repaired(text, files, known=False)
    assert mended.unexplained == lost
    assert patch.files
    return time.process_time() - start


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ((3, 60, 100), (3, 480, 100)),
        ((2000, 500, 100), (16000, 4000, 100)),
        ((3, 20, 10_000), (3, 20, 80_000)),
    ],
    ids=["long hunks", "many lost lines", "large files"],
)
def test_a_search_in_vain_is_bounded(
    small: tuple[int, int, int], large: tuple[int, int, int]
) -> None:
    reference = min(seconds(*small) for _ in range(2))
    assert min(seconds(*large) for _ in range(2)) < 24 * reference + 0.2


def test_the_search_is_shared_among_many_damaged_files() -> None:
    def measured(count: int) -> float:
        text, files = hostile(2, 8, 20)
        start = time.process_time()
        repaired(text * count, files, known=False)
        return time.process_time() - start

    few = measured(20)
    assert measured(160) < 24 * few + 0.2
