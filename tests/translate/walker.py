"""A second opinion on C: a tree-walking evaluator that shares nothing with the translator.

It reads the same syntax and has its own types and its own memory, of bytes at addresses. Types
and functions are those of the one file.

    Walker(read(text, path), "LP64").call("test", 1, 2) -> int
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from walker_declarations import Scope, Variable
from walker_expressions import Valued
from walker_macros import Macros
from walker_memory import Memory
from walker_types import (
    VOID,
    IntType,
    Pointer,
    Record,
    Routine,
    Type,
    WalkerFault,
    WalkerRefusal,
)

from analyzer.csource import syntax as c
from analyzer.csource.file import CFile

_BREAK, _CONTINUE, _RETURN = "break", "continue", "return"
# None: on to the next statement. A Goto stands for itself.
Completion = str | c.Goto | None
# What a block is entered at: a label's name, or the identity of a case.
Target = str | int
_FUNCTIONS = 0x7F000000
_MAX_CALLS = 200


class _LeftError(Exception):
    """A statement expression is left by more than its end."""

    def __init__(self, completion: Completion) -> None:
        super().__init__(completion)
        self.completion = completion


class Walker(Macros):
    """A file's functions, to be called; globals keep what calls have made of them."""

    def __init__(self, cfile: CFile, model_name: str = "LP64") -> None:
        super().__init__(cfile, model_name)
        self.nodes = self.file_order()
        self.plain: dict[int, bool] = {}  # the blocks that declare nothing
        self.within: dict[int, frozenset[Target]] = {}
        self.cases: dict[int, tuple[list[tuple[int, int, int]], int | None]] = {}
        self.routines: dict[int, c.Function] = {}
        self.steps = 0
        self.calls = 0
        self.result: Valued = (VOID, None)
        self.returns: Type = VOID
        self.statements: dict[type, Callable[[Any, Target | None], Completion]] = {
            c.Block: self.block,
            c.Evaluate: self.evaluate,
            c.Declaration: self.declaration,
            c.If: self.if_,
            c.While: self.while_,
            c.Do: self.do,
            c.For: self.for_,
            c.Iterate: self.iterate,
            c.Switch: self.switch,
            c.Case: self.nothing,
            c.Default: self.nothing,
            c.Label: self.nothing,
            c.Goto: lambda node, target: node,
            c.Break: lambda node, target: _BREAK,
            c.Continue: lambda node, target: _CONTINUE,
            c.Return: self.return_,
        }
        self.restart()

    def restart(self) -> None:
        """Forget what calls have done: globals and statics are what their initializers say."""
        self.memory = Memory()
        self.globals = {}
        self.scope = self.globals
        self.statics, self.texts, self.pending = {}, {}, []
        for place, node in enumerate(self.nodes):
            if isinstance(node, c.Function):
                self.declare_function(node, _FUNCTIONS + 16 * place)
            else:
                self.declare(node)
        # An initializer may name a function that is defined behind it.
        for variable, initial in self.pending:
            self.initialize(variable, initial)

    def call(self, name: str, *arguments: int, steps: int = 1_000_000) -> int:
        """Call a function with integers; its result as an integer, 0 where it has none.

        Raises WalkerFault for undefined behaviour that it sees, WalkerRefusal for what it does
        not know or when the steps are used up.
        """
        found = self.globals.get(name)
        if not isinstance(found, Variable) or not isinstance(found.type, Routine):
            raise WalkerRefusal(f"the function {name}")
        takes = found.type.takes or ()
        given = [
            (kind, self.convert(self.model.by_name["__int128", True], value, kind))
            for kind, value in zip(takes, arguments, strict=True)
        ]
        self.steps, self.calls = steps, 0
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 50_000))
        try:
            kind, value = self.invoke(found.address, given, 0)
        except RecursionError:
            raise WalkerRefusal("nested too deep") from None
        finally:
            sys.setrecursionlimit(limit)
        if isinstance(kind, IntType | Pointer):
            return int(value)
        return 0

    # --- the file -------------------------------------------------------------------------------

    def file_order(self) -> list[c.Function | c.Declaration]:
        """What the file holds, in its order; what could not be read counts where it is used."""
        functions = [self.file.function(each.name) for each in self.file.functions]
        read = [
            node
            for node in (*self.file.declarations, *functions)
            if isinstance(node, c.Function | c.Declaration)
        ]
        return sorted(read, key=lambda node: node.span)

    def declare_function(self, node: c.Function, address: int) -> None:
        takes = tuple(self.adjusted(self.type_named(each.type)) for each in node.parameters)
        kind = Routine(self.type_named(node.returns), takes, node.variadic)
        self.globals[node.name] = Variable(kind, address)
        self.routines[address] = node

    # --- calls ----------------------------------------------------------------------------------

    def call_expression(self, node: c.Call) -> Valued:
        expanded = self.expansion(node)
        if expanded is not None:
            return self.value(expanded)
        function = node.function
        if isinstance(function, c.Name) and self.builtin_type(function.name) is not None:
            return self.builtin(function.name, node)
        kind, address = self.value(function)
        routine = kind.to if isinstance(kind, Pointer) else kind
        if not isinstance(routine, Routine):
            raise WalkerRefusal("a call of no function", node.span.line)
        given = [self.value(each) for each in node.arguments if not isinstance(each, c.TypeName)]
        self.memory.line = node.span.line
        if address == 0 and not isinstance(function, c.Name):
            raise WalkerFault("null", node.span.line)
        return self.invoke(address, given, node.span.line)

    def builtin_type(self, name: str) -> Type | None:
        if name in self.globals:
            return None
        return {
            "__builtin_expect": self.model.long,
            "__builtin_constant_p": self.model.int,
            "__builtin_unreachable": VOID,
            "__builtin_trap": VOID,
        }.get(name)

    def builtin(self, name: str, node: c.Call) -> Valued:
        if name == "__builtin_expect":
            first = node.arguments[0]
            assert not isinstance(first, c.TypeName)
            kind, value = self.value(first)
            return self.model.long, self.convert(kind, value, self.model.long)
        if name == "__builtin_constant_p":
            raise WalkerRefusal(name, node.span.line)
        raise WalkerFault("bug", node.span.line)

    def invoke(self, address: int, given: Sequence[Valued], line: int) -> Valued:
        """Run a function's body on arguments, in a frame of its own."""
        node = self.routines.get(address)
        if node is None:
            raise WalkerRefusal("a call of what this file does not hold", line)
        if self.calls >= _MAX_CALLS:
            raise WalkerRefusal("calls are nested too deep", line)
        found = self.globals[node.name]
        assert isinstance(found, Variable) and isinstance(found.type, Routine)
        takes = found.type.takes or ()
        if len(given) < len(takes) or (len(given) > len(takes) and not found.type.variadic):
            raise WalkerRefusal("the number of arguments", line)
        mark, outer, returns = self.memory.top, self.scope, self.returns
        scope: Scope = {}
        for parameter, kind, (type_, value) in zip(node.parameters, takes, given, strict=False):
            at = self.memory.reserve(kind)
            self.store(kind, at, None, self.convert(type_, value, kind))
            scope[parameter.name or ""] = Variable(kind, at)
        self.scope, self.returns, self.result = scope, found.type.returns, (VOID, None)
        self.calls += 1
        try:
            self.block(node.body, None)
            return self.result
        finally:
            self.calls -= 1
            self.memory.release(mark)
            self.scope, self.returns = outer, returns

    def statement_expression(self, node: c.StatementExpression) -> Valued:
        outer, mark = self.scope, self.memory.top
        self.scope = dict(outer)
        try:
            statements = node.body.statements
            last = statements[-1] if statements else None
            valued = isinstance(last, c.Evaluate) and last.value is not None
            completion = self.run(statements[:-1] if valued else statements, None)
            if completion is not None:
                raise _LeftError(completion)
            if not valued:
                return VOID, None
            assert isinstance(last, c.Evaluate) and last.value is not None
            return self.last_value(last.value)
        finally:
            self.scope = outer
            self.memory.release(mark)

    def last_value(self, node: c.Expr) -> Valued:
        block = self.statement_expansion(node) if isinstance(node, c.Call) else None
        if block is None:
            return self.value(node)
        if len(block) == 1 and isinstance(block[0], c.Evaluate) and block[0].value is not None:
            return self.value(block[0].value)
        completion = self.run(block, None)
        if completion is not None:
            raise _LeftError(completion)
        return VOID, None

    def statement_type(self, node: c.StatementExpression) -> Type:
        outer, mark = self.scope, self.memory.top
        self.scope = dict(outer)
        try:
            for each in node.body.statements:
                if isinstance(each, c.Declaration):
                    self.declare(each, run=False)
            last = node.body.statements[-1] if node.body.statements else None
            if isinstance(last, c.Evaluate) and last.value is not None:
                return self.decayed(self.type_of(last.value))
            return VOID
        finally:
            self.scope = outer
            self.memory.release(mark)

    # --- statements -----------------------------------------------------------------------------

    def block(self, node: c.Block, target: Target | None) -> Completion:
        plain = self.plain.get(id(node))
        if plain is None:
            declares = any(isinstance(each, c.Declaration) for each in node.statements)
            plain = self.plain[id(node)] = not declares
        if plain:
            return self.run(node.statements, target)
        outer, mark = self.scope, self.memory.top
        self.scope = dict(outer)
        try:
            return self.run(node.statements, target)
        finally:
            self.scope = outer
            if self.memory.top != mark:
                self.memory.release(mark)

    def run(self, statements: tuple[c.Statement, ...], target: Target | None) -> Completion:
        """Run statements in order, from a target on; jumps to one among them stay in here."""
        index = 0 if target is None else self.enter(statements, target)
        while index < len(statements):
            node = statements[index]
            self.steps -= 1
            if self.steps < 0:
                raise WalkerRefusal("out of steps", node.span.line)
            visit = self.statements.get(type(node))
            if visit is None:
                raise WalkerRefusal(f"the statement {type(node).__name__}", node.span.line)
            try:
                completion = visit(node, target)
            except _LeftError as left:
                completion = left.completion
            target = None
            if completion is None:
                index += 1
            elif isinstance(completion, c.Goto) and self.holds(statements, completion.label):
                target = completion.label
                index = self.enter(statements, target)
            else:
                return completion
        return None

    def enter(self, statements: tuple[c.Statement, ...], target: Target) -> int:
        """Where among the statements a target is; what is skipped is declared all the same."""
        for index, node in enumerate(statements):
            if target in self.targets(node):
                return index
            if isinstance(node, c.Declaration) and id(node) not in self.scope:
                self.declare(node, run=False)
        raise AssertionError(target)

    def holds(self, statements: tuple[c.Statement, ...], target: Target) -> bool:
        return any(target in self.targets(each) for each in statements)

    def targets(self, node: c.Statement) -> frozenset[Target]:
        """The labels and cases that a jump into this statement may go to."""
        known = self.within.get(id(node))
        if known is None:
            found: set[Target] = {node.name} if isinstance(node, c.Label) else {id(node)}
            for each in _inner(node):
                found |= self.targets(each)
            known = self.within[id(node)] = frozenset(found)
        return known

    def nothing(self, node: c.Statement, target: Target | None) -> Completion:
        return None

    def declaration(self, node: c.Declaration, target: Target | None) -> Completion:
        self.declare(node)
        return None

    def evaluate(self, node: c.Evaluate, target: Target | None) -> Completion:
        if node.value is None:
            return None
        if isinstance(node.value, c.Call):
            block = self.statement_expansion(node.value)
            if block is not None:
                return self.run(block, None)
        self.value(node.value)
        return None

    def if_(self, node: c.If, target: Target | None) -> Completion:
        if target is None:
            chosen: c.Block | c.If | None = node.then if self.truth(node.test) else node.other
        else:
            chosen = node.then if target in self.targets(node.then) else node.other
        if chosen is None:
            return None
        if isinstance(chosen, c.If):
            return self.if_(chosen, target)
        return self.block(chosen, target)

    def while_(self, node: c.While, target: Target | None) -> Completion:
        while target is not None or self.truth(node.test):
            completion = self.block(node.body, target)
            target = None
            if completion is not None and completion != _CONTINUE:
                return None if completion == _BREAK else completion
            self.turn(node)
        return None

    def turn(self, node: c.Statement) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise WalkerRefusal("out of steps", node.span.line)

    def do(self, node: c.Do, target: Target | None) -> Completion:
        while True:
            completion = self.block(node.body, target)
            target = None
            if completion is not None and completion != _CONTINUE:
                return None if completion == _BREAK else completion
            self.turn(node)
            if not self.truth(node.test):
                return None

    def for_(self, node: c.For, target: Target | None) -> Completion:
        outer, mark = self.scope, self.memory.top
        self.scope = dict(outer)
        try:
            if isinstance(node.start, c.Declaration):
                self.declare(node.start, run=target is None)
            elif node.start is not None and target is None:
                self.value(node.start)
            return self.loop(node, target)
        finally:
            self.scope = outer
            self.memory.release(mark)

    def loop(self, node: c.For, target: Target | None) -> Completion:
        while target is not None or node.test is None or self.truth(node.test):
            completion = self.block(node.body, target)
            target = None
            if completion is not None and completion != _CONTINUE:
                return None if completion == _BREAK else completion
            self.turn(node)
            if node.step is not None:
                self.value(node.step)
        return None

    def iterate(self, node: c.Iterate, target: Target | None) -> Completion:
        """A loop by a macro: what it stands for, with the body as the body."""
        loop = self.loop_expansion(node)
        return self.statements[type(loop)](loop, target)

    def switch(self, node: c.Switch, target: Target | None) -> Completion:
        if target is None:
            kind, value = self.value(node.value)
            wide = self.promoted(kind, node.value)
            target = self.chosen(node, wide, wide.wrap(value))
            if target is None:
                return None
        completion = self.block(node.body, target)
        return None if completion == _BREAK else completion

    def chosen(self, node: c.Switch, kind: IntType, value: int) -> int | None:
        known = self.cases.get(id(node))
        if known is None:
            known = self.cases[id(node)] = self.sorted_cases(node, kind)
        ranges, default = known
        for case, first, last in ranges:
            if first <= value <= last:
                return case
        return default

    def sorted_cases(
        self, node: c.Switch, kind: IntType
    ) -> tuple[list[tuple[int, int, int]], int | None]:
        ranges: list[tuple[int, int, int]] = []
        default = None
        for case in _cases(node.body):
            if isinstance(case, c.Default):
                default = id(case)
                continue
            first = kind.wrap(self.constant(case.value))
            last = first if case.upto is None else kind.wrap(self.constant(case.upto))
            ranges.append((id(case), first, last))
        return ranges, default

    def return_(self, node: c.Return, target: Target | None) -> Completion:
        if node.value is None:
            self.result = VOID, None
            return _RETURN
        kind, value = self.value(node.value)
        self.memory.line = node.span.line
        self.result = self.returns, self.convert(kind, value, self.returns)
        return _RETURN


def _inner(node: c.Statement) -> list[c.Statement]:
    """The statements that stand in a statement."""
    match node:
        case c.Block(_, statements):
            return list(statements)
        case c.If(_, _, then, other):
            return [then] if other is None else [then, other]
        case c.While() | c.Do() | c.For() | c.Iterate() | c.Switch():
            return [node.body]
    return []


def _cases(node: c.Statement) -> list[c.Case | c.Default]:
    """The cases of a switch, not those of one inside it."""
    found: list[c.Case | c.Default] = []
    for each in _inner(node):
        if isinstance(each, c.Case | c.Default):
            found.append(each)
        elif not isinstance(each, c.Switch):
            found += _cases(each)
    return found


__all__ = ["Record", "Walker", "WalkerFault", "WalkerRefusal"]
