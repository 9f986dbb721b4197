"""gcc is the judge: compiled C and its translation do the same on thousands of states.

The C is linked with ``fixtures/model/harness.h``, which implements the primitives again, in C, and
prints each event. Lock rules and stale translations are not in there: faults are not compared.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from mm_api_runs import FIXTURES, Case, Kernel, cases, kernel, units_of

from analyzer.mm.entry import Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL, SMALL_ONE_LOCK, X86_64, Geometry, Level, small
from analyzer.translate import Faulted, Outcome, Returned

GCC = shutil.which("gcc")
MODEL = FIXTURES / "model"
# Each program by the files that make it up.
PROGRAMS = {
    "plain": ("model/path.c", "model/table-plain.c", "model/loop.c"),
    "ladder": ("model/path.c", "model/table-ladder.c", "model/loop.c"),
    "inline": ("model/path.c", "model/table-inline.c", "model/loop.c"),
    "need-flush": ("model/path.c", "model/table-need-flush.c"),
    "base": ("base/mm/mremap.c",),
    "base-4.20": ("base-4.20/mm/mremap.c",),
    "base-5.9": ("base-5.9/mm/mremap.c",),
}
# Geometries, and how many states of each.
STATES = (
    (SMALL, 160),
    (SMALL_ONE_LOCK, 60),
    (small(3, levels=3, split_pmd=False), 60),
    (small(2, levels=5), 60),
    (small(4, levels=2, split_pmd=False), 60),
    (small(7), 20),
    (X86_64, 8),
)
_KINDS = list(Kind)
_UNCOMPARED = {EventKind.FAULT, EventKind.UNLOCK, EventKind.READ}


def _text(name: str) -> str:
    return "\n".join((FIXTURES / each).read_text() for each in PROGRAMS[name])


def _line(case: Case) -> str:
    geometry = case.geometry
    numbers = [geometry.page_shift, *geometry.bits, geometry.split_pte, geometry.split_pmd]
    numbers += [case.old, case.new, case.length, case.need_rmap_locks, case.file, case.anon]
    numbers += [-1 if case.fails is None else case.fails, len(case.contents)]
    for address, kind, bits in case.contents:
        numbers += [address, _KINDS.index(kind), bits]
    return " ".join(str(int(each)) for each in numbers)


def _compiled(name: str, home: Path) -> Path:
    lines = _text(name).splitlines()
    program = "\n".join(line for line in lines if not line.startswith("#include"))
    whole = ((MODEL / "harness.h").read_text(), program, (MODEL / "harness.c").read_text())
    source, binary = home / "program.c", home / "program"
    source.write_text("\n".join(whole))
    command = [GCC or "gcc", "-w", "-std=gnu11", "-O1", str(source), "-o", str(binary)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]
    return binary


def _judged(binary: Path, given: Sequence[Case]) -> list[list[str]]:
    text = "\n".join(map(_line, given)) + "\n"
    done = subprocess.run([str(binary)], input=text, capture_output=True, text=True, check=True)
    runs = [run.splitlines() for run in done.stdout.split(".\n")]
    assert runs.pop() == []
    return runs


def _locks(names: object) -> str:
    return "unread" if names is None else ",".join(names) or "-"  # type: ignore[arg-type]


def _entry(said: tuple[Kind, int, int]) -> str:
    kind, target, bits = said
    return f"{_KINDS.index(kind)}:{target}:{bits}"


def _words(event: Event) -> list[str]:
    match event.kind, event.what:
        case EventKind.WRITE, (level, start, table, index, before, after, under):
            numbers = [str(int(each)) for each in (level, start, table, index)]
            return [*numbers, _entry(before), _entry(after), _locks(under)]
        case EventKind.ALLOCATE, (level, number):
            return [str(int(level)), "-" if number is None else str(number)]
        case EventKind.FREE, (level, number):
            return [str(int(level)), str(number)]
        case _, what:
            return [str(each) for each in what]


def _said(event: Event) -> str:
    return " ".join([event.kind.value, *_words(event), "|", _locks(event.under)])


def _translated(ran: Kernel, case: Case) -> list[str]:
    old, new = ran.prepare(case)
    arguments = (old, case.old, new, case.new, case.length, int(case.need_rmap_locks))
    outcome: Outcome = ran.program.call("move_page_tables", *arguments)
    lines = [_said(each) for each in ran.state.events if each.kind not in _UNCOMPARED]
    match outcome:
        case Returned(value=value):
            return [*lines, f"return {value} | {_locks(ran.state.under)}"]
        case Faulted():
            return [*lines, f"died | {_locks(ran.state.under)}"]
    raise AssertionError(outcome)


def _cases(geometry: Geometry, count: int) -> list[Case]:
    return list(cases(geometry, seed=7, count=count, huge=False))


@pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")
@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled_and_translated_do_the_same(name: str, tmp_path: Path) -> None:
    binary = _compiled(name, tmp_path)
    # Code from before p4d_t knows no fifth level.
    known = [one for one in STATES if "p4d_offset" in _text(name) or not one[0].bits[Level.P4D]]
    for geometry, count in known:
        given = _cases(geometry, count)
        symbols = {"HAVE_MOVE_PMD": True, "TRANSPARENT_HUGEPAGE": True}
        ran = kernel(units_of(_text(name), f"{name}.c", geometry, symbols, every=True), geometry)
        for case, expected in zip(given, _judged(binary, given), strict=True):
            assert _translated(ran, case) == expected, case


@pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("flush_tlb_range(vma, from, from + PMD_SIZE)", "flush_tlb_range(vma, to, to + PMD_SIZE)"),
        ("set_pmd_at(mm, to, new_pmd, pmd)", "set_pmd_at(mm, to, new_pmd, *new_pmd)"),
        ("end - from < PMD_SIZE", "end - from <= PMD_SIZE"),
        ("old_ptl = pmd_lock(mm, old_pmd)", "spin_lock(old_ptl = pmd_lockptr(mm, new_pmd))"),
        ("if (WARN_ON(!pmd_none(*new_pmd)))", "if (!pmd_none(*new_pmd))"),
    ],
)
def test_a_changed_statement_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    binary = _compiled("plain", tmp_path)
    text = _text("plain")
    assert text.count(right) == 1
    units = units_of(text.replace(right, wrong), "wrong.c", SMALL, {}, every=True)
    ran = kernel(units, SMALL)
    given = _cases(SMALL, 160)
    assert [_translated(ran, case) for case in given] != _judged(binary, given)


def test_the_states_reach_what_they_are_for() -> None:
    """Tables moved and pages moved, warnings, failures, all locks: a judge of nothing is none."""
    ran = kernel(units_of(_text("plain"), "plain.c", SMALL, {}, every=True), SMALL)
    seen: set[str] = set()
    for case in _cases(SMALL, 160):
        for line in _translated(ran, case):
            words = line.split()
            seen.add(" ".join(words[:2]) if words[0] in ("write", "report", "lock") else words[0])
    assert seen >= {
        *("write 0", "write 1", "write 2", "report warning", "allocate", "flush", "notify"),
        *("lock PTE", "lock PMD", "lock page_table_lock", "lock i_mmap", "lock anon_vma", "return"),
    }
