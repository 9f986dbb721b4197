"""Literals and constant expressions: values, types and what is no constant."""

from __future__ import annotations

import pytest

from analyzer.csource.file import parse_expression, read
from analyzer.csource.syntax import Span, String, Unparsed
from analyzer.translate.constant import character, evaluate, literal, text_bytes
from analyzer.translate.environment import Environment
from analyzer.translate.types import ILP32, LP64, Model

_HERE = Span(1, 0, 1, 1)


def named(value: tuple[int, object] | None) -> tuple[int, str] | None:
    return None if value is None else (value[0], value[1].name)  # type: ignore[attr-defined]


def value_of(text: str, declarations: str = "", model: Model = LP64) -> tuple[int, str] | None:
    environment = Environment.of_file(read(declarations, "a.c"), model)
    expr = parse_expression(text, _HERE, "a.c")
    assert not isinstance(expr, Unparsed), expr
    return named(evaluate(expr, environment))


@pytest.mark.parametrize(
    ("text", "lp64", "ilp32"),
    [
        ("0", (0, "int"), (0, "int")),
        ("2147483647", (2147483647, "int"), (2147483647, "int")),
        ("2147483648", (2147483648, "long"), (2147483648, "long long")),
        ("0x7fffffff", (0x7FFFFFFF, "int"), (0x7FFFFFFF, "int")),
        ("0x80000000", (0x80000000, "unsigned int"), (0x80000000, "unsigned int")),
        ("037777777777", (0xFFFFFFFF, "unsigned int"), (0xFFFFFFFF, "unsigned int")),
        ("0b101", (5, "int"), (5, "int")),
        ("0x100000000", (1 << 32, "long"), (1 << 32, "long long")),
        ("0xffffffffffffffff", (2**64 - 1, "unsigned long"), (2**64 - 1, "unsigned long long")),
        ("1u", (1, "unsigned int"), (1, "unsigned int")),
        ("4294967296u", (1 << 32, "unsigned long"), (1 << 32, "unsigned long long")),
        ("1L", (1, "long"), (1, "long")),
        ("1uL", (1, "unsigned long"), (1, "unsigned long")),
        ("1LU", (1, "unsigned long"), (1, "unsigned long")),
        ("1ll", (1, "long long"), (1, "long long")),
        ("1ULL", (1, "unsigned long long"), (1, "unsigned long long")),
        ("0xffffffffL", (0xFFFFFFFF, "long"), (0xFFFFFFFF, "unsigned long")),
    ],
)
def test_integer_literal(
    text: str, lp64: tuple[int, str] | None, ilp32: tuple[int, str] | None
) -> None:
    assert (named(literal(text, LP64)), named(literal(text, ILP32))) == (lp64, ilp32)


@pytest.mark.parametrize(
    "text",
    ["", "08", "1.5", "1e3", "0x1p3", "1lL", "1uu", "0x", "0b2", "x", "１", f"{2**63}", f"{2**64}"],
)
def test_what_is_no_integer_literal(text: str) -> None:
    assert literal(text, LP64) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", 97),
        (r"'\n'", 10),
        (r"'\0'", 0),
        (r"'\177'", 127),
        (r"'\377'", -1),
        (r"'\x41'", 65),
        (r"'\\'", 92),
        (r"'\''", 39),
        ("'\"'", 34),
        (r"'\e'", 27),
    ],
)
def test_character(text: str, value: int) -> None:
    assert named(character(text, LP64)) == (value, "int")


def test_plain_char_may_be_unsigned() -> None:
    assert named(character(r"'\xff'", Model("LP64", 64, 64, char_signed=False))) == (255, "int")


@pytest.mark.parametrize("text", ["''", "'ab'", "L'a'", "'é'", r"'\400'", r"'\x100'", r"'\q'", "a"])
def test_what_is_no_character(text: str) -> None:
    assert character(text, LP64) is None


