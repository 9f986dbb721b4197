"""JUnit XML, for what shows test results: a suite for each patch, a test case for each item.

A finding is a failure. What makes the exit code 3 is an error. Everything else that is not ok is
skipped, and says in a word why. The first case of a suite is the verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzer.finding import State
from analyzer.report.plain import name_of, told
from analyzer.report.printable import printable
from analyzer.report.wording import answered_by, first_line, release_facts
from analyzer.result import Verdict, core, exit_code, headline

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from analyzer.result import Item, Report

_TIME = "0"
_ROWS = 100
# The kinds of children that a test case can have, and the count of the suite each adds to.
_COUNTS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render_junit(reports: Sequence[Report]) -> str:
    """The reports as one document; its name is the headline."""
    from xml.etree.ElementTree import Element, indent, tostring

    suites = [_suite(number, report) for number, report in enumerate(reports, 1)]
    root = Element("testsuites", {"name": printable(first_line(reports))})
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("time", _TIME)
    root.extend(suites)
    indent(root)
    # Everything beyond ASCII becomes a character reference: no reader can take it for another.
    written: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def _suite(number: int, report: Report) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    name = printable(report.patch.subject or f"patch {number}", limit=300)
    cases = [_verdict(name, report), *(_case(name, item, report) for item in report.items)]
    counts = Counter(_COUNTS.get(child.tag) for case in cases for child in case)
    suite = Element("testsuite", {"name": name, "tests": str(len(cases))})
    for key in _COUNTS.values():
        suite.set(key, str(counts[key]))
    suite.set("time", _TIME)
    rows = SubElement(suite, "properties")
    for key, value in _properties(report):
        SubElement(rows, "property", {"name": key, "value": printable(value)})
    suite.extend(cases)
    taken = [f"assumed: {one.text} (rests on this: {one.rests_on})" for one in report.assumptions]
    gaps = [f"not checked: {gap.what}: {gap.why}" for gap in report.not_checked]
    if taken or gaps:
        SubElement(suite, "system-out").text = f"{_lines(taken)}\n{_lines(gaps)}".strip("\n")
    return suite


def _properties(report: Report) -> Iterator[tuple[str, str]]:
    yield "summary", headline(report)
    yield "verdict", report.verdict.value
    yield "basis", report.basis.value
    yield "exit-code", str(exit_code(report))
    yield "input", report.input or "unknown"
    yield from ((fact.label.replace(" ", "-"), fact.value) for fact in release_facts(report))
    yield "author", report.patch.author or "unknown"
    yield "upstream-commit", report.patch.upstream_commit or "not named"


def _verdict(suite: str, report: Report) -> Element:
    """The case that stands for the verdict itself."""
    title = "verdict: does the patch do what the upstream commit did?"
    case = _new_case(suite, title)
    said = f"{report.verdict.value} (basis: {report.basis.value})"
    if report.interrupted:
        _add(case, "error", "interrupted", f"interrupted: {said}", [headline(report)])
    elif report.verdict is Verdict.DIFFERS:
        _add(case, "failure", report.verdict.value, said, [headline(report)])
    elif report.verdict is Verdict.UNDECIDED:
        _add(case, "error", report.verdict.value, said, [headline(report)])
    else:
        _add(case, "system-out", "", "", [headline(report)])
    return case


def _case(suite: str, item: Item, report: Report) -> Element:
    case = _new_case(suite, f"{printable(item.id, limit=40)} {printable(item.title)}")
    place = next((one.place for one in item.evidence if one.place and one.place.path), None)
    if place is not None and place.path is not None:
        case.set("file", printable(place.path))
        if place.line is not None:
            case.set("line", str(place.line))
    said = printable(f"{name_of(item)}: {item.summary}")
    _add(case, _kind(item), item.state.value, said, list(_told(item, report)))
    return case


def _kind(item: Item) -> str:
    if item.state is State.OK:
        return "system-out"
    if item.state is State.FINDING:
        return "failure"
    return "error" if item.state is State.CANNOT_TELL and core(item) else "skipped"


def _new_case(suite: str, name: str) -> Element:
    from xml.etree.ElementTree import Element

    return Element("testcase", {"classname": suite, "name": name, "time": _TIME})


def _add(case: Element, kind: str, type_: str, message: str, lines: Sequence[str]) -> None:
    from xml.etree.ElementTree import SubElement

    child = SubElement(case, kind)
    if kind in _COUNTS:
        child.set("type", type_)
        child.set("message", message)
    child.text = _lines(lines)


def _told(item: Item, report: Report) -> Iterator[str]:
    yield f"{name_of(item)}: {item.summary}"
    if answered_by(item):
        yield answered_by(item)
    if item.reason:
        yield f"reason: {item.reason}"
    for evidence in item.evidence[:_ROWS]:
        yield f"evidence: {told(evidence)}"
    ours = [one for one in report.divergences if one.id in item.divergences]
    for one in ours[:_ROWS]:
        yield f"divergence {one.id}: cause {one.cause.value}: {one.observation}"
    if item.next:
        yield f"next: {item.next}"


def _lines(lines: Sequence[str]) -> str:
    left = len(lines) - _ROWS
    more = [f"and {left:,} more; all of them with --format json"] if left > 0 else []
    return "\n".join([*map(printable, lines[:_ROWS]), *more])
