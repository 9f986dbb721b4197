"""The move path of a kernel tree, translated: what the reference is compared with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.reference.slots import LOOP, PATH
from analyzer.repo import open_tree
from analyzer.translate import (
    ILP32,
    LP64,
    Environment,
    Source,
    Translated,
    translate_function,
)
from analyzer.translate.headers import Headers

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_ON = dict.fromkeys(
    (
        *("MMU", "SMP", "X86_64", "64BIT", "SWAP", "SHMEM", "MEM_SOFT_DIRTY", "MMU_NOTIFIER"),
        *("TRANSPARENT_HUGEPAGE", "HAVE_ARCH_TRANSPARENT_HUGEPAGE", "DEBUG_VM"),
        *("ARCH_ENABLE_THP_MIGRATION", "HAVE_ARCH_SOFT_DIRTY"),
    ),
    True,
)


@cache
def move_path(
    tree: str,
    symbols: frozenset[str] = frozenset(),
    word: int = 64,
    edit: tuple[str, str] = ("", ""),
) -> tuple[Translated, ...]:
    """The functions that move_page_tables() needs, and itself, with more symbols on.

    ``edit`` is a text that is there once, and what takes its place.
    """
    configuration = Configuration.of(**_ON, **dict.fromkeys(symbols, True))
    opened = open_tree(tree)
    data = opened.read(PATH)
    assert data is not None
    before, after = edit
    assert not before or data.decode().count(before) == 1
    source = Source(
        data.decode().replace(before, after) if before else data.decode(), configuration
    )
    file = read(source.text, PATH, configuration)
    headers = Headers.of_tree(opened, configuration=configuration)
    environment = Environment.of_file(file, LP64 if word == 64 else ILP32, headers)
    outlines = {each.name: each for each in file.each_function()}
    found: dict[str, Translated] = {}
    waiting = [LOOP]
    while waiting:
        name = waiting.pop()
        if name in outlines and name not in found:
            one = translate_function(outlines[name], environment, source)
            assert isinstance(one, Translated), one
            found[name] = one
            waiting += [need.name for need in one.needs]
    return tuple(found.values())
