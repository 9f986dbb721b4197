"""Whether one of several definitions is always there, or only under some configurations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from analyzer.csource.conditions import evaluate_with
from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.syntax import Macro
from analyzer.machine.definition import Definition

_SYMBOL = re.compile(r"\bCONFIG_(\w+)")
# More symbols than this in the conditions of one name, and not all their settings are tried.
_MOST_SYMBOLS = 6


def live(
    definitions: Iterable[Definition], configuration: Configuration | None
) -> tuple[Definition, ...]:
    """The definitions that a configuration does not rule out; all of them without one."""
    if configuration is None:
        return tuple(definitions)
    given = configuration
    return tuple(
        each
        for each in definitions
        if not any(is_false(condition, given) for condition in each.conditions)
    )


def absent_with(
    definitions: Iterable[Definition], around: Iterable[str], taken_on: Iterable[str]
) -> str | None:
    """The symbols that have only to be off for a call to be compiled without any definition.

    ``around`` are the conditions of the call, ``taken_on`` symbols that are on wherever the file is
    built. None where no such symbols are found: what is not a symbol counts as it has to, and so
    does a symbol that would have to be on, since Kconfig may rule that out.
    """
    every = [each.conditions for each in definitions]
    if any(not _SYMBOL.search(" ".join(each)) for each in every):
        return None
    around, fixed = tuple(around), dict.fromkeys(taken_on, "y")
    texts = [condition for each in every for condition in each]
    names = tuple(dict.fromkeys(name for text in texts for name in _SYMBOL.findall(text)))
    for off in _few_of(tuple(name for name in names if name not in fixed)):
        given = Configuration({**dict.fromkeys(off, "n"), **fixed}, {}, total=False)
        if any(is_false(text, given) for text in around):
            continue
        if all(any(is_false(text, given) for text in each) for each in every):
            return f"{', '.join(f'CONFIG_{name}' for name in off)} off" if off else "these symbols"
    return None


def _few_of(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every choice of symbols, the smallest first; of many symbols one at a time."""
    most = len(names) if len(names) <= _MOST_SYMBOLS else 1
    for count in range(most + 1):
        yield from combinations(names, count)


def is_false(condition: str, given: Configuration) -> bool:
    """Whether a configuration rules a condition out, whatever the headers define themselves."""

    def find(name: str) -> Macro | Absence:
        # What the headers define themselves is not followed here: it is as it has to be.
        return given.find(name) if name.startswith("CONFIG_") else Absence.UNKNOWN

    return evaluate_with(condition, find, total=False) is False
