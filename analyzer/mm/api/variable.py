"""Variables of the kernel whose value is the run's: to C they are numbers like any other."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

_BINARY = ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and", "or", "xor")
_COMPARED = ("lt", "le", "gt", "ge", "eq", "ne")
_UNARY = ("neg", "pos", "invert", "index")


class Variable:
    """A number that is asked for each time it is used."""

    __slots__ = ("_asked",)

    def __init__(self, asked: Callable[[], int]) -> None:
        self._asked = asked

    def __bool__(self) -> bool:
        return self._asked() != 0

    def __hash__(self) -> int:
        return hash(self._asked())

    def __repr__(self) -> str:
        return repr(self._asked())


def _right(name: str) -> Callable[[Variable, Any], Any]:
    done = getattr(operator, f"__{name}__")
    return lambda self, other: done(self._asked(), other)


def _left(name: str) -> Callable[[Variable, Any], Any]:
    done = getattr(operator, f"__{name}__")
    return lambda self, other: done(other, self._asked())


def _alone(name: str) -> Callable[[Variable], Any]:
    done = getattr(operator, f"__{name}__")
    return lambda self: done(self._asked())


for _name in (*_BINARY, *_COMPARED):
    setattr(Variable, f"__{_name}__", _right(_name))
for _name in _BINARY:
    setattr(Variable, f"__r{_name}__", _left(_name))
for _name in _UNARY:
    setattr(Variable, f"__{_name}__", _alone(_name))
