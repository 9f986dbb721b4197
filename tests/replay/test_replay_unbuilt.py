"""With a symbol off, what is not there may not be called: not in dead code either."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.finding import State
from analyzer.pipeline import analyze
from analyzer.result import Report, Request, Verdict
from tests.inputs import FIXTURES
from tests.mutation.patchtext import read, written

_ENABLED = read((FIXTURES / "mails" / "move-pmd-is-enabled.patch").read_bytes())
_HEAD = """static bool move_normal_pmd(struct vm_area_struct *vma, unsigned long from,
		  unsigned long to, unsigned long end,
		  pmd_t *src, pmd_t *dst)"""
_STUB = f"#else\n{_HEAD}\n{{\n	return false;\n}}\n"
_PROTOTYPE = f"{_HEAD};\n\n"
_MACRO = "#else\n#define move_normal_pmd(a, b, c, d, e, f) false\n"


def _gated(before: str = "", behind: str = "") -> bytes:
    """The mail whose loop asks IS_ENABLED(), with its function under the symbol."""
    code = _ENABLED.code
    start = code.index(f"{_HEAD}\n{{")
    end = code.index("\n}\n", start) + len("\n}\n")
    function = f"{before}#ifdef CONFIG_HAVE_MOVE_PMD\n{code[start:end]}{behind}#endif\n"
    return written(_ENABLED, code[:start] + function + code[end:])


def _report(mail: bytes, top: Path, target: str = "") -> Report:
    path = top / "a.patch"
    path.write_bytes(mail)
    (report,) = analyze(Request(str(path), target=target or None, prove=False))
    return report


@pytest.mark.parametrize("target", ["", str(FIXTURES / "base")], ids=["alone", "in its tree"])
@pytest.mark.parametrize(
    ("before", "behind", "builds"),
    [("", "", False), ("", _STUB, True), (_PROTOTYPE, "", True), ("", _MACRO, True)],
    ids=["nothing", "a stub", "a prototype", "a macro"],
)
def test_a_dead_call_is_looked_at(
    before: str, behind: str, builds: bool, target: str, tmp_path: Path
) -> None:
    report = _report(_gated(before, behind), tmp_path, target)
    told = [one for one in report.not_checked if "does not build" in one.why]
    gate = next(one for one in report.items if one.id == "CF-4")
    assert [one.what.split("()")[0] for one in told] == ([] if builds else ["move_normal_pmd"])
    if not builds:
        assert (report.verdict, gate.state) == (Verdict.UNDECIDED, State.CANNOT_TELL)


def test_a_function_that_is_always_there_builds(tmp_path: Path) -> None:
    report = _report(written(_ENABLED, _ENABLED.code), tmp_path)
    assert report.verdict is Verdict.SAME
