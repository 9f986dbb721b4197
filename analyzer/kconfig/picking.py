"""Which member of a choice is picked: ``sym_calc_choice()`` of scripts/kconfig/symbol.c.

Kernels up to v6.10 and those after it differ where a .config says ``n`` of members: where the two
rules come to different answers, which one is picked stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from analyzer.kconfig.evaluate import Tristate
from analyzer.kconfig.expr import Constant, Expr, Ref
from analyzer.kconfig.known import Known, Span, highest, lowest
from analyzer.kconfig.model import Choice, Model
from analyzer.kconfig.symbols import Default, Prompt, SymbolType, TypeLine
from analyzer.kconfig.written import user_tristate

N, M, Y = Tristate.N, Tristate.M, Tristate.Y


class _OpenError(Exception):
    """Carries why a pick is open; never leaves this module."""


class Picking:
    """The choices of a model: the mode of each (n: not asked), and its pick."""

    def __init__(self, model: Model, settings: Mapping[str, str] | None, known: Known) -> None:
        self._model = model
        self._settings: Mapping[str, str] = settings or {}
        self._free = settings is None
        self._known = known
        self._modes: dict[int, Span] = {}
        # A member's name, None for none; a Span says that any may be it, and why.
        self._picks: dict[int, str | Span | None] = {}

    def needed(self, key: tuple[str, int]) -> Iterator[str | tuple[str, int]]:
        """What has to be settled before a mode or a pick."""
        what, number = key
        choice = self._model.choices[number]
        if what == "mode":
            yield from self._model.named((*choice.needs, *choice.shown))
            yield from self._model.named(_conditions(choice, Prompt))
            return
        yield ("mode", number)
        yield from self._model.named(_conditions(choice, Default))
        for name in choice.members:
            for node in self._model.nodes[name]:
                yield from self._model.named((*node.needs, *node.shown))
                prompts = (each for each in node.symbol.properties if isinstance(each, Prompt))
                conditions = (each.condition for each in prompts)
                yield from self._model.named(each for each in conditions if each is not None)

    def give_up(self, key: tuple[str, int], why: str) -> None:
        """Take everything for possible, until it is settled."""
        what, number = key
        open_ = Span(N, Y, (f"a choice has {why}",))
        if what == "mode":
            self._modes.setdefault(number, open_)
        else:
            self._picks.setdefault(number, open_)

    def settle(self, key: tuple[str, int], visible: Callable[[str], Span]) -> None:
        """Work out a mode or a pick; ``visible`` tells whether a member is asked for."""
        what, number = key
        if what == "mode":
            self._modes[number] = self._mode(self._model.choices[number])
            return
        try:
            self._picks[number] = self._pick(self._model.choices[number], visible)
        except _OpenError as error:
            self._picks[number] = Span(N, Y, (str(error),))

    def mode(self, number: int | None) -> Span | None:
        """How far a choice allows its members; None for no choice."""
        return None if number is None else self._modes.get(number, Span(N, Y, ("a choice",)))

    def picked(self, number: int, name: str) -> Span:
        """Whether a member that is asked for is the one."""
        pick = self._picks.get(number)
        if isinstance(pick, Span):
            return pick
        return Span(Y, Y) if pick == name else Span(N, N)

    # --- the mode -------------------------------------------------------------------------------

    def _kind(self, choice: Choice) -> SymbolType:
        own = (each.type for each in choice.entry.properties if isinstance(each, TypeLine))
        every = (*own, *map(self._model.type_of, choice.members))
        known = (one for one in every if one is not SymbolType.UNKNOWN)
        return next(known, SymbolType.BOOL)

    def _mode(self, choice: Choice) -> Span:
        kind = self._kind(choice)
        around = (self._known.all_of(choice.needs), self._known.all_of(choice.shown))
        prompts = (each for each in choice.entry.properties if isinstance(each, Prompt))
        shown = [lowest((self._known.condition(each.condition), *around)) for each in prompts]
        visible = self._known.rounded(highest(shown), kind)
        told = [user_tristate(self._settings, name, kind) for name in choice.members]
        user = max((one for one in told if one is not None), default=Y if self._free else None)
        # Where the file says y of some and m of others, conf forgets all of it.
        clear = None not in told and told.count(Y) <= 1 and not {M, Y} <= set(told)
        low = _least(visible.low, user if clear else None, choice)
        high = _least(visible.high, user, choice)
        low, high = min(low, high), max(low, high)
        if self._free and choice.optional:
            low = N
        why = visible.why or ("the mode of a choice",)
        return self._known.rounded(Span(low, high, why if low is not high else ()), kind)

    # --- the pick -------------------------------------------------------------------------------

    def _pick(self, choice: Choice, visible: Callable[[str], Span]) -> str | None:
        if choice.odd:
            raise _OpenError(choice.odd)
        kind = self._kind(choice)
        shown = {name: visible(name) for name in choice.members}
        if self._free and sum(span.high is not N for span in shown.values()) > 1:
            raise _OpenError(f"which of {', '.join(list(choice.members)[:3])} the user picks")
        chosen = [name for name in choice.members if user_tristate(self._settings, name, kind) is Y]
        if len(chosen) > 1:
            raise _OpenError(f"the .config has {chosen[0]} and {chosen[1]} of one choice")
        if chosen and _sure(chosen[0], shown):
            return chosen[0]
        default = self._default(choice, shown)
        first = next((name for name in choice.members if _sure(name, shown)), None)
        before = first if default is None else default
        after = self._after_default(choice, shown, default)
        if before != after:
            raise _OpenError(f"kernels pick {before} or {after} of the choice, by their age")
        return before

    def _default(self, choice: Choice, shown: Mapping[str, Span]) -> str | None:
        for item in choice.entry.properties:
            if not isinstance(item, Default):
                continue
            when = self._known.condition(item.condition)
            name = _target(item.value)
            if when.high is N or name not in shown or not _sure(name, shown):
                continue
            if when.low is N:
                raise _OpenError(when.why[0] if when.why else "a default of the choice")
            return name
        return None

    def _after_default(
        self, choice: Choice, shown: Mapping[str, Span], default: str | None
    ) -> str | None:
        """By the rule of newer kernels, to which ``n`` in a .config says: not this one."""
        if default is not None and default not in self._settings:
            return default
        seen = [name for name in choice.members if _sure(name, shown)]
        free = [name for name in seen if name not in self._settings]
        if len(seen) > 1 and not free:
            raise _OpenError(f"the .config has no member of the choice of {seen[0]}")
        return next(iter((*free, *seen)), None)


def _least(visible: Tristate, user: Tristate | None, choice: Choice) -> Tristate:
    base = min(user or N, visible)
    return base if choice.optional else max(base, min(visible, M))


def _sure(name: str, shown: Mapping[str, Span]) -> bool:
    """Whether a member is asked for; ``_OpenError`` where that is open."""
    span = shown[name]
    if span.low is N and span.high is not N:
        raise _OpenError(span.why[0] if span.why else f"whether {name} is asked for")
    return span.high is not N


def _target(expr: Expr) -> str:
    match expr:
        case Ref(name) | Constant(name):
            return name
        case _:
            return ""


def _conditions(choice: Choice, kind: type[Prompt] | type[Default]) -> Iterator[Expr]:
    for item in choice.entry.properties:
        if isinstance(item, kind) and item.condition is not None:
            yield item.condition
