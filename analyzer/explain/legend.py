"""What the run-time helpers in translated Python do, in a few words each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_EXACT = {
    "_null": "NULL: false; any use but a comparison is a fault",
    "_unset": "no value was returned: any use of it is a fault",
    "_tick": "counts a step, so that no loop runs for ever",
    "_flag": "1 where the condition holds, else 0",
    "_bool": "C's conversion to _Bool: 0 or 1",
    "_div": "C's division, towards zero; by 0, or out of range, is a fault",
    "_mod": "C's remainder; by 0 is a fault",
    "_shl": "a shift to the left; by less than 0 or by the width and more is a fault",
    "_shr": "a shift to the right; by less than 0 or by the width and more is a fault",
    "_copy": "a struct's value: a copy",
    "_assign": "a struct assigned: its members overwritten in place",
    "_new": "a new object whose members hold nothing yet",
    "_zero": "a new object, zeroed",
    "_cell": "a new scalar whose address is taken: x[0] is its value",
    "_address": "the address of a member",
    "_text": "a string literal: a pointer to its characters",
    "_int_of": "a pointer's address as an integer",
    "_pointer_of": "an integer as a pointer",
    "_container": "container_of: from a member to the object that it is in",
    "_whole": "a pointer to an array as a whole",
    "_as_record": "a pointer taken for one to a struct: stops where it leads to something else",
    "_as_array": "a pointer taken for one to elements of a size: stops where they have another",
    "_same": "compares pointers of different types: stops where one lies in what the other is of",
    "_held": "a value of unknown type, copied if it is a struct",
    "_reset": "an object made zero where it lies",
    "_unreachable": "a fault: control is never to get here",
    "_jump": "the label that a goto goes to",
}
_MASK = re.compile(r"_U(?P<bits>\d+)")
_WRAP = re.compile(r"_i(?P<bits>\d+)")


def helpers_in(statements: Iterable[ast.stmt]) -> tuple[tuple[str, str], ...]:
    """The helpers that statements name, in their order, with what they do."""
    names = (
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and node.id.startswith("_")
    )
    return tuple((name, said) for name in dict.fromkeys(names) if (said := _said(name)))


def _said(name: str) -> str:
    if match := _MASK.fullmatch(name):
        return f"the mask of {match['bits']} bits: an unsigned type's wrap (& binds before ==)"
    if match := _WRAP.fullmatch(name):
        return f"wraps to a signed integer of {match['bits']} bits"
    if name.startswith("_shape_"):
        return "the type of an object that is made"
    return _EXACT.get(name, "")
