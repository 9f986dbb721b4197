"""gcc's opinion of a mutant: what comes to the same machine code is the same function.

The other way round nothing follows. And where a mutant reads what nothing has set, or does
something else that C leaves open, gcc may choose what makes it the same: an engine that finds a
fault there is right as well.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from analyzer.csource.configuration import Configuration

_FLAGS = ("-std=gnu11", "-O2", "-w", "-fwrapv", "-fno-strict-aliasing", "-ffreestanding")
_KERNEL = ("-nostdinc", "-Iarch/x86/include", "-Iinclude", "-include", "include/linux/kconfig.h")
_LABEL = re.compile(r"\.L\w+")
# Directives tell names, lines and sections; those that are data count.
_OF_NO_ACCOUNT = re.compile(r"\t\.(?!string|ascii|quad|long|value|byte|zero)")


def in_tree(configuration: Configuration) -> tuple[str, ...]:
    """The options with which gcc compiles a file of a fixture's tree."""
    symbols = configuration.symbols.items()
    defines = (f"-DCONFIG_{name}={'1' if is_on == 'y' else is_on}" for name, is_on in symbols)
    return (*_KERNEL, *defines)


def assembly(text: str, options: Iterable[str] = (), top: Path | None = None) -> str | None:
    """The instructions of a file of C, at any place; None where gcc does not take it.

    ``top`` is the directory that relative options refer to.
    """
    command = ["gcc", *_FLAGS, *options, "-S", "-x", "c", "-", "-o", "-"]
    given = text.encode("utf-8", "surrogateescape")
    done = subprocess.run(command, input=given, cwd=top, capture_output=True, check=False)
    if done.returncode:
        return None
    return _told(done.stdout.decode())


def _told(output: str) -> str:
    """The instructions and the data, with labels numbered as they come; unused ones are gone."""
    lines = [line for line in output.split("\n") if not _OF_NO_ACCOUNT.match(line)]
    used = {name for line in lines if not line.startswith(".L") for name in _LABEL.findall(line)}
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f".L{len(numbers)}")

    kept = (line for line in lines if not line.startswith(".L") or line.rstrip(":") in used)
    return "\n".join(_LABEL.sub(number, line) for line in kept)
