"""Macros of a patch: which of them may mean something to code that the patch does not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.machine.macros import late_macros, unread_macros
from analyzer.patch.reader import read_series
from analyzer.pipeline import analyze
from analyzer.result import Request, Verdict
from tests.inputs import FIXTURES
from tests.mutation.patchtext import read, written

_PLAIN = read((FIXTURES / "mails" / "move-pmd.patch").read_bytes())
_GATE = "#ifdef CONFIG_HAVE_MOVE_PMD\nstatic bool"
_FLUSH = "\tflush_tlb_range(vma, from, from + PMD_SIZE);\n"
_MEANING_MORE = {
    "a primitive": "#define flush_tlb_range(vma, start, end)\n",
    "a constant": "#undef PMD_SIZE\n#define PMD_SIZE PAGE_SIZE\n",
    "a function of the path": "#define take_rmap_locks(vma)\n",
    "what the patch does not show": "#define SOME_LIMIT 1\n",
    "a keyword": "#define if while\n",
}


def _with(text: str, place: str) -> bytes:
    assert _PLAIN.code.count(place) == 1
    return written(_PLAIN, _PLAIN.code.replace(place, text + place))


def _told(mail: bytes) -> list[str]:
    (patch,) = read_series(mail, "a.patch").patches
    return [text for text, _ in unread_macros(patch.files)]


@pytest.mark.parametrize("macro", _MEANING_MORE.values(), ids=_MEANING_MORE)
def test_a_macro_in_the_place_of_something_known_is_no_agreement(
    macro: str, tmp_path: Path
) -> None:
    mail = _with(macro, _GATE)
    path = tmp_path / "a.patch"
    path.write_bytes(mail)
    (report,) = analyze(Request(str(path), prove=False))
    assert _told(mail) == macro.rstrip("\n").split("\n")
    assert report.verdict is not Verdict.SAME


def test_a_name_that_was_used_before_means_something_else_from_there_on() -> None:
    macro = "#define from to\n"
    assert _told(_with(macro, _FLUSH)) == [macro.strip()]


def test_a_new_name_means_nothing_to_others() -> None:
    macro = "#define WHERE_FROM(at) (at)\n"
    code = _PLAIN.code.replace("(vma, from, from +", "(vma, WHERE_FROM(from), from +")
    mail = written(_PLAIN, code.replace(_GATE, macro + _GATE))
    assert _told(mail) == []


def test_a_macro_in_the_context_is_the_trees() -> None:
    assert _told((FIXTURES / "mails" / "move-pmd.patch").read_bytes()) == []


_ABOVE = "static void f(int a)\n{\n\tcall(a);\n}\n"


@pytest.mark.parametrize(
    ("brought", "told"),
    [
        ("#define call(a)\n", [("#define call(a)", 5)]),
        ("#define NEW 1\n", []),
        ("#define NEW 1\n#undef NEW\n", [("#undef NEW", 6)]),
    ],
    ids=["of a name met above", "of a new name", "ended"],
)
def test_a_macro_that_counts_from_its_line_on(brought: str, told: list[tuple[str, int]]) -> None:
    assert list(late_macros(_ABOVE, _ABOVE + brought)) == told
    assert list(late_macros(_ABOVE + brought, _ABOVE + brought)) == []
