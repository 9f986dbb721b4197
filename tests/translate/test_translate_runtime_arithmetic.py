from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st
from translate_runtime_shapes import faults

from analyzer.errors import FaultKind
from analyzer.translate.runtime import arithmetic
from analyzer.translate.types import LP64, Integer

WRAPS = {
    8: arithmetic.i8,
    16: arithmetic.i16,
    32: arithmetic.i32,
    64: arithmetic.i64,
    128: arithmetic.i128,
}


@pytest.mark.parametrize("bits", WRAPS)
@given(value=st.integers(-(1 << 130), 1 << 130))
def test_signed_types_wrap_as_the_translators_constants_do(bits: int, value: int) -> None:
    assert WRAPS[bits](value) == Integer("", bits, True, 0).wrap(value)


INT_LOW = LP64.int.low
_EDGES = st.sampled_from([0, 1, -1, 2, -2, INT_LOW, INT_LOW + 1, LP64.int.high])
_INTS = _EDGES | st.integers(INT_LOW, LP64.int.high)


@given(_INTS, _INTS)
def test_division_goes_towards_zero(left: int, right: int) -> None:
    if right == 0 or (left, right) == (INT_LOW, -1):
        for operation in (arithmetic.div, arithmetic.mod):
            with faults(FaultKind.DIVISION):
                operation(left, right, INT_LOW)
        return
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    assert arithmetic.div(left, right, INT_LOW) == quotient
    assert arithmetic.mod(left, right, INT_LOW) == left - quotient * right


@pytest.mark.parametrize("operation", [arithmetic.div, arithmetic.mod])
def test_unsigned_division_by_zero_is_a_fault_too(operation: Callable[..., int]) -> None:
    assert (operation(7, 2, None), operation(6, 6, None)) in [(3, 1), (1, 0)]
    with faults(FaultKind.DIVISION):
        operation(7, 0, None)


def test_shifts_keep_the_sign() -> None:
    assert (arithmetic.shl(-3, 4, 32), arithmetic.shr(-3, 1, 32), arithmetic.shr(3, 1, 32)) == (
        -48,
        -2,
        1,
    )


@pytest.mark.parametrize("count", [-1, 32, 33, 1 << 70])
@pytest.mark.parametrize("shift", [arithmetic.shl, arithmetic.shr])
def test_a_shift_by_the_width_or_more_is_a_fault(
    shift: Callable[[int, int, int], int], count: int
) -> None:
    assert shift(1, 31, 32) in (1 << 31, 0)
    with faults(FaultKind.SHIFT):
        shift(1, count, 32)


class Word:
    """A value that an engine does not know: it has Python's operators and nothing else of an int.

    It records what is done with it; a truth asked for takes the next of the given answers.
    """

    def __init__(self, text: str, log: list[str], answers: list[bool]) -> None:
        self.text, self.log, self.answers = text, log, answers

    def _made(self, text: str) -> Word:
        self.log.append(text)
        return Word(text, self.log, self.answers)

    def __bool__(self) -> bool:
        self.log.append(f"{self.text}?")
        return self.answers.pop(0)

    def _refuse(self, *_: object) -> Any:
        raise AssertionError("only operators may touch a word")

    __hash__ = __int__ = __index__ = __len__ = __iter__ = __getattr__ = _refuse
    __class__ = property(_refuse)  # type: ignore[assignment]


_SYMBOLS = (
    *(("add", "+"), ("sub", "-"), ("mul", "*"), ("floordiv", "//"), ("mod", "%")),
    *(("and", "&"), ("or", "|"), ("xor", "^"), ("lshift", "<<"), ("rshift", ">>")),
    *(("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")),
)


def _operators() -> None:
    for name, symbol in _SYMBOLS:

        def forward(self: Word, other: object, symbol: str = symbol) -> Word:
            return self._made(f"({self.text} {symbol} {getattr(other, 'text', other)})")

        def backward(self: Word, other: object, symbol: str = symbol) -> Word:
            return self._made(f"({getattr(other, 'text', other)} {symbol} {self.text})")

        setattr(Word, f"__{name}__", forward)
        setattr(Word, f"__r{name}__", backward)
    Word.__neg__ = lambda self: self._made(f"-{self.text}")  # type: ignore[attr-defined]


_operators()


@pytest.mark.parametrize(
    ("run", "answers", "text", "log"),
    [
        (
            lambda x, _: arithmetic.i8(x),
            [],
            "(((x & 255) ^ 128) - 128)",
            ["(x & 255)", "((x & 255) ^ 128)", "(((x & 255) ^ 128) - 128)"],
        ),
        (
            lambda x, y: arithmetic.div(x, y, None),
            [False],
            "(x // y)",
            ["(y == 0)", "(y == 0)?", "(x // y)"],
        ),
        (
            lambda x, y: arithmetic.shl(x, y, 32),
            [False, False],
            "(x << y)",
            ["(y < 0)", "(y < 0)?", "(y >= 32)", "(y >= 32)?", "(x << y)"],
        ),
        (
            lambda x, y: arithmetic.shr(x, y, 32),
            [False, False],
            "(x >> y)",
            ["(y < 0)", "(y < 0)?", "(y >= 32)", "(y >= 32)?", "(x >> y)"],
        ),
        (
            lambda x, y: arithmetic.div(x, y, -128),
            [False, False, False],
            "-(-x // y)",
            [
                *("(y == 0)", "(y == 0)?", "(y == -1)", "(y == -1)?"),
                *("(x >= 0)", "(y > 0)", "((x >= 0) == (y > 0))", "((x >= 0) == (y > 0))?"),
                *("-x", "(-x // y)", "-(-x // y)"),
            ],
        ),
        (
            lambda x, y: arithmetic.mod(x, y, None),
            [True],
            "(x % y)",
            ["(y != 0)", "(y != 0)?", "(x % y)"],
        ),
    ],
    ids=["wrap", "unsigned div", "shl", "shr", "div", "unsigned mod"],
)
def test_helpers_take_words_that_are_no_ints(
    run: Callable[[Any, Any], Word], answers: list[bool], text: str, log: list[str]
) -> None:
    seen: list[str] = []
    given_answers = list(answers)
    x, y = Word("x", seen, given_answers), Word("y", seen, given_answers)
    assert (run(x, y).text, seen, given_answers) == (text, log, [])


@pytest.mark.parametrize("truth", [True, False])
def test_a_flag_forces_the_truth_once(truth: bool) -> None:
    seen: list[str] = []
    word = Word("x", seen, [truth])
    assert (arithmetic.flag(word), seen) == (int(truth), ["x?"])
