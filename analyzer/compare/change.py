"""What a patch changes, as data: runs of changed lines, and what each line stands in.

The two sides that are compared are ``theirs``, upstream's patch, and ``ours``, the backport.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from analyzer.compare.enclosed import Within
from analyzer.patch.damage import Grade
from analyzer.patch.lines import FilePatch, Mark
from analyzer.source import Place
from analyzer.upstream import Kind

# path -> the file before and after the patch; None where there is no such file.
FileTexts: TypeAlias = Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class UpstreamPatch:
    """Upstream's own patch, as it was read from a repository or a file, and the commit's id."""

    files: tuple[FilePatch, ...]
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """Whole files that the patches touch, by their paths in each tree; empty where not at hand."""

    upstream: FileTexts = field(default_factory=dict)
    target: FileTexts = field(default_factory=dict)


class Scope(Enum):
    """What kind of thing a line stands in."""

    FUNCTION = "function"
    OBJECT = "object"
    MACRO = "macro"
    SYMBOL = "symbol"
    ENTRY = "entry"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Owner:
    """What a line stands in: a function, a type or variable, a macro, a Kconfig symbol or entry.

    ``FILE`` without a name is what stands in none of these: directives, includes, make rules.
    """

    scope: Scope
    name: str = ""

    def __str__(self) -> str:
        match self.scope:
            case Scope.FUNCTION:
                return f"{self.name}()"
            case Scope.SYMBOL:
                return f"config {self.name}"
            case Scope.MACRO:
                return f"#define {self.name}"
            case Scope.FILE:
                return "no function or symbol"
            case Scope.OBJECT | Scope.ENTRY:
                return self.name


OUTSIDE = Owner(Scope.FILE)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One added or removed line.

    ``words`` are its tokens without comments; those of prose are its words. ``owner`` is None where
    nothing shows it. ``grade`` is set on a line that was put back by the repair.
    ``kind`` is ``CONTEXT`` for the unchanged lines next to a run. ``within`` is what it stands
    under besides, None where no whole text shows that.
    """

    mark: Mark
    text: str
    kind: Kind
    words: tuple[str, ...]
    owner: Owner | None
    place: Place
    grade: Grade | None = None
    within: Within | None = None

    @property
    def certain(self) -> bool:
        """Whether the line is evidence: it arrived, or is proven."""
        return self.grade in (None, Grade.PROVEN)

    @property
    def is_code(self) -> bool:
        """Whether it means something to a compiler or to Kconfig by more than its layout."""
        if self.kind in (Kind.BLANK, Kind.COMMENT, Kind.TEXT, Kind.BRACE):
            return False
        return self.kind is not Kind.CONTEXT or not set(self.words) <= {"{", "}"}

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two lines the same code: all but white space and comments."""
        return (self.mark.value, *self.words)


@dataclass(frozen=True, slots=True)
class Run:
    """Changed lines of one hunk with no unchanged line between them.

    ``hunk`` counts from 0 in its file. ``above`` and ``below`` are the unchanged lines next to it,
    as far as the hunk shows them without a gap, nearest first; at most three. ``whole`` says that
    the hunk lost no line, ``short`` that by its counts it still lacks added ones. ``old_at`` is the
    line of the file before the patch that the run stands before (from 0), None where no text
    shows it.
    """

    path: str
    hunk: int
    lines: tuple[ChangedLine, ...]
    above: tuple[ChangedLine, ...]
    below: tuple[ChangedLine, ...]
    whole: bool
    short: bool = False
    old_at: int | None = None

    @property
    def code(self) -> tuple[ChangedLine, ...]:
        """Its lines that are more than layout and comment."""
        return tuple(line for line in self.lines if line.is_code)

    @property
    def owners(self) -> tuple[Owner, ...]:
        """What its lines stand in, as far as that is known; code decides where there is any."""
        lines = self.code or self.lines
        return tuple(dict.fromkeys(line.owner for line in lines if line.owner is not None))

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.lines[0].place


@dataclass(frozen=True, slots=True)
class Captured:
    """Unchanged lines that a patch puts under another owner, as a block in a block does."""

    before: Owner
    after: Owner
    place: Place


class Change(Enum):
    """How a run of ours, or a line of it, differs from upstream's."""

    IDENTICAL = "identical"
    CONTEXT = "other context"
    WHITESPACE = "other white space"
    COMMENT = "other comments"
    RENAMED = "other names"
    MOVED = "moved"
    REORDERED = "in another order"
    CHANGED = "changed"
    DROPPED = "dropped"
    ADDED = "added"
    LOST = "lost on the way"


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line of upstream's and a line of ours, or one alone."""

    theirs: ChangedLine | None
    ours: ChangedLine | None
    change: Change


@dataclass(frozen=True, slots=True)
class RunPair:
    """A run of upstream's and a run of ours, or one alone, and how they differ.

    ``lines`` are the lines laid side by side; ``names`` what is called otherwise throughout;
    ``context`` unchanged lines next to the runs that differ. ``compared`` is False where the runs
    are too long to lay side by side. ``alike`` is False where nothing but their place makes
    them a pair. ``needless`` says that the target has what upstream adds, or lacks what it removes.
    """

    theirs: Run | None
    ours: Run | None
    change: Change
    lines: tuple[LinePair, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    context: tuple[LinePair, ...] = ()
    compared: bool = True
    alike: bool = True
    needless: bool = False

    @property
    def run(self) -> Run:
        """One of the two: ours where there is one."""
        found = self.ours or self.theirs
        assert found is not None  # noqa: S101 (a pair has at least one side)
        return found
