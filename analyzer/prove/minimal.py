"""Small inputs: of all on which two sides part in one way, one that a person can follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import process_time

from analyzer.prove import terms
from analyzer.prove.model import Model
from analyzer.prove.solver import Solver
from analyzer.prove.terms import Op, Term

# Tried first: nothing, one, a page, a PMD, all bits.
_PLAIN = (0, 1, 2, 0x1000, 0x20_0000, 0x4000_0000, -1)
# More seconds of the processor are not worth a smaller number; a busy machine changes none of it.
_SECONDS = 1.0


def smaller(solver: Solver, conditions: Sequence[Term], model: Model) -> Model:
    """Values with which the conditions hold, each as plain as the ones before it allow."""
    until = process_time() + _SECONDS
    known = list(conditions)
    for symbol in _symbols(conditions):
        for condition in _wishes(symbol):
            if process_time() > until:
                return model
            if model.value(condition):
                found: Model | None = model
            else:
                answer = solver.model([*known, condition])
                found = answer if isinstance(answer, Model) else None
            if found is not None:
                model = found
                known.append(condition)
                if condition.op is Op.EQ:
                    break
    return model


def _symbols(conditions: Sequence[Term]) -> list[Term]:
    """What is free: arguments first, in the order of their names, then what memory held."""
    found = [
        each
        for each in terms.walk(conditions)
        if each.op in (Op.SYMBOL, Op.SELECT) and each.width and _is_free(each)
    ]
    return sorted(found, key=lambda each: (each.op is Op.SELECT, str(each.value), each.serial))


def _is_free(term: Term) -> bool:
    return term.op is Op.SYMBOL or term.args[0].op is Op.ARRAY


def _wishes(symbol: Term) -> Iterator[Term]:
    """What one would like to see of a number, the plainest first."""
    width = symbol.width
    for value in dict.fromkeys(each & ((1 << width) - 1) for each in _PLAIN):
        yield terms.eq(symbol, terms.const(value, width))
    for bit in reversed(range(width)):
        yield terms.eq(terms.extract(symbol, bit, 1), terms.const(0, 1))
