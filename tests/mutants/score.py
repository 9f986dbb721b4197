"""Mutants of a function judged twice: proved for every input, and replayed beside the function.

Where both have an opinion they have to agree. What the way a mutant is made tells of it, and gcc's
machine code, are a third and a fourth opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.errors import Stopped
from analyzer.machine.movepath import ENTRIES, MovePath
from analyzer.machine.observation import Observation
from analyzer.machine.whole import Whole
from analyzer.mm import geometry as geometries
from analyzer.mm.api import constants, names
from analyzer.mm.geometry import Geometry
from analyzer.prove.definitions import Definitions, TreeState
from analyzer.prove.pair import Pair, pair_of, prove
from analyzer.prove.path import Limits
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.solver import Solver
from analyzer.replay.generate import few, sample, sweep
from analyzer.replay.lockstep import first_difference
from analyzer.replay.remaps import remaps
from analyzer.replay.sides import AnyScenario
from analyzer.repo import open_tree
from analyzer.translate import LP64, Environment, Source
from analyzer.translate.reach import reached
from tests.mutants.assembly import assembly, in_tree
from tests.mutants.mutants import Kind, Mutant
from tests.trees import trees
from tests.trees.trees import Era, State

SECONDS = 10.0
# Where the commit's own symbol makes the functions that are looked at.
_GATES = {"HAVE_MOVE_PMD": True}
_STATES = {Era.V5_0: State.CORE, Era.RHEL7: State.SELECT, Era.V6_12: State.BASE}

Sets: TypeAlias = tuple[tuple[Geometry, tuple[AnyScenario, ...]], ...]


class Sight(Enum):
    """What replay shows of a mutant beside the function as it was."""

    DIFFERS = "differs"
    ALIKE = "not seen to differ"
    HALTED = "halted"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen, and on what: a scenario, or why there is none."""

    sight: Sight
    where: str = ""


class Verdict(Enum):
    """What a mutant is, by the proof; a difference also by whether replay sees it."""

    EQUAL = "equal"
    CONFIRMED = "different, seen"
    UNSEEN = "different, unseen"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Score:
    """One mutant and all opinions of it.

    ``same_code``: gcc makes the same instructions of it; None where gcc was not asked.
    """

    function: str
    mutant: Mutant
    proof: Proof
    seconds: float
    seen: Seen
    same_code: bool | None = None

    @property
    def verdict(self) -> Verdict:
        """What the proof says."""
        match self.proof.outcome:
            case Outcome.SAME:
                return Verdict.EQUAL
            case Outcome.UNDECIDED:
                return Verdict.UNDECIDED
        return Verdict.CONFIRMED if self.seen.sight is Sight.DIFFERS else Verdict.UNSEEN

    @property
    def disagreement(self) -> str:
        """Who is wrong, proof, replay or the mutants; empty where all can be right."""
        if self.proof.outcome is Outcome.SAME and self.seen.sight is Sight.DIFFERS:
            return "proved the same, and replay sees a difference"
        if self.mutant.equal and self.proof.outcome is Outcome.DIFFERENT:
            return "equal by the way it is made, and proved different"
        if self.mutant.equal and self.seen.sight is Sight.DIFFERS:
            return "equal by the way it is made, and replay sees a difference"
        return ""

    @property
    def suspect(self) -> str:
        """What a person has to look at: the opinions do not have to agree, and do not."""
        if self.proof.outcome is Outcome.DIFFERENT and self.same_code:
            return "proved different, and the same machine code"
        alone = self.same_code is False and not self.mutant.equal
        if self.proof.outcome is Outcome.SAME and alone:
            return "proved the same, and nobody else says so"
        return ""


