"""What a configuration makes of a tree's headers: arms, includes, macros that a build gives."""

from __future__ import annotations

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.csource.syntax import Tag
from analyzer.translate.constant import evaluate
from analyzer.translate.environment import Constant, Environment, Variable
from analyzer.translate.headers import Headers
from analyzer.translate.layout import size_of
from analyzer.translate.types import LP64, Array, Field, Opaque, Pointer, Record

INT = LP64.int

_TREE = {
    "include/linux/width.h": """
#ifdef CONFIG_WIDE
#define WORD_BITS 64
#else
#define WORD_BITS 32
#endif
#define WORDS (HALF(WORD_BITS) + CONFIG_MORE)
#define HALF(x) ((x) / 2)
#define SIZED (sizeof(int) * 8)
#define UNSURE 1
#if SIZED > 8
#undef UNSURE
#define UNSURE 2
#endif
#define TWICE 3
#if SIZED > 8
#define TWICE 3
#endif
""",
    "include/linux/words.h": """
#include <linux/width.h>
#if WORD_BITS == 64
#define HASH 64
struct word { long value; };
#elif WORD_BITS == 32
#define HASH 32
struct word { int value; };
#else
#error neither
#endif
#if WORDS > 34
#define MANY 1
#else
#define MANY 0
#endif
#if SIZED == 32
#define GUESS 1
#else
#define GUESS 0
#endif
#if NOWHERE
#define LOST 1
#else
#define LOST 0
#endif
#ifdef ELSEWHERE
#define FOUND 1
#else
#define FOUND 0
#endif
""",
    "include/linux/either.h": """
#ifndef EITHER_H
#define EITHER_H
#ifdef CONFIG_WIDE
#include <linux/first.h>
#else
#include <linux/second.h>
#endif
#if WORD_BITS == 64
#include <linux/third.h>
#endif
#endif
""",
    "include/linux/first.h": "struct either { long a; };\n#define CHOICE 1\n",
    "include/linux/second.h": "struct either { char a; };\n#define CHOICE 2\n",
    "include/linux/third.h": "#define THIRD 3\n",
    "include/linux/machine.h": """
#ifdef __x86_64__
#define MACHINE 64
#elif defined(__i386__)
#define MACHINE 32
#else
#define MACHINE 0
#endif
""",
    "include/linux/zones.h": """
#include <generated/bounds.h>
enum zone { DMA, NORMAL,
#ifdef CONFIG_HIGHMEM
	HIGHMEM,
#endif
	LAST_ZONE };
struct node { int zones[NR_ZONES]; };
""",
    "kernel/bounds.c": """
#include <linux/zones.h>
int main(void)
{
	/* what is made of this */
	DEFINE(NR_ZONES, LAST_ZONE);
#ifdef CONFIG_SMP
	DEFINE(NR_BITS, CONFIG_BITS + 1);
#else
	DEFINE(NR_BITS, 0);
#endif
	return 0;
}
""",
    "include/linux/list.h": """
struct chain { struct chain *next, *before; };
#define CHAIN_INIT(name) { &(name), &(name) }
#define CHAIN(name) \\
	struct chain name = CHAIN_INIT(name)
#define DECLARE_EACH(type, name) extern type name
#define EXPORT(name) extern typeof(name) name
DECLARE_EACH(int, each_count);
CHAIN(shared);
EXPORT(exported);
extern int exported;
struct first { int a; };
#define other first
""",
}


def seen(*names: str, text: str = "", given: Configuration | None = None) -> Environment:
    files = {path: content.encode() for path, content in _TREE.items()}
    headers = Headers(files.get, configuration=given or Configuration())
    lines = "".join(f"#include <linux/{name}.h>\n" for name in names)
    return Environment.of_file(read(lines + text, "mm/file.c"), LP64, headers)


def value(environment: Environment, name: str) -> int | None:
    macro = environment.macro(name)
    expr = environment.read(macro.body, macro.span) if macro is not None else None
    found = evaluate(expr, environment) if expr is not None else None
    return found[0] if found is not None else None


@pytest.mark.parametrize(
    ("name", "wide", "expected"),
    [
        ("HASH", True, 64),
        ("HASH", False, 32),
        ("MANY", True, 1),
        ("MANY", False, 0),
        ("FOUND", True, 0),
    ],
)
def test_a_condition_knows_the_macros_of_other_headers(
    name: str, wide: bool, expected: int
) -> None:
    assert value(seen("words", given=Configuration.of(WIDE=wide, MORE=3)), name) == expected


@pytest.mark.parametrize(("wide", "size"), [(True, 8), (False, 4)])
def test_a_struct_is_that_of_the_arm(wide: bool, size: int) -> None:
    assert (
        size_of(
            Record("word", union=False), seen("words", given=Configuration.of(WIDE=wide, MORE=3))
        )
        == size
    )


@pytest.mark.parametrize("name", ["GUESS", "LOST", "UNSURE"])
def test_what_is_defined_twice_and_not_decided_is_no_macro(name: str) -> None:
    assert seen("words", given=Configuration.of(WIDE=True, MORE=3)).macro(name) is None


