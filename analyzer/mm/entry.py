"""Page-table entries: values that are made, compared and stored, never changed."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What an entry is."""

    NONE = "none"
    TABLE = "table"
    PAGE = "page"
    HUGE = "huge page"
    DEVMAP = "huge device page"
    SWAP = "swap"
    MIGRATION = "migration"

    # Members are one object each: identity will do, and Enum's own hash is a call of Python.
    __hash__ = object.__hash__


# Bits of an entry. Soft-dirty and uffd-wp exist on swap entries too.
WRITE = 1
DIRTY = 2
YOUNG = 4
SOFT_DIRTY = 8
UFFD_WP = 16
BIT_NAMES = (
    *((WRITE, "write"), (DIRTY, "dirty"), (YOUNG, "young")),
    *((SOFT_DIRTY, "soft-dirty"), (UFFD_WP, "uffd-wp")),
)


class Entry:
    """One entry: ``target`` is the number of a table, frame or swap slot, ``bits`` as above.

    ``under`` are the locks that were held when it was read, None for one that nobody read.
    """

    __slots__ = ("bits", "kind", "target", "under")

    def __init__(
        self, kind: Kind, target: int, bits: int = 0, under: tuple[str, ...] | None = None
    ) -> None:
        self.kind = kind
        self.target = target
        self.bits = bits
        self.under = under

    def read(self, under: tuple[str, ...]) -> Entry:
        """The same entry, as read with these locks held."""
        return Entry(self.kind, self.target, self.bits, under)

    def with_bits(self, bits: int) -> Entry:
        """The same entry with other bits."""
        return Entry(self.kind, self.target, bits, self.under)

    def says(self) -> tuple[Kind, int, int]:
        """All that it says: entries that say the same are the same (``pte_same``)."""
        return self.kind, self.target, self.bits

    def __repr__(self) -> str:
        names = [name for bit, name in BIT_NAMES if self.bits & bit]
        said = [self.kind.value] if self.kind is Kind.NONE else [f"{self.kind.value} {self.target}"]
        return " ".join([*said, *names])


EMPTY = Entry(Kind.NONE, 0)
# Entries that map memory: a translation of theirs can be in a TLB.
MAPPING = frozenset((Kind.PAGE, Kind.HUGE, Kind.DEVMAP))
HUGE_KINDS = frozenset((Kind.HUGE, Kind.DEVMAP))
