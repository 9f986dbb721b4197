from __future__ import annotations

import json
import shlex
import sqlite3
import sys
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from form_checks import FULL, check_b4, text_of
from hostile import HOSTILE, report_with
from sample_reports import EMPTY

from analyzer.report import Format
from analyzer.result import Report, Verdict

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checks() -> ModuleType:
    """b4's own code for the commands of ``b4.review-perpatch-check-cmd``."""
    found: ModuleType = pytest.importorskip("b4.review.checks", reason="b4 is not installed")
    return found


def mail_of(text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = "<1@a.example>"
    mail.set_content(text)
    return mail


def read_by_b4(checks: ModuleType, command: str, text: str = "x") -> list[dict[str, str]]:
    patches = [("1@a.example", mail_of(text))]
    found = checks.run_perpatch_checks(patches, [command], str(ROOT))
    results: list[dict[str, str]] = found["1@a.example"]
    return results


def printed(tmp_path: Path, *reports: Report) -> str:
    path = tmp_path / "out put.json"
    path.write_text(text_of(Format.B4, *reports), "utf-8")
    return f"cat {shlex.quote(str(path))}"


def test_b4_reads_what_was_written(checks: ModuleType, tmp_path: Path) -> None:
    assert read_by_b4(checks, printed(tmp_path, FULL)) == check_b4(FULL)
    several = (EMPTY, FULL, replace(EMPTY, verdict=Verdict.UNDECIDED))
    found = read_by_b4(checks, printed(tmp_path, *several))
    assert found == check_b4(*several)
    assert [(one["tool"], one["status"]) for one in found] == [
        ("analyze 1/3", "pass"),
        ("analyze 2/3", "fail"),
        ("analyze 3/3", "warn"),
    ]


@pytest.mark.parametrize("text", ["\x1b[31m", "\ud800", '"]}', "\n[]\n"], ids=ascii)
def test_b4_reads_hostile_text(checks: ModuleType, tmp_path: Path, text: str) -> None:
    assert text in HOSTILE or len(text) < 8
    report = report_with(lambda name: text)
    assert read_by_b4(checks, printed(tmp_path, report)) == check_b4(report)


def test_b4_keeps_every_patchs_result(checks: ModuleType) -> None:
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.executescript(checks.SCHEMA_SQL)
    entries = check_b4(FULL, EMPTY)
    checks.store_results(base, "1@a.example", entries)
    assert checks.get_cached_results(base, ["1@a.example"]) == {"1@a.example": entries}


def test_b4_runs_the_command_itself(checks: ModuleType) -> None:
    program = "from analyzer.cli import main; raise SystemExit(main())"
    command = shlex.join([sys.executable, "-c", program, "-", "--format", "b4"])
    patch = (ROOT / "fixtures/mails/driver.patch").read_text("utf-8")
    (found,) = read_by_b4(checks, command, patch)
    assert found["tool"] == "analyze"
    assert found["status"] in ("pass", "warn", "fail")
    assert found["summary"].startswith("undecided (basis: none), ")
    assert [one["context"] for one in json.loads(found["details"])][:2] == ["ID-1", "ID-2"]


def test_b4_is_told_when_the_command_fails(checks: ModuleType) -> None:
    program = "from analyzer.cli import main; raise SystemExit(main())"
    command = shlex.join([sys.executable, "-c", program, "-", "--format", "b4"])
    (found,) = read_by_b4(checks, command, "no patch in here\n")
    assert (found["status"], found["summary"]) == ("fail", "exited with error code 2")


def test_each_item_is_a_line_of_the_details() -> None:
    details: list[Any] = json.loads(check_b4(FULL)[0]["details"])
    assert [(one["context"], one["status"], one["state"]) for one in details] == [
        ("ID-1", "pass", "ok"),
        ("IN-1", "warn", "needs-review"),
        ("SM-2", "warn", "cannot-tell"),
        ("SM-4", "fail", "finding"),
        ("CV-1", "pass", "not-applicable"),
        ("AC-1", "warn", "cannot-tell"),
        ("report", "warn", "release"),
        ("report", "warn", "assumed"),
        ("report", "warn", "assumed"),
        ("report", "warn", "not-checked"),
    ]
