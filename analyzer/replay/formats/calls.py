"""The system calls that a replay is interested in, and what each of them tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from analyzer.replay.formats import constants
from analyzer.replay.formats.constants import Names
from analyzer.replay.operation import Call, Operation, Unread

Entry = Operation | Unread

# So much of a line is kept for whoever wants to know what was not read.
_SHOWN = 200
_INT = 1 << 31


class Sort(Enum):
    """What becomes of a call that has come back."""

    PLAIN = "its arguments are the operation's"
    KEY = "the last argument must be -1"
    TOUCH = "so many bytes of its buffer as it returns were touched"
    CHILD = "its first argument are the flags that a child was made with"
    FOREIGN = "changes the address space in a way that nobody replays"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: what tracepoints call it, and the names of its flags if it has any.

    With ``narrow`` it is an int, which a log may show as a word of 32 bits.
    """

    names: tuple[str, ...]
    words: Names | None = None
    narrow: bool = False

    def value(self, text: str) -> int:
        """What a log shows for it, as an unsigned word. Raises ``UnknownNameError``."""
        value = constants.number(text) if self.words is None else self.words.word(text)
        return self.fit(value) if self.narrow else value

    def fit(self, value: int) -> int:
        """An unsigned word with its sign where it belongs."""
        if self.narrow and _INT <= value < 2 * _INT:
            return value + constants.WORD - 2 * _INT
        return value


@dataclass(frozen=True, slots=True)
class Syscall:
    """A system call by its name in a log. ``given`` stands for arguments that it does not have."""

    name: str
    call: Call | None
    parameters: tuple[Parameter, ...] = ()
    sort: Sort = Sort.PLAIN
    given: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that has begun: its arguments as far as the log shows them."""

    line: int
    task: int
    syscall: Syscall
    values: tuple[int | None, ...]
    text: bytes
    time: float | None = None
    file: str | None = None

    def known(self, values: tuple[int | None, ...], file: str | None) -> Begun:
        """The same call, with all that the log shows of it."""
        return Begun(self.line, self.task, self.syscall, values, self.text, self.time, file)


def unread(line: int, text: bytes, why: str) -> Unread:
    """A line that is not read, shown in part."""
    return Unread(line, text[:_SHOWN].decode("utf-8", "backslashreplace"), why)


def finish(begun: Begun, result: int | None) -> Entry | None:
    """What a call that has come back is; None where it tells nothing."""
    match begun.syscall.sort:
        case Sort.PLAIN:
            return _operation(begun, begun.syscall.given or begun.values, result)
        case Sort.KEY:
            return _keyed(begun, result)
        case Sort.TOUCH:
            return _touched(begun, result)
        case Sort.CHILD:
            return _child(begun, result)
        case Sort.FOREIGN:
            return _foreign(begun, result)


def _operation(begun: Begun, values: tuple[int | None, ...], result: int | None) -> Operation:
    call = begun.syscall.call
    if call is None:
        raise ValueError(f"{begun.syscall.name} is no operation")
    return Operation(begun.line, begun.task, call, values, result, begun.time, begun.file)


def _keyed(begun: Begun, result: int | None) -> Entry:
    *values, key = begun.values
    if key != constants.WORD - 1 and not _failed(result):
        return unread(begun.line, begun.text, "protection keys are not replayed")
    return _operation(begun, tuple(values), result)


def _touched(begun: Begun, result: int | None) -> Entry | None:
    buffer = begun.values[-1]
    if buffer is None or result is None or result <= 0:
        return None
    return _operation(begun, (buffer, result), 0)


def _child(begun: Begun, result: int | None) -> Entry | None:
    if result == 0:
        # The child comes back from the call as well, and there it returns 0.
        return None
    given = begun.syscall.given or begun.values
    flags = given[0] if given else None
    bare = None if flags is None else flags & ~constants.SIGNAL_BITS
    return _operation(begun, (bare,), result)


def _foreign(begun: Begun, result: int | None) -> Entry | None:
    if _failed(result):
        return None
    return unread(begun.line, begun.text, f"{begun.syscall.name}() is not replayed")


def _failed(result: int | None) -> bool:
    return result is not None and result < 0


_ADDRESS = Parameter(("addr", "start"))
_LENGTH = Parameter(("len", "len_in"))
_PROT = Parameter(("prot",), constants.PROT)
_FD = Parameter(("fd",), narrow=True)
_MMAP = (
    _ADDRESS,
    _LENGTH,
    _PROT,
    Parameter(("flags",), constants.MAP),
    _FD,
    Parameter(("off", "offset")),
)
_MREMAP = (
    _ADDRESS,
    Parameter(("old_len",)),
    Parameter(("new_len",)),
    Parameter(("flags",), constants.MREMAP),
    Parameter(("new_addr",)),
)
_CLONE = (Parameter(("clone_flags", "flags"), constants.CLONE),)
_SECOND = (_FD, Parameter(("buf", "ubuf", "buff")))
_FIRST = (Parameter(("buf", "ubuf")),)
_RANGE = (_ADDRESS, _LENGTH)

_ALL = (
    Syscall("mmap", Call.MMAP, _MMAP),
    Syscall("mmap2", Call.MMAP, _MMAP),
    Syscall("munmap", Call.MUNMAP, _RANGE),
    Syscall("mremap", Call.MREMAP, _MREMAP),
    Syscall("mprotect", Call.MPROTECT, (*_RANGE, _PROT)),
    Syscall(
        "pkey_mprotect",
        Call.MPROTECT,
        (*_RANGE, _PROT, Parameter(("pkey",), narrow=True)),
        Sort.KEY,
    ),
    Syscall("brk", Call.BRK, (Parameter(("brk",)),)),
    Syscall(
        "madvise", Call.MADVISE, (*_RANGE, Parameter(("behavior", "advice"), constants.ADVICE))
    ),
    Syscall("mlock", Call.MLOCK, _RANGE),
    Syscall("mlock2", Call.MLOCK2, (*_RANGE, Parameter(("flags",), constants.MLOCK))),
    Syscall("munlock", Call.MUNLOCK, _RANGE),
    Syscall("mlockall", Call.MLOCKALL, (Parameter(("flags",), constants.MCL),)),
    Syscall("munlockall", Call.MUNLOCKALL),
    *(
        Syscall(name, Call.TOUCH, _SECOND, Sort.TOUCH)
        for name in ("read", "pread64", "recvfrom", "write", "pwrite64", "sendto")
    ),
    Syscall("getrandom", Call.TOUCH, _FIRST, Sort.TOUCH),
    Syscall("fork", Call.CLONE, (), Sort.CHILD, (0,)),
    Syscall("vfork", Call.CLONE, (), Sort.CHILD, (constants.VFORK,)),
    Syscall("clone", Call.CLONE, _CLONE, Sort.CHILD),
    Syscall("clone3", Call.CLONE, (), Sort.CHILD),
    Syscall("execve", Call.EXEC),
    Syscall("execveat", Call.EXEC),
    Syscall("exit", Call.EXIT, (), Sort.PLAIN, (0,)),
    Syscall("exit_group", Call.EXIT, (), Sort.PLAIN, (1,)),
    *(
        Syscall(name, None, (), Sort.FOREIGN)
        for name in (
            "shmat",
            "shmdt",
            "remap_file_pages",
            "mseal",
            "io_setup",
            "io_destroy",
            "map_shadow_stack",
            "process_madvise",
        )
    ),
)
SYSCALLS = {one.name: one for one in _ALL}
# The calls that do not come back.
GONE = frozenset(("exit", "exit_group"))
