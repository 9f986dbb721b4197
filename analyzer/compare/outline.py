"""What each line of a whole file stands in: functions, types, macros, Kconfig symbols."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.compare.change import OUTSIDE, Owner, Scope
from analyzer.csource.items import (
    Kind,
    TopLevel,
    defining_macro,
    function_name,
    items,
)
from analyzer.csource.mask import mask
from analyzer.kconfig.layout import SYMBOL_WORDS, Group, grouped, statements
from analyzer.upstream import is_kconfig

_TYPE = re.compile(r"(?:^|\s)(struct|union|enum)\s+(\w+)\s*$")
_NAME = re.compile(r"[A-Za-z_]\w*")
_BEHIND_NAME = re.compile(r"(?:\[[^][]*\]|\s)+$")
_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)")
_ARGUMENT = re.compile(r"\(\s*(\w+)")
_C = re.compile(r"\.[ch]$")
_CONDITION = re.compile(r"[ \t]*#[ \t]*(if|ifdef|ifndef|else|elif|endif)\b[ \t]*(\S*)")


@dataclass(frozen=True, slots=True)
class Extent:
    """One owner's lines, from ``first`` to ``last`` (from 0); ``around`` is what encloses it.

    What encloses it are the conditions of ``#if`` in C, ``if``, ``menu`` and ``choice`` in Kconfig.
    """

    owner: Owner
    first: int
    last: int
    around: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A file's lines and what they stand in. Extents are in order and do not overlap."""

    lines: tuple[str, ...]
    extents: tuple[Extent, ...]
    firsts: Mapping[Owner, Extent] = field(default_factory=dict, compare=False)

    def extent_at(self, line: int) -> Extent | None:
        """The extent that has a line, from 0."""
        at = bisect_right(self.extents, line, key=lambda each: each.first) - 1
        return self.extents[at] if at >= 0 and line <= self.extents[at].last else None

    def at(self, line: int) -> Owner:
        """What a line stands in."""
        extent = self.extent_at(line)
        return extent.owner if extent else OUTSIDE

    def extent_of(self, owner: Owner) -> Extent | None:
        """The first extent of an owner."""
        return self.firsts.get(owner)

    def body(self, extent: Extent) -> tuple[str, ...]:
        """The lines of an extent."""
        return self.lines[extent.first : extent.last + 1]


def is_c(path: str) -> bool:
    """Whether a file is read as C."""
    return _C.search(path) is not None


def outline(text: str, path: str) -> Outline:
    """The outline of a whole file. Of a file that is neither C nor Kconfig it is empty."""
    lines = tuple(text.split("\n"))
    extents: tuple[Extent, ...] = ()
    if is_kconfig(path):
        extents = tuple(_kconfig(lines))
    elif is_c(path):
        extents = tuple(_c(text, lines))
    return Outline(lines, extents, {each.owner: each for each in reversed(extents)})


def owner_of(head: str) -> Owner | None:
    """What the head of a top-level item of C declares: the text before ``{``, ``=`` or ``;``."""
    data = head.encode("utf-8", "replace")
    found = _TYPE.search(head)
    if found:
        return Owner(Scope.OBJECT, f"{found[1]} {found[2]}")
    if "(" in head:
        argument = _ARGUMENT.search(head) if defining_macro(data) else None
        name = argument[1] if argument else function_name(data)
        return Owner(Scope.FUNCTION, name) if name else None
    names = _NAME.findall(_BEHIND_NAME.sub("", head))
    return Owner(Scope.OBJECT, names[-1]) if names else None


# --- C ---------------------------------------------------------------------------------------


def _c(text: str, lines: tuple[str, ...]) -> Iterator[Extent]:
    data = "\n".join(_compiled(lines)).encode("utf-8", "replace")
    masked = mask(data)
    starts = [0]
    for line in data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    last = -1
    macros = _macros(lines)
    for item in items(masked):
        owner = _item_owner(item, masked.data)
        first = bisect_right(starts, item.start) - 1
        end = bisect_right(starts, max(item.end - 1, item.start)) - 1
        if owner is None or first <= last:
            continue
        yield from _between(macros, last + 1, first - 1)
        yield Extent(owner, first, end, item.conditions)
        last = end
    yield from _between(macros, last + 1, len(lines))


def _compiled(lines: tuple[str, ...]) -> list[str]:
    """The lines without those of ``#if 0`` that open or close a brace which they do not pair.

    Whoever puts a part of a function away so counts on nobody's reading its braces.
    """
    kept = list(lines)
    opened: list[int] = []  # for each open condition its line where it is the outer ``#if 0``
    dead = False
    for at, line in enumerate(lines):
        match = _CONDITION.match(line) if "#" in line else None
        if match is None:
            continue
        if match[1].startswith("if"):
            outer = not dead and match.groups() == ("if", "0")
            dead = dead or outer
            opened.append(at if outer else -1)
            continue
        first = opened.pop() if opened else -1
        dead = dead and first < 0
        text = "".join(lines[first + 1 : at]) if first >= 0 else ""
        if text.count("{") != text.count("}"):
            kept[first + 1 : at] = [""] * (at - first - 1)
        if match[1] != "endif":
            opened.append(-1)
    return kept


def _item_owner(item: TopLevel, data: bytes) -> Owner | None:
    if item.kind is Kind.FUNCTION:
        return Owner(Scope.FUNCTION, item.name) if item.name else None
    end = item.brace if item.brace >= 0 else item.end
    head = data[item.start : end].decode("utf-8", "replace")
    return owner_of(head.partition("=")[0].rstrip().rstrip(";"))


def _macros(lines: tuple[str, ...]) -> list[Extent]:
    found: list[Extent] = []
    for at, line in enumerate(lines):
        match = _DEFINE.match(line) if "define" in line else None
        if match:
            last = at
            while last + 1 < len(lines) and lines[last].endswith("\\"):
                last += 1
            if not found or at > found[-1].last:
                found.append(Extent(Owner(Scope.MACRO, match[1]), at, last))
    return found


def _between(macros: list[Extent], first: int, last: int) -> Iterator[Extent]:
    """Macros between two items; those inside of a function belong to it."""
    at = bisect_right(macros, first - 1, key=lambda each: each.first)
    while at < len(macros) and macros[at].last <= last:
        yield macros[at]
        at += 1


# --- Kconfig ---------------------------------------------------------------------------------

_OPENS = frozenset(("if", "menu", "choice"))
_CLOSES = frozenset(("endif", "endmenu", "endchoice"))


def entry_owner(group: Group) -> Owner | None:
    """What a group of Kconfig statements is about; None for what stands under no header."""
    header = group.header
    if header is None:
        return None
    if header.word in SYMBOL_WORDS:
        return Owner(Scope.SYMBOL, header.rest.strip())
    if header.word in _CLOSES or header.word not in (*_OPENS, "comment", "mainmenu"):
        return OUTSIDE
    return Owner(Scope.ENTRY, header.text)


def _kconfig(lines: tuple[str, ...]) -> Iterator[Extent]:
    around: list[str] = []
    for group in grouped(statements(lines)):
        header, owner = group.header, entry_owner(group)
        if header is None or owner is None:
            continue
        if header.word in _CLOSES:
            del around[-1:]
        last = max((member.end_line for member in group.members), default=header.end_line)
        yield Extent(owner, header.line - 1, last - 1, tuple(around[-64:]))
        if header.word in _OPENS:
            around.append(header.text)
