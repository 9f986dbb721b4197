"""What a patch touches of one kernel's C files, under one configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from analyzer.csource import Kind, tokens
from analyzer.csource.arms import pick
from analyzer.csource.configuration import Configuration
from analyzer.csource.directives import directives
from analyzer.csource.items import Kind as ItemKind, items
from analyzer.csource.macros import defined_by
from analyzer.csource.mask import mask
from analyzer.machine.changed import changed_lines
from analyzer.prove.definitions import Definitions, TreeState
from analyzer.repo import Tree

_C = (".c", ".h")
# The file before, the file after: None where there is none.
Paths = tuple[str | None, str | None]


class How(Enum):
    """What became of a function."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "taken away"


@dataclass(frozen=True, slots=True)
class Touched:
    """A function that is touched. ``path`` is its file after the patch; before, where GONE."""

    path: str
    name: str
    how: How


def is_c(path: str | None) -> bool:
    """Whether a file is C."""
    return path is not None and path.endswith(_C)


class Half:
    """One kernel before and after its patch, under one configuration.

    ``before`` is None where nobody knows what it was.
    """

    def __init__(self, before: TreeState | None, after: TreeState, paths: Sequence[Paths]) -> None:
        self.before = before
        self.after = after
        self.paths = tuple(pair for pair in paths if is_c(pair[0]) or is_c(pair[1]))

    def was(self, path: str | None) -> Definitions | None:
        """A file before the patch, by its path after it; None where there is none."""
        olds = [old for old, new in self.paths if new == path]
        return None if self.before is None else _file(self.before, olds[0] if olds else path)

    def now(self, path: str | None) -> Definitions | None:
        """A file after the patch; None where there is none."""
        return _file(self.after, path)

    @cached_property
    def files(self) -> tuple[tuple[str, Definitions | None, Definitions | None], ...]:
        """The changed files of C: the path, and what each is before and after."""
        found = []
        for old, new in self.paths:
            before = None if self.before is None else _file(self.before, old)
            found.append((new or old or "", before, self.now(new)))
        return tuple(found)

    @cached_property
    def touched(self) -> tuple[Touched, ...]:
        """The functions of the changed files that are not what they were.

        By their tokens and those of the macros that they use; empty where nobody knows what was.
        """
        return () if self.before is None else tuple(self._touched())

    def _touched(self) -> Iterator[Touched]:
        for path, before, after in self.files:
            for name in after.own_names if after is not None else ():
                if before is None or not before.own_texts(name):
                    yield Touched(path, name, How.NEW)
                elif after is not None and self._is_other(name, before, after):
                    yield Touched(path, name, How.CHANGED)
            for name in before.own_names if before is not None else ():
                if after is None or not after.own_texts(name):
                    yield Touched(path, name, How.GONE)

    def _is_other(self, name: str, before: Definitions, after: Definitions) -> bool:
        other_text = before.own_texts(name) != after.own_texts(name)
        if other_text and before.own_tokens(name) != after.own_tokens(name):
            return True
        if not self.macros:
            return False
        used = {word for each in after.own_tokens(name) for word in each}
        used |= {each for each, _ in (*before.macros(name), *after.macros(name))}
        return not used.isdisjoint(self.macros)

    @cached_property
    def macros(self) -> frozenset[str]:
        """The macros that a changed file defines otherwise than before."""
        found: set[str] = set()
        for path, before, after in self.files:
            was, now = _macros(path, before), _macros(path, after)
            found |= {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        return frozenset(found)

    def macro(self, name: str) -> tuple[object, ...]:
        """What the changed files say of a macro after the patch."""
        found = (_macros(path, after).get(name, ()) for path, _, after in self.files)
        return tuple(each for texts in found for each in texts)

    def defining(self, name: str) -> tuple[str, ...]:
        """The changed files that define a macro, before or after."""
        return tuple(
            path
            for path, before, after in self.files
            if name in _macros(path, before) or name in _macros(path, after)
        )

    def outside(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """What stands outside of functions, in pieces: all before, what is new, what has gone."""
        was, now = Counter[str](), Counter[str]()
        for path, before, after in self.files:
            self.after.clock.check()
            was += _outside(path, before)
            now += _outside(path, after)
        return was, now - was, was - now

    def users(self, name: str) -> tuple[tuple[str, str], ...]:
        """The functions of the changed files that name something, by path and name."""
        return tuple(
            (path, each)
            for path, _, after in self.files
            for each in (after.own_names if after is not None else ())
            if each != name and any(name in words for words in after.own_tokens(each))  # type: ignore[union-attr]
        )

    def is_named_outside(self, name: str) -> bool:
        """Whether a changed file names a function elsewhere than in functions."""
        return any(
            name in piece.split()
            for path, _, after in self.files
            for piece in _pieces(path, after)
            if not _is_prototype(piece)
        ) or any(
            name in words
            for path, _, after in self.files
            for texts in _macros(path, after).values()
            for _, words in texts
        )


def _file(state: TreeState, path: str | None) -> Definitions | None:
    if path is None or state.tree.read(path) is None:
        return None
    return state.file(path)


# --- macros and declarations ---------------------------------------------------------------------


def _macros(path: str, file: Definitions | None) -> dict[str, list[tuple[object, tuple[str, ...]]]]:
    """What a file defines as macros, with every text that each has."""
    found: dict[str, list[tuple[object, tuple[str, ...]]]] = {}
    for each in directives(file.text) if file is not None else ():
        macro = defined_by(each, path)
        if macro is not None:
            words = tuple(one.text for one in tokens(macro.body))
            found.setdefault(macro.name, []).append((macro.parameters, words))
    return found


def _outside(path: str, file: Definitions | None) -> Counter[str]:
    return Counter(each for each in _pieces(path, file) if not _is_prototype(each))


def _pieces(path: str, file: Definitions | None) -> list[str]:
    """What stands outside of functions, cut at each semicolon; words are parted by blanks."""
    if file is None:
        return []
    data, at, kept = file.text.encode("utf-8", "surrogateescape"), 0, []
    for item in items(mask(data)):
        if item.kind is ItemKind.FUNCTION:
            kept.append(data[at : item.start])
            at = item.end
    kept.append(data[at:])
    text = b" ; ".join(kept).decode("utf-8", "surrogateescape")
    found: list[list[str]] = [[]]
    for each in tokens(text):
        if each.text == ";":
            found.append([])
        elif each.kind not in (Kind.COMMENT, Kind.DIRECTIVE):
            found[-1].append(each.text)
    return [" ".join(words) for words in found if words]


def _is_prototype(piece: str) -> bool:
    return piece.endswith(")") and "(" in piece and not any(mark in piece for mark in "={}")


# --- lines that no configuration shows -----------------------------------------------------------


def hidden(
    before: Tree, after: Tree, paths: Sequence[Paths], configurations: Sequence[Configuration]
) -> Iterator[tuple[str, int]]:
    """The changed lines of C that no configuration picks: the file, and the first line of each.

    One for each file and each state of it, at the most.
    """
    for old, new in paths:
        if not (is_c(old) or is_c(new)):
            continue
        was, now = _text(before, old), _text(after, new)
        for path, here, there in ((new, now, was), (old, was, now)):
            if here is not None and path is not None:
                line = _hidden(path, there, here, configurations)
                if line is not None:
                    yield path, line


def _hidden(
    path: str, other: str | None, text: str, configurations: Sequence[Configuration]
) -> int | None:
    code = mask(text.encode("utf-8", "surrogateescape")).data.decode("utf-8", "replace")
    lines = code.split("\n")
    shown = [pick(text, each).split("\n") for each in configurations]
    for number in sorted(changed_lines(path, other, text).lines):
        here = lines[number - 1].strip() if number <= len(lines) else ""
        if here.strip("#\\ ") and all(not each[number - 1].strip() for each in shown):
            return number
    return None


def _text(tree: Tree, path: str | None) -> str | None:
    data = None if path is None else tree.read(path)
    return None if data is None else data.decode("utf-8", "surrogateescape")
