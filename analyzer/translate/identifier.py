"""What an ordinary name of C, one that no macro stands behind, may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from analyzer.translate.types import CType, FunctionType, Integer


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function that is declared or defined."""

    name: str
    type: FunctionType


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable or a parameter.

    ``given`` says that it is a constant of the model: the run-time table's name is its value, and
    it lies nowhere.
    """

    name: str
    type: CType
    given: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """An enumerator, with its value."""

    name: str
    value: int
    type: Integer


Identifier: TypeAlias = FunctionName | Variable | Constant
