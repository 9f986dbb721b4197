"""The commit that brought a text to a file: git's pickaxe, with limits."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.repo import neutral
from analyzer.repo.git import opened, resolved
from analyzer.repo.spec import split_spec
from analyzer.repo.tree import inside, shown

MOST_FOUND = 2_000
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Brought:
    """The oldest commit that was found, empty for none; ``incomplete`` says why it may not be.

    ``touching`` counts the commits that change how often the text is there.
    """

    commit: str
    subject: str = ""
    touching: int = 0
    incomplete: str = ""


def brought(
    spec: str,
    text: str,
    paths: Sequence[str],
    before: str,
    seconds: float,
    *,
    without: Sequence[str] = (),
) -> Brought:
    """Find the oldest commit up to ``before`` that changes how often ``text`` is in ``paths``.

    ``without`` are commits whose history is left out where the repository has them. A text that
    is no line's, and a path that is no file's, is not looked for. Raises ``AnalyzerError``.
    """
    plain = [path for path in paths if inside(path)]
    if not plain or not text or len(text) > _LONGEST or not text.replace("\t", "").isprintable():
        return Brought("", incomplete="it cannot be searched for")
    repository = opened(split_spec(spec)[0])
    start = resolved(repository, before)
    known = [found for one in without if (found := repository.resolve(f"{one}^{{commit}}"))]
    # The text follows in the same word: a text that begins with a dash is no option.
    arguments = (
        *neutral.LOG,
        f"--max-count={MOST_FOUND}",
        "--format=%H %s",
        f"-S{text}",
        start,
        *(f"^{one}" for one in known if one != start),
        "--",
        *(os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in plain),
    )
    with (
        repository.start(*arguments) as git,
        git.limited(time.monotonic() + max(seconds, 0.05)) as limit,
    ):
        lines = [line.decode("utf-8", "replace") for line in git.lines()]
        status = git.status()
        if not limit.passed and status != 0:
            raise git.failure()
    why = "the time was over" if limit.passed else ""
    if len(lines) == MOST_FOUND:
        why = f"more than {MOST_FOUND} commits touch it"
    if not lines or why:
        return Brought("", touching=len(lines), incomplete=why)
    commit, _, subject = lines[-1].partition(" ")
    return Brought(commit, shown(subject), len(lines))
