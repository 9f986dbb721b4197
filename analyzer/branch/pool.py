"""Processes that review commits side by side. One that dies is one commit's failure, no more.

An executor of the standard library gives everything up when one of its processes dies, and cannot
say which commit it was at; here each process has a pipe of its own.
"""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from analyzer.branch.task import Task
from analyzer.branch.worker import serve
from analyzer.errors import AnalyzerError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

# What a process that was told to end may take, in seconds.
_PATIENCE = 2.0
# What a process learns of files it remembers; after so many commits another begins anew.
_RETIRED = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What a review came to: a report, or why there is none; ``broke``: we are to blame."""

    task: Task
    report: str = ""
    why: str = ""
    broke: bool = False


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    connection: Connection
    task: Task
    given: int = 0


def answers(tasks: deque[Task], jobs: int, told: str) -> Generator[Answer]:
    """The answers as they come; tasks that are added meanwhile are done too.

    Processes are started as they are needed, at most ``jobs`` at a time. They are ended in any
    case when the iterator is closed.
    """
    busy: list[_Worker] = []
    idle: list[_Worker] = []
    try:
        while tasks or busy:
            while tasks and len(busy) < jobs:
                busy.append(_given(tasks.popleft(), idle, told))
            ready = wait([one.connection for one in busy])
            for worker in [one for one in busy if one.connection in ready]:
                busy.remove(worker)
                answer, alive = _answer(worker)
                if alive and worker.given < _RETIRED:
                    idle.append(worker)
                elif alive:
                    _end([worker])
                yield answer
    finally:
        _end([*busy, *idle])


def _given(task: Task, idle: list[_Worker], told: str) -> _Worker:
    """A worker that is at the task: an idle one, or a new one."""
    worker = idle.pop() if idle else _started(task, told)
    worker.task = task
    worker.given += 1
    asked = {"commit": task.commit, "before": task.before, "after": task.after}
    # One that died meanwhile is found out when its answer is waited for.
    with contextlib.suppress(OSError):
        worker.connection.send_bytes(json.dumps(asked).encode())
    return worker


def _started(task: Task, told: str) -> _Worker:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, told), daemon=True)
    try:
        with _deaf():
            process.start()
    except OSError as error:
        what = f"no process can be started: {error.strerror}"
        raise AnalyzerError(what, todo="try fewer with --jobs") from None
    theirs.close()
    return _Worker(process, ours, task)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Whatever is started within hears no Ctrl-C: that is for the process that started it.

    There it waits until the end of the block, and is not lost.
    """
    # A tracker that is started later takes the block away again (Python before 3.13).
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _kept_waiting():
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _kept_waiting() -> Iterator[None]:
    """A Ctrl-C that another thread of ours hears, which draws the bar, comes at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        for number in heard[:1]:
            signal.raise_signal(number)


def _answer(worker: _Worker) -> tuple[Answer, bool]:
    """What a worker says, and whether it is still there."""
    try:
        said = json.loads(worker.connection.recv_bytes())
    except (EOFError, OSError):
        return Answer(worker.task, why=_death(worker), broke=True), False
    if "report" in said:
        return Answer(worker.task, report=said["report"]), True
    if "failed" in said:
        return Answer(worker.task, why=said["failed"]), True
    return Answer(worker.task, why=f"a bug of the tool: {said['broke']}", broke=True), True


def _death(worker: _Worker) -> str:
    """How a process ended that gave no answer."""
    worker.process.join(_PATIENCE)
    worker.connection.close()
    code = worker.process.exitcode
    if code is None:
        worker.process.kill()
        return "its process closed its pipe"
    if code >= 0:
        return f"its process ended by itself, with exit code {code}"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
        memory = "; is there memory enough?" if -code == signal.SIGKILL else ""
        return f"its process was ended by {name}{memory}"
    return f"its process was ended by signal {-code}"


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.connection.close()
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
