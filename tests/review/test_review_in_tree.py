from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.compare.in_tree import SymbolsInTree, symbols_in
from analyzer.compare.symbols import Symbols, symbols_of
from analyzer.finding import State
from analyzer.machine.callees import Callee, Problem, Trouble
from analyzer.machine.definition import Spot
from analyzer.repo import DirectoryTree
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.gating import defined_once, selected_somewhere, selects_placed
from analyzer.review.semantics import rule_of
from analyzer.source import Place, Side
from tests.review.one_case import case_of, mail, patch_of

PATCH = """\
From: Ada Author <ada@example.org>
Subject: [PATCH] mm: move whole tables

Text.
---
diff --git a/arch/Kconfig b/arch/Kconfig
--- a/arch/Kconfig
+++ b/arch/Kconfig
@@ -1,2 +1,5 @@
 config OLD
 \tbool
+
+config HAVE_MOVE_PMD
+\tbool
diff --git a/arch/x86/Kconfig b/arch/x86/Kconfig
--- a/arch/x86/Kconfig
+++ b/arch/x86/Kconfig
@@ -1,2 +1,3 @@
 config X86
 \tdef_bool y
+\tselect HAVE_MOVE_PMD
diff --git a/mm/mremap.c b/mm/mremap.c
--- a/mm/mremap.c
+++ b/mm/mremap.c
@@ -1,1 +1,4 @@
+#ifdef CONFIG_HAVE_MOVE_PMD
+int b;
+#endif
 int a;
"""
TREE = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "arch/Kconfig"\nsource "mm/Kconfig"\n',
    "arch/Kconfig": "config OLD\n\tbool\n\nconfig HAVE_MOVE_PMD\n\tbool\n",
    "arch/x86/Kconfig": "config X86\n\tdef_bool y\n\tselect HAVE_MOVE_PMD\n",
    "arch/arm64/Kconfig": "config ARM64\n\tdef_bool y\n",
    "mm/Kconfig": 'config KSM\n\tbool "k"\n',
    "mm/mremap.c": "#ifdef CONFIG_HAVE_MOVE_PMD\nint b;\n#endif\nint a;\n",
}


def in_tree(root: Path, symbols: Symbols, **more: str) -> SymbolsInTree:
    for path, text in (TREE | more).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    written = (*symbols.used, *symbols.mentioned)
    return symbols_in(
        DirectoryTree("tree", root.resolve()),
        [one.symbol for one in (*symbols.defined, *symbols.selected) if one.symbol],
        [one.symbol for one in written if one.symbol],
    )


def case_in(root: Path, text: str = PATCH, *arches: str, **more: str) -> Case:
    case = replace(case_of(text), architectures=arches)
    symbols = symbols_of(patch_of(text).files)
    return replace(case, kconfig=in_tree(root, symbols, **more))


def said(item: Item) -> tuple[State, str]:
    return item.state, item.summary


def places(item: Item) -> list[tuple[str | None, int | None]]:
    every = [one.place for one in item.evidence if one.place is not None]
    return [(one.path, one.line) for one in every if one.side is Side.TARGET]


def test_an_equal_tree_raises_nothing(tmp_path: Path) -> None:
    case = case_in(tmp_path, PATCH, "x86")
    case = replace(case, kconfig_upstream=case.kconfig)
    assert said(defined_once(case)) == (
        State.OK,
        "HAVE_MOVE_PMD: defined once in the tree, used 1 time, spelled alike",
    )
    assert places(defined_once(case)) == [("arch/Kconfig", 4), ("mm/mremap.c", 1)]
    assert said(selected_somewhere(case)) == (State.OK, "HAVE_MOVE_PMD is selected by x86")
    assert said(selects_placed(case)) == (
        State.OK,
        "under upstream's symbol, once, in the whole tree",
    )


def test_defined_twice_in_the_tree_is_a_finding(tmp_path: Path) -> None:
    case = case_in(tmp_path, **{"mm/Kconfig": "config HAVE_MOVE_PMD\n\tbool\n"})
    item = defined_once(case)
    assert said(item) == (
        State.FINDING,
        "HAVE_MOVE_PMD is defined in arch/Kconfig and again in mm/Kconfig",
    )
    assert places(item)[:2] == [("arch/Kconfig", 4), ("mm/Kconfig", 1)]


def test_a_misspelt_use_is_a_finding(tmp_path: Path) -> None:
    text = PATCH[: PATCH.index("diff --git a/arch/Kconfig")] + PATCH[
        PATCH.index("diff --git a/mm/mremap.c") :
    ].replace("HAVE_MOVE_PMD", "HAVE_MOVE_PDM")
    item = defined_once(case_in(tmp_path, text))
    assert said(item) == (
        State.FINDING,
        "HAVE_MOVE_PDM is written where HAVE_MOVE_PMD is meant: 1 letter apart",
    )
    assert (item.evidence[0].place, item.next) == (
        Place(Side.INPUT, line=10),
        "Spell it HAVE_MOVE_PMD.",
    )


