"""``linux/huge_mm.h``: entries of a PMD that map memory themselves."""

from __future__ import annotations

from typing import Any

from analyzer.errors import Stopped
from analyzer.mm import huge
from analyzer.mm.api.arguments import counted, of_entry, place
from analyzer.mm.state import State, Vma
from analyzer.translate.runtime.nothing import described
from analyzer.translate.runtime.pointers import Pointer


def move_huge_pmd(state: State, vma: Vma, *arguments: Any) -> int:
    """Move a huge entry whole: more than 0 if it was.

    Takes (vma, new_vma, old_addr, new_addr, old_end, old_pmd, new_pmd) before v4.5, then (vma,
    old_addr, new_addr, old_end, old_pmd, new_pmd), with need_flush behind them from v4.9 up to
    v4.18, and without old_end since v5.9. Keeps: the checks, both locks, the entry with soft-dirty
    set, the flush under the locks or need_flush told, the table that is put by. Drops: that it
    answers -1 while somebody else splits the page.
    """
    if arguments and isinstance(arguments[0], Vma):
        counted("move_huge_pmd", (vma, *arguments), 7, 8)
        new_vma, *rest = arguments
        return huge.move_huge_pmd_or_fail(state, vma, new_vma, *_checked(*rest))
    counted("move_huge_pmd", (vma, *arguments), 5, 6, 7)
    # None where the caller has made sure that the extent is whole.
    end = () if len(arguments) > 4 else (None,)
    return huge.move_huge_pmd(state, vma, *_checked(*arguments[:2], *end, *arguments[2:]))


def split_huge_pmd(state: State, vma: Vma, pmd: Pointer, address: int) -> None:
    """Split a huge entry into entries of pages, as since v4.5; clear it where a file is mapped.

    Keeps: the entries, the flush, the lock, the notifiers. Drops: that the entry is marked invalid
    in between; references of the page's parts.
    """
    place(pmd)
    huge.split_huge_pmd(state, vma, pmd, address)


def split_huge_page_pmd(state: State, vma: Vma, address: int, pmd: Pointer) -> None:
    """Split a huge page, and with it its entry, as before v4.5.

    Keeps: the entries, the flush, both locks, the notifiers. Drops: that the entry is marked as
    being split in between; references of the page's parts.
    """
    place(pmd)
    huge.split_huge_page_pmd(state, vma, address, pmd)


def _checked(old: Any, new: Any, end: Any, old_pmd: Any, new_pmd: Any, *flush: Any) -> Any:
    """Return the arguments of any form, if each is of its kind; raise Stopped otherwise."""
    for each in (old, new, end or 0):
        if not isinstance(each, int):
            raise Stopped(f"move_huge_pmd() is given {described(each)} for an address")
    place(of_entry("move_huge_pmd", old_pmd))
    place(of_entry("move_huge_pmd", new_pmd))
    return old, new, end, old_pmd, new_pmd, *flush
