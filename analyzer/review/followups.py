"""DP-2: upstream's later fixes, as running, the target's content, names and text tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.behaviour import Named, listed
from analyzer.review.case import Case
from analyzer.review.known_fixes import (
    Fix,
    conditional_on_tree as conditional_on_tree,
    evidence_of,
    name_of,
    needed,
    unexplained,
)
from analyzer.review.later import (
    MOST_NAMED,
    Answer,
    Fixed,
    asked,
    excuse,
    fixes_of_history,
    not_required,
    searched,
    searched_whole,
    unclear,
)
from analyzer.review.prerequisites import by_running, place_of
from analyzer.review.semantics import shown as shown_divergence
from analyzer.upstream import key_of

_DP2 = "are upstream's later fixes to this commit there, or their omission justified and true?"
_HISTORY = "upstream's history was not searched: only the shipped facts answer here"


@dataclass(frozen=True, slots=True)
class _Found:
    """All later fixes: those that the facts know, those of the history, and what nobody mends."""

    fixes: tuple[Fix, ...]
    others: tuple[Fixed, ...]
    stray: tuple[Named, ...]

    def excused(self, fix: Fix) -> Answer | None:
        """What an omission makes of a fix that is absent."""
        return excuse(fix.omission) if fix.absent and fix.omission else None

    def named(self, answer: Answer) -> list[str]:
        """The fixes with this answer."""
        known = [name_of(fix.commit) for fix in self.fixes if self.excused(fix) is answer]
        return known + [one.name for one in self.others if one.answer is answer]

    @property
    def absent(self) -> list[str]:
        """The fixes that nobody has or leaves out, those with a CVE first."""
        known = [name_of(fix.commit) for fix in self.fixes if fix.absent and not fix.omission]
        own = [one for one in self.others if one.answer is Answer.ABSENT]
        return known + [one.name for one in sorted(own, key=lambda one: not one.follow.cves)]


def later_fixes(case: Case) -> Item:
    """DP-2: fixes whose precondition this code meets; a probe decides, then content, then names."""
    if case.commit is None and not searched(case):
        history = ", and upstream's history does not have it" if asked(case) else ""
        known = (
            f"the commit is not in the facts{history}"
            if case.named
            else "no upstream commit is named"
        )
        return _dp2(
            State.CANNOT_TELL,
            f"later fixes are not known: {known}",
            "Search upstream's history for commits that fix this one.",
        )
    if case.unfit:
        return _dp2(
            State.CANNOT_TELL,
            "the patch does not apply to the target, so nothing tells what is there with it",
            "Make the patch apply and run this again.",
            case if searched(case) else None,
        )
    fixes = needed(case)
    found = _Found(tuple(fixes), fixes_of_history(case), unexplained(case, fixes))
    return _missing(case, found) or _present(case, found)


def _missing(case: Case, found: _Found) -> Item | None:
    """The item where a fix is absent or wrongly left out, or a fault has no fix."""
    if absent := found.absent:
        first = absent[0].partition(" ")[0]
        return _dp2(
            State.FINDING,
            _absent(case, _listed(absent)),
            f"Take {first} with it, or show that the target does not need it.",
            case,
            found,
        )
    if untrue := found.named(Answer.UNTRUE):
        return _dp2(
            State.FINDING,
            f"the reason for leaving out {_listed(untrue)} is not true in this target",
            f"Take {untrue[0].partition(' ')[0]}, or give the reason that holds.",
            case,
            found,
        )
    if found.stray:
        return _dp2(
            State.NEEDS_REVIEW,
            "the patch and upstream's commit do the same wrong, and no fix that is known explains "
            f"it: {listed([one.id for one in found.stray])}",
            "Search upstream's history for the commit that mends it.",
            case,
            found,
        )
    return None


def _absent(case: Case, names: str) -> str:
    if case.target is not None and (
        searched(case) or (case.outcome is not None and case.outcome.of_trees)
    ):
        return f"the target with this patch does not have {names}"
    return f"this patch does not carry {names}; not looked for elsewhere"


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _present(case: Case, found: _Found) -> Item:
    """Nothing is known to be absent: by running, by content, by text, or for want of a fix."""
    fixes = [one for one in found.fixes if one.required and found.excused(one) is None]
    unsure = _unsure(case, found, fixes)
    if unsure is not None:
        return unsure
    excused = found.named(Answer.EXCUSED)
    if not fixes and not found.others and not excused:
        return _none(case, found)
    there = [name_of(fix.commit) for fix in fixes] + found.named(Answer.THERE)
    ran = all(fix.ran for fix in fixes) and not found.others
    by = "told by running" if ran else "as running and the target's files tell"
    known = f"every later fix known that this code can need is there, {by}: {_listed(there)}"
    said = [known] if there else []
    if excused:
        said.append(f"left out for reasons that hold: {_listed(excused)}")
    if searched(case) and not searched_whole(case):
        todo = "Index upstream's history anew, and run this again."
        return _dp2(State.NEEDS_REVIEW, "; ".join(said), todo, case, found)
    return _dp2(State.OK, "; ".join(said), "", case, found)


def _unsure(case: Case, found: _Found, fixes: list[Fix]) -> Item | None:
    """The item where something is for a person: a reason, a name, a base, or nothing tells."""
    unchecked, unsure = found.named(Answer.UNCHECKED), found.named(Answer.UNSURE)
    named, part = found.named(Answer.NAMED), found.named(Answer.PART)
    if part:
        said = f"the target has only a part of {_listed(part)}, or its name alone"
        todo = f"Read {part[0].partition(' ')[0]} beside the target's code, and take what is left."
        return _dp2(State.NEEDS_REVIEW, said, todo, case, found)
    if unchecked:
        said = f"nothing here checks the reason for leaving out {_listed(unchecked)}"
        return _dp2(State.NEEDS_REVIEW, said, "Check the reason by hand.", case, found)
    if unsure:
        said = f"nothing tells whether the target has {_listed(unsure)}"
        todo = f"Look {unsure[0].partition(' ')[0]} up in the target."
        return _dp2(State.NEEDS_REVIEW, said, todo, case, found)
    if any(fix.base and fix.decided is False for fix in fixes):
        return _dp2(
            State.NEEDS_REVIEW,
            "a later fix is absent that some bases need; whether this one does was not looked up",
            "Look in the target for what the fix presumes.",
            case,
            found,
        )
    if not all(fix.decided for fix in fixes):
        return _dp2(
            State.NEEDS_REVIEW,
            "every later fix that this code can need seems to be there; only running decides",
            "Run each fix's probe on the target.",
            case,
            found,
        )
    if named:
        said = f"{_listed(named)} is there by name alone; the target's content does not tell"
        todo = f"Read {named[0].partition(' ')[0]} beside the target's code."
        return _dp2(State.NEEDS_REVIEW, said, todo, case, found)
    return None


def _none(case: Case, found: _Found) -> Item:
    """No fix is known: that upstream has none is known only from all of its history."""
    if not searched(case):
        return _dp2(
            State.CANNOT_TELL,
            "the facts hold no later fix that this code can need",
            "Search upstream's history for commits that fix this one.",
        )
    vague = list(unclear(case))
    if vague or not searched_whole(case):
        return _dp2(
            State.NEEDS_REVIEW,
            "no later fix was found, but not all was searched"
            if not vague
            else f"{len(vague)} commits may be later fixes, and do not say so clearly",
            "Look at them, or search upstream's history by hand.",
            case,
            found,
        )
    taken_back = any(True for _ in not_required(case))
    said = " that stands and that this code can need" if taken_back or case.commit else ""
    return _dp2(State.OK, f"upstream's history has no later fix or revert{said}", "", case, found)


def _dp2(
    state: State,
    summary: str,
    action: str,
    case: Case | None = None,
    found: _Found | None = None,
) -> Item:
    found = found or _Found((), (), ())
    seen = [one for fix in found.fixes for one in fix.seen] + list(found.stray)
    traces = (line for one in seen for line in shown_divergence(case, one)) if case else ()
    return Item(
        "DP-2",
        _DP2,
        state,
        summary,
        reason=(searched(case) if case else "") or _HISTORY,
        evidence=(
            *(evidence_of(fix) for fix in found.fixes),
            *(one.evidence() for one in found.others),
            *((*not_required(case), *unclear(case)) if case else ()),
            *traces,
            *(_strange(case) if case else ()),
        ),
        divergences=tuple(one.id for one in seen),
        next=action,
    )


def _strange(case: Case) -> Iterator[Evidence]:
    """What was told of commits that neither the facts nor the history have."""
    known = {key_of(one.follow.later.commit.id) for one in fixes_of_history(case)}
    for one in case.outcome.probes if case.outcome else ():
        unknown = case.facts.by(one.commit).commit is None and key_of(one.commit) not in known
        if one.carried is False and unknown:
            text = f"{one.commit[:12]}, which the facts do not have: {by_running(one)}"
            yield Evidence(text, place_of(one))
