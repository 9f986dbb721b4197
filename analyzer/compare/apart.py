"""Two ways out of one function, upstream's and ours, and what tells them apart.

Trees of two eras clean up in other words, and that is no mistake. A step that one side leaves out
is grave where the same function takes it elsewhere: then the jump goes to the wrong place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate

from analyzer.compare.exits import Code, Exit, Step, Words
from analyzer.compare.words import NAME

_MOST = 20
_OPEN, _CLOSE = "([{", ")]}"
_MEMBER = ("->", ".")
_MOST_WORDS = 40
# What does more than this behind a label goes on with its work there.
_LONG = 16
_MOST_APART = 60
# How words are written: these stand close to what is before them, these to what follows.
_TIGHT = frozenset((")", "]", "->", ".", ";", ",", "[", "++", "--"))
_GLUE = frozenset(("(", "[", "->", ".", "!", "~"))
_SIGNS = frozenset(("-", "+", "*", "&"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. ``grave``: by the function itself it is a mistake, not an era's way.

    ``line`` is the one of ours, ``their_line`` the one of upstream's that has it.
    """

    text: str
    grave: bool
    line: int | None = None
    their_line: int | None = None


def called(words: Words, names: Mapping[str, str]) -> Words:
    """Words with upstream's names as the target has them; members keep theirs."""
    if not names:
        return words
    return tuple(
        word if at and words[at - 1] in _MEMBER else names.get(word, word)
        for at, word in enumerate(words)
    )


# Whether a tree has a name.
Knows = Callable[[str], bool]


