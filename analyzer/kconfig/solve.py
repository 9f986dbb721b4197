"""What ``make olddefconfig`` would make of symbols: the values of a model under a ``.config``.

Source of the rules: ``sym_calc_value()``, ``sym_calc_visibility()`` and ``sym_calc_choice()`` of
scripts/kconfig/symbol.c. Nothing is executed: what a macro call gives is not known, and leaves open
what hangs on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from analyzer.kconfig.evaluate import Tristate, Undetermined, Value
from analyzer.kconfig.known import Known, Span, highest, lowest
from analyzer.kconfig.model import (
    Model,
    Node,
    Push,
    defaults,
    is_transitional,
    prompts,
    ranges,
)
from analyzer.kconfig.order import in_order
from analyzer.kconfig.picking import Picking
from analyzer.kconfig.symbols import Default, Option, SymbolType
from analyzer.kconfig.written import user_text, user_tristate, within

N, M, Y = Tristate.N, Tristate.M, Tristate.Y
_LOGICAL = (SymbolType.BOOL, SymbolType.TRISTATE)
# A symbol by name, the mode of a choice, or its pick, by number.
Key: TypeAlias = str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Solved:
    """A symbol's value, and what it comes from.

    ``visible`` is whether it is asked for, ``depends`` what its own dependencies allow,
    ``selected`` every ``select`` of it with its weight, ``default`` the default that was taken.
    ``believed``: the value rests on the .config alone, since the tree leaves it open.
    """

    name: str
    type: SymbolType
    value: Value | Undetermined
    visible: Span
    depends: Span
    selected: tuple[tuple[Push, Span], ...] = ()
    default: Default | None = None
    believed: bool = False

    @property
    def text(self) -> str | None:
        """The value as a .config has it, without quotes; None where it is open."""
        return self.value.text if isinstance(self.value, Value) else None

    @property
    def open(self) -> tuple[str, ...]:
        """What leaves the value open."""
        return self.value.macros if isinstance(self.value, Undetermined) else ()

    @property
    def unmet(self) -> bool:
        """Whether it is certainly selected to more than its dependencies allow."""
        return highest(span for _, span in self.selected).low > self.depends.high


class Solver:
    """The values of a model's symbols under the user's settings.

    ``settings`` are the values of a .config by name without ``CONFIG_``, None where nothing is
    known of what the user sets; ``variables`` what macros such as ``$(ARCH)`` stand for. With
    ``believe``, a symbol that the tree leaves open is taken from the settings, unless it is one of
    ``doubted``.
    """

    def __init__(
        self,
        model: Model,
        settings: Mapping[str, str] | None,
        variables: Mapping[str, str],
        *,
        believe: bool = False,
        doubted: Iterable[str] = (),
    ) -> None:
        self.model = model
        self.settings: Mapping[str, str] = settings or {}
        self._free = settings is None
        self.known = Known(model, variables)
        self.solved: dict[str, Solved] = {}
        self._believe = believe and bool(settings)
        self._doubted = frozenset(doubted)
        self._picking = Picking(model, settings, self.known)

    def solve(self, names: Iterable[str]) -> dict[str, Solved]:
        """The symbols of these names that the tree defines."""
        wanted = tuple(names)
        starts: list[Key] = [*([self.model.modules] if self.model.modules else []), *wanted]
        for key in in_order(starts, self._needed, self._cyclic):
            if isinstance(key, str):
                self._symbol(key)
            else:
                self._picking.settle(key, self._visible)
        return {name: self.solved[name] for name in wanted if name in self.solved}

    # --- what is needed first -------------------------------------------------------------------

    def _needed(self, key: Key) -> Iterator[Key]:
        if not isinstance(key, str):
            yield from self._picking.needed(key)
            return
        if key in self.solved or key not in self.model.nodes:
            return
        yield from self._conditions(key)
        for kind in (self.model.selects, self.model.implies):
            for push in kind.get(key, ()):
                yield push.source
                yield from self.model.named(push.needs)
                if push.condition is not None:
                    yield from self.model.named((push.condition,))

    def _conditions(self, name: str) -> Iterator[Key]:
        nodes = self.model.nodes[name]
        for node in nodes:
            yield from self.model.named(node.needs)
            yield from self.model.named(node.shown)
        for prompt, _ in prompts(nodes):
            if prompt.condition is not None:
                yield from self.model.named((prompt.condition,))
        for default, _ in defaults(nodes):
            yield from self.model.named((default.value,))
            if default.condition is not None:
                yield from self.model.named((default.condition,))
        for limits, _ in ranges(nodes):
            yield from self.model.named((limits.low, limits.high))
            if limits.condition is not None:
                yield from self.model.named((limits.condition,))
        choice = self.model.choice_of(name)
        if choice is not None:
            yield ("mode", choice)
            yield ("pick", choice)

    def _cyclic(self, key: Key) -> None:
        why = "dependencies that lead back to it"
        if isinstance(key, str):
            if key not in self.known.settled:
                logical = self.model.type_of(key) in _LOGICAL
                low, high = (N, Y) if logical else (N, N)
                reason = f"{key} has {why}"
                self.known.settled[key] = Undetermined(low, high, (reason,), logical)
        else:
            self._picking.give_up(key, why)

    # --- a symbol -------------------------------------------------------------------------------

    def _symbol(self, name: str) -> None:
        nodes = self.model.nodes.get(name)
        if nodes is None or name in self.solved:
            return
        kind = self.model.type_of(name)
        solved = (
            self._logical(name, nodes, kind)
            if kind in _LOGICAL
            else self._worded(name, nodes, kind)
        )
        solved = self._by_the_file(solved)
        self.solved[name] = solved
        self.known.settled[name] = solved.value

    def _by_the_file(self, solved: Solved) -> Solved:
        """What the tree leaves open, by the word of the .config: it was made with this compiler."""
        value = solved.value
        if not self._believe or isinstance(value, Value) or solved.name in self._doubted:
            return solved
        if solved.type in _LOGICAL:
            word = user_tristate(self.settings, solved.name, solved.type) or N
            if not value.low <= word <= value.high:
                return solved
            told: Value = Value(solved.type, word.name.lower())
        else:
            text = user_text(self.settings, solved.name, solved.type)
            if text is None:
                return solved
            told = Value(solved.type, text)
        return replace(solved, value=told, believed=True)

    def _visible(self, name: str) -> Span:
        nodes = self.model.nodes[name]
        kind = self.model.type_of(name)
        choice = self.model.choice_of(name)
        mode = self._picking.mode(choice)
        spans = []
        for prompt, node in prompts(nodes):
            parts = [self.known.condition(prompt.condition), self._allowed(node)]
            span = lowest((*parts, self.known.all_of(node.shown)))
            if mode is not None and kind is SymbolType.TRISTATE:
                span = _in_mode(span, mode)
            spans.append(span)
        return self.known.rounded(highest(spans), kind)

    def _allowed(self, node: Node) -> Span:
        """What the dependencies of a definition come to."""
        span = self.known.all_of(node.needs)
        mode = self._picking.mode(node.choice)
        return span if mode is None else lowest((span, mode))

    def _depends(self, nodes: list[Node]) -> Span:
        """What a symbol's dependencies come to: of the definitions that have any, if some do."""
        some = [node for node in nodes if node.needs or node.choice is not None]
        return highest(map(self._allowed, some)) if some else Span(Y, Y)

    def _pushed(self, pushes: Iterable[Push], kind: SymbolType) -> Iterator[tuple[Push, Span]]:
        for push in pushes:
            parts = [self.known.of(push.source), self.known.condition(push.condition)]
            yield push, self.known.rounded(lowest((*parts, self.known.all_of(push.needs))), kind)

    def _logical(self, name: str, nodes: list[Node], kind: SymbolType) -> Solved:
        member = self.model.choice_of(name)
        visible = self._visible(name)
        depends = self.known.rounded(self._depends(nodes), kind)
        pushed = tuple(self._pushed(self.model.selects.get(name, ()), kind))
        implied = highest(span for _, span in self._pushed(self.model.implies.get(name, ()), kind))
        user = user_tristate(self.settings, name, kind)
        if is_transitional(nodes):
            span, default = Span(N, Y, (f"{name} is kept for old configurations only",)), None
        else:
            base, default = self._defaulted(
                nodes, implied if member is None else Span(N, N), depends
            )
            span = _set(visible, user, base)
            if self._free and visible.high is not N:
                span = span.or_else(Span(N, visible.high, (f"what the user sets {name} to",)))
            if member is None:
                span = highest((span, *(one for _, one in pushed)))
            elif visible.high is Y:
                picked = self._picking.picked(member, name)
                span = picked if visible.low is Y else span.or_else(picked)
        if kind is SymbolType.TRISTATE and member is None:
            span = _never_m(span, implied)
        value = self.known.rounded(span, kind).value(kind)
        return Solved(name, kind, value, visible, depends, pushed, default)

    def _defaulted(
        self, nodes: list[Node], implied: Span, depends: Span
    ) -> tuple[Span, Default | None]:
        """The value without the user's, and the default that is it, where that is certain."""
        found: Span | None = None
        taken: Default | None = None
        for default, node in defaults(nodes):
            when = lowest((self.known.condition(default.condition), self._allowed(node)))
            if when.high is N:
                continue
            worth = lowest((self.known.value_of(default.value), when))
            found = worth if found is None else found.or_else(worth)
            if when.low is not N:
                taken = default
                break
        else:
            found = Span(N, N) if found is None else found.or_else(Span(N, N))
        if implied.high is N:
            return found, taken
        return _pulled(found, implied, depends), taken

    # --- strings and numbers --------------------------------------------------------------------

    def _worded(self, name: str, nodes: list[Node], kind: SymbolType) -> Solved:
        visible = self._visible(name)
        depends = self._depends(nodes)
        if kind is SymbolType.UNKNOWN:
            return Solved(name, kind, Value(kind, name), visible, depends)
        limits = self._limits(nodes)
        fallback, default = self._worded_default(nodes, kind, limits)
        value = fallback
        user = user_text(self.settings, name, kind)
        if self._free and visible.high is not N:
            value = Undetermined(N, N, (f"what the user sets {name} to",), tristate=False)
        elif user is not None and visible.high is not N:
            value = self._asked(Value(kind, user), visible, fallback, limits)
        return Solved(name, kind, value, visible, depends, (), default)

    def _asked(
        self,
        user: Value,
        visible: Span,
        fallback: Value | Undetermined,
        limits: tuple[str, str] | Undetermined | None,
    ) -> Value | Undetermined:
        """The user's number or string, as far as the symbol is asked for and its range has it."""
        if isinstance(limits, Undetermined):
            return limits
        mine = self._clamped(user, limits)
        if isinstance(fallback, Value) and fallback.text == mine.text:
            return mine
        if mine is not user:
            why: tuple[str, ...] = (f"{user.text} is out of range: kernels differ",)
        elif visible.low is not N:
            return mine
        else:
            why = visible.why
        return Undetermined(N, N, why, tristate=False)

    def _worded_default(
        self,
        nodes: list[Node],
        kind: SymbolType,
        limits: tuple[str, str] | Undetermined | None,
    ) -> tuple[Value | Undetermined, Default | None]:
        for option in (each for n in nodes for each in n.symbol.properties):
            if isinstance(option, Option) and option.name == "env":
                text = self.known.variables.get(option.value or "")
                if text is None:
                    why = (f"the environment's {option.value}",)
                    return Undetermined(N, N, why, tristate=False), None
                return Value(kind, text), None
        for default, node in defaults(nodes):
            when = lowest((self.known.condition(default.condition), self._allowed(node)))
            if when.high is N:
                continue
            told = self.known.text_of(default.value)
            if when.low is N:
                return Undetermined(N, N, when.why, tristate=False), None
            if isinstance(told, Undetermined):
                return told, default
            return self._kept_in(Value(kind, told.text), limits), default
        return self._kept_in(Value(kind, ""), limits), None

    def _kept_in(
        self, value: Value, limits: tuple[str, str] | Undetermined | None
    ) -> Value | Undetermined:
        return limits if isinstance(limits, Undetermined) else self._clamped(value, limits)

    def _clamped(self, value: Value, limits: tuple[str, str] | None) -> Value:
        if limits is None or within(value.text, limits, value.type):
            return value
        low, high = limits
        below = not within(value.text, (low, "9" * 18), value.type)
        return Value(value.type, low if below else high)

    def _limits(self, nodes: list[Node]) -> tuple[str, str] | Undetermined | None:
        """The range that holds; None without one."""
        for limits, node in ranges(nodes):
            when = lowest((self.known.condition(limits.condition), self._allowed(node)))
            if when.high is N:
                continue
            low, high = self.known.text_of(limits.low), self.known.text_of(limits.high)
            if when.low is N:
                return Undetermined(N, N, when.why, tristate=False)
            if isinstance(low, Undetermined):
                return low
            return high if isinstance(high, Undetermined) else (low.text, high.text)
        return None


