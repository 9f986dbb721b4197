"""What Python says when a primitive is called as the model cannot take it, in words of C.

Primitives do not check their arguments: that would cost every call. Where one raised what only a
wrong argument or a bug of ours can raise, its arguments are looked at afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from analyzer.errors import Stopped
from analyzer.mm.api import functions
from analyzer.mm.entry import Entry
from analyzer.mm.state import AnonVma, Lock, Mapping, Mm, Table, Vma
from analyzer.translate.runtime.nothing import described
from analyzer.translate.runtime.pointers import Pointer

_TOO_MANY = re.compile(
    r"(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:was|were) given"
)
_TOO_FEW = re.compile(r"(\w+)\(\) missing (\d+) required positional argument")


def _is_number(value: object) -> bool:
    return isinstance(value, int)


def _is_entry_pointer(value: object) -> bool:
    return isinstance(value, Pointer) and isinstance(value._home, Table)


def _is_cell(value: object) -> bool:
    return isinstance(value, Pointer) and not isinstance(value._home, Table)


def _is_a(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind)


# By the annotation of a parameter: what may be passed, and what C calls it. Others take anything.
_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "int": (_is_number, "a number"),
    "Pointer": (_is_entry_pointer, "a pointer to an entry"),
    "Cell": (_is_cell, "a pointer to a variable"),
    "Entry": (_is_a(Entry), "an entry"),
    "Lock": (_is_a(Lock), "a lock"),
    "Mm": (_is_a(Mm), "an address space"),
    "Vma": (_is_a(Vma), "an area"),
    "Mapping": (_is_a(Mapping), "a file's mappings"),
    "AnonVma": (_is_a(AnonVma), "an anon_vma"),
}


def refused(accident: Exception) -> Stopped | None:
    """Say what C did wrong to a primitive; None where it is a bug of ours.

    ``accident`` is what Python raised, with its traceback.
    """
    frames = list(frames_of(accident.__traceback__))
    codes = {each.__code__: name for name, each in functions().items()}
    for frame in frames:
        name = codes.get(frame.f_code)
        if name is not None:
            return wrong_kind(name, functions()[name], frame)
    return _wrong_count(str(accident)) if isinstance(accident, TypeError) else None


def wrong_kind(name: str, function: Callable[..., Any], frame: FrameType) -> Stopped | None:
    """Say which argument of a function is not of the kind that it takes; None for none.

    ``frame`` is where the function was.
    """
    parameters = function.__annotations__
    for parameter, annotation in parameters.items():
        known = _KINDS.get(annotation)
        if parameter != "return" and known is not None and parameter in frame.f_locals:
            value = frame.f_locals[parameter]
            accepts, expected = known
            if not accepts(value):
                given = described(value)
                return Stopped(
                    f"{name}() is given {given} for {parameter}, {expected} in the model"
                )
    return None


def _wrong_count(message: str) -> Stopped | None:
    """Both counts without the state, which C does not pass."""
    many = _TOO_MANY.search(message)
    if many and many[1] in functions():
        return _count(many[1], int(many[2]) - 1, int(many[3]) - 1)
    few = _TOO_FEW.search(message)
    if few and few[1] in functions():
        code: CodeType = functions()[few[1]].__code__
        takes = code.co_argcount - 1
        return _count(few[1], takes, takes - int(few[2]))
    return None


def _count(name: str, takes: int, given: int) -> Stopped:
    plural = "" if takes == 1 else "s"
    return Stopped(f"{name}() takes {takes} argument{plural} in the model, not {given}")


def frames_of(traceback: TracebackType | None) -> Iterator[FrameType]:
    """The frames of a traceback, the outermost first."""
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next
