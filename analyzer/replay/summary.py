"""What a replay is summed up to: runs, work, gates, assumptions, which function was what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from analyzer.errors import Stopped
from analyzer.machine.observation import Observation
from analyzer.machine.scenario import Scenario
from analyzer.mm.geometry import X86_64
from analyzer.reference.base import Base
from analyzer.reference.commit import FUNCTION, SYMBOL
from analyzer.reference.path import FUNCTIONS
from analyzer.reference.slots import LOOP
from analyzer.replay.bench import Bench, Side
from analyzer.replay.generate import picture
from analyzer.replay.outcome import Gate, Pictured, Run, Setting, Work
from analyzer.replay.results import Result, Variant

_UPSTREAM = "upstream"


@cache
def _picture() -> tuple[Scenario, ...]:
    """The one scenario that work is counted on."""
    return (picture(X86_64),)


def runs(results: Sequence[Result]) -> Iterator[Run]:
    """Each setting with its counts."""
    for one in results:
        for geometry, operations, differing in one.compared.runs:
            yield Run(one.setting(geometry.name, geometry.arch), operations, differing)


def work(bench: Bench, variants: Sequence[Variant], base: Base) -> Iterator[Work]:
    """What each of the four kernels does with a few whole PMDs of touched memory."""
    (scenario,) = _picture()
    seen: set[tuple[object, ...]] = set()
    for variant in variants:
        sides = (
            ("upstream.before", _UPSTREAM, Side(base)),
            ("upstream.after", _UPSTREAM, variant.upstream(base)),
            ("target.before", variant.reading, Side(base)),
            ("target.after", variant.reading, variant.target(base)),
        )
        for name, reading, side in sides:
            run = _pictured(bench, side)
            if run is None or (name, reading, variant.config) in seen:
                continue
            seen.add((name, reading, variant.config))
            setting = Setting(reading, variant.config, base.name, X86_64.name, X86_64.arch)
            done = run.done
            yield Work(
                name,
                setting,
                scenario.call(),
                done.ptes_moved,
                done.pmds_moved,
                done.tables_allocated,
                done.flushes,
            )


def pictured(bench: Bench, variants: Sequence[Variant], base: Base) -> Pictured | None:
    """What upstream.after and target.after do on that scenario with the patch switched on."""
    variant = next((one for one in variants if one.main), None)
    if variant is None:
        return None
    ours = _pictured(bench, variant.upstream(base))
    theirs = _pictured(bench, variant.target(base))
    return None if ours is None or theirs is None else Pictured(_picture()[0], ours, theirs)


def _pictured(bench: Bench, side: Side) -> Observation | None:
    try:
        (run,) = bench.shown(side, X86_64, _picture())
    except Stopped:
        return None
    return run if run.halted is None else None


def gates(bench: Bench, results: Sequence[Result]) -> Iterator[Gate]:
    """Of each reading: what the kernel does with upstream's symbol on and off."""
    for reading in dict.fromkeys(one.variant.reading for one in results):
        mine = [one for one in results if one.variant.reading == reading]
        on = [one for one in mine if one.variant.main]
        off = [one for one in mine if not one.variant.on]
        if on and off:
            yield Gate(
                reading,
                SYMBOL,
                _does(bench, on[0]),
                _does(bench, off[0]),
                _as_before(off),
            )


def _as_before(off: Sequence[Result]) -> bool | None:
    if any(one.compared.found for one in off):
        return False
    return None if any(one.compared.stops for one in off) else True


def _does(bench: Bench, one: Result) -> str:
    run = _pictured(bench, one.variant.target(one.base))
    if run is None:
        return "it could not be run"
    if run.done.pmds_moved:
        return f"moves whole page tables ({run.done.pmds_moved} of them in the sample)"
    return f"moves every entry by itself ({run.done.ptes_moved} of them in the sample)"


def assumptions(variants: Sequence[Variant], bases: Sequence[Base]) -> Iterator[tuple[str, str]]:
    """What the comparison takes for granted, and what rests on it."""
    for text in dict.fromkeys(text for one in variants for text in one.splice.assumptions):
        yield text, "verdict"
    names = ", ".join(base.name for base in bases)
    yield (
        f"the rest of the move path in the target is as in the reference ({names})",
        "verdict, SM-1, SM-3, SM-4, SM-5, SM-6",
    )


def functions(variants: Sequence[Variant]) -> Iterator[tuple[str, str, str]]:
    """(kernel, function, standing) for each function that was run or could not be."""
    for kernel in ("upstream.before", "upstream.after", "target.before", "target.after"):
        own = dict(_own(variants)) if kernel == "target.after" else {}
        names = [*FUNCTIONS, LOOP]
        names += [FUNCTION] if kernel == "upstream.after" else []
        for name in dict.fromkeys((*own, *names)):
            yield kernel, name, own.get(name, "reference")


def _own(variants: Sequence[Variant]) -> Iterator[tuple[str, str]]:
    """The patch's own functions, the worst standing last so that it wins."""
    for one in variants:
        code = one.splice.code
        yield from ((each.name, "translated") for each in code.functions)
        yield from ((LOOP, "spliced") for _ in code.fragments)
    for one in variants:
        yield from ((each.what, each.standing) for each in one.splice.refused if each.standing)
