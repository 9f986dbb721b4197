"""Our trees are kernel trees: read, translated, compiled, patched and built from as such."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from mm_api_runs import Case, Pages, cases, kernel

from analyzer.kconfig import KconfigTree, definitions, read_tree, selectors
from analyzer.mm import locking, notifier, tlb
from analyzer.mm.entry import Kind
from analyzer.mm.geometry import I386, SMALL, SMALL_ONE_LOCK, X86_64, Geometry, small
from analyzer.translate import Returned
from tests.trees import trees
from tests.trees.translated import ENTRY, defined, translated
from tests.trees.trees import Era, State, states

Made = Callable[[Era, State], Path]
ALL = [(era, state) for era in Era for state in states(era)]
each_state = pytest.mark.parametrize(
    ("era", "state"), ALL, ids=[f"{era.value}-{state.value}" for era, state in ALL]
)
each_era = pytest.mark.parametrize("era", Era, ids=lambda era: era.value)
SYMBOL = "HAVE_MOVE_PMD"


@each_state
def test_everything_from_the_system_call_down_is_translated(
    era: Era, state: State, made: Made
) -> None:
    tree = made(era, state)
    on = {} if state is State.BASE else {SYMBOL: True}
    configuration = trees.configuration(era, **on)
    found = translated(tree, configuration)
    assert sorted(found) == sorted(defined(tree, configuration))
    assert ENTRY in found
    assert ("move_normal_pmd" in found) == (state is not State.BASE or era is Era.V6_12)


@each_era
def test_a_bare_configuration_is_translated_too(era: Era, made: Made) -> None:
    tree = made(era, states(era)[-1])
    configuration = trees.configuration(Era.RHEL7, **dict.fromkeys(_symbols(era), False))
    assert ENTRY in translated(tree, configuration)


def _symbols(era: Era) -> list[str]:
    return re.findall(r"^CONFIG_(\w+)=", trees.config(era).read_text(), re.MULTILINE)


@each_state
@pytest.mark.parametrize("on", [True, False], ids=["configured", "bare"])
def test_gcc_takes_the_file(era: Era, state: State, on: bool, made: Made) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("there is no gcc")
    tree = made(era, state)
    chosen = trees.configuration(era, **({} if state is State.BASE else {SYMBOL: True}))
    defines = [
        f"-DCONFIG_{name}={'1' if value == 'y' else value}"
        for name, value in chosen.symbols.items()
    ]
    done = subprocess.run(
        [
            *(gcc, "-std=gnu11", "-fsyntax-only", "-ffreestanding", "-nostdinc"),
            *("-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-sign-compare", "-Werror"),
            *("-Iarch/x86/include", "-Iinclude", "-include", "include/linux/kconfig.h"),
            *(defines if on else ()),
            trees.PATH,
        ],
        cwd=tree,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")


def _kconfig(tree: Path, arch: str) -> KconfigTree:
    def text(path: str) -> str | None:
        return (tree / path).read_text() if (tree / path).is_file() else None

    return read_tree(text, lambda prefix: (), arch)


@each_state
@pytest.mark.parametrize("arch", ["x86", "arm64"])
def test_its_kconfig_is_read(era: Era, state: State, arch: str, made: Made) -> None:
    found = _kconfig(made(era, state), arch)
    assert found.unread == ()
    selected = {use.symbol for use in selectors(found, SYMBOL)}
    defined_in = [each.path for each in definitions(found, SYMBOL)]
    if era is Era.V6_12:
        assert (selected, defined_in) == ({"X86" if arch == "x86" else "ARM64"}, ["arch/Kconfig"])
        return
    has = state not in (State.BASE, State.CORE)
    assert selected == ({"X86"} if has and arch == "x86" else set())
    assert defined_in == ([] if state is State.BASE else ["arch/Kconfig"])


@each_era
def test_its_configuration_has_symbols_of_its_kconfig(era: Era, made: Made) -> None:
    found = _kconfig(made(era, State.BASE), "x86")
    assert set(_symbols(era)) <= {each.name for each in found.symbols}


@pytest.mark.parametrize("name", ["rhel7-like", "5.0-like", "6.12-like"])
def test_a_tree_is_small(name: str) -> None:
    files = [path for path in (trees.TREES / name).rglob("*") if path.is_file()]
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    assert lines < 2000
    assert all(len(line) < 101 for path in files for line in path.read_text().splitlines())


# --- repositories -------------------------------------------------------------------------------


def _git(top: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=top, capture_output=True, check=True)
    return done.stdout.decode().strip()


@each_era
def test_a_repository_has_a_commit_for_each_state(era: Era, tmp_path: Path, made: Made) -> None:
    top = trees.repository(tmp_path, era)
    order = states(era)
    ids = _git(top, "log", "--reverse", "--format=%H", "main").splitlines()
    assert ids == [trees.commit_of(top, state) for state in order]
    assert _git(top, "status", "--porcelain") == ""
    for state in order:
        tree = made(era, state)
        expected = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
        assert set(_git(top, "ls-tree", "-r", "--name-only", state.value).splitlines()) == expected
        shown = _git(top, "show", f"{state.value}:{trees.PATH}")
        assert shown == (tree / trees.PATH).read_text().strip()


@each_era
def test_the_mails_carry_the_ids_of_the_commits_that_they_become(era: Era, tmp_path: Path) -> None:
    top = trees.repository(tmp_path, era)
    for state in states(era)[1:]:
        written = trees.mail(era, state).read_text().split()[1]
        assert written == trees.commit_of(top, state)


def test_later_fixes_name_the_commit_that_they_fix(tmp_path: Path) -> None:
    core = trees.commit_of(trees.repository(tmp_path, Era.V5_0), State.CORE)[:12]
    for state in (State.WARN_ONCE, State.RMAP_LOCKS):
        assert f"\nFixes: {core} (" in trees.mail(Era.V5_0, state).read_text()


def test_the_backport_can_name_the_commit_of_a_repository(tmp_path: Path) -> None:
    upstream = trees.repository(tmp_path, Era.V5_0)
    named = trees.backport(upstream).decode()
    core = trees.commit_of(upstream, State.CORE)
    assert f"(cherry picked from commit {core})\n" in named
    linux = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"
    assert named.replace(core, linux) == trees.mail(Era.RHEL7, State.CORE).read_text()


def test_a_repository_can_end_at_a_state(tmp_path: Path) -> None:
    top = trees.repository(tmp_path, Era.V5_0, State.CORE)
    assert _git(top, "tag").splitlines() == ["base", "core"]


# --- the move path of v6.12, which no reference is of ---------------------------------------------


def _moved(before: Pages, case: Case, done: int) -> Pages:
    return {
        at + case.new - case.old if case.old <= at < case.old + done else at: page
        for at, page in before.items()
    }


@pytest.mark.parametrize(
    "geometry", [SMALL, SMALL_ONE_LOCK, small(4, levels=3), X86_64, I386], ids=lambda one: one.name
)
@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
def test_the_move_path_of_v6_12_comes_to_its_end(geometry: Geometry, on: bool, made: Made) -> None:
    chosen = trees.configuration(Era.V6_12, **dict.fromkeys((SYMBOL, "HAVE_MOVE_PUD"), on))
    found = translated(made(Era.V6_12, State.BASE), chosen, geometry.word, "move_page_tables")
    ran = kernel([each.unit for each in found.values()], geometry)
    for case in cases(geometry, seed=4, count=30):
        # A huge entry of a device has no table put by, which the model asks of anonymous memory.
        if Kind.DEVMAP in {kind for _, kind, _ in case.contents}:
            continue
        old, new = ran.prepare(case)
        before, held = ran.pages(), tuple(ran.state.held)
        arguments = (old, case.old, new, case.new, case.length, int(case.need_rmap_locks), 0)
        outcome = ran.program.call("move_page_tables", *arguments)
        locking.check_none_held(ran.state, held)
        tlb.at_end(ran.state)
        notifier.check_none_open(ran.state)
        assert isinstance(outcome, Returned), (case, outcome)
        assert isinstance(outcome.value, int)
        assert case.fails is not None or outcome.value == case.length
        assert ran.faults() == [], case
        if Kind.HUGE not in {kind for _, kind, _ in case.contents}:
            assert ran.pages() == _moved(before, case, outcome.value), case
