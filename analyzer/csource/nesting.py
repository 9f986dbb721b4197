"""How the conditionals of a text nest: ``#if`` to ``#endif``, with the arms between."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.csource.directives import Directive, directives

_OPENING = frozenset(("if", "ifdef", "ifndef"))
_FURTHER = frozenset(("elif", "elifdef", "elifndef", "else"))


@dataclass(frozen=True, slots=True)
class ConditionalArm:
    """One arm: its directive's word, the condition as written, and the lines it spans.

    ``line`` is that of its directive, ``end_line`` the last one before the next directive of the
    conditional. ``nested`` are the conditionals in it.
    """

    word: str
    text: str
    line: int
    end_line: int
    nested: tuple[Conditional, ...] = ()

    @property
    def condition(self) -> str | None:
        """The condition as an expression; None for ``#else``."""
        return expression_of(self.word, self.text)


@dataclass(frozen=True, slots=True)
class Conditional:
    """An ``#if`` up to its ``#endif``, or up to the end of the text where ``closed`` is false."""

    line: int
    end_line: int
    arms: tuple[ConditionalArm, ...]
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A directive that has no place in the structure: why it has none, and its line."""

    line: int
    word: str
    reason: str


# --- the chains of directives -------------------------------------------------------------------


@dataclass(slots=True)
class Chain:
    """The directives of one conditional, by their places in the list of all of the text.

    ``broken`` where it is not closed, or an ``#else`` is not its last arm.
    """

    links: list[int]
    broken: bool = False
    closed: bool = False
    # The conditionals in each arm, in order.
    inner: list[list[Chain]] = field(default_factory=lambda: [[]])


@dataclass(slots=True)
class Chains:
    """Every directive of a text, and its conditionals by the place of the opening one."""

    found: list[Directive]
    by_opening: dict[int, Chain] = field(default_factory=dict)
    # The directives that do not fit, and why.
    complaints: list[tuple[int, str]] = field(default_factory=list)
    top: list[Chain] = field(default_factory=list)
    # In the order of their ends: what is in another stands before it.
    ended: list[Chain] = field(default_factory=list)
    # The conditionals that are open while the text is read, innermost last.
    stack: list[Chain] = field(default_factory=list)

    def begin(self, at: int) -> None:
        """Take an opening directive."""
        chain = self.by_opening[at] = Chain([at])
        self.stack.append(chain)

    def go_on(self, at: int) -> None:
        """Take a directive between the first and the last of a conditional."""
        if not self.stack:
            self.complaints.append((at, "belongs to no #if"))
            return
        chain = self.stack[-1]
        if self.found[chain.links[-1]].name == "else":
            self.complaints.append((at, "stands behind the #else"))
            chain.broken = True
        chain.links.append(at)
        chain.inner.append([])

    def end(self, at: int) -> None:
        """Take an ``#endif``."""
        if not self.stack:
            self.complaints.append((at, "belongs to no #if"))
            return
        self.stack[-1].links.append(at)
        self.stack[-1].closed = True
        self._close()

    def give_up(self) -> None:
        """End the text: what is open there ends with it."""
        while self.stack:
            self.stack[-1].broken = True
            self.complaints.append((self.stack[-1].links[0], "is closed by no #endif"))
            self._close()

    def _close(self) -> None:
        """Put the innermost conditional where it stands: all inside it is there."""
        chain = self.stack.pop()
        (self.stack[-1].inner[-1] if self.stack else self.top).append(chain)
        self.ended.append(chain)


def chains_of(text: str) -> Chains:
    """Read the directives of a text and match them. Linear; no nesting is too deep."""
    chains = Chains(list(directives(text)))
    for at, directive in enumerate(chains.found):
        if directive.name in _OPENING:
            chains.begin(at)
        elif directive.name in _FURTHER:
            chains.go_on(at)
        elif directive.name == "endif":
            chains.end(at)
    chains.give_up()
    return chains


def structure(text: str) -> tuple[Conditional, ...]:
    """Return the conditionals of a text, outermost ones, in order; see ``unbalanced``."""
    chains = chains_of(text)
    last_line = text.count("\n") + (not text.endswith("\n"))
    made: dict[int, Conditional] = {}
    for chain in chains.ended:
        made[chain.links[0]] = _made(chain, chains.found, made, last_line)
    return tuple(made[chain.links[0]] for chain in chains.top)


def _made(
    chain: Chain, found: Sequence[Directive], made: Mapping[int, Conditional], last_line: int
) -> Conditional:
    links = [found[link] for link in chain.links]
    spans = [link.span for link in links]
    end_line = spans[-1].end_line if chain.closed else last_line
    ends = [*(span.line - 1 for span in spans[1:]), end_line]
    arms = tuple(
        ConditionalArm(
            link.name, link.rest, span.line, end, tuple(made[each.links[0]] for each in inner)
        )
        for link, span, end, inner in zip(links, spans, ends, chain.inner, strict=False)
    )
    return Conditional(spans[0].line, end_line, arms, chain.closed)


def unbalanced(text: str) -> tuple[Unbalanced, ...]:
    """Return the directives that open what nothing closes, or belong to nothing."""
    chains = chains_of(text)
    noted = ((chains.found[at], reason) for at, reason in chains.complaints)
    found = [Unbalanced(each.span.line, each.name, reason) for each, reason in noted]
    return tuple(sorted(found, key=lambda each: each.line))


# --- conditions as text -------------------------------------------------------------------------

_DEFINED = re.compile(r"!?defined\([^()]*\)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*+")


def expression_of(word: str, text: str) -> str | None:
    """Return the condition of a directive as an ``#if`` has it; None for ``#else``."""
    if word == "else":
        return None
    if not word.endswith("def"):
        return text
    # What stands behind the name is warned of and passed over.
    name = _NAME.match(text)
    asked = f"defined({name[0] if name else text})"
    return f"!{asked}" if word.endswith("ndef") else asked


def _negated(condition: str) -> str:
    if _DEFINED.fullmatch(condition):
        return condition[1:] if condition.startswith("!") else f"!{condition}"
    return f"!({condition})"


def conditions_at(text: str | Sequence[Conditional], line: int) -> tuple[str, ...]:
    """Return the conditions that a line stands under, outermost first, one a conditional.

    An arm behind others has theirs in it: ``!(A) && (B)``. A directive's own line stands in the
    arm that it begins, an ``#endif`` in none.
    """
    level: Sequence[Conditional] = structure(text) if isinstance(text, str) else text
    found: list[str] = []
    while True:
        behind = bisect_right(level, line, key=lambda each: each.line)
        around = level[behind - 1] if behind else None
        if around is None or around.end_line < line:
            return tuple(found)
        at = next(
            (at for at, arm in enumerate(around.arms) if arm.line <= line <= arm.end_line), None
        )
        if at is None:
            return tuple(found)
        found.append(_stated(around.arms[: at + 1]))
        level = around.arms[at].nested


def _stated(arms: Sequence[ConditionalArm]) -> str:
    parts = [_negated(arm.condition) for arm in arms[:-1] if arm.condition is not None]
    own = arms[-1].condition
    if own is not None:
        alone = not parts or _DEFINED.fullmatch(own)
        parts.append(own if alone else f"({own})")
    return " && ".join(parts)
