"""Arguments worth a try: the edges of every integer type, and seeded random ones between them."""

from __future__ import annotations

import random
from dataclasses import dataclass

PMD = 1 << 21
SMALL = range(-8, 33)
# What breaks at a page, at a page table's reach, and at the top of an address space.
_MARKS = (63, 64, 65, 127, 128, 255, 256, 4095, 4096, 4097, PMD - 1, PMD, PMD + 1, 3 * PMD - 4096)


@dataclass(frozen=True, slots=True)
class Kind:
    """An integer type, as far as its values go. ``_Bool`` has 1 bit."""

    bits: int
    signed: bool

    @property
    def low(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (self.bits - self.signed)) - 1

    def wrap(self, value: int) -> int:
        """The value of this type with the same low bits."""
        value &= (1 << self.bits) - 1
        return value - (1 << self.bits) if self.signed and value > self.high else value


def edges(kind: Kind) -> tuple[int, ...]:
    """The values of a type at which arithmetic turns, each once, smallest first."""
    low, high = kind.low, kind.high
    found = {0, 1, 2, 3, 7, -1, -2, -7, low, low + 1, high, high - 1, high >> 1, (high >> 1) + 1}
    found |= {*_MARKS, *(-mark for mark in _MARKS), 0x55 * (high // 0xFF), 0xAA * (high // 0xFF)}
    found |= {sign * (1 << bit) for bit in (7, 8, 15, 16, 31, 32, 63) for sign in (1, -1)}
    found |= {high - PMD, high - PMD + 1, high & -PMD, (high & -PMD) - 4096, high & ~0xFFF}
    return tuple(sorted({value for value in found if low <= value <= high} | {kind.wrap(-1)}))


def vectors(kinds: tuple[Kind, ...], seed: str, most: int = 96) -> tuple[tuple[int, ...], ...]:
    """At most so many lists of arguments, the same for the same seed."""
    if not kinds:
        return ((),)
    draw = random.Random(seed)  # noqa: S311 - not a secret
    tables = [edges(kind) for kind in kinds]
    found = dict.fromkeys(
        tuple(kind.wrap(value) for kind in kinds) for value in (0, 1, 2, 3, 5, 8, -1, 4096, PMD)
    )
    if len(kinds) == 1:
        found |= dict.fromkeys((value,) for value in tables[0])
    tries = 0
    while len(found) < most and tries < 4 * most:
        tries += 1
        found[tuple(map(lambda kind, table: _one(draw, kind, table), kinds, tables))] = None
    return tuple(found)


def _one(draw: random.Random, kind: Kind, table: tuple[int, ...]) -> int:
    match draw.randrange(4):
        case 0:
            return kind.wrap(draw.choice(SMALL))
        case 1:
            return kind.wrap(draw.getrandbits(64))
        case _:
            return draw.choice(table)
