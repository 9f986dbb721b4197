"""CF-1 to CF-5: the Kconfig symbols that the patch brings, and who switches them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from analyzer.compare.symbols import Mention, Selection, Symbols, symbols_of
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.configuration import carried, in_files, never_on
from analyzer.review.in_tree import Said, spelt_alike, switched_on
from analyzer.review.readings import over_readings
from analyzer.review.selects import placed, under_in_tree
from analyzer.source import Place, Side
from analyzer.upstream import Companion, Role

_ALIKE = 0.85
# Pairs of names compared at the most: a patch with more symbols is no single change.
_MAX_PAIRS = 2_000
_UNNAMED = "a symbol whose config line is lost"


def _item(number: int, state: State, summary: str, **more: object) -> Item:
    return Item(f"CF-{number}", _TITLES[number], state, summary, **more)  # type: ignore[arg-type]


_TITLES = {
    1: "is each new symbol defined once, and spelled alike wherever it is used?",
    2: "does an architecture that we ship select it, or is the code dead there?",
    3: "does each `select` stand under the right symbol, once?",
    5: "do the release's config files carry it?",
}


def _of(number: int, said: Said) -> Item:
    state, summary, reason, evidence, todo = said
    return _item(number, state, summary, reason=reason, evidence=evidence, next=todo)


def _name(mention: Mention) -> str:
    return mention.symbol or _UNNAMED


def _evidence(mentions: tuple[Mention, ...], said: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(f"{_name(one)} {said}", one.place) for one in mentions)


# --- CF-1 -------------------------------------------------------------------------------


def defined_once(case: Case) -> Item:
    """CF-1, in every reading of the patch."""
    return over_readings(case, lambda symbols: _defined(case, symbols))


def _defined(case: Case, symbols: Symbols) -> Item:
    """What the patch says by itself, and where that is nothing wrong, what the tree says."""
    alone = _defined_once(symbols)
    told = alone.state in (State.FINDING, State.NOT_APPLICABLE)
    if case.kconfig is None or told or any(one.symbol is None for one in symbols.defined):
        return alone
    return _of(1, spelt_alike(case.kconfig, symbols))


def _defined_once(symbols: Symbols) -> Item:
    evidence = (
        *_evidence(symbols.defined, "is defined"),
        *_evidence(symbols.used, "is used from C or make"),
    )
    names = [one.symbol for one in symbols.defined if one.symbol]
    told = Counter((one.symbol, _architecture(one.path)) for one in symbols.defined if one.symbol)
    if not symbols.defined and not symbols.used:
        return _item(1, State.NOT_APPLICABLE, "no symbol is defined or used by the added lines")
    twice = sorted({str(name) for (name, _arch), count in told.items() if count > 1})
    if twice:
        return _item(
            1,
            State.FINDING,
            f"defined more than once: {', '.join(twice)}",
            evidence=evidence,
            next="Keep one definition.",
        )
    wrong = _misspelt(symbols)
    if wrong:
        used, meant = wrong
        return _item(
            1,
            State.FINDING,
            f"{used.symbol} is used, {meant} is defined",
            evidence=(Evidence(f"{used.symbol} is used here", used.place), *evidence),
            next=f"Spell it {meant}.",
        )
    if len(names) < len(symbols.defined):
        return _item(
            1,
            State.CANNOT_TELL,
            "a symbol is defined whose name cannot be told: its config line is lost",
            evidence=evidence,
        )
    return _used_or_not(symbols, names, evidence)


def _architecture(path: str) -> str:
    """Each architecture may define a symbol for itself: theirs are alternatives."""
    parts = path.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else ""


def _used_or_not(symbols: Symbols, names: list[str], evidence: tuple[Evidence, ...]) -> Item:
    used = {one.symbol for one in symbols.used}
    mentioned = used | {one.symbol for one in symbols.mentioned}
    unused = [name for name in names if name not in mentioned]
    unknown = sorted(str(name) for name in used if name not in names)
    if unused:
        return _item(
            1,
            State.NEEDS_REVIEW,
            f"defined and not used by this patch: {', '.join(unused)}",
            evidence=evidence,
            next="Find the patch that uses it.",
        )
    if unknown:
        return _item(
            1,
            State.CANNOT_TELL,
            f"used and not defined by this patch: {', '.join(unknown)}",
            reason="the tree that the patch is for would show the definition",
            evidence=evidence,
            next="Look the symbols up in the target tree.",
        )
    uses = len(symbols.used)
    return _item(
        1,
        State.OK,
        f"{', '.join(names)}: defined once, used {uses} time{'' if uses == 1 else 's'}, "
        "spelled alike",
        evidence=evidence,
    )


def _misspelt(symbols: Symbols) -> tuple[Mention, str] | None:
    """A symbol that is used and not defined, and the unused one that it was meant to be."""
    everywhere = (*symbols.used, *symbols.mentioned)
    used = {one.symbol for one in everywhere}
    defined = {one.symbol for one in symbols.defined if one.symbol}
    unused = sorted(defined - used)
    # What Kconfig selects or depends on is another symbol more often than a slip.
    strange = [one for one in symbols.used if one.symbol and one.symbol not in defined]
    if not unused or len(unused) * len(strange) > _MAX_PAIRS:
        return None
    from difflib import SequenceMatcher

    return next(
        (
            (one, name)
            for one in strange
            for name in unused
            if not name.startswith(one.symbol or "") and not (one.symbol or "").startswith(name)
            if SequenceMatcher(None, name, one.symbol or "").ratio() >= _ALIKE
        ),
        None,
    )


# --- CF-2 -------------------------------------------------------------------------------


def selected_somewhere(case: Case) -> Item:
    """CF-2: by the tree where it is at hand, else by the patch and its series."""
    symbols = case.symbols[0]
    if not symbols.defined:
        return _item(2, State.NOT_APPLICABLE, "the patch defines no symbol")
    dead = [one for one in symbols.defined if one.symbol not in symbols.settable]
    if not dead:
        return _settable(case, symbols)
    names = [one.symbol for one in dead if one.symbol]
    found = [
        one
        for there in (symbols, *(symbols_of(other.files) for other in case.others))
        for one in there.selected
        if one.symbol in names
    ]
    if case.kconfig is not None and len(names) == len(dead):
        others = tuple(
            one
            for other in case.others
            for one in symbols_of(other.files).selected
            if one.symbol in names
        )
        told = switched_on(
            case.kconfig,
            names,
            case.architectures,
            in_series=others,
            configured=case.configured,
            known=tuple(_upstream_selects(case, names)),
            left_out=_selected_by_the_commit(case, names),
        )
        if told is not None:
            return _of(2, told)
    companions = [one for name in names for one in _selecting(case, name)]
    evidence = (
        *_evidence(tuple(dead), "is defined without a prompt or a default"),
        *(
            Evidence(f"selected under {one.under or 'an unknown symbol'}", one.place)
            for one in found
        ),
        *(
            Evidence(f"upstream's `select` for {one.arch or 'one architecture'} is {one.id[:12]}")
            for one in companions
        ),
    )
    listed = ", ".join(names) or _UNNAMED
    if found:
        return _item(
            2,
            State.NEEDS_REVIEW,
            f"{listed} is selected under {', '.join(str(one.under) for one in found)}",
            evidence=evidence,
            next="Check that these are the architectures that the release ships.",
        )
    first = f"; upstream's is {companions[0].id[:12]}" if companions else ""
    part_of = "; the mail belongs to a series" if companions or len(case.others) else ""
    return _item(
        2,
        State.NEEDS_REVIEW,
        f"no `select` in this patch{first}{part_of}",
        reason=f"nothing here switches {listed} on: alone, this patch brings dead code",
        evidence=evidence,
        next="Find the patch of the series that selects it for each architecture that is shipped.",
    )


def _settable(case: Case, symbols: Symbols) -> Item:
    """Symbols that need no ``select``: unless nothing that the user sets can switch them on."""
    settable = ", ".join(_name(one) for one in symbols.defined)
    told = never_on(case.configured, [one.symbol for one in symbols.defined if one.symbol])
    if told is not None:
        state, said, reason, todo = told
        return _item(2, state, said, reason=reason, next=todo)
    return _item(2, State.NOT_APPLICABLE, f"{settable} can be set without a `select`")


def _selected_by_the_commit(case: Case, names: list[str]) -> bool:
    """Whether one of these is selected by upstream's patch, or in the tree that it left."""
    if any(one.symbol in names for one in _selected_by_upstream(case)):
        return True
    there = case.kconfig_upstream
    if there is None or there.later:
        return False
    return any(one.selects for name in names if (one := there.of(name)) is not None)


