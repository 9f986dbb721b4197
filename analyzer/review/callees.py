"""SM-2: what the added C calls, with how many arguments, and what the target has of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.compare.idiom import Piece, pieces
from analyzer.csource import Kind
from analyzer.finding import Evidence, State
from analyzer.machine.callees import Callee, Problem, Trouble
from analyzer.machine.definition import Spot
from analyzer.patch.lines import FilePatch, Mark
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.source import Place, Side

_MOST = 60
_OPEN = ("(", "[", "{")
_CLOSE = (")", "]", "}")
# Words that stand before a bracket and call nothing.
_NO_CALL = frozenset(
    (
        *("if", "while", "for", "switch", "return", "sizeof", "typeof", "__typeof__", "defined"),
        *("__attribute__", "do", "else", "case", "goto", "_Alignof", "__alignof__", "asm"),
    )
)
# Words before a name that leave it a call; any other word is its type, so that it is declared.
_BEFORE_CALL = frozenset(("return", "else", "do", "case"))


# What each trouble makes of the item; the worst decides.
_STATES = {
    Trouble.MISSING: State.FINDING,
    Trouble.ARITY: State.FINDING,
    Trouble.ARGUMENT: State.FINDING,
    Trouble.UNSEEN: State.CANNOT_TELL,
    Trouble.CONDITION: State.NEEDS_REVIEW,
    Trouble.MEANING: State.NEEDS_REVIEW,
    Trouble.FORM: State.NEEDS_REVIEW,
    Trouble.UNKNOWN_UPSTREAM: State.NEEDS_REVIEW,
    Trouble.OTHER_CALLEE: State.NEEDS_REVIEW,
}
_NEXT = {
    State.FINDING: "Mend the call, or take the patch that brings what it needs.",
    State.CANNOT_TELL: "Build the target with the patch; look these callees up.",
    State.NEEDS_REVIEW: "Read both definitions of each callee named here.",
}
_ORDER = (State.FINDING, State.CANNOT_TELL, State.NEEDS_REVIEW)


def looked_up(title: str, found: tuple[Callee, ...], agreed: str = "") -> Item:
    """SM-2 by the target's tree; ``agreed`` is what running said besides.

    A call that the target does not compile is a finding, a callee that could not be looked up
    ``cannot-tell``; what only looks other than upstream's is for a person.
    """
    troubles = [(one, problem) for one in found for problem in one.problems]
    state = next((s for s in _ORDER if any(_STATES[p.trouble] is s for _, p in troubles)), State.OK)
    if state is State.OK:
        said = f"all {len(found)} calls fit the target's definitions" if found else "nothing called"
        return Item("SM-2", title, state, said + agreed, evidence=tuple(_fitting(found)))
    worst = [problem.said for _, problem in troubles if _STATES[problem.trouble] is state]
    more = f", and {len(worst) - 1} more" if len(worst) > 1 else ""
    return Item(
        "SM-2",
        title,
        state,
        f"{worst[0]}{more}",
        reason=agreed.removeprefix("; "),
        evidence=tuple(_problems(troubles)),
        next=_NEXT[state],
    )


def breaks_build(found: tuple[Callee, ...] | None) -> bool:
    """Whether a call is one that the target does not compile."""
    problems = (problem for one in found or () for problem in one.problems)
    return any(_STATES[problem.trouble] is State.FINDING for problem in problems)


def trouble_evidence(found: tuple[Callee, ...] | None) -> tuple[Evidence, ...]:
    """Each problem with a callee, at the call and at the definitions."""
    return tuple(_problems((one, problem) for one in found or () for problem in one.problems))


def _problems(troubles: Iterable[tuple[Callee, Problem]]) -> Iterator[Evidence]:
    ranked = sorted(troubles, key=lambda each: _ORDER.index(_STATES[each[1].trouble]))
    for callee, problem in ranked[:_MOST]:
        where = f", in {callee.function}()" if callee.function else ""
        times = f", {callee.calls} times" if callee.calls > 1 else ""
        yield Evidence(f"{problem.said}{where}{times}", _at(Side.PATCH_AFTER, callee.spot))
        if problem.spot is not None:
            yield Evidence(f"the target's line for {callee.name}", _at(Side.TARGET, problem.spot))
        if problem.upstream is not None:
            yield Evidence(
                f"upstream's line for {callee.name}", _at(Side.UPSTREAM, problem.upstream)
            )
    if len(ranked) > _MOST:
        yield Evidence(f"{len(ranked) - _MOST} more problems with callees")


def _fitting(found: tuple[Callee, ...]) -> Iterator[Evidence]:
    for one in found[:_MOST]:
        if one.definition is not None:
            spot = Spot(one.definition.path, one.definition.line)
            yield Evidence(f"{one.name}: {one.definition}", _at(Side.TARGET, spot))
    if len(found) > _MOST:
        yield Evidence(f"{len(found) - _MOST} more callees")


def _at(side: Side, spot: Spot) -> Place:
    return Place(side, spot.path, spot.line)


def callees(case: Case) -> tuple[Evidence, ...]:
    """Every function or macro that added lines of C call, with its numbers of arguments.

    Those that the patch itself defines are left out. Each at the input line of its first call.
    """
    defined: set[str] = set()
    arities: dict[str, dict[int, None]] = {}
    lines: dict[str, int] = {}
    for file in case.mended.files:
        for name, count, line in _calls(file, defined):
            arities.setdefault(name, {})[count] = None
            lines.setdefault(name, line)
    names = [name for name in arities if name not in defined]
    shown = tuple(
        Evidence(f"{name}({_arguments(arities[name])})", Place(Side.INPUT, line=lines[name]))
        for name in names[:_MOST]
    )
    more = len(names) - _MOST
    return (*shown, Evidence(f"{more} more callees")) if more > 0 else shown


def _arguments(counts: dict[int, None]) -> str:
    said = " or ".join(map(str, sorted(counts)))
    return f"{said} argument{'' if set(counts) == {1} else 's'}"


def _calls(file: FilePatch, defined: set[str]) -> Iterator[tuple[str, int, int]]:
    """Name, number of arguments and input line of each call; what is declared is noted."""
    if not file.path.endswith((".c", ".h")):
        return
    for hunk in file.hunks:
        added = {line.number for line in hunk.lines if line.mark is Mark.ADDED}
        for piece in pieces(hunk):
            yield from _in_piece(piece, added, defined)


def _in_piece(
    piece: Piece, added: set[int | None], defined: set[str]
) -> Iterator[tuple[str, int, int]]:
    tokens = piece.tokens
    for at, count, outside in _brackets(piece):
        name, before = tokens[at], tokens[at - 1] if at else None
        if name.kind is not Kind.NAME or name.text in _NO_CALL:
            continue
        typed = before is not None and before.kind is Kind.NAME and before.text not in _BEFORE_CALL
        # Outside of every brace, a star before the name is that of the type which it returns.
        if typed or (outside and before is not None and before.text == "*"):
            defined.add(name.text)
        elif piece.number(at) in added:
            yield name.text, count, piece.number(at)


def _brackets(piece: Piece) -> list[tuple[int, int, bool]]:
    """The token before each round bracket, the number of arguments, and whether no brace is open.

    In the order of the brackets' ends; one pass, whatever is left open.
    """
    found: list[tuple[int, int, bool]] = []
    open_at: list[tuple[int, int]] = []
    for at, token in enumerate(piece.tokens):
        if token.text in _OPEN:
            open_at.append((at, 0))
        elif token.text in _CLOSE and open_at:
            begin, commas = open_at.pop()
            if piece.tokens[begin].text == "(" and begin:
                count = 0 if at == begin + 1 else commas + 1
                found.append((begin - 1, count, not open_at))
        elif token.text == "," and open_at:
            open_at[-1] = (open_at[-1][0], open_at[-1][1] + 1)
    return sorted(found)
