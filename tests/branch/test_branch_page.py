"""How the page sorts and words what reports say."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analyzer.branch.claims import Spoken
from analyzer.branch.rows import failed_row, open_row, reviewed_row, unclaimed_row
from analyzer.report import PageFormat
from analyzer.report.page import Action, Need, Page, Row, first_line, page_of, render_page
from tests.branch.conftest import World

ROOT = Path(__file__).resolve().parents[2]


def _item(id: str, state: str, *, next: str = "do it", by: str = "analyze") -> dict[str, Any]:
    return {"id": id, "state": state, "summary": f"{id} says", "next": next, "answered_by": by}


def _report(*items: dict[str, Any], verdict: str = "same", code: int = 0) -> dict[str, Any]:
    return {"verdict": verdict, "basis": "traces", "exit_code": code, "items": list(items)}


def _commit(number: int, **more: Any) -> Spoken:
    named = {"claims": ("2c91bd4a4e2e",), "words": (), **more}
    return Spoken(
        f"{number:012x}" + "0" * 28, "", ("e" * 40,), "A <a@x.example>", f"change {number}", **named
    )


def _row(number: int, report: dict[str, Any]) -> Row:
    return reviewed_row(number, _commit(number), report, "", kept=False)


_FINDING = _item("TX-1", "finding", next="Take the hunk.")
_NOTE = _item("TX-4", "finding", next="Say why.")
_WRONG = _item("SM-1", "finding", next="Mend it.")
_DIFFERS = _report(_FINDING, _WRONG, verdict="differs", code=1)
_PERSON = _item("TS-1", "needs-review", next="Build it.", by="a person")


@pytest.mark.parametrize(
    ("report", "need", "items", "first"),
    [
        (_DIFFERS, Need.DIFFERS, ("TX-1", "SM-1"), Action("SM-1", "Mend it.")),
        (_report(_PERSON, _FINDING, code=1), Need.FINDING, ("TX-1",), None),
        (
            _report(_NOTE, _item("DP-3", "finding", next="Put it behind."), code=1),
            Need.FINDING,
            ("TX-4", "DP-3"),
            Action("DP-3", "Put it behind."),
        ),
        (_report(_NOTE, code=1), Need.FINDING, ("TX-4",), Action("TX-4", "Say why.")),
        (
            _report(
                _item("ID-5", "needs-review"),
                _item("DP-4", "cannot-tell"),
                _item("SM-6", "cannot-tell", next="Run it."),
                verdict="undecided",
                code=3,
            ),
            Need.UNDECIDED,
            ("SM-6",),
            Action("SM-6", "Run it."),
        ),
        (
            _report(_PERSON, _item("IN-2", "needs-review", next="Look."), _item("LM-1", "ok")),
            Need.REVIEW,
            ("IN-2",),
            Action("TS-1", "Build it."),
        ),
        (
            _report(_PERSON, _item("LM-1", "needs-review"), _item("CV-2", "cannot-tell")),
            Need.CLEAN,
            (),
            Action("TS-1", "Build it."),
        ),
        (_report(_item("TX-1", "ok")), Need.CLEAN, (), None),
    ],
)
def test_where_a_report_stands(
    report: dict[str, Any], need: Need, items: tuple[str, ...], first: Action | None
) -> None:
    row = _row(0, report)
    assert (row.need, row.items) == (need, items)
    if first is not None or need is Need.CLEAN:
        assert row.first == first


def test_a_releases_gates_decide_what_needs_review() -> None:
    gates = [{"id": "CV-2", "gate": True}, {"id": "TS-1", "gate": True}, {"id": "ID-5"}]
    release = {"items": [{"gate": False, **gate} for gate in gates]}
    doubt = _item("ID-5", "needs-review")
    fine = _report(doubt, _PERSON, _item("CV-2", "ok")) | {"release": release}
    open_gate = _report(doubt, _PERSON, _item("CV-2", "cannot-tell")) | {"release": release}
    assert (_row(0, fine).need, _row(0, fine).items) == (Need.CLEAN, ())
    assert (_row(0, open_gate).need, _row(0, open_gate).items) == (Need.REVIEW, ("CV-2",))


def _page(*rows: Row, interrupted: bool = False) -> Page:
    return page_of("release", "a..b", rows, interrupted=interrupted)


def test_rows_are_sorted_by_need_and_then_as_they_come() -> None:
    clean = _report(_PERSON)
    rows = (
        _row(0, clean),
        unclaimed_row(1, _commit(1, claims=(), open="names no upstream commit")),
        _row(2, _report(_FINDING, code=1)),
        failed_row(3, _commit(3), "it broke", broke=True),
        _row(4, clean),
        _row(5, _DIFFERS),
        open_row(6, _commit(6), "interrupted before its turn"),
        _row(7, _report(_FINDING, code=1)),
    )
    assert [row.position for row in _page(*rows).rows] == [6, 3, 8, 4, 7, 1, 5, 2]
    assert first_line(_page(*rows)) == (
        "5 of 7 commits reviewed: differs (basis: none), 4 findings; "
        "first: 000000000005 SM-1: Mend it."
    )


@pytest.mark.parametrize(
    ("rows", "interrupted", "code"),
    [
        ([_row(0, _report())], False, 0),
        ([_row(0, _report()), failed_row(1, _commit(1), "x")], False, 3),
        ([failed_row(0, _commit(1), "x"), failed_row(1, _commit(1), "x", broke=True)], False, 70),
        ([failed_row(1, _commit(1), "x", broke=True), _row(0, _DIFFERS)], False, 1),
        ([_row(0, _DIFFERS)], True, 130),
        ([_row(0, _report(code=130))], False, 130),
        ([unclaimed_row(0, _commit(0, claims=(), open="no"))], False, 3),
        ([unclaimed_row(0, _commit(0, claims=(), open="no")), _row(1, _report())], False, 0),
    ],
)
def test_exit_codes(rows: list[Row], interrupted: bool, code: int) -> None:
    assert _page(*rows, interrupted=interrupted).exit_code == code


def test_what_failed_stands_first_where_nothing_was_found() -> None:
    page = _page(_row(0, _report(_PERSON)), failed_row(1, _commit(1), "changes no file"))
    assert first_line(page) == (
        "1 of 2 commits reviewed: undecided (basis: none), 0 findings; "
        "first: 000000000001: changes no file"
    )


def test_what_most_rows_ask_for_is_said_once() -> None:
    same = _report(_item("SM-6", "cannot-tell", next="Run it."), code=3)
    other = _report(_item("CF-4", "cannot-tell", next="Build it."), code=3)
    page = _page(*(_row(n, same) for n in range(5)), _row(5, other))
    text = render_page(page, PageFormat.TERMINAL, color=False, width=100)
    assert "  first in 5 of them: SM-6: Run it.\n" in text
    assert text.count("SM-6: Run it.") == 2  # the first line of the page names the first of them
    assert text.count("CF-4: Build it.") == 1
    markdown = render_page(page, PageFormat.MARKDOWN, color=False, width=100)
    assert markdown.count("SM-6: Run it.") == 6


def test_a_long_page_is_cut_and_says_so() -> None:
    rows = [unclaimed_row(n, _commit(n, claims=(), open="no")) for n in range(600)]
    text = render_page(_page(*rows), PageFormat.TERMINAL, color=False, width=100)
    assert "  and 100 more; all of them with --format json\n" in text
    assert len(text.split("\n")) < 520


def test_a_terminal_sees_a_bar_and_a_pipe_only_the_page(world: World, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    words = ("branch", str(world.top / "release"), f"{world.release[5]}..{world.release[6]}")
    command = [sys.executable, "-m", "analyzer", *words, "--upstream", str(world.top / "upstream")]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT, env=environment, check=False
    )
    os.close(theirs)
    drawn = b""
    try:
        while part := os.read(ours, 1 << 16):
            drawn += part
    except OSError:
        pass  # nobody holds the other side any more
    os.close(ours)
    assert done.returncode == 0
    assert done.stdout.startswith(b"1 of 1 commit reviewed: same (basis: none)")
    assert b"1/1" in drawn and b"widget: line 7" in drawn
    assert drawn.rstrip().endswith(b"\x1b[2K")
