"""The constants that a log names: their numbers in asm-generic, which is x86's and arm64's too."""

from __future__ import annotations

from collections.abc import Mapping

WORD = 1 << 64
_BITS = 64
# Words of flags are few; a log that holds more of them, or longer ones, was not made by a tracer.
_MOST_WORDS = 4096
_LONGEST = 1024


class UnknownNameError(Exception):
    """A constant whose number we do not know, or text that is no number: its argument."""


def number(text: str) -> int:
    """A number as logs write them, as an unsigned word. Raises ``UnknownNameError``."""
    if text == "NULL":
        return 0
    try:
        value = int(text, 16) if text[:2] == "0x" else int(text)
    except ValueError:
        raise UnknownNameError(text) from None
    if not -(WORD >> 1) <= value < WORD:
        raise UnknownNameError(text)
    return value % WORD


class Names:
    """The names of one kind of flags, and what they are worth; words once read are remembered."""

    def __init__(self, prefix: str, numbers: Mapping[str, int]) -> None:
        self.prefix = prefix
        self.numbers = numbers
        self._read: dict[str, int] = {}

    def word(self, text: str) -> int:
        """A word of flags: names (with or without the prefix), numbers, or both.

        Bits without a name stay. Raises ``UnknownNameError`` for a name that is not known.
        """
        value = self._read.get(text)
        if value is None:
            value = self._word(text)
            if len(self._read) < _MOST_WORDS:
                self._read[text] = value
        return value

    def _word(self, text: str) -> int:
        if len(text) > _LONGEST:
            raise UnknownNameError(f"{text[:40]}...")
        value = 0
        for part in _uncommented(text).split("|"):
            value |= self._part(part.strip())
        return value

    def _part(self, part: str) -> int:
        count, shift, unit = part.partition("<<")
        if shift:
            by = self.numbers.get(unit)
            if by is None or by >= _BITS:
                raise UnknownNameError(part)
            return (number(count) << by) % WORD
        for name in (part, self.prefix + part):
            if name in self.numbers:
                return self.numbers[name]
        # clone()'s flags end in the signal of the child's exit, which is none of them.
        return 0 if self.prefix == "CLONE_" and part.startswith("SIG") else number(part)


def _uncommented(text: str) -> str:
    """Without the names that strace puts behind a number: ``0x7 /* A|B */|17 /* C */``."""
    while (start := text.find("/*")) >= 0:
        end = text.find("*/", start)
        if end < 0:
            raise UnknownNameError(text)
        text = text[:start] + text[end + 2 :]
    return text