def test_bytes_of_strings() -> None:
    pieces = ('"a\\n"', '"\\x41\\0"', '"é"')
    assert text_bytes(String(_HERE, pieces)) == b"a\nA\0\xc3\xa9"
    assert text_bytes(String(_HERE, ('L"a"',))) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", (7, "int")),
        ("7 / -2", (-3, "int")),
        ("7 % -2", (1, "int")),
        ("-7 % 2", (-1, "int")),
        ("-1 < 0u", (0, "int")),
        ("-1 < 0ul", (0, "int")),
        ("-1L < 0u", (1, "int")),
        ("-1 + 0u", (0xFFFFFFFF, "unsigned int")),
        ("0u - 1ul", (2**64 - 1, "unsigned long")),
        ("~0ul >> 60", (15, "unsigned long")),
        ("-8 >> 1", (-4, "int")),
        ("1 << 31", (-(1 << 31), "int")),
        ("1ul << 31", (1 << 31, "unsigned long")),
        ("(char)300", (44, "char")),
        ("(unsigned char)-1 + 0", (255, "int")),
        ("(_Bool)256", (1, "_Bool")),
        ("!5 + !0", (1, "int")),
        ("~(unsigned char)0", (-1, "int")),
        ("1 ? -1 : 0u", (0xFFFFFFFF, "unsigned int")),
        ("0 ? 1 : -1", (-1, "int")),
        ("3 ?: 4", (3, "int")),
        ("0 && 1 / 0", (0, "int")),
        ("1 || 1 / 0", (1, "int")),
        ("1 && 2", (1, "int")),
        ("'a' == 97", (1, "int")),
        ("sizeof(int)", (4, "unsigned long")),
        ("sizeof 1ull", (8, "unsigned long")),
        ("sizeof(char[3][4])", (12, "unsigned long")),
        ("sizeof(void *) * 8", (64, "unsigned long")),
        ('sizeof("abc")', (4, "unsigned long")),
        ("_Alignof(long)", (8, "unsigned long")),
    ],
)
def test_constant_expression(text: str, value: tuple[int, str]) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "1 % 0",
        "1 << 32",
        "1 << -1",
        "2147483647 + 1",
        "-2147483647 - 2",
        "(-2147483647 - 1) / -1",
        "-(-2147483647 - 1)",
        "unknown",
        "f(1)",
        "(void *)0",
        "1.5 + 1",
        "sizeof(unknown_t)",
        "sizeof(struct nowhere)",
        "x",
        "x = 1",
        "1, 2",
        "0 || 1 / 0",
        "*(int *)0",
    ],
)
def test_what_is_not_constant(text: str) -> None:
    assert value_of(text, "static int x = 1;") is None


_NAMES = """
enum colour { RED, GREEN = 5, BLUE, LAST = BLUE + sizeof(int) };
enum { BELOW = -1, ABOVE };
#define SHIFT 12
#define SIZE (_UL(1) << SHIFT)
#define _UL(x) __pasted(x, UL)
#define __pasted(x, y) x ## y
#define MASK (~(SIZE - 1))
#define SELF SELF
#define LOOP_A LOOP_B
#define LOOP_B LOOP_A
#define RED RED
#define twice(x) ((x) + (x))
struct pair { char a; struct { short b[4]; int c; }; };
struct s { int x; };
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("BLUE", (6, "int")),
        ("LAST", (10, "int")),
        ("ABOVE + BELOW", (-1, "int")),
        ("RED", (0, "int")),
        ("SIZE", (4096, "unsigned long")),
        ("MASK", (2**64 - 4096, "unsigned long")),
        ("twice(SHIFT + 1)", (26, "int")),
        ("(enum colour)-1", (0xFFFFFFFF, "unsigned int")),
        ("SELF", None),
        ("LOOP_A", None),
        ("twice", None),
        ("twice(1, 2)", None),
        ("offsetof(struct pair, c)", (12, "unsigned long")),
        ("offsetof(struct pair, b[2])", (8, "unsigned long")),
        ("offsetof(struct pair, d)", None),
        ("sizeof(((struct pair *)0)->b)", (8, "unsigned long")),
        ("sizeof(struct s[2])", (8, "unsigned long")),
        ("ALIGN(5, 4)", (8, "int")),
        ("BIT(40)", (1 << 40, "unsigned long")),
        ("GENMASK(3, 1)", (14, "unsigned long")),
        ("DIV_ROUND_UP(9, 4)", (3, "int")),
        ("VM_LOCKED | VM_PFNMAP", (0x2400, "int")),
        ("MREMAP_FIXED", (2, "int")),
        ("ENOMEM", (12, "int")),
        ("PAGE_SIZE", None),
    ],
)
def test_names(text: str, value: tuple[int, str] | None) -> None:
    assert value_of(text, _NAMES) == value


def test_ilp32() -> None:
    assert value_of("sizeof(long)", model=ILP32) == (4, "unsigned long")
    assert value_of("~0ul", model=ILP32) == (0xFFFFFFFF, "unsigned long")
    assert value_of("-1L < 0u", model=ILP32) == (0, "int")


def test_depth_has_a_limit() -> None:
    chain = "".join(f"#define A{n} (A{n + 1} + 1)\n" for n in range(3000)) + "#define A3000 1\n"
    assert value_of("A2990", chain) == (11, "int")
    assert value_of("A0", chain) is None


def test_a_literal_has_a_longest_length() -> None:
    assert literal("1" * 5000, LP64) is None
