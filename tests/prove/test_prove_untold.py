"""A plain run on two trees, with no ``.config``: what is proved holds whatever symbols are."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_trees import PATH, backport, committed

from analyzer.pipeline import analyze
from analyzer.result import Report, Request

_HEADER = """#ifdef CONFIG_BUS
int bus_write(int at, int value);
#else
static inline int bus_write(int at, int value) { return 0; }
#endif
"""
_CODE = """#include <linux/bus.h>
int unit_start(int x)
{
	%s
	return bus_write(x, 1);
}
"""
_CHECK = "if (x < 0)\n\t\treturn x;"


def _files(code: str) -> dict[str, str]:
    return {PATH: code, "include/linux/bus.h": _HEADER}


def _report(top: Path, theirs: tuple[str, str], ours: tuple[str, str], config: str = "") -> Report:
    upstream = committed(top / "upstream", *map(_files, theirs))
    target, patch = backport(top, *map(_files, ours))
    given = None
    if config:
        given = top / "config"
        given.write_text(config)
    request = Request(
        str(patch),
        upstream=str(upstream),
        upstream_commit="HEAD",
        target=str(target),
        config=given,
        prove=True,
    )
    (report,) = analyze(request)
    return report


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        ("", "differs"),
        ("CONFIG_BUS=y\n", "differs"),
        ("# CONFIG_BUS is not set\nCONFIG_X86_64=y\n", "same"),
    ],
    ids=["untold", "on", "off"],
)
def test_a_subsystem_that_may_be_built_is_not_its_stand_in(
    tmp_path: Path, config: str, verdict: str
) -> None:
    theirs = _CODE % "", _CODE % _CHECK
    wrong = theirs[1].replace("bus_write(x, 1)", "bus_write(x, 2)")
    assert _report(tmp_path, theirs, (theirs[0], wrong), config).verdict.value == verdict


def test_the_arms_of_a_changed_file_are_those_that_its_symbols_open(tmp_path: Path) -> None:
    """What is in them is looked at, and that it was is told."""
    arm = f"\n#ifdef CONFIG_ODD\n\t{_CHECK}\n#endif"
    theirs = _CODE % arm.replace("x < 0", "!x"), _CODE % arm
    renamed = [each.replace("return bus", "(void)0;\n\treturn bus") for each in theirs]
    same = _report(tmp_path / "same", theirs, (renamed[0], renamed[1]))
    assert same.verdict.value == "same"
    told = "built with ODD: the changed files ask for them, and no --config tells"
    assert told in [each.text for each in same.assumptions]
    wrong = renamed[1].replace("return x;", "return -x;")
    assert _report(tmp_path / "wrong", theirs, (renamed[0], wrong)).verdict.value == "differs"


def test_code_that_asks_for_a_symbol_is_not_called_the_same_unseen(tmp_path: Path) -> None:
    asked = "if (IS_ENABLED(CONFIG_ODD) && x < 0)\n\t\treturn %s;"
    theirs = _CODE % "", _CODE % (asked % "x")
    wrong = _CODE % (asked % "-x")
    assert _report(tmp_path, theirs, (theirs[0], wrong)).verdict.value != "same"
