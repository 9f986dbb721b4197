"""Where the top-level items of a file begin and end: functions, declarations, uses of macros.

Every item is read by itself afterwards, so that what is wrong with one harms no other. Braces are
counted arm by arm: all arms of an ``#if`` begin at the depth where it stands, and the first arm's
depth goes on behind it. An item that begins or ends inside of an ``#if`` and goes on outside of
its arm takes the whole ``#if`` along. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import ClassVar

from analyzer.csource.idioms import ANNOTATION, LAST_BRACE_OF_TYPE, SYSCALL, TYPE_WORDS
from analyzer.csource.mask import Directive, Masked

# Deeper than this nobody nests #if; the conditions of all items together stay linear in the file.
MAX_CONDITIONS = 64


class Kind(Enum):
    """What a top-level item is."""

    FUNCTION = "function"
    DECLARATION = "declaration"
    MACRO = "macro"


@dataclass(frozen=True, slots=True)
class TopLevel:
    """An item: its bytes, its name where that shows, the byte of a function's ``{``.

    ``conditions`` are those of the ``#if`` around it, innermost last. ``closed`` says that its end
    was found. ``macro`` is the name of one that makes a function of ``MACRO(name, ...) { ... }``.
    """

    kind: Kind
    start: int
    end: int
    name: str
    brace: int
    conditions: tuple[str, ...]
    closed: bool = True
    macro: str = ""


@dataclass(slots=True)
class _If:
    """An open ``#if``: where it stands, and how things stood there."""

    start: int
    before: tuple[int, int, int, int]
    conditions: list[str]
    after: tuple[int, int, int] | None = None


_TURN = re.compile(rb"[{};#]")
_BRACE = re.compile(rb"[{}#]")
_NEXT = re.compile(rb"\S")
_LINKAGE = re.compile(rb'extern\s*"_*"\s*$')
_USE = re.compile(rb"(?:(?:static|extern|const)\s+)*([A-Za-z_]\w*)\s*\(")
_PARENTHESIS = re.compile(rb"[();]")
_ARGUMENT = re.compile(rb"\(\s*+(\w+)")
_CHAINED = re.compile(rb"\s*+[A-Z_]++\(")
_CALLED = re.compile(rb"([A-Za-z_]\w*)\s*\(")
_NOT_NAMES = frozenset(
    (
        b"__typeof__",
        b"typeof",
        b"__attribute__",
        b"__typeof",
        b"__alignof__",
        b"sizeof",
        b"_Alignas",
    )
)


def _names_nothing(word: bytes) -> bool:
    return word in _NOT_NAMES or word in TYPE_WORDS or ANNOTATION.match(word + b"()") is not None


def items(masked: Masked) -> list[TopLevel]:
    """Return the items of a file in order; together with the blanks they are all of it."""
    return _Scan(masked).run()


@dataclass(slots=True)
class _Scan:
    masked: Masked
    found: list[TopLevel] = field(default_factory=list)
    open: list[_If] = field(default_factory=list)
    depth: int = 0
    start: int = -1
    brace: int = -1
    at: int = 0

    def run(self) -> list[TopLevel]:
        data = self.masked.data
        self._begin()
        while True:
            # Within braces no semicolon ends anything.
            match = (_BRACE if self.depth else _TURN).search(data, self.at)
            if match is None:
                break
            at = match.start()
            self.at = at + 1
            self._TURNS[match[0]](self, at)
            if self.start < 0 and not self.depth:
                self._begin()
        if self.start >= 0:
            self._end(len(data), closed=not self.depth)
        return self.found

    def _begin(self) -> None:
        """Find where the next item begins; a use of a macro without ``;`` is over at once."""
        data = self.masked.data
        while True:
            match = _NEXT.search(data, self.at)
            if match is None or match[0] in b"#}":
                return
            if match[0] == b";":
                self.at = match.end()
                continue
            self.start = match.start()
            end = _bare_use(data, self.start)
            if end is None:
                return
            self._end(end)
            self.at = end

    def _opened(self, at: int) -> None:
        if not self.depth and self.start >= 0:
            if _LINKAGE.match(self.masked.data, self.start, at):
                self.start = -1
                return
            if self.brace < 0:
                self.brace = at
        self.depth += 1

    def _closed(self, at: int) -> None:
        if not self.depth:
            return
        self.depth -= 1
        if not self.depth and self.start >= 0 and self._is_function():
            self._end(at + 1, function=True)

    def _semicolon(self, at: int) -> None:
        if not self.depth and self.start >= 0:
            self._end(at + 1)

    def _directive(self, at: int) -> None:
        directive = self.masked.directives.get(at)
        if directive is None:
            return
        if directive.opens:
            before = (self.depth, self.start, self.brace, len(self.found))
            self.open.append(_If(at, before, [directive.condition or "0"]))
        elif self.open:
            self._turn(self.open[-1], directive)

    def _turn(self, top: _If, directive: Directive) -> None:
        depth, start, brace, count = top.before
        begun_inside = self.start > top.start
        if top.after is None:
            top.after = (self.depth, self.start, self.brace)
        if directive.word == "endif":
            self._endif(top, directive.end, begun_inside=begun_inside)
            return
        if begun_inside:
            # The head of an item was in the arm: the item has the whole #if.
            start, brace = top.start, -1
            top.after = (self.depth, start, self.brace)
        elif start >= 0 and len(self.found) > count:
            # The arm closed an item that began before it, and the next one closes it too.
            del self.found[count:]
        self.depth, self.start, self.brace = depth, start, brace
        top.before = (depth, start, brace, len(self.found))
        top.conditions.append(directive.condition or "")

    def _endif(self, top: _If, end: int, *, begun_inside: bool) -> None:
        self.open.pop()
        if self.found and self.found[-1].start <= top.start < self.found[-1].end and self.start < 0:
            last = self.found.pop()
            self.found.append(_ended(last, end))
        elif top.after is not None and len(top.conditions) > 1:
            self.depth, self.start, self.brace = top.after
        elif begun_inside:
            self.start = top.start

    def _is_function(self) -> bool:
        return self.brace >= 0 and is_function_head(self.masked.data[self.start : self.brace])

    def _end(self, end: int, *, closed: bool = True, function: bool = False) -> None:
        data = self.masked.data
        kind, name, macro = Kind.DECLARATION, "", ""
        if function or self._is_function():
            head = data[self.start : self.brace]
            kind, macro = Kind.FUNCTION, defining_macro(head)
            name = _first_argument(head) if macro else function_name(head)
        elif _is_use(data, self.start, end):
            kind = Kind.MACRO
        around = [each for each in self.open[-MAX_CONDITIONS:] if each.start < self.start]
        conditions = [condition for each in around for condition in _of(each)][-MAX_CONDITIONS:]
        self.found.append(
            TopLevel(kind, self.start, end, name, self.brace, tuple(conditions), closed, macro)
        )
        self.start = self.brace = -1

    _TURNS: ClassVar[dict[bytes, Callable[[_Scan, int], None]]] = {
        b"{": _opened,
        b"}": _closed,
        b";": _semicolon,
        b"#": _directive,
    }


