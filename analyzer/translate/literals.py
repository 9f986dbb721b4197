"""Integer, character and string literals: their values and types."""

from __future__ import annotations

import re
from typing import TypeAlias

from analyzer.csource.syntax import String
from analyzer.translate.types import Integer, Model

Value: TypeAlias = tuple[int, Integer]

_LONGEST_NUMBER = 200
_NUMBER = re.compile(
    r"(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|(?P<oct>0[0-7]*)|(?P<dec>[1-9][0-9]*))"
    r"(?P<suffix>[uU]?(?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU])",
    re.ASCII,
)
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}


def literal(text: str, model: Model) -> Value | None:
    """Return the value and type of an integer constant as written (C11 6.4.4.1).

    None for a floating constant and for one that no type can hold.
    """
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if found is None:
        return None
    base = next(name for name in _BASES if found[name] is not None)
    value = int(found[base], _BASES[base])
    suffix = found["suffix"].lower()
    unsigned = "u" in suffix
    ranks = ("int", "long", "long long")[suffix.count("l") :]
    for rank in ranks:
        bits = {"int": 32, "long": model.long_bits, "long long": 64}[rank]
        for signed in (True, False):
            if signed == unsigned if unsigned else (not signed and base == "dec"):
                continue
            kind = model.integer(rank, bits, signed)
            if value <= kind.high:
                return value, kind
    return None


_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27, "E": 27}
_ESCAPES |= {mark: ord(mark) for mark in "\\'\"?"}
_PIECE = re.compile(
    r"\\(?:x(?P<hex>[0-9a-fA-F]+)|(?P<oct>[0-7]{1,3})|(?P<simple>[\\'\"?abfnrtveE]))|(?P<plain>[^\\])",
    re.DOTALL,
)


def character(text: str, model: Model) -> Value | None:
    """Return the value and type (int) of a character constant as written, with its quotes.

    None for several characters in one, for a wide one and for one that is not of ASCII.
    """
    if len(text) < 3 or text[0] != "'" or text[-1] != "'":
        return None
    found = _PIECE.fullmatch(text, 1, len(text) - 1)
    value = _piece(found) if found is not None else None
    if value is None or (found is not None and found["plain"] and value > 127):
        return None
    return Integer("char", 8, model.char_signed, 1).wrap(value), model.int


def text_bytes(string: String) -> bytes | None:
    """Return the bytes of a string literal, without the final 0; None for a wide one."""
    found = bytearray()
    for piece in string.pieces:
        if len(piece) < 2 or piece[0] != '"' or piece[-1] != '"':
            return None
        at, end = 1, len(piece) - 1
        while at < end:
            match = _PIECE.match(piece, at, end)
            value = _piece(match) if match is not None else None
            if match is None or value is None:
                return None
            plain = match["plain"]
            found += plain.encode("utf-8", "surrogateescape") if plain else bytes((value,))
            at = match.end()
    return bytes(found)


def _piece(found: re.Match[str]) -> int | None:
    if found["simple"]:
        return _ESCAPES[found["simple"]]
    if found["plain"]:
        return ord(found["plain"])
    digits = found["hex"] or found["oct"]
    value = int(digits, 16 if found["hex"] else 8) if len(digits) <= _LONGEST_NUMBER else 256
    return value if value <= 255 else None
