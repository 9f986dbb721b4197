"""gcc as the judge of the translation: what each program of ``fixtures/c`` returns, natively.

All programs are one compilation at each level of optimisation: every name gets its program's
prefix, and a generated ``main`` calls the entries. An entry is the last function of its file; it
takes and returns integers only. 32-bit kernels are had by writing ``int`` for ``long``, so that
no 32-bit libraries are needed.

The first lines of a program may hold notes: ``/* LP64 only: why */``, ``/* may be refused: why */``
and ``/* fresh: why */``, where a call changes what the next one returns.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edge_values import Kind, vectors
from inputs import FIXTURES

PROGRAMS = FIXTURES / "c"
GCC = shutil.which("gcc")
LEVELS = ("-O0", "-O2")
_FLAGS = ("-std=gnu11", "-w", "-fno-strict-overflow", "-fwrapv", "-fno-strict-aliasing")
# A program that needs longer than this loops for ever.
_SECONDS = 20

_NOTE = re.compile(r"/\* (LP64 only|may be refused|fresh): (.*) \*/\n")
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<blank>/\*.*?\*/|//[^\n]*)
    |(?P<directive>^[ \t]*\#[ \t]*\w+)
    |(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
    |(?P<name>(?:[^\W\d]|\$)[\w$]*)""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ENTRY = re.compile(r"^([a-zA-Z_][\w ]*?)\s*\b(\w+)\(([^()]*)\)\s*\{", re.MULTILINE)
_LONGS = re.compile(
    r"\b(?:(?:static|const|volatile|register|inline|extern|typedef|unsigned|signed|int|long|double)"
    r"\b\s*)+"
)
# What C and gcc keep for themselves.
_KEPT = re.compile(
    r"auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|"
    r"for|goto|if|inline|int|long|register|restrict|return|short|signed|sizeof|"
    r"static|struct|switch|typedef|union|unsigned|void|volatile|while|_Alignas|"
    r"_Alignof|_Bool|_Generic|_Noreturn|_Static_assert|typeof|asm|__typeof__|"
    r"__typeof|__inline|__inline__|__const|__volatile__|__signed__|__extension__|"
    r"__attribute__|__int128|__auto_type|__alignof__|__label__|__asm__|defined|"
    r"__VA_ARGS__|always_inline|noinline|unused|packed|aligned"
    r"|__builtin_\w+"
)
_WIDTHS = {"_Bool": 1, "char": 8, "short": 16, "int": 32, "long long": 64}


@dataclass(frozen=True, slots=True)
class Entry:
    """The function that is called: its name, and the types of its parameters and its result."""

    name: str
    takes: tuple[Kind, ...]
    returns: Kind


@dataclass(frozen=True, slots=True)
class Program:
    """A program of ours: a file of the fixtures, or a text made by a test."""

    name: str
    text: str

    @property
    def notes(self) -> dict[str, str]:
        """What its first lines say of it: the note's key and its reason."""
        found = {}
        at = 0
        while note := _NOTE.match(self.text, at):
            found[note[1]] = note[2]
            at = note.end()
        if not found:  # the note may stand below the line that says what the program is for
            found = {
                note[1]: note[2]
                for line in self.text.split("\n")[:2]
                if (note := _NOTE.match(line + "\n"))
            }
        return found

    def entry(self, long_bits: int) -> Entry:
        """The last function, where ``long`` has so many bits."""
        bare = _TOKEN.sub(
            lambda token: "" if token["blank"] or token["text"] else token[0], self.text
        )
        returns, name, parameters = _ENTRY.findall(bare)[-1]
        takes = tuple(
            _kind(parameter.split()[:-1], long_bits)
            for parameter in parameters.split(",")
            if parameter.strip() not in ("", "void")
        )
        return Entry(name, takes, _kind(returns.split(), long_bits))

    def arguments(self, long_bits: int) -> tuple[tuple[int, ...], ...]:
        """What the entry is called with."""
        return vectors(self.entry(long_bits).takes, self.name)


@cache
def programs() -> tuple[Program, ...]:
    """The programs of the fixtures, by name."""
    return tuple(Program(path.stem, path.read_text()) for path in sorted(PROGRAMS.glob("*.c")))


@cache
def judged(long_bits: int) -> dict[str, tuple[int, ...]]:
    """What gcc's programs return for their ``arguments``, by the program's name.

    The levels of optimisation must agree, and the first is called in reverse order: what differs
    depends on something that the C standard leaves open, or on the calls before.
    """
    chosen = [one for one in programs() if long_bits == 64 or "LP64 only" not in one.notes]
    builds = [Build(chosen, long_bits, (level,)) for level in LEVELS]
    first, second = (
        build.answers(reverse=level is LEVELS[0])
        for build, level in zip(builds, LEVELS, strict=True)
    )
    for name, answers in first.items():
        assert answers == second[name], f"{name}: the levels of optimisation differ"
    return first


