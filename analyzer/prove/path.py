"""Paths: one run of translated code under the conditions that its branches have added.

A run is repeated for each of its paths. Where a condition may go both ways, one way is taken and
the other is left for a later run, which begins with the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import process_time

from analyzer.prove import terms
from analyzer.prove.model import Model
from analyzer.prove.solver import Answer, Solver
from analyzer.prove.terms import Term
from analyzer.prove.words import Word

# Of how many values a number that must be known is tried, one path each.
_VALUES = 64


class LimitError(Exception):
    """A limit of ours ended the whole search; the message says which."""


class Dead(Exception):  # noqa: N818 - a path that cannot be, no error
    """The path that is being run cannot be."""


@dataclass(slots=True)
class Limits:
    """What a search may take: paths of one side, seconds, and turns of one loop."""

    paths: int = 3_000
    seconds: float = 10.0
    turns: int = 3
    began: float = field(default_factory=process_time)

    def check(self) -> None:
        """Raise LimitError where the time is up."""
        if process_time() - self.began > self.seconds:
            raise LimitError(f"the limit of {self.seconds:.1f} seconds")


@dataclass(frozen=True, slots=True)
class Start:
    """How a path begins: the decisions up to a fork, and values under which they are taken.

    A decision is a truth value, or the value of a number that was to be tried.
    """

    decisions: tuple[int, ...] = ()
    model: Model | None = None


class Path:
    """One path. ``conditions`` is what must hold on it; it begins with what is ``given``."""

    def __init__(
        self,
        solver: Solver,
        limits: Limits,
        given: Sequence[Term],
        start: Start,
        forks: list[Start],
    ) -> None:
        self._solver = solver
        self._limits = limits
        self._start = start.decisions
        self._forks = forks
        self._taken: list[int] = []
        self.conditions = list(given)
        self._known = set(given)
        self._model = start.model
        self.doubtful = False

    def decide(self, condition: Term) -> bool:
        """Whether a condition holds; the first time that both may be, the path forks."""
        if condition.op is terms.Op.CONST:
            return bool(condition.value)
        if condition in self._known:
            return True
        opposite = terms.negate(condition)
        if opposite in self._known:
            return False
        number = len(self._taken)
        if number < len(self._start):
            taken = bool(self._start[number])
        else:
            taken = self._chosen(condition, opposite)
        self._taken.append(taken)
        self._add(condition if taken else opposite)
        return taken

    def _chosen(self, condition: Term, opposite: Term) -> bool:
        self._limits.check()
        model = self.model()
        if model is None:
            return self._chosen_blindly(condition, opposite)
        taken = bool(model.value(condition))
        other = self._solver.model([*self.conditions, opposite if taken else condition])
        if other is not Answer.NEVER:
            self._fork(not taken, other)
        return taken

    def _chosen_blindly(self, condition: Term, opposite: Term) -> bool:
        """The solver did not say whether the path can be: both ways are gone, if they may be."""
        yes = self._solver.model([*self.conditions, condition])
        no = self._solver.model([*self.conditions, opposite])
        if yes is Answer.NEVER:
            if no is Answer.NEVER:
                raise Dead
            self._model = no if isinstance(no, Model) else None
            return False
        if no is not Answer.NEVER:
            self._fork(False, no)
        self._model = yes if isinstance(yes, Model) else None
        return True

    def _fork(self, way: bool, model: Model | Answer) -> None:
        found = model if isinstance(model, Model) else None
        self._forks.append(Start((*self._taken, way), found))

    def _add(self, condition: Term) -> None:
        if condition.op is terms.Op.BAND:
            self._add(condition.args[0])
            self._add(condition.args[1])
        elif condition not in self._known:
            self.conditions.append(condition)
        self._known.add(condition)

    def assume(self, condition: Term) -> None:
        """Let a condition hold on this path. Raises Dead where it cannot."""
        if condition is terms.TRUE or condition in self._known:
            return
        self._add(condition)
        if condition is terms.FALSE:
            raise Dead
        if self._model is not None and self._model.value(condition):
            return
        self._model = None
        if len(self._taken) >= len(self._start) and self.model() is None and not self.doubtful:
            raise Dead

    def decided(self) -> int:
        """How many conditions have been decided so far."""
        return len(self._taken)

    def is_known(self, condition: Term) -> bool:
        """Whether a condition is among those of the path, by sight."""
        return condition is terms.TRUE or condition in self._known

    def model(self) -> Model | None:
        """Values under which the path is taken; None where the solver found none."""
        if self._model is None:
            found = self._solver.model(self.conditions)
            self.doubtful = found is Answer.UNKNOWN
            self._model = found if isinstance(found, Model) else None
        return self._model

    def against(self, condition: Term) -> Model | Answer:
        """Values on this path under which a condition does not hold; NEVER where it always does."""
        if self.is_known(condition):
            return Answer.NEVER
        opposite = terms.negate(condition)
        if self._model is not None and self._model.value(opposite):
            return self._model
        return self._solver.model([*self.conditions, opposite])

    def number(self, word: Word) -> int:
        """A word's value: one path for each that it may have, if they are few."""
        width = word.term.width
        for _ in range(_VALUES):
            value = self._tried(word.term)
            if self.decide(terms.eq(word.term, terms.const(value, width))):
                return value - (1 << width) if word.low < 0 and value >> (width - 1) else value
        raise LimitError(f"an index that may have more than {_VALUES} values")

    def _tried(self, term: Term) -> int:
        """A value to try: one that the term may have, the same when the run is repeated."""
        number = len(self._taken)
        if number < len(self._start):
            value = int(self._start[number])
        else:
            model = self.model()
            value = 0 if model is None else model.value(term)
        self._taken.append(value)
        return value


def explored(
    solver: Solver, limits: Limits, given: Sequence[Term] = (), model: Model | None = None
) -> Iterator[Path]:
    """Every path of what the caller runs on each; the caller runs it before asking for the next.

    Raises LimitError where there are more paths than the limit.
    """
    waiting = [Start((), model)]
    count = 0
    while waiting:
        count += 1
        if count > limits.paths:
            raise LimitError(f"the limit of {limits.paths} paths")
        limits.check()
        yield Path(solver, limits, given, waiting.pop(), waiting)
