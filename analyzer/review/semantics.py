"""SM-1 to SM-6: does the code behave like upstream's, as far as replaying it can tell?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analyzer.finding import Evidence, State
from analyzer.reference.slots import PATH
from analyzer.replay.outcome import Cause, Divergence, Outcome
from analyzer.result import Item
from analyzer.review.behaviour import (
    Named,
    charged,
    counted,
    coverage,
    doubts,
    left_to_proof,
    listed,
    lost_or_beyond,
    of_cause,
    ran,
    readings_alike,
    told,
    touches_code,
    unsettled,
    where_run,
)
from analyzer.review.callees import callees
from analyzer.review.case import Case, Rule
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.prove.session import Proofs
    from analyzer.review.looked_up import LookedUp

_REST = "SM-6"
_GATING = "CF-4"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Question:
    """A check item: its title, and what it means for it that the replays agree."""

    title: str
    agreed: str


_QUESTIONS = {
    "SM-1": _Question("are the guards equal for all inputs?", "the same path was taken"),
    "SM-2": _Question(
        "do the callees exist in the target, with the same arity and meaning?",
        "what is called does the same",
    ),
    "SM-3": _Question(
        "do error paths reach the same clean-up?", "failed allocations are cleaned up alike"
    ),
    "SM-4": _Question(
        "locks held, ordered and released alike; TLB flushed before the unlock?",
        "the same locks are held at each step, and the TLB is flushed under them",
    ),
    "SM-5": _Question(
        "does the fallback path reach the state upstream's reaches?",
        "the fallback reaches the same state",
    ),
    "SM-6": _Question("do all traces replay the same?", "all traces replay the same"),
}


def rule_of(name: str) -> Rule:
    """The rule of one of the items SM-1 to SM-6."""
    question = _QUESTIONS[name]

    def rule(case: Case) -> Item:
        item = _answered(case, name, question)
        if name != "SM-3" or case.exits is None:
            return item
        from analyzer.review.labels import with_labels

        return with_labels(case, item, case.exits)

    return rule


def primary(divergence: Divergence) -> str:
    """The one item that a charged divergence is raised under."""
    known = divergence.item in _QUESTIONS or divergence.item == _GATING
    return divergence.item if known else _REST


def raised(case: Case, item: str) -> tuple[Named, ...]:
    """The divergences that are charged to the patch under one item."""
    return tuple(one for one in charged(case) if primary(one.divergence) == item)


def _answered(case: Case, name: str, question: _Question) -> Item:
    outcome = case.outcome
    if not touches_code(case):
        return Item(name, question.title, State.NOT_APPLICABLE, "the patch touches no C")
    found = raised(case, name)
    in_tree = _in_tree(case, question) if name == "SM-2" else None
    if found:
        item = _contradicted(case, differs(case, name, question.title, found))
        return replace(item, evidence=(*item.evidence, *(in_tree.troubles if in_tree else ())))
    if in_tree is not None and in_tree.breaks_build:
        return in_tree.item
    loose = [one for one in unsettled(case) if primary(one) == name]
    if loose:
        return _not_settled(case, name, loose)
    if case.proofs is not None and not charged(case):
        answer = _proved(case, case.proofs, name, question)
        if answer is not None:
            return answer
    open_points = not_run_for(case, name)
    if in_tree is not None and not _has_own_points(outcome):
        # The tree answers this one, whatever else was not run.
        return in_tree.item
    others = charged(case)
    if others and left_to_proof(case) and name != "SM-2":
        from analyzer.review.proved import beside_difference

        return beside_difference(name, question.title, _where(others))
    if outcome is None or open_points:
        return _not_run(case, name, open_points or doubts(case))
    if name == "SM-2":
        return _callees(case, outcome)
    if others and not (name == _REST and not _of_running(outcome, others)):
        return _after_difference(name, outcome, others)
    return _with_proof(case, _alike(case, name, outcome))


def _proved(case: Case, proofs: Proofs, name: str, question: _Question) -> Item | None:
    """What a proof answers; None where it is for running, the tree or what is lost to answer."""
    from analyzer.review.proved import by_proof, guards

    if name == "SM-2" or lost_or_beyond(case):
        return None
    if name == "SM-1":
        beside = coverage(case.outcome) if case.outcome is not None and ran(case) else ""
        open_points = not_run_for(case, name) if ran(case) else ()
        if proofs.complete and open_points:
            return None
        return guards(proofs, question.title, f"run besides: {beside}" if beside else "")
    return by_proof(name, proofs, question.title) if left_to_proof(case) else None


def _with_proof(case: Case, item: Item) -> Item:
    """An answer of running, with what the proof adds to it."""
    if case.proofs is None:
        return item
    from analyzer.review.proved import sentence

    more = sentence(item.id, case.proofs)
    return replace(item, reason="; ".join(filter(None, (item.reason, more))))


def _contradicted(case: Case, item: Item) -> Item:
    """A difference that was run, where the proof says that there is none."""
    if case.proofs is None or not case.proofs.complete or not case.proofs.proofs:
        return item
    said = (
        "the proof says that all touched functions are the same for all inputs: one of the two "
        "is wrong, which is a bug of this tool; the verdict follows what was run"
    )
    return replace(item, reason="; ".join(filter(None, (item.reason, said))))


def not_run_for(case: Case, item: str) -> tuple[str, ...]:
    """What was not run that this item needs: its own points, and what concerns every item."""
    outcome = case.outcome
    if outcome is None:
        return doubts(case)
    others = {told(one) for one in outcome.not_run if one.item not in (None, item)}
    own = tuple(told(one) for one in outcome.not_run if one.item == item)
    general = (why for why in doubts(case) if why not in others)
    return tuple(dict.fromkeys((*own, *general)))


# --- a difference ------------------------------------------------------------------------


def differs(case: Case, name: str, title: str, found: tuple[Named, ...]) -> Item:
    """The finding: each divergence at its line, with upstream's line beside it."""
    first = found[0].divergence
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Item(
        name,
        title,
        State.FINDING,
        f"{_spoken(first)}{more}",
        reason=_broken(found),
        evidence=tuple(line for one in found[:_SHOWN] for line in shown(case, one)),
        divergences=tuple(one.id for one in found),
        next=f"Follow {found[0].id} step by step and mend {_spot(first)}.",
    )


