"""Changes by chance: an operator, a constant, a call, an argument. What they do, nobody knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

_COMMENT = re.compile(r"/\*.*?\*/|^[ \t]*#[^\n]*", re.DOTALL | re.MULTILINE)
_CALL = re.compile(r"^[ \t]*\w+\([^;{}]*\);\n", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^[ \t]*\w+ = [^;{}]*;\n", re.MULTILINE)
_ARGUMENTS = re.compile(r"(?<=\w)\((\w[^(),;{}]*), (\w[^(),;{}]*)((?:, [^(),;{}]*)?)\)")
_CONDITION = re.compile(r"(?<!\w)if \(([^;{}]*?)\)(?=\n| \{)")

_OTHER = {
    "==": ("!=", ">=", "<="),
    "!=": ("==",),
    "<": ("<=", ">", ">="),
    "||": ("&&",),
    "&": ("|",),
    "+": ("-",),
    "-": ("+",),
    "PMD_SIZE": ("PAGE_SIZE", "PUD_SIZE", "(2 * PMD_SIZE)", "0"),
    "PMD_MASK": ("PAGE_MASK", "PUD_MASK"),
    "SINGLE_DEPTH_NESTING": ("0",),
    "true": ("false",),
    "false": ("true",),
    "pmd_none": ("pmd_present", "pmd_trans_huge"),
    "WARN_ON": ("WARN_ON_ONCE", "BUG_ON", "unlikely"),
    "continue": ("break",),
}
_TOKEN = re.compile(r"(?<=\s)(?:==|!=|<|\|\||&|\+|-)(?=\s)|\b(?:[A-Za-z_]\w*)\b")

Change = Callable[[str, Random], "str | None"]


def _hidden(code: str) -> str:
    """The code with comments and directives blanked, at the same offsets."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), code)


def _one(pattern: re.Pattern[str], code: str, chance: Random) -> re.Match[str] | None:
    found = list(pattern.finditer(_hidden(code)))
    return chance.choice(found) if found else None


def _token(code: str, chance: Random) -> str | None:
    found = [one for one in _TOKEN.finditer(_hidden(code)) if one[0] in _OTHER]
    if not found:
        return None
    one = chance.choice(found)
    return code[: one.start()] + chance.choice(_OTHER[one[0]]) + code[one.end() :]


def _call_gone(code: str, chance: Random) -> str | None:
    one = _one(_CALL, code, chance)
    if one is None:
        return None
    # A body that is left empty would take the next statement for its own.
    before = code[: one.start()].rstrip()
    empty = ";\n" if before.endswith((")", "else")) else ""
    return code[: one.start()] + empty + code[one.end() :]


def _calls_swapped(code: str, chance: Random) -> str | None:
    found = sorted(
        (one for kind in (_CALL, _ASSIGNMENT) for one in kind.finditer(_hidden(code))),
        key=lambda one: one.start(),
    )
    if len(found) < 2:
        return None
    at = chance.randrange(len(found) - 1)
    one, other = found[at], found[at + 1]
    between = code[one.end() : other.start()]
    if "\f" in between or "}" in between:
        return None
    first, second = code[one.start() : one.end()], code[other.start() : other.end()]
    return code[: one.start()] + second + between + first + code[other.end() :]


def _arguments_swapped(code: str, chance: Random) -> str | None:
    one = _one(_ARGUMENTS, code, chance)
    if one is None:
        return None
    return code[: one.start()] + f"({one[2]}, {one[1]}{one[3]})" + code[one.end() :]


def _negated(code: str, chance: Random) -> str | None:
    one = _one(_CONDITION, code, chance)
    if one is None or "/*" in code[one.start() : one.end()]:
        return None
    return code[: one.start(1)] + f"!({one[1]})" + code[one.end(1) :]


CHANGES: dict[str, Change] = {
    "token": _token,
    "call-gone": _call_gone,
    "calls-swapped": _calls_swapped,
    "arguments-swapped": _arguments_swapped,
    "negated": _negated,
}


def changes(code: str, seed: int, count: int) -> Iterator[tuple[str, str]]:
    """Up to ``count`` different texts with the kind of their change; the same for the same seed."""
    chance, seen = Random(seed), {code}  # noqa: S311
    for _ in range(20 * count):
        if len(seen) > count:
            return
        kind = chance.choice(sorted(CHANGES))
        new = CHANGES[kind](code, chance)
        if new is not None and new not in seen:
            seen.add(new)
            yield kind, new
