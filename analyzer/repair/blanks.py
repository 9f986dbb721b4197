"""Where blank lines that a hunk lost may have stood, likeliest first by the kernel's own style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import islice

from analyzer.patch.damage import Grade
from analyzer.patch.lines import Line, Mark
from analyzer.repair.complete import Completion
from analyzer.repair.layout import columns
from analyzer.upstream import Kind, shape_of

MAX_CHOICES = 4096
# A hunk that lost more blank lines than this keeps them lost: there are too many ways.
_MAX_BLANKS = 24
_DECLARATION = re.compile(
    r"\s+(?!return\b|goto\b|else\b|case\b|delete\b)"
    r"(?:(?:const|static|unsigned|signed|struct|enum|union|volatile|register)\s+)*"
    r"[A-Za-z_]\w*\s+(?:\*[*\s]*)?[A-Za-z_]\w*(?:\[[^\]]*\]|\s*[,=;]).*"
)
_LEAVES = re.compile(r"\s*(?:return|goto|break|continue)\b")
_OPENS = re.compile(r"\s*(?:if|for|while|do|switch|else|\w*for_each\w*)\b")
_LABEL = re.compile(r"\s*(?!default\b)[A-Za-z_]\w*:$")
_GOES_ON = (",", "(", "&&", "||", "\\", "=", "+", "|", "{")

# How unlikely a blank line is in a gap: 0 where one stands nearly always.
_ALWAYS, _MOSTLY, _OFTEN, _SOMETIMES, _SELDOM, _HARDLY = 0, 2, 4, 6, 9, 14


def with_blanks(completion: Completion, path: str) -> Iterator[tuple[Line, ...]]:
    """Yield the hunk's lines with as many blank lines as are unexplained; a bounded number.

    Nothing is yielded where a blank line of the hunk survived: what was lost is no blank line.
    """
    lines = completion.hunk.lines
    if not completion.unexplained:
        yield lines
        return
    if any(not line.text.strip() for line in lines if line.grade is None):
        return
    gaps = sorted(_gaps(lines, path), key=lambda gap: gap[1])
    if completion.unexplained <= min(len(gaps), _MAX_BLANKS):
        costs = [cost for _at, cost in gaps]
        for chosen in islice(_cheapest(costs, completion.unexplained), MAX_CHOICES):
            yield _filled(lines, {gaps[i][0] for i in chosen})


def _cheapest(costs: list[int], wanted: int) -> Iterator[tuple[int, ...]]:
    """Yield the choices of ``wanted`` indices into sorted ``costs``, the cheapest sum first."""
    first = tuple(range(wanted))
    heap = [(sum(costs[:wanted]), first)]
    seen = {first}
    while heap:
        total, chosen = heappop(heap)
        yield chosen
        for i, at in enumerate(chosen):
            bound = chosen[i + 1] if i + 1 < wanted else len(costs)
            if at + 1 < bound:
                following = (*chosen[:i], at + 1, *chosen[i + 1 :])
                if following not in seen:
                    seen.add(following)
                    heappush(heap, (total - costs[at] + costs[at + 1], following))


def _gaps(lines: tuple[Line, ...], path: str) -> Iterator[tuple[int, int]]:
    """Places beside an added line that is not restored as blank, each with its cost."""
    kinds = shape_of(((Mark.ADDED.value, line.text) for line in lines), path)
    for at in range(len(lines) + 1):
        before = lines[at - 1] if at else None
        behind = lines[at] if at < len(lines) else None
        beside = [line for line in (before, behind) if line is not None]
        if not any(line.mark is Mark.ADDED for line in beside):
            continue
        if any(not line.text.strip() for line in beside):
            continue
        in_comment = (
            0 < at < len(lines)
            and kinds[at - 1].kind is kinds[at].kind is Kind.COMMENT
            and lines[at].text.lstrip().startswith("*")
        )
        if not in_comment:
            yield at, _cost(before.text if before else "", behind.text if behind else "")


def _cost(before: str, behind: str) -> int:
    """What a blank line costs between two lines; an empty text is the hunk's end."""
    word, declared = behind.lstrip(), _DECLARATION.match(before) is not None
    deeper = columns(before) - columns(behind)
    rules = (
        (word.startswith(("}", "#endif", "#else", "else")), _HARDLY),
        (before == "}" or before == "};" or behind.startswith(("config ", "menuconfig ")), _ALWAYS),
        (before.rstrip().endswith(_GOES_ON) or before.endswith(":"), _HARDLY),
        (declared and not _DECLARATION.match(behind) and deeper >= 0, _ALWAYS),
        (declared, _HARDLY),
        (before.rstrip().endswith("*/") or deeper < 0, _HARDLY),
        (before.startswith("#endif") or not behind, _MOSTLY),
        (behind.startswith(("#if", "#define")), _MOSTLY),
        (word.startswith("/*"), _MOSTLY),
        (deeper > 0 and _LEAVES.match(before) is not None, _OFTEN),
        (word.startswith("return") or _LABEL.match(behind) is not None, _OFTEN),
        (before.strip() == "}", _OFTEN),
        (deeper > 0, _SOMETIMES),
        (_OPENS.match(behind) is not None, _SOMETIMES),
    )
    return next((cost for holds, cost in rules if holds), _SELDOM)


def _filled(lines: tuple[Line, ...], chosen: set[int]) -> tuple[Line, ...]:
    out: list[Line] = []
    for at in range(len(lines) + 1):
        if at in chosen:
            out.append(Line(Mark.ADDED, "", None, Grade.COUNTED))
        if at < len(lines):
            out.append(lines[at])
    return tuple(out)
