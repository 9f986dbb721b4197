"""Memory that depends on the input: for each member of each struct one array from address to value.

Two members never share a cell, and neither do a member and a bare integer that a pointer leads to:
that is an assumption (``SEPARATE``), which a proof that rests on it has to name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analyzer.errors import Stopped
from analyzer.prove import terms
from analyzer.prove.terms import ADDRESS, Term

SEPARATE = (
    "a pointer to a bare integer or pointer does not lead to what is also used by its name, or as "
    "another type"
)


class Widths:
    """How wide each component is, and which of a union's members is used: for both sides."""

    def __init__(self) -> None:
        self._widths: dict[str, int] = {}
        self._unions: dict[str, str] = {}

    def check(self, component: str, width: int) -> None:
        """Raise Stopped for a component that was seen with another width."""
        if self._widths.setdefault(component, width) != width:
            raise Stopped(f"{component} has {width} bits, and {self._widths[component]} elsewhere")

    def use(self, union: str, field: str) -> None:
        """Raise Stopped for a union that was seen used another way."""
        if self._unions.setdefault(union, field) != field:
            raise Stopped(f"two members of the union {union} are used")

    def mixed(self) -> bool:
        """Whether what bare pointers lead to was used, and something else besides."""
        return len(self._widths) > 1 and any(each.startswith("*") for each in self._widths)


class Memory:
    """What one run has of memory. ``epoch`` names the state that was last begun anew."""

    __slots__ = ("_arrays", "_kinds", "_widths", "epoch")

    def __init__(self, widths: Widths) -> None:
        self._widths = widths
        self._arrays: dict[str, Term] = {}
        self._kinds: dict[Term, str] = {}
        self.epoch = "0"

    def use(self, address: Term, kind: str) -> None:
        """Note what an address of no type is taken for. Raises Stopped for the second type."""
        if self._kinds.setdefault(address, kind) != kind:
            raise Stopped("memory of one type is used as another")

    def array(self, component: str, width: int) -> Term:
        """All of a component."""
        found = self._arrays.get(component)
        if found is None:
            self._widths.check(component, width)
            found = self._arrays[component] = terms.array(f"{component}@{self.epoch}", width)
        return found

    def read(self, component: str, width: int, address: Term) -> Term:
        """One cell."""
        self._widths.check(component, width)
        return terms.select(self.array(component, width), address)

    def write(self, component: str, width: int, address: Term, value: Term) -> None:
        """Change one cell."""
        self._widths.check(component, width)
        self._arrays[component] = terms.store(self.array(component, width), address, value)

    def renew(self, epoch: str) -> None:
        """Let everything be otherwise, in a way that the name of the epoch stands for."""
        self._arrays = {}
        self.epoch = epoch

    def written(self) -> Mapping[str, Term]:
        """What was written since the epoch began, by component."""
        return {
            name: array
            for name, array in sorted(self._arrays.items())
            if array.op is terms.Op.STORE
        }

    def state(self) -> tuple[object, ...]:
        """Something that is equal for equal memories."""
        return (self.epoch, tuple(self.written().items()))


def differences(one: Mapping[str, Term], other: Mapping[str, Term], epoch: str) -> Iterable[Term]:
    """What must hold for two memories to be equal: for each cell that either wrote, one equation.

    Both began in the same epoch. Cells that neither wrote are equal.
    """
    for name in sorted({*one, *other}):
        known = one.get(name) or other[name]
        base = terms.array(f"{name}@{epoch}", known.width)
        left, right = one.get(name, base), other.get(name, base)
        if left is right:
            continue
        for address in dict.fromkeys((*_addresses(left), *_addresses(right))):
            yield terms.eq(terms.select(left, address), terms.select(right, address))


def _addresses(array: Term) -> Iterable[Term]:
    while array.op is terms.Op.STORE:
        yield array.args[1]
        array = array.args[0]


def anywhere(name: str) -> Term:
    """An address of which nothing is known."""
    return terms.symbol(name, ADDRESS)
