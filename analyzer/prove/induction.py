"""Loops turn by turn: what holds of both sides at a loop's head is shown to hold at the next one.

At the head of a loop a run is cut in two. What the loop assigns to, and memory, is from there on
anything; but what was equal on both sides is the same on both. Where a turn keeps that equal, it
was right to say so of every turn. What is not kept is dropped, and all is done again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzer.errors import Stopped
from analyzer.prove import terms
from analyzer.prove.events import Act
from analyzer.prove.heads import Back, Unrolled, place_of
from analyzer.prove.solver import Answer
from analyzer.prove.terms import ADDRESS, Op, Term
from analyzer.prove.values import Blank, Method, Place, Ref, Symbolic
from analyzer.prove.words import Number, Truth, Word, truth_term
from analyzer.translate.jumps import JUMP
from analyzer.translate.runtime.nothing import NULL, Unmodelled, Unset
from analyzer.translate.runtime.pointers import Pointer as Plain
from analyzer.translate.runtime.records import Record as Local

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzer.prove.run import Run

# What a C integer may be: the least of these that holds all that was seen is taken.
_RANGES = tuple(
    each
    for bits in (1, 8, 16, 32, 64, 128)
    for each in ((0, (1 << bits) - 1), (-(1 << (bits - 1)), (1 << (bits - 1)) - 1))
)
_LATER = Unmodelled("a variable that only a turn of the loop sets")


class Restart(Exception):  # noqa: N818 - a step of the proof, no error
    """Something that was held to be kept by a turn is not: all has to be done again without."""


class Partner(NamedTuple):
    """A variable of upstream's side that one of the target's is more than, by a constant."""

    name: str
    by: int


class Plan:
    """What is held to be kept by every turn, for all runs of one proof.

    ``heads`` are the loops that are cut. A variable keeps its value until a turn was seen to
    change it (``changing``, with what it was then). One of the target's side that changes has the
    variables of upstream's that it may be equal to; it is held to be equal to the first of these.
    """

    def __init__(self, heads: Iterable[str]) -> None:
        self.heads = set(heads)
        self.changing: dict[tuple[str, str, str], object] = {}
        self.dropped: set[tuple[str, str, str, Partner]] = set()
        # Locals that a turn gives away: others can reach them from the first turn on.
        self.given: set[tuple[str, str, int]] = set()
        self._ranges: dict[tuple[str, str, str], tuple[int, int]] = {}
        # Whether it is known what turns of both sides' loops change.
        self.learnt = False

    def changes(self, key: tuple[str, str, str], value: object) -> None:
        """A turn changes a variable. Raises Restart."""
        self.changing[key] = value
        raise Restart

    def range(self, key: tuple[str, str, str], *values: Number) -> tuple[int, int]:
        """What a variable may be at a head, these values included.

        Raises Restart where it was held to be less.
        """
        bounds = [_bounds(each) for each in values]
        known = self._ranges.get(key)
        low = min(low for low, _ in bounds)
        high = max(high for _, high in bounds)
        if known is not None:
            if known[0] <= low and high <= known[1]:
                return known
            low, high = min(low, known[0]), max(high, known[1])
        for start, end in _RANGES:
            if start <= low and high <= end:
                self._ranges[key] = start, end
                if known is not None:
                    raise Restart
                return start, end
        raise Stopped("an integer of more than 128 bits goes round a loop")

    def drop(self, key: tuple[str, str, str], partner: Partner) -> None:
        """Hold a variable no longer equal to another one. Raises Restart."""
        self.dropped.add((*key, partner))
        raise Restart


def _bounds(number: Number) -> tuple[int, int]:
    return (number.low, number.high) if isinstance(number, Word) else (int(number), int(number))


class Turn(NamedTuple):
    """A head that a run stands at: where, what variables held there, and what memory was."""

    head: str
    carried: Mapping[str, object]
    memory: object


class Inductive(Unrolled):
    """The heads of loops on upstream's side: cut, and noted as events."""

    side = "upstream"

    def __init__(self, plan: Plan, run: Run, *settings: Any) -> None:
        super().__init__(*settings)
        self.plan = plan
        self.run = run
        self._standing: dict[str, dict[str, tuple[str, Turn]]] = {}
        self.back: Turn | None = None

    def enter(self, head: str) -> None:
        """A loop begins."""
        super().enter(head)
        self._standing[head] = {}

    def head(self, head: str, names: tuple[str, ...], *values: Any) -> tuple[Any, ...]:
        """A turn begins: the run is cut here, and ends where it comes back. Raises Back."""
        at_head = place_of(head, names, values)
        if f"{self.side} {at_head}" not in self.plan.heads:
            return super().head(head, names, *values)
        for side, place, number in sorted(self.plan.given):
            if side == self.side and place == at_head:
                self.run.locals.give(number)
        turn = Turn(at_head, self._carried(names, values), self._memory())
        standing = self._standing.setdefault(head, {})
        if at_head in standing:
            made, first = standing[at_head]
            self.back = turn
            self._check(made, first, turn)
            raise Back(made)
        made = self.run.happens(Act.HEAD, "a turn of a loop", (), carried=turn)
        standing[at_head] = made, turn
        if (self.side, at_head, "") in self.plan.changing:
            self.run.others_run(made)
        return tuple(self._renewed(turn, made, names, values))

    def _carried(self, names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, object]:
        found = {name: value for name, value in zip(names, values, strict=True) if name != JUMP}
        return found | {cell.key: cell.value for cell in self.run.locals.private()}

    def _memory(self) -> object:
        contents = self.run.locals.contents((), ())
        return self.run.memory.state(), tuple(contents.items())

    def _renewed(
        self, turn: Turn, made: str, names: tuple[str, ...], values: tuple[Any, ...]
    ) -> Iterable[Any]:
        for cell in list(self.run.locals.private()):
            if (self.side, turn.head, cell.key) in self.plan.changing:
                cell.put(self.fresh(turn.head, made, cell.key, cell.value))
        for name, value in zip(names, values, strict=True):
            kept = (self.side, turn.head, name) not in self.plan.changing
            yield value if kept else self.fresh(turn.head, made, name, value)

    def fresh(self, head: str, made: str, name: str, value: object) -> object:
        """What a variable that changes is at the beginning of any turn."""
        key = self.side, head, name
        return anything(self.plan, self.run, key, f"{made} {self.side} {name}", value)

    def _check(self, made: str, first: Turn, last: Turn) -> None:
        """What was held to be kept by a turn is. Raises Restart where it is not."""
        if first.memory != last.memory and (self.side, first.head, "") not in self.plan.changing:
            self._changes_memory(first.head)
        for name, before in first.carried.items():
            key = self.side, first.head, name
            if name not in last.carried:
                self.plan.given.add((self.side, first.head, self.run.locals.number_in(name)))
                raise Restart
            after = last.carried[name]
            if key in self.plan.changing:
                self._stays(key, before, after)
            elif not self._holds(equality(before, after, self.run)):
                self.plan.changes(key, _meaning(after))

    def _changes_memory(self, head: str) -> None:
        self.plan.changing["target", head, ""] = None
        self.plan.changes((self.side, head, ""), None)

    def _stays(self, key: tuple[str, str, str], before: object, after: object) -> None:
        """A variable that changes is still of its sort."""
        shown = self.plan.changing[key]
        if isinstance(before, Unset) or isinstance(after, Unset):
            return
        if isinstance(after, Word | int) and isinstance(shown, Word | int):
            self.plan.range(key, after)
        elif not (_is_pointer(after) and _is_pointer(shown) and _like(shown, after)):
            raise Stopped(f"{key[2]} is of more than one sort in a loop")
        elif shown is NULL and after is not NULL:
            self.plan.changes(key, after)

    def _holds(self, condition: Term | None) -> bool:
        return condition is not None and self.run.path.against(condition) is Answer.NEVER


