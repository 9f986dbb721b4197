"""Whole files: what is found at the top level, what is read, and what says why it is not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, strategies as st

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile, MacroUse, Outline, read
from analyzer.csource.syntax import (
    ArrayOf,
    Basic,
    Call,
    Declaration,
    Enumerator,
    Function,
    Name,
    Number,
    Parameter,
    PointerTo,
    Span,
    Tag,
    Tagged,
    TypedefName,
    TypeName,
    Unparsed,
    UnsupportedType,
)
from analyzer.csource.walk import walk
from tests.growth import growth
from tests.inputs import FIXTURES

FILE = dedent("""\
    // a comment with { and "
    #include <linux/mm.h>
    #define BRACE {
    typedef unsigned long key_t;
    static LIST_HEAD(all);
    static int __init first(int a, struct x __user *p)
    {
    \tlist_for_each_entry(p, &all, list)
    \t\tfirst(a, find(p));
    \treturn second((key_t)(a));
    }
    EXPORT_SYMBOL(first);

    #ifdef CONFIG_X
    void second(void)
    {
    #if A
    \tx();
    #else
    \ty();
    #endif
    }
    #elif Y > 1
    # if Z
    void third(void) { }
    # endif
    #else
    void fourth(void) { }
    #endif
    SYSCALL_DEFINE2(five, unsigned long, a, char __user *, b)
    {
    \treturn first(a, b);
    }
    """)


def text_of(text: str) -> CFile:
    return read(dedent(text), "f.c")


def only(text: str) -> Declaration | Unparsed:
    (found,) = text_of(text).declarations
    return found


def test_outlines() -> None:
    assert read(FILE, "f.c").functions == (
        Outline("first", Span(6, 0, 11, 1), (), readable=True),
        Outline("second", Span(15, 0, 22, 1), ("defined(CONFIG_X)",), readable=True),
        Outline(
            "third", Span(25, 0, 25, 20), ("!(defined(CONFIG_X))", "Y > 1", "Z"), readable=True
        ),
        Outline("fourth", Span(28, 0, 28, 21), ("!(defined(CONFIG_X))", "!(Y > 1)"), readable=True),
        Outline("sys_five", Span(30, 0, 33, 1), (), readable=True),
    )


@pytest.mark.parametrize(
    ("line", "name"), {5: None, 6: "first", 11: "first", 12: None, 31: "sys_five", 99: None}.items()
)
def test_function_at(line: int, name: str | None) -> None:
    found = read(FILE, "f.c").function_at(line)
    assert (found.name if found else None) == name


def test_functions_are_read() -> None:
    file = read(FILE, "f.c")
    assert [type(each) for each in file.each_function()] == [Function] * 5
    five = file.function("sys_five")
    assert isinstance(five, Function)
    assert five.returns == TypeName(Span(30, 0, 30, 4), Basic(("long",)))
    char = TypeName(Span(30, 41, 30, 56), Basic(("char",)), (PointerTo(),))
    assert five.parameters == (
        Parameter(
            Span(30, 22, 30, 38), "a", TypeName(Span(30, 22, 30, 38), Basic(("long", "unsigned")))
        ),
        Parameter(Span(30, 40, 30, 56), "b", TypeName(Span(30, 40, 30, 56), *_rest(char))),
    )
    assert file.function("nobody") is None


def _rest(kind: TypeName) -> tuple[object, ...]:
    return kind.specifier, kind.shape


def test_who_names_whom() -> None:
    file = read(FILE, "f.c")
    first = file.function("first")
    assert isinstance(first, Function)
    assert file.callees(first) == ("first", "find", "second")
    assert file.names(first) == ("p", "all", "list", "first", "a", "find", "second")
    assert file.callers("first") == ("first", "sys_five")
    assert file.callers("nobody") == ()


def test_everything_else() -> None:
    file = read(FILE, "f.c")
    assert [
        each.declared[0].name for each in file.declarations if isinstance(each, Declaration)
    ] == ["key_t"]
    assert file.macro_uses == (
        MacroUse(Span(5, 0, 5, 22), "f.c", "LIST_HEAD", ("all",), "static LIST_HEAD(all);"),
        MacroUse(Span(12, 0, 12, 21), "f.c", "EXPORT_SYMBOL", ("first",), "EXPORT_SYMBOL(first);"),
    )
    assert list(file.macros) == ["BRACE"]


def test_a_configuration_picks() -> None:
    file = read(FILE, "f.c", Configuration.of(X=True))
    assert [each.name for each in file.functions] == ["first", "second", "sys_five"]
    second = file.function("second")
    assert isinstance(second, Function)
    assert [each.name for each in walk(second.body) if isinstance(each, Name)] == ["y"]


SPLIT = """\
    int f(int a)
    {
    #ifdef CONFIG_X
    \tif (a) {
    #else
    \tif (!a) {
    #endif
    \t\treturn 1;
    \t}
    \treturn 2;
    }
    int g(void) { return 1; }
    """


def test_an_arm_that_splits_a_statement_needs_a_configuration() -> None:
    file = text_of(SPLIT)
    assert [(each.name, each.readable) for each in file.functions] == [("f", True), ("g", True)]
    found = file.function("f")
    assert isinstance(found, Unparsed)
    assert (found.name, found.reason) == ("f", "needs a configuration: #if splits a statement")
    assert isinstance(file.function("g"), Function)
    picked = read(dedent(SPLIT), "f.c", Configuration.of(X=True)).function("f")
    assert isinstance(picked, Function)


@pytest.mark.parametrize(
    "head",
    [
        "#ifdef A\nstatic int f(int a)\n#else\nint f(int a)\n#endif\n{\n\treturn a;\n}\n",
        "#ifdef A\nint f(int a)\n{\n#else\nint f(void)\n{\n#endif\n\treturn 1;\n}\n",
        "int f(int a)\n{\n#ifdef A\n\treturn 1;\n}\n#else\n\treturn 2;\n}\n#endif\n",
    ],
)
def test_a_function_that_arms_divide_is_one(head: str) -> None:
    file = read(head + "int g(void) { }\n", "f.c")
    assert [(each.name, each.conditions) for each in file.functions] == [("f", ()), ("g", ())]
    assert isinstance(file.function("f"), Unparsed)
    assert isinstance(file.function("g"), Function)


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("int f(void)\n{\n\tx(\n}\n", "f", "not the grammar of C"),
        ("DEFINE_X(f, int, a)\n{\n}\n", "f", "made a function by the macro DEFINE_X"),
        ("int f(void)\n{\n", "f", "a brace is never closed"),
        ("int f(a)\n\tint a;\n{\n}\n", None, ""),
    ],
)
def test_what_is_not_read(text: str, name: str | None, reason: str) -> None:
    found = list(read(text, "f.c").each_function())
    assert [(each.name, each.reason) for each in found if isinstance(each, Unparsed)] == (
        [(name, reason)] if name else []
    )
    assert not any(isinstance(each, Function) for each in found)


def test_what_is_wrong_with_one_harms_no_other() -> None:
    file = text_of("int f(void) { x( }\nint g(void) { return 1; }\nint h(void) { a b c; }\n")
    assert [(each.name, each.readable) for each in file.functions] == [
        ("f", False),
        ("g", True),
        ("h", False),
    ]


ONE = Number(Span(1, 0, 1, 0), "1")


def shapes(found: Declaration | Unparsed) -> list[tuple[str | None, object, int]]:
    """Name, specifier and how often derived, of each member."""
    assert isinstance(found, Declaration)
    specifier = found.specifier
    assert isinstance(specifier, Tagged)
    return [
        (one.name, one.type.specifier, len(one.type.shape))
        for member in specifier.members or ()
        for one in member.declared
    ]


INT = Basic(("int",))


def test_members() -> None:
    found = only("""\
        struct x {
        \tint a, *b, c[2];
        \tint bits : 3;
        \tu32 : 5;
        \tint before : 1, : 2, behind : 1;
        \tstruct y __rcu *d;
        \tint (*call)(struct x *, int);
        \tunion {
        \t\tint e;
        \t};
        \tDECLARE_BITMAP(map, 3);
        \tSOME_MEMBER(f);
        \trandomized_struct_fields_start
        \tint g __counted_by(a);
        \trandomized_struct_fields_end
        \tRH_KABI_REPLACE(int h, long i)
        };
    """)
    union = shapes(found)[10][1]
    assert isinstance(union, Tagged)
    assert union.members is not None
    assert shapes(found) == [
        ("a", INT, 0),
        ("b", INT, 1),
        ("c", INT, 1),
        ("bits", INT, 0),
        (None, TypedefName("u32"), 0),
        ("before", INT, 0),
        (None, INT, 0),
        ("behind", INT, 0),
        ("d", Tagged(Tag.STRUCT, "y"), 1),
        ("call", INT, 2),
        (None, Tagged(Tag.UNION, None, union.members), 0),
        ("map", Basic(("long", "unsigned")), 1),
        (None, UnsupportedType("SOME_MEMBER(f);"), 0),
        ("g", INT, 0),
        ("i", Basic(("long",)), 0),
    ]
    assert isinstance(found, Declaration)
    assert isinstance(found.specifier, Tagged)
    assert found.specifier.packed  # a vendor's macro may have kept the old size


def test_a_group_of_members_is_a_union_of_itself_with_and_without_a_name() -> None:
    found = only("struct x { struct_group_tagged(tag, name, int a; int b; ); };")
    ((_, union, _),) = shapes(found)
    assert isinstance(union, Tagged)
    assert union.kind is Tag.UNION
    assert union.members is not None
    bare, named = (each.declared[0] for each in union.members)
    assert (bare.name, named.name) == (None, "name")
    assert isinstance(bare.type.specifier, Tagged)
    assert isinstance(named.type.specifier, Tagged)
    assert (bare.type.specifier.tag, named.type.specifier.tag) == (None, "tag")
    assert bare.type.specifier.members == named.type.specifier.members
    assert len(bare.type.specifier.members or ()) == 2


@pytest.mark.parametrize(
    ("text", "packed"),
    {
        "struct x { int a; };": False,
        "struct x { int a; } __packed;": True,
        "struct x { int a; } __attribute__((packed));": True,
        "struct __packed x { int a; };": True,
        "struct x { int a __aligned(8); };": True,
        "struct x { int a; } ____cacheline_aligned_in_smp;": True,
        "struct x { int a; } __randomize_layout;": False,
        "struct x { int a; } y __aligned(8);": False,
    }.items(),
)
def test_packed(text: str, packed: bool) -> None:
    found = only(text)
    assert isinstance(found, Declaration)
    assert isinstance(found.specifier, Tagged)
    assert found.specifier.packed is packed


def test_declarations() -> None:
    found = text_of("""\
        enum e { A, B = 1 };
        static int a[2] = { 1, 2 }, b;
        extern struct x *f(int, ...) __must_check;
        typedef void (*call_t)(void);
    """).declarations
    enum, ints, prototype, typedef = found
    assert isinstance(enum, Declaration)
    assert enum.specifier == Tagged(
        Tag.ENUM,
        "e",
        None,
        (
            Enumerator(Span(1, 9, 1, 10), "A", None),
            Enumerator(Span(1, 12, 1, 17), "B", Number(Span(1, 16, 1, 17), "1")),
        ),
    )
    assert isinstance(ints, Declaration)
    assert (ints.storage, [each.name for each in ints.declared]) == ({"static"}, ["a", "b"])
    size = ArrayOf(Number(Span(2, 13, 2, 14), "2"))
    assert ints.declared[0].type == TypeName(Span(2, 11, 2, 15), INT, (size,))
    assert isinstance(prototype, Declaration)
    assert prototype.declared[0].name == "f"
    assert prototype.storage == {"extern"}
    assert isinstance(typedef, Declaration)
    assert (typedef.storage, typedef.declared[0].name) == ({"typedef"}, "call_t")


@pytest.mark.parametrize("text", ["struct x { int a; }", "typedef int t", "int f(int a)", "int a"])
def test_a_declaration_on_its_own_needs_no_semicolon(text: str) -> None:
    assert isinstance(only(text), Declaration)


def test_members_in_arms_need_a_configuration() -> None:
    text = "struct x {\n#ifdef CONFIG_A\n\tint a;\n#endif\n\tint b;\n};\n"
    found = only(text)
    assert isinstance(found, Unparsed)
    assert found.reason == "needs a configuration: #if among members"
    (picked,) = read(text, "f.h", Configuration.of(A=True)).declarations
    assert [name for name, _, _ in shapes(picked)] == ["a", "b"]


def test_macros_that_look_like_declarations_declare_nothing() -> None:
    file = text_of("""\
        PAGEFLAG(Locked, locked) TESTFLAG(Locked, locked)
        DEFINE_PER_CPU(struct x *, y);
        static DEFINE_MUTEX(z);
        __setup("a", b);
        int c;
    """)
    assert [each.name for each in file.macro_uses] == [
        "PAGEFLAG",
        "TESTFLAG",
        "DEFINE_PER_CPU",
        "DEFINE_MUTEX",
        "__setup",
    ]
    assert file.macro_uses[2].arguments == ("struct x *", "y")
    assert len(file.declarations) == 1


def test_every_name_stands_where_its_span_says() -> None:
    text = 'int f(int a)\n{\n\tg("é", a, b);\r\n\tfor_each_x(y)\n\t\tc(a +\n\t\t  d);\n}\n'
    lines = text.encode().split(b"\n")
    found = read(text, "f.c").function("f")
    assert isinstance(found, Function)
    names = [each for each in walk(found) if isinstance(each, Name)]
    assert [
        lines[each.span.line - 1][each.span.column : each.span.end_column].decode()
        for each in names
    ] == [each.name for each in names]
    assert [each.name for each in names] == ["g", "a", "b", "c", "a", "d"]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("c/*.c")), ids=lambda path: path.stem)
def test_fixtures_are_read(path: Path) -> None:
    text = path.read_text()
    found = read(text, "f.c", Configuration.of())
    if "may be refused" not in text:
        everything = [*found.each_function(), *found.declarations]
        assert [each for each in everything if isinstance(each, Unparsed)] == []


_PIECES = st.sampled_from(
    [
        *(
            "int f(int a)\n{\n",
            "}\n",
            "{",
            ";",
            "(",
            ")",
            "#if A\n",
            "\n#else\n",
            "\n#endif\n",
            "a = b;",
        ),
        *(
            "struct x {",
            "};",
            "F(a)\n",
            "typedef ",
            "x y",
            "for_each_x(a) ",
            '"',
            "/*",
            "*/",
            "\\\n",
            "é",
        ),
        *(
            "typeof(a)",
            "(u64)(a)",
            "case 1:",
            "static ",
            "= {",
            ",",
            "\ud800",
            "\0",
            'extern "C" {',
        ),
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_no_text_raises(text: str) -> None:
    file = read(text, "f.c")
    everything = (*file.each_function(), *file.declarations)
    assert all(isinstance(each, Function | Declaration | Unparsed) for each in everything)
    assert len(file.functions) == len(list(file.each_function()))
    assert [each for each in walk(everything) if isinstance(each, Call) and not each.span] == []
    assert file.macro_uses is not None


@pytest.mark.parametrize(
    "build",
    [
        lambda size: "int f(void) { a(); }\n" * size,
        lambda size: "#if A\nint a;\n" * size,
        lambda size: "#if A\n" + "#elif B\nint a;\n" * size + "#endif\n",
        lambda size: "f(;" * size,
        lambda size: "f(\n" * size,
        lambda size: "typedef " * size,
        lambda size: "struct x {" * size,
        lambda size: "int f(void)\n{" + "#if A\na();\n#endif\n" * size + "}",
        lambda size: "int f(void)\n{" + "#if A\nif (a) {\n#endif\n" * size + "}" * size + "}",
        lambda size: "int f(void)\n{" + "(" * size + ")" * size + ";}",
        lambda size: "int f(void)\n{" + "case a " * size + ";}",
        lambda size: "int f(void)\n{" + "f(a) {" * size + "}" * size + "}",
        lambda size: "int f(void)\n{" + "if (a) b(); else " * size + ";}",
        lambda size: "int f(void)\n{" + "x:" * size + ";}",
        lambda size: "int a[] = {" + "{ 1, 2 }," * size + "};",
    ],
)
def test_time_is_linear(build: object) -> None:
    def everything(text: str) -> None:
        file = read(text, "f.c")
        list(file.each_function())
        assert file.functions is not None
        assert file.declarations is not None
        assert file.macro_uses is not None

    assert growth(everything, build, 250) < 10  # type: ignore[arg-type]
