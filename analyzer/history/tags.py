"""Which release tag holds a commit first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from analyzer.repo.git import Repository

_NUMBER = r"(0|[1-9][0-9]{0,5})"
# Until v2.6.39 the third number was mainline's, and the fourth a stable tree's.
_OLD = re.compile(rf"v2\.6\.{_NUMBER}(?:\.{_NUMBER})?(?:-rc{_NUMBER})?")
_NEW = re.compile(rf"v{_NUMBER}\.{_NUMBER}(?:\.{_NUMBER})?(?:-rc{_NUMBER})?")
_FINAL = 1 << 30

Order = tuple[bool, int, int, int, int, int]


def release_order(tag: str) -> Order | None:
    """Where a release tag stands: mainline's in the order of their versions, then the stable ones.

    None for what is no release tag: the forms are vX.Y, vX.Y-rcN and vX.Y.Z.
    """
    if old := _OLD.fullmatch(tag):
        minor, patch, candidate = old[1], old[2], old[3]
        return (patch is not None, 2, 6, int(minor), int(patch or 0), _candidate(candidate))
    if (new := _NEW.fullmatch(tag)) and not tag.startswith("v2.6."):
        return (
            new[3] is not None,
            int(new[1]),
            int(new[2]),
            0,
            int(new[3] or 0),
            _candidate(new[4]),
        )
    return None


def _candidate(number: str | None) -> int:
    return _FINAL if number is None else int(number)


def release_tags(repository: Repository, tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The release tags in their order, each with its commit. ``tags`` are names and objects.

    A tag of something else than a commit is left out.
    """
    ordered = sorted((order, name, one) for name, one in tags if (order := release_order(name)))
    if not ordered:
        return {}
    with repository.start("cat-file", "--batch-check", feed=True) as git:
        git.give("".join(f"{one}^{{commit}}\n" for _, _, one in ordered).encode())
        answers = [line.decode("utf-8", "replace").split() for line in git.lines()]
        git.check()
    return {
        name: answer[0]
        for (_, name, _), answer in zip(ordered, answers, strict=True)
        if len(answer) == 3 and answer[1] == "commit"
    }


def released(lines: Iterable[bytes], tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every commit, and the first of ``tags`` (in order, name to commit) that holds it, or empty.

    ``lines`` are commits with their parents, none before all of its children. What is kept are
    the parents that did not come yet.
    """
    names = list(tags)
    reached: dict[str, int] = {}
    for at in reversed(range(len(names))):
        reached[tags[names[at]]] = at
    for line in lines:
        commit, *parents = line.decode().split()
        at = reached.pop(commit, len(names))
        if at < len(names):
            for parent in parents:
                reached[parent] = min(at, reached.get(parent, at))
        yield commit, names[at] if at < len(names) else ""
