"""What types are made of on two sides, as far as text that is the same on both rests on it.

Where a member lies changes no meaning, and a member more does not either. That a type which is no
struct is another, or a member that is used is an integer of another width or sign, does.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from analyzer.csource.syntax import Tag
from analyzer.prove.definitions import Definitions
from analyzer.translate.types import CType, Field, Integer, Record


@dataclass(frozen=True, slots=True)
class Make:
    """In what a type is another: as a ``note``, or so that what uses it ``differs``."""

    note: str = ""
    differs: str = ""


def other_make(
    name: str, one: Definitions, other: Definitions, members: Container[str | None]
) -> Make:
    """In what a struct, union or typedef of a name is another; ``members`` are those used."""
    mine, theirs = _type(one, name), _type(other, name)
    if not (isinstance(mine, Record) and isinstance(theirs, Record)):
        return Make() if mine == theirs else Make(differs=f"{name} is another type")
    fields = one.environment.fields(mine), other.environment.fields(theirs)
    if fields[0] == fields[1]:
        return Make()
    after = {each.name: each for each in fields[1] or ()}
    for field in fields[0] or ():
        if field.name in members and _is_other(field, after.get(field.name)):
            return Make(differs=f"{field.name} of {name} is of another type")
    return Make(note=f"{name} has other members")


def _type(side: Definitions, name: str) -> CType:
    return side.environment.typedef(name) or side.environment.tagged(Tag.STRUCT, name)


def _is_other(one: Field, other: Field | None) -> bool:
    """Whether a member is another integer; what a pointer leads to is asked where it is used."""
    if other is None or not (isinstance(one.type, Integer) or isinstance(other.type, Integer)):
        return False
    return (one.type, one.bits) != (other.type, other.bits)
