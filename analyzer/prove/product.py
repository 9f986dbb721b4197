"""Two sides, path by path: the same calls, the same memory at each, the same result.

For each path of upstream's side the target's is run under that path's conditions, and compared as
it goes. The first input on which they part ends the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from analyzer.errors import CodePlace, FaultKind, KernelFault, Stopped
from analyzer.prove import terms
from analyzer.prove.events import Act, Ended, Event, How
from analyzer.prove.heads import Back, Cut, Unrolled
from analyzer.prove.induction import Following, Inductive, Learning, Plan, Restart
from analyzer.prove.memory import differences
from analyzer.prove.model import Model
from analyzer.prove.path import Dead, LimitError, Limits, explored
from analyzer.prove.pinned import Pinned
from analyzer.prove.proof import Sort
from analyzer.prove.run import Later, Run, Way, is_sound
from analyzer.prove.side import Side
from analyzer.prove.solver import Answer, Solver
from analyzer.prove.terms import ADDRESS, Op, Term
from analyzer.translate.program import Faulted, Halted, Returned
from analyzer.translate.types import Integer, Pointer, Record as CRecord, Void

_MOST_TURNS = 500  # of a loop, on one input


@dataclass(frozen=True, slots=True)
class Record:
    """What a run did."""

    events: tuple[Event, ...]
    ended: Ended


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the sides part, and an input on which they do.

    ``upstream`` and ``target`` are what each does there: an event, or its end. ``number`` is how
    many events they had in common. ``unsure``: the solver did not say that the path can be.
    """

    sort: Sort
    model: Model
    conditions: tuple[Term, ...]
    number: int
    upstream: Event | Ended | None
    target: Event | Ended | None
    unsure: bool = False


class _Parted(Exception):  # noqa: N818 - the end of a search, no error
    def __init__(self, parting: Parting) -> None:
        super().__init__(parting.sort.value)
        self.parting = parting


class _Undecided(Exception):  # noqa: N818 - the end of a path, no error
    """The solver did not say, or one side was cut off before."""


@dataclass(slots=True)
class Findings:
    """What a search came to.

    ``stopped`` are reasons for which a path was not compared. ``cut`` are the loops that were not
    run to their end, ``granted`` what was held never to happen on upstream's side.
    """

    parting: Parting | None = None
    stopped: dict[str, CodePlace | None] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    granted: dict[str, None] = field(default_factory=dict)
    paths: int = 0
    called: dict[str, None] = field(default_factory=dict)


def compare(
    upstream: Side,
    target: Side,
    solver: Solver,
    limits: Limits,
    given: Callable[[Run], tuple[object, ...]] | None = None,
    plan: Plan | None = None,
) -> Findings:
    """Run both sides on every path, until they part or a limit is reached.

    With a ``plan`` loops are cut; raises Restart where more has to be dropped of it.
    """
    search = _Search(upstream, target, solver, limits, given, plan)
    try:
        search.run()
    except _Parted as parted:
        search.findings.parting = parted.parting
    except LimitError as limit:
        search.findings.stopped[str(limit)] = None
    return search.findings


def watched(
    upstream: Side,
    target: Side,
    model: Model,
    limits: Limits,
    given: Callable[[Run], tuple[object, ...]] | None = None,
) -> tuple[Record | None, Record | None, Parting | None]:
    """Run both sides on one input: what each did, and where they part."""
    search = _Search(upstream, target, None, replace(limits, turns=_MOST_TURNS), given)
    try:
        search.on(model)
    except _Parted as parted:
        return search.records[0], search.records[1], parted.parting
    return search.records[0], search.records[1], None


