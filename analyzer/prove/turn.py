"""A patch without its tree, for every input: one turn of the loop over extents, on both sides.

The loop is the reference's. What it computes of addresses is run as it is; everything else that it
does between the slots is one act, the same on both sides, of which nothing is known. Upstream's
code stands in its slot on one side, the patch's in theirs on the other. What is asked is what is
moved and when (SM-1): which locks are held is left to the runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from analyzer.errors import CodePlace, KernelFault, Stopped
from analyzer.machine.commit_text import locals_of, upstream_call_site, upstream_function
from analyzer.machine.kernel import Fragment
from analyzer.machine.splice import Splice
from analyzer.mm.geometry import X86_64
from analyzer.prove import terms
from analyzer.prove.events import Act
from analyzer.prove.minimal import smaller
from analyzer.prove.path import Limits
from analyzer.prove.product import compare, watched
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.run import Run
from analyzer.prove.side import Shared, Side
from analyzer.prove.solver import Solver
from analyzer.prove.story import told
from analyzer.prove.terms import BOOL
from analyzer.prove.words import truth_term
from analyzer.reference import path, statements
from analyzer.reference.base import Base, Frame
from analyzer.reference.commit import FUNCTION
from analyzer.reference.patch import Fix
from analyzer.reference.slots import LOOP, Slot
from analyzer.reference.statements import Call
from analyzer.translate import Environment, Translated, Untranslated
from analyzer.translate.runtime.nothing import Unmodelled
from analyzer.translate.runtime.pointers import Pointer as Plain
from analyzer.translate.types import CType, FunctionType, Record, Void

# What is computed of addresses alone, and run as it is.
_COMPUTED = {statements.extent, statements.clamp}
_OUTSIDE = (Slot.BEFORE_LOOP, Slot.AFTER_LOOP)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an excerpt has of functions (``side.Sees``)."""

    environment: Environment
    functions: Mapping[str, Translated]

    def function(self, name: str) -> Translated | Untranslated | None:
        """A function's translation; None where there is no body."""
        return self.functions.get(name)

    def signature(self, name: str) -> FunctionType | None:
        """Nothing: what an excerpt calls is declared nowhere."""
        return None

    def has_own(self, name: str) -> bool:
        """Whether there is a body of that name."""
        return name in self.functions


class Turn(Side):
    """One turn of the loop, with code in its slots."""

    def __init__(
        self,
        sees: Shown,
        base: Base,
        fragments: Sequence[Fragment],
        shared: Shared,
        extra: Sequence[str],
        constants: Mapping[str, int],
        used: frozenset[Slot],
    ) -> None:
        self.base = base
        self._used = used
        self.locals: Mapping[str, CType] = {}
        self._fragments = tuple(fragments)
        self._extra = tuple(extra)
        entries = [*sees.functions.values(), *(each.code for each in fragments)]
        super().__init__(sees, entries[0], shared, constants=constants, others=entries[1:])
        self.parameters, self.names, self.returns = (), (), Void()

    def effect(self, name: str) -> Any:
        """The reference's own functions that lock are locks here as well."""
        if name in path.LOCKS and name not in self.sees.functions:  # type: ignore[attr-defined]
            from analyzer.mm.effects import EFFECTS

            return EFFECTS["i_mmap_lock_write"]
        return super().effect(name)

    def call(self, run: Run, arguments: tuple[object, ...]) -> object:
        """Run the turn."""
        self.run = run
        self._bind_late(run)
        frame = Frame(dict(zip(self.base.locals, arguments, strict=True)))
        for name in self._extra:
            frame.__dict__[name] = Unmodelled(f"{name}, which is set before the turn,")
        functions = SimpleNamespace(geometry=X86_64)
        call = Call(functions, self.base, {}, frame)  # type: ignore[arg-type]
        left = self._row(run, call)
        run.happens(Act.CALL, f"the turn is left: {left or 'at its end'}", _values(frame))
        return None

    def _row(self, run: Run, call: Call) -> str | None:
        """Run the turn's steps, from where either side has code of its own up to where none has.

        What is computed of addresses before that is run as well. All else before it has done
        something to the locals and to memory, and what is behind does the same on both sides.
        """
        begun = False
        for part in self._parts(run):
            if isinstance(part, Slot):
                begun = begun or part in self._used
                left = self._in_slot(part, call.frame)
            elif part in _COMPUTED:
                part(call)
                left = None
            else:
                left = _act(run, part.__name__, call.frame) if begun else None
            if left is not None:
                return left
        return None

    def _parts(self, run: Run) -> Sequence[Any]:
        arms = {*path.HUGE, *path.ELSE} & self._used
        arm: Sequence[Any] = path.ELSE
        if arms & {*path.HUGE} and run.path.decide(terms.symbol("the old entry is huge", BOOL)):
            arm = path.HUGE
        row = [*path.FIRST, *arm, *path.LAST]
        last = max(number for number, part in enumerate(row) if part in self._used or not number)
        return row[: last + 1]

    def _in_slot(self, slot: Slot, frame: Frame) -> str | None:
        for fragment in self._fragments:
            if fragment.slot is slot:
                left = self._fragment(fragment.code, frame)
                if left is not None:
                    return left
        return None

    def _fragment(self, code: Translated, frame: Frame) -> str | None:
        values = frame.__dict__
        homes = {name: [values[name]] for name in code.cells}
        given = [Plain(homes[name]) if name in homes else values[name] for name in code.names]
        left: Any = self.program.run(code.unit.name, *given)
        how, value, *after = left
        values.update(zip(code.changed, after, strict=True))
        values.update((name, home[0]) for name, home in homes.items())
        if how == "falls":
            return None
        if how == "return":
            self.current.happens(Act.CALL, "returns", () if value is None else (value,))
        return str(how)


