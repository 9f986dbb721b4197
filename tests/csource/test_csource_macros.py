"""Macros: what a text defines, and expansion; gcc's preprocessor is the judge."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from gcc_judge import chance, needs_compiler, preprocessed
from growth import TIMES, growth

from analyzer.csource.expand import expand, expand_call, split_arguments
from analyzer.csource.lexemes import lexemes
from analyzer.csource.macros import definitions_of, macros_of
from analyzer.csource.syntax import Macro, Span

DEFINED = """\
#define ONE 1
/* é */ # define	PASTE(a, b...) a##b /* c */ \\
	## x
#define ALL(...) f(__VA_ARGS__)
#define SPACED (x)
#define NONE() "/* no comment */" // gone
#define EMPTY
#ifdef X
#define ONE 2
#endif
#undef EMPTY
#undef NOT_THERE
"""
DEFINITIONS = (
    Macro(Span(1, 0, 1, 13), "a.h", "ONE", None, "1"),
    Macro(Span(2, 9, 3, 5), "a.h", "PASTE", ("a", "b"), "a##b   \t## x", variadic=True),
    Macro(Span(4, 0, 4, 31), "a.h", "ALL", ("__VA_ARGS__",), "f(__VA_ARGS__)", variadic=True),
    Macro(Span(5, 0, 5, 18), "a.h", "SPACED", None, "(x)"),
    Macro(Span(6, 0, 6, 41), "a.h", "NONE", (), '"/* no comment */"'),
    Macro(Span(7, 0, 7, 13), "a.h", "EMPTY", None, ""),
    Macro(Span(9, 0, 9, 13), "a.h", "ONE", None, "2"),
)


def test_every_definition_in_order() -> None:
    assert definitions_of(DEFINED, "a.h") == DEFINITIONS


def test_the_last_definition_stands_until_it_is_undone() -> None:
    _, paste, everything, spaced, none, _, one = DEFINITIONS
    found = macros_of(DEFINED, "a.h")
    assert list(found.items()) == [
        (each.name, each) for each in (paste, everything, spaced, none, one)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "#define",
        "#define 1",
        "#define F(a",
        "#define F(a b) x",
        "#define F(a,) x",
        "#define F(a, a) x",
        "#define F(..., a) x",
        '#define F("a") x',
        "#define defined 1",
        "// #define X",
        "/*\n#define X\n*/",
        'char *s = "\\\n#define X";',
        "x #define X",
        "#undef X",
        "#defined X",
    ],
)
def test_what_defines_nothing(line: str) -> None:
    assert definitions_of(line, "a.h") == ()


# --- expansion ----------------------------------------------------------------------------------

MACROS = """\
#define ONE 1
#define EMPTY
#define SELF SELF + self
#define PING PONG
#define PONG PING ping
#define FOO() foo
#define ID(x) x
#define NEXT(x) NEXT(x + 1)
#define TWO(a, b) [a|b]
#define STR(x) #x
#define XSTR(x) STR(x)
#define CAT(a, b) a ## b
#define XCAT(a, b) CAT(a, b)
#define CAT3(a, b, c) <a ## b ## c>
#define LOG(fmt, ...) log(fmt, ##__VA_ARGS__)
#define OLD(fmt, args...) log(fmt, ## args)
#define REST(...) rest(__VA_ARGS__)
#define ONLY(...) only(0, ## __VA_ARGS__)
#define TEXTS(...) #__VA_ARGS__
#define OPT(a, ...) h(a __VA_OPT__(, [__VA_ARGS__]))
#define OPTSTR(a, ...) #__VA_OPT__(a __VA_ARGS__)
#define OPTCAT(a, ...) a ## __VA_OPT__(x a ## __VA_ARGS__) ## y
#define LATER ID
#define OPEN ID (
#define f(a) a*g
#define g(a) f(a)
#define HASH # x
#define min(x, y) ({ typeof(x) CAT(_x, __LINE__) = (x); _x < (y) ? _x : (y); })
#define INDIRECT(m, x) m(x)
#define DEFER(x) x EMPTY
#define PAIR a, b
#define PROBE(x) x, 1,
"""
CASES = [
    ("ONE + one", "1 + one"),
    ("EMPTY", ""),
    ("a EMPTY b", "a b"),
    ("SELF", "SELF + self"),
    ("PING", "PING ping"),
    ("PONG PING", "PONG ping PING ping"),
    ("FOO() FOO FOO ()", "foo FOO foo"),
    ("ID(ID)(1) ID(ID(1))", "ID(1) 1"),
    ("ID()", ""),
    ("NEXT(NEXT(0))", "NEXT(NEXT(0 + 1) + 1)"),
    ("TWO(ID((1, 2)), ID(PAIR))", "[(1, 2)|a, b]"),
    ("TWO((a, b), [c)", "[(a, b)|[c]"),
    ("TWO(, )", "[|]"),
    ("ID(\n  a\n)", "a"),
    ("STR( a  +  b )", '"a + b"'),
    ('STR("\\n" \'"\' \\ x)', '"\\"\\\\n\\" \'\\"\' \\ x"'),
    ("STR()", '""'),
    ("STR(ONE) XSTR(ONE)", '"ONE" "1"'),
    ("XSTR(ID( x)ID(y) )", '"xy"'),
    ("CAT(a, b) CAT(, b) CAT(a, ) CAT(, )", "ab b a"),
    ("CAT(O, NE)", "1"),
    ("CAT(ONE, 2) XCAT(ONE, 2)", "ONE2 12"),
    ('CAT(1, .5e) CAT(+, +) CAT(L, "x") CAT(->, )', '1.5e ++ L"x" ->'),
    ("CAT(a b, c d)", "a bc d"),
    ("CAT3(a,,c) CAT3(,,) CAT3(,b,)", "<ac><><b>"),
    ('LOG("a") LOG("a",) LOG("a", 1, 2)', 'log("a") log("a",) log("a", 1, 2)'),
    ('OLD("a") OLD("a",) OLD("a", 1)', 'log("a") log("a",) log("a", 1)'),
    ("REST() REST(a) REST(a, b) REST(,)", "rest() rest(a) rest(a, b) rest(,)"),
    ("ONLY() ONLY(a)", "only(0) only(0, a)"),
    ("TEXTS( a ,b , c)", '"a ,b , c"'),
    ("OPT(1) OPT(1, ) OPT(1, EMPTY) OPT(1, 2)", "h(1) h(1) h(1) h(1, [2])"),
    ("OPTSTR(a) OPTSTR(a, b)", '"" "a b"'),
    ("OPTCAT(a) OPTCAT(a, b)", "ay ax aby"),
    ("LATER(1) LATER", "1 ID"),
    ("OPEN 1 )", "1"),
    ("f(2)(9)", "2*9*g"),
    ("HASH", "# x"),
    ("min(a, b)", "({ typeof(a) _x__LINE__ = (a); _x < (b) ? _x : (b); })"),
    ("INDIRECT(ID, 2) INDIRECT(ID, INDIRECT)(ID, 2)", "2 INDIRECT(ID, 2)"),
    ("DEFER(ID)(1) ID(DEFER(ID)(1))", "ID (1) ID (1)"),
    ("ID(-)ID(-)1 ID(+)+ ID(a)ID(b) ID(.)5 ID(/)* ID(<)=", "- - 1 + + a b . 5 / * < ="),
    ("'ONE' \"ONE\" L'x' ONEONE 1ONE", "'ONE' \"ONE\" L'x' ONEONE 1ONE"),
    ('TWO(/* , */ 1, "a,)")', '[1|"a,)"]'),
    ("CAT(O, N\\\nE)", "1"),
    # What a compiler stops at.
    ("TWO(1)", None),
    ("TWO(1, 2, 3)", None),
    ("TWO()", None),
    ("FOO(1)", None),
    ("ID(1, 2)", None),
    ("ID(PAIR) TWO(PAIR)", None),
    ("CAT(a, +)", None),
    ("CAT(/, *)", None),
    ("CAT(., .)", None),
]
TABLE = macros_of(MACROS, "a.h")


@pytest.mark.parametrize(("text", "result"), CASES)
def test_a_text_is_expanded(text: str, result: str | None) -> None:
    found = expand(text, TABLE.get)
    assert tokens_of(found) == tokens_of(result)


@needs_compiler
def test_gcc_expands_the_same() -> None:
    judged = preprocessed([f"{MACROS.replace('__LINE__', 'ID_')}{text}" for text, _ in CASES])
    assert [(text, tokens_of(out)) for (text, _), out in zip(CASES, judged, strict=True)] == [
        (text, tokens_of(result and result.replace("__LINE__", "ID_"))) for text, result in CASES
    ]


@needs_compiler
@pytest.mark.parametrize("seed", range(2))
def test_gcc_expands_random_macros_the_same(seed: int) -> None:
    cases = [macro_set(chance(seed, number)) for number in range(500)]
    judged = preprocessed(["\n".join(case) for case in cases])
    wrong = [
        (*case, found, out)
        for case, out in zip(cases, judged, strict=True)
        if bare(found := expand(case[1], macros_of(case[0], "a.h").get)) != bare(out)
    ]
    assert wrong == []
    assert sum(out is not None for out in judged) > 200


def tokens_of(text: str | None) -> list[str] | None:
    return None if text is None else [piece.text for piece in lexemes(text)]


def bare(text: str | None) -> list[str] | None:
    """Blanks in a string aside: a macro that stands for nothing at an argument's end leaves one."""
    tokens = tokens_of(text)
    return None if tokens is None else [token.replace(" ", "") for token in tokens]


