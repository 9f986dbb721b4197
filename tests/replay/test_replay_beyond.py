"""Code that the model has no room for is not run, and what is missing is named in each answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.finding import State
from analyzer.pipeline import analyze
from analyzer.result import Report, Request, Verdict, exit_code
from tests.inputs import FIXTURES
from tests.mutation.patchtext import read, written

_DRIVER = (FIXTURES / "mails" / "driver.patch").read_text()
_CALLEE = (FIXTURES / "mails" / "move-pmd-unknown-callee.patch").read_text()
_BEHAVIOUR = tuple(f"SM-{number}" for number in range(1, 7))
_PICK = "(cherry picked from commit 5d3c9a1be2f04786a1c0de97b3f2244ac8e61b70)\n"
_WRITTEN_FOR = "the reference has Linux kernel commit 2c91bd4a4e2e, and the patch names"
# What upstream's later fixes do: with them carried, there is no other finding.
_FIXED = (
    ("WARN_ON(", "WARN_ON_ONCE("),
    ("if (need_rmap_locks)\n\t\t\t\ttake", "take"),
    ("if (need_rmap_locks)\n\t\t\t\tdrop", "drop"),
)


def _report(text: str, top: Path) -> Report:
    path = top / "a.patch"
    path.write_text(text)
    (report,) = analyze(Request(str(path)))
    return report


def _behaviour(report: Report) -> dict[tuple[State, str], list[str]]:
    """The items of behaviour by their state and what they say first."""
    found: dict[tuple[State, str], list[str]] = {}
    for one in report.items:
        if one.id in _BEHAVIOUR:
            found.setdefault((one.state, one.summary), []).append(one.id)
    return found


@pytest.mark.parametrize(
    ("text", "named"),
    [(_DRIVER, "5d3c9a1be2f0"), (_DRIVER.replace(_PICK, ""), "no upstream commit")],
    ids=["of another commit", "of no commit"],
)
def test_a_driver_is_not_run_and_its_function_is_named(
    text: str, named: str, tmp_path: Path
) -> None:
    report = _report(text, tmp_path)
    why = f"not answered by running: fifo_push (drivers/char/fifo.c:25): {_WRITTEN_FOR} {named}"
    assert _behaviour(report) == {(State.CANNOT_TELL, why): list(_BEHAVIOUR)}
    assert (report.verdict, report.divergences, report.runs) == (Verdict.UNDECIDED, (), ())
    assert exit_code(report) == 3


def test_a_driver_that_names_the_commit_is_no_backport_of_it(tmp_path: Path) -> None:
    commit = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"
    report = _report(_DRIVER.replace("5d3c9a1be2f04786a1c0de97b3f2244ac8e61b70", commit), tmp_path)
    assert report.verdict is not Verdict.SAME
    assert exit_code(report) != 0
    assert "fifo_push" in " ".join(one.what for one in report.not_checked)


def test_a_callee_that_nobody_modelled_is_named(tmp_path: Path) -> None:
    report = _report(_CALLEE, tmp_path)
    why = (
        "not answered by running: move_normal_pmd (mm/mremap.c:130): vendor_account_table_move is "
        "not modelled"
    )
    assert _behaviour(report) == {(State.CANNOT_TELL, why): list(_BEHAVIOUR)}
    assert report.verdict is Verdict.UNDECIDED
    assert [one.id for one in report.items if one.state is State.FINDING] == ["DP-2"]
    assert exit_code(report) == 1


def test_without_another_finding_what_is_not_run_brings_exit_code_3(tmp_path: Path) -> None:
    patch = read(_CALLEE.encode())
    code = patch.code
    for old, new in _FIXED:
        assert old in code
        code = code.replace(old, new)
    report = _report(written(patch, code).decode(), tmp_path)
    found = [one.summary for one in report.items if one.state is State.FINDING]
    assert (report.verdict, found) == (Verdict.UNDECIDED, [])
    assert exit_code(report) == 3
