"""Translated Python as text, line by line, each with the line of C that it means.

``ast.unparse`` of a whole function loses where its lines come from, so it only ever sees one
statement, or the head of one.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_INDENT = "    "
_LARGEST_PLAIN = 9999
# Python itself refuses to read numbers of thousands of digits; no C constant has as many.
_MOST_DIGITS = 40
# An expression of more lines is looked at no further.
_MOST_LINES = 20
_NUMBER = re.compile(r"(?<![\w.])(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*(?![\w.])")
# Fields of a statement that hold statements.
_BODIES = frozenset(("body", "orelse", "finalbody", "handlers"))


@dataclass(frozen=True, slots=True)
class PythonLine:
    """One line of Python; ``line`` is the line of C, None where it has none of its own."""

    line: int | None
    text: str


class Numerals:
    """The integer constants of each line of C: which are hexadecimal there, which decimal."""

    def __init__(self, c: Mapping[int, str]) -> None:
        self._c = c
        self._known: dict[int, tuple[frozenset[int], frozenset[int]]] = {}

    def of(self, line: int) -> tuple[frozenset[int], frozenset[int]]:
        """The constants written in hexadecimal on a line, and those in decimal."""
        if line not in self._known:
            words = _NUMBER.findall(self._c.get(line, ""))
            hexadecimal = frozenset(int(word, 16) for word in words if word[:2] in ("0x", "0X"))
            decimal = frozenset(
                int(word) for word in words if word.isdecimal() and len(word) < _MOST_DIGITS
            )
            self._known[line] = hexadecimal, decimal
        return self._known[line]


def python_lines(statements: Iterable[ast.stmt], c: Mapping[int, str]) -> tuple[PythonLine, ...]:
    """Print statements. ``c`` maps a line's number to its C, which tells hexadecimal constants.

    Raises ``RecursionError`` on an expression nested deeper than Python's own limit.
    """
    numerals = Numerals(c)
    out: list[PythonLine] = []
    # What is left to print, last first: a statement or a bare line, and its depth.
    todo: list[tuple[ast.stmt | str, int]] = [(one, 0) for one in reversed(list(statements))]
    while todo:
        each, depth = todo.pop()
        if isinstance(each, str):
            out.append(PythonLine(None, _INDENT * depth + each))
            continue
        line = getattr(each, "lineno", None)
        out += [PythonLine(line, _INDENT * depth + text) for text in _head(each, numerals)]
        todo += [(piece, depth + deeper) for piece, deeper in reversed(list(_inner(each)))]
    return tuple(out)


def _inner(statement: ast.stmt) -> Iterator[tuple[ast.stmt | str, int]]:
    """What stands below a statement's head, in order, each with its depth below the head."""
    match statement:
        case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=final):
            yield from _block(body)
            for handler in handlers:
                yield _handler(handler), 0
                yield from _block(handler.body)
            yield from _arm("else:", other)
            yield from _arm("finally:", final)
        case ast.If(body=body, orelse=[ast.If() as other]):
            yield from _block(body)
            yield _Elif(other), 0
        case ast.If(body=body, orelse=other) | ast.While(body=body, orelse=other):
            yield from _block(body)
            yield from _arm("else:", other)
        case ast.For(body=body, orelse=other):
            yield from _block(body)
            yield from _arm("else:", other)
        case ast.FunctionDef(body=body) | ast.With(body=body) | ast.ClassDef(body=body):
            yield from _block(body)
        case _:
            return


class _Elif(ast.If):
    """An ``if`` that is printed as ``elif``."""

    def __init__(self, node: ast.If) -> None:
        super().__init__(node.test, node.body, node.orelse)
        ast.copy_location(self, node)


def _block(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt | str, int]]:
    return ((one, 1) for one in body)


def _arm(word: str, body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt | str, int]]:
    if body:
        yield word, 0
        yield from _block(body)


def _handler(handler: ast.ExceptHandler) -> str:
    caught = f" {ast.unparse(handler.type)}" if handler.type else ""
    return f"except{caught}{f' as {handler.name}' if handler.name else ''}:"


def _head(statement: ast.stmt, numerals: Numerals) -> list[str]:
    """A simple statement, or the head of one that holds others."""
    if isinstance(statement, ast.Try):
        return ["try:"]
    lines = ast.unparse(_bare(statement, numerals)).splitlines()
    if not hasattr(statement, "body"):
        return lines
    return [f"el{lines[0]}"] if isinstance(statement, _Elif) else lines[:-1]


def _bare(statement: ast.stmt, numerals: Numerals) -> ast.stmt:
    """The statement without those inside it, its constants written as the C writes them."""
    own = {name: value for name, value in ast.iter_fields(statement) if name not in _BODIES}
    bodies: dict[str, list[ast.stmt]] = {}
    if hasattr(statement, "body"):
        bodies = {name: [] for name in statement._fields if name in _BODIES}
        bodies["body"] = [ast.Pass()]
    kind = ast.If if isinstance(statement, _Elif) else type(statement)
    fields: dict[str, Any] = {**copy.deepcopy(own), **bodies}
    bare = ast.copy_location(kind(**fields), statement)
    visited: ast.stmt = _Hexadecimals(numerals).visit(bare)
    return visited


class _Hexadecimals(ast.NodeTransformer):
    """Writes constants in hexadecimal where the C does, or where they look like masks."""

    def __init__(self, numerals: Numerals) -> None:
        self.numerals = numerals

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        value = node.value
        if type(value) is not int:
            return node
        hexadecimal, decimal = self._written(node, value)
        large = value > _LARGEST_PLAIN and not decimal
        # A name is printed as it stands: the only way to choose how unparse writes a constant.
        return ast.Name(hex(value)) if large or hexadecimal else node

    def _written(self, node: ast.Constant, value: int) -> tuple[bool, bool]:
        """Whether the lines that the constant stands for write it so, or in decimal."""
        first = getattr(node, "lineno", 0)
        last = min(getattr(node, "end_lineno", None) or first, first + _MOST_LINES)
        lines = [self.numerals.of(line) for line in range(first, last + 1)]
        return (
            any(value in hexadecimal for hexadecimal, _decimal in lines),
            any(value in decimal for _hexadecimal, decimal in lines),
        )
