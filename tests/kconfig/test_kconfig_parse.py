from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from growth import growth
from hypothesis import given, strategies as st

from analyzer.kconfig import (
    And,
    Compare,
    Comparison,
    Constant,
    Default,
    DependsOn,
    Entry,
    EntryKind,
    Help,
    Imply,
    KconfigFile,
    Macro,
    MacroLine,
    Modules,
    Not,
    Option,
    OptionalChoice,
    Or,
    Prompt,
    Range,
    Ref,
    Select,
    Source,
    Symbol,
    SymbolType,
    Transitional,
    TypeLine,
    Unread,
    VisibleIf,
    parse,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "kconfig"
K = "K"


def test_every_construct_is_read() -> None:
    text = (FIXTURES / "constructs.kconfig").read_text()
    mmu, zap, lazy = Ref("MMU"), Ref("ZAP"), Ref("ZAP_LAZY")
    fast = Compare(Comparison.EQUAL, Ref("ARCH_ZAP"), Constant("fast", quoted=True))
    assert parse(text, K) == KconfigFile(
        K,
        symbols=(
            Symbol(
                "ZAP",
                False,
                SymbolType.BOOL,
                (
                    TypeLine(SymbolType.BOOL, 12),
                    Prompt('Zap the "page" #1', And((Ref("EXPERT"), Not(Ref("SMALL")))), 12),
                    Default(Constant("y"), Or((fast, Macro("$(cc-option,-mzap)"))), 13),
                    Select("HAVE_ZAP", Ref("64BIT"), 15),
                    Imply("ZAP_STATS", None, 16),
                    DependsOn(mmu, 17),
                    Help("Zaps pages.\n\n  select NOTHING\nSay Y.", 18),
                ),
                K,
                11,
                22,
            ),
            Symbol(
                "ZAP_MODULE",
                True,
                SymbolType.TRISTATE,
                (
                    TypeLine(SymbolType.TRISTATE, 25),
                    Prompt("Zap as a module", None, 26),
                    TypeLine(SymbolType.TRISTATE, 27),
                    Default(Constant("m"), None, 27, shorthand=True),
                    Modules(28),
                    Option("allnoconfig_y", None, 29),
                    Option("env", "ZAP", 30),
                    Transitional(31),
                    Help("Old style.", 32),
                ),
                K,
                24,
                33,
            ),
            Symbol(
                "ZAP_SIZE",
                False,
                SymbolType.INT,
                (
                    TypeLine(SymbolType.INT, 41),
                    Prompt("Size", None, 41),
                    Range(Constant("1"), Ref("ZAP_MAX"), zap, 42),
                    Default(Constant("0x10"), None, 43),
                ),
                K,
                40,
                43,
                (mmu, zap),
            ),
            Symbol(
                "ZAP_LAZY",
                False,
                SymbolType.BOOL,
                (TypeLine(SymbolType.BOOL, 51), Prompt("lazy", None, 51)),
                K,
                50,
                51,
                (mmu, zap),
            ),
        ),
        entries=(
            Entry(EntryKind.MAINMENU, "Toy kernel $(ARCH)", (), K, 1, 1),
            Entry(EntryKind.COMMENT, "Compiler: $(CC_TEXT)", (), K, 3, 3),
            Entry(
                EntryKind.MENU,
                "Memory",
                (DependsOn(mmu, 36), VisibleIf(Ref("EXPERT"), 37)),
                K,
                35,
                55,
            ),
            Entry(EntryKind.IF, None, (DependsOn(zap, 39),), K, 39, 54, (mmu,)),
            Entry(
                EntryKind.CHOICE,
                None,
                (Prompt("Policy", None, 46), OptionalChoice(47), Default(lazy, None, 48)),
                K,
                45,
                53,
                (mmu, zap),
            ),
        ),
        sources=(
            Source("lib/Kconfig", False, False, K, 8),
            Source("lib/$(SRCARCH)/*.kconfig", False, True, K, 9),
        ),
        macros=(
            MacroLine("have-tool", ":=", "$(success,which tool) # kept", K, 5),
            MacroLine("$(info,reading)", "", "", K, 6),
        ),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bool\n", Unread(K, 1, "bool", "stands under no symbol, menu, choice or comment")),
        ("config A B\n", Unread(K, 1, "config A B", "no name of a symbol")),
        ("gibberish\n", Unread(K, 1, "gibberish", "begins with no keyword of the language")),
        ("endif\n", Unread(K, 1, "endif", "closes no if")),
        ("if A\n", Unread(K, 1, "if", "this if is never closed")),
        ("source\n", Unread(K, 1, "source", "no path")),
        (
            "config A\n\tselect B C\n",
            Unread(K, 2, "select B C", "unexpected 'C' after the expression"),
        ),
        ("config A\n\tdepends A\n", Unread(K, 2, "depends A", "not the grammar of 'depends'")),
        (
            "config A\n\toptional x\n",
            Unread(K, 2, "optional x", "'optional' takes nothing after it"),
        ),
        (
            "config A\n\tselect $(B)\n",
            Unread(K, 2, "select $(B)", "its target is not the name of a symbol"),
        ),
        (
            "config A\n\tdepends on " + "(" * 99 + "A" + ")" * 99 + "\n",
            Unread(K, 2, "depends on " + "(" * 99 + "A" + ")" * 99, "nested deeper than 64"),
        ),
    ],
)
def test_what_is_not_read_is_a_value_with_a_place_and_a_reason(text: str, expected: Unread) -> None:
    assert parse(text, K).unread == (expected,)


