"""Shape lines as data files write them: ``context 3``, ``+code 1``, ``-brace } 0``."""

from __future__ import annotations

from analyzer.upstream.shape import Kind, ShapeLine

_WITH_DEPTH = frozenset({Kind.CODE, Kind.COMMENT, Kind.BRACE})
_WITH_DETAIL = frozenset({Kind.BRACE, Kind.DIRECTIVE, Kind.SYMBOL, Kind.PROPERTY})
_KINDS = {kind.value: kind for kind in Kind}

# The largest number a shape may hold: no file of a kernel has a million lines.
_LIMIT = 1_000_000


def render_shape(line: ShapeLine) -> str:
    """The line as a data file writes it."""
    if line.kind is Kind.CONTEXT:
        return f"context {line.count}"
    words = [line.marker + line.kind.value]
    if line.kind in _WITH_DETAIL:
        words.append(line.detail)
    if line.kind in _WITH_DEPTH:
        words.append(str(line.depth))
    return " ".join(words)


def parse_shape(text: str) -> ShapeLine:
    """The inverse of ``render_shape``. ``ValueError`` where the text is no shape line."""
    head, *rest = text.split(" ")
    if head == "context":
        return ShapeLine(" ", Kind.CONTEXT, count=_number(rest, least=1))
    kind = _KINDS.get(head[1:])
    if head[:1] not in ("+", "-") or kind is None or kind is Kind.CONTEXT:
        raise ValueError(text)
    depth = _number(rest[-1:], least=0) if kind in _WITH_DEPTH else 0
    rest = rest[:-1] if kind in _WITH_DEPTH else rest
    return ShapeLine(head[0], kind, _detail(kind, rest), depth)


def _number(words: list[str], least: int) -> int:
    if len(words) != 1 or not (words[0].isascii() and words[0].isdecimal() and len(words[0]) < 8):
        raise ValueError(words)
    number = int(words[0])
    if not least <= number <= _LIMIT:
        raise ValueError(number)
    return number


def _detail(kind: Kind, words: list[str]) -> str:
    if kind is Kind.DIRECTIVE:
        fits = bool(words) and words[0].startswith("#") and all(words)
    elif kind is Kind.BRACE:
        fits = words in (["{"], ["}"])
    elif kind in _WITH_DETAIL:
        fits = len(words) == 1 and bool(words[0])
    else:
        fits = not words
    if not fits:
        raise ValueError(words)
    return " ".join(words)