FUNCTIONS, OBJECTS = "fghmt", "xyzw"
OTHERS = ["a", "b", "1", "+", "-", ".", '"s\\n"', "'\"'", "->", "0x1", ";", "<", "="]


def macro_set(choice: random.Random) -> tuple[str, str]:
    """Write some definitions and a use of them, mostly of such as use one another."""
    lines = [f"#undef {name}" for name in FUNCTIONS + OBJECTS]
    lines += [
        f"#define {name} {some(choice, choice.randint(0, 4), [], function=False)}"
        for name in OBJECTS
        if choice.random() < 0.7
    ]
    for name in FUNCTIONS:
        if choice.random() < 0.85:
            names = list("pqr")[: choice.choice([0, 1, 1, 2, 2, 3])]
            declared, rest = choice.choice(
                [("", ""), ("", ""), ("...", "__VA_ARGS__"), ("e...", "e")]
            )
            listed = ", ".join([*names, *filter(None, [declared])])
            body = some(choice, choice.randint(0, 5), [*names, *filter(None, [rest])], rest=rest)
            lines.append(f"#define {name}({listed}) {body}")
    return "\n".join(lines), some(choice, choice.randint(1, 5), [], function=False)


def some(
    choice: random.Random,
    count: int,
    names: list[str],
    *,
    rest: str = "",
    function: bool = True,
    depth: int = 0,
) -> str:
    out: list[str] = []
    for _ in range(count):
        kind = choice.random()
        if names and kind < 0.35:
            out.append(choice.choice(names))
        elif kind < 0.5:
            out.append(choice.choice(OBJECTS))
        elif kind < 0.7:
            out.append(choice.choice(FUNCTIONS))
            if choice.random() < 0.75 and depth < 3:
                arguments = [
                    choice.choice(["", " "])
                    + some(choice, choice.randint(0, 2), names, function=function, depth=depth + 1)
                    for _ in range(choice.choice([1, 1, 2, 2, 3]))
                ]
                out[-1] += (
                    f"{choice.choice(['', ' '])}({choice.choice([',', ' , ']).join(arguments)})"
                )
        elif names and kind < 0.75:
            out.append(f"#{choice.choice(names)}")
        elif names and kind < 0.8 and depth == 0 and out:
            out += ["##", choice.choice([*names, "a", "1"])]
        elif rest and kind < 0.85 and depth == 0:
            out += [", ##", rest]
        elif rest and kind < 0.88 and depth == 0:
            inside = some(choice, choice.randint(0, 2), names, depth=1)
            out.append(f"__VA_OPT__({inside})")
        else:
            out.append(choice.choice(OTHERS))
    return " ".join(out)


