"""What the replay counts predict for a performance claim: moves and flushes, on and off."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.finding import Evidence, NotChecked
from analyzer.replay.outcome import Config, Note, Outcome, Work
from analyzer.result import Assumption
from analyzer.review.behaviour import counted, where_run

_TARGET = "target.after"
_MOST = 12


def work_evidence(outcome: Outcome | None) -> tuple[Evidence, ...]:
    """The counts of the target's kernel, with the symbol on and off, for each trace."""
    lines = [Evidence(line) for line in dict.fromkeys(_lines(outcome))]
    more = len(lines) - _MOST
    return (*lines[:_MOST], Evidence(f"{more} more counts")) if more > 0 else tuple(lines)


def work_told(outcome: Outcome | None) -> str:
    """The ratios that the counts predict, in a sentence; empty where nothing was counted."""
    ratios = list(dict.fromkeys(filter(None, (_ratio(on, off) for on, off in _pairs(outcome)))))
    if not ratios:
        return ""
    return (
        f"counted by replaying: {'; '.join(ratios[:_MOST])}; these are steps, not time: what a "
        "step costs on the target was not measured"
    )


def recorded(outcome: Outcome | None) -> tuple[str, ...]:
    """Of each log, in a sentence, whether moving whole page tables helps it."""
    return tuple(
        f"{one.name}: {one.eligible:,} of {counted(one.calls, 'mremap() call')} could take the PMD "
        "path"
        for one in (outcome.traces if outcome else ())
    )


def trace_evidence(outcome: Outcome | None) -> tuple[Evidence, ...]:
    """What each log's calls did, and what the target gives otherwise than the log."""
    return tuple(
        Evidence(f"{one.name}: {line}")
        for one in (outcome.traces if outcome else ())
        for line in (*one.summary, *(_otherwise(note) for note in one.otherwise))
    )


def _otherwise(note: Note) -> str:
    return f"a result that the target does not give, {_times(note)}: {note.why}"


def _times(note: Note) -> str:
    return f"{counted(note.times, 'time')}, first at line {note.line}"


def logs_assumed(outcome: Outcome | None) -> tuple[Assumption, ...]:
    """What was taken for granted of the logs."""
    return tuple(
        Assumption(f"{one.name}: {text}", "RG-2, SM-6")
        for one in (outcome.traces if outcome else ())
        for text in (one.populate, *(f"{note.why} ({_times(note)})" for note in one.assumed))
    )


def logs_left_out(outcome: Outcome | None) -> tuple[NotChecked, ...]:
    """What of the logs was not read, not followed, or not run."""
    found = [
        NotChecked(f"{one.name}, {_times(note)}", note.why)
        for one in (outcome.traces if outcome else ())
        for note in one.left_out
    ]
    found += [
        NotChecked(f"{one.name}: mremap() itself", "only what its calls moved was run")
        for one in (outcome.traces if outcome else ())
        if not one.whole
    ]
    return tuple(found)


def _lines(outcome: Outcome | None) -> Iterator[str]:
    for one in outcome.work if outcome else ():
        if one.kernel == _TARGET:
            yield (
                f"{one.trace}; {where_run(one.setting)}: {counted(one.ptes_moved, 'PTE')} and "
                f"{counted(one.pmds_moved, 'PMD')} moved, "
                f"{counted(one.tables_allocated, 'table')} allocated, "
                f"{one.flushes:,} flush{'' if one.flushes == 1 else 'es'}"
            )


def _pairs(outcome: Outcome | None) -> Iterator[tuple[Work, Work]]:
    """The counts of one trace that differ in a symbol alone: first on, then off."""
    found: dict[tuple[str, str, str, str, str], list[Work]] = {}
    for one in outcome.work if outcome else ():
        if one.kernel == _TARGET:
            setting = one.setting
            place = (setting.reading, setting.base, setting.geometry, setting.arch)
            found.setdefault((*place, one.trace), []).append(one)
    for group in found.values():
        on = next((one for one in group if _is_on(one.setting.config)), None)
        off = next(
            (one for one in group if one.setting.config and not _is_on(one.setting.config)), None
        )
        if on is not None and off is not None:
            yield on, off


def _is_on(config: Config) -> bool:
    return any(value == "y" for _symbol, value in config)


def _ratio(on: Work, off: Work) -> str:
    """How many steps fewer there are with the symbol on; empty where it changes nothing."""
    steps = [(one.ptes_moved + one.pmds_moved, one.flushes) for one in (off, on)]
    (off_moves, off_flushes), (on_moves, on_flushes) = steps
    if not on_moves or steps[0] == steps[1]:
        return ""
    flushes = ""
    if on_flushes and off_flushes != on_flushes:
        flushes = f", flushes {off_flushes:,} to {on_flushes:,} ({off_flushes / on_flushes:.1f}x)"
    return f"{on.trace}: moves {off_moves:,} to {on_moves:,} ({off_moves / on_moves:.1f}x){flushes}"
