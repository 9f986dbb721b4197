"""What must hold of the forms for other programs and of plain text, whatever a report says."""

from __future__ import annotations

import email
import email.policy
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from outside import junit_schema, sarif_validator
from sample_reports import RICH

from analyzer.finding import State
from analyzer.report import Format, render
from analyzer.result import Asked, LetterFacts, Quoted, ReleaseList, Report, exit_code
from analyzer.source import Place, Side

FULL = replace(
    RICH,
    input="/home/someone/queue/move pmd.patch",
    letter=LetterFacts(
        message_id="<20190104.1-2@vendor.example>",
        sender="Vendor Engineer <engineer@vendor.example>",
        recipients=("kernel@vendor.example", "engineer@vendor.example"),
        trackers=("bsc#1234567", "launchpad#1999999", "jira#RHEL-77"),
        cves=("CVE-2022-41222",),
        released="v5.0",
        signers=("Vendor Engineer <engineer@vendor.example>",),
        quoted=(
            Quoted(Place(Side.INPUT, line=31), "@@ -535,6 +535,11 @@ config HAVE_ARCH"),
            Quoted(Place(Side.PATCH_AFTER, "mm/mremap.c", 203), "+\tspin_unlock(new_ptl);"),
        ),
    ),
    release=ReleaseList("plain", "A plain tree", (Asked("SM-4", gate=True), Asked("ID-1"))),
)

WORDS = {state.value for state in State}
LINKED = re.compile(r"\[.*\]\(.*\)")
ACTION = re.compile(r'/label ~"[A-Za-z-]+::[A-Za-z]+"')
TAG = re.compile(r"[A-Z][A-Za-z-]*: \S.*")
LINK = re.compile(r"BugLink: https://bugs\.launchpad\.net/bugs/(\d+|TODO)|CVE-\d{4}-\d{4,19}")
# How a line that we write begins: a mark, a margin, or words of ours.
OURS = {
    Format.SRU: re.compile(
        r"(same|differs|undecided|\d patches:) |\[[A-Z]|TODO: |[* ] |  |==? |Subject of the patch:|"
        r"Upstream commit:|Author:|Backport, reviewed|Not checked:|$"
    ),
    Format.REPLY: re.compile(
        r"(same|differs|undecided|\d patches:) |> |[* ] |On |Findings:|Needs a person|Could not|"
        r"Answered: |Taken for|Not checked:|All items: |cannot-tell|The backport|"
        r"and answers|Patch \d|$"
    ),
    Format.REDHAT: re.compile(
        r'(same|differs|undecided|\d patches:) |Patch \d|  - |- |For the description:|/label ~"|$'
    ),
    Format.SUSE: re.compile(r"[A-Z][A-Za-z-]*: |# |#   |TODO: |---$|$"),
}


def text_of(chosen: Format, *reports: Report) -> str:
    return render(reports, chosen, color=False, width=80)


def lines_of(text: str) -> list[str]:
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    assert all(line.isprintable() for line in lines), [x for x in lines if not x.isprintable()]
    return lines


def check_sarif(*reports: Report) -> Any:
    text = text_of(Format.SARIF, *reports)
    assert all(line.isascii() for line in lines_of(text))
    log = json.loads(text)
    sarif_validator().validate(log)
    for run, report in zip(log["runs"], reports, strict=True):
        check_run(run, report)
    assert len({run["automationDetails"]["id"] for run in log["runs"]}) == len(reports)
    return log


