"""The translation's own C programs on terms, each pinned to one input: gcc says what they return.

What is run here is all that a proof runs: words for integers, memory for what pointers lead to,
every function of the file opened. By itself this runs every third program; with ``PROVE_ALL=1``
all of them, on more inputs.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "translate"))

from oracle import GCC, Program, judged, programs
from prove_pairs import seen

from analyzer.errors import Stopped
from analyzer.prove.heads import Unrolled
from analyzer.prove.model import Model
from analyzer.prove.pinned import Pinned
from analyzer.prove.product import argument_name, arguments
from analyzer.prove.run import Run
from analyzer.prove.side import Shared, Side
from analyzer.translate import Translated, load
from analyzer.translate.program import Returned

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")
ALL = os.environ.get("PROVE_ALL") == "1"
# Of a program's inputs so many are run.
INPUTS = 8 if ALL else 2

STATIC = "keeps a static variable"
UNKNOWN_TYPE = "reads through a pointer whose type is not known"
# What a proof does not do, and says so.
REFUSED = {
    "macro_defines": "is not translated",
    "macro_odd": "is not translated",
    "macro_paste_odd": "is not translated",
    "switch_duff": "is not translated",
    "switch_unbraced": "is not translated",
    "static_local": STATIC,
    "static_local_scope": STATIC,
    "string_index": STATIC,
    "macro_paste": UNKNOWN_TYPE,
    "string_bytes": UNKNOWN_TYPE,
    "string_table": UNKNOWN_TYPE,
    "union_bytes": "type-punned access to an array",
    # A local's address, made an integer and a pointer again, leads nowhere.
    "pointer_integer": "read through a wild pointer, WILD(0xffffc90000000000)",
}
# A proof holds for whatever a file's variables hold when the function is called. These programs
# count on what they hold at the start: here that is zero, so that the answers are others.
INITIAL = {
    *("array_designated", "declarator_mix", "enum_arithmetic", "error_pointer", "global_array"),
    *("global_pointer", "global_scalar", "global_shadowed", "kernel_search", "names_underscore"),
    *("pointer_out_pointer", "struct_return"),
}


@cache
def side_of(program: Program) -> Side:
    """A program's entry, with all functions of its file opened."""
    sees = seen(program.text)
    entry = sees.function(program.entry(64).name)
    if not isinstance(entry, Translated):
        raise Stopped("is not translated")
    others = load(program.text, "f.c").functions.keys() - {entry.name}
    return Side(sees, entry, Shared(sees.environment), sorted(others), constants={})


def answered(program: Program, values: tuple[int, ...]) -> int | str:
    """What a program returns on terms for an input, or why it does not."""
    entry = program.entry(64)
    side = side_of(program)
    model = Model(
        {
            argument_name(number): value % (1 << kind.bits)
            for number, (value, kind) in enumerate(zip(values, entry.takes, strict=True))
        }
    )
    path = Pinned(model)
    run = Run(side, path, lambda event: None, trusted=False)
    run.loops = Unrolled(1 << 20, path.decided, lambda head: None)
    outcome = side.program.judge(lambda: side.call(run, arguments(run)))
    if not isinstance(outcome, Returned):
        return str(outcome)
    return entry.returns.wrap(model.value(run.term_of(outcome.value, max(entry.returns.bits, 1))))


def chosen(program: Program) -> list[int]:
    """Which inputs of a program are run: those spread over its list."""
    count = len(program.arguments(64))
    return sorted({number * (count - 1) // (INPUTS - 1) for number in range(INPUTS)})


def run_all(program: Program) -> list[int | str]:
    return [answered(program, program.arguments(64)[at]) for at in chosen(program)]


@needs_gcc
def test_programs_return_what_gcc_s_return() -> None:
    wrong = {}
    for program in programs()[:: 1 if ALL else 3]:
        if program.name in {*REFUSED, *INITIAL}:
            continue
        wanted = [judged(64)[program.name][at] for at in chosen(program)]
        found = run_all(program)
        if found != wanted:
            wrong[program.name] = (found, wanted)
    assert wrong == {}


@needs_gcc
def test_programs_with_initial_values_see_others() -> None:
    same = [
        program.name
        for program in programs()
        if program.name in INITIAL
        and run_all(program) == [judged(64)[program.name][at] for at in chosen(program)]
    ]
    assert same == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_proof_does_not_do_is_said(name: str) -> None:
    program = next(each for each in programs() if each.name == name)
    try:
        said = str(answered(program, program.arguments(64)[0]))
    except Stopped as stopped:
        said = stopped.reason
    assert REFUSED[name] in said


def test_most_programs_are_run() -> None:
    assert len(programs()) - len(REFUSED) - len(INITIAL) >= 185
