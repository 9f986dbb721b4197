"""Whether an index still tells what its repository holds."""

from __future__ import annotations

import json

from analyzer.history.asking import Asked
from analyzer.repo.git import Repository
from analyzer.repo.refs import all_there, read_refs

_AGAIN = "run `analyze index` again"


def why_stale(repository: Repository, about: dict[str, str], asked: Asked) -> str:
    """Why an index is not up to date, and what to do; empty where it is."""
    if about.get("state") != "whole":
        return f"the last reading was not finished: {_AGAIN}"
    refs = read_refs(repository)
    same = refs.digest == about["refs"]
    # HEAD alone may be another in another work tree. A broken ref names a commit that is nowhere.
    asked_for = [refs.head] if same else refs.heads
    unknown = [one for one in asked_for if one and not asked.numbers(one)]
    if unknown and len(unknown) == len(refs.heads) and not all_there(repository, [about["head"]]):
        return f"another repository stands in its place now: {_AGAIN}"
    if unknown:
        moved = "a branch has" if len(unknown) == 1 else f"{len(unknown):,} branches have"
        return f"{moved} moved since it was built: {_AGAIN}"
    if json.dumps(refs.shallow) != about["shallow"]:
        return f"the clone's history ends elsewhere than when it was built: {_AGAIN}"
    return "" if same else f"branches or tags have come, gone or moved since it was built: {_AGAIN}"
