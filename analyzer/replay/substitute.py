"""A target with functions of upstream's in the place of its own: what makes a difference go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analyzer.machine.movepath import MovePath
from analyzer.translate.result import Translated


def substituted(target: MovePath, upstream: MovePath, names: Iterable[str]) -> MovePath | None:
    """The target with these functions as upstream has them, and with what they need beside it.

    None where that cannot be: a function, or one that it calls, is called otherwise in the target.
    """
    chosen = tuple(dict.fromkeys(names))
    own, theirs = target.named(), upstream.named()
    taken: dict[str, Translated] = {}
    waiting = list(chosen)
    while waiting:
        name = waiting.pop()
        if name in taken or name not in theirs:
            continue
        function = theirs[name]
        if name in own and not alike(own[name], function):
            return None
        if name in own and name not in chosen:
            continue
        taken[name] = function
        waiting += [need.name for need in function.needs]
    if any(name not in taken for name in chosen):
        return None
    kept = (one for one in target.functions if one.name not in taken)
    return replace(
        target,
        key=(target.key, upstream.key, chosen),
        functions=(*kept, *taken.values()),
        variables=tuple(
            {one.name: one for one in (*upstream.variables, *target.variables)}.values()
        ),
    )


def alike(one: Translated, other: Translated) -> bool:
    """Whether two functions are called alike."""
    return len(one.parameters) == len(other.parameters)
