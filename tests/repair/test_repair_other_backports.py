"""Backports that are not upstream's: what differs stays different, whatever upstream has."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from damaged import (
    INTACT,
    NAMES,
    after,
    base,
    bodies,
    by_archive,
    hunk_grades,
    mail,
    read,
    repaired,
    thinned,
)

from analyzer.patch.damage import Grade
from analyzer.repair import Mended

C = "mm/mremap.c"
Mutation = Callable[[str], str]


def _without(line: str) -> Mutation:
    return lambda text: _replaced(text, f"{line}\n", "")


def _with(before: str, new: str) -> Mutation:
    return lambda text: _replaced(text, f"{before}\n", f"{before}\n{new}\n")


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


SET = "\tset_pmd_at(mm, to, dst, entry);"
MUTATIONS: dict[str, Mutation] = {
    "nothing": lambda text: text,
    "function renamed": lambda text: text.replace("move_normal_pmd", "shift_pmd"),
    "locals renamed": lambda text: re.sub(r"\b(src|dst)_ptl\b", r"lock_of_\1", text),
    "statement removed": _without("\tflush_tlb_range(vma, from, from + PMD_SIZE);"),
    "call removed": _without("\t\t\t\ttake_rmap_locks(vma);"),
    "statement added": _with(SET, "\tatomic_inc(&mm->moved_tables);"),
    "statement changed": lambda text: _replaced(text, "from + PMD_SIZE);", "from + PTE_SIZE);"),
    "condition changed": lambda text: _replaced(text, "extent == PMD_SIZE", "extent >= PMD_SIZE"),
    "blank line more": _with(SET, ""),
    "blank line less": lambda text: _replaced(text, "\tpmd_clear(src);\n\n", "\tpmd_clear(src);\n"),
    "comment more": _with(SET, "\t/* The table is in place now */"),
    "comment less": _without("\t/* Take the table away */"),
    "lone blank line": lambda text: _replaced(text, "#endif\n\t\t}\n", "#endif\n\t\t}\n\n"),
}
FULL: dict[str, list[str]] = {}


def backport(top: Path, change: Mutation, *options: str) -> bytes:
    """The fixture's backport with its C changed, as git would have made it."""
    new = after(top / "after")
    new[C] = change(new[C].decode()).encode()
    return mail(top / "made", base(), new, *options)


def added(mended: Mended) -> list[str]:
    return [line for body in bodies(mended.files) for line in body if line[0] == "+"]


def executable(mended: Mended) -> list[str]:
    """Restored lines that are none of those that may be restored."""
    allowed = re.compile(r"\s*[{}]?$|#ifdef CONFIG_HAVE_MOVE_PMD$|#endif$|config HAVE_MOVE_PMD$")
    return [
        one.text
        for case in mended.damage
        for one in case.restored
        if one.kind != "context" and not allowed.match(one.text)
    ]


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_backport_of_its_own_is_proven_as_it_is(tmp_path: Path, name: str) -> None:
    whole = backport(tmp_path, MUTATIONS[name])
    mended = repaired(thinned(whole, by_archive), base())
    assert {case.grade for case in mended.damage} == {Grade.PROVEN}
    assert bodies(mended.files) == bodies(read(whole).files)


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_its_tree_nothing_is_corrected_towards_upstream(tmp_path: Path, name: str) -> None:
    whole = backport(tmp_path, MUTATIONS[name])
    thin = thinned(whole, by_archive)
    mended = repaired(thin)
    assert executable(mended) == []
    kept = [line for body in bodies(read(thin).files) for line in body]
    assert [line for body in bodies(mended.files) for line in body if line in kept] == kept
    said = [line for line in added(mended) if line[1:].strip()]
    real = [line for body in bodies(read(whole).files) for line in body if line[0] == "+"]
    assert said == [line for line in real if line[1:].strip()]


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        # Where code has no partner upstream, a lost line need not be blank: nothing is counted.
        ("statement removed", {"config": "assumed", "blank": "assumed", "{": "counted"}),
        ("statement added", {"config": "assumed", "blank": "assumed", "{": "counted"}),
        ("function renamed", {"config": "assumed", "blank": "counted", "{": "counted"}),
    ],
)
def test_grades_of_the_changed_function(tmp_path: Path, name: str, grades: dict[str, str]) -> None:
    mended = repaired(thinned(backport(tmp_path, MUTATIONS[name]), by_archive))
    found = {}
    for case in mended.damage:
        for one in case.restored:
            if case.hunk == 1:
                key = "{" if one.kind == "brace" else "blank" if one.kind == "blank" else "config"
                if case.path == C or key == "config":
                    found[key] = one.grade.value
    assert found == grades