class Learning(Inductive):
    """The heads of loops on one side by itself: what a turn changes is found out."""

    def __init__(self, side: str, plan: Plan, run: Run, *settings: Any) -> None:
        super().__init__(plan, run, *settings)
        self.side = side


class Following(Inductive):
    """The heads of loops on the target's side: what equals a variable of upstream's is that one."""

    side = "target"
    # Where upstream's side stood at the same event.
    there: Turn

    def __init__(self, plan: Plan, run: Run, *settings: Any) -> None:
        super().__init__(plan, run, *settings)
        # Which variables were held equal to which, by the event of the head.
        self._used: dict[str, dict[str, Partner]] = {}

    def fresh(self, head: str, made: str, name: str, value: object) -> object:
        """What a variable that changes is at the beginning of any turn."""
        there = self.there
        key = there.head, head, name
        fitting = [
            each for each in self._candidates(name, value) if (*key, each) not in self.plan.dropped
        ]
        if not fitting:
            return super().fresh(head, made, name, value)
        partner = fitting[0]
        self._used.setdefault(made, {})[name] = partner
        origin = "upstream", there.head, partner.name
        given = rebound(there.carried[partner.name], self.run)
        number = f"{made} upstream {partner.name}"
        other = anything(self.plan, self.run, origin, number, given)
        shown = self.plan.changing.get((self.side, head, name))
        return moved(other, partner.by, shown if value is NULL else value, self.run)

    def _candidates(self, name: str, value: object) -> list[Partner]:
        """Variables of upstream's that change, and are equal here or a constant apart."""
        there = self.there
        found = []
        for each, carried in there.carried.items():
            if ("upstream", there.head, each) in self.plan.changing:
                apart = self._apart(carried, value)
                if apart is not None:
                    found.append(Partner(each, apart))
        return sorted(found, key=lambda one: (one.by != 0, one.name != name))

    def _apart(self, there: object, here: object) -> int | None:
        """By how much a value is more than one of the other side, if that is the same always."""
        if isinstance(there, Unset | Unmodelled) or isinstance(here, Unset | Unmodelled):
            return None
        if isinstance(there, Word | int) and isinstance(here, Word | int):
            found = here - there
            if isinstance(found, int):
                return found
        elif _is_pointer(there) and _is_pointer(here):
            term = terms.sub(_address(here), _address(there))
            if term.op is Op.CONST:
                assert isinstance(term.value, int)
                return term.value
        else:
            return None
        return 0 if self._holds(equality(there, here, self.run)) else None

    def meets(self, there: Turn, made: str) -> None:
        """Both came back: what was held equal on both sides is. Raises Restart where it is not."""
        assert self.back is not None
        for name, partner in self._used.get(made, {}).items():
            after = self._after(there.carried[partner.name], partner.by)
            if not self._holds(equality(after, self.back.carried[name], self.run)):
                self.plan.drop((there.head, self.back.head, name), partner)

    def _after(self, value: object, by: int) -> object:
        if not by:
            return value
        if isinstance(value, Word | int):
            return value + by
        return Blank(terms.add(_address(value), terms.const(by, ADDRESS)), self.run)


