"""An order in which everything comes after what it needs. Linear; not recursive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

K = TypeVar("K")


def in_order(
    starts: Iterable[K], needed: Callable[[K], Iterable[K]], cyclic: Callable[[K], None]
) -> Iterator[K]:
    """All that ``starts`` lead to, each once, what it needs before it.

    ``cyclic`` is told of each that is needed for itself, before anything of its circle comes.
    """
    done: set[K] = set()
    for start in starts:
        if start in done:
            continue
        open_: dict[K, Iterator[K]] = {start: iter(dict.fromkeys(needed(start)))}
        path = [start]
        while path:
            for other in open_[path[-1]]:
                if other in done:
                    continue
                if other in open_:
                    cyclic(other)
                    continue
                open_[other] = iter(dict.fromkeys(needed(other)))
                path.append(other)
                break
            else:
                last = path.pop()
                del open_[last]
                done.add(last)
                yield last
