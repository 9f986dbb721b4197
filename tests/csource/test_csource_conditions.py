"""``#if`` expressions: decided, left open, rejected; gcc's preprocessor is the judge."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from gcc_judge import chance, needs_compiler, preprocessed
from growth import TIMES, growth

from analyzer.csource.conditions import evaluate
from analyzer.csource.configuration import Absence, Configuration, from_config_text
from analyzer.csource.syntax import Macro

KNOWN = Configuration(
    symbols={"A": "y", "B": "m", "N": "5", "H": "0x10", "S": '"t"', "OFF": "n"},
    macros={
        "SUM": "(FORTY + 2)",
        "FORTY": "40",
        "EMPTY": "",
        "HUGE": "18446744073709551615u",
        "SELF": "SELF",
        "ASKS": "defined(CONFIG_A)",
        "ON": "IS_ENABLED(CONFIG_B)",
    },
)
PARTLY = replace(KNOWN, total=False, undefined=frozenset(("NOT_THIS",)))

# The same for gcc, with the kernel's way to ask for a symbol written anew.
PREAMBLE = """\
#define CONFIG_A 1
#define CONFIG_B_MODULE 1
#define CONFIG_N 5
#define CONFIG_H 0x10
#define CONFIG_S "t"
#define SUM (FORTY + 2)
#define FORTY 40
#define EMPTY
#define HUGE 18446744073709551615u
#define SELF SELF
#define ASKS defined(CONFIG_A)
#define ON IS_ENABLED(CONFIG_B)
#define second_of(a, b, ...) b
#define comma_1 0,
#define one_3(x) second_of(x 1, 0)
#define one_2(x) one_3(comma_##x)
#define __is_defined(x) one_2(x)
#define or_3(x, y) second_of(x 1, y)
#define or_2(x, y) or_3(comma_##x, y)
#define either(x, y) or_2(x, y)
#define IS_BUILTIN(x) __is_defined(x)
#define IS_MODULE(x) __is_defined(x##_MODULE)
#define IS_ENABLED(x) either(IS_BUILTIN(x), IS_MODULE(x))
"""

# The condition, whether it holds where the rest is undefined, and where the rest is unknown.
DECIDED = [
    ("1", True, True),
    ("0", False, False),
    ("defined(CONFIG_A)", True, True),
    ("defined CONFIG_A", True, True),
    ("defined ( CONFIG_OFF )", False, False),
    ("defined(CONFIG_B)", False, False),
    ("defined(CONFIG_B_MODULE)", True, True),
    ("defined(CONFIG_A_MODULE)", False, False),
    ("defined(OTHER)", False, None),
    ("!defined(OTHER)", True, None),
    ("defined(CONFIG_OTHER_MODULE)", False, None),
    ("IS_ENABLED(CONFIG_A)", True, True),
    ("IS_ENABLED(CONFIG_B)", True, True),
    ("IS_ENABLED(CONFIG_N)", False, False),
    ("IS_ENABLED(CONFIG_OTHER)", False, None),
    ("IS_BUILTIN(CONFIG_B)", False, False),
    ("IS_MODULE(CONFIG_B)", True, True),
    ("IS_MODULE(CONFIG_A)", False, False),
    ("IS_ENABLED(1)", True, True),
    ("defined(IS_ENABLED)", True, True),
    ("ASKS && ON", True, True),
    ("OTHER", False, None),
    ("OTHER && 0", False, False),
    ("0 && OTHER", False, False),
    ("OTHER || 1", True, True),
    ("OTHER || 0", False, None),
    ("OTHER && 1", False, None),
    ("OTHER == OTHER", True, None),
    ("CONFIG_N > 4 && !(CONFIG_H < 16)", True, True),
    ("SUM == 42", True, True),
    ("SELF", False, False),
    ("EMPTY 1 EMPTY", True, True),
    ("true", False, None),
    # Arithmetic of 64 bits, signed unless one side is not.
    ("-1 > 0u", True, True),
    ("-1 < 0", True, True),
    ("0xffffffffffffffff == -1", True, True),
    ("HUGE + 1 == 0", True, True),
    ("9223372036854775807 + 1 < 0", True, True),
    ("1 << 63 < 0", True, True),
    ("1 << 64", False, False),
    ("-8 >> 1 == -4", True, True),
    ("1 << -1", False, False),
    ("-7 / 2 == -3 && -7 % 2 == -1", True, True),
    ("(2 || 0) == 1", True, True),
    ("(1 ? -1 : 0u) > 0", True, True),
    ("0 ? 1 : 0 ? 2 : 3", True, True),
    ("1 | 2 ^ 2 & 0 == 1", True, True),
    ("010 == 8 && 0b11 == 3 && 0x1FuLL == 31", True, True),
    ("'a' == 97 && '\\n' == 10 && '\\377' < 0", True, True),
    ("0, 1", True, True),
    # An error counts where its value is asked for.
    ("0 && 1 / 0", False, False),
    ("1 || 1 / 0", True, True),
    ("1 ? 2 : 1 / 0", True, True),
    ("1 / 0", None, None),
    ("1 / 0 && 0", None, None),
    ("(1 / 0, 1)", None, None),
]
REJECTED = [
    "",
    "(",
    ")",
    "1)",
    "(1",
    "1 2",
    "1 +",
    "* 1",
    "1 ? 2",
    "1 : 2",
    "1 ? 2 : ",
    "()",
    "1.5",
    "0 && 1.5",
    '"t"',
    "CONFIG_S",
    "08",
    "1u1",
    "a = 1",
    "1 @ 2",
    "defined",
    "defined()",
    "defined(1)",
    "defined(A B)",
    "'",
    "''",
]


@pytest.mark.parametrize(("text", "total", "partly"), DECIDED)
def test_a_condition_is_decided_or_left_open(
    text: str, total: bool | None, partly: bool | None
) -> None:
    assert (evaluate(text, KNOWN), evaluate(text, PARTLY)) == (total, partly)


@pytest.mark.parametrize("text", REJECTED)
def test_text_that_is_no_condition_decides_nothing(text: str) -> None:
    assert (evaluate(text, KNOWN), evaluate(text, PARTLY)) == (None, None)


@needs_compiler
def test_gcc_agrees_on_every_case() -> None:
    cases = [text for text, _, _ in DECIDED] + REJECTED
    assert [evaluate(text, KNOWN) for text in cases] == judged(cases)


@needs_compiler
@pytest.mark.parametrize("seed", range(2))
def test_gcc_agrees_on_random_conditions(seed: int) -> None:
    cases = [expression(chance(seed, number), 4) for number in range(500)]
    found = [evaluate(text, KNOWN) for text in cases]
    assert [
        case for case in zip(cases, found, judged(cases), strict=True) if case[1] != case[2]
    ] == []
    assert {True, False, None} == set(found)


def test_what_is_decided_with_less_known_stays_decided() -> None:
    cases = [expression(chance(number), 4) for number in range(1000)]
    less = Configuration({"A": "y"}, {}, total=False)
    decided = [(text, evaluate(text, less)) for text in cases]
    assert [
        (text, truth)
        for text, truth in decided
        if truth is not None and truth is not evaluate(text, KNOWN)
    ] == []
    assert sum(truth is not None for _, truth in decided) > 50


def judged(cases: list[str]) -> list[bool | None]:
    texts = preprocessed([f"{PREAMBLE}#if {case}\nyes\n#else\nno\n#endif" for case in cases])
    return [None if text is None else text.strip() == "yes" for text in texts]


LEAVES = re.findall(
    r"\S+",
    r"""
    0 1 2 7 -1 5u 0x7fffffffffffffff 9223372036854775808 0xffffffffffffffff 3ll 010 0b11 63 64
    'a' '\n' '\377' CONFIG_A CONFIG_N CONFIG_H CONFIG_OFF SUM HUGE SELF OTHER ASKS ON
    defined(CONFIG_A) defined(CONFIG_B) defined(CONFIG_B_MODULE) IS_MODULE(CONFIG_B)
    IS_ENABLED(CONFIG_A) IS_ENABLED(CONFIG_B) IS_BUILTIN(CONFIG_B) IS_ENABLED(CONFIG_OTHER)
    """,
)
OPERATORS = re.findall(r"\S+", "+ - * / % << >> < > <= >= == != & ^ | && || && ||")
WRONG = [" ", " EMPTY ", " ( ", ",", " ) ", '"x"', " ?", ":", ".", " = "]


def expression(choice: random.Random, depth: int) -> str:
    """Write a condition that is mostly one."""
    kind = choice.random() if depth else 0.0
    if kind < 0.2:
        return choice.choice(LEAVES)
    one = expression(choice, depth - 1)
    if kind < 0.35:
        return f"{choice.choice('!~-+')} {one}"
    if kind < 0.5:
        return f"({one})"
    other = expression(choice, depth - 1)
    if kind < 0.6:
        return f"{one} ? {other} : {expression(choice, depth - 1)}"
    joint = choice.choice(WRONG if kind < 0.62 else [f" {each} " for each in OPERATORS])
    return f"{one}{joint}{other}"


# --- what is unknown, and what is the compiler's ------------------------------------------------


@pytest.mark.parametrize(
    ("text", "total", "partly"),
    [
        ("OTHER(1, (2)) || 1", None, True),
        ("OTHER (1) + 1", None, None),
        ("__has_attribute(__fallthrough__)", False, None),
        ("__has_include(<linux/mm.h>)", False, None),
        ("defined(__has_attribute) && defined(__has_builtin)", True, True),
        ("IS_REACHABLE(CONFIG_A)", True, True),
        ("IS_REACHABLE(CONFIG_B)", False, None),
        ("NOT_THIS", False, False),
        ("1 ? 1 : OTHER", True, None),  # OTHER may be unsigned, and the whole with it
    ],
)
def test_names_that_are_not_the_files_own(
    text: str, total: bool | None, partly: bool | None
) -> None:
    assert (evaluate(text, KNOWN), evaluate(text, PARTLY)) == (total, partly)


def test_an_answer_of_the_compiler_can_be_given() -> None:
    told = Configuration(macros={"__has_attribute(__x__)": "1", "MODULE": ""}, symbols={"M": "m"})
    assert evaluate("__has_attribute( __x__ )", told) is True
    assert evaluate("IS_REACHABLE(CONFIG_M)", told) is False  # MODULE is not 1


# --- the configuration itself -------------------------------------------------------------------

CONFIG = """\
#
# Automatically generated file
#
CONFIG_MMU=y
CONFIG_FOO=m
# CONFIG_BAR is not set
CONFIG_HZ=250
CONFIG_BASE=0xffff
CONFIG_NAME="a = b"
CONFIG_MMU_TWICE=y
CONFIG_MMU_TWICE=n
CONFIG_NOT A LINE
"""


def test_a_config_file_is_read_whole() -> None:
    symbols = {
        "MMU": "y",
        "FOO": "m",
        "BAR": "n",
        "HZ": "250",
        "BASE": "0xffff",
        "NAME": '"a = b"',
        "MMU_TWICE": "n",
    }
    assert from_config_text(CONFIG) == Configuration(symbols, {}, True)
    assert from_config_text(CONFIG.replace("\n", "\r\n")) == Configuration(symbols, {}, True)
    assert from_config_text("", total=False) == Configuration({}, {}, False)


def test_keywords_make_a_configuration() -> None:
    made = Configuration.of(MMU=True, FOO="m", BAR=False, HZ=250, total=False, undefined=["X"])
    symbols = {"MMU": "y", "FOO": "m", "BAR": "n", "HZ": "250"}
    assert made == Configuration(symbols, {}, False, frozenset(("X",)))
    assert hash(made) == hash(Configuration(symbols, {}, False, frozenset(("X",))))


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("CONFIG_A", "1"),
        ("CONFIG_A_MODULE", Absence.UNDEFINED),
        ("CONFIG_B", Absence.UNDEFINED),
        ("CONFIG_B_MODULE", "1"),
        ("CONFIG_OFF", Absence.UNDEFINED),
        ("CONFIG_H", "0x10"),
        ("CONFIG_S", '"t"'),
        ("CONFIG_OTHER", Absence.UNKNOWN),
        ("A", Absence.UNKNOWN),
        ("EMPTY", ""),
        ("NOT_THIS", Absence.UNDEFINED),
    ],
)
def test_what_a_name_stands_for(name: str, meaning: str | Absence) -> None:
    found = PARTLY.find(name)
    assert (found.body if isinstance(found, Macro) else found) == meaning


def test_a_mapping_that_changes_later_changes_nothing() -> None:
    symbols = {"A": "y"}
    made = Configuration(symbols)
    symbols["A"] = "n"
    assert evaluate("defined(CONFIG_A)", made) is True


# --- hostile text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "middle", "after"),
    [
        ("(", "1", ")"),
        ("!", "1", ""),
        ("1 ? ", "1", " : 0"),
        ("1 || ", "1", ""),
        ("OTHER(", "", ")"),
        ("(", "", ""),
        ("", "1", "0"),
    ],
)
def test_any_length_and_depth_takes_linear_time(before: str, middle: str, after: str) -> None:
    def build(size: int) -> str:
        return before * size + middle + after * size

    ratio = growth(lambda text: evaluate(text, PARTLY), build, 300)
    assert ratio < 2.5 * TIMES


def test_a_macro_that_explodes_decides_nothing() -> None:
    macros = {f"L{n}": f"(L{n - 1} + L{n - 1})" for n in range(1, 60)} | {"L0": "1"}
    given = Configuration(macros=macros)
    assert evaluate("L3 == 8", given) is True
    assert evaluate("L59", given) is None
    assert evaluate("IS_ENABLED(L59)", given) is None