class Body:
    """A function's statements, upstream's in the target's names, ready to be asked."""

    def __init__(
        self,
        code: Code,
        names: Mapping[str, str] | None = None,
        more: frozenset[Words] = frozenset(),
        knows: Knows | None = None,
    ) -> None:
        self.code = code
        # Whether its tree has a function at all; None where there is no tree to ask.
        self.knows = knows
        self.names = names or {}
        # Statements of the function that are shown, and are in none of its code.
        self.more = more
        self._first: dict[Words, int] = {}

    @cached_property
    def _spelled(self) -> list[str]:
        nodes = self.code.nodes
        return [f" {' '.join(called(each.words, self.names))} " for each in nodes]

    @cached_property
    def _text(self) -> str:
        return "\n".join(self._spelled)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(each) + 1 for each in self._spelled)]

    @cached_property
    def takes(self) -> frozenset[Words]:
        """Every statement that it takes anywhere."""
        own = (each.words for each in self.code.nodes if each.what == "step")
        return frozenset(called(words, self.names) for words in (*own, *self.more))

    @cached_property
    def returned(self) -> frozenset[Words]:
        """Every value that it returns anywhere."""
        return frozenset(
            called(each.words, self.names) for each in self.code.nodes if each.what == "return"
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of it."""
        return frozenset(word for each in self.code.nodes for word in each.words)

    def could(self, step: Step) -> bool:
        """Whether its tree has what a step calls: what it has not is of another era."""
        at = step.words.index("(") if "(" in step.words else 0
        return self.knows is None or not at or self.knows(step.words[at - 1])

    @cached_property
    def gets(self) -> frozenset[Words]:
        """What is handed to a call alone, or got from one."""
        found = (
            side for each in self.takes for side in (subject_of(each, sole=True), _given(each))
        )
        return frozenset(filter(None, found))

    def named_before(self, subject: Words, at: int) -> bool:
        """Whether a statement before one names something."""
        if subject not in self._first:
            found = self._text.find(f" {' '.join(subject)} ")
            self._first[subject] = bisect_right(self._starts, found) - 1 if found >= 0 else -1
        return 0 <= self._first[subject] < at


# --- two ways out -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """A way out of upstream's and the one of ours that stands for it."""

    theirs: Exit
    ours: Exit
    upstream: Body
    target: Body

    def differences(self) -> tuple[Difference, ...]:
        """What differs, in the order of the clean-up; empty where nothing does."""
        value = self._value()
        for theirs, ours in (
            (self.theirs.steps, self.ours.steps),
            # What one side does at a label, the other may do before it returns.
            ((*self.theirs.lead, *self.theirs.steps), (*self.ours.lead, *self.ours.steps)),
        ):
            found = self._steps(self._called(theirs), ours)
            if not found:
                break
        return (*found, *value)

    def _called(self, steps: tuple[Step, ...]) -> list[Step]:
        """Steps of upstream's in the target's names."""
        names = self.upstream.names
        return [
            Step(called(one.words, names), tuple(called(w, names) for w in one.under), one.line)
            for one in steps
        ]

    def _steps(self, wanted: list[Step], ours: tuple[Step, ...]) -> list[Difference]:
        keys = [(one.words, one.under) for one in wanted]
        mine = [(one.words, one.under) for one in ours]
        if keys == mine:
            return []
        head, tail = _common(keys, mine), _common(keys[::-1], mine[::-1])
        tail = min(tail, len(keys) - head, len(mine) - head)
        wanted, ours = wanted[head : len(keys) - tail], ours[head : len(mine) - tail]
        if max(len(wanted), len(ours)) > _MOST_APART:
            return [Difference("the clean-up is another one in too many steps to tell", False)]
        keys, mine = keys[head : len(keys) - tail], mine[head : len(mine) - tail]
        lacking: list[tuple[Step, bool]] = []
        extra: list[tuple[Step, bool]] = []
        matcher = SequenceMatcher(None, keys, mine, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            # One step in the place of another may be what the other era has for it.
            if tag != "equal":
                lacking += ((each, tag == "delete") for each in wanted[a:b])
                extra += ((each, tag == "insert") for each in ours[c:d])
        return list(self._judged(lacking[:_MOST], extra[:_MOST]))

    @property
    def is_guarded_alike(self) -> bool:
        """Whether the same condition leads to both."""
        guard = called(self.theirs.guard, self.upstream.names)
        return bool(guard) and guard == self.ours.guard and self.theirs.arm == self.ours.arm

    def _judged(
        self, lacking: list[tuple[Step, bool]], extra: list[tuple[Step, bool]]
    ) -> Iterator[Difference]:
        here = {one.words: (one, alone) for one, alone in extra}
        others = [one for one, _alone in extra]
        short = max(len(self.theirs.steps), len(self.ours.steps)) <= _LONG
        for one, alone in lacking:
            other, _ = here.pop(one.words, (None, False))
            text = spoken(one.words)
            if other is None:
                said = f"`{text}` is not done here"
                grave = (alone and self._is_telling(one, self.theirs)) or self._is_lacked(
                    one, others
                )
                grave = grave and short and self.target.could(one)
                yield Difference(said, grave, None, one.line)
            elif other.under != one.under:
                said = f"`{text}` is done under another condition"
                yield Difference(said, False, other.line, one.line)
            else:
                said = f"`{text}` is done in another order"
                yield Difference(said, False, other.line, one.line)
        for other, alone in here.values():
            said = f"`{spoken(other.words)}` is done here alone"
            grave = (alone and self._is_telling(other, self.ours)) or self._is_needless(other)
            grave = grave and short and self.upstream.could(other)
            yield Difference(said, grave, other.line, None)

    def _is_telling(self, one: Step, way: Exit) -> bool:
        """Whether a step that only this way takes does something to what the function works on.

        What is given a string, or what is returned, tells somebody of it. Where the other side
        does not get at all what the step gives back, as a lock of another era, it is no mistake.
        """
        subject = subject_of(one.words)
        told = any(word.startswith(('"', "'")) for word in one.words)
        if told or not any(NAME.fullmatch(word) for word in subject):
            return False
        if subject == self.ours.returns or not self._same_before(subject):
            return False
        one_side, other = self.upstream, self.target
        if way is self.ours:
            one_side, other = other, one_side
        undone = {called(each.words, one_side.names) for each in (*way.lead, *way.steps)}
        begun = one_side.takes - other.takes - undone
        return not any(subject_of(each, sole=True) == subject for each in begun)

    def _is_lacked(self, one: Step, extra: list[Step]) -> bool:
        """Whether the target's function is seen to need a step of upstream's.

        It takes it on another way; or it gets what the step gives back as upstream does, and does
        nothing with it on this way.
        """
        subject = subject_of(one.words)
        if subject and any(self._may_hold(each, subject) for each in extra):
            return False
        if one.words in self.target.takes:
            return self._same_before(subject)
        if not subject:
            return False
        got = subject in self.upstream.gets and subject in self.target.gets
        alone = subject_of(one.words, sole=True) == subject
        touched = any(subject_of(each.words) == subject for each in extra)
        return alone and got and not touched and self._same_before(subject)

    def _may_hold(self, step: Step, subject: Words) -> bool:
        """Whether a step of ours may be a helper that does it too: it is given the whole of it."""
        given = _plain(subject_of(step.words))
        inside = _plain(subject)
        helper = step.words not in self.upstream.takes
        return bool(given) and helper and given == inside[: len(given)] and given != inside

    def _is_needless(self, other: Step) -> bool:
        """Whether upstream's function takes a step of ours, but not on this way."""
        return other.words in self.upstream.takes and self._same_before(subject_of(other.words))

    def _same_before(self, subject: Words) -> bool:
        """Whether both functions, or neither, have named something before this way out."""
        if not subject:
            return True
        theirs = self.upstream.named_before(subject, self.theirs.at)
        return theirs is self.target.named_before(subject, self.ours.at)

    def _value(self) -> list[Difference]:
        theirs, ours = self.theirs.returns, self.ours.returns
        if theirs is None or ours is None:
            return []
        theirs = called(theirs, self.upstream.names)
        if not (self.theirs.steps or self.ours.steps or self.is_guarded_alike):
            return []
        if _bare(theirs) == _bare(ours):
            return []
        said = f"`{_returned(ours)}`, where upstream does `{_returned(theirs)}`"
        return [Difference(said, self._is_wrong(theirs, ours), self.ours.line, self.theirs.line)]

    def _is_wrong(self, theirs: Words, ours: Words) -> bool:
        fixed = is_constant(theirs), is_constant(ours)
        if fixed == (True, True):
            return True
        if fixed == (True, False):
            return False
        if fixed == (False, True):
            return theirs in self.target.returned
        known = {word for word in (*theirs, *ours) if NAME.fullmatch(word)}
        return known <= self.target.words and known <= {
            self.upstream.names.get(word, word) for word in self.upstream.words
        }


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _bare(words: Words) -> Words:
    """A value without the brackets around all of it."""
    while len(words) > 2 and words[0] == "(" and _closing(words, 0) == len(words) - 1:
        words = words[1:-1]
    return words


def is_constant(words: Words) -> bool:
    """Whether a value is a constant: a number, a name of capitals, with a sign; or no value."""
    plain = [word for word in _bare(words) if word not in ("-", "+", "~", "(", ")")]
    return len(plain) <= 1 and all(
        word[:1].isdigit() or word in ("true", "false") or (word.isupper() and len(word) > 1)
        for word in plain
    )


def spoken(words: Words) -> str:
    """Words as one would write them."""
    out, last, unary = "", "", True
    for word in words[:_MOST_WORDS]:
        glued = word in _TIGHT or last in _GLUE or not out or (last in _SIGNS and unary)
        glued = glued or (word == "(" and bool(NAME.fullmatch(last)))
        out += word if glued else f" {word}"
        unary = not (NAME.fullmatch(last) or last[:1].isdigit() or last in (")", "]"))
        last = word
        if word not in _SIGNS:
            unary = True
    return out if len(words) <= _MOST_WORDS else f"{out} ..."


def _returned(words: Words) -> str:
    return f"return {spoken(words)}" if words else "return"


def sequence(way: Exit, names: Mapping[str, str] | None = None) -> str:
    """What is done on a way out, in words."""
    said = [spoken(called(one.words, names or {})) for one in way.steps[:8]]
    if len(way.steps) > 8:
        said.append(f"{len(way.steps) - 8} more")
    if way.returns is not None:
        said.append(_returned(called(way.returns, names or {})))
    return "; ".join(said)


# --- what a step is about -----------------------------------------------------------------------


def _closing(words: Words, at: int) -> int:
    depth = 0
    for i in range(at, len(words)):
        depth += (words[i] in _OPEN) - (words[i] in _CLOSE)
        if not depth:
            return i
    return len(words)


def subject_of(words: Words, *, sole: bool = False) -> Words:
    """The first argument of a step that is a call, assigned or not; empty for any other.

    With ``sole`` it has to be the only one.
    """
    at = words.index("(") if "(" in words else 0
    if not at or not NAME.fullmatch(words[at - 1]) or _closing(words, at) != len(words) - 1:
        return ()
    end, depth = at + 1, 0
    while end < len(words) - 1 and (depth or words[end] != ","):
        depth += (words[end] in _OPEN) - (words[end] in _CLOSE)
        end += 1
    if sole and end < len(words) - 1:
        return ()
    return words[at + 1 : end]


def _plain(words: Words) -> Words:
    return words[1:] if words[:1] == ("&",) else words


def _given(words: Words) -> Words:
    """What the result of a call is assigned to."""
    at = words.index("=") if "=" in words else 0
    return words[:at] if at and "(" in words[at:] and "(" not in words[:at] else ()
