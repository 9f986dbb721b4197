"""Kernel C made plain C of the same length: the table-driven rewrite before the parse.

Offsets do not move, so what stands where a rewritten thing stood is known by its first byte; the
``marks`` say what it was. Works on a masked text: no comment, no literal, no directive is in it.
One pass over the words of the table, linear in the text.

Where C itself cannot tell a type from a value, this decides by names: ``(foo)(x)``, ``(foo) - x``,
``(foo) * x`` are casts where ``foo`` is a typedef of this file or spelled as the kernel's types are
(``u64``, ``pgoff_t``), and are left to the conversion otherwise. A declaration ``foo * bar;`` is
one because a product whose value nobody takes is not written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container

from analyzer.csource.buffer import KEYWORDS, Buffer
from analyzer.csource.idioms import SYSCALL, WORD
from analyzer.csource.marks import (
    AlignMark,
    ArmMark,
    Loop,
    OffsetMark,
    RangeMark,
    Rewritten,
    Strange,
    TypeOfPlace,
)
from analyzer.csource.mask import Directive
from analyzer.csource.rewrite_members import (
    rewrite_members,
    rewrite_nameless_bits,
    rewrite_wider,
)
from analyzer.csource.rewrite_types import rewrite_casts, rewrite_type_arguments

_INITIALIZED = re.compile(rb"\)\s*+=\s*+\{")
_BLOCK_BEHIND = re.compile(rb"\)\s*+\{")
_BEHIND = re.compile(rb"\s*+([A-Za-z_{]?)")
_LABEL_AT_END = re.compile(rb":(\s)(?=\s*+\})")
_ASM_WORDS = re.compile(rb"(?:\s|volatile|__volatile__|goto|inline|__inline__)*+")
_ENDED = re.compile(rb"\s*+;")
_WHILE = b"while(1"
_MARKER = b"X y;"


def rewrite(
    masked: bytes,
    *,
    body: int = 0,
    types: Container[str] = frozenset(),
    directives: dict[int, Directive] | None = None,
    wider: bool = False,
) -> Rewritten:
    """Rewrite a masked text. Statements begin at byte ``body`` (-1 where there are none).

    ``wider`` blanks unknown words before the body too, where only annotations can stand.
    """
    buffer = Buffer(masked, body if body >= 0 else len(masked), types)
    _syscall(buffer)
    for match in WORD.finditer(masked):
        if match.start() >= buffer.done and match.lastgroup is not None:
            _WORDS[match.lastgroup](buffer, match)
    if body:
        rewrite_members(buffer)
        rewrite_nameless_bits(buffer)
    if wider:
        rewrite_wider(buffer, buffer.body)
    _blocks(buffer)
    _declaring_macros(buffer)
    rewrite_type_arguments(buffer)
    rewrite_casts(buffer)
    _markers(buffer, directives or {})
    for match in _LABEL_AT_END.finditer(bytes(buffer.out)):
        buffer.out[match.start(1)] = ord(";")
    data = bytes(buffer.out)
    return Rewritten(data, buffer.marks, tuple(buffer.layout), tuple(buffer.cleanups))


def _annotation(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.blank(*match.span())


def _called(buffer: Buffer, match: re.Match[bytes]) -> None:
    found = buffer.parenthesis(match.end())
    if found is not None:
        buffer.blank(match.start(), found[1] + 1)


def _attribute(buffer: Buffer, match: re.Match[bytes]) -> None:
    found = buffer.parenthesis(match.end())
    if found is None:
        return
    text = buffer.masked[match.end() : found[1]]
    if b"packed" in text or b"aligned" in text or b"mode" in text:
        buffer.layout.append(match.start())
    if b"cleanup" in text:
        buffer.cleanups.append(match.start())
    _called(buffer, match)


def _inline(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.blank(*match.span())
    buffer.out[match.start() : match.start() + 6] = b"inline"


def _layout(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.layout.append(match.start())
    found = buffer.parenthesis(match.end())
    buffer.blank(match.start(), found[1] + 1 if found else match.end())


def _cleanup(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.cleanups.append(match.start())
    _called(buffer, match)


def _typeof(buffer: Buffer, match: re.Match[bytes]) -> None:
    found = buffer.parenthesis(match.end())
    if found is not None:
        begin, close = found
        buffer.marks[match.start()] = TypeOfPlace(begin + 1, close)
        buffer.word(match.start(), close + 1, b"typeof")


def _asm(buffer: Buffer, match: re.Match[bytes]) -> None:
    begin = buffer.masked.find(b"(", match.end())
    close = buffer.closing.get(begin)
    if close is None or not _ASM_WORDS.fullmatch(buffer.masked, match.end(), begin):
        return
    buffer.marks[match.start()] = Strange("asm", match.start(), close + 1)
    buffer.word(match.start(), close + 1, b"asm")


def _fallthrough(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.blank(*match.span())


def _offsetof(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.marks[match.start()] = OffsetMark()
    buffer.word(match.start(), match.end(), b"offset_of")


def _alignof(buffer: Buffer, match: re.Match[bytes]) -> None:
    buffer.marks[match.start()] = AlignMark()
    buffer.blank(*match.span())
    buffer.out[match.start() : match.start() + 6] = b"sizeof"


def _static(buffer: Buffer, match: re.Match[bytes]) -> None:
    found = buffer.parenthesis(match.end())
    if found is None or match.start() < buffer.body:
        return
    end = found[1] + 1
    if _ENDED.match(buffer.masked, end) and buffer.begins_statement(match.start()):
        buffer.marks[match.start()] = Strange("a declaration by a macro", match.start(), end)
        buffer.word(match.start(), end, b"static_macro")


def _range(buffer: Buffer, match: re.Match[bytes]) -> None:
    dots = match.end() - 3
    buffer.marks[dots] = RangeMark()
    buffer.out[dots : match.end()] = b"|| "


def _loop(buffer: Buffer, match: re.Match[bytes]) -> None:
    found = buffer.parenthesis(match.end())
    if found is None:
        return
    behind = _BEHIND.match(buffer.masked, found[1] + 1)
    if behind is not None and behind[1]:
        _iterate(buffer, match.start(), match.end(), *found)


_WORDS: dict[str, Callable[[Buffer, re.Match[bytes]], None]] = {
    "attribute": _attribute,
    "inline": _inline,
    "layout": _layout,
    "cleanup": _cleanup,
    "called": _called,
    "plain": _annotation,
    "typeof": _typeof,
    "asm": _asm,
    "loop": _loop,
    "fallthrough": _fallthrough,
    "offsetof": _offsetof,
    "alignof": _alignof,
    "static": _static,
    "range": _range,
}


def _iterate(buffer: Buffer, start: int, end: int, begin: int, close: int) -> None:
    too_short = close - start < len(_WHILE)
    if start < buffer.body or too_short or not buffer.begins_statement(start):
        return
    name = buffer.masked[start:end].decode("utf-8", "replace")
    buffer.marks[start] = Loop(name, begin + 1, close)
    buffer.out[start:close] = _WHILE.ljust(close - start)
    buffer.done = max(buffer.done, close + 1)


def _blocks(buffer: Buffer) -> None:
    """A call with a block behind it is a loop by macro, whatever its name."""
    for match in _BLOCK_BEHIND.finditer(buffer.masked, buffer.body):
        begin = buffer.opening.get(match.start())
        if begin is None:
            continue
        name = buffer.word_before(begin)
        if not name or name in KEYWORDS or name.startswith(b"do_"):
            continue
        end = buffer.left(begin)
        start = end - len(name)
        if start in buffer.marks or buffer.out[start:begin] != buffer.masked[start:begin]:
            continue
        _iterate(buffer, start, end, begin, match.start())


def _declaring_macros(buffer: Buffer) -> None:
    """``DECLARE_BITMAP(map, n) = { 0 };``: only a declaration has braces behind its ``=``."""
    for match in _INITIALIZED.finditer(buffer.masked, buffer.body):
        begin, end = buffer.opening.get(match.start()), buffer.masked.find(b";", match.end())
        name = b"" if begin is None else buffer.word_before(begin)
        if begin is None or end < 0 or not name or name in KEYWORDS:
            continue
        start = buffer.left(begin) - len(name)
        if buffer.begins_statement(start) and not buffer.is_rewritten(start, end):
            buffer.marks[start] = Strange("a declaration by a macro", start, end)
            buffer.word(start, end, b"macro")


def _markers(buffer: Buffer, directives: dict[int, Directive]) -> None:
    for start, directive in directives.items():
        if directive.end - directive.start < len(_MARKER):
            continue  # an #if without a condition: the grammar stumbles over its #
        buffer.marks[start] = ArmMark(directive)
        buffer.out[start : start + len(_MARKER)] = _MARKER


def _syscall(buffer: Buffer) -> None:
    match = SYSCALL.match(buffer.masked)
    close = buffer.closing.get(buffer.masked.find(b"(")) if match else None
    if match is None or close is None:
        return
    start, name = match.start("name"), match["name"]
    head = b"long".ljust(start - 1) + name
    commas = [at for at in range(match.end(), close) if buffer.masked[at] == 0x2C]
    buffer.out[: match.end()] = (head + b"(").ljust(match.end())
    for number, at in enumerate(commas):
        if number % 2 == 1 or number == 0:
            buffer.out[at] = 0x20
