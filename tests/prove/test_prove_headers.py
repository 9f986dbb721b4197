"""The same text on two bases whose headers, tables or symbols are others: what may be the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_trees import PATH, proofs

from analyzer.csource.configuration import Configuration
from analyzer.prove.proof import Outcome

HEADER = "include/linux/unit.h"
_TYPES = """
typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16;
typedef unsigned int u32; typedef int s32;
struct inner { @inner@ };
struct unit { int number; struct inner *inner; struct inner within; @members@ };
@more@
int passed(int x);
void told(const char *text);
"""
_FUNCTION = "int unit_step(struct unit *p, int x)\n{\n\tint found = x;\n%s\t%s\n}\n"
# What is proved: a text that is the same, and one in which a local has another name.
_NAMES = ("found", "seen")


def _header(said: dict[str, str]) -> str:
    text = _TYPES
    for mark, plain in (("inner", "int z;"), ("members", ""), ("more", "")):
        text = text.replace(f"@{mark}@", said.get(mark, plain))
    return text


def _side(head: dict[str, str], body: str, name: str = "found") -> Iterator[dict[str, str]]:
    """The files before and after a patch that adds a check."""
    for added in ("", "\tif (x == 77)\n\t\treturn 0;\n"):
        code = (_FUNCTION % (added, body)).replace("found", name)
        yield {PATH: f"#include <linux/unit.h>\n{head.get('own', '')}{code}", HEADER: _header(head)}


def _said(
    top: Path, one: dict[str, str], other: dict[str, str], body: str, name: str = "found"
) -> Outcome:
    before, after = _side(one, body)
    ours, patched = _side(other, body, name)
    (each,) = proofs(top, (before, after), (ours, patched)).proofs
    return each.proof.outcome


_OTHER = {
    "sign behind a pointer": ("inner", "u32 z;", "s32 z;", "return p->inner->z < 0;"),
    "sign within": ("inner", "u32 z;", "s32 z;", "return p->within.z < 0;"),
    "sign": ("members", "u32 z;", "s32 z;", "return p->z < 0;"),
    "sign of elements": ("members", "u8 t[8];", "s8 t[8];", "return p->t[x] < 0;"),
    "number of elements": ("members", "u8 t[8];", "u8 t[9];", "return sizeof(p->t);"),
    "anonymous union": (
        *("members", "union { u32 z; u32 y; };", "union { s32 z; u32 y; };"),
        "return p->z < 0;",
    ),
    "what a pointer leads to": ("members", "u8 *d;", "s8 *d;", "return p->d[x] < 0;"),
    "width behind a pointer": ("members", "u8 *d;", "u16 *d;", "return p->d[x];"),
    "a union of a struct": (
        *("members", "struct { int a; int b; } k;", "union { int a; int b; } k;"),
        "p->k.a = 1; p->k.b = 2; return p->k.a;",
    ),
    "an anonymous union of a struct": (
        *("members", "struct { int a; int b; };", "union { int a; int b; };"),
        "p->a = 1; p->b = 2; return p->a;",
    ),
    "a table's macro": ("more", "#define ONE 1", "#define ONE 2", "return passed(table[x & 1]);"),
    "a table's enum": (
        *("more", "enum e { ONE, TWO };", "enum e { TWO, ONE };"),
        "return passed(table[x & 1]);",
    ),
    "a header's table": (
        *("more", "static const int given[] = { 1, 2 };", "static const int given[] = { 1, 3 };"),
        "return passed(given[x & 1]);",
    ),
    "a result's type": (
        *("more", "u32 asked(int x);", "s32 asked(int x);"),
        "return asked(x) < 0;",
    ),
    "a parameter's typedef": (
        *("more", "typedef u8 t; int asked(t x);", "typedef s8 t; int asked(t x);"),
        "return asked(x);",
    ),
}


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("case", _OTHER)
def test_what_a_header_has_otherwise_is_no_same(tmp_path: Path, case: str, name: str) -> None:
    mark, one, other, body = _OTHER[case]
    own = {"own": "static const int table[] = { ONE, 3 };\n"} if "table[" in body else {}
    found = _said(tmp_path, {mark: one, **own}, {mark: other, **own}, body, name)
    assert found is Outcome.UNDECIDED


def test_what_lies_behind_a_result_or_in_a_callee_is_compared(tmp_path: Path) -> None:
    help_ = "static int help(struct unit *p) { passed(1); return p->inner->z < 0; }\n"
    for number, (more, own, body) in enumerate(
        (
            ("struct inner *asked(int x);", "", "return asked(x)->z < 0;"),
            ("", help_, "return help(p);"),
        )
    ):
        for name in _NAMES:
            heads = [{"more": more, "own": own, "inner": each} for each in ("u32 z;", "s32 z;")]
            found = _said(tmp_path / f"{number}{name}", heads[0], heads[1], body, name)
            assert found is Outcome.UNDECIDED, (body, name)


_EQUAL = {
    "a member more": ("members", "int y;", "int y; int more;", "return p->y;"),
    "a member elsewhere": ("inner", "int a; int z;", "int z; int a;", "return p->inner->z;"),
    "a type that is not used": ("members", "u8 *d; int y;", "s8 *d; int y;", "return p->y;"),
    "another name of a type": ("members", "u32 y;", "unsigned int y;", "return p->y < 0;"),
    "an element count that is open": ("members", "int t[0];", "int t[];", "return p->t[x];"),
}


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("case", _EQUAL)
def test_what_changes_no_meaning_is_the_same(tmp_path: Path, case: str, name: str) -> None:
    mark, one, other, body = _EQUAL[case]
    assert _said(tmp_path, {mark: one}, {mark: other}, body, name) is Outcome.SAME


def test_a_size_that_is_asked_for_is_an_assumption(tmp_path: Path) -> None:
    body = "return passed(sizeof(*p->inner));"
    before, after = _side({"inner": "int z;"}, body)
    ours, patched = _side({"inner": "int z; int more;"}, body)
    (each,) = proofs(tmp_path, (before, after), (ours, patched)).proofs
    assert each.proof.outcome is Outcome.SAME
    assert each.proof.assumptions == (
        "passed() does the same in both trees: unit_step() calls it",
        "it is no matter for unit_step(), which asks for sizes: inner has other members",
    )


# --- one wrong place in the backport itself -------------------------------------------------------


def _pair(
    top: Path, head: dict[str, str], right: str, wrong: str, *, config: Configuration | None = None
) -> Outcome:
    (before, after), (_, patched) = _side(head, right), _side(head, wrong)
    given = {"configurations": (((), config),)} if config is not None else {}
    (each,) = proofs(top, (before, after), (before, patched), **given).proofs
    return each.proof.outcome


@pytest.mark.parametrize("members", ["int t[0];", "int t[1];", "int t[];", "struct inner t[1];"])
def test_an_array_at_the_end_has_as_many_as_there_is_room_for(tmp_path: Path, members: str) -> None:
    at = ".z" if "struct" in members else ""
    right, wrong = f"return p->t[x]{at};", f"return p->t[x ? x + 1 : 0]{at};"
    assert _pair(tmp_path, {"members": members}, right, wrong) is Outcome.DIFFERENT


_STAND_INS = (
    "#ifdef CONFIG_UNIT\nint asked(int x);\n#else\n#define asked(x) 0\n#endif",
    "#ifdef CONFIG_UNIT\nint asked(int x);\n#else\n"
    "static inline int asked(int x) { return 0; }\n#endif",
    "#ifdef CONFIG_UNIT\nstatic inline int asked(int x) { return x; }\n#else\n"
    "static inline int asked(int x) { return 0; }\n#endif",
    "int other(int x);\n#ifndef CONFIG_UNIT\n#define other(x) 0\n#endif\n"
    "static inline int asked(int x) { return other(x); }",
)


@pytest.mark.parametrize("number", range(len(_STAND_INS)))
def test_a_stand_in_is_not_run_where_its_symbol_is_not_told(tmp_path: Path, number: int) -> None:
    """A header's empty stand-in would make every argument the same."""
    head = {"more": _STAND_INS[number]}
    right, wrong = "return asked(x);", "return asked(x + 1);"
    untold = Configuration({}, {}, total=False)
    assert _pair(tmp_path / "untold", head, right, wrong, config=untold) is Outcome.DIFFERENT
    off = Configuration({"UNIT": "n"}, {}, total=False)
    told = _pair(tmp_path / "off", head, right, wrong, config=off)
    assert told is Outcome.SAME