# --- one call, and arguments --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("ONE", (), "1"),
        ("ONE", ("1",), None),
        ("FOO", (), "foo"),
        ("FOO", ("",), "foo"),
        ("FOO", ("1",), None),
        ("ID", (), ""),
        ("ID", ("ONE, FOO()",), "ONE, FOO()"),
        ("TWO", ("a + 1", ""), "[a + 1 |]"),
        ("TWO", ("a",), None),
        ("STR", ("a  b",), '"a b"'),
        ("CAT", ("a", "+"), None),
        ("LOG", ('"a"',), 'log("a")'),
        ("LOG", ('"a"', "1", "2"), 'log("a",1, 2)'),
        ("ONLY", (), "only(0 )"),
        ("TEXTS", ("a", "b"), '"a, b"'),
    ],
)
def test_one_call(name: str, arguments: tuple[str, ...], result: str | None) -> None:
    assert expand_call(TABLE[name], arguments) == result


@pytest.mark.parametrize("body", ["## x", "x ##", "#", "# y", "x ## ## x", '"open', "__VA_OPT__(x"])
def test_a_body_that_no_compiler_takes(body: str) -> None:
    macro = Macro(Span(1, 0, 1, 9), "a.h", "M", ("x", "__VA_ARGS__"), body, variadic=True)
    assert expand_call(macro, ("1", "2")) is None
    assert expand("M(1, 2)", {"M": macro}.get) is None


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", ("",)),
        (" a , b ", ("a", "b")),
        ("f(a, b), (c, d), [e, f]", ("f(a, b)", "(c, d)", "[e", "f]")),
        ("\",\", ',', /* , */ x", ('","', "','", "x")),
        (",", ("", "")),
        ("a -- -b", ("a -- - b",)),
        ("), a", ("), a",)),
    ],
)
def test_arguments_are_split_at_the_outermost_commas(text: str, arguments: tuple[str, ...]) -> None:
    assert split_arguments(text) == arguments


