"""Words behave as Python's integers do, for every operator that translated code uses."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.prove import terms
from analyzer.prove.model import Model
from analyzer.prove.pinned import Pinned
from analyzer.prove.solver import Answer, Solver
from analyzer.prove.table import helpers
from analyzer.prove.terms import Term
from analyzer.prove.words import Number, Truth, Word, at, bits_for, word
from analyzer.translate.runtime import arithmetic


def _no_run() -> Any:
    raise AssertionError("no run is needed for integers")


HELPERS: Final[dict[str, Any]] = dict(helpers(_no_run))
KINDS: Final = tuple((bits, signed) for bits in (8, 16, 32, 64) for signed in (False, True))
EDGES: Final = (0, 1, 2, 3, 5, 7, 8, 31, 63, 127, 128, 255, 4095, 4096, 1 << 21, (1 << 21) - 1)


def wrapped(value: int, bits: int, signed: bool) -> int:
    """The value of an integer type with the same low bits, without any of our helpers."""
    value %= 1 << bits
    return value - (1 << bits) if signed and value >= 1 << (bits - 1) else value


def number(value: Any, pinned: Pinned) -> int:
    """What a word, a truth or an integer comes to."""
    if isinstance(value, Word):
        return pinned.number(value)
    return int(pinned.decide(value.term)) if isinstance(value, Truth) else int(value)


class Asked(Pinned):
    """A pinned path that notes what it was asked, as it was answered."""

    def decide(self, condition: Term) -> bool:
        taken = super().decide(condition)
        self.conditions.append(condition if taken else terms.negate(condition))
        return taken


@dataclass(slots=True)
class Grown:
    """An expression that was worked out twice: on words, and on Python's integers."""

    word: Any
    value: int
    said: str


