"""Values that depend on the input and are no integers: pointers, and what nothing looks into.

A pointer is an address term with the C type of what it leads to. One to a struct is the struct, as
in all translated code: reading a member reads memory, and a member that is a struct is the pointer
to it. Which objects two pointers lead to is for the solver to tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from analyzer.errors import Stopped
from analyzer.prove import terms
from analyzer.prove.terms import ADDRESS, Term
from analyzer.prove.words import Number, Truth, Word, at, word
from analyzer.translate.runtime.nothing import Address
from analyzer.translate.types import Array, CType, Integer, Pointer, Record

if TYPE_CHECKING:
    from analyzer.prove.layouts import Member
    from analyzer.prove.run import Run


class Symbolic(Address):
    """A pointer, or an indivisible value, by its term of 64 bits."""

    __slots__ = ("_run", "_term")

    _term: Term
    _run: Run

    def __eq__(self, other: object) -> Any:
        return _truth(self._run.is_at(self, other), self._run)

    def __ne__(self, other: object) -> Any:
        return _truth(terms.negate(self._run.is_at(self, other)), self._run)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: object) -> Any:
        return _truth(terms.ult(self._term, self._run.address_of(other)), self._run)

    def __gt__(self, other: object) -> Any:
        return _truth(terms.ult(self._run.address_of(other), self._term), self._run)

    def __le__(self, other: object) -> Any:
        return _truth(terms.negate(terms.ult(self._run.address_of(other), self._term)), self._run)

    def __ge__(self, other: object) -> Any:
        return _truth(terms.negate(terms.ult(self._term, self._run.address_of(other))), self._run)

    def __bool__(self) -> bool:
        return not self._run.path.decide(terms.eq(self._term, terms.const(0, ADDRESS)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._term!r}>"

    def _computed(self, *_: object) -> NoReturn:
        raise Stopped("computes with an address, or with a value whose type is not known")

    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _computed
    __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _computed
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _computed
    __neg__ = __invert__ = __index__ = _computed


def _truth(term: Term, run: Run) -> Truth | bool:
    return bool(term.value) if term.op is terms.Op.CONST else Truth(term, run.path)


class Blank(Symbolic):
    """A pointer to nothing that is known: ``void *``, a function, a value nothing looks into."""

    __slots__ = ()

    def __init__(self, term: Term, run: Run) -> None:
        object.__setattr__(self, "_term", term)
        object.__setattr__(self, "_run", run)

    def __call__(self, *arguments: object) -> object:
        """Call what it points to: a callee that only its address tells."""
        return self._run.call_through(self._term, arguments)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name, name=name, obj=self)
        raise Stopped(f"member {name} of something whose type is not known")

    def __getitem__(self, offset: object) -> NoReturn:
        raise Stopped("reads through a pointer whose type is not known")

    def __setitem__(self, offset: object, value: object) -> NoReturn:
        raise Stopped("writes through a pointer whose type is not known")

    def __add__(self, offset: Any) -> Blank:
        return Blank(terms.add(self._term, at(offset, ADDRESS)), self._run)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Word | int):
            return self + -other
        return word(terms.sub(self._term, self._run.address_of(other)), self._run.path, signed=True)


class Method(Blank):
    """A pointer to a function of a known type."""

    __slots__ = ("_kind",)

    def __init__(self, term: Term, run: Run, kind: Any) -> None:
        super().__init__(term, run)
        object.__setattr__(self, "_kind", kind)

    def __call__(self, *arguments: object) -> object:
        """Call it."""
        return self._run.call_through(self._term, arguments, self._kind)


class Place(Symbolic):
    """A pointer to something that is no struct.

    ``component`` is the memory it leads into, ``base`` the address of element 0, of ``count`` if
    that is known, and ``index`` which element is meant.
    """

    __slots__ = ("_base", "_component", "_count", "_index", "_of")

    def __init__(
        self,
        run: Run,
        of: CType,
        component: str,
        base: Term,
        index: Number = 0,
        count: int | None = None,
    ) -> None:
        self._run = run
        self._of = of
        self._component = component
        self._base = base
        self._index = index
        self._count = count
        stride = run.layouts.stride(of)
        self._term = terms.add(base, at(index * stride, ADDRESS))

    def _element(self, offset: Any) -> Place:
        return Place(
            self._run, self._of, self._component, self._base, self._index + offset, self._count
        )

    def __getitem__(self, offset: Any) -> object:
        place = self if isinstance(offset, int) and offset == 0 else self._element(offset)
        return place._run.read(place)

    def __setitem__(self, offset: Any, value: object) -> None:
        place = self if isinstance(offset, int) and offset == 0 else self._element(offset)
        place._run.write(place, value)

    def __add__(self, offset: Any) -> Place:
        return self._element(offset)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Word | int):
            return self._element(-other)
        return self._run.difference(self._term, other, self._run.layouts.stride(self._of))


class Ref(Symbolic):
    """A pointer to a struct, which is the struct itself.

    ``count`` structs lie side by side from ``base`` on, if that is known.
    """

    __slots__ = ("_base", "_count", "_index", "_kind")

    _kind: Record
    _base: Term
    _index: Number
    _count: int | None

    def __init__(
        self, run: Run, kind: Record, base: Term, index: Number = 0, count: int | None = None
    ) -> None:
        term = (
            terms.add(base, at(index * run.layouts.stride(kind), ADDRESS))
            if not (isinstance(index, int) and index == 0)
            else base
        )
        for name, value in zip(
            ("_run", "_kind", "_base", "_index", "_count", "_term"),
            (run, kind, base, index, count, term),
            strict=True,
        ):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name, name=name, obj=self)
        return self._run.member(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._run.set_member(self, name, value)

    def __getitem__(self, offset: Any) -> Ref:
        return self if isinstance(offset, int) and offset == 0 else self + offset

    def __setitem__(self, offset: Any, value: object) -> None:
        from analyzer.prove.table import put

        put(self._run, self[offset], value)

    def __add__(self, offset: Any) -> Ref:
        return Ref(self._run, self._kind, self._base, self._index + offset, self._count)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Word | int):
            return self + -other
        return self._run.difference(self._term, other, self._run.layouts.stride(self._kind))


def pointer(run: Run, to: CType, term: Term) -> Symbolic:
    """A pointer to something of a type."""
    from analyzer.translate.types import FunctionType, Opaque

    match to:
        case Record():
            return Ref(run, to, term)
        case FunctionType():
            return Method(term, run, to)
        case Integer() | Pointer() | Opaque():
            return Place(run, to, f"*{_called(to)}", term)
        case Array(of=of, length=length):
            return part(run, of, f"*{_called(of)}", term, length)
        case _:
            return Blank(term, run)


def _called(kind: CType) -> str:
    match kind:
        case Integer(bits=bits):
            return f"i{bits}"
        case Pointer():
            return "pointer"
        case Array(of=of):
            return _called(of)
        case _:
            return getattr(kind, "name", type(kind).__name__)


def part(run: Run, of: CType, component: str, term: Term, count: int | None) -> Symbolic:
    """The first element of an array, as what an array decays to."""
    if isinstance(of, Record):
        return Ref(run, of, term, 0, count)
    if isinstance(of, Array):
        raise Stopped("an array of arrays")
    return Place(run, of, component, term, 0, count)


def value_of(run: Run, kind: CType, term: Term) -> object:
    """The value of a type that a term is."""
    match kind:
        case Integer(signed=signed):
            return word(term, run.path, signed=signed)
        case Pointer(to=to):
            found = run.local_at(term)
            return pointer(run, to, term) if found is None else found
        case _:
            return Blank(term, run)


def width_of(kind: CType, member: Member | None = None) -> int:
    """How many bits a value of a type takes in memory."""
    if member is not None and member.bits is not None:
        return member.bits
    return kind.bits if isinstance(kind, Integer) else ADDRESS
