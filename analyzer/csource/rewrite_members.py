"""The rewrite of what kernel headers put among members and before declarations.

``struct_group(name, members)`` becomes a struct of its own, a macro that makes a member one member
with a mark. ``rewrite_wider`` takes words that no table knows for annotations, and is for heads
and declarations that the grammar refuses otherwise.
"""

from __future__ import annotations

import re

from analyzer.csource.buffer import KEYWORDS, Buffer
from analyzer.csource.idioms import (
    GROUPS,
    KEPT_ARGUMENT,
    PADDINGS,
    TYPE_WORDS,
    WITHOUT_MEMBERS,
)
from analyzer.csource.marks import Group, MemberMacro, NoName, TypePlace

_USE = re.compile(rb"[;{},]\s*+([A-Za-z_]\w*+)\s*+\(")
_BEHIND = re.compile(rb"\s*+(;)?")
_NEXT_LINE = re.compile(rb"[ \t]*+\r?\n\s*+[A-Za-z_}#]")
_NAMELESS = re.compile(
    rb"(?<=[;{])\s*+(?P<type>[A-Za-z_]\w*+(?:\s++[A-Za-z_]\w*+)*+)\s*+(?=:\s*+\d\w*+\s*+;)"
)
_NAMELESS_NEXT = re.compile(rb",\s*?(\s):\s*+\d")
_SEPARATOR = re.compile(rb"[(\[{)\]},]")

_QUALIFIED = rb"\b(?:const|volatile|restrict|static|extern|inline|typedef|register|return|goto|else"
_NOT_BEFORE = re.compile(_QUALIFIED + rb"|case|unsigned|signed|long|short|struct|union|enum)$")
_ODD_WORD = re.compile(
    rb"(?:(?P<type>\w+)|\*(?:\s*+const\b)?)\s++(?P<word>__[a-z]\w*+|[A-Z][A-Z0-9_]*+)"
    rb"(?=\s++\**+[A-Za-z_])|(?P<last>[)\w\]])\s++(?P<behind>__[a-z]\w*+|[A-Z][A-Z0-9_]*+)\s*+(?=[;{=,)])"
)
_ODD_FIRST = re.compile(
    rb"\s*+(?:(?:static|extern|inline|typedef)\s++)*+(?P<word>__[A-Za-z]\w*+|[A-Z][A-Z0-9_]*+)"
    rb"(?=\s++(?:(?:const|static|inline|extern|struct|union|enum|unsigned|signed|void)\b|\w++[\s*]++\w))"
)


def rewrite_members(buffer: Buffer) -> None:
    """Rewrite uses of macros among the members of a struct or union."""
    at = 0
    while (match := _USE.search(buffer.out, at, buffer.body)) is not None:
        # A member may begin right behind what was just rewritten.
        at = match.end(1)
        name = match[1].decode("utf-8", "replace")
        close = buffer.closing.get(match.end() - 1)
        if close is None or match[1] in KEYWORDS or match[1] in TYPE_WORDS:
            continue
        if name in GROUPS:
            _group(buffer, match.start(1), match.end(), close, GROUPS[name])
            at = match.start(1)
        elif buffer.out[match.start()] != 0x2C and match.start(1) not in buffer.marks:
            _member(buffer, name, match.start(1), match.end(), close)


def rewrite_nameless_bits(buffer: Buffer) -> None:
    """Give ``u32 : 8;`` a name, without which the grammar takes no bit-field."""
    for match in _NAMELESS.finditer(bytes(buffer.out[: buffer.body])):
        start, end = match.span("type")
        words = match["type"].split()
        is_type = len(words) == 1 or TYPE_WORDS.issuperset(words)
        if is_type and start not in buffer.marks and match.end() - start >= len("M y"):
            buffer.marks[start] = TypePlace(start, end)
            buffer.marks[match.end() - 1] = NoName()
            buffer.word(start, match.end() - 2, b"M_")
            buffer.out[match.end() - 2 : match.end()] = b" y"
    for match in _NAMELESS_NEXT.finditer(bytes(buffer.out[: buffer.body])):
        buffer.marks[match.start(1)] = NoName()
        buffer.out[match.start(1)] = ord("y")


def _group(buffer: Buffer, start: int, begin: int, close: int, shape: str) -> None:
    """Make ``struct_group(name, members)`` a struct; the shape says what its arguments are."""
    cuts = []
    depth = 0
    for match in _SEPARATOR.finditer(buffer.masked, begin, close):
        if match[0] != b",":
            depth += 1 if match[0] in b"([{" else -1
        elif not depth:
            cuts.append(match.start())
            if len(cuts) == len(shape):
                break
    if len(cuts) < len(shape):
        return
    edges = zip([begin - 1, *cuts], cuts, strict=False)
    words = [buffer.masked[left + 1 : right].strip().decode() for left, right in edges]
    named = dict(zip(shape, words, strict=True))
    buffer.marks[start] = Group(named["n"], named.get("t") or None)
    if named.get("a"):
        buffer.layout.append(start)
    buffer.out[start : cuts[-1] + 1] = b"struct {".ljust(cuts[-1] + 1 - start)
    buffer.out[close] = 0x7D


def _member(buffer: Buffer, name: str, start: int, begin: int, close: int) -> None:
    ended = _BEHIND.match(buffer.masked, close + 1)
    semicolon = ended is not None and ended[1] is not None
    if not semicolon and not _NEXT_LINE.match(buffer.masked, close + 1):
        return
    end = ended.end() if ended is not None and semicolon else close + 1
    kept = KEPT_ARGUMENT.fullmatch(name)
    if name in WITHOUT_MEMBERS or name in PADDINGS:
        buffer.blank(start, end)
        if name in PADDINGS:
            buffer.layout.append(start)
    elif kept is not None:
        _keep(buffer, start, begin, close, 1 if kept["second"] else 0)
    elif end - start >= len("M y;"):
        buffer.marks[start] = MemberMacro(name, begin, close)
        buffer.word(start, end - 3, b"M_")
        buffer.out[end - 3 : end] = b" y;"


def _keep(buffer: Buffer, start: int, begin: int, close: int, number: int) -> None:
    """Leave one argument of a macro in its place: a member as a vendor has it now."""
    buffer.layout.append(start)
    for _ in range(number):
        begin = buffer.masked.find(b",", begin, close) + 1
        if not begin:
            return
    buffer.blank(start, begin)
    buffer.out[close] = 0x3B


def rewrite_wider(buffer: Buffer, end: int) -> None:
    """Blank words before ``end`` that can only be annotations, whatever they mean."""
    first = _ODD_FIRST.match(buffer.out, 0, end)
    if first is not None:
        buffer.blank(*first.span("word"))
    for match in _ODD_WORD.finditer(bytes(buffer.out[:end])):
        if match["behind"] is not None:
            buffer.blank(*match.span("behind"))
        elif match["type"] is None or not _NOT_BEFORE.search(match["type"]):
            buffer.blank(*match.span("word"))