STATEMENTS = [
    line
    for line in INTACT.decode().split("\n")
    if line.startswith("+\t") and line.rstrip().endswith(";") and not by_archive(line)
]


@pytest.mark.parametrize("line", sorted(set(STATEMENTS)))
def test_a_statement_that_the_counts_miss_is_never_put_back(line: str) -> None:
    mended = repaired(thinned(INTACT, lambda one: by_archive(one) or one == line))
    times = INTACT.decode().split("\n").count(line)
    assert line not in added(mended)
    assert mended.unexplained == times
    assert executable(mended) == []
    assert Grade.NONE in hunk_grades(mended)
    # What a hunk with an unexplained line got back is no evidence.
    open_hunks = [case for case in mended.damage if case.grade is Grade.NONE]
    assert {one.grade for case in open_hunks for one in case.restored} <= {Grade.ASSUMED}
    assert {one.line for case in open_hunks for one in case.restored} <= {None}


def test_a_statement_that_the_counts_miss_is_not_put_back_with_the_tree_either() -> None:
    line = "+\tpmd_clear(src);"
    mended = repaired(thinned(INTACT, lambda one: by_archive(one) or one == line), base())
    assert [case.grade.value for case in mended.damage] == ["proven", "none", "assumed", "none"]
    assert mended.unexplained == 1
    assert [note.what for note in mended.disproved] == [f"{C}: the blob id of its index line"]


def test_no_gap_is_left_unmarked_where_added_lines_stay_lost() -> None:
    line = "+\tpmd_clear(src);"
    mended = repaired(thinned(INTACT, lambda one: one == line))
    (hunk,) = [hunk for file in mended.files for hunk in file.hunks if not hunk.whole]
    assert all(one.after_gap for one in hunk.lines)


@pytest.mark.parametrize("context", ["-U0", "-U1", "-U2", "-U5", "-U10"])
def test_hunks_of_other_sizes(tmp_path: Path, context: str) -> None:
    whole = backport(tmp_path, lambda text: text, context)
    thin = thinned(whole, by_archive)
    blind = repaired(thin)
    assert executable(blind) == []
    assert blind.unexplained == 0
    proven = repaired(thin, base())
    assert bodies(proven.files) == bodies(read(whole).files)
    assert {case.grade for case in proven.damage} == {Grade.PROVEN}


def test_numbers_are_not_told_where_context_may_stand_anywhere(tmp_path: Path) -> None:
    mended = repaired(thinned(backport(tmp_path, lambda text: text, "-U5"), by_archive))
    assert {one.line for case in mended.damage for one in case.restored} == {None}


@pytest.mark.parametrize("before", ["config HAVE_PERF_COUNTERS", "config ARCH_SPLITS_SLAB"])
def test_the_symbol_may_stand_elsewhere_in_the_file(tmp_path: Path, before: str) -> None:
    symbol = "config HAVE_MOVE_PMD\n\tbool\n\thelp\n\t  Whole tables can be moved at once.\n\n"
    old, new = base(), after(tmp_path / "after")
    text = old["arch/Kconfig"].decode()
    new["arch/Kconfig"] = text.replace(before, symbol + before).encode()
    whole = mail(tmp_path / "made", old, new)
    thin = thinned(whole, by_archive)
    blind = repaired(thin)
    (kconfig,) = [case for case in blind.damage if case.path == "arch/Kconfig"]
    assert [(one.text, one.grade.value) for one in kconfig.restored] == [
        ("config HAVE_MOVE_PMD", "assumed"),
        ("", "counted"),
    ]
    assert bodies(repaired(thin, old).files) == bodies(read(whole).files)


