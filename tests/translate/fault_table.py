"""The programs of ``fixtures/c-faults``: what each call must come to, as the file itself says it.

Above each program stand lines ``/* call: ARGUMENTS => OUTCOME */``. An outcome is a value, ``fault
KIND``, ``halted REASON`` or ``refused REASON``; the reasons are regular expressions, and ``or``
stands between outcomes that are equally right. The line of a fault or a refusal is marked
``/* here */``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from inputs import FIXTURES
from oracle import Program

_CALL = re.compile(r"^/\* call: (.*) => (.*) \*/$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Expected:
    """One outcome that is right: its kind, and the value, the fault's kind or a reason."""

    how: str
    what: str


@dataclass(frozen=True, slots=True)
class Row:
    """One call. ``line`` is the marked one, None where the place is of no matter."""

    program: Program
    arguments: tuple[int, ...]
    expected: tuple[Expected, ...]
    line: int | None

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.program.name}({', '.join(map(str, self.arguments))})"

    @property
    def value(self) -> int | None:
        """What the call returns, where nothing else is right."""
        only = self.expected[0]
        return int(only.what) if only.how == "value" else None


@cache
def rows() -> tuple[Row, ...]:
    """Every call of every program, by the program's name."""
    return tuple(
        row
        for path in sorted((FIXTURES / "c-faults").glob("*.c"))
        for row in _rows(Program(path.stem, path.read_text()))
    )


def _rows(program: Program) -> Iterator[Row]:
    lines = program.text.split("\n")
    marked = [number for number, line in enumerate(lines, 1) if line.endswith("/* here */")]
    for call in _CALL.finditer(program.text):
        arguments = tuple(map(int, call[1].split(",")))
        expected = tuple(_expected(one) for one in call[2].split(" or "))
        yield Row(program, arguments, expected, *(marked or [None]))


def _expected(text: str) -> Expected:
    how, _, what = text.partition(" ")
    if how in ("fault", "halted", "refused"):
        return Expected(how, what)
    return Expected("value", str(int(text)))
