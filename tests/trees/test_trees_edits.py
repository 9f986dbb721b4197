"""The variants are what they are called: made, applied, compiled, and run beside the reference."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from reference_runs import Reference, Runs, Tree
from reference_scenarios import scenarios

from analyzer.mm.events import Event
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK
from analyzer.reference.bases import NEED_FLUSH
from analyzer.reference.commit import SYMBOL
from analyzer.reference.slots import LOOP
from tests.mutation.renaming import named_back
from tests.trees import trees
from tests.trees.edits import MREMAP, PATHS, Edit, diff, mailed, texts
from tests.trees.renaming import renamed
from tests.trees.translated import translated
from tests.trees.trees import Era, State, states
from tests.trees.variants import EQUAL, WRONG

Made = Callable[[Era, State], Path]
ALL = (*WRONG, *EQUAL)
# What is wrong with these is not in what the move path does.
NOT_RUN = {"a-hunk-more"}
RUN = [
    each
    for each in ALL
    if each.compiles and each.name not in NOT_RUN and each.changes[0].path == MREMAP
]
each_edit = pytest.mark.parametrize("edit", ALL, ids=lambda edit: edit.name)


def test_there_are_as_many_as_there_must_be() -> None:
    assert (len(WRONG), len(EQUAL)) == (43, 14)
    assert len({edit.name for edit in ALL}) == len(ALL)
    assert all(re.fullmatch("(SM|TX|CF)-[1-6]", item) for edit in WRONG for item in edit.items)
    found = {edit.items[0] for edit in WRONG}
    assert found == {
        *(f"SM-{number}" for number in range(1, 7)),
        *("TX-1", "TX-2", "CF-1", "CF-2", "CF-3"),
    }
    assert all(edit.items == () for edit in EQUAL)


def test_a_text_that_is_not_there_once_is_told() -> None:
    with pytest.raises(AssertionError, match="there 2 times"):
        ALL[0].made({MREMAP: 2 * ALL[0].changes[0].old})


@pytest.fixture(scope="module")
def before(made: Made) -> dict[str, str]:
    """The texts of the tree without the backport."""
    return texts(made(Era.RHEL7, State.BASE))


@pytest.fixture(scope="module")
def backport(made: Made) -> dict[str, str]:
    """The same with it, selected."""
    return texts(made(Era.RHEL7, State.SELECT))


@each_edit
def test_git_applies_its_patch(
    edit: Edit, before: dict[str, str], backport: dict[str, str], tmp_path: Path
) -> None:
    after = edit.made(backport)
    assert after != backport
    patch = diff(tmp_path, before, after)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path / "a", input=patch, check=True)
    assert {path: (tmp_path / "a" / path).read_text() for path in PATHS} == after


def test_the_mail_of_a_variant_is_the_backports_with_another_diff(
    before: dict[str, str], backport: dict[str, str], tmp_path: Path
) -> None:
    mail = mailed(tmp_path, before, WRONG[0].made(backport))
    own = trees.mail(Era.RHEL7, State.CORE).read_bytes()
    assert mail[: own.index(b"\n---\n")] == own[: own.index(b"\n---\n")]
    assert b"+	if ((from & ~PMD_MASK) || end - from < PMD_SIZE)\n" in mail


@pytest.mark.parametrize(
    "edit", [one for one in ALL if one.changes[0].path == MREMAP], ids=lambda edit: edit.name
)
def test_gcc_takes_what_is_said_to_compile(
    edit: Edit, backport: dict[str, str], made: Made
) -> None:
    done = _compiled(made(Era.RHEL7, State.SELECT), edit.made(backport)[MREMAP], Era.RHEL7)
    assert (done.returncode == 0) == edit.compiles, done.stderr


def _compiled(tree: Path, text: str, era: Era) -> subprocess.CompletedProcess[str]:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("there is no gcc")
    symbols = trees.configuration(era, **{SYMBOL: True}).symbols.items()
    return subprocess.run(
        [
            *(gcc, "-std=gnu11", "-fsyntax-only", "-ffreestanding", "-nostdinc"),
            *("-Werror=implicit-function-declaration", "-Werror=int-conversion"),
            *("-Iarch/x86/include", "-Iinclude", "-Imm"),
            *("-include", "include/linux/kconfig.h"),
            *(f"-DCONFIG_{name}={'1' if value == 'y' else value}" for name, value in symbols),
            *("-x", "c", "-"),
        ],
        cwd=tree,
        input=text,
        text=True,
        capture_output=True,
        check=False,
    )


@cache
def _expected() -> list[tuple[Event, ...]]:
    return [
        ours(one)
        for geometry in (SMALL, SMALL_ONE_LOCK)
        for ours in [Reference(geometry, NEED_FLUSH, ())]
        for one in scenarios(geometry, 2, 40)
    ]


@pytest.mark.parametrize("edit", RUN, ids=lambda edit: edit.name)
def test_what_is_wrong_shows_beside_the_reference(
    edit: Edit, backport: dict[str, str], made: Made
) -> None:
    chosen = trees.configuration(Era.RHEL7, **{SYMBOL: True})
    text = edit.made(backport)[MREMAP]
    path = tuple(translated(made(Era.RHEL7, State.SELECT), chosen, 64, LOOP, text).values())
    found = [
        theirs(one)
        for geometry in (SMALL, SMALL_ONE_LOCK)
        for theirs in [Tree(geometry, path)]
        for one in scenarios(geometry, 2, 40)
    ]
    assert (found == _expected()) == (edit in EQUAL)


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("era", Era, ids=lambda era: era.value)
def test_a_tree_under_other_names_does_the_same(era: Era, made: Made) -> None:
    tree = made(era, states(era)[-1])
    own = (tree / MREMAP).read_text()
    text, back = renamed(own, seed=5)
    assert text != own
    assert named_back(text, back) == own
    assert {"move_normal_pmd", "vma_to_resize", "mremap_to", "out", "pgoff"} <= {*back.values()}
    assert _compiled(tree, text, era).stderr == ""
    chosen = trees.configuration(era, **{SYMBOL: True})
    more = (0,) if era is Era.V6_12 else ()
    runs = [
        Runs(SMALL, tuple(translated(tree, chosen, 64, LOOP, each).values()))
        for each in (own, text)
    ]
    for one in scenarios(SMALL, 3, 40):
        first, second = (
            each.run(one, lambda *given, each=each: each.program.run(LOOP, *given, *more))
            for each in runs
        )
        assert first == second