@pytest.mark.parametrize(("whole", "state"), [(True, State.FINDING), (False, State.CANNOT_TELL)])
def test_a_symbol_that_is_defined_nowhere(tmp_path: Path, whole: bool, state: State) -> None:
    text = PATCH[: PATCH.index("diff --git a/arch/Kconfig")] + PATCH[
        PATCH.index("diff --git a/mm/mremap.c") :
    ].replace("HAVE_MOVE_PMD", "SOMETHING_ELSE")
    case = case_in(tmp_path, text)
    if not whole:
        (tmp_path / "Kconfig").unlink()
        tree = DirectoryTree("tree", tmp_path.resolve())
        case = replace(case, kconfig=symbols_in(tree, [], ["SOMETHING_ELSE"]))
    assert said(defined_once(case)) == (state, "defined nowhere in the tree: SOMETHING_ELSE")


def test_a_near_miss_elsewhere_in_the_tree_is_a_finding(tmp_path: Path) -> None:
    case = case_in(tmp_path, **{"fs/a.c": "#ifdef HAVE_MOVE_PMD\n#endif\n"})
    item = defined_once(case)
    assert said(item) == (
        State.FINDING,
        "HAVE_MOVE_PMD is written where HAVE_MOVE_PMD is meant: CONFIG_ is missing before it",
    )
    assert item.next == "Spell it CONFIG_HAVE_MOVE_PMD."
    assert places(item)[0] == ("fs/a.c", 1)


def test_an_architecture_that_does_not_select_it_is_a_finding(tmp_path: Path) -> None:
    assert said(selected_somewhere(case_in(tmp_path, PATCH, "x86", "arm64"))) == (
        State.FINDING,
        "arm64 does not select HAVE_MOVE_PMD: its code is dead there; x86 does",
    )
    assert said(selected_somewhere(case_in(tmp_path))) == (
        State.NEEDS_REVIEW,
        "HAVE_MOVE_PMD is selected by x86",
    )


def test_selected_nowhere_is_dead_code(tmp_path: Path) -> None:
    none = {"arch/x86/Kconfig": "config X86\n\tdef_bool y\n"}
    assert said(selected_somewhere(case_in(tmp_path, **none))) == (
        State.NEEDS_REVIEW,
        "nothing in the tree selects HAVE_MOVE_PMD: dead code in this tree",
    )


def test_selected_twice_under_one_symbol_is_a_finding(tmp_path: Path) -> None:
    twice = (
        "config X86\n\tdef_bool y\n\tselect HAVE_MOVE_PMD\n\tselect KSM\n\tselect HAVE_MOVE_PMD\n"
    )
    item = selects_placed(case_in(tmp_path, **{"arch/x86/Kconfig": twice}))
    assert said(item) == (State.FINDING, "X86 selects HAVE_MOVE_PMD twice in arch/x86/Kconfig")
    assert places(item) == [("arch/x86/Kconfig", 3), ("arch/x86/Kconfig", 5)]


def test_select_under_another_symbol_than_upstreams_is_a_finding(tmp_path: Path) -> None:
    other = "config X86_32\n\tbool\n\tselect HAVE_MOVE_PMD\nconfig X86\n\tbool\n"
    text = PATCH.replace(" config X86\n \tdef_bool y\n+", " config X86_32\n \tbool\n+")
    case = case_in(tmp_path / "a", text, **{"arch/x86/Kconfig": other})
    upstream = case_in(tmp_path / "b").kconfig
    item = selects_placed(replace(case, kconfig_upstream=upstream))
    assert said(item) == (
        State.FINDING,
        "`select HAVE_MOVE_PMD` stands under X86_32, upstream's under X86",
    )
    assert places(item) == [("arch/x86/Kconfig", 3)]
    assert item.evidence[-1].place == Place(Side.UPSTREAM, "arch/x86/Kconfig", 3)


CALL = Callee("gone", 1, Spot("mm/mremap.c", 7), "move", None)


def with_callee(*problems: Problem) -> Item:
    found = (replace(CALL, problems=problems),)
    return rule_of("SM-2")(replace(case_of(mail("Text.")), callees=found))


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (Trouble.MISSING, State.FINDING),
        (Trouble.ARITY, State.FINDING),
        (Trouble.ARGUMENT, State.FINDING),
        (Trouble.UNSEEN, State.CANNOT_TELL),
        (Trouble.CONDITION, State.NEEDS_REVIEW),
        (Trouble.MEANING, State.NEEDS_REVIEW),
        (Trouble.FORM, State.NEEDS_REVIEW),
        (Trouble.UNKNOWN_UPSTREAM, State.NEEDS_REVIEW),
        (Trouble.OTHER_CALLEE, State.NEEDS_REVIEW),
    ],
)
def test_sm2_answers_by_the_tree(trouble: Trouble, state: State) -> None:
    item = with_callee(Problem(trouble, "gone() is so", Spot("include/linux/mm.h", 3)))
    assert said(item) == (state, "gone() is so")
    assert [(one.text, one.place) for one in item.evidence] == [
        ("gone() is so, in move()", Place(Side.PATCH_AFTER, "mm/mremap.c", 7)),
        ("the target's line for gone", Place(Side.TARGET, "include/linux/mm.h", 3)),
    ]


def test_sm2_takes_the_worst_of_several_and_is_ok_without_any() -> None:
    worst = with_callee(
        Problem(Trouble.FORM, "gone is a macro"), Problem(Trouble.MISSING, "gone() is missing")
    )
    assert said(worst) == (State.FINDING, "gone() is missing")
    assert said(with_callee()) == (State.OK, "all 1 calls fit the target's definitions")


def test_sm2_without_a_tree_stays_open() -> None:
    assert rule_of("SM-2")(case_of(mail("Text."))).state is State.CANNOT_TELL
