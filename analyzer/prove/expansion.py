"""A function's text with its macros expanded: the names in it that ``##`` makes."""

from __future__ import annotations

from analyzer.csource.expand import expand
from analyzer.csource.syntax import Macro
from analyzer.prove.definitions import Definitions
from analyzer.prove.named import ways
from analyzer.prove.stated import Body


def expansion(side: Definitions, body: Body, line: int | None) -> str | None:
    """Expand a function's text as on a line of its file, or in a header; None where it is not."""

    def lookup(name: str) -> Macro | None:
        if name.startswith("CONFIG_"):
            found = side.configuration.find(name)
            return found if isinstance(found, Macro) else None
        return next((each.macro for each in ways(side.macro(name, line))), None)

    # Directives that are left are in no text that can be expanded; their names are followed.
    return expand(" ".join(each for each in body.tokens if each[0] != "#"), lookup)
