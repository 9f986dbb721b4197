"""Types as written become types as meant: specifiers, declarators, enums."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, assert_never

from analyzer.csource.syntax import (
    ArrayOf,
    Basic,
    Declaration,
    Declared,
    Derivation,
    Expr,
    FunctionOf,
    IndexRange,
    Initializers,
    Parameter,
    PointerTo,
    Specifier,
    String,
    Tag,
    Tagged,
    TypedefName,
    TypeName,
    TypeOf,
    UnsupportedType,
)
from analyzer.translate.constant import evaluate, text_bytes
from analyzer.translate.identifier import Constant
from analyzer.translate.types import (
    Array,
    CType,
    Field,
    FunctionType,
    Integer,
    Model,
    Opaque,
    Parameters,
    Pointer,
    Record,
    Unknown,
    basic,
)

if TYPE_CHECKING:
    from analyzer.translate.environment import Environment

# What only a translator knows: the type of an expression, where it stands.
TypeOfExpr: TypeAlias = Callable[[Expr], CType]


def resolve(
    name: TypeName, environment: Environment, owner: str, typeof: TypeOfExpr | None
) -> CType:
    """Return the type that is meant. ``owner`` names what an anonymous struct in it belongs to."""
    base = specified(name.specifier, environment, owner, typeof)
    return derived(base, name.shape, environment, typeof)


def specified(
    specifier: Specifier, environment: Environment, owner: str, typeof: TypeOfExpr | None
) -> CType:
    """Return the type of a specifier alone; a body in it is declared on the way."""
    match specifier:
        case Basic(words):
            return basic(words, environment.model) or Unknown(" ".join(words))
        case TypedefName(name):
            return environment.typedef(name) or Opaque(name)
        case Tagged():
            return environment.specified(specifier, owner, typeof)
        case TypeOf(operand):
            if operand is None:
                return Unknown("__auto_type")
            if isinstance(operand, TypeName):
                return resolve(operand, environment, owner, typeof)
            return environment.type_of(operand, typeof)
        case UnsupportedType(text):
            return Unknown(text)
        case _:
            assert_never(specifier)


def derived(
    base: CType,
    shape: tuple[Derivation, ...],
    environment: Environment,
    typeof: TypeOfExpr | None,
) -> CType:
    """Return what a declarator makes of the type before it."""
    for step in reversed(shape):
        match step:
            case PointerTo():
                base = Pointer(base)
            case ArrayOf(size):
                base = Array(base, _length(size, environment, typeof))
            case FunctionOf(parameters, variadic):
                base = FunctionType(base, taken(parameters, variadic, environment, typeof))
            case _:
                assert_never(step)
    return base


def taken(
    parameters: tuple[Parameter, ...],
    variadic: bool,
    environment: Environment,
    typeof: TypeOfExpr | None = None,
) -> Parameters | None:
    """Return what a function of these parameters takes: ``f()`` says nothing of it."""
    if not parameters and variadic:
        return None
    kinds = (adjusted(resolve(each.type, environment, "parameter", typeof)) for each in parameters)
    return Parameters(tuple(kinds), variadic)


def adjusted(kind: CType) -> CType:
    """Return the type of a parameter declared so: arrays and functions are passed by address."""
    match kind:
        case Array(of=of):
            return Pointer(of)
        case FunctionType():
            return Pointer(kind)
        case _:
            return kind


def _length(size: Expr | None, environment: Environment, typeof: TypeOfExpr | None) -> int | None:
    found = evaluate(size, environment, typeof) if size is not None else None
    return found[0] if found is not None and found[0] >= 0 else None


def of_declared(
    declared: Declared, base: CType, environment: Environment, typeof: TypeOfExpr | None
) -> CType:
    """Return a declarator's type; a length or type that its initializer gives is taken from it.

    ``base`` is the type of its specifier.
    """
    initial = declared.initial
    if declared.type.specifier == TypeOf(None):
        if initial is None or isinstance(initial, Initializers):
            return base
        return adjusted(environment.type_of(initial, typeof))
    kind = derived(base, declared.type.shape, environment, typeof)
    if initial is None or declared.type.shape[:1] != (ArrayOf(None),):
        return kind
    length = _initial_length(initial, environment, typeof)
    return Array(kind.of, length) if isinstance(kind, Array) else kind


def _initial_length(
    initial: Expr | Initializers, environment: Environment, typeof: TypeOfExpr | None
) -> int | None:
    if isinstance(initial, String):
        text = text_bytes(initial)
        return len(text) + 1 if text is not None else None
    if not isinstance(initial, Initializers):
        return None
    length = following = 0
    for item in initial.items:
        if item.designators:
            index = item.designators[0]
            if isinstance(index, str):
                return None
            place = evaluate(
                index.last if isinstance(index, IndexRange) else index, environment, typeof
            )
            if place is None:
                return None
            following = place[0]
        following += 1
        length = max(length, following)
    return length


def fields_of(
    members: tuple[Declaration, ...],
    environment: Environment,
    owner: str,
    typeof: TypeOfExpr | None = None,
) -> tuple[Field, ...]:
    """Return the members of a struct or union whose tag is ``owner``."""
    found: list[Field] = []
    for number, member in enumerate(members):
        inside = f"{owner} {number}"
        base = specified(member.specifier, environment, inside, typeof)
        for declared in member.declared:
            kind = derived(base, declared.type.shape, environment, typeof)
            found.append(_field(declared, kind, environment, typeof))
            if _is_of_unknown_length(declared, kind):
                environment.forget_layout(owner)
        if not member.declared and _is_anonymous(member.specifier):
            found.append(Field(None, base))
    return _merged(found)


def _merged(fields: list[Field]) -> tuple[Field, ...]:
    """Merge fields of one name, from arms of an ``#if``: only a type of all arms is known."""
    kept: dict[object, Field] = {}
    for number, field in enumerate(fields):
        before = kept.setdefault(field.name or number, field)
        if before != field:
            kept[field.name or number] = Field(field.name, Unknown(f"member {field.name}"))
    return tuple(kept.values())


