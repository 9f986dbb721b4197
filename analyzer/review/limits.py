"""What the report stands on, and LM-1: what it did not check."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.finding import NEWEST_OF_HISTORY, Evidence, NotChecked, State
from analyzer.patch.damage import Grade
from analyzer.reference.slots import PATH
from analyzer.replay.outcome import NotRun, Outcome
from analyzer.result import Assumption, Item
from analyzer.review.behaviour import NO_ARCH, left_to_proof, listed, touches_code
from analyzer.review.case import Case
from analyzer.review.followups import conditional_on_tree
from analyzer.review.prerequisites import base_fixes, told_of
from analyzer.review.verdict import only_documents
from analyzer.review.workload import logs_assumed, logs_left_out
from analyzer.upstream import CommitFacts

_TITLE = "what did this report not check?"
_RESTORED = "CF-1, CF-2, CF-4, verdict"


def not_checked(case: Case) -> tuple[NotChecked, ...]:
    """Everything that was not looked at, and why, in reading order."""
    found = [*case.patch.notes, *case.mended.notes, *case.mended.disproved, *case.series_notes]
    found += _behaviour(case)
    if case.mended.context_lost:
        lost = case.mended.context_lost
        found.append(
            NotChecked(f"{lost} lost lines of context", "only the target tree can tell them")
        )
    found += _trees(case)
    found += logs_left_out(case.outcome)
    found += _facts(case)
    return tuple(found)


def _trees(case: Case) -> Iterator[NotChecked]:
    """What the trees that were given, or were not, leave open."""
    yield from case.notes
    of_trees = case.outcome is not None and case.outcome.of_trees
    if not of_trees and not (case.proofs is not None and case.target):
        why = "its own functions were not run" if case.target else "no target tree was given"
        yield NotChecked(_of_the_target(case.outcome), why)
    searched = case.past is not None and bool(case.past.source)
    if case.delta is None:
        what = "upstream's text" if searched else "upstream's text and history"
        yield NotChecked(what, "no upstream tree was given")
    else:
        yield from case.delta.not_compared
        if not searched:
            yield NotChecked("upstream's history", "the commit alone was read")
    if case.past is not None:
        yield from case.past.unsearched
        if case.past.stale:
            yield NotChecked(NEWEST_OF_HISTORY, case.past.stale)


def _facts(case: Case) -> Iterator[NotChecked]:
    conditional = conditional_on_tree(case)
    if conditional:
        what = f"{conditional} later fixes that concern this code on some bases only"
        why = "was not looked for" if case.sources else "was not read"
        yield NotChecked(what, f"what decides it in the tree that the patch is for {why}")
    around = [fix for fix in base_fixes(case) if not _told(case, fix)]
    if around:
        names = listed([fix.id[:12] for fix in around])
        what = f"fixes of the code around the commit: {names}"
        given = "no probe of them was run on it" if case.sources else "only its tree can tell"
        yield NotChecked(what, f"whether the target has them: {given}")
    if case.commit is not None and case.commit.unsure:
        what = f"the facts on {case.commit.id[:12]}: {', '.join(case.commit.unsure)}"
        yield NotChecked(what, "recorded without a source to check against")


def _told(case: Case, fix: CommitFacts) -> bool:
    """Whether running told if a fix is there."""
    told = told_of(case, fix)
    return told is not None and told.carried is not None


def _behaviour(case: Case) -> Iterator[NotChecked]:
    outcome = case.outcome
    if case.proofs is not None:
        from analyzer.review.proved import not_checked as by_proof

        yield from by_proof(case.proofs)
    if not touches_code(case) and not only_documents(case):
        yield NotChecked("behaviour", "the patch changes no C: what it builds or sets was not run")
    if case.prove is False and touches_code(case):
        yield NotChecked("inputs that were not tried", "--no-prove: nothing was proved")
    if outcome is None:
        if touches_code(case):
            yield NotChecked("behaviour", "the code of the patch was not run")
        return
    if left_to_proof(case) and not _of_the_model(case):
        yield NotChecked("traces", "the model has nothing of this code, so none was run")
    else:
        yield from map(_not_run, (*outcome.not_run, *outcome.excluded))
    if not outcome.runs:
        return
    yield NotChecked(
        "interleavings with other CPUs",
        "one call runs at a time; what others could see is judged by the locks held at each step",
    )
    if case.proofs is None or not case.proofs.complete:
        yield NotChecked("inputs that were not sampled", "nothing is proven for all inputs")
    arches = [run.setting.arch for run in outcome.runs if run.setting.arch != NO_ARCH]
    others = f"architectures other than {listed(arches)}" if arches else "every real architecture"
    yield NotChecked(others, "nothing was run on their geometry")


def _of_the_model(case: Case) -> bool:
    """Whether the model's own file is changed: what kept it from being run is told then."""
    return any(PATH in (file.old_path, file.new_path) for file in case.patch.files)


def _not_run(one: NotRun) -> NotChecked:
    place = one.place
    spot = "" if place is None or place.line is None else f" ({place.path}:{place.line})"
    return NotChecked(f"{one.what}{spot}", one.why)


def _of_the_target(outcome: Outcome | None) -> str:
    """The target's code that the reference stood in for, by name where functions ran."""
    stand_ins = [
        f"{name}()"
        for kernel, name, how in (outcome.functions if outcome else ())
        if (kernel, how) == ("target.after", "reference")
    ]
    names = f", its own {listed(stand_ins)}" if stand_ins else ""
    return f"the target's own callers, callees and configuration{names}"


def limits(case: Case) -> Item:
    """LM-1: the list itself, as an item."""
    found = not_checked(case)
    return Item(
        "LM-1",
        _TITLE,
        State.NEEDS_REVIEW,
        f"{len(found)} things were not checked",
        evidence=tuple(Evidence(f"{one.what}: {one.why}") for one in found),
        next="Decide for each whether it matters for this release.",
    )


def assumptions(case: Case) -> tuple[Assumption, ...]:
    """Lines that were put back by upstream's shape alone, and what the replay took for granted."""
    restored = (
        Assumption(
            f"{one.path} hunk {one.hunk}: the lost line `{line.text.strip()}` stood "
            f"{f'at line {line.line}' if line.line else 'where upstream has it'}",
            _RESTORED,
        )
        for one in case.mended.damage
        for line in one.restored
        if line.grade is Grade.ASSUMED
    )
    own = tuple(restored)
    lines = tuple(
        (f"line {line.line}: ", line.text.strip())
        for one in case.mended.damage
        for line in one.restored
        if line.grade is Grade.ASSUMED
    )
    replayed = dict.fromkeys(case.outcome.assumptions if case.outcome else ())
    # That a line was put back is said already.
    more = [
        Assumption(text, rests)
        for text, rests in replayed
        if not any(text.startswith(number) and line in text for number, line in lines)
    ]
    return (*own, *more, *logs_assumed(case.outcome), *_proved(case))


def _proved(case: Case) -> Iterator[Assumption]:
    if case.proofs is not None:
        from analyzer.review.proved import assumptions as of_proofs

        yield from of_proofs(case.proofs)
