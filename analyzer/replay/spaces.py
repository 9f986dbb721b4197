"""The processes of a trace: which task has which address space."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from analyzer.replay.apply import apply
from analyzer.replay.operation import Call, Operation
from analyzer.replay.population import DEFAULT, Populate
from analyzer.replay.space import Space
from analyzer.replay.tally import Tally
from analyzer.replay.vmbits import CLONE_THREAD, CLONE_VM

# A copied address space costs time, and memory as long as the child lives. These are the most rows
# (areas, runs of pages, files) times the processes that live, and the most rows in all.
_MOST_ALIVE, _MOST_COPIED = 1_000_000, 10_000_000
# So many of the processes are asked whether an unknown task's address is theirs.
_MOST_ASKED = 64
_ADDRESSED = frozenset(
    (Call.MUNMAP, Call.MREMAP, Call.MPROTECT, Call.MADVISE, Call.MLOCK, Call.MUNLOCK, Call.TOUCH)
)


@dataclass(slots=True, eq=False)
class Process:
    """Threads of one group. ``number`` is the first one's; vfork's child shares its ``space``."""

    number: int
    space: Space
    tasks: set[int] = field(default_factory=set)


class Spaces:
    """Every process that lives; those that exited are dropped. The counts are of all together."""

    def __init__(self, populate: Populate = DEFAULT, *, page_size: int = 4096) -> None:
        self.populate = populate
        self.page_size = page_size
        self.assumed = Tally()
        self.refused = Tally()
        self._copied = 0
        self._tasks: dict[int, Process] = {}
        # In the order in which they were made.
        self._processes: dict[int, Process] = {}

    def processes(self) -> tuple[Process, ...]:
        """Those that live, in the order in which they were first seen."""
        return tuple(self._processes.values())

    def take(self, operation: Operation) -> Process | None:
        """Apply a call, if it is no mremap(); the process that it was made in.

        An mremap() is left to the caller, since what it does is for kernels to say. None is for a
        task that ends without having done anything.
        """
        if operation.call is Call.EXIT:
            return self._exit(operation)
        process = self._process_of(operation)
        match operation.call:
            case Call.CLONE:
                self._clone(process, operation)
            case Call.EXEC:
                self._exec(process, operation)
            case Call.MREMAP:
                pass
            case _:
                apply(process.space, operation)
        return process

    # --- tasks ---------------------------------------------------------------------------------

    def _process_of(self, operation: Operation) -> Process:
        found = self._tasks.get(operation.task)
        if found is None:
            found = self._unknown(operation)
            self._join(found, operation.task)
        return found

    def _unknown(self, operation: Operation) -> Process:
        """The process of a task of which the log shows no clone.

        What asks for the break first, or begins with execve(), is a program of its own, as its
        loader does; anything else is taken as a thread: of the process that has the address mapped
        which it names, or else of the last.
        """
        starts = operation.call is Call.EXEC or (
            operation.call is Call.BRK and operation.arguments[:1] == (0,)
        )
        if starts or not self._processes:
            return self._made(operation.task, self._space())
        self.assumed.note(
            "a task of which the log shows no clone is taken as a thread", operation.line
        )
        last = list(islice(reversed(self._processes.values()), _MOST_ASKED))
        address = operation.arguments[0] if operation.arguments else None
        if operation.call in _ADDRESSED and address is not None:
            for one in last:
                if one.space.overlapping(address, address + 1):
                    return one
        return last[0]

    def _space(self) -> Space:
        return Space(
            self.populate, page_size=self.page_size, assumed=self.assumed, refused=self.refused
        )

    def _made(self, number: int, space: Space) -> Process:
        if number in self._processes:
            # Its number was given out again: that it had ended, the log does not show.
            for task in self._processes[number].tasks:
                del self._tasks[task]
            del self._processes[number]
        self._processes[number] = Process(number, space)
        return self._processes[number]

    def _join(self, process: Process, task: int) -> None:
        self._leave(task)
        process.tasks.add(task)
        self._tasks[task] = process

    def _leave(self, task: int) -> None:
        process = self._tasks.pop(task, None)
        if process is not None:
            process.tasks.discard(task)
            if not process.tasks and self._processes.get(process.number) is process:
                del self._processes[process.number]

    # --- calls ---------------------------------------------------------------------------------

    def _clone(self, parent: Process, operation: Operation) -> None:
        child = operation.result
        flags = operation.arguments[0] if operation.arguments else None
        if child is None or flags is None:
            what = "which child it made" if child is None else "its flags"
            self.refused.note(f"clone: the log does not show {what}", operation.line)
        elif child <= 0:
            return
        elif flags & CLONE_THREAD:
            self._join(parent, child)
        elif flags & CLONE_VM:
            self._begin(child, parent.space)
        elif not self._is_affordable(parent.space.rows):
            self.refused.note(
                "clone: more and larger processes than are followed: the child begins empty",
                operation.line,
            )
            self._begin(child, self._space())
        else:
            self._fork(parent, child, operation.line)

    def _is_affordable(self, rows: int) -> bool:
        self._copied += rows
        return len(self._processes) * rows <= _MOST_ALIVE and self._copied <= _MOST_COPIED

    def _fork(self, parent: Process, child: int, line: int) -> None:
        if self._tasks.get(child) is parent:
            self.assumed.note(
                "a child did something before its fork came back: until then it is taken as a "
                "thread, and what it did as done by both",
                line,
            )
        self._begin(child, parent.space.fork())

    def _begin(self, task: int, space: Space) -> None:
        self._leave(task)
        self._join(self._made(task, space), task)

    def _exec(self, process: Process, operation: Operation) -> None:
        """A new program: no other thread is left, and the caller has the first one's number."""
        if operation.result is None:
            self.refused.note("exec: the log does not show what it returned", operation.line)
        elif operation.result >= 0:
            for task in tuple(process.tasks):
                self._leave(task)
            made = self._made(process.number, self._space())
            for task in {operation.task, process.number}:
                self._join(made, task)

    def _exit(self, operation: Operation) -> Process | None:
        process = self._tasks.get(operation.task)
        if process is not None:
            group = operation.arguments[:1] == (1,)
            for task in tuple(process.tasks) if group else (operation.task,):
                self._leave(task)
        return process