class _Search:
    def __init__(
        self,
        upstream: Side,
        target: Side,
        solver: Solver | None,
        limits: Limits,
        given: Callable[[Run], tuple[object, ...]] | None,
        plan: Plan | None = None,
    ) -> None:
        self._plan = plan
        self._upstream = upstream
        self._target = target
        self._solver = solver
        self._limits = limits
        self._given = given or arguments
        self._followed: set[Term] = set()
        self._asked: set[Term] = set()
        self.records: list[Record | None] = [None, None]
        self.findings = Findings()

    def on(self, model: Model) -> None:
        """Run both sides on one input."""
        first = Pinned(model)
        found = self._first(first)
        if found is not None and self._worth_following(found):
            # What both sides asked is the input.
            self._second(Pinned(model, first.conditions), found)

    def run(self) -> None:
        """Run both sides on every path.

        What hangs on whether upstream's side ever asks if an argument is NULL is run at the end.
        """
        assert self._solver is not None
        if self._plan is not None and not self._plan.learnt:
            self._learn(self._plan)
        followed_any = False
        later = []
        pointers = frozenset(self._pointers())
        for path in explored(self._solver, self._limits):
            found = self._first(path)
            if found is not None and self._worth_following(found):
                followed_any = True
                conditions = tuple(path.conditions)
                if not self._follow(found, conditions, path.model(), pointers):
                    later.append((found, conditions, path.model()))
        if not followed_any:
            self.findings.stopped.setdefault("upstream's side comes to no end on any path", None)
        followed = self._followed_arguments()
        for found, conditions, model in later:
            known = model if model is not None and model.holds(followed) else None
            self._follow(found, (*conditions, *followed), known)

    def _follow(
        self,
        script: Record,
        given: tuple[Term, ...],
        model: Model | None,
        undecided: frozenset[Term] = frozenset(),
    ) -> bool:
        """Run the target's side on every path of upstream's; False where it is too early."""
        assert self._solver is not None
        try:
            for path in explored(self._solver, self._limits, given, model):
                self._second(path, script, undecided)
        except Later:
            return False
        return True

    def _pointers(self) -> Iterable[Term]:
        for number, kind in enumerate(self._upstream.parameters):
            if isinstance(kind, Pointer):
                yield terms.symbol(argument_name(number), ADDRESS)

    def _learn(self, plan: Plan) -> None:
        """Find out what turns of both sides' loops change, before they are compared.

        All paths are run before it is done again with what they showed: that is checked later.
        """
        while not plan.learnt:
            known = set(plan.heads)
            changed = [self._learn_of(plan, *each) for each in self._both()]
            plan.learnt = not any(changed) and plan.heads == known

    def _both(self) -> tuple[tuple[str, Side], ...]:
        return ("upstream", self._upstream), ("target", self._target)

    def _learn_of(self, plan: Plan, name: str, side: Side) -> bool:
        """Run all paths of one side; whether they showed a change that was not known."""
        assert self._solver is not None
        changed = False

        def cut(place: str) -> None:
            plan.heads.add(f"{name} {place}")

        for path in explored(self._solver, self._limits):
            run = Run(side, path, lambda event: None, trusted=True)
            run.loops = Learning(name, plan, run, 1, path.decided, cut)
            try:
                self._ended(run)
            except Restart:
                changed = True
        return changed

    def _settings(self, run: Run) -> tuple[Any, ...]:
        side = "upstream" if run.side is self._upstream else "target"
        seen = self.findings.cut
        return self._limits.turns, run.path.decided, lambda place: seen.add(f"{side} {place}")

    def _followed_arguments(self) -> list[Term]:
        """That arguments are sound that upstream follows, and of which it never asks anything."""
        found = []
        for number, kind in enumerate(self._upstream.parameters):
            if not isinstance(kind, Pointer):
                continue
            argument = terms.symbol(argument_name(number), ADDRESS)
            if argument in self._followed and argument not in self._asked:
                name = self._upstream.names[number]
                self.findings.granted[f"{name} is neither NULL nor an error pointer"] = None
                found.append(is_sound(argument))
        return found

    def _first(self, path: Way) -> Record | None:
        run = Run(self._upstream, path, lambda event: None, trusted=True)
        self._hook(run, Inductive)
        ended = self._ended(run)
        self.findings.paths += 1
        self.findings.granted.update(dict.fromkeys(run.taken_for_granted))
        self._followed |= run.followed
        granted = {is_sound(each) for each in run.followed}
        self._asked |= _asked_of(each for each in path.conditions if each not in granted)
        self._note(run)
        self.records[0] = None if ended is None else Record(tuple(run.events), ended)
        return self.records[0]

    def _hook(self, run: Run, cutting: type[Inductive]) -> None:
        if self._plan is None:
            run.loops = Unrolled(*self._settings(run))
        else:
            run.loops = cutting(self._plan, run, *self._settings(run))

    def _note(self, run: Run) -> None:
        self.findings.called.update(dict.fromkeys(each.name for each in run.events))
        self.findings.called.update(dict.fromkeys(run.side.pointed))

    def _worth_following(self, found: Record) -> bool:
        ended = found.ended
        match ended.how:
            case How.STOPPED:
                self.findings.stopped.setdefault(ended.reason, ended.place)
                return False
            case How.FAULTED:
                assert ended.fault is not None
                if ended.fault.kind is not FaultKind.BUG:
                    where = f", line {ended.place.line}" if ended.place else ""
                    self.findings.granted[f"{ended.fault.what}{where}"] = None
                    return False
        return True

    def _second(self, path: Way, script: Record, undecided: frozenset[Term] = frozenset()) -> None:
        follower = _Follower(script, path)
        trusted = self._target.shared.guards_alone
        run = Run(self._target, path, follower.observe, trusted=trusted)
        follower.run = run
        run.undecided = undecided
        self._hook(run, Following)
        self.findings.paths += 1
        try:
            ended = self._ended(run)
        except _Undecided as why:
            if str(why):
                self.findings.stopped.setdefault(str(why), None)
            return
        finally:
            self._note(run)
            self.records[1] = Record(tuple(run.events), Ended(How.CUT))
        if ended is None:
            return
        if ended.how is How.STOPPED:
            self.findings.stopped.setdefault(ended.reason, ended.place)
        elif ended.how is not How.CUT:
            try:
                follower.finish(ended)
            except _Undecided as why:
                if str(why):
                    self.findings.stopped.setdefault(str(why), None)
            except Dead:
                # The solver has said by now that no input takes this path.
                return

    def _ended(self, run: Run) -> Ended | None:
        """Run a side to its end; None where the path cannot be."""
        side = run.side
        side.run = run
        try:
            outcome = side.program.judge(lambda: side.call(run, self._given(run)))
        except Dead:
            return None
        except Cut:
            return Ended(How.CUT)
        except Back as back:
            return self._came_back(run, back.made)
        match outcome:
            case Returned(value=value):
                return self._returned(run, value)
            case Faulted(fault=fault):
                return Ended(How.FAULTED, None, fault, fault.what, fault.place)
            case Halted(reason=reason, place=place):
                return Ended(How.STOPPED, None, None, reason, place)

    def _came_back(self, run: Run, made: str) -> Ended:
        assert isinstance(run.loops, Inductive)
        memory, epoch = run.memory.written(), run.memory.epoch
        contents = run.locals.contents((), ())
        return Ended(
            How.BACK,
            memory=memory,
            epoch=epoch,
            back=made,
            turn=run.loops.back,
            contents=contents,
        )

    def _returned(self, run: Run, value: object) -> Ended:
        kind = run.side.returns
        if isinstance(kind, CRecord):
            return Ended(How.STOPPED, None, None, "returns a struct by value")
        term = None
        if not isinstance(kind, Void):
            try:
                term = run.term_of(value, kind.bits if isinstance(kind, Integer) else ADDRESS)
            except Stopped as stopped:
                return Ended(How.STOPPED, None, None, stopped.reason)
            except KernelFault as fault:
                return Ended(How.FAULTED, None, fault, fault.what)
        return Ended(How.RETURNED, term, memory=run.memory.written(), epoch=run.memory.epoch)


