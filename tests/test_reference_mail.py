"""The real mail: what must hold of the report on it, whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.report import schema


@pytest.fixture(scope="module")
def found(report: Callable[..., dict[str, Any]], reference_mail: Path) -> dict[str, Any]:
    return report(reference_mail)


def states(found: dict[str, Any]) -> dict[str, str]:
    return {item["id"]: item["state"] for item in found["items"]}


def item(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["items"] if one["id"] == name)


def test_the_report_is_valid_and_the_same_by_traces_with_exit_code_1(
    found: dict[str, Any],
) -> None:
    jsonschema.validate(found, schema())
    assert (found["exit_code"], found["verdict"], found["basis"]) == (1, "same", "traces")
    causes = {one["cause"] for one in found["divergences"]}
    assert causes.isdisjoint(("patch", "configuration"))
    assert [one["text"] for one in found["assumptions"] if "verdict" in one["rests_on"]] != []


def test_tables_are_moved_whole_with_the_symbol_on_and_not_with_it_off(
    found: dict[str, Any],
) -> None:
    moved = {
        (one["config"]["HAVE_MOVE_PMD"], one["pmds_moved"] > 0)
        for one in found["work"]
        if (one["kernel"], one["reading"]) == ("target.after", "with the assumed lines")
    }
    assert moved == {("y", True), ("n", False)}


def test_the_patch_is_told(found: dict[str, Any]) -> None:
    facts = {key: value for key, value in found["patch"].items() if key != "damage"}
    assert facts == {
        "subject": "[Devel] [PATCH RHEL7 COMMIT] ms/mm: speed up mremap by 20x on large regions",
        "author": "Joel Fernandes (Google) <joel@joelfernandes.org>",
        "date": "2019-01-03T15:28:38-08:00",
        "commit": "b4efc45a8cb9d6c5298ebfae64dcd06e7f0831c4",
        "upstream_commit": "2c91bd4a4e2e530582d6fd643ea7b86b27907151",
        "files": ["arch/Kconfig", "mm/mremap.c"],
        "intact": False,
    }


def test_each_hunk_has_one_entry_for_its_lost_lines(found: dict[str, Any]) -> None:
    keys = ("path", "hunk", "line", "declared", "kept", "repair")
    lost = [one for one in found["patch"]["damage"] if one["kind"] == "lines-dropped"]
    assert [tuple(one[key] for key in keys) for one in lost] == [
        ("arch/Kconfig", 1, 58, 11, 5, "assumed"),
        ("mm/mremap.c", 1, 68, 52, 35, "assumed"),
        ("mm/mremap.c", 2, 104, 23, 17, "assumed"),
    ]


def test_what_was_restored_is_graded_line_by_line(found: dict[str, Any]) -> None:
    lost = [one for one in found["patch"]["damage"] if one["kind"] == "lines-dropped"]
    lines = [
        (one["hunk"], line["line"], line["text"], line["kind"], line["repair"])
        for one in lost
        for line in one["restored"]
    ]
    assert lines == [
        (1, 447, "config HAVE_MOVE_PMD", "symbol", "assumed"),
        (1, 451, "", "blank", "counted"),
        (1, 185, "#ifdef CONFIG_HAVE_MOVE_PMD", "directive", "assumed"),
        (1, 189, "{", "brace", "counted"),
        (1, 193, "", "blank", "counted"),
        (1, 197, "", "blank", "counted"),
        (1, 204, "", "blank", "counted"),
        (1, 213, "", "blank", "counted"),
        (1, 217, "", "blank", "counted"),
        (1, 219, "", "blank", "counted"),
        (1, 226, "", "blank", "counted"),
        (1, 228, "}", "brace", "counted"),
        (1, 229, "#endif", "directive", "assumed"),
        (1, 230, "", "blank", "counted"),
        (2, 285, "#ifdef CONFIG_HAVE_MOVE_PMD", "directive", "assumed"),
        (2, 291, "", "blank", "counted"),
        (2, 300, "#endif", "directive", "assumed"),
    ]


def test_every_item_has_its_state(found: dict[str, Any]) -> None:
    assert states(found) == {
        "ID-1": "ok",
        "ID-2": "cannot-tell",
        "ID-3": "ok",
        "ID-4": "needs-review",
        "ID-5": "needs-review",
        "ID-6": "ok",
        "IN-1": "finding",
        "IN-2": "ok",
        "TX-1": "ok",
        "TX-2": "ok",
        "TX-3": "cannot-tell",
        "TX-4": "cannot-tell",
        "TX-5": "cannot-tell",
        "SM-1": "needs-review",
        "SM-2": "cannot-tell",
        "SM-3": "ok",
        "SM-4": "ok",
        "SM-5": "ok",
        "SM-6": "ok",
        "DP-1": "needs-review",
        "DP-2": "finding",
        "DP-3": "cannot-tell",
        "DP-4": "cannot-tell",
        "CV-1": "not-applicable",
        "CV-2": "cannot-tell",
        "CF-1": "cannot-tell",
        "CF-2": "needs-review",
        "CF-3": "not-applicable",
        "CF-4": "cannot-tell",
        "CF-5": "cannot-tell",
        "AB-1": "cannot-tell",
        "TS-1": "needs-review",
        "TS-2": "needs-review",
        "TS-3": "needs-review",
        "RG-1": "needs-review",
        "RG-2": "cannot-tell",
        "AC-1": "needs-review",
        "AC-2": "needs-review",
        "LM-1": "needs-review",
    }


def test_the_fix_that_matters_is_named_and_those_that_cannot_apply_are_not(
    found: dict[str, Any],
) -> None:
    fixes = str(item(found, "DP-2"))
    assert "this patch does not carry 97113eb39fa7 (CVE-2022-41222), f81fdd0c4ab7" in fixes
    assert "not looked for elsewhere" in fixes
    assert fixes.count("it is not there, told by running: ") == 2
    impossible = ("6fa1066fc5d0", "a4a282daf1a1", "e05986ee7a")
    assert [sha for sha in impossible if sha in str(found)] == []


def test_nobody_selects_the_symbol_and_the_gate_rests_on_assumed_lines(
    found: dict[str, Any],
) -> None:
    assert item(found, "CF-2")["summary"] == (
        "no `select` in this patch; upstream's is 9f132f7e1455; the mail belongs to a series"
    )
    assert item(found, "CF-1")["reason"] == (
        "with the assumed lines: ok (HAVE_MOVE_PMD: defined once, used 2 times, spelled alike); "
        "without the assumed lines: cannot-tell (a symbol is defined whose name cannot be told: "
        "its config line is lost)"
    )
    assert item(found, "CF-4")["summary"] == (
        "with the symbol off, the readings of the damaged patch behave differently"
    )
    readings = item(found, "CF-4")["reason"].split("; ")
    assert [one.partition(": ")[0] for one in readings] == [
        "with the assumed lines",
        "without the assumed lines",
    ]
    assert ["HAVE_MOVE_PMD=n: moves whole page tables" in one for one in readings] == [False, True]


def test_every_item_that_is_open_says_what_to_do(found: dict[str, Any]) -> None:
    settled = ("ok", "not-applicable")
    silent = [
        one["id"] for one in found["items"] if one["state"] not in settled and not one["next"]
    ]
    assert silent == []
