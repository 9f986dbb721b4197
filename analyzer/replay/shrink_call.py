"""A system call's scenario made plainer while it still shows the same difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from analyzer.machine.scenario import Content, Limits, Remap
from analyzer.mm.entry import Kind

ATTEMPTS = 80


def shrink_call(remap: Remap, still: Callable[[Remap], bool], *, attempts: int = ATTEMPTS) -> Remap:
    """The plainest scenario found that ``still`` accepts: fewer pages and areas, no limits.

    ``still`` is asked at most ``attempts`` times.
    """
    best, left = remap, attempts
    refused: set[Remap] = set()
    again = True
    while again:
        again = False
        for one in _plainer(best):
            if one == best or one in refused:
                continue
            if not left:
                return best
            left -= 1
            if still(one):
                best, again = one, True
                break
            refused.add(one)
    return best


def _plainer(remap: Remap) -> Iterator[Remap]:
    yield replace(remap, limits=Limits(areas=remap.limits.areas), fails=None)
    yield replace(remap, limits=Limits())
    yield replace(remap, fails=None)
    contents, width = remap.contents, len(remap.contents)
    while width:
        for at in range(0, len(contents), width):
            yield replace(remap, contents=contents[:at] + contents[at + width :])
        width //= 2
    for at, area in enumerate(remap.areas):
        inside = [one for one in contents if area.start <= one.at < area.end]
        if not inside and not area.start <= remap.address < area.end:
            yield replace(remap, areas=remap.areas[:at] + remap.areas[at + 1 :])
    plain = tuple(Content(one.at, Kind.PAGE) for one in contents if one.kind is not Kind.TABLE)
    if len(plain) == len(contents) and plain != contents:
        yield replace(remap, contents=plain)