def _of(each: _If) -> list[str]:
    """What holds in the arm of this ``#if`` where the scan is: earlier arms' conditions do not."""
    *earlier, last = each.conditions[-MAX_CONDITIONS:]
    return [f"!({condition})" for condition in earlier] + ([last] if last else [])


def _ended(item: TopLevel, end: int) -> TopLevel:
    return replace(item, end=end)


def is_function_head(head: bytes) -> bool:
    """Whether a ``{`` behind this text opens the body of a function."""
    plain = ANNOTATION.sub(b" ", head).rstrip()
    return (
        plain.endswith((b")", b"#")) and b"=" not in plain and not LAST_BRACE_OF_TYPE.search(plain)
    )


def function_name(head: bytes) -> str:
    """Return the name in a function's head, as far as its text shows."""
    call = SYSCALL.match(head)
    if call:
        prefix = "compat_sys_" if call["compat"] else "sys_"
        return prefix + call["name"].decode("utf-8", "replace")
    plain = ANNOTATION.sub(lambda match: b" " * len(match[0]), head)
    for match in _CALLED.finditer(plain):
        if not _names_nothing(match[1]):
            return match[1].decode("utf-8", "replace")
    return ""


def defining_macro(head: bytes) -> str:
    """The macro that makes a function of ``MACRO(name, ...)``, or nothing."""
    use = _USE.match(head)
    if use is None or SYSCALL.match(head) or _names_nothing(use[1]):
        return ""
    plain = ANNOTATION.sub(lambda match: b" " * len(match[0]), head).rstrip()
    whole = _closing(plain, use.end() - 1, len(plain)) == len(plain)
    return use[1].decode("utf-8", "replace") if whole else ""


def _first_argument(head: bytes) -> str:
    name = _ARGUMENT.search(head)
    return name[1].decode("utf-8", "replace") if name else ""


def _closing(data: bytes, at: int, end: int) -> int:
    """Return the byte behind the parenthesis that closes the one at ``at``, or -1."""
    depth = 0
    for match in _PARENTHESIS.finditer(data, at, end):
        if match[0] == b";":
            break
        depth += 1 if match[0] == b"(" else -1
        if not depth:
            return match.end()
    return -1


def _bare_use(data: bytes, start: int) -> int | None:
    """Where a use of a macro ends that has no ``;``: the next token begins a line of its own."""
    match = _USE.match(data, start)
    if match is None or _names_nothing(match[1]) or SYSCALL.match(data, start):
        return None
    end = _closing(data, match.end() - 1, len(data))
    behind = _NEXT.search(data, end) if end > 0 else None
    if end < 0 or (behind is not None and behind[0] in b";={,)(["):
        return None
    alone = (
        behind is None or b"\n" in data[end : behind.start()] or _is_chained(match[1], data, end)
    )
    return end if alone else None


def _is_chained(name: bytes, data: bytes, end: int) -> bool:
    """Whether another use of a macro follows on the line: ``PAGEFLAG(..) TESTCLEARFLAG(..)``."""
    return name.isupper() and _CHAINED.match(data, end) is not None


def _is_use(data: bytes, start: int, end: int) -> bool:
    match = _USE.match(data, start, end)
    if match is None or _names_nothing(match[1]):
        return False
    close = _closing(data, match.end() - 1, end)
    behind = _NEXT.search(data, close) if close > 0 else None
    return behind is None or close >= end or behind[0] in b";="
