"""The run-time table's helpers, for values that are terms; on plain values they do as always."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.prove import terms
from analyzer.prove.terms import ADDRESS
from analyzer.prove.values import Blank, Place, Ref, Symbolic
from analyzer.prove.words import Truth, Word, at, word
from analyzer.translate.runtime import arithmetic, containers, views
from analyzer.translate.runtime.memory import Memory
from analyzer.translate.runtime.records import Record as Local
from analyzer.translate.types import Integer, Pointer, Record, Void

if TYPE_CHECKING:
    from analyzer.prove.run import Run

_CELLS = 100_000


def helpers(current: Callable[[], Run]) -> Mapping[str, object]:
    """The helpers that differ, bound to the run that is going on."""
    memory = Memory(_CELLS)
    own = {name: _bound(each, current, memory) for name, each in _OWN.items()}
    wrapped: dict[str, object] = {f"_i{bits}": _wrapping(bits) for bits in (8, 16, 32, 64, 128)}
    return {**own, **wrapped, "_flag": flag, "_bool": flag, "_tick": _nothing, **_SHIFTS}


def _bound(
    helper: Callable[..., object], current: Callable[[], Run], memory: Memory
) -> Callable[..., object]:
    return lambda *arguments: helper(current(), memory, *arguments)


def _nothing() -> None:
    """Where the run-time counts steps: here the path does."""


def flag(condition: Any) -> object:
    """1 or 0, without asking which."""
    if isinstance(condition, Word):
        condition = condition != 0
    if isinstance(condition, Symbolic):
        zero = terms.const(0, ADDRESS)
        condition = Truth(terms.negate(terms.eq(condition._term, zero)), condition._run.path)
    if isinstance(condition, Truth):
        one, none = terms.const(1, 1), terms.const(0, 1)
        return word(terms.ite(condition.term, one, none), condition.by)
    return 1 if condition else 0


def _wrapping(bits: int) -> Callable[[Any], object]:
    mask, half = (1 << bits) - 1, 1 << (bits - 1)

    def wrap(value: Any) -> object:
        if isinstance(value, Word):
            if -half <= value.low and value.high < half:
                return value
            return word(at(value, bits), value.by, signed=True)
        return (value & mask ^ half) - half

    return wrap


def _shift(plain: Callable[..., object]) -> Callable[..., object]:
    """A shift whose count is known to fit once it was asked whether it does."""

    def shift(value: Any, count: Any, bits: int) -> object:
        if not isinstance(count, Word):
            return plain(value, count, bits)
        if count < 0 or count >= bits:
            raise KernelFault(FaultKind.SHIFT, f"shift count outside 0..{bits - 1}")
        width = bits.bit_length()
        fitting = Word(at(count, width), 0, min(bits - 1, max(count.high, 0)), count.by)
        return plain(value, fitting, bits)

    return shift


def _new(run: Run, memory: Memory, shape: Any) -> object:
    return _noted(run, memory.new(shape), shape)


def _zero(run: Run, memory: Memory, shape: Any) -> object:
    return _noted(run, memory.zero(shape), shape)


def _cell(run: Run, memory: Memory, shape: Any) -> object:
    return _noted(run, memory.cell(shape), shape)


def _noted(run: Run, made: Any, shape: Any) -> object:
    run.locals.note(made, shape)
    return made


def _copy(run: Run, memory: Memory, value: Any) -> object:
    made: Any
    if not isinstance(value, Ref):
        made = memory.copy(value)
        return _noted(run, made, made._shape)
    shape = run.side.shape(value._kind)
    made = _noted(run, memory.new(shape), shape)
    _fill(run, made, value)
    return made


def _held(run: Run, memory: Memory, value: Any) -> object:
    return _copy(run, memory, value) if isinstance(value, Ref | Local) else value


def _assign(run: Run, memory: Memory, target: Any, source: Any) -> None:
    if isinstance(target, Ref):
        if isinstance(source, Ref):
            source = _copy(run, memory, source)
        put(run, target, source)
    elif isinstance(source, Ref):
        _fill(run, target, source)
    else:
        memory.assign(target, source)


def _fill(run: Run, made: Any, source: Ref) -> None:
    """Copy what memory holds of a struct into a local one."""
    for member in _members(made):
        inner: Any = getattr(source, member.name)
        # A pointer to a struct is one, too: what stands in the struct as a whole, the shape tells.
        if hasattr(member.shape, "fields"):
            _fill(run, getattr(made, member.name), inner)
        elif hasattr(member.shape, "length"):
            _fill_array(getattr(made, member.name), inner, member.shape)
        else:
            setattr(made, member.name, inner)


def _fill_array(made: Any, source: Any, shape: Any) -> None:
    for index in range(shape.length):
        made[index] = source[index]


def put(run: Run, target: Ref, source: Any) -> None:
    """Copy a local struct into memory."""
    for member in _members(source):
        if hasattr(member.shape, "fields"):
            put(run, getattr(target, member.name), getattr(source, member.name))
        elif hasattr(member.shape, "length"):
            inner, given = getattr(target, member.name), getattr(source, member.name)
            for index in range(member.shape.length):
                inner[index] = given[index]
        else:
            setattr(target, member.name, getattr(source, member.name))


def _members(record: Any) -> Any:
    if not isinstance(record, Local):
        raise Stopped("a struct is copied that is none")
    if record._layout.unions:
        raise Stopped("a struct with a union is copied")
    return record._layout.members


def _reset(run: Run, memory: Memory, target: Any, shape: Any) -> None:
    if isinstance(target, Symbolic):
        if not isinstance(target, Ref):
            raise Stopped("an array in memory is made zero")
        put(run, target, memory.zero(shape))
    else:
        memory.reset(target, shape)


def _address(run: Run, memory: Memory, record: Any, member: str) -> object:
    if isinstance(record, Ref):
        return run.address_of_member(record, member)
    if isinstance(record, Symbolic):
        raise Stopped(f"member {member} of something whose type is not known")
    return memory.address(record, member)


def _whole(run: Run, memory: Memory, array: Any) -> object:
    return array if isinstance(array, Symbolic) else memory.whole(array)


def _text(run: Run, memory: Memory, characters: Any, **_: object) -> object:
    return Blank(run.side.shared.address_of(f'"{characters!r}"'), run)


def _int_of(run: Run, memory: Memory, value: Any, bits: int) -> object:
    return word(terms.extract(run.address_of(value), 0, bits), run.path)


def _pointer_of(run: Run, memory: Memory, number: Any) -> object:
    if not isinstance(number, Word):
        return memory.pointer_of(number)
    return Blank(at(number, ADDRESS), run)


def _container(run: Run, memory: Memory, value: Any, shape: Any, *path: str) -> object:
    if not isinstance(value, Symbolic):
        return containers.container(value, shape, *path)
    kind = outer = Record(shape.tag, shape.union)
    offset = 0
    for name in path:
        member = run.layouts.members(kind, run.side.environment).get(name)
        if member is None:
            raise Stopped(f"struct {kind.tag} has no member {name}")
        offset += member.offset
        kind = member.type  # type: ignore[assignment]
    return Ref(run, outer, terms.add(value._term, terms.const(-offset, ADDRESS)))


def _as_record(run: Run, memory: Memory, value: Any, tag: str) -> object:
    if not isinstance(value, Symbolic):
        return views.as_record(value, tag)
    if isinstance(value, Ref) and value._kind.tag == tag:
        return value
    if isinstance(value, Blank):
        run.memory.use(value._term, tag)
        return Ref(run, run.side.record(tag), value._term)
    raise Stopped(f"memory of another type as a struct {tag}")


def _as_array(run: Run, memory: Memory, value: Any, size: int, signed: bool | None) -> object:
    if not isinstance(value, Symbolic):
        return views.as_array(value, size, signed)
    if isinstance(value, Place):
        of = value._of
        if isinstance(of, Integer) and of.bits == 8 * size and signed in (None, of.signed):
            return value
        if isinstance(of, Pointer) and signed is None:
            return value
    if isinstance(value, Blank):
        run.memory.use(value._term, f"{size} bytes" if signed is not None else "pointer")
    if isinstance(value, Blank) and signed is not None:
        return Place(
            run, Integer(f"{size} bytes", 8 * size, signed, 0), f"*i{8 * size}", value._term
        )
    if isinstance(value, Blank):
        return Place(run, Pointer(Void()), "*pointer", value._term)
    raise Stopped("memory of one type is used as another")


def _same(run: Run, memory: Memory, one: Any, other: Any) -> object:
    if isinstance(one, Symbolic) or isinstance(other, Symbolic):
        return one == other if isinstance(one, Symbolic) else other == one
    return views.same(one, other)


_SHIFTS = {"_shl": _shift(arithmetic.shl), "_shr": _shift(arithmetic.shr)}
_OWN: Mapping[str, Callable[..., object]] = {
    "_new": _new,
    "_zero": _zero,
    "_cell": _cell,
    "_copy": _copy,
    "_held": _held,
    "_assign": _assign,
    "_reset": _reset,
    "_address": _address,
    "_whole": _whole,
    "_text": _text,
    "_int_of": _int_of,
    "_pointer_of": _pointer_of,
    "_container": _container,
    "_as_record": _as_record,
    "_as_array": _as_array,
    "_same": _same,
}