class Growing:
    """Random expressions of C as translated code writes them, over symbols of C's types."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - not a secret
        self.leaves: list[Grown] = []
        values: dict[str, int] = {}
        self.pinned = Asked(Model(values))
        for count, (bits, signed) in enumerate(KINDS):
            value = self.value(bits, signed)
            values[f"s{count}"] = value % (1 << bits)
            made = word(terms.symbol(f"s{count}", bits), self.pinned, signed=signed)
            self.leaves.append(Grown(made, value, f"s{count}:{'ui'[signed]}{bits}"))

    def value(self, bits: int, signed: bool) -> int:
        edge = self.draw.choice((*EDGES, -1, -2, -128, 1 << (bits - 1), (1 << bits) - 1))
        chosen = self.draw.choice((edge, edge, self.draw.getrandbits(bits)))
        return wrapped(chosen, bits, signed)

    def grown(self, depth: int) -> Grown:
        if depth == 0 or self.draw.random() < 0.1:
            if self.draw.random() < 0.3:
                value = self.draw.choice(EDGES) * self.draw.choice((1, -1))
                return Grown(value, value, str(value))
            return self.draw.choice(self.leaves)
        makers = (
            *(self.plain,) * 4,
            *(self.settled,) * 3,
            *(self.shifted, self.divided, self.compared, self.complement, self.chosen),
        )
        return self.draw.choice(makers)(depth - 1)

    def plain(self, depth: int) -> Grown:
        names = ("add", "sub", "mul", "and_", "or_", "xor")
        name = self.draw.choice(names)
        made: Callable[[Any, Any], Any] = getattr(operator, name)
        one, two = self.grown(depth), self.grown(depth)
        # An expression of C has settled operands sooner or later: nothing grows for ever.
        if name == "mul":
            one, two = self.into(one), self.into(two)
        said = f"{name}({one.said}, {two.said})"
        return Grown(made(one.word, two.word), made(one.value, two.value), said)

    def into(self, one: Grown, bits: int = 0, signed: bool = False) -> Grown:
        """Convert to an integer type, as the translation does."""
        if not bits:
            bits, signed = self.draw.choice(KINDS)
        made = HELPERS[f"_i{bits}"](one.word) if signed else one.word & (1 << bits) - 1
        return Grown(made, wrapped(one.value, bits, signed), f"{'ui'[signed]}{bits}({one.said})")

    def settled(self, depth: int) -> Grown:
        return self.into(self.grown(depth))

    def shifted(self, depth: int) -> Grown:
        bits, signed = self.draw.choice(((32, False), (32, True), (64, False), (64, True)))
        one = self.into(self.grown(depth), bits, signed)
        count = self.grown(depth)
        many = count.value & (bits - 1)
        by = count.word & (bits - 1)
        name = self.draw.choice(("_shl", "_shr"))
        made = HELPERS[name](one.word, by, bits)
        value = one.value << many if name == "_shl" else one.value >> many
        shifted = Grown(made, value, f"{name}({one.said}, {count.said} & {bits - 1})")
        return self.into(shifted, bits, signed) if name == "_shl" else shifted

    def divided(self, depth: int) -> Grown:
        bits, signed = self.draw.choice(((32, False), (32, True), (64, False), (64, True)))
        one, two = (
            self.into(self.grown(depth), bits, signed),
            self.into(self.grown(depth), bits, signed),
        )
        low = -(1 << (bits - 1)) if signed else None
        if two.value == 0 or (two.value == -1 and one.value == low):
            return one
        name = self.draw.choice(("div", "mod"))
        made = getattr(arithmetic, name)(one.word, two.word, low)
        quotient = abs(one.value) // abs(two.value)
        if (one.value < 0) != (two.value < 0):
            quotient = -quotient
        value = quotient if name == "div" else one.value - two.value * quotient
        return Grown(made, value, f"{name}({one.said}, {two.said}, {low})")

    def compared(self, depth: int) -> Grown:
        name = self.draw.choice(("eq", "ne", "lt", "le", "gt", "ge"))
        made: Callable[[Any, Any], Any] = getattr(operator, name)
        one, two = self.grown(depth), self.grown(depth)
        found = HELPERS["_flag"](made(one.word, two.word))
        return Grown(found, int(made(one.value, two.value)), f"{name}({one.said}, {two.said})")

    def complement(self, depth: int) -> Grown:
        one = self.grown(depth)
        if self.draw.random() < 0.5:
            return Grown(~one.word, ~one.value, f"~{one.said}")
        return Grown(-one.word, -one.value, f"-{one.said}")

    def chosen(self, depth: int) -> Grown:
        """A branch, as ``a if c else b`` takes it."""
        test, one, two = self.compared(depth), self.grown(depth), self.grown(depth)
        taken = one if test.word else two
        return Grown(taken.word, (one if test.value else two).value, taken.said)


def fits(found: Number, value: int) -> bool:
    """Whether bounds, width and all conversions of a number agree with its value."""
    if not isinstance(found, Word):
        return found == value
    width = found.term.width
    model = Model({}) if found.by is None else found.by.model()  # type: ignore[attr-defined]
    return (
        found.low <= value <= found.high
        and bits_for(found.low, found.high) <= width
        and all(
            model.value(at(found, bits)) == value % (1 << bits)
            for bits in (1, 8, 31, 32, 64, width, width + 1)
        )
    )


@pytest.mark.parametrize(
    ("first", "count", "depth"), [(0, 700, 1), (1_000, 500, 2), (2_000, 250, 4)]
)
def test_an_expression_of_words_is_python_s(first: int, count: int, depth: int) -> None:
    refused = symbolic = 0
    for seed in range(first, first + count):
        growing = Growing(seed)
        try:
            found = growing.grown(depth)
        except Stopped as stopped:
            # A product of products needs more bits than any C type has.
            assert stopped.reason.startswith("an integer of "), (seed, stopped.reason)
            refused += 1
            continue
        got = number(found.word, growing.pinned)
        assert got == found.value, (seed, found.said)
        assert fits(found.word, found.value), (seed, found.said, found.word)
        symbolic += isinstance(found.word, Word)
    assert (refused < count // 20, symbolic > count // 3) == (True, True)


@pytest.mark.parametrize(("first", "count"), [(5_000, 150)])
def test_no_value_leaves_a_word_s_bounds(first: int, count: int) -> None:
    """For all values of the symbols that take the same branches: the solver looks for one."""
    asked = unsaid = 0
    with Solver(milliseconds=50) as solver:
        for seed in range(first, first + count):
            growing = Growing(seed)
            try:
                found = growing.grown(2).word
            except Stopped:
                continue
            if not isinstance(found, Word):
                continue
            width = found.term.width + 1
            term = at(found, width)
            below = terms.slt(term, terms.const(found.low, width))
            above = terms.slt(terms.const(found.high, width), term)
            answer = solver.model([*growing.pinned.conditions, terms.either(below, above)])
            assert not isinstance(answer, Model), (seed, found)
            asked += 1
            unsaid += answer is Answer.UNKNOWN
    assert (asked > count // 2, unsaid < count // 5) == (True, True)


PIN: Final = Pinned(Model({"a": 0x80, "n": 3}))
A: Final = word(terms.symbol("a", 8), PIN)
S: Final = word(terms.symbol("a", 8), PIN, signed=True)
N: Final = word(terms.symbol("n", 2), PIN)


def shown(value: object) -> tuple[object, ...]:
    """A number by its bounds, its width and its value."""
    if isinstance(value, Word):
        return value.low, value.high, value.term.width, PIN.number(value)
    return (value,)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (A, (0, 255, 8, 128)),
        (S, (-128, 127, 8, -128)),
        (A + 1, (1, 256, 9, 129)),
        (A - 1, (-1, 254, 9, 127)),
        (1 - A, (-254, 1, 9, -127)),
        (-S, (-127, 128, 9, 128)),
        (A * S, (-32640, 32385, 16, -16384)),
        (A & 0xF0, (0, 240, 8, 128)),
        (S & 0xFFFF, (0, 0xFFFF, 16, 0xFF80)),
        (S & S, (-128, 127, 8, -128)),
        (A | 0x100, (0, 511, 9, 0x180)),
        (A ^ -1, (-256, 255, 9, -129)),
        (~A, (-256, -1, 9, -129)),
        (A << 2, (0, 1020, 10, 512)),
        (A << N, (0, 2040, 11, 1024)),
        (1 << N, (1, 8, 4, 8)),
        (S >> 1, (-64, 63, 7, -64)),
        (A >> N, (0, 255, 8, 16)),
        (256 >> N, (32, 256, 9, 32)),
        (A // 3, (0, 255, 8, 42)),
        (A % 3, (0, 2, 2, 2)),
        (A < 256, (True,)),
        (A >= 0, (True,)),
        (A == -1, (False,)),
        (S != 1000, (True,)),
        (A - A, (0,)),
        (HELPERS["_i8"](A), (-128, 127, 8, -128)),
        (HELPERS["_i16"](A), (0, 255, 8, 128)),
        (HELPERS["_flag"](A), (0, 1, 1, 1)),
        (HELPERS["_flag"](A == 3), (0, 1, 1, 0)),
        (HELPERS["_bool"](True), (1,)),
    ],
)
def test_a_word_has_the_bounds_that_its_operation_gives(
    found: object, wanted: tuple[object, ...]
) -> None:
    assert shown(found) == wanted


@pytest.mark.parametrize(
    ("run", "kind", "what"),
    [
        (lambda: HELPERS["_shl"](A, A, 32), FaultKind.SHIFT, "shift count outside 0..31"),
        (lambda: HELPERS["_shr"](1, S, 64), FaultKind.SHIFT, "shift count outside 0..63"),
        (lambda: arithmetic.div(A, A - 128, None), FaultKind.DIVISION, "division by zero"),
        (lambda: arithmetic.mod(A, A - 128, None), FaultKind.DIVISION, "division by zero"),
        (
            lambda: arithmetic.div(S, N - 4, -128),
            FaultKind.DIVISION,
            "the quotient does not fit its type",
        ),
    ],
)
def test_what_c_leaves_undefined_is_a_fault(
    run: Callable[[], object], kind: FaultKind, what: str
) -> None:
    with pytest.raises(KernelFault) as caught:
        run()
    assert (caught.value.kind, caught.value.what) == (kind, what)


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (lambda: 1 << S, "a shift by a negative count"),
        (lambda: A >> S, "a shift by a negative count"),
        (lambda: S % 3, "a remainder of negative numbers"),
        (lambda: (A << 200) * (A << 200), "an integer of 416 bits"),
        (lambda: 1 << (A << 60), "an integer of 302 bits"),
    ],
)
def test_what_no_translated_code_asks_for_is_refused(
    run: Callable[[], object], reason: str
) -> None:
    with pytest.raises(Stopped) as caught:
        run()
    assert caught.value.reason == reason


def test_a_word_is_no_key_and_no_text_of_a_number() -> None:
    """What would look at a word's identity instead of its value has to fail."""
    for value in (A, A == 3):
        with pytest.raises(TypeError):
            hash(value)
    assert (list(range(4))[N], bool(A), bool(A == 3)) == (3, True, False)


def test_a_truth_is_compared_as_a_truth() -> None:
    big, odd = A >= 128, A & 1 == 1
    assert [bool(each) for each in (big == True, big == odd, big != odd, odd == False)] == [  # noqa: E712
        *(True, False, True, True),
    ]
    with pytest.raises(TypeError):
        big < odd  # type: ignore[operator]  # noqa: B015


def leaf(term: Term) -> str:
    return str(term.value)


def test_conversions_that_change_nothing_leave_the_term() -> None:
    """What the translation masks on the safe side costs the solver nothing."""
    assert isinstance(A, Word)
    assert [leaf(each.term) for each in (A & 0xFF, HELPERS["_i16"](A), HELPERS["_i64"](A))] == [
        *("a", "a", "a"),
    ]
