"""The programs of ``fixtures/c`` are fit to judge by: gcc's answers to them are C's only ones."""

from __future__ import annotations

import subprocess

import pytest
from oracle import GCC, Build, Program, judged, narrowed, programs

# Shifts into the sign bit and overflow mean what kernels' flags make them mean.
_SANITIZERS = (
    "-O1",
    "-ftrivial-auto-var-init=pattern",
    "-fsanitize=address,undefined",
    "-fno-sanitize=signed-integer-overflow,shift-base",
    "-fno-sanitize-recover=all",
)

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")


@pytest.fixture(scope="module")
def sanitizers() -> tuple[str, ...]:
    """The flags that make gcc's programs die of undefined behaviour, where it has their library."""
    if GCC is None:
        pytest.skip("gcc is not here")
    command = [GCC, *_SANITIZERS, "-x", "c", "-", "-o", "/dev/null"]
    if subprocess.run(command, input=b"int main() {}", capture_output=True, check=False).returncode:
        pytest.skip("gcc has no sanitizers here")
    return _SANITIZERS


def test_there_are_programs_and_each_has_an_entry() -> None:
    assert len(programs()) >= 200
    assert [one.name for one in programs() if len(one.entry(64).takes) > 4] == []
    assert [one.name for one in programs() if len(one.arguments(64)) < 2] == []


def test_what_a_program_notes_has_a_reason() -> None:
    noted = {key for one in programs() for key, reason in one.notes.items() if len(reason) > 10}
    assert noted == {"LP64 only", "may be refused", "fresh"}


@needs_gcc
@pytest.mark.parametrize("long_bits", [64, 32])
def test_most_programs_return_many_things(long_bits: int) -> None:
    few = {name for name, answers in judged(long_bits).items() if len(set(answers)) < 3}
    assert few == {"cast_void", "struct_compare"}


@pytest.mark.parametrize("long_bits", [64, 32])
def test_no_program_has_undefined_behaviour(sanitizers: tuple[str, ...], long_bits: int) -> None:
    chosen = [one for one in programs() if long_bits == 64 or "LP64 only" not in one.notes]
    assert Build(chosen, long_bits, sanitizers).answers() == judged(long_bits)


def test_undefined_behaviour_is_seen_where_it_is(sanitizers: tuple[str, ...]) -> None:
    wrong = Program("wrong", "int test(int n)\n{\n\tint v[2] = { 0 };\n\n\treturn v[n & 7];\n}\n")
    with pytest.raises(AssertionError, match=r"^wrong\(2,\) died"):
        Build([wrong], 64, sanitizers).answers()


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("unsigned long a;", "unsigned int a;"),
        ("long unsigned int a;", " unsigned int a;"),
        ("long long a; long double b;", "long long a; long double b;"),
        ("f(long, unsigned long long)", "f(int, unsigned long long)"),
        ("1UL + 2L + 3ULL + 0x4l + 5llu", "1U + 2 + 3ULL + 0x4 + 5llu"),
        ("\"a long 1UL\" /* long */ 'L'", "\"a long 1UL\" /* long */ 'L'"),
        ("sizeof(long)", "(unsigned int)sizeof(int)"),
        ("prolong(along, longer)", "prolong(along, longer)"),
    ],
)
def test_a_long_is_narrowed(wide: str, narrow: str) -> None:
    assert narrowed(wide) == narrow
