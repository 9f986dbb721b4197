"""Values that stand for no object: NULL, wild pointers, and what was never written."""

from __future__ import annotations

from typing import NoReturn

from analyzer.errors import FaultKind, KernelFault, Stopped

# Every way to use a value that Python asks a class about. Comparison for equality is with them:
# who compares what was never written, reads it.
_OPERATIONS = (
    *("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and", "or", "xor", "truediv"),
    *("radd", "rsub", "rmul", "rfloordiv", "rmod", "rlshift", "rrshift", "rand", "ror", "rxor"),
    *("neg", "pos", "invert", "bool", "lt", "le", "gt", "ge", "eq", "ne", "hash", "index", "int"),
    *("getitem", "setitem", "len", "iter", "contains", "call"),
)


class _Unusable:
    """Whatever is done with it raises; it may only be held, passed on and stored."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        object.__setattr__(self, "_what", what)

    def _refuse(self) -> NoReturn:
        raise NotImplementedError

    def __getattr__(self, name: str) -> NoReturn:
        _python_only(self, name)
        self._refuse()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        self._refuse()

    def __repr__(self) -> str:
        return f"<{self._what}>"


def described(value: object) -> str:
    """Describe a value in a message: the same on each run, and short."""
    return repr(value) if isinstance(value, Address | int) else f"a {type(value).__name__}"


def _python_only(value: object, name: str) -> None:
    """Let Python's own tools ask for ``__deepcopy__`` and the like; no C member is called so."""
    if name.startswith("__"):
        raise AttributeError(name, name=name, obj=value)


def _refusing(self: _Unusable, *_: object) -> NoReturn:
    self._refuse()


def _refuse_all(cls: type[_Unusable]) -> type[_Unusable]:
    for operation in _OPERATIONS:
        setattr(cls, f"__{operation}__", _refusing)
    return cls


@_refuse_all
class Unset(_Unusable):
    """A value that was never written."""

    __slots__ = ()

    def _refuse(self) -> NoReturn:
        raise KernelFault(FaultKind.UNINITIALISED, f"use of {self._what}")


@_refuse_all
class Unmodelled(_Unusable):
    """A value that only a model could give, and no model gave."""

    __slots__ = ()

    def _refuse(self) -> NoReturn:
        raise Stopped(f"{self._what} is not modelled")