def test_a_property_in_another_order_is_left_in_its_order(tmp_path: Path) -> None:
    symbol = "config HAVE_MOVE_PMD\n\thelp\n\t  Whole tables can be moved at once.\n\tbool\n\n"
    old, new = base(), base()
    marker = "config HAVE_LARGE_MAPPINGS\n"
    new["arch/Kconfig"] = old["arch/Kconfig"].replace(
        marker.encode(), (symbol + marker).encode(), 1
    )
    whole = mail(tmp_path / "made", old, new)
    blind = repaired(thinned(whole, by_archive))
    kept = [line for line in added(blind) if not by_archive(line)]
    assert kept == ["+\thelp", "+\t  Whole tables can be moved at once.", "+\tbool"]
    assert bodies(repaired(thinned(whole, by_archive), old).files) == bodies(read(whole).files)


def test_a_patch_that_removes_lines_as_well(tmp_path: Path) -> None:
    def change(text: str) -> str:
        return _replaced(
            text, "\t\tif (!new_pmd)\n\t\t\tbreak;\n", "\t\tif (!new_pmd)\n\t\t\tgoto out;\n"
        )

    whole = backport(tmp_path, change)
    thin = thinned(whole, by_archive)
    assert bodies(repaired(thin, base()).files) == bodies(read(whole).files)
    blind = repaired(thin)
    assert executable(blind) == []
    # The diffstat tells of a deletion that is not there: it may be among the lost lines.
    assert all(
        one.grade is not Grade.COUNTED
        for case in blind.damage
        if "removed lines may be" in case.text
        for one in case.restored
    )


def test_kept_deletions_that_the_diffstat_counts_make_the_rest_exact() -> None:
    added_lines = ["static int f(int a)", "{", "\treturn step(a);", "}"]
    text = (
        " mm/x.c | 6 +++++-\n 1 file changed, 5 insertions(+), 1 deletion(-)\n\n"
        "--- a/mm/x.c\n+++ b/mm/x.c\n@@ -10,5 +10,9 @@\n int a;\n\n-int old;\n+int new;\n"
        + "".join(f"+{line}\n" for line in added_lines if line not in "{}")
        + " int b;\n"
    )
    mended = repaired(text.replace("\n\n-int", "\n-int").encode(), known=False)
    (case,) = [case for case in mended.damage if case.hunk]
    assert [(one.text, one.grade.value) for one in case.restored] == [
        ("{", "counted"),
        ("}", "counted"),
    ]
    unsure = repaired(
        text.replace("\n\n-int", "\n-int").replace("1 deletion", "2 deletion").encode(), known=False
    )
    (case,) = [case for case in unsure.damage if case.hunk]
    assert [(one.text, one.grade.value) for one in case.restored] == [
        ("{", "assumed"),
        ("}", "assumed"),
    ]


def test_the_same_file_twice_in_one_patch_keeps_its_cases_apart() -> None:
    one = "--- a/mm/x.c\n+++ b/mm/x.c\n@@ -10,6 +10,8 @@\n int a;\n+int b;\n int c;\n"
    second = (
        "--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,2 +1,3 @@\n int a;\n+int b;\n int c;\n"
        "@@ -50,2 +51,5 @@\n int d;\n+static int f(int a)\n+\treturn step(a);\n int e;\n"
    )
    mended = repaired((one + second).encode(), known=False)
    cases = [
        (case.hunk, case.declared, case.kept, len(case.restored))
        for case in mended.damage
        if case.hunk
    ]
    assert cases == [(1, 8, 3, 0), (2, 5, 4, 0)]


def test_files_of_the_fixture_are_the_ones_the_tests_name() -> None:
    assert sorted(base()) == sorted(NAMES)
