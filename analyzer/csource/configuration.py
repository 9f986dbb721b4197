"""What a preprocessor is told of a build: the symbols of its configuration, and macros."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from analyzer.csource.syntax import Macro, Span

_NOWHERE = Span(0, 0, 0, 0)
_CONFIG_LINE = re.compile(
    r"(?:CONFIG_(?P<name>\w+)=(?P<value>.*)|\#[ \t]*CONFIG_(?P<unset>\w+) is not set)[ \t]*"
)


class Absence(Enum):
    """Why there is no definition of a name."""

    UNDEFINED = "undefined"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration: ``symbols`` by name without ``CONFIG_``, and ``macros`` by name.

    A symbol is ``y``, ``m``, ``n``, or the text that its macro stands for: a number, or a string
    with its quotes. ``undefined`` names macros that are known to be none. What is not named at
    all is undefined where ``total``, as a preprocessor has it, and unknown otherwise.
    """

    symbols: Mapping[str, str] = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)
    total: bool = True
    undefined: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        # A mapping that its maker goes on changing would change what was decided by it.
        object.__setattr__(self, "symbols", dict(self.symbols))
        object.__setattr__(self, "macros", dict(self.macros))
        object.__setattr__(self, "undefined", frozenset(self.undefined))

    def __hash__(self) -> int:
        named = (frozenset(self.symbols.items()), frozenset(self.macros.items()))
        return hash((named, self.total, self.undefined))

    @classmethod
    def of(
        cls,
        *,
        total: bool = True,
        macros: Mapping[str, str] | None = None,
        undefined: Iterable[str] = (),
        **symbols: bool | int | str,
    ) -> Configuration:
        """Make one from symbols as keywords: True is ``y``, False is ``n``."""
        texts = {name: _symbol_text(value) for name, value in symbols.items()}
        return cls(texts, macros or {}, total, frozenset(undefined))

    def find(self, name: str) -> Macro | Absence:
        """Return the definition of a macro, ``CONFIG_`` ones included, or why there is none."""
        text = self.macros.get(name)
        if text is None and name.startswith("CONFIG_"):
            text = self._symbol(name.removeprefix("CONFIG_"))
        if text is not None:
            return Macro(_NOWHERE, "", name, None, text)
        known = self.total or name in self.undefined or self._is_off(name)
        return Absence.UNDEFINED if known else Absence.UNKNOWN

    def _symbol(self, name: str) -> str | None:
        """Return what ``CONFIG_name`` stands for, None where it is not defined."""
        value = self.symbols.get(name)
        if value is None and self.symbols.get(name.removesuffix("_MODULE")) == "m":
            return "1"
        return _TRISTATE.get(value, value) if value is not None else None

    def _is_off(self, name: str) -> bool:
        """Whether a macro of a symbol that is known is missing: ``n``, or the other of y and m."""
        symbol = name.removeprefix("CONFIG_")
        named = symbol in self.symbols or symbol.removesuffix("_MODULE") in self.symbols
        return named and symbol != name


_TRISTATE: Mapping[str, str | None] = {"y": "1", "m": None, "n": None}


def from_config_text(text: str, *, total: bool = True) -> Configuration:
    """Read a ``.config``. The last line of a symbol wins; lines of no known form say nothing."""
    symbols: dict[str, str] = {}
    for line in text.split("\n"):
        match = _CONFIG_LINE.fullmatch(line.strip())
        if match is None:
            continue
        symbols[match["name"] or match["unset"]] = match["value"].strip() if match["name"] else "n"
    return Configuration(symbols, {}, total)


def _symbol_text(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "y" if value else "n"
    return str(value)
