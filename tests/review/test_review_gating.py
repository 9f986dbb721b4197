"""CF-1 to CF-5 on Kconfig of our own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import case_of, in_series

from analyzer.compare.symbols import symbols_of
from analyzer.finding import State
from analyzer.patch.lines import Mark
from analyzer.repair import Reading
from analyzer.review import gating, on_and_off
from analyzer.review.case import Case
from analyzer.review.readings import with_nothing_lost

DEFINE = """\
diff --git a/arch/Kconfig b/arch/Kconfig
--- a/arch/Kconfig
+++ b/arch/Kconfig
@@ -10,5 +10,10 @@ config HAVE_OLD_THING
 \t  The old thing is there.
 
+config HAVE_NEW_THING
+\tbool
+\thelp
+\t  The new thing is there.
+
 config HAVE_OTHER
 \tbool
 
"""
USE = """\
diff --git a/mm/thing.c b/mm/thing.c
--- a/mm/thing.c
+++ b/mm/thing.c
@@ -5,2 +5,5 @@ void thing(void)
 \tone();
+#ifdef CONFIG_HAVE_NEW_THING
+\tnew(); /* CONFIG_IN_A_COMMENT is no use */
+#endif
 \ttwo();
"""
SELECT = """\
diff --git a/arch/x86/Kconfig b/arch/x86/Kconfig
--- a/arch/x86/Kconfig
+++ b/arch/x86/Kconfig
@@ -100,2 +100,3 @@ config X86
 \tselect HAVE_BEFORE
+\tselect HAVE_NEW_THING
 \tselect HAVE_OTHER
"""


def case(*diffs: str) -> Case:
    return case_of("Subject: [PATCH] thing\n\nbody\n---\n" + "".join(diffs))


def told(item: object) -> tuple[State, str]:
    return item.state, item.summary  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("diffs", "state", "summary"),
    [
        (
            (DEFINE, USE),
            State.OK,
            "HAVE_NEW_THING: defined once, used 1 time, spelled alike",
        ),
        (
            (DEFINE, USE.replace("NEW_THING", "NEW_THNIG")),
            State.FINDING,
            "HAVE_NEW_THNIG is used, HAVE_NEW_THING is defined",
        ),
        (
            (DEFINE, DEFINE.replace("arch/Kconfig", "mm/Kconfig"), USE),
            State.FINDING,
            "defined more than once: HAVE_NEW_THING",
        ),
        (
            (DEFINE,),
            State.NEEDS_REVIEW,
            "defined and not used by this patch: HAVE_NEW_THING",
        ),
        (
            (USE,),
            State.CANNOT_TELL,
            "used and not defined by this patch: HAVE_NEW_THING",
        ),
        (
            (USE.replace("#ifdef CONFIG_HAVE_NEW_THING", "#if 1"),),
            State.NOT_APPLICABLE,
            "no symbol is defined or used by the added lines",
        ),
    ],
)
def test_a_symbol_is_defined_once_and_spelled_alike(
    diffs: tuple[str, ...], state: State, summary: str
) -> None:
    assert told(gating.defined_once(case(*diffs))) == (state, summary)


def test_a_use_in_make_and_in_kconfig_counts() -> None:
    make = """\
diff --git a/mm/Makefile b/mm/Makefile
--- a/mm/Makefile
+++ b/mm/Makefile
@@ -1 +1,2 @@
 obj-y += one.o
