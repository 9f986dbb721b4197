"""Proofs of two texts, as the tests ask for them."""

from __future__ import annotations

from functools import lru_cache

from analyzer.prove.definitions import Definitions
from analyzer.prove.pair import Pair, pair_of, prove
from analyzer.prove.path import Limits
from analyzer.prove.proof import Proof
from analyzer.prove.solver import Solver


@lru_cache(maxsize=64)
def seen(text: str) -> Definitions:
    """What a file of one text sees."""
    return Definitions.of_text(text, "f.c")


def proved(upstream: str, target: str, function: str = "f", **limits: float) -> Proof:
    """What is proved of a function of two texts."""
    pair = pair_of(function, seen(upstream), seen(target), {})
    if not isinstance(pair, Pair):
        return pair
    with Solver() as solver:
        return prove(pair, solver, Limits(**limits))  # type: ignore[arg-type]
