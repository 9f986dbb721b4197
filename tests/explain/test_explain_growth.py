"""Explaining hostile hunks takes time that grows with them, not with their square."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from growth import growth

from analyzer.excerpt.fragment import Excerpt, fragments
from analyzer.excerpt.owners import owners
from analyzer.explain.python import PythonLine, python_lines
from analyzer.explain.rows import side_by_side
from analyzer.report.columns import wrapped

LIMIT = 9.0  # linear: 4, quadratic: 16


def excerpt(lines: list[str], *, gaps: bool = False) -> Excerpt:
    return Excerpt(
        tuple(line[1:] for line in lines),
        tuple(range(1, len(lines) + 1)),
        tuple(line[0] == "+" for line in lines),
        tuple(gaps for _ in lines),
        True,
    )


HUNKS: dict[str, Callable[[int], Excerpt]] = {
    "statements": lambda n: excerpt(["+\ta();", " \tb();"] * n),
    "lost lines": lambda n: excerpt(["+\ta();", " \tb();"] * n, gaps=True),
    "open blocks": lambda n: excerpt(["+\tif (a) {", " \tx();"] * n),
    "closed blocks": lambda n: excerpt([" \tif (a) {"] * n + ["+\t}", " \tx();"] * n),
    "open brackets": lambda n: excerpt(["+\tf((((", " \tx();"] * n),
    "chains": lambda n: excerpt(["+\tif (a) b(); else", " \tif (x)"] * n),
    "one statement": lambda n: excerpt(["+\ta +", " \tb +"] * n),
    "labels": lambda n: excerpt(["+\t\tcase A +", " \tb"] * n),
}


@pytest.mark.parametrize("name", HUNKS)
def test_fragments(name: str) -> None:
    assert growth(fragments, HUNKS[name], 150) < LIMIT


@pytest.mark.parametrize("text", ["int f(", "int f(void) {", "}", "#if A", "/*"])
def test_owners(text: str) -> None:
    assert growth(lambda lines: owners(lines, ""), lambda n: [text] * n, 300) < LIMIT


def test_printing_a_line_of_many_constants() -> None:
    def build(n: int) -> tuple[list[ast.stmt], dict[int, str]]:
        source = ";".join(f"x = {i}" for i in range(n))
        return ast.parse(source).body, {1: " ".join(map(hex, range(n)))}

    assert growth(lambda given: python_lines(*given), build, 200) < LIMIT


def test_rows_in_any_order() -> None:
    def build(n: int) -> tuple[list[tuple[int | None, str]], list[PythonLine]]:
        c: list[tuple[int | None, str]] = [(i, "}") for i in range(1, n + 1)]
        return c, [PythonLine(n - i, "x") for i in range(n)]

    assert growth(lambda given: side_by_side(*given), build, 500) < LIMIT


@pytest.mark.parametrize("char", ["a", "é", "字"])
def test_wrapping_a_long_line(char: str) -> None:
    assert growth(lambda text: wrapped(text, 40), lambda n: char * n, 5000) < LIMIT
