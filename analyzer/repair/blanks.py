"""Where blank lines that a hunk lost may have stood, likeliest first by the kernel's own style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice

from analyzer.patch.damage import Grade
from analyzer.patch.lines import Line, Mark
from analyzer.repair.complete import Completion

_MAX_CHOICES = 1024
_DECLARATION = re.compile(
    r"\s+(?:(?:const|static|unsigned|struct|enum|union)\s+)*[A-Za-z_]\w*\s+\**\w+[^()]*;$"
)


def with_blanks(completion: Completion) -> Iterator[tuple[Line, ...]]:
    """Yield the hunk's lines with as many blank lines as are unexplained; a bounded number."""
    lines = completion.hunk.lines
    if not completion.unexplained:
        yield lines
        return
    if any(not line.text.strip() for line in lines if line.grade is None):
        return
    gaps = sorted(_gaps(lines), key=lambda gap: -gap[1])
    wanted = completion.unexplained
    if wanted > len(gaps):
        return
    for chosen in islice(combinations([at for at, _score in gaps], wanted), _MAX_CHOICES):
        yield _filled(lines, set(chosen))


def _gaps(lines: tuple[Line, ...]) -> list[tuple[int, int]]:
    """Places beside an added line, each with a score."""
    marks = [line.mark is Mark.ADDED for line in lines]
    out: list[tuple[int, int]] = []
    for at in range(len(lines) + 1):
        before = lines[at - 1].text if at else ""
        behind = lines[at].text if at < len(lines) else ""
        if (at and marks[at - 1]) or (at < len(lines) and marks[at]):
            out.append((at, _score(before, behind)))
    return out


def _score(before: str, behind: str) -> int:
    declared = _DECLARATION.match(before) is not None
    rules = (
        (before == "}" or before.startswith("#endif"), 6),
        (declared and _DECLARATION.match(behind) is None, 6),
        (behind.startswith(("config ", "menuconfig ", "#ifdef", "#if ")), 5),
        (behind.lstrip().startswith("/*") and not before.rstrip().endswith("{"), 4),
        (before.strip() == "}" or _depth(before) > _depth(behind), 3),
        (behind.lstrip().startswith("return") and not before.lstrip().startswith("if"), 3),
        (not behind, 2),
    )
    return next((score for holds, score in rules if holds), 0)


def _depth(text: str) -> int:
    body = text.expandtabs(8)
    return len(body) - len(body.lstrip())


def _filled(lines: tuple[Line, ...], chosen: set[int]) -> tuple[Line, ...]:
    out: list[Line] = []
    for at in range(len(lines) + 1):
        if at in chosen:
            out.append(Line(Mark.ADDED, "", None, Grade.COUNTED))
        if at < len(lines):
            out.append(lines[at])
    return tuple(out)
