"""DP-4: whether newer branches of the release have upstream's commit."""

from __future__ import annotations

from dataclasses import replace

from analyzer.errors import AnalyzerError
from analyzer.history.past import By, Presence, Sibling, There
from analyzer.past.asked import Asked
from analyzer.past.changes import Change
from analyzer.past.content import by_content
from analyzer.past.names import by_name
from analyzer.repo import open_tree


def siblings_of(asked: Asked) -> tuple[Sibling, ...]:
    """Each newer branch that was given, and what tells whether it has the commit.

    ``AnalyzerError`` where there is no such branch.
    """
    return tuple(_sibling(asked, spec) for spec in asked.given.newer)


def _sibling(asked: Asked, spec: str) -> Sibling:
    branch = asked.branch(spec)
    named: Presence | None = None
    if branch is not None:
        known = asked.known(asked.commit)
        patch_id = (known.patch_id or "") if known else ""
        named = by_name(branch, asked.commit or "", _subject(asked), patch_id)
    if named is not None and named.there is There.YES:
        return Sibling(spec, named)
    content = _content(asked, spec)
    if named is None:
        return Sibling(spec, content)
    if named.there is There.NO and content.there is not There.YES:
        return Sibling(spec, named, named.commit)
    return Sibling(spec, replace(content, said=f"{content.said}; {named.said}"))


def _subject(asked: Asked) -> str:
    """Upstream's subject; of a patch that nobody knows, its own."""
    case = asked.case
    if case.seen is not None:
        return case.seen.subject
    if case.commit is not None and "subject" not in case.commit.unsure:
        return case.commit.subject
    own = case.patch.message.subject
    return own.title if own else ""


def _content(asked: Asked, spec: str) -> Presence:
    """Whether the branch's files have what upstream's commit changes, or else the patch."""
    change: Change | str = asked.change(asked.commit) if asked.commit else ""
    if isinstance(change, str):
        change = Change(asked.case.mended.files, asked.before, asked.after)
    tree = open_tree(spec)
    try:
        return by_content(change, tree)
    except AnalyzerError as error:
        return Presence(There.UNKNOWN, By.NOTHING, str(error))
