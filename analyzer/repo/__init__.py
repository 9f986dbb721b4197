"""Source trees: a commit of a git repository, or a plain directory."""

from __future__ import annotations

from analyzer.repo.blob import blob_id, is_blob
from analyzer.repo.directory import DirectoryTree
from analyzer.repo.git import GitTree, exported
from analyzer.repo.spec import open_tree, split_spec
from analyzer.repo.tree import Tree, pre_image

__all__ = [
    "DirectoryTree",
    "GitTree",
    "Tree",
    "blob_id",
    "exported",
    "is_blob",
    "open_tree",
    "pre_image",
    "split_spec",
]
