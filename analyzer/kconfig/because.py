"""Why a symbol has its value, in words: who selects it, what its dependencies are, what is open."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.kconfig.evaluate import Tristate
from analyzer.kconfig.expr import print_expr
from analyzer.kconfig.model import Push
from analyzer.kconfig.solve import Solved, Solver

N = Tristate.N
# Selects that are named one by one: STACKDEPOT has 20 of them.
_MOST = 4
_LONGEST = 400


def because(solver: Solver, solved: Solved) -> str:
    """Why a solved symbol is what it is; ``solver`` is the one that solved it."""
    return shortened(_because(solver, solved))


def shortened(text: str) -> str:
    """A text that a tree's own words may have made long, cut."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _because(solver: Solver, solved: Solved) -> str:
    if solved.believed:
        return f"the .config says so, and the tree leaves it open: {_listed(solver, solved)}"
    if solved.open:
        return f"it hangs on {', '.join(solved.open)}"
    if solved.text == "n":
        return _off(solver, solved)
    on = [push for push, span in solved.selected if span.low is not N]
    if on:
        more = f" and {len(on) - _MOST} more" if len(on) > _MOST else ""
        shown = ", ".join(f"{each.source}{_when(each)}" for each in on[:_MOST])
        return f"selected by {shown}{more}"
    if solved.visible.high is not N and solved.name in solver.settings:
        return "the .config sets it"
    if solved.default is not None:
        return f"its default is {print_expr(solved.default.value)}"
    return "something implies it"


def _listed(solver: Solver, solved: Solved) -> str:
    left = Solver(solver.model, solver.settings, solver.known.variables)
    open_ = left.solve([solved.name])[solved.name].open
    return ", ".join(open_) or "what it hangs on"


def _when(push: Push) -> str:
    return "" if push.condition is None else f" if {print_expr(push.condition)}"


def _off(solver: Solver, solved: Solved) -> str:
    said = list(_selects_off(solver, solved))
    needs = next(lacking(solver, solved), None)
    if needs is not None:
        said.append(f"it depends on {needs}, which is n")
    elif solved.visible.high is not N:
        named = solved.name in solver.settings
        said.append("the .config sets it to n" if named else "nothing sets it")
    elif solved.default is None:
        said.append("it has no prompt that is shown and no default that holds")
    else:
        said.append(f"its default is {print_expr(solved.default.value)}")
    return "; ".join(said)


def _selects_off(solver: Solver, solved: Solved) -> Iterator[str]:
    if not solved.selected:
        yield "nothing selects it"
    for push, _ in solved.selected[:_MOST]:
        yield f"{push.source} would select it{_when(push)}, but {blame(solver, push)}"
    if len(solved.selected) > _MOST:
        yield f"{len(solved.selected) - _MOST} more would"


def blame(solver: Solver, push: Push) -> str:
    """What keeps a ``select`` from having any weight; what leaves it open where nothing does."""
    if solver.known.of(push.source).high is N:
        return f"{push.source} is n"
    every = (*((push.condition,) if push.condition is not None else ()), *push.needs)
    off = (each for each in every if solver.known.condition(each).high is N)
    first = next(off, None)
    return "that is open" if first is None else f"{print_expr(first)} is n"


def lacking(solver: Solver, solved: Solved) -> Iterator[str]:
    """What a symbol depends on that is n; nothing where its dependencies may hold."""
    if solved.depends.high is not N:
        return
    for node in solver.model.nodes.get(solved.name, ()):
        for each in node.needs:
            if solver.known.condition(each).high is N:
                yield print_expr(each)