def _upstream_selects(case: Case, names: list[str]) -> Iterator[Evidence]:
    """Where upstream selects symbols: by its tree, and by what is known of its commits."""
    for name in names:
        for one in _selecting(case, name):
            arch = one.arch or "one architecture"
            yield Evidence(f"upstream's `select {name}` for {arch} is {one.id[:12]}")
        there = case.kconfig_upstream.of(name) if case.kconfig_upstream else None
        for each in there.selects if there is not None else ():
            if not case.architectures or each.architecture in (None, *case.architectures):
                place = Place(Side.UPSTREAM, each.path, each.line)
                yield Evidence(f"upstream selects {name} under {each.symbol}", place)


def _selecting(case: Case, symbol: str) -> list[Companion]:
    known = {one.id: one for one in case.facts.selects_of(symbol)}
    if case.commit is not None:
        own = [one for one in case.commit.companions if one.role is Role.SELECT]
        known |= {one.id: one for one in own if one.symbol == symbol}
    wanted = case.architectures
    return sorted(
        (one for one in known.values() if not wanted or one.arch in wanted),
        key=lambda one: one.arch != "x86",
    )


# --- CF-3 -------------------------------------------------------------------------------


def selects_placed(case: Case) -> Item:
    """CF-3, in every reading: where the added `select` lines stand."""
    return over_readings(case, lambda symbols: _selects_placed(case, symbols))


