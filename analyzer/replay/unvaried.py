"""What a patch's own lines hang on and no scenario varies: what they do otherwise was not seen.

A member that is the same in every run, a helper with one answer, a variable that is kept from call
to call, a name that nothing gives a value: where the patch looks at it, agreement proves nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from analyzer.errors import CodePlace
from analyzer.machine.splice import Splice
from analyzer.mm.api import constants
from analyzer.mm.geometry import X86_64
from analyzer.replay.outcome import NotRun
from analyzer.translate.naming import mangled
from analyzer.translate.result import Translated, Use

# Members of areas and of the address space that are the same in every scenario.
_MEMBERS = frozenset(
    ("vm_flags", "vm_private_data", "map_count", "locked_vm", "def_flags", "flags")
)
# Helpers of the model that have one answer only.
_CALLS = frozenset(
    (
        *("arch_supports_page_table_move", "current", "is_vm_hugetlb_page", "pmd_protnone"),
        *("pmd_trans_splitting", "userfaultfd_armed", "userfaultfd_wp"),
        "vma_has_uffd_without_event_remap",
    )
)
_GUARDS = "SM-1"


def unvaried(splice: Splice) -> Iterator[NotRun]:
    """Everything of the kind in the code of one splice that is run, each name once a function."""
    known = _known(splice)
    left_out = {*splice.code.context, *(one.what for one in splice.unreached)}
    for code in splice.code.translated:
        if code.name in left_out:
            continue
        found = dict.fromkeys((*_looked_at(code, splice), *_kept(code), *_nowhere(code, known)))
        for name, why, line, item in found:
            place = CodePlace(code.path, line, None, splice.code.names.get(code.name, code.name))
            yield NotRun(f"what hangs on {name}", why, place, item)


# A name, what is wrong with it, its line, and the check item that it is about.
_Found = tuple[str, str, int, str | None]


def _looked_at(code: Translated, splice: Splice) -> Iterator[_Found]:
    names = {mangled(name): name for name in _CALLS}
    done: set[str] = set()
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Attribute):
            name = node.attr if node.attr in _MEMBERS else None
        elif isinstance(node, ast.Name):
            name = names.get(node.id)
        else:
            continue
        if name is None or name in done or (code.path, node.lineno) not in splice.own:
            continue
        done.add(name)
        yield name, "it is the same in every scenario", node.lineno, _GUARDS


def _kept(code: Translated) -> Iterator[_Found]:
    """A run is one call, so what a static variable makes of many is not seen."""
    if code.statics:
        why = "it is kept from call to call, and each run is one call"
        yield f"a static variable of {code.name}()", why, code.span.line, _GUARDS


def _nowhere(code: Translated, known: frozenset[str]) -> Iterator[_Found]:
    """A value that nothing gives: harmless in a run, and no kernel that compiles."""
    for need in code.needs:
        if need.use is Use.VALUE and need.name not in known:
            why = "neither the patch nor the model has a value of that name"
            yield need.name, why, need.span.line, None


def _known(splice: Splice) -> frozenset[str]:
    own = (one.name for one in splice.code.functions)
    # A function of the model's has no address.
    given = (*constants(X86_64), "current")
    return frozenset((*own, *splice.code.locals, *given))
