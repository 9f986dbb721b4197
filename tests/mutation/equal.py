"""Changes that leave the kernel as it was, or as it was wherever its one caller comes from."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.mutation import edits as e
from tests.mutation.edits import Edit
from tests.mutation.roles import Guard, Names, filled

_IF_APART = r"if \(((?:<lock2> != <lock1>)|(?:<lock1> != <lock2>))\)"


def _retold(code: str, names: Names) -> str | None:
    """Every word of a comment is another; what stands in it is of no account."""
    new = re.sub(
        r"/\*.*?\*/", lambda found: re.sub(r"[A-Za-z]+", "word", found[0]), code, flags=re.DOTALL
    )
    return new if new != code else None


def _untold(code: str, names: Names) -> str | None:
    """The comments that have lines of their own are gone."""
    new = re.sub(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", "", code, flags=re.DOTALL | re.MULTILINE)
    return new if new != code else None


def _declared(line: str) -> Edit:
    """A declaration joins those of the function that moves the entry."""
    return e.swapped(r"^(\t+)pmd_t <entry>;\n", rf"\g<0>\g<1>{line}\n")


def _first_declaration_last(code: str, names: Names) -> str | None:
    """The entry is declared before whatever was declared before it."""
    pattern = filled(r"^((?:\t+(?!if)[^\n;{}]+;\n)+)(\t+pmd_t <entry>;\n)", names, pattern=True)
    found = re.search(pattern, code, re.MULTILINE) if pattern else None
    if found is None:
        return None
    return code[: found.start()] + found[2] + found[1] + code[found.end() :]


def _by_remainder(term: str) -> str:
    """`(a & ~PMD_MASK)` said as a remainder."""
    return re.sub(r"\(?(\w+) & ~PMD_MASK\)?", r"\g<1> % PMD_SIZE", term)


def _by_quotient(term: str) -> str:
    return re.sub(r"\(?(\w+) & ~PMD_MASK\)?", r"\g<1> / PMD_SIZE * PMD_SIZE != \g<1>", term)


def _operands(term: str) -> str:
    return re.sub(r"(\w+) & ~PMD_MASK", r"~PMD_MASK & \g<1>", term)


def _length(guard: Guard) -> str:
    return re.sub(r"(.+) < PMD_SIZE", r"PMD_SIZE > \g<1>", guard.length)


def _at_least(guard: Guard) -> str:
    return re.sub(r"(.+) < PMD_SIZE", r"\g<1> >= PMD_SIZE", guard.length)


_GUARD: dict[str, Callable[[Guard], str]] = {
    "guard-in-two": lambda g: f"{e.conditions(g.old, g.new)}\n{e.conditions(g.length)}",
    "guard-in-three": lambda g: "\n".join(e.conditions(term) for term in (g.length, g.new, g.old)),
    "guard-reordered": lambda g: e.conditions(g.length, g.new, g.old),
    "guard-by-remainder": lambda g: e.conditions(
        _by_remainder(g.old), _by_remainder(g.new), g.length
    ),
    "guard-by-quotient": lambda g: e.conditions(_by_quotient(g.old), _by_quotient(g.new), g.length),
    "guard-operands-swapped": lambda g: e.conditions(
        _operands(g.old), _operands(g.new), _length(g)
    ),
    "guard-by-de-morgan": lambda g: e.conditions(f"!(!{g.old} && !{g.new} && {_at_least(g)})"),
    "guard-at-least": lambda g: e.conditions(g.old, g.new, f"!({_at_least(g)})"),
    "guard-nested": lambda g: "\n".join(
        (
            f"if (!{g.old} && {_at_least(g)}) {{",
            f"\tif ({g.new})",
            "\t\treturn false;",
            "} else {",
            "\treturn false;",
            "}",
        )
    ),
    "guard-braced": lambda g: "\n".join(
        (f"if ({g.old} || {g.new} ||", f"    {g.length}) {{", "\treturn false;", "}")
    ),
    "guard-and-else": lambda g: f"{e.conditions(g.old, g.new, g.length)}\nelse",
    "guard-in-a-variable": lambda g: "\n".join(
        (
            f"bool refused = {g.old} || {g.new};",
            "",
            f"if (refused || {g.length})",
            "\treturn false;",
        )
    ),
}

EQUAL: dict[str, Edit] = {
    "entry-renamed": e.everywhere("entry", "taken"),
    "locks-renamed": e.both(e.everywhere("lock1", "first"), e.everywhere("lock2", "second")),
    "function-renamed": e.everywhere("function", "take_table_along"),
    "result-renamed": e.everywhere("moved", "all_done"),
    "comments-retold": _retold,
    "comments-gone": _untold,
    "declarations-reordered": _first_declaration_last,
    **{name: e.guarded(build) for name, build in _GUARD.items()},
    "locks-compared-the-other-way": e.swapped(_IF_APART, "if (!(<lock1> == <lock2>))"),
    "nest-in-else": e.swapped(
        r"^(\t+)" + _IF_APART + r"\n(\s*spin_lock_nested\([^;]*;\n)",
        r"\g<1>if (<lock1> == <lock2>)\n\g<1>\t;\n\g<1>else\n\g<3>",
    ),
    "unlock-braced": e.swapped(
        r"^(\t+)" + _IF_APART + r"\n(\s*spin_unlock\([^;]*;\n)",
        r"\g<1>if (\g<2>) {\n\g<3>\g<1>}\n",
    ),
    "unlock-order-swapped": e.placed(e.UNLOCK, e.UNNEST),
    "lock-in-two-steps": e.swapped(
        r"^(\t+)<lock1> = pmd_lock\(([^;]*)\);\n",
        r"\g<1><lock1> = pmd_lockptr(\g<2>);\n\g<1>spin_lock(<lock1>);\n",
    ),
    "flush-end-in-a-variable": e.both(
        e.swapped(r"flush_tlb_range\([^;]*\);", "flush_tlb_range(<vma>, <from>, past);"),
        _declared("unsigned long past = <from> + PMD_SIZE;"),
    ),
    "flush-end-from-the-other-side": e.swapped(
        r"flush_tlb_range\([^;]*\);", "flush_tlb_range(<vma>, <from>, PMD_SIZE + <from>);"
    ),
    "return-by-variable": e.both(
        e.swapped(r"^(\t+)return true;\n", r"\g<1>return done;\n"), _declared("bool done = true;")
    ),
    "result-inverted-twice": e.swapped(r"if \(<moved>\)(\n\s*continue;)", r"if (!!<moved>)\g<1>"),
    "result-compared": e.swapped(r"if \(<moved>\)(\n\s*continue;)", r"if (<moved> == true)\g<1>"),
    "extent-not-other": e.swapped(r"<extent> == PMD_SIZE", "!(<extent> != PMD_SIZE)"),
    "extent-operands-swapped": e.swapped(r"<extent> == PMD_SIZE", "PMD_SIZE == <extent>"),
    "warning-by-comparison": e.swapped(
        r"if \(WARN_ON\((!pmd_none\(.*\))\)\)\n", r"if (WARN_ON(\g<1>) != 0)\n"
    ),
    "entry-by-address": e.swapped(r"<entry> = \*<src>;", "<entry> = <src>[0];"),
}

# Equal in the caller's context only: the extent, bounded by the old side, implies the term.
REDUNDANT: dict[str, Edit] = {
    "old-address-term-gone": e.guarded(lambda g: e.conditions(g.new, g.length)),
    "length-term-gone": e.guarded(lambda g: e.conditions(g.old, g.new)),
    "both-implied-terms-gone": e.guarded(lambda g: e.conditions(g.new)),
    "old-address-of-pages": e.guarded(
        lambda g: e.conditions(g.old.replace("PMD_MASK", "PAGE_MASK"), g.new, g.length)
    ),
    "extent-at-least": e.swapped(r"<extent> == PMD_SIZE", "<extent> >= PMD_SIZE"),
}
