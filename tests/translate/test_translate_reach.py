"""What a call comes to: which functions are reached, from where, and what is left over."""

from __future__ import annotations

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.translate import LP64, Environment, Lack, Reached, Source, reached
from analyzer.translate.headers import Headers
from analyzer.translate.program import Program, Returned

TREE = {
    "include/linux/mm.h": """
#include <asm/pgtable.h>
#include <linux/huge.h>
extern int elsewhere(int x);
extern int counted;
static inline int twice(int x) { return x + x; }
static inline int four_times(int x)
{
	return twice(twice(x));
}
static inline int limit(int x) { return x + LIMIT; }
static inline int either(int x) { return x; }
static inline int hidden(int x) { return x; }
#define hidden(x) (x)
static inline int shown(int x) { return x + 7; }
#define shown shown
static inline int broken(int x) { return wrong->x; }
static inline int around(int x);
static inline int back(int x) { return x ? around(x - 1) : 0; }
static inline int around(int x) { return x ? back(x - 1) : 1; }
#if UNTOLD > 3
static inline int split(int x) { return 1; }
#else
static inline int split(int x) { return 2; }
#endif
#define LIMIT 100
""",
    "include/linux/huge.h": """
static inline int either(int x) { return -x; }
static inline int arch_knows(int x) { return 1; }
""",
    "arch/x86/include/asm/pgtable.h": "static inline int arch_knows(int x) { return 2; }\n",
}
CODE = """
#include <linux/mm.h>
#define LIMIT 5
static int depth = 3;
static int (*chosen)(int) = four_times;
static int unused = 9;
static int own(int x) { return x + depth; }
int start(int x) { return own(four_times(x)); }
int limited(int x) { return limit(x) + LIMIT; }
int by_pointer(int x) { return chosen(x); }
void leaves(int x) { elsewhere(x + counted); given(x); nobody(x); }
int twofold(int x) { return either(x) + hidden(x) + split(x); }
int best(int x) { return arch_knows(x) + shown(x); }
int bad(int x) { return broken(x); }
int ring(int x) { return around(x); }
unsigned long sized(void) { return PAGE_SIZE; }
"""


def reach(*entries: str, inline: bool = True, known: frozenset[str] = frozenset()) -> Reached:
    tree = {path: text.encode() for path, text in TREE.items()}
    configuration = Configuration()
    file = read(CODE, "mm/a.c", configuration)
    headers = Headers(tree.get, configuration=configuration)
    environment = Environment.of_file(file, LP64, headers)
    return reached(
        entries, file, environment, Source(CODE, configuration), inline=inline, known=known
    )


def came(found: Reached) -> set[tuple[str, str, int]]:
    return {(each.name, each.path, each.span.line) for each in found.functions}


def left(found: Reached) -> dict[str, tuple[Lack, str]]:
    return {each.need.name: (each.lack, each.function) for each in found.open}


def called(name: str, argument: int) -> object:
    found = reach(name)
    assert found.open == ()
    units = [each.unit for each in (*found.functions, *found.variables)]
    outcome = Program(units, {}).call(name, argument)
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def test_functions_of_the_file_and_of_headers_are_reached() -> None:
    found = reach("start")
    assert came(found) == {
        ("start", "mm/a.c", 8),
        ("own", "mm/a.c", 7),
        ("four_times", "include/linux/mm.h", 7),
        ("twice", "include/linux/mm.h", 6),
    }
    assert [each.name for each in found.variables] == ["depth"]
    assert (found.refused, found.open) == ((), ())


@pytest.mark.parametrize(
    ("name", "argument", "result"),
    [
        ("start", 5, 23),
        # A macro of the C file is none of the header's.
        ("limited", 1, 106),
        ("by_pointer", 2, 8),
        # An architecture's goes before the general one.
        ("best", 1, 10),
        ("ring", 4, 1),
    ],
)
def test_what_is_reached_runs(name: str, argument: int, result: int) -> None:
    assert called(name, argument) == result


def test_what_others_give_is_not_looked_for() -> None:
    found = reach("start", known=frozenset({"four_times", "own"}))
    assert {name for name, _, _ in came(found)} == {"start", "own"}
    assert found.open == ()


def test_headers_may_be_left_alone() -> None:
    found = reach("start", inline=False)
    assert {name for name, _, _ in came(found)} == {"start", "own"}
    assert left(found) == {"four_times": (Lack.ELSEWHERE, "start")}


def test_what_is_left_over_has_its_reason() -> None:
    found = reach("leaves", "sized", known=frozenset({"given"}))
    assert left(found) == {
        "elsewhere": (Lack.ELSEWHERE, "leaves"),
        "counted": (Lack.VARIABLE, "leaves"),
        "nobody": (Lack.NOTHING, "leaves"),
        "PAGE_SIZE": (Lack.MODEL, "sized"),
    }


def test_of_several_definitions_none_is_guessed() -> None:
    found = reach("twofold")
    assert {each.need.name: (each.lack, each.detail) for each in found.open} == {
        "either": (Lack.AMBIGUOUS, "include/linux/mm.h:12, include/linux/huge.h:2"),
        "hidden": (Lack.AMBIGUOUS, "include/linux/mm.h:13"),
        "split": (Lack.AMBIGUOUS, "include/linux/mm.h:22, include/linux/mm.h:24"),
    }
    assert {name for name, _, _ in came(found)} == {"twofold"}


def test_what_is_not_translated_is_said_of_it_and_of_who_needs_it() -> None:
    found = reach("bad")
    (refused,) = found.refused
    assert (refused.name, refused.path, refused.span.line) == ("broken", "include/linux/mm.h", 17)
    (needed,) = found.open
    assert (needed.need.name, needed.lack) == ("broken", Lack.REFUSED)
    assert needed.detail == f"include/linux/mm.h:17: {refused.reason}"


def test_an_entry_that_is_not_there_is_said() -> None:
    assert reach("not_there") == Reached((), (), (), (), ("not_there",))
