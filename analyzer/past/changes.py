"""What commits of upstream's change: their files, and the trees on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.repo import Tree, exported, open_commit, split_spec

_LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class Change:
    """A change, and the trees before and after it as far as they are at hand."""

    files: tuple[FilePatch, ...]
    before: Tree | None = None
    after: Tree | None = None

    def texts(self, file: FilePatch) -> tuple[str | None, str | None]:
        """A file before and after."""
        return text_of(self.before, file.old_path), text_of(self.after, file.new_path)


def text_of(tree: Tree | None, path: str | None) -> str | None:
    """A file's text; None where there is none, or it cannot be read."""
    if tree is None or path is None:
        return None
    try:
        data = tree.read(path)
    except AnalyzerError:
        return None
    return None if data is None else data.decode("utf-8", "surrogateescape")


def change_of(spec: str, sha: str) -> Change | str:
    """What a commit of a repository changes; in words why that cannot be told."""
    try:
        commit = open_commit(spec, sha)
        data = exported(split_spec(spec)[0], commit.commit)
        if data.count(b"\n") > _LARGEST:
            return "its change is too large to compare"
        (patch,) = read_series(data, sha).patches
    except AnalyzerError as error:
        return error.what
    return Change(patch.files, commit.before, commit.after)


def changes_code(files: Sequence[FilePatch]) -> tuple[FilePatch, ...]:
    """The files of a change that make the kernel what it is; all where none does."""
    code = tuple(one for one in files if not one.path.startswith(("Documentation/", "tools/")))
    return code or tuple(files)
