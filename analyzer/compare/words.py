"""Lines as words: what is left when white space and comments do not count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.csource import Kind, code_tokens, starts_in_comment, tokens

NAME = re.compile(r"[A-Za-z_]\w*")
_PROSE = re.compile(r"\w+|[^\w\s]")


def words_in(texts: Sequence[str], *, c: bool) -> list[tuple[str, ...]]:
    """The words of each line of one side of a hunk: tokens in C, else what blanks divide.

    A line that is all comment has none.
    """
    if not c:
        return [tuple(_PROSE.findall(text)) for text in texts]
    text = "\n".join(texts)
    out: list[list[str]] = [[] for _ in texts]
    for token in tokens(text, in_comment=starts_in_comment(text)):
        if token.kind is Kind.COMMENT:
            continue
        for i, part in enumerate(token.text.split("\n"), token.line - 1):
            out[i] += _directive(part) if token.kind is Kind.DIRECTIVE else [part]
    return [tuple(words) for words in out]


def _directive(part: str) -> list[str]:
    """The words of a line of a directive; the word before it keeps it from being one here."""
    return [token.text for token in code_tokens(f"_ {part}")[1:]]