class Build:
    """Programs on their way through the compiler, to be run once; several may be at once."""

    def __init__(self, chosen: Sequence[Program], long_bits: int, flags: tuple[str, ...]) -> None:
        self._chosen = chosen
        self._bits = long_bits
        # Gone once the programs have run, or with this object.
        self._home = tempfile.TemporaryDirectory()
        self._binary = Path(self._home.name, "programs")
        sources = list(_sources(chosen, long_bits))
        for number, source in enumerate(sources):
            Path(self._home.name, f"{number}.c").write_text(source)
        names = [f"{number}.c" for number in range(len(sources))]
        command = [GCC or "gcc", *_FLAGS, *flags, *names, "-o", self._binary.name]
        self._compiler = subprocess.Popen(command, cwd=self._home.name, stderr=subprocess.PIPE)

    def answers(
        self, asked: Mapping[str, Sequence[tuple[int, ...]]] | None = None, *, reverse: bool = False
    ) -> dict[str, tuple[int, ...]]:
        """What each program returns for these arguments by its name, or for its own.

        In reverse, the calls are made backwards.
        """
        _, said = self._compiler.communicate()
        assert self._compiler.returncode == 0, said.decode()
        turned = slice(None, None, -1 if reverse else 1)
        lists = [
            (asked[one.name] if asked else one.arguments(self._bits))[turned]
            for one in self._chosen
        ]
        sent = array("q")
        for number, arguments in enumerate(lists):
            for values in arguments:
                padded = (*values, 0, 0, 0, 0)[:4]
                sent.extend((number, *(Kind(64, signed=True).wrap(value) for value in padded)))
        with self._home:
            got = iter(self._run(sent.tobytes()))
        found = {}
        for one, arguments in zip(self._chosen, lists, strict=True):
            returns = one.entry(self._bits).returns
            # A program that dies leaves its answers, and all behind it, out.
            values = tuple(returns.wrap(value) for _, value in zip(arguments, got, strict=False))
            assert len(values) == len(arguments), f"{one.name}{arguments[len(values)]} died"
            found[one.name] = values[turned]
        return found

    def _run(self, asked: bytes) -> array[int]:
        try:
            done = subprocess.run(
                [self._binary], input=asked, stdout=subprocess.PIPE, check=False, timeout=_SECONDS
            )
            output = done.stdout
        except subprocess.TimeoutExpired as stopped:
            output = stopped.stdout or b""
        given = array("q")
        given.frombytes(output[: len(output) // 8 * 8])
        return given


def _kind(words: Sequence[str], long_bits: int) -> Kind:
    """The type that the words of a declaration mean; its storage and qualifiers mean nothing."""
    if "_Bool" in words:
        return Kind(1, signed=False)
    longs = words.count("long")
    size = {0: "int", 2: "long long"}.get(longs, "long")
    size = next((word for word in words if word in ("char", "short")), size)
    return Kind(_WIDTHS.get(size, long_bits), signed="unsigned" not in words)


_HEAD = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
"""

# Calls that leave something behind are made in a process of their own each.
_MAIN = """
int main(void)
{
	long long asked[5], answer;

	while (fread(asked, sizeof(asked), 1, stdin) == 1) {
		long long *a = asked + 1;
		int ends[2];

		if (forked(asked[0])) {
			if (pipe(ends))
				return 3;
			if (!fork()) {
				answer = call(asked[0], a);
				_exit(write(ends[1], &answer, sizeof(answer)) != sizeof(answer));
			}
			close(ends[1]);
			if (read(ends[0], &answer, sizeof(answer)) != sizeof(answer))
				return 4;
			close(ends[0]);
			wait(NULL);
		} else {
			answer = call(asked[0], a);
		}
		fwrite(&answer, sizeof(answer), 1, stdout);
		fflush(stdout);
	}
	return 0;
}
"""


def _sources(chosen: Sequence[Program], long_bits: int) -> Iterator[str]:
    """The texts to compile: all programs in one, but those that make names by pasting."""
    together, forked, calls = [_HEAD], [], []
    for number, one in enumerate(chosen):
        entry = one.entry(long_bits)
        text = one.text if long_bits == 64 else narrowed(one.text)
        passed = ", ".join(f"a[{at}]" for at in range(len(entry.takes)))
        if "##" in text:
            caller = f"long long alone_{number}(long long *a)"
            renamed = f"#define {entry.name} alone_entry_{number}\n"
            yield f"{renamed}{text}\n{caller} {{ return {entry.name}({passed}); }}\n"
            together.append(f"extern {caller};\n")
            calls.append(f"case {number}: return alone_{number}(a);\n")
        else:
            together.append(_prefixed(text, f"p{number}_"))
            calls.append(f"case {number}: return p{number}_{entry.name}({passed});\n")
        if "fresh" in one.notes:
            forked.append(f"case {number}:\n")
    switch = "static int forked(long long n) { switch (n) { case -1: %s return 1; } return 0; }\n"
    together.append(switch % "".join(forked))
    switch = "static long long call(long long n, long long *a) { switch (n) { %s } abort(); }\n"
    together += [switch % "".join(calls), _MAIN]
    yield "\n".join(together)


def _prefixed(text: str, prefix: str) -> str:
    """The text with this before every name of its own, so that it can stand beside others."""

    def one(token: re.Match[str]) -> str:
        name = token["name"]
        if not name or _KEPT.fullmatch(name):
            return token[0]
        return prefix + name

    return _TOKEN.sub(one, text)


def narrowed(text: str) -> str:
    """The text for a 32-bit ``long``: ``int`` in its place, and no ``L`` behind a constant."""
    pieces, at = [], 0
    for token in _TOKEN.finditer(text):
        if token["text"] or token["blank"]:
            pieces += [_without_long(text[at : token.start()]), token[0]]
            at = token.end()
    return "".join((*pieces, _without_long(text[at:])))


def _without_long(code: str) -> str:
    def words(run: re.Match[str]) -> str:
        found = run[0].split()
        if found.count("long") != 1 or "double" in found:
            return run[0]
        return re.sub(r"\blong\b", "" if "int" in found else "int", run[0])

    def number(token: re.Match[str]) -> str:
        if not token["number"] or token[0].lower().count("l") != 1:
            return token[0]
        return re.sub("[lL]", "", token[0])

    code = re.sub(r"\bsizeof\b", "(unsigned int)sizeof", _LONGS.sub(words, code))
    return _TOKEN.sub(number, code)
