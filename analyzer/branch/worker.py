"""A process that reviews commits: it is sent one after the other, and answers each.

What goes between the processes is JSON. An answer is ``{"report": text}``, ``{"failed": why}`` for
what the input or a limit of ours is to blame for, or ``{"broke": what}`` for a bug of ours.
"""

from __future__ import annotations

import json
import os
import traceback
from dataclasses import asdict
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.branch.request import BranchRequest

if TYPE_CHECKING:
    from analyzer.intake import Beside
    from analyzer.patch.reader import Patch
    from analyzer.result import Request

# Patches that stand beside others are asked for by several of their neighbours.
_NEIGHBOURS = 64


def packed(request: BranchRequest) -> str:
    """A request as a worker is told it."""
    return json.dumps(asdict(request), default=str)


def serve(connection: Connection, told: str) -> None:
    """Answer until the other side closes. What the tool prints by itself goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _collect_seldom()
    request = json.loads(told)
    while True:
        try:
            task = json.loads(connection.recv_bytes())
            connection.send_bytes(json.dumps(answer(request, task)).encode())
        except (EOFError, BrokenPipeError):
            return


def answer(request: dict[str, Any], task: dict[str, Any]) -> dict[str, str]:
    """Review one commit: ``task`` has its id and those ``before`` and ``after`` it."""
    from analyzer.errors import AnalyzerError

    try:
        return {"report": _reviewed(request, task)}
    except AnalyzerError as error:
        return {"failed": str(error)}
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return {"broke": f"{type(error).__name__}: {error} ({where})"}


def _collect_seldom() -> None:
    """As the command line does: nearly all that is made goes without a collector."""
    import gc

    gc.set_threshold(50_000, 20, 20)


def _reviewed(request: dict[str, Any], task: dict[str, Any]) -> str:
    from analyzer.errors import AnalyzerError
    from analyzer.pipeline import study
    from analyzer.report.json_format import render_json

    repo, commit = request["repo"], task["commit"]
    beside = _beside(repo, task["before"], task["after"])
    studies = study(_request(request, commit), None, beside)
    if len(studies) != 1:
        # A message can hold a whole other mail, which git prints as it is.
        what = f"its message holds patches of its own: {len(studies)} were read"
        raise AnalyzerError(what, where=f"{repo}@{commit[:12]}", todo="review it by hand")
    return render_json((studies[0].report,))


def _request(given: dict[str, Any], commit: str) -> Request:
    from analyzer.result import Request

    named = f"{given['repo']}@{commit}"
    return Request(
        named,
        target=f"{named}^",
        architectures=tuple(given["architectures"]),
        facts=tuple(map(Path, given["facts"])),
        upstream=given["upstream"],
        config=Path(given["config"]) if given["config"] else None,
        prove=given["prove"],
        prove_limit=given["prove_limit"],
        newer=tuple(given["newer"]),
        blacklists=tuple(map(Path, given["blacklists"])),
        checklist=given["checklist"],
    )


def _beside(repo: str, before: list[str], after: list[str]) -> Beside:
    from analyzer.finding import NotChecked
    from analyzer.intake import Beside

    early, late = ([_patch(repo, one) for one in side] for side in (before, after))
    notes = tuple(
        NotChecked(f"{commit[:12]} of the same range", patch)
        for commit, patch in zip((*before, *after), (*early, *late), strict=True)
        if isinstance(patch, str)
    )
    return Beside(
        tuple(one for one in early if not isinstance(one, str)),
        tuple(one for one in late if not isinstance(one, str)),
        notes,
    )


@lru_cache(maxsize=_NEIGHBOURS)
def _patch(repo: str, commit: str) -> Patch | str:
    """A commit as a patch, or why it is none: an empty one, say."""
    from analyzer.errors import AnalyzerError
    from analyzer.intake import read_input
    from analyzer.patch.reader import read_series

    named = f"{repo}@{commit}"
    try:
        patches = read_series(read_input(named), named).patches
    except AnalyzerError as error:
        return str(error)
    return patches[0] if len(patches) == 1 else "its message holds patches of its own"
