"""What the names of a patch stand for, told by what is called with them, and the guard's terms.

A pattern or text of an edit writes a role as ``<role>``; the patch's own name is put in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ROLES = (
    r"(?P<lock1>\w+) = pmd_lock\((?P<mm>[^,()]+), (?P<src>\w+)\)",
    r"(?P<lock2>\w+) = pmd_lockptr\([^,()]+, (?P<dst>\w+)\)",
    r"set_pmd_at\([^,()]+, (?P<to>\w+), \w+, (?P<entry>\w+)\)",
    r"flush_tlb_range\((?P<vma>\w+),\s*(?P<from>\w+),",
    r"if \((?P<need>\w+)\)\n\s*take_rmap_locks\(",
    r"if \((?P<moved>\w+)\)\n\s*continue;",
    r"(?P<extent>\w+) == PMD_SIZE\)+ \{",
)
_HEAD = re.compile(r"^static [^;{}()]*?(\w+)\([^;{}]*\)\n(?:\{\n)?", re.MULTILINE)
_GUARD = re.compile(
    r"^(?P<tab>\t+)if \((?P<condition>[^;{}]*?PMD_(?:MASK|SIZE)[^;{}]*?)\)\n\t+return false;\n",
    re.MULTILINE,
)

Names = Mapping[str, str]


def names_of(code: str) -> Names:
    """The names that play the roles; a role that nothing plays is not there."""
    names: dict[str, str] = {}
    for role in _ROLES:
        if found := re.search(role, code):
            names |= found.groupdict()
    before = code[: code.find("pmd_lock(")]
    if heads := _HEAD.findall(before):
        names["function"] = heads[-1]
    return names


def filled(text: str, names: Names, *, pattern: bool = False) -> str | None:
    """The text with the patch's names, or None where a role is not played."""
    wanted = set(re.findall(r"<([a-z]\w*)>", text))
    if not wanted <= set(names):
        return None
    for role in wanted:
        name = rf"(?<!\w){re.escape(names[role])}(?!\w)" if pattern else names[role]
        text = text.replace(f"<{role}>", name)
    return text


@dataclass(frozen=True, slots=True)
class Guard:
    """The test of addresses and length: the text ``[first, end)``, and its three terms."""

    first: int
    end: int
    tab: str
    old: str
    new: str
    length: str


def guard_of(code: str, names: Names) -> Guard | None:
    """The guard, where it is one ``if`` over three terms that look at one thing each."""
    found = _GUARD.search(code)
    if found is None or not {"from", "to"} <= set(names):
        return None
    terms = [" ".join(term.split()) for term in _terms(found["condition"])]
    lengths = [term for term in terms if "-" in term]
    old = [term for term in terms if term not in lengths and _holds(term, names["from"])]
    new = [term for term in terms if term not in lengths and _holds(term, names["to"])]
    if (len(terms), len(lengths), len(old), len(new)) != (3, 1, 1, 1) or old == new:
        return None
    return Guard(found.start(), found.end(), found["tab"], old[0], new[0], lengths[0])


def _holds(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _terms(condition: str) -> list[str]:
    """The operands of the outermost ``||``."""
    terms, depth, first = [], 0, 0
    for at, letter in enumerate(condition):
        depth += (letter == "(") - (letter == ")")
        if not depth and condition.startswith("||", at):
            terms.append(condition[first:at])
            first = at + 2
    return [*terms, condition[first:]]
