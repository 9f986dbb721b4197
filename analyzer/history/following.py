"""What fixes what, by way of others: the same walk for an index and for a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analyzer.history.facts import How

MOST_LATER = 1000


@dataclass(frozen=True, slots=True)
class Edge:
    """The commit ``id``, committed at ``time``, fixes or reverts the commit ``of``."""

    id: str
    time: int
    how: How
    of: str


def followers(
    start: str, ask: Callable[[Sequence[str]], Iterable[Edge]], most: int
) -> tuple[list[tuple[int, Edge]], bool]:
    """What follows a commit with the depth of each, nearest and oldest first.

    Of more than ``most`` the first are told, and the second answer is True. ``ask`` gives all that
    directly follow some commits. Each commit is asked about once, so commits that fix each other do
    no harm.
    """
    found: dict[tuple[str, str], tuple[int, Edge]] = {}
    seen, level, depth = {start}, [start], 0
    while level and len(found) <= most:
        depth += 1
        edges = [edge for edge in ask(level) if edge.id not in (start, edge.of)]
        for edge in edges:
            # One that reverts a commit often says that it fixes it, too.
            if (edge.id, edge.of) not in found or edge.how is How.REVERTS:
                found[edge.id, edge.of] = (depth, edge)
        level = list(dict.fromkeys(edge.id for edge in edges if edge.id not in seen))
        seen.update(level)
    ordered = sorted(found.values(), key=lambda one: (one[0], one[1].time, one[1].id, one[1].of))
    return ordered[:most], bool(level) or len(ordered) > most
