"""Whether a callee is the same on two sides, so that a proof may leave open what it does.

The same is what has the same tokens, and names functions, macros, constants and variables that are
the same, and so on. Nothing is concluded from what is not seen: it is told beside the answer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from analyzer.machine.definition import Spot
from analyzer.prove.compared import MOST_USES, Comparison
from analyzer.prove.definitions import Definitions
from analyzer.prove.makes import Makes
from analyzer.prove.prototypes import Declared, declared_alike, is_declared
from analyzer.prove.sought import Sought, sought

__all__ = ["MOST_USES", "Kind", "Likeness", "likeness", "likenesses"]


class Kind(Enum):
    """What a callee is on two sides."""

    ALIKE = "the same on both sides"
    DIFFERS = "not the same"
    ELSEWHERE = "declared alike, and defined in other files"
    UNSEEN = "not declared"
    ONE_SIDED = "defined on one side alone"
    UNKNOWN = "not told"


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a callee is on two sides, and on what that rests.

    ``spots`` are the places on both sides, of what differs or else of the callee itself. ``chain``
    leads by names from the callee to what differs or is not told. ALIKE holds given that those of
    ``assumed``, which both sides declare alike and define elsewhere, are the same; that those of
    ``taken``, which the caller knows, are; and that those of ``unseen``, of which neither side has
    a declaration, mean the same. ``notes`` tell what is not the same and changes no meaning:
    that a struct has other members.
    """

    name: str
    kind: Kind
    reason: str = ""
    spots: tuple[Spot | None, Spot | None] = (None, None)
    chain: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def likeness(
    name: str,
    one: Definitions,
    other: Definitions,
    *,
    known: Container[str] = frozenset(),
    search: bool = False,
    most: int = MOST_USES,
) -> Likeness:
    """Whether a callee is the same on two sides; see :func:`likenesses`."""
    return likenesses((name,), one, other, known=known, search=search, most=most)[name]


def likenesses(
    names: Iterable[str],
    one: Definitions,
    other: Definitions,
    *,
    known: Container[str] = frozenset(),
    search: bool = False,
    most: int = MOST_USES,
) -> dict[str, Likeness]:
    """Whether callees are the same on two sides, by name.

    ``known`` are names that the caller holds to be the same, as those that the model gives: they
    are not looked into below a callee. ``search``: what both sides only declare is looked for in
    the other C files of their trees, all names at once. At most ``most`` uses of names are looked
    at for each callee; where there are more, the answer is UNKNOWN. ``AnalyzerError`` where a tree
    cannot be read.
    """
    found = {name: _likeness(name, one, other, known, most) for name in dict.fromkeys(names)}
    if not search or one.state is None or other.state is None:
        return found
    open_ = tuple(name for name, each in found.items() if each.kind is Kind.ELSEWHERE)
    mine, theirs = (sought(open_, each.state, each.path) for each in (one, other) if each.state)
    for name in open_:
        found[name] = _beyond(found[name], mine[name], theirs[name], known, most)
    return found


def _likeness(
    name: str, one: Definitions, other: Definitions, known: Container[str], most: int
) -> Likeness:
    there = [_has(each, name) for each in (one, other)]
    if there[0] != there[1]:
        return _one_sided(name, one, other, there[0])
    if not there[0]:
        return _declared(name, one, other)
    told = Comparison(one, other, known, most).run(name)
    places = told.spots if told.what else (_spot(one, name), _spot(other, name))
    kind = Kind.DIFFERS if told.differs else Kind.UNKNOWN if told.what else Kind.ALIKE
    if kind is not Kind.ALIKE:
        return Likeness(name, kind, told.what, places, told.chain, notes=told.notes)
    rests = told.assumed, told.taken, told.unseen
    return Likeness(name, kind, "", places, (), *rests, told.notes)


def _has(side: Definitions, name: str) -> bool:
    """Whether a side sees what a name does: a body, or a macro's text."""
    return bool(side.bodies(name)) or side.stands_for(name, side.last_line) is not None


def _spot(side: Definitions, name: str) -> Spot | None:
    bodies = side.bodies(name)
    if bodies:
        return bodies[0].spot
    macro = side.stands_for(name, side.last_line)
    return macro[0].spot if macro else None


def _one_sided(name: str, one: Definitions, other: Definitions, first: bool) -> Likeness:
    sides = ("first", "second") if first else ("second", "first")
    without = other if first else one
    how = "only declared" if is_declared(without, name) is Declared.YES else "not declared"
    reason = f"{name} is defined on the {sides[0]} side, and {how} on the {sides[1]}"
    spots = [_spot(each, name) or _said(each, name) for each in (one, other)]
    return Likeness(name, Kind.ONE_SIDED, reason, (spots[0], spots[1]))


def _declared(name: str, one: Definitions, other: Definitions) -> Likeness:
    """What neither side defines."""
    spots = _said(one, name), _said(other, name)
    states = [is_declared(each, name) for each in (one, other)]
    if Declared.YES not in states or states[0] is not states[1]:
        which = " and ".join(
            f"the {side} side"
            for side, state in zip(("first", "second"), states, strict=True)
            if state is not Declared.YES
        )
        only = ", but for the model" if Declared.MODEL in states else ""
        return Likeness(name, Kind.UNSEEN, f"{which} does not declare {name}{only}", spots)
    unlike = declared_alike(name, one, other) or Makes(one, other, ()).declared(name).differs
    kind = Kind.DIFFERS if unlike else Kind.ELSEWHERE
    return Likeness(name, kind, unlike, spots, (name,) if unlike else ())


def _said(side: Definitions, name: str) -> Spot | None:
    found = side.said(name)
    return found[0].spot if found else None


def _beyond(
    here: Likeness, mine: Sought, theirs: Sought, known: Container[str], most: int
) -> Likeness:
    """What a callee is whose definitions were looked for in other files."""
    if mine.file is None or theirs.file is None:
        missing = mine if mine.file is None else theirs
        spots = mine.spot or here.spots[0], theirs.spot or here.spots[1]
        return replace(here, reason=missing.why, spots=spots)
    found = _likeness(here.name, mine.file, theirs.file, known, most)
    return found if found.reason else replace(found, reason="as other files of both trees have it")
