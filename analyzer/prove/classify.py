"""Which check item a difference is raised under: by what the sides do on its input alone."""

from __future__ import annotations

from analyzer.prove.proof import Counterexample, Sort, Step, StepKind

GUARDS, CALLEES, ERRORS, LOCKS, REST = "SM-1", "SM-2", "SM-3", "SM-4", "SM-6"
_CALLS = (Sort.OTHER_CALL, Sort.MORE, Sort.LESS)


def item_of(example: Counterexample) -> str:
    """The item: locks first, then what error paths clean up, then who goes on, then calls."""
    if any(each.kind is StepKind.LOCKING for each in _parting(example)):
        return LOCKS
    match example.sort:
        case Sort.FAULT | Sort.NO_FAULT:
            return GUARDS
        case Sort.ARGUMENTS:
            return CALLEES
        case Sort.RESULT:
            return _of_result(example)
        case Sort.MEMORY:
            return REST
    return _of_calls(example)


def _parting(example: Counterexample) -> list[Step]:
    return [each for each in (*example.upstream, *example.target) if each.parts]


def _of_result(example: Counterexample) -> str:
    upstream, target = example.ends
    if upstream is not None and upstream.fails:
        return ERRORS
    if target is not None and target.fails:
        return GUARDS
    # Where nothing was called before, the function is a test and nothing else.
    return GUARDS if len(example.upstream) == 1 else REST


def _of_calls(example: Counterexample) -> str:
    """Calls that are not the same: on an error's way out it is clean-up that differs."""
    upstream, target = example.ends
    if upstream is None or target is None or upstream != target:
        # One goes on where the other does not, or other work is done.
        return CALLEES if example.sort is Sort.OTHER_CALL else GUARDS
    return ERRORS if upstream.fails else CALLEES
