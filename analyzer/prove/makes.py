"""What types are made of on two sides, as far as text that is the same on both rests on it.

Where a member lies changes no meaning, and a member more does not either. That a type which is no
struct is another does, or that of a member which is used: its width or sign, what it leads to, how
many it holds, or whether it shares its place with another one that is used.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from analyzer.csource.syntax import Tag
from analyzer.prove.definitions import Definitions
from analyzer.translate.identifier import FunctionName, Variable
from analyzer.translate.types import (
    Array,
    CType,
    Field,
    FunctionType,
    Integer,
    Pointer,
    Record,
)

# Structs that are looked into, and members of one that are compared with each other.
MOST_STRUCTS = 2000
_MOST_TOGETHER = 60
_DEEPEST = 60

_Pair = tuple[CType | None, CType | None]


@dataclass(frozen=True, slots=True)
class Make:
    """In what a type is another: as a ``note``, or so that what uses it ``differs``.

    ``most``: there were more structs to look into than are.
    """

    note: str = ""
    differs: str = ""
    most: bool = False


@dataclass(frozen=True, slots=True)
class _Member:
    """A member, and the alternatives that it stands in: (the union, which of its members)."""

    field: Field
    within: tuple[tuple[str, int], ...]


class Makes:
    """Compares the types of names; each struct is looked into once.

    ``members`` are the names of all members that are used.
    """

    def __init__(
        self, one: Definitions, other: Definitions, members: Container[str | None]
    ) -> None:
        self._sides = one, other
        self._members = members
        self._seen: set[_Pair] = set()

    def type(self, name: str) -> Make:
        """In what a struct, union or typedef of a name is another."""
        mine, theirs = (_type(side, name) for side in self._sides)
        return self._compared(name, mine, theirs)

    def declared(self, name: str) -> Make:
        """In what the type of a variable or of a function's result is another."""
        mine, theirs = (_declared(side, name) for side in self._sides)
        return self._compared(name, mine, theirs)

    def _compared(self, name: str, mine: CType | None, theirs: CType | None) -> Make:
        note = ""
        waiting = [(name, (mine, theirs))]
        while waiting:
            what, pair = waiting.pop()
            if pair in self._seen:
                continue
            if len(self._seen) > MOST_STRUCTS:
                return Make(most=True)
            self._seen.add(pair)
            one, two = pair
            if isinstance(one, Record) and isinstance(two, Record):
                differs, inner = self._records(what, one, two)
                if not note and self._fields(0, one) != self._fields(1, two):
                    note = f"{one.tag if ' ' not in one.tag else what} has other members"
            else:
                differs, inner = _plain(what, pair)
            if differs:
                return Make(differs=differs)
            waiting += inner
        return Make(note)

    def _fields(self, which: int, record: Record) -> tuple[Field, ...]:
        return self._sides[which].environment.fields(record) or ()

    def _records(self, what: str, one: Record, two: Record) -> tuple[str, list[tuple[str, _Pair]]]:
        named = " " not in one.tag + two.tag
        if one.union != two.union or (named and one.tag != two.tag):
            return f"{what} is another type", []
        mine, theirs = self._used(0, one), self._used(1, two)
        shared = [name for name in mine if name in theirs]
        inner: list[tuple[str, _Pair]] = []
        for name in shared:
            before, after = mine[name].field, theirs[name].field
            if before.bits != after.bits:
                return f"{name} of {what} is of another type", []
            inner.append((f"{name} of {what}", (before.type, after.type)))
        for first, second in combinations(shared[:_MOST_TOGETHER], 2):
            if _overlap(mine[first], mine[second]) != _overlap(theirs[first], theirs[second]):
                return f"{first} and {second} of {what} share their place on one side alone", []
        return "", inner

    def _used(self, which: int, record: Record) -> Mapping[str, _Member]:
        found = self._opened(which, record, (), 0)
        return {each.field.name: each for each in found if each.field.name in self._members}  # type: ignore[misc]

    def _opened(
        self, which: int, record: Record, within: tuple[tuple[str, int], ...], depth: int
    ) -> Iterator[_Member]:
        """The members of a struct, those of anonymous ones in it too."""
        for number, field in enumerate(self._fields(which, record)):
            here = (*within, (record.tag, number)) if record.union else within
            if field.name is not None:
                yield _Member(field, here)
            elif isinstance(field.type, Record) and depth < _DEEPEST:
                yield from self._opened(which, field.type, here, depth + 1)


def _overlap(one: _Member, other: _Member) -> bool:
    chosen = dict(one.within)
    return any(chosen.get(union, number) != number for union, number in other.within)


def _plain(what: str, pair: _Pair) -> tuple[str, list[tuple[str, _Pair]]]:
    """In what types are others that are no structs, and what is to be compared for that."""
    match pair:
        case Integer() as one, Integer() as two:
            same = (one.bits, one.signed) == (two.bits, two.signed)
        case Pointer(to=one), Pointer(to=two):
            return "", [(what, (one, two))]
        case Array() as one, Array() as two:
            same = (one.length or None) == (two.length or None)
            return ("", [(what, (one.of, two.of))]) if same else (_said(what), [])
        case FunctionType() as one, FunctionType() as two:
            return _functions(what, one, two)
        case one, two:
            same = one == two
    return ("" if same else _said(what)), []


def _functions(
    what: str, one: FunctionType, two: FunctionType
) -> tuple[str, list[tuple[str, _Pair]]]:
    takes = [each.takes.types if each.takes is not None else () for each in (one, two)]
    variadic = [each.takes is None or each.takes.variadic for each in (one, two)]
    if len(takes[0]) != len(takes[1]) or variadic[0] != variadic[1]:
        return _said(what), []
    pairs = [(one.returns, two.returns), *zip(*takes, strict=True)]
    return "", [(what, pair) for pair in pairs]


def _said(what: str) -> str:
    return f"{what} is of another type" if " of " in what else f"{what} is another type"


def _type(side: Definitions, name: str) -> CType:
    return side.environment.typedef(name) or side.environment.tagged(Tag.STRUCT, name)


def _declared(side: Definitions, name: str) -> CType | None:
    found = side.environment.identifier(name)
    return found.type if isinstance(found, FunctionName | Variable) else None
