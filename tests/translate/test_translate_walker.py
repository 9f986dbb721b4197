"""The walker is a second opinion worth having: it agrees with gcc, and sees undefined behaviour."""

from __future__ import annotations

import subprocess

import pytest
from oracle import GCC, Program, judged, programs
from walker import Walker, WalkerFault, WalkerRefusal

from analyzer.csource.file import read

_EXPANDED_FIRST = {
    *("macro_conditional", "macro_defines", "macro_function", "macro_object", "macro_odd"),
    "macro_paste",
}
_BITS = {"LP64": 64, "ILP32": 32}

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")


def _preprocessed(program: Program) -> str:
    command = [GCC or "gcc", "-E", "-P", "-x", "c", "-"]
    done = subprocess.run(command, input=program.text.encode(), capture_output=True, check=True)
    return done.stdout.decode()


def _answers(program: Program, text: str, model: str) -> tuple[int, ...]:
    bits = _BITS[model]
    name = program.entry(bits).name
    walker = Walker(read(text, f"{program.name}.c"), model)
    found = []
    for arguments in program.arguments(bits):
        if "fresh" in program.notes:
            walker.restart()
        found.append(walker.call(name, *arguments))
    return tuple(found)


@needs_gcc
@pytest.mark.parametrize("model", _BITS)
@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_the_walker_returns_what_gcc_s_program_returns(program: Program, model: str) -> None:
    expected = judged(_BITS[model]).get(program.name)
    if expected is None:
        pytest.skip(program.notes["LP64 only"])
    try:
        answers = _answers(program, _preprocessed(program), model)
    except WalkerRefusal as refusal:
        if "may be refused" not in program.notes:
            raise
        pytest.skip(str(refusal))
    assert answers == expected


@needs_gcc
def test_the_walker_expands_macros_itself() -> None:
    refused = {}
    for program in programs():
        if "#define" in program.text:
            try:
                found = _answers(program, program.text, "LP64")
            except WalkerRefusal as refusal:
                if "may be refused" not in program.notes:
                    refused[program.name] = str(refusal)
                continue
            assert found == judged(64)[program.name], program.name
    # What cannot be read before it is expanded, or needs a configuration.
    assert set(refused) <= _EXPANDED_FIRST


@pytest.mark.parametrize(
    ("kind", "line", "body"),
    [
        ("null", 4, "int *p = 0;\n\n\treturn *p + n;"),
        ("null", 4, "struct pair *p = 0;\n\n\treturn p->second;"),
        ("bounds", 4, "int v[4] = { n };\n\n\treturn v[n + 3];"),
        ("bounds", 4, "int v[4] = { n };\n\n\treturn v[-n];"),
        ("bounds", 5, "int v[2], *p = v + 2;\n\n\t*(p - 1) = n;\n\t*p = n;"),
        ("bounds", 5, "int *p;\n\n\t{ int inner = n; p = &inner; }\n\treturn *p;"),
        ("uninitialised", 4, "int v[4];\n\n\treturn v[n];"),
        ("uninitialised", 5, "struct pair p;\n\n\tp.first = n;\n\treturn p.second;"),
        ("division", 2, "return 7 / (n - 1);"),
        ("division", 2, "return 7 % (n - 1);"),
        ("division", 4, "int low = -2147483647 - n;\n\n\treturn low / -n;"),
        ("shift", 2, "return 1 << (n + 31);"),
        ("shift", 2, "return n >> -n;"),
        ("no value", 2, "return nothing(n) + 1;"),
        ("bug", 2, "__builtin_unreachable();"),
    ],
)
def test_undefined_behaviour_is_a_fault_with_its_line(kind: str, line: int, body: str) -> None:
    head = (
        "struct pair { int first, second; }; static int nothing(int n) { n++; } int test(int n) {"
    )
    walker = Walker(read(f"{head}\n\t{body}\n}}\n", "x.c"))
    with pytest.raises(WalkerFault) as fault:
        walker.call("test", 1)
    assert (fault.value.kind, fault.value.line) == (kind, line)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("int test(int n) { return missing(n); }", "the name missing"),
        ("int missing(int); int test(int n) { return missing(n); }", "does not hold"),
        ("int test(int n) { return 1.5 * n; }", "the constant 1.5"),
        ("int test(int n) { while (n) ; return 0; }", "out of steps"),
        ("int test(int n) { return test(n + 1); }", "nested too deep"),
        ("int test(int n) { char c[1 << 24]; return 0; }", "the stack is full"),
    ],
)
def test_what_the_walker_does_not_know_is_refused(text: str, reason: str) -> None:
    with pytest.raises(WalkerRefusal, match=reason):
        Walker(read(text, "x.c")).call("test", 1, steps=2_000)


def test_globals_last_until_the_walker_restarts() -> None:
    walker = Walker(read("static int n = 3; int test(int by) { return n += by; }", "x.c"))
    assert [walker.call("test", 2), walker.call("test", 2)] == [5, 7]
    walker.restart()
    assert walker.call("test", 1) == 4


@pytest.mark.parametrize(("model", "size"), [("LP64", 32), ("ILP32", 24)])
def test_layouts_are_those_of_the_model(model: str, size: int) -> None:
    text = """
    struct mixed { char tag; void *where; unsigned int a : 3, b : 30; long long wide; };
    int test(void) { return sizeof(struct mixed); }
    """
    assert Walker(read(text, "x.c"), model).call("test") == size
