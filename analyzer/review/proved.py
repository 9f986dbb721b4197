"""What proving a patch's functions came to, as answers. Loaded only where something was proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.errors import CodePlace
from analyzer.finding import Evidence, NotChecked, State
from analyzer.prove.proof import Counterexample, Outcome, Step
from analyzer.prove.session import Proofs, Proved
from analyzer.replay.outcome import Cause, Divergence, Setting
from analyzer.result import Assumption, Item
from analyzer.source import Place, Side

# What a setting of a proof says in the place of a base.
BASE = "for every input"
_ANY = "any"
_SHOWN = 12
_UNTOUCHED = "no function is changed on either side"
_SENTENCES = {
    "SM-2": "for all inputs every call is made alike: the same arguments, the same order",
    "SM-3": "for all inputs every error path makes the same calls and returns the same",
    "SM-4": "what is called, locks among it, is called in the same order for all inputs",
    "SM-5": "the same calls, results and memory for all inputs, however a function is left",
}


def same(proofs: Proofs) -> list[str]:
    """The functions that are the same for every input, each once."""
    other = {one.name for one in proofs.proofs if one.proof.outcome is not Outcome.SAME}
    return list(dict.fromkeys(one.name for one in proofs.proofs if one.name not in other))


def divergences(proofs: Proofs) -> tuple[Divergence, ...]:
    """The differences that are charged to the patch; one of several settings is told once."""
    found: dict[object, Divergence] = {}
    for one in proofs.proofs:
        example = one.proof.counterexample
        if one.proof.outcome is Outcome.DIFFERENT and example is not None:
            key = one.path, one.name, example.sort, _at(example.target), one.reading
            found.setdefault(key, _divergence(one, example))
    return tuple(found.values())


def _divergence(one: Proved, example: Counterexample) -> Divergence:
    here, there = _at(example.target), _at(example.upstream)
    given = f" with {example.input}" if example.given else ""
    return Divergence(
        cause=Cause.PATCH,
        item=one.item,
        function=one.name,
        place=here or CodePlace(one.path, one.line, None, one.name),
        upstream_line=there.line if there else None,
        setting=Setting(one.reading, one.config, BASE, "", _ANY),
        trace=(f"{one.name}(){given}",),
        observation=example.sort.value,
        invariant=None,
        upstream=tuple(map(_step, example.upstream)),
        target=tuple(map(_step, example.target)),
        of_tree=True,
        upstream_path=there.path if there else None,
    )


def _at(steps: tuple[Step, ...]) -> CodePlace | None:
    return next((each.place for each in steps if each.parts and each.place is not None), None)


def _step(step: Step) -> str:
    """A step as replay's stories have it; only where the sides part a line tells more."""
    line = f" (line {step.place.line})" if step.parts and step.place and step.place.line else ""
    return f"{'>' if step.parts else ' '} {step.text}{line}"


# --- what is open --------------------------------------------------------------------------------


def reasons(proofs: Proofs) -> tuple[str, ...]:
    """Why not everything is decided; empty where it is."""
    found = ["proving was interrupted"] if proofs.interrupted else []
    found += [
        f"{one.name}(){_spot(one.proof.place or _place(one))}: {one.proof.reason}"
        for one in proofs.proofs
        if one.proof.outcome is Outcome.UNDECIDED
    ]
    found += [f"{one.what}{_spot(one.place)}: {one.why}" for one in proofs.unproved]
    return tuple(dict.fromkeys(found))


def _place(one: Proved) -> CodePlace:
    return CodePlace(one.path, one.line, None, one.name)


def _spot(place: CodePlace | None) -> str:
    return "" if place is None or place.line is None else f" ({place.path}:{place.line})"


def alike_readings(proofs: Proofs) -> tuple[str, ...]:
    """The readings in which nothing differs, where another one does."""
    differing = {one.reading for one in proofs.proofs if one.proof.outcome is Outcome.DIFFERENT}
    every = dict.fromkeys(one.reading for one in proofs.proofs)
    return tuple(name for name in every if name not in differing) if differing else ()


# --- items ---------------------------------------------------------------------------------------


