"""What is called otherwise in a backport throughout: names that a tree is free to choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from analyzer.compare.change import Change, ChangedLine, LinePair, Owner
from analyzer.compare.words import NAME
from analyzer.patch.lines import Mark


def other_names(
    pairs: Sequence[LinePair],
    more: Iterable[tuple[ChangedLine | None, ChangedLine | None]] = (),
    both: Callable[[str, str], bool] | None = None,
) -> dict[Owner | None, dict[str, str]]:
    """Names that ours calls otherwise wherever they are, by what upstream's lines stand in.

    A name that the other side uses as well is no renaming: two names may have been exchanged.
    ``more`` are lines beside the changed ones whose names count as used. ``both`` says whether one
    of two names of callees or members is in the other file: there it is another one. A constant
    is what it is called, but for one that the patch itself defines.
    """
    own = _defined(pairs)
    maps: dict[Owner | None, dict[str, set[str]]] = {}
    used: dict[Owner | None, tuple[set[str], set[str]]] = {}
    for pair in pairs:
        if pair.theirs is None or pair.ours is None:
            continue
        owner = pair.theirs.owner
        theirs, ours = used.setdefault(owner, (set(), set()))
        theirs.update(pair.theirs.words)
        ours.update(pair.ours.words)
        for one, other in _differing(pair.theirs, pair.ours) or ():
            found = maps.setdefault(owner, {}).setdefault(one, set())
            found.add(other)
            if _is_fixed(one, other, own) or _is_other(pair.theirs, one, other, both):
                found.add(one)
    for one_line, other_line in more:
        _count_as_used(used, one_line, other_line)
    return {owner: _consistent(found, *used[owner]) for owner, found in maps.items()}


def _count_as_used(
    used: dict[Owner | None, tuple[set[str], set[str]]],
    theirs: ChangedLine | None,
    ours: ChangedLine | None,
) -> None:
    line = theirs or ours
    if line is not None and line.owner in used:
        used[line.owner][theirs is None].update(line.words)


def _differing(theirs: ChangedLine, ours: ChangedLine) -> list[tuple[str, str]] | None:
    """The names that differ in two lines that differ in names alone; None for any others."""
    if len(theirs.words) != len(ours.words) or theirs.mark is not ours.mark:
        return None
    found = [(a, b) for a, b in zip(theirs.words, ours.words, strict=True) if a != b]
    names = all(NAME.fullmatch(a) and NAME.fullmatch(b) for a, b in found)
    return found if names else None


def _defined(pairs: Iterable[LinePair]) -> set[str]:
    """What added lines define by its name: macros, Kconfig symbols, enumerators."""
    found: set[str] = set()
    for pair in pairs:
        for line in (pair.theirs, pair.ours):
            words = line.words if line and line.mark is Mark.ADDED else ()
            if words[:2] == ("#", "define") or words[:1] in (("config",), ("menuconfig",)):
                found.update(words[2:3] if words[0] == "#" else words[1:2])
            elif len(words) > 1 and words[1] in (",", "="):
                found.add(words[0])
    return found | {f"CONFIG_{name}" for name in found}


def _is_fixed(one: str, other: str, own: set[str]) -> bool:
    """Whether one of two names is no name that a tree is free to choose otherwise."""
    if one in own and other in own:
        return False
    return any(_CONSTANT.fullmatch(name) or name in _WORDS for name in (one, other))


def _is_other(
    line: ChangedLine, one: str, other: str, both: Callable[[str, str], bool] | None
) -> bool:
    """Whether it is another function or member, which one of the two files has besides."""
    if both is None:
        return False
    at = [i for i, word in enumerate(line.words) if word == one]
    around = (line.words[i + 1 : i + 2] == ("(",) or line.words[i - 1] in ("->", ".") for i in at)
    return any(around) and both(one, other)


_CONSTANT = re.compile(r"[A-Z_][A-Z0-9_]+")
# What C and the kernel give a meaning; ``_t`` and other types of a project are names.
_WORDS = frozenset(
    (
        *("bool", "break", "case", "char", "const", "continue", "default", "do", "double", "else"),
        *("enum", "extern", "false", "for", "goto", "if", "inline", "int", "long", "return"),
        *("short", "signed", "sizeof", "static", "struct", "switch", "true", "typedef", "union"),
        *("unsigned", "void", "volatile", "while", "likely", "unlikely"),
    )
)


def _consistent(found: dict[str, set[str]], theirs: set[str], ours: set[str]) -> dict[str, str]:
    single = {one: next(iter(others)) for one, others in found.items() if len(others) == 1}
    targets = list(single.values())
    return {
        one: other
        for one, other in single.items()
        if one not in ours and other not in theirs and targets.count(other) == 1
    }


def renamed(pair: LinePair, names: dict[Owner | None, dict[str, str]]) -> LinePair:
    """The pair as ``RENAMED`` where names are all that differs, and each is one of ``names``."""
    if pair.change is not Change.CHANGED or pair.theirs is None or pair.ours is None:
        return pair
    known = names.get(pair.theirs.owner, {})
    found = _differing(pair.theirs, pair.ours)
    if found and all(known.get(one) == other for one, other in found):
        return replace(pair, change=Change.RENAMED)
    return pair
