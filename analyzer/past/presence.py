"""Whether the target has a commit: by the series, by content, then by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.errors import AnalyzerError
from analyzer.history.past import By, Presence, There
from analyzer.past.changes import Change
from analyzer.past.content import by_content
from analyzer.past.names import by_name
from analyzer.past.sources import Branch
from analyzer.patch.reader import Patch
from analyzer.repo import Tree
from analyzer.upstream import key_of


@dataclass(frozen=True, slots=True)
class Sought:
    """A commit that is looked for, and what it changes: or, in words, why that is not known."""

    sha: str
    subject: str
    change: Change | str


@dataclass(frozen=True, slots=True)
class Target:
    """Where it is looked for: the tree, its history, and the patches that come with it."""

    tree: Tree | None = None
    branch: Branch | None = None
    series: Sequence[Patch] = ()


def presence(sought: Sought, target: Target) -> Presence:
    """Whether the target has a commit. What was found by name is held against the content."""
    other = _in_series(sought.sha, target.series)
    if other is not None:
        said = f"another patch of the series names it: {title_of(other)}"
        return Presence(There.YES, By.SERIES, said)
    content = _content(sought, target.tree)
    if content.there is There.YES:
        return content
    named = None
    if target.branch is not None:
        named = by_name(target.branch, sought.sha, sought.subject)
    if named is None:
        return content
    if content.there is There.UNKNOWN:
        return replace(named, said=f"{named.said}; {content.said}" if content.said else named.said)
    if named.there is There.NO:
        return replace(content, said=f"{content.said}; {named.said}")
    return Presence(There.PARTLY, content.by, f"{named.said}, but {content.said}", named.commit)


def _content(sought: Sought, tree: Tree | None) -> Presence:
    if tree is None:
        return Presence(There.UNKNOWN, By.NOTHING, "no target tree was given")
    if isinstance(sought.change, str):
        return Presence(There.UNKNOWN, By.NOTHING, f"its change was not compared: {sought.change}")
    try:
        return by_content(sought.change, tree)
    except AnalyzerError as error:
        return Presence(There.UNKNOWN, By.NOTHING, str(error))


def _in_series(sha: str, series: Sequence[Patch]) -> Patch | None:
    return next((patch for patch in series if names(patch, sha)), None)


def names(patch: Patch, sha: str) -> bool:
    """Whether a patch says that it is a backport of a commit."""
    return any(same(one.sha, sha) for one in patch.message.upstream)


def same(one: str, other: str) -> bool:
    """Whether two ids are one commit's, as far as both have digits; 8 at the least."""
    short, long = sorted((key_of(one), key_of(other)), key=len)
    return len(short) >= 7 and long.startswith(short)


def title_of(patch: Patch) -> str:
    """A patch as it is named in a line."""
    return patch.message.subject.title if patch.message.subject else "a patch without a subject"
