"""The report as a checklist to paste into a review (GitHub-flavoured Markdown).

Data is always inside a list item of ours and never holds a line break, and what could open a block
at the beginning of an item is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from analyzer.finding import State
from analyzer.report.printable import LIMIT, printable
from analyzer.report.story import columns, story
from analyzer.report.wording import (
    EVIDENCE_SHOWN,
    ROWS_SHOWN,
    Fact,
    asked_of,
    damage_counts,
    damage_place,
    divergence_facts,
    first_line,
    kernel_facts,
    kernel_origin,
    limited,
    patch_facts,
    release_facts,
    remark,
    restored_place,
    run_lines,
    where,
    work_lines,
)
from analyzer.result import headline

if TYPE_CHECKING:
    from analyzer.finding import Evidence, NotChecked
    from analyzer.patch.damage import Damage, Restored
    from analyzer.result import Assumption, Divergence, Item, Kernel, Report

_DONE = (State.OK, State.NOT_APPLICABLE)
_CODE_LIMIT = 300
_SHORT = 40
# Nothing at all between our own marks could make something else of them: **** is a rule.
_BLANK = "(blank)"

_T = TypeVar("_T")

_ESCAPES = str.maketrans(
    {char: f"\\{char}" for char in "\\`*[]|~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)
# An underscore between letters or digits emphasises nothing, and names are full of them.
_EMPHASIS = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_BLOCK_START = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=#]))")
# What the forges turn into links, mentions, references, emoji or formulas after Markdown is done,
# where a backslash no longer helps. They leave code spans alone.
_LIVE = re.compile(r"@|://|www\.|mailto:|xmpp:|\$|[#!%~&]\w|\bGH-\d|:[\w+-]+:", re.IGNORECASE)
_BRACKETS = re.compile(r"([<>&]+)")
# Code in our sentences: `select`. It stands by itself, so that no other span begins beside it.
_QUOTED = re.compile(r"(?:(?<![^ ])|(?<= \()|(?<=^\())`(?! +`)([^`<>&]+)`(?=[.,:;)]*(?: |$))")


def render_markdown(reports: Sequence[Report]) -> str:
    """The reports, the headline (or one over all of them) first."""
    lines = [escaped(first_line(reports))]
    for place, report in enumerate(reports, 1):
        if len(reports) > 1:
            lines += ["", f"## Patch {place} of {len(reports)}", "", escaped(headline(report))]
        lines += _report(report)
    return "\n".join(lines) + "\n"


def escaped(text: str, *, limit: int = LIMIT) -> str:
    """``text`` as inline Markdown that shows as it reads, and does nothing.

    A word that a forge would make a link or a mention of becomes a code span, and what stands
    between backquotes already is one.
    """
    shown = printable(text, limit=limit, blanks=True).strip(" ")
    if not shown:
        return _BLANK
    pieces = _QUOTED.split(shown)
    told = "".join(_span(one) if at % 2 else _words(one) for at, one in enumerate(pieces))
    return _BLOCK_START.sub(r"\1\\", told)


def _words(text: str) -> str:
    return " ".join(map(_word, text.split(" ")))


def _word(word: str) -> str:
    if not _LIVE.search(word):
        return _EMPHASIS.sub(r"\\_", word.translate(_ESCAPES))
    # Brackets stay outside the span, so that no tag is ever spelled out in the source.
    pieces = _BRACKETS.split(word)
    return "".join(
        piece.translate(_ESCAPES) if place % 2 else _span(piece)
        for place, piece in enumerate(pieces)
        if piece
    )


def code(text: str) -> str:
    """``text`` as a code span."""
    shown = printable(text, limit=_CODE_LIMIT, blanks=True)
    return _span(shown) if shown.strip(" ") else _BLANK


def _span(shown: str) -> str:
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # Markdown takes one blank from each end where both have one.
    edges = shown[0] + shown[-1]
    pad = " " if "`" in edges or edges == "  " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _report(report: Report) -> Iterator[str]:
    facts = (*patch_facts(report.patch), *release_facts(report))
    asked = asked_of(report)
    yield from _section("Patch", [_fact(fact) for fact in facts])
    yield from _section("Damage", _capped(report.patch.damage, _damage))
    yield from _section("Checklist", [row for item in report.items for row in _item(item, asked)])
    yield from _section("Assumptions", _capped(report.assumptions, _assumption))
    yield from _section("Not checked", _capped(report.not_checked, _gap))
    yield from _section("Divergences", _capped(report.divergences, _divergence))
    yield from _section("Kernels", [row for kernel in report.kernels for row in _kernel(kernel)])
    yield from _section("Runs", _capped(run_lines(report.runs), lambda line: [_row(line)]))
    yield from _section("Work", _capped(work_lines(report.work), lambda line: [_row(line)]))


def _section(title: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield from ("", f"**{title}**", "", *rows)


def _capped(
    entries: Sequence[_T], rows: Callable[[_T], list[str]], limit: int = ROWS_SHOWN
) -> list[str]:
    """The rows of the first entries, and a row about the rest."""
    shown, more = limited(entries, limit)
    return [*(row for entry in shown for row in rows(entry)), *([f"- {more}"] if more else [])]


def _row(text: str) -> str:
    return f"- {escaped(text, limit=2 * LIMIT)}"


def _inner(rows: Sequence[str]) -> list[str]:
    return [f"  {row}" for row in rows]


def _fact(fact: Fact) -> str:
    return f"- {fact.label}: {code(fact.value) if fact.code else escaped(fact.value)}"


def _assumption(assumption: Assumption) -> list[str]:
    text = escaped(assumption.text)
    return [f"- {text} (rests on this: {escaped(assumption.rests_on)})"]


def _gap(gap: NotChecked) -> list[str]:
    return [f"- {escaped(gap.what)}: {escaped(gap.why)}"]


def _item(item: Item, asked: Mapping[str, str]) -> list[str]:
    box = "x" if item.state in _DONE else " "
    said = remark(item, asked)
    by = f" ({escaped(said)})" if said else ""
    names = f"**{escaped(item.id, limit=_SHORT)}** {escaped(item.title)}"
    return [
        f"- [{box}] {names} **{item.state.value}**: {escaped(item.summary)}{by}",
        *_inner([_fact(Fact("reason", item.reason))] if item.reason else []),
        *_inner(_capped(item.evidence, _evidence, EVIDENCE_SHOWN)),
        *_inner(_capped(item.divergences, lambda name: [f"- divergence: {code(name)}"])),
        *_inner([_fact(Fact("next", item.next))] if item.next else []),
    ]


def _evidence(evidence: Evidence) -> list[str]:
    place = f"{code(where(evidence.place))}: " if evidence.place else ""
    return [f"- evidence: {place}{escaped(evidence.text)}"]


def _damage(case: Damage) -> list[str]:
    place = code(damage_place(case)) + damage_counts(case)
    return [
        f"- {case.kind.value}: {place}; repair: **{case.grade.value}**; {escaped(case.text)}",
        *_inner(_capped(case.restored, _restored)),
    ]


def _restored(line: Restored) -> list[str]:
    kind = escaped(line.kind, limit=_SHORT)
    return [f"- {restored_place(line)}, **{line.grade.value}**, {kind}: {code(line.text)}"]


def _kernel(kernel: Kernel) -> list[str]:
    origin = f"- {code(kernel.name)}: {escaped(kernel_origin(kernel))}"
    return [origin, *_inner([_fact(fact) for fact in kernel_facts(kernel)])]


def _divergence(divergence: Divergence) -> list[str]:
    trace = _capped(divergence.trace, lambda operation: [f"- trace: {code(operation)}"])
    facts = [_fact(fact) for fact in divergence_facts(divergence)]
    return [
        f"- **{escaped(divergence.id, limit=_SHORT)}**",
        *_inner([*facts, *trace, *_story(divergence)]),
    ]


def _story(divergence: Divergence) -> list[str]:
    """The steps of both kernels in a block of their own, inside a list item.

    Each line begins with one of our own marks, so that no step can close the block or look like a
    row of a list; the fence is longer than any run of backticks in it all the same.
    """
    lines = [printable(line, blanks=True) for line in columns(story(divergence))]
    if not lines:
        return []
    longest = max(map(len, re.findall("`+", "".join(lines))), default=0)
    fence = "`" * max(longest + 1, 3)
    return ["- steps:", *_inner([f"{fence}text", *(f"| {line}" for line in lines), fence])]