# --- hostile text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("macros", "use"),
    [
        ("".join(f"#define L{n} L{n - 1} L{n - 1}\n" for n in range(1, 99)), "L98"),
        ("".join(f"#define L{n}(x) L{n - 1}(x x)\n" for n in range(1, 99)), "L98(a)"),
        ("#define W(x) " + "x " * 30_000, f"W({'a ' * 30_000})"),
        ("#define S(x) " + "#x " * 30_000, f"S({'a ' * 30_000})"),
        ("#define P(x) x" + " ## x" * 30_000, "P(a)"),
        ("#define D(x) x + x", "D(" * 40 + "1" + ")" * 40),
        ("#define D(x) x", "D(" * 10_000 + "1" + ")" * 10_000),
        ("#define D(x) x", "D(" * 10_000),
    ],
)
def test_too_much_work_ends_at_once(macros: str, use: str) -> None:
    assert expand(use, macros_of(macros, "a.h").get) is None


def test_the_budget_bounds_the_result() -> None:
    assert expand("a " * 50, TABLE.get, budget=99) == "a " * 49 + "a"
    assert expand("a " * 50, TABLE.get, budget=98) is None
    assert expand("ONE", TABLE.get, budget=1) is None


@pytest.mark.parametrize(
    "build",
    [
        lambda n: "ONE " * n,
        lambda n: "EMPTY " * n,
        lambda n: "ID (" + "ONE, " * n,
        lambda n: "FOO " * n,
        lambda n: "f(1)" * n,
        lambda n: "(" * n,
    ],
)
def test_expansion_takes_linear_time(build: Callable[[int], str]) -> None:
    ratio = growth(lambda text: expand(text, TABLE.get, budget=1 << 24), build, 300)
    assert ratio < 2.5 * TIMES


@pytest.mark.parametrize(
    "build",
    [
        lambda n: "#define A \\\n" * n,
        lambda n: "#define F(" + "a, " * n + "b) x\n",
        lambda n: "#define F(" * n,
        lambda n: "#define A /*" * n,
        lambda n: "#define A '\n" * n,
    ],
)
def test_definitions_are_read_in_linear_time(build: Callable[[int], str]) -> None:
    ratio = growth(lambda text: definitions_of(text, "a.h"), build, 300)
    assert ratio < 2.5 * TIMES
