"""Arms of ``#if``: structure, conditions around a line, and the text that is picked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from gcc_judge import chance, needs_compiler, preprocessed
from growth import TIMES, growth

from analyzer.csource.arms import (
    Conditional,
    ConditionalArm,
    Unbalanced,
    conditions_at,
    pick,
    structure,
    unbalanced,
)
from analyzer.csource.configuration import Configuration
from analyzer.csource.directives import _each_place, _places, directives
from analyzer.csource.lexemes import lexemes

UNDEFINED = Configuration()
UNKNOWN = Configuration(total=False)

NESTED = """\
#ifdef CONFIG_A
int a;
# if X > \\
	1 /* why
	*/
int b;
# endif
#elif defined(B) || C
int c;
#else
int d;
#endif
int e;
"""


def test_the_structure_of_a_text() -> None:
    inner = Conditional(3, 7, (ConditionalArm("if", "X > \t1", 3, 6),))
    arms = (
        ConditionalArm("ifdef", "CONFIG_A", 1, 7, (inner,)),
        ConditionalArm("elif", "defined(B) || C", 8, 9),
        ConditionalArm("else", "", 10, 11),
    )
    assert structure(NESTED) == (Conditional(1, 12, arms),)
    assert unbalanced(NESTED) == ()
    assert [arm.condition for arm in arms] == ["defined(CONFIG_A)", "defined(B) || C", None]


@pytest.mark.parametrize(
    ("line", "conditions"),
    [
        (1, ("defined(CONFIG_A)",)),
        (2, ("defined(CONFIG_A)",)),
        (6, ("defined(CONFIG_A)", "X > \t1")),
        (7, ("defined(CONFIG_A)",)),
        (9, ("!defined(CONFIG_A) && (defined(B) || C)",)),
        (11, ("!defined(CONFIG_A) && !(defined(B) || C)",)),
        (12, ()),
        (13, ()),
        (0, ()),
        (99, ()),
    ],
)
def test_the_conditions_around_a_line(line: int, conditions: tuple[str, ...]) -> None:
    assert conditions_at(NESTED, line) == conditions
    assert conditions_at(structure(NESTED), line) == conditions


@pytest.mark.parametrize(
    ("opening", "then", "otherwise"),
    [
        ("ifdef X", "defined(X)", "!defined(X)"),
        ("ifndef X", "!defined(X)", "defined(X)"),
        ("ifdef X more", "defined(X)", "!defined(X)"),
        ("if defined(X)", "defined(X)", "!defined(X)"),
        ("if !defined(X)", "!defined(X)", "defined(X)"),
        ("if A && B", "A && B", "!(A && B)"),
        ("if defined(X) || defined(Y)", "defined(X) || defined(Y)", "!(defined(X) || defined(Y))"),
    ],
)
def test_an_else_is_the_negation(opening: str, then: str, otherwise: str) -> None:
    text = f"#{opening}\na\n#else\nb\n#endif\n"
    assert (conditions_at(text, 2), conditions_at(text, 4)) == ((then,), (otherwise,))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#if A\nx", [Unbalanced(1, "if", "is closed by no #endif")]),
        ("x\n#endif\n", [Unbalanced(2, "endif", "belongs to no #if")]),
        (
            "#else\n#elif A\n",
            [Unbalanced(n, w, "belongs to no #if") for n, w in ((1, "else"), (2, "elif"))],
        ),
        (
            "#if A\n#else\n#elif B\n#endif\n",
            [Unbalanced(3, "elif", "stands behind the #else")],
        ),
        (
            "#ifdef A\n#if B +\n#endif\n#ifndef C\n",
            [Unbalanced(n, w, "is closed by no #endif") for n, w in ((1, "ifdef"), (4, "ifndef"))],
        ),
        ("/* #if A */ // #if B\nchar *s = \"\\\n#endif\";\n'#' #else\n x #endif", []),
    ],
)
def test_what_does_not_balance_is_said_and_stays(text: str, found: list[Unbalanced]) -> None:
    assert list(unbalanced(text)) == found
    assert pick(text, Configuration(macros={"A": "1"})) == text


def test_an_open_conditional_ends_with_the_text() -> None:
    arm = ConditionalArm("if", "A", 2, 3)
    assert structure("\n#if A\nint x;\n") == (Conditional(2, 3, (arm,), closed=False),)
    assert conditions_at("\n#if A\nint x;\n", 3) == ("A",)


# --- picking ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "picked"),
    [
        (
            Configuration.of(A=True),
            [None, "int a;", None, None, None, None, None, None, None, None, None, None, "int e;"],
        ),
        (
            Configuration(macros={"C": "1"}),
            [None, None, None, None, None, None, None, None, "int c;", None, None, None, "int e;"],
        ),
        (
            UNDEFINED,
            [None] * 10 + ["int d;", None, "int e;"],
        ),
        (UNKNOWN, NESTED.split("\n")[:-1]),
        (
            Configuration.of(A=True, total=False),
            [None, *NESTED.split("\n")[1:7], None, None, None, None, None, "int e;"],
        ),
        # The first arm is gone, but nothing says which of the others stays: all do.
        (Configuration.of(A=False, total=False), NESTED.split("\n")[:-1]),
    ],
)
def test_a_configuration_picks_arms(configuration: Configuration, picked: list[str | None]) -> None:
    lines = NESTED.split("\n")[:-1]
    kept = [" " * len(old) if new is None else new for old, new in zip(lines, picked, strict=True)]
    assert pick(NESTED, configuration).split("\n") == [*kept, ""]


def test_bytes_and_lines_stay_in_place() -> None:
    text = "#if 0 // é\nint é; /* \U0001f600 \udcff */\r\n#endif\r\nint ü;\r\n"
    picked = pick(text, UNDEFINED)
    assert picked == f"{' ' * 11}\n{' ' * 20}\r\n{' ' * 6}\r\nint ü;\r\n"
    encoded = text.encode("utf-8", "surrogateescape")
    assert len(picked.encode("utf-8", "surrogateescape")) == len(encoded)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("#define X\n#ifdef X\nint a;\n#endif\n", "int a;"),
        ("#define X 0\n#if X\nint a;\n#else\nint b;\n#endif\n", "int b;"),
        ("#define X 1\n#undef X\n#ifdef X\nint a;\n#endif\n", ""),
        ("#if 0\n#define X\n#endif\n#ifndef X\nint a;\n#endif\n", "int a;"),
        ("#define TWICE(x) ((x) * 2)\n#if TWICE(3) == 6\nint a;\n#endif\n", "int a;"),
        ("#define OLD\n#if 1\n#undef OLD\n#endif\n#ifdef OLD\nint a;\n#endif\n", ""),
        ("#ifndef X\n#define X 5\n#endif\n#if X == 5\nint a;\n#endif\n", "int a;"),
    ],
)
def test_what_the_text_defines_counts_from_there_on(text: str, kept: str) -> None:
    assert code(pick(text, UNDEFINED)) == code(kept)


IN_DOUBT = """\
#ifdef DOUBT
#define X 1
#undef Y
#ifdef X
int in_the_arm;
#endif
#else
#ifdef X
int in_its_sibling;
#endif
#ifdef Y
int y_still;
#endif
#endif
#ifdef X
int behind;
#endif
#ifdef Y
int y_behind;
#endif
"""


def test_what_a_doubtful_arm_defines_is_in_doubt_behind_it() -> None:
    given = Configuration(macros={"Y": ""}, undefined=frozenset("X"), total=False)
    kept = IN_DOUBT.split("\n")
    for gone in (4, 6, 8, 9, 10, 11, 13):
        kept[gone - 1] = " " * len(kept[gone - 1])
    assert pick(IN_DOUBT, given).split("\n") == kept


@pytest.mark.parametrize(
    "text",
    [
        # A name that is not known makes no known one.
        "#define J(a, b) a##b\n#define E(a) J(a, _1)\n#define X_1 0\n#if E(X)\n#endif\n",
        "#if A +\nint a;\n#endif\n",
        "#ifdef\nint a;\n#endif\n",
        "#if X\n#elif 1\n#endif\n",
    ],
)
def test_what_is_not_decided_stays_as_it_is(text: str) -> None:
    assert pick(text, UNKNOWN) == text


def test_the_guard_of_a_header_is_no_doubt() -> None:
    body = "#define GUARD_H\nint a;\n#ifdef X\nint b;\n#endif\n"
    guarded = f"/* c */\n#ifndef GUARD_H\n{body}#endif /* GUARD_H */\n"
    blank = f"/* c */\n{' ' * 15}\n{body}{' ' * 20}\n"
    assert pick(guarded, UNKNOWN) == blank
    assert pick(guarded.replace("#ifndef ", "#if !defined "), UNKNOWN).split() == blank.split()
    for other in (guarded + "#define Z\n", guarded.replace("#define GUARD_H", "#define OTHER_H")):
        assert pick(other, UNKNOWN) == other


@needs_compiler
def test_gcc_picks_the_same() -> None:
    texts = [text_of(chance(number), 4) for number in range(400)]
    given = Configuration(macros={"A": "1"})
    reset = "".join(f"#undef {name}\n" for name in "ABCD") + "#define A 1\n"
    judged = preprocessed([reset + text for text in texts])
    taken = [(text, out) for text, out in zip(texts, judged, strict=True) if out is not None]
    assert [text for text, out in taken if code(pick(text, given)) != code(out)] == []
    assert len(taken) > 300
    words = {directive.name for text, _ in taken for directive in directives(pick(text, given))}
    assert words == {"define", "undef"}


@pytest.mark.parametrize("seed", range(4))
def test_a_choice_made_with_less_known_is_right_for_all_that_may_come(seed: int) -> None:
    choice = chance(seed)
    for _ in range(50):
        text = "int first;\n#undef E\n" + text_of(choice, 4)
        partly = pick(text, Configuration(macros={"A": "1"}, total=False))
        rest = {name: choice.choice("01") for name in "BCD" if choice.random() < 0.6}
        whole = Configuration(macros={"A": "1", **rest})
        assert code(pick(partly, whole)) == code(pick(text, whole)), text


def code(text: str) -> list[str]:
    """Return the tokens outside directives; what a directive spans is told by our own reading."""
    for directive in reversed(list(directives(text))):
        text = text[: directive.start] + text[directive.end :]
    return [piece.text for piece in lexemes(text)]


CONDITIONS = ["0", "1", "A", "!A", "defined(A)", "defined B && C", "A == \\\n1", "C /* x\n */ + 1"]
CONDITIONS += ["!defined D", "B > 0", "A ||"]
LINES = ['"é";', "/* #if 0 */", "// #else", '"#endif"', "/*\n#endif\n*/", "'#'", "'\\''"]


def text_of(choice: random.Random, depth: int) -> str:
    """Write a text of nested conditionals, lures and definitions."""
    out: list[str] = []
    for _ in range(choice.randint(0, 4)):
        kind = choice.random()
        if kind < 0.3:
            out.append(f"int v{choice.randint(0, 99)}; {choice.choice(LINES)}")
        elif kind < 0.5:
            mark = choice.choice(["#", "  # ", "/* c */ #", "#\t"])
            body = choice.choice(
                ["define {}", "define {} 0", "define {} B", "define {} \\\n 2", "undef {}"]
            )
            out.append(mark + body.format(choice.choice("ABCD")))
        elif depth:
            out += conditional(choice, depth)
    return "\n".join(out)


def conditional(choice: random.Random, depth: int) -> list[str]:
    def asks(prefix: str) -> str:
        word = choice.choice(["if", "ifdef", "ifndef"])
        asked = choice.choice(CONDITIONS if word == "if" else list("ABCD"))
        return f"#{prefix}{word} {asked}"

    out = [asks(""), text_of(choice, depth - 1)]
    for _ in range(choice.choice([0, 0, 1, 2])):
        out += [asks("el"), text_of(choice, depth - 1)]
    if choice.random() < 0.5:
        out += ["#else", text_of(choice, depth - 1)]
    return [*out, "#endif" + choice.choice(["", " /* A */", " // q"])]


# --- hostile text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "build",
    [
        lambda n: "#if A\n" * n,
        lambda n: "#if A\n" * n + "#endif\n" * n,
        lambda n: "#if 1\n" * n + "#endif\n" * n,
        lambda n: "#if 0\n" + "#elif 0\n" * n + "#endif\n",
        lambda n: "#if A\n#define X 1\n#else\n#undef Y\n" * n + "#endif\n" * n,
        lambda n: "#if A\n" * n + "".join(f"#define X{k}\n" for k in range(n)) + "#endif\n" * n,
        lambda n: "#if A\n" + "#define X\n#else\n" * n + "#endif\n",
        lambda n: "#define X (Y + Y)\n" * n + "#if X\n#endif\n" * n,
        lambda n: f"#define X {'1 + ' * n}1\n" + "#if X\n#endif\n" * n,
        lambda n: "/*" * n + "'" * n + '"\n' * n,
        lambda n: "\\\n" * n + "#" * n,
    ],
)
@pytest.mark.parametrize("configuration", [UNDEFINED, UNKNOWN])
def test_picking_takes_linear_time(
    configuration: Configuration, build: Callable[[int], str]
) -> None:
    ratio = growth(lambda text: pick(text, configuration), build, 60)
    assert ratio < 2.5 * TIMES


def test_ten_thousand_levels_are_read() -> None:
    deep = "#if A\n" * 10_000 + "int x;\n" + "#endif\n" * 10_000
    assert conditions_at(deep, 10_001) == ("A",) * 10_000
    assert pick(deep, UNKNOWN) == deep
    assert code(pick(deep, replace(UNDEFINED, macros={"A": "1"}))) == code("int x;")


def test_macros_that_explode_cost_their_share_and_no_more() -> None:
    bomb = "#define L0 1\n" + "".join(f"#define L{n} (L{n - 1} + L{n - 1})\n" for n in range(1, 60))
    text = bomb + "#if L59\n#endif\n" * 100
    assert pick(text, UNDEFINED) == text


PIECES = ["#", "if X", "define A", "\\", "\n", "\\\n", "\\ \n", " ", "\t", "/*", "*/", "//", '"']
PIECES += ["'", "a", "é", "\r", "\f", "\n#", "/* c */", "\xa0", "\u2028", "_", "(x)"]


@pytest.mark.parametrize("seed", range(4))
def test_directives_are_where_a_look_at_every_line_finds_them(seed: int) -> None:
    choice = chance(seed)
    told = 0
    for _ in range(2000):
        text = "".join(choice.choices(PIECES, k=choice.randint(1, 14)))
        places = _places(text)
        assert places is None or places == list(_each_place(text)), text
        told += bool(places)
    assert told > 200
