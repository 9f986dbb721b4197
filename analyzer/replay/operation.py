"""What a recorded trace is made of: one operation on an address space, in every format alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Call(Enum):
    """What was called. ``TOUCH`` stands for calls that show a buffer was read or written."""

    MMAP = "mmap"
    MUNMAP = "munmap"
    MREMAP = "mremap"
    MPROTECT = "mprotect"
    BRK = "brk"
    MADVISE = "madvise"
    MLOCK = "mlock"
    MUNLOCK = "munlock"
    TOUCH = "touch"
    CLONE = "clone"
    EXEC = "exec"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of one task. ``None`` is what the format cannot show: never zero.

    ``line`` is that of the log, from 1, where the call began. ``task`` is the thread's id as the
    log has it (0 where it has none). ``arguments`` are the system call's own, in its order, as
    unsigned words: mmap (address, length, prot, flags, fd, offset in bytes), munmap (address,
    length), mremap (address, old length, new length, flags, new address), mprotect (address,
    length, prot), brk (address), madvise (address, length, advice), mlock and munlock (address,
    length), touch (address, length), clone (CLONE_ flags), exec (), exit ()
    (exit_group is an exit of every thread: its argument is 1, that of a single thread 0).
    ``result`` is what was returned, an errno as a negative number (-22); clone's is the child's
    id. ``time`` is in seconds, from whatever the format counts from.
    """

    line: int
    task: int
    call: Call
    arguments: tuple[int | None, ...]
    result: int | None
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a log that could not be read, or a call that never came back, and why."""

    line: int
    text: str
    why: str