@pytest.mark.parametrize(
    "own",
    [
        "#ifdef CONFIG_UNIT\nstatic int asked(int x) { return passed(x); }\n#else\n"
        "#define asked(x) 0\n#endif\n",
        "int asked(int x);\n#ifndef CONFIG_UNIT\n#define asked(x) 0\n#endif\n",
        "int asked(int x);\n#ifndef CONFIG_UNIT\nint asked(int x) { return 0; }\n#endif\n",
    ],
)
def test_no_stand_in_of_the_file_itself_is_run(tmp_path: Path, own: str) -> None:
    untold = Configuration({}, {}, total=False)
    found = _pair(tmp_path, {"own": own}, "return asked(x);", "return asked(x + 1);", config=untold)
    assert found is not Outcome.SAME


def test_a_struct_by_value_is_a_reason_and_no_crash(tmp_path: Path) -> None:
    code = "struct by { int a; };\nint f(int *p, struct by v)\n{\n\t*p = v.a;\n\treturn ONE;\n}\n"
    sides = [code.replace("ONE", value) for value in ("1", "2", "(2)")]
    (each,) = proofs(tmp_path, (sides[0], sides[1]), (sides[0], sides[2])).proofs
    assert (each.proof.outcome, each.proof.reason) == (
        Outcome.UNDECIDED,
        "a struct by value from outside",
    )


def test_a_struct_that_is_returned_is_not_compared_by_its_address(tmp_path: Path) -> None:
    code = (
        "struct by { int a; };\nstruct by f(int x)\n{\n\tstruct by v;\n\tv.a = x;\n\treturn v;\n}\n"
    )
    wrong = code.replace("= x", "= x + 1")
    (each,) = proofs(
        tmp_path, (wrong.replace("1", "2"), code), (code.replace("x;", "3;"), wrong)
    ).proofs
    assert each.proof.outcome is Outcome.UNDECIDED


def test_an_empty_function_of_a_header_that_may_not_be_the_one(tmp_path: Path) -> None:
    """Which of two headers is included hangs on a symbol."""
    lines = "#ifdef CONFIG_UNIT\n#include <a.h>\n#else\n#include <b.h>\n#endif\n"
    others = {
        "include/a.h": "void enter(void);\n",
        "include/b.h": "static inline void enter(void) { }\n",
    }
    code = lines + "int f(int x)\n{\n\tenter();\n\treturn x;\n}\n"
    before = {PATH: code.replace("return x", "return 1"), **others}
    after, wrong = {PATH: code, **others}, {PATH: code.replace("\tenter();\n", ""), **others}
    untold = Configuration({}, {}, total=False)
    found = proofs(tmp_path, (before, after), (before, wrong), configurations=(((), untold),))
    assert [each.proof.outcome for each in found.proofs] == [Outcome.DIFFERENT]
