"""The ways out of the functions that a patch changes, beside upstream's.

A ``goto`` may find a label of upstream's name here, and the label another clean-up. Where whole
files are at hand functions are read there; else as far as a hunk shows all of a function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from analyzer.compare.apart import Beside, Body, Difference, Knows, sequence
from analyzer.compare.change import Owner, Scope, Texts
from analyzer.compare.delta import Delta, FilePair
from analyzer.compare.exits import Exit
from analyzer.compare.held import held
from analyzer.compare.in_parts import Part, in_parts
from analyzer.compare.outline import is_c
from analyzer.compare.shown import Half, Shown, halves
from analyzer.compare.ways import is_inherited, names_of, paired
from analyzer.finding import NotChecked
from analyzer.patch.lines import FilePatch
from analyzer.repo import Tree, grep
from analyzer.source import Place, Side

# Ways out of one function that are laid side by side.
MOST_EXITS = 300
# Names that are looked for in whole trees, and how long for each of them.
_MOST_SOUGHT = 20
_SECONDS = 3.0


class How(Enum):
    """How a way out stands to upstream's."""

    SAME = "the same"
    APART = "another clean-up"
    OTHER = "in other words"
    NO_LABEL = "no such label"
    ALONE = "not upstream's"
    LACKING = "upstream's alone"
    OPEN = "not compared"


