"""The ways to change a text of C: each gives the text changed, or None where it finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.mutation.patchtext import BREAK
from tests.mutation.roles import Guard, Names, filled, guard_of

Edit = Callable[[str, Names], "str | None"]

# Statements by what they do. Each takes whole lines, with the `if` that stands before it alone.
FLUSH = r"[ \t]*flush_tlb_range\([^;]*\);\n"
NEST = r"[ \t]*if \((?:<lock2> != <lock1>|<lock1> != <lock2>)\)\n\s*spin_lock_nested\([^;]*\);\n"
UNNEST = r"[ \t]*if \((?:<lock2> != <lock1>|<lock1> != <lock2>)\)\n\s*spin_unlock\(<lock2>\);\n"
UNLOCK = r"[ \t]*spin_unlock\(<lock1>\);\n"
FIRST_LOCK = r"[ \t]*<lock1> = pmd_lock\([^;]*\);\n"
READ = r"[ \t]*<entry> = [^;]*;\n"
CLEAR = r"[ \t]*pmd_clear\([^;]*\);\n"
SET = r"[ \t]*set_pmd_at\([^;]*\);\n"
TAKE = r"[ \t]*if \(<need>\)\n\s*take_rmap_locks\([^;]*\);\n"
DROP = r"[ \t]*if \(<need>\)\n\s*drop_rmap_locks\([^;]*\);\n"
CALL = r"[ \t]*<moved> = [^;]*\b<function>\([^;]*\);\n"
NEXT = r"[ \t]*if \(<moved>\)\n\s*continue;\n"
LAST_RETURN = r"[ \t]*return true;\n"


def swapped(pattern: str, text: str) -> Edit:
    """The first match of a pattern gives way to a text, which may name groups as ``\\g<1>``."""

    def edit(code: str, names: Names) -> str | None:
        wanted, by = filled(pattern, names, pattern=True), filled(text, names)
        if wanted is None or by is None:
            return None
        new, count = re.subn(wanted, by, code, count=1, flags=re.MULTILINE)
        return new if count else None

    return edit


def everywhere(role: str, name: str) -> Edit:
    """A name gives way to another, wherever it is a word of code or of a comment."""

    def edit(code: str, names: Names) -> str | None:
        if role not in names:
            return None
        return re.sub(rf"(?<![\w.>]){re.escape(names[role])}(?!\w)", name, code)

    return edit


def gone(pattern: str) -> Edit:
    """The first match of a pattern is taken out."""
    return swapped(pattern, "")


def placed(pattern: str, where: str, *, behind: bool = False) -> Edit:
    """The first match of a pattern is taken to before (or behind) another statement."""

    def edit(code: str, names: Names) -> str | None:
        what, there = (filled(one, names, pattern=True) for one in (pattern, where))
        found = re.search(what, code, re.MULTILINE) if what else None
        if found is None or there is None:
            return None
        rest = code[: found.start()] + code[found.end() :]
        target = re.search(there, rest, re.MULTILINE)
        if target is None:
            return None
        at = target.end() if behind else target.start()
        return rest[:at] + found[0] + rest[at:]

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after the other; nothing where one of them finds nothing."""

    def edit(code: str, names: Names) -> str | None:
        new: str | None = code
        for one in edits:
            new = one(new, names) if new is not None else None
        return new

    return edit


def guarded(build: Callable[[Guard], str]) -> Edit:
    """The guard as a whole gives way to what is built of its terms (without the indentation)."""

    def edit(code: str, names: Names) -> str | None:
        guard = guard_of(code, names)
        if guard is None:
            return None
        lines = build(guard).splitlines()
        text = "".join(f"{guard.tab}{line}\n" if line else "\n" for line in lines)
        return code[: guard.first] + text + code[guard.end :]

    return edit


def conditions(*terms: str) -> str:
    """The guard over these terms, the third on a line of its own."""
    return (
        "if ("
        + " || ".join(terms[:2])
        + "".join(f"\n    || {term}" for term in terms[2:])
        + ")\n\treturn false;"
    )


def at_end_of_run(pattern: str, line: str) -> Edit:
    """A line is added to the end of the run of lines that holds the pattern."""

    def edit(code: str, names: Names) -> str | None:
        wanted = filled(pattern, names, pattern=True)
        runs = code.split(BREAK)
        for at, run in enumerate(runs):
            if wanted and re.search(wanted, run, re.MULTILINE):
                runs[at] = run + line
                return BREAK.join(runs)
        return None

    return edit
