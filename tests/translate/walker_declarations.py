"""Declarations, for the walking evaluator: what names mean, and what objects begin as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from walker_literals import codes
from walker_memory import Memory
from walker_types import (
    VOID,
    Array,
    IntType,
    Member,
    Model,
    Pointer,
    Record,
    Routine,
    Type,
    WalkerRefusal,
)

from analyzer.csource import syntax as c


@dataclass(frozen=True, slots=True)
class Variable:
    """A name of an object, or of a function, at its address."""

    type: Type
    address: int


@dataclass(frozen=True, slots=True)
class Constant:
    """An enumerator."""

    type: IntType
    value: int


@dataclass(frozen=True, slots=True)
class Alias:
    """A typedef."""

    type: Type


@dataclass(frozen=True, slots=True)
class Placed:
    """An initializer and what it is for: a type at an offset, in a bit-field perhaps."""

    type: Type
    offset: int
    member: Member | None
    value: c.Expr


Binding = Variable | Constant | Alias | Type
Scope = dict[Any, Binding]


class Declarations:
    """What the walker knows of names; ``scope`` is what stands around at the moment."""

    def __init__(self, model_name: str) -> None:
        self.model = Model(model_name)
        self.memory = Memory()
        self.globals: Scope = {}
        self.scope: Scope = self.globals
        self.statics: dict[int, Variable] = {}
        self.specified: dict[int, tuple[Type, Scope]] = {}
        self.named_types: dict[int, Type] = {}
        self.pending: list[tuple[Variable, c.Expr | c.Initializers]] = []

    # The next layer says what expressions are.
    value: Callable[[c.Expr], tuple[Type, Any]]
    type_of: Callable[[c.Expr], Type]
    convert: Callable[[Type, Any, Type], Any]
    store: Callable[[Type, int, Member | None, Any], Any]

    def find(self, name: str) -> Binding | None:
        found = self.scope.get(name)
        return found if found is not None else self.globals.get(name)

    # --- types ----------------------------------------------------------------------------------

    def type_named(self, node: c.TypeName) -> Type:
        """The type of a type name; it is the same one each time."""
        known = self.named_types.get(id(node))
        if known is None:
            base = self.specifier(node.specifier, node.span.line)
            known = self.named_types[id(node)] = self.derived(base, node.shape)
        elif isinstance(node.specifier, c.Tagged):
            self.specifier(node.specifier, node.span.line)
        return known

    def derived(self, base: Type, shape: tuple[c.Derivation, ...]) -> Type:
        """A type from its specifier's; the shape is read outwards from the name."""
        for step in reversed(shape):
            match step:
                case c.PointerTo():
                    base = Pointer(base, self.model.pointer_size)
                case c.ArrayOf(size):
                    base = Array(base, None if size is None else self.constant(size))
                case c.FunctionOf(parameters, variadic):
                    takes = tuple(self.adjusted(self.type_named(each.type)) for each in parameters)
                    base = Routine(base, takes, variadic)
        return base

    def adjusted(self, kind: Type) -> Type:
        """The type of a parameter: arrays and functions are passed by address."""
        if isinstance(kind, Array):
            return Pointer(kind.of, self.model.pointer_size)
        return Pointer(kind, self.model.pointer_size) if isinstance(kind, Routine) else kind

    def constant(self, node: c.Expr) -> int:
        kind, value = self.value(node)
        if not isinstance(kind, IntType):
            raise WalkerRefusal("a size that is no integer", node.span.line)
        return int(value)

    def specifier(self, node: c.Specifier, line: int) -> Type:
        """The type of specifiers; a body binds its tag and enumerators in this scope."""
        match node:
            case c.Basic(words):
                basic = self.model.basic(words)
                if basic is None:
                    raise WalkerRefusal(f"the type {' '.join(words)}", line)
                return basic
            case c.TypedefName(name):
                found = self.find(name)
                if isinstance(found, Alias):
                    return found.type
                if name in ("bool", "_Bool"):
                    return self.model.bool
                raise WalkerRefusal(f"the type {name}", line)
            case c.TypeOf(operand):
                if isinstance(operand, c.TypeName):
                    return self.type_named(operand)
                if operand is None:
                    raise WalkerRefusal("__auto_type", line)
                return self.type_of(operand)
            case c.Tagged():
                return self.tagged(node, line)
        raise WalkerRefusal(f"the type {node.text}", line)

    def tagged(self, node: c.Tagged, line: int) -> Type:
        if node.packed:
            raise WalkerRefusal("a packed or aligned type", line)
        if node.members is None and node.enumerators is None:
            return self.named_tag(node)
        known = self.specified.get(id(node))
        if known is None:
            outer, self.scope = self.scope, dict(self.scope)
            before = dict(self.scope)
            kind = self.enumeration(node) if node.kind is c.Tag.ENUM else self.record(node, outer)
            made = {key: each for key, each in self.scope.items() if before.get(key) is not each}
            self.scope = outer
            known = self.specified[id(node)] = kind, made
        self.scope.update(known[1])
        return known[0]

    def named_tag(self, node: c.Tagged) -> Type:
        found = self.find((node.kind, node.tag))
        if found is None:
            if node.kind is c.Tag.ENUM:
                return self.model.unsigned
            # Only named as yet: its body completes this very object.
            found = Record(str(node.tag), node.kind is c.Tag.UNION)
            self.globals[node.kind, node.tag] = found
        assert isinstance(found, Record | IntType)
        return found

    def record(self, node: c.Tagged, outer: Scope) -> Record:
        known = outer.get((node.kind, node.tag)) if node.tag else None
        if known is None and node.tag and self.scope is not self.globals:
            named = self.globals.get((node.kind, node.tag))
            known = named if isinstance(named, Record) and named.members is None else None
        fresh = not isinstance(known, Record) or known.members is not None
        kind = Record(node.tag or "", node.kind is c.Tag.UNION) if fresh else known
        assert isinstance(kind, Record)
        if node.tag:
            self.scope[node.kind, node.tag] = kind
        fields: list[tuple[str | None, Type, int | None]] = []
        for declaration in node.members or ():
            base = self.specifier(declaration.specifier, declaration.span.line)
            for each in declaration.declared:
                bits = None if each.bits is None else self.constant(each.bits)
                fields.append((each.name, self.derived(base, each.type.shape), bits))
            if not declaration.declared and isinstance(base, Record):
                fields.append((None, base, None))
        kind.complete(fields)
        return kind

    def enumeration(self, node: c.Tagged) -> IntType:
        value, lowest = -1, 0
        for each in node.enumerators or ():
            value = value + 1 if each.value is None else self.constant(each.value)
            lowest = min(lowest, value)
            self.scope[each.name] = Constant(self.model.int, value)
        kind = self.model.int if lowest < 0 else self.model.unsigned
        if node.tag:
            self.scope[node.kind, node.tag] = kind
        return kind

    # --- declarations ---------------------------------------------------------------------------

    def declare(self, node: c.Declaration, *, run: bool = True) -> None:
        """Bring a declaration's names into scope; without ``run`` a jump has skipped it."""
        base: Type | None = None
        outside = self.scope is self.globals
        for each in node.declared:
            if isinstance(each.type.specifier, c.TypeOf) or base is None:
                base = self.base_of(node, each)
            kind = self.derived(base, each.type.shape)
            if each.name is None:
                continue
            if "typedef" in node.storage:
                self.scope[each.name] = Alias(kind)
            elif isinstance(kind, Routine) or "extern" in node.storage:
                self.globals.setdefault(each.name, Variable(kind, 0))
            elif "static" in node.storage or outside:
                self.declare_static(each, each.name, kind, outside)
            else:
                self.declare_local(each, each.name, kind, run)
        if not node.declared:
            self.specifier(node.specifier, node.span.line)
        self.scope[id(node)] = VOID

    def base_of(self, node: c.Declaration, each: c.Declared) -> Type:
        specifier = node.specifier
        if isinstance(specifier, c.TypeOf) and specifier.operand is None:
            # __auto_type takes what its initializer is.
            assert each.initial is not None and not isinstance(each.initial, c.Initializers)
            kind = self.type_of(each.initial)
            return self.adjusted(kind)
        return self.specifier(specifier, node.span.line)

    def declare_static(self, each: c.Declared, name: str, kind: Type, outside: bool) -> None:
        known = self.statics.get(id(each))
        if known is None:
            there = self.globals.get(name) if outside else None
            kind = self.sized(kind, each.initial)
            if isinstance(there, Variable) and there.address and there.type.size == kind.size:
                known = there  # a tentative definition before this one
            else:
                known = Variable(kind, self.memory.reserve(kind, static=True, zeroed=True))
            self.statics[id(each)] = self.scope[name] = known
            if each.initial is not None and outside:
                self.pending.append((known, each.initial))
            elif each.initial is not None:
                self.initialize(known, each.initial)
        self.scope[name] = known

    def declare_local(self, each: c.Declared, name: str, kind: Type, run: bool) -> None:
        there = self.scope.get(id(each))
        if isinstance(there, Variable):
            # A jump back came by here again: it is the same object, with nothing in it.
            variable = there
            self.memory.forget(variable.address, variable.type.size)
        else:
            kind = self.sized(kind, each.initial)
            variable = Variable(kind, self.memory.reserve(kind))
        self.scope[name] = self.scope[id(each)] = variable
        if run and each.initial is not None:
            self.initialize(variable, each.initial)

    # --- initializers ---------------------------------------------------------------------------

    def sized(self, kind: Type, initial: c.Expr | c.Initializers | None) -> Type:
        """The type of an object; an array without a length has that of its initializer."""
        if not isinstance(kind, Array) or kind.length is not None or initial is None:
            return kind
        text = _string(initial)
        if text is not None:
            return Array(kind.of, len(self.characters(text)))
        assert isinstance(initial, c.Initializers)
        placed: list[Placed] = []
        length = self.place_items(kind, 0, initial.items, 0, True, placed)[1]
        return Array(kind.of, length)

    def initialize(self, variable: Variable, initial: c.Expr | c.Initializers) -> None:
        kind, at = variable.type, variable.address
        text = _string(initial) if isinstance(kind, Array) else None
        if text is not None:
            self.memory.zero(at, kind.size)
            self.store_text(kind, at, text)
            return
        if not isinstance(initial, c.Initializers):
            given, value = self.value(initial)
            self.store(kind, at, None, self.convert(given, value, kind))
            return
        placed: list[Placed] = []
        if isinstance(kind, Array | Record):
            self.place_items(kind, 0, initial.items, 0, True, placed)
        else:
            self.place_value(kind, 0, None, initial, placed)
        self.memory.zero(at, kind.size)
        for each in placed:
            text = _string(each.value) if isinstance(each.type, Array) else None
            if text is not None:
                self.store_text(each.type, at + each.offset, text)
                continue
            given, value = self.value(each.value)
            value = self.convert(given, value, each.type)
            self.store(each.type, at + each.offset, each.member, value)

    def characters(self, text: c.String) -> bytes:
        return bytes([code for piece in text.pieces for code in codes(piece)] + [0])

    def store_text(self, kind: Type, at: int, text: c.String) -> None:
        data = self.characters(text)[: kind.size]
        self.memory.store_bytes(at, (data, b"\2" * len(data)))

    def place_value(
        self,
        kind: Type,
        at: int,
        member: Member | None,
        value: c.Expr | c.Initializers,
        placed: list[Placed],
    ) -> None:
        """Place an initializer that is for one whole object."""
        if not isinstance(value, c.Initializers):
            placed.append(Placed(kind, at, member, value))
        elif isinstance(kind, Array | Record):
            if len(value.items) == 1 and isinstance(kind, Array):
                text = _string(value.items[0].value)
                if text is not None and isinstance(kind.of, IntType):
                    placed.append(Placed(kind, at, member, text))
                    return
            self.place_items(kind, at, value.items, 0, True, placed)
        elif len(value.items) == 1 and not isinstance(value.items[0].value, c.Initializers):
            placed.append(Placed(kind, at, member, value.items[0].value))
        else:
            raise WalkerRefusal("an initializer of a scalar", value.span.line)

    def place_items(
        self,
        kind: Array | Record,
        at: int,
        items: tuple[c.Item, ...],
        index: int,
        braced: bool,
        placed: list[Placed],
    ) -> tuple[int, int]:
        """Place items from ``index`` on into an aggregate (C11 6.7.9 p17 to p20).

        Without braces of its own it takes as many as it has room for, and leaves the rest. Returns
        the first item that it leaves, and how many elements it has got.
        """
        position, length, first = 0, 0, True
        while index < len(items):
            item = items[index]
            last = position
            if item.designators and (braced or first):
                position, last, rest = self.designated(kind, item)
                inner = c.Item(item.span, rest, item.value)
                items = (*items[:index], inner, *items[index + 1 :])
            elif item.designators:
                return index, length
            first = False
            found = self.part(kind, at, position)
            if found is None:
                if braced:
                    raise WalkerRefusal("too many initializers", item.span.line)
                return index, length
            if last != position:
                for each in range(position, last + 1):
                    sub, offset, member = self.part(kind, at, each) or found
                    self.place_value(sub, offset, member, item.value, placed)
                index += 1
            else:
                index = self.place_one(found, items, index, placed)
            position = last + 1
            length = max(length, position)
            if isinstance(kind, Record) and kind.union:
                position = len(kind.members or ())
        return index, length

    def place_one(
        self,
        found: tuple[Type, int, Member | None],
        items: tuple[c.Item, ...],
        index: int,
        placed: list[Placed],
    ) -> int:
        sub, offset, member = found
        item = items[index]
        value = item.value
        whole = (
            isinstance(value, c.Initializers)
            or not isinstance(sub, Array | Record)
            or (isinstance(sub, Array) and _string(value) is not None)
            or (isinstance(sub, Record) and self.type_of(value) is sub)
        )
        if isinstance(sub, Array | Record) and (item.designators or not whole):
            return self.place_items(sub, offset, items, index, False, placed)[0]
        self.place_value(sub, offset, member, value, placed)
        return index + 1

    def part(
        self, kind: Array | Record, at: int, position: int
    ) -> tuple[Type, int, Member | None] | None:
        """The type, offset and member of an aggregate's element at a position."""
        if isinstance(kind, Array):
            if kind.length is not None and position >= kind.length:
                return None
            return kind.of, at + position * kind.of.size, None
        members = kind.members or []
        if position >= len(members):
            return None
        member = members[position]
        return member.type, at + member.offset, member

    def designated(
        self, kind: Array | Record, item: c.Item
    ) -> tuple[int, int, tuple[str | c.Expr | c.IndexRange, ...]]:
        """The positions that the first designator names, and the designators left."""
        head, rest = item.designators[0], item.designators[1:]
        if isinstance(kind, Record):
            for position, member in enumerate(kind.members or ()):
                if member.name == head:
                    return position, position, rest
                inner = member.type
                if member.name is None and isinstance(inner, Record) and head in inner.named:
                    return position, position, item.designators
            raise WalkerRefusal(f"the designator {head}", item.span.line)
        if isinstance(head, c.IndexRange):
            return self.constant(head.first), self.constant(head.last), rest
        assert not isinstance(head, str)
        index = self.constant(head)
        return index, index, rest


def _string(initial: c.Expr | c.Initializers | None) -> c.String | None:
    if isinstance(initial, c.Initializers) and len(initial.items) == 1:
        initial = initial.items[0].value
    return initial if isinstance(initial, c.String) else None
