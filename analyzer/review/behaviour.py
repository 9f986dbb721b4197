"""What replaying the patch showed, as far as it may be held against the patch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.patch.damage import Damage, DamageKind
from analyzer.replay.outcome import Cause, Divergence, NotRun, Outcome, Setting
from analyzer.review.case import Case

_CHARGED = (Cause.PATCH, Cause.CONFIGURATION)
# What the patch is charged with comes first, what it shares with upstream next.
_ORDER = (*_CHARGED, Cause.FOLLOW_UP, Cause.BASE)
# What a geometry of no architecture, made for sweeps, is said to be of.
NO_ARCH = "any"
_C = (".c", ".h")
_ASSEMBLY = (".S",)
# Text that could not be read as a hunk's: what it says is not known.
_UNREAD = (DamageKind.TRUNCATED, DamageKind.GARBLED, DamageKind.WRONG_COUNTS)


@dataclass(frozen=True, slots=True)
class Named:
    """A divergence under the id that the report gives it."""

    id: str
    divergence: Divergence


def touches_code(case: Case) -> bool:
    """Whether the patch changes C or assembly."""
    return any(
        path is not None and path.endswith((*_C, *_ASSEMBLY))
        for file in case.patch.files
        for path in (file.old_path, file.new_path)
    )


def named(case: Case) -> tuple[Named, ...]:
    """Every divergence that stands, in the order and under the ids of the report."""
    loose = unsettled(case)
    standing = [one for one in _differing(case) if one not in loose]
    standing.sort(key=lambda one: _ORDER.index(one.cause))
    return tuple(Named(f"D{number}", one) for number, one in enumerate(standing, 1))


def of_cause(case: Case, *causes: Cause) -> tuple[Named, ...]:
    """The divergences that stand and have one of these causes."""
    return tuple(one for one in named(case) if one.divergence.cause in causes)


def charged(case: Case) -> tuple[Named, ...]:
    """What the patch itself, or the configuration it brings, does otherwise than upstream."""
    return of_cause(case, *_CHARGED)


def unsettled(case: Case) -> tuple[Divergence, ...]:
    """Differences that the patch may not be charged with, since lines of it are lost or assumed.

    Added lines that are lost for good may be just what is missing, and so may a hunk of which the
    diffstat alone is left; and where one reading of a damaged patch behaves like upstream's, the
    difference rests on lines that nobody has read.
    """
    if not case.mended.unexplained and not any(_unread(case)) and not readings_alike(case):
        return ()
    return tuple(one for one in _differing(case) if one.cause in _CHARGED)


def _differing(case: Case) -> tuple[Divergence, ...]:
    """What running and proving found."""
    own = case.outcome.divergences if case.outcome is not None else ()
    if case.proofs is None:
        return own
    from analyzer.review.proved import divergences

    return (*own, *divergences(case.proofs))


def readings_alike(case: Case) -> tuple[str, ...]:
    """The readings that did not differ once, run or proved, where another one did."""
    found = alike_readings(case.outcome) if case.outcome is not None else ()
    if case.proofs is None:
        return found
    from analyzer.review.proved import alike_readings as of_proofs

    return tuple(dict.fromkeys((*found, *of_proofs(case.proofs))))


def ran(case: Case) -> bool:
    """Whether anything was run."""
    return case.outcome is not None and any(run.operations for run in case.outcome.runs)


def left_to_proof(case: Case) -> bool:
    """Whether the model has nothing of the code, so that only a proof can answer."""
    return case.proofs is not None and case.proofs.whole and not ran(case)


def alike_readings(outcome: Outcome) -> tuple[str, ...]:
    """The readings that were run and did not differ once, where another one did."""
    differing = {run.setting.reading for run in outcome.runs if run.differing}
    differing |= {one.setting.reading for one in outcome.divergences if one.cause in _CHARGED}
    all_run = dict.fromkeys(run.setting.reading for run in outcome.runs)
    return tuple(name for name in all_run if name not in differing) if differing else ()


def doubts(case: Case) -> tuple[str, ...]:
    """What of the behaviour was not compared, in words; empty where nothing is open."""
    outcome = case.outcome
    if case.proofs is not None and left_to_proof(case):
        from analyzer.review.proved import reasons

        return (*reasons(case.proofs), *_lost(case), *_beyond(case))
    if outcome is None:
        return ("behaviour was not run",)
    general = [told(one) for one in outcome.not_run if _of_behaviour(one)]
    if not general and not (outcome.ran and any(run.operations for run in outcome.runs)):
        general = ["no comparison was made"]
    return (*general, *_lost(case), *_beyond(case))


def lost_or_beyond(case: Case) -> bool:
    """Whether lines are lost, or code is there that no translation reads."""
    return bool(_lost(case) or _beyond(case))


def _of_behaviour(one: NotRun) -> bool:
    """Whether it is about what the code does: all of it, or what one of SM-1 to SM-6 asks."""
    return one.item is None or one.item.startswith("SM-")


def open_gates(case: Case) -> list[str]:
    """Symbols with which off the kernel changes all the same, however the patch is read."""
    outcome = case.outcome
    if outcome is None:
        return []
    changing = {
        (gate.reading, gate.symbol) for gate in outcome.gates if gate.off_as_before is False
    }
    names = [reading.name for reading in case.mended.readings]
    return [
        symbol
        for symbol in dict.fromkeys(gate.symbol for gate in outcome.gates)
        if all((name, symbol) in changing for name in names)
    ]


def _lost(case: Case) -> list[str]:
    mended = case.mended
    found = [
        f"{mended.unexplained} added lines are lost and may be code" * (mended.unexplained > 0),
        f"{mended.inexact} hunks may have lost removed lines, and added ones in their place"
        * (mended.inexact > 0),
        "the readings of the damaged patch behave differently" * bool(unsettled(case)),
    ]
    return [text for text in (*found, *_unread(case)) if text]


def _unread(case: Case) -> Iterator[str]:
    """Text that is no hunk's, and files of which the diffstat counts more than the hunks have."""
    for one in case.mended.damage:
        of_code = one.path is None or one.path.endswith((*_C, *_ASSEMBLY))
        if of_code and (one.kind in _UNREAD or _fewer(one)) and not one.restored:
            yield f"{one.path or 'the input'}: {one.text}"