def check_run(run: Any, report: Report) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    # What GitHub requires of a descriptor and of a place.
    for one in (*rules, *run["tool"]["driver"]["notifications"]):
        assert all(one[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    for result in run["results"]:
        places = (*result["locations"], *result.get("relatedLocations", ()))
        physical = [one["physicalLocation"] for one in places if "physicalLocation" in one]
        assert "physicalLocation" in result["locations"][0]
        assert all(one["region"]["startLine"] >= 1 for one in physical)
        assert len(places) <= 1000
    for result, item in zip(run["results"], report.items, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        # Of the standard: a kind other than fail has no level.
        assert (result["kind"] == "fail") == (result["level"] != "none")
        assert (result["kind"] == "fail") == (item.state is State.FINDING)
        assert item.state.value in result["message"]["text"]
    assert run["invocations"][0]["exitCode"] == exit_code(report)
    # A link as the standard has them in messages.
    assert not any(LINKED.search(text) for text in messages(run))
    for uri in uris(run):
        parts = urlsplit(uri)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
        assert not uri.startswith("/")
        assert not {"..", ".", ""} & set(unquote(uri).split("/"))


def messages(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for member in value for text in messages(member)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    rest = (member for key, member in value.items() if key != "snippet")
    return own + [text for member in rest for text in messages(member)]


def uris(value: Any) -> list[str]:
    if isinstance(value, list):
        return [uri for member in value for uri in uris(member)]
    if not isinstance(value, dict):
        return []
    own = [value["uri"]] if isinstance(value.get("uri"), str) else []
    return own + [uri for member in value.values() for uri in uris(member)]


def check_junit(*reports: Report) -> ElementTree.Element:
    text = text_of(Format.JUNIT, *reports)
    assert text.isascii()
    from lxml import etree

    junit_schema().assertValid(etree.fromstring(text.encode()))
    root = ElementTree.fromstring(text)  # noqa: S314 -- our own text
    assert len(root) == len(reports)
    for suite, report in zip(root, reports, strict=True):
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.get("tests", "")) == len(report.items) + 1
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count, "")) == sum(case.find(tag) is not None for case in cases)
        red = suite.get("failures") != "0" or suite.get("errors") != "0"
        assert red == (exit_code(report) != 0 or report.verdict.value == "differs")
        for case, item in zip(cases[1:], report.items, strict=True):
            (answer,) = case
            assert item.state.value in (answer.text or "")
    return root


def check_b4(*reports: Report) -> Any:
    text = text_of(Format.B4, *reports)
    assert all(line.isascii() for line in lines_of(text))
    found = json.loads(text)
    assert len({entry["tool"] for entry in found}) == len(reports)
    for entry, report in zip(found, reports, strict=True):
        assert set(entry) == {"tool", "status", "summary", "url", "details"}
        assert entry["status"] in ("pass", "warn", "fail")
        assert (entry["status"] == "pass") == (exit_code(report) == 0)
        assert entry["summary"].isprintable()
        details = json.loads(entry["details"])
        asked = report.release is not None
        assert (
            len(details)
            == sum(map(len, (report.items, report.assumptions, report.not_checked))) + asked
        )
        assert {one["state"] for one in details} <= {*WORDS, "release", "assumed", "not-checked"}
    return found


def check_patchwork(*reports: Report) -> list[Any]:
    lines = lines_of(text_of(Format.PATCHWORK, *reports))
    checks = [json.loads(line) for line in lines]
    for check in checks:
        assert set(check) == {"msgid", "context", "state", "description", "target_url"}
        assert check["state"] in ("pending", "success", "warning", "fail")
        assert re.fullmatch(r"[-a-zA-Z0-9_]{1,255}", check["context"])
        assert check["description"].isprintable()
    return checks


def check_redhat(*reports: Report) -> list[str]:
    lines = check_ours(Format.REDHAT, *reports)
    actions = [line for line in lines if line.startswith("/")]
    assert all(ACTION.fullmatch(line) for line in actions)
    scopes = [line.partition('"')[2].partition("::")[0] for line in actions]
    assert len(set(scopes)) == len(scopes)
    return actions


def check_ours(chosen: Format, *reports: Report) -> list[str]:
    lines = lines_of(text_of(chosen, *reports))
    strange = [line for line in body_of(chosen, lines) if not OURS[chosen].match(line)]
    assert strange == []
    return lines


def body_of(chosen: Format, lines: list[str]) -> list[str]:
    if chosen is Format.REPLY:
        return lines[lines.index("") + 1 :]
    links = [line for line in lines if line.startswith(("BugLink", "CVE-"))]
    assert chosen is not Format.SRU or all(LINK.fullmatch(line) for line in links)
    return [line for line in lines if line not in links] if chosen is Format.SRU else lines


def check_sru(*reports: Report) -> list[str]:
    lines = check_ours(Format.SRU, *reports)
    titles = ["Impact", "Fix", "Test Plan", "Where problems could occur", "Other Info"]
    sections = [line for line in lines if line.startswith("[")]
    assert sections == [f"[{title}]" for title in titles] * len(reports)
    return lines


def check_suse(*reports: Report) -> list[str]:
    lines = check_ours(Format.SUSE, *reports)
    header = lines[: lines.index("")]
    tags = ["Backport-analyzer", "From", "Date", "Subject", "Git-commit", "Patch-mainline"]
    if len(reports) == 1:
        assert [line.partition(":")[0] for line in header] == [*tags, "References"]
        assert all(TAG.fullmatch(line) for line in header)
    return lines


def check_reply(*reports: Report) -> Any:
    lines = check_ours(Format.REPLY, *reports)
    text = "\n".join(lines) + "\n"
    mail = email.message_from_bytes(text.encode(), policy=email.policy.default)
    assert mail.defects == []
    names = ["X-Backport-Analyzer", "To", "Cc", "Subject", "In-Reply-To", "References"]
    names += ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    assert [name for name in names if name in mail] == mail.keys()
    assert all(len(line.encode()) < 998 for line in lines)
    # Nothing flows, nothing is a signature's end, no line is an mbox's envelope.
    assert not any(line.endswith(" ") or line == "--" for line in lines)
    assert not any(line.startswith("From ") for line in lines)
    return mail


CHECKS = {
    Format.SARIF: check_sarif,
    Format.JUNIT: check_junit,
    Format.B4: check_b4,
    Format.PATCHWORK: check_patchwork,
    Format.REDHAT: check_redhat,
    Format.SRU: check_sru,
    Format.SUSE: check_suse,
    Format.REPLY: check_reply,
}


def first_words(chosen: Format, *reports: Report) -> str:
    """Where a format says its one line first."""
    text = text_of(chosen, *reports)
    match chosen:
        case Format.SARIF:
            found = json.loads(text)["runs"][0]["properties"]["summary"]
        case Format.JUNIT:
            found = ElementTree.fromstring(text).get("name")  # noqa: S314 -- our own text
        case Format.B4:
            found = json.loads(text)[0]["summary"]
        case Format.PATCHWORK:
            found = json.loads(text.partition("\n")[0])["description"]
        case Format.SUSE | Format.REPLY:
            found = text.partition("\n")[0].partition(": ")[2]
        case _:
            found = text.partition("\n")[0]
    return str(found)
