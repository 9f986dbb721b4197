"""Histories made by ``git fast-import``: of any size, in seconds, the same on every machine."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from subprocess import PIPE

_DAY = 86_400
_START = 1_500_000_000
_FILES = 400
_LINES = 40
_PERSON = b"A Person%d <person%d@example.org> %d +0100"
_PROSE = b"""\
The walk takes the lock of the old table first, and lets it go when the new one is there. If a
second walk comes between, it finds neither, and says so.

Take both locks in the order of their addresses.
"""


Asker = Callable[[int], str]


def fast_import(top: Path, stream: Callable[[Asker], Iterable[bytes]]) -> Path:
    """A bare repository at ``top`` of what a stream tells, which may ask for ids by marks."""
    top.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "init", "--quiet", "--bare", "--initial-branch=main", "."]
    subprocess.run(command, cwd=top, env=environment, check=True)
    command = ["git", "fast-import", "--quiet", "--force", "--date-format=raw"]
    with subprocess.Popen(command, cwd=top, env=environment, stdin=PIPE, stdout=PIPE) as git:
        source, answers = git.stdin, git.stdout
        assert source is not None
        assert answers is not None

        def ask(mark: int) -> str:
            source.write(b"get-mark :%d\n" % mark)
            source.flush()
            return answers.readline().decode().strip()

        for part in stream(ask):
            source.write(part)
        source.close()
    assert git.returncode == 0
    return top


def data(text: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(text), text)


def commit(
    mark: int,
    message: bytes,
    files: dict[bytes, bytes],
    parents: tuple[int, ...] = (),
    branch: bytes = b"refs/heads/main",
    author: bytes | None = None,
) -> bytes:
    """One commit of a stream. ``author`` is everything after the word."""
    person = _PERSON % (mark % 97, mark % 97, _START + mark * 600)
    parts = [
        b"commit %b\nmark :%d\n" % (branch, mark),
        b"author %b\ncommitter %b\n" % (author or person, person),
        data(message),
        *(b"%b :%d\n" % (b"merge" if at else b"from", one) for at, one in enumerate(parents)),
        *(b"M 100644 inline %b\n%b" % (name, data(text)) for name, text in files.items()),
    ]
    return b"".join((*parts, b"\n"))


def tag(name: bytes, mark: int) -> bytes:
    return b"tag %b\nfrom :%d\ntagger %b\n%b" % (name, mark, _PERSON % (1, 1, _START), data(name))


def subject(number: int) -> bytes:
    return b"mm: part %d of the walk takes both locks" % number


class _Tree:
    """What the files hold, so that each commit changes some lines."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same history every time
        self._lines = [[b"line %d" % line for line in range(_LINES)] for _ in range(_FILES)]

    def change(self, number: int) -> dict[bytes, bytes]:
        changed = {}
        for at in self._random.sample(range(_FILES), self._random.choice((1, 1, 1, 2, 3))):
            lines = self._lines[at]
            lines[self._random.randrange(_LINES)] = b"changed in %d" % number
            changed[b"dir%d/sub%d/file%d.c" % (at % 7, at % 31, at)] = b"\n".join(lines) + b"\n"
        return changed


def _trailers(number: int, chance: random.Random, ask: Asker) -> bytes:
    """Some fix, some are for stable, some revert, some name a CVE."""
    text = b""
    if number > 10 and chance.random() < 0.2:
        far = chance.random() < 0.02  # as upstream's first commit is the one that most fixes name
        other = 1 if far else max(1, number - int(chance.expovariate(1 / 300)) - 1)
        text += b'Fixes: %b ("%b")\n' % (ask(other)[:12].encode(), subject(other))
    if number > 10 and chance.random() < 0.01:
        text += b"This reverts commit %b.\n" % ask(number - chance.randrange(1, 10)).encode()
    if chance.random() < 0.1:
        text += b"Cc: stable@vger.kernel.org # v4.19+\n"
    if chance.random() < 0.01:
        text += b"Link: https://example.org/CVE-2021-%d\n" % (10_000 + number)
    return text + b"Signed-off-by: A Person <person@example.org>\n"


def mainline(commits: int, seed: int = 7) -> Callable[[Asker], Iterator[bytes]]:
    """A line of commits with merges, 20 release tags, and a stable branch of picked commits."""

    def stream(ask: Asker) -> Iterator[bytes]:
        chance = random.Random(seed)  # noqa: S311
        tree, minor, stable = _Tree(seed), 0, commits
        for number in range(1, commits + 1):
            merges = number > 50 and number % 15 == 0
            parents = (number - 1, number - 7) if merges else (number - 1,) if number > 1 else ()
            trailers = _trailers(number, chance, ask)
            message = b"%b\n\n%b\n%b" % (subject(number), _PROSE, trailers)
            yield commit(number, message, {} if merges else tree.change(number), parents)
            if number % max(commits // 20, 1) == 0:
                minor += 1
                rc = b"-rc%d" % (minor % 3) if minor % 3 else b""
                yield tag(b"v5.%d%b" % ((minor + 2) // 3, rc), number)
            if number > commits // 2 and number % 50 == 0:
                stable += 1
                parent = stable - 1 if stable > commits + 1 else commits // 2
                message = b"%b\n\ncommit %b upstream.\n" % (subject(number), ask(number).encode())
                files = {b"stable.c": b"int picked = %d;\n" % number}
                yield commit(stable, message, files, (parent,), b"refs/heads/stable")

    return stream