def _fewer(one: Damage) -> bool:
    """Whether a file's hunks have fewer changed lines than the diffstat counts: one may be lost."""
    if one.kind is not DamageKind.DIFFSTAT or one.path is None:
        return False
    return one.kept is not None and (one.declared is None or one.kept < one.declared)


def _beyond(case: Case) -> list[str]:
    """Code that no translation reads, whatever the replay says."""
    return [
        f"{file.path}: {why}"
        for file in case.patch.files
        for why in (
            "assembly is not run" * file.path.endswith(_ASSEMBLY),
            "no line of it is shown" * (file.binary and file.path.endswith(_C)),
        )
        if why
    ]


def told(one: NotRun) -> str:
    """What was not run, where, and why."""
    place = one.place
    spot = "" if place is None or place.line is None else f" ({place.path}:{place.line})"
    return f"{one.what}{spot}: {one.why}"


def counted(number: int, noun: str) -> str:
    """``1 run``, ``1,200 runs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(values: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; each value once."""
    unique = list(dict.fromkeys(values))
    head = ", ".join(unique[:-1])
    return f"{head} and {unique[-1]}" if head else "".join(unique)


def coverage(outcome: Outcome) -> str:
    """How much was compared: ``1,200 operations on 2 bases (a, b) and 5 geometries; X=y, X=n``."""
    runs = [run for run in outcome.runs if run.operations]
    operations = counted(sum(run.operations for run in runs), "operation")
    bases = dict.fromkeys(run.setting.base for run in runs)
    geometries = {run.setting.geometry for run in runs}
    configs = dict.fromkeys(configured(run.setting) for run in runs if run.setting.config)
    how_many = "1 geometry" if len(geometries) == 1 else f"{len(geometries)} geometries"
    under = f"; {', '.join(configs)}" if configs else ""
    return f"{operations} on {counted(len(bases), 'base')} ({', '.join(bases)}), {how_many}{under}"


def configured(setting: Setting) -> str:
    """``HAVE_MOVE_PMD=y``."""
    return " ".join(f"{symbol}={value}" for symbol, value in setting.config)


def where_run(setting: Setting) -> str:
    """A setting in words."""
    arch = "" if setting.arch == NO_ARCH else f"{setting.arch}, "
    geometry = f"{arch}{setting.geometry}"
    parts = (setting.base, geometry, configured(setting), setting.reading)
    return "; ".join(part for part in parts if part)
