"""C text with nothing left in it that could be taken for code: same length, same lines.

Comments and directives become blanks, the contents of literals underscores. Of an ``#if`` and its
kin the ``#`` stays, and a ``Directive`` tells what it was. Linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = rb"/\*(?:[^*]|\*(?!/))*+(?:\*/)?|//(?:[^\n\\]|\\(?:.|\n)?)*+"
_LITERAL = rb'"(?:[^"\\\n]|\\(?:.|\n))*+"?|' + rb"'(?:[^'\\\n]|\\(?:.|\n))*+'?"
# Every alternative begins with a character of its own: that is what makes the search fast.
_HIDDEN = re.compile(rb"%s|%s|#(?:%s|%s|[^\n\\]|\\(?:.|\n)?)*+" % ((_COMMENT, _LITERAL) * 2))
_COMMENTS = re.compile(_COMMENT)
_DIRECTIVE = re.compile(rb"#\s*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b")
_GLUED = re.compile(rb"\\\r?\n")

_BLANK = bytes(each if each in b"\n\r" else 0x20 for each in range(256))


@dataclass(frozen=True, slots=True)
class Directive:
    """An ``#if`` and its kin: bytes, whether it opens or closes, the condition as an expression.

    The condition of ``#ifdef X`` is ``defined(X)``; that of ``#else`` and ``#endif`` is None.
    """

    start: int
    end: int
    word: str
    condition: str | None

    @property
    def opens(self) -> bool:
        """Whether it begins an ``#if``."""
        return self.word.startswith("if")


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text and the conditional directives in it, by the byte where each ``#`` stands."""

    data: bytes
    directives: dict[int, Directive]


def mask(data: bytes) -> Masked:
    """Hide comments, literals and directives."""
    parts: list[bytes] = []
    directives: dict[int, Directive] = {}
    last = 0
    for match in _HIDDEN.finditer(data):
        start, end = match.span()
        text = match[0]
        parts.append(data[last:start])
        last = end
        if text[:1] in b"\"'":
            closed = len(text) > 1 and text[-1:] == text[:1]
            inner = len(text) - (2 if closed else 1)
            parts.append(text[:1] + b"_" * inner + (text[:1] if closed else b""))
        elif text[:1] != b"#":
            parts.append(text.translate(_BLANK))
        elif data[data.rfind(b"\n", 0, start) + 1 : start].strip():
            parts.append(text)
        else:
            kind = _DIRECTIVE.match(text)
            blank = text.translate(_BLANK)
            if kind is not None:
                directives[start] = _directive(start, end, kind[1].decode(), text[kind.end() :])
                blank = b"#" + blank[1:]
            parts.append(blank)
    parts.append(data[last:])
    return Masked(b"".join(parts), directives)


def _directive(start: int, end: int, word: str, rest: bytes) -> Directive:
    plain = _GLUED.sub(b" ", _COMMENTS.sub(b" ", rest)).decode("utf-8", "replace")
    condition = " ".join(plain.split())
    if word in ("else", "endif"):
        return Directive(start, end, word, None)
    if word.endswith("def"):
        name = condition.split(" ")[0]
        condition = f"!defined({name})" if word.endswith("ndef") else f"defined({name})"
    return Directive(start, end, word, condition)
