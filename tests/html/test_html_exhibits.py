"""What a page shows beside a report, as it is made from a study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from inputs import ARCHIVE, BASE, FIXTURES, PATCH
from pages import beside, studied

from analyzer.exhibiting import exhibits_of
from analyzer.exhibiting.hunks import hunks_of
from analyzer.report.exhibits import Cell, Exhibits, Hunks

UPSTREAM = str(PATCH)
DRIVER = FIXTURES / "mails" / "driver.patch"


def shown(patch: Path, **given: str) -> Exhibits:
    (found,) = beside(studied(patch, **given))
    return found


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], Path]:
    """The bundled patch with something of it replaced."""

    def make(old: str, new: str) -> Path:
        text = PATCH.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "edited.patch"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return make


def hunks(found: Exhibits) -> Hunks:
    assert found.hunks is not None
    return found.hunks


def test_upstreams_text_stands_beside_ours_and_what_is_the_same_is_dimmed() -> None:
    found = hunks(shown(PATCH, upstream=UPSTREAM))
    assert found.compared
    blocks = [block for file in found.files for block in file.blocks]
    assert {block.change for block in blocks} == {"the same"}
    assert all(block.dim for block in blocks)
    rows = [row for block in blocks for row in block.rows]
    assert all(row.theirs and row.ours and row.theirs.text == row.ours.text for row in rows)
    own = PATCH.read_text(encoding="utf-8").split("\n")
    for row in rows:
        assert row.ours is not None
        assert own[(row.ours.line or 0) - 1] == row.ours.mark + row.ours.text


def test_a_changed_line_is_named_and_not_dimmed(edited: Callable[[str, str], Path]) -> None:
    changed = edited("set_pmd_at(mm, to, dst, entry);", "set_pmd_at(mm, from, dst, entry);")
    found = hunks(shown(changed, upstream=UPSTREAM))
    rows = [row for file in found.files for block in file.blocks for row in block.rows]
    (one,) = (row for row in rows if row.change == "changed")
    assert not one.dim
    assert one.theirs is not None
    assert one.ours is not None
    assert one.theirs.text.strip() == "set_pmd_at(mm, to, dst, entry);"
    assert one.ours.text.strip() == "set_pmd_at(mm, from, dst, entry);"


def test_a_dropped_line_stands_alone(edited: Callable[[str, str], Path]) -> None:
    dropped = edited("+\tpmd_clear(src);\n", "+\n")
    found = hunks(shown(dropped, upstream=UPSTREAM))
    rows = [row for file in found.files for block in file.blocks for row in block.rows]
    alone = [row for row in rows if row.theirs is not None and row.ours is None]
    assert [row.theirs.text.strip() for row in alone if row.theirs] == ["pmd_clear(src);"]
    assert [row.change for row in alone] == ["dropped"]


def test_without_upstreams_text_the_kinds_of_its_lines_stand_beside_ours() -> None:
    found = hunks(shown(ARCHIVE))
    assert not found.compared
    assert "give --upstream" in found.said
    rows = [row for file in found.files for block in file.blocks for row in block.rows]
    theirs = {row.theirs.text for row in rows if row.theirs}
    assert {"(code)", "(blank)", "(comment)"} <= theirs
    notes = {row.ours.note for row in rows if row.ours}
    assert "lines of unknown text were lost here" in notes
    assert {"put back: counted", "put back: assumed"} <= notes


def test_with_the_target_what_was_put_back_is_proven() -> None:
    found = hunks(shown(ARCHIVE, target=str(BASE)))
    notes = {
        row.ours.note
        for file in found.files
        for block in file.blocks
        for row in block.rows
        if row.ours
    }
    assert notes == {"", "put back: proven"}


def test_a_patch_that_is_not_known_stands_alone() -> None:
    found = hunks(shown(DRIVER))
    assert found.said.startswith("Upstream's patch is not at hand")
    rows = [row for file in found.files for block in file.blocks for row in block.rows]
    assert rows
    assert all(row.theirs is None for row in rows)


def test_the_functions_of_the_patch_are_explained() -> None:
    found = shown(PATCH)
    assert [(one.function, one.part.value) for one in found.listings] == [
        ("move_normal_pmd", "the whole function"),
        ("move_page_tables", "a fragment of the function"),
    ]
    assert all(one.refusal is None for one in found.listings)
    assert any("pmd_clear(src)" in line for row in found.listings[0].rows for line in row.python)


def test_with_a_tree_the_functions_are_whole() -> None:
    found = shown(ARCHIVE, target=str(BASE))
    assert {one.part.value for one in found.listings} == {"the whole function"}
    assert [one.function for one in found.listings] == ["move_normal_pmd", "move_page_tables"]
    assert all(one.source.startswith("as the patch leaves it in") for one in found.listings)


def test_what_cannot_be_explained_says_why(edited: Callable[[str, str], Path]) -> None:
    found = shown(edited("\tpmd_clear(src);", '\tasm volatile("" ::: "memory");'))
    (one,) = (each for each in found.listings if each.function == "move_normal_pmd")
    assert one.refusal is not None
    assert [row.c.strip() for row in one.rows if row.marked] == ['asm volatile("" ::: "memory");']


def test_a_divergence_has_its_page_tables_and_a_plain_move_has_some(
    edited: Callable[[str, str], Path],
) -> None:
    found = shown(edited("set_pmd_at(mm, to, dst, entry);", "set_pmd_at(mm, to, src, entry);"))
    assert [one.divergence for one in found.tables][0 :: len(found.tables) - 1] == ["D1", ""]
    first = found.tables[0]
    assert [one.title for one in first.drawings] == [
        "before the call",
        "upstream, after the call",
        "target, after the call",
    ]
    assert first.said[0] == "The page tables end otherwise in the target than in upstream."


def test_a_patch_without_c_says_what_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "doc.patch"
    path.write_text(
        "Subject: [PATCH] doc\n\n---\ndiff --git a/a.rst b/a.rst\n--- a/a.rst\n+++ b/a.rst\n"
        "@@ -1 +1 @@\n-a\n+b\n",
        encoding="utf-8",
    )
    found = shown(path)
    assert found.listings == ()
    assert found.tables == ()
    assert [one.what for one in found.missing] == ["C beside Python", "page tables"]


def test_a_long_patch_is_cut_and_says_so(tmp_path: Path) -> None:
    files = "".join(
        f"diff --git a/f{n}.c b/f{n}.c\n--- a/f{n}.c\n+++ b/f{n}.c\n@@ -1,0 +2,900 @@\n"
        + "+int x;\n" * 900
        for n in range(4)
    )
    path = tmp_path / "long.patch"
    path.write_text(f"Subject: [PATCH] long\n\n---\n{files}", encoding="utf-8")
    (study,) = studied(path)
    found, missing = hunks_of(study.case)
    assert found is not None
    assert [one.path for one in found.files] == ["f0.c"]
    assert [(one.what, one.why) for one in missing] == [
        (
            "the hunks of 3 more files",
            "the page has room for 1,500 lines, and they have 2,700",
        )
    ]


def test_one_long_file_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "long.patch"
    path.write_text(
        "Subject: [PATCH] long\n\n---\ndiff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n"
        "@@ -1,0 +2,1600 @@\n" + "+int x;\n" * 1600,
        encoding="utf-8",
    )
    (study,) = studied(path)
    found, _ = hunks_of(study.case)
    assert found is not None
    (file,) = found.files
    assert sum(len(block.rows) for block in file.blocks) == 1500
    assert file.said == "Only its first 1,500 lines are shown."


def test_an_exhibit_that_fails_takes_no_other_along() -> None:
    (study,) = studied(PATCH)
    deep = Cell("+", "x")
    broken = replace(study, case=replace(study.case, delta=_Broken()))  # type: ignore[arg-type]
    found = exhibits_of(broken)
    assert deep.line is None
    assert found.hunks is None
    assert found.listings
    assert found.tables
    assert [one.what for one in found.missing] == ["hunks side by side"]


class _Broken:
    """A comparison that cannot be read."""

    @property
    def files(self) -> None:
        raise ValueError("nothing fits")
