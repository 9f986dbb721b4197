"""A tree before and after a patch, or a series of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.patch.apply import Applied, apply, reverse
from analyzer.patch.lines import FileKind, FilePatch
from analyzer.patch.placing import How
from analyzer.repo import Tree
from analyzer.repo.overlay import Overlay
from analyzer.repo.tree import inside


@dataclass(frozen=True, slots=True)
class Patched:
    """A tree before and after. ``after`` is None where anything of the patch was refused.

    ``files`` are in the order of the patch. ``already``: the tree held all of it, so that
    ``before`` is the tree with the patch taken back, and ``after`` the tree as it is; ``files``
    then tell where it was taken from. ``partly``: it held some of it, and ``before`` does as well.
    """

    before: Tree
    after: Tree | None
    files: tuple[Applied, ...]
    already: bool = False

    @property
    def refused(self) -> tuple[Applied, ...]:
        """The files that the patch does not fit."""
        return tuple(one for one in self.files if one.refused)

    @property
    def partly(self) -> bool:
        """Whether the tree held a part of the patch, and not all of it."""
        return not self.already and any(
            one.already or any(hunk.how is How.ALREADY for hunk in one.hunks) for one in self.files
        )

    @property
    def exact(self) -> bool:
        """Whether every hunk stands where its header says."""
        return all(one.exact for one in self.files)


def patched(tree: Tree, files: Sequence[FilePatch]) -> Patched:
    """Apply a patch, or the files of several patches one after another, to a tree.

    A tree that holds the patch is known by taking it back without fuzz. Raises ``AnalyzerError``
    where a file cannot be read.
    """
    changed, applied = _run(tree, files)
    is_done = not any(one.refused for one in applied)
    # Where no file has hunks, as with modes alone, nothing in the tree tells before from after.
    shown = [one for one in applied if one.hunks]
    if is_done and not (shown and all(one.already for one in shown)):
        return Patched(tree, Overlay(tree, changed), applied)
    taken, back = _run(tree, [reverse(file) for file in reversed(files)], fuzz=0)
    if files and not any(one.refused or _is_held(one) for one in back):
        return Patched(Overlay(tree, taken), tree, tuple(reversed(back)), already=True)
    return Patched(tree, Overlay(tree, changed) if is_done else None, applied)


def _is_held(one: Applied) -> bool:
    """Whether a part of what was to be taken back is not there."""
    return one.already or any(hunk.how is How.ALREADY for hunk in one.hunks)


def _run(
    tree: Tree, files: Sequence[FilePatch], fuzz: int | None = None
) -> tuple[dict[str, bytes | None], tuple[Applied, ...]]:
    changed: dict[str, bytes | None] = {}
    applied: list[Applied] = []
    for file in files:
        one = _one(Overlay(tree, changed), file, fuzz)
        applied.append(one)
        if not one.refused:
            changed.update(_changes(file, one))
    return changed, tuple(applied)


def _one(tree: Tree, file: FilePatch, fuzz: int | None) -> Applied:
    """The file with its part applied; a file that a patch renames must not be there yet."""
    paths = [path for path in (file.old_path, file.new_path) if path is not None]
    if not all(map(inside, paths)):
        return Applied(file.path, (), None, "its name leads out of the tree")
    source = file.old_path if file.old_path is not None else file.new_path
    data = tree.read(source) if source is not None else None
    moves = file.kind in (FileKind.RENAMED, FileKind.COPIED) and file.new_path is not None
    if moves and file.new_path != file.old_path and tree.read(file.path) is not None:
        return Applied(file.path, (), None, "the patch makes the file, which is there already")
    text = None if data is None else data.decode("utf-8", "surrogateescape")
    return apply(file, text) if fuzz is None else apply(file, text, fuzz)


def _changes(file: FilePatch, one: Applied) -> dict[str, bytes | None]:
    changes: dict[str, bytes | None] = {}
    gone = file.kind is not FileKind.COPIED or file.new_path is None
    if file.old_path is not None and file.old_path != file.new_path and gone:
        changes[file.old_path] = None
    if file.new_path is not None and one.text is not None:
        changes[file.new_path] = one.text.encode("utf-8", "surrogateescape")
    return changes
