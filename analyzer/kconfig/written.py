"""What a ``.config`` says of a symbol, as conf takes it: ``conf_set_sym_val()`` of confdata.c."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzer.kconfig.evaluate import Tristate
from analyzer.kconfig.symbols import SymbolType

_WORDS = {"n": Tristate.N, "m": Tristate.M, "y": Tristate.Y}
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_HEXADECIMAL = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{1,16}")
_ESCAPED = re.compile(r"\\(.)")


def user_tristate(settings: Mapping[str, str], name: str, kind: SymbolType) -> Tristate | None:
    """The value of a bool or tristate; None where the file has none that is fit for it."""
    found = _WORDS.get(settings.get(name, ""))
    return None if found is Tristate.M and kind is SymbolType.BOOL else found


def user_text(settings: Mapping[str, str], name: str, kind: SymbolType) -> str | None:
    """The value of a number or a string, without quotes; None where there is none that fits."""
    text = settings.get(name)
    # What "is not set" is read as n, which a string cannot be without quotes.
    if text is None:
        return None
    if kind is SymbolType.STRING:
        if len(text) < 2 or text[0] != '"' or text[-1] != '"':
            return None
        return _ESCAPED.sub(r"\1", text[1:-1])
    shape = _DECIMAL if kind is SymbolType.INT else _HEXADECIMAL
    return text if shape.fullmatch(text) else None


def fits(text: str, kind: SymbolType) -> bool:
    """Whether a .config's value is one that a symbol of this type can have."""
    match kind:
        case SymbolType.BOOL:
            return text in ("y", "n")
        case SymbolType.TRISTATE:
            return text in _WORDS
        case SymbolType.UNKNOWN:
            return True
        case _:
            return text == "n" or user_text({"": text}, "", kind) is not None


def within(text: str, limits: tuple[str, str], kind: SymbolType) -> bool:
    """Whether a number lies in a range, both ends included."""
    base = 16 if kind is SymbolType.HEX else 10
    try:
        value, low, high = (int(each or "0", base) for each in (text, *limits))
    except ValueError:
        return True
    return low <= value <= high
