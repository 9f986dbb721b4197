"""Files of commits that a release leaves out, and why: ``<sha> # reason``, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError

_LARGEST = 16 * 1024 * 1024
_LONGEST_REASON = 400
_ENTRY = re.compile(r"[ \t]*+([0-9a-fA-F]{7,40})(?![0-9A-Za-z_./-])[ \t]*+[:#-]*+[ \t]*+(.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A commit that is left out: its id as far as it is given, lower case, and the reason.

    ``source`` is ``file:line``.
    """

    sha: str
    reason: str
    source: str


def load_blacklists(paths: Sequence[Path]) -> tuple[Entry, ...]:
    """The commits that these files leave out, in order.

    A line begins with a commit's id, of 7 digits at least; the reason follows, behind ``#`` or a
    blank. Comments, and lines that name a file or a directory, leave out no commit. Raises
    ``AnalyzerError`` where a file cannot be read.
    """
    return tuple(entry for path in paths for entry in _entries(path))


def _entries(path: Path) -> Iterator[Entry]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        found = _ENTRY.match(line)
        if found:
            reason = " ".join(found[2].split())[:_LONGEST_REASON]
            yield Entry(found[1].lower(), reason, f"{path}:{number}")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        what = f"cannot be read: {why}"
        raise AnalyzerError(what, where=str(path), todo="give a file of commits") from None
    if len(data) > _LARGEST:
        raise AnalyzerError("is over 16 MiB", where=str(path), todo="give a file of commits")
    if b"\0" in data:
        raise AnalyzerError("is not text", where=str(path), todo="give a file of commits")
    return data.decode("utf-8", "replace")
