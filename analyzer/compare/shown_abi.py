"""What hunks alone show of an interface: without the files only what is touched, not what it is."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.compare.change import ChangedLine, Owner, Scope
from analyzer.compare.runs import FileChange, read_change
from analyzer.compare.touch import Reach, Touch, What, is_uapi, reach_of
from analyzer.finding import NotChecked
from analyzer.patch.lines import FilePatch, Mark
from analyzer.source import Side
from analyzer.upstream import Kind

_TYPES = ("struct ", "union ", "enum ")


def of_hunks(file: FilePatch) -> tuple[tuple[Touch, ...], tuple[NotChecked, ...]]:
    """What the changed lines of a file touch, and where they do not show it."""
    change = read_change(file, (None, None), Side.INPUT)
    work = _Lines(file, change)
    work.read()
    return tuple(work.touched), tuple(dict.fromkeys(work.unread))


class _Lines:
    """The changed lines of a file, one by one."""

    def __init__(self, file: FilePatch, change: FileChange) -> None:
        self.file = file
        self.change = change
        self.reach = reach_of(file.path)
        self.touched: list[Touch] = []
        self.unread: list[NotChecked] = []
        self.seen: set[tuple[What, str]] = set()

    def read(self) -> None:
        """Look at every line of code that is added or removed."""
        exports = [
            {
                name: line
                for run in self.change.runs
                for line in run.lines
                if line.mark is mark
                for name in _exported(line)
            }
            for mark in (Mark.REMOVED, Mark.ADDED)
        ]
        self._exports(*exports)
        self._heads()
        for run in self.change.runs:
            for line in run.code:
                self._line(line)
        if any(not hunk.whole for hunk in self.file.hunks):
            self.unread.append(NotChecked(self.file.path, "lines of it are lost"))

    def _heads(self) -> None:
        """Functions whose heads change; a new one changes none."""
        inside = _before_bodies(self.file)
        heads: dict[Owner, list[ChangedLine]] = {}
        static: set[Owner] = set()
        for run in self.change.runs:
            for line in (*run.lines, *run.above, *run.below):
                if line.owner is None or line.owner.scope is not Scope.FUNCTION:
                    continue
                if "static" in line.words and line.owner.name in line.words:
                    static.add(line.owner)
                changed = line.mark is not Mark.CONTEXT and line.kind is not Kind.DIRECTIVE
                if changed and (_is_head(line) or line.place.line in inside):
                    heads.setdefault(line.owner, []).append(line)
        for owner, lines in heads.items():
            is_new = owner in self.change.heads
            if is_new and all(line.mark is Mark.ADDED for line in lines):
                continue
            if self.file.path.endswith(".h"):
                said = "is declared otherwise"
                self._touch(What.PROTOTYPE, owner.name, said, lines[0], self.reach)
            elif owner not in static:
                why = "its head changes, and whether it is exported is not shown"
                self.unread.append(NotChecked(f"{self.file.path}: {owner}", why))

    def _exports(self, gone: dict[str, ChangedLine], made: dict[str, ChangedLine]) -> None:
        for name, line in gone.items():
            if name not in made:
                self._touch(What.UNEXPORTED, name, "is exported no more", line, Reach.EXPORTED)
            elif made[name].words != line.words:
                said = f"is exported by {made[name].words[0]}, before by {line.words[0]}"
                self._touch(What.LICENCE, name, said, made[name], Reach.EXPORTED)
        for name, line in made.items():
            if name not in gone:
                said = f"is exported anew by {line.words[0]}"
                self._touch(What.EXPORTED, name, said, line, Reach.EXPORTED)

    def _line(self, line: ChangedLine) -> None:
        owner = line.owner
        if line.kind is Kind.DIRECTIVE and is_uapi(self.file.path):
            self._touch(What.MACRO, " ".join(line.words[:3]), "is changed", line, self.reach)
        is_type = owner is not None and owner.scope is Scope.OBJECT
        if next(_exported(line), None) or (line.kind is Kind.DIRECTIVE and not is_type):
            return
        if owner is None:
            why = "what it stands in is not shown"
            self.unread.append(NotChecked(f"{self.file.path}: `{line.text.strip()[:60]}`", why))
        elif owner.scope is Scope.OBJECT and owner.name.startswith(_TYPES):
            if self.file.old_path is not None and owner not in self.change.heads:
                self._touch(What.LAYOUT, owner.name, "is changed", line, self.reach)
        elif self._is_prototype(line):
            said = f"`{line.text.strip()[:80]}` is removed"
            self._touch(What.PROTOTYPE, str(owner), said, line, self.reach)

    def _is_prototype(self, line: ChangedLine) -> bool:
        """Whether something that a header declares is taken away."""
        inside = line.owner is not None and line.owner.scope is Scope.FUNCTION
        return self.file.path.endswith(".h") and line.mark is Mark.REMOVED and not inside

    def _touch(self, what: What, name: str, said: str, line: ChangedLine, reach: Reach) -> None:
        if (what, name) not in self.seen:
            self.seen.add((what, name))
            self.touched.append(Touch(what, name, said, line.place, reach, seen=False))


def _before_bodies(file: FilePatch) -> frozenset[int | None]:
    """The lines of the input behind which, in the first column, a body is opened."""
    found: set[int | None] = set()
    for hunk in file.hunks:
        for other in (Mark.ADDED, Mark.REMOVED):
            opens = False
            for line in reversed(hunk.lines):
                if line.mark is other:
                    continue
                if line.text[:1] in ("{", "}"):
                    opens = line.text[:1] == "{"
                elif opens and line.mark is not Mark.CONTEXT:
                    found.add(line.number)
    return frozenset(found - {None})


def _exported(line: ChangedLine) -> Iterator[str]:
    first = line.words[:1]
    if first and first[0].startswith(("EXPORT_", "RH_EXPORT_")) and line.words[1:2] == ("(",):
        yield from line.words[2:3]


def _is_head(line: ChangedLine) -> bool:
    """Whether a line is of a function's head: it stands in the first column, or has its name."""
    if line.owner is None or not line.words:
        return False
    at = line.words.index(line.owner.name) if line.owner.name in line.words else -1
    starts = not line.text[:1].isspace() and line.words[0] not in ("{", "}")
    label = line.words[1:2] == (":",)
    return starts and not label and (at < 0 or line.words[at + 1 : at + 2] == ("(",))
