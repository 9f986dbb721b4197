"""Random programs mean what gcc says they mean, to the translation and to the walker alike."""

from __future__ import annotations

import subprocess
from itertools import product

import pytest
from differential import JUDGES, Mismatch, Opinion, Refused, mismatch, natives, shrunk
from gcc_batch import SANITIZE, outcomes
from oracle import GCC
from random_jumps import generate_jumps
from random_programs import ARGUMENTS, Program, generate

# More of them, with other seeds: python -m tests.translate.soak
_BATCH = 20
_BATCHES = [
    *((64, start) for start in range(0, 120, _BATCH)),
    *((32, start) for start in range(1000, 1060, _BATCH)),
]

pytestmark = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")


@pytest.mark.parametrize(("long_bits", "start"), _BATCHES)
def test_random_programs_mean_what_gcc_says(long_bits: int, start: int) -> None:
    programs = [generate(seed) for seed in range(start, start + _BATCH)]
    refusals: list[str] = []
    asked = zip(programs, natives(programs, long_bits), strict=True)
    for (program, native), judge in product(asked, ("translation", "walker")):
        match mismatch(program, native, long_bits, judge):
            case Refused(reason):
                refusals.append(f"seed {program.seed}: {reason}")
            case Mismatch() as found:
                small = shrunk(found, tries=300)
                pytest.fail(f"{found}\nshrunk: {small}\n{small.program.text}")
    assert refusals == []


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_random_jumps_go_where_gcc_goes(start: int) -> None:
    programs = [generate_jumps(seed) for seed in range(start, start + 50)]
    for program, native in zip(programs, natives(programs, 64), strict=True):
        for judge in ("translation", "walker"):
            found = mismatch(program, native, 64, judge)
            assert found is None, f"{found}\n{program.text}"


def test_a_seed_gives_one_program() -> None:
    assert generate(7) == generate(7)
    assert generate(7).text != generate(8).text.replace("p8_", "p7_")


def test_random_programs_have_no_undefined_behaviour() -> None:
    command = [GCC or "gcc", *SANITIZE, "-x", "c", "-", "-o", "/dev/null"]
    if subprocess.run(command, input=b"int main() {}", capture_output=True, check=False).returncode:
        pytest.skip("gcc has no sanitizers here")
    programs = [generate(seed) for seed in range(2000, 2010)]
    found = outcomes(programs, SANITIZE)
    assert [len(each) for each in found] == [len(ARGUMENTS)] * len(programs)


def test_a_mismatch_shrinks_to_what_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    program = generate(3)
    (native,) = natives([program], 64)

    def wrong(program: Program, _: int) -> Opinion:
        return ("faults: a shift",) if "<<" in program.text else native

    monkeypatch.setitem(JUDGES, "wrong", wrong)
    found = mismatch(program, native, 64, "wrong")
    assert isinstance(found, Mismatch)
    small = shrunk(found, tries=30)
    assert small.other == ("faults: a shift",)
    assert len(small.program.text) < len(program.text) - 500
