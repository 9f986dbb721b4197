"""What each format says, read back from its text: the line, the exit code, every item's answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import html5lib

from analyzer.finding import State
from analyzer.report import Format

_WORD = "|".join(state.value for state in State)
_ID = r"[A-Z]{2,8}-[0-9]+"
_NAMED = re.compile(rf"(?<![A-Za-z0-9-])({_ID}) ({_WORD})(?![\w-])")
_WIDE = re.compile(rf"^  ({_ID}) +({_WORD})  ", re.MULTILINE)
_BOX = re.compile(rf"^- \[[x ]\] \*\*({_ID})\*\* .* \*\*({_WORD})\*\*: ", re.MULTILINE)
_BULLET = re.compile(rf"^\* ({_ID}) ({_WORD}):", re.MULTILINE)
_COMMENT = re.compile(rf"^# ({_ID}) ({_WORD}):", re.MULTILINE)
_LABELLED = re.compile(rf"^  - \*\*({_ID})\*\* ({_WORD}): ", re.MULTILINE)
_RED = {"failures", "errors"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a format says of one patch; ``exit`` is None where it has no word for it."""

    line: str
    states: dict[str, str]
    exit: object = None


def said(chosen: Format, text: str) -> list[Said]:
    """What a text says of each patch, in order."""
    return list(_READERS[chosen](text))


def _json(text: str) -> Iterator[Said]:
    found = json.loads(text)
    for one in found.get("reports", [found]):
        states = {item["id"]: item["state"] for item in one["items"]}
        yield Said(one["summary"], states, one["exit_code"])


def _sarif(text: str) -> Iterator[Said]:
    for run in json.loads(text)["runs"]:
        states = {one["ruleId"]: one["properties"]["state"] for one in run["results"]}
        yield Said(run["properties"]["summary"], states, run["invocations"][0]["exitCode"])


def _junit(text: str) -> Iterator[Said]:
    for suite in ElementTree.fromstring(text):  # noqa: S314 -- our own text
        named = {one.get("name"): one.get("value") for one in suite.iter("property")}
        states = dict(
            match.groups()
            for case in suite.findall("testcase")[1:]
            if (match := _NAMED.match(case[0].text or ""))
        )
        yield Said(str(named["summary"]), states, int(str(named["exit-code"])))


def _b4(text: str) -> Iterator[Said]:
    words = {"pass": 0, "fail": 1}
    for one in json.loads(text):
        details = json.loads(one["details"])
        states = {each["context"]: each["state"] for each in details if each["context"] != "report"}
        yield Said(one["summary"], states, words.get(one["status"], "other"))


def _patchwork(text: str) -> Iterator[Said]:
    words = {"success": 0, "fail": 1}
    groups: list[list[Any]] = []
    for check in map(json.loads, text.splitlines()):
        groups += [[]] if check["context"] == "backport-analyzer" else []
        groups[-1].append(check)
    for verdict, *families in groups:
        states = {
            id_: state for one in families for id_, state in _NAMED.findall(one["description"])
        }
        yield Said(verdict["description"], states, words.get(verdict["state"], "other"))


def _html(text: str) -> Iterator[Said]:
    page = html5lib.parse(text, namespaceHTMLElements=False)
    reports = [one for one in page.iter("article") if one.get("class") == "report"]
    for one in reports:
        head = next(one.iter("h2")) if len(reports) > 1 else next(page.iter("h1"))
        line = " ".join("".join(head.itertext()).split())
        items = [each for each in one.iter("details") if "item" in each.get("class", "").split()]
        states = {"".join(_class(each, "id").itertext()): each.get("data-state") for each in items}
        badges = ["".join(_class(each, "badge").itertext()).split()[-1] for each in items]
        assert badges == list(states.values())
        yield Said(re.sub(r"^Patch \d+ of \d+: ", "", line), states)


def _class(element: Any, name: str) -> Any:
    return next(one for one in element.iter() if name in one.get("class", "").split())


def _terminal(text: str) -> Iterator[Said]:
    yield from _parts(text, "", _WIDE)


def _markdown(text: str) -> Iterator[Said]:
    yield from _parts(text, "## ", _BOX)


def _parts(text: str, mark: str, pattern: re.Pattern[str]) -> Iterator[Said]:
    """A text with a part for each patch, its headline behind or below ``Patch N of M``."""
    pieces = re.split(rf"^{mark}Patch \d+ of \d+(?:: |\n\n)", text, flags=re.MULTILINE)
    for piece in pieces[1:] or pieces:
        yield Said(piece.partition("\n")[0], dict(pattern.findall(piece)))


def _redhat(text: str) -> Iterator[Said]:
    yield from _parts(text, "", _LABELLED)


def _sru(text: str) -> Iterator[Said]:
    for piece in _wrapped(text, "== "):
        yield Said(piece[0], dict(_BULLET.findall(piece[1])))


def _suse(text: str) -> Iterator[Said]:
    pieces = re.split(r"^Backport-analyzer: patch \d+ of \d+: ", text, flags=re.MULTILINE)
    for piece in pieces[1:] or [text.partition(": ")[2]]:
        yield Said(piece.partition("\n")[0], dict(_COMMENT.findall(piece)))


def _reply(text: str) -> Iterator[Said]:
    for line, body in _wrapped(text.partition("\n\n")[2], ""):
        told = re.search(r"^Answered: (?:.|\n  )*", body, re.MULTILINE)
        done = _NAMED.findall(" ".join(told[0].split())) if told else []
        yield Said(line, {**dict(_BULLET.findall(body)), **dict(done)})


def _wrapped(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """The headline of each part, its lines joined, and the part."""
    pieces = re.split(rf"^{mark}Patch \d+ of \d+: ", text, flags=re.MULTILINE)
    for piece in pieces[1:] or pieces:
        head = piece.partition("\n\n")[0]
        yield " ".join(head.split()), piece


_READERS: dict[Format, Callable[[str], Iterator[Said]]] = {
    Format.TERMINAL: _terminal,
    Format.MARKDOWN: _markdown,
    Format.JSON: _json,
    Format.HTML: _html,
    Format.SARIF: _sarif,
    Format.JUNIT: _junit,
    Format.B4: _b4,
    Format.PATCHWORK: _patchwork,
    Format.REDHAT: _redhat,
    Format.SRU: _sru,
    Format.SUSE: _suse,
    Format.REPLY: _reply,
}
