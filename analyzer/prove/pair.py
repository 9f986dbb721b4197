"""One function on two sides: the same for every input, or an input on which they part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import process_time
from typing import TYPE_CHECKING

from analyzer.csource.syntax import Unparsed
from analyzer.errors import CodePlace, KernelFault, Stopped
from analyzer.prove.compared import Comparison
from analyzer.prove.definitions import Definitions
from analyzer.prove.events import Event
from analyzer.prove.induction import Plan, Restart
from analyzer.prove.likeness import Kind, likenesses
from analyzer.prove.memory import SEPARATE
from analyzer.prove.minimal import smaller
from analyzer.prove.path import Limits
from analyzer.prove.product import Findings, Parting, compare, watched
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.side import Shared, Side
from analyzer.prove.solver import Solver
from analyzer.prove.story import told
from analyzer.translate import Translated, Untranslated, Use
from analyzer.translate.types import CType, Integer, Pointer, Record, Void

if TYPE_CHECKING:
    from analyzer.prove.run import Run

# How often callees are opened, before what is left open stays so.
_ROUNDS = 12
# For how many seconds a difference is looked for in the first turns of loops.
_QUICK = 0.3


@dataclass(frozen=True, slots=True)
class Pair:
    """A function of two states of trees: what each file sees, and the translations.

    ``constants`` are the values of the model's constants (``PMD_SIZE``).
    """

    name: str
    upstream: Definitions
    target: Definitions
    functions: tuple[Translated, Translated]
    constants: Mapping[str, int] = field(default_factory=dict)


def pair_of(
    name: str, upstream: Definitions, target: Definitions, constants: Mapping[str, int]
) -> Pair | Proof:
    """A function of two files, or why there is no pair."""
    found = []
    for side, where in ((upstream, "upstream"), (target, "the target")):
        function = side.function(name)
        if function is None:
            return Proof(name, Outcome.UNDECIDED, f"{where} has no {name}()")
        if isinstance(function, Untranslated | Unparsed):
            place = CodePlace(function.path, function.span.line, None, name)
            how = "translated" if isinstance(function, Untranslated) else "read"
            reason = f"{name}() of {where} is not {how}: {function.reason}"
            return Proof(name, Outcome.UNDECIDED, reason, place)
        found.append(function)
    one, other = found
    if not _alike((one.returns, *one.parameters), (other.returns, *other.parameters)):
        place = CodePlace(other.path, other.span.line, None, name)
        reason = f"{name}() takes or returns other types than upstream's"
        return Proof(name, Outcome.UNDECIDED, reason, place)
    return Pair(name, upstream, target, (found[0], found[1]), constants)


def _alike(one: Sequence[CType], other: Sequence[CType]) -> bool:
    """Whether types are the same to a machine, whatever they are called."""
    return list(map(_type, one)) == list(map(_type, other))


def _type(kind: CType) -> object:
    match kind:
        case Integer(bits=bits, signed=signed):
            return bits, signed
        case Pointer(to=to):
            return "pointer", to if isinstance(to, Record | Void) else _type(to)
    return kind


def prove(pair: Pair, solver: Solver, limits: Limits) -> Proof:
    """Compare both sides for every input."""
    return _Prover(pair, solver, limits).run()


class _Prover:
    def __init__(self, pair: Pair, solver: Solver, limits: Limits) -> None:
        self._pair = pair
        self._solver = solver
        self._limits = limits
        # The limit is one for all rounds.
        self._until = process_time() + limits.seconds
        self._opened: dict[str, None] = {}
        self._paths = 0
        self._queries = solver.spent.queries
        self._sides: tuple[Side, Side]
        self._given: Callable[[Run], tuple[object, ...]] | None = None

    def run(self) -> Proof:
        """Compare, and open callees on which a difference hangs, until nothing is left to open."""
        for _ in range(_ROUNDS):
            try:
                self._sides = self._bound()
            except (Stopped, KernelFault) as stopped:
                return self._proof(Outcome.UNDECIDED, str(stopped))
            found = self._compared()
            self._paths += found.paths
            if found.parting is not None:
                more = self._openable(_names(found.parting))
                if not more:
                    return self._parted(found.parting, found)
            elif found.stopped:
                reason, place = next(iter(found.stopped.items()))
                return self._proof(Outcome.UNDECIDED, reason, place, found)
            else:
                proof, more = self._together(found)
                if proof is not None:
                    return proof
            self._opened.update(dict.fromkeys(more))
        return self._proof(Outcome.UNDECIDED, f"more than {_ROUNDS} rounds of opening callees")

    def _bound(self) -> tuple[Side, Side]:
        pair = self._pair
        shared = Shared(pair.upstream.environment, pair.target.environment)
        one, other = (
            Side(sees, function, shared, self._opened, constants=pair.constants)
            for sees, function in zip((pair.upstream, pair.target), pair.functions, strict=True)
        )
        return one, other

    def _compared(self) -> Findings:
        """Run loops a few turns; where that is not all of them, prove them turn by turn."""
        quick = replace(self._limits, turns=1, seconds=min(_QUICK, self._limits.seconds))
        found = self._try(quick)
        hurried = bool(found.stopped) and quick.seconds < self._limits.seconds
        if found.parting is not None or not (found.cut or hurried):
            return found
        proved = self._by_induction(found.cut)
        if proved is not None:
            return proved
        return self._try(self._limits)

    def _try(self, limits: Limits, plan: Plan | None = None) -> Findings:
        one, other = self._sides
        left = self._until - process_time()
        if left <= 0:
            return Findings(stopped={f"the limit of {self._limits.seconds:.1f} seconds": None})
        limits = replace(limits, seconds=min(limits.seconds, left), began=process_time())
        return compare(one, other, self._solver, limits, self._given, plan)

    def _by_induction(self, heads: set[str]) -> Findings | None:
        """Cut loops at their heads, and drop what a turn does not keep until all is kept."""
        plan = Plan(heads)
        while process_time() < self._until:
            try:
                found = self._try(self._limits, plan)
            except Restart:
                continue
            if found.cut - plan.heads:
                plan = Plan(plan.heads | found.cut)
                continue
            if found.parting is not None or found.stopped:
                return None
            return found
        return None

    def _openable(self, names: list[str]) -> list[str]:
        """Those of some callees that one side at least can run, and that were not run yet."""
        one, other = self._sides
        return [
            name
            for name in names
            if name not in self._opened
            and not one.effect(name)
            and any(
                isinstance(side.sees.function(name), Translated) and not side.is_run(name)
                for side in (one, other)
            )
        ]

    def _together(self, found: Findings) -> tuple[Proof | None, list[str]]:
        """Nothing parted them: the callees that were left open have to be the same then."""
        one, _ = self._sides
        left = [name for name in found.called if not one.effect(name) and "#" not in name]
        told_of = likenesses(
            [name for name in left if name.isidentifier()],
            self._pair.upstream,
            self._pair.target,
            known=_Known(one),
        )
        doubtful = [
            each for each in told_of.values() if each.kind not in (Kind.ALIKE, Kind.ELSEWHERE)
        ]
        more = self._openable([each.name for each in doubtful])
        if more:
            return None, more
        if doubtful:
            worst = doubtful[0]
            reason = worst.reason or worst.kind.value
            return self._proof(
                Outcome.UNDECIDED,
                f"the callee {worst.name}() is {worst.kind.value}: {reason}",
                None,
                found,
            ), []
        other = self._other_beginning()
        if other:
            reason = f"{other}, which is used, begins with other values in the two files"
            return self._proof(Outcome.UNDECIDED, reason, None, found), []
        if found.cut:
            reason = f"equal up to {self._limits.turns} turns of each loop, and not shown beyond"
            return self._proof(Outcome.UNDECIDED, reason, None, found), []
        assumed = [
            f"{each.name}() does the same in both trees: declared alike, its body was not seen"
            for each in told_of.values()
            if each.kind is Kind.ELSEWHERE
        ]
        assumed += [
            f"{name}() does the same in both trees: {each.name}() calls it"
            for each in told_of.values()
            for name in (*each.assumed, *each.unseen)
        ]
        return self._proof(Outcome.SAME, "", None, found, assumed), []

    def _other_beginning(self) -> str:
        """A variable or constant that is used, and that each side fills differently."""
        pair = self._pair
        used = {
            need.name: None
            for side in self._sides
            for function in side.functions
            for need in function.needs
            if need.use is Use.VALUE
        }
        for name in used:
            if all(side.is_known(name) for side in self._sides):
                continue
            if Comparison(pair.upstream, pair.target, (), by_name=True).run(name).what:
                return name
        return ""

    def _parted(self, parting: Parting, found: Findings) -> Proof:
        """Make the input small, and run both sides on it."""
        model = smaller(self._solver, parting.conditions, parting.model)
        one, other = self._sides
        for tried in (model, parting.model):
            upstream, target, confirmed = watched(one, other, tried, self._limits, self._given)
            if confirmed is not None and upstream is not None and target is not None:
                alone, _, _ = watched(other, other, tried, self._limits, self._given)
                example = told(confirmed, upstream, target, one, alone)
                strange = self._strange(confirmed)
                if strange:
                    return self._proof(Outcome.UNDECIDED, strange, None, found)
                return self._proof(
                    Outcome.DIFFERENT, confirmed.sort.value, _place(confirmed), found, (), example
                )
        reason = "an input was found on which the sides part, and running it did not confirm that"
        return self._proof(Outcome.UNDECIDED, reason, None, found)

    def _strange(self, parting: Parting) -> str:
        """Why a difference in calls says nothing: a callee that one side alone knows."""
        one, _ = self._sides
        names = [name for name in _names(parting) if not one.effect(name) and name.isidentifier()]
        told_of = likenesses(names, self._pair.upstream, self._pair.target, known=_Known(one))
        for each in told_of.values():
            if each.kind in (Kind.ONE_SIDED, Kind.UNSEEN, Kind.UNKNOWN, Kind.DIFFERS):
                return (
                    f"the callee {each.name}() could not be run: {each.reason or each.kind.value}"
                )
        return ""

    def _proof(
        self,
        outcome: Outcome,
        reason: str,
        place: CodePlace | None = None,
        found: Findings | None = None,
        assumed: object = (),
        example: object = None,
    ) -> Proof:
        found = found or Findings()
        assumptions = list(assumed)  # type: ignore[call-overload]
        assumptions += [f"upstream's side never comes to this: {each}" for each in found.granted]
        if outcome is Outcome.SAME and self._sides[0].shared.widths.mixed():
            assumptions.append(SEPARATE)
        return Proof(
            self._pair.name,
            outcome,
            reason,
            place,
            example,  # type: ignore[arg-type]
            tuple(dict.fromkeys(assumptions)) if outcome is Outcome.SAME else (),
            tuple(self._opened),
            tuple(found.called),
            self._paths,
            self._solver.spent.queries - self._queries,
            self._small() if outcome is Outcome.SAME else (),
        )

    def _small(self) -> tuple[str, ...]:
        """What was run without having been opened."""
        own = {*self._opened, *(each.name for each in self._pair.functions)}
        run = (each.name for side in self._sides for each in side.functions)
        return tuple(dict.fromkeys(name for name in run if name not in own))


class _Known:
    """The names that the model gives."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._side.effect(name) is not None


def _names(parting: Parting) -> list[str]:
    found = [each.name for each in (parting.upstream, parting.target) if isinstance(each, Event)]
    return list(dict.fromkeys(found))


def _place(parting: Parting) -> CodePlace | None:
    for each in (parting.target, parting.upstream):
        if each is not None and each.place is not None:
            return each.place
    return None
