"""Whether a tree has a change, told by its files: taken back, put in, or run by run.

A change that can be taken back is there, and one that can be put in as it is is not. Where neither
is so, as behind another clean-up label, each run of changed lines is looked for in the function or
symbol that it stands in, by its tokens and those next to it, labels counting as alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.compare.change import OUTSIDE, Owner
from analyzer.compare.outline import is_c, outline
from analyzer.csource import code_tokens
from analyzer.history.past import By, Presence, There
from analyzer.past.changes import Change, changes_code, text_of
from analyzer.patch.apply import How, apply, reverse
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark
from analyzer.repair.patched import patched
from analyzer.repo import Tree

_LABEL = "a label"
_NEXT_TO = 6
# Lines in which the tokens next to a run are looked for.
_NEAR = 24
_LARGEST = 4 * 1024 * 1024
_MOST_LINES = 20_000
_MOST_SHOWN = 3


def by_content(change: Change, tree: Tree) -> Presence:
    """Whether ``tree`` has a change. Raises ``AnalyzerError`` where a file cannot be read."""
    files = changes_code(change.files)
    here = [one for one in files if one.old_path is None or _has(tree, one)]
    if not here:
        names = ", ".join(one.path for one in files[:_MOST_SHOWN])
        return _told(There.UNKNOWN, f"the tree has none of the files that it changes: {names}")
    if patched(tree, here).already:
        return _of_files(There.YES, "all that it changes is there as upstream has it", files, here)
    told = [(one.path, _of_file(change, one, tree)) for one in here]
    kinds = {there for _, there in told if there is not None}
    if not kinds or There.UNKNOWN in kinds:
        return _told(There.UNKNOWN, "its lines fit neither as they were before it nor after")
    if kinds == {There.YES}:
        said = "what it adds is there in its functions, and what it removes is gone"
        return _of_files(There.YES, said, files, here)
    if kinds == {There.NO}:
        return _told(There.NO, "what it changes stands there as it was before it")
    some = ", ".join(path for path, there in told if there is not There.YES)
    return _told(There.PARTLY, f"a part of it is there, but not all: {some}")


def _told(there: There, said: str) -> Presence:
    return Presence(there, By.CONTENT, said)


def _of_files(
    there: There, said: str, files: Sequence[FilePatch], here: Sequence[FilePatch]
) -> Presence:
    """What was found, with the files that the tree does not have."""
    absent = [one.path for one in files if one not in here]
    more = f"; the tree has no {', '.join(absent[:_MOST_SHOWN])}" if absent else ""
    return _told(there, f"{said}{more}")


def _has(tree: Tree, file: FilePatch) -> bool:
    paths = (file.old_path, file.new_path)
    return any(path is not None and tree.read(path) is not None for path in paths)


def _of_file(change: Change, file: FilePatch, tree: Tree) -> There | None:
    """One file's part, None where it changes no code."""
    if file.binary:
        return There.UNKNOWN
    text = text_of(tree, file.old_path) or text_of(tree, file.new_path)
    if text is None:
        return There.NO if file.old_path is None else There.UNKNOWN
    if file.old_path is not None and file.new_path is not None and fits(reverse(file), text):
        return There.YES
    by_runs = _by_runs(change, file, text)
    if by_runs in (There.YES, There.PARTLY):
        return by_runs
    if file.old_path is not None and fits(file, text):
        return There.NO
    return by_runs


def fits(file: FilePatch, text: str) -> bool:
    """Whether every hunk can be applied, and none of them is already."""
    one = apply(file, text, 0)
    return not one.refused and not any(hunk.how is How.ALREADY for hunk in one.hunks)


