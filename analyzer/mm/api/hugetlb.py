"""``linux/hugetlb.h``: areas of hugetlbfs, as far as mremap() refuses them."""

from __future__ import annotations

from typing import Any, NoReturn

from analyzer.errors import Stopped
from analyzer.mm.state import State, Vma
from analyzer.translate.runtime.nothing import Embedded


class Hstate(Embedded):
    """``struct hstate``: pages of one size, as large as a PMD entry covers."""

    __slots__ = ()


_HSTATE = Hstate()


def hstate_vma(state: State, vma: Vma) -> Hstate:
    """Return the sort of huge pages that an area of hugetlbfs has.

    Keeps: one sort, of the size that a PMD entry covers. Drops: other sizes.
    """
    return _HSTATE


def huge_page_size(state: State, sort: Any) -> int:
    """Return the bytes of a huge page.

    Keeps: as ``hstate_vma()``. Drops: as ``hstate_vma()``.
    """
    return state.geometry.pmd_size


def huge_page_mask(state: State, sort: Any) -> int:
    """Return the bits of an address that tell huge pages apart.

    Keeps: as ``hstate_vma()``. Drops: as ``hstate_vma()``.
    """
    return -state.geometry.pmd_size & state.geometry.word_mask


def move_hugetlb_page_tables(state: State, *arguments: Any) -> NoReturn:
    """Move the entries of an area of hugetlbfs.

    Keeps: nothing. Drops: hugetlbfs, so it stops the run.
    """
    raise Stopped("move_hugetlb_page_tables() of an area of hugetlbfs")


def clear_vma_resv_huge_pages(state: State, vma: Vma) -> NoReturn:
    """Forget what huge pages are reserved for an area.

    Keeps: nothing. Drops: hugetlbfs, so it stops the run.
    """
    raise Stopped("clear_vma_resv_huge_pages() of an area of hugetlbfs")