class Subject:
    """A C file, the functions of which are judged; what it is proved with, and run on.

    ``options`` and ``top`` are where gcc finds headers.
    """

    def __init__(self, seen: Definitions, options: Iterable[str] = (), top: Path | None = None):
        self.definitions = seen
        self.options = tuple(options)
        self.top = top
        self.constants: Mapping[str, int] = {}

    @classmethod
    def of_text(cls, path: Path) -> Subject:
        """A file that needs no other."""
        return cls(Definitions.of_text(path.read_text(), path.name))

    @property
    def text(self) -> str:
        """The file as it is."""
        return self.definitions.text

    @property
    def configuration(self) -> Configuration | None:
        """The configuration that picks arms; None where the file has none."""
        return None

    def mutated(self, text: str) -> Definitions:
        """What another text of the file sees."""
        return Definitions.of_text(text, self.definitions.path)

    def replayed(self, mutant: Mutant) -> Seen:
        """Run a mutant beside the file as it is."""
        return Seen(Sight.NOT_RUN, "the model has nothing of it")

    @cached_property
    def _code(self) -> str | None:
        return assembly(self.text, self.options, self.top)

    def same_code(self, mutant: Mutant) -> bool | None:
        """Whether gcc makes the same instructions of a mutant."""
        return None if self._code is None else self._code == self._assembled(mutant)

    def _assembled(self, mutant: Mutant) -> str | None:
        return assembly(mutant.text, self.options, self.top)

    def proved(self, function: str, mutant: Mutant, seconds: float = SECONDS) -> Proof:
        """Prove a mutant, or a caller of what was changed, against the function as it was."""
        other = self.mutated(mutant.text)
        pair = pair_of(function, self.definitions, other, self.constants)
        if not isinstance(pair, Pair):
            return pair
        with Solver() as solver:
            return prove(pair, solver, Limits(seconds=seconds))

    def judged(
        self, function: str, mutant: Mutant, *, seconds: float = SECONDS, gcc: bool = True
    ) -> Score:
        """Ask everybody what a mutant is."""
        began = perf_counter()
        proof = self.proved(function, mutant, seconds)
        took = perf_counter() - began
        code = self.same_code(mutant) if gcc else None
        return Score(function, mutant, proof, took, self.replayed(mutant), code)


class MovePathSubject(Subject):
    """mm/mremap.c of one of our trees, with the commit and selected where it has it."""

    def __init__(self, top: Path, era: Era) -> None:
        """The tree is made below ``top``."""
        self.era = era
        self._configuration = trees.configuration(era, **_GATES)
        directory = trees.directory(top, era, _STATES[era])
        self._state = TreeState(open_tree(str(directory)), self._configuration)
        found = self._state.file(trees.PATH)
        super().__init__(found, in_tree(self._configuration), directory)
        self.constants = constants(geometries.X86_64)

    @property
    def configuration(self) -> Configuration:
        """See ``Subject``."""
        return self._configuration

    def mutated(self, text: str) -> Definitions:
        """See ``Subject``. The headers are the tree's, read once."""
        state = self._state
        headers = state.headers
        path = trees.PATH
        return Definitions(path, self._configuration, lambda: text, lambda: headers(path), state)

    # --- replay ---------------------------------------------------------------------------------

    def replayed(self, mutant: Mutant) -> Seen:
        """See ``Subject``: on the plan of scenarios that patches are replayed on."""
        path = self._path(mutant.text, mutant.name)
        if path.refused:
            return Seen(Sight.NOT_RUN, path.refused[0].reason)
        halted = ""
        try:
            for geometry, scenarios, shown in self._shown:
                kernel = Whole(path, geometry)
                for scenario, one in zip(scenarios, shown, strict=True):
                    other = kernel.run(scenario)
                    if other.halted is not None:
                        halted = halted or f"{other.halted} ({geometry.name})"
                        break
                    if first_difference(one, other) is not None:
                        return Seen(Sight.DIFFERS, f"{geometry.name}: {scenario.operations()[-1]}")
        except Stopped as stopped:
            return Seen(Sight.HALTED, str(stopped))
        return Seen(Sight.HALTED, halted) if halted else Seen(Sight.ALIKE)

    @cached_property
    def _shown(self) -> tuple[tuple[Geometry, tuple[AnyScenario, ...], list[Observation]], ...]:
        """What the file as it is shows."""
        path = self._path(self.text, "as it is")
        made = []
        for geometry, scenarios in _sets():
            kernel = Whole(path, geometry)
            made.append((geometry, scenarios, [kernel.run(each) for each in scenarios]))
        return tuple(made)

    def _path(self, text: str, key: str) -> MovePath:
        source = Source(text, self._configuration)
        file = read(source.text, trees.PATH, self._configuration)
        environment = Environment.of_file(file, LP64, self._state.headers(trees.PATH))
        found = reached(ENTRIES, file, environment, source, known=names())
        open_ = tuple(one.need.name for one in found.open)
        return MovePath(
            self.era.value, key, text, found.functions, found.variables, found.refused, open_
        )


def _sets() -> Sets:
    """What patches are run on, as ``replay.trees.Plan`` has it."""
    small, one_lock, wide = geometries.SMALL, geometries.SMALL_ONE_LOCK, geometries.X86_64
    medium = geometries.MEDIUM
    return (
        (small, sweep(small)),
        (one_lock, sample(one_lock)),
        (medium, few(medium)),
        (wide, few(wide)),
        *((each, remaps(each)) for each in (small, one_lock, wide)),
    )


def kinds_of(scores: Iterable[Score]) -> Iterator[tuple[Kind, tuple[Score, ...]]]:
    """The scores by kind of mutant, in the kinds' order."""
    found: dict[Kind, list[Score]] = {}
    for each in scores:
        found.setdefault(each.mutant.kind, []).append(each)
    return ((kind, tuple(found[kind])) for kind in Kind if kind in found)