def test_what_is_defined_twice_alike_is_a_macro() -> None:
    assert value(seen("words"), "TWICE") == 3


@pytest.mark.parametrize(("wide", "choice", "size"), [(True, 1, 8), (False, 2, 1)])
def test_an_include_in_an_arm_that_is_ruled_out_is_not_seen(
    wide: bool, choice: int, size: int
) -> None:
    environment = seen("either", given=Configuration.of(WIDE=wide))
    assert value(environment, "CHOICE") == choice
    assert size_of(Record("either", union=False), environment) == size


def test_an_include_that_is_not_decided_is_seen() -> None:
    assert value(seen("either"), "THIRD") == 3


@pytest.mark.parametrize(
    ("symbols", "expected"), [({"X86_64": "y"}, 64), ({"X86_32": "y"}, 32), ({}, 64)]
)
def test_a_compilers_own_macros_are_the_machines(symbols: dict[str, str], expected: int) -> None:
    assert value(seen("machine", given=Configuration(symbols)), "MACHINE") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CONFIG_HZ", 250), ("CONFIG_NUMA", 1), ("CONFIG_MODULAR", None), ("CONFIG_OFF", None)],
)
def test_symbols_are_macros(name: str, expected: int | None) -> None:
    environment = seen("width", given=Configuration.of(HZ=250, NUMA=True, MODULAR="m", OFF=False))
    assert value(environment, name) == expected


@pytest.mark.parametrize(("high", "zones"), [(False, 2), (True, 3)])
def test_a_header_that_the_build_makes(high: bool, zones: int) -> None:
    environment = seen("zones", given=Configuration.of(HIGHMEM=high, SMP=True, BITS=5))
    assert value(environment, "NR_ZONES") == zones
    assert value(environment, "NR_BITS") == 6
    assert environment.fields(Record("node", union=False)) == (Field("zones", Array(INT, zones)),)


def test_a_header_that_the_build_made_goes_before() -> None:
    files = {
        **_TREE,
        "include/generated/bounds.h": "#define NR_ZONES 9\n",
        "mm/file.c": "",
    }
    headers = Headers(lambda path: files[path].encode() if path in files else None)
    file = read("#include <linux/zones.h>\n", "mm/file.c")
    assert value(Environment.of_file(file, LP64, headers), "NR_ZONES") == 9


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("each_count", Variable("each_count", INT)),
        ("shared", Variable("shared", Record("chain", union=False))),
        ("own", Variable("own", Record("chain", union=False))),
        ("exported", Variable("exported", INT)),
        ("name", None),
    ],
)
def test_a_macro_may_declare(name: str, expected: Variable | None) -> None:
    assert seen("list", text="static CHAIN(own);\nEXPORT(own);\n").identifier(name) == expected


def test_a_macro_may_rename_a_tag() -> None:
    environment = seen("list", text="struct holder { struct other *to; };\n")
    first = Record("first", union=False)
    assert environment.tagged(Tag.STRUCT, "other") == first
    assert environment.fields(Record("holder", union=False)) == (Field("to", Pointer(first)),)


def test_words_of_the_language_are_no_names() -> None:
    environment = seen("list", text="int long;\n")
    assert environment.identifier("long") is None
    assert environment.typedef("long") is None


def test_what_two_files_make_of_one_header_is_each_ones_own() -> None:
    tree = {
        "include/linux/shared.h": "struct shared { FIELD(int, a); };\nFIELD(long, plain);\n",
        "include/linux/one.h": "#define FIELD(type, name) type name\n",
        "include/linux/two.h": "#define FIELD(type, name) type name[2]\n",
    }
    headers = Headers(lambda path: tree[path].encode() if path in tree else None)

    def fields(*names: str) -> object:
        text = "".join(f"#include <linux/{name}.h>\n" for name in (*names, "shared"))
        environment = Environment.of_file(read(text, f"mm/{names}.c"), LP64, headers)
        return environment.fields(Record("shared", union=False))

    one, two = (Field("a", INT),), (Field("a", Array(INT, 2)),)
    assert [fields("one"), fields("two"), fields("one"), fields("two")] == [one, two, one, two]


def test_a_file_is_read_by_what_its_headers_define() -> None:
    files = {path: content.encode() for path, content in _TREE.items()}
    headers = Headers(files.get, configuration=Configuration.of(WIDE=True))
    text = """#include <linux/words.h>
#define OWN 1
#if WORD_BITS == 64 && OWN
int wide;
#else
int narrow;
#endif
#if NOWHERE
int lost;
#endif
"""
    told = headers.told(text, "mm/file.c")
    environment = Environment.of_file(read(text, "mm/file.c", told), LP64, headers)
    assert environment.identifier("wide") == Variable("wide", INT)
    assert environment.identifier("narrow") is None
    assert "#if NOWHERE" in read(text, "mm/file.c", told).text


def test_an_enum_of_a_header_counts_by_its_arms() -> None:
    environment = seen("zones", given=Configuration.of(HIGHMEM=True))
    assert environment.identifier("LAST_ZONE") == Constant("LAST_ZONE", 3, INT)
    assert environment.tagged(Tag.ENUM, "nothing") == Opaque("enum nothing")
