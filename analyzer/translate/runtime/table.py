"""The one table of what translated code may call besides C functions: name -> what it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from analyzer.translate.runtime import arithmetic, views
from analyzer.translate.runtime.containers import container
from analyzer.translate.runtime.memory import Memory, ticking
from analyzer.translate.runtime.nothing import NO_VALUE, NULL

if TYPE_CHECKING:
    from collections.abc import Mapping

# What has no state.
HELPERS: Mapping[str, object] = MappingProxyType(
    {
        "_null": NULL,
        "_unset": NO_VALUE,
        "_U8": arithmetic.U8,
        "_U16": arithmetic.U16,
        "_U32": arithmetic.U32,
        "_U64": arithmetic.U64,
        "_U128": arithmetic.U128,
        "_i8": arithmetic.i8,
        "_i16": arithmetic.i16,
        "_i32": arithmetic.i32,
        "_i64": arithmetic.i64,
        "_i128": arithmetic.i128,
        "_bool": arithmetic.flag,
        "_flag": arithmetic.flag,
        "_div": arithmetic.div,
        "_mod": arithmetic.mod,
        "_shl": arithmetic.shl,
        "_shr": arithmetic.shr,
        "_unreachable": arithmetic.unreachable,
        "_container": container,
        "_as_record": views.as_record,
        "_as_array": views.as_array,
        "_same": views.same,
    }
)


def helpers(memory: Memory, steps: int) -> dict[str, object]:
    """Return the whole table: ``HELPERS``, and what takes memory and steps of one program."""
    return {
        **HELPERS,
        "_new": memory.new,
        "_zero": memory.zero,
        "_cell": memory.cell,
        "_copy": memory.copy,
        "_assign": memory.assign,
        "_held": memory.held,
        "_reset": memory.reset,
        "_address": memory.address,
        "_whole": memory.whole,
        "_text": memory.text,
        "_int_of": memory.int_of,
        "_pointer_of": memory.pointer_of,
        "_tick": ticking(steps),
    }
