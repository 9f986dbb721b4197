"""CF-2, CF-3 and CF-5 where whole architectures of the target were evaluated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.compare.configured import configured_in
from analyzer.compare.in_tree import symbols_in
from analyzer.compare.symbols import symbols_of
from analyzer.finding import State
from analyzer.repo import DirectoryTree
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.gating import in_config_files, selected_somewhere, selects_placed
from analyzer.source import Place, Side
from tests.review.one_case import case_of, in_series, patch_of
from tests.review.test_review_in_tree import PATCH, TREE

X86 = {"X86": "y"}
PROMPTED = {"arch/Kconfig": 'config OLD\n\tbool\n\nconfig HAVE_MOVE_PMD\n\tbool "moves"\n'}
ON = "\tselect HAVE_MOVE_PMD"
PLAIN_X86 = "config X86\n\tdef_bool y\n"
PROMPTED_PATCH = PATCH.replace(
    "+config HAVE_MOVE_PMD\n+\tbool\n", '+config HAVE_MOVE_PMD\n+\tbool "moves"\n'
)
DEFINES = PATCH.replace("+\tselect HAVE_MOVE_PMD\n", "+\tselect KSM\n")


def case_in(
    root: Path,
    text: str = PATCH,
    *arches: str,
    config: dict[str, str] | None = None,
    **more: str,
) -> Case:
    for path, content in (TREE | more).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    tree, symbols = DirectoryTree("tree", root.resolve()), symbols_of(patch_of(text).files)
    names = [one.symbol for one in (*symbols.defined, *symbols.selected) if one.symbol]
    return replace(
        case_of(text),
        architectures=arches,
        kconfig=symbols_in(tree, names),
        configured=configured_in(tree, names, arches, config),
    )


def said(item: Item) -> tuple[State, str, str]:
    return item.state, item.summary, item.reason


# --- CF-2 ---------------------------------------------------------------------------------------


def test_an_unconditional_select_is_on_whatever_the_user_sets(tmp_path: Path) -> None:
    case = case_in(tmp_path, PATCH, "x86")
    on = "HAVE_MOVE_PMD is y for x86: selected by X86"
    assert said(selected_somewhere(case)) == (State.OK, on, "")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            None,
            (
                State.NEEDS_REVIEW,
                "whether HAVE_MOVE_PMD is on for x86 is open",
                "it hangs on what the user sets X86_PAE to",
            ),
        ),
        (
            X86 | {"X86_PAE": "y"},
            (
                State.OK,
                "HAVE_MOVE_PMD is y for x86 with this .config: selected by X86 if X86_PAE",
                "",
            ),
        ),
        (
            X86 | {"X86_PAE": "n"},
            (
                State.FINDING,
                "HAVE_MOVE_PMD is n for x86 with this .config: dead in this configuration",
                "X86 would select it if X86_PAE, but X86_PAE is n; it has no prompt that is shown "
                "and no default that holds",
            ),
        ),
    ],
)
def test_a_condition_is_decided_by_the_config(
    tmp_path: Path, config: dict[str, str] | None, expected: tuple[State, str, str]
) -> None:
    text = f'{PLAIN_X86}\tselect HAVE_MOVE_PMD if X86_PAE\nconfig X86_PAE\n\tbool "pae"\n'
    case = case_in(tmp_path, PATCH, "x86", config=config, **{"arch/x86/Kconfig": text})
    assert said(selected_somewhere(case)) == expected


def test_a_config_of_an_architecture_that_was_not_asked_for_is_no_finding(tmp_path: Path) -> None:
    arm = {
        "arch/x86/Kconfig": PLAIN_X86,
        "arch/arm64/Kconfig": TREE["arch/arm64/Kconfig"] + "\tselect HAVE_MOVE_PMD\n",
    }
    item = selected_somewhere(case_in(tmp_path, DEFINES, config=X86, **arm))
    assert (item.state, item.summary) == (
        State.NEEDS_REVIEW,
        "HAVE_MOVE_PMD is n for x86 with this .config: dead in this configuration",
    )


def test_a_select_that_can_never_hold_is_dead_code(tmp_path: Path) -> None:
    text = f"{PLAIN_X86}\tselect HAVE_MOVE_PMD if BROKEN\n"
    item = selected_somewhere(case_in(tmp_path, PATCH, "x86", **{"arch/x86/Kconfig": text}))
    assert (item.state, item.summary) == (
        State.FINDING,
        "HAVE_MOVE_PMD is n for x86: its code is dead there",
    )


def test_an_architecture_that_the_tree_does_not_have_cannot_be_told(tmp_path: Path) -> None:
    item = selected_somewhere(case_in(tmp_path / "a", PATCH, "powerpc"))
    assert (item.state, item.summary, item.reason, item.next) == (
        State.CANNOT_TELL,
        "whether powerpc selects HAVE_MOVE_PMD cannot be told",
        "there is no arch/powerpc/Kconfig",
        "Give a tree that has arch/powerpc.",
    )
    case = case_in(tmp_path / "b", PATCH, "powerpc", "x86", **{"arch/x86/Kconfig": PLAIN_X86})
    item = selected_somewhere(case)
    assert (item.state, item.summary) == (
        State.FINDING,
        "x86 does not select HAVE_MOVE_PMD: its code is dead there",
    )


def test_another_patch_of_the_series_may_still_switch_it_on(tmp_path: Path) -> None:
    alone = case_in(tmp_path, DEFINES, "x86", **{"arch/x86/Kconfig": PLAIN_X86})
    assert selected_somewhere(alone).state is State.FINDING
    item = selected_somewhere(in_series(alone, PATCH))
    assert (item.state, item.summary) == (
        State.NEEDS_REVIEW,
        "HAVE_MOVE_PMD is selected under X86",
    )


def test_what_upstreams_commit_selects_itself_is_missed(tmp_path: Path) -> None:
    case = case_in(tmp_path / "a", DEFINES, **{"arch/x86/Kconfig": PLAIN_X86})
    upstream = case_in(tmp_path / "b").kconfig
    assert upstream is not None
    dead = "nothing in the tree selects HAVE_MOVE_PMD: dead code in this tree"
    assert said(selected_somewhere(replace(case, kconfig_upstream=upstream))) == (
        State.FINDING,
        dead,
        "upstream's commit selects it: upstream selects HAVE_MOVE_PMD under X86",
    )
    later = replace(case, kconfig_upstream=replace(upstream, later=True))
    assert said(selected_somewhere(later)) == (
        State.NEEDS_REVIEW,
        dead,
        "upstream selects HAVE_MOVE_PMD under X86",
    )
    assert selected_somewhere(later).evidence[-1].place == Place(
        Side.UPSTREAM, "arch/x86/Kconfig", 3
    )


def test_a_part_of_a_tree_proves_nothing_dead(tmp_path: Path) -> None:
    case = case_in(tmp_path, DEFINES, "arm64", **{"arch/x86/Kconfig": PLAIN_X86})
    (tmp_path / "Kconfig").unlink()
    part = symbols_in(DirectoryTree("tree", tmp_path.resolve()), ["HAVE_MOVE_PMD"])
    item = selected_somewhere(replace(case, kconfig=part, configured=None))
    assert said(item) == (
        State.CANNOT_TELL,
        "no `select` of HAVE_MOVE_PMD was found",
        "not all Kconfig files are there: no Kconfig at the top: every file of that name was read",
    )


def test_a_prompt_that_can_never_be_shown_is_a_finding(tmp_path: Path) -> None:
    never = {"arch/Kconfig": PROMPTED["arch/Kconfig"] + "\tdepends on BROKEN\n"}
    item = selected_somewhere(case_in(tmp_path, PROMPTED_PATCH, "arm64", **never))
    assert said(item) == (
        State.FINDING,
        "HAVE_MOVE_PMD can never be on for arm64",
        "nothing selects it; it depends on BROKEN, which is n",
    )
    item = selected_somewhere(case_in(tmp_path, PROMPTED_PATCH, "arm64", **PROMPTED))
    assert item.state is State.NOT_APPLICABLE


# --- CF-3 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "summary", "reason"),
    [
        (
            {"arch/Kconfig": "config OLD\n\tbool\n"},
            "`select HAVE_MOVE_PMD`: nothing in the tree defines HAVE_MOVE_PMD",
            "such a `select` does nothing",
        ),
        (
            {"arch/Kconfig": 'choice\n\tprompt "c"\nconfig HAVE_MOVE_PMD\n\tbool "m"\nendchoice\n'},
            "`select HAVE_MOVE_PMD`: HAVE_MOVE_PMD is a member of a choice",
            "a `select` of one has no effect: the choice decides",
        ),
        (
            {"arch/Kconfig": 'config HAVE_MOVE_PMD\n\tint "m"\n'},
            "`select HAVE_MOVE_PMD`: HAVE_MOVE_PMD is of type int",
            "only bool and tristate symbols can be selected",
        ),
        (
            {"arch/Kconfig": "config HAVE_MOVE_PMD\n\tbool\n\tdepends on MMU\n"},
            "X86 selects HAVE_MOVE_PMD for x86 in spite of its dependencies",
            "MMU is n",
        ),
        (
            {"arch/x86/Kconfig": TREE["arch/x86/Kconfig"] + "\tselect HAVE_MOVE_PMD if SMP\n"},
            "X86 selects HAVE_MOVE_PMD twice in arch/x86/Kconfig",
            "the one if SMP adds nothing to the one without a condition",
        ),
        (
            {"mm/Kconfig": "config X86\n\tbool\n\tselect HAVE_MOVE_PMD\n"},
            "X86 selects HAVE_MOVE_PMD twice in arch/x86/Kconfig and mm/Kconfig",
            "",
        ),
    ],
)
def test_a_select_that_is_wrong_by_itself(
    tmp_path: Path, files: dict[str, str], summary: str, reason: str
) -> None:
    item = selects_placed(case_in(tmp_path, PATCH, "x86", **files))
    assert said(item) == (State.FINDING, summary, reason)


@pytest.mark.parametrize(
    "files",
    [
        {"arch/Kconfig": "config HAVE_MOVE_PMD\n\tbool\n\tdepends on X86\n"},
        {"arch/x86/Kconfig": f"{PLAIN_X86}{ON} if A\n{ON} if B\n"},
        {"arch/x86/um/Kconfig": "config X86\n\tbool\n\tselect HAVE_MOVE_PMD\n"},
    ],
)
def test_a_select_that_only_looks_wrong(tmp_path: Path, files: dict[str, str]) -> None:
    case = case_in(tmp_path, PATCH, "x86", **files)
    assert selects_placed(replace(case, kconfig_upstream=case.kconfig)).state is State.OK


def test_the_tree_knows_what_a_hunk_does_not_show(tmp_path: Path) -> None:
    more = "".join(f"\tselect HAVE_{at}\n" for at in range(4))
    text = PATCH.replace(
        "@@ -1,2 +1,3 @@\n config X86\n \tdef_bool y\n+\tselect HAVE_MOVE_PMD\n",
        "@@ -5,2 +5,3 @@\n \tselect HAVE_2\n+\tselect HAVE_MOVE_PMD\n \tselect HAVE_3\n",
    )
    files = {
        "arch/x86/Kconfig": PLAIN_X86 + more.replace("\tselect HAVE_3", f"{ON}\n\tselect HAVE_3")
    }
    case = case_in(tmp_path, text, **files)
    assert said(selects_placed(case)) == (
        State.NEEDS_REVIEW,
        "each once in its hunk; upstream's place is not known here",
        "",
    )
    assert selects_placed(replace(case, kconfig=None)).state is State.CANNOT_TELL


# --- CF-5 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "files", "expected"),
    [
        (
            X86,
            {},
            (
                State.OK,
                "the .config does not name CONFIG_HAVE_MOVE_PMD: nobody is asked, and olddefconfig "
                "adds CONFIG_HAVE_MOVE_PMD=y",
                "selected by X86",
            ),
        ),
        (
            X86 | {"HAVE_MOVE_PMD": "y"},
            {},
            (
                State.OK,
                "the .config has CONFIG_HAVE_MOVE_PMD=y, as olddefconfig leaves it",
                "selected by X86",
            ),
        ),
        (
            X86 | {"HAVE_MOVE_PMD": "n"},
            {},
            (
                State.FINDING,
                "the .config has CONFIG_HAVE_MOVE_PMD not set, and olddefconfig makes it y",
                "selected by X86",
            ),
        ),
        (
            X86 | {"HAVE_MOVE_PMD": "m"},
            {},
            (
                State.FINDING,
                "the .config has CONFIG_HAVE_MOVE_PMD=m, which is no bool",
                "the line is ignored",
            ),
        ),
        (
            X86 | {"HAVE_MOVE_PMD": "y"},
            PROMPTED
            | {
                "arch/x86/Kconfig": PLAIN_X86,
                "arch/Kconfig": PROMPTED["arch/Kconfig"] + "\tdepends on MMU\n",
            },
            (
                State.FINDING,
                "the .config has CONFIG_HAVE_MOVE_PMD=y, and olddefconfig makes it n",
                "nothing selects it; it depends on MMU, which is n",
            ),
        ),
        (
            X86,
            PROMPTED | {"arch/x86/Kconfig": PLAIN_X86},
            (
                State.NEEDS_REVIEW,
                "the .config does not name CONFIG_HAVE_MOVE_PMD; the patch makes a question of it, "
                "and olddefconfig answers n",
                "nothing selects it; nothing sets it",
            ),
        ),
        (
            X86,
            {"arch/x86/Kconfig": f"{PLAIN_X86}\tselect HAVE_MOVE_PMD if $(cc-option,-mx)\n"},
            (
                State.CANNOT_TELL,
                "the .config does not name CONFIG_HAVE_MOVE_PMD; what it would become is open",
                "it hangs on $(cc-option,-mx)",
            ),
        ),
        (
            {"SUPERH": "y", "HAVE_MOVE_PMD": "y"},
            {},
            (
                State.CANNOT_TELL,
                "the .config has CONFIG_HAVE_MOVE_PMD=y",
                "which architecture the .config is for cannot be told",
            ),
        ),
    ],
)
def test_what_the_config_says_beside_what_becomes_of_it(
    tmp_path: Path,
    config: dict[str, str],
    files: dict[str, str],
    expected: tuple[State, str, str],
) -> None:
    text = DEFINES.replace("\tselect KSM\n", "\t# nothing\n")
    assert said(in_config_files(case_in(tmp_path, text, config=config, **files))) == expected


def test_a_value_that_two_readers_give_differently_is_not_taken(tmp_path: Path) -> None:
    case = case_in(tmp_path, config=X86)
    assert case.configured is not None
    (of,) = case.configured.architectures
    (told,) = of.symbols
    apart = replace(of, symbols=(replace(told, library="n"),))
    torn = replace(case, configured=replace(case.configured, architectures=(apart,)))
    doubt = "HAVE_MOVE_PMD is y for x86 by our reading, n by Kconfiglib's"
    why = "the two do not agree, so neither is taken"
    assert said(in_config_files(torn)) == (State.CANNOT_TELL, doubt, why)
    assert said(selected_somewhere(torn)) == (State.CANNOT_TELL, doubt, why)


def test_configuration_files_of_the_tree_are_shown(tmp_path: Path) -> None:
    files = {"arch/x86/configs/x86_64_defconfig": "CONFIG_HAVE_MOVE_PMD=y\n"}
    item = in_config_files(replace(case_in(tmp_path, **files), configured=None))
    assert item.state is State.CANNOT_TELL
    assert [(one.text, one.place) for one in item.evidence] == [
        (
            "a configuration file: CONFIG_HAVE_MOVE_PMD=y",
            Place(Side.TARGET, "arch/x86/configs/x86_64_defconfig", 1),
        )
    ]
