"""The rewrite before the parse: the same length always, and a mark for what it hides."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from analyzer.csource.idioms import ANNOTATION
from analyzer.csource.marks import Loop, MemberMacro, OffsetMark, Strange, TypeOfPlace, TypePlace
from analyzer.csource.mask import Directive, mask
from analyzer.csource.rewrite import rewrite
from tests.growth import growth


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        b"a /* b */ c": b"a" + b" " * 9 + b"c",
        b"a // b \\\n c\nd": b"a" + b" " * 7 + b"\n  \nd",
        b'"/* a */" b': b'"_______" b',
        b"'\\'' + '\"'": b"'__' + '_'",
        b"#define X \\\n 1\na": b"           \n  \na",
        b"a # b": b"a # b",
        b"/* open": b"       ",
        b'"open\nx': b'"____\nx',
    }.items(),
)
def test_mask(text: bytes, expected: bytes) -> None:
    assert mask(text).data == expected


def test_directives_are_kept_aside() -> None:
    found = mask(b"# ifdef X /* y */\n#elif defined(Z) \\\n && W\n#else // no\n#endif\n#ifndef V\n")
    assert found.data.split() == [b"#"] * 5
    assert list(found.directives.values()) == [
        Directive(0, 17, "ifdef", "defined(X)"),
        Directive(18, 42, "elif", "defined(Z) && W"),
        Directive(43, 54, "else", None),
        Directive(55, 61, "endif", None),
        Directive(62, 71, "ifndef", "!defined(V)"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        b"static __always_inline int f(void)": b"static inline          int f(void)",
        b"int x __attribute__((unused)) = 3;": b"int x                         = 3;",
        b"void f(int x) __acquires(a(b));": b"void f(int x)                 ;",
        b"{for_each_x(a, b) {}": b"{while(1" + b" " * 8 + b") {}",
        b"x(a) {}": b"x(a) {}",
        b"case 1 ... 2:": b"case 1 ||  2:",
        b"(u64)(x)": b"~    (x)",
        b"f(u64)(x)": b"f(u64)(x)",
        b"f(a, struct x *)": b"f(a, type______)",
        b"typeof(x) y;": b"typeof___ y;",
    }.items(),
)
def test_rewrite(text: bytes, expected: bytes) -> None:
    assert rewrite(text).data == expected


@pytest.mark.parametrize(
    ("text", "marks"),
    {
        b"{for_each_x(a, b) {}": {1: Loop("for_each_x", 12, 16)},
        b"typeof(x) y;": {0: TypeOfPlace(7, 8)},
        b"a = (u64)(x);": {4: TypePlace(5, 8)},
        b"f(struct x *, a)": {2: TypePlace(2, 12)},
        b"offsetof(t, m)": {0: OffsetMark()},
        b"asm goto (a);": {0: Strange("asm", 0, 12)},
        b"int f(void);": {},
    }.items(),
)
def test_marks(text: bytes, marks: dict[int, object]) -> None:
    assert rewrite(text).marks == marks


def test_members_of_a_struct() -> None:
    found = rewrite(b"struct x { DECLARE_BITMAP(a, 3); int b; } __packed;", body=-1)
    member = b"M".ljust(18, b"_") + b" y;"
    assert found.data == b"struct x { " + member + b" int b; }" + b" " * 9 + b";"
    assert found.marks == {11: MemberMacro("DECLARE_BITMAP", 26, 30)}
    assert found.layout == (42,)


def test_system_calls_become_functions() -> None:
    head = b"SYSCALL_DEFINE2(open, const char __user *, name, int, flags)\n{"
    assert rewrite(head, body=len(head) - 1).data.split() == (
        b"long open( const char * name, int flags) {".split()
    )


def test_words_of_no_table_go_only_where_asked() -> None:
    head = b"static int __odd f(char * const POS p);"
    assert rewrite(head, body=-1).data == head
    assert rewrite(head, body=-1, wider=True).data == b"static int       f(char * const     p);"
    # The only word that can be the type stays.
    assert rewrite(b"__odd f(void);", body=-1, wider=True).data == b"__odd f(void);"


def test_annotations_are_words_of_their_own() -> None:
    assert ANNOTATION.sub(b"", b"__init__x my__init __init") == b"__init__x my__init "


_PIECES = st.sampled_from(
    [
        *"(){}[];,:=*&-+~#ax",
        *("...", '"s"', "'s'", "/*", "*/", "//", "\n", "\\", "f(a)", "struct", "struct_group(a,"),
        *("for_each_x(", "while_each(", "typeof(", "sizeof(", "(u64)", "(a)", "__packed", "asm("),
        *("__aligned(8)", "__init", "case", "SYSCALL_DEFINE2(a,", "static", "DEFINE_X(a)", "else"),
        *("offsetof(", "__alignof__(", "do", "M(a);", "int", "unsigned", "u32"),
        *("\n#if a\n", "\n#if", "\n#else\n", "\n#endif\n"),
    ]
)


@given(st.lists(_PIECES, max_size=30).map(" ".join), st.booleans())
def test_nothing_changes_the_length(text: str, wider: bool) -> None:
    masked = mask(text.encode())
    assert len(masked.data) == len(text)
    found = rewrite(masked.data, directives=masked.directives, wider=wider)
    assert len(found.data) == len(text)
    assert all(0 <= at < len(found.data) for at in found.marks)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "__attribute__((",
            "__printf(",
            "f(a) {",
            "case 1 ",
            "case 1 ...",
            "for_each_x(",
            "typeof(",
        ),
        *(
            "f(struct x *, ",
            "F(a); ",
            "{F(a)\n",
            "struct_group(a, ",
            "{struct_group(a, b); ",
            "asm(",
        ),
        *(
            "static F(",
            "F(a) = {",
            "(u64)(",
            "f(unsigned ",
            "const *",
            ") = {",
            "x: ",
            "; u32 ",
            "A ",
        ),
        *("__a ", "* const A ", "static ", "SYSCALL_DEFINE1(", "( ", "{ ", "      ", "offsetof("),
    ],
)
def test_time_is_linear(piece: str) -> None:
    def both(text: bytes) -> None:
        rewrite(text)
        rewrite(text, body=-1, wider=True)

    assert growth(both, lambda size: piece.encode() * size, 1000) < 9
