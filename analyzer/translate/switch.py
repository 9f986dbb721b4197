"""``switch``: a chain of tests where no case falls through, else segments in a loop passed once."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from analyzer.csource.syntax import (
    Block,
    Break,
    Call,
    Case,
    Continue,
    Declaration,
    Default,
    Evaluate,
    Goto,
    If,
    Return,
    Span,
    Statement,
    Switch,
)
from analyzer.csource.walk import walk
from analyzer.translate import emit, expansion, rvalue, statement as statements_of
from analyzer.translate.conversion import promote
from analyzer.translate.declaration import declaration
from analyzer.translate.jumps import JUMP, Kind, PyLoop, arrived, arrives, inside
from analyzer.translate.survey import Group, groups_of
from analyzer.translate.types import Integer
from analyzer.translate.value import converted, settled
from analyzer.translate.writer import Writer

# More than this in a chain, and Python's own compiler nests too deeply.
_LONGEST_CHAIN = 30


def switch(w: Writer, each: Switch) -> None:
    """Translate a switch."""
    groups = groups_of(w, each.body)
    with w.captured() as looking:
        value = settled(promote(w, rvalue.full(w, each.value), each.value.span))
        kind = value.type
        assert isinstance(kind, Integer)
        subject = w.spilled(value.code, each.span)
    outer, w.hoisted = w.hoisted, []
    with w.captured() as written, w.block():
        if groups and not groups[0].markers:
            _unreachable(w, groups[0])
            groups = groups[1:]
        _refuse_twins(w, groups, kind)
        tests = [_test(w, subject, group, kind) for group in groups]
        _Form(w, groups, tests, looking, each.span).write()
    w.extend(w.hoisted)
    w.hoisted = outer
    w.extend(written)


def _unreachable(w: Writer, group: Group) -> None:
    """Translate what stands before the first case: of it only declarations have a meaning."""
    for each in group.body.statements:
        if isinstance(each, Declaration):
            bare = tuple(replace(declared, initial=None) for declared in each.declared)
            declaration(w, replace(each, declared=bare))
        elif any(isinstance(inner, Case | Default) for inner in walk(each)):
            raise w.refused("a case label outside its switch's own block", each.span)


def _refuse_twins(w: Writer, groups: Sequence[Group], kind: Integer) -> None:
    """C has each case once; ranges are not looked into."""
    seen: set[int | None] = set()
    for marker in (marker for group in groups for marker in group.markers):
        value = None
        if isinstance(marker, Case):
            found = rvalue.value_of_constant(w, marker.value)
            value = None if found is None else converted(found, kind).known
        if value in seen:
            raise w.refused("a case twice", marker.span)
        if value is not None or isinstance(marker, Default):
            seen.add(value)


def _test(w: Writer, subject: ast.expr, group: Group, kind: Integer) -> ast.expr | None:
    """Return the test for a group; None for the one with ``default``."""
    tests: list[ast.expr] = []
    for marker in group.markers:
        if isinstance(marker, Default):
            return None
        tests.append(emit.stamped(_case(w, subject, marker, kind), marker.span))
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)


def _case(w: Writer, subject: ast.expr, marker: Case, kind: Integer) -> ast.expr:
    low = _value(w, marker, kind)
    if marker.upto is None:
        return emit.compare("==", subject, low)
    high = _value(w, replace(marker, value=marker.upto), kind)
    return emit.both("&&", emit.compare(">=", subject, low), emit.compare("<=", subject, high))


def _value(w: Writer, marker: Case, kind: Integer) -> ast.expr:
    value = rvalue.value_of_constant(w, marker.value)
    if value is None:
        raise w.refused("a case that is not a constant we know", marker.span)
    return converted(value, kind).code


class _Form:
    """The two forms of a switch."""

    def __init__(
        self,
        w: Writer,
        groups: Sequence[Group],
        tests: Sequence[ast.expr | None],
        looking: list[ast.stmt],
        span: Span,
    ) -> None:
        self.w = w
        self.groups = groups
        self.tests = tests
        self.looking = looking
        self.span = span

    def write(self) -> None:
        """Write the switch: ``looking`` computes the value that it looks at."""
        falls = any(not _ends(group.body) for group in self.groups[:-1])
        breaks = any(_breaks_inside(self.w, group.body) for group in self.groups)
        entered = [inside(self.w, group.body) for group in self.groups]
        if len(self.groups) > _LONGEST_CHAIN or any(entered):
            falls = True
        else:
            self.w.extend(self.looking)
        if not falls and not breaks:
            self.w.chains.append(len(self.w.loops))
            self._chain([self._body(_without_break(group.body)) for group in self.groups])
            self.w.chains.pop()
            return
        loop = PyLoop(Kind.SWITCH)
        if falls:
            number = self._entry(entered)
        self.w.loops.append(loop)
        with self.w.captured() as written:
            if falls:
                self._segments(number)
            else:
                self._chain([self._body(group.body) for group in self.groups])
            self.w.write(ast.Break(), self.span)
        self.w.loops.pop()
        self.w.write(emit.forever(written), self.span)
        arrived(self.w, loop, self.span)

    def _body(self, body: Block) -> list[ast.stmt]:
        hoisted = self.w.hoisted
        with self.w.captured() as written:
            statements_of.statements(self.w, body, hoisted)
        return written

    def _chain(self, bodies: Sequence[list[ast.stmt]]) -> None:
        """Write ``if``, ``elif`` ..., with ``default`` for ``else`` wherever it stands."""
        rest: list[ast.stmt] = []
        for test, body in zip(self.tests, bodies, strict=True):
            if test is None:
                rest = body
        pairs = [(t, b) for t, b in zip(self.tests, bodies, strict=True) if t is not None]
        for test, body in reversed(pairs):
            rest = [emit.stamped(emit.when(test, body, rest), self.span)]
        self.w.extend(rest)

    def _entry(self, entered: Sequence[tuple[int, int] | None]) -> str:
        """Write which segment is the first to run: one behind the last if none is.

        A goto on its way into a group decides that before the value does.
        """
        number = self.w.temporary()
        with self.w.captured() as normal:
            if any(entered) or len(self.groups) > _LONGEST_CHAIN:
                self.w.extend(self.looking)
            default = self.tests.index(None) if None in self.tests else len(self.groups)
            self._choose(number, default)
            for index, test in enumerate(self.tests):
                if test is not None:
                    self._choose(number, index, test)
        if not any(entered):
            self.w.extend(normal)
            return number
        with self.w.captured() as arriving:
            for index, labels in enumerate(entered):
                if labels is not None:
                    self._choose(number, index, arrives(labels))
        self.w.write(emit.when(emit.name(JUMP), arriving, normal), self.span)
        return number

    def _choose(self, number: str, index: int, test: ast.expr | None = None) -> None:
        chosen = emit.stamped(emit.assign(number, emit.number(index)), self.span)
        self.w.write(chosen if test is None else emit.when(test, [chosen]), self.span)

    def _segments(self, number: str) -> None:
        for index, group in enumerate(self.groups):
            body = self._body(group.body)
            if not body:
                continue
            test = emit.compare("<=", emit.name(number), emit.number(index))
            self.w.write(emit.when(test, body), group.body.span)


def _without_break(body: Block) -> Block:
    if body.statements and isinstance(body.statements[-1], Break):
        return replace(body, statements=body.statements[:-1])
    return body


def _ends(body: Block) -> bool:
    """Whether control never falls from a group into the next."""
    last = body.statements[-1] if body.statements else None
    match last:
        case Break() | Return() | Goto() | Continue():
            return True
        case Block():
            return _ends(last)
        case If(then=then, other=Block() as other):
            return _ends(then) and _ends(other)
        case _:
            return False


def _breaks_inside(w: Writer, body: Block) -> bool:
    """Whether a ``break`` of the switch stands elsewhere than at the end of a group."""
    ahead = body.statements[:-1] if _last_is_break(body) else body.statements
    return any(_breaks(w, each) for each in ahead)


def _last_is_break(body: Block) -> bool:
    return bool(body.statements) and isinstance(body.statements[-1], Break)


def _breaks(w: Writer, each: Statement) -> bool:
    match each:
        case Break():
            return True
        case Block(statements=statements):
            return any(_breaks(w, inner) for inner in statements)
        case If(then=then, other=other):
            return _breaks(w, then) or (other is not None and _breaks(w, other))
        case Evaluate(value=Call() as call) if body := expansion.statements(w, call):
            return _breaks(w, body)
        case _:
            return False