def arguments(run: Run) -> tuple[object, ...]:
    """Values for the parameters of which nothing is known: both sides have the same."""
    return tuple(
        run.fresh(kind, argument_name(number)) for number, kind in enumerate(run.side.parameters)
    )


def argument_name(number: int) -> str:
    """What the symbol of a parameter is called."""
    return f"argument {number}"


def _asked_of(conditions: Iterable[Term]) -> set[Term]:
    """What conditions ask of by itself, not of what memory holds there."""
    found: set[Term] = set()
    waiting = list(conditions)
    while waiting:
        term = waiting.pop()
        if term not in found:
            found.add(term)
            if term.op is not Op.SELECT:
                waiting.extend(term.args)
    return found


class _Follower:
    """Compares a run with what the other side did, event by event."""

    run: Run

    def __init__(self, script: Record, path: Way) -> None:
        self._script = script
        self._path = path

    def observe(self, event: Event) -> None:
        """Compare an event before it takes effect."""
        number = len(self.run.events)
        events = self._script.events
        if number >= len(events):
            if self._script.ended.how is How.CUT:
                raise _Undecided
            self._part(Sort.MORE, self._script.ended, event)
        there = events[number]
        self._same_epoch(there.epoch, event.epoch)
        if event.act is Act.HEAD and isinstance(self.run.loops, Following):
            self.run.loops.there = there.carried
        if not _alike(there, event):
            self._part(Sort.OTHER_CALL, there, event)
        equal = [terms.eq(a, b) for a, b in zip(there.arguments, event.arguments, strict=True)]
        self._must(equal, Sort.ARGUMENTS, there, event)
        self._must(_same_contents(there, event), Sort.MEMORY, there, event)
        memory = differences(there.memory, event.memory, event.epoch)
        self._must(memory, Sort.MEMORY, there, event)

    def finish(self, ended: Ended) -> None:
        """Compare the end."""
        events, there = self._script.events, self._script.ended
        if len(self.run.events) < len(events):
            self._part(Sort.LESS, events[len(self.run.events)], ended)
        if there.how is How.CUT:
            raise _Undecided
        if How.BACK in (there.how, ended.how):
            self._comes_back(there, ended)
            return
        if ended.how is How.FAULTED and there.how is not How.FAULTED:
            self._part(Sort.FAULT, there, ended)
        if there.how is How.FAULTED:
            if ended.how is not How.FAULTED:
                self._part(Sort.NO_FAULT, there, ended)
            return
        self._same_epoch(there.epoch, ended.epoch)
        if there.value is not None and ended.value is not None:
            self._must([terms.eq(there.value, ended.value)], Sort.RESULT, there, ended)
        memory = differences(there.memory, ended.memory, ended.epoch)
        self._must(memory, Sort.MEMORY, there, ended)

    def _same_epoch(self, there: str, here: str) -> None:
        """Both have memory as the same event left it."""
        if there != here:
            raise _Undecided("what a callee writes is known more exactly on one side")

    def _comes_back(self, there: Ended, ended: Ended) -> None:
        """Both come back to the head of one loop, and a turn has kept what was held."""
        if there.back != ended.back:
            self._part(Sort.OTHER_CALL, there, ended)
        self._same_epoch(there.epoch, ended.epoch)
        memory = differences(there.memory, ended.memory, ended.epoch)
        self._must(memory, Sort.MEMORY, there, ended)
        self._must(_same_contents(there, ended), Sort.MEMORY, there, ended)
        assert isinstance(self.run.loops, Following)
        self.run.loops.meets(there.turn, ended.back)

    def _must(
        self, equations: Iterable[Term], sort: Sort, there: Event | Ended, here: Event | Ended
    ) -> None:
        goal = terms.every(equations)
        if goal is terms.TRUE:
            return
        found = self._path.against(goal)
        if isinstance(found, Model):
            self._part(sort, there, here, found, terms.negate(goal))
        if found is Answer.UNKNOWN:
            raise _Undecided("a question that the solver did not answer in time")

    def _part(
        self,
        sort: Sort,
        there: Event | Ended | None,
        here: Event | Ended | None,
        model: Model | None = None,
        also: Term = terms.TRUE,
    ) -> None:
        model = model or self._path.model()
        if model is None:
            if self._path.doubtful:
                raise _Undecided("a path of which the solver did not say whether it can be")
            raise Dead
        conditions = (*self._path.conditions, also)
        raise _Parted(Parting(sort, model, conditions, len(self.run.events), there, here))


def _alike(one: Event, other: Event) -> bool:
    return (
        one.act is other.act
        and one.name == other.name
        and [each.width for each in one.arguments] == [each.width for each in other.arguments]
    )


def _same_contents(one: Event | Ended, other: Event | Ended) -> Iterable[Term]:
    """What callees find in locals. What upstream leaves unwritten, no callee looks at."""
    for key, value in one.contents.items():
        here = other.contents.get(key)
        if value is None:
            continue
        if here is None or here.width != value.width:
            yield terms.FALSE
        else:
            yield terms.eq(value, here)
