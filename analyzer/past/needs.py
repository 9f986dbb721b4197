"""DP-1: what the patch leans on and the target lacks, and what brings it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analyzer.errors import AnalyzerError
from analyzer.history.past import Need, Needs
from analyzer.machine.callees import Callee, Problem, Trouble
from analyzer.past.alike import unlike
from analyzer.past.asked import Asked
from analyzer.past.bringing import bringing, bringing_line
from analyzer.past.changes import text_of
from analyzer.past.declares import Use, declared, defined, names_of, uses, words
from analyzer.past.presence import title_of
from analyzer.patch.lines import Hunk, Line, Mark
from analyzer.patch.reader import Patch
from analyzer.repo import Tree, grep
from analyzer.source import Place, Side

_TROUBLES = (Trouble.MISSING, Trouble.ARITY, Trouble.ARGUMENT)
_UNSEEN = Trouble.UNSEEN
_SECONDS = 1.5
_MOST_NAMES = 200
_MOST_NEEDS = 12
_MOST_LINES = 3
_MOST_LATER = 500


@dataclass(slots=True)
class _Search:
    asked: Asked
    found: list[Need] = field(default_factory=list)
    looked_for: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether there is no room for more."""
        return len(self.found) >= _MOST_NEEDS

    def add(self, name: str, need: Need) -> None:
        if name not in self.known and not self.whole:
            self.known.add(name)
            self.found.append(need)


def needs_of(asked: Asked) -> Needs:
    """What the patch leans on and the target lacks; nothing is looked for without a target."""
    search = _Search(asked)
    _in_series(search)
    if asked.before is not None:
        _callees(search)
        _symbols(search)
        _hunks(search)
        _names(search)
    return Needs(tuple(search.found), tuple(search.looked_for), tuple(search.unsure), unlike(asked))


# --- what a later patch of the series brings ------------------------------------------------------


def _in_series(search: _Search) -> None:
    """Names that this patch uses, the target lacks, and a later patch declares."""
    case = search.asked.case
    own = case.patch.letter.first
    later = [patch for patch in case.others if patch.letter.first > own]
    if not later:
        return
    mine = uses(case.mended.files)
    local = declared(case.mended.files)
    search.looked_for.append(f"what {len(later)} later patches of the series declare")
    wanted = {one.name: one for one in mine if one.name not in local}
    # What stands in the lines around a change is there already.
    shown = words(case.mended.files, Mark.CONTEXT) | words(case.mended.files, Mark.REMOVED)
    for patch in later[:_MOST_LATER]:
        if wanted.keys().isdisjoint(words(patch.files)):
            continue
        brings = declared(patch.files) - declared(patch.files, Mark.REMOVED)
        for name in [name for name in wanted if name in brings]:
            use = wanted.pop(name)
            lacks = _lacks(search, [name], use.path)
            if lacks is None and (name in shown or not _surely(patch, use)):
                continue
            if lacks is None or name in lacks:
                said = f"{name}{'()' if use.call else ''}, which a later patch of the series brings"
                need = Need(said, _at(use), title=title_of(patch), certain=lacks is not None)
                search.add(name, need)


def _surely(patch: Patch, use: Use) -> bool:
    """Whether a file that uses a name gets its definition outside of functions by another patch."""
    return use.name in defined(one for one in patch.files if one.path == use.path)


def _lacks(search: _Search, names: Sequence[str], path: str) -> frozenset[str] | None:
    """Those of some names that no file of the target has; None where that cannot be told."""
    tree = search.asked.before
    if tree is None or not names:
        return None if tree is None else frozenset()
    left = set(names) - names_of(text_of(tree, path) or "")
    home = path.rpartition("/")[0]
    for under in ([one for one in (home, "include", "arch/x86/include") if one], []):
        if not left:
            break
        words = [name.encode() for name in sorted(left)]
        try:
            found = grep(tree, words, under, whole=True, seconds=search.asked.clock.left(_SECONDS))
        except AnalyzerError as error:
            search.unsure.append(str(error))
            return None
        left -= {name for name in left if any(name.encode() in hit.text for hit in found)}
        if left and not under and found.incomplete:
            search.unsure.append(f"the target was not searched to its end for {_listed(left)}")
            return None
    return frozenset(left)


# --- what the target lacks ------------------------------------------------------------------------


