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
    MLOCK2 = "mlock2"
    MLOCKALL = "mlockall"
    MUNLOCKALL = "munlockall"
    TOUCH = "touch"
    CLONE = "clone"
    EXEC = "exec"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of one task. ``None`` is what the format cannot show: never zero.

    ``line`` is that of the log, from 1, where the call began. ``task`` is the thread's id as the
    log has it (0 where it has none). ``arguments`` are the system call's own, in its order, as
    unsigned words of 64 bits: mmap (address, length, prot, flags, fd, offset in bytes), munmap
    (address, length), mremap (address, old length, new length, flags, new address), mprotect
    (address, length, prot), brk (address), madvise (address, length, advice), mlock and munlock
    (address, length), mlock2 (address, length, MLOCK_ flags), mlockall (MCL_ flags), munlockall (),
    touch (address, length), clone (CLONE_ flags, without the exit signal), exec (), exit (one
    that is 1 for exit_group(), an exit of every thread, and 0 for a single thread's).
    ``result`` is what was returned, an errno as a negative number (-22); clone's is the child's
    id. A call that a signal cut short has -512 to -516 (ERESTARTSYS and its like) and did nothing.
    ``time`` is in seconds, from whatever the format counts from. ``file`` is the path that the log
    shows for mmap's descriptor.

    Operations come in an order in which the kernel can have done them, which is not always that of
    ``line``. A thread may exit twice: by its call, and when the log says that it is gone.
    """

    line: int
    task: int
    call: Call
    arguments: tuple[int | None, ...]
    result: int | None
    time: float | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a log that could not be read, or a call that never came back, and why."""

    line: int
    text: str
    why: str
