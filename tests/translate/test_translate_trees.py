"""Real kernels: every function of ``mm/mremap.c`` is read and translated.

The trees are directories named in ``KERNEL_TREES``, separated by colons; without it there is
nothing to look at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.repo import open_tree
from analyzer.translate import LP64, Environment, Source, Translated, translate_function
from analyzer.translate.headers import Headers

TREES = [each for each in os.environ.get("KERNEL_TREES", "").split(":") if each]
FILE = "mm/mremap.c"
ON = dict.fromkeys(
    (
        *("MMU", "SMP", "X86_64", "64BIT", "SWAP", "SHMEM", "HUGETLB_PAGE", "USERFAULTFD"),
        *("TRANSPARENT_HUGEPAGE", "HAVE_MOVE_PMD", "HAVE_MOVE_PUD", "MMU_NOTIFIER"),
        *("SPARSEMEM", "SPARSEMEM_VMEMMAP", "HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD"),
    ),
    True,
)


@pytest.mark.skipif(not TREES, reason="KERNEL_TREES names no kernel trees")
@pytest.mark.parametrize("symbols", [ON, {"MMU": True}], ids=["on", "off"])
@pytest.mark.parametrize("tree", TREES, ids=lambda tree: Path(tree).name)
def test_the_move_path_of_a_kernel_is_translated(tree: str, symbols: dict[str, bool]) -> None:
    configuration = Configuration.of(**symbols)
    opened = open_tree(tree)
    data = opened.read(FILE)
    assert data is not None
    source = Source(data.decode("utf-8", "surrogateescape"), configuration)
    file = read(source.text, FILE, configuration)
    environment = Environment.of_file(
        file, LP64, Headers.of_tree(opened, configuration=configuration)
    )
    found = [translate_function(each, environment, source) for each in file.each_function()]
    assert [each for each in found if not isinstance(each, Translated)] == []
    assert len(found) >= 8