def _meaning(value: object) -> object:
    return _LATER if isinstance(value, Unset) else value


def equality(there: object, here: object, run: Run) -> Term | None:
    """Whether two values of the sides are equal; None where they are not of one sort."""
    if isinstance(there, Unset | Unmodelled) or isinstance(here, Unset | Unmodelled):
        return terms.truth(there is here) if there is here else None
    if isinstance(there, Word | int) and isinstance(here, Word | int):
        return truth_term(_equal_numbers(there, here))
    if isinstance(there, Local | Plain) or isinstance(here, Local | Plain):
        return terms.TRUE if there is here or there == here else None
    if there is None and here is None:
        return terms.TRUE
    if _is_pointer(there) and _is_pointer(here) and _like(there, here):
        return terms.eq(_address(there), _address(here))
    return None


def _equal_numbers(there: Number, here: Number) -> Truth | bool:
    return there == here if isinstance(there, Word) else here == there


def _is_pointer(value: object) -> bool:
    return value is NULL or isinstance(value, Symbolic)


def _like(there: object, here: object) -> bool:
    if there is NULL or here is NULL:
        return True
    if type(there) is not type(here):
        return isinstance(there, Blank) or isinstance(here, Blank)
    if isinstance(there, Place) and isinstance(here, Place):
        return there._component == here._component
    if isinstance(there, Ref) and isinstance(here, Ref):
        return there._kind == here._kind
    return True


def _address(value: object) -> Term:
    return value._term if isinstance(value, Symbolic) else terms.const(0, ADDRESS)


def rebound(value: object, run: Run) -> object:
    """A value of the other side, as this one's own."""
    match value:
        case Word(term=term, low=low, high=high):
            return Word(term, low, high, run.path)
        case Ref(_kind=kind, _base=base, _count=count):
            return Ref(run, kind, base, _number(value._index, run), count)
        case Place(_of=of, _component=component, _base=base, _count=count):
            return Place(run, of, component, base, _number(value._index, run), count)
        case Method(_term=term, _kind=kind):
            return Method(term, run, kind)
        case Blank(_term=term):
            return Blank(term, run)
    return value


def _number(index: Number, run: Run) -> Number:
    found = rebound(index, run)
    assert isinstance(found, Word | int)
    return found


def moved(value: object, by: int, sample: object, run: Run) -> object:
    """What is more than a value by a constant, of the sort of another."""
    if isinstance(value, Word | int):
        return value + by
    term = terms.add(_address(value), terms.const(by, ADDRESS))
    match sample:
        case Ref(_kind=kind):
            return Ref(run, kind, term)
        case Place(_of=of, _component=component):
            return Place(run, of, component, term)
        case Method(_kind=kind):
            return Method(term, run, kind)
    return Blank(term, run) if isinstance(value, Symbolic) else value


def anything(plan: Plan, run: Run, key: tuple[str, str, str], made: str, value: object) -> object:
    """Any value of the sort that a variable has, which is ``value`` before the first turn."""
    shown = plan.changing.get(key)
    if isinstance(value, Unset | Unmodelled) or isinstance(shown, Unset | Unmodelled):
        return _LATER
    if value is NULL and shown is not None:
        value = shown
    match value:
        case bool() | int() | Word():
            numbers = (value, shown) if isinstance(shown, Word | int) else (value,)
            low, high = plan.range(key, *numbers)
            return Word(terms.symbol(made, high.bit_length() + (low < 0)), low, high, run.path)
        case Ref():
            return Ref(run, value._kind, terms.symbol(made, ADDRESS))
        case Place():
            return Place(run, value._of, value._component, terms.symbol(made, ADDRESS))
        case Method():
            return Method(terms.symbol(made, ADDRESS), run, value._kind)
        case Symbolic():
            return Blank(terms.symbol(made, ADDRESS), run)
    if isinstance(value, Local | Plain):
        raise Stopped("a pointer to a local variable moves in a loop")
    raise Stopped(f"a {type(value).__name__} goes round a loop")
