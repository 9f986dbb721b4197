"""Texts made to escape, to confuse or to exhaust: each means what gcc says, or is refused."""

from __future__ import annotations

import gc
import resource
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache

import hostile_names
import pytest
from hostile_texts import BROKEN, GREEDY, LONG, NESTED
from oracle import GCC, Build, Program

from analyzer.translate import Faulted, Halted, Loaded, Returned, load

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")

_STEPS = 20_000
_ARGUMENTS = (0, 1, 5)
# What never ends, or takes all memory, fails its own test and not the whole run.
_SECONDS = 30
_BYTES = 4 << 30


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, hard))
    signal.alarm(_SECONDS)
    yield
    signal.alarm(0)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    signal.signal(signal.SIGALRM, before)


def _harmless(text: str) -> list[object] | None:
    """What ``test`` comes to for each argument, None if it is refused; nothing is raised."""
    loaded = load(text, "hostile.c")
    assert [each for each in loaded.refused if not each.reason or not each.path] == []
    if "test" not in loaded.functions or len(loaded.functions["test"].parameters) != 1:
        return None
    return [_outcome(loaded, argument) for argument in _ARGUMENTS]


def _outcome(loaded: Loaded, argument: int) -> object:
    match loaded.call("test", argument, steps=_STEPS):
        case Returned(value=value):
            return value
        case Halted(reason=reason):
            assert reason
            return reason
        case Faulted(fault=fault):
            assert fault.what
            return fault.kind


# --- names ------------------------------------------------------------------------------------


@cache
def _named() -> dict[str, tuple[int, ...]]:
    chosen = list(hostile_names.programs())
    asked = {one.name: one.arguments(64)[:6] for one in chosen}
    return Build(chosen, 64, ("-O0",)).answers(asked)


@needs_gcc
@pytest.mark.parametrize("program", [*hostile_names.programs()], ids=lambda program: program.name)
def test_a_name_is_nothing_but_a_name(program: Program) -> None:
    loaded = load(program.text, "names.c")
    if loaded.refused and ("$" in program.text or not program.text.isascii()):
        pytest.skip(f"refused: {loaded.refused[0].reason}")
    assert loaded.refused == ()
    arguments = program.arguments(64)[:6]
    got = [loaded.call("test", *values) for values in arguments]
    assert got == [Returned(value) for value in _named()[program.name]]


# --- sizes ------------------------------------------------------------------------------------

# What gcc does not take, or gives a meaning of its own.
_NOT_FOR_GCC = {
    *("calls of results", "indices behind", "members", "arrows", "structs", "open conditions"),
    *("closed conditions", "open parentheses", "open braces", "closed braces", "attributes"),
    *("declarations without an end", "quotes without an end", "unread bytes", "arguments"),
    *("digits", "hexadecimal digits", "compound assignments"),
}
_FOR_GCC = ("thirty loops", "thirty loops with exits", "macros of each other", "all cases")
_SMALL = (
    {f"{name} inside": build(30) for name, build in NESTED.items() if name not in _NOT_FOR_GCC}
    | {f"{name} beside": build(40) for name, build in LONG.items() if name not in _NOT_FOR_GCC}
    | {name: GREEDY[name] for name in _FOR_GCC}
)
# What may be refused already where it is this small.
_MAY_BE_REFUSED = {
    *("texts beside", "structs in structs beside", "typedefs beside", "typeofs inside"),
    *("whiles inside", "fors inside"),  # Python nests twenty loops
    *_FOR_GCC,
}


@cache
def _small() -> dict[str, tuple[int, ...]]:
    chosen = [Program(name, text) for name, text in _SMALL.items()]
    asked = {one.name: tuple((value,) for value in _ARGUMENTS) for one in chosen}
    return Build(chosen, 64, ("-O0",)).answers(asked)


@needs_gcc
@pytest.mark.parametrize("name", _SMALL)
def test_what_is_small_does_what_gcc_does(name: str) -> None:
    found = _harmless(_SMALL[name])
    if found is None and name in _MAY_BE_REFUSED:
        pytest.skip("refused")
    assert found == list(_small()[name])


_TIMES = 8
# Linear time gives 8, quadratic time 64; a small part of the square is not seen.
_MOST = 20


def _seconds(call: Callable[[], object]) -> float:
    # A collection costs what all of the test run's objects cost: none is made, or waited for.
    gc.disable()
    try:
        start = time.process_time()
        call()
        return time.process_time() - start
    finally:
        gc.enable()


def _check_growth(build: Callable[[int], str], size: int) -> None:
    short, long = build(size), build(_TIMES * size)
    _harmless(short)
    ratios = []
    for _ in range(2):
        base = max(_seconds(lambda: _harmless(short)), 0.002)
        ratios.append(_seconds(lambda: _harmless(long)) / base)
        if ratios[-1] < _MOST:
            return
    raise AssertionError(ratios)


@pytest.mark.parametrize("name", NESTED)
def test_what_nests_without_end_takes_time_by_its_length(name: str) -> None:
    _check_growth(NESTED[name], 1000)


@pytest.mark.parametrize("name", LONG)
def test_what_is_long_takes_time_by_its_length(name: str) -> None:
    _check_growth(LONG[name], 250)


@pytest.mark.parametrize("name", ["parentheses", "minus", "blocks", "ifs", "open parentheses"])
def test_a_hundred_thousand_levels_are_refused(name: str) -> None:
    assert _harmless(NESTED[name](100_000)) is None


def test_thousands_of_statements_and_cases_run() -> None:
    assert _harmless(LONG["statements"](6_000)) == [18_000, 18_001, 18_005]
    assert _harmless(LONG["cases"](3_000)) == [0, 7, 35]


def test_a_name_of_a_hundred_thousand_characters_is_a_name() -> None:
    assert _harmless(LONG["a long name"](100_000)) == [5, 6, 10]
    assert _harmless(LONG["a long member"](100_000)) == [5, 6, 10]


# --- greed and nonsense -----------------------------------------------------------------------


@pytest.mark.parametrize("name", GREEDY)
def test_what_asks_for_much_gets_little(name: str) -> None:
    _harmless(GREEDY[name])


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_c_breaks_nothing(name: str) -> None:
    _harmless(BROKEN[name])


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (r"\"'\n\\", 4),
        (r"'''\"\"\"", 6),
        (r"{0}%s%d{a}\N", None),
        (r"\x41\101\0end", 6),
        (r"__import__('os')", 16),
    ],
)
def test_a_text_is_nothing_but_its_bytes(text: str, length: int | None) -> None:
    body = f'\tconst char *s = "{text}";\n\n\treturn sizeof("{text}") - 1 + 0 * (a + s[0]);'
    found = _harmless(f"int test(int a)\n{{\n{body}\n}}\n")
    assert found == (None if length is None else [length] * 3)