def _callees(search: _Search) -> None:
    callees = search.asked.case.callees
    if callees is None:
        return
    search.looked_for.append(f"{len(callees)} callees and their signatures")
    for callee in callees:
        problem = next((one for one in callee.problems if one.trouble in _TROUBLES), None)
        if problem is not None and callee.name not in search.known and not search.whole:
            search.add(callee.name, _callee(search.asked, callee, problem))


def _callee(asked: Asked, callee: Callee, problem: Problem) -> Need:
    place = Place(Side.PATCH_AFTER, callee.spot.path, callee.spot.line)
    missing = problem.trouble is Trouble.MISSING
    against = None if missing or problem.spot is None else problem.spot.path
    found = bringing(asked, callee.name, callee.spot.path, against)
    what = f"{callee.name}()" if missing else f"the signature of {callee.name}()"
    return Need(what, place, found.commit, found.why)


def _symbols(search: _Search) -> None:
    kconfig = search.asked.case.kconfig
    if kconfig is None:
        return
    search.looked_for.append(f"{len(kconfig.symbols)} Kconfig symbols")
    for name in kconfig.undefined:
        if name not in search.known and not search.whole:
            found = bringing(search.asked, name, "Kconfig")
            what = f"the Kconfig symbol {name}"
            search.add(name, Need(what, None, found.commit, found.why, certain=kconfig.whole))


def _hunks(search: _Search) -> None:
    """Lines that refused hunks were made beside, and that the target's files do not have."""
    asked = search.asked
    refused = {one.path: {hunk.hunk for hunk in one.hunks if hunk.refusal} for one in asked.refused}
    for file in asked.case.mended.files:
        text = text_of(asked.before, file.old_path) if refused.get(file.path) else None
        if text is None:
            continue
        there = {line.strip() for line in text.split("\n")}
        for number, hunk in enumerate(file.hunks, 1):
            if number in refused[file.path]:
                for line in _lacking(hunk, there):
                    _line(search, file.path, number, line)


def _lacking(hunk: Hunk, there: set[str]) -> list[Line]:
    """The lines of a hunk's old side that no line of a file is like."""
    old = (one for one in hunk.lines if one.mark is not Mark.ADDED and one.text.strip())
    return [one for one in old if one.text.strip() not in there][:_MOST_LINES]


def _line(search: _Search, path: str, number: int, line: Line) -> None:
    text = line.text.strip()
    if search.whole or text in search.known:
        return
    found = bringing_line(search.asked, text, path)
    said = f"the line `{text[:80]}` of {path}, hunk {number}"
    place = Place(Side.INPUT, line=line.number)
    search.add(text, Need(said, place, found.commit, found.why, certain=False))


def _names(search: _Search) -> None:
    """Members, macros, constants and types: callees are looked up as a compiler would.

    Those that headers hide which only a build makes are looked for by name, as these are.
    """
    asked = search.asked
    local = declared(asked.case.mended.files)
    callees = asked.case.callees or ()
    called = {one.name for one in callees}
    unseen = {one.name for one in callees if any(each.trouble is _UNSEEN for each in one.problems)}
    wanted = [
        one
        for one in uses(asked.case.mended.files)
        if one.name not in local
        if one.name in unseen or (one.name not in called and not one.call)
    ]
    if len(wanted) > _MOST_NAMES:
        search.unsure.append(f"{len(wanted) - _MOST_NAMES} more names that it uses")
    by_path: dict[str, list[Use]] = {}
    for one in wanted[:_MOST_NAMES]:
        by_path.setdefault(one.path, []).append(one)
    lacking: list[Use] = []
    for path, used in by_path.items():
        lacks = _lacks(search, [one.name for one in used], path)
        lacking += (one for one in used if lacks is not None and one.name in lacks)
    search.looked_for.append(f"{min(len(wanted), _MOST_NAMES)} other names in its added code")
    for use in lacking:
        found = bringing(asked, use.name, use.path)
        if found.commit is not None:
            certain = _is_whole(asked.before) or text_of(asked.before, found.path) is not None
            need = Need(use.name, _at(use), found.commit, found.why, certain=certain)
            search.add(use.name, need)
        elif use.name not in search.known:
            search.unsure.append(f"no file of the target has {use.name}: {found.why}")


def _is_whole(tree: Tree | None) -> bool:
    """Whether a tree is a whole kernel's: of a part of one, files that are absent say nothing."""
    return text_of(tree, "MAINTAINERS") is not None and text_of(tree, "init/main.c") is not None


def _at(use: Use) -> Place:
    return Place(Side.INPUT, line=use.number)


def _listed(names: Iterator[str] | set[str]) -> str:
    return ", ".join(sorted(names)[:4])
