from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.kconfig import (
    KconfigTree,
    Not,
    PropertyKind,
    Ref,
    Unread,
    Use,
    definitions,
    dependents,
    impliers,
    read_files,
    read_tree,
    selectors,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nif MMU\nsource "mm/Kconfig"\nendif\n',
    "arch/toy/Kconfig": "config TOY\n\tdef_bool y\n\tselect HAVE_ZAP if !SMALL\n\timply STATS\n",
    "arch/old/Kconfig": "config OLD\n\tdef_bool y\n\tselect HAVE_ZAP\n",
    "mm/Kconfig": (
        'config HAVE_ZAP\n\tbool\n\nmenu "Z"\n\tdepends on ZAP\nrsource "*/Kconfig"\nendmenu\n'
    ),
    "mm/a/Kconfig": "config A\n\tbool\n\tdepends on HAVE_ZAP && ZAP\n",
    "mm/b/Kconfig": "config B\n\tbool\n",
    "mm/b/c/Kconfig": "config C\n\tbool\n",
}


def tree_of(files: Mapping[str, str], srcarch: str = "toy") -> KconfigTree:
    def listed(prefix: str) -> list[str]:
        return [path for path in files if path.startswith(prefix)]

    return read_tree(files.get, listed, srcarch)


def test_a_tree_is_read_for_one_architecture_with_inherited_conditions() -> None:
    tree = tree_of(FILES)
    mmu, zap = Ref("MMU"), Ref("ZAP")
    assert [(each.name, each.path, each.conditions) for each in tree.symbols] == [
        ("TOY", "arch/toy/Kconfig", ()),
        ("HAVE_ZAP", "mm/Kconfig", (mmu,)),
        ("A", "mm/a/Kconfig", (mmu, zap)),
        ("B", "mm/b/Kconfig", (mmu, zap)),
    ]
    assert tree.unread == ()


def test_the_other_architecture_gives_the_other_selector() -> None:
    tree = tree_of(FILES, "old")
    assert selectors(tree, "HAVE_ZAP") == (
        Use("OLD", PropertyKind.SELECT, None, "arch/old/Kconfig", 3),
    )


def test_queries_answer_with_condition_path_and_line() -> None:
    tree = tree_of(FILES)
    small, both = Not(Ref("SMALL")), definitions(tree, "A")[0].properties[1]
    assert [(each.path, each.line) for each in definitions(tree, "HAVE_ZAP")] == [("mm/Kconfig", 1)]
    assert selectors(tree, "HAVE_ZAP") == (
        Use("TOY", PropertyKind.SELECT, small, "arch/toy/Kconfig", 3),
    )
    assert impliers(tree, "STATS") == (Use("TOY", PropertyKind.IMPLY, None, "arch/toy/Kconfig", 4),)
    depends = PropertyKind.DEPENDS
    assert dependents(tree, "ZAP") == (
        Use("A", depends, Ref("ZAP"), "mm/a/Kconfig", 1, inherited=True),
        Use("A", depends, getattr(both, "requirement", None), "mm/a/Kconfig", 3),
        Use("B", depends, Ref("ZAP"), "mm/b/Kconfig", 1, inherited=True),
    )
    assert definitions(tree, "NOWHERE") == ()


def test_all_files_are_read_without_following_source() -> None:
    tree = read_files(FILES.items())
    assert [use.symbol for use in selectors(tree, "HAVE_ZAP")] == ["TOY", "OLD"]
    assert [symbol.name for symbol in tree.symbols] == ["TOY", "OLD", "HAVE_ZAP", "A", "B", "C"]


def test_a_filter_leaves_the_answers_about_its_words_unchanged() -> None:
    full, part = read_files(FILES.items()), read_files(FILES.items(), ["HAVE_ZAP"])
    assert len(part.files) < len(full.files)
    for query in (definitions, selectors, impliers, dependents):
        assert query(part, "HAVE_ZAP") == query(full, "HAVE_ZAP")


def test_what_source_does_not_find_is_reported_unless_optional() -> None:
    lines = ["source gone", "osource gone", "source $(NO)/x", "source ../up", "source /abs"]
    tree = tree_of({"Kconfig": "\n".join([*lines, 'source "no/*"', 'osource "no/*"', ""])})
    assert tree.unread == (
        Unread("Kconfig", 1, "gone", "there is no file gone"),
        Unread("Kconfig", 3, "$(NO)/x", "NO has no value here"),
        Unread("Kconfig", 4, "../up", "not a path inside the tree"),
        Unread("Kconfig", 5, "/abs", "not a path inside the tree"),
        Unread("Kconfig", 6, "no/*", "no file matches"),
    )


def test_a_file_that_includes_itself_is_reported() -> None:
    tree = tree_of({"Kconfig": 'config A\nsource "Kconfig"\nconfig B\n'})
    assert [symbol.name for symbol in tree.symbols] == ["A", "B"]
    assert tree.unread == (Unread("Kconfig", 2, "Kconfig", "Kconfig includes itself"),)


def test_a_deep_chain_of_files_ends_with_a_report() -> None:
    files = {f"k{n}": f"source k{n + 1}\n" for n in range(200)} | {"Kconfig": "source k0\n"}
    assert tree_of(files).unread == (Unread("k62", 1, "k63", "files nested deeper than 64"),)


def test_files_that_multiply_end_with_a_report() -> None:
    files = {f"k{n}": f"source k{n + 1}\n" * 2 for n in range(40)} | {
        "k40": "",
        "Kconfig": "source k0\n",
    }
    assert {each.reason for each in tree_of(files).unread} == {"more than 50000 files"}


def test_a_directory_is_read_like_any_other_store(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def read(path: str) -> str | None:
        file = tmp_path / path
        return file.read_text() if file.is_file() else None

    def listed(prefix: str) -> list[str]:
        paths = (path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
        return [path for path in paths if path.startswith(prefix)]

    assert read_tree(read, listed, "toy") == tree_of(FILES)
