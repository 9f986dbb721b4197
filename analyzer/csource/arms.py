"""The arms of ``#if``: their structure, and the text that a configuration picks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analyzer.csource.conditions import evaluate_with
from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.directives import Directive, width
from analyzer.csource.expand import BUDGET
from analyzer.csource.macros import defined_by, undefined_by
from analyzer.csource.nesting import (
    Chain,
    Chains,
    Conditional,
    ConditionalArm,
    Unbalanced,
    chains_of,
    conditions_at,
    expression_of,
    structure,
    unbalanced,
)
from analyzer.csource.replace import Budget
from analyzer.csource.syntax import Macro, Span

__all__ = [
    "Conditional",
    "ConditionalArm",
    "Unbalanced",
    "conditions_at",
    "pick",
    "structure",
    "unbalanced",
]

_NOWHERE = Span(0, 0, 0, 0)
# Beyond this, what an undecided arm defines is not told apart from what its siblings define.
_MAX_OPEN = 64
# What macros in conditions may cost for each character of a text; beyond, nothing is decided.
_MACROS_A_CHARACTER = 4


def pick(text: str, configuration: Configuration) -> str:
    """Return the text with decided conditionals made plain: of the same bytes and lines.

    Directives of a decided conditional and arms that are not selected become blanks. What the
    configuration does not decide, and a conditional that is not balanced, stays as it is. A
    ``#define`` or ``#undef`` that is selected counts from there on.
    """
    budget = Budget(BUDGET + _MACROS_A_CHARACTER * len(text))
    return _blanked(text, _Picking(chains_of(text), configuration, budget).ranges())


class _Picking:
    """One reading of a text from top to bottom, with the macros known at each point."""

    def __init__(self, chains: Chains, configuration: Configuration, budget: Budget) -> None:
        self.chains = chains
        self.budget = budget
        self.configuration = configuration
        self.macros = _Macros(configuration)
        # Where a selected arm ends, and the place of its conditional's #endif.
        self.jumps: dict[int, int] = {}
        # The directives of undecided conditionals behind the first.
        self.boundaries: set[int] = set()

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of characters to blank, in order."""
        found = self.chains.found
        at = 0
        while at < len(found):
            to = self.jumps.get(at)
            if to is None and at in self.chains.by_opening:
                to = self._decided(self.chains.by_opening[at])
            if to is not None:
                yield found[at].start, found[to].end
                at = to
            elif at in self.boundaries:
                self.macros.leave(last=found[at].name == "endif")
            else:
                self.macros.take(found[at])
            at += 1

    def _decided(self, chain: Chain) -> int | None:
        """Return up to which directive the conditional goes blank; None where it all stays."""
        selected = None if chain.broken else self._selected(chain)
        if selected is None:
            self.boundaries.update(chain.links[1:])
            self.macros.enter()
            return None
        end = chain.links[-1]
        if chain.links[selected] != end:
            self.jumps[chain.links[selected + 1]] = end
        return chain.links[selected]

    def _selected(self, chain: Chain) -> int | None:
        """Return which arm is selected, the ``#endif`` for none of them; None where undecided.

        The macros are those at the ``#if``: an arm is asked about only where none before it was
        taken.
        """
        for index, link in enumerate(chain.links):
            directive = self.chains.found[link]
            if directive.name in ("else", "endif"):
                return index
            condition = expression_of(directive.name, directive.rest) or ""
            truth = evaluate_with(
                condition, self.macros.find, total=self.configuration.total, budget=self.budget
            )
            if truth is None:
                return 0 if self._is_guard(chain) else None
            if truth:
                return index
        return None

    def _is_guard(self, chain: Chain) -> bool:
        """Whether this is the ``#ifndef`` around a whole header: no reading begins with it set."""
        found = self.chains.found
        if chain.links != [0, len(found) - 1]:
            return False
        guarded = _GUARD.fullmatch(expression_of(found[0].name, found[0].rest) or "")
        macro = defined_by(found[1], "", _NOWHERE)
        return bool(guarded and macro and macro.name == guarded[1])


class _Macros:
    """What each name stands for while a text is read.

    An arm of an undecided conditional sees what it defines itself, its siblings do not, and
    behind the conditional none of that is known.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        # A ``#define`` that nothing asked for yet is kept as it is.
        self.known: dict[str, Macro | Absence | Directive] = {}
        # By undecided conditional: what to put back at the end of the arm, and what all arms set.
        self.open: list[_Open] = []
        self.deeper = 0

    def find(self, name: str) -> Macro | Absence:
        known = self.known.get(name)
        if isinstance(known, Directive):
            known = self.known[name] = defined_by(known, "", _NOWHERE) or Absence.UNDEFINED
        return known if known is not None else self.configuration.find(name)

    def take(self, directive: Directive) -> None:
        """Do what a directive says, if it defines or undefines."""
        if directive.name == "undef":
            name = undefined_by(directive)
            if name:
                self._set(name, Absence.UNDEFINED)
        elif directive.name == "define":
            plain = _PLAIN_DEFINE.match(directive.lines.text, max(directive.behind, 0))
            if directive.behind >= 0 and plain is not None and plain[1] != "defined":
                self._set(plain[1], directive)
            elif (macro := defined_by(directive, "", _NOWHERE)) is not None:
                self._set(macro.name, macro)

    def enter(self) -> None:
        """Begin an undecided conditional."""
        if len(self.open) == _MAX_OPEN:
            self.deeper += 1
        else:
            self.open.append(_Open())

    def leave(self, *, last: bool) -> None:
        """End an arm of the innermost undecided conditional, the last one or another."""
        if self.deeper:
            self.deeper -= last
            return
        innermost = self.open[-1]
        innermost.touched.update(dict.fromkeys(innermost.before))
        for name, meaning in innermost.before.items():
            if meaning is None:
                del self.known[name]
            else:
                self.known[name] = meaning
        innermost.before.clear()
        if last:
            self.open.pop()
            for name in innermost.touched:
                self._set(name, Absence.UNKNOWN)

    def _set(self, name: str, meaning: Macro | Absence | Directive) -> None:
        if self.open:
            self.open[-1].before.setdefault(name, self.known.get(name))
        self.known[name] = Absence.UNKNOWN if self.deeper else meaning


@dataclass(slots=True)
class _Open:
    """An undecided conditional being read; a dict of None is a set that keeps its order."""

    before: dict[str, Macro | Absence | Directive | None] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)


_GUARD = re.compile(r"!\s*defined\s*(?:\(\s*)?([\w$]+)\s*\)?")
_VISIBLE = re.compile(r"[^\r\n]++")
# The name of a macro without parameters: there is no more to see to than what it stands for.
_PLAIN_DEFINE = re.compile(r"[ \t]++([A-Za-z_$][\w$]*+)(?=[ \t\n]|\Z)")
_BLANKS = {code: " " for code in range(128) if chr(code) not in "\r\n"}


def _blanked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in ranges:
        parts.append(text[at:start])
        parts.append(_blank(text[start:end]))
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _blank(text: str) -> str:
    """Return as many blanks as the text has bytes, on the same lines."""
    if text.isascii():
        return text.translate(_BLANKS)
    return _VISIBLE.sub(lambda found: " " * width(found[0]), text)
