"""The rewrite of types that stand where the grammar wants values: arguments and casts."""

from __future__ import annotations

import re

from analyzer.csource.buffer import KEYWORDS, Buffer
from analyzer.csource.idioms import KNOWN_TYPE, TYPE_ARGUMENT, TYPE_WORDS
from analyzer.csource.marks import TypeOfPlace, TypePlace

_CAST = re.compile(rb"\(\s*+([A-Za-z_]\w*+)\s*+\)(?=\s*+[-+*&(])")
_WORD = re.compile(rb"\w+")
_ENDS_OPERAND = frozenset(b")]")
_BEFORE_OPERAND = frozenset((b"return", b"case", b"else"))
_CAST_OPERATOR = ord("~")


def rewrite_type_arguments(buffer: Buffer) -> None:
    """Make a type among the arguments of a call, ``container_of(p, struct x, m)``, a name."""
    for match in TYPE_ARGUMENT.finditer(buffer.masked, buffer.body):
        start, end = match.span("type")
        if match["type"] in TYPE_WORDS or not _in_call(buffer, start):
            continue
        if not buffer.is_rewritten(start, end):
            buffer.marks[start] = TypePlace(start, end)
            buffer.word(start, end, b"type_")


def _in_call(buffer: Buffer, start: int) -> bool:
    """Whether a type that begins here is not in the parenthesis of a cast."""
    left = buffer.left(start)
    if buffer.out[left - 1 : left] != b"(":
        return True
    word = buffer.word_before(left - 1)
    return bool(word) and word not in KEYWORDS


def rewrite_casts(buffer: Buffer) -> None:
    """Make a cast to a named type, which looks like an operand, an operator, which binds alike."""
    for match in _CAST.finditer(bytes(buffer.out)):
        name = match[1].decode("utf-8", "replace")
        known = name in buffer.types or KNOWN_TYPE.fullmatch(name)
        if known and _wants_operand(buffer, match.start()):
            start, end = match.span()
            inner = buffer.marks.pop(match.start(1), None)
            place = inner if isinstance(inner, TypeOfPlace) else TypePlace(*match.span(1))
            buffer.marks[start] = place
            buffer.blank(start, end)
            buffer.out[start] = _CAST_OPERATOR


def _wants_operand(buffer: Buffer, start: int) -> bool:
    """Whether an operand comes next, so that a parenthesis here calls nothing."""
    left = buffer.left(start)
    if left == 0 or buffer.out[left - 1] not in _ENDS_OPERAND:
        return not (word := buffer.word_before(start)) or word in _BEFORE_OPERAND
    begin = buffer.opening.get(left - 1)
    inner = buffer.masked[begin + 1 : left - 1].strip() if begin is not None else b""
    first = _WORD.match(inner)
    return inner.endswith(b"*") or (first is not None and first[0] in TYPE_WORDS)
