"""Every commit of a branch that claims an upstream, reviewed: see docs/branch.md."""

from __future__ import annotations

from analyzer.branch.request import BranchRequest
from analyzer.branch.review import review_branch

__all__ = ["BranchRequest", "review_branch"]
