"""Names decide nothing: under other names a patch has the same report, but for the names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from analyzer.report import Format, render
from tests.inputs import ARCHIVE, FIXTURES, PATCH
from tests.mutation import mutate
from tests.mutation.judged import judged
from tests.mutation.renaming import named_back, renamed

_FORMS = ("split", "goto", "inlined", "need-flush", "other-arm", "unknown-callee")
_PATCHES = [
    pytest.param(PATCH.read_bytes(), 1, id="intact-1"),
    pytest.param(PATCH.read_bytes(), 2, id="intact-2"),
    pytest.param(ARCHIVE.read_bytes(), 3, id="archive"),
    *(
        pytest.param((FIXTURES / "mails" / f"move-pmd-{name}.patch").read_bytes(), 4, id=name)
        for name in _FORMS
    ),
]
# One of each way to be placed: a step, a guard, a lock that is kept, the call site, the answer.
_WRONG = (
    "flush-after-unlocks",
    "whole-guard-gone",
    "second-lock-kept",
    "rmap-released-early",
    "moved-ignored",
    "returns-false",
)
_MUTANTS = [
    pytest.param(one.patch, seed, id=one.name)
    for seed, one in enumerate(mutate.wrong(PATCH.read_bytes()))
    if one.name in _WRONG
]

Told = Callable[[bytes], object]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """The report on a patch as its JSON has it."""

    def loaded(patch: bytes) -> object:
        report = judged(patch, tmp_path).report
        return json.loads(render((report,), Format.JSON, color=False, width=100))

    return loaded


def _with(value: object, back: Mapping[str, str]) -> object:
    """A report with the old names, and without the words that a line too long is cut within."""
    match value:
        case str():
            return re.sub(r"\w*\.\.\.", "...", named_back(value, back))
        case list():
            return [_with(one, back) for one in value]
        case dict():
            return {back.get(key, key): _with(one, back) for key, one in value.items()}
        case _:
            return value


@pytest.mark.parametrize(("patch", "seed"), [*_PATCHES, *_MUTANTS])
def test_other_names_leave_the_report_the_same(patch: bytes, seed: int, told: Told) -> None:
    other, back = renamed(patch, seed)
    assert other != patch
    assert _with(told(other), back) == _with(told(patch), {})


def test_every_name_that_a_patch_defines_is_another() -> None:
    path = FIXTURES / "mails" / "move-pmd-goto.patch"
    other, back = renamed(path.read_bytes(), 0)
    assert sorted(back.values()) == [
        "dst",
        "dst_ptl",
        "end",
        "entry",
        "from",
        "locked",
        "mm",
        "move_normal_pmd",
        # One of the function, and one of its caller.
        "moved",
        "moved",
        "out",
        "src",
        "src_ptl",
        "to",
        "unlock",
        "vma",
    ]
    assert named_back(other.decode(), back) == path.read_bytes().decode()
    assert b"+\tstruct mm_struct *mm = vma->vm_mm;\n" not in other
    assert b"->vm_mm;\n" in other
