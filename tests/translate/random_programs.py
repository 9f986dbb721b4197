"""Whole random C programs of the subset, from a seed: they end, and their meaning is one.

Names of the file's scope begin with the program's own prefix, so that many programs share one
translation unit. What a program computes is a checksum of everything that it could have changed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from random_scope import (
    Argument,
    Array,
    Callee,
    Field,
    Record,
    Scope,
    Shape,
    Variable,
)
from random_statements import Statements

# What may be passed in; the entry is ``unsigned long long NAME(int, unsigned, long, u64)``.
ARGUMENTS = (
    (0, 0, 0, 0),
    (1, 2, 3, 4),
    (-1, 4294967295, -1, 18446744073709551615),
    (-2147483648, 2147483648, -2147483648, 9223372036854775808),
    (12345, 54321, 2147483647, 81985529216486895),
)

_TYPEDEFS = """\
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
"""
_ARRAY_TYPES = ("int", "unsigned long", "u8", "u64", "short", "unsigned int")


@dataclass(frozen=True)
class Program:
    """A program's text and the name of its entry."""

    seed: int
    text: str
    entry: str


def generate(seed: int) -> Program:
    """Return the program of a seed: always the same one."""
    return _Writer(seed).program()


class _Writer:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)  # noqa: S311 - programs, not secrets
        self.prefix = f"p{seed}_"
        self.parts: list[str] = []
        self.globals = Scope()
        self.node: Shape | None = None
        self.plain: list[Shape] = []
        self.resets: list[str] = []

    def program(self) -> Program:
        self.constants()
        self.macros()
        self.shapes()
        self.variables()
        self.helpers()
        for _ in range(self.rng.randint(1, 3)):
            self.function(constant=True)
        self.tables()
        for _ in range(self.rng.randint(1, 3)):
            self.function(constant=False)
        entry = self.entry()
        return Program(self.seed, _TYPEDEFS + "\n" + "\n".join(self.parts), entry)

    def name(self, word: str) -> str:
        return self.prefix + word

    # --- what functions stand on ----------------------------------------------------------------

    def constants(self) -> None:
        rng = self.rng
        names = [self.name(f"E{place}").upper() for place in range(4)]
        values = ["", f" = {rng.randrange(2, 9)}", "", f" = {rng.choice(('-3', '1 << 6', '077'))}"]
        items = ", ".join(name + value for name, value in zip(names, values, strict=True))
        self.parts.append(f"enum {self.name('mode')} {{ {items} }};")
        self.globals.constants += names
        self.globals.types.append(f"enum {self.name('mode')}")
        for word, text in (("SHIFT", "12"), ("SIZE", f"(1UL << {self.name('SHIFT')})")):
            self.parts.append(f"#define {self.name(word)} {text}")
            self.globals.constants.append(self.name(word))
        self.parts.append(f"#define {self.name('MASK')} (~({self.name('SIZE')} - 1))")
        self.globals.constants.append(self.name("MASK"))

    def macros(self) -> None:
        texts = (
            ("MAX(a, b)", "((a) > (b) ? (a) : (b))", 2),
            ("ALIGNED(x)", f"(((x) + {self.name('SIZE')} - 1) & {self.name('MASK')})", 1),
            ("CLAMP(x)", "({ s64 __x = (x); __x < 0 ? 0 : __x; })", 1),
            ("BIT(n)", "(1UL << ((n) & 31))", 1),
            (
                "MIN(a, b)",
                "({ typeof((a) + 0) __a = (a); typeof((b) + 0) __b = (b); \\\n"
                "\t__a < __b ? __a : __b; })",
                2,
            ),
            ("MIN_T(type, a, b)", "({ type __a = (a), __b = (b); __a < __b ? __a : __b; })", 2),
        )
        for head, body, arity in texts:
            self.parts.append(f"#define {self.name(head)} {body}")
            self.globals.macros.append((self.name(head.partition("(")[0]), arity))
        swap = "do { if ((x) > (y)) (x) = (y); else (x)++; } while (0)"
        self.parts.append(f"#define {self.name('SWAP_IF')}(x, y) {swap}")
        self.parts.append(f"#define {self.name('BUMP')}(x, y) do {{ (x) += (y); }} while (0)")

    def shapes(self) -> None:
        for place in range(self.rng.randint(1, 3)):
            members = tuple(self.field(each) for each in range(self.rng.randint(2, 5)))
            self.shape(f"struct {self.name(f's{place}')}", members)
        if self.rng.random() < 0.6:
            pair = self.rng.choice((("u32", "s32"), ("u64", "s64"), ("unsigned int", "int")))
            members = tuple(Field(f"as{place}", each) for place, each in enumerate(pair))
            self.shape(f"union {self.name('u0')}", members)
        if self.rng.random() < 0.5:
            node = f"struct {self.name('node')}"
            members = (
                Field("key", "unsigned long"),
                Field("count", self.rng.choice(("int", "u8"))),
            )
            text = "".join(f"\t{each.type} {each.name};\n" for each in members)
            self.parts.append(f"{node} {{\n{text}\t{node} *next;\n}};")
            self.node = Shape(node, members)

    def field(self, place: int) -> Field:
        rng, name = self.rng, f"m{place}"
        choice = rng.random()
        if choice < 0.2:
            kind, widest = rng.choice(
                (("unsigned int", 31), ("int", 31), ("_Bool", 1), ("u64", 40))
            )
            return Field(name, kind, bits=rng.randint(1, widest))
        if choice < 0.35:
            return Field(name, rng.choice(_ARRAY_TYPES), length=rng.choice((2, 4)))
        if choice < 0.5 and self.plain:
            shape = rng.choice(self.plain)
            return Field(name, shape.type, shape=shape)
        kinds = ("int", "unsigned long", "u8", "short", "u64", "_Bool", "unsigned int", "long")
        return Field(name, rng.choice(kinds))

    def shape(self, kind: str, members: tuple[Field, ...]) -> None:
        lines = []
        for each in members:
            tail = f" : {each.bits}" if each.bits else f"[{each.length}]" if each.length else ""
            lines.append(f"\t{each.type} {each.name}{tail};\n")
        self.parts.append(f"{kind} {{\n{''.join(lines)}}};")
        self.plain.append(Shape(kind, members))
        self.globals.shapes.append(self.plain[-1])

    def variables(self) -> None:
        rng = self.rng
        for place in range(rng.randint(1, 3)):
            name, kind = self.name(f"g{place}"), rng.choice(_ARRAY_TYPES)
            value = rng.choice(("", f" = {rng.randrange(-9, 99)}", " = 1 << 4"))
            self.parts.append(f"static {kind} {name}{value};")
            self.globals.variables.append(Variable(name, kind, private=False))
        for place in range(rng.randint(1, 3)):
            name, kind, length = (
                self.name(f"t{place}"),
                rng.choice(_ARRAY_TYPES),
                1 << rng.randint(2, 3),
            )
            given = ", ".join(str(rng.randrange(-3, 200)) for _ in range(rng.randint(1, length)))
            size = "" if given.count(",") + 1 == length else length
            self.parts.append(f"static {kind} {name}[{size}] = {{ {given} }};")
            self.globals.arrays.append(Array(name, kind, length))
        for place, shape in enumerate(self.plain):
            if rng.random() < 0.5:
                self.parts.append(f"static {shape.type} {self.name(f'r{place}')};")
                self.globals.records.append(Record(self.name(f"r{place}."), shape))
            else:
                self.parts.append(f"static {shape.type} {self.name(f'r{place}')}[4];")
                self.globals.records.append(Record(self.name(f"r{place}[%]."), shape, 4))
        if self.node is not None:
            self.parts.append(f"static {self.node.type} {self.name('nodes')}[4];")
            self.globals.records.append(Record(self.name("nodes[%]."), self.node, 4))

    def helpers(self) -> None:
        mix = self.name("mix")
        self.parts.append(
            f"static inline u64 {mix}(u64 hash, u64 value)\n{{\n\thash ^= value;\n"
            "\thash *= 0x100000001b3ULL;\n\treturn hash ^ (hash >> 29);\n}"
        )
        if self.rng.random() < 0.4:
            name = self.name("down")
            self.parts.append(
                f"static unsigned long {name}(unsigned int n, unsigned long sum)\n{{\n"
                f"\tif (n == 0)\n\t\treturn sum;\n\treturn {name}(n - 1, sum * 3 + n);\n}}"
            )
            arguments = (Argument("n", "unsigned int"), Argument("sum", "unsigned long"))
            call = Callee(f"{name}", arguments, "unsigned long", constant=True, cost=60)
            # The depth is bounded where it is called.
            self.parts.append(f"#define {name}_few(n, sum) {name}((n) & 7, sum)")
            self.globals.callees.append(Callee(f"{name}_few", call.arguments, *_rest(call)))

    def tables(self) -> None:
        """A table of pointers to functions of one type, and a struct of them, as of operations."""
        wanted = ("int", "unsigned long")
        names = [self.name(f"op{place}") for place in range(2)]
        for place, name in enumerate(names):
            op = self.rng.choice(("+", "^", "-", "|"))
            self.parts.append(
                f"static long {name}(int a, unsigned long b)\n{{\n"
                f"\treturn (a {op} b) >> {place};\n}}"
            )
        arguments = tuple(Argument(letter, kind) for letter, kind in zip("ab", wanted, strict=True))
        table, ops = self.name("table"), self.name("ops")
        self.parts.append(
            f"static long (*{table}[2])(int, unsigned long) = {{ {', '.join(names)} }};"
        )
        self.parts.append(
            f"struct {ops} {{\n\tlong (*first)(int, unsigned long);\n\tint flags;\n}};"
        )
        self.parts.append(
            f"static const struct {ops} {ops}_all[] = {{\n"
            f"\t{{ .first = {names[0]}, .flags = 3 }},\n\t{{ .first = {names[1]} }},\n}};"
        )
        calls = (f"{table}[{self.rng.randrange(2)}]", f"{ops}_all[{self.rng.randrange(2)}].first")
        for call in (names[0], *calls, f"(*{table}[1])"):
            self.globals.callees.append(Callee(call, arguments, "long", constant=True, cost=10))

    # --- functions ------------------------------------------------------------------------------

    def function(self, *, constant: bool) -> None:
        rng = self.rng
        name = self.name(f"{'pure' if constant else 'act'}{len(self.parts)}")
        arguments = tuple(self.parameter(place, constant) for place in range(rng.randint(1, 4)))
        shape = rng.choice(self.plain) if rng.random() < 0.15 else None
        returns = (
            shape.type if shape else rng.choice(("int", "unsigned long", "u64", "long", "_Bool"))
        )
        if not constant and not shape and rng.random() < 0.3:
            returns = "void"
        writer = self.writer(returns, shape)
        writer.limit = 100 if constant else 250
        writer.constant_only = constant
        if constant:
            scope = Scope(
                constants=list(self.globals.constants),
                macros=list(self.globals.macros),
                shapes=list(self.globals.shapes),
                types=list(self.globals.types),
                callees=[each for each in self.globals.callees if each.constant],
            )
            writer.scope, writer.node = scope, None
        head = ", ".join(self.declare(writer.scope, each) for each in arguments)
        if shape is not None:
            writer.line(f"{shape.type} result = {writer.initializer(shape, 1)};")
            writer.scope.records.append(Record("result.", shape))
        self.fill(writer, rng.randint(2, 4))
        writer.line(writer.leave())
        inline = rng.choice(("", "inline ", ""))
        self.emit(f"static {inline}{returns} {name}({head})", writer)
        cost = writer.cost * (4 if writer.labels else 1)
        self.globals.callees.append(Callee(name, arguments, returns, constant, cost, shape))

    def parameter(self, place: int, constant: bool) -> Argument:
        rng, name = self.rng, f"arg{place}"
        choice = rng.random()
        if choice < 0.15:
            shape = rng.choice(self.plain)
            kind = "record" if constant or rng.random() < 0.3 else "pointer"
            return Argument(name, shape.type, kind, shape)
        if choice < 0.4 and not constant:
            array = rng.choice(self.globals.arrays)
            return Argument(name, array.type, "array", length=rng.choice((1, array.length)))
        return Argument(name, rng.choice(("int", "unsigned long", "u64", "u8", "short", "_Bool")))

    def declare(self, scope: Scope, argument: Argument) -> str:
        """Bring a parameter into scope; return its declaration."""
        name, kind = argument.name, argument.type
        if argument.kind == "int":
            scope.variables.append(Variable(name, kind))
        elif argument.kind == "array":
            scope.arrays.append(Array(name, kind, argument.length))
            return f"{kind} *{name}" if self.rng.random() < 0.7 else f"{kind} {name}[]"
        elif argument.kind == "pointer" and argument.shape:
            scope.records.append(Record(f"{name}->", argument.shape))
            return f"{kind} *{name}"
        elif argument.shape:
            scope.records.append(Record(f"{name}.", argument.shape))
        return f"{kind} {name}"

    def writer(self, returns: str, shape: Shape | None) -> Statements:
        def leave() -> str:
            if shape is not None:
                return "return result;"
            return "return;" if returns == "void" else f"return {writer.pure(2).text};"

        writer = Statements(self.rng, self.globals.inner(), self.prefix, leave=leave)
        writer.node = self.node
        return writer

    def fill(self, writer: Statements, statements: int) -> None:
        """Declarations, statements, and labels to leave by."""
        for _ in range(self.rng.randint(2, 4)):
            writer.local()
        writer.ends = [f"out{place}" for place in range(self.rng.choice((0, 0, 1, 2)))]
        for _ in range(statements):
            writer.statement(2)
        for label in writer.ends:
            writer.lines.append(f"{label}:")
            writer.assignment(0) or writer.line(";")

    def emit(self, head: str, writer: Statements) -> None:
        top = ["\tint fuel = 3;"] if writer.labels else []
        body = "\n".join([*top, *writer.top, *writer.lines])
        self.parts.append(f"{head}\n{{\n{body}\n}}")

    def entry(self) -> str:
        name = self.name("test")
        writer = self.writer("u64", None)
        writer.limit = 700
        kinds = ("int", "unsigned int", "long", "unsigned long long")
        head = ", ".join(
            self.declare(writer.scope, Argument(letter, kind))
            for letter, kind in zip("abcd", kinds, strict=True)
        )
        writer.line("u64 hash = 14695981039346656037ULL;")
        writer.line("int at;")
        if self.node is not None:
            nodes = self.name("nodes")
            writer.line("for (at = 0; at < 4; at++) {")
            writer.line(f"\t{nodes}[at].key = at * 7 + a;")
            writer.line(f"\t{nodes}[at].next = at < 3 ? &{nodes}[at + 1] : (void *)0;")
            writer.line("}")
        self.fill(writer, self.rng.randint(4, 9))
        self.mix_all(writer)
        writer.line("return hash;")
        self.emit(f"unsigned long long {name}({head})", writer)
        return name

    def mix_all(self, writer: Statements) -> None:
        """Mix everything that the entry can see into the checksum."""
        mix, scope = self.name("mix"), writer.scope
        for value in [each.name for each in scope.variables] + [
            f"*{p.name}" for p in scope.cursors
        ]:
            writer.line(f"hash = {mix}(hash, {value});")
        for array in scope.arrays:
            writer.line(f"for (at = 0; at < {array.length}; at++)")
            writer.line(f"\thash = {mix}(hash, {array.base}[at]);")
        for record in scope.records:
            if record.prefix.endswith("->"):
                continue
            writer.line(f"for (at = 0; at < {record.length or 1}; at++) {{")
            for member in _members(record.prefix.replace("%", "at"), record.shape):
                writer.line(f"\thash = {mix}(hash, {member});")
            writer.line("}")


def _members(prefix: str, shape: Shape) -> list[str]:
    found: list[str] = []
    for each in shape.fields:
        if each.shape is not None:
            found += _members(f"{prefix}{each.name}.", each.shape)
        elif each.length:
            found += [f"{prefix}{each.name}[{place}]" for place in range(each.length)]
        else:
            found.append(prefix + each.name)
    return found


def _rest(callee: Callee) -> tuple[str, bool, int]:
    return callee.returns, callee.constant, callee.cost
