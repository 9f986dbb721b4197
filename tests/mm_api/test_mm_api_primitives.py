"""The primitives as C calls them: forms of all eras, wrong arguments, reports, folded levels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from mm_api_runs import Case, Kernel, kernel, units_of

from analyzer.errors import FaultKind, Stopped
from analyzer.mm.api import constants, functions, primitives, refused
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, YOUNG, Kind
from analyzer.mm.events import EventKind
from analyzer.mm.geometry import (
    ARM64_64K,
    I386,
    SMALL,
    SMALL_ONE_LOCK,
    SMALL_TWO_LEVELS,
    X86_64,
    X86_64_5,
    Geometry,
    Level,
)
from analyzer.mm.pgtable import find_pmd
from analyzer.mm.state import State
from analyzer.translate import Faulted, Halted, Outcome, Returned
from analyzer.translate.runtime.nothing import NULL
from analyzer.translate.runtime.pointers import Pointer

KERNEL_H = Path(__file__).parents[2] / "analyzer" / "translate" / "data" / "kernel.h"
OLD, NEW = 4 * SMALL.pmd_size, 16 * SMALL.pmd_size
CASE = Case(SMALL, OLD, NEW, SMALL.pmd_size, ((OLD, Kind.PAGE, DIRTY), (NEW, Kind.TABLE, 0)))
HEAD = """
static {returns} f(struct vm_area_struct *vma, struct vm_area_struct *new_vma, pmd_t *old_pmd,
		 pmd_t *new_pmd, unsigned long old, unsigned long new)
{{
	struct mm_struct *mm = vma->vm_mm;
{body}
}}
"""


def _run(
    body: str, case: Case = CASE, returns: str = "unsigned long", start: str = ""
) -> tuple[Kernel, Outcome]:
    """Run the body of a function on the state of a case; its PMD entries are there."""
    text = HEAD.format(returns=returns, body=body)
    ran = kernel(units_of(text, "f.c", case.geometry, {}, every=True), case.geometry)
    old, new = ran.prepare(case)
    pointers = []
    for address in (case.old, case.new):
        place = find_pmd(ran.state, address)
        pointers.append(NULL if place is None else Pointer(*place, None))
    return ran, ran.program.call("f", old, new, *pointers, case.old, case.new)


def _events(ran: Kernel, *kinds: EventKind) -> list[tuple[object, ...]]:
    return [each.what for each in ran.state.events if each.kind in kinds]


# --- arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("pmd_lockptr(mm)", "pmd_lockptr() takes 2 arguments in the model, not 1"),
        ("pmd_lockptr(mm, old_pmd, old)", "pmd_lockptr() takes 2 arguments in the model, not 3"),
        ("cond_resched(mm)", "cond_resched() takes 0 arguments in the model, not 1"),
        ("flush_tlb_page(vma)", "flush_tlb_page() takes 2 arguments in the model, not 1"),
        (
            "__pte_alloc(mm, vma, old_pmd, old, 0)",
            "__pte_alloc() takes 2 or 3 or 4 arguments in the model, not 5",
        ),
        ("pte_alloc(mm)", "pte_alloc() missing"),
        (
            "mmu_notifier_invalidate_range_start(mm, old)",
            "mmu_notifier_invalidate_range_start() takes 1 or 3 arguments in the model, not 2",
        ),
        (
            "pmd_lockptr(mm, old)",
            f"pmd_lockptr() is given {OLD} for pmd, a pointer to an entry in the model",
        ),
        (
            "__pte_alloc(mm, vma, old, old)",
            f"__pte_alloc() is given {OLD} for a pointer to an entry",
        ),
        (
            "pmd_lockptr(mm, &local)",
            "pmd_lockptr() is given <pointer to element 0 of 1> for pmd, a pointer to an entry in"
            " the model",
        ),
        ("spin_lock(mm)", "spin_lock() is given a Mm for lock, a lock in the model"),
        ("pte_none(vma)", "pte_none() is given a Vma for pte, an entry in the model"),
        (
            "flush_tlb_page(vma, mm)",
            "flush_tlb_page() is given a Mm for address, a number in the model",
        ),
        (
            "move_huge_pmd(vma, old, new, vma, old_pmd, new_pmd)",
            "move_huge_pmd() is given a Vma for an address",
        ),
        ("copy_page_range(mm, mm, vma)", "copy_page_range is not modelled"),
    ],
)
def test_what_the_model_cannot_take_stops_the_run(call: str, reason: str) -> None:
    # Any function may be handed anything once nobody declares it.
    names = re.findall(r"\b(\w+)\(", call)
    body = f"\tpmd_t local;\n\tlocal = *old_pmd;\n\t{call};\n\treturn 0;"
    declared = "".join(f"void {name}(...);\n" for name in names)
    text = declared + HEAD.format(returns="int", body=body)
    ran = kernel(units_of(text, "f.c", SMALL, {}, every=True), SMALL)
    old, new = ran.prepare(CASE)
    pointers = [
        Pointer(*found, None) for each in (OLD, NEW) if (found := find_pmd(ran.state, each))
    ]
    outcome = ran.program.call("f", old, new, *pointers, OLD, NEW)
    assert isinstance(outcome, Halted)
    if reason.endswith("missing"):
        reason = "pte_alloc() takes 2 arguments in the model, not 1"
    assert outcome.reason == reason
    assert outcome.place is not None
    assert (outcome.place.path, outcome.place.function) == ("f.c", "f")


@pytest.mark.parametrize(
    "call",
    [
        "pmd_lock(mm, NULL)",
        "pgd_offset(NULL, old)",
        "set_pmd(NULL, *old_pmd)",
        "flush_tlb_range(NULL, old, new)",
        "anon_vma_lock_write(NULL)",
        "i_mmap_lock_write(NULL)",
        "mmap_read_lock(NULL)",
        "mmu_notifier_invalidate_range_start((struct mmu_notifier_range *)NULL)",
        "__pte_alloc(mm, vma, NULL, old)",
        "spin_lock(NULL)",
    ],
)
def test_null_is_a_fault(call: str) -> None:
    _, outcome = _run(f"\t{call};\n\treturn 0;")
    assert isinstance(outcome, Faulted)
    assert outcome.fault.kind is FaultKind.NULL


def test_a_bug_of_ours_is_none_of_c() -> None:
    state = State(SMALL)
    state.held = None  # type: ignore[assignment]
    with pytest.raises(TypeError) as raised:
        functions()["cond_resched"](state)
    assert refused(raised.value) is None
    with pytest.raises(AttributeError) as other:
        object().nothing  # type: ignore[attr-defined] # noqa: B018
    assert refused(other.value) is None


def test_a_wrong_argument_is_told_from_a_bug() -> None:
    with pytest.raises(AttributeError) as raised:
        primitives(State(SMALL))["pte_none"](5)  # type: ignore[operator]
    said = refused(raised.value)
    assert isinstance(said, Stopped)
    assert said.reason == "pte_none() is given 5 for pte, an entry in the model"


def test_forms_agree_with_what_is_declared_to_the_translator() -> None:
    prototype = re.compile(r"^[\w\s*]+?\b\*?(\w+)\(([^()]*)\);$", re.MULTILINE)
    declared = dict(prototype.findall(KERNEL_H.read_text()))
    wrong = []
    for name, function in functions().items():
        code: Any = function.__code__  # type: ignore[attr-defined]
        parameters = declared.get(name, "...")
        if "..." in parameters or code.co_flags & 4:
            continue
        count = 0 if parameters == "void" else parameters.count(",") + 1
        if count != code.co_argcount - 1:
            wrong.append((name, parameters))
    assert wrong == []
    assert functions().keys() - declared.keys() == set()


# --- locks -----------------------------------------------------------------------------------


def test_the_address_of_an_embedded_lock_is_the_lock() -> None:
    case = Case(SMALL_ONE_LOCK, OLD, NEW, SMALL.pmd_size, CASE.contents)
    body = (
        "\tspinlock_t *ptl = &mm->page_table_lock;\n"
        "\tspin_lock(ptl);\n\tspin_unlock(&mm->page_table_lock);\n"
        "\treturn (ptl == pmd_lockptr(mm, old_pmd)) + 2 * (pte_lockptr(mm, new_pmd) != ptl);"
    )
    ran, outcome = _run(body, case)
    assert outcome == Returned(1)
    assert _events(ran, EventKind.FAULT) == []
    assert _events(ran, EventKind.LOCK) == [("page_table_lock", 0, "write")]


@pytest.mark.parametrize(
    ("take", "drop"),
    [
        ("mutex_lock(&m->i_mmap_mutex)", "mutex_unlock(&m->i_mmap_mutex)"),
        ("down_write(&m->i_mmap_rwsem)", "up_write(&m->i_mmap_rwsem)"),
        ("i_mmap_lock_write(m)", "i_mmap_unlock_write(m)"),
    ],
)
def test_the_lock_of_a_file_is_one_in_all_its_forms(take: str, drop: str) -> None:
    case = Case(SMALL, OLD, NEW, SMALL.pmd_size, file=True)
    body = (
        f"\tstruct address_space *m = vma->vm_file->f_mapping;\n\t{take};\n\t{drop};\n\treturn 0;"
    )
    ran, outcome = _run(body, case)
    assert outcome == Returned(0)
    assert [each.what for each in ran.state.events] == [("i_mmap lock 0", 0, "write")]


def test_pages_need_their_lock_and_a_lock_given_back_must_be_held() -> None:
    body = (
        "\tspinlock_t *ptl;\n\tpte_t *pte = pte_offset_map_lock(mm, old_pmd, old, &ptl);\n"
        "\tpte_unmap_unlock(pte, ptl);\n\tspin_unlock(ptl);\n\treturn pte_none(*pte);"
    )
    ran, outcome = _run(body)
    assert outcome == Returned(0)
    kinds = [what[0] for what in _events(ran, EventKind.FAULT)]
    assert kinds == [FaultKind.NOT_HELD, FaultKind.UNGUARDED]


# --- tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "__pte_alloc(mm, vma, new_pmd, new)",
        "__pte_alloc(mm, new_pmd, new)",
        "__pte_alloc(mm, new_pmd)",
    ],
)
def test_a_table_is_made_in_each_form(call: str) -> None:
    contents = ((OLD, Kind.PAGE, 0), (NEW + SMALL.pmd_size, Kind.TABLE, 0))
    done, outcome = _run(f"\treturn {call};", Case(SMALL, OLD, NEW, 4096, contents), "int")
    assert outcome == Returned(0)
    kinds = (EventKind.ALLOCATE, EventKind.LOCK)
    number = len(done.state.tables) - 1
    lock = next(each for each in done.state.tables.values() if each.level is Level.PMD).lock.name
    assert len(_events(done, EventKind.WRITE)) == 1
    assert _events(done, *kinds)[0] == (Level.PTE, number)
    assert _events(done, *kinds)[1][1:] == (0, "write")
    assert lock.startswith("PMD lock")
    failed, outcome = _run(
        f"\treturn {call};", Case(SMALL, OLD, NEW, 4096, contents, fails=0), "int"
    )
    assert outcome == Returned(-12)
    assert _events(failed, EventKind.ALLOCATE, EventKind.WRITE) == [(Level.PTE, None)]


def test_pte_alloc_looks_first() -> None:
    case = Case(SMALL, OLD, NEW, 4096, CASE.contents, fails=0)
    ran, outcome = _run("\treturn pte_alloc(mm, old_pmd, old) + pte_alloc(mm, old_pmd);", case)
    assert (outcome, ran.state.events) == (Returned(0), [])


LOOKUP = (
    "\tpgd_t *pgd = pgd_offset(mm, old);\n\tpud_t *pud;\n"
    "\tif (pgd_none_or_clear_bad(pgd))\n\t\treturn 1;\n"
    "\tpud = pud_offset(pgd, old);\n"
    "\tif (pud_none_or_clear_bad(pud))\n\t\treturn 2;\n"
    "\treturn pmd_none(*pmd_offset(pud, old)) ? 3 : 4;"
)


@pytest.mark.parametrize(
    ("geometry", "empty"),
    [(X86_64, 1), (SMALL, 1), (SMALL_TWO_LEVELS, 3), (I386, 3), (ARM64_64K, 2)],
    ids=lambda one: getattr(one, "name", ""),
)
def test_folded_levels_are_never_empty(geometry: Geometry, empty: int) -> None:
    size = geometry.pmd_size
    nothing = Case(geometry, size, 2 * size, size)
    assert _run(LOOKUP, nothing)[1] == Returned(empty)
    there = Case(geometry, size, 2 * size, size, ((size, Kind.TABLE, 0),))
    assert _run(LOOKUP, there)[1] == Returned(4)


def test_code_that_knows_no_fifth_level_is_not_run_on_one() -> None:
    size = X86_64_5.pmd_size
    outcome = _run(LOOKUP, Case(X86_64_5, size, 2 * size, size, ((size, Kind.TABLE, 0),)))[1]
    assert isinstance(outcome, Halted)
    assert outcome.reason == ("pud_offset() skips a level of page tables that x86-64, 5 levels has")


def test_an_entry_that_is_bad_is_reported_and_cleared() -> None:
    case = Case(SMALL, OLD, NEW, SMALL.pmd_size, ((OLD, Kind.HUGE, 0),))
    ran, outcome = _run("\treturn pmd_none_or_clear_bad(old_pmd) + pmd_none(*old_pmd);", case)
    assert outcome == Returned(2)
    assert _events(ran, EventKind.REPORT) == [("bad entry",)]
    assert [what[5] for what in _events(ran, EventKind.WRITE)] == [(Kind.NONE, 0, 0)]


def test_a_table_populated_is_a_table_moved() -> None:
    case = Case(SMALL, OLD, NEW, SMALL.pmd_size, ((OLD, Kind.PAGE, 0), (NEW * 2, Kind.TABLE, 0)))
    start = "\tpmd_t pmd;\n\tspinlock_t *ptl = pmd_lock(mm, old_pmd), *np = pmd_lockptr(mm, to);\n"
    found = "\tpmd_t *to = old_pmd + 1;\n"
    middle = "\tif (np != ptl)\n\t\tspin_lock_nested(np, 1);\n\tpmd = *old_pmd;\n"
    writes = (
        "\tpmd_clear(old_pmd);\n\tset_pmd_at(mm, old + PMD_SIZE, to, pmd);\n",
        "\tpmd_clear(old_pmd);\n\tpmd_populate(mm, to, pmd_pgtable(pmd));\n",
        "\tset_pmd(to, pmdp_get_and_clear(mm, old, old_pmd));\n",
        "\t*old_pmd = __pmd(0);\n\t*to = pmd;\n",
    )
    end = "\tflush_tlb_range(vma, old, old + PMD_SIZE);\n\tspin_unlock(ptl);\n\treturn 0;"
    seen = [_run(found + start + middle + each + end, case)[0].state.events for each in writes]
    assert [each.kind for each in seen[0]] == [
        *(EventKind.LOCK, EventKind.WRITE, EventKind.WRITE, EventKind.FLUSH)
    ]
    assert seen[1:] == [seen[0]] * 3


# --- reports ---------------------------------------------------------------------------------


def test_once_is_once_a_place_and_a_run() -> None:
    body = (
        "\tint i, seen = 0;\n\tfor (i = 0; i < 3; i++) {\n"
        "\t\tif (i == 1)\n\t\t\tcontinue;\n"
        "\t\tseen += WARN_ON_ONCE(1);\n\t\tseen += 10 * WARN_ON_ONCE(i == 2);\n"
        "\t\tWARN_ON(i == 0);\n\t\tVM_WARN_ON_ONCE(i);\n\t}\n\treturn seen;"
    )
    ran, outcome = _run(body)
    assert outcome == Returned(12)
    assert _events(ran, EventKind.REPORT) == [("warning",)] * 4
    old, new = ran.prepare(CASE)
    assert ran.program.call("f", old, new, NULL, NULL, OLD, NEW) == Returned(12)
    assert _events(ran, EventKind.REPORT) == [("warning",)] * 4


@pytest.mark.parametrize("call", ["BUG()", "BUG_ON(1)", "VM_BUG_ON(old)", "VM_BUG_ON_VMA(1, vma)"])
def test_a_bug_ends_the_run_at_its_line(call: str) -> None:
    _, outcome = _run(f"\t{call};\n\tflush_tlb_mm(mm);\n\treturn 0;")
    assert isinstance(outcome, Faulted)
    assert outcome.fault.kind is FaultKind.BUG
    assert outcome.fault.place is not None
    assert outcome.fault.place.line == 6


# --- the rest --------------------------------------------------------------------------------

RANGES = [
    "mmu_notifier_range_init(&range, mm, old, new);",
    "mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, mm, old, new);",
    "mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, vma, mm, old, new);",
]


@pytest.mark.parametrize("init", RANGES)
def test_a_notifier_is_told_in_each_form(init: str) -> None:
    body = (
        f"\tstruct mmu_notifier_range range;\n\t{init}\n"
        "\tmmu_notifier_invalidate_range_start(&range);\n"
        "\tmmu_notifier_invalidate_range_end(mm, old, new);\n\treturn range.end - range.start;"
    )
    ran, outcome = _run(body)
    assert outcome == Returned(NEW - OLD)
    assert [each.what for each in ran.state.events] == [("start", OLD, NEW), ("end", OLD, NEW)]


@pytest.mark.parametrize(
    "call",
    [
        "move_huge_pmd(vma, new_vma, old, new, old + PMD_SIZE, old_pmd, new_pmd)",
        "move_huge_pmd(vma, old, new, old + PMD_SIZE, old_pmd, new_pmd)",
        "move_huge_pmd(vma, old, new, old_pmd, new_pmd)",
    ],
)
def test_a_huge_entry_is_moved_in_each_form(call: str) -> None:
    contents = ((OLD, Kind.HUGE, YOUNG), (NEW + SMALL.pmd_size, Kind.TABLE, 0))
    ran, outcome = _run(f"\treturn {call};", Case(SMALL, OLD, NEW, SMALL.pmd_size, contents))
    assert outcome == Returned(1)
    values = [what[5] for what in _events(ran, EventKind.WRITE)]
    assert values == [(Kind.NONE, 0, 0), (Kind.HUGE, 0, YOUNG | SOFT_DIRTY)]
    assert _events(ran, EventKind.FLUSH) == [(OLD, OLD + SMALL.pmd_size)]
    assert _events(ran, EventKind.FAULT) == []


def test_constants_have_the_width_of_the_machine() -> None:
    assert constants(X86_64)["PMD_MASK"] == 0xFFFF_FFFF_FFE0_0000
    assert constants(I386)["PMD_MASK"] == 0xFFC0_0000
    assert constants(I386)["PUD_SIZE"] == constants(I386)["PMD_SIZE"] == 0x40_0000
    assert constants(X86_64)["PTRS_PER_P4D"] == 1
    assert constants(X86_64)["HPAGE_PMD_NR"] == 512
    assert constants(X86_64)["TASK_SIZE"] == (1 << 47) - 4096


def test_the_running_task_has_the_address_space() -> None:
    assert _run("\treturn current->mm == mm;")[1] == Returned(1)
