"""A way out that is upstream's to the letter, under a lock that the target alone holds there.

The target's function may take a lock, or begin something, before the place where upstream's later
one does. By the text this is told where every other way out behind it gives it back. What gives
back what is known by names alone, so this is shown to a person and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.compare.apart import Body, called, spoken
from analyzer.compare.exits import Around, Exit, Node, Words

# A word of a name of a function that takes something, and those of one that gives it back.
_PAIRS = {
    "lock": ("unlock", "release"),
    "down": ("up",),
    "get": ("put",),
    "start": ("stop", "end"),
    "begin": ("end",),
    "enter": ("exit", "leave"),
    "disable": ("enable",),
    "acquire": ("release",),
    "freeze": ("unfreeze", "thaw"),
    "hold": ("release", "put"),
}
# Of what is taken, of other ways out, and of statements of a function.
_MOST, _WAYS, _LONGEST = 4, 20, 4000


def held(one: Exit | None, other: Exit, upstream: Body, target: Body) -> str:
    """What our way out leaves undone, in words; empty where nothing is seen to be.

    ``one`` is upstream's that stands for it: what is done before both, both leave.
    """
    nodes = target.code.nodes
    if max(len(nodes), len(upstream.code.nodes)) > _LONGEST:
        return ""
    before = _straight(upstream.code.nodes, one.at) if one is not None else ()
    there = {called(node.words, upstream.names) for _, node in before}
    taken = [(at, node) for at, node in _straight(nodes, other.at) if _takes(node.words)]
    for at, node in [each for each in taken if each[1].words not in there][-_MOST:]:
        if _gives_back(target, at, other, node.words):
            continue
        rest = [each for each in target.code.exits() if each.at > at and each.at != other.at]
        if rest and all(_gives_back(target, at, each, node.words) for each in rest[-_WAYS:]):
            return (
                f"`{spoken(node.words)}` stands before this way out, and every other one behind it "
                "undoes it; upstream's has not done it where it leaves"
            )
    return ""


def _straight(nodes: list[Node], end: int) -> Iterator[tuple[int, Node]]:
    """The steps that are always done before a node: they stand under nothing that it does not."""
    around = nodes[end].around
    for at in range(end):
        node = nodes[at]
        if node.what == "step" and _is_prefix(node.around, around):
            yield at, node


def _is_prefix(one: tuple[Around, ...], other: tuple[Around, ...]) -> bool:
    inner = other[: len(one)]
    return len(inner) == len(one) and all(
        (a.id, a.arm) == (b.id, b.arm) for a, b in zip(one, inner, strict=True)
    )


def _gives_back(body: Body, taken: int, way: Exit, words: Words) -> bool:
    """Whether something is given back between where it is taken and the end of a way out."""
    steps = [node.words for at, node in _straight(body.code.nodes, way.at) if at > taken]
    steps += [step.words for step in (*way.lead, *way.steps)]
    # What is not known to its end may do it.
    return bool(way.open) or any(_undoes(each, words) for each in steps)


def _takes(words: Words) -> bool:
    return len(words) > 1 and words[1] == "(" and any(part in _PAIRS for part in _parts(words))


def _undoes(step: Words, taken: Words) -> bool:
    """Whether a step gives back what another took: names that pair, and the same first argument."""
    if len(step) < 2 or step[1] != "(" or _first(step) != _first(taken):
        return False
    one, other = _parts(taken), _parts(step)
    return any(
        part in _PAIRS
        and one[:at] == other[:at]
        and other[at : at + 1]
        and other[at] in _PAIRS[part]
        for at, part in enumerate(one)
    )


def _parts(words: Words) -> list[str]:
    return words[0].strip("_").split("_")


def _first(words: Words) -> Words:
    """The first argument of a call that is a statement."""
    depth = 0
    for at, word in enumerate(words[1:], 1):
        depth += (word in "([{") - (word in ")]}")
        if depth == 0 or (depth == 1 and word == ","):
            return words[2:at]
    return words[2:]
