"""The parts of a line that strace writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.replay.formats.calls import SYSCALLS, Sort
from analyzer.replay.formats.errnos import NUMBERS, signed

NAMES = {name.encode(): syscall for name, syscall in SYSCALLS.items()}
# pid (-f; -Y adds the command), time (-t, -tt, -ttt, -r, or -r beside another), number (-n),
# address (-i). A number of seven digits or less is a pid, a longer one is a time in whole seconds.
_LEADER = re.compile(
    rb"^(?:\[pid +(\d+)(?:<[^>]*>)?\] +|(\d{1,7})(?:<[^>]*>)? +)?"
    rb" *(?:(\d\d):(\d\d):(\d\d(?:\.\d+)?) |(\d+\.\d+|\d{8,}) )?(?:\(\+ *\d+\.\d+\) )?"
    rb"(?:\[ *\d+\] )?(?:\[[0-9a-f?]{8,16}\] )?"
)
_BODY = re.compile(rb"(?:<\.\.\. (\w+) resumed> ?|(\w+)\(|(\+\+\+) )(.*)", re.DOTALL)
_RESULT = re.compile(
    r"(\?|-?\d+|0x[0-9a-f]+)(?:<[^>]*>)?(?: /\* (\d+) in strace's PID NS \*/)?"
    r"(?: (E[A-Z0-9_]+)| \(errno (\d+)\))?(?: \(.*\))?(?: <\d+\.\d+>)?$"
)
_ENDED = re.compile(rb"(?:\+\+\+|---|\) += -1 E\w+ \([^()]*\)|\) += .* <\d+\.\d+>)$")
_IDENTIFIER = re.compile(rb"^[a-z_][a-z0-9_]*$")
_RAW = re.compile(rb"0(?:x[0-9a-f]+)?, 0x[0-9a-f]")
_PLAIN = frozenset(
    name.encode() for name, syscall in SYSCALLS.items() if syscall.sort is not Sort.TOUCH
)
_TOUCHING = frozenset(NAMES) - _PLAIN
_ANY = b"|".join(sorted(_PLAIN))
_CALL = re.compile(rb"\b(?:" + _ANY + rb")(?:\(| resumed>)")
_ELSEWHERE = re.compile(rb"resumed>|\+\+\+|^strace: | attached$|" + _CALL.pattern)
_ATTACHED = (b" attached", b" attached\r")
# -k puts the stack behind a call.
_STACK = (b" > ", b" | ")
# Smaller numbers of seconds are not since 1970 but since the call before (-r).
_EPOCH = 100_000_000.0
_MOST_NAMES = 4096


@dataclass(frozen=True, slots=True)
class Leader:
    """What stands before a call: the task (None where none is shown), the time in seconds."""

    task: int | None
    time: float | None
    rest: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """A call or its second half by its ``name``, or (None) the end of a task, and the rest."""

    name: bytes | None
    resumed: bool
    rest: bytes


class Filter:
    """Tells quickly whether a line may matter: most lines of most logs do not."""

    def __init__(self) -> None:
        # Names of calls that no replay needs, as they were met.
        self._boring: set[bytes] = set()

    def passes(self, line: bytes) -> bool:
        """Whether a line may matter."""
        head, paren, rest = line.partition(b"(")
        name = head.rpartition(b" ")[2]
        if b"<" not in head and not line.endswith(_ATTACHED):
            if name in self._boring:
                return False
            if name in _PLAIN:
                return True
            if paren and _IDENTIFIER.match(name):
                return self._named(name, rest)
        return _ELSEWHERE.search(line) is not None and not line.startswith(_STACK)

    def _named(self, name: bytes, rest: bytes) -> bool:
        if name in _TOUCHING:
            return shows_buffer(rest)
        if len(self._boring) < _MOST_NAMES:
            self._boring.add(name)
        return False


def shows_buffer(text: bytes) -> bool:
    """Whether a call's arguments are raw (-e raw), so that a buffer's address is among them."""
    return _RAW.match(text) is not None


def is_call(line: bytes) -> bool:
    """Whether a call of interest, or its second half, is anywhere in a line."""
    return _CALL.search(line) is not None


def leader(line: bytes) -> Leader:
    """Take a line's beginning off."""
    found = _LEADER.match(line)
    if found is None:
        return Leader(None, None, line)
    bracket, pid, hours, minutes, seconds, stamp = found.groups()
    task = bracket or pid
    time = None
    if hours is not None:
        time = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    elif stamp is not None and float(stamp) >= _EPOCH:
        time = float(stamp)
    return Leader(None if task is None else int(task), time, line[found.end() :])


def body(text: bytes) -> Body | None:
    """What a line says behind its leader; None for what is neither a call nor an end."""
    found = _BODY.match(text)
    if found is None:
        return None
    resumed, name, _, rest = found.groups()
    return Body(resumed or name, resumed is not None, rest)


def result(text: str) -> tuple[bool, int | None]:
    """What a call returned: whether the text is understood, and the number (None for ``?``)."""
    found = _RESULT.match(text)
    if found is None:
        return False, None
    word, outside, name, number = found.groups()
    if name is not None or number is not None:
        error = NUMBERS.get(name) if name is not None else int(number)
        return error is not None, None if error is None else -error
    if word == "?":
        return True, None
    if outside is not None:
        return True, int(outside)
    return True, signed(int(word, 16) if word.startswith("0x") else int(word))


def ended(line: bytes) -> bool:
    """Whether a line without its end lacks nothing: where it ends in a number, nobody knows."""
    return _ENDED.search(line) is not None
