"""What a report was made from, as one digest: the tool, what was asked, and every text it read.

Nothing here tells what a review looked at. It names everything that one could have looked at, so
that a report is taken again only where none of it has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer import __version__
from analyzer.branch.claims import Spoken
from analyzer.branch.request import BranchRequest
from analyzer.errors import AnalyzerError
from analyzer.history.place import index_path
from analyzer.repo.directory import exists
from analyzer.repo.git import is_repository, opened, resolved
from analyzer.repo.ranges import ids_of, state_of
from analyzer.repo.spec import split_spec
from analyzer.repo.tree import shown

# Libraries that a report's content goes through, as their metadata directories begin.
_LIBRARIES = ("tree_sitter", "unidiff", "bitwuzla", "kconfiglib", "gitpython")


@dataclass(frozen=True, slots=True)
class Ground:
    """What all reports of a run stand on. ``unkept`` says why none may be kept, or is empty."""

    digest: str
    unkept: str = ""


def ground_of(request: BranchRequest) -> Ground:
    """The digest of everything that is no commit's own. ``AnalyzerError`` for unreadable files."""
    upstream, why = _source(request.upstream, "--upstream")
    newer = [_source(spec, "--newer") for spec in request.newer]
    stands_on = {
        "tool": tool_digest(),
        "repo": request.repo,
        "cut": _cut(request.repo),
        "upstream": [request.upstream, upstream],
        "newer": [[spec, state] for spec, (state, _) in zip(request.newer, newer, strict=True)],
        "prove": [request.prove, request.prove_limit],
        "architectures": list(request.architectures),
        "config": _files((request.config,) if request.config else ()),
        "facts": _files(request.facts),
        "blacklists": _files(request.blacklists),
        "checklist": _checklist(request.checklist),
        "histories": list(_histories(request)),
    }
    return Ground(
        _digest(stands_on), next((one for one in (why, *(w for _, w in newer)) if one), "")
    )


def key_of(
    ground: Ground,
    commit: Spoken,
    claimed: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
) -> str:
    """The key of one commit's report.

    ``claimed`` are upstream's ids for what it claims; ``before`` and ``after`` the commits of the
    range that are shown to its review. A commit's id stands for its text and for both trees.
    """
    parts = [ground.digest, commit.commit, commit.tree, *commit.parents]
    return _digest([parts, list(claimed), list(before), list(after)])


def claimed_ids(upstream: str | None, commits: Sequence[Spoken]) -> tuple[tuple[str, ...], ...]:
    """What each commit's claims stand for in upstream's repository; one git for all."""
    if upstream is None or not is_repository(Path(split_spec(upstream)[0])):
        return tuple(() for _ in commits)
    names = [name for one in commits for name in one.claims]
    found = iter(ids_of(opened(split_spec(upstream)[0]), names))
    return tuple(tuple(next(found) for _ in one.claims) for one in commits)


def tool_digest() -> str:
    """A digest of the tool's own files, of Python, and of the libraries that it reads with."""
    top = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in sorted(_own_files(top)):
        digest.update(f"\0{path.relative_to(top)}\0".encode())
        digest.update(path.read_bytes())
    digest.update("\0".join(sorted(_libraries())).encode())
    return digest.hexdigest()


def _own_files(top: Path) -> Iterator[Path]:
    for directory, below, names in os.walk(top):
        below[:] = [name for name in below if name != "__pycache__"]
        yield from (Path(directory, name) for name in names)


def _libraries() -> Iterator[str]:
    for place in sys.path:
        try:
            names = [path.name for path in Path(place or ".").iterdir()]
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info") and name.lower().startswith(_LIBRARIES):
                yield name


def _source(spec: str | None, option: str) -> tuple[str, str]:
    """The state of a repository that an option names; and why it has none that can be known."""
    if spec is None:
        return "", ""
    path, revision = split_spec(spec)
    if not exists(Path(path)):
        todo = "name a git repository or a source directory"
        raise AnalyzerError("no such directory", where=f"{option} {shown(spec)}", todo=todo)
    if Path(path).is_file():
        todo = "name upstream's repository: the commits of a branch have one each"
        raise AnalyzerError("is a file", where=f"{option} {shown(spec)}", todo=todo)
    if not is_repository(Path(path)):
        return "", f"{spec} is a plain directory, whose content no id tells"
    repository = opened(path)
    head = resolved(repository, revision) if revision is not None else ""
    return f"{state_of(repository)} {head}", ""


def _cut(repo: str) -> str:
    """Where a shallow clone ends."""
    path = opened(repo).git_dir / "shallow"
    return path.read_text("ascii", "replace") if path.is_file() else ""


def _files(paths: Sequence[Path]) -> list[list[str]]:
    """The name and content of each file, which the user named."""
    return [[str(path), _content(path)] for path in paths]


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        why = error.strerror or str(error)
        todo = "give another file"
        raise AnalyzerError(f"cannot be read: {why}", where=shown(str(path)), todo=todo) from None


def _checklist(named: str | None) -> list[str]:
    """A ready list is the tool's own; a file counts by its content."""
    if named is None:
        return []
    path = Path(named)
    return [named, _content(path) if path.is_file() else ""]


def _histories(request: BranchRequest) -> Iterator[str]:
    """The indexes of histories that a review would ask: each file's name, size and time."""
    for spec in (request.repo, request.upstream, *request.newer):
        top = Path(split_spec(spec)[0]) if spec else None
        if top is not None and is_repository(top):
            path = index_path(opened(str(top)))
            for each in (path, path.with_name(f"{path.name}-wal")):
                if each.is_file() and (status := each.stat()).st_size:
                    yield f"{each} {status.st_size} {status.st_mtime_ns}"


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
