"""The two archived mails: the real one, and the fixture that was damaged in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest
from damaged import (
    ARCHIVED,
    INTACT,
    NAMES,
    base,
    by_archive,
    committed,
    git,
    read,
    repaired,
    thinned,
    upstream,
    written,
)

from analyzer.finding import NotChecked
from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import written_patch
from analyzer.repair import Mended, PreImage, mend
from analyzer.repo import open_tree, pre_image

Row = tuple[int | None, str, str, str]

DIRECTIVE, BLANK = "#ifdef CONFIG_HAVE_MOVE_PMD", ""
REFERENCE: list[tuple[str, int, int, list[Row]]] = [
    (
        "arch/Kconfig",
        11,
        5,
        [(447, "config HAVE_MOVE_PMD", "symbol", "assumed"), (451, BLANK, "blank", "counted")],
    ),
    (
        "mm/mremap.c",
        52,
        35,
        [
            (185, DIRECTIVE, "directive", "assumed"),
            (189, "{", "brace", "counted"),
            *(
                (number, BLANK, "blank", "counted")
                for number in (193, 197, 204, 213, 217, 219, 226)
            ),
            (228, "}", "brace", "counted"),
            (229, "#endif", "directive", "assumed"),
            (230, BLANK, "blank", "counted"),
        ],
    ),
    (
        "mm/mremap.c",
        23,
        17,
        [
            (285, DIRECTIVE, "directive", "assumed"),
            (291, BLANK, "blank", "counted"),
            (300, "#endif", "directive", "assumed"),
        ],
    ),
]
FIXTURE: list[tuple[str, int, int, list[Row]]] = [
    (
        "arch/Kconfig",
        11,
        5,
        [(15, "config HAVE_MOVE_PMD", "symbol", "assumed"), (19, BLANK, "blank", "counted")],
    ),
    (
        "mm/mremap.c",
        52,
        36,
        [
            (92, DIRECTIVE, "directive", "assumed"),
            (96, "{", "brace", "counted"),
            *(
                (number, BLANK, "blank", "counted")
                for number in (100, 104, 111, 120, 124, 126, 133)
            ),
            (135, "}", "brace", "counted"),
            (136, "#endif", "directive", "assumed"),
            (137, BLANK, "blank", "counted"),
        ],
    ),
    (
        "mm/mremap.c",
        23,
        17,
        [
            (170, DIRECTIVE, "directive", "assumed"),
            (176, BLANK, "blank", "counted"),
            (185, "#endif", "directive", "assumed"),
        ],
    ),
]
PROVEN_CONTEXT: list[Row] = [
    (14, "", "context", "proven"),
    (20, "config HAVE_LARGE_MAPPINGS", "context", "proven"),
    (21, "\tbool", "context", "proven"),
    (22, "", "context", "proven"),
    (89, "\t\tdrop_rmap_locks(vma);", "context", "proven"),
    (90, "}", "context", "proven"),
    (91, "", "context", "proven"),
    (139, "", "context", "proven"),
    (166, "\t\t\t\tcontinue;", "context", "proven"),
    (168, "\t\t\tVM_BUG_ON(pmd_trans_huge(*old_pmd));", "context", "proven"),
    (186, "\t\t}", "context", "proven"),
]


def rows(case: Damage) -> list[Row]:
    return [(one.line, one.text, one.kind, one.grade.value) for one in case.restored]


def lost(mended: Mended) -> list[tuple[str | None, int | None, int | None, list[Row]]]:
    return [
        (case.path, case.declared, case.kept, rows(case))
        for case in mended.damage
        if case.kind is DamageKind.LINES_DROPPED
    ]


def texts(files: tuple[FilePatch, ...]) -> list[list[str]]:
    return [[line.text for line in hunk.lines] for file in files for hunk in file.hunks]


def diff_of(mail: bytes) -> bytes:
    return mail[mail.index(b"diff --git") :]


def test_the_reference_mail_is_completed_line_by_line(reference_mail: Path) -> None:
    mended = repaired(reference_mail.read_bytes())
    assert lost(mended) == REFERENCE
    grades = [(case.kind.value, case.grade.value) for case in mended.damage]
    assert grades == [("lines-dropped", "assumed")] * 3 + [("blank-lines-dropped", "assumed")]
    assert (mended.context_lost, mended.unexplained, mended.disproved) == (12, 0, ())
    assert mended.notes == (
        NotChecked(
            "arch/Kconfig: the blob id of its index line",
            "no tree with the blob 04f7290c0287 was given",
        ),
        NotChecked(
            "mm/mremap.c: the blob id of its index line",
            "no tree with the blob 9e65d144853f was given",
        ),
    )


def test_the_reference_mail_has_two_readings_that_differ_in_the_assumed_lines(
    reference_mail: Path,
) -> None:
    mended = repaired(reference_mail.read_bytes())
    with_them, without = mended.readings
    assert (with_them.name, without.name) == (
        "with the assumed lines",
        "without the assumed lines",
    )
    assumed = {"config HAVE_MOVE_PMD", DIRECTIVE, "#endif"}
    assert texts(without.files) == [
        [text for text in body if text not in assumed] for body in texts(with_them.files)
    ]
    # A gap is left where an assumed line stood, so that nothing is concluded across it.
    behind = [
        line.text
        for file in without.files
        for hunk in file.hunks
        for line in hunk.lines
        if line.after_gap and line.number is not None and line.mark.value == "+"
    ]
    assert behind == [
        "\tbool",
        "static bool move_normal_pmd(struct vm_area_struct *vma, unsigned long old_addr,",
        "\t\t} else if (extent == PMD_SIZE) {",
        "\t\t\t/*",
    ]


def test_the_fixture_without_its_tree_is_completed_as_the_reference_is() -> None:
    mended = repaired(ARCHIVED)
    assert lost(mended) == FIXTURE
    assert [case.grade for case in mended.damage] == [Grade.ASSUMED] * 4
    assert (mended.context_lost, mended.unexplained, mended.disproved) == (11, 0, ())
    assert len(mended.readings) == 2


def test_the_fixture_without_upstream_gets_what_its_c_demands_and_no_more() -> None:
    mended = repaired(ARCHIVED, known=False)
    brace: list[Row] = [(None, "{", "brace", "assumed"), (None, "}", "brace", "assumed")]
    assert [restored for *_counts, restored in lost(mended)] == [[], brace, []]
    assert {case.grade for case in mended.damage} == {Grade.NONE}
    assert (mended.context_lost, mended.unexplained) == (11, 15)


def targets(tmp_path: Path) -> dict[str, PreImage]:
    plain = tmp_path / "plain"
    written(plain, base())
    committed(tmp_path / "repository", base())
    found = {}
    for name in ("plain", "repository"):
        tree = open_tree(str(tmp_path / name))
        found[name] = lambda path, blob, tree=tree: pre_image(tree, path, blob)
    return found


@pytest.mark.parametrize("kind", ["plain", "repository"])
def test_with_the_tree_every_line_is_proven(tmp_path: Path, kind: str) -> None:
    mended = mend(read(ARCHIVED), upstream(), targets(tmp_path)[kind])
    assert {case.grade for case in mended.damage} == {Grade.PROVEN}
    found = [row for *_counts, restored in lost(mended) for row in restored]
    expected = [
        (number, text, what, "proven") for *_c, rows_ in FIXTURE for number, text, what, _g in rows_
    ]
    assert sorted(found) == sorted(expected + PROVEN_CONTEXT)
    assert [reading.name for reading in mended.readings] == ["as it stands"]
    assert (mended.context_lost, mended.unexplained) == (0, 0)
    assert (mended.notes, mended.disproved) == ((), ())


def test_what_is_proven_is_the_intact_patch_to_the_byte(tmp_path: Path) -> None:
    patch = read(ARCHIVED)
    mended = mend(patch, upstream(), targets(tmp_path)["plain"])
    repaired_diff = diff_of(written_patch(patch, mended.files))
    assert repaired_diff.startswith(diff_of(INTACT).partition(b"-- \n")[0])


def test_git_applies_what_is_proven_and_gets_the_ids_of_the_index_lines(tmp_path: Path) -> None:
    patch = read(ARCHIVED)
    tree = targets(tmp_path)
    mended = mend(patch, upstream(), tree["repository"])
    text = written_patch(patch, mended.files)
    for name, top in (("plain", tmp_path / "plain"), ("repository", tmp_path / "repository")):
        if name == "plain":
            git(top, "init", "--quiet")
        git(top, "apply", "--check", "-", data=text)
        git(top, "apply", "-", data=text)
        ids = [git(top, "hash-object", path).decode()[:12] for path in NAMES]
        assert ids == [file.new_blob for file in patch.files] == ["8b782ffc2454", "e22843fd1f77"]


def test_the_intact_patch_is_proven_and_untouched(tmp_path: Path) -> None:
    patch = read(INTACT)
    mended = mend(patch, upstream(), targets(tmp_path)["plain"])
    assert (mended.damage, mended.notes, mended.disproved) == ((), (), ())
    assert written_patch(patch, mended.files) == INTACT


def test_another_tree_proves_nothing_and_invents_no_context() -> None:
    other = {name: data.replace(b"bool", b"long") for name, data in base().items()}
    mended = repaired(ARCHIVED, other)
    assert lost(mended) == FIXTURE
    assert mended.disproved == ()
    assert [note.why for note in mended.notes] == [
        "no tree with the blob 74f0baa28618 was given",
        "no tree with the blob 68f444b6ba33 was given",
    ]


def test_what_the_blob_id_contradicts_is_not_counted() -> None:
    mended = repaired(ARCHIVED.replace(b"..e22843fd1f77", b"..e22843fd1f78"), base())
    assert [(case.path, case.grade.value) for case in mended.damage if case.hunk] == [
        ("arch/Kconfig", "proven"),
        ("mm/mremap.c", "assumed"),
        ("mm/mremap.c", "assumed"),
    ]
    in_c = [one for case in mended.damage if case.path == "mm/mremap.c" for one in case.restored]
    assert [one.text for one in in_c] == [row[1] for *_c, rows_ in FIXTURE[1:] for row in rows_]
    assert {one.grade for one in in_c} == {Grade.ASSUMED}
    assert mended.disproved == (
        NotChecked(
            "mm/mremap.c: the blob id of its index line",
            "no reading of the hunks that was tried gives the blob id e22843fd1f78",
        ),
    )


def test_the_archives_rule_makes_the_fixture() -> None:
    ours = diff_of(thinned(INTACT, by_archive)).partition(b"-- \n")[0]
    theirs = diff_of(ARCHIVED).partition(b"\nMore information")[0]
    assert ours.rstrip() == theirs.rstrip()