def _selects_placed(case: Case, symbols: Symbols) -> Item:
    selected = symbols.selected
    if not selected:
        return _item(3, State.NOT_APPLICABLE, "the patch adds no `select`")
    if case.kconfig is not None:
        selected = under_in_tree(case.kconfig, selected)
    evidence = tuple(
        Evidence(f"`select {one.symbol}` under {one.under or 'an unknown symbol'}", one.place)
        for one in selected
    )
    twice = [one for one in selected if one.repeated]
    if twice:
        return _item(
            3,
            State.FINDING,
            f"{twice[0].under} selects {twice[0].symbol} twice",
            evidence=evidence,
            next="Remove one of the two.",
        )
    if case.kconfig is not None:
        trees = (case.kconfig, case.kconfig_upstream)
        told = placed(*trees, selected, case.configured)
        if told is not None:
            return _of(3, told)
    more = _selected_again(case, selected)
    if more is not None:
        state = State.NEEDS_REVIEW if case.delta is None else State.FINDING
        said = f"{more.under} selects {more.symbol} more than once in this patch"
        todo = "Keep one of them, or say which conditions they are for."
        return _item(3, state, said, evidence=evidence, next=todo)
    by_shape = _upstream_places(case)
    theirs = by_shape or _patch_places(case, selected)
    strange = [one for one in selected if one.under and theirs and one.under not in theirs]
    if strange:
        return _item(
            3,
            State.FINDING,
            f"`select {strange[0].symbol}` stands under {strange[0].under}, "
            f"upstream's under {', '.join(sorted(theirs))}",
            evidence=evidence,
            next=f"Move it under {min(theirs)}, or explain it in the message.",
        )
    if any(one.under is None for one in selected):
        return _item(
            3,
            State.CANNOT_TELL,
            "the symbol that a `select` stands under is not in the hunk",
            evidence=evidence,
            next="Look the hunk up in the target tree.",
        )
    if by_shape:
        return _item(3, State.OK, "under upstream's symbol, once", evidence=evidence)
    if theirs:
        said = "under upstream's symbol, each once in its hunk; the tree was not looked into"
        todo = "Look for another `select` of it in the target tree."
        return _item(3, State.NEEDS_REVIEW, said, evidence=evidence, next=todo)
    return _item(
        3,
        State.NEEDS_REVIEW,
        "each once in its hunk; upstream's place is not known here",
        evidence=evidence,
        next="Compare with the upstream commit.",
    )


def _upstream_places(case: Case) -> set[str]:
    """The symbols under which the upstream commit adds `select` lines, by its shape."""
    if case.commit is None:
        return set()
    return {
        hunk.within
        for hunk in case.commit.hunks
        if hunk.within
        and any(line.marker == "+" and line.detail == "select" for line in hunk.lines)
    }


def _selected_by_upstream(case: Case) -> tuple[Selection, ...]:
    """The ``select`` lines that upstream's patch adds, by its text."""
    if case.delta is None:
        return ()
    files = tuple(file.theirs for file in case.delta.files if file.theirs is not None)
    return symbols_of(files).selected


def _selected_again(case: Case, selected: tuple[Selection, ...]) -> Selection | None:
    """A ``select`` that the patch adds oftener to one symbol than upstream's patch does."""
    theirs = Counter((one.symbol, one.under, one.path) for one in _selected_by_upstream(case))
    ours = Counter((one.symbol, one.under, one.path) for one in selected if one.under)
    again = {key for key, count in ours.items() if count > max(1, theirs[key])}
    return next((one for one in selected if (one.symbol, one.under, one.path) in again), None)


def _patch_places(case: Case, selected: tuple[Selection, ...]) -> set[str]:
    """The same by the text of upstream's patch, where it shows a place for each of ours."""
    theirs = _selected_by_upstream(case)
    if {one.symbol for one in selected} - {one.symbol for one in theirs if one.under}:
        return set()
    return {one.under for one in theirs if one.under}


# --- CF-5 -------------------------------------------------------------------------------


def in_config_files(case: Case) -> Item:
    """CF-5: by the release's .config where the tree is at hand, too."""
    symbols = case.symbols[0]
    names = list(dict.fromkeys(one.symbol for one in symbols.defined if one.symbol))
    configured = case.configured
    if configured is not None and configured.written is not None:
        selected = (one.symbol for one in symbols.selected)
        names = list(dict.fromkeys((*names, *selected)))
    if not names:
        return _item(5, State.NOT_APPLICABLE, "the patch defines no symbol")
    if configured is not None and configured.written is not None:
        return _of(5, carried(case.kconfig, configured, names))
    return _item(
        5,
        State.CANNOT_TELL,
        f"the release's config files were not looked at for {', '.join(names)}",
        reason="a .config made with the patch applied would decide it",
        evidence=tuple(in_files(case.kconfig, names)),
        next="Run `make olddefconfig` with the patch applied and commit what changes.",
    )
