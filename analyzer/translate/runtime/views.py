"""Pointers seen as another type: what C allows through ``void *``, checked where it happens."""

from __future__ import annotations

from typing import Any

from analyzer.errors import Stopped
from analyzer.translate.runtime.pointers import EmbeddedArray, MemberHome, Pointer
from analyzer.translate.runtime.records import Record
from analyzer.translate.runtime.unions import GuardedHome


def as_record(pointer: Any, tag: str) -> Any:
    """Return a pointer that is used as one to a struct. Raises Stopped where it is another one.

    An object of a model is taken as it is: its members tell what it is.
    """
    if isinstance(pointer, Record):
        if pointer._shape.tag == tag:
            return pointer
        raise Stopped(f"type-punned access: a struct {pointer._shape.tag} as a struct {tag}")
    if type(pointer) is Pointer and pointer._index < len(pointer._home):
        raise Stopped(f"type-punned access: plain memory as a struct {tag}")
    return pointer


def as_array(pointer: Any, size: int, signed: bool | None) -> Any:
    """Return a pointer that is used as one to integers or pointers of ``size`` bytes.

    ``signed`` is None where that makes no difference: for pointers, and where nothing is read.
    """
    if isinstance(pointer, Record):
        raise Stopped(f"type-punned access: a struct {pointer._shape.tag} by {size} bytes")
    if type(pointer) is Pointer and pointer._size is not None:
        before = abs(pointer._size)
        if before != size:
            raise Stopped(f"type-punned access: elements of {before} bytes by {size}")
        if signed is not None and signed != (pointer._size < 0):
            ways = ("signed, as unsigned", "unsigned, as signed")
            raise Stopped(f"type-punned access: elements of {before} bytes, {ways[signed]}")
    return pointer


def same(one: Any, other: Any) -> Any:
    """Compare pointers to different types. Raises Stopped where they may be one address to C.

    A struct and what it begins with have one address; where in it a member lies, we do not know.
    """
    if one is not other and (_holds(one, other) or _holds(other, one)):
        raise Stopped("compares the address of a struct with one inside it")
    return one == other


def _holds(outer: Any, inner: Any) -> bool:
    """Whether a record may hold what a pointer leads to: an embedded array knows no record."""
    if not isinstance(outer, Record):
        return False
    while inner is not outer:
        if isinstance(inner, Record):
            inner = inner._home
        elif type(inner) is Pointer:
            home = inner._home
            inner = home.record if isinstance(home, MemberHome) else home
        else:
            return isinstance(inner, EmbeddedArray | GuardedHome)
    return True