@dataclass(frozen=True, slots=True)
class Way:
    """One way out that the patch adds, or whose clean-up it changes.

    ``said`` is what differs or why it was not compared; ``places`` are lines with what they are.
    """

    function: str
    how: How
    said: tuple[str, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class Exits:
    """All of them. ``unread`` are functions with ways out that could not be read."""

    ways: tuple[Way, ...] = ()
    unread: tuple[NotChecked, ...] = ()

    def of(self, *hows: How) -> tuple[Way, ...]:
        """The ways of these kinds."""
        return tuple(each for each in self.ways if each.how in hows)


class Trees:
    """The trees after both patches, as far as they are given, to be asked for a name."""

    def __init__(self, upstream: Tree | None = None, target: Tree | None = None) -> None:
        self._trees = {Side.UPSTREAM: upstream, Side.TARGET: target}
        self._found: dict[tuple[Side, str, str], bool] = {}

    def knows(self, side: Side, shown: Shown) -> Knows | None:
        """Whether a name is in a function's file, in its folder or in the headers for all."""
        tree = self._trees[side]
        if tree is None:
            return None
        known: Tree = tree

        def asked(name: str) -> bool:
            if name in shown.half.words:
                return True
            folder = shown.half.path.rpartition("/")[0]
            key = side, folder, name
            if key not in self._found:
                self._found[key] = len(self._found) >= _MOST_SOUGHT or _is_in(known, folder, name)
            return self._found[key]

        return asked


def _is_in(tree: Tree, folder: str, name: str) -> bool:
    """Whether a tree has a name where code of a folder finds it; so where that is not certain."""
    found = grep(tree, (name.encode(),), ("include", folder), whole=True, seconds=_SECONDS)
    return bool(found.incomplete) or any(True for _hit in found)


def exits(
    delta: Delta | None, ours: Sequence[FilePatch], texts: Texts, trees: Trees | None = None
) -> Exits:
    """Compare the ways out of all functions that both patches change. ``AnalyzerError``.

    ``trees`` are asked whether a callee is of another era: that tree has it not at all.
    Without upstream's patch (``delta`` is None) each label is looked for alone.
    """
    trees = trees or Trees()
    pairs = delta.files if delta is not None else tuple(_alone(file) for file in ours)
    ways: list[Way] = []
    unread: list[NotChecked] = []
    for pair in pairs:
        if pair.ours is not None and is_c(pair.ours.path):
            work = _File(pair, texts, delta.commit if delta is not None else None, trees)
            ways += work.ways()
            unread += work.unread
    return Exits(tuple(ways), tuple(unread))


def _alone(file: FilePatch) -> FilePair:
    return FilePair(None, file, ())


class _File:
    """One file of both patches."""

    def __init__(self, pair: FilePair, texts: Texts, commit: str | None, trees: Trees) -> None:
        self.pair = pair
        self.trees = trees
        self.target = halves(pair.ours, texts.target, Side.PATCH_AFTER, None)
        self.upstream = halves(pair.theirs, texts.upstream, Side.UPSTREAM, commit)
        self.unread: list[NotChecked] = []

    def ways(self) -> Iterator[Way]:
        """The ways out of each function that ours changes."""
        partners = {
            each.ours.name: each.theirs.name
            for each in self.pair.lineage
            if each.ours is not None and each.theirs.scope is Scope.FUNCTION
        }
        for half, name in _touched(self.target):
            shown = half.function(name)
            if not isinstance(shown, Shown):
                parts = tuple(in_parts(self.pair.runs, name, self.upstream, self.target))
                yield from (_way(*each, sure=True) for each in parts)
                if not parts and half.leaves(name):
                    why = shown or "no hunk shows all of it"
                    self.unread.append(NotChecked(f"the ways out of {name}()", why))
                continue
            if shown.count > MOST_EXITS:
                why = f"it has more than {MOST_EXITS} ways out"
                self.unread.append(NotChecked(f"the ways out of {name}()", why))
                continue
            yield from _lost_labels(shown)
            if self.pair.theirs is not None:
                yield from self._beside(shown, partners.get(name, name))

    def _beside(self, ours: Shown, name: str) -> Iterator[Way]:
        theirs: Shown | str = "no hunk of upstream's shows all of it"
        for half in self.upstream:
            found = half.function(name)
            theirs = found if isinstance(found, Shown) or found else theirs
            if isinstance(theirs, Shown):
                break
        if isinstance(theirs, Shown) and theirs.count <= MOST_EXITS:
            names = names_of(self.pair.runs, Owner(Scope.FUNCTION, name), theirs, ours)
            names |= {
                each.theirs.name: each.ours.name
                for each in self.pair.lineage
                if each.ours is not None and each.theirs.name != each.ours.name
            }
            yield from _compared(theirs, ours, names, self.trees)
            return
        why = theirs if isinstance(theirs, str) else f"it has more than {MOST_EXITS} ways out"
        parts = tuple(in_parts(self.pair.runs, ours.name, self.upstream, self.target))
        yield from (_way(*each, sure=True) for each in parts)
        own = [way for way in ours.code.exits() if ours.is_own(way) and way.label is not None]
        for way in own if not parts else ():
            yield Way(ours.name, How.OPEN, (f"upstream's {name}(): {why}",), tuple(_at(ours, way)))


def _touched(sides: Sequence[Half]) -> Iterator[tuple[Half, str]]:
    """Each function that is changed, where most of it is shown, once."""
    seen: dict[str, Half] = {}
    for half in sides:
        for name in half.touched:
            if name not in seen or (
                not isinstance(seen[name].function(name), Shown)
                and isinstance(half.function(name), Shown)
            ):
                seen[name] = half
    for name, half in seen.items():
        yield half, name


def _lost_labels(ours: Shown) -> Iterator[Way]:
    """Jumps to labels that the function has not: that does not compile."""
    for way in ours.code.exits():
        if way.label is not None and way.label_line is None and way.label not in ours.macros:
            said = f"there is no label {way.label} in {ours.name}()"
            yield Way(ours.name, How.NO_LABEL, (said,), tuple(_at(ours, way)))


def _compared(theirs: Shown, ours: Shown, names: Mapping[str, str], trees: Trees) -> Iterator[Way]:
    upstream = Body(theirs.code, names, knows=trees.knows(Side.UPSTREAM, theirs))
    target = Body(ours.code, knows=trees.knows(Side.TARGET, ours))
    wanted, mine = list(theirs.code.exits()), list(ours.code.exits())
    cleans = any(each.steps or each.open for each in (*wanted, *mine))
    pairs = tuple(paired(wanted, mine, names))
    for one, other, sure in pairs:
        if not cleans and (one is None or other is None):
            continue
        if one is None and other is not None and ours.is_own(other):
            said = f"upstream leaves the function on no such way: {_whole(other, {})}"
            left = held(None, other, upstream, target)
            how = How.OTHER if left else How.ALONE
            yield Way(ours.name, how, tuple(filter(None, (left, said))), tuple(_at(ours, other)))
        elif other is None and one is not None and theirs.is_own(one):
            said = f"upstream's way out is not here: {_whole(one, names)}"
            yield Way(ours.name, How.LACKING, (said,), tuple(_at(theirs, one)))
        elif one is not None and other is not None:
            if other.label is not None and other.label_line is None:
                continue
            if theirs.changes(one) or ours.changes(other):
                both = Beside(one, other, upstream, target)
                way = _way(both, theirs, ours, sure=sure)
                if way.how is How.APART and is_inherited(both, pairs, theirs, ours):
                    way = replace(way, how=How.OTHER, said=(*way.said, _AS_BEFORE))
                left = held(one, other, upstream, target) if sure and ours.is_own(other) else ""
                yield _doubted(way, left) if left else way


def _doubted(way: Way, left: str) -> Way:
    """A way out of which names alone say that it leaves something undone: text only proposes."""
    how = way.how if way.how is How.APART else How.OTHER
    return replace(way, how=how, said=(left, *way.said))


_AS_BEFORE = "the way out before it differs from upstream's in the same, without the patch"


def _way(both: Beside, theirs: Shown | Part, ours: Shown | Part, *, sure: bool) -> Way:
    one, other = both.theirs, both.ours
    places = (*_at(ours, other), *_at(theirs, one))
    open_ = _open(one, other)
    if open_:
        how = How.SAME if one.open == other.open == _BACK else How.OPEN
        return Way(ours.name, how, (open_,), places)
    found = both.differences()
    if not found:
        return Way(ours.name, How.SAME, (), places)
    own = ours.is_own(other) or theirs.is_own(one)
    grave = [each for each in found if each.grave and (own or _is_own(each, theirs, ours))]
    how = How.APART if grave and sure else How.OTHER
    said = (
        *(each.text for each in (*grave, *(each for each in found if each not in grave))),
        f"upstream's {_spoken(one)} reaches: {_whole(one, both.upstream.names)}",
        f"here {_spoken(other)} reaches: {_whole(other, {})}",
    )
    return Way(ours.name, how, said, places)


def _is_own(one: Difference, theirs: Shown | Part, ours: Shown | Part) -> bool:
    """Whether one of the patches makes the difference itself."""
    return one.line in ours.added or one.their_line in theirs.added


_BACK = "it jumps back"


def _open(one: Exit, other: Exit) -> str:
    if one.open == other.open:
        return one.open
    if _BACK in (one.open, other.open):
        whose = "upstream's jumps" if one.open == _BACK else "ours jumps"
        return f"{whose} back, the other one forwards"
    return one.open or other.open


def _spoken(way: Exit) -> str:
    return f"`goto {way.label}`" if way.label is not None else "`return`"


def _whole(way: Exit, names: Mapping[str, str]) -> str:
    return sequence(way, names) or "the end of the function"


def _at(shown: Shown | Part, way: Exit) -> Iterator[tuple[str, Place]]:
    whose = "upstream's " if shown.upstream else ""
    yield f"{whose}{_spoken(way).strip('`')}", shown.place(way.line)
    if way.label_line is not None:
        yield f"{whose}label {way.label}", shown.place(way.label_line)
