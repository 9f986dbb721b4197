"""Python printed with the lines of C that it means, and laid beside them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from analyzer.explain.python import PythonLine, python_lines
from analyzer.explain.rows import side_by_side
from analyzer.report.listing import Row

C = {
    10: "static int f(struct s *p, int n)",
    11: "{",
    12: "\tint i, sum = 0;",
    13: "",
    14: "\tfor (i = 0; i < n; i++) {",
    15: "\t\tif (p->v[i] & 0xff)",
    16: "\t\t\tcontinue;",
    17: "\t\telse if (i == 70000)",
    18: "\t\t\tsum += mask(p,",
    19: "\t\t\t\t    1048576UL - 1);",
    20: "\t\telse",
    21: "\t\t\tsum--;",
    22: "\t}",
    23: "\treturn sum;",
    24: "}",
}

PYTHON = """\
def f(p, n):
    sum = 0
    i = 0
    while i < n:
        if p.v[i] & 255:
            i = _i32(i + 1)
            continue
        elif i == 70000:
            sum = _i32(sum + mask(p, 1048575))
        else:
            sum = _i32(sum - 1)
        i = _i32(i + 1)
    return sum
"""
# The line of C of each statement above, in order.
LINES = (10, 12, 14, 14, 15, 14, 16, 17, 18, 21, 14, 23)


def placed(source: str, lines: Sequence[int]) -> list[ast.stmt]:
    """Python with its statements, in the order of the text, moved to lines of C."""
    tree = ast.parse(source)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    statements.sort(key=lambda node: (node.lineno, node.col_offset))
    for statement, line in zip(statements, lines, strict=True):
        for node in [statement, *ast.walk(statement)]:
            if isinstance(node, ast.stmt | ast.expr) and not getattr(node, "is_placed", False):
                node.lineno = node.end_lineno = line
    return tree.body


def test_every_line_knows_its_c_and_constants_are_written_as_the_c_writes_them() -> None:
    assert python_lines(placed(PYTHON, LINES), C) == (
        PythonLine(10, "def f(p, n):"),
        PythonLine(12, "    sum = 0"),
        PythonLine(14, "    i = 0"),
        PythonLine(14, "    while i < n:"),
        PythonLine(15, "        if p.v[i] & 0xff:"),
        PythonLine(14, "            i = _i32(i + 1)"),
        PythonLine(16, "            continue"),
        PythonLine(17, "        elif i == 70000:"),
        PythonLine(18, "            sum = _i32(sum + mask(p, 0xfffff))"),
        PythonLine(None, "        else:"),
        PythonLine(21, "            sum = _i32(sum - 1)"),
        PythonLine(14, "        i = _i32(i + 1)"),
        PythonLine(23, "    return sum"),
    )


def test_lines_stand_beside_their_c_and_the_others_where_they_are_executed() -> None:
    python = python_lines(placed(PYTHON, LINES), C)
    beside = {row.line: row.python for row in side_by_side(tuple(C.items()), python) if row.python}
    assert beside == {
        10: ("def f(p, n):",),
        12: ("    sum = 0",),
        14: ("    i = 0", "    while i < n:"),
        15: ("        if p.v[i] & 0xff:",),
        16: ("            i = _i32(i + 1)  # line 14", "            continue"),
        17: ("        elif i == 70000:",),
        18: ("            sum = _i32(sum + mask(p, 0xfffff))",),
        20: ("        else:",),
        21: ("            sum = _i32(sum - 1)",),
        22: ("        i = _i32(i + 1)  # line 14",),
        23: ("    return sum",),
    }


def test_no_line_of_either_side_is_lost_and_both_keep_their_order() -> None:
    c = [(number, f"c{number}") for number in range(1, 40)]
    python = [PythonLine((i * 17) % 50 or None, f"p{i}") for i in range(60)]
    rows = side_by_side(c, python)
    assert [(row.line, row.c) for row in rows] == c
    said = [text.partition("  # ")[0] for row in rows for text in row.python]
    assert said == [one.text for one in python]


def test_python_without_a_place_goes_to_the_next_line_that_has_one_or_to_the_end() -> None:
    python = [PythonLine(None, "while True:"), PythonLine(2, "x"), PythonLine(None, "break")]
    assert side_by_side([(1, "a"), (2, "b"), (3, "c")], python) == (
        Row(1, "a"),
        Row(2, "b", ("while True:", "x")),
        Row(3, "c", ("break",)),
    )


def test_all_kinds_of_statements_are_printed_as_python_reads_them() -> None:
    source = """\
def f(a):
    try:
        with a as b:
            pass
    except E as e:
        raise
    except (G, H):
        pass
    else:
        x = 1
    finally:
        del x
    for i in a:
        break
    else:
        return -70000
    if a:
        pass
    else:
        if b:
            pass
        c()
    def g():
        nonlocal a
        yield 'x\\x1b\\n'
"""
    lines = python_lines(ast.parse(source).body, {})
    assert "\n".join(one.text for one in lines) + "\n" == source.replace("70000", "0x11170")


def test_a_mask_is_hexadecimal_and_a_number_that_c_writes_is_not() -> None:
    def printed(python: str, c: str) -> str:
        (line,) = python_lines(ast.parse(python).body, {1: c})
        return line.text

    assert printed("x = 18446744073709551615", "x = ~0UL;") == "x = 0xffffffffffffffff"
    assert printed("x = 12345", "x = 12345L;") == "x = 12345"
    assert printed("x = 16 | 16.5", "x = 0x10 | b0x10;") == "x = 0x10 | 16.5"
    assert printed("x = 4, True", "x = 1 + 3") == "x = (4, True)"
