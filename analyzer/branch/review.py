"""A branch from its range to its page: what was kept, what is reviewed now, what is not."""

from __future__ import annotations

import json
import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.branch.claims import Relations, spoken
from analyzer.branch.kept import Kept
from analyzer.branch.keys import claimed_ids, ground_of, key_of
from analyzer.branch.rows import failed_row, open_row, reviewed_row, unclaimed_row
from analyzer.branch.task import Task
from analyzer.cache import cache_directory
from analyzer.finding import NEWEST_OF_HISTORY, NotChecked
from analyzer.repo.ranges import listed
from analyzer.report.page import Page, Row, page_of

if TYPE_CHECKING:
    from analyzer.branch.pool import Answer
    from analyzer.branch.request import BranchRequest

Progress = Callable[[str, int, int], None]

REPORTS = "reports"
_INTERRUPTED = "interrupted before its turn"
# The items that history answers; what they name may be another commit of the range.
_OF_HISTORY = ("DP-", "CV-", "CF-", "TX-1")
_ID = re.compile(r"(?<![0-9A-Za-z_])(?:[0-9a-f]{64}|[0-9a-f]{12,40})(?![0-9A-Za-z_])")


def review_branch(request: BranchRequest, progress: Progress | None = None) -> Page:
    """Review the commits of a range in parallel. Raises ``AnalyzerError``.

    An interruption ends it early: the page then has what was done, and says what was not.
    ``progress`` is told a subject, how many commits are done, and of how many.
    """
    run = _Run(request, progress)
    tasks = deque(run.kept_or_asked())
    interrupted = False
    try:
        if tasks:
            run.ask(tasks)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        run.kept.close()
    return page_of(
        request.repo, request.range, run.all_rows(), run.notes(), interrupted=interrupted
    )


class _Run:
    """One run over a range: its commits, and the rows so far by position."""

    def __init__(self, request: BranchRequest, progress: Progress | None) -> None:
        self.request, self.progress = request, progress
        self.commits = tuple(spoken(one) for one in listed(request.repo, request.range))
        self.relations = Relations(self.commits)
        self.ground = ground_of(request)
        self.claimed = claimed_ids(request.upstream, self.commits)
        self.kept = Kept(_directory(request) if not self.ground.unkept else None)
        self.rows: dict[int, Row] = {}
        self.stale = ""
        self.done = 0
        self.whole = sum(one.claiming and not one.open for one in self.commits)

    def kept_or_asked(self) -> Iterator[Task]:
        """Take the reports that were kept; the reviews that are to be made."""
        for at, commit in enumerate(self.commits):
            if commit.open:
                closed = failed_row(at, commit, commit.open) if commit.claiming else None
                self.rows[at] = closed or unclaimed_row(at, commit)
                continue
            task = self._looked_up(self._task(at))
            if task is not None:
                yield task

    def ask(self, tasks: deque[Task]) -> None:
        """Have the reviews made, and keep them."""
        from analyzer.branch.pool import answers
        from analyzer.branch.worker import packed

        _check(self.request, self.commits[-1].commit)
        jobs = self.request.jobs or _processors()
        self._tell("")
        with closing(answers(tasks, jobs, packed(self.request))) as told:
            for answer in told:
                again = self._answered(answer)
                if again is not None:
                    tasks.append(again)
                self._tell(self.commits[answer.task.at].subject)

    def all_rows(self) -> list[Row]:
        """A row for each commit of the range; those without one were not come to."""
        return [
            self.rows.get(at) or open_row(at, commit, _INTERRUPTED)
            for at, commit in enumerate(self.commits)
        ]

    def notes(self) -> list[NotChecked]:
        """What is to be known of the run."""
        found: list[NotChecked] = []
        if self.request.cache and self.ground.unkept:
            found.append(NotChecked("reports are not kept for another run", self.ground.unkept))
        if self.kept.trouble:
            found.append(NotChecked("not all reports could be kept", self.kept.trouble))
        if self.stale:
            found.append(NotChecked(NEWEST_OF_HISTORY, self.stale))
        return found

    def _task(self, at: int, more: Sequence[str] = (), *, again: bool = False) -> Task:
        related = self.relations.of(at, more)
        before = tuple(self.commits[one].commit for one in related if one < at)
        after = tuple(self.commits[one].commit for one in related if one > at)
        key = key_of(self.ground, self.commits[at], self.claimed[at], before, after)
        return Task(at, self.commits[at].commit, before, after, key, again)

    def _looked_up(self, task: Task) -> Task | None:
        """Take a report that was kept; the review to make where there is none."""
        text = self.kept.get(task.key)
        return task if text is None else self._taken(task, text, kept=True)

    def _answered(self, answer: Answer) -> Task | None:
        task = answer.task
        if not answer.report:
            commit = self.commits[task.at]
            self.rows[task.at] = failed_row(task.at, commit, answer.why, broke=answer.broke)
            self.done += 1
            return None
        if json.loads(answer.report)["exit_code"] != 130:
            self.kept.put(task.key, answer.report)
        return self._taken(task, answer.report, kept=False)

    def _taken(self, task: Task, text: str, *, kept: bool) -> Task | None:
        """Make a report's row; or say what review to make in its place.

        A report may name a commit that the range has, and that nothing had connected with this one:
        then the review is made once more, with that one beside it.
        """
        report = json.loads(text)
        if not task.again:
            wider = self._task(task.at, _named(report), again=True)
            if wider.key != task.key:
                return self._looked_up(wider)
        self.done += 1
        self.stale = self.stale or _why_stale(report)
        whole = text if self.request.whole else ""
        self.rows[task.at] = reviewed_row(task.at, self.commits[task.at], report, whole, kept=kept)
        return None

    def _tell(self, subject: str) -> None:
        if self.progress is not None:
            self.progress(subject, self.done, self.whole)


def _processors() -> int:
    """Those that this process may use, which may be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _directory(request: BranchRequest) -> Path | None:
    if not request.cache:
        return None
    return request.kept_in or cache_directory() / REPORTS


def _named(report: dict[str, Any]) -> tuple[str, ...]:
    """The commits that a report's answers on history name."""
    items = [one for one in report["items"] if one["id"].startswith(_OF_HISTORY)]
    return tuple(dict.fromkeys(_ID.findall(json.dumps(items))))


def _why_stale(report: dict[str, Any]) -> str:
    """Why the index that a report asked was older than its repository; empty where it was not."""
    unread = (one["why"] for one in report["not_checked"] if one["what"] == NEWEST_OF_HISTORY)
    return next(unread, "")


def _check(request: BranchRequest, end: str) -> None:
    """``AnalyzerError`` for what no review could be made with: once, and not by each.

    ``end`` is a commit of the range: HEAD may be of something else.
    """
    if request.facts:
        from analyzer.upstream import load

        load(request.facts)
    if request.config is not None:
        from analyzer.excerpt.decide import configuration_of

        configuration_of(request.config, ())
    if request.checklist is not None:
        from analyzer.release.checklist import load_checklist

        load_checklist(request.checklist)
    if request.architectures:
        from analyzer.compare.architectures import directories
        from analyzer.repo import open_tree

        directories(request.architectures, open_tree(f"{request.repo}@{end}"))