def _field(
    declared: Declared, kind: CType, environment: Environment, typeof: TypeOfExpr | None
) -> Field:
    if declared.bits is None:
        return Field(declared.name, kind)
    width = evaluate(declared.bits, environment, typeof)
    if width is None or not isinstance(kind, Integer) or not 0 <= width[0] <= kind.bits:
        return Field(declared.name, Unknown(f"bit-field {declared.name}"))
    return Field(declared.name, kind, width[0])


def _is_of_unknown_length(declared: Declared, kind: CType) -> bool:
    """Whether an array's length is written, and we cannot tell it."""
    for step in declared.type.shape:
        if not isinstance(step, ArrayOf) or not isinstance(kind, Array):
            return False
        if step.size is not None and kind.length is None:
            return True
        kind = kind.of
    return False


def _is_anonymous(specifier: Specifier) -> bool:
    match specifier:
        case Tagged(kind=kind, tag=None, members=members):
            return kind is not Tag.ENUM and members is not None
        case _:
            return False


def enumeration(
    tagged: Tagged, environment: Environment, typeof: TypeOfExpr | None = None
) -> tuple[tuple[Constant, ...], CType]:
    """Return an enum's constants whose value is known, and its type by gcc's rules.

    A constant is an int where it fits, and of the enum's type otherwise.
    """
    scope = environment.inner()
    found: dict[str, int] = {}
    following: int | None = 0
    for each in tagged.enumerators or ():
        if each.value is not None:
            value = evaluate(each.value, scope, typeof)
            following = value[0] if value is not None else None
        if following is not None:
            found[each.name] = following
            scope.bind(Constant(each.name, following, environment.model.int))
            following += 1
    kind = _enum_type(list(found.values()), environment.model)
    integer = environment.model.int
    constants = tuple(
        Constant(name, value, integer if integer.wrap(value) == value else kind)
        for name, value in found.items()
    )
    complete = len(found) == len(tagged.enumerators or ()) and not tagged.packed
    return constants, kind if complete else Opaque(f"enum {tagged.tag}")


def _enum_type(values: list[int], model: Model) -> Integer:
    signed = any(value < 0 for value in values)
    wide = "long" if model.long_bits == 64 else "long long"
    for kind in (model.integer("int", 32, signed), model.integer(wide, 64, signed)):
        if all(kind.wrap(value) == value for value in values):
            return kind
    return model.integer("__int128", 128, signed)


def record_of(tagged: Tagged, tag: str) -> Record:
    """Return the type of a struct or union under a tag that is its own or made up."""
    return Record(tag, tagged.kind is Tag.UNION)
