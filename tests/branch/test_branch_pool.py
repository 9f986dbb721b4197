"""Processes that review: what one's end does, and does not do, to the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from contextlib import closing

from analyzer.branch.pool import answers
from analyzer.branch.request import BranchRequest
from analyzer.branch.task import Task
from analyzer.branch.worker import packed
from tests.branch.conftest import World


def _tasks(world: World, *at: int) -> deque[Task]:
    return deque(Task(one, world.release[one], (), (), f"key {one}") for one in at)


def _told(world: World) -> str:
    upstream = str(world.top / "upstream")
    return packed(BranchRequest(str(world.top / "release"), "", upstream=upstream))


def _kill_the_first() -> None:
    while not multiprocessing.active_children():
        time.sleep(0.005)
    for process in multiprocessing.active_children():
        os.kill(process.pid or 0, signal.SIGKILL)


def test_one_that_is_killed_costs_one_commit(world: World) -> None:
    killer = threading.Thread(target=_kill_the_first)
    killer.start()
    with closing(answers(_tasks(world, 1, 6), 1, _told(world))) as told:
        found = list(told)
    killer.join()
    assert [(one.task.at, one.why, one.broke, bool(one.report)) for one in found] == [
        (1, "its process was ended by SIGKILL; is there memory enough?", True, False),
        (6, "", False, True),
    ]
    assert multiprocessing.active_children() == []


def test_one_that_ends_by_itself_says_so(world: World) -> None:
    (found,) = answers(_tasks(world, 1), 1, "no JSON")
    assert (found.why, found.broke) == ("its process ended by itself, with exit code 1", True)


def test_a_bug_is_the_tools_and_bad_input_is_not(world: World) -> None:
    wrong = deque([Task(1, "0" * 40, (), (), ""), Task(2, "", (), (), "")])
    broken = _told(world).replace('"architectures": []', '"architectures": 3')
    (first, second) = sorted(answers(wrong, 1, _told(world)), key=lambda one: one.task.at)
    assert (first.broke, second.broke) == (False, False)
    assert "names no commit here" in first.why
    (bug,) = answers(_tasks(world, 1), 1, broken)
    assert bug.broke
    assert bug.why.startswith("a bug of the tool: TypeError: 'int' object is not iterable (worker")


def test_leaving_early_ends_all(world: World) -> None:
    told = answers(_tasks(world, 1, 6), 2, _told(world))
    next(told)
    told.close()
    assert multiprocessing.active_children() == []
