"""The same code on one input: every branch goes as the values of a model say."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.prove import terms
from analyzer.prove.model import Model
from analyzer.prove.path import Dead
from analyzer.prove.solver import Answer
from analyzer.prove.terms import Term
from analyzer.prove.words import Word


class Pinned:
    """A path that one input takes: nothing is asked of a solver."""

    doubtful = False

    def __init__(self, model: Model, given: Sequence[Term] = ()) -> None:
        self._model = model
        self.conditions = list(given)
        self._count = 0

    def decide(self, condition: Term) -> bool:
        """Whether a condition holds for the input."""
        if condition.op is terms.Op.CONST:
            return bool(condition.value)
        self._count += 1
        taken = bool(self._model.value(condition))
        # What the input is told by: what was never asked about, it does not hang on.
        self.conditions.append(condition if taken else terms.negate(condition))
        return taken

    def decided(self) -> int:
        """How many conditions have been decided so far."""
        return self._count

    def assume(self, condition: Term) -> None:
        """Let a condition hold. Raises Dead where it does not."""
        if not self._model.value(condition):
            raise Dead

    def is_known(self, condition: Term) -> bool:
        """Whether a condition holds for all inputs, by sight."""
        return condition is terms.TRUE

    def model(self) -> Model:
        """The input."""
        return self._model

    def against(self, condition: Term) -> Model | Answer:
        """The input, if a condition does not hold for it."""
        return Answer.NEVER if self._model.value(condition) else self._model

    def number(self, word: Word) -> int:
        """A word's value."""
        value = self._model.value(word.term)
        width = word.term.width
        return value - (1 << width) if word.low < 0 and value >> (width - 1) else value
