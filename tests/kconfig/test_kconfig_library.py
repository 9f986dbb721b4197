"""Kconfiglib behind its door: a hostile tree runs nothing, reads nothing, and takes no time."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.kconfig.library import LibraryAnswer, ask_library

PLAIN = 'config A\n\tbool "a"\n\nconfig B\n\tstring\n\tdefault "x y"\n\nconfig C\n\tdef_bool A\n'


def ask(text: str, **more: str) -> LibraryAnswer:
    return ask_library({"Kconfig": text}, more, {"ARCH": "x86"})


def test_values_of_a_plain_tree() -> None:
    assert ask(PLAIN, A="y") == LibraryAnswer({"A": "y", "B": "x y", "C": "y"}, "", 0)
    assert ask(PLAIN).values == {"A": "n", "B": "x y", "C": "n"}


@pytest.mark.parametrize(
    "line",
    [
        "$(shell,touch {file})",
        "X := $(shell,touch {file})",
        'config A\n\tbool "a"\n\tdefault $(shell,touch {file} && echo y)',
        'config A\n\tstring "$(shell,touch {file})"',
        'source "$(shell,touch {file})/Kconfig"',
    ],
)
def test_no_command_of_a_tree_is_run(tmp_path: Path, line: str) -> None:
    file = tmp_path / "touched"
    answer = ask(line.format(file=file) + "\nconfig Z\n\tdef_bool y\n")
    assert not file.exists()
    assert answer.asked > 0 or answer.why_not != ""


def test_a_command_is_answered_as_one_that_failed() -> None:
    test = '$(shell,{ true; } >/dev/null 2>&1 && echo "y" || echo "n")'
    answer = ask(f"config A\n\tdef_bool {test}\nconfig B\n\tint\n\tdefault $(shell,echo 7)\n")
    assert (answer.values, answer.asked) == ({"A": "n", "B": "0"}, 2)
    assert ask("$(error-if,y,stop)\nconfig A\n\tdef_bool y\n").values == {"A": "y"}


def test_no_module_of_the_place_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = tmp_path / "touched"
    code = f"import pathlib\npathlib.Path({str(touched)!r}).touch()\nfunctions = {{}}\n"
    for name in ("kconfigfunctions", "evil", "json", "kconfiglib"):
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KCONFIG_FUNCTIONS", "evil")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert ask(PLAIN, A="y").values["C"] == "y"
    assert not touched.exists()


@pytest.mark.parametrize(
    "path", ["/etc/hostname", "../../../../etc/hostname", "$(HOME)/.profile", "/tree/../etc/hosts"]
)
def test_no_file_but_those_handed_over_is_read(path: str) -> None:
    answer = ask(f'osource "{path}"\nsource "{path}"\n')
    assert answer.values == {}
    assert "not found" in answer.why_not or "not open" in answer.why_not


def test_the_environment_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "told")
    assert ask('config A\n\tstring\n\tdefault "$(SECRET)"\n').values == {"A": ""}


def test_what_it_does_not_read_is_said() -> None:
    answer = ask("config MODULES\n\tbool\n\tmodules\n")
    assert answer.values == {}
    assert "couldn't parse 'modules'" in answer.why_not


def test_it_has_an_end() -> None:
    bomb = "X = $(X) $(X)\nconfig A\n\tstring\n\tdefault $(X)\n"
    assert ask(bomb).why_not.startswith("KconfigError")
    long = "".join(f"V{at} = $(V{at + 1})$(V{at + 1})\n" for at in range(60))
    answer = ask_library(
        {"Kconfig": f"{long}V60 = x\nconfig A\n\tstring\n\tdefault $(V0)\n"}, {}, {}, seconds=1.0
    )
    assert (answer.values, answer.why_not) == ({}, "it took more than 1 seconds")


def test_variables_that_no_environment_holds_are_refused() -> None:
    answer = ask_library({"Kconfig": PLAIN}, {}, {"A=B": "x"})
    assert answer.why_not == "a variable that no environment can hold"