class UnmodelledCallee:
    """A function that nobody gives: it may be pointed to, not called."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_: object) -> NoReturn:
        """Stop: what the function does is not known."""
        raise Stopped(f"{self._name} is not modelled")


@_refuse_all
class _Punned(_Unusable):
    """The bytes of another member of a union, which no value of ours can be made of."""

    __slots__ = ()

    def _refuse(self) -> NoReturn:
        raise punned(self._what)


def punned(what: str) -> Stopped:
    """Make the stop of an access to bytes that were written as something else."""
    return Stopped(f"type-punned access to {what}")


UNSET = Unset("an uninitialised element")
PUNNED = _Punned("a member of a union")
NO_VALUE = Unset("the value of a function that returned none")


class Address:
    """What a pointer's value may be. A model's own objects may be of this class as well."""

    __slots__ = ()

    def _position(self) -> tuple[object, int]:
        """Return the array that this points into, and the index in it."""
        raise KernelFault(FaultKind.UNRELATED, f"{self!r} is in no array")


class Embedded(Address):
    """A model's own object that stands inside another: the member's address is the object."""

    __slots__ = ()

    def _order(self, other: object) -> NoReturn:
        raise Stopped(f"where {self!r} lies in memory, before or behind another object")

    __lt__ = __gt__ = __le__ = __ge__ = _order


class NoObject(Address):
    """A pointer that points to nothing: it compares, and any access through it is a fault."""

    __slots__ = ()

    def _access(self, how: str) -> NoReturn:
        raise NotImplementedError

    def __getattr__(self, name: str) -> object:
        _python_only(self, name)
        self._access("read" if name.startswith("_") else f"read of member {name}")

    def __setattr__(self, name: str, value: object) -> None:
        self._access(f"write of member {name}")

    def __getitem__(self, offset: object) -> NoReturn:
        self._access("read")

    def __setitem__(self, offset: object, value: object) -> NoReturn:
        self._access("write")

    def __call__(self, *_: object) -> NoReturn:
        """Fault: there is nothing to call."""
        self._access("call")

    def _member_address(self, member: str) -> object:
        """Return what ``&pointer->member`` is: a fault, except where ``Misplaced`` knows it."""
        self._access(f"address of member {member}")


class Null(NoObject):
    """The null pointer. There is one: ``NULL``."""

    __slots__ = ()

    def _access(self, how: str) -> NoReturn:
        raise KernelFault(FaultKind.NULL, f"{how} through a null pointer")

    def __bool__(self) -> bool:
        return False

    def __add__(self, offset: object) -> Null:
        if offset == 0:
            return self
        raise KernelFault(FaultKind.NULL, "arithmetic on a null pointer")

    def __sub__(self, other: object) -> int | Null:
        return 0 if other is self else self + other

    __radd__ = __add__

    def __lt__(self, other: object) -> bool:
        return self._behind(other)

    def __gt__(self, other: object) -> bool:
        return self._behind(other)

    def __le__(self, other: object) -> bool:
        return not self._behind(other)

    def __ge__(self, other: object) -> bool:
        return not self._behind(other)

    def _behind(self, other: object) -> bool:
        if other is self:
            return False
        raise KernelFault(FaultKind.UNRELATED, "order of a null pointer and another")

    def __repr__(self) -> str:
        return "NULL"


NULL = Null()


class Wild(NoObject):
    """A pointer made from an integer that is no address of an object, such as an error code."""

    __slots__ = ("_address",)

    _address: int

    def __init__(self, address: int) -> None:
        object.__setattr__(self, "_address", address)

    def _access(self, how: str) -> NoReturn:
        raise KernelFault(FaultKind.WILD, f"{how} through a wild pointer, {self!r}")

    def __eq__(self, other: object) -> bool:
        return type(other) is Wild and self._address == other._address

    def __ne__(self, other: object) -> bool:
        return type(other) is not Wild or self._address != other._address

    def __hash__(self) -> int:
        return hash((Wild, self._address))

    def __add__(self, offset: object) -> Wild:
        if offset == 0:
            return self
        raise Stopped("arithmetic on a pointer made from an integer")

    def __sub__(self, other: object) -> int | Wild:
        return 0 if type(other) is Wild and self == other else self + other

    def __lt__(self, other: object) -> bool:
        return self._address < _address_of(other)

    def __le__(self, other: object) -> bool:
        return self._address <= _address_of(other)

    def __gt__(self, other: object) -> bool:
        return self._address > _address_of(other)

    def __ge__(self, other: object) -> bool:
        return self._address >= _address_of(other)

    def __repr__(self) -> str:
        return f"WILD({self._address:#x})" if type(self._address) is int else "WILD(?)"


class Misplaced(NoObject):
    """What container_of gives for a pointer that is not that member of such a record.

    Lists end so: the container of a list's head is formed, and only its ``member`` is asked for,
    which is the head again. Anything else of it is a fault.
    """

    __slots__ = ("_member", "_pointer", "_what")

    _pointer: object
    _member: str
    _what: str

    def __init__(self, pointer: object, member: str, what: str) -> None:
        object.__setattr__(self, "_pointer", pointer)
        object.__setattr__(self, "_member", member)
        object.__setattr__(self, "_what", what)

    def _access(self, how: str) -> NoReturn:
        raise KernelFault(FaultKind.CONTAINER, f"{how} of what is no {self._what}")

    def __getattr__(self, name: str) -> object:
        return self._pointer if name == self._member else super().__getattr__(name)

    def _member_address(self, member: str) -> object:
        """Return the pointer that this was made from, if it is that member's address."""
        return self._pointer if member == self._member else super()._member_address(member)

    def __eq__(self, other: object) -> bool:
        return (
            type(other) is Misplaced
            and self._member == other._member
            and self._pointer == other._pointer
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Misplaced, self._member, self._pointer))

    def __repr__(self) -> str:
        return f"<no {self._what}>"


def _address_of(other: object) -> int:
    if type(other) is Wild:
        return other._address
    raise Stopped("order of a pointer made from an integer and another")