def _spoken(found: Divergence) -> str:
    by = f"{found.function}()" if found.function else "the patch"
    under = ", under this configuration alone" if found.cause is Cause.CONFIGURATION else ""
    return f"{by} differs from upstream in this: {found.observation}{under}"


def _broken(found: tuple[Named, ...]) -> str:
    rules = dict.fromkeys(one.divergence.invariant for one in found)
    return "; ".join(f"broken: {rule}" for rule in rules if rule)


def _spot(found: Divergence) -> str:
    if found.place is None:
        return "what the patch lacks of upstream's steps"
    line = "" if found.place.line is None else f":{found.place.line}"
    return f"{found.place.path}{line}"


def shown(case: Case, one: Named) -> Iterator[Evidence]:
    """A divergence as evidence: where it shows, upstream's line, and in which setting."""
    found, place = one.divergence, one.divergence.place
    where = f", in {found.function}()" if found.function else ""
    yield Evidence(f"{one.id}: {found.observation}{where}{_beside(found)}", _at(found))
    if found.upstream_line is not None:
        own = PATH if found.of_tree else None if place is None else place.path
        path = found.upstream_path or own
        commit = case.commit.id if case.commit else case.named
        if found.of_tree and found.fix is None and case.seen is not None:
            # The line is of the tree that was given, whatever the patch calls its commit.
            commit = case.seen.id
        beside = Place(Side.UPSTREAM, path, found.upstream_line, commit)
        yield Evidence(f"{one.id}: upstream's line for it", beside)
    yield Evidence(f"{one.id}: {_call(found)}{where_run(found.setting)}")


def _beside(found: Divergence) -> str:
    """What upstream's side is, where it is not the commit as it was."""
    if found.cause is Cause.BASE and not found.of_tree:
        return "; upstream's side has a base with the later fixes"
    if found.cause is Cause.FOLLOW_UP:
        return f"; upstream's side has {found.fix[:12] if found.fix else 'a later fix'}"
    return ""


def _at(found: Divergence) -> Place | None:
    place = found.place
    side = Side.TARGET if found.of_tree else Side.PATCH_AFTER
    return None if place is None else Place(side, place.path, place.line)


def _call(found: Divergence) -> str:
    return f"{found.trace[-1]}; " if found.trace else ""


