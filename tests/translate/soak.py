"""Random programs for as long as you like: gcc at two levels, the translation and the walker.

    python -m tests.translate.soak [--programs 10000] [--seed N] [--bits 32] [--jumps]
                                     [--sanitize]

The first seed is printed first; a mismatch is printed with the command that shows it again, and
its shrunk program. Exits with 1 after a mismatch.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from differential import JUDGES, Mismatch, Refused, mismatch, natives, shrunk  # noqa: E402
from gcc_batch import SANITIZE, outcomes  # noqa: E402
from random_jumps import generate_jumps  # noqa: E402
from random_programs import ARGUMENTS, Program, generate  # noqa: E402

_BATCH = 50


def main() -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(description="Random C against gcc.")
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, help="the first seed; drawn where not given")
    parser.add_argument("--bits", type=int, choices=(32, 64), help="of long; both by default")
    parser.add_argument("--judge", choices=sorted(JUDGES), help="both by default")
    parser.add_argument("--sanitize", action="store_true", help="check the generator too")
    parser.add_argument("--jumps", action="store_true", help="control flow alone, with gotos")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    judges = sorted(JUDGES) if given.judge is None else [given.judge]
    widths = (64, 32) if given.bits is None else (given.bits,)
    soak = Soak(judges, given.sanitize)
    for first in range(seed, seed + given.programs, _BATCH):
        seeds = range(first, min(first + _BATCH, seed + given.programs))
        make = generate_jumps if given.jumps else generate
        soak.batch([make(each) for each in seeds], widths)
    soak.report()
    return 1 if soak.totals["mismatch"] + soak.totals["crash"] else 0


class Soak:
    """A run: what was found, counted."""

    def __init__(self, judges: list[str], sanitize: bool) -> None:
        self.judges = judges
        self.sanitize = sanitize
        self.totals: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.examples: dict[str, int] = {}
        self.start = time.monotonic()

    def batch(self, programs: list[Program], widths: tuple[int, ...]) -> None:
        """Judge some programs, and say how far the run is."""
        for long_bits in widths:
            if self.sanitize:
                found = outcomes(programs, SANITIZE, long_bits)
                for program, each in zip(programs, found, strict=True):
                    if len(each) != len(ARGUMENTS):
                        self.tell("mismatch", program, long_bits, "the sanitizers stop it")
            for program, native in zip(programs, natives(programs, long_bits), strict=True):
                for judge in self.judges:
                    self.totals["judged"] += 1
                    self.judge(program, native, long_bits, judge)
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.totals.items()))
        print(f"to seed {programs[-1].seed}: {counts}", file=sys.stderr, flush=True)

    def judge(self, program: Program, native: tuple[int, ...], long_bits: int, judge: str) -> None:
        try:
            found = mismatch(program, native, long_bits, judge)
        except Exception:
            self.tell("crash", program, long_bits, f"{judge}: {traceback.format_exc(limit=-3)}")
            return
        if isinstance(found, Mismatch):
            small = shrunk(found)
            self.tell("mismatch", program, long_bits, f"{found}\n{small}\n{small.program.text}")
        elif isinstance(found, Refused):
            self.totals["refused"] += 1
            reason = f"{judge}: {found.reason.split(' in line ')[0]}"
            self.refusals[reason] += 1
            self.examples.setdefault(reason, program.seed)

    def tell(self, what: str, program: Program, long_bits: int, text: str) -> None:
        self.totals[what] += 1
        again = "--jumps " if program.entry.startswith("j") else ""
        again += f"--seed {program.seed} --programs 1 --bits {long_bits}"
        print(f"{what}: {text}\nagain: python -m tests.translate.soak {again}", flush=True)

    def report(self) -> None:
        """Print the totals."""
        for reason, count in self.refusals.most_common(20):
            print(f"refused {count} times, as seed {self.examples[reason]}: {reason}")
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.totals.items()))
        print(f"{counts}, in {time.monotonic() - self.start:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
