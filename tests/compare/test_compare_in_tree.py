from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.compare.in_tree import Near, Site, SymbolsInTree, symbols_in
from analyzer.compare.spelling import distance
from analyzer.repo import DirectoryTree

FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "arch/Kconfig"\n',
    "arch/Kconfig": "config HAVE_MOVE_PMD\n\tbool\n\nconfig HAVE_MOVE_PUD\n\tbool\n",
    "arch/x86/Kconfig": "config X86\n\tdef_bool y\n\tselect HAVE_MOVE_PMD\n",
    "arch/arm64/Kconfig": "config ARM64\n\tdef_bool y\n",
    "mm/mremap.c": "#ifdef CONFIG_HAVE_MOVE_PMD\nint a;\n#endif\n// HAVE_MOVE_PMD\n",
    "mm/Makefile": "obj-$(CONFIG_HAVE_MOVE_PMD) += move.o\n",
}


def asked(root: Path, *used: str, **more: str) -> SymbolsInTree:
    for path, text in (FILES | more).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return symbols_in(DirectoryTree("tree", root.resolve()), ["HAVE_MOVE_PMD"], used)


def test_a_symbol_spelt_alike_raises_nothing(tmp_path: Path) -> None:
    found = asked(tmp_path, "HAVE_MOVE_PUD")
    (symbol,) = found.symbols
    assert symbol.architectures == ("x86",)
    assert symbol.uses == (Site("mm/Makefile", 1), Site("mm/mremap.c", 1))
    assert (symbol.settable, symbol.doubled, symbol.selected_twice) == (False, None, ())
    assert (found.undefined, found.near, found.notes, found.whole) == ((), (), (), True)


@pytest.mark.parametrize(
    ("path", "text", "near"),
    [
        (
            "fs/a.c",
            "#ifdef CONFIG_HAVE_MOVE_PMDS\n",
            Near("CONFIG_HAVE_MOVE_PMDS", "HAVE_MOVE_PMD", "1 letter apart", "fs/a.c", 1),
        ),
        (
            "fs/a.c",
            "\tif (IS_ENABLED(CONFIG_ARCH_HAS_MOVE_PMD))\n",
            Near("CONFIG_ARCH_HAS_MOVE_PMD", "HAVE_MOVE_PMD", "it has another prefix", "fs/a.c", 1),
        ),
        (
            "fs/a.c",
            "\n\tif (IS_ENABLED(HAVE_MOVE_PMD))\n",
            Near("HAVE_MOVE_PMD", "HAVE_MOVE_PMD", "CONFIG_ is missing before it", "fs/a.c", 2),
        ),
        (
            "arch/arm64/Kconfig",
            "config ARM64\n\tdef_bool y\n\tselect CONFIG_HAVE_MOVE_PMD\n",
            Near(
                "CONFIG_HAVE_MOVE_PMD",
                "HAVE_MOVE_PMD",
                "Kconfig files have no CONFIG_ before a name",
                "arch/arm64/Kconfig",
                3,
            ),
        ),
    ],
)
def test_near_misses_in_the_tree(tmp_path: Path, path: str, text: str, near: Near) -> None:
    assert asked(tmp_path, **{path: text}).near == (near,)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fs/a.c", "#ifdef CONFIG_HAVE_MOVE_PUD\n"),
        ("fs/a.c", "#define HAVE_MOVE_PMD 1\n#ifdef HAVE_MOVE_PMD\n#endif\n"),
        ("Documentation/a.c", "#ifdef CONFIG_HAVE_MOVE_PMDS\n"),
        ("arch/arm64/Kconfig", "config ARM64\n\tbool\n\thelp\n\t  see CONFIG_HAVE_MOVE_PMD\n"),
    ],
)
def test_what_only_looks_near_is_none(tmp_path: Path, path: str, text: str) -> None:
    assert asked(tmp_path, **{path: text}).near == ()


def test_a_name_of_the_patch_is_held_against_all_symbols(tmp_path: Path) -> None:
    found = asked(tmp_path, "HAVE_MOVE_PDM", "NOWHERE_DEFINED")
    assert found.undefined == ("HAVE_MOVE_PDM", "NOWHERE_DEFINED")
    assert found.near == (Near("HAVE_MOVE_PDM", "HAVE_MOVE_PMD", "1 letter apart"),)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("PMD", "PMD", 0), ("PMD", "PDM", 1), ("PMD", "PMDS", 1), ("PMD", "PUD", 1), ("", "AB", 2)],
)
def test_distance(one: str, other: str, expected: int) -> None:
    assert distance(one, other) == distance(other, one) == expected
