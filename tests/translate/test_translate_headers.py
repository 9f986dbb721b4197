"""Headers of a tree: which are seen, which definition of a name is taken, what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.csource.syntax import Tag
from analyzer.repo import open_tree
from analyzer.translate.constant import evaluate
from analyzer.translate.environment import Constant, Environment, FunctionName, Variable
from analyzer.translate.headers import Headers
from analyzer.translate.layout import size_of
from analyzer.translate.types import (
    BOOL,
    LP64,
    VOID,
    Array,
    Field,
    FunctionType,
    Opaque,
    Parameters,
    Pointer,
    Record,
    Unknown,
)

INT = LP64.int
LONG = LP64.long

_TREE = {
    "mm/internal.h": "static inline int near(void) { return nowhere(; }\n",
    "include/linux/mm.h": """
#ifndef MM_H
#define MM_H
#include <linux/types.h>
#include <asm/page.h>
#include <asm/tlb.h>
/* struct area { char wrong; }; */
struct area {
	unsigned long start; /* struct inner { int wrong; }; */
	struct inner { int depth; } inner;
	DECLARE_BITMAP(map, 130);
	struct mutex lock;
#ifdef CONFIG_NUMA
	int node;
#else
	long node;
#endif
};
struct few {
	int a;
#ifdef CONFIG_NUMA
	char b;
#endif
};
enum level { NONE, SOME = 4,
	MANY };
typedef int (*walker_t)(struct area *area, void *data);
extern int area_count, *area_list;
#ifdef CONFIG_NUMA
extern int area_node(struct area *);
#else
static inline long area_node(struct area *area)
{
	return (long)area->start;
}
#endif
struct area *find_area(unsigned long start,
		bool exact);
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 63) / 64]
#define AREA_SHIFT (PG_SHIFT + 1)
#define AREA_SIZE (1ul << \\
	AREA_SHIFT)
