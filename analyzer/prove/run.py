"""One run of translated code on symbolic values: what its names mean, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.prove import terms
from analyzer.prove.events import Act, Event
from analyzer.prove.layouts import Layouts, Member
from analyzer.prove.locals import Locals
from analyzer.prove.memory import Memory
from analyzer.prove.model import Model
from analyzer.prove.solver import Answer
from analyzer.prove.terms import ADDRESS, Op, Term
from analyzer.prove.values import (
    Blank,
    Place,
    Ref,
    Symbolic,
    part,
    pointer,
    value_of,
    width_of,
)
from analyzer.prove.words import Number, Truth, Word, at, truth_term, word
from analyzer.translate.runtime.nothing import Null, Unmodelled, Unset, Wild
from analyzer.translate.runtime.pointers import Pointer as Plain
from analyzer.translate.runtime.records import Record as Local
from analyzer.translate.types import Array, CType, FunctionType, Integer, Pointer, Record, Void

if TYPE_CHECKING:
    from analyzer.prove.side import Side

# No object lies on the first page, and none where ERR_PTR() puts its numbers.
_PAGE = 4096
# No object is larger than this, in bytes.
_LARGEST = 1 << 30


def is_sound(address: Term) -> Term:
    """Whether an address is neither NULL nor an error code."""
    moved = terms.add(address, terms.const(_PAGE, ADDRESS))
    return terms.negate(terms.ult(moved, terms.const(2 * _PAGE, ADDRESS)))


class Later(Exception):  # noqa: N818 - a path is run again, no error
    """An argument is followed, and it is not known yet whether it is held to be sound."""


def _is_from_others(address: Term) -> bool:
    """Whether an address may be one that this function gave away: no older value can be."""
    return any(
        (each.op is Op.SYMBOL and not str(each.value).startswith("argument "))
        or (each.op is Op.ARRAY and not str(each.value).endswith("@0"))
        for each in terms.walk((address,))
    )


def _is_near(distance: Term) -> bool:
    """Whether a term is a distance within an object: a variable's own address is none."""
    if distance.op is not Op.CONST or not isinstance(distance.value, int):
        return False
    return min(distance.value, (1 << ADDRESS) - distance.value) < _LARGEST


class Loops(Protocol):
    """What is done at the head of a loop."""

    def enter(self, head: str) -> None:
        """A loop begins."""

    def head(self, head: str, names: tuple[str, ...], *values: Any) -> tuple[Any, ...]:
        """A turn begins, with the values of what the loop assigns to."""


class Way(Protocol):
    """A path: one of many (``path.Path``), or that of one input (``pinned.Pinned``)."""

    conditions: list[Term]
    doubtful: bool

    def decide(self, condition: Term) -> bool:
        """Whether a condition holds on this path."""

    def decided(self) -> int:
        """How many conditions have been decided so far."""

    def assume(self, condition: Term) -> None:
        """Let a condition hold. Raises Dead where it cannot."""

    def is_known(self, condition: Term) -> bool:
        """Whether a condition is known to hold, by sight."""

    def model(self) -> Model | None:
        """Values under which the path is taken; None where none are known."""

    def against(self, condition: Term) -> Model | Answer:
        """Values on this path under which a condition does not hold."""

    def number(self, word: Word) -> int:
        """A word's value on this path."""


