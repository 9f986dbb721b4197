"""What every command begins with: the bytes of an input, the tree of a target, a repaired patch."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.errors import AnalyzerError
from analyzer.finding import NotChecked
from analyzer.patch.reader import Patch
from analyzer.patch.references import ReferenceForm
from analyzer.repair import Mended, PreImage
from analyzer.upstream import CommitFacts, Facts

if TYPE_CHECKING:
    from analyzer.repo import Tree

_STABLE = ReferenceForm.STABLE_INCLUSION

MAX_INPUT = 64 * 1024 * 1024


# Behind every line of an input.
_BEHIND = 1 << 62


@dataclass(frozen=True, slots=True)
class Beside:
    """The patches of a range around the one that is reviewed, in the range's order.

    ``notes`` are those that could not be read.
    """

    before: tuple[Patch, ...] = ()
    after: tuple[Patch, ...] = ()
    notes: tuple[NotChecked, ...] = ()

    def placed(self) -> tuple[Patch, ...]:
        """All of them; where a letter begins says what comes later, as in a series."""
        first = -len(self.before)
        early = (_moved(patch, first + at) for at, patch in enumerate(self.before))
        return (*early, *(_moved(patch, _BEHIND + at) for at, patch in enumerate(self.after)))


def _moved(patch: Patch, first: int) -> Patch:
    return replace(patch, letter=replace(patch.letter, first=first))


def read_input(name: str) -> bytes:
    """Read a file, standard input (``-``), or a commit or range of a repository.

    Raises ``AnalyzerError`` where there is none, and above 64 MiB.
    """
    if name == "-":
        if sys.stdin is None:
            raise AnalyzerError("is closed", where=told(name), todo="give a patch file")
        return _limited(sys.stdin.buffer.read(MAX_INPUT + 1), told(name))
    if not name:
        raise AnalyzerError("no patch is named", todo="give a patch file, '-' or REPO@COMMIT")
    path = Path(name)
    try:
        if path.is_dir():
            todo = "give a patch file, or a commit of the repository as REPO@COMMIT"
            raise AnalyzerError("is a directory", where=name, todo=todo)
        if path.exists():
            with path.open("rb") as file:
                return _limited(file.read(MAX_INPUT + 1), name)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AnalyzerError(
            f"cannot be read: {why}", where=name, todo="give another file"
        ) from None
    if "@" in name:
        from analyzer.repo import exported, split_spec

        repo, revision = split_spec(name)
        if revision:
            return _limited(exported(repo, revision), name)
    todo = "give a patch file, '-' or REPO@COMMIT"
    raise AnalyzerError("there is no such file", where=name, todo=todo)


def told(name: str) -> str:
    """An input as errors call it."""
    return "standard input" if name == "-" else name


def _limited(data: bytes, name: str) -> bytes:
    if len(data) > MAX_INPUT:
        raise AnalyzerError("is over 64 MiB", where=name, todo="split the patch")
    return data


def tree_of(target: str | None) -> Tree | None:
    """Open a target, ``SRC`` or ``SRC@REV``; None where none is named. Raises ``AnalyzerError``."""
    if target is None:
        return None
    from analyzer.repo import open_tree

    return open_tree(target)


def pre_image_of(tree: Tree | None) -> PreImage | None:
    """Return what gives the files before the patch, None where there is no tree."""
    if tree is None:
        return None
    from analyzer.repo import pre_image

    return lambda path, blob: pre_image(tree, path, blob)


def named_commit(patch: Patch) -> str | None:
    """The first upstream commit that the message names; a stable tree's own id is another."""
    mainline = (one for one in patch.message.upstream if one.form is not _STABLE)
    return next((one.sha for one in mainline), None)


def found_commit(source: str, patch: Patch, mended: Mended, named: str = "") -> tuple[str, str]:
    """The commit that a patch without a name of one was made from, and what tells so.

    ``named`` is what the patch names wrongly. Raises ``AnalyzerError`` where none is found.
    """
    from analyzer.patch.lines import written
    from analyzer.repo import find_commit

    subject = patch.message.subject
    diff = "\n".join((*written((), mended.files), "")).encode("utf-8", "surrogateescape")
    files = tuple(dict.fromkeys(one.path for one in patch.files))
    subjects = (subject.text, subject.title) if subject else ()
    candidates = find_commit(source, subjects=subjects, diff=diff, files=files)
    chosen = candidates.chosen
    if chosen is None:
        why = candidates.ambiguous or "no commit has its patch-id or its subject"
        raise AnalyzerError(
            f"{named or 'the patch names no upstream commit'}, and {why}",
            where=source,
            todo="name it with --upstream-commit",
        )
    told = [
        *(["its patch-id"] if chosen.same_patch else []),
        *(["its subject"] if chosen.same_subject else []),
        f"its files ({chosen.files.value})",
    ]
    return chosen.commit, f"{named or 'the patch names none'}; it was found by {', '.join(told)}"


def named_wrongly(source: str, patch: Patch, named: str) -> str:
    """What is wrong with an id that the patch itself names: a merge, or no commit there.

    Empty for everything else. ``AnalyzerError`` where the repository cannot be read.
    """
    from analyzer.repo.ancestry import Standing, standing

    if named != named_commit(patch):
        return ""
    found = standing(source, named)
    if found not in (Standing.MISSING, Standing.MERGE):
        return ""
    return f"the patch names {named[:12]}, which is {found.value}"


def facts_on(facts: Facts, named: str | None) -> CommitFacts | None:
    """What is known of a commit, by the id that a patch names."""
    return facts.by(named).commit if named else None
