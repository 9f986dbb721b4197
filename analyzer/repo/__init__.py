"""Source trees: a commit of a git repository, or a plain directory."""

from __future__ import annotations

from analyzer.repo.blob import blob_id, is_blob
from analyzer.repo.candidates import Candidate, Candidates, Files, find_commit
from analyzer.repo.commit import Commit, open_commit
from analyzer.repo.directory import DirectoryTree
from analyzer.repo.exporting import exported
from analyzer.repo.gittree import GitTree
from analyzer.repo.overlay import Overlay
from analyzer.repo.searching import Found, Hit, grep
from analyzer.repo.spec import open_tree, split_spec
from analyzer.repo.tree import Tree, pre_image

__all__ = [
    "Candidate",
    "Candidates",
    "Commit",
    "DirectoryTree",
    "Files",
    "Found",
    "GitTree",
    "Hit",
    "Overlay",
    "Tree",
    "blob_id",
    "exported",
    "find_commit",
    "grep",
    "is_blob",
    "open_commit",
    "open_tree",
    "pre_image",
    "split_spec",
]
