"""The arguments of a call as strace writes them."""

from __future__ import annotations

import re

from analyzer.replay.formats import constants
from analyzer.replay.formats.calls import Parameter, Sort, Syscall
from analyzer.replay.formats.constants import UnknownNameError
from analyzer.replay.operation import Call

Values = tuple[int | None, ...]

# The descriptor, with its path (-y) or more of it (-yy), and the offset.
_MAPPED = re.compile(r"(-?\w+)(?: /\*[^*]*\*/)?(?:<(.*)>(?:\(deleted\))?)?, (\w+)$", re.DOTALL)
_FLAGS = re.compile(r"\bflags=([^,})]*)")
_MMAP_HEAD = 4


class CountError(Exception):
    """A call with more or fewer arguments than it has."""


def arguments(syscall: Syscall, text: str) -> tuple[Values, str | None]:
    """A call's arguments, and the path of mmap()'s file.

    Raises ``UnknownNameError`` and ``CountError``.
    """
    if syscall.call is Call.MMAP:
        return _mmap(syscall.parameters, text)
    if syscall.sort is Sort.CHILD:
        return (_flags(syscall, text),), None
    if not syscall.parameters:
        return (), None
    parts = text.split(", ")
    if syscall.sort is Sort.TOUCH:
        parts = parts[: len(syscall.parameters)]
    missing = len(syscall.parameters) - len(parts)
    # mremap()'s new address is left out where its flags leave it without a meaning, and in more
    # cases than that.
    if missing and not (missing == 1 and syscall.call is Call.MREMAP):
        raise CountError(f"{syscall.name}() with {len(parts)} arguments")
    read = _values(syscall.parameters, parts)
    return (*read, *(None,) * missing), None


def begun(syscall: Syscall, text: str) -> Values:
    """As many arguments as are there and understood: the rest of the call is to come."""
    found: list[int | None] = []
    for parameter, part in zip(syscall.parameters, text.split(", "), strict=False):
        try:
            found.append(parameter.value(part))
        except UnknownNameError:
            found.append(None)
    return (*found, *(None,) * (len(syscall.parameters) - len(found)))


def _values(parameters: tuple[Parameter, ...], parts: list[str]) -> list[int | None]:
    return [parameter.value(part) for parameter, part in zip(parameters, parts, strict=False)]


def _mmap(parameters: tuple[Parameter, ...], text: str) -> tuple[Values, str | None]:
    parts = text.split(", ", _MMAP_HEAD)
    mapped = _MAPPED.match(parts[-1]) if len(parts) > _MMAP_HEAD else None
    if mapped is None:
        raise CountError("mmap() with other arguments than six")
    descriptor, path, offset = mapped.groups()
    return tuple(_values(parameters, [*parts[:_MMAP_HEAD], descriptor, offset])), path


def _flags(syscall: Syscall, text: str) -> int | None:
    """The flags that a child is made with; None where they are behind a pointer."""
    if not syscall.parameters and syscall.name != "clone3":
        return syscall.given[0]
    named = _FLAGS.search(text)
    if named is not None:
        return constants.CLONE.word(named[1].strip())
    if syscall.name == "clone3":
        return None
    return constants.CLONE.word(text.partition(", ")[0])
