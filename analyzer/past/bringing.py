"""The upstream commit that brought a name, a signature or a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.errors import AnalyzerError
from analyzer.history.facts import Known
from analyzer.past.asked import Asked
from analyzer.past.changes import Change, text_of
from analyzer.patch.lines import Mark
from analyzer.repo import Hit, grep
from analyzer.repo.pickaxe import brought
from analyzer.upstream import key_of

_SECONDS = 1.5
_MOST_MOVES = 3
_LONGEST_SIGNATURE = 12
_SHORTEST_LINE = 6


@dataclass(frozen=True, slots=True)
class Found:
    """The commit, None for none; ``why`` says how it was found, or why not.

    ``path`` is the file in which upstream defines what was looked for.
    """

    commit: Known | None
    why: str
    path: str = ""


def definition_pattern(name: str) -> re.Pattern[str]:
    """Lines that define a name: functions, macros, members, constants, types, Kconfig symbols."""
    word = re.escape(name)
    return re.compile(
        rf"[ \t]*#[ \t]*define[ \t]+{word}\b"
        rf"|(?:menu)?config[ \t]+{word}[ \t]*$"
        rf"|(?!#|[ \t]|return\b|else\b)[^;=]*?\b{word}[ \t]*\([^;]*$"
        rf"|(?:typedef|struct|union|enum)\b.*\b{word}\b[ \t]*(?:\{{.*|;.*)?$"
        rf"|[ \t]+(?!return\b|goto\b)\w[\w \t*]*[ \t*]{word}[ \t]*(?:\[[^]]*\][ \t]*)*(?::[^;]*)?;"
        rf"|[ \t]+{word}[ \t]*(?:=[^=].*)?,[ \t]*(?:/\*.*)?$"
        rf"|(?!#|[ \t])\w[\w \t*]*[ \t*]{word}\b[ \t]*(?:\[[^]]*\])*[ \t]*(?:=.*|;.*|\(.*)$"
    )


def bringing(asked: Asked, name: str, near: str, against: str | None = None) -> Found:
    """The commit that brought the definition of a name to where upstream has it.

    ``near`` is the file that uses it. With ``against``, the target's file that has another
    signature, it is the commit that brought upstream's.
    """
    if asked.commit is None or asked.repository is None:
        return Found(None, "upstream's repository was not given")
    change = asked.change(asked.commit)
    if isinstance(change, str):
        return Found(None, f"upstream's tree was not read: {change}")
    hit, why = _defined(asked, change, name, near)
    if hit is None:
        return Found(None, why)
    text = name if against is None else _signature(asked, change, hit, against)
    return replace(_oldest(asked, text, hit.path, name), path=hit.path)


def bringing_line(asked: Asked, line: str, path: str) -> Found:
    """The commit that brought a line to a file."""
    if asked.commit is None or asked.repository is None:
        return Found(None, "upstream's repository was not given")
    text = line.strip()
    if len(text) < _SHORTEST_LINE:
        return Found(None, "the line is too short to be searched for")
    return _oldest(asked, text, path, "")


def _defined(asked: Asked, change: Change, name: str, near: str) -> tuple[Hit | None, str]:
    """The line of upstream's tree before the commit that defines a name; or why there is none."""
    tree = change.before
    if tree is None:
        return None, "upstream's tree was not read"
    home = near.rpartition("/")[0]
    pattern = definition_pattern(name)
    for under in ([near, home, "include", "arch/x86/include"], []):
        if asked.clock.over:
            return None, "the time was over before upstream's tree was searched"
        try:
            seconds = asked.clock.left(_SECONDS)
            found = grep(
                tree, [name.encode()], [one for one in under if one], whole=True, seconds=seconds
            )
        except AnalyzerError as error:
            return None, str(error)
        ranked = sorted(_definitions(found.hits, pattern), key=lambda one: _rank(one, near))
        if ranked:
            return ranked[0], ""
    more = "; the time was over before all of it was searched" if found.incomplete else ""
    return None, f"upstream's tree before the commit does not define it{more}"


def _definitions(hits: Sequence[Hit], pattern: re.Pattern[str]) -> Iterator[Hit]:
    for hit in hits:
        if pattern.match(hit.text.decode("utf-8", "replace")[:400]):
            yield hit


def _rank(hit: Hit, near: str) -> tuple[bool, bool, bool, str]:
    """The file itself first, then headers for everybody, then what stands nearby."""
    text = hit.text.rstrip()
    return (text.endswith(b";"), hit.path != near, not hit.path.startswith("include/"), hit.path)


def _signature(asked: Asked, change: Change, hit: Hit, against: str) -> str:
    """The first line of upstream's signature that the target's file does not have."""
    lines = (text_of(change.before, hit.path) or "").split("\n")[hit.line - 1 :]
    theirs = text_of(asked.after or asked.before, against) or ""
    for line in lines[:_LONGEST_SIGNATURE]:
        if line.strip() and line.strip() not in theirs:
            return line.strip()
        if line.rstrip().endswith((")", "{", ";")):
            break
    return lines[0].strip() if lines else ""


def _oldest(asked: Asked, text: str, path: str, name: str) -> Found:
    """The commit that brought a text to a file, followed to the file that it was moved from."""
    repository, before = asked.repository, asked.commit
    if repository is None or before is None:
        return Found(None, "upstream's repository was not given")
    start, found = f"{before}^", None
    for _ in range(_MOST_MOVES):
        if asked.clock.over:
            break
        own = [asked.before.revision] if asked.before and asked.before.revision else []
        try:
            one = brought(repository, text, [path], start, asked.clock.left(_SECONDS), without=own)
        except AnalyzerError as error:
            return Found(found, str(error))
        if not one.commit:
            why = one.incomplete or f"no commit brings it to {path}"
            return Found(found, why) if found is None else Found(found, f"moved to {path} by it")
        found = _known(asked, one.commit, one.subject)
        if found.edge or not found.parents:
            # A first commit, or a clone's last, has all files: it says nothing of who brought them.
            where = key_of(found.id)
            return Found(None, f"upstream's history has it from its beginning on, {where}")
        came = _moved_from(asked, one.commit, path, name)
        if came is None:
            return Found(found, f"the oldest commit that has it in {path}")
        path, start = came, f"{one.commit}^"
    return Found(found, "the time was over" if found is None else f"it was moved before: {path}")


def _known(asked: Asked, commit: str, subject: str) -> Known:
    return asked.known(commit) or Known(commit, subject, "", "", 1)


def _moved_from(asked: Asked, commit: str, path: str, name: str) -> str | None:
    """The other file that a commit takes the definition of a name from."""
    change = asked.change(commit) if name else ""
    if isinstance(change, str):
        return None
    pattern = definition_pattern(name)
    for file in change.files:
        removed = (line for hunk in file.hunks for line in hunk.lines if line.mark is Mark.REMOVED)
        if file.path != path and any(pattern.match(line.text) for line in removed):
            return file.old_path
    return None
