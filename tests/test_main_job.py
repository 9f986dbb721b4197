"""The main job on a mail that an archive damaged: what must hold of the real one, and of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from inputs import ARCHIVE, REFERENCE_MAIL, ROOT

from analyzer.report import schema

WITH, WITHOUT = "with the assumed lines", "without the assumed lines"

Report = dict[str, Any]


@pytest.fixture(scope="module", params=[ARCHIVE, REFERENCE_MAIL], ids=["ours", "reference"])
def found(request: pytest.FixtureRequest, report: Callable[..., Report]) -> Report:
    if not request.param.exists():
        pytest.skip(f"the mail is not at {request.param}")
    return report(request.param)


def item(found: Report, name: str) -> Report:
    return next(one for one in found["items"] if one["id"] == name)


def test_the_verdict_is_same_by_traces_and_the_findings_bring_exit_code_1(found: Report) -> None:
    jsonschema.validate(found, schema())
    assert (found["verdict"], found["basis"], found["exit_code"]) == ("same", "traces", 1)
    findings = [one["id"] for one in found["items"] if one["state"] == "finding"]
    assert findings == ["IN-1", "DP-2"]


def test_nothing_is_charged_to_the_patch_and_the_lack_of_the_base_is_told(found: Report) -> None:
    causes = [(one["cause"], one["function"], one["observation"]) for one in found["divergences"]]
    assert causes == [
        ("follow-up", "move_normal_pmd", "locks taken"),
        ("follow-up", "move_normal_pmd", "warning"),
        ("base", "move_ptes", "stale translation"),
    ]


def test_what_the_verdict_stands_on_is_listed(found: Report) -> None:
    told = [one["text"] for one in found["assumptions"] if "verdict" in one["rests_on"]]
    lost = [text.partition("the lost line ")[2].partition(" stood")[0] for text in told]
    assert [line for line in lost if line] == [
        "`config HAVE_MOVE_PMD`",
        "`#ifdef CONFIG_HAVE_MOVE_PMD`",
        "`#endif`",
        "`#ifdef CONFIG_HAVE_MOVE_PMD`",
        "`#endif`",
    ]
    assert "the rest of the move path in the target is as in the reference" in told[-1]


def test_tables_are_moved_whole_by_what_the_readings_and_the_symbol_say(found: Report) -> None:
    moved = {
        (one["kernel"], one["reading"], one["config"]["HAVE_MOVE_PMD"]): (
            one["pmds_moved"] > 0,
            one["ptes_moved"] > 0,
        )
        for one in found["work"]
    }
    whole, single = (True, False), (False, True)
    assert moved == {
        ("upstream.before", "upstream", "y"): single,
        ("upstream.before", "upstream", "n"): single,
        ("upstream.after", "upstream", "y"): whole,
        ("upstream.after", "upstream", "n"): single,
        ("target.before", WITH, "y"): single,
        ("target.before", WITH, "n"): single,
        ("target.after", WITH, "y"): whole,
        ("target.after", WITH, "n"): single,
        ("target.before", WITHOUT, "y"): single,
        ("target.before", WITHOUT, "n"): single,
        # Nothing gates it there.
        ("target.after", WITHOUT, "y"): whole,
        ("target.after", WITHOUT, "n"): whole,
    }


def test_both_readings_of_the_gate_are_told(found: Report) -> None:
    gate = item(found, "CF-4")
    assert gate["state"] == "cannot-tell"
    assert [one.partition(" (")[0] for one in gate["reason"].replace("; ", ", ").split(", ")] == [
        f"{WITH}: HAVE_MOVE_PMD=y: moves whole page tables",
        "HAVE_MOVE_PMD=n: moves every entry by itself",
        f"{WITHOUT}: HAVE_MOVE_PMD=y: moves whole page tables",
        "HAVE_MOVE_PMD=n: moves whole page tables",
    ]


def test_a_probe_misses_the_later_fix(found: Report) -> None:
    fixes = item(found, "DP-2")
    assert (fixes["state"], fixes["divergences"]) == ("finding", ["D1", "D2"])
    (told,) = [one for one in fixes["evidence"] if one["text"].startswith("97113eb39fa7 ")]
    assert told["text"].endswith(
        "; it is not there, told by running: with need_rmap_locks false, a PMD entry is written "
        "with no rmap lock held"
    )
    assert (told["in"], told["path"]) == ("patch.after", "mm/mremap.c")


def test_the_items_of_behaviour_are_answered(found: Report) -> None:
    states = {f"SM-{number}": item(found, f"SM-{number}")["state"] for number in range(1, 7)}
    assert states == {
        "SM-1": "needs-review",
        # The target's tree is not here.
        "SM-2": "cannot-tell",
        "SM-3": "ok",
        "SM-4": "ok",
        "SM-5": "ok",
        "SM-6": "ok",
    }
    runs = sum(one["operations"] for one in found["runs"])
    assert item(found, "SM-1")["summary"] == (
        f"sampled, {runs:,} runs: the same path was taken in each"
    )


def test_two_processes_say_the_same_to_the_byte() -> None:
    path = REFERENCE_MAIL if REFERENCE_MAIL.exists() else ARCHIVE
    told = [_told(path, seed) for seed in ("0", "1")]
    assert told[0] == told[1] != b""


def _told(path: object, seed: str) -> bytes:
    """The report of a process whose strings hash by this seed."""
    command = [sys.executable, "-m", "analyzer", str(path), "--format", "json"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    return done.stdout


@pytest.mark.parametrize("mail", [ARCHIVE, REFERENCE_MAIL], ids=["ours", "reference"])
def test_the_guards_are_proved_for_every_input(mail: Any, report: Callable[..., Report]) -> None:
    if not mail.exists():
        pytest.skip(f"the mail is not at {mail}")
    proved = report(mail, "--prove")
    jsonschema.validate(proved, schema())
    assert (proved["verdict"], proved["basis"]) == ("same", "traces+proof")
    guards = item(proved, "SM-1")
    assert guards["state"] == "ok"
    assert guards["summary"] == (
        "for all inputs, a turn of the loop moves what upstream's does, and when it does"
    )


def test_that_no_proof_is_wanted_is_recorded(report: Callable[..., Report]) -> None:
    plain = report(ARCHIVE, "--no-prove")
    assert plain["basis"] == "traces"
    assert [one for one in plain["not_checked"] if "--no-prove" in one["why"] + one["what"]]
