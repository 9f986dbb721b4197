"""A patch's symbols in whole architectures of a tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from analyzer.compare.configured import Configured, architecture_of_config, configured_in
from analyzer.compare.in_tree import Setting, symbols_in
from analyzer.repo import DirectoryTree

TREE = {
    "Kconfig": 'mainmenu "m"\nsource "arch/$(SRCARCH)/Kconfig"\nsource "mm/Kconfig"\n',
    "arch/x86/Kconfig": (
        "config X86\n\tdef_bool y\n\tselect HAVE_MOVE_PMD\n\tselect HAVE_BIG if X86_64\n"
        'config X86_64\n\tbool "64-bit"\n'
    ),
    "arch/arm64/Kconfig": "config ARM64\n\tdef_bool y\n\tselect HAVE_BIG if BROKEN\n",
    "mm/Kconfig": (
        "config HAVE_MOVE_PMD\n\tbool\nconfig HAVE_BIG\n\tbool\n"
        'config KSM\n\tbool "k"\n\tdepends on HAVE_BIG\n\tdefault y\n'
    ),
}
X86 = {"X86": "y", "X86_64": "y"}


def tree(root: Path, **more: str) -> DirectoryTree:
    for path, text in (TREE | more).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return DirectoryTree("tree", root.resolve())


def values(found: Configured, arch: str) -> dict[str, tuple[str | None, str | None, str]]:
    """By name: the value whatever the user sets, that under the .config, and why."""
    of = found.of(arch)
    assert of is not None
    return {
        one.name: (one.possible.text, one.configured.text if one.configured else None, one.why)
        for one in of.symbols
    }


NAMES = ("HAVE_MOVE_PMD", "HAVE_BIG", "KSM", "GONE")


def test_without_a_config_the_user_may_set_anything(tmp_path: Path) -> None:
    found = configured_in(tree(tmp_path), NAMES, ("x86", "arm64"), None)
    assert values(found, "x86") == {
        "HAVE_MOVE_PMD": ("y", None, "selected by X86"),
        "HAVE_BIG": (None, None, "it hangs on what the user sets X86_64 to"),
        "KSM": (
            None,
            None,
            "it hangs on what the user sets X86_64 to, what the user sets KSM to",
        ),
    }
    nothing = "nothing selects it; it has no prompt that is shown and no default that holds"
    assert values(found, "arm64") == {
        "HAVE_MOVE_PMD": ("n", None, nothing),
        "HAVE_BIG": (
            "n",
            None,
            "ARM64 would select it if BROKEN, but BROKEN is n; it has no prompt that is shown "
            "and no default that holds",
        ),
        "KSM": ("n", None, "nothing selects it; it depends on HAVE_BIG, which is n"),
    }
    assert (found.written, found.config_for, found.notes) == (None, None, ())


def test_a_config_is_for_one_architecture(tmp_path: Path) -> None:
    settings = X86 | {"KSM": "n", "GONE": "y"}
    found = configured_in(tree(tmp_path), NAMES, ("arm64",), settings)
    assert found.config_for == "x86"
    assert found.written == {"KSM": "n", "GONE": "y"}
    assert [one.arch for one in found.architectures] == ["arm64", "x86"]
    assert values(found, "x86") == {
        "HAVE_MOVE_PMD": ("y", "y", "selected by X86"),
        "HAVE_BIG": (None, "y", "selected by X86 if X86_64"),
        "KSM": (None, "n", "nothing selects it; the .config sets it to n"),
    }
    arm64 = found.of("arm64")
    assert arm64 is not None
    assert [one.configured for one in arm64.symbols] == [None, None, None]


@pytest.mark.parametrize(
    ("settings", "arch"),
    [(X86, "x86"), ({"ARM64": "y"}, "arm64"), ({"X86": "y", "ARM64": "y"}, None), ({}, None)],
)
def test_which_architecture_a_config_is_for(
    tmp_path: Path, settings: Mapping[str, str], arch: str | None
) -> None:
    assert architecture_of_config(tree(tmp_path), settings) == arch


def test_kconfiglib_is_asked_where_it_reads_the_tree(tmp_path: Path) -> None:
    found = configured_in(tree(tmp_path), NAMES, (), X86).of("x86")
    assert found is not None
    assert found.library == "Kconfiglib was asked, too"
    assert [one.library for one in found.symbols] == [None, None, None]
    newer = {"arch/x86/Kconfig": TREE["arch/x86/Kconfig"] + "config MODULES\n\tbool\n\tmodules\n"}
    found = configured_in(tree(tmp_path, **newer), NAMES, (), X86).of("x86")
    assert found is not None
    assert found.library == (
        "Kconfiglib was not asked: the tree has `modules`, which it does not read"
    )


def test_the_compiler_is_asked_nothing(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    text = f"config CC_FAST\n\tdef_bool $(shell,touch {touched} && echo y)\n"
    plain = tree(tmp_path / "tree", **{"mm/Kconfig": text})
    found = configured_in(plain, ("CC_FAST",), (), X86 | {"CC_FAST": "y"})
    (of,) = found.architectures
    (told,) = of.symbols
    assert told.configured is not None
    # A symbol of the patch is not believed: the .config may be of before it.
    assert told.configured.text is None
    assert of.library == "Kconfiglib was asked, too; 1 commands were not run"
    assert not touched.exists()


def test_a_part_of_a_tree_is_said_to_be_one(tmp_path: Path) -> None:
    found = configured_in(
        tree(tmp_path, **{"arch/x86/Kconfig": 'source "gone/Kconfig"\n'}),
        NAMES,
        ("x86", "sh"),
        None,
    )
    assert [(one.arch, one.notes) for one in found.architectures] == [
        ("x86", ("arch/x86/Kconfig:1: there is no file gone/Kconfig",)),
        ("sh", ("there is no arch/sh/Kconfig",)),
    ]


def test_configuration_files_of_the_tree_are_found(tmp_path: Path) -> None:
    files = {
        "arch/x86/configs/x86_64_defconfig": "CONFIG_X86=y\nCONFIG_HAVE_BIG=y\n",
        "redhat/configs/common/generic/CONFIG_HAVE_BIG": "# CONFIG_HAVE_BIG is not set\n",
        "config/x86_64/default": "CONFIG_HAVE_BIG=y\n",
        "debian.master/config/annotations": "CONFIG_HAVE_BIG    policy<{'amd64': 'y'}>\n",
        "arch/arm64/configs/gki_defconfig": "CONFIG_HAVE_BIGGER=y\n",
        "mm/a.c": "CONFIG_HAVE_BIG=y\n",
    }
    (symbol,) = symbols_in(tree(tmp_path, **files), ["HAVE_BIG"]).symbols
    assert set(symbol.settings) == {
        Setting("arch/x86/configs/x86_64_defconfig", 2, "CONFIG_HAVE_BIG=y"),
        Setting("config/x86_64/default", 1, "CONFIG_HAVE_BIG=y"),
        Setting("debian.master/config/annotations", 1, "CONFIG_HAVE_BIG    policy<{'amd64': 'y'}>"),
        Setting("redhat/configs/common/generic/CONFIG_HAVE_BIG", 1, "# CONFIG_HAVE_BIG is not set"),
    }
