"""What translated C may call: one module for each of the kernel's headers.

Each function has the kernel's name, takes the state before C's parameters, and says what it keeps
of the kernel's function and what it drops; ``docs/model.md`` gathers that. A name that is not here
stops the run that reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from types import FunctionType
from typing import Any

from analyzer.errors import Stopped
from analyzer.mm.geometry import X86_64, Geometry, Level
from analyzer.mm.state import State
from analyzer.mm.vmflags import FLAGS

HEADERS = (
    "bug",
    "fs",
    "hooks",
    "huge_mm",
    "hugetlb",
    "limits",
    "lockdep",
    "mm",
    "mmap",
    "mmap_lock",
    "mmu_notifier",
    "mutex",
    "pgtable",
    "pgtable_set",
    "pmd_value",
    "printk",
    "pte_value",
    "rmap",
    "rwsem",
    "sched",
    "spinlock",
    "swapops",
    "tlbflush",
    "userfaultfd",
    "vma",
)
# What code passes on to an allocation; the model looks at no bit of them.
_GFP = {"GFP_KERNEL": 0xCC0, "GFP_ATOMIC": 0xA20, "GFP_NOWAIT": 0x800}
# Levels by the beginning of their macros' names, and how many entries a table has.
_LEVELS = {"PAGE": Level.PTE, "PMD": Level.PMD, "PUD": Level.PUD, "P4D": Level.P4D}
_LEVELS |= {"PGDIR": Level.PGD, "HPAGE_PMD": Level.PMD, "HPAGE_PUD": Level.PUD, "HPAGE": Level.PMD}


def primitives(state: State) -> dict[str, object]:
    """What a program is bound to: functions and constants by their C names.

    The constants are those of the state's geometry; ``unsigned long`` has its width.
    """
    from analyzer.mm.api.sched import Task
    from analyzer.mm.api.variable import Variable

    bound: dict[str, object] = {name: partial(each, state) for name, each in functions().items()}
    bound.update(constants(state.geometry))
    bound["current"] = Task(state)
    bound["sysctl_max_map_count"] = Variable(lambda: state.limits.areas)
    return bound


def names() -> frozenset[str]:
    """The C names that ``primitives`` gives, whatever the geometry."""
    return frozenset((*functions(), *constants(X86_64), "current", "sysctl_max_map_count"))


def refused(accident: Exception) -> Stopped | None:
    """Say what C did wrong to a primitive that raised; None where it is a bug of ours.

    For ``Program``: see ``refusal``.
    """
    from analyzer.mm.api import refusal

    return refusal.refused(accident)


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """All functions of the headers, by their C names."""
    return {each.__name__: each for header in HEADERS for each in _public(header)}


def _public(header: str) -> Iterator[FunctionType]:
    module = import_module(f"{__name__}.{header}")
    for name, value in vars(module).items():
        mine = isinstance(value, FunctionType) and value.__module__ == module.__name__
        # One underscore is ours, two are the kernel's.
        if mine and (name.startswith("__") or not name.startswith("_")):
            yield value


@cache
def constants(geometry: Geometry) -> dict[str, int]:
    """Constants of a geometry by their C names: bytes, masks, shifts, counts of entries."""
    found = {**_GFP, **FLAGS}
    for name, level in _LEVELS.items():
        size = geometry.size(level)
        found[f"{name}_SIZE"] = size & geometry.word_mask
        found[f"{name}_MASK"] = -size & geometry.word_mask
        found[f"{name}_SHIFT"] = geometry.shift(level)
    for level in Level:
        found[f"PTRS_PER_{level.name}"] = geometry.entries(level)
    pages = geometry.size(Level.PMD) >> geometry.page_shift
    found["HPAGE_PMD_NR"] = pages
    found["HPAGE_PMD_ORDER"] = pages.bit_length() - 1
    found["TASK_SIZE"] = geometry.task_size & geometry.word_mask
    found["FIRST_USER_ADDRESS"] = 0
    return found
