"""What a patch's own lines hang on, or do, that no run shows: agreement proves nothing of it.

A member that no scenario varies, a helper with one answer, a call of which the model keeps nothing,
a variable that is kept from call to call, a number that no scenario is made around. Where
upstream's patch brings, or takes away, just the same, the two are alike in it all the same.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from analyzer.errors import CodePlace
from analyzer.machine.movepath import MovePath
from analyzer.mm.api import functions
from analyzer.replay.outcome import NotRun
from analyzer.replay.trees import Ran
from analyzer.translate.naming import mangled
from analyzer.translate.result import Translated

# Members that scenarios vary, or that lead to what they vary.
_VARIED = frozenset(
    (
        *("vm_start", "vm_end", "vm_pgoff", "vm_file", "vm_mm", "anon_vma", "vm_next", "vm_prev"),
        *("f_mapping", "i_mmap_rwsem", "i_mmap_mutex", "page_table_lock", "root", "rwsem"),
        *("mm", "mmap_sem", "mmap_lock", "start", "end"),
    )
)
# Helpers with one answer, beside those of which the model says that it keeps nothing: of what moves
# in another way altogether, or is told to somebody that no scenario has.
_ONE_ANSWER = frozenset(("arch_supports_page_table_move", "is_vm_hugetlb_page", "capable"))
_ELSEWHERE = frozenset(("hooks", "hugetlb", "userfaultfd"))
# Numbers from here on may be sizes or addresses; smaller ones are counts, levels and flags.
_LARGE = 16
_NOTHING = "Keeps: nothing"

# A sort of use, and what is used.
_Use = tuple[str, str]
_MEMBER = "it looks at the member, which no scenario varies as the patch may need it"
_CALL = "it is called, and the model keeps nothing of it, so that nothing shows"
_STATIC = "it is kept from call to call, and each run is one call"
_NUMBER = "no scenario is made around this number"
_TASK = "it looks at the task that calls, and there is one"


def unseen(every: Sequence[Ran]) -> list[NotRun]:
    """Everything of the kind, in each reading with all symbols on; each is a reason for a doubt."""
    found: dict[tuple[str, _Use], NotRun] = {}
    for ran in every:
        if ran.main:
            for use, place in _apart(ran):
                found.setdefault((ran.reading, use), NotRun(use[1], use[0], place))
    return list(dict.fromkeys(found.values()))


def _apart(ran: Ran) -> Iterator[tuple[_Use, CodePlace | None]]:
    """What the target's patch brings or takes away and upstream's does not, or the reverse."""
    ours, places = _net(ran.target)
    theirs, others = _net(ran.upstream) if ran.upstream is not None else (Counter(), {})
    for use in dict.fromkeys((*ours, *theirs)):
        if ours[use] != theirs[use]:
            yield use, places.get(use) or others.get(use)


def _net(
    paths: tuple[MovePath, MovePath],
) -> tuple[Counter[_Use], dict[_Use, CodePlace]]:
    """What a patch brings, less what it takes away, and where."""
    net: Counter[_Use] = Counter()
    places: dict[_Use, CodePlace] = {}
    for sign, path in zip((-1, 1), paths, strict=True):
        for use, place in _used(path):
            net[use] += sign
            places[use] = place
    return net, places


def _used(path: MovePath) -> Iterator[tuple[_Use, CodePlace]]:
    for one in path.functions:
        # A translation may be that of the same text further up.
        down = one.span.line - one.tree.lineno
        if one.statics and any(
            (one.path, line) in path.touched for line in range(one.span.line, one.span.end_line + 1)
        ):
            place = CodePlace(one.path, one.span.line, None, one.name)
            yield (_STATIC, f"a static variable of {one.name}()"), place
        for use, line in _uses(one):
            if (one.path, line + down) in path.touched:
                yield use, CodePlace(one.path, line + down, None, one.name)


def _uses(one: Translated) -> Iterator[tuple[_Use, int]]:
    silent = _silent()
    for node in ast.walk(one.tree):
        match node:
            case ast.Attribute(attr=name) if name not in _VARIED and not name.startswith("_"):
                yield (_MEMBER, name), node.lineno
            case ast.Name(id=name) if name in silent:
                yield (_CALL, f"{silent[name]}()"), node.lineno
            case ast.Name(id="current"):
                yield (_TASK, "current"), node.lineno
            case ast.Constant(value=int() as number) if number >= _LARGE:
                yield (_NUMBER, f"{number:#x}"), node.lineno


@cache
def _silent() -> dict[str, str]:
    """C's names of the helpers that show nothing, by those in translated code."""
    kept = {
        name
        for name, one in functions().items()
        if _NOTHING in (one.__doc__ or "") or one.__module__.rpartition(".")[2] in _ELSEWHERE
    }
    return {mangled(name): name for name in (*kept, *_ONE_ANSWER)}
