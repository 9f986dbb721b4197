"""How many mutants of the fixtures' patches are told apart: found, equal, undecided, and mistaken.

Run it with the interpreter of an environment that holds the tool::

    .venv/bin/python tests/benchmarks/mutants.py [--chance N] [--seed N] [--names] [PATCH ...]

A mutant whose truth is known may be mistaken; of those made by chance only the verdicts are
counted. The worst is a wrong statement that is called the same: those are always named.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.inputs import REFERENCE_MAIL  # noqa: E402
from tests.mutation import mutate  # noqa: E402
from tests.mutation.forms import FORMS  # noqa: E402
from tests.mutation.judged import judged  # noqa: E402
from tests.mutation.mutate import Mutant, Truth  # noqa: E402

COLUMNS = ("differs", "same", "undecided", "failed")


def inputs(patches: list[str]) -> list[Path]:
    """The patches given, or every fixture that does as upstream's, and the reference mail."""
    if patches:
        return [Path(patch) for patch in patches]
    ours = [form.path for form in FORMS if form.truth is Truth.SAME]
    return [*ours, *([REFERENCE_MAIL] if REFERENCE_MAIL.exists() else [])]


def families(data: bytes, seed: int, count: int) -> Iterator[tuple[str, tuple[Mutant, ...]]]:
    """Each family of mutants with its name."""
    yield "wrong", mutate.wrong(data)
    yield "equal", mutate.equal(data)
    yield "redundant", mutate.redundant(data)
    yield "uncounted", mutate.unadjusted(data)
    yield "by chance", mutate.by_chance(data, seed, count)


def verdict(mutant: Mutant, top: Path) -> str:
    """The verdict; an error of ours is one as well, and says so."""
    try:
        return judged(mutant.patch, top).verdict
    except Exception as error:
        print(f"  {mutant.name}: {type(error).__name__}: {error}")
        return "failed"


def counted(mutants: Iterable[Mutant], top: Path, *, named: bool) -> Counter[str]:
    """How often each verdict is given; mistakes are printed."""
    counts: Counter[str] = Counter()
    for mutant in mutants:
        said = verdict(mutant, top)
        counts[said] += 1
        mistaken = mutant.truth is not Truth.UNKNOWN and said != mutant.truth.value
        grave = mutant.truth is Truth.DIFFERS and said == "same"
        if grave or (named and mistaken):
            print(f"  {mutant.name}: {said}, not {mutant.truth.value}")
        counts["mistaken"] += mistaken
    return counts


def main(arguments: list[str]) -> None:
    """Print one line a family of each patch, and the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("patches", nargs="*")
    parser.add_argument("--chance", type=int, default=24, help="mutants made by chance, a patch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--names", action="store_true", help="name every mistaken mutant")
    given = parser.parse_args(arguments)
    sums: dict[str, Counter[str]] = {}
    print(f"{'':<44}" + "".join(f"{one:>11}" for one in (*COLUMNS, "mistaken")))
    with tempfile.TemporaryDirectory() as top:
        for path in inputs(given.patches):
            print(path.name)
            for family, mutants in families(path.read_bytes(), given.seed, given.chance):
                counts = counted(mutants, Path(top), named=given.names)
                show(f"  {family} ({len(mutants)})", counts)
                sums.setdefault(family, Counter()).update(counts)
    for family, counts in sums.items():
        show(f"all: {family} ({sum(counts[one] for one in COLUMNS)})", counts)


def show(name: str, counts: Counter[str]) -> None:
    """Print one line of the table."""
    print(f"{name:<44}" + "".join(f"{counts[one]:>11}" for one in (*COLUMNS, "mistaken")))


if __name__ == "__main__":
    main(sys.argv[1:])