def _pulled(found: Span, implied: Span, depends: Span) -> Span:
    """What an ``imply`` makes of a value.

    The dependencies are its limit; in older kernels they had only to be other than n.
    """
    higher = highest((found, implied))
    limited = lowest((higher, depends))
    span = limited if implied.low is not N else found.or_else(limited)
    if depends.high is not M or higher.high is not Y:
        return span
    why = "how far an `imply` reaches, in which kernels differ"
    return span.or_else(Span(limited.low, higher.high, (why,)))


def _never_m(span: Span, implied: Span) -> Span:
    """In older kernels, and to Kconfiglib, what is implied to y is y where it would be m."""
    if implied.high is not Y or span.low is Y or span.high is N:
        return span
    why = "whether an `imply` rules out m, in which kernels differ"
    return span.or_else(Span(span.low, Y, (why,)))


def _in_mode(span: Span, mode: Span) -> Span:
    """Whether a member of a choice is shown: one that is m at the most is not where that is y."""
    every = {
        N if one is M and there is Y else one
        for one in Tristate
        for there in Tristate
        if span.low <= one <= span.high and mode.low <= there <= mode.high
    }
    low, high = min(every), max(every)
    return Span(low, high, () if low is high else (*span.why, *mode.why))


def _set(visible: Span, user: Tristate | None, base: Span) -> Span:
    """The user's value as far as the symbol is asked for, else ``base``."""
    if user is None or visible.high is N:
        return base
    asked = Span(min(user, max(visible.low, M)), min(user, visible.high), visible.why)
    return asked if visible.low is not N else asked.or_else(base)
