"""Architectures by the names that people give them: the kernel's own, and their machines'."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from analyzer.errors import AnalyzerError
from analyzer.toml import shown

if TYPE_CHECKING:
    from analyzer.repo import Tree

# The directories below arch/ that the kernel has, or had.
_DIRECTORIES = frozenset(
    (
        *("alpha", "arc", "arm", "arm64", "avr32", "blackfin", "c6x", "cris", "csky", "frv"),
        *("h8300", "hexagon", "ia64", "loongarch", "m32r", "m68k", "metag", "microblaze", "mips"),
        *("mn10300", "nds32", "nios2", "openrisc", "parisc", "powerpc", "riscv", "s390", "score"),
        *("sh", "sparc", "tile", "um", "unicore32", "x86", "xtensa"),
    )
)
# What `uname -m`, rpm and dpkg call machines, and the directory of each; the first that fits.
_MACHINES = (
    (re.compile(r"x86[-_]64(?:_v[0-9])?|amd64|i[3-6]86"), "x86"),
    (re.compile(r"aarch64(?:_be)?"), "arm64"),
    (re.compile(r"arm(?:el|hf|v[4-8].*)"), "arm"),
    (re.compile(r"ppc(?:64)?(?:le|el)?"), "powerpc"),
    (re.compile(r"s390x"), "s390"),
    (re.compile(r"riscv(?:32|64)"), "riscv"),
    (re.compile(r"loongarch64|loong64"), "loongarch"),
    (re.compile(r"mips.+"), "mips"),
    (re.compile(r"sparc(?:32|64)"), "sparc"),
    (re.compile(r"parisc64|hppa"), "parisc"),
    (re.compile(r"sh[2-4].*"), "sh"),
)
_LONGEST = 40


def directories(names: Iterable[str], tree: Tree | None) -> tuple[str, ...]:
    """The directories below arch/ that are meant, each once: ``x86`` for ``x86_64``.

    A tree may have more than the kernel. Raises ``AnalyzerError`` for what is no architecture.
    """
    return tuple(dict.fromkeys(_named(name, tree) for name in names))


def _named(name: str, tree: Tree | None) -> str:
    lower = name.lower()[:_LONGEST]
    if lower in _DIRECTORIES:
        return lower
    found = next((where for machine, where in _MACHINES if machine.fullmatch(lower)), None)
    if found is not None:
        return found
    if tree is not None and re.fullmatch(r"\w+", name) and tree.read(f"arch/{name}/Kconfig"):
        return name
    todo = "give the name of a directory below arch/, such as x86, arm64 or powerpc"
    raise AnalyzerError(f"{shown(name)} is no architecture", where="--arch", todo=todo)
