"""Address spaces, calls of mremap() on them, and what must come of each in every kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from errno import EAGAIN, EFAULT, EINVAL, ENOMEM, EPERM
from typing import TypeAlias

from mm_api_runs import Kernel

from analyzer.mm import areas, locking, notifier, populate, tlb
from analyzer.mm.entry import DIRTY, WRITE, YOUNG, Kind
from analyzer.mm.geometry import X86_64
from analyzer.mm.limits import DEFAULT, Limits
from analyzer.mm.vmflags import (
    VM_ACCOUNT,
    VM_DONTEXPAND,
    VM_GROWSDOWN,
    VM_HUGETLB,
    VM_IO,
    VM_LOCKED,
    VM_MAYSHARE,
    VM_MERGEABLE,
    VM_PFNMAP,
    VM_READ,
    VM_SEALED,
    VM_SHARED,
    VM_WRITE,
)
from analyzer.translate import Outcome

PAGE, PMD, TASK = X86_64.page_size, X86_64.pmd_size, X86_64.task_size
BLOCK = PMD // PAGE
BASE = 0x10_0000_0000
MAYMOVE, FIXED, DONTUNMAP = 1, 2, 4
TO = MAYMOVE | FIXED
KEEP = MAYMOVE | DONTUNMAP
ANON = VM_READ | VM_WRITE | VM_ACCOUNT
SHARED = VM_READ | VM_WRITE | VM_SHARED | VM_MAYSHARE
FILE = VM_READ
LOCKED = ANON | VM_LOCKED


@dataclass(frozen=True)
class Traits:
    """What one kernel's mm/mremap.c does that another's does not, by what its text says."""

    no_copies: bool  # of private areas, by an old length of 0
    first: bool  # looks at the area before anything is unmapped
    counts: bool  # areas, before anything is unmapped
    keeps: bool  # knows MREMAP_DONTUNMAP
    keeps_all: bool  # and of files
    seals: bool
    hugetlb: bool  # moves hugetlbfs
    joins: bool  # with the area above, when it grows in place

    @classmethod
    def of(cls, text: str) -> Traits:
        keeps = "MREMAP_DONTUNMAP" in text
        return cls(
            no_copies="attempted to duplicate" in text,
            first=text.count("vma_lookup(mm, addr)") > 1,
            counts="map_count + 2" in text,
            keeps=keeps,
            keeps_all=keeps and "!vma_is_anonymous(vma) ||" not in text,
            seals="can_modify_vma" in text,
            hugetlb="hstate_vma" in text,
            joins="vma_merge" in text,
        )


# Pages from BASE on: first, how many, flags, file, anon_vma, offset in the file.
Area: TypeAlias = tuple[int, int, int] | tuple[int, int, int, int | None] | tuple[int, ...]
Expected: TypeAlias = int | Callable[[Traits], int]


@dataclass(frozen=True)
class Situation:
    """``call`` is (first page, old pages, new pages, flags, new first page); or bytes, if ``raw``.

    ``expected`` is a page from BASE on, or a negative errno. ``pages`` are present before.
    """

    name: str
    areas: tuple[tuple[int | None, ...], ...]
    call: tuple[int, ...]
    expected: Expected
    pages: tuple[int, ...] = (0, 2, 3)
    chosen: int | None = None
    limits: Limits = DEFAULT
    fails: int | None = None
    raw: bool = False
    huge: tuple[int, ...] = ()


ONE = ((0, 8, ANON, None, 0),)
FAR = 4096
TWO = (*ONE, (FAR, 16, ANON, None, 1))
BIG = ((0, 3 * BLOCK, ANON, None, 0),)


def _no_room(traits: Traits) -> int:
    return -ENOMEM if traits.counts else FAR


SITUATIONS = (
    # Arguments.
    Situation("unknown flag", ONE, (0, 8, 8, 8), -EINVAL),
    Situation("fixed without maymove", ONE, (0, 8, 8, FIXED, FAR), -EINVAL),
    Situation("misaligned", ONE, (BASE + 1, PAGE, PAGE, 0, 0), -EINVAL, raw=True),
    Situation("new length 0", ONE, (0, 8, 0, 0), -EINVAL),
    Situation("new length that wraps", ONE, (BASE, PAGE, -1, MAYMOVE, 0), -EINVAL, raw=True),
    Situation(
        "misaligned target", ONE, (BASE, PAGE, PAGE, TO, BASE + FAR * PAGE + 1), -EINVAL, raw=True
    ),
    Situation("target beyond the end", ONE, (BASE, PAGE, PAGE, TO, TASK), -EINVAL, raw=True),
    Situation("too long for the target", ONE, (BASE, PAGE, TASK + PAGE, TO, 0), -EINVAL, raw=True),
    Situation("overlap above", ONE, (0, 8, 8, TO, 4), -EINVAL),
    Situation("overlap below", ((8, 8, ANON, None, 0),), (8, 8, 8, TO, 4), -EINVAL),
    Situation("the same place", ONE, (0, 8, 8, TO, 0), -EINVAL),
    Situation("unaligned lengths", ONE, (BASE, 7 * PAGE + 1, 7 * PAGE + 9, 0, 0), 0, raw=True),
    # Nothing there.
    Situation("unmapped, equal", (), (0, 4, 4, 0), lambda t: -EFAULT if t.first else 0, pages=()),
    Situation("unmapped, shrink", (), (0, 4, 2, 0), lambda t: -EFAULT if t.first else 0, pages=()),
    Situation("unmapped, grow", (), (0, 4, 8, MAYMOVE), -EFAULT, pages=()),
    Situation("unmapped, fixed", TWO[1:], (0, 4, 4, TO, FAR), -EFAULT, pages=()),
    Situation("hole below", ((4, 8, ANON, None, 0),), (0, 8, 16, MAYMOVE), -EFAULT, pages=()),
    Situation(
        "two areas, grow",
        ((0, 4, ANON, None, 0), (4, 4, SHARED, 0, None)),
        (0, 8, 16, MAYMOVE),
        -EFAULT,
    ),
    Situation(
        "two areas, fixed",
        ((0, 4, ANON, None, 0), (4, 4, SHARED, 0, None)),
        (0, 8, 8, TO, FAR),
        -EFAULT,
    ),
    Situation("past the end", ONE, (4, 8, 16, MAYMOVE), -EFAULT),
    # In place.
    Situation("equal", ONE, (0, 8, 8, 0), 0),
    Situation("equal, a part", ONE, (2, 3, 3, MAYMOVE), 2),
    Situation("shrink", ONE, (0, 8, 3, 0), 0),
    Situation("shrink the middle", ONE, (0, 4, 2, 0), 0),
    Situation("shrink a shared file", ((0, 8, SHARED, 0, None),), (0, 8, 1, 0), 0),
    Situation("shrink locked", ((0, 8, LOCKED, None, 0),), (0, 8, 3, 0), 0),
    Situation(
        "shrink over two areas", ((0, 4, ANON, None, 0), (4, 4, SHARED, 0, None)), (0, 8, 2, 0), 0
    ),
    Situation(
        "shrink below a stack", (*ONE, (300, 8, ANON | VM_GROWSDOWN, None, 1)), (0, 8, 3, 0), 0
    ),
    Situation(
        "shrink whole tables", BIG, (0, 3 * BLOCK, 1, 0), 0, pages=(0, 1, BLOCK, 2 * BLOCK + 5)
    ),
    Situation(
        "shrink a huge page's half",
        BIG,
        (0, 3 * BLOCK, BLOCK // 2, 0),
        0,
        pages=(),
        huge=(0, BLOCK),
    ),
    Situation("grow", ONE, (0, 8, 16, 0), 0),
    Situation("grow a tail", ONE, (4, 4, 9, 0), 4),
    Situation("grow locked", ((0, 8, LOCKED, None, 0),), (0, 8, 16, 0), 0),
    Situation("grow a file", ((0, 8, FILE, 0, None),), (0, 8, 16, 0), 0),
    Situation("grow up to another", (*ONE, (16, 4, SHARED, 0, None)), (0, 8, 16, 0), 0),
    Situation("grow up to its like", (*ONE, (16, 4, ANON, None, 0)), (0, 8, 16, 0), 0),
    Situation("grow an inner part", ONE, (0, 4, 8, 0), -ENOMEM),
    Situation("grow into another", (*ONE, (9, 4, SHARED, 0, None)), (0, 8, 16, 0), -ENOMEM),
    Situation(
        "grow beyond the end",
        ((0, 8, ANON, None, 0),),
        (BASE, 8 * PAGE, TASK, 0, 0),
        -ENOMEM,
        raw=True,
    ),
    # Moved where the kernel likes.
    Situation(
        "grow and move", (*ONE, (9, 4, SHARED, 0, None)), (0, 8, 16, MAYMOVE), FAR, chosen=FAR
    ),
    Situation("grow a part and move", ONE, (2, 3, 9, MAYMOVE), FAR, chosen=FAR),
    Situation(
        "no place", (*ONE, (9, 4, SHARED, 0, None)), (0, 8, 16, MAYMOVE), -ENOMEM, chosen=-ENOMEM
    ),
    Situation(
        "behind its like",
        (*ONE, (8, 1, FILE, 3, None), (FAR, 2, ANON, None, 0)),
        (0, 8, 16, MAYMOVE),
        FAR + 2,
        chosen=FAR + 2,
    ),
    Situation(
        "copy of a shared file", ((0, 8, SHARED, 0, None),), (0, 0, 8, MAYMOVE), FAR, chosen=FAR
    ),
    Situation(
        "copy of a private area",
        ONE,
        (0, 0, 8, MAYMOVE),
        lambda t: -EINVAL if t.no_copies else FAR,
        chosen=FAR,
        pages=(),
    ),
    # Moved to a place.
    Situation("fixed", ONE, (0, 8, 8, TO, FAR), FAR),
    Situation(
        "fixed over another",
        TWO,
        (0, 8, 8, TO, FAR + 2),
        FAR + 2,
        pages=(0, 3, FAR, FAR + 2, FAR + 9, FAR + 11),
    ),
    Situation(
        "fixed over two",
        (*ONE, (FAR, 2, ANON, None, 1), (FAR + 4, 9, SHARED, 0, None)),
        (0, 8, 8, TO, FAR),
        FAR,
        pages=(1, FAR, FAR + 4, FAR + 12),
    ),
    Situation("fixed and grown", TWO, (0, 8, 12, TO, FAR + 8), FAR + 8, pages=(0, 7, FAR + 15)),
    Situation("fixed and shrunk", ONE, (0, 8, 2, TO, FAR), FAR),
    Situation("the middle", ONE, (2, 3, 3, TO, FAR), FAR),
    Situation("the head", ONE, (0, 3, 3, TO, FAR), FAR),
    Situation("the tail", ONE, (5, 3, 3, TO, FAR), FAR),
    Situation("a private file", ((0, 8, FILE, 0, 0),), (0, 8, 8, TO, FAR), FAR),
    Situation("a shared file", ((0, 8, SHARED, 0, None),), (2, 4, 4, TO, FAR), FAR),
    Situation("locked", ((0, 8, LOCKED, None, 0),), (0, 8, 8, TO, FAR), FAR),
    Situation("locked, a part, grown", ((0, 8, LOCKED, None, 0),), (2, 3, 9, TO, FAR), FAR),
    Situation(
        "over a locked one",
        (*ONE, (FAR, 8, LOCKED, None, 1)),
        (0, 8, 8, TO, FAR),
        FAR,
        pages=(0, FAR, FAR + 3),
    ),
    Situation("not faulted in", ((0, 8, ANON),), (0, 8, 8, TO, FAR), FAR, pages=()),
    Situation("not faulted in, behind itself", ((0, 8, ANON),), (0, 8, 8, TO, 8), 8, pages=()),
    Situation("not faulted in, before itself", ((8, 8, ANON),), (8, 4, 4, TO, 4), 4, pages=()),
    Situation(
        "between its likes",
        (
            (0, 4, SHARED, 0, None, 4),
            (FAR, 4, SHARED, 0, None, 0),
            (FAR + 8, 4, SHARED, 0, None, 8),
        ),
        (0, 4, 4, TO, FAR + 4),
        FAR + 4,
        pages=(0, 3, FAR, FAR + 8),
    ),
    Situation(
        "before its like",
        ((0, 4, SHARED, 0, None, 4), (FAR + 8, 4, SHARED, 0, None, 8)),
        (0, 4, 4, TO, FAR + 4),
        FAR + 4,
        pages=(0, 3, FAR + 8),
    ),
    Situation(
        "with pages of KSM", ((0, 8, ANON | VM_MERGEABLE, None, 0),), (0, 8, 8, TO, FAR), FAR
    ),
    Situation(
        "whole tables",
        BIG,
        (0, 3 * BLOCK, 3 * BLOCK, TO, 64 * BLOCK),
        64 * BLOCK,
        pages=(0, BLOCK + 7, 3 * BLOCK - 1),
    ),
    Situation(
        "huge pages",
        BIG,
        (0, 3 * BLOCK, 3 * BLOCK, TO, 64 * BLOCK + 1),
        64 * BLOCK + 1,
        pages=(),
        huge=(0, 2 * BLOCK),
    ),
    Situation(
        "over huge pages",
        (*ONE, (64 * BLOCK, 2 * BLOCK, ANON, None, 1)),
        (0, 8, 8, TO, 64 * BLOCK + 9),
        64 * BLOCK + 9,
        huge=(64 * BLOCK, 65 * BLOCK),
    ),
    Situation(
        "equally misaligned",
        ((5, 2 * BLOCK, ANON, None, 0),),
        (5, 2 * BLOCK, 2 * BLOCK, TO, 64 * BLOCK + 5),
        64 * BLOCK + 5,
        pages=(5, 9, BLOCK, BLOCK + 3, 2 * BLOCK),
    ),
    # No memory in the middle: all is moved back.
    *(
        Situation(
            f"allocation {at + 1} fails",
            BIG,
            (0, 3 * BLOCK, 3 * BLOCK, TO, (64 << 18) + 1),
            -ENOMEM,
            pages=(0, 5, BLOCK + 7, 3 * BLOCK - 1),
            fails=at,
        )
        for at in range(4)
    ),
    Situation(
        "allocation fails, locked, grown",
        ((0, 2 * BLOCK, LOCKED, None, 0),),
        (0, 2 * BLOCK, 3 * BLOCK, TO, (64 << 18) + 1),
        -ENOMEM,
        pages=(0, 5, BLOCK + 7),
        fails=3,
    ),
    Situation(
        "allocation fails, a file's part",
        ((0, 2 * BLOCK, SHARED, 0, None),),
        (5, 2 * BLOCK - 9, 2 * BLOCK - 9, TO, (64 << 18) + 1),
        -ENOMEM,
        pages=(5, BLOCK + 7),
        fails=2,
    ),
    # Limits.
    Situation("too many areas", ONE, (0, 8, 8, TO, FAR), -ENOMEM, limits=Limits(areas=4)),
    Situation("nearly too many areas", ONE, (0, 8, 8, TO, FAR), _no_room, limits=Limits(areas=6)),
    Situation("areas enough", ONE, (0, 8, 8, TO, FAR), FAR, limits=Limits(areas=7)),
    Situation(
        "too many areas to shrink the middle", ONE, (0, 4, 2, 0), -ENOMEM, limits=Limits(areas=1)
    ),
    Situation(
        "too many to grow and move",
        (*ONE, (9, 4, SHARED, 0, None)),
        (0, 8, 16, MAYMOVE),
        -ENOMEM,
        chosen=FAR,
        limits=Limits(areas=5),
    ),
    Situation("space", ONE, (0, 8, 16, 0), -ENOMEM, limits=Limits(space=15 * PAGE)),
    Situation("space enough", ONE, (0, 8, 16, 0), 0, limits=Limits(space=16 * PAGE)),
    Situation(
        "locked memory",
        ((0, 8, LOCKED, None, 0),),
        (0, 8, 16, 0),
        -EAGAIN,
        limits=Limits(locked=15 * PAGE),
    ),
    Situation(
        "locked memory enough",
        ((0, 8, LOCKED, None, 0),),
        (0, 8, 16, 0),
        0,
        limits=Limits(locked=16 * PAGE),
    ),
    Situation(
        "memory",
        ONE,
        (0, 8, 16, 0),
        lambda t: -ENOMEM if t.no_copies else -EFAULT,
        limits=Limits(memory=7 * PAGE),
    ),
    Situation("memory enough", ONE, (0, 8, 16, 0), 0, limits=Limits(memory=8 * PAGE)),
    Situation(
        "memory, moved",
        ONE,
        (0, 8, 16, TO, FAR),
        lambda t: -ENOMEM if t.no_copies else -EFAULT,
        limits=Limits(memory=7 * PAGE),
    ),
    # Areas that do not grow.
    Situation(
        "may not expand", ((0, 8, FILE | VM_DONTEXPAND, 0, None),), (0, 8, 16, MAYMOVE), -EFAULT
    ),
    Situation(
        "without pages",
        ((0, 8, FILE | VM_PFNMAP | VM_IO, 0, None),),
        (0, 8, 16, MAYMOVE),
        -EFAULT,
        pages=(),
    ),
    Situation(
        "offset that wraps", ((0, 8, FILE, 0, None, (1 << 64) - 9),), (0, 8, 16, MAYMOVE), -EINVAL
    ),
    Situation(
        "hugetlbfs, grown",
        ((0, BLOCK, SHARED | VM_HUGETLB, 0, None),),
        (0, BLOCK, 2 * BLOCK, MAYMOVE),
        -EINVAL,
        pages=(),
    ),
    Situation(
        "hugetlbfs, misaligned",
        ((0, BLOCK, SHARED | VM_HUGETLB, 0, None),),
        (1, 1, 2, MAYMOVE),
        -EINVAL,
        pages=(),
    ),
    Situation(
        "sealed",
        ((0, 8, ANON | VM_SEALED, None, 0),),
        (0, 8, 16, MAYMOVE),
        lambda t: -EPERM if t.seals else 0,
    ),
    Situation(
        "over a sealed one",
        (*ONE, (FAR, 8, ANON | VM_SEALED, None, 0)),
        (0, 8, 8, TO, FAR + 2),
        -EPERM,
    ),
    # MREMAP_DONTUNMAP.
    Situation("keep without maymove", ONE, (0, 8, 8, DONTUNMAP), -EINVAL),
    Situation("keep and grow", ONE, (0, 8, 9, KEEP), -EINVAL),
    Situation("keep", ONE, (0, 8, 8, KEEP), lambda t: FAR if t.keeps else -EINVAL, chosen=FAR),
    Situation(
        "keep a part", ONE, (2, 3, 3, KEEP), lambda t: FAR if t.keeps else -EINVAL, chosen=FAR
    ),
    Situation(
        "keep, fixed over another",
        TWO,
        (0, 8, 8, KEEP | FIXED, FAR),
        lambda t: FAR if t.keeps else -EINVAL,
        pages=(0, 3, FAR, FAR + 9),
    ),
    Situation(
        "keep locked",
        ((0, 8, LOCKED, None, 0),),
        (0, 8, 8, KEEP),
        lambda t: FAR if t.keeps else -EINVAL,
        chosen=FAR,
    ),
    Situation(
        "keep, not faulted in, behind itself",
        ((0, 8, ANON),),
        (0, 8, 8, KEEP | FIXED, 8),
        lambda t: 8 if t.keeps else -EINVAL,
        pages=(),
    ),
    Situation(
        "keep a file",
        ((0, 8, SHARED, 0, None),),
        (0, 8, 8, KEEP),
        lambda t: FAR if t.keeps_all else -EINVAL,
        chosen=FAR,
    ),
    Situation(
        "keep, space",
        ONE,
        (0, 8, 8, KEEP),
        lambda t: -ENOMEM if t.keeps else -EINVAL,
        chosen=FAR,
        limits=Limits(space=15 * PAGE),
    ),
    Situation(
        "keep, memory",
        ONE,
        (0, 8, 8, KEEP),
        lambda t: -ENOMEM if t.keeps else -EINVAL,
        chosen=FAR,
        limits=Limits(memory=7 * PAGE),
    ),
)


# --- run, and what must be then ----------------------------------------------------------------

# What a page is of: flags, file and offset in it; and what is at an address: kind and number.
Pages: TypeAlias = dict[int, tuple[object, ...]]


def prepare(ran: Kernel, one: Situation) -> tuple[int, ...]:
    """Bring a state to where the system call begins; return its arguments in bytes."""
    state = ran.state
    state.renew()
    for at, count, flags, *more in one.areas:
        assert at is not None
        assert count is not None
        assert flags is not None
        file, anon, pgoff = [*more, *(None, None, None)[len(more) :]]
        start = BASE + at * PAGE
        if pgoff is None:
            pgoff = 0 if file is not None else start // PAGE
        areas.map_area(state, start, start + count * PAGE, flags, file=file, pgoff=pgoff, anon=anon)
    bits = (DIRTY | WRITE, YOUNG, 0)
    there = [(BASE + at * PAGE, Kind.PAGE, bits[at % 3]) for at in one.pages if _stands(one, at)]
    whole = [(BASE + at * PAGE, Kind.HUGE, DIRTY) for at in one.huge]
    populate.build(state, [*there, *whole])
    state.events.clear()
    state.limits, state.fails = one.limits, one.fails
    if one.chosen is not None:
        state.chosen = one.chosen if one.chosen < 0 else BASE + one.chosen * PAGE
    if one.raw:
        return tuple(each & X86_64.word_mask for each in one.call)
    address, old, new, flags, *target = one.call
    to = BASE + target[0] * PAGE if target else 0
    return BASE + address * PAGE, old * PAGE, new * PAGE, flags, to


def _stands(one: Situation, page: int) -> bool:
    return any(area[0] <= page < area[0] + area[1] for area in one.areas)  # type: ignore[operator]


def run(ran: Kernel, one: Situation) -> Outcome:
    """Make the call, and check what must hold behind it."""
    arguments = prepare(ran, one)
    before = tuple(ran.state.held)
    outcome = ran.program.call("sys_mremap", *arguments)
    locking.check_none_held(ran.state, before)
    tlb.at_end(ran.state)
    notifier.check_none_open(ran.state)
    return outcome


def expected(one: Situation, traits: Traits) -> int:
    """What the call must return: an address, or a negative errno."""
    value = one.expected if isinstance(one.expected, int) else one.expected(traits)
    return value if value < 0 else BASE + value * PAGE


def mapped(ran: Kernel) -> Pages:
    """What each page of the address space is of: flags, file and offset.

    Where VM_ACCOUNT is follows from what is counted, which invariants look at.
    """
    return {
        row.start + at * PAGE: (
            row.flags & ~VM_ACCOUNT,
            row.file,
            row.file is not None and row.pgoff + at,
        )
        for row in areas.layout(ran.state)
        for at in range((row.end - row.start) // PAGE)
    }


def moved(before: Pages, arguments: tuple[int, ...], result: int) -> Pages:
    """What each page must be of after a call that went well: known without any kernel."""
    address, old, new, flags, _ = arguments
    old, new = (-(-size // PAGE) * PAGE for size in (old, new))
    if address not in before:
        return before
    after = {at: page for at, page in before.items() if not result <= at < result + new}
    for at in range(address, address + old, PAGE):
        if flags & DONTUNMAP:
            kept, *rest = before[at]
            assert isinstance(kept, int)
            after[at] = (kept & ~VM_LOCKED, *rest)
        else:
            after.pop(at, None)
    kind, file, offset = before[address]
    for page in range(new // PAGE):
        assert isinstance(offset, int)
        after[result + page * PAGE] = (kind, file, file is not None and offset + page)
    return after


def carried(before: Pages, arguments: tuple[int, ...], result: int) -> Pages:
    """What must be mapped at each address after a call that went well."""
    address, old, new, _, _ = arguments
    old, new = (-(-size // PAGE) * PAGE for size in (old, new))
    gone = (range(result, result + new), range(address, address + old))
    after = {at: page for at, page in before.items() if not any(at in one for one in gone)}
    stay = range(address, address + min(old, new))
    return after | {at - address + result: page for at, page in before.items() if at in stay}
