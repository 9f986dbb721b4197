"""A recorded call in words, and what it returned."""

from __future__ import annotations

from errno import errorcode

from analyzer.replay.operation import Call, Operation
from analyzer.replay.vmbits import MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE

_MOST_ERRNO = 4095
_FLAGS = (
    (MREMAP_MAYMOVE, "MREMAP_MAYMOVE"),
    (MREMAP_FIXED, "MREMAP_FIXED"),
    (MREMAP_DONTUNMAP, "MREMAP_DONTUNMAP"),
)
# Arguments that are addresses, by their place.
_ADDRESSES = {Call.MREMAP: (0, 4)}


def expected(operation: Operation) -> int | None:
    """What the kernel of the log returned, an errno as a negative number; None if not shown."""
    return operation.result


def told(operation: Operation) -> str:
    """A call in words: where it stands in the log, who made it, what it was and returned.

    ``?`` is what the log does not show.
    """
    call = operation.call
    given = [
        _argument(call, at, one) for at, one in enumerate(operation.arguments) if _counts(call, at)
    ]
    return (
        f"line {operation.line}, task {operation.task}: "
        f"{call.value}({', '.join(given)}) = {result_told(operation.result)}"
    )


def _counts(call: Call, at: int) -> bool:
    return call is not Call.MREMAP or at < 5


def _argument(call: Call, at: int, value: int | None) -> str:
    if value is None:
        return "?"
    if call is Call.MREMAP and at == 3:
        return flags_told(value)
    return f"{value:#x}" if at in _ADDRESSES.get(call, (0,)) else str(value)


def flags_told(flags: int) -> str:
    """The flags of mremap() by name, what has no name as a number."""
    names = [name for bit, name in _FLAGS if flags & bit]
    rest = flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)
    return "|".join([*names, *([f"{rest:#x}"] if rest or not names else [])]).replace("0x0", "0")


def result_told(result: int | None) -> str:
    """What a call returned, in words."""
    if result is None:
        return "?"
    if -_MOST_ERRNO <= result < 0:
        return f"-1 {errorcode.get(-result, str(-result))}"
    return f"{result:#x}" if result else "0"
