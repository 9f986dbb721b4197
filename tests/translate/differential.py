"""One random program, several opinions; and the smallest program on which they still differ."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from gcc_batch import SANITIZE, Arguments, outcomes
from random_programs import ARGUMENTS, Program
from walker import Walker, WalkerFault, WalkerRefusal

from analyzer.csource.file import read
from analyzer.translate import ILP32, LP64, Faulted, Halted, Returned, load

STEPS = 200_000
_O0 = ("-O0", "-ftrivial-auto-var-init=pattern")
_O2 = ("-O2", "-ftrivial-auto-var-init=zero")
_TRIES = 1_500


@dataclass(frozen=True, slots=True)
class Refused:
    """An opinion that is none: what the translator, or the walker, does not take, and why."""

    reason: str


# What the calls gave, in order; a text where one ended otherwise than by returning.
Opinion = tuple[int | str, ...] | Refused


def natives(programs: Sequence[Program], long_bits: int) -> list[Opinion]:
    """gcc's opinion of each program: none where it differs from itself.

    That happens: gcc 12 takes ``-a / 7`` behind ``a / 7`` for its negation, which it is not for
    the smallest ``a``.
    """
    with ThreadPoolExecutor(2) as both:
        first, found = both.map(partial(outcomes, programs, long_bits=long_bits), (_O0, _O2))
    return [
        one
        if one == other and len(one) == len(ARGUMENTS)
        else Refused(f"gcc differs from itself on seed {program.seed}")
        for program, one, other in zip(programs, first, found, strict=True)
    ]


def walked(program: Program, long_bits: int) -> Opinion:
    """The walker's opinion."""
    found: list[int | str] = []
    try:
        walker = Walker(read(program.text, "random.c"), "LP64" if long_bits == 64 else "ILP32")
        for each in ARGUMENTS:
            found.append(walker.call(program.entry, *each, steps=STEPS))  # noqa: PERF401
    except WalkerRefusal as refusal:
        return Refused(str(refusal))
    except WalkerFault as fault:
        found.append(f"faults: {fault}")
    return tuple(found)


def translated(program: Program, long_bits: int) -> Opinion:
    """The translation's opinion."""
    loaded = load(program.text, "random.c", model=LP64 if long_bits == 64 else ILP32)
    for each in loaded.refused:
        return Refused(f"{each.reason} in line {each.span.line}")
    found: list[int | str] = []
    for arguments in ARGUMENTS:
        outcome = loaded.call(program.entry, *arguments, steps=STEPS)
        match outcome:
            case Returned(value):
                found.append(int(value) if isinstance(value, int) else f"returns {value!r}")
            case Faulted(fault):
                found.append(f"faults: {fault.kind.value}, {fault.what}, {fault.place}")
            case Halted(reason, place):
                found.append(f"halts: {reason}, {place}")
        if isinstance(found[-1], str):
            break
    return tuple(found)


Judge = Callable[[Program, int], Opinion]
JUDGES: dict[str, Judge] = {"walker": walked, "translation": translated}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An opinion that is not gcc's."""

    program: Program
    long_bits: int
    judge: str
    native: Opinion
    other: Opinion

    def __str__(self) -> str:
        assert not isinstance(self.native, Refused) and not isinstance(self.other, Refused)
        at = next(
            (
                i
                for i, pair in enumerate(zip(self.native, self.other, strict=False))
                if pair[0] != pair[1]
            ),
            0,
        )
        return (
            f"seed {self.program.seed}, {self.long_bits} bits of long, {self.judge}: "
            f"{self.program.entry}{ARGUMENTS[at]} is {self.native[at]}, not {self.other[at]}"
        )


def mismatch(
    program: Program, native: Opinion, long_bits: int, judge: str
) -> Mismatch | Refused | None:
    """Compare one judge's opinion with gcc's."""
    if isinstance(native, Refused):
        return native
    other = JUDGES[judge](program, long_bits)
    if isinstance(other, Refused) or other == native:
        return other if isinstance(other, Refused) else None
    return Mismatch(program, long_bits, judge, native, other)


# --- shrinking ----------------------------------------------------------------------------------


