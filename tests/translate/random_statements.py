"""Random C statements that end: loops count down, and every other way back burns fuel."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from random_expressions import Expressions
from random_scope import (
    ASSIGN,
    LAND,
    LOR,
    REL,
    SHIFT,
    Array,
    Cursor,
    E,
    Record,
    Scope,
    Shape,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Statements(Expressions):
    """Writes the body of one function into ``lines``."""

    def __init__(
        self, rng: random.Random, scope: Scope, prefix: str, *, leave: Callable[[], str]
    ) -> None:
        super().__init__(rng, scope, prefix)
        self.leave = leave  # writes a return statement
        self.lines: list[str] = []
        self.top: list[str] = []  # declarations that belong to the start of the function
        self.depth = 1
        self.loops: list[str] = []  # what stands around: "loop" or "switch"
        self.declares = False  # whether a block around declares: no jump may enter it then
        self.ends: list[str] = []  # labels behind the body
        self.labels: list[str] = []  # labels that a jump may go to from anywhere
        self.node: Shape | None = None
        self.constant_only = False

    def line(self, text: str) -> None:
        self.lines.append("\t" * self.depth + text)

    @contextmanager
    def block(
        self, opening: str, closing: str = "}", *, around: str = "", times: int = 1
    ) -> Iterator[None]:
        """Braces around what is written in the meantime, and a scope of its own."""
        outer, declared = self.scope, self.declares
        self.line(opening)
        self.scope = outer.inner()
        self.depth += 1
        self.times *= times
        if around:
            self.loops.append(around)
        yield
        if around:
            self.loops.pop()
        self.times //= times
        self.depth -= 1
        self.scope, self.declares = outer, declared
        self.line(closing)

    def body(self, depth: int, most: int = 4) -> None:
        for _ in range(self.rng.randint(1, most)):
            self.statement(depth)

    def statement(self, depth: int) -> None:
        """One statement, drawn by weight; deep down only simple ones."""
        simple: list[tuple[int, Callable[[int], bool]]] = [
            (20, self.assignment),
            (14, self.compound),
            (6, self.stepping),
            (8, self.called),
            (6, self.effected),
            (4, self.record_assignment),
            (5, self.cursor_move),
            (3, self.through_cursor),
            (3, self.departure),
            (3, self.jump),
            (2, self.macro_statement),
            (2, self.label),
        ]
        nested: list[tuple[int, Callable[[int], bool]]] = [
            (20, self.branch),
            (7, self.for_loop),
            (4, self.while_loop),
            (3, self.do_loop),
            (2, self.cursor_loop),
            (5, self.switch),
            (4, self.declaring),
            (3, self.walk),
        ]
        exhausted = self.cost >= self.limit
        choices = simple + (nested if depth > 0 and not exhausted else [])
        weights = [weight for weight, _ in choices]
        for _ in range(6):
            if self.rng.choices([make for _, make in choices], weights)[0](depth):
                return
        self.line(";")

    # --- simple ---------------------------------------------------------------------------------

    def target(self, depth: int = 2) -> E | None:
        """Something of an integer type that may be assigned to; what finds it has no effects."""
        variables = [each for each in self.scope.variables if each.writable]
        kind = self.rng.random()
        if kind < 0.45 and variables:
            return E(variables[-1 - int(self.rng.expovariate(0.2)) % len(variables)].name, 16)
        record = self.record()
        if kind < 0.65 and record is not None:
            found = self.path(record, depth)
            return None if found.text.startswith("(") else found
        if kind < 0.8:
            return self.element(depth)
        return self.pointed(depth) if kind < 0.95 else None

    def assignment(self, depth: int) -> bool:
        target = self.target()
        if target is None:
            return False
        self.line(f"{target.text} = {self.pure(3).at(ASSIGN)};")
        return True

    def compound(self, depth: int) -> bool:
        target = self.target()
        if target is None:
            return False
        op = self.rng.choice(("+", "-", "|", "&", "^", "*", "<<", ">>", "/", "%", "+", "|"))
        value = self.pure(2)
        text = {
            "<<": f"{value.at(SHIFT)} & 31",
            ">>": f"{value.at(SHIFT)} & 31",
            "/": f"({value.at(SHIFT)} & 15) + 1",
            "%": f"({value.at(SHIFT)} & 63) + 2",
        }.get(op, value.at(ASSIGN))
        self.line(f"{target.text} {op}= {text};")
        return True

    def stepping(self, depth: int) -> bool:
        target = self.target()
        if target is None:
            return False
        op = self.rng.choice(("++", "--"))
        behind = self.rng.random() < 0.7 and not target.text.startswith("*")
        self.line(f"{target.text}{op};" if behind else f"{op}{target.text};")
        return True

    def called(self, depth: int) -> bool:
        found = self.call(3, constant=False, returning=False)
        if found is None:
            return False
        self.line(f"{'(void)' if self.rng.random() < 0.1 else ''}{found.text};")
        return True

    def effected(self, depth: int) -> bool:
        effect = self.effect(3)
        places = [f"{each.base}[{self.rng.randrange(each.length)}]" for each in self.scope.arrays]
        private = self.private()
        if private is not None and private not in effect.changed:
            places.append(private)
            if not self.rng.randrange(3):
                op = self.rng.choice("+-|&^*")
                self.line(f"{private} {op}= {effect.plain.at(ASSIGN)};")
                return True
        place = self.rng.choice(places) if places and self.rng.random() < 0.8 else ""
        self.line(f"{place} = {effect.plain.at(ASSIGN)};" if place else f"{effect.text};")
        return True

    def record_assignment(self, depth: int) -> bool:
        target = self.record()
        # A copied link could close a ring.
        if target is None or target.shape == self.node:
            return False
        if self.rng.random() < 0.3 and target.shape in self.scope.shapes:
            value = f"({target.shape.type}){self.initializer(target.shape, 1)}"
        else:
            value = (self.record(target.shape) or target).value.text
        self.line(f"{target.value.text} = {value};")
        return True

    def cursor_move(self, depth: int) -> bool:
        if not self.scope.cursors:
            return False
        cursor = self.rng.choice(self.scope.cursors)
        name, array = cursor.name, cursor.array
        move = self.rng.choice(
            (
                f"{name} = {array.base} + ({self.index(array.length, 2)});",
                f"{name} = {array.base};",
                f"if ({name} > {array.base}) {name}--;",
                f"if ({name} + 1 < {array.base} + {array.length}) {name}++;",
                f"if ({name} - {array.base} < {array.length // 2}) {name} += {array.length // 2};",
            )
        )
        self.line(move)
        return True

    def through_cursor(self, depth: int) -> bool:
        long = [each for each in self.scope.cursors if each.array.length > 1]
        if not long:
            return False
        cursor = self.rng.choice(long)
        name, array = cursor.name, cursor.array
        self.line(f"if ({name} < {array.base} + {array.length - 1})")
        value = self.pure(2).at(ASSIGN)
        private = self.private()
        if private is not None and self.rng.random() < 0.5:
            self.line(f"\t{private} = *{name}++;")
        else:
            self.line(f"\t*{name}++ = {self.without(cursor, value)};")
        return True

    def without(self, cursor: Cursor, value: str) -> str:
        """The text, unless the cursor that moves beside it could be read in it."""
        return value if cursor.name not in value else str(self.rng.randrange(100))

    def departure(self, depth: int) -> bool:
        """A break, continue or return under a condition."""
        words = ["break"] if self.loops else []
        words += ["continue"] * 2 if "loop" in self.loops else []
        words += ["return"] if self.rng.random() < 0.3 else []
        if not words:
            return False
        word = self.rng.choice(words)
        self.line(f"if ({self.pure(2).text})")
        self.line("\t" + (f"{word};" if word != "return" else self.leave()))
        return True

    def jump(self, depth: int) -> bool:
        test = self.pure(2)
        if self.ends and self.rng.random() < 0.6:
            self.line(f"if ({test.text})")
            self.line(f"\tgoto {self.rng.choice(self.ends)};")
            return True
        if not self.labels:
            return False
        with self.block(f"if (fuel > 0 && {test.at(LAND + 1)}) {{"):
            self.line("fuel--;")
            self.line(f"goto {self.rng.choice(self.labels)};")
        return True

    def label(self, depth: int) -> bool:
        if self.declares or len(self.labels) >= 2 or self.rng.random() < 0.5:
            return False
        name = self.fresh("again")
        self.labels.append(name)
        self.line(f"{name}:")
        self.assignment(depth) or self.line(";")
        return True

    def macro_statement(self, depth: int) -> bool:
        private = self.private()
        if private is None:
            return False
        name = self.rng.choice(("SWAP_IF", "BUMP"))
        value = self.pure(2).at(ASSIGN)
        self.line(f"{self.prefix}{name}({private}, {value});")
        return True

    # --- nested ---------------------------------------------------------------------------------

    def branch(self, depth: int) -> bool:
        test = self.effect(2).text if self.rng.random() < 0.2 else self.pure(3).text
        private = self.private()
        if private is not None and self.rng.random() < 0.1:
            test = f"({private} = {self.pure(2).at(ASSIGN)}) != 0"
        if self.rng.random() < 0.3:
            self.line(f"if ({test})")
            with self.block("{"):
                self.body(0, 1)
            return True
        with self.block(f"if ({test}) {{", ""):
            self.body(depth - 1)
        self.lines.pop()
        choice = self.rng.random()
        if choice < 0.15:
            with self.block(f"}} else if ({self.pure(2).text}) {{", ""):
                self.body(depth - 1, 2)
            self.lines.pop()
        if choice < 0.4:
            with self.block("} else {"):
                self.body(depth - 1, 3)
        else:
            self.line("}")
        return True

    def counter(self) -> str:
        """A variable that only its own loop writes."""
        name = self.fresh("i")
        self.top.append(f"\tint {name} = 0;")
        return name

    @contextmanager
    def counted(self, name: str, kind: str = "int") -> Iterator[None]:
        held = self.scope
        self.scope = held.inner()
        self.scope.variables.append(Variable(name, kind, writable=False))
        yield
        self.scope = held

    def for_loop(self, depth: int) -> bool:
        times = self.rng.randint(1, 5)
        inside = self.rng.random() < 0.25 and depth > 0
        kind = self.rng.choice(("int", "unsigned int", "unsigned long", "u8")) if inside else "int"
        name = self.fresh("i") if inside else self.counter()
        start = f"{kind} {name} = 0" if inside else f"{name} = 0"
        test = f"{name} < {times}"
        if self.rng.random() < 0.2:
            test += f" && {self.pure(1).at(LAND + 1)}"
        step = self.rng.choice((f"{name}++", f"++{name}", f"{name} += 1"))
        private = self.private()
        if self.rng.random() < 0.2 and private is not None:
            step += f", {private} += {self.pure(1).at(ASSIGN)}"
        declared, self.declares = self.declares, self.declares or inside
        with (
            self.counted(name, kind),
            self.block(f"for ({start}; {test}; {step}) {{", around="loop", times=times),
        ):
            self.body(depth - 1, 3)
        self.declares = declared
        return True

    def while_loop(self, depth: int) -> bool:
        name, times = self.counter(), self.rng.randint(1, 5)
        self.line(f"{name} = {times};")
        test = f"{name}-- > 0"
        choice = self.rng.random()
        if choice < 0.4:
            test += f" && {self.pure(2).at(LAND + 1)}"
        elif choice < 0.6:
            test += f" && ({self.effect(2).text})"
        with (
            self.counted(name),
            self.block(f"while ({test}) {{", around="loop", times=times),
        ):
            self.body(depth - 1, 3)
        return True

    def do_loop(self, depth: int) -> bool:
        name, times = self.counter(), self.rng.randint(1, 4)
        self.line(f"{name} = {times};")
        test = f"--{name} > 0" + (f" && {self.pure(2).at(LAND + 1)}" if times > 2 else "")
        with (
            self.counted(name),
            self.block("do {", f"}} while ({test});", around="loop", times=times),
        ):
            self.body(depth - 1, 3)
        return True

    def cursor_loop(self, depth: int) -> bool:
        """A loop that steps a pointer through an array, as over page-table entries."""
        arrays = [each for each in self.scope.arrays if each.length <= 8]
        if not arrays:
            return False
        array, name = self.rng.choice(arrays), self.fresh("p")
        self.top.append(f"\t{array.type} *{name};")
        end = f"{array.base} + {array.length}"
        opening = f"for ({name} = {array.base}; {name} < {end}; {name}++) {{"
        with self.block(opening, around="loop", times=array.length):
            self.declares = True
            self.line(f"{array.type} {name}v = *{name};")
            self.scope.variables.append(Variable(f"{name}v", array.type))
            self.body(depth - 1, 2)
            self.line(f"*{name} = {self.pure(2).at(ASSIGN)};")
        return True

    def switch(self, depth: int) -> bool:
        kind = self.rng.choice(("", "", "(u64)", "(u8)", "(long)"))
        value = self.pure(3).at(REL)
        opening = f"switch ({kind}({value} & 7)) {{" if kind else f"switch (({value}) & 7) {{"
        values = self.rng.sample(range(8), self.rng.randint(2, 5))
        taken = set(values)
        with self.block(opening, around="switch"):
            self.depth -= 1
            default = self.rng.randrange(len(values) + 1) if self.rng.random() < 0.8 else -1
            for place, each in enumerate(values):
                if place == default:
                    self.line("default:")
                elif each < 7 and each + 1 not in taken and self.rng.random() < 0.15:
                    self.line(f"case {each} ... {each + 1}:")
                    taken.add(each + 1)
                else:
                    self.line(f"case {each}:")
                if self.rng.random() < 0.8:
                    self.depth += 1
                    self.body(depth - 1, 2)
                    if self.rng.random() < 0.7:
                        self.line("break;")
                    self.depth -= 1
            self.line(f"case {max(values) + 10}:")
            self.depth += 1
            self.statement(0)
        return True

    def declaring(self, depth: int) -> bool:
        """A block that declares."""
        with self.block("{"):
            self.declares = True
            for _ in range(self.rng.randint(1, 3)):
                self.local()
            self.body(depth - 1)
        return True

    def walk(self, depth: int) -> bool:
        """A walk over a list."""
        if self.node is None:
            return False
        name, held = self.fresh("n"), self.declares
        self.declares = True
        first = f"&{self.prefix}nodes[{self.rng.randrange(4)}]"
        self.top.append(f"\t{self.node.type} *{name};")
        opening = f"for ({name} = {first}; {name}; {name} = {name}->next) {{"
        with self.block(opening, around="loop", times=4):
            self.scope.records.append(Record(f"{name}->", self.node))
            if self.rng.random() < 0.2:
                self.line(f"if ({name}->next)")
                self.line(f"\t{name}->next = {name}->next->next;")
            self.body(depth - 1, 2)
        self.declares = held
        return True

    # --- declarations ---------------------------------------------------------------------------

    def local(self) -> None:
        """Declare something here: a variable, an array, a record, a pointer to one of them."""
        make = self.rng.choices(
            (self.variable_here, self.public_here, self.array_here, self.record_here, self.alias),
            (10, 3, 3, 3, 3),
        )[0]
        make()

    def variable_here(self) -> None:
        name, kind = self.fresh("v"), self.type()
        static = not self.constant_only and self.rng.random() < 0.08
        value = str(self.rng.randrange(100)) if static else self.pure(2).at(ASSIGN)
        self.line(f"{'static ' if static else ''}{kind} {name} = {value};")
        self.scope.variables.append(Variable(name, kind, private=not static))

    def public_here(self) -> None:
        name, kind = self.fresh("x"), self.type()
        self.line(f"{kind} {name} = {self.pure(2).at(ASSIGN)}, *{name}p = &{name};")
        self.scope.variables.append(Variable(name, kind, private=False))
        array = Array(f"&{name}", kind, 1)
        self.scope.cursors.append(Cursor(f"{name}p", array))

    def array_here(self) -> None:
        name, kind = self.fresh("a"), self.type()
        length = self.rng.choice((2, 4, 4, 8))
        self.line(f"{kind} {name}[{length}] = {{ {', '.join(self.items(length, 1))} }};")
        array = Array(name, kind, length)
        self.scope.arrays.append(array)
        if self.rng.random() < 0.6:
            self.line(f"{kind} *{name}p = {name};")
            self.scope.cursors.append(Cursor(f"{name}p", array))

    def record_here(self) -> None:
        if not self.scope.shapes:
            return self.variable_here()
        shape, name = self.rng.choice(self.scope.shapes), self.fresh("r")
        self.line(f"{shape.type} {name} = {self.initializer(shape, 1)};")
        self.scope.records.append(Record(f"{name}.", shape))
        return None

    def alias(self) -> None:
        """A pointer to a record; one of two, which the run decides."""
        record, name = self.record(), self.fresh("q")
        if record is None:
            return self.variable_here()
        other = self.record(record.shape) or record
        value = f"{self.pure(1).at(LOR)} ? {record.address.text} : {other.address.text}"
        self.line(f"{record.shape.type} *{name} = {value};")
        self.scope.records.append(Record(f"{name}->", record.shape))
        return None
