"""What goes wrong: on the user's side, at a limit of ours, or in the kernel that is modelled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class AnalyzerError(Exception):
    """Input that cannot be read, or a limit of this tool. Caught once, in ``cli``.

    The message is one line: ``where: what; what to do``.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what = what
        self.where = where
        self.todo = todo
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line}; {todo}" if todo else line)


class NotRepairedError(AnalyzerError):
    """A repaired patch was asked for and cannot be had honestly."""

    def __init__(self, what: str, *, where: str) -> None:
        todo = "give the tree that the patch is for with --target, or fetch the patch again"
        super().__init__(f"not written: {what}", where=where, todo=todo)


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A place in a C function that ran: lines from 1, columns in bytes from 0, None if unknown."""

    path: str
    line: int | None
    column: int | None
    function: str


class FaultKind(Enum):
    """What a kernel dies of, or warns about."""

    NULL = "null-access"
    WILD = "wild-access"
    BOUNDS = "out-of-bounds"
    UNINITIALISED = "uninitialised-read"
    UNRELATED = "unrelated-pointers"
    CONTAINER = "not-a-member"
    READ_ONLY = "read-only"
    DIVISION = "division"
    SHIFT = "shift"
    NOT_HELD = "lock-not-held"
    STILL_HELD = "lock-still-held"
    DEADLOCK = "deadlock"
    NESTING = "lock-nesting"
    ORDER = "lock-order"
    SLEEPS = "sleep-under-spinlock"
    UNGUARDED = "entry-without-its-lock"
    STALE_TLB = "stale-translation"
    TABLE = "no-page-table"
    LOST = "entry-lost"
    NOTIFIER = "notifier-range"
    INVARIANT = "broken-invariant"
    BUG = "bug"
    WARNING = "warning"


class KernelFault(Exception):  # noqa: N818 - it is the kernel's fault, no error of ours
    """What the modelled kernel would have died of or warned about. Caught only by the engines.

    ``place`` is the line of C, filled in where the translated code was called from outside.
    """

    def __init__(self, kind: FaultKind, what: str) -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.place: CodePlace | None = None


class Stopped(Exception):  # noqa: N818 - a run that ended early is an outcome
    """A run reached something that we cannot do: a budget, a callee that nobody modelled."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