def shrunk(found: Mismatch, tries: int = _TRIES) -> Mismatch:
    """A smaller program of the same mismatch: without whatever lines can go.

    What is left is without undefined behaviour, as far as gcc's sanitizers see.
    """
    before = ""
    while found.program.text != before:
        before = found.program.text
        for smaller in (_without_blocks, _without_lines, _with_simpler_lines):
            at = 0
            while tries > 0:
                lines = found.program.text.split("\n")
                candidates = itertools.islice(smaller(lines), at, None)
                candidate = next(candidates, None)
                if candidate is None:
                    break
                tries -= 1
                text = "\n".join(candidate)
                kept = _still(replace(found.program, text=text), found)
                # Of a smaller program the next candidate has this one's number, more or less.
                at, found = (at, kept) if kept is not None else (at + 1, found)
    return found


def _without_blocks(lines: list[str]) -> Iterator[list[str]]:
    """Texts without one block, the last first; and without its rims alone."""
    for at in reversed(range(len(lines))):
        line = lines[at]
        if line == "{" or not line.rstrip().endswith("{"):
            continue
        end = _close(lines, at)
        if end is not None:
            yield lines[:at] + lines[end + 1 :]
            if line.startswith("\t"):
                yield lines[:at] + lines[at + 1 : end] + lines[end + 1 :]
    for at in reversed(range(1, len(lines))):
        end = _close(lines, at) if lines[at] == "{" else None
        if end is not None:
            yield lines[: at - 1] + lines[end + 1 :]


def _without_lines(lines: list[str]) -> Iterator[list[str]]:
    """Texts without a run of lines that is whole in itself."""
    for size in (16, 8, 4, 2, 1):
        for at in reversed(range(0, max(len(lines) - size, 0) + 1, size)):
            if _balanced(lines[at : at + size]):
                yield lines[:at] + lines[at + size :]


def _with_simpler_lines(lines: list[str]) -> Iterator[list[str]]:
    for at, line in enumerate(lines):
        for simpler in _simpler(line):
            yield [*lines[:at], simpler, *lines[at + 1 :]]


def _simpler(line: str) -> Iterator[str]:
    """The line with one thing in parentheses, or one value, made 0 or dropped."""
    match = re.match(r"(\s*(?:[\w.\[\]>*-]+ )*[\w.\[\]>*-]+ [-+|&^*/%<>]*= )(.+);$", line)
    if match and match[2] not in ("0", "1"):
        yield f"{match[1]}0;"
        yield f"{match[1]}1;"
    for inner in re.finditer(r"\([^()]*\)", line):
        if inner[0] not in ("(0)", "()"):
            yield line[: inner.start()] + "0" + line[inner.end() :]
    for operand in re.finditer(
        r"(?: (?:[-+|&^*/]|&&|\|\||<<|>>) [\w.\[\]>]+)|(?:[~!]|\(\w+\)(?=\w))", line
    ):
        yield line[: operand.start()] + line[operand.end() :]


def _balanced(lines: list[str]) -> bool:
    depth = 0
    for line in lines:
        for letter in line:
            depth += (letter == "{") - (letter == "}")
            if depth < 0:
                return False
    return depth == 0


def _close(lines: list[str], at: int) -> int | None:
    """The line that closes the block opened in a line, by its indentation."""
    margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    for end in range(at + 1, len(lines)):
        if lines[end].startswith(margin + "}"):
            return end
    return None


def _still(program: Program, found: Mismatch) -> Mismatch | None:
    """The mismatch on another program, if it is one there and the program is sound."""
    try:
        other = JUDGES[found.judge](program, found.long_bits)
        if isinstance(other, Refused) or _manner(other) != _manner(found.other):
            return None
        (first,) = outcomes([program], _O0, found.long_bits)
        if len(first) != len(ARGUMENTS) or other == first:
            return None
        if [first] != outcomes([program], _O2, found.long_bits):
            return None
        if [first] != outcomes([program], SANITIZE, found.long_bits):
            return None
    except Exception:
        return None  # no program, or one that breaks something else
    return Mismatch(program, found.long_bits, found.judge, first, other)


def _manner(opinion: Opinion) -> str:
    """How the calls ended: which fault it is stays the same while a program shrinks."""
    assert not isinstance(opinion, Refused)
    last = opinion[-1]
    return re.split(r"[,(]", last)[0] if isinstance(last, str) else "returns"


__all__ = ["Arguments", "Mismatch", "Refused", "mismatch", "natives", "shrunk"]
