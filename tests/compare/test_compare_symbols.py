"""Kconfig symbols as a patch has them."""

from __future__ import annotations

from pathlib import Path

from analyzer.compare.symbols import Mention, Selection, Symbols, symbols_of
from analyzer.patch.reader import read_series
from analyzer.repair import mend
from analyzer.source import Place, Side
from analyzer.upstream import load

MAILS = Path(__file__).resolve().parents[2] / "fixtures" / "mails"


def found(text: bytes) -> Symbols:
    (patch,) = read_series(text, "test").patches
    return symbols_of(patch.files)


def at(line: int) -> Place:
    return Place(Side.INPUT, line=line)


def one_file(path: str, *lines: str) -> bytes:
    old = sum(line[0] != "+" for line in lines)
    new = sum(line[0] != "-" for line in lines)
    head = f"--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n"
    return (head + "".join(f"{line}\n" for line in lines)).encode()


def test_the_fixtures_symbol_is_defined_once_and_used_twice() -> None:
    symbol = "HAVE_MOVE_PMD"
    assert found((MAILS / "move-pmd.patch").read_bytes()) == Symbols(
        defined=(Mention(symbol, at(39)),),
        settable=frozenset(),
        selected=(),
        mentioned=(),
        used=(Mention(symbol, at(55)), Mention(symbol, at(109))),
    )


def test_a_symbol_whose_config_line_was_lost_has_no_name() -> None:
    (patch,) = read_series((MAILS / "move-pmd-archive.txt").read_bytes(), "test").patches
    with_assumed, without = mend(patch, load().by("2c91bd4a4e2e").commit, None).readings
    place = Place(Side.PATCH_AFTER, "arch/Kconfig")
    assert symbols_of(with_assumed.files).defined == (Mention("HAVE_MOVE_PMD", place),)
    assert symbols_of(without.files) == Symbols(
        defined=(Mention(None, at(38)),),
        settable=frozenset(),
        selected=(),
        mentioned=(),
        used=(),
    )


def test_a_select_and_where_it_stands() -> None:
    text = one_file(
        "arch/x86/Kconfig",
        " config X86",
        " \tdef_bool y",
        "+\tselect HAVE_A",
        "+\tselect HAVE_B if X86_64",
        " \tselect HAVE_C",
    )
    assert found(text) == Symbols(
        defined=(),
        settable=frozenset(),
        selected=(
            Selection("HAVE_A", "X86", at(6), repeated=False),
            Selection("HAVE_B", "X86", at(7), repeated=False),
        ),
        mentioned=(Mention("HAVE_A", at(6)), Mention("HAVE_B", at(7))),
        used=(),
    )


def test_uses_in_c_are_told_from_comments_strings_and_old_lines() -> None:
    text = one_file(
        "mm/x.c",
        "+#if defined(CONFIG_A) && \\",
        "+\tdefined(CONFIG_B)",
        "+\tif (IS_ENABLED(CONFIG_C)) /* CONFIG_D */",
        '+\t\tstep("CONFIG_E");',
        "-#ifdef CONFIG_F",
        " #ifdef CONFIG_G",
        " #if 1 && \\",
        "+\tdefined(CONFIG_H)",
    )
    names = [(one.symbol, one.place.line) for one in found(text).used]
    assert names == [("A", 4), ("B", 5), ("C", 6), ("H", 11)]


def test_uses_in_make_files() -> None:
    text = one_file("mm/Makefile", "+obj-$(CONFIG_A) += a.o # CONFIG_B", " obj-$(CONFIG_C) += c.o")
    assert found(text).used == (Mention("A", at(4)),)
