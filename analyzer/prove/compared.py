"""A name and all that it rests on, compared on two sides: breadth first, what is nearest first.

The work is bounded by a number of uses of names. Every cycle ends, since a name is looked at once
for each function that it stands in.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Container
from dataclasses import dataclass, field, replace

from analyzer.csource.configuration import Absence
from analyzer.machine.definition import Spot
from analyzer.prove.definitions import Definitions
from analyzer.prove.expansion import expansion
from analyzer.prove.makes import Makes
from analyzer.prove.named import (
    Used,
    counting,
    means_more,
    names_in,
    names_in_macro,
    names_used,
    ways,
)
from analyzer.prove.prototypes import declared_alike, is_constant, is_type, values
from analyzer.prove.stated import Body, Meant, Several, taken_apart
from analyzer.translate.environment import Constant, Identifier

# Uses of names that one callee rests on, each function's own counted by itself.
MOST_USES = 20_000
_MOST_EXPANDED = 200
_MOST_TYPES = 400
# What a compiler itself knows.
_COMPILERS = re.compile(r"__builtin_\w+|__atomic_\w+|__sync_\w+|__has_\w+|__\w+__|va_\w+")


@dataclass(frozen=True, slots=True)
class Told:
    """What a comparison came to: nothing in ``what`` where all is the same."""

    what: str = ""
    differs: bool = False
    spots: tuple[Spot | None, Spot | None] = (None, None)
    chain: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Home:
    """The function whose text a name stands in, and its line on each side; None in a header.

    ``expanded``: in that text as its macros leave it.
    """

    name: str
    lines: tuple[int | None, int | None]
    expanded: bool = False
    use: _Use | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _Use:
    """A name to look at, where it stands, and the use that it was found in."""

    used: Used
    home: _Home
    by: _Use | None = field(default=None, compare=False, repr=False)

    def chain(self) -> tuple[str, ...]:
        """The names from the first one down to this."""
        found, here = [self.used.name], self.by
        while here is not None:
            found.append(here.used.name)
            here = here.by
        return tuple(reversed(found))


class Comparison:
    """One comparison; see :func:`analyzer.prove.likeness.likenesses` for what it is given.

    ``by_name``: a function is the same by its name alone, as where its address is kept, and types
    are for others to compare.
    """

    def __init__(
        self,
        one: Definitions,
        other: Definitions,
        known: Container[str],
        most: int = MOST_USES,
        *,
        by_name: bool = False,
    ) -> None:
        self._sides = one, other
        self._by_name = by_name
        self._known = known
        self._most = most
        self._waiting: deque[_Use] = deque()
        self._seen: set[_Use] = set()
        self._pasted: set[str] = set()
        self._macros_met: set[str] = set()
        self._tags: dict[str, _Use] = {}
        self._typed: dict[str, _Use] = {}
        self._members: set[str] = set()
        self._assumed: dict[str, None] = {}
        self._taken: dict[str, None] = {}
        self._unseen: dict[tuple[str, _Home], None] = {}
        self._notes: dict[str, None] = {}
        self._doubt: Told | None = None

    def run(self, name: str) -> Told:
        """Compare what a name is."""
        lines = self._sides[0].last_line, self._sides[1].last_line
        first = _Use(Used(name, True, True), _Home("", lines))
        self._seen.add(first)
        self._waiting.append(first)
        while self._waiting:
            use = self._waiting.popleft()
            if use.by is not None and self._is_known(use.used):
                self._taken[use.used.name] = None
                continue
            unlike = self._looked_at(use)
            if unlike is not None:
                return unlike
            if len(self._seen) > self._most:
                why = f"it rests on more than {self._most} uses of names"
                return Told(why, chain=use.chain())
        unlike = None if self._by_name else self._types()
        return unlike or self._doubt or self._alike()

    def _is_known(self, used: Used) -> bool:
        """Whether others give a name: not where a file has one of its own."""
        given = used.ordinary and used.name in self._known
        return given and not any(side.has_own(used.name) for side in self._sides)

    def _alike(self) -> Told:
        found = self._assumed, self._taken, self._notes
        assumed, taken, notes = (tuple(each) for each in found)
        # Where a text was expanded, what is left of it then is what it names.
        every = (
            name for name, home in self._unseen if home.expanded or home.name not in self._pasted
        )
        unseen = tuple(dict.fromkeys(every))
        return Told(assumed=assumed, taken=taken, unseen=unseen, notes=notes)

    def _follow(self, found: tuple[Used, ...], home: _Home, by: _Use) -> None:
        for used in found:
            use = _Use(used, home, by)
            if use not in self._seen:
                self._seen.add(use)
                self._waiting.append(use)

    def _unlike(self, use: _Use, what: str, *spots: Spot | None) -> Told:
        return Told(what, True, (spots[0], spots[1]), use.chain())

    def _doubted(self, use: _Use, what: str, *spots: Spot | None) -> None:
        if self._doubt is None:
            self._doubt = Told(what, False, (spots[0], spots[1]), use.chain())

    # --- one name -------------------------------------------------------------------------------

    def _looked_at(self, use: _Use) -> Told | None:
        """Compare what a name is by itself, and have what it rests on wait."""
        name = use.used.name
        if name.startswith("CONFIG_"):
            return self._symbol(use)
        if use.used.tag:
            self._tags.setdefault(name, use)
        if use.used.member:
            self._members.add(name)
        pairs = zip(self._sides, use.home.lines, strict=True)
        mine, theirs = (side.macro(name, line) for side, line in pairs)
        mine, theirs = (counting(use.used, each) for each in (mine, theirs))
        if mine is not None or theirs is not None:
            unlike = self._macros(use, mine, theirs)
            if unlike is not None or not means_more(use.used, mine):
                return unlike
            self._macros_met.add(name)
        return self._ordinary(use) if use.used.ordinary else None

    def _symbol(self, use: _Use) -> Told | None:
        mine, theirs = (each.symbol(use.used.name) for each in self._sides)
        if mine != theirs:
            return self._unlike(use, f"{use.used.name} has another value", None, None)
        if mine is Absence.UNKNOWN:
            self._assumed[use.used.name] = None
        return None

    def _macros(
        self, use: _Use, mine: Meant | Several | None, theirs: Meant | Several | None
    ) -> Told | None:
        name, each = use.used.name, (ways(mine), ways(theirs))
        spots = [found[0].spot if found else None for found in each]
        if mine is None or theirs is None:
            return self._unlike(use, f"{name} is a macro on one side alone", *spots)
        pairs = list(zip(*each, strict=False))
        if len(each[0]) != len(each[1]) or not all(one.is_as(two) for one, two in pairs):
            if each[0] and each[1] and each[0][0].is_as(each[1][0]):
                self._doubted(use, f"which macro {name} is, is not told", *spots)
            else:
                return self._unlike(use, f"the macro {name} is another", *spots)
        for found in (mine, theirs):
            if isinstance(found, Several) and not found.told:
                self._doubted(use, f"which macro {name} is, is not told", *spots)
        for way in each[0]:
            self._follow(names_in_macro(way), use.home, use)
            if "##" in way.tokens:
                self._expanded(use)
        return None

    def _expanded(self, use: _Use) -> None:
        """Follow the names that ``##`` makes where a function's text is expanded."""
        home = use.home
        if home.name in self._pasted:
            return
        self._pasted.add(home.name)
        bodies = [side.bodies(home.name)[:1] for side in self._sides]
        texts = [
            expansion(side, body, line)
            for side, found, line in zip(self._sides, bodies, home.lines, strict=True)
            for body in found
            if len(self._pasted) <= _MOST_EXPANDED
        ]
        if len(texts) != 2 or None in texts:
            spots = [found[0].spot if found else None for found in bodies]
            self._doubted(use, f"what ## makes is not told in {home.name or use.used.name}", *spots)
            return
        hidden = frozenset(each.name for each in names_used(bodies[0][0]) if each.inside)
        behind = replace(home, expanded=True)
        for text in texts:
            tokens = taken_apart(text or "")
            self._follow(names_in(tokens, (home.name,), hidden), behind, home.use or use)

    # --- what is no macro -----------------------------------------------------------------------

    def _ordinary(self, use: _Use) -> Told | None:
        mine, theirs = (side.bodies(use.used.name) for side in self._sides)
        if self._by_name and (mine or theirs):
            return None
        if mine and theirs:
            return self._bodies(use, mine, theirs)
        if mine or theirs:
            spots = [found[0].spot if found else None for found in (mine, theirs)]
            what = f"{use.used.name} has a body on one side alone"
            return None if use.used.declared else self._unlike(use, what, *spots)
        return self._declared(use)

    def _bodies(self, use: _Use, mine: tuple[Body, ...], theirs: tuple[Body, ...]) -> Told | None:
        name, spots = use.used.name, (mine[0].spot, theirs[0].spot)
        same = [each.tokens for each in mine] == [each.tokens for each in theirs]
        if not same and len(mine) == len(theirs) == 1:
            return self._unlike(use, f"the function {name} is another", *spots)
        if not same:
            self._doubted(use, f"{name} is defined more than once", *spots)
            return None
        self._rest_on(use, mine, theirs)
        for one, two in zip(mine, theirs, strict=True):
            lines = [each.spot.line if each.own else None for each in (one, two)]
            home = _Home(name, (lines[0], lines[1]), use=use)
            self._follow(names_used(one), home, use)
        return None

    def _rest_on(self, use: _Use, mine: tuple[Body, ...], theirs: tuple[Body, ...]) -> None:
        """Note the conditions that choose between bodies, or whether there is one."""
        name, spots = use.used.name, (mine[0].spot, theirs[0].spot)
        conditions = [tuple(each.conditions for each in found) for found in (mine, theirs)]
        if conditions[0] != conditions[1]:
            self._doubted(use, f"{name} stands under other conditions", *spots)
        elif len(mine) > 1 and () in conditions[0]:
            self._doubted(use, f"{name} is defined more than once", *spots)
        for each in conditions[0]:
            self._assumed.update(dict.fromkeys(f"#if {one}" for one in each))

    def _declared(self, use: _Use) -> Told | None:
        name, used = use.used.name, use.used
        mine, theirs = (side.said(name) for side in self._sides)
        if not mine and not theirs:
            told = used.inside or name in self._macros_met or _COMPILERS.fullmatch(name)
            if not told:
                self._unseen[name, use.home] = None
            return None
        spots = [found[0].spot if found else None for found in (mine, theirs)]
        if not mine or not theirs:
            what = f"{name} is declared on one side alone"
            return None if used.declared else self._unlike(use, what, *spots)
        if is_type(mine[0]) and is_type(theirs[0]):
            self._tags.setdefault(name, use)
            return None
        if is_constant(mine[0]) and is_constant(theirs[0]):
            return self._constant(use, *spots)
        texts = [values(found) for found in (mine, theirs)]
        if texts[0] != texts[1]:
            return self._unlike(use, f"{name} is declared otherwise", *spots)
        unlike = declared_alike(name, *self._sides)
        if unlike:
            return self._unlike(use, unlike, *spots)
        self._typed.setdefault(name, use)
        for tokens in texts[0]:
            self._follow(names_in(tokens, (name,)), use.home, use)
        if not texts[0]:
            self._assumed[name] = None
        return None

    def _constant(self, use: _Use, *spots: Spot | None) -> Told | None:
        name = use.used.name
        mine, theirs = self._identifier(0, name), self._identifier(1, name)
        if isinstance(mine, Constant) and isinstance(theirs, Constant):
            if mine.value != theirs.value:
                what = f"{name} is {mine.value} on one side and {theirs.value} on the other"
                return self._unlike(use, what, *spots)
            return None
        enums = [side.said(name)[0].tokens for side in self._sides]
        if enums[0] == enums[1]:
            self._follow(names_in(enums[0], (name,)), use.home, use)
        else:
            self._doubted(use, f"the value of {name} is not told", *spots)
        return None

    def _identifier(self, which: int, name: str) -> Identifier | None:
        return self._sides[which].environment.identifier(name)

    # --- types ----------------------------------------------------------------------------------

    def _types(self) -> Told | None:
        """Compare the types that are named, or declared; note what of them changes no meaning."""
        makes = Makes(*self._sides, self._members)
        tags = list(self._tags.items())
        every = [(use, makes.type, name) for name, use in tags[:_MOST_TYPES]]
        every += [(use, makes.declared, name) for name, use in self._typed.items()]
        for use, compare, name in every:
            made = compare(name)
            if made.differs:
                return self._unlike(use, made.differs, None, None)
            if made.note:
                self._notes[made.note] = None
            if made.most:
                self._doubted(use, "it rests on too many structs", None, None)
        if len(tags) > _MOST_TYPES:
            use = tags[_MOST_TYPES][1]
            self._doubted(use, f"it names more than {_MOST_TYPES} types", None, None)
        return None
