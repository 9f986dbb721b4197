"""One function pair: proved as both patches leave it, and whose a difference is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from analyzer.errors import AnalyzerError, CodePlace
from analyzer.prove.clock import Clock, OutOfTime
from analyzer.prove.definitions import Definitions
from analyzer.prove.likeness import Kind, likeness
from analyzer.prove.pair import Pair, prove
from analyzer.prove.pairing import Task
from analyzer.prove.path import Limits
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.solver import Solver
from analyzer.prove.touched import Half
from analyzer.translate import Translated
from analyzer.translate.types import CType, Integer, Pointer, Void

# Called with the function and the text of each question.
Keep = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """What proving may take, in seconds: all of it, and one function."""

    seconds: float = 20.0
    each: float = 5.0


PLAIN = Budget()
# Where nobody asked for a proof.
UNASKED = Budget(6.0, 4.0)

_BEFORE = "the two functions already differ before the patch"


class Judge:
    """Proves pairs, one after another, within one budget."""

    def __init__(
        self, budget: Budget, constants: Mapping[str, int], keep: Keep | None, clock: Clock
    ) -> None:
        self._each = budget.each
        self._constants = constants
        self._keep = keep
        self._clock = clock

    def judged(self, task: Task, upstream: Half, target: Half) -> Proof:
        """The proof of a pair; DIFFERENT is the patch's, what may be the base's is UNDECIDED."""
        try:
            return self._judged(task, upstream, target)
        except OutOfTime as limit:
            return Proof(task.theirs.name, Outcome.UNDECIDED, str(limit))

    def _judged(self, task: Task, upstream: Half, target: Half) -> Proof:
        one, other = upstream.now(task.theirs.path), target.now(task.ours.path)
        assert one is not None and other is not None
        proof = _by_text(task, one, other)
        proof = proof or self._prove(task.theirs.name, one, task.ours.name, other)
        if proof.outcome is not Outcome.DIFFERENT:
            return proof
        why = self._of_base(task, upstream, target)
        if not why:
            return proof
        return replace(
            proof, outcome=Outcome.UNDECIDED, reason=why, of_base=why.startswith(_BEFORE)
        )

    def _of_base(self, task: Task, upstream: Half, target: Half) -> str:
        """Why a difference may not be charged to the patch; empty where it is the patch's."""
        if upstream.before is None:
            return "the sides differ, and nothing tells what upstream's function was before"
        one, other = upstream.was(task.theirs.path), target.was(task.ours.path)
        had = [
            file is not None and bool(file.own(each.name))
            for file, each in ((one, task.theirs), (other, task.ours))
        ]
        if not any(had):
            return ""
        if one is None or other is None or not all(had):
            which = "upstream" if had[0] else "the target"
            return f"the sides differ, and {which} alone had the function before the patch"
        if task.theirs.name == task.ours.name:
            like = likeness(task.theirs.name, one, other)
            if like.kind is Kind.ALIKE:
                return ""
        before = self._prove(task.theirs.name, one, task.ours.name, other)
        match before.outcome:
            case Outcome.SAME:
                return ""
            case Outcome.DIFFERENT:
                example = before.counterexample
                given = example.input if example is not None else ""
                return f"{_BEFORE}: {before.reason}{f', given {given}' if given else ''}"
        return (
            "the sides differ, and whether they did before the patch is not decided: "
            f"{before.reason}"
        )

    def _prove(self, name: str, one: Definitions, ours: str, other: Definitions) -> Proof:
        self._clock.check()
        try:
            pair = _pair(name, one, ours, other, self._constants)
            if isinstance(pair, Proof):
                return pair
            keep = None if self._keep is None else partial(self._keep, ours)
            with Solver(keep=keep) as solver:
                return prove(pair, solver, Limits(seconds=min(self._clock.left, self._each)))
        except AnalyzerError as error:
            return Proof(name, Outcome.UNDECIDED, str(error))
        except RecursionError:
            return Proof(name, Outcome.UNDECIDED, "it is nested too deeply")


def _pair(
    name: str, one: Definitions, ours: str, other: Definitions, constants: Mapping[str, int]
) -> Pair | Proof:
    """Both functions, or why they are no pair."""
    found: list[Translated] = []
    for side, called, where in ((one, name, "upstream"), (other, ours, "the target")):
        function = side.function(called)
        if not isinstance(function, Translated):
            if function is None:
                return Proof(name, Outcome.UNDECIDED, f"{where} has no {called}()")
            place = CodePlace(function.path, function.span.line, None, called)
            reason = f"{called}() of {where} is not translated: {function.reason}"
            return Proof(name, Outcome.UNDECIDED, reason, place)
        found.append(function)
    mine, its = found
    kinds = [(each.returns, *each.parameters) for each in (mine, its)]
    if len(kinds[0]) != len(kinds[1]) or not all(map(_is_alike, *kinds)):
        place = CodePlace(its.path, its.span.line, None, ours)
        reason = f"{ours}() does not take or return what upstream's does"
        return Proof(name, Outcome.UNDECIDED, reason, place)
    return Pair(name, one, other, (mine, its), constants)


def _by_text(task: Task, one: Definitions, other: Definitions) -> Proof | None:
    """The proof of a function that says the same on both sides, and all that it names; or None."""
    from analyzer.mm.effects import EFFECTS

    name = task.theirs.name
    if name != task.ours.name or one.tokens(name) is None or one.tokens(name) != other.tokens(name):
        return None
    found = likeness(name, one, other, known=EFFECTS)
    if found.kind is not Kind.ALIKE:
        return None
    rests = tuple(
        f"{each}() does the same in both trees: {name}() calls it"
        for each in (*found.assumed, *found.unseen)
    )
    if "sizeof" in (one.tokens(name) or ()):
        rests += tuple(
            f"it is no matter for {name}(), which asks for sizes: {x}" for x in found.notes
        )
    return Proof(name, Outcome.SAME, assumptions=rests)


def _is_alike(one: CType, other: CType) -> bool:
    match one, other:
        case Integer(), Integer():
            return one.bits == other.bits and one.signed == other.signed
        case Pointer(), Pointer():
            return True
        case Void(), Void():
            return True
    return type(one) is type(other) and str(one) == str(other)
