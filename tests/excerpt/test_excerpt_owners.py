"""Which function each line of a hunk stands in."""

from __future__ import annotations

import pytest

from analyzer.excerpt.owners import Owner, declared_name, owners, tokens_of


def found(text: str, heading: str = "") -> list[tuple[str, int, int, bool]]:
    return [(one.name, one.first, one.last, one.whole) for one in owners(text.split("\n"), heading)]


def test_a_hunk_begins_in_the_function_of_its_heading() -> None:
    text = "\tif (a)\n\t\treturn;\n}\n\nint b;\n"
    assert found(text, "static void f(struct vm_area_struct *vma,") == [("f", 0, 2, False)]


def test_a_whole_function_and_the_beginning_of_the_next() -> None:
    text = "\nstatic int f(int a)\n{\n\tg(a);\n}\n\nlong h(void)\n{\n\tint x;"
    assert found(text) == [("f", 1, 4, True), ("h", 6, 8, False)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("int f(void) { return 0; }", [("f", 0, 0, True)]),
        ("static int\nf(int a,\n  int b)\n{\n\treturn a;\n}", [("f", 0, 5, True)]),
        ("int f(void) __acquires(lock)\n{\n}", [("f", 0, 2, True)]),
        ("__printf(1, 2) void f(const char *s)\n{\n}", [("f", 0, 2, True)]),
        ("SYSCALL_DEFINE2(dup, int, a, int, b)\n{\n}", [("dup", 0, 2, True)]),
        ("int f(void);\nint a = g(1);\nstruct s {\n\tint (*f)(int);\n};", []),
        ("#define F(x) g(x)\nF(1);\n", []),
        ("int f(void)\n{\nout:\n\treturn 0;\n}", [("f", 0, 4, True)]),
        ("int f(void)\n{\n/* int g(void) {} */\n\treturn 0;\n}", [("f", 0, 4, True)]),
        # Not the kernel's style: what begins in the first column of a body is the body's.
        ("int f(void)\n{\nint a;\na = g(1);\n}", [("f", 0, 4, True)]),
    ],
)
def test_headers_are_told_from_what_looks_like_them(
    text: str, names: list[tuple[str, int, int, bool]]
) -> None:
    assert found(text) == names


def test_a_function_pointer_in_the_arguments_names_nothing() -> None:
    assert declared_name(tokens_of("static int f(int (*g)(int), void *h)")) == "f"
    assert declared_name(tokens_of("struct file_operations x")) == ""


def test_a_closing_brace_in_the_first_column_ends_what_the_heading_names() -> None:
    assert owners(["}", "", "int x;"], "int f(void)") == (Owner("f", 0, 0, False, True, 0),)


def test_text_that_closes_nothing_is_read_to_its_end() -> None:
    lines = ["int f(" * 50] * 200 + ["{" * 1000]
    assert isinstance(owners(lines, "(" * 1000), tuple)


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("static int f(struct a *a, unsigned lo", ["f"]),
        ("static int __init f(void)", ["f"]),
        ("f(struct a *a,", ["f"]),
        ("struct f *f(", ["f"]),
        ("int f()", ["f"]),
        ("SYSCALL_DEFINE1(f, unsigned long, a)", ["f"]),
        ("f(1)", []),
        ("DEFINE_F(a)", []),
        ("int a = f(1, 2)", []),
        ("EXPORT_SYMBOL(f);", []),
    ],
)
def test_a_heading_that_can_be_no_definition_names_nothing(heading: str, names: list[str]) -> None:
    assert [one[0] for one in found("\ta = 1;", heading)] == names
