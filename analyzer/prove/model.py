"""A model: values for everything that is free in a question, and what terms come to under them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from analyzer.prove import terms
from analyzer.prove.terms import Op, Term


@dataclass(frozen=True, slots=True)
class Cells:
    """An array's elements: those that are known by their address, and what all others are."""

    known: Mapping[int, int] = field(default_factory=dict)
    other: int = 0

    def __getitem__(self, index: int) -> int:
        return self.known.get(index, self.other)


@dataclass(frozen=True, slots=True)
class Model:
    """Values by name: of symbols, of arrays, of functions by their arguments. All others are 0."""

    symbols: Mapping[str, int] = field(default_factory=dict)
    arrays: Mapping[str, Cells] = field(default_factory=dict)
    functions: Mapping[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    _cache: dict[Term, int | Cells] = field(default_factory=dict, compare=False, repr=False)

    def value(self, term: Term) -> int:
        """What a term comes to, unsigned; truth as 1 or 0."""
        found = self._cache.get(term)
        if found is None:
            for each in terms.walk((term,)):
                if each not in self._cache:
                    self._cache[each] = self._worked_out(each)
            found = self._cache[term]
        assert isinstance(found, int)
        return found

    def holds(self, conditions: Iterable[Term]) -> bool:
        """Whether all of these are true."""
        return all(self.value(each) for each in conditions)

    def _worked_out(self, term: Term) -> int | Cells:
        match term.op:
            case Op.CONST:
                return term.value  # type: ignore[return-value]
            case Op.SYMBOL:
                return self.symbols.get(str(term.value), 0)
            case Op.ARRAY:
                return self.arrays.get(str(term.value), _EMPTY)
            case Op.STORE:
                return self._stored(*term.args)
            case Op.SELECT:
                return self._cells(term.args[0])[self._number(term.args[1])]
            case Op.APPLY:
                key = str(term.value), tuple(self._number(each) for each in term.args)
                return self.functions.get(key, 0)
            case Op.ITE:
                return self._number(term.args[1 if self._number(term.args[0]) else 2])
        return _COMPUTED[term.op](term, *(self._number(each) for each in term.args))

    def _number(self, term: Term) -> int:
        found = self._cache[term]
        assert isinstance(found, int)
        return found

    def _cells(self, term: Term) -> Cells:
        found = self._cache[term]
        assert isinstance(found, Cells)
        return found

    def _stored(self, memory: Term, index: Term, value: Term) -> Cells:
        before = self._cells(memory)
        return Cells({**before.known, self._number(index): self._number(value)}, before.other)


_EMPTY = Cells()


def _folded(term: Term, *values: int) -> int:
    """By the rules that make terms simple: with constants for arguments nothing else is left."""
    given = [terms.const(value, each.width) for value, each in zip(values, term.args, strict=True)]
    made = _MADE[term.op](term, *given)
    assert made.op is Op.CONST
    return made.value  # type: ignore[return-value]


_MADE: dict[Op, Callable[..., Term]] = {
    Op.ADD: lambda term, a, b: terms.add(a, b),
    Op.MUL: lambda term, a, b: terms.mul(a, b),
    Op.EXTRACT: lambda term, a: terms.extract(a, term.value, term.width),
    Op.ZEXT: lambda term, a: terms.zext(a, term.width),
    Op.SEXT: lambda term, a: terms.sext(a, term.width),
    Op.CONCAT: lambda term, a, b: terms.concat(a, b),
    Op.SLT: lambda term, a, b: terms.slt(a, b),
}
_MADE |= {
    each: lambda term, a, b: terms.operation(term.op, a, b)
    for each in (Op.SHL, Op.LSHR, Op.ASHR, Op.UDIV, Op.UREM, Op.SDIV, Op.SREM)
}
_COMPUTED: dict[Op, Callable[..., int]] = {
    **dict.fromkeys(_MADE, _folded),
    Op.AND: lambda term, a, b: a & b,
    Op.OR: lambda term, a, b: a | b,
    Op.XOR: lambda term, a, b: a ^ b,
    Op.NOT: lambda term, a: ~a & ((1 << term.width) - 1),
    Op.EQ: lambda term, a, b: int(a == b),
    Op.ULT: lambda term, a, b: int(a < b),
    Op.BNOT: lambda term, a: 1 - a,
    Op.BAND: lambda term, a, b: a & b,
}
