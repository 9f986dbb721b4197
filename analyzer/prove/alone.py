"""A patch without its tree, proved: each reading on each base, as it was run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import process_time

from analyzer.machine.splice import Spliced
from analyzer.prove.judge import Budget, Keep
from analyzer.prove.path import Limits
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.session import Proofs, Proved, Unproved
from analyzer.prove.solver import Solver
from analyzer.prove.turn import is_alike, prove_turn
from analyzer.reference.base import Base
from analyzer.reference.slots import LOOP, PATH

_LOOP = "the patch stands in the loop over extents as upstream's loop of these eras has it: {bases}"
_SIZES = "pages and page tables are of the sizes that x86-64 has"


def prove_alone(
    spliced: Sequence[Spliced],
    budget: Budget,
    constants: Mapping[str, int],
    keep: Keep | None = None,
) -> Proofs:
    """Prove a patch's code beside upstream's, in a turn of the loop, for every input.

    What is moved and when is proved; which locks are held is not. A difference is no verdict: what
    calls do on the model may be the same all the same, which runs tell.
    """
    until = process_time() + budget.seconds
    proofs: list[Proved] = []
    unproved: list[Unproved] = []
    interrupted = False
    try:
        for one in _distinct(spliced):
            proofs += _proofs(one, budget, until, constants, keep, unproved)
    except KeyboardInterrupt:
        interrupted = True
    unproved += [
        Unproved(
            f"{LOOP}()",
            f"{each.proof.reason}: {_input(each.proof)}",
            each.proof.place,
            each.proof.outcome is Outcome.DIFFERENT,
        )
        for each in proofs
        if each.proof.outcome is not Outcome.SAME
    ]
    bases = ", ".join(dict.fromkeys(base.name for one in spliced for base in one.bases))
    rests = "the proof of what is moved and when"
    assumptions = ((_LOOP.format(bases=bases), rests), (_SIZES, rests))
    same = tuple(each for each in proofs if each.proof.outcome is Outcome.SAME)
    rested = assumptions if same else ()
    found = tuple(dict.fromkeys(unproved))
    return Proofs(same, found, interrupted, rested, whole=False)


def _distinct(spliced: Sequence[Spliced]) -> list[Spliced]:
    """Each code once, in order.

    What a reading without assumed lines does with upstream's symbol off is another item's: CF-4.
    """
    asked = [one for one in spliced if one.on or one.reading == spliced[0].reading]
    found: dict[tuple[bool, object], Spliced] = {}
    for one in asked:
        found.setdefault((one.on, one.splice.key), one)
    return list(found.values())


def _proofs(
    one: Spliced,
    budget: Budget,
    until: float,
    constants: Mapping[str, int],
    keep: Keep | None,
    unproved: list[Unproved],
) -> Iterator[Proved]:
    fixes = one.fixes if one.on else None
    if fixes is None and not one.splice.code.fragments:
        return
    seen: list[Base] = []
    for base in one.bases:
        if any(is_alike(one.splice, base, other) for other in seen):
            continue
        seen.append(base)
        seconds = min(budget.each, until - process_time())
        if seconds <= 0:
            unproved.append(Unproved(f"{LOOP}()", "the time for proofs was used up"))
            return
        kept = None if keep is None else (lambda text: keep(LOOP, text))
        with Solver(keep=kept) as solver:
            proof = prove_turn(one.splice, base, fixes, solver, Limits(seconds=seconds), constants)
        yield Proved(proof, PATH, LOOP, one.reading, one.config)


def _input(proof: Proof) -> str:
    return proof.counterexample.input if proof.counterexample else "no input is known"
