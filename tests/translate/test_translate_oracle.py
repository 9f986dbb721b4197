"""Every program of ``fixtures/c`` does in Python what gcc's does, on 64 and on 32 bits."""

from __future__ import annotations

import pytest
from oracle import GCC, Program, judged, programs

from analyzer.translate import ILP32, LP64, Halted, Model, Program as Bound, Returned, load

pytestmark = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")

_WIDE_ONLY = "LP64 only"


def _check(program: Program, model: Model) -> None:
    arguments = program.arguments(model.long_bits)
    entry = program.entry(model.long_bits).name
    loaded = load(program.text, f"{program.name}.c", model=model)
    if loaded.refused and "may be refused" in program.notes:
        pytest.skip(f"refused: {loaded.refused[0].reason}")
    assert loaded.refused == ()
    for values, expected in zip(arguments, judged(model.long_bits)[program.name], strict=True):
        if "fresh" in program.notes:
            assert isinstance(loaded.program, Bound)
            loaded.program.restart()
        outcome = loaded.call(entry, *values)
        if isinstance(outcome, Halted) and "may be refused" in program.notes:
            pytest.skip(f"refused when it runs: {outcome.reason}")
        assert (values, outcome) == (values, Returned(expected))


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_on_64_bits_the_translation_does_what_gcc_does(program: Program) -> None:
    _check(program, LP64)


@pytest.mark.parametrize(
    "program",
    [program for program in programs() if _WIDE_ONLY not in program.notes],
    ids=lambda program: program.name,
)
def test_on_32_bits_the_translation_does_what_gcc_does(program: Program) -> None:
    _check(program, ILP32)