# include/uapi/asm-generic/mman-common.h, mman.h; PROT_BTI and PROT_MTE are arm64's.
PROT = Names(
    "PROT_",
    {
        "PROT_NONE": 0,
        "PROT_READ": 0x1,
        "PROT_WRITE": 0x2,
        "PROT_EXEC": 0x4,
        "PROT_SEM": 0x8,
        "PROT_BTI": 0x10,
        "PROT_MTE": 0x20,
        "PROT_GROWSDOWN": 0x01000000,
        "PROT_GROWSUP": 0x02000000,
    },
)
MAP = Names(
    "MAP_",
    {
        "MAP_FILE": 0,
        "MAP_SHARED": 0x1,
        "MAP_PRIVATE": 0x2,
        "MAP_SHARED_VALIDATE": 0x3,
        "MAP_DROPPABLE": 0x8,
        "MAP_FIXED": 0x10,
        "MAP_ANONYMOUS": 0x20,
        "MAP_ANON": 0x20,
        "MAP_32BIT": 0x40,
        "MAP_ABOVE4G": 0x80,
        "MAP_GROWSDOWN": 0x100,
        "MAP_DENYWRITE": 0x800,
        "MAP_EXECUTABLE": 0x1000,
        "MAP_LOCKED": 0x2000,
        "MAP_NORESERVE": 0x4000,
        "MAP_POPULATE": 0x8000,
        "MAP_NONBLOCK": 0x10000,
        "MAP_STACK": 0x20000,
        "MAP_HUGETLB": 0x40000,
        "MAP_SYNC": 0x80000,
        "MAP_FIXED_NOREPLACE": 0x100000,
        "MAP_UNINITIALIZED": 0x4000000,
        # A number of bits of the page's size, shifted: strace writes 21<<MAP_HUGE_SHIFT.
        "MAP_HUGE_SHIFT": 26,
        "MAP_HUGE_2MB": 21 << 26,
        "MAP_HUGE_1GB": 30 << 26,
    },
)
# include/uapi/linux/mman.h
MREMAP = Names("MREMAP_", {"MREMAP_MAYMOVE": 1, "MREMAP_FIXED": 2, "MREMAP_DONTUNMAP": 4})
MLOCK = Names("MLOCK_", {"MLOCK_ONFAULT": 1})
MCL = Names("MCL_", {"MCL_CURRENT": 1, "MCL_FUTURE": 2, "MCL_ONFAULT": 4})
ADVICE = Names(
    "MADV_",
    {
        "MADV_NORMAL": 0,
        "MADV_RANDOM": 1,
        "MADV_SEQUENTIAL": 2,
        "MADV_WILLNEED": 3,
        "MADV_DONTNEED": 4,
        "MADV_FREE": 8,
        "MADV_REMOVE": 9,
        "MADV_DONTFORK": 10,
        "MADV_DOFORK": 11,
        "MADV_MERGEABLE": 12,
        "MADV_UNMERGEABLE": 13,
        "MADV_HUGEPAGE": 14,
        "MADV_NOHUGEPAGE": 15,
        "MADV_DONTDUMP": 16,
        "MADV_DODUMP": 17,
        "MADV_WIPEONFORK": 18,
        "MADV_KEEPONFORK": 19,
        "MADV_COLD": 20,
        "MADV_PAGEOUT": 21,
        "MADV_POPULATE_READ": 22,
        "MADV_POPULATE_WRITE": 23,
        "MADV_DONTNEED_LOCKED": 24,
        "MADV_COLLAPSE": 25,
        "MADV_HWPOISON": 100,
        "MADV_SOFT_OFFLINE": 101,
        "MADV_GUARD_INSTALL": 102,
        "MADV_GUARD_REMOVE": 103,
    },
)
# include/uapi/linux/sched.h
CLONE = Names(
    "CLONE_",
    {
        "CLONE_NEWTIME": 0x80,
        "CLONE_VM": 0x100,
        "CLONE_FS": 0x200,
        "CLONE_FILES": 0x400,
        "CLONE_SIGHAND": 0x800,
        "CLONE_PIDFD": 0x1000,
        "CLONE_PTRACE": 0x2000,
        "CLONE_VFORK": 0x4000,
        "CLONE_PARENT": 0x8000,
        "CLONE_THREAD": 0x10000,
        "CLONE_NEWNS": 0x20000,
        "CLONE_SYSVSEM": 0x40000,
        "CLONE_SETTLS": 0x80000,
        "CLONE_PARENT_SETTID": 0x100000,
        "CLONE_CHILD_CLEARTID": 0x200000,
        "CLONE_DETACHED": 0x400000,
        "CLONE_UNTRACED": 0x800000,
        "CLONE_CHILD_SETTID": 0x1000000,
        "CLONE_NEWCGROUP": 0x2000000,
        "CLONE_NEWUTS": 0x4000000,
        "CLONE_NEWIPC": 0x8000000,
        "CLONE_NEWUSER": 0x10000000,
        "CLONE_NEWPID": 0x20000000,
        "CLONE_NEWNET": 0x40000000,
        "CLONE_IO": 0x80000000,
        "CLONE_CLEAR_SIGHAND": 0x100000000,
        "CLONE_INTO_CGROUP": 0x200000000,
    },
)
# The low byte of clone()'s flags is the signal that the child sends when it exits (CSIGNAL).
SIGNAL_BITS = 0xFF
VFORK = CLONE.word("CLONE_VM|CLONE_VFORK")
