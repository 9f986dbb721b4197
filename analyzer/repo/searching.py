"""Lines that hold a word, in all files of a tree."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analyzer.errors import AnalyzerError
from analyzer.repo.directory import DirectoryTree
from analyzer.repo.gittree import GitTree
from analyzer.repo.overlay import Overlay, is_below
from analyzer.repo.tree import Tree, inside, shown

MOST_HITS = 50_000
MOST_FILES = 500_000
_SECONDS = 60.0
# Headers that a machine wrote (amdgpu) are larger than what is read for its content.
_LARGEST = 64 * 1024 * 1024
# A file with a NUL byte among so many is none of text: git's own rule (buffer_is_binary).
_LOOKED_AT = 8_000
_LONGEST_LINE = 4_096


@dataclass(frozen=True, slots=True)
class Hit:
    """A line (from 1) without its line end, cut at 4096 bytes."""

    path: str
    line: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """All lines that were found. ``incomplete`` says why there may be more, and where."""

    hits: tuple[Hit, ...]
    incomplete: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)


@dataclass(slots=True)
class _Search:
    words: tuple[bytes, ...]
    whole: bool
    until: float
    hits: list[Hit] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether a limit is reached; it is noted once."""
        if len(self.hits) >= MOST_HITS:
            self._note(f"there are more than {MOST_HITS} lines")
        elif time.monotonic() > self.until:
            self._note("it took too long")
        else:
            return False
        return True

    def _note(self, why: str) -> None:
        if why not in self.incomplete:
            self.incomplete.append(why)


def grep(
    tree: Tree,
    words: Sequence[bytes],
    under: Sequence[str] = (),
    *,
    whole: bool = False,
    seconds: float = _SECONDS,
) -> Found:
    """The lines of ``tree`` that hold one of ``words``, at or below the paths ``under`` (all).

    ``whole``: neither a letter, a digit nor ``_`` stands beside the word. Binary files and links
    are left out. Raises ``AnalyzerError`` where git cannot read the tree. No word, no line.
    """
    wanted = tuple(word for word in words if word and b"\n" not in word and b"\0" not in word)
    search = _Search(wanted, whole, time.monotonic() + seconds)
    starts = _starts(under)
    if wanted and starts and not search.ended:
        _grep(tree, search, starts)
    hits = sorted(set(search.hits), key=lambda hit: (os.fsencode(hit.path), hit.line))
    return Found(tuple(hits), tuple(search.incomplete))


def _starts(under: Sequence[str]) -> tuple[str, ...]:
    """The paths without those that stand below others; the empty one is the top."""
    if not under:
        return ("",)
    plain = sorted({path.rstrip("/") for path in under if inside(path.rstrip("/"))})
    kept: list[str] = []
    for path in plain:
        if not any(is_below(path, other) for other in kept):
            kept.append(path)
    return tuple(kept)


def _grep(tree: Tree, search: _Search, starts: tuple[str, ...]) -> None:
    if isinstance(tree, Overlay):
        below = _Search(search.words, search.whole, search.until)
        _grep(tree.tree, below, starts)
        search.hits += (hit for hit in below.hits if hit.path not in tree.changed)
        search.incomplete += below.incomplete
        for path, data in tree.changed.items():
            if data is not None and any(is_below(path, start) for start in starts):
                _scan(search, path, data)
    elif isinstance(tree, GitTree):
        _ask(tree, search, starts)
    elif isinstance(tree, DirectoryTree):
        _walk(tree, search, starts)
    else:
        _read_all(tree, search, starts)


def _read_all(tree: Tree, search: _Search, starts: tuple[str, ...]) -> None:
    for path in itertools.chain.from_iterable(map(tree.files, starts)):
        data = tree.read(path)
        if data is not None:
            _scan(search, path, data)
        if search.ended:
            return


# --- git -------------------------------------------------------------------------------


def _ask(tree: GitTree, search: _Search, starts: tuple[str, ...]) -> None:
    """Git looks into every file (``-a``): what a tree calls binary is its own attributes' word."""
    binary: dict[str, bool] = {}
    for record in tree.grepped(search.words, starts, search.until, whole=search.whole):
        if isinstance(record, str):
            search.incomplete.append(record)
            continue
        path = record[0]
        if path not in binary:
            binary[path] = not inside(path) or b"\0" in (tree.read(path) or b"")[:_LOOKED_AT]
        if not binary[path]:
            search.hits.append(Hit(path, record[1], record[2][:_LONGEST_LINE]))
        if search.ended:
            return


# --- directories -----------------------------------------------------------------------


def _walk(tree: DirectoryTree, search: _Search, starts: tuple[str, ...]) -> None:
    files = 0
    for path in itertools.chain.from_iterable(map(tree.files, starts)):
        files += 1
        if files > MOST_FILES:
            search.incomplete.append(f"there are more than {MOST_FILES} files")
            return
        if search.ended:
            return
        try:
            data = _content(tree, path)
        except (OSError, AnalyzerError):
            search.incomplete.append(f"{shown(path)} cannot be read")
            continue
        if data is None:
            search.incomplete.append(f"{shown(path)} is larger than {_LARGEST >> 20} MiB")
        else:
            _scan(search, path, data)


def _content(tree: DirectoryTree, path: str) -> bytes | None:
    """A listed file, which is a regular one, without looking at links again: this is the cost."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(f"{tree.root}/{path}", flags)
    try:
        size = os.fstat(descriptor).st_size
        if size > _LARGEST:
            return None
        data = os.read(descriptor, size + 1)
        while len(data) <= _LARGEST and (more := os.read(descriptor, 1 << 20)):
            data += more
    finally:
        os.close(descriptor)
    return data if len(data) <= _LARGEST else None


def _scan(search: _Search, path: str, data: bytes) -> None:
    if not any(word in data for word in search.words) or b"\0" in data[:_LOOKED_AT]:
        return
    number, end = 1, 0
    for match in _pattern(search.words, search.whole).finditer(data):
        if match.start() < end:
            continue
        start = data.rfind(b"\n", 0, match.start()) + 1
        number += data.count(b"\n", end, start)
        end = data.find(b"\n", match.start())
        end = end if end >= 0 else len(data)
        search.hits.append(Hit(path, number, data[start:end][:_LONGEST_LINE]))
        if search.ended:
            return


def _pattern(words: tuple[bytes, ...], whole: bool) -> re.Pattern[bytes]:
    choice = b"|".join(re.escape(word) for word in words)
    return re.compile(rb"(?<![0-9A-Za-z_])(?:%s)(?![0-9A-Za-z_])" % choice if whole else choice)