def guards(proofs: Proofs, title: str, beside: str) -> Item:
    """SM-1: ``beside`` is what was run besides."""
    open_points = reasons(proofs)
    if open_points:
        item = _open("SM-1", title, proofs, open_points, beside)
        # What was run is all that can be said then: by itself it is no reason to doubt.
        sampled = bool(beside) and not proofs.interrupted and _left_to_runs(proofs)
        return replace(item, state=State.NEEDS_REVIEW) if sampled else item
    names = same(proofs)
    listed = ", ".join(f"{name}()" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    do = "does" if len(names) == 1 else "do"
    said = f"for all inputs, {listed}{more} {do} the same as upstream's"
    if not names:
        said = f"for all inputs, {_UNTOUCHED}"
    elif not proofs.whole:
        said = "for all inputs, a turn of the loop moves what upstream's does, and when it does"
    return Item(
        "SM-1",
        title,
        State.OK,
        said,
        reason="; ".join(filter(None, (_settings(proofs), beside))),
        evidence=tuple(_evidence(proofs)),
    )


def _left_to_runs(proofs: Proofs) -> bool:
    """Whether all that is open differs in calls alone, or differed before the patch."""
    undecided = (one.proof for one in proofs.proofs if one.proof.outcome is Outcome.UNDECIDED)
    return all(one.of_base for one in undecided) and all(each.by_calls for each in proofs.unproved)


def by_proof(name: str, proofs: Proofs, title: str) -> Item:
    """SM-3 to SM-6 where nothing was run: the code is none that the model has."""
    open_points = reasons(proofs)
    if open_points:
        return _open(name, title, proofs, open_points, "")
    if name == "SM-6":
        said = "no trace was run: the model has nothing of this code, which is proved instead"
        return Item(name, title, State.NOT_APPLICABLE, said)
    return Item(name, title, State.OK, _SENTENCES[name], reason=_settings(proofs))


def beside_difference(name: str, title: str, where: str) -> Item:
    """An item that no difference is raised under, where nothing was run; ``where`` they are."""
    if name == "SM-6":
        said = "no trace was run: the model has nothing of this code, which is proved instead"
        return Item(name, title, State.NOT_APPLICABLE, said)
    return Item(
        name,
        title,
        State.NEEDS_REVIEW,
        f"nothing that differs is of this kind: see {where}",
        reason="a proof ends at the first difference of a function; no trace was run",
        next=f"Settle {where} first and run this again.",
    )


def sentence(name: str, proofs: Proofs) -> str:
    """What the proof adds to an item that running has answered; empty where it adds nothing."""
    return _SENTENCES.get(name, "") if proofs.complete and proofs.whole else ""


def on_and_off(name: str, title: str, proofs: Proofs, tested: frozenset[str]) -> Item | None:
    """CF-4 by proof; None where something is open, or one of the ``tested`` was not tried off."""
    off = {symbol for config in proofs.configs for symbol, value in config if value == "n"}
    if not proofs.complete or not proofs.configs or tested - off:
        return None
    said = ", ".join(
        " ".join(f"{symbol}={value}" for symbol, value in one) for one in proofs.configs
    )
    what = "every touched function does what upstream's does" if proofs.proofs else _UNTOUCHED
    with_symbols = ", with the symbols on and off" if off else ", and the build files gate alike"
    under = f" under {said}" if off else ""
    return Item(
        name,
        title,
        State.OK,
        f"{what}{with_symbols}",
        reason=f"proved for all inputs{under}; nothing was compiled",
    )


def _open(name: str, title: str, proofs: Proofs, why: tuple[str, ...], beside: str) -> Item:
    more = len(why) - 1 - _SHOWN
    names = same(proofs)
    done = f"the same for all inputs: {', '.join(f'{one}()' for one in names)}" if names else ""
    rest = (*why[1 : _SHOWN + 1], *([f"and {more} more"] if more > 0 else []), done, beside)
    return Item(
        name,
        title,
        State.CANNOT_TELL,
        f"not proved: {why[0]}",
        reason="; ".join(filter(None, rest)),
        evidence=tuple(_evidence(proofs)) if name == "SM-1" else (),
        next="Read these beside upstream's: they are not proved for all inputs.",
    )


def _settings(proofs: Proofs) -> str:
    configs = dict.fromkeys(one.config for one in proofs.proofs if one.config)
    under = ", ".join(" ".join(f"{name}={value}" for name, value in one) for one in configs)
    return f"proved under {under}" if under else ""


def _evidence(proofs: Proofs) -> Iterator[Evidence]:
    seen: set[tuple[str, str, str]] = set()
    for one in proofs.proofs:
        key = one.path, one.name, one.proof.outcome.value
        if key in seen or len(seen) >= _SHOWN:
            continue
        seen.add(key)
        words = "undecided" if one.proof.outcome is Outcome.UNDECIDED else one.proof.outcome.value
        run = ", ".join(f"{name}()" for name in one.proof.opened)
        through = f", run through {run}" if run else ""
        renamed = "" if one.proof.function == one.name else f" (upstream's {one.proof.function}())"
        text = f"{one.name}(){renamed}: {words}{through}"
        yield Evidence(text, Place(Side.TARGET, one.path, one.line))


# --- what is left --------------------------------------------------------------------------------


def not_checked(proofs: Proofs) -> Iterator[NotChecked]:
    """What a proof leaves open, and what it says nothing of."""
    if proofs.interrupted:
        yield NotChecked("the functions that were not proved yet", "proving was interrupted")
    for one in dict.fromkeys(
        (one.name, one.proof.reason, one.proof.place or _place(one))
        for one in proofs.proofs
        if one.proof.outcome is Outcome.UNDECIDED
    ):
        yield NotChecked(f"{one[0]}() for every input{_spot(one[2])}", one[1])
    for each in proofs.unproved:
        yield NotChecked(f"{each.what}{_spot(each.place)}", each.why)
    for what, why in proofs.notes:
        yield NotChecked(what, why)
    if not proofs.proofs:
        return
    yield NotChecked(
        "memory barriers and interleavings",
        "a proof compares what each function does by itself: it speaks neither of READ_ONCE(), "
        "barrier() and smp_*() nor of what others do meanwhile",
    )
    yield NotChecked(
        "the callees of proved functions",
        "a callee that both sides call alike is taken to do the same, see the assumptions",
    )
    yield NotChecked(
        "constants and sizes of other architectures",
        "proofs are for x86-64; that addresses are aligned is not asked",
    )


def assumptions(proofs: Proofs) -> Iterator[Assumption]:
    """What proofs stand on."""
    for text, rests in proofs.assumptions:
        yield Assumption(text, rests)
