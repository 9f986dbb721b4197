"""CF-4: does the code behave with the symbol on and off, in every reading of the patch?"""

from __future__ import annotations

from analyzer.compare.outline import is_c
from analyzer.compare.symbols import Symbols
from analyzer.finding import State
from analyzer.replay.outcome import Gate, Outcome
from analyzer.result import Item
from analyzer.review.behaviour import coverage
from analyzer.review.case import Case
from analyzer.review.semantics import differs, not_run_for, raised

_ITEM = "CF-4"
_TITLE = "does the code build and behave with the symbol on and off?"
_BUILD = "Build with the symbol on and off: nothing was compiled here."


def behaves_on_and_off(case: Case) -> Item:
    """CF-4: both values are run; where the gate itself is assumed, each reading is told."""
    names = [reading.name for reading in case.mended.readings]
    gates = dict(zip(names, map(_gate, case.symbols), strict=True))
    outcome = case.outcome
    found = raised(case, _ITEM)
    if found:
        return differs(case, _ITEM, _TITLE, found)
    if not any(gates.values()) and not (outcome and outcome.gates):
        return Item(_ITEM, _TITLE, State.NOT_APPLICABLE, "no added code depends on a symbol")
    if (outcome is None or not outcome.gates) and case.proofs is not None:
        from analyzer.review.proved import on_and_off

        proved = on_and_off(_ITEM, _TITLE, case.proofs, _tested(case))
        if proved is not None:
            return proved
    if outcome is None or not outcome.gates:
        return _not_run(case, gates)
    return _run(case, outcome, names)


def _gate(symbols: Symbols) -> str:
    used = [str(one.symbol) for one in symbols.used]
    counts = (
        f"CONFIG_{name} gates code in {used.count(name)} places" for name in dict.fromkeys(used)
    )
    return ", ".join(counts)


def _tested(case: Case) -> frozenset[str]:
    """The symbols that added C tests. What a Makefile tests decides no more than what is built."""
    return frozenset(
        one.symbol
        for symbols in case.symbols
        for one in symbols.used
        if one.symbol is not None and is_c(one.path)
    )


def _not_run(case: Case, gates: dict[str, str]) -> Item:
    told = "; ".join(
        f"{name}: {gate or 'no code depends on a symbol'}" for name, gate in gates.items()
    )
    assumed = " and the gate rests on assumed lines" if len(set(gates.values())) > 1 else ""
    why = "; ".join(not_run_for(case, _ITEM)) if case.outcome else ""
    return Item(
        _ITEM,
        _TITLE,
        State.CANNOT_TELL,
        f"behaviour was not run{assumed}",
        reason="; ".join(filter(None, (told, why))),
        next="Build and run with the symbol on and off.",
    )


def _run(case: Case, outcome: Outcome, names: list[str]) -> Item:
    readings = dict.fromkeys([*names, *(gate.reading for gate in outcome.gates)])
    answers = {name: _answer(outcome, name) for name in readings}
    told = "; ".join(f"{name}: {_told(gates)}" for name, gates in answers.items())
    first = next(iter(answers.values()))
    if any(gates != first for gates in answers.values()):
        return Item(
            _ITEM,
            _TITLE,
            State.CANNOT_TELL,
            "with the symbol off, the readings of the damaged patch behave differently",
            reason=told,
            next="Fetch the patch undamaged, or give the tree that it is for (--target).",
        )
    changed = [gate for gate in first if gate[3] is False]
    if changed:
        return Item(
            _ITEM,
            _TITLE,
            State.FINDING,
            f"with {changed[0][0]} off, the kernel does not do what it did before the patch",
            reason=told,
            next=f"Put what the patch changes under CONFIG_{changed[0][0]}, as upstream does.",
        )
    open_points = not_run_for(case, _ITEM)
    if open_points or any(gate[3] is None for gate in first):
        why = "; ".join(open_points) or "the kernel before the patch could not be run"
        summary = "whether the kernel with the symbol off does what it did before, was not told"
        return Item(_ITEM, _TITLE, State.CANNOT_TELL, summary, reason=f"{told}; {why}", next=_BUILD)
    symbols = ", ".join(dict.fromkeys(gate[0] for gate in first))
    return Item(
        _ITEM,
        _TITLE,
        State.OK,
        f"with {symbols} off, the kernel does what it did before the patch",
        reason=f"{told}; run on {coverage(outcome)}; nothing was compiled",
    )


def _answer(outcome: Outcome, reading: str) -> tuple[tuple[str, str, str, bool | None], ...]:
    """What was seen in one reading; empty where no code depends on a symbol in it."""
    gates: list[Gate] = [gate for gate in outcome.gates if gate.reading == reading]
    return tuple((gate.symbol, gate.on, gate.off, gate.off_as_before) for gate in gates)


def _told(gates: tuple[tuple[str, str, str, bool | None], ...]) -> str:
    if not gates:
        return "no code depends on a symbol"
    return ", ".join(f"{symbol}=y: {on}, {symbol}=n: {off}" for symbol, on, off, _before in gates)
