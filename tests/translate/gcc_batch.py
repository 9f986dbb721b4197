"""What gcc makes of many random programs: each runs in a process of its own."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from oracle import GCC, narrowed
from random_programs import ARGUMENTS, Program

FLAGS = ("-w", "-std=gnu11", "-fwrapv", "-fno-strict-overflow", "-fno-strict-aliasing")
SANITIZE = (
    "-fsanitize=undefined,address",
    "-fno-sanitize=signed-integer-overflow",
    "-fno-sanitize-recover=all",
)
Arguments = tuple[int, int, int, int]

# A child dies of what a program does wrong, or of the clock; its line then says so.
_DRIVER = """
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
typedef unsigned long long (*program_t)(int, unsigned int, long, unsigned long long);
static program_t programs[] = { %s };
static const unsigned long long arguments[][4] = { %s };
int main(void)
{
	for (unsigned p = 0; p < sizeof(programs) / sizeof(programs[0]); p++) {
		int status;
		pid_t child = fork();
		if (!child) {
			alarm(5);
			for (unsigned a = 0; a < sizeof(arguments) / sizeof(arguments[0]); a++) {
				const unsigned long long *of = arguments[a];
				printf("%%llu ", programs[p](of[0], of[1], of[2], of[3]));
				fflush(stdout);
			}
			_exit(0);
		}
		waitpid(child, &status, 0);
		puts("");
		fflush(stdout);
	}
	return 0;
}
"""


def outcomes(
    programs: Sequence[Program],
    options: Sequence[str],
    long_bits: int = 64,
    arguments: Sequence[Arguments] = ARGUMENTS,
) -> list[tuple[int, ...]]:
    """Return what each program gives for each of the arguments, one call after the other.

    Answers are missing where it dies. The programs share a translation unit; for 32 bits of
    ``long`` they say ``int`` instead. ``RuntimeError`` where gcc rejects one.
    """
    given = ", ".join(
        f"{{ {', '.join(f'{value & (1 << 64) - 1}ULL' for value in each)} }}" for each in arguments
    )
    entries = ", ".join(f"(program_t){each.entry}" for each in programs)
    texts = [each.text if long_bits == 64 else narrowed(each.text) for each in programs]
    with tempfile.TemporaryDirectory() as home:
        source, binary = Path(home, "batch.c"), Path(home, "batch")
        source.write_text("\n".join([*texts, _DRIVER % (entries, given)]))
        command = [GCC or "gcc", *FLAGS, *options, str(source), "-o", str(binary)]
        compiled = subprocess.run(command, capture_output=True, text=True, check=False)
        if compiled.returncode:
            raise RuntimeError(f"gcc rejects the program: {compiled.stderr[:2000]}")
        done = subprocess.run([str(binary)], capture_output=True, text=True, check=False)
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
