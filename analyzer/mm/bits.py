"""Values made of an entry: the same target under other bits, read under the same locks."""

from __future__ import annotations

from analyzer.mm.entry import DIRTY, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Entry, Kind


def mkdirty(entry: Entry) -> Entry:
    """Make it dirty, and with that soft-dirty, as x86 does in ``pte_mkdirty()``."""
    return entry.with_bits(entry.bits | DIRTY | SOFT_DIRTY)


def mkclean(entry: Entry) -> Entry:
    """Make it clean; soft-dirty stays (``pte_mkclean``)."""
    return entry.with_bits(entry.bits & ~DIRTY)


def mkyoung(entry: Entry) -> Entry:
    """Mark it used (``pte_mkyoung``)."""
    return entry.with_bits(entry.bits | YOUNG)


def mkold(entry: Entry) -> Entry:
    """Mark it unused (``pte_mkold``)."""
    return entry.with_bits(entry.bits & ~YOUNG)


def mkwrite(entry: Entry) -> Entry:
    """Allow writing (``pte_mkwrite``)."""
    return entry.with_bits(entry.bits | WRITE)


def wrprotect(entry: Entry) -> Entry:
    """Forbid writing (``pte_wrprotect``)."""
    return entry.with_bits(entry.bits & ~WRITE)


def mksoft_dirty(entry: Entry) -> Entry:
    """Mark it soft-dirty (``pte_mksoft_dirty``, ``pte_swp_mksoft_dirty``)."""
    return entry.with_bits(entry.bits | SOFT_DIRTY)


def clear_soft_dirty(entry: Entry) -> Entry:
    """Take the mark of soft-dirty away (``pte_clear_soft_dirty``)."""
    return entry.with_bits(entry.bits & ~SOFT_DIRTY)


def mkuffd_wp(entry: Entry) -> Entry:
    """Write-protect it for userfaultfd (``pte_mkuffd_wp``, which forbids writing since v5.19)."""
    return entry.with_bits((entry.bits | UFFD_WP) & ~WRITE)


def clear_uffd_wp(entry: Entry) -> Entry:
    """Take userfaultfd's mark away; writing stays forbidden (``pte_clear_uffd_wp``)."""
    return entry.with_bits(entry.bits & ~UFFD_WP)


def moved(entry: Entry) -> Entry:
    """What mremap() makes of an entry that it moves: soft-dirty, for trackers to see the new place.

    This is ``move_soft_dirty_pte()`` and ``move_soft_dirty_pmd()``, since Linux kernel commit
    0f8975ec4db2 ("mm: soft-dirty bits for user memory changes tracking") (in v3.11). Moving a
    whole table marks nothing.
    """
    return entry if entry.kind in (Kind.NONE, Kind.TABLE) else mksoft_dirty(entry)
