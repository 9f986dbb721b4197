"""Completion in a shell: which command is being written, and the words that it takes.

The shell's function sets variables and runs the tool; typer answers. It knows one command at a
time, so the name of a command is taken out of the line that it is shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection

VARIABLE = "_ANALYZE_COMPLETE"
_BASH, _OTHERS, _PLACE = "COMP_WORDS", "_TYPER_COMPLETE_ARGS", "COMP_CWORD"
_FIRST_WORDS = re.compile(r"\s*\S+\s+(\S+)\s")


def asked() -> bool:
    """Whether a shell asks for words."""
    return VARIABLE in os.environ


def command_written(commands: Collection[str]) -> str | None:
    """The command that the line names, which is taken out of it; None where it names none."""
    variable = _BASH if _BASH in os.environ else _OTHERS
    line = os.environ.get(variable, "")
    found = _FIRST_WORDS.match(line)
    if found is None or found[1] not in commands:
        return None
    os.environ[variable] = line[: found.start(1)] + line[found.end(1) :].lstrip()
    place = os.environ.get(_PLACE, "")
    if place.isdigit():
        os.environ[_PLACE] = str(int(place) - 1)
    return found[1]
