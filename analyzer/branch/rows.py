"""The rows of a page: of a report, of a failure, and of a commit that is not reviewed."""

from __future__ import annotations

from typing import Any

from analyzer.branch.claims import Spoken
from analyzer.report.page import Need, Row, findings_of, first_of, need_of, raised, unanswered

_UNDECIDED, _BROKE = 3, 70


def reviewed_row(at: int, commit: Spoken, report: dict[str, Any], text: str, *, kept: bool) -> Row:
    """The row of a commit with its report, as JSON has it; the page holds ``text`` of it."""
    return Row(
        at + 1,
        commit.commit,
        commit.subject,
        commit.author,
        commit.claims,
        need_of(report),
        report["exit_code"],
        report["verdict"],
        report["basis"],
        findings_of(report),
        unanswered(report),
        raised(report),
        first_of(report),
        kept=kept,
        report=text,
    )


def failed_row(at: int, commit: Spoken, why: str, *, broke: bool = False) -> Row:
    """A commit whose review could not be made; ``broke``: it is the tool that is to blame."""
    return _bare(at, commit, Need.FAILED, _BROKE if broke else _UNDECIDED, why)


def open_row(at: int, commit: Spoken, why: str) -> Row:
    """A commit that claims an upstream, and whose turn did not come."""
    return _bare(at, commit, Need.OPEN, _UNDECIDED, why)


def unclaimed_row(at: int, commit: Spoken) -> Row:
    """A commit that nothing is to be compared with."""
    return _bare(at, commit, Need.NO_CLAIM, 0, commit.open)


def _bare(at: int, commit: Spoken, need: Need, code: int, why: str) -> Row:
    named = (commit.commit, commit.subject, commit.author, commit.claims)
    return Row(at + 1, *named, need, code, reason=why)
