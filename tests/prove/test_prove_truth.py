"""Every pair of the fixtures is decided, and decided right; gcc confirms what tells them apart.

By itself this proves each variant against upstream where no loop hangs on the input, and a part of
the rest. With ``PROVE_ALL=1`` it proves all of them, and both ways round.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from corpus import Case, cases
from prove_pairs import proved

from analyzer.prove.proof import Outcome, Proof

# As the kernel is built: signed arithmetic wraps.
FLAGS = ("-std=gnu11", "-w", "-O1", "-fwrapv", "-fno-strict-overflow", "-fPIC")
PMD_SIZE = 1 << 21
# Their loops run as often as the input says: proved by induction, which takes longer.
LOOPS = ("context", "walk")
SAMPLE = {
    *("context/wrong-le", "walk/equal-renamed", "walk/wrong-bound"),
}
# What no proof has decided within its limits so far. Whatever leaves this list for the better has
# to be taken off it: the test below says so.
UNDECIDED: set[str] = set()
# Where upstream itself follows a pointer that it never tested, the proof takes that for what never
# happens: against such an upstream, the better code does the same.
ASSUMED = {
    "probe/wrong-no-null-check": "an access through NULL or an error pointer",
    "refcount/wrong-no-callback-check": "an access through NULL or an error pointer",
    "ring/wrong-signed-modulo": "an access to an element outside of 16",
}
ALL = os.environ.get("PROVE_ALL") == "1"
everything = pytest.mark.skipif(not ALL, reason="takes a minute: set PROVE_ALL=1")
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def params(chosen: Iterable[Case]) -> list[Any]:
    return [pytest.param(case, id=case.name) for case in chosen]


STRAIGHT = [case for case in cases() if case.kind not in LOOPS]
TURNING = [case for case in cases() if case.kind in LOOPS and case.name not in UNDECIDED]


@cache
def of(case: Case) -> Proof:
    """The proof of a variant against upstream, once."""
    return proved(case.upstream.read_text(), case.variant.read_text(), case.function)


def is_right(case: Case, found: Proof) -> bool:
    """Whether a proof says what is true of a pair, with all that belongs to it."""
    if case.equal:
        return (found.outcome, found.reason, found.counterexample) == (Outcome.SAME, "", None)
    example = found.counterexample
    return (
        found.outcome is Outcome.DIFFERENT
        and example is not None
        and found.reason == example.sort.value
        and any(step.parts for step in (*example.upstream, *example.target))
    )


@pytest.mark.parametrize("case", params(STRAIGHT))
def test_a_variant_is_proved_or_refuted(case: Case) -> None:
    found = of(case)
    assert is_right(case, found), (case.note, found)


@pytest.mark.parametrize("case", params(each for each in TURNING if each.name in SAMPLE))
def test_a_variant_with_loops_is_proved_or_refuted(case: Case) -> None:
    found = of(case)
    assert is_right(case, found), (case.note, found)


@everything
@pytest.mark.parametrize("case", params(each for each in TURNING if each.name not in SAMPLE))
def test_each_variant_with_loops_is_proved_or_refuted(case: Case) -> None:
    found = of(case)
    assert is_right(case, found), (case.note, found)


@everything
def test_what_is_undecided_is_known() -> None:
    chosen = [case for case in cases() if case.name in UNDECIDED]
    assert {case.name for case in chosen if of(case).outcome is Outcome.UNDECIDED} == UNDECIDED
    assert all(of(case).reason for case in chosen)


def backwards(case: Case) -> tuple[Case, Proof]:
    """The proof of upstream as a backport of a variant, beside the variant."""
    return case, proved(case.variant.read_text(), case.upstream.read_text(), case.function)


def is_right_backwards(case: Case, found: Proof) -> bool:
    if case.name not in ASSUMED:
        return is_right(case, found)
    assumed = any(ASSUMED[case.name] in each for each in found.assumptions)
    return found.outcome is Outcome.SAME and assumed


# Some of each kind, and all that are odd.
TURNED = [
    case
    for number, case in enumerate(STRAIGHT)
    if ALL or number % 9 == 0 or case.name in {*ASSUMED, "guards/wrong-rare"}
]


@pytest.mark.parametrize("case", params([*TURNED, *(TURNING if ALL else ())]))
def test_the_other_way_round_is_the_same(case: Case) -> None:
    _, found = backwards(case)
    assert is_right_backwards(case, found), (case.note, found)


@pytest.mark.parametrize("case", params(each for each in cases() if each.kind == "guards"))
def test_a_guard_hangs_on_nothing_but_its_arguments(case: Case) -> None:
    found = of(case)
    assert (found.assumptions, found.called) == ((), ())


def test_a_file_is_the_same_as_itself() -> None:
    uppers = {case.kind: case for case in STRAIGHT}.values()
    found = [
        proved(text := case.upstream.read_text(), text, case.function).outcome for case in uppers
    ]
    assert found == [Outcome.SAME] * len(found)


# --- the inputs -------------------------------------------------------------------------------


def given(case: Case) -> dict[str, int]:
    example = of(case).counterexample
    assert example is not None
    return {each.what: each.value for each in example.given}


def guard(stem: str) -> Case:
    return next(case for case in cases() if case.name == f"guards/{stem}")


@pytest.mark.parametrize(
    ("stem", "old_addr", "new_addr", "old_end"),
    [
        ("wrong-le", 0, 0, PMD_SIZE),
        ("wrong-and", 0, 1, PMD_SIZE),
        ("wrong-no-old", 1, 0, 0),
        ("wrong-no-new", 0, 1, PMD_SIZE),
        ("wrong-no-length", 0, 0, 0),
        ("wrong-page-mask", 0, 0x1000, PMD_SIZE),
        ("wrong-page-size", 0, 0, 0x1000),
        ("wrong-length-off-by-one", 0, 0, PMD_SIZE - 1),
        ("wrong-swapped-length", 0, 0, 1),
        ("wrong-pud-mask", PMD_SIZE, 0, 0),
        ("wrong-shift-20", 0, 0, PMD_SIZE - 1),
        ("wrong-u32-mask", 0, 1 << 32, PMD_SIZE),
        ("wrong-overflow-end", 0, 0, 0),
        ("wrong-overflow", (1 << 64) - PMD_SIZE, 0, (1 << 64) - 1),
        # One pair of addresses alone, and the nearest end.
        ("wrong-rare", 0x7F5A_3DE0_0000, 0x3C0B_E940_0000, 0x7F5A_3DFF_FFFF),
    ],
)
def test_an_input_is_as_plain_as_can_be(
    stem: str, old_addr: int, new_addr: int, old_end: int
) -> None:
    found = given(guard(stem))
    if stem in ("wrong-no-old", "wrong-pud-mask"):
        # Any end will do: by upstream the addresses alone refuse, or its end is what is refused.
        old_end = found["old_end"]
    assert found == {"old_addr": old_addr, "new_addr": new_addr, "old_end": old_end}


@needs_gcc
def test_gcc_s_guards_part_on_the_inputs(tmp_path: Path) -> None:
    wrong = [case for case in cases() if case.kind == "guards" and not case.equal]
    files = [wrong[0].upstream, *(case.variant for case in wrong)]

    def compiled(at: int) -> str:
        out = tmp_path / f"{at}.o"
        renamed = f"-D{wrong[0].function}=v{at}"
        subprocess.run(["gcc", *FLAGS, "-c", renamed, "-o", out, files[at]], check=True)
        return str(out)

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compiled, range(len(files))))
    library = tmp_path / "guards.so"
    subprocess.run(["gcc", "-shared", "-o", library, *objects], check=True)
    loaded = ctypes.CDLL(str(library))

    def asked(at: int, values: dict[str, int]) -> bool:
        function = getattr(loaded, f"v{at}")
        function.restype, function.argtypes = ctypes.c_bool, [ctypes.c_ulong] * 3
        return bool(function(*(values[name] for name in ("old_addr", "new_addr", "old_end"))))

    parted = {}
    for at, case in enumerate(wrong, 1):
        example = of(case).counterexample
        assert example is not None
        ours, theirs = (int(end.value or 0) for end in example.ends if end is not None)
        parted[case.name] = (asked(0, given(case)), asked(at, given(case))) == (ours, theirs)
        assert ours != theirs, case.name
    assert parted == dict.fromkeys((case.name for case in wrong), True)
