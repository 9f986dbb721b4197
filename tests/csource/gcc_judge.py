"""gcc's preprocessor as the judge of many small cases in one run."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Sequence

import pytest

COMPILER = shutil.which("gcc")
needs_compiler = pytest.mark.skipif(
    COMPILER is None, reason="gcc, the judge here, is not installed"
)


def chance(*seed: object) -> random.Random:
    """Return a source of cases that gives the same ones each time."""
    return random.Random(repr(seed))  # noqa: S311 - cases, not secrets


_MARK = "@case@"


def preprocessed(cases: Sequence[str]) -> list[str | None]:
    """Return what gcc makes of each case, None where it reports an error in its lines.

    No case may leave a parenthesis open, since it would take the next one with it.
    """
    lines: list[str] = []
    owner: dict[int, int] = {}
    for number, case in enumerate(cases):
        lines.append(_MARK)
        for line in case.split("\n"):
            lines.append(line)
            owner[len(lines)] = number
    # -undef: no macro but those of the cases; each undoes or repeats those of the one before.
    command = [COMPILER or "gcc", "-E", "-P", "-undef", "-w", "-std=gnu11", "-x", "c", "-"]
    done = subprocess.run(
        command, input="\n".join([*lines, ""]), capture_output=True, text=True, check=False
    )
    wrong = {
        owner.get(int(line), -1)
        for line in re.findall(r"^<stdin>:(\d+):(?:\d+:)? error:", done.stderr, re.MULTILINE)
    }
    texts = done.stdout.split(_MARK)[1:]
    assert len(texts) == len(cases), done.stderr[:2000]
    return [None if number in wrong else text for number, text in enumerate(texts)]
