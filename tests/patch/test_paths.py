"""Names as git, diff and svn write them: quoting, prefixes, stamps."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from analyzer.patch.paths import (
    git_names,
    header_name,
    is_code,
    says_no_file,
    tree_names,
    unquoted,
    why_unsafe,
)


@pytest.mark.parametrize(
    ("quoted", "name"),
    [
        ("plain.c", "plain.c"),
        ('"tab\\tname"', "tab\tname"),
        ('"\\303\\274n\\303\\257.c"', "ünï.c"),
        ('"caf\\351"', "caf\udce9"),
        ('"quo\\"te\\\\"', 'quo"te\\'),
        ('"odd\\q"', "odd\\q"),
        ('"', '"'),
        ("", ""),
    ],
)
def test_quoting_is_undone_as_git_does_it(quoted: str, name: str) -> None:
    assert unquoted(quoted) == name


@given(st.text())
def test_any_text_is_a_name_or_none(text: str) -> None:
    unquoted(text)
    header_name(text)
    git_names(text)
    tree_names(text, text[::-1], git_names(text))
    assert why_unsafe(text) is None or isinstance(why_unsafe(text), str)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a/x b/x", ("a/x", "b/x")),
        ("a/old b/new", ("a/old", "b/new")),
        ("a/a b b/a b", ("a/a b", "b/a b")),
        ("a b a b", ("a b", "a b")),
        ("old/a b new/a b", ("old/a b", "new/a b")),
        ("left/a b c r/a b c", ("left/a b c", "r/a b c")),
        ('"a/\\t" "b/\\t"', ("a/\t", "b/\t")),
        ('a/x "b/\\t"', ("a/x", "b/\t")),
        ('"a/\\t" b/x', ("a/\t", "b/x")),
        ("a/one two b/three four", None),
        ("x", None),
        ("a/ " * 100, None),
    ],
)
def test_both_names_of_a_git_line_are_told_apart_or_not_at_all(
    text: str, names: tuple[str, str] | None
) -> None:
    assert git_names(text) == names


@pytest.mark.parametrize(
    ("old", "new", "git", "names"),
    [
        ("a/x", "b/x", ("a/x", "b/x"), ("x", "x")),
        ("a/x", "a/x", ("a/x", "a/x"), ("a/x", "a/x")),
        ("b/x", None, ("b/x", "b/x"), ("b/x", None)),
        (None, "b/x", ("a/x", "b/x"), (None, "x")),
        (None, "b/x", None, (None, "x")),
        ("a/old", "b/new", None, ("old", "new")),
        ("linux-5.0.orig/mm/x.c", "linux-5.0/mm/x.c", None, ("mm/x.c", "mm/x.c")),
        ("x/old/mm/x.c", "x/new/mm/x.c", None, ("mm/x.c", "mm/x.c")),
        ("mm/x.c.orig", "mm/x.c", None, ("mm/x.c", "mm/x.c")),
        ("mm/x.c", "mm/x.c", None, ("mm/x.c", "mm/x.c")),
        ("one.c", "two.c", None, ("one.c", "two.c")),
    ],
)
def test_prefixes_are_stripped_from_both_names_or_from_none(
    old: str | None,
    new: str | None,
    git: tuple[str, str] | None,
    names: tuple[str | None, str | None],
) -> None:
    assert tree_names(old, new, git) == names


@pytest.mark.parametrize(
    ("text", "name", "absent"),
    [
        ("a/x.c", "a/x.c", False),
        ("a/a b.c\t", "a/a b.c", False),
        ("a/x.c\t2019-01-10 14:05:28.000000000 +0300", "a/x.c", False),
        ("a/x.c\t1970-01-01 03:00:00.000000000 +0300", "a/x.c", True),
        ("a/x.c\t1969-12-31 16:00:00.000000000 -0800", "a/x.c", True),
        ("x.c\t(nonexistent)", "x.c", True),
        ("x.c\t(revision 0)", "x.c", True),
        ("x.c\t(revision 10)", "x.c", False),
        ('"a/q\\"x"\t2019-01-10', 'a/q"x', False),
        ("/dev/null", None, False),
        ("/dev/null\t1970-01-01 00:00:00", None, True),
    ],
)
def test_a_header_line_is_a_name_and_a_stamp(text: str, name: str | None, absent: bool) -> None:
    assert (header_name(text), says_no_file(text)) == (name, absent)


@pytest.mark.parametrize(
    "path", ["mm/x.c", "a.h", "x.S", "arch/Kconfig", "Kconfig.debug", "Makefile"]
)
def test_c_kconfig_and_make_are_code(path: str) -> None:
    assert is_code(path)


@pytest.mark.parametrize("path", ["README", "x.rst", "a.cc", "Kconfig/x.txt", "x.c.txt"])
def test_other_files_are_not(path: str) -> None:
    assert not is_code(path)
