"""How fast translated C runs: beside a tree-walking evaluator, and beside Python by hand.

Run it with the interpreter of an environment that holds the tool::

    .venv/bin/python tests/benchmarks/translation.py

Times are the best of several runs in one process; what matters are the ratios.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "translate"), str(ROOT / "tests")]

from walker import Walker  # noqa: E402

from analyzer.csource.file import read  # noqa: E402
from analyzer.translate import Loaded, Returned, load  # noqa: E402

RUNS = 25
STEPS = 100_000_000
WALKER_TARGET = 15  # times as fast as the walker, at least
HAND_TARGET = 8  # times as slow as Python by hand, at most

# One function each, called with one integer.
FUNCTIONS = {
    "sum of squares": """
        unsigned long test(unsigned long n)
        {
            unsigned long sum = 0, i;

            for (i = 0; i < n; i++)
                sum += i * i;
            return sum;
        }""",
    "collatz": """
        int test(unsigned int n)
        {
            int steps = 0;
            unsigned long long at = n;

            while (at != 1) {
                at = at & 1 ? 3 * at + 1 : at >> 1;
                steps++;
            }
            return steps;
        }""",
    "sieve": """
        static unsigned char hit[512];
        int test(int n)
        {
            int i, j, found = 0;

            for (i = 0; i < n; i++)
                hit[i] = 0;
            for (i = 2; i < n; i++) {
                if (hit[i])
                    continue;
                found++;
                for (j = i + i; j < n; j += i)
                    hit[j] = 1;
            }
            return found;
        }""",
    "calls and a struct": """
        struct extent { unsigned long start, end; };
        static unsigned long room(const struct extent *e, unsigned long at)
        {
            unsigned long next = (at + 0x200000) & ~0x1fffffUL;

            return next - 1 < e->end - 1 ? next - at : e->end - at;
        }
        int test(unsigned long n)
        {
            struct extent e = { 0x1000, 0x1000 + n * 0x200000 };
            unsigned long at;
            int steps = 0;

            for (at = e.start; at < e.end; at += room(&e, at))
                steps++;
            return steps;
        }""",
    "switch": """
        int test(int n)
        {
            int i, state = 0, out = 0;

            for (i = 0; i < n; i++) {
                switch (state) {
                case 0:
                    state = i & 4 ? 2 : 1;
                    break;
                case 1:
                    out += i;
                    /* fall through */
                case 2:
                    state = 3;
                    break;
                default:
                    state = 0;
                }
            }
            return out;
        }""",
}
SIZES = {
    "sum of squares": 3000,
    "collatz": 97,
    "sieve": 500,
    "calls and a struct": 700,
    "switch": 2000,
}

ENTRIES = 512
# A loop over entries in the idiom of one that moves them, with plain memory below it.
_MOVE = """
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define ENTRIES 512

static pte_t old_table[ENTRIES], new_table[ENTRIES];

static unsigned long move(pte_t *old_pte, pte_t *new_pte, unsigned long old_addr,
                          unsigned long old_end, unsigned long new_addr)
{
    unsigned long moved = 0;
    pte_t pte;

    for (; old_addr < old_end; old_pte++, old_addr += PAGE_SIZE,
                               new_pte++, new_addr += PAGE_SIZE) {
        if (pte_none(*old_pte))
            continue;
        pte = get_and_clear(old_pte);
        set(new_pte, pte);
        moved++;
    }
    return moved;
}

unsigned long fill(unsigned long n)
{
    int i;

    for (i = 0; i < ENTRIES; i++) {
        VALUE(old_table[i]) = i % n ? 0x8000000000000067UL + (i << PAGE_SHIFT) : 0;
        VALUE(new_table[i]) = 0;
    }
    return n;
}

unsigned long test(unsigned long at)
{
    return move(old_table, new_table, at, at + ENTRIES * PAGE_SIZE, at + 0x40000000);
}
"""
_OPERATIONS = """
static inline int pte_none(pte_t pte)
{
    return !VALUE(pte);
}

static inline pte_t get_and_clear(pte_t *ptep)
{
    pte_t pte = *ptep;

    VALUE(*ptep) = 0;
    return pte;
}

static inline void set(pte_t *ptep, pte_t pte)
{
    *ptep = pte;
}
"""
_PROTOTYPES = """
int pte_none(pte_t pte);
pte_t get_and_clear(pte_t *ptep);
void set(pte_t *ptep, pte_t pte);
"""
_STRUCT = "typedef struct { unsigned long pte; } pte_t;\n"
_INTEGER = "typedef unsigned long pte_t;\n"


def valued(text: str, value: str) -> str:
    """The text with an entry's integer spelled in place of VALUE."""
    return re.sub(r"VALUE\(([^()]+)\)", value, text)


