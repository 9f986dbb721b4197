"""Where a tree defines functions that one of its files only declares: one search for all names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.machine.definition import Spot
from analyzer.prove.definitions import Definitions, TreeState, arch_of
from analyzer.repo import Hit, grep

# Where the code of a kernel is that any file of it may call; drivers define for each other.
_SHARED = ("block", "fs", "init", "ipc", "kernel", "lib", "mm", "net/core", "security")
_SECONDS = 20.0
# More files that may define one name are not looked into.
_MOST_FILES = 12


@dataclass(frozen=True, slots=True)
class Sought:
    """The file that defines a function, and where; or why none is named."""

    file: Definitions | None = None
    spot: Spot | None = None
    why: str = ""


def sought(names: Sequence[str], state: TreeState, path: str) -> dict[str, Sought]:
    """Look for the definitions of functions in the C files of a tree, that of ``path`` left out.

    In the file's own directory and in those of code that all of a kernel shares. Where several
    files define a name, which one is built is not told.
    """
    home = path.rpartition("/")[0]
    words = [_word(each) for each in names]
    under = (home, f"arch/{arch_of(path)}", *_SHARED) if home else _SHARED
    found = grep(state.tree, words, under, whole=True, seconds=_SECONDS)
    short = f" ({'; '.join(found.incomplete)})" if found.incomplete else ""
    by_name = _may_define(names, found.hits, path)
    return {name: _one(name, by_name[name], state, short) for name in names}


def _may_define(names: Iterable[str], hits: Iterable[Hit], path: str) -> dict[str, list[str]]:
    """By name, the files with a line that looks like the beginning of its definition."""
    looks = {name: _definition(name) for name in names}
    found: dict[str, dict[str, None]] = {name: {} for name in looks}
    words = re.compile(rb"\w++")
    for hit in hits:
        if not hit.path.endswith(".c") or hit.path == path or hit.text[:1] in b" \t#/*":
            continue
        for word in words.findall(hit.text):
            name = word.decode("utf-8", "surrogateescape")
            if name in looks and looks[name].search(hit.text):
                found[name][hit.path] = None
    return {name: list(paths) for name, paths in found.items()}


def _definition(name: str) -> re.Pattern[bytes]:
    """A name with a bracket behind it, on a line that no semicolon ends."""
    return re.compile(rb"(?<!\w)%b\s*+\((?![^;]*+;\s*+$)" % re.escape(_word(name)))


def _one(name: str, paths: Sequence[str], state: TreeState, short: str) -> Sought:
    if len(paths) > _MOST_FILES:
        return Sought(why=f"{name} may be defined in any of {len(paths)} files")
    files = [state.file(path) for path in paths]
    # A static function of another file is that file's alone.
    having = [each for each in files if any(_is_shared(body.tokens) for body in each.own(name))]
    if not having:
        return Sought(why=f"no definition of {name} was found{short}")
    spots = [each.own(name)[0].spot for each in having]
    if len(having) > 1:
        where = ", ".join(map(str, spots))
        return Sought(None, spots[0], f"{name} is defined in several files: {where}")
    if short:
        return Sought(None, spots[0], f"{name} is defined at {spots[0]}, and maybe again{short}")
    return Sought(having[0], spots[0])


def _is_shared(tokens: Sequence[str]) -> bool:
    head = tokens[: tokens.index("{")] if "{" in tokens else tokens
    return "static" not in head


def _word(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
