"""The types of the walking evaluator, with real sizes, alignments and offsets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


class WalkerFault(Exception):  # noqa: N818 - it is C's program that is at fault
    """Undefined behaviour that the evaluator sees: its kind, and the line in the C file."""

    def __init__(self, kind: str, line: int = 0) -> None:
        super().__init__(f"{kind} in line {line}")
        self.kind = kind
        self.line = line


class WalkerRefusal(Exception):  # noqa: N818 - no error either
    """Something that the evaluator does not know, or the end of its steps."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(f"{what} in line {line}")
        self.what = what
        self.line = line


class Void:
    """``void``, and what has no value; arithmetic on ``void *`` counts bytes."""

    size = align = 1


class IntType:
    """An integer type; there is one object of each in a model. ``_Bool`` alone has rank 0."""

    __slots__ = ("align", "bits", "high", "mask", "name", "rank", "signed", "size")

    def __init__(self, name: str, bits: int, signed: bool, rank: float) -> None:
        self.name = name
        self.bits = bits
        self.size = self.align = max(bits // 8, 1)
        self.signed = signed
        self.rank = rank
        self.mask = (1 << bits) - 1
        self.high = self.mask >> 1 if signed else self.mask

    def wrap(self, value: int) -> int:
        """The value that this type has for a mathematical integer."""
        if self.rank == 0:
            return 1 if value else 0
        value &= self.mask
        return value - self.mask - 1 if value > self.high else value


@dataclass(frozen=True)
class Pointer:
    to: Type
    size: int

    @property
    def align(self) -> int:
        return self.size


@dataclass(frozen=True)
class Array:
    of: Type
    length: int | None

    @property
    def size(self) -> int:
        return self.of.size * (self.length or 0)

    @property
    def align(self) -> int:
        return self.of.align


@dataclass(frozen=True)
class Routine:
    """The type of a function; ``takes`` is None where nothing is said of its parameters."""

    returns: Type
    takes: tuple[Type, ...] | None
    variadic: bool = False
    size: int = 1
    align: int = 1


@dataclass(frozen=True)
class Member:
    """Where a member lies; a bit-field begins at bit ``shift`` of the byte ``offset``."""

    name: str | None
    type: Type
    offset: int
    bits: int | None = None
    shift: int = 0


@dataclass(eq=False)
class Record:
    """A struct or union; without members until its body is seen."""

    tag: str
    union: bool
    members: list[Member] | None = None
    size: int = 0
    align: int = 1
    named: dict[str, Member] = field(default_factory=dict)

    def complete(self, fields: list[tuple[str | None, Type, int | None]]) -> None:
        """Lay the members out as the System V ABIs do."""
        self.members, bit, size = [], 0, 0
        for name, kind, bits in fields:
            if self.union:
                bit = 0
            unit = kind.size * 8
            if bits is None:
                bit = -(-bit // (kind.align * 8)) * kind.align * 8
                member = Member(name, kind, bit // 8)
                bit += kind.size * 8
            else:
                # A bit-field does not cross a boundary of its type; one of no width ends there.
                if bits == 0 or bit // unit != (bit + bits - 1) // unit:
                    bit = -(-bit // unit) * unit
                member = Member(name, kind, bit // 8, bits, bit % 8)
                bit += bits
            size = max(size, bit)
            if name is not None or bits is None:
                self.align = max(self.align, kind.align)
                self.members.append(member)
        self.size = -(-size // (self.align * 8)) * self.align
        for member in self.members:
            self._name(member, 0)

    def _name(self, member: Member, base: int) -> None:
        if member.name is not None:
            at = base + member.offset
            self.named[member.name] = Member(
                member.name, member.type, at, member.bits, member.shift
            )
        elif isinstance(member.type, Record):
            for inner in member.type.members or ():
                self._name(inner, base + member.offset)


Type: TypeAlias = Void | IntType | Pointer | Array | Routine | Record

VOID = Void()
_SIGNS = frozenset(("signed", "unsigned", "__signed__", "__signed"))


class Model:
    """The integer types of a data model, and the conversions among them."""

    def __init__(self, name: str) -> None:
        long = {"LP64": 64, "ILP32": 32}[name]
        self.pointer_size = long // 8
        self.bool = IntType("_Bool", 8, False, 0)
        self.by_name: dict[tuple[str, bool], IntType] = {}
        self.fields: dict[tuple[int, bool], IntType] = {}
        for rank, (word, bits) in enumerate(
            (
                ("char", 8),
                ("short", 16),
                ("int", 32),
                ("long", long),
                ("long long", 64),
                ("__int128", 128),
            ),
            start=1,
        ):
            self.by_name[word, True] = IntType(word, bits, True, rank)
            self.by_name[word, False] = IntType(f"unsigned {word}", bits, False, rank)
        self.char, self.int = self.by_name["char", True], self.by_name["int", True]
        self.unsigned = self.by_name["int", False]
        self.long, self.size_type = self.by_name["long", True], self.by_name["long", False]

    def basic(self, words: tuple[str, ...]) -> Type | None:
        """The type that these words name in any order, or None."""
        rest = sorted(word for word in words if word not in _SIGNS)
        signed = "unsigned" not in words
        if rest == ["void"]:
            return VOID
        if rest in (["_Bool"], ["bool"]):
            return self.bool
        if len(rest) > 1 and "int" in rest:
            rest.remove("int")
        return self.by_name.get((" ".join(rest) or "int", signed))

    def wide(self, bits: int, signed: bool) -> IntType:
        """The type of a bit-field of more than 32 bits, which keeps its width in arithmetic."""
        known = self.fields.get((bits, signed))
        if known is None:
            rank = (4 if bits > self.long.bits else 3) + bits / 1000
            known = self.fields[bits, signed] = IntType(f"{bits} bits", bits, signed, rank)
        return known

    def promote(self, kind: IntType) -> IntType:
        return self.int if kind.rank < 3 else kind

    def common(self, left: IntType, right: IntType) -> IntType:
        """The usual arithmetic conversions."""
        left = self.int if left.rank < 3 else left
        right = self.int if right.rank < 3 else right
        if left is right:
            return left
        if left.signed == right.signed:
            return left if left.rank > right.rank else right
        signed, unsigned = (left, right) if left.signed else (right, left)
        if unsigned.rank >= signed.rank:
            return unsigned
        if signed.bits > unsigned.bits:
            return signed
        return self.by_name[signed.name, False]
