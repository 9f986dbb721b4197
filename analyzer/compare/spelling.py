"""Names of symbols that may be meant to be one: a prefix or a few letters apart."""

from __future__ import annotations

import re

# Names shorter than this are near too many others.
_SHORTEST = 6
_FARTHEST = 2
_LONGEST = 200
_PREFIXES = re.compile(r"(?:CONFIG_|ARCH_|HAVE_|HAS_|WANTS?_|SUPPORTS?_|USES?_|ENABLE_)+")


def alike(written: str, meant: str) -> str | None:
    """Why two different names may be meant to be one; None where they are not alike."""
    if written == meant or min(len(written), len(meant)) < _SHORTEST:
        return None
    if _stem(written) == _stem(meant):
        return "it has another prefix"
    if abs(len(written) - len(meant)) > _FARTHEST:
        return None
    apart = distance(written, meant)
    if apart > _FARTHEST:
        return None
    return f"{apart} letter{'' if apart == 1 else 's'} apart"


def _stem(name: str) -> str:
    found = _PREFIXES.match(name)
    rest = name[found.end() :] if found else name
    return rest if len(rest) >= _SHORTEST else name


def distance(one: str, other: str) -> int:
    """How many letters to put in, leave out, change or swap lead from one name to another.

    Names of more than 200 characters are as far apart as they are long.
    """
    if max(len(one), len(other)) > _LONGEST:
        return max(len(one), len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