# How an entry is declared, and who gives the operations on it.
MOVES = {
    "a struct, operations in C": _STRUCT + valued(_OPERATIONS + _MOVE, r"(\1).pte"),
    "an integer, operations in C": _INTEGER + valued(_OPERATIONS + _MOVE, r"\1"),
    "an integer, primitives": _INTEGER + valued(_PROTOTYPES + _MOVE, r"\1"),
}


def get_and_clear(pointer: Any) -> Any:
    """The primitive on an integer's entry."""
    value = pointer[0]
    pointer[0] = 0
    return value


def set_(pointer: Any, value: Any) -> None:
    """The primitive on an integer's entry."""
    pointer[0] = value


PRIMITIVES = {
    "pte_none": lambda value: 0 if value else 1,
    "get_and_clear": get_and_clear,
    "set": set_,
}


class Entry:
    """An entry, by hand."""

    __slots__ = ("pte",)

    def __init__(self, pte: int) -> None:
        self.pte = pte


def hand_filled(n: int) -> tuple[list[Entry], list[Entry]]:
    """The tables that ``fill`` makes."""
    old = [Entry(0x8000000000000067 + (i << 12) if i % n else 0) for i in range(ENTRIES)]
    return old, [Entry(0) for _ in range(ENTRIES)]


def hand_moved(old: list[Entry], new: list[Entry], at: int) -> int:
    """The loop, as somebody would write it in Python with the same work done."""
    moved = 0
    end, to = at + ENTRIES * 4096, at + 0x40000000
    index = 0
    while at < end:
        entry = old[index]
        if entry.pte:
            value = entry.pte
            entry.pte = 0
            new[index].pte = value
            moved += 1
        index += 1
        at = (at + 4096) & 0xFFFFFFFFFFFFFFFF
        to = (to + 4096) & 0xFFFFFFFFFFFFFFFF
    return moved


def best(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The shortest of several runs, in seconds; what is to be done before each is not timed."""
    times = []
    for _ in range(RUNS):
        before()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def called(loaded: Loaded, name: str, argument: int) -> int:
    """What a translated function returns."""
    outcome = loaded.call(name, argument, steps=STEPS)
    if not isinstance(outcome, Returned):
        raise SystemExit(f"{name}: {outcome}")
    assert isinstance(outcome.value, int)
    return outcome.value


def loaded_from(text: str, name: str, primitives: Mapping[str, object] | None = None) -> Loaded:
    """A translated text; it must be translated whole."""
    loaded = load(text, f"{name}.c", primitives=primitives)
    if loaded.refused:
        raise SystemExit(f"{name} is not translated: {loaded.refused[0]}")
    return loaded


def against_the_walker() -> None:
    """Print one line a function."""
    for name, text in FUNCTIONS.items():
        loaded, walker, size = loaded_from(text, name), Walker(read(text, "x.c")), SIZES[name]
        assert called(loaded, "test", size) == walker.call("test", size, steps=STEPS)
        fast = best(partial(called, loaded, "test", size))
        slow = best(partial(walker.call, "test", size, steps=STEPS))
        row(name, fast, slow / fast, "x the walker", slow / fast >= WALKER_TARGET)


def against_a_hand() -> None:
    """Print how long a turn of the loop over entries takes: by hand, and translated."""
    at = 0x7F0000000000
    tables = hand_filled(9)

    def refill() -> None:
        tables[0][:], tables[1][:] = hand_filled(9)

    hand = best(lambda: hand_moved(*tables, at), refill)
    row("entries by hand, a turn", hand / ENTRIES, 1.0, "", True)
    for name, text in MOVES.items():
        loaded = loaded_from(text, name, PRIMITIVES if "primitives" in name else None)
        called(loaded, "fill", 9)
        refill()
        assert called(loaded, "test", at) == hand_moved(*tables, at)
        took = best(partial(called, loaded, "test", at), partial(called, loaded, "fill", 9))
        row(name, took / ENTRIES, took / hand, "x by hand", took <= HAND_TARGET * hand)


def row(name: str, seconds: float, ratio: float, what: str, good: bool) -> None:
    """Print a line of the table."""
    print(f"{name:<32} {seconds * 1e6:10.2f} us {ratio:8.1f} {what}{'' if good else '  MISSED'}")


if __name__ == "__main__":
    against_the_walker()
    against_a_hand()
