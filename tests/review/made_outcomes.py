"""Outcomes of replays as the engine hands them on, made up: they are input here."""

from __future__ import annotations

from analyzer.errors import CodePlace
from analyzer.replay.outcome import (
    Cause,
    Divergence,
    Gate,
    NotRun,
    Outcome,
    Run,
    Setting,
    Told,
    Work,
)

READING = "as it stands"
OLD_BASE, NEW_BASE = "4.9-style", "5.9-style"
ON, OFF = (("HAVE_IT", "y"),), (("HAVE_IT", "n"),)
CALL = "move_page_tables(old 0x8000, new 0x10000, length 0x8000, need_rmap_locks false)"
PATH = "mm/mremap.c"


def setting(
    config: tuple[tuple[str, str], ...] = ON, *, reading: str = READING, base: str = OLD_BASE
) -> Setting:
    return Setting(reading, config, base, "4 levels", "x86_64")


def divergence(
    cause: Cause, item: str, *, line: int | None = 2, fix: str | None = None, reading: str = READING
) -> Divergence:
    place = None if line is None else CodePlace(PATH, line, 4, "move_it")
    return Divergence(
        cause=cause,
        item=item,
        function="move_it" if place else "",
        place=place,
        upstream_line=231,
        setting=setting(reading=reading),
        trace=("page at 0x8000", CALL),
        observation="flush",
        invariant="no stale translation when a page-table lock is released",
        upstream=("  ptl | takes the lock", "> ptl | flushes", "      | releases the lock"),
        target=("  ptl | takes the lock", "> ptl | releases the lock", "      | flushes"),
        fix=fix,
    )


def runs(*differing: str, readings: tuple[str, ...] = (READING,)) -> tuple[Run, ...]:
    """Ten operations in each setting; one of them differs where the reading is ``differing``."""
    return tuple(
        Run(setting(config, reading=reading, base=base), 10, int(reading in differing))
        for reading in readings
        for config in (ON, OFF)
        for base in (OLD_BASE, NEW_BASE)
    )


def gate(
    reading: str = READING, *, off: str = "moves entries", as_before: bool | None = True
) -> Gate:
    return Gate(reading, "HAVE_IT", "moves tables", off, as_before)


WORK = (
    Work("target.after", setting(ON), "two tables", 0, 2, 0, 2),
    Work("target.after", setting(OFF), "two tables", 1024, 0, 2, 16),
)
FUNCTIONS = (
    ("upstream.before", "move_page_tables", "reference"),
    ("upstream.after", "move_it", "reference"),
    ("target.before", "move_page_tables", "reference"),
    ("target.after", "move_it", "translated"),
    ("target.after", "move_ptes", "reference"),
    ("target.after", "move_page_tables", "spliced"),
)
SAME = Outcome(
    ran=True,
    runs=runs(),
    work=WORK,
    gates=(gate(),),
    assumptions=(("the rest of the target is as in the reference", "verdict"),),
    functions=FUNCTIONS,
    excluded=(NotRun("the 4.20-style base", "its locals are called otherwise"),),
    seed=7,
)
DIFFERS = Outcome(
    ran=True,
    divergences=(
        divergence(Cause.BASE, "SM-4", line=None),
        divergence(Cause.PATCH, "SM-4"),
        divergence(Cause.FOLLOW_UP, "DP-2", fix="aaaabbbbcccc"),
    ),
    runs=runs(READING),
    work=WORK,
    gates=(gate(),),
    probes=(Told("aaaabbbbcccc", False, "no lock is held", CodePlace(PATH, 2, 4, "move_it")),),
    functions=FUNCTIONS,
    seed=7,
)
UNDECIDED = Outcome(
    ran=False,
    not_run=(
        NotRun("frobnicate()", "the model does not have it", CodePlace(PATH, 2, 4, "move_it")),
    ),
    functions=(("target.after", "move_it", "unmodelled"),),
    seed=7,
)
