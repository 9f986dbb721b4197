"""Every function that a patch touches, proved on both sides: the order of it all.

A pair is proved as both patches leave it. Where the sides differ, what both were before decides
whose the difference is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.csource.configuration import Configuration
from analyzer.errors import CodePlace
from analyzer.patch.lines import FilePatch
from analyzer.prove.apart import files_apart, macros_apart, outside_apart
from analyzer.prove.classify import item_of
from analyzer.prove.clock import Clock, OutOfTime
from analyzer.prove.definitions import Definitions, TreeState
from analyzer.prove.judge import PLAIN, Budget as Budget, Judge, Keep as Keep
from analyzer.prove.pairing import Pairing, Task, why_open
from analyzer.prove.proof import Outcome, Proof
from analyzer.prove.touched import Half, How, Paths, Touched, hidden
from analyzer.repo import Tree

# Symbols and values, as (("HAVE_MOVE_PMD", "y"),).
Config = tuple[tuple[str, str], ...]
# Told which function is next, how many are done, and of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Kernel:
    """One side: its tree before and after, and its patch. ``before`` None: nobody knows."""

    before: Tree | None
    after: Tree
    files: tuple[FilePatch, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be proved.

    ``targets`` are the readings of the patch by name. ``renamed`` are functions, ``moved`` files of
    upstream's by what the target calls them. ``whose`` says what is taken for granted of the trees.
    """

    upstream: Kernel
    targets: tuple[tuple[str, Kernel], ...]
    configurations: tuple[tuple[Config, Configuration], ...]
    constants: Mapping[str, int] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    whose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unproved:
    """Something that is touched and was not proved, and why.

    ``by_calls``: what it calls is not what upstream's does, and may do the same to the model.
    """

    what: str
    why: str
    place: CodePlace | None = None
    by_calls: bool = False


