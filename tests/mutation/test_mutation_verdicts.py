"""One changed statement changes the verdict, at its line; the same said in other words does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from analyzer.finding import State
from analyzer.result import exit_code
from tests.inputs import PATCH, REFERENCE_MAIL
from tests.mutation import mutate
from tests.mutation.forms import FORMS, Form
from tests.mutation.judged import CHARGED, Judged, judged, judged_file
from tests.mutation.mutate import Mutant, Truth

# The reference mail, which is damaged, and ours, which is not. The mutants of the other fixtures
# are counted by tests/benchmarks/mutants.py.
_SOURCES = {"reference": REFERENCE_MAIL, "intact": PATCH}
_KNOWN = [form for form in FORMS if form.truth is not Truth.UNKNOWN]
_WITH_FIXES = [form for form in FORMS if form.open_fixes or form.carried]


@cache
def _made(source: str, make: Callable[[bytes], tuple[Mutant, ...]]) -> tuple[Mutant, ...]:
    path = _SOURCES[source]
    return make(path.read_bytes()) if path.exists() else ()


def _cases(make: Callable[[bytes], tuple[Mutant, ...]], *sources: str) -> list[object]:
    return [
        pytest.param(mutant, id=f"{source}-{mutant.name}")
        for source in sources
        for mutant in _made(source, make)
    ]


@cache
def _of(form: Form) -> Judged:
    return judged_file(form.path)


def _said(one: Judged) -> str:
    """What a failing assertion shows."""
    return f"{one.verdict}, found {one.found}: " + "; ".join(
        f"{item}: {one.lines(item)}" for item in one.found
    )


def _assert_found(one: Judged, items: tuple[str, ...], lines: tuple[str, ...]) -> None:
    assert one.verdict == "differs", _said(one)
    hit = [item for item in one.found if item in items]
    assert hit, _said(one)
    assert exit_code(one.report) == 1
    assert not lines or any(part in one.lines(hit[0])[0] for part in lines), _said(one)


def _assert_same(one: Judged) -> None:
    charged = [each for each in one.report.divergences if each.cause in CHARGED]
    assert (one.verdict, one.found, charged) == ("same", (), []), _said(one)


@pytest.mark.parametrize("mutant", _cases(mutate.wrong, "reference", "intact"))
def test_one_wrong_statement_is_found(mutant: Mutant, tmp_path: Path) -> None:
    _assert_found(judged(mutant.patch, tmp_path), mutant.items, mutant.lines)


@pytest.mark.parametrize("mutant", _cases(mutate.equal, "reference", "intact"))
def test_other_words_for_the_same_are_the_same(mutant: Mutant, tmp_path: Path) -> None:
    one = judged(mutant.patch, tmp_path)
    if mutant.truth is Truth.UNDECIDED:
        assert one.verdict == "undecided", _said(one)
    else:
        _assert_same(one)


@pytest.mark.parametrize("mutant", _cases(mutate.redundant, "reference", "intact"))
def test_a_test_that_the_caller_makes_needless_may_go(mutant: Mutant, tmp_path: Path) -> None:
    _assert_same(judged(mutant.patch, tmp_path))


@pytest.mark.parametrize("mutant", _cases(mutate.unadjusted, "reference", "intact"))
def test_under_counts_that_do_not_fit_nothing_is_decided(mutant: Mutant, tmp_path: Path) -> None:
    one = judged(mutant.patch, tmp_path)
    assert one.verdict == "undecided", _said(one)


@pytest.mark.parametrize("form", _KNOWN, ids=lambda form: form.name)
def test_each_form_of_the_patch_comes_to_its_truth(form: Form) -> None:
    one = _of(form)
    match form.truth:
        case Truth.SAME:
            _assert_same(one)
        case Truth.DIFFERS:
            _assert_found(one, form.items, form.lines)
        case _:
            assert one.verdict == "undecided", _said(one)
            assert State.CANNOT_TELL in [one.state(item) for item in form.items]


@pytest.mark.parametrize("form", _WITH_FIXES, ids=lambda form: form.name)
def test_what_runs_decides_which_later_fixes_are_there(form: Form) -> None:
    one = _of(form)
    # "... does not carry A, B; ...": what stands between is what is missed.
    told = one.summary("DP-2").partition("not carry ")[2].partition(";")[0]
    missed = {fix for fix in (*form.open_fixes, *form.carried) if fix in told}
    assert (one.state("DP-2"), missed) == (State.FINDING, set(form.open_fixes))
