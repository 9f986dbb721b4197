"""Walks over our syntax: every node below a node, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator


def walk(node: object) -> Iterator[object]:
    """Yield a node and all nodes below it, each before what is in it. Needs no recursion."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple) and not hasattr(here, "_fields"):
            waiting.extend(reversed(here))
        elif names := getattr(here, "__dataclass_fields__", None):
            yield here
            waiting.extend(getattr(here, name) for name in reversed(names))
