"""The lines of a file's functions without their layout, each worked out once."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from analyzer.compare.change import Owner
from analyzer.compare.outline import Extent, Outline

_LEAST_WORDS = 2
# A name of a list says enough by itself.
_LISTED = re.compile(r"[A-Za-z_]\w{3,},")


def plain(text: str) -> str:
    """A line with every run of blanks as one."""
    return " ".join(text.split())


class Body:
    """What one function or symbol holds."""

    def __init__(self, first: int, lines: tuple[str, ...]) -> None:
        self.first = first
        self.lines = tuple(map(plain, lines))

    @cached_property
    def all(self) -> frozenset[str]:
        """Its lines."""
        return frozenset(self.lines)

    @cached_property
    def once(self) -> dict[str, int]:
        """The lines that stand in it once and say something, and where in the file, from 0."""
        counts = Counter(self.lines)
        return {
            line: self.first + i
            for i, line in enumerate(self.lines)
            if counts[line] == 1 and (len(line.split()) >= _LEAST_WORDS or _LISTED.fullmatch(line))
        }


class Bodies:
    """The bodies of one file by what they are of."""

    def __init__(self, text: Outline | None) -> None:
        self.text = text
        self._found: dict[int, Body] = {}

    def of(self, owner: Owner | None) -> Body | None:
        """One body, the first of its owner; None where the file is not at hand or has none."""
        if self.text is None or owner is None:
            return None
        return self._body(self.text.extent_of(owner))

    def all_of(self, owner: Owner) -> list[Body]:
        """The bodies of what bears one name several times: an enum without one, two arms."""
        found = (self._body(each) for each in self._by_owner.get(owner, ()))
        return [body for body in found if body is not None]

    @cached_property
    def _by_owner(self) -> dict[Owner, list[Extent]]:
        found: dict[Owner, list[Extent]] = {}
        for each in self.text.extents if self.text else ():
            found.setdefault(each.owner, []).append(each)
        return found

    def at(self, line: int) -> Body | None:
        """The body that a line of the file stands in, from 0."""
        return self._body(self.text.extent_at(line)) if self.text else None

    def _body(self, extent: Extent | None) -> Body | None:
        if extent is None or self.text is None:
            return None
        if extent.first not in self._found:
            self._found[extent.first] = Body(extent.first, self.text.body(extent))
        return self._found[extent.first]