# --- by runs of tokens -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """One side of a run of changed lines, as tokens, and the tokens next to it on that side."""

    lead: tuple[str, ...]
    middle: tuple[str, ...]
    trail: tuple[str, ...]

    def windows(self) -> tuple[tuple[str, ...], ...]:
        """What to look for: the middle with what stands before it, and with what stands behind.

        Where nothing is left, what has come together.
        """
        if not self.middle:
            return ((*self.lead, *self.trail),)
        return ((*self.lead, *self.middle), (*self.middle, *self.trail))


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of changed lines: what stood there, and what stands there."""

    old: _Part
    new: _Part


def _by_runs(change: Change, file: FilePatch, text: str) -> There | None:
    before, after = change.texts(file)
    if before is None or after is None or max(map(len, (before, after, text))) > _LARGEST:
        return There.UNKNOWN
    if sum(len(hunk.lines) for hunk in file.hunks) > _MOST_LINES:
        return There.UNKNOWN
    told: set[There | None] = set()
    scopes = _Scopes(file.path, before, after, text)
    for hunk in file.hunks:
        for run, line in _runs(hunk, file.path):
            told.add(scopes.tell(run, line))
    if not told:
        return None
    # A new function may have another name here: alone that tells nothing.
    if There.UNKNOWN in told or told == {None}:
        return There.UNKNOWN
    firm = {There.NO if one is None else one for one in told}
    return firm.pop() if len(firm) == 1 else There.PARTLY


class _Scopes:
    """The function or symbol that a run stands in: upstream's before and after, and the tree's."""

    def __init__(self, path: str, before: str, after: str, text: str) -> None:
        self._path = path
        self._sides = tuple(outline(one, path) for one in (before, after, text))
        self._known: dict[Owner, There | tuple[str, ...] | None] = {}

    def tell(self, run: _Run, line: int) -> There | None:
        """Whether the tree has the new side of a run, whose first new line is ``line`` (from 0).

        None where the change makes the function, and the tree has none of its name.
        """
        owner = self._sides[1].at(line)
        if owner not in self._known:
            self._known[owner] = self._scope(owner)
        scope = self._known[owner]
        if scope is None or isinstance(scope, There):
            return scope
        before, after, tree = scope
        new, old = _shows(run.new, before, tree), _shows(run.old, after, tree)
        if new == old:
            return There.UNKNOWN
        return There.YES if new else There.NO

    def _scope(self, owner: Owner) -> There | tuple[str, ...] | None:
        """The tokens of the three sides; or what is told by there being no such function."""
        if owner == OUTSIDE:
            return tuple(_joined(tokens_of(one.lines, self._path)) for one in self._sides)
        extents = [one.extent_of(owner) for one in self._sides]
        if extents[2] is None:
            made = extents[0] is None and extents[1] is not None
            return None if made else There.UNKNOWN
        bodies = [
            () if extent is None else side.body(extent)
            for side, extent in zip(self._sides, extents, strict=True)
        ]
        return tuple(_joined(tokens_of(body, self._path)) for body in bodies)


def _shows(part: _Part, against: str, tree: str) -> bool:
    """Whether a side of a run is in the tree, by windows that the other side does not have."""
    telling = [one for one in map(_joined, part.windows()) if one not in against]
    return any(one in tree for one in telling)


def _joined(tokens: Sequence[str]) -> str:
    return "\0" + "\0".join(tokens) + "\0"


def _runs(hunk: Hunk, path: str) -> Iterator[tuple[_Run, int]]:
    """The runs of a hunk that change code, and each one's line after the change, from 0."""
    lines, at, new_line = hunk.lines, 0, hunk.new_start - 1
    while at < len(lines):
        if lines[at].mark is Mark.CONTEXT:
            at, new_line = at + 1, new_line + 1
            continue
        end = at
        while end < len(lines) and lines[end].mark is not Mark.CONTEXT:
            end += 1
        old, new = (_part(lines, at, end, other, path) for other in (Mark.ADDED, Mark.REMOVED))
        if old.middle != new.middle:
            yield _Run(old, new), new_line
        new_line += sum(one.mark is Mark.ADDED for one in lines[at:end])
        at = end


def _part(lines: Sequence[Line], at: int, end: int, other: Mark, path: str) -> _Part:
    """The side of a run that has no line of the mark ``other``."""
    lead, middle, trail = (
        tokens_of([one.text for one in some if one.mark is not other], path)
        for some in (lines[max(at - _NEAR, 0) : at], lines[at:end], lines[end : end + _NEAR])
    )
    return _Part(lead[-_NEXT_TO:], middle, trail[:_NEXT_TO])


def tokens_of(lines: Sequence[str], path: str) -> tuple[str, ...]:
    """The tokens of some lines, every label being the same one; of other files than C the words."""
    if not is_c(path):
        return tuple(word for line in lines for word in line.split())
    found: list[str] = []
    for piece in _pieces("\n".join(lines)):
        directive = piece.startswith("#")
        found += piece.split() if directive else (one.text for one in code_tokens(piece))
    return tuple(_LABEL if _is_label(found, at) else each for at, each in enumerate(found))


def _pieces(text: str) -> Iterator[str]:
    """Pieces of code, and each line with a directive, which is part of what a change is."""
    piece: list[str] = []
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            yield "\n".join(piece)
            yield line.lstrip()
            piece = []
        else:
            piece.append(line)
    yield "\n".join(piece)


_ENDS = frozenset(("{", "}", ";", ":"))


def _is_label(tokens: Sequence[str], at: int) -> bool:
    """Whether a name is a label: behind ``goto``, or at a statement's beginning, before ``:``."""
    name, before = tokens[at], tokens[at - 1] if at else ";"
    if not (name[:1].isalpha() or name[:1] == "_") or name in ("default", "case"):
        return False
    if before == "goto":
        return True
    behind = tokens[at + 1] if at + 1 < len(tokens) else ""
    return behind == ":" and before in _ENDS
