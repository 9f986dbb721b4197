"""Sizes and offsets, against gcc where there is one, and what is not known."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from analyzer.csource.file import parse_expression, read
from analyzer.csource.syntax import Span, Tag, Unparsed
from analyzer.translate.environment import Environment
from analyzer.translate.layout import align_of, offset_of, size_of
from analyzer.translate.types import ILP32, LP64, Integer, Model, Pointer, Record, Unknown

_TYPES = """
enum small { SMALL };
enum wide { WIDE = 0x100000000 };
struct s00 { char a; };
struct s01 { char a; int b; };
struct s02 { char a; long b; char c; };
struct s03 { char a; long long b; char c; };
struct s04 { short a; char b; int c; char d; };
struct s05 { char a[3]; short b; };
struct s06 { void *a; char b; void (*c)(int); };
struct s07 { struct s02 a; char b; struct s01 c[3]; };
union s08 { char a[9]; long b; int c; };
struct s09 { int a; union { char b; long c; }; struct { short d; char e; } f; };
struct s10 { int a; char b[]; };
struct s11 { int a : 3, b : 5; char c; };
struct s12 { unsigned int a : 1; unsigned int b : 31; unsigned int c : 2; char d; };
struct s13 { char a; int b : 4; };
struct s14 { char a; int b : 25; char c; };
struct s15 { long long a : 33; int b : 30; char c; };
struct s16 { unsigned char a : 4; unsigned char b : 5; unsigned short c : 9; unsigned d : 17; };
struct s17 { _Bool a : 1; _Bool b; enum small c : 2; enum wide d; };
struct s18 { long long a : 40; char b; long long c : 20; };
union s19 { int a : 7; char b; short c : 9; };
struct s20 { struct { char a; struct { int b; union { long c; char d; }; }; }; char e; };
struct s21 { char a; unsigned __int128 b; };
struct s22 { double a; char b; float c; long double d; };
struct s23 { char a[2][3]; int b[2][2]; };
struct s24 { enum small a; char b; };
struct s25 { int a : 5; long long b : 40; int c : 25; };
struct s26 { short a : 9; short b : 9; char c : 3; };
struct s27 { struct list_head a; struct rb_node b; char c; };
"""
_LINKS = """
struct list_head { struct list_head *next, *prev; };
struct rb_node { unsigned long colour; struct rb_node *right, *left; };
"""
_WITHOUT_128 = "struct s21 { char a; long long b; };"
_HERE = Span(1, 0, 1, 1)
_NUMBERS = range(28)


def environment_of(text: str, model: Model = LP64) -> Environment:
    return Environment.of_file(read(text, "a.c"), model)


def record(environment: Environment, tag: str) -> Record:
    for kind in (Tag.STRUCT, Tag.UNION):
        found = environment.tagged(kind, tag)
        if isinstance(found, Record) and environment.fields(found) is not None:
            return found
    raise AssertionError(tag)


def offset(environment: Environment, kind: Record, member: str) -> int | None:
    expr = parse_expression(member, _HERE, "a.c")
    assert not isinstance(expr, Unparsed)
    return offset_of(kind, expr, environment)


def facts(environment: Environment, kind: Record, spelling: str) -> list[str]:
    """What our layout says, as C conditions."""
    found = [
        f"sizeof({spelling}) == {size_of(kind, environment)}",
        f"_Alignof({spelling}) == {align_of(kind, environment)}",
    ]
    for name in names(environment, kind):
        place = offset(environment, kind, name)
        if place is not None:
            found.append(f"__builtin_offsetof({spelling}, {name}) == {place}")
    return found


def names(environment: Environment, kind: Record) -> list[str]:
    found: list[str] = []
    for field in environment.fields(kind) or ():
        if field.name is not None:
            found.append(field.name)
        elif isinstance(field.type, Record):
            found += names(environment, field.type)
    return found


@pytest.mark.skipif(shutil.which("gcc") is None, reason="asks gcc")
@pytest.mark.parametrize(("model", "flag"), [(LP64, "-m64"), (ILP32, "-m32")], ids=["64", "32"])
def test_layouts_are_those_of_gcc(model: Model, flag: str, tmp_path: Path) -> None:
    types = _TYPES
    if model is ILP32:
        lines = types.split("\n")
        types = "\n".join(_WITHOUT_128 if "__int128" in line else line for line in lines)
    environment = environment_of(types, model)
    said: list[str] = []
    for number in _NUMBERS:
        kind = record(environment, f"s{number:02}")
        spelling = f"{'union' if kind.union else 'struct'} {kind.tag}"
        said += facts(environment, kind, spelling)
    assert not [each for each in said if "None" in each]
    source = tmp_path / "layout.c"
    asserts = "".join(f'_Static_assert({each}, "{each}");\n' for each in said)
    source.write_text(_LINKS + types + asserts)
    done = subprocess.run(
        ["gcc", flag, "-std=gnu11", "-fsyntax-only", str(source)], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert len(said) > 100


_UNKNOWN = """
struct holder { int a; spinlock_t lock; int b; };
struct far { struct nowhere inner; };
struct tight { char a; int b; } __attribute__((packed));
struct outer { struct tight inner; };
struct itself { int a; struct itself b; };
struct bad { int a : 40; };
struct worse { unknown_t a; };
struct sized { char a[unknown]; };
struct huge { char a[1 << 30][1 << 30]; };
struct model { struct vm_area_struct area; };
struct bits { int a : 3; int b; };
"""


@pytest.mark.parametrize(
    "tag",
    [
        "holder",
        "far",
        "tight",
        "outer",
        "itself",
        "bad",
        "worse",
        "sized",
        "huge",
        "model",
        "vm_area_struct",
        "nowhere",
    ],
)
def test_what_has_no_known_size(tag: str) -> None:
    environment = environment_of(_UNKNOWN)
    assert size_of(Record(tag, union=False), environment) is None
    assert offset(environment, Record(tag, union=False), "a") is None


@pytest.mark.parametrize("member", ["a", "c", "b.x", "b[0]", "b[unknown]"])
def test_what_has_no_known_offset(member: str) -> None:
    environment = environment_of(_UNKNOWN)
    assert offset(environment, record(environment, "bits"), member) is None


def test_a_pointer_is_as_large_whatever_it_points_to() -> None:
    environment = environment_of("")
    assert size_of(Pointer(Unknown("f")), environment) == 8
    assert align_of(Pointer(Record("nowhere", union=False)), environment) == 8


def test_offsets_within_offsets() -> None:
    environment = environment_of(_TYPES)
    assert offset(environment, record(environment, "s07"), "c[2].b") == 24 + 1 + 3 + 2 * 8 + 4
    assert offset(environment, record(environment, "s23"), "b[1][1]") == 8 + 3 * 4


def test_flexible_array_has_no_size_of_its_own() -> None:
    environment = environment_of(_TYPES)
    flexible = record(environment, "s10")
    ((_, last),) = [(each.name, each.type) for each in environment.fields(flexible) or ()][1:]
    assert size_of(flexible, environment) == 4
    assert size_of(last, environment) is None


def test_an_integer_of_the_model() -> None:
    assert size_of(Integer("long", 32, True, 4), environment_of("", ILP32)) == 4
