"""A hunk that is gone whole, of which the diffstat alone is left: nothing is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.finding import State
from analyzer.pipeline import analyze
from analyzer.replay.outcome import Cause
from analyzer.result import Report, Request, Verdict
from tests.inputs import FIXTURES

_LINES = (FIXTURES / "mails" / "move-pmd.patch").read_text().split("\n")
_HUNKS = [at for at, line in enumerate(_LINES) if line.startswith("@@")]
_END = _LINES.index("-- ")


def _report(lines: list[str], top: Path) -> Report:
    path = top / "a.patch"
    path.write_text("\n".join(lines))
    (report,) = analyze(Request(str(path), prove=False))
    return report


def _nothing_told(report: Report) -> None:
    charged = [one for one in report.divergences if one.cause in (Cause.PATCH, Cause.CONFIGURATION)]
    arrived = next(one for one in report.items if one.id == "IN-1")
    assert (report.verdict, charged) == (Verdict.UNDECIDED, [])
    assert arrived.state is State.FINDING


@pytest.mark.parametrize("which", [1, 2], ids=["the function", "the call"])
def test_a_hunk_that_is_gone_is_not_charged_to_the_patch(which: int, tmp_path: Path) -> None:
    behind = [*_HUNKS, _END][which + 1]
    _nothing_told(_report(_LINES[: _HUNKS[which]] + _LINES[behind:], tmp_path))


def test_what_is_left_is_not_the_same_where_more_was_sent(tmp_path: Path) -> None:
    """The diffstat counts lines of a fourth hunk, in whatever function of the file."""
    counts = {" 63 +": " 70 +", " 68 insertions": " 75 insertions"}
    text = "\n".join(_LINES)
    for old, new in counts.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    _nothing_told(_report(text.split("\n"), tmp_path))


def test_a_hunk_of_kconfig_leaves_the_behaviour_as_it_is(tmp_path: Path) -> None:
    stat = next(at for at, line in enumerate(_LINES) if line.startswith(" arch/Kconfig "))
    lines = list(_LINES)
    lines[stat] = lines[stat].replace("|  5 ", "|  9 ")
    assert lines != _LINES
    assert _report(lines, tmp_path).verdict is Verdict.SAME