#define PAGE_SIZE 4096ul
#define flush_tlb_range(area, from, to) flush_tlb_all()
#define min(a, b) wrong(a, b)
typedef struct { int broken; } pte_t;
struct list_head { int broken; };
static __always_inline __must_check
bool checked(int x) __acquires(x);
struct torn {
	int @;
};
struct tight { char a; int b; } __packed;
#endif
""",
    "include/linux/types.h": "typedef unsigned int counter_t;\n#include <linux/mm.h>\n",
    "include/asm-generic/page.h": "#define PG_SHIFT 10\n#define GENERIC 1\n",
    "arch/x86/include/asm/page.h": "#define PG_SHIFT 12\n#include <asm-generic/page.h>\n",
    "arch/arm64/include/asm/page.h": "#define PG_SHIFT 16\n",
    "include/asm-generic/tlb.h": "int generic_tlb(void);\n",
    "include/linux/unseen.h": "#define UNSEEN 1\nstruct unseen { int a; };\n",
}
_FILE = '#include <linux/mm.h>\n#include "internal.h"\n'


def seen(
    text: str = _FILE, *, arch: str = "x86", configuration: Configuration | None = None
) -> Environment:
    files = {path: content.encode() for path, content in _TREE.items()}
    headers = Headers(files.get, arch=arch, configuration=configuration)
    return Environment.of_file(read(text, "mm/file.c"), LP64, headers)


def constant(environment: Environment, name: str) -> int | None:
    macro = environment.macro(name)
    if macro is None:
        return None
    expr = environment.read(macro.body, macro.span)
    found = evaluate(expr, environment) if expr is not None else None
    return found[0] if found is not None else None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("near", FunctionType(INT, Parameters((), variadic=False))),
        ("generic_tlb", FunctionType(INT, Parameters((), variadic=False))),
        (
            "find_area",
            FunctionType(
                Pointer(Record("area", union=False)),
                Parameters((LP64.unsigned_long, BOOL), variadic=False),
            ),
        ),
        ("checked", FunctionType(BOOL, Parameters((INT,), variadic=False))),
    ],
)
def test_functions(name: str, kind: FunctionType) -> None:
    assert seen().identifier(name) == FunctionName(name, kind)


def test_variables_types_and_enumerators() -> None:
    environment = seen()
    assert environment.identifier("area_count") == Variable("area_count", INT)
    assert environment.identifier("area_list") == Variable("area_list", Pointer(INT))
    assert environment.typedef("counter_t") == LP64.integer("int", 32, False)
    assert environment.identifier("MANY") == Constant("MANY", 5, INT)
    area = Pointer(Record("area", union=False))
    assert environment.typedef("walker_t") == Pointer(
        FunctionType(INT, Parameters((area, Pointer(VOID)), variadic=False))
    )
    assert environment.fields(Record("inner", union=False)) == (Field("depth", INT),)


@pytest.mark.parametrize(
    ("numa", "kind", "size"),
    [
        (True, INT, 8),
        (False, LONG, 4),
        (None, Unknown("member node"), None),
    ],
    ids=["on", "off", "open"],
)
def test_arms_of_a_struct(numa: bool | None, kind: object, size: int | None) -> None:
    environment = seen(configuration=None if numa is None else Configuration.of(NUMA=numa))
    assert environment.fields(Record("area", union=False)) == (
        Field("start", LP64.unsigned_long),
        Field("inner", Record("inner", union=False)),
        Field("map", Array(LP64.unsigned_long, 3)),
        Field("lock", Opaque("struct mutex")),
        Field("node", kind),  # type: ignore[arg-type]
    )
    few = environment.tagged(Tag.STRUCT, "few")
    assert environment.field(Record("few", union=False), "a") == (Field("a", INT),)
    assert size_of(few, environment) == size


@pytest.mark.parametrize(("numa", "returns"), [(True, INT), (False, LONG)])
def test_arms_of_a_function(numa: bool, returns: object) -> None:
    found = seen(configuration=Configuration.of(NUMA=numa)).identifier("area_node")
    assert isinstance(found, FunctionName)
    assert found.type.returns == returns


@pytest.mark.parametrize(("arch", "size"), [("x86", 1 << 13), ("arm64", 1 << 17), ("um", 1 << 11)])
def test_an_architecture_goes_before_the_generic_header(arch: str, size: int) -> None:
    assert constant(seen(arch=arch), "AREA_SIZE") == size


def test_a_macro_knows_its_place() -> None:
    found = seen().macro("AREA_SIZE")
    assert found is not None
    text = _TREE["include/linux/mm.h"].split("\n")
    assert found.path == "include/linux/mm.h"
    assert text[found.span.line - 1].startswith("#define AREA_SIZE")
    assert found.body == "(1ul << \tAREA_SHIFT)"


def test_what_the_tree_cannot_change() -> None:
    environment = seen()
    assert environment.typedef("pte_t") == Opaque("pte_t")
    assert environment.macro("PAGE_SIZE") is None
    assert environment.identifier("PAGE_SIZE") == Variable("PAGE_SIZE", LP64.unsigned_long, True)
    assert environment.macro("flush_tlb_range") is None
    shipped = environment.macro("min")
    assert shipped is not None
    assert shipped.path == "language.h"
    links = environment.fields(Record("list_head", union=False))
    assert links is not None
    assert [each.name for each in links] == ["next", "prev"]


def test_the_file_goes_before_its_headers() -> None:
    environment = seen(_FILE + "struct area { char mine; };\nlong find_area;\n#define GENERIC 7\n")
    mine = Field("mine", environment.fields(Record("area", union=False))[0].type)  # type: ignore[index]
    assert environment.fields(Record("area", union=False)) == (mine,)
    assert environment.identifier("find_area") == Variable("find_area", LONG)
    assert constant(environment, "GENERIC") == 7


@pytest.mark.parametrize("name", ["unseen", "torn", "wrong"])
def test_what_is_not_seen_or_not_read_is_not_described(name: str) -> None:
    assert seen().fields(Record(name, union=False)) is None


def test_headers_that_are_not_included_are_not_seen() -> None:
    environment = seen()
    assert environment.macro("UNSEEN") is None
    assert environment.identifier("area") is None


def test_an_attribute_takes_the_layout_away() -> None:
    environment = seen()
    tight = Record("tight", union=False)
    assert environment.fields(tight) is not None
    assert size_of(tight, environment) is None


def test_a_file_without_includes_sees_memory_management() -> None:
    assert seen("int x;\n").fields(Record("few", union=False)) is not None


@pytest.mark.parametrize(
    "name", ["../../secret.h", "/etc/passwd", "a//b.h", "..", "", "x\0y", "é.h", "include/."]
)
def test_includes_stay_in_the_tree(name: str) -> None:
    asked: list[str] = []

    def none(path: str) -> bytes | None:
        asked.append(path)
        return None

    headers = Headers(none)
    text = f'#include "{name}"\n#include <{name}>\n#include <linux/mm.h>\n'
    Environment.of_file(read(text, "mm/file.c"), LP64, headers).macro("x")
    assert "include/linux/mm.h" in asked
    parts = [part for path in asked for part in path.split("/")]
    assert not {"..", ".", ""} & set(parts)


def test_a_directory_as_the_tree(tmp_path: Path) -> None:
    for path, content in _TREE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    headers = Headers.of_tree(open_tree(str(tmp_path)), configuration=Configuration.of(NUMA=True))
    environment = Environment.of_file(read(_FILE, "mm/file.c"), LP64, headers)
    assert size_of(Record("few", union=False), environment) == 8


def test_two_files_share_what_was_read() -> None:
    asked: list[str] = []

    def counted(path: str) -> bytes | None:
        asked.append(path)
        return _TREE[path].encode() if path in _TREE else None

    headers = Headers(counted)
    for path in ("mm/a.c", "mm/b.c"):
        Environment.of_file(read(_FILE, path), LP64, headers).macro("GENERIC")
    assert len(asked) == len(set(asked))


def of_one(header: str, configuration: Configuration | None = None) -> Environment:
    """What a file sees of one header."""
    files = {"include/linux/one.h": header.encode()}
    headers = Headers(files.get, configuration=configuration)
    return Environment.of_file(read("#include <linux/one.h>\n", "a/f.c"), LP64, headers)


_OPEN = Configuration({}, {}, total=False)


@pytest.mark.parametrize(
    ("enum", "known"),
    [
        ("enum level level;", True),
        ("enum { ON, OFF } state;", True),
        ("enum { ON,\n#ifdef CONFIG_B\nMORE,\n#endif\nOFF } state;", False),
    ],
)
def test_arms_of_a_struct_with_an_enum(enum: str, known: bool) -> None:
    """Only arms within the list of an enum make its values unknown."""
    members = f"int a;\n{enum}\n#ifdef CONFIG_A\nint b;\n#endif\nint c;"
    environment = of_one(f"enum level {{ LOW }};\nstruct it {{\n{members}\n}};\n", _OPEN)
    names = [each.name for each in environment.fields(Record("it", union=False)) or ()]
    assert {"a", "b", "c"} <= set(names) if known else "c" not in names


def test_a_type_made_of_what_nobody_declares_gives_way() -> None:
    """ACPICA has its own ``u64`` for systems that have none."""
    files = {
        "include/acpi/types.h": b"#ifndef HAVE_TYPES\ntypedef OTHERS_UINT64 u64;\n#endif\n",
        "include/asm-generic/int.h": b"typedef __u64 u64;\n",
        "include/uapi/asm-generic/int.h": b"typedef unsigned long long __u64;\n",
    }
    lines = "#include <acpi/types.h>\n#include <asm-generic/int.h>\n"
    lines += "#include <uapi/asm-generic/int.h>\n"
    headers = Headers(files.get)
    environment = Environment.of_file(read(lines, "a/f.c"), LP64, headers)
    assert environment.typedef("u64") == LP64.integer("long long", 64, False)
    alone = Environment.of_file(read("#include <acpi/types.h>\n", "a/f.c"), LP64, headers)
    assert alone.typedef("u64") == Opaque("OTHERS_UINT64")


@pytest.mark.parametrize(
    ("configuration", "body"),
    [
        (Configuration.of(A=True), None),
        (Configuration.of(A=False), "0"),
        (_OPEN, None),
    ],
    ids=["on", "off", "open"],
)
def test_a_macro_in_place_of_a_function(configuration: Configuration, body: str | None) -> None:
    """Where the symbol is not told, it is as little known whether the macro is there."""
    text = "#ifdef CONFIG_A\nint asked(int x);\n#else\n#define asked(x) 0\n#endif\n"
    environment = of_one(text, configuration)
    found = environment.macro("asked")
    assert (found.body if found is not None else None) == body
    guessed = of_one(text).macro("asked")
    assert guessed is not None
    assert guessed.body == "0"
