"""What olddefconfig makes of symbols: by the kernel's rules, and beside Kconfiglib's answers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from growth import growth
from made_kconfig import made_kconfig

from analyzer.csource.configuration import from_config_text
from analyzer.kconfig import KconfigTree, SymbolType, Tristate, Undetermined, read_tree
from analyzer.kconfig.because import because
from analyzer.kconfig.library import ask_library
from analyzer.kconfig.model import model_of
from analyzer.kconfig.solve import Solved, Solver
from analyzer.kconfig.tree import MAX_SYMBOLS

FIXTURES = Path(__file__).parents[2] / "fixtures" / "trees"
N, M, Y = Tristate.N, Tristate.M, Tristate.Y
MODULES = "config MODULES\n\tbool\n\tdefault y\n\tmodules\n"


def solver_of(
    text: str, settings: Mapping[str, str] | None = None, **more: object
) -> tuple[Solver, KconfigTree]:
    tree = read_tree(lambda path: text if path == "Kconfig" else None, lambda _: [], "x86")
    assert tree.unread == ()
    return Solver(model_of(tree), settings, {"ARCH": "x86"}, **more), tree  # type: ignore[arg-type]


def solved(text: str, settings: Mapping[str, str] | None = None, **more: object) -> Solved:
    solver, _ = solver_of(text, settings, **more)
    return solver.solve(["A"])["A"]


def value(text: str, **settings: str) -> str | tuple[str, str]:
    """The value of A; where it is open, the two ends."""
    one = solved(text, settings).value
    if isinstance(one, Undetermined):
        return one.low.name, one.high.name
    return one.text


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        ('config A\n\tbool "a"\n', {"A": "y"}, "y"),
        ('config A\n\tbool "a"\n', {}, "n"),
        ('config A\n\tbool "a"\n\tdefault y\n', {"A": "n"}, "n"),
        ("config A\n\tbool\n\tdefault y\n", {"A": "n"}, "y"),
        ('config A\n\tbool "a"\n', {"A": "m"}, "n"),
        ('config A\n\ttristate "a"\n', {"A": "m"}, "y"),
        (f'{MODULES}config A\n\ttristate "a"\n', {"A": "m"}, "m"),
        (f"{MODULES}config A\n\ttristate\n\tdefault m\n", {}, "m"),
        ("config A\n\ttristate\n\tdefault m\n", {}, "y"),
        ('config A\n\tbool "a"\n\tdepends on m\n', {"A": "y"}, "n"),
        (f'{MODULES}config A\n\tbool "a"\n\tdepends on m\n', {"A": "y"}, "y"),
        (f'{MODULES}config A\n\ttristate "a"\n\tdepends on m\n', {"A": "y"}, "m"),
        ('config B\n\tbool "b"\n\tselect A\nconfig A\n\tbool\n', {"B": "y"}, "y"),
        ('config B\n\tbool "b"\n\tselect A if C\nconfig A\n\tbool\n', {"B": "y"}, "n"),
        ("if C\nconfig B\n\tdef_bool y\n\tselect A\nendif\nconfig A\n\tbool\n", {}, "n"),
        ('config B\n\tbool "b"\n\timply A\nconfig A\n\tbool\n\tdepends on C\n', {"B": "y"}, "n"),
        ('config B\n\tbool "b"\n\timply A\nconfig A\n\tbool "a"\n', {"B": "y", "A": "n"}, "n"),
        ('config B\n\tbool "b"\n\timply A\nconfig A\n\tbool "a"\n', {"B": "y"}, "y"),
        ('menu "m"\n\tvisible if C\nconfig A\n\tbool "a"\n\tdefault y\nendmenu\n', {"A": "n"}, "y"),
        ('config A\n\tint "a"\n\tdefault 7\n', {"A": "9"}, "9"),
        ('config A\n\tint "a"\n\tdefault 7\n', {"A": "nine"}, "7"),
        ("config A\n\tint\n\trange 1 5\n\tdefault 7\n", {}, "5"),
        ('config A\n\tstring "a"\n', {"A": '"say \\"x\\""'}, 'say "x"'),
        ("config B\n\thex\n\tdefault 0x10\nconfig A\n\thex\n\tdefault B\n", {}, "0x10"),
        ("config A\n\tdef_bool $(cc-option,-mabm)\n", {}, ("N", "Y")),
        ("config A\n\tdef_bool $(cc-option,-mabm) && C\n", {}, "n"),
        ('config A\n\tdef_bool "$(ARCH)" = "x86"\n', {}, "y"),
        ('config A\n\tdef_bool "$(CC)" = "x86"\n', {}, ("N", "Y")),
        ("config A\n\tint\n\tdefault $(shell,echo 7)\n", {}, ("N", "N")),
    ],
)
def test_values(text: str, settings: dict[str, str], expected: object) -> None:
    assert value(text, **settings) == expected


CHOICE = (
    'choice\n\tprompt "c"\n\tdefault B\nconfig A\n\tbool "a"\nconfig B\n\tbool "b"\nendchoice\n'
)


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        (CHOICE, {}, "n"),
        (CHOICE, {"A": "y"}, "y"),
        (CHOICE, {"A": "y", "B": "y"}, ("N", "Y")),
        (CHOICE, {"A": "n", "B": "n"}, ("N", "Y")),
        (CHOICE.replace('bool "b"', 'bool "b"\n\tdepends on C'), {}, "y"),
        (CHOICE.replace("default B", "depends on C"), {"A": "y"}, "n"),
        (CHOICE.replace("default B", "optional"), {"A": "n", "B": "n"}, "n"),
        (CHOICE + "config D\n\tdef_bool y\n\tselect A\n", {}, "n"),
        (CHOICE.replace('bool "b"', 'bool "b"\n\tdepends on A'), {"A": "y"}, ("N", "Y")),
    ],
)
def test_choices(text: str, settings: dict[str, str], expected: object) -> None:
    assert value(text, **settings) == expected


def test_what_the_user_may_set_is_open_without_a_config() -> None:
    text = 'config B\n\tbool "b"\n\tselect A\nconfig A\n\tbool\n'
    one = solved(text)
    assert one.value == Undetermined(N, Y, ("what the user sets B to",))
    assert solved(text.replace('bool "b"', "def_bool y")).text == "y"
    assert solved(text + "\tdepends on NOWHERE\nconfig C\n\tbool\n").unmet is False


def test_unmet_dependencies_are_told() -> None:
    text = "config B\n\tdef_bool y\n\tselect A\nconfig A\n\tbool\n\tdepends on C\n"
    one = solved(text, {})
    assert (one.text, one.unmet, one.depends.high) == ("y", True, N)
    (push, span) = one.selected[0]
    assert (push.source, push.line, span.low) == ("B", 3, Y)


def test_the_config_answers_for_the_compiler_but_not_for_the_patch() -> None:
    text = "config A\n\tdef_bool $(cc-option,-mabm)\n"
    one = solved(text, {"A": "y"}, believe=True)
    assert (one.text, one.believed) == ("y", True)
    doubted = solved(text, {"A": "y"}, believe=True, doubted=["A"])
    assert (doubted.text, doubted.believed) == (None, False)


def test_a_circle_leaves_open_what_is_on_it() -> None:
    text = "config A\n\tbool\n\tdefault y if B\nconfig B\n\tbool\n\tdefault y if A\n"
    assert value(text) == ("N", "Y")
    assert value("config A\n\tbool\n\tdepends on A\n\tdefault y\n") == ("N", "Y")


def test_a_long_chain_is_no_deep_one() -> None:
    links = "".join(f"config S{at}\n\tdef_bool S{at + 1}\n" for at in range(6_000))
    assert value(f"config A\n\tdef_bool S0\n{links}config S6000\n\tdef_bool y\n") == "y"


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        ("config B\n\tdef_bool y\n\tselect A if Q\nconfig A\n\tbool\n", {},
         "B would select it if Q, but Q is n; it has no prompt that is shown and no default "
         "that holds"),
        ('config A\n\tbool "a"\n\tdepends on Q\n', {"A": "y"},
         "nothing selects it; it depends on Q, which is n"),
        ('config A\n\tbool "a"\n', {"A": "n"}, "nothing selects it; the .config sets it to n"),
        ('config A\n\tbool "a"\n', {"A": "y"}, "the .config sets it"),
        ("config A\n\tdef_bool y\n", {}, "its default is y"),
        ("config B\n\tdef_bool y\n\tselect A\nconfig A\n\tbool\n", {}, "selected by B"),
        ("config A\n\tdef_bool $(x)\n", {}, "it hangs on $(x)"),
    ],
)  # fmt: skip
def test_reasons(text: str, settings: dict[str, str], expected: str) -> None:
    solver, _ = solver_of(text, settings)
    assert because(solver, solver.solve(["A"])["A"]) == expected


HOSTILE = {
    "a large choice": lambda n: (
        'choice\n\tprompt "c"\n'
        + "".join(f'config S{at}\n\tbool "s"\n' for at in range(n))
        + 'config A\n\tbool "a"\nendchoice\n'
    ),
    "many selects": lambda n: (
        "config A\n\tbool\n"
        + "".join(f'config S{at}\n\tbool "s"\n\tselect A if S{at - 1}\n' for at in range(n))
    ),
    "many definitions": lambda n: "".join(
        f'config A\n\tbool "a"\n\tdefault y if S{at}\n\tdepends on B{at}\n' for at in range(n)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_trees_take_linear_time(name: str) -> None:
    def call(solvers: tuple[Solver, KconfigTree]) -> object:
        solver, tree = solvers
        return Solver(model_of(tree), {}, solver.known.variables).solve(["A"])

    assert growth(call, lambda size: solver_of(HOSTILE[name](size)), 300) < 9


def test_files_that_are_read_again_and_again_have_an_end() -> None:
    files = {f"K{at}": f'source "K{at + 1}"\n' * 2 for at in range(30)}
    files["K30"] = "".join(f"config S{at}\n\tbool\n" for at in range(2_000))
    tree = read_tree(files.get, lambda _: [], "x86", start="K0")
    assert len(tree.symbols) == len(tree.blocks) == MAX_SYMBOLS
    assert tree.unread[0].reason == f"more than {MAX_SYMBOLS} symbols"


# --- beside Kconfiglib --------------------------------------------------------------------------


def beside(
    solver: Solver, values: Mapping[str, str]
) -> tuple[Counter[str], list[tuple[str, str | None, str | None]]]:
    """How many values are equal, open and different; and which are different."""
    found: Counter[str] = Counter()
    apart = []
    for name, one in solver.solve(solver.model.nodes).items():
        if one.type is SymbolType.UNKNOWN:
            continue
        same = one.text == values.get(name)
        found["open" if one.text is None else "same" if same else "apart"] += 1
        if one.text is not None and not same:
            apart.append((name, one.text, values.get(name)))
    return found, apart


@pytest.mark.parametrize("seed", range(8))
def test_kconfiglib_comes_to_the_same_on_made_trees(seed: int) -> None:
    made = made_kconfig(seed, families=30)
    solver, _ = solver_of(made.text, made.settings)
    answer = ask_library({"Kconfig": made.text}, made.settings, {"ARCH": "x86"})
    found, apart = beside(solver, answer.values)
    assert (answer.why_not, apart) == ("", [])
    assert found["open"] * 10 < found["same"] > 300


def roots() -> list[Path]:
    """The trees named in KERNEL_TREES that are older than the ``modules`` keyword."""
    named = os.environ.get("KERNEL_TREES", "").split(os.pathsep)
    return [Path(each) for each in named if each and (Path(each) / "Kconfig").is_file()]


def whole(root: Path, arch: str) -> tuple[KconfigTree, dict[str, str]]:
    texts: dict[str, str] = {}

    def read(path: str) -> str | None:
        file = root / path
        if file.is_file():
            texts[path] = file.read_text("utf-8", "surrogateescape")
        return texts.get(path)

    def listed(prefix: str) -> list[str]:
        below = (root / prefix).parent if not prefix.endswith("/") else root / prefix
        return [str(each.relative_to(root)) for each in below.rglob("Kconfig*")]

    return read_tree(read, listed, arch), texts


def agree(root: Path, arch: str, settings: Mapping[str, str]) -> Counter[str]:
    tree, texts = whole(root, arch)
    variables = {"ARCH": arch, "SRCARCH": arch}
    answer = ask_library(texts, settings, variables)
    if "unrecognized construct" in answer.why_not:
        pytest.skip(f"Kconfiglib does not read {root.name}: {answer.why_not}")
    assert (tree.unread, answer.why_not) == ((), "")
    found, apart = beside(Solver(model_of(tree), settings, variables), answer.values)
    assert apart == []
    return found


@pytest.mark.parametrize("name", ["5.0-like", "rhel7-like", "6.12-like"])
def test_kconfiglib_comes_to_the_same_on_the_fixtures(name: str) -> None:
    settings = from_config_text((FIXTURES / f"{name}.config").read_text()).symbols
    assert set(agree(FIXTURES / name, "x86", settings)) == {"same"}


@pytest.mark.skipif(not roots(), reason="KERNEL_TREES names no whole kernel")
@pytest.mark.parametrize("root", roots() or [Path("none")], ids=lambda one: one.name)
def test_kconfiglib_comes_to_the_same_on_real_trees(root: Path) -> None:
    settings = from_config_text((FIXTURES / "5.0-like.config").read_text()).symbols
    found = agree(root, "x86", settings)
    assert found["open"] * 50 < found["same"]
