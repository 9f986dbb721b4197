"""What a kernel is given: an address space as it stands, and one call of move_page_tables()."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.mm.entry import BIT_NAMES, Kind
from analyzer.mm.geometry import Geometry


@dataclass(frozen=True, slots=True)
class Content:
    """Entries of one sort that stand in the address space before the call.

    ``at`` is the address, in bytes, that the entry covers; for ``Kind.TABLE`` it is an empty page
    table. ``bits`` are those of ``mm.entry``.
    """

    at: int
    kind: Kind
    bits: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call on one state. Addresses and ``length`` are in bytes.

    ``contents`` are in the order in which they were made, which numbers their frames and tables.
    ``file`` and ``anon`` say which rmap locks the area has; ``one_area``: both addresses lie in one
    area, as those of a stack that execve() moves. ``fails`` is the table allocation (from 0)
    that fails.
    """

    geometry: Geometry
    old: int
    new: int
    length: int
    contents: tuple[Content, ...] = ()
    need_rmap_locks: bool = False
    file: bool = False
    anon: bool = True
    one_area: bool = False
    fails: int | None = None

    def operations(self) -> tuple[str, ...]:
        """The scenario in words, one step a line; the call is the last."""
        return (*self._areas(), *self._filled(), *self._failing(), self.call())

    def call(self) -> str:
        """The call in words."""
        return (
            f"move_page_tables(old {self.old:#x}, new {self.new:#x}, length {self.length:#x}, "
            f"need_rmap_locks {'true' if self.need_rmap_locks else 'false'})"
        )

    def _areas(self) -> list[str]:
        kind = " and ".join(
            name for name, on in (("file", self.file), ("anonymous", self.anon)) if on
        )
        if self.one_area:
            start, end = min(self.old, self.new), max(self.old, self.new) + self.length
            return [f"one area {start:#x}-{end:#x}, {kind or 'no rmap locks'}"]
        return [
            f"area {self.old:#x}-{self.old + self.length:#x}, {kind or 'no rmap locks'}, moved to "
            f"{self.new:#x}"
        ]

    def _filled(self) -> list[str]:
        return _filled(self.contents, self.geometry.page_size)

    def _failing(self) -> list[str]:
        return _failing(self.fails)


def _filled(contents: tuple[Content, ...], step: int) -> list[str]:
    """Neighbours of one sort are one line."""
    lines: list[str] = []
    run: list[Content] = []
    for one in (*contents, None):
        if run and (one is None or one != replace(run[-1], at=run[-1].at + step)):
            lines.append(_told(run, step))
            run = []
        if one is not None:
            run.append(one)
    return lines


def _failing(fails: int | None) -> list[str]:
    return [] if fails is None else [f"page-table allocation {fails + 1} of the call fails"]


def _told(run: list[Content], step: int) -> str:
    first = run[0]
    bits = " ".join(name for bit, name in BIT_NAMES if first.bits & bit)
    kind = "empty page table" if first.kind is Kind.TABLE else first.kind.value
    said = f"{bits} {kind}".strip()
    if len(run) == 1:
        return f"{said} at {first.at:#x}"
    return f"{len(run)} times {said} at {first.at:#x}-{run[-1].at + step:#x}"


@dataclass(frozen=True, slots=True)
class Area:
    """An area as it stands before a call: addresses in bytes, ``flags`` the VM_ bits.

    Areas with one number as ``file`` are of one file (None: anonymous), those with one number as
    ``anon`` share an ``anon_vma`` (None: none yet). ``pgoff`` is in pages: that in the file, or for
    an anonymous area the one it was made with.
    """

    start: int
    end: int
    flags: int
    file: int | None = None
    pgoff: int = 0
    anon: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may have, None for no limit. Bytes, but for ``areas``.

    ``space`` is RLIMIT_AS, ``locked`` RLIMIT_MEMLOCK, ``memory`` what overcommit leaves.
    """

    areas: int = 65530
    space: int | None = None
    locked: int | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Remap:
    """One mremap() on one address space: the system call's own arguments, in bytes.

    ``chosen`` is the address that get_unmapped_area() gives where the call fixes none, None for the
    model's own choice. ``fails`` is the table allocation (from 0) that fails.
    """

    geometry: Geometry
    areas: tuple[Area, ...]
    contents: tuple[Content, ...]
    address: int
    old_length: int
    new_length: int
    flags: int
    new_address: int = 0
    chosen: int | None = None
    limits: Limits = Limits()
    fails: int | None = None

    def operations(self) -> tuple[str, ...]:
        """The scenario in words, one step a line; the call is the last."""
        return (
            *(_area(one) for one in self.areas),
            *_filled(self.contents, self.geometry.page_size),
            *self._limited(),
            *_failing(self.fails),
            self.call(),
        )

    def call(self) -> str:
        """The call in words."""
        names = [name for bit, name in _FLAGS if self.flags & bit]
        rest = self.flags & ~sum(bit for bit, _ in _FLAGS)
        flags = "|".join([*names, *([f"{rest:#x}"] if rest or not names else [])])
        new = f", {self.new_address:#x}" if self.new_address else ""
        given = f"mremap({self.address:#x}, {self.old_length:#x}, {self.new_length:#x}, {flags}"
        chosen = "" if self.chosen is None else f", where get_unmapped_area() gives {_gap(self)}"
        return f"{given}{new}){chosen}"

    def _limited(self) -> list[str]:
        return [
            f"at most {value:#x} {what}"
            for value, usual, what in (
                (self.limits.areas, Limits().areas, "areas"),
                (self.limits.space, None, "bytes of address space"),
                (self.limits.locked, None, "locked bytes"),
                (self.limits.memory, None, "bytes of memory to commit"),
            )
            if value is not None and value != usual
        ]


_FLAGS = ((1, "MREMAP_MAYMOVE"), (2, "MREMAP_FIXED"), (4, "MREMAP_DONTUNMAP"))


def _gap(remap: Remap) -> str:
    chosen = remap.chosen or 0
    return f"{chosen:#x}" if chosen >= 0 else f"error {-chosen}"


def _area(one: Area) -> str:
    of = "anonymous" if one.file is None else f"file {one.file} from page {one.pgoff:#x}"
    return f"area {one.start:#x}-{one.end:#x}, {of}, vm_flags {one.flags:#x}"
