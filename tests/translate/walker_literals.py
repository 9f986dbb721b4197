"""What constants and string literals of C are worth."""

from __future__ import annotations

import re

from walker_types import IntType, Model

_NUMBER = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlL]*)")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)|([^\\])", re.DOTALL)
_LETTERS = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}


def number(text: str, model: Model) -> tuple[IntType, int] | None:
    """The type and value of an integer constant; None for any other."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, digits, suffix = match[1], match[2].lower(), match[3].lower()
    decimal = not digits.startswith("0")
    value = int(digits, 0 if digits.startswith(("0x", "0b")) else 10 if decimal else 8)
    lengths = ("int", "long", "long long")[suffix.count("l") :]
    signs = (False,) if "u" in suffix else (True,) if decimal else (True, False)
    for word in lengths:
        for signed in signs:
            kind = model.by_name[word, signed]
            if value <= kind.high:
                return kind, kind.wrap(-value) if sign == "-" else value
    return None


def codes(literal: str) -> list[int]:
    """The character codes of one literal piece with its quotes, without a final 0."""
    found: list[int] = []
    for match in _ESCAPE.finditer(literal[1:-1]):
        escape, plain = match[1], match[2]
        if plain is not None:
            found += plain.encode()
        elif escape[0] == "x":
            found.append(int(escape[1:], 16) & 255)
        elif escape[0] in "01234567":
            found.append(int(escape, 8) & 255)
        elif escape != "\n":
            found.append(_LETTERS.get(escape, ord(escape)))
    return found
