"""Everything that is learnt of one patch: from trees, by running, from histories, by proving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.finding import NotChecked
from analyzer.intake import facts_on
from analyzer.kernels import Ground, callees_of, replayed_on, texts_of
from analyzer.patch.lines import Mark
from analyzer.replay.outcome import Outcome
from analyzer.result import Request
from analyzer.review import Case
from analyzer.review.behaviour import ran, touches_code
from analyzer.symbols_there import configured_there, symbols_of_trees

if TYPE_CHECKING:
    from analyzer.compare.abi import Abi
    from analyzer.compare.change import Texts
    from analyzer.compare.delta import Delta
    from analyzer.compare.labels import Exits
    from analyzer.history.past import Past
    from analyzer.kernels import Settings
    from analyzer.prove.proving import Proving
    from analyzer.prove.session import Proofs
    from analyzer.replay.trace_session import Logs, Progress


def learnt(case: Case, ground: Ground, settings: Settings, logs: Logs | None) -> Case:
    """Everything that trees and running tell of a patch."""
    seen = ground.upstream.seen if ground.upstream else None
    if seen is not None and case.commit is None:
        case = replace(case, commit=facts_on(case.facts, seen.id))
    outcome = replayed(case, ground, settings, logs)
    texts = texts_of(ground.upstream, ground.readings, case.patch)
    delta = _delta(case, ground, texts)
    theirs = ground.upstream.patch.files if ground.upstream and ground.upstream.patch else ()
    kconfig, kconfig_upstream = symbols_of_trees(ground, case.symbols)
    configured = configured_there(ground, case.symbols, case.architectures, settings)
    return replace(
        case,
        seen=seen,
        upstream_message=ground.upstream.message if ground.upstream else None,
        outcome=outcome,
        delta=delta,
        exits=_exits(case, ground, delta, texts),
        abi=_abi(case, ground, texts),
        callees=callees_of(ground, theirs, case.mended.files, settings),
        kconfig=kconfig,
        kconfig_upstream=kconfig_upstream,
        configured=configured,
        sources=ground.sources,
        notes=(*ground.notes, *_not_replayed(outcome, logs)),
        unfit=ground.refused,
    )


def _delta(case: Case, ground: Ground, texts: Texts) -> Delta | None:
    """How the patch differs from upstream's text; None where only shapes are known."""
    if ground.upstream is None or ground.upstream.patch is None:
        return None
    from analyzer.compare.delta import compare

    return compare(ground.upstream.patch, case.mended.files, texts)


def _exits(case: Case, ground: Ground, delta: Delta | None, texts: Texts) -> Exits | None:
    """The ways out of changed functions beside upstream's; None where no C is touched.

    Without upstream's text only a jump to a label that is gone can be told.
    """
    if not touches_code(case) or (delta is None and not _jumps(case)):
        return None
    from analyzer.compare.labels import Trees, exits

    theirs = ground.upstream.after if ground.upstream else None
    trees = Trees(theirs, ground.readings[0].patched.after if ground.readings else None)
    return exits(delta, case.mended.files, texts, trees)


def _jumps(case: Case) -> bool:
    """Whether a line that the patch changes jumps, or may be a label."""
    return any(
        line.mark is not Mark.CONTEXT and ("goto" in line.text or line.text.rstrip().endswith(":"))
        for file in case.mended.files
        for hunk in file.hunks
        for line in hunk.lines
    )


def _abi(case: Case, ground: Ground, texts: Texts) -> Abi | None:
    """What the patch does to exported symbols and layouts; None where no C is touched."""
    if not touches_code(case):
        return None
    from analyzer.compare.abi import abi

    theirs = ground.upstream.patch.files if ground.upstream and ground.upstream.patch else ()
    return abi(case.mended.files, texts.target, theirs, texts.upstream)


def replayed(case: Case, ground: Ground, settings: Settings, logs: Logs | None) -> Outcome | None:
    """Run the patch beside upstream's; None where it touches no C."""
    if not touches_code(case):
        return None
    commit = case.commit.id if case.commit else case.named
    outcome = replayed_on(ground, case.mended, commit, settings, logs)
    if outcome is not None:
        return outcome
    # Patches without C do without the model and its engines.
    from analyzer.replay.session import Subject, replay

    return replay(Subject(case.mended, commit), logs)


def _not_replayed(outcome: Outcome | None, logs: Logs | None) -> Iterator[NotChecked]:
    """Logs that nothing was run on."""
    if logs is not None and (outcome is None or not outcome.traces):
        for path in logs.paths:
            yield NotChecked(f"the trace {path}", "no kernel was run, so it was not read")


def past_on(request: Request, case: Case, ground: Ground, settings: Settings) -> Past | None:
    """What histories say; None where nothing was given that could tell."""
    trees = (request.upstream, request.target, *request.newer, *request.blacklists)
    if not (case.others or any(trees)):
        return None
    from analyzer.past import Change, Given as Told, past_of

    given = Told(request.upstream, request.target, request.newer, request.blacklists, settings)
    theirs = ground.upstream
    change = None
    if theirs is not None and theirs.patch is not None:
        change = Change(theirs.patch.files, theirs.before, theirs.after)
    if not ground.readings:
        return past_of(case, given, change=change)
    patched = ground.readings[0].patched
    return past_of(case, given, patched.before, patched.after, patched.refused, change)


def how_to_prove(request: Request, progress: Progress | None) -> Proving:
    """How things are to be proved. Unasked, it takes no longer than a user waits for the rest."""
    from analyzer.prove.judge import PLAIN, UNASKED, Budget
    from analyzer.prove.proving import Proving, saver

    budget = PLAIN if request.prove else UNASKED
    if request.prove_limit is not None:
        budget = Budget(request.prove_limit, max(1.0, request.prove_limit / 4))
    keep = None if request.save_queries is None else saver(request.save_queries)
    return Proving(budget, keep, progress)


def proved(
    case: Case, ground: Ground, settings: Settings, how: Callable[[], Proving], *, ended: bool
) -> Case:
    """The case with what is proved of it. ``ended``: the user wants no more.

    Code that could not be run is proved unasked where both trees are there: nothing else can tell
    what it does.
    """
    wanted = _only_provable(case, ground) if case.prove is None else case.prove
    if not wanted or not touches_code(case):
        return case
    from analyzer.prove.session import Proofs
    from analyzer.proving import proved_on

    if ended:
        return replace(case, proofs=Proofs(interrupted=True))
    proofs = proved_on(ground, case.mended, settings, case.delta, how())
    return replace(case, proofs=proved_alone(case, how()) if proofs is None else proofs)


def _only_provable(case: Case, ground: Ground) -> bool:
    """Whether nothing ran, and both sides are known before and after their patches."""
    upstream = ground.upstream
    known = upstream is not None and upstream.patch is not None and upstream.after is not None
    return known and bool(ground.readings) and not ran(case)


def proved_alone(case: Case, how: Proving) -> Proofs:
    """Prove a patch without trees: the code that was run beside upstream's."""
    from analyzer.prove.session import Proofs, Unproved

    if case.outcome is None or not case.outcome.spliced:
        why = "no tree of upstream was given, so there is nothing to compare with"
        return Proofs(unproved=(Unproved("the patch's functions", why),))
    from analyzer.mm.api import constants
    from analyzer.mm.geometry import X86_64
    from analyzer.prove.alone import prove_alone

    return prove_alone(case.outcome.spliced, how.budget, constants(X86_64), how.keep)
