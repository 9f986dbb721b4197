"""RG-1: where could problems occur? A draft from what the changed code touches, for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import assert_never

from analyzer.finding import Evidence, State
from analyzer.patch.lines import FilePatch, Hunk, Line, Mark
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.domains import Used, domains_used
from analyzer.source import Place, Side
from analyzer.upstream import heading_name, is_kconfig

_TITLE = "where could problems occur?"
_NEXT = (
    "Check this draft against the code, complete it, and put it into the patch's risk statement."
)


# What reaches the code of a file; the first prefix that fits counts.
_EXERCISE = (
    (
        "mm/mremap.c",
        "exercise mremap(2) with aligned and unaligned regions, growing, shrinking, onto another "
        "mapping, and execve(2), which moves the new stack",
    ),
    ("mm/mmap.c", "exercise mmap(2), munmap(2) and brk(2) at the edges of neighbouring mappings"),
    ("mm/memory.c", "exercise faults of each kind: first touch, file, swap, write after fork(2)"),
    ("mm/mprotect.c", "exercise mprotect(2) on parts of mappings while other threads write"),
    ("mm/madvise.c", "exercise madvise(2) on parts of mappings while other threads use them"),
    ("mm/huge_memory.c", "exercise faults, splits, collapses and moves with THP always on"),
    ("mm/hugetlb.c", "exercise hugetlbfs: map, fault, fork(2), truncate, run out of huge pages"),
    ("mm/rmap.c", "exercise reclaim and migration under memory pressure"),
    ("mm/vmscan.c", "exercise reclaim under memory pressure, also within a memory cgroup"),
    ("mm/swap", "exercise swapping under memory pressure, swapon(2) and swapoff(2)"),
    ("mm/", "exercise it under memory pressure, with many threads in one address space"),
    ("kernel/fork.c", "exercise fork(2) and clone(2) with large and shared address spaces"),
    ("fs/exec.c", "exercise execve(2) with long arguments and with too little memory"),
    ("fs/", "exercise the file system that uses it, with a full disk and with I/O errors"),
    ("net/", "exercise traffic through it while interfaces and namespaces come and go"),
    ("drivers/", "exercise the device, its removal, and suspend and resume"),
    ("sound/", "exercise the device, its removal, and suspend and resume"),
    ("arch/", "boot that architecture, and exercise what uses the code there"),
)
_OTHERWISE = "go through the callers of what is named here, and exercise each of them"
_DOCUMENTS = (".rst", ".txt", ".md")
_CODE = (".c", ".h")
_MOST = 6
_MOST_FILES = 12
_NAME = re.compile(r"[A-Za-z_]\w*")


def where_problems_occur(case: Case) -> Item:
    """RG-1: files, functions and kernel domains of the change, with what to watch in each."""
    files = case.mended.files
    used = domains_used(
        hunk
        for reading in case.mended.readings
        for file in reading.files
        if _what(file) is _What.CODE
        for hunk in file.hunks
    )
    sentences = dict.fromkeys(_sentence(file) for file in files[:_MOST_FILES])
    watch = [f"{one.domain.name}: {one.domain.watch}" for one in used]
    return Item(
        "RG-1",
        _TITLE,
        State.NEEDS_REVIEW,
        _summary(files, used),
        reason="; ".join([*sentences, *watch]),
        evidence=(*_places(files), *_uses(used)),
        next=_NEXT,
        answered_by="a person",
    )


def _summary(files: tuple[FilePatch, ...], used: tuple[Used, ...]) -> str:
    shown = [_place_of(file) for file in files[:_MOST_FILES]]
    more = [f"{len(files) - _MOST_FILES} more files"] if len(files) > _MOST_FILES else []
    watch = [f"watch {', '.join(one.domain.name for one in used)}"] if used else []
    return f"draft: {'; '.join([*shown, *more, *watch])}"


def _listed(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = len(unique) - _MOST
    return ", ".join(unique[:_MOST]) + (f" and {more} more" if more > 0 else "")


# --- files and functions ---------------------------------------------------------------------


class _What(Enum):
    """What a file is to a reader who looks for trouble."""

    CODE = "code"
    KCONFIG = "Kconfig"
    TEXT = "text"
    OTHER = "other"
    UNSHOWN = "not shown"


def _what(file: FilePatch) -> _What:
    if not file.hunks:
        return _What.UNSHOWN
    if is_kconfig(file.path):
        return _What.KCONFIG
    if file.path.endswith(_CODE):
        return _What.CODE
    is_text = file.path.startswith("Documentation/") or file.path.endswith(_DOCUMENTS)
    return _What.TEXT if is_text else _What.OTHER


def _sentence(file: FilePatch) -> str:
    """What could go wrong with a file of its kind, and how to reach it."""
    match _what(file):
        case _What.CODE:
            fitting = (how for prefix, how in _EXERCISE if file.path.startswith(prefix))
            return f"{file.path}: {next(fitting, _OTHERWISE)}"
        case _What.KCONFIG:
            return (
                f"{file.path}: code that a build newly has or no longer has; compare the "
                "configurations before and after on each architecture, with the symbol on and off"
            )
        case _What.TEXT:
            return (
                f"{file.path}: no code; a statement that is not true of this tree misleads its "
                "readers, so compare each with the code here"
            )
        case _What.UNSHOWN:
            return (
                f"{file.path}: {'binary' if file.binary else file.kind.value}, and no line of it "
                "is shown; look at the whole file, and at what refers to it by name"
            )
        case _What.OTHER:
            return f"{file.path}: neither C nor Kconfig; build and run what is made from it"
        case other:
            assert_never(other)


def _place_of(file: FilePatch) -> str:
    names = _listed(_touched(file))
    return f"{names} in {file.path}" if names else file.path


def _places(files: tuple[FilePatch, ...]) -> Iterator[Evidence]:
    for file in files:
        touched = _touched(file)
        if not touched:
            yield Evidence(file.path, Place(Side.INPUT, line=file.number))
        for name, line in list(touched.items())[:_MOST_FILES]:
            yield Evidence(f"{file.path}: {name}", Place(Side.INPUT, line=line))


def _uses(used: tuple[Used, ...]) -> Iterator[Evidence]:
    for one in used:
        text = f"{one.domain.name}: {_listed(one.names)}"
        yield Evidence(text, Place(Side.INPUT, line=one.line))


def _touched(file: FilePatch) -> dict[str, int]:
    """The functions or Kconfig symbols with changed lines, and the input line of the first."""
    walk = {_What.CODE: _functions, _What.KCONFIG: _symbols}.get(_what(file))
    found: dict[str, int] = {}
    for hunk in file.hunks if walk else ():
        for name, line in walk(hunk, file.path) if walk else ():
            found.setdefault(name, line.number or hunk.number)
    return found


def _symbols(hunk: Hunk, path: str) -> Iterator[tuple[str, Line]]:
    current = heading_name(hunk.heading, path)
    for line in hunk.lines:
        words = line.text.split(None, 2)
        if len(words) > 1 and words[0] in ("config", "menuconfig"):
            current = words[1]
        if line.mark is not Mark.CONTEXT and words and current:
            yield current, line


def _functions(hunk: Hunk, path: str) -> Iterator[tuple[str, Line]]:
    """By what begins at the first column, as git's own headings go by it."""
    current = _defined(hunk.heading, path)
    for line in hunk.lines:
        begins, name = _name_begun(line.text, path)
        if begins or line.text[:1] == "}":
            current = name
        if line.mark is not Mark.CONTEXT and _is_code(line.text) and (name or current):
            yield name or current, line


def _name_begun(text: str, path: str) -> tuple[bool, str]:
    """Whether a definition begins on a line, and what the line defines or declares."""
    if not (text[:1].isalpha() or text[:1] == "_"):
        return False, ""
    declares = text.rstrip().endswith(";")
    begins = not declares and ("(" in text or text.rstrip().endswith("{"))
    return begins, _defined(text, path) if begins or "(" in text else ""


def _defined(text: str, path: str) -> str:
    """The name in a heading; a macro in capitals defines what its first argument names."""
    name = heading_name(text, path)
    argument = _NAME.search(text.partition("(")[2]) if name.isupper() else None
    return argument[0] if argument else name


def _is_code(text: str) -> bool:
    stripped = text.strip()
    return stripped not in ("", "{", "}") and not stripped.startswith(("#", "/*", "//", "* ", "*/"))
