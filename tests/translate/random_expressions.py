"""Random C expressions without undefined or unspecified behaviour, by construction.

Shift counts and indices are masked, divisors are never 0 nor -1 over a lowest value, and what has
side effects stands beside nothing but private variables that those effects do not touch: no order
of evaluation that C leaves open can be seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from random_scope import (
    ADD,
    AND,
    ASSIGN,
    COND,
    EQ,
    LAND,
    LOR,
    MUL,
    OR,
    POSTFIX,
    PRIMARY,
    REL,
    SHIFT,
    UNARY,
    XOR,
    Argument,
    E,
    Effect,
    Field,
    Record,
    Scope,
    Shape,
    Variable,
)

_BINARY = {
    "+": ADD,
    "-": ADD,
    "*": MUL,
    "&": AND,
    "|": OR,
    "^": XOR,
    "<": REL,
    ">": REL,
    "<=": REL,
    ">=": REL,
    "==": EQ,
    "!=": EQ,
}
_WEIGHTS = {
    "int": 12,
    "unsigned int": 7,
    "unsigned long": 12,
    "long": 6,
    "u64": 8,
    "u32": 4,
    "_Bool": 3,
    "char": 2,
    "signed char": 1,
    "unsigned char": 2,
    "u8": 2,
    "s8": 1,
    "short": 2,
    "unsigned short": 2,
    "u16": 2,
    "s16": 1,
    "s32": 1,
    "s64": 2,
    "long long": 2,
    "unsigned long long": 2,
    "long int": 1,
    "short int": 1,
    "unsigned": 2,
}
_CONSTANTS = (
    *("0", "1", "2", "3", "5", "7", "8", "0x10", "63", "100", "-1", "-2", "'a'", "'\\n'", "'\\0'"),
    *("0xff", "255u", "0x7f", "128", "32767", "0x8000", "65535", "0x7fffffff", "0x80000000"),
    *("2147483647", "0xffffffff", "4294967295u", "1UL", "0UL", "4096UL", "~0UL", "-1L", "12345L"),
    *("0xffffffffffffffffULL", "0x8000000000000000ULL", "1ULL", "0x123456789abcdefLL", "010"),
)


class Expressions:
    """Writes expressions over a scope; ``scope`` follows the writer through its blocks."""

    def __init__(self, rng: random.Random, scope: Scope, prefix: str) -> None:
        self.rng = rng
        self.scope = scope
        self.prefix = prefix
        self.names = 0
        self.cost = 0
        self.times = 1  # how often what is written runs, at most
        self.limit = 400
        # Where something else of the full expression has effects: what must not be read.
        self.unstable: frozenset[str] | None = None

    def fresh(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def type(self) -> str:
        if self.scope.types and self.rng.random() < 0.1:
            return self.rng.choice(self.scope.types)
        return self.rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]

    def pick(self, *choices: tuple[int, Callable[[int], E | None]], depth: int) -> E:
        """The first choice, drawn by weight, that can be written here."""
        weights = [weight for weight, _ in choices]
        for _ in range(8):
            found = self.rng.choices([make for _, make in choices], weights)[0](depth)
            if found is not None:
                return found
        return self.constant(depth) or E("1", PRIMARY)

    # --- without side effects -------------------------------------------------------------------

    def pure(self, depth: int) -> E:
        """An integer expression without side effects."""
        self.cost += self.times
        if depth <= 0:
            return self.leaf(depth)
        return self.pick(
            (14, self.arithmetic),
            (10, self.leaf),
            (6, self.comparison),
            (5, self.shift),
            (4, self.division),
            (5, self.logical),
            (5, self.unary),
            (6, self.cast),
            (3, self.conditional),
            (3, self.element),
            (3, self.constant_call),
            (3, self.macro),
            (1, self.comma),
            (1, self.statement_expression),
            (1, self.size),
            (1, self.distance),
            (1, self.literal_member),
            depth=depth,
        )

    def leaf(self, depth: int) -> E:
        return self.pick(
            (10, self.variable),
            (5, self.constant),
            (4, self.member),
            (2, self.element),
            (3, self.pointed),
            depth=0,
        )

    def constant(self, depth: int) -> E | None:
        if self.scope.constants and self.rng.random() < 0.25:
            return E(self.rng.choice(self.scope.constants), PRIMARY)
        if self.rng.random() < 0.4:
            return E(str(self.rng.randrange(-4, 40)), UNARY)
        return E(self.rng.choice(_CONSTANTS), UNARY)

    def variable(self, depth: int) -> E | None:
        names = [
            each.name
            for each in self.scope.variables
            if self.unstable is None or (each.private and each.name not in self.unstable)
        ]
        # What was declared last is used most.
        return (
            E(names[-1 - int(self.rng.expovariate(0.3)) % len(names)], PRIMARY) if names else None
        )

    def member(self, depth: int) -> E | None:
        record = self.record()
        return None if record is None else self.path(record, depth)

    def record(self, shape: Shape | None = None) -> Record | None:
        """A record, of a shape where one is given."""
        records = [each for each in self.scope.records if shape in (None, each.shape)]
        if self.unstable is not None or not records:
            return None
        found = self.rng.choice(records)
        if not found.length:
            return found
        return Record(found.prefix.replace("%", self.index(found.length, 1)), found.shape)

    def path(self, record: Record, depth: int) -> E:
        each = self.rng.choice(record.shape.fields)
        text = record.prefix + each.name
        if each.shape is not None:
            return self.path(Record(text + ".", each.shape), depth)
        if each.length:
            return E(f"{text}[{self.index(each.length, depth)}]", POSTFIX)
        # Whether a wide bit-field keeps its width in arithmetic is up to the compiler.
        return E(f"({each.type}){text}", UNARY) if each.bits > 31 else E(text, POSTFIX)

    def index(self, length: int, depth: int) -> str:
        if depth <= 0 or self.rng.random() < 0.3:
            return str(self.rng.randrange(length))
        if self.rng.random() < 0.2:
            return f"(unsigned int){self.pure(depth - 1).at(UNARY)} % {length}"
        return f"{self.pure(depth - 1).at(AND)} & {length - 1}"

    def element(self, depth: int) -> E | None:
        if self.unstable is not None or not self.scope.arrays:
            return None
        array = self.rng.choice(self.scope.arrays)
        index = self.index(array.length, depth)
        if self.rng.random() < 0.15:
            return E(f"*({array.base} + ({index}))", UNARY)
        return E(f"{array.base}[{index}]", POSTFIX)

    def pointed(self, depth: int) -> E | None:
        if self.unstable is not None or not self.scope.cursors:
            return None
        cursor = self.rng.choice(self.scope.cursors)
        if cursor.array.length > 1 and self.rng.random() < 0.2:
            last = cursor.array.length - 1
            return E(f"{cursor.name}[{cursor.array.base} + {last} - {cursor.name}]", POSTFIX)
        return E(f"*{cursor.name}", UNARY)

    def distance(self, depth: int) -> E | None:
        if self.unstable is not None or not self.scope.cursors:
            return None
        cursor = self.rng.choice(self.scope.cursors)
        if self.rng.random() < 0.5:
            return E(f"(int)({cursor.name} - {cursor.array.base})", UNARY)
        op = self.rng.choice(("<", "<=", "==", "!=", ">", ">="))
        offset = self.rng.randrange(cursor.array.length + 1)
        return E(f"{cursor.name} {op} {cursor.array.base} + {offset}", _BINARY[op])

    def arithmetic(self, depth: int) -> E:
        op = self.rng.choice("+-*&|^+-&|")
        return self.binary(op, self.pure(depth - 1), self.pure(depth - 1))

    def binary(self, op: str, left: E, right: E) -> E:
        level = _BINARY[op]
        return E(f"{left.at(level)} {op} {right.at(level + 1)}", level)

    def comparison(self, depth: int) -> E:
        op = self.rng.choice(("<", "<=", "==", "!=", ">", ">="))
        return self.binary(op, self.pure(depth - 1), self.pure(depth - 1))

    def shift(self, depth: int) -> E:
        op = self.rng.choice(("<<", ">>"))
        left, right = self.pure(depth - 1), self.pure(depth - 1)
        if self.rng.random() < 0.3:
            wide = self.rng.choice(("u64", "s64"))
            return E(f"({wide}){left.at(UNARY)} {op} ({right.at(AND)} & 63)", SHIFT)
        if self.rng.random() < 0.4:
            return E(f"{left.at(SHIFT)} {op} {self.rng.randrange(32)}", SHIFT)
        return E(f"{left.at(SHIFT)} {op} ({right.at(AND)} & 31)", SHIFT)

    def division(self, depth: int) -> E:
        op = self.rng.choice("/%")
        left, right = self.pure(depth - 1), self.pure(depth - 1)
        divisor = self.rng.choice(
            (
                f"(({right.at(AND)} & {self.rng.choice((7, 63, 1023))}) + 1)",
                f"-(int)(({right.at(AND)} & 7) + 2)",
                f"((unsigned long){right.at(UNARY)} | 1)",
                f"((u64){right.at(UNARY)} | 1)",
                str(self.rng.choice((2, 3, 7, 10, 4096, -3))),
            )
        )
        variable = self.variable(0)
        if variable is not None and self.rng.random() < 0.25:
            name, value = variable.text, left.at(MUL)
            return E(f"{name} == 0 || {name} == -1 ? {left.at(COND)} : {value} {op} {name}", COND)
        return E(f"{left.at(MUL)} {op} {divisor}", MUL)

    def logical(self, depth: int) -> E:
        op, level = self.rng.choice((("&&", LAND), ("||", LOR)))
        left, right = self.pure(depth - 1), self.pure(depth - 1)
        return E(f"{left.at(level)} {op} {right.at(level + 1)}", level)

    def unary(self, depth: int) -> E:
        op = self.rng.choice("-~!!+~")
        operand = self.pure(depth - 1).at(UNARY)
        return E(f"{op}{' ' if operand[0] in '+-' else ''}{operand}", UNARY)

    def cast(self, depth: int) -> E:
        return E(f"({self.type()}){self.pure(depth - 1).at(UNARY)}", UNARY)

    def conditional(self, depth: int) -> E:
        test, other = self.pure(depth - 1), self.pure(depth - 1)
        if self.rng.random() < 0.2:
            return E(f"{test.at(LOR)} ?: {other.at(COND)}", COND)
        return E(f"{test.at(LOR)} ? {self.pure(depth - 1).text} : {other.at(COND)}", COND)

    def comma(self, depth: int) -> E:
        return E(f"({self.pure(depth - 1).at(ASSIGN)}, {self.pure(depth - 1).at(ASSIGN)})", PRIMARY)

    def constant_call(self, depth: int) -> E | None:
        return self.call(depth, constant=True)

    def call(self, depth: int, *, constant: bool, returning: bool = True) -> E | None:
        """A call of a function that can be afforded and that there are arguments for."""
        callees = [
            each
            for each in self.scope.callees
            if each.constant == constant
            and self.cost + self.times * each.cost <= self.limit
            and not (returning and each.returns == "void")
        ]
        if not callees:
            return None
        callee = self.rng.choice(callees)
        arguments = [self.argument(each, depth) for each in callee.arguments]
        if None in arguments:
            return None
        self.cost += self.times * callee.cost
        call = E(f"{callee.call}({', '.join(map(str, arguments))})", POSTFIX)
        if callee.shape is None or not returning:
            return call
        return self.path(Record(f"{call.text}.", callee.shape), 0)

    def argument(self, wanted: Argument, depth: int) -> str | None:
        if wanted.kind == "int":
            return self.pure(depth - 1).at(ASSIGN)
        if self.unstable is not None:
            return None
        if wanted.kind == "array":
            fitting = [
                each
                for each in self.scope.arrays
                if each.type == wanted.type and each.length >= wanted.length
            ]
            return self.rng.choice(fitting).base if fitting else None
        record = self.record(wanted.shape)
        if record is None:
            return None
        return (record.address if wanted.kind == "pointer" else record.value).text

    def macro(self, depth: int) -> E | None:
        if not self.scope.macros or depth < 2:
            return None
        name, arity = self.rng.choice(self.scope.macros)
        arguments = [self.pure(depth - 2).at(ASSIGN) for _ in range(arity)]
        if name.endswith("_T"):
            arguments.insert(0, self.type())
        return E(f"{name}({', '.join(arguments)})", PRIMARY)

    def statement_expression(self, depth: int) -> E:
        name, kind = self.fresh("e"), self.type()
        first = self.pure(depth - 1).at(ASSIGN)
        variable = Variable(name, kind)
        self.scope.variables.append(variable)
        text = f"({{ {kind} {name} = {first}; {name} {self.rng.choice('+-^|&')}= "
        text += f"{self.pure(depth - 1).text}; {self.pure(depth - 1).text}; }})"
        self.scope.variables.remove(variable)
        return E(text, PRIMARY)

    def size(self, depth: int) -> E:
        if self.scope.arrays and self.rng.random() < 0.3 and self.unstable is None:
            variable = self.variable(0)
            return E(f"(unsigned int)sizeof({(variable or E('1', PRIMARY)).text})", UNARY)
        kind = self.rng.choice(("int", "char", "u64", "unsigned short", "long", "unsigned long"))
        return E(f"(unsigned int)sizeof({kind})", UNARY)

    def literal_member(self, depth: int) -> E | None:
        shapes = [each for each in self.scope.shapes if all(not f.bits for f in each.fields)]
        if not shapes:
            return None
        shape = self.rng.choice(shapes)
        text = f"(({shape.type}){self.initializer(shape, depth - 1)})."
        held, self.unstable = self.unstable, self.unstable or frozenset()
        # A member of a temporary: its index may be anything, but it must not go on for ever.
        found = self.path(Record(text, shape), 0)
        self.unstable = held
        return found

    def initializer(self, shape: Shape, depth: int) -> str:
        """An initializer of a record: by designators or in order, whole or in part."""
        fields = shape.fields[:1] if shape.type.startswith("union") else shape.fields
        designated = self.rng.random() < 0.6
        if designated:
            fields = tuple(each for each in fields if self.rng.random() < 0.8) or fields[:1]
        items = [
            (f".{each.name} = " if designated else "") + self.initial(each, depth)
            for each in fields
        ]
        return f"{{ {', '.join(items)} }}"

    def initial(self, each: Field, depth: int) -> str:
        if each.shape is not None:
            return self.initializer(each.shape, depth)
        if each.length:
            return f"{{ {', '.join(self.items(each.length, depth))} }}"
        return self.pure(depth).at(ASSIGN)

    def items(self, length: int, depth: int) -> list[str]:
        """The initializers of an array's elements, or of some of them."""
        if self.rng.random() < 0.3:
            first = self.rng.randrange(length)
            return [f"[{first}] = {self.pure(depth).at(ASSIGN)}"]
        return [self.pure(depth).at(ASSIGN) for _ in range(self.rng.randint(1, length))]

    # --- with side effects ----------------------------------------------------------------------

    def effect(self, depth: int) -> Effect:
        """An integer expression with side effects, in an order that C fixes."""
        choices: list[tuple[int, Callable[[int], Effect | None]]] = [
            (6, self.step),
            (5, self.chained),
            (8, self.calling),
        ]
        if depth > 0:
            choices += [
                (3, self.beside),
                (3, self.both),
                (2, self.either),
                (1, self.sequence),
            ]
        weights = [weight for weight, _ in choices]
        for _ in range(8):
            found = self.rng.choices([make for _, make in choices], weights)[0](depth)
            if found is not None:
                return found
        value = self.pure(depth)
        return Effect(value.text, value.level, frozenset())

    def private(self) -> str | None:
        names = [each.name for each in self.scope.variables if each.private and each.writable]
        if self.unstable is not None:
            names = [name for name in names if name not in self.unstable]
        return self.rng.choice(names) if names else None

    def step(self, depth: int) -> Effect | None:
        name = self.private()
        if name is None:
            return None
        op = self.rng.choice(("++", "--"))
        if self.rng.random() < 0.5:
            return Effect(f"{name}{op}", POSTFIX, frozenset((name,)))
        return Effect(f"{op}{name}", UNARY, frozenset((name,)))

    def chained(self, depth: int) -> Effect | None:
        name = self.private()
        if name is None:
            return None
        op = self.rng.choice(("", "", "+", "-", "*", "&", "|", "^"))
        text = f"{name} {op}= {self.pure(depth - 1).at(ASSIGN)}"
        return Effect(text, ASSIGN, frozenset((name,)))

    def calling(self, depth: int) -> Effect | None:
        if self.unstable is not None:
            return None
        found = self.call(depth, constant=False)
        return Effect(*found, frozenset()) if found is not None else None

    def beside(self, depth: int) -> Effect:
        """An operator with effects on one side, and on the other what they cannot change."""
        inner = self.effect(depth - 1)
        held, self.unstable = self.unstable, (self.unstable or frozenset()) | inner.changed
        other = self.pure(depth - 1)
        self.unstable = held
        op = self.rng.choice(list(_BINARY))
        pair = (inner.plain, other) if self.rng.random() < 0.5 else (other, inner.plain)
        return Effect(*self.binary(op, *pair), inner.changed)

    def both(self, depth: int) -> Effect:
        left, right = self.effect(depth - 1), self.effect(depth - 1)
        op, level = self.rng.choice((("&&", LAND), ("||", LOR)))
        text = f"{left.plain.at(level)} {op} {right.plain.at(level + 1)}"
        return Effect(text, level, left.changed | right.changed)

    def either(self, depth: int) -> Effect:
        test, then, other = self.pure(depth - 1), self.effect(depth - 1), self.effect(depth - 1)
        text = f"{test.at(LOR)} ? {then.text} : {other.plain.at(COND)}"
        return Effect(text, COND, then.changed | other.changed)

    def sequence(self, depth: int) -> Effect:
        left, right = self.effect(depth - 1), self.effect(depth - 1)
        text = f"({left.plain.at(ASSIGN)}, {right.plain.at(ASSIGN)})"
        return Effect(text, PRIMARY, left.changed | right.changed)
