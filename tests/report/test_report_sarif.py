from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from form_checks import FULL, check_sarif, uris
from outside import sarif_validator
from sample_reports import EMPTY

from analyzer.finding import Evidence, State
from analyzer.report.sarif_places import uri_of
from analyzer.result import Item, Report
from analyzer.source import Place, Side

HOSTILE_PATHS = {
    "mm/mremap.c": "mm/mremap.c",
    "../../etc/passwd": "etc/passwd",
    "/etc/passwd": "etc/passwd",
    "a/../../b": "a/b",
    "a/./b//c": "a/b/c",
    "..\\..\\windows\\x": "windows/x",
    "C:\\x": "C%3A/x",
    "javascript:alert(1)": "javascript%3Aalert%281%29",
    "https://evil.example/x?y#z": "https%3A/evil.example/x%3Fy%23z",
    "//evil.example/x": "evil.example/x",
    "%2e%2e/x": "%252e%252e/x",
    "a b/ü.c": "a%20b/%C3%BC.c",
    "\udc80\n\0": "%ED%B2%80%0A%00",
    "..": "unknown",
    "": "unknown",
}


def report_at(*places: Place | None, input: str = "x.patch") -> Report:
    evidence = tuple(Evidence("here", place) for place in places)
    item = Item("SM-4", "asked?", State.FINDING, "wrong", evidence=evidence)
    return replace(EMPTY, items=(item,), input=input)


def result_of(report: Report) -> Any:
    return check_sarif(report)["runs"][0]["results"][0]


@pytest.mark.parametrize("path", HOSTILE_PATHS, ids=ascii)
def test_a_path_is_a_relative_uri_that_leads_nowhere_else(path: str) -> None:
    assert uri_of(path) == HOSTILE_PATHS[path]
    found = result_of(report_at(Place(Side.TARGET, path or "x", 1), input=path))
    assert len(uris(found)) == 1


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("-", "standard-input.patch"),
        ("", "standard-input.patch"),
        ("/home/me/a b.patch", "a%20b.patch"),
        ("linux@HEAD~1", "linux%40HEAD~1"),
        ("..", "standard-input.patch"),
    ],
)
def test_lines_of_the_input_are_lines_of_the_patch_file(given: str, uri: str) -> None:
    found = result_of(report_at(Place(Side.INPUT, line=56), input=given))
    assert found["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": uri, "uriBaseId": "INPUT"},
        "region": {"startLine": 56},
    }


def test_what_has_no_place_is_said_of_the_whole_patch() -> None:
    found = result_of(report_at(None, Place(Side.UPSTREAM, commit="2c91bd4a4e2e")))
    assert [one["message"]["text"] for one in found["locations"]] == ["the patch as a whole"]
    told = [one["message"]["text"] for one in found["relatedLocations"]]
    assert told == ["here", "upstream at 2c91bd4a4e2e: here"]


def test_the_answers_are_the_standards_kinds() -> None:
    items = tuple(Item(state.value, "t", state, "s") for state in State)
    results = check_sarif(replace(EMPTY, items=items))["runs"][0]["results"]
    assert {one["ruleId"]: (one["kind"], one["level"]) for one in results} == {
        "ok": ("pass", "none"),
        "finding": ("fail", "error"),
        "needs-review": ("review", "none"),
        "not-applicable": ("notApplicable", "none"),
        "cannot-tell": ("open", "none"),
    }


def test_a_fingerprint_survives_moved_lines_and_no_more() -> None:
    def print_of(report: Report) -> Any:
        return result_of(report)["partialFingerprints"]["backportItem/v1"]

    here = report_at(Place(Side.PATCH_AFTER, "mm/mremap.c", 10))
    moved = report_at(Place(Side.PATCH_AFTER, "mm/mremap.c", 99), input="other.patch")
    elsewhere = report_at(Place(Side.PATCH_AFTER, "mm/mmap.c", 10))
    another = replace(here, patch=replace(here.patch, upstream_commit="2c91bd4a4e2e"))
    assert print_of(here) == print_of(moved)
    assert len({print_of(here), print_of(elsewhere), print_of(another)}) == 3


def test_a_divergence_is_two_threads_of_steps() -> None:
    (flow,) = check_sarif(FULL)["runs"][0]["results"][3]["codeFlows"]
    assert [thread["id"] for thread in flow["threadFlows"]] == ["upstream", "target"]
    told = [
        [(one["location"]["message"]["text"], one["importance"]) for one in thread["locations"]]
        for thread in flow["threadFlows"]
    ]
    assert told == [
        [
            ("lock the page table", "important"),
            ("flush 0x200000-0x400000", "essential"),
            ("unlock the page table", "important"),
        ],
        [
            ("lock the page table", "important"),
            ("unlock the page table", "essential"),
            ("flush 0x200000-0x400000", "important"),
        ],
    ]


def test_a_divergence_that_no_item_names_is_a_notification() -> None:
    lone = replace(FULL, items=FULL.items[:3])
    notes = check_sarif(lone)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    (told,) = [one for one in notes if one["descriptor"]["id"] == "divergence"]
    assert told["message"]["text"].startswith("divergence D-1: cause base; in move_ptes(); ")


def test_what_was_not_checked_is_a_notification_of_level_note() -> None:
    notes = check_sarif(FULL)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [one["level"] for one in notes] == ["warning"] * 4 + ["note"] * 3
    assert notes[-1]["message"]["text"] == (
        "not checked: mm/mremap.c move_vma(): it is not in the patch and no target was given"
    )


def test_an_interrupted_run_did_not_succeed() -> None:
    run = check_sarif(replace(FULL, interrupted=True))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["exitCode"] == 130


def test_two_patches_of_one_commit_are_two_runs() -> None:
    ids = [run["automationDetails"]["id"] for run in check_sarif(FULL, FULL)["runs"]]
    name = "backport-analyzer/2c91bd4a4e2e530582d6fd643ea7b86b27907151/"
    assert ids == [name, f"{name}2/"]


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        (("version",), "2.0.0"),
        (("runs", 0, "results", 3, "kind"), "failed"),
        (("runs", 0, "results", 3, "level"), "fatal"),
        (("runs", 0, "results", 3, "locations", 0, "physicalLocation", "region", "startLine"), 0),
        (("runs", 0, "tool"), {}),
        (("runs", 0, "invocations", 0, "executionSuccessful"), None),
    ],
)
def test_the_published_schema_does_reject(steps: tuple[str | int, ...], wrong: object) -> None:
    log = copy.deepcopy(check_sarif(FULL))
    place = log
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = wrong
    assert not sarif_validator().is_valid(log)
