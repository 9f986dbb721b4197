"""Architectures by the names that people give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.compare.architectures import directories
from analyzer.errors import AnalyzerError
from analyzer.repo import DirectoryTree


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("x86", "x86"),
        ("X86", "x86"),
        ("x86_64", "x86"),
        ("x86-64", "x86"),
        ("amd64", "x86"),
        ("i686", "x86"),
        ("arm64", "arm64"),
        ("aarch64", "arm64"),
        ("arm", "arm"),
        ("armhf", "arm"),
        ("armv7hl", "arm"),
        ("powerpc", "powerpc"),
        ("ppc64le", "powerpc"),
        ("ppc64el", "powerpc"),
        ("s390", "s390"),
        ("s390x", "s390"),
        ("riscv64", "riscv"),
        ("loongarch64", "loongarch"),
        ("mips64el", "mips"),
    ],
)
def test_a_machines_name_is_the_directory_that_its_kernel_is_built_from(
    given: str, meant: str
) -> None:
    assert directories([given], None) == (meant,)


def test_two_names_of_one_architecture_are_one() -> None:
    assert directories(["x86_64", "arm64", "x86", "aarch64"], None) == ("x86", "arm64")


@pytest.mark.parametrize("given", ["foo", "", "../x86", "x86/", "arm65", "x86_64\x1b[31m"])
def test_what_is_no_architecture_is_an_error(given: str, tmp_path: Path) -> None:
    (tmp_path / "arch/x86").mkdir(parents=True)
    (tmp_path / "arch/x86/Kconfig").write_text("config X86\n")
    with pytest.raises(AnalyzerError, match=r"^--arch: .* is no architecture; give the name of a"):
        directories([given], DirectoryTree("tree", tmp_path))


def test_a_tree_may_have_an_architecture_that_the_kernel_has_not(tmp_path: Path) -> None:
    (tmp_path / "arch/sw_64").mkdir(parents=True)
    (tmp_path / "arch/sw_64/Kconfig").write_text("config SW64\n\tdef_bool y\n")
    assert directories(["sw_64"], DirectoryTree("tree", tmp_path)) == ("sw_64",)
