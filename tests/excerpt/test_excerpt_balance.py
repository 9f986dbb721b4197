"""Whether what a patch opens is closed, all hunks of a file together."""

from __future__ import annotations

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.excerpt.balance import Unclosed, unclosed
from analyzer.patch.reader import read_series

ANY = Configuration({}, {}, total=False)
ON = Configuration({"A": "y"}, {}, total=False)


def found(*hunks: str, path: str = "mm/a.c", configuration: Configuration = ANY) -> list[Unclosed]:
    text = f"--- a/{path}\n+++ b/{path}\n"
    for number, lines in enumerate(hunks, 1):
        body = lines.split("\n")
        old, new = (sum(line[:1] in marks for line in body) for marks in (" -", " +"))
        text += f"@@ -{number}0,{old} +{number}0,{new} @@ int f(void)\n{lines}\n"
    (patch,) = read_series(text.encode(), "test").patches
    return list(unclosed(patch.files, configuration))


@pytest.mark.parametrize(
    "hunk",
    [
        "+\tif (a) {\n+\t\tb();\n+\t}",
        "-\tif (a) {\n+\tif (b) {\n \t\tc();",
        "+\t} else if (a) {\n+\t\tb();",
        "+#ifdef CONFIG_A\n+\tb();\n+#else\n+\tc();\n+#endif",
        "+\tb('{', \"{\");\n+\t/* { */",
        "+#define M(a) do {\t\\\n+\tb(a)",
        # One block opened in either of two arms: once, whatever is configured.
        "+#ifdef CONFIG_A\n+\tif (a) {\n+#else\n+\tif (b) {\n+#endif\n+\t\tc();\n+\t}",
    ],
)
def test_what_is_opened_is_closed(hunk: str) -> None:
    assert found(hunk, configuration=ON) == []


def test_two_hunks_may_close_what_each_leaves_open() -> None:
    assert found("+\tif (a) {", "+\t}") == []
    assert found("+#ifdef CONFIG_A", " \tb();\n+#endif") == []


@pytest.mark.parametrize(
    ("hunk", "what", "surplus"),
    [
        ("+\tif (a) {\n+\t\tb();", "{", 1),
        ("+\t\tb();\n+\t}\n+\t}", "{", -2),
        (" \tif (a) {\n-\t\tb();\n-\t}", "{", 1),
        ("+#if A\n+\tb();", "#if", 1),
        ("+\tb();\n+# endif /* A */", "#if", -1),
        ("-#ifndef A\n \tb();", "#if", -1),
    ],
)
def test_what_is_left_open(hunk: str, what: str, surplus: int) -> None:
    assert found(hunk) == [Unclosed("mm/a.c", what, surplus, 10)]


def test_only_c_is_looked_at() -> None:
    assert found("+#if A\n+{", path="Documentation/a.txt") == []