@dataclass(frozen=True, slots=True)
class Proved:
    """One function on both sides, in one reading and configuration.

    ``name`` is the target's name of it, ``proof.function`` upstream's. ``path`` and ``line`` are
    where the target has it. A proof that is DIFFERENT is charged to the patch, under ``item``.
    """

    proof: Proof
    path: str
    name: str
    reading: str
    config: Config
    line: int | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Proofs:
    """All of it. ``notes`` are (what, why) of what was left out and hides nothing.

    ``assumptions`` are (text, what rests on it). ``whole``: functions were proved as they are, with
    all that they call; else a part of what they do. ``configs`` are those that both sides were
    looked at under, whether they have functions there or not.
    """

    proofs: tuple[Proved, ...] = ()
    unproved: tuple[Unproved, ...] = ()
    interrupted: bool = False
    assumptions: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    whole: bool = True
    configs: tuple[Config, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all that is touched was proved to be the same."""
        same = all(each.proof.outcome is Outcome.SAME for each in self.proofs)
        return same and not self.unproved and not self.interrupted


def prove_trees(
    subject: Subject,
    budget: Budget = PLAIN,
    *,
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Proofs:
    """Prove all that a patch touches. What could not be proved is in the outcome, with the reason.

    An interrupt ends it: what was decided by then is the outcome.
    """
    session = _Session(subject, budget, keep, progress)
    try:
        session.run()
    except OutOfTime as limit:
        session.leave("what is left of the patch", str(limit))
    except KeyboardInterrupt:
        session.interrupted = True
    return session.outcome()


_Made = list[tuple[Task, Proved]]


class _States:
    """The states of one tree; before and after share their headers, unless the patch has some."""

    def __init__(self, kernel: Kernel, clock: Clock) -> None:
        self._kernel = kernel
        self._clock = clock
        paths = [path for file in kernel.files for path in (file.old_path, file.new_path)]
        self._own_headers = any(path is not None and path.endswith(".h") for path in paths)

    def half(self, configuration: Configuration, paths: Sequence[Paths]) -> Half:
        """Both states under one configuration."""
        kernel = self._kernel
        after = TreeState(kernel.after, configuration, clock=self._clock)
        if kernel.before is None:
            return Half(None, after, paths)
        headers = None if self._own_headers else after.headers("")
        before = TreeState(kernel.before, configuration, headers=headers, clock=self._clock)
        return Half(before, after, paths)


class _Session:
    def __init__(
        self, subject: Subject, budget: Budget, keep: Keep | None, progress: Progress | None
    ) -> None:
        self._subject = subject
        self._clock = Clock(budget.seconds)
        self._judge = Judge(budget, subject.constants, keep, self._clock)
        self._progress = progress
        self._proved: list[Proved] = []
        self._unproved: dict[Unproved, None] = {}
        self._notes: dict[tuple[str, str], None] = {}
        self.interrupted = False

    def outcome(self) -> Proofs:
        """What was decided so far."""
        rests = [(text, "SM-1, verdict") for text in self._subject.whose] if self._proved else []
        rests += [(text, f"{one.name}()") for one in self._proved for text in one.proof.assumptions]
        return Proofs(
            tuple(self._proved),
            tuple(self._unproved),
            self.interrupted,
            tuple(dict.fromkeys(rests)),
            tuple(self._notes),
            configs=tuple(name for name, _ in self._subject.configurations),
        )

    def run(self) -> None:
        """Every reading under every configuration, and what none of them shows."""
        upstream = _States(self._subject.upstream, self._clock)
        for reading, kernel in self._subject.targets:
            target = _States(kernel, self._clock)
            for config, configuration in self._subject.configurations:
                paths = _paths(self._subject.upstream, kernel)
                one = upstream.half(configuration, paths[0])
                other = target.half(configuration, paths[1])
                self._side_by_side(one, other, reading, config)
            self._beside_c(kernel)
            self._out_of_sight(self._subject.upstream, "upstream's ")
            self._out_of_sight(kernel, "")

    def leave(self, what: str, why: str, place: CodePlace | None = None) -> None:
        """Say of something that it was not proved."""
        self._unproved[Unproved(what, why, place)] = None

    # --- one reading under one configuration --------------------------------------------------

    def _side_by_side(self, upstream: Half, target: Half, reading: str, config: Config) -> None:
        subject = self._subject
        tasks, lone = Pairing(upstream, target, subject.renamed, subject.moved).run()
        made = []
        for number, task in enumerate(tasks):
            if self._progress is not None:
                self._progress(f"proving {task.ours.name}()", number, len(tasks))
            one = self._proved_one(task, upstream, target, reading, config)
            made.append((task, one))
            if not _is_inner(task, one):
                self._proved.append(one)
        self._inner(made, upstream, target)
        for half, _, each in lone:
            self._lone(half, each, made, mine=int(half is target))
        self._outside(upstream, target)

    def _proved_one(
        self, task: Task, upstream: Half, target: Half, reading: str, config: Config
    ) -> Proved:
        proof = self._judge.judged(task, upstream, target)
        item = ""
        if proof.counterexample is not None and proof.outcome is Outcome.DIFFERENT:
            item = item_of(proof.counterexample)
        line = _line(target.now(task.ours.path), task.ours.name)
        return Proved(proof, task.ours.path, task.ours.name, reading, config, line, item)

    def _inner(self, made: _Made, upstream: Half, target: Half) -> None:
        """New helpers need not be the same where all that calls them is, run through them."""
        for task, one in made:
            if not _is_inner(task, one):
                continue
            if any(
                why_open(half, each, _same(made, mine))
                for half, each, mine in ((upstream, task.theirs, 0), (target, task.ours, 1))
            ):
                self._proved.append(one)
            else:
                why = "its callers were proved to be the same, and run through it"
                self._notes[f"whether {one.name}() by itself is the same", why] = None

    def _lone(self, half: Half, each: Touched, made: _Made, *, mine: int) -> None:
        """A function that one side alone has."""
        why = why_open(half, each, _same(made, mine))
        if why:
            whose = "the target" if mine else "upstream"
            place = CodePlace(each.path, _line(half.now(each.path), each.name), None, each.name)
            self.leave(f"{each.name}(), which {whose} alone has", why, place)

    # --- what is no function --------------------------------------------------------------------

    def _outside(self, upstream: Half, target: Half) -> None:
        if upstream.before is None:
            return
        for text in outside_apart(upstream, target, self._subject.renamed):
            self.leave(text, "functions alone are proved")
        for text, why in macros_apart(upstream, target):
            self.leave(text, why)

    def _beside_c(self, kernel: Kernel) -> None:
        for path in files_apart(self._subject.upstream.files, kernel.files):
            what = f"{path}, which both sides do not change alike"
            self.leave(what, "it is no C", CodePlace(path, None, None, ""))

    def _out_of_sight(self, kernel: Kernel, whose: str) -> None:
        if kernel.before is None:
            return
        known = [each for _, each in self._subject.configurations]
        for path, line in hidden(kernel.before, kernel.after, _own_paths(kernel), known):
            what = f"{whose}changed lines of {path} from line {line}"
            why = "no configuration that was looked at builds them"
            self.leave(what, why, CodePlace(path, line, None, ""))


# --- paths and pieces -----------------------------------------------------------------------------


def _is_inner(task: Task, one: Proved) -> bool:
    """Whether it hangs on its callers what a function comes to."""
    new = task.theirs.how is How.NEW and task.ours.how is How.NEW
    return new and one.proof.outcome is not Outcome.SAME


def _own_paths(kernel: Kernel) -> tuple[Paths, ...]:
    return tuple(dict.fromkeys((file.old_path, file.new_path) for file in kernel.files))


def _paths(upstream: Kernel, target: Kernel) -> tuple[tuple[Paths, ...], tuple[Paths, ...]]:
    """The files of each side: where upstream's patch is not known, those of the backport."""
    ours = _own_paths(target)
    if upstream.before is not None:
        return _own_paths(upstream), ours
    return tuple((new, new) for _, new in ours), ours


def _same(made: _Made, mine: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """One side's functions that were proved to be the same, and what was run for it."""
    return {
        ((task.theirs, task.ours)[mine].path, (task.theirs, task.ours)[mine].name): (
            *one.proof.opened,
            *one.proof.small,
        )
        for task, one in made
        if one.proof.outcome is Outcome.SAME
    }


def _line(file: Definitions | None, name: str) -> int | None:
    bodies = file.own(name) if file is not None else ()
    return bodies[0].spot.line if bodies else None