class Run:
    """One side on one path.

    ``observe`` is told each event before it takes effect. ``trusted``: what the side does wrong
    with pointers is held never to happen, and noted; otherwise it is a fault.
    """

    def __init__(
        self,
        side: Side,
        path: Way,
        observe: Callable[[Event], None],
        *,
        trusted: bool,
    ) -> None:
        self.side = side
        self.path = path
        self.layouts: Layouts = side.shared.layouts
        self.memory = Memory(side.shared.widths)
        self.locals = Locals(self)
        self.events: list[Event] = []
        self.taken_for_granted: list[str] = []
        self._observe = observe
        self._trusted = trusted
        self.followed: set[Term] = set()
        self._seen: set[Term] = set()
        # Arguments of which it is not known yet whether upstream's side asks for NULL.
        self.undecided: frozenset[Term] = frozenset()
        self.loops: Loops

    # --- what must hold ---------------------------------------------------------------------------

    def must(self, condition: Term, kind: FaultKind, what: str) -> None:
        """Go on where a condition holds; where it does not the code is at fault."""
        if condition is terms.TRUE or self.path.is_known(condition):
            return
        if self._trusted:
            self.taken_for_granted.append(what)
            self.path.assume(condition)
        elif not self.path.decide(condition):
            raise KernelFault(kind, what)

    def _touch(self, address: Term) -> None:
        """An address is followed: no NULL, no error code.

        What lies at a known distance from a pointer is sound if that is: no object is so large.
        """
        if address.op is Op.ADD and _is_near(address.args[1]):
            address = address.args[0]
        if address in self._seen:
            return
        self._seen.add(address)
        self.followed.add(address)
        if self._trusted and self.locals and _is_from_others(address):
            self.taken_for_granted.append(
                "a pointer from elsewhere leads to a local variable whose address was given away"
            )
        if address.op is Op.CONST and isinstance(address.value, int) and address.value >= _PAGE:
            return
        if address in self.undecided and not self.path.is_known(is_sound(address)):
            raise Later
        what = "an access through NULL or an error pointer"
        self.must(is_sound(address), FaultKind.NULL, what)

    def _inside(self, index: Number, count: int | None) -> None:
        if count is None:
            return
        for condition in (index >= 0, index < count):
            what = f"an access to an element outside of {count}"
            self.must(truth_term(condition), FaultKind.BOUNDS, what)

    # --- memory -----------------------------------------------------------------------------------

    def member(self, ref: Ref, name: str) -> object:
        """Read a member of a struct; what stands in it as a whole is its address."""
        member = self._found(ref, name)
        address = self._address(ref, member)
        self._call_anonymous(ref, member)
        match member.type:
            case Record() as kind:
                return Ref(self, kind, address)
            case Array(of=of, length=length):
                return part(self, of, self._component(ref, member), address, length)
        self._touch(ref._term)
        width = width_of(member.type, member)
        term = self.memory.read(self._component(ref, member), width, address)
        if member.bits is not None and isinstance(member.type, Integer):
            return word(term, self.path, signed=member.type.signed)
        return value_of(self, member.type, term)

    def set_member(self, ref: Ref, name: str, value: object) -> None:
        """Write a member of a struct."""
        member = self._found(ref, name)
        self._touch(ref._term)
        width = width_of(member.type, member)
        address = self._address(ref, member)
        term = self.kept(value, width)
        self.memory.write(self._component(ref, member), width, address, term)

    def address_of_member(self, ref: Ref, name: str) -> object:
        """The address of a scalar member."""
        member = self._found(ref, name)
        return Place(self, member.type, self._component(ref, member), self._address(ref, member))

    def _found(self, ref: Ref, name: str) -> Member:
        self._inside(ref._index, ref._count)
        member = self.layouts.members(ref._kind, self.side.environment).get(name)
        if member is None:
            raise Stopped(f"struct {ref._kind.tag} has no member {name}")
        if member.union is not None and member.field is not None:
            self.side.shared.widths.use(member.union, member.field)
        return member

    def _address(self, ref: Ref, member: Member) -> Term:
        return terms.add(ref._term, terms.const(member.offset, ADDRESS))

    def _component(self, ref: Ref, member: Member) -> str:
        tag = ref._kind.tag
        return f"{self.side.called.get(tag, tag)}.{member.name}"

    def _call_anonymous(self, ref: Ref, member: Member) -> None:
        """Call an anonymous struct by the member that it is: its own tag tells where it stands."""
        kind = member.type.of if isinstance(member.type, Array) else member.type
        if isinstance(kind, Record) and " " in kind.tag:
            self.side.called[kind.tag] = self._component(ref, member)

    def read(self, place: Place) -> object:
        """Read what a pointer leads to."""
        self._inside(place._index, place._count)
        self._touch(place._term)
        if isinstance(place._of, Record | Array | Void | FunctionType):
            raise Stopped("reads a whole object through a pointer")
        term = self.memory.read(place._component, width_of(place._of), place._term)
        return value_of(self, place._of, term)

    def write(self, place: Place, value: object) -> None:
        """Write what a pointer leads to."""
        self._inside(place._index, place._count)
        self._touch(place._term)
        width = width_of(place._of)
        self.memory.write(place._component, width, place._term, self.kept(value, width))

    # --- values and terms -------------------------------------------------------------------------

    def kept(self, value: object, width: int) -> Term:
        """The term of a value that is written to memory."""
        if isinstance(value, Local | Plain):
            raise Stopped("the address of a local variable is kept in memory")
        return self.term_of(value, width)

    def term_of(self, value: object, width: int = ADDRESS) -> Term:
        """The term of any value. Raises Stopped for one that has none."""
        match value:
            case Word() | int():
                return at(value, width)
            case Truth():
                one, none = terms.const(1, width), terms.const(0, width)
                return terms.ite(value.term, one, none)
            case None:
                raise Stopped("a value that nothing describes")
        return terms.extract(self.address_of(value), 0, width)

    def address_of(self, value: object) -> Term:
        """The address that a pointer is."""
        match value:
            case Symbolic():
                return value._term
            case Null():
                return terms.const(0, ADDRESS)
            case Wild():
                return terms.const(value._address, ADDRESS)
            case Local() | Plain():
                return self.locals.address(value)
            case Unset():
                raise KernelFault(FaultKind.UNINITIALISED, "a value that was never written")
            case Unmodelled():
                raise Stopped("a variable is used that only a turn of a loop sets")
        known = self.side.address_of_function(value)
        if known is None:
            raise Stopped(f"the address of a {type(value).__name__}")
        return known

    def is_at(self, value: Symbolic, other: object) -> Term:
        """Whether a pointer is another one: none is a local's whose address stayed here."""
        if isinstance(other, Local | Plain):
            if self.locals.is_known(other):
                raise Stopped("a pointer is compared with the address of a local variable")
            return terms.FALSE
        return terms.eq(value._term, self.address_of(other))

    def local_at(self, term: Term) -> object | None:
        """The local variable that an address is that of; None for any other."""
        return self.locals.at(term) if term.op is Op.CONST else None

    def difference(self, term: Term, other: object, stride: int) -> object:
        """How many elements lie between two pointers."""
        apart = terms.sub(term, self.address_of(other))
        found = word(apart, self.path, signed=True)
        if stride == 1:
            return found
        size = terms.const(stride, ADDRESS)
        return word(terms.operation(Op.SDIV, apart, size), self.path, signed=True)

    def fresh(self, kind: CType, name: str) -> object:
        """A value of a type of which nothing is known but its name."""
        self.side.shared.widths.check(name, width_of(kind))
        if isinstance(kind, Integer):
            return word(terms.symbol(name, kind.bits), self.path, signed=kind.signed)
        if isinstance(kind, Pointer):
            return pointer(self, kind.to, terms.symbol(name, ADDRESS))
        if isinstance(kind, Record | Array):
            raise Stopped("a struct by value from outside")
        return Blank(terms.symbol(name, ADDRESS), self)

    # --- events -----------------------------------------------------------------------------------

    def happens(
        self,
        act: Act,
        name: str,
        arguments: tuple[object, ...],
        takes: tuple[CType, ...] = (),
        carried: object = None,
    ) -> str:
        """Note an event and return the name of what comes of it; memory is left as it is."""
        given = [self.term_of(each, _width(takes, number)) for number, each in enumerate(arguments)]
        event = Event(
            act,
            name,
            tuple(given),
            self.locals.contents(arguments, takes),
            self.memory.written(),
            self.memory.epoch,
            self.side.place(),
            carried,
        )
        self._observe(event)
        self.events.append(event)
        return f"{name}#{len(self.events)}"

    def others_run(self, made: str) -> None:
        """Let everything that others can reach be otherwise from here on."""
        self.memory.renew(made)
        self.locals.renew(made)

    def call_through(
        self, term: Term, arguments: tuple[object, ...], kind: FunctionType | None = None
    ) -> object:
        """Call what an address leads to."""
        function = Blank(term, self)
        self._touch(term)
        takes = kind.takes.types if kind is not None and kind.takes is not None else ()
        before = (Pointer(Void()), *takes) if takes else ()
        made = self.happens(Act.CALL, "a function by its pointer", (function, *arguments), before)
        self.others_run(made)
        return self.result(kind.returns if kind is not None else Void(), made)

    def result(self, kind: CType, made: str) -> object:
        """What a callee returns."""
        return None if isinstance(kind, Void) else self.fresh(kind, f"{made} returns")


def _width(takes: tuple[CType, ...], number: int) -> int:
    kind = takes[number] if number < len(takes) else None
    return kind.bits if isinstance(kind, Integer) else ADDRESS
