"""The fixtures of fixtures/prove: pairs of one function, and the truth about each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "fixtures" / "prove"


@dataclass(frozen=True, slots=True)
class Case:
    """One variant against its upstream.

    `note` says what is wrong, or what is odd about an equal one.
    """

    kind: str
    function: str
    upstream: Path
    variant: Path
    equal: bool
    note: str

    @property
    def name(self) -> str:
        """The kind and the file's name, as in `guards/wrong-le`."""
        return f"{self.kind}/{self.variant.stem}"


@dataclass(frozen=True, slots=True)
class Kind:
    """One directory: the function that its files define, and the callees that none defines."""

    name: str
    what: str
    function: str
    external: tuple[str, ...]
    upstream: Path
    cases: tuple[Case, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Return what the index names, in its order.

    Raises ValueError where the index and the files of a directory do not fit together.
    """
    index = tomllib.loads((FOLDER / "index.toml").read_text())
    return tuple(_kind(name, entry) for name, entry in index.items())


def cases() -> tuple[Case, ...]:
    """Return every variant of every kind."""
    return tuple(case for kind in kinds() for case in kind.cases)


def _kind(name: str, entry: Mapping[str, Any]) -> Kind:
    folder = FOLDER / name
    notes = {
        f"{truth}-{stem}": note
        for truth in ("equal", "wrong")
        for stem, note in entry.get(truth, {}).items()
    }
    upstream = folder / "upstream.c"
    variants = sorted(set(folder.glob("*.c")) - {upstream})
    wrong = {each.stem for each in variants if each.stem.startswith("wrong-")}
    unknown = {each.stem for each in variants if not each.stem.startswith(("wrong-", "equal-"))}
    # A wrong file needs its note, and a note its file.
    if unknown or not wrong <= notes.keys() <= {each.stem for each in variants}:
        raise ValueError(f"{folder}: the index and the files do not fit together")
    function = entry["function"]
    return Kind(
        name=name,
        what=entry["what"],
        function=function,
        external=tuple(entry["external"]),
        upstream=upstream,
        cases=tuple(
            Case(name, function, upstream, at, at.stem not in wrong, notes.get(at.stem, ""))
            for at in variants
        ),
    )
