from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from form_checks import FULL, check_junit, text_of
from outside import junit_schema
from sample_reports import EMPTY

from analyzer.finding import State
from analyzer.report import Format
from analyzer.result import Item, Report, Verdict, exit_code


def kinds(report: Report) -> dict[str, tuple[str, str | None]]:
    (suite,) = check_junit(report)
    return {
        case.get("name", "").split(" ")[0].rstrip(":"): (case[0].tag, case[0].get("type"))
        for case in suite.findall("testcase")
    }


def test_each_answer_is_a_test_case_that_says_it_in_a_word() -> None:
    assert kinds(FULL) == {
        "verdict": ("error", "undecided"),
        "ID-1": ("system-out", None),
        "IN-1": ("skipped", "needs-review"),
        "SM-2": ("error", "cannot-tell"),
        "SM-4": ("failure", "finding"),
        "CV-1": ("skipped", "not-applicable"),
        "AC-1": ("skipped", "cannot-tell"),
    }


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("id", ["SM-1", "CF-4", "IN-2", "CF-3", "TS-1"])
def test_a_suite_is_red_where_the_exit_code_is_not_0(
    id: str, state: State, verdict: Verdict
) -> None:
    report = replace(EMPTY, verdict=verdict, items=(Item(id, "t", state, "s"),))
    found = {tag for tag, _ in kinds(report).values()}
    if verdict is not Verdict.DIFFERS:
        assert bool(found & {"failure", "error"}) == (exit_code(report) != 0)
    assert ("failure" in found) == (state is State.FINDING or verdict is Verdict.DIFFERS)


def test_the_counts_of_a_series_are_those_of_its_suites() -> None:
    root = check_junit(FULL, EMPTY, FULL)
    found = [root.get(key) for key in ("tests", "failures", "errors")]
    assert found == ["15", "2", "4"]
    assert [suite.get("name") for suite in root] == [
        "mm: speed up mremap by 20x on large regions",
        "patch 2",
        "mm: speed up mremap by 20x on large regions",
    ]


def test_the_first_property_is_the_headline() -> None:
    (suite,) = check_junit(FULL)
    first = suite.find("properties/property")
    assert first is not None
    assert first.attrib == {
        "name": "summary",
        "value": "undecided (basis: traces), 1 finding; first: SM-4: "
        "backport Linux kernel commit eb66ae030829 first",
    }


def test_text_cannot_end_an_element_or_an_attribute() -> None:
    hostile = "\"'/></testcase><!-- ]]> &lt; \x00\ufffe \ud800"
    patch = replace(EMPTY.patch, subject=hostile)
    (suite,) = check_junit(
        replace(EMPTY, patch=patch, items=(Item("SM-1", hostile, State.FINDING, hostile),))
    )
    shown = "\"'/></testcase><!-- ]]> &lt; \\x00\\ufffe \\ud800"
    assert suite.get("name") == shown
    assert suite[2][0].get("message") == f"SM-1 finding: {shown}"


def test_the_published_schema_does_reject() -> None:
    from lxml import etree

    for wrong in ('<testcase time="0"/>', "<verdict/>", '<testcase name="x"><ok/></testcase>'):
        suite = f'<testsuite name="x" tests="1" failures="0" errors="0">{wrong}</testsuite>'
        text = f"<testsuites>{suite}</testsuites>"
        assert not junit_schema().validate(etree.fromstring(text)), wrong


def test_it_is_ascii_whatever_its_reader_takes_it_for() -> None:
    text = text_of(
        Format.JUNIT, replace(EMPTY, patch=replace(EMPTY.patch, subject="Überhol \u202e"))
    )
    assert text.isascii()
    suite = ElementTree.fromstring(text)[0]  # noqa: S314 -- our own text
    assert suite.get("name") == "Überhol \\u202e"