def _values(frame: Frame) -> tuple[object, ...]:
    """What the next turn begins with."""
    return tuple(
        value
        for name, value in frame.__dict__.items()
        if name in ("old_addr", "new_addr", "extent", "old_end", "need_flush")
    )


def _types(run: Run) -> Mapping[str, CType]:
    assert isinstance(run.side, Turn)
    return run.side.locals


def _act(run: Run, name: str, frame: Frame) -> str | None:
    """Something that the loop does: with all locals, and anything may come of it."""
    known = [each for each in frame.__dict__.values() if not isinstance(each, Unmodelled)]
    made = run.happens(Act.CALL, f"the loop's step {name}", tuple(known))
    run.others_run(made)
    for local in frame.__dict__:
        if local in ("need_flush", "old_pmd", "new_pmd"):
            kind = _types(run)[local]
            frame.__dict__[local] = run.fresh(kind, f"{made} {local}")
    leaves = run.path.decide(terms.symbol(f"{made} leaves the turn", BOOL))
    return f"by {name}" if leaves else None


def prove_turn(
    splice: Splice,
    base: Base,
    fixes: Collection[Fix] | None,
    solver: Solver,
    limits: Limits,
    constants: Mapping[str, int],
) -> Proof:
    """Compare the patch's code with upstream's, in one turn of a base's loop.

    ``fixes`` are the later fixes that upstream's side has; None for the base without the patch.
    """
    return _Turns(splice, base, fixes, solver, limits, constants).run()


def is_alike(splice: Splice, one: Base, other: Base) -> bool:
    """Whether the patch's code finds the same turn on two bases: nothing else of them is run."""
    slots = {each.slot for each in splice.code.fragments}
    early = {part for part in (*path.FIRST, *path.ELSE) if isinstance(part, Slot)}
    asked = {name for each in splice.code.fragments for name in each.code.names}
    return (
        slots <= early
        and one.both_bounds == other.both_bounds
        and all((name in one.locals) == (name in other.locals) for name in asked)
    )


