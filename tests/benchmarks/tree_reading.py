"""How long it takes to translate ``mm/mremap.c`` of kernel trees with all their headers, cold.

    python tests/benchmarks/tree_reading.py TREE [TREE ...] [--config FILE] [--entry sys_mremap]

The first state of a tree's file is the one that reads its headers; the second one, here the same
text with a line put before it, finds them read. Times are those of one process, the first tree's
with all that Python does only once.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from analyzer.csource.configuration import Configuration, from_config_text
from analyzer.csource.file import read
from analyzer.repo import open_tree
from analyzer.translate import LP64, Environment, Reached, Source, reached
from analyzer.translate.headers import Headers

FILE = "mm/mremap.c"
_ON = (
    *("MMU", "SMP", "X86", "X86_64", "64BIT", "SWAP", "SHMEM", "HUGETLB_PAGE", "USERFAULTFD"),
    *("MEM_SOFT_DIRTY", "HAVE_ARCH_SOFT_DIRTY", "MMU_NOTIFIER", "DEBUG_VM"),
    *("TRANSPARENT_HUGEPAGE", "HAVE_ARCH_TRANSPARENT_HUGEPAGE", "ARCH_ENABLE_THP_MIGRATION"),
    *("HAVE_MOVE_PMD", "HAVE_MOVE_PUD"),
)


def main() -> None:
    """Print a line for each tree."""
    parser = argparse.ArgumentParser(description="How long does reading a tree take?")
    parser.add_argument("trees", nargs="+")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--entry", default="sys_mremap")
    given = parser.parse_args()
    configuration = (
        from_config_text(given.config.read_text())
        if given.config
        else Configuration(dict.fromkeys(_ON, "y"))
    )
    for tree in given.trees:
        print_tree(tree, configuration, given.entry)


def print_tree(tree: str, configuration: Configuration, entry: str) -> None:
    """Print what both states of a tree's file take, on the clock and of the processor."""
    opened = open_tree(tree)
    text = (opened.read(FILE) or b"").decode("utf-8", "surrogateescape")
    headers = Headers.of_tree(opened, configuration=configuration)
    times = []
    for state in (text, f"\n{text}"):
        began, used = time.perf_counter(), time.process_time()
        found = translated(state, headers, configuration, entry)
        times.append(
            f"{time.perf_counter() - began:.3f} s ({time.process_time() - used:.3f} s busy)"
        )
    print(
        f"{Path(tree).name}: first {times[0]}, second {times[1]}; "
        f"{len(found.functions)} functions, {len(found.refused)} not translated"
    )


def translated(text: str, headers: Headers, configuration: Configuration, entry: str) -> Reached:
    """Translate what an entry reaches in one state of the file."""
    file = read(text, FILE, configuration)
    environment = Environment.of_file(file, LP64, headers)
    return reached([entry], file, environment, Source(text, configuration), inline=False)


if __name__ == "__main__":
    main()
