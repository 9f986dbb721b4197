"""Callees that are not run: what comes of a call of one is told by its name and its arguments.

A callee that the model has is known by its effect (``mm.effects``). Of another nothing is known:
its result, and what all that it can reach holds behind it, are a function of its name, its
arguments and all that happened before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.errors import FaultKind, KernelFault
from analyzer.prove import terms
from analyzer.prove.events import Act
from analyzer.prove.table import flag
from analyzer.prove.terms import ADDRESS, BOOL
from analyzer.prove.values import Place, value_of
from analyzer.translate.types import CType, FunctionType, Integer, Unknown, Void

if TYPE_CHECKING:
    from analyzer.mm.effects import Effect, Report
    from analyzer.prove.run import Run
    from analyzer.prove.side import Side

_DEBUG = terms.symbol("the kernel is built for debugging", BOOL)


class Callee:
    """A C function that is called, not run. ``kind`` is its declared type."""

    def __init__(self, side: Side, name: str, kind: FunctionType | None) -> None:
        self.name = name
        self._side = side
        self._returns: CType = kind.returns if kind is not None else Unknown(name)
        takes = kind.takes if kind is not None else None
        self._takes = takes.types if takes is not None else ()
        self._effect = side.effect(name)

    def __call__(self, *arguments: Any) -> object:
        """Call it."""
        run = self._side.current
        effect = self._effect
        if effect is None:
            return self._unknown(run, arguments)
        from analyzer.mm.effects import EffectKind

        locks = effect.kind in (EffectKind.LOCKS, EffectKind.RELEASES)
        if locks and run.side.shared.guards_alone:
            unsaid = isinstance(self._returns, Unknown)
            return None if unsaid else self._function(run, self.name, arguments)
        match effect.kind:
            case EffectKind.PURE:
                return self._function(run, self.name, arguments)
            case EffectKind.READS:
                return self._look(run, effect, arguments)
            case EffectKind.REPORTS:
                assert effect.report is not None
                return self._check(run, effect.report, arguments)
            case EffectKind.LOCKS:
                act = Act.TAKES
            case EffectKind.RELEASES:
                act = Act.RELEASES
            case _:
                act = Act.CALL
        return self._act(run, effect, act, arguments)

    def _unknown(self, run: Run, arguments: tuple[Any, ...]) -> object:
        made = run.happens(Act.CALL, self.name, arguments, self._takes)
        run.others_run(made)
        return run.result(self._returns, made)

    def _act(self, run: Run, effect: Effect, act: Act, arguments: tuple[Any, ...]) -> object:
        made = run.happens(act, self.name, arguments, self._takes)
        self._writes(run, effect, arguments, made)
        return run.result(self._returns, made)

    def _writes(self, run: Run, effect: Effect, arguments: tuple[Any, ...], made: str) -> None:
        from analyzer.mm.effects import PlaceKind

        for number, each in enumerate(effect.writes):
            place = None
            if each.kind is PlaceKind.POINTED and each.argument is not None:
                given = arguments[each.argument] if each.argument < len(arguments) else None
                place = given if isinstance(given, Place) else None
            if place is None:
                run.others_run(made)
                return
            stores = effect.stores
            if isinstance(stores, int) and stores < len(arguments):
                run.write(place, arguments[stores])
            else:
                width = place._of.bits if isinstance(place._of, Integer) else ADDRESS
                value = terms.symbol(f"{made} writes {number}", width)
                run.write(place, value_of(run, place._of, value))

    def _function(self, run: Run, name: str, arguments: tuple[Any, ...]) -> object:
        """A result that hangs on the arguments alone."""
        kind = self._returns
        if isinstance(kind, Void):
            return None
        given = [run.term_of(each) for each in arguments]
        width = kind.bits if isinstance(kind, Integer) else ADDRESS
        return value_of(run, kind, terms.apply(f"{name}:{width}", given, width))

    def _look(self, run: Run, effect: Effect, arguments: tuple[Any, ...]) -> object:
        given = effect.gives.argument if effect.gives is not None else None
        if given is not None and given < len(arguments) and isinstance(arguments[given], Place):
            return run.read(arguments[given])
        contents = tuple(run.locals.contents(arguments, self._takes).items())
        state = run.side.shared.state((*run.memory.state(), len(run.events), contents))
        return self._function(run, f"{self.name} in state {state}", arguments)

    def _check(self, run: Run, report: Report, arguments: tuple[Any, ...]) -> object:
        from analyzer.mm.effects import Occasion

        condition: Any = True
        if report.occasion is Occasion.TRUE and report.argument is not None:
            condition = arguments[report.argument]
        elif report.occasion is Occasion.NOT_HELD:
            condition = self._look_at_locks(run, arguments)
        result = flag(condition) if report.returns else None
        if report.debug and not run.path.decide(_DEBUG):
            return result
        if condition:
            run.happens(Act.REPORTS, self.name, ())
            if report.ends:
                raise KernelFault(FaultKind.BUG, f"{self.name}()")
        return result

    def _look_at_locks(self, run: Run, arguments: tuple[Any, ...]) -> object:
        given = [run.term_of(each) for each in arguments[:1]]
        name = f"is not held behind {len(run.events)} events"
        return value_of(run, Integer("int", 32, True, 3), terms.apply(name, given, 32))