class _Turns:
    def __init__(
        self,
        splice: Splice,
        base: Base,
        fixes: Collection[Fix] | None,
        solver: Solver,
        limits: Limits,
        constants: Mapping[str, int],
    ) -> None:
        self._splice = splice
        self._base = base
        self._fixes = fixes
        self._solver = solver
        self._limits = limits
        self._constants = constants

    def run(self) -> Proof:
        """Compare both sides."""
        why = next(self._beyond(), None)
        if why is not None:
            return Proof(LOOP, Outcome.UNDECIDED, *why)
        try:
            one, other = self._sides()
        except (Stopped, KernelFault) as stopped:
            return Proof(LOOP, Outcome.UNDECIDED, str(stopped))
        before = self._solver.spent.queries
        found = compare(one, other, self._solver, self._limits, self._given)
        counts = found.paths, self._solver.spent.queries - before
        if found.parting is not None:
            model = smaller(self._solver, found.parting.conditions, found.parting.model)
            upstream, target, parting = watched(one, other, model, self._limits, self._given)
            if parting is None or upstream is None or target is None:
                reason = "an input was found on which they part, and running it did not confirm it"
                return Proof(LOOP, Outcome.UNDECIDED, reason)
            example = told(parting, upstream, target, one)
            place = next((each.place for each in example.target if each.parts), None)
            return Proof(LOOP, Outcome.DIFFERENT, parting.sort.value, place, example)
        if found.stopped:
            reason, place = next(iter(found.stopped.items()))
            return Proof(LOOP, Outcome.UNDECIDED, reason, place)
        if found.cut:
            return Proof(LOOP, Outcome.UNDECIDED, "the patch's code loops")
        return Proof(
            LOOP,
            Outcome.SAME,
            "",
            None,
            None,
            tuple(found.granted),
            (),
            tuple(found.called),
            *counts,
        )

    def _beyond(self) -> Iterator[tuple[str, CodePlace | None]]:
        """What the patch does that no turn shows."""
        unreached = () if self._fixes is None else self._splice.unreached
        for refused in (*self._splice.refused, *unreached):
            yield f"{refused.what}: {refused.why}", refused.place
        for each in self._splice.code.fragments:
            if each.slot in _OUTSIDE:
                place = CodePlace(each.code.path, each.code.span.line, None, LOOP)
                yield f"the patch has code {each.slot.value}", place
        for function in self._splice.code.functions:
            known = function.name in path.FUNCTIONS or function.name == LOOP
            if known and function.name not in self._splice.code.context:
                place = CodePlace(function.path, function.span.line, None, function.name)
                yield f"the patch changes {function.name}(), which the loop calls", place
        for name in self._splice.missing(self._base):
            yield f"the base has no local {name}", None
        if self._fixes is not None and not self._splice.code.fragments:
            yield "the patch brings no code to the loop", None

    def _sides(self) -> tuple[Turn, Turn]:
        fixes = frozenset(self._fixes or ())
        function, environment = upstream_function(fixes)
        site = Fragment(Slot.ELSE_HUGE, upstream_call_site(fixes, self._base, environment))
        shared = Shared(environment)
        shared.guards_alone = True
        code = self._splice.code
        used = frozenset((Slot.ELSE_HUGE, *(each.slot for each in code.fragments)))
        one = Turn(
            Shown(environment, {FUNCTION: function}),
            self._base,
            [] if self._fixes is None else [site],
            shared,
            (),
            self._constants,
            used,
        )
        theirs = {each.name: each for each in code.functions if each.name not in code.context}
        other = Turn(
            Shown(environment, theirs or {FUNCTION: function}),
            self._base,
            code.fragments,
            shared,
            code.locals,
            self._constants,
            used,
        )
        one.locals = other.locals = locals_of(self._base, environment)
        return one, other

    def _given(self, run: Run) -> tuple[object, ...]:
        """The locals at the beginning of a turn: there is something left to move."""
        found: dict[str, Any] = {}
        for name, kind in _types(run).items():
            if isinstance(kind, Record):
                from analyzer.prove.values import Ref

                found[name] = Ref(run, kind, run.side.shared.address_of(f"local {name}"))
            else:
                found[name] = run.fresh(kind, name)
        condition = found["old_addr"] < found["old_end"]
        run.path.assume(truth_term(condition))
        return tuple(found.values())