def test_one_bad_line_takes_no_other_along() -> None:
    text = 'config A\n\tbool "a"\n\tselect (\n\tselect B\n\nconfig C\n\tbool\n'
    file = parse(text, K)
    assert [symbol.name for symbol in file.symbols] == ["A", "C"]
    assert file.symbols[0].properties == (
        TypeLine(SymbolType.BOOL, 2),
        Prompt("a", None, 2),
        Select("B", None, 4),
    )
    assert file.unread == (Unread(K, 3, "select (", "not the grammar of 'select'"),)


def test_a_missing_endif_is_named_and_the_menu_still_ends() -> None:
    file = parse('menu "M"\nif A\nconfig B\nendmenu\nconfig C\n', K)
    assert [(each.name, each.conditions) for each in file.symbols] == [
        ("B", (Ref("A"),)),
        ("C", ()),
    ]
    assert file.unread == (Unread(K, 2, "if", "this if is never closed"),)


def test_help_ends_by_indentation_and_not_by_words() -> None:
    text = "config A\n\thelp\n\t  config B\n\n\t  bool\n\tselect C\nconfig D\n\thelp\nconfig E\n"
    file = parse(text, K)
    assert [symbol.name for symbol in file.symbols] == ["A", "D", "E"]
    assert file.symbols[0].properties == (Help("config B\n\nbool", 2), Select("C", None, 6))
    assert file.symbols[1].properties == (Help("", 8),)


def test_words_and_strings_may_hold_more_than_the_grammar_knows() -> None:
    text = (
        'config A\n\tint "Größe D$ # 1" if $(x,"()") || B\n'
        '\tdefault 7.10.d if A-$(b) = "é"\n\tprompt bare if C\n'
    )
    file = parse(text, K)
    assert file.unread == ()
    assert file.symbols[0].properties == (
        TypeLine(SymbolType.INT, 2),
        Prompt("Größe D$ # 1", Or((Macro('$(x,"()")'), Ref("B"))), 2),
        Default(
            Ref("7.10.d"),
            Compare(Comparison.EQUAL, Macro("A-$(b)"), Constant("é", quoted=True)),
            3,
        ),
        Prompt("bare", Ref("C"), 4),
    )


def test_a_form_feed_is_no_line_break() -> None:
    assert parse("config A\n\f\n\tbool\n", K).symbols[0].properties == (
        TypeLine(SymbolType.BOOL, 3),
    )


def test_carriage_returns_change_nothing() -> None:
    text = 'config A\n\tbool "a" if B\n\thelp\n\t  Text.\n'
    assert parse(text.replace("\n", "\r\n"), K) == parse(text, K)


# Each text of any size, and a size that keeps four times of it below the limits named, or above.
HOSTILE: dict[str, tuple[Callable[[int], str], int]] = {
    "nested blocks": (lambda n: "if A\n" * n + "config B\n" + "endif\n" * n, 2_000),
    "closers without blocks": (lambda n: "endmenu\n" * n, 2_000),
    "deep expression": (lambda n: f"config A\n\tdepends on {'(' * n}B{')' * n}", 25_000),
    "deep, within the limit of length": (
        lambda n: "config A\n" + f"\tbool if {'(' * n}\n" * 9,
        4_000,
    ),
    "bad lines": (lambda n: "config A\n" + "\tselect (\n" * n, 400),
    "more bad lines than are read together": (
        lambda n: "config A\n" + f"\tselect ({'A' * 250}\n" * n,
        1_500,
    ),
    "one long continued line": (
        lambda n: "config A\n\tdepends on A \\\n" + "\t\t&& A \\\n" * n,
        600,
    ),
    "one continued line beyond the limit of length": (
        lambda n: "config A\n\tdepends on A \\\n" + "\t\t&& A \\\n" * n,
        12_500,
    ),
    "open strings": (lambda n: "config A\n" + '\tbool "$(\n' * n, 400),
    "escaped quotes": (lambda n: "config A\n" + ('\tbool "' + '\\"' * n + "\n") * 9, 2_000),
    "help without end": (lambda n: "config A\n\thelp\n" + "\t  text\n\n" * n, 5_000),
}


@pytest.mark.parametrize(("text", "size"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_linear_time(text: Callable[[int], str], size: int) -> None:
    assert growth(lambda given: parse(given, K), text, size) < 9


def test_too_deep_blocks_are_reported_and_end_all_the_same() -> None:
    file = parse("if A\n" * 65 + "config B\n" + "endif\n" * 65 + "config C\n", K)
    reason = "blocks nested deeper than 64: its condition is left out"
    assert file.unread == (Unread(K, 65, "if A", reason),)
    assert [len(symbol.conditions) for symbol in file.symbols] == [64, 0]


WORDS = 'config A bool " if ( help depends on endif menu choice source $( # = visible if def_bool'
BLANKS = ("\n", "\t", " ", "\\\n", "\r", "\0")
KCONFIG_WORDS = st.lists(st.sampled_from((*WORDS.split(), *BLANKS)), max_size=30).map(" ".join)


@given(KCONFIG_WORDS | st.text())
def test_arbitrary_text_never_raises(text: str) -> None:
    parse(text, K)


@given(KCONFIG_WORDS)
def test_reading_is_the_same_twice(text: str) -> None:
    assert parse(text, K) == parse(text, K)