+obj-$(CONFIG_HAVE_NEW_THING) += thing.o # not CONFIG_THIS
"""
    assert told(gating.defined_once(case(DEFINE, make))) == (
        State.OK,
        "HAVE_NEW_THING: defined once, used 1 time, spelled alike",
    )


def test_nothing_selects_the_symbol_here() -> None:
    item = gating.selected_somewhere(case(DEFINE, USE))
    assert told(item) == (State.NEEDS_REVIEW, "no `select` in this patch")
    assert item.reason == (
        "nothing here switches HAVE_NEW_THING on: alone, this patch brings dead code"
    )


def test_another_patch_of_the_series_selects_it() -> None:
    alone = case(DEFINE, USE)
    item = gating.selected_somewhere(in_series(alone, f"Subject: x\n\nbody\n---\n{SELECT}"))
    assert told(item) == (State.NEEDS_REVIEW, "HAVE_NEW_THING is selected under X86")


def test_a_symbol_with_a_prompt_needs_no_select() -> None:
    prompted = DEFINE.replace("+\tbool\n", '+\tbool "New thing"\n')
    assert told(gating.selected_somewhere(case(prompted))) == (
        State.NOT_APPLICABLE,
        "HAVE_NEW_THING can be set without a `select`",
    )


def test_a_patch_without_a_definition_has_nothing_to_select() -> None:
    assert told(gating.selected_somewhere(case(USE))) == (
        State.NOT_APPLICABLE,
        "the patch defines no symbol",
    )


@pytest.mark.parametrize(
    ("diff", "state", "summary"),
    [
        (
            SELECT,
            State.NEEDS_REVIEW,
            "each once in its hunk; upstream's place is not known here",
        ),
        (
            SELECT.replace(" \tselect HAVE_OTHER", " \tselect HAVE_NEW_THING"),
            State.FINDING,
            "X86 selects HAVE_NEW_THING twice",
        ),
        (
            SELECT.replace("@@ config X86", "@@"),
            State.CANNOT_TELL,
            "the symbol that a `select` stands under is not in the hunk",
        ),
        (USE, State.NOT_APPLICABLE, "the patch adds no `select`"),
    ],
)
def test_a_select_stands_under_its_symbol_once(diff: str, state: State, summary: str) -> None:
    assert told(gating.selects_placed(case(diff))) == (state, summary)


def test_an_answer_that_changes_with_the_reading_is_no_answer() -> None:
    whole = case(DEFINE, USE)
    files = tuple(
        replace(
            file,
            hunks=tuple(
                hunk.with_lines(
                    tuple(
                        replace(line, after_gap=line.text == "\tbool" and line.mark is Mark.ADDED)
                        for line in hunk.lines
                        if not line.text.startswith(("config HAVE_NEW", "#"))
                    )
                )
                for hunk in file.hunks
            ),
        )
        for file in whole.mended.files
    )
    readings = (*whole.mended.readings, Reading("without the assumed lines", files))
    torn = replace(
        whole,
        mended=replace(whole.mended, readings=readings),
        symbols=tuple(symbols_of(reading.files) for reading in readings),
    )
    item = gating.defined_once(torn)
    assert told(item) == (
        State.CANNOT_TELL,
        "the answer rests on lines that are assumed, not read",
    )
    assert item.reason == (
        "as it stands: ok (HAVE_NEW_THING: defined once, used 1 time, spelled alike); "
        "without the assumed lines: cannot-tell (a symbol is defined whose name cannot be told: "
        "its config line is lost)"
    )
    gate = on_and_off.behaves_on_and_off(torn)
    assert told(gate) == (
        State.CANNOT_TELL,
        "behaviour was not run and the gate rests on assumed lines",
    )


def test_code_without_a_gate_has_no_configuration_to_behave_under() -> None:
    plain = USE.replace("+#ifdef CONFIG_HAVE_NEW_THING\n", "").replace("+#endif\n", "")
    plain = plain.replace("-5,2 +5,5", "-5,2 +5,3")
    assert told(on_and_off.behaves_on_and_off(case(plain))) == (
        State.NOT_APPLICABLE,
        "no added code depends on a symbol",
    )


def test_config_files_are_named_as_not_looked_at() -> None:
    assert told(gating.in_config_files(case(DEFINE))) == (
        State.CANNOT_TELL,
        "the release's config files were not looked at for HAVE_NEW_THING",
    )


def test_what_a_patch_with_lost_lines_does_not_show_is_not_denied() -> None:
    plain = case(USE.replace("#ifdef CONFIG_HAVE_NEW_THING", "#if 1"))
    torn = replace(plain, mended=replace(plain.mended, unexplained=2))
    rule = with_nothing_lost(on_and_off.behaves_on_and_off)
    assert told(rule(plain)) == (State.NOT_APPLICABLE, "no added code depends on a symbol")
    assert told(rule(torn)) == (
        State.CANNOT_TELL,
        "2 added lines are lost and may change the answer",
    )