def _not_settled(case: Case, name: str, loose: list[Divergence]) -> Item:
    """What is left of the patch differs, and what is lost or assumed may be the reason."""
    seen = listed([f"{one.setting.reading}: {_spoken(one)}" for one in loose])
    alike = [f"{reading}: no difference" for reading in readings_alike(case)]
    lost = case.mended.unexplained
    why = (
        f"{lost} added lines are lost and may change the answer"
        if lost
        else "the answer rests on lines that are assumed, not read"
    )
    return Item(
        name,
        _QUESTIONS[name].title,
        State.CANNOT_TELL,
        why,
        reason="; ".join([seen, *alike]),
        evidence=tuple(
            Evidence(f"{one.observation}: {_call(one)}{where_run(one.setting)}", _at(one))
            for one in loose[:_SHOWN]
        ),
        next="Fetch the patch undamaged, or give the tree that it is for (--target).",
    )


# --- no difference -----------------------------------------------------------------------


def _not_run(case: Case, name: str, why: tuple[str, ...]) -> Item:
    # The summary has the first reason.
    more = len(why) - 1 - _SHOWN
    reason = "; ".join((*why[1 : _SHOWN + 1], *([f"and {more} more"] if more > 0 else [])))
    plain = case.outcome is None
    return Item(
        name,
        _QUESTIONS[name].title,
        State.CANNOT_TELL,
        "behaviour was not run" if plain else f"not answered by running: {why[0]}",
        reason="" if plain else reason,
        evidence=callees(case) if name == "SM-2" else (),
        next="Review this by hand: running did not answer it.",
    )


def _after_difference(name: str, outcome: Outcome, others: tuple[Named, ...]) -> Item:
    """A run that differs was compared up to the difference, so what it hides is not known."""
    where = _where(others)
    said = "the traces differ" if name == _REST else "nothing that differs is of this kind"
    return Item(
        name,
        _QUESTIONS[name].title,
        State.NEEDS_REVIEW,
        f"{said}: see {where}",
        reason="a trace that differs is compared up to its first difference; "
        f"compared: {coverage(outcome)}",
        next=f"Settle {where} first and run this again.",
    )


def _where(others: tuple[Named, ...]) -> str:
    """The items that differences are raised under: ``SM-1 (D1)``."""
    by_item: dict[str, list[str]] = {}
    for one in others:
        by_item.setdefault(primary(one.divergence), []).append(one.id)
    return listed([f"{item} ({', '.join(ids)})" for item, ids in by_item.items()])


def _of_running(outcome: Outcome, others: tuple[Named, ...]) -> bool:
    """Whether any of these was found by running."""
    return any(one.divergence in outcome.divergences for one in others)


def _alike(case: Case, name: str, outcome: Outcome) -> Item:
    question, where = _QUESTIONS[name], coverage(outcome)
    base = of_cause(case, Cause.BASE)
    apart = f"{listed([one.id for one in base])}: the base's own, see DP-1" if base else ""
    runs = counted(sum(run.operations for run in outcome.runs), "run")
    if name == "SM-1":
        return Item(
            name,
            question.title,
            State.NEEDS_REVIEW,
            f"sampled, {runs}: {question.agreed} in each",
            reason="; ".join(
                filter(None, (where, "sampled inputs prove nothing of others", apart))
            ),
            next="Read the guards beside upstream's: nothing is proven for all inputs.",
        )
    said = f"{question.agreed}: {where}"
    return Item(name, question.title, State.OK, said, reason=apart)


def _callees(case: Case, outcome: Outcome) -> Item:
    """SM-2: only the target's tree can answer it; what was run is said beside it."""
    question = _QUESTIONS["SM-2"]
    return Item(
        "SM-2",
        question.title,
        State.CANNOT_TELL,
        f"the target tree was not looked into{_agreed(case)}",
        reason=coverage(outcome),
        evidence=callees(case),
        next="Build the target with the patch; look each callee up.",
    )


def _in_tree(case: Case, question: _Question) -> LookedUp | None:
    """SM-2 by the target's tree; None without one."""
    if case.callees is None:
        return None
    # Without a tree nothing of this is needed.
    from analyzer.review.looked_up import looked_up

    return looked_up(question.title, case.callees, _agreed(case))


def _agreed(case: Case) -> str:
    """What running says of the callees: nothing where anything differs."""
    if charged(case) or not_run_for(case, "SM-2"):
        return ""
    if case.proofs is not None and case.proofs.complete:
        from analyzer.review.proved import sentence

        return f"; {sentence('SM-2', case.proofs)}"
    if case.outcome is None or not ran(case):
        return ""
    runs = counted(sum(run.operations for run in case.outcome.runs), "run")
    return f"; in the model {_QUESTIONS['SM-2'].agreed}, {runs}"


def _has_own_points(outcome: Outcome | None) -> bool:
    """Whether something was not run that concerns callees alone."""
    return outcome is not None and any(one.item == "SM-2" for one in outcome.not_run)
