from __future__ import annotations

import copy
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hostile import report_with
from jsonschema import Draft202012Validator
from sample_reports import EMPTY, RICH

from analyzer.finding import State
from analyzer.patch.damage import DamageKind, Grade
from analyzer.report import Format, render, schema
from analyzer.result import Basis, Cause, Item, Kernel, Report, Standing, Verdict
from analyzer.source import Side

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).parent / "expected"
VALIDATOR = Draft202012Validator(schema())
# Objects whose keys are names of the kernel, not of the contract.
FREE = ("functions", "config")
# What a report has only where it was asked for.
OPTIONAL = {("release",)}

Steps = tuple[str | int, ...]


def document(*reports: Report) -> Any:
    return json.loads(render(reports, Format.JSON, color=False, width=80))


def at(value: Any, steps: Steps) -> Any:
    for step in steps:
        value = value[step]
    return value


def objects(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    if isinstance(value, dict):
        yield steps
        for key, member in value.items():
            yield from objects(member, (*steps, key))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from objects(member, (*steps, place))


ONE_OF_EACH = document(
    report_with(lambda name: "upstream.before" if name == "Kernel.name" else "target")
)
CONTRACT_OBJECTS = [steps for steps in objects(ONE_OF_EACH) if not steps or steps[-1] not in FREE]


def test_a_full_report_has_the_keys_of_the_contract() -> None:
    expected = json.loads((EXPECTED / "rich.json").read_text("utf-8"))
    assert document(RICH) == expected
    assert list(document(RICH)) == list(expected)
    VALIDATOR.validate(expected)


def test_an_empty_report_is_complete() -> None:
    assert document(EMPTY) == {
        "schema_version": 1,
        "tool": {"name": "backport-analyzer", "version": "0.1.0"},
        "exit_code": 0,
        "summary": "same (basis: none), 0 findings; nothing to do",
        "verdict": "same",
        "basis": "none",
        "assumptions": [],
        "patch": {
            "subject": None,
            "author": None,
            "date": None,
            "commit": None,
            "upstream_commit": None,
            "files": [],
            "intact": True,
            "damage": [],
        },
        "kernels": {},
        "items": [],
        "divergences": [],
        "runs": [],
        "work": [],
        "not_checked": [],
    }
    VALIDATOR.validate(document(EMPTY))


def test_several_reports_are_listed_and_a_finding_decides_the_exit_code() -> None:
    undecided = replace(EMPTY, verdict=Verdict.UNDECIDED)
    found = document(undecided, RICH)
    assert found == {
        "schema_version": 1,
        "reports": [document(undecided), document(RICH)],
        "exit_code": 1,
    }
    assert [report["exit_code"] for report in found["reports"]] == [3, 1]
    VALIDATOR.validate(found)


def test_the_summary_is_one_line_that_shows_what_is_in_it() -> None:
    todo = Item("SM-1", "t", State.FINDING, "s", next="mend\n\x1b[31mthis\u202e")
    assert document(replace(EMPTY, items=(todo,)))["summary"] == (
        "same (basis: none), 1 finding; first: SM-1: mend\\n\\x1b[31mthis\\u202e"
    )


def test_no_report_is_not_a_clean_report() -> None:
    for chosen in Format:
        with pytest.raises(ValueError, match="no report"):
            render((), chosen, color=False, width=80)


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert document(EMPTY)["tool"] == {"name": project["name"], "version": project["version"]}


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("steps", CONTRACT_OBJECTS, ids=str)
def test_the_schema_rejects_a_missing_and_an_unknown_key(steps: Steps) -> None:
    assert VALIDATOR.is_valid(ONE_OF_EACH)
    more = copy.deepcopy(ONE_OF_EACH)
    at(more, steps)["surprise"] = "x"
    assert not VALIDATOR.is_valid(more)
    for key in at(ONE_OF_EACH, steps) if steps != ("kernels",) else ():
        less = copy.deepcopy(ONE_OF_EACH)
        del at(less, steps)[key]
        assert VALIDATOR.is_valid(less) == ((*steps, key) in OPTIONAL), key


@pytest.mark.parametrize(
    ("steps", "choices"),
    [
        (("verdict",), Verdict),
        (("basis",), Basis),
        (("patch", "damage", 0, "kind"), DamageKind),
        (("patch", "damage", 0, "repair"), Grade),
        (("patch", "damage", 0, "restored", 0, "repair"), Grade),
        (("kernels", "upstream.before", "functions", "target"), Standing),
        (("items", 0, "state"), State),
        (("items", 0, "evidence", 0, "in"), Side),
        (("divergences", 0, "in"), Side),
        (("divergences", 0, "cause"), Cause),
    ],
)
def test_the_schema_knows_exactly_the_choices_of_the_code(
    steps: Steps, choices: type[Enum]
) -> None:
    changed = copy.deepcopy(ONE_OF_EACH)
    for choice in choices:
        at(changed, steps[:-1])[steps[-1]] = choice.value
        VALIDATOR.validate(changed)
    for wrong in ("maybe", "OK", "", 1):
        at(changed, steps[:-1])[steps[-1]] = wrong
        assert not VALIDATOR.is_valid(changed), wrong


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        (("schema_version",), 2),
        (("exit_code",), 2),
        (("kernels",), {"upstream": {"source": "", "revision": None, "functions": {}}}),
        (("items", 0, "evidence", 0, "line"), 0),
        (("items", 0, "evidence", 0, "line"), "7"),
        (("patch", "intact"), "yes"),
        (("patch", "damage", 0, "kept"), -1),
        (("work", 0, "flushes"), 1.5),
        (("runs", 0, "config"), {"HAVE_MOVE_PMD": True}),
        (("divergences", 0, "trace"), "op"),
    ],
)
def test_the_schema_rejects_a_wrong_value(steps: Steps, wrong: object) -> None:
    changed = copy.deepcopy(ONE_OF_EACH)
    at(changed, steps[:-1])[steps[-1]] = wrong
    assert not VALIDATOR.is_valid(changed)


def test_one_report_in_the_form_for_several_is_rejected() -> None:
    listed = {"schema_version": 1, "reports": [ONE_OF_EACH], "exit_code": 1}
    assert not VALIDATOR.is_valid(listed)


def test_names_that_come_twice_are_both_kept() -> None:
    functions = (
        ("f", Standing.ABSENT),
        ("f", Standing.SPLICED),
        ("\udc80", Standing.SPLICED),
        ("\\x80", Standing.ABSENT),
        ("f", Standing.UNPARSED),
    )
    kernel = Kernel("target.after", "the patch", functions=functions)
    found = document(replace(EMPTY, kernels=(kernel,)))
    assert found["kernels"]["target.after"]["functions"] == {
        "f": "absent",
        "f (2)": "spliced",
        "\\x80": "spliced",
        "\\x80 (2)": "absent",
        "f (3)": "unparsed",
    }
    VALIDATOR.validate(found)


def test_rich_is_loaded_for_the_terminal_alone() -> None:
    program = (
        "import sys, analyzer.report.json_format, analyzer.report.markdown;"
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
