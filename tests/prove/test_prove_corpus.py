"""That the truth about the prover's fixtures is right: gcc runs both sides, and is the judge."""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus import FOLDER, Kind, cases, kinds

from analyzer.translate import load

# As the kernel is built: signed arithmetic wraps, types do not keep pointers apart.
FLAGS = (
    *("-std=gnu11", "-w", "-O1"),
    *("-fwrapv", "-fno-strict-overflow", "-fno-strict-aliasing", "-fno-delete-null-pointer-checks"),
)
TRIALS = {"guards": 8_000}
TRIALS_ELSE = 2_000
KINDS = [pytest.param(kind, id=kind.name) for kind in kinds()]
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


@dataclass(frozen=True, slots=True)
class Ran:
    """How many trials told the variant from upstream, and the first that did."""

    trials: int
    first: int


def gcc(*arguments: object) -> None:
    done = subprocess.run(["gcc", *FLAGS, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def numbers(kind: Kind) -> str:
    """The numbers that the files name, for only they can lead to an input that is that rare."""
    text = "".join(path.read_text() for path in sorted((FOLDER / kind.name).glob("*.c")))
    found = {int(each, 0) for each in re.findall(r"\b(?:0x[0-9a-fA-F]+|[1-9][0-9]*)", text)}
    return ",".join(f"{each}ull" for each in sorted(found | {0}))


def judged(kind: Kind, folder: Path, trials: int) -> dict[str, Ran]:
    """Run each file of a kind on the same seeded worlds, and count where it parts from upstream."""
    files = [kind.upstream, *(case.variant for case in kind.cases)]
    objects = [folder / f"{at}.o" for at in range(len(files))]

    def compiled(at: int) -> None:
        gcc("-c", f"-D{kind.function}=v{at}", "-o", objects[at], files[at])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compiled, range(len(files))))
    variants = " ".join(f"X(v{at})" for at in range(len(files)))
    binary = folder / "oracle"
    harness = FOLDER / "oracle" / f"{kind.name}.c"
    gcc(f"-DVARIANTS={variants}", f"-DEXTRA={numbers(kind)}", "-o", binary, harness, *objects)
    ran = subprocess.run([binary, str(trials)], capture_output=True, text=True, check=True)
    rows = (Ran(*map(int, line.split())) for line in ran.stdout.splitlines())
    return dict(zip((path.stem for path in files[1:]), rows, strict=True))


@needs_gcc
@pytest.mark.parametrize("kind", KINDS)
def test_gcc_agrees_with_the_truth_of_every_file(kind: Kind, tmp_path: Path) -> None:
    ran = judged(kind, tmp_path, TRIALS.get(kind.name, TRIALS_ELSE))
    told = {name for name, each in ran.items() if each.trials}
    assert told == {case.variant.stem for case in kind.cases if not case.equal}


@pytest.mark.parametrize("kind", KINDS)
def test_the_translation_takes_every_file(kind: Kind) -> None:
    for path in (kind.upstream, *(case.variant for case in kind.cases)):
        loaded = load(path.read_text(), str(path))
        assert (path, loaded.refused) == (path, ())
        assert kind.function in loaded.functions


@pytest.mark.parametrize("kind", KINDS)
def test_every_external_callee_is_called_by_upstream(kind: Kind) -> None:
    loaded = load(kind.upstream.read_text(), str(kind.upstream))
    asked = {need.name for each in loaded.functions.values() for need in each.needs}
    assert asked - loaded.functions.keys() == set(kind.external)


def test_no_file_says_its_truth() -> None:
    said = [case.name for case in cases() if re.search("equal|wrong", case.variant.read_text())]
    assert said == []


def test_the_index_has_every_directory_and_enough_of_each() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"oracle"}
    assert folders == {kind.name for kind in kinds()}
    counts = {
        kind.name: (
            sum(case.equal for case in kind.cases),
            sum(not case.equal for case in kind.cases),
        )
        for kind in kinds()
    }
    assert counts["guards"] >= (14, 18)
    assert all(equal >= 3 and wrong >= 4 for equal, wrong in counts.values())
