"""Where the labels and gotos of a function stand, before anything of it is written.

Each block knows its *entries*: the statements that a goto may arrive at, being a label or holding
one deeper down. Labels are numbered from 1 in the order of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.csource.syntax import (
    Block,
    Call,
    Case,
    Declaration,
    Default,
    Do,
    Evaluate,
    For,
    Function,
    Goto,
    If,
    Iterate,
    Label,
    Parameter,
    Return,
    Span,
    Statement,
    StatementExpression,
    Switch,
    While,
)
from analyzer.csource.walk import walk
from analyzer.translate import expansion
from analyzer.translate.writer import Writer

# Where a statement stands: the blocks around it, outermost first, and its number in each.
Path = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Entry:
    """A statement of a block that gotos arrive at: the numbers of its labels, inclusive."""

    index: int
    first: int
    last: int
    direct: bool
    forward: bool = False
    backward: bool = False


@dataclass(slots=True)
class Plan:
    """The entries of one block, in order. ``entered``: a goto from outside the block arrives."""

    entries: dict[int, Entry] = field(default_factory=dict)
    entered: bool = False

    @property
    def only(self) -> Entry | None:
        """The one entry of a simple block: a label, and no goto from outside."""
        if self.entered or len(self.entries) != 1:
            return None
        entry = next(iter(self.entries.values()))
        return entry if entry.direct and entry.first == entry.last else None


@dataclass(frozen=True, slots=True)
class Group:
    """What stands behind one or more ``case`` labels of a switch."""

    markers: tuple[Case | Default, ...]
    body: Block


@dataclass(slots=True)
class Survey:
    """All of it. Blocks are known by identity, and kept alive by ``kept``."""

    labels: dict[str, int] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    groups: dict[int, tuple[Group, ...]] = field(default_factory=dict)
    label_paths: dict[str, Path] = field(default_factory=dict)
    gotos: list[tuple[str, Path, Span]] = field(default_factory=list)
    kept: list[object] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    inside: dict[int, tuple[int, int]] = field(default_factory=dict)


def survey(w: Writer, body: Block) -> Survey:
    """Look at a function's body."""
    found = Survey()
    _block(w, found, body, ())
    for label, path, span in found.gotos:
        if label in found.labels:
            _plan(found, found.labels[label], found.label_paths[label], path)
        elif w.free is None:
            raise w.refused(f"no label {label}", span)
    return found


def _block(w: Writer, found: Survey, block: Block, path: Path) -> None:
    found.kept.append(block)
    for index, statement in enumerate(block.statements):
        here = (*path, (id(block), index))
        match statement:
            case Label(span, name):
                if name in found.labels:
                    raise w.refused(f"the label {name} twice", span)
                found.labels[name] = len(found.labels) + 1
                found.label_paths[name] = here
            case Goto(span, label):
                found.gotos.append((label, here, span))
                found.seen.add(id(statement))
            case _:
                first = len(found.labels) + 1
                for inner in (*_inner(w, found, statement), *_expressions(statement)):
                    start = len(found.labels) + 1
                    _block(w, found, inner, here)
                    found.inside[id(inner)] = (start, len(found.labels))
                found.inside[id(statement)] = (first, len(found.labels))


def _inner(w: Writer, found: Survey, statement: Statement) -> Iterator[Block]:
    """Yield the blocks of a statement, in the order of the text."""
    match statement:
        case Block():
            yield statement
        case If(then=then, other=other):
            yield then
            while isinstance(other, If):
                yield other.then
                other = other.other
            if other is not None:
                yield other
        case While(body=body) | For(body=body) | Do(body=body):
            yield body
        case Switch(body=body):
            found.groups[id(body)] = tuple(_groups(body))
            found.kept.append(body)
            for group in found.groups[id(body)]:
                yield group.body
        case Iterate():
            loop = expansion.loop(w, statement)
            yield from _inner(w, found, loop)
        case Evaluate(value=Call() as call):
            block = expansion.statements(w, call)
            if block is not None:
                yield block
        case _:
            pass


def _expressions(statement: Statement) -> Iterator[Block]:
    """Yield the bodies of the statement expressions of a statement, outermost ones only."""
    waiting: list[object]
    match statement:
        case If(test=value) | While(test=value) | Do(test=value) | Switch(value=value):
            waiting = [value]
        case Evaluate(value=wanted) | Return(value=wanted):
            waiting = [wanted]
        case For(start=start, test=test, step=step):
            waiting = [step, test, start]
        case Declaration():
            waiting = [statement]
        case _:
            return
    while waiting:
        here = waiting.pop()
        if isinstance(here, StatementExpression):
            yield here.body
        elif isinstance(here, tuple) and not isinstance(here, Span):
            waiting.extend(reversed(here))
        elif names := getattr(here, "__dataclass_fields__", None):
            waiting.extend(getattr(here, name) for name in reversed(names))


def declared_names(piece: Function | Block) -> frozenset[str]:
    """Return every name that a function declares anywhere, types left out."""
    found: set[str] = set()
    for each in walk(piece):
        match each:
            case Declaration(storage=storage, declared=declared) if "typedef" not in storage:
                found.update(one.name for one in declared if one.name is not None)
            case Parameter(name=str() as name):
                found.add(name)
    return frozenset(found)


def groups_of(w: Writer, body: Block) -> tuple[Group, ...]:
    """Return the groups of a switch's body, the same ones each time."""
    known = w.survey.groups if w.survey is not None else {}
    return known.get(id(body)) or tuple(_groups(body))


def _groups(body: Block) -> Iterator[Group]:
    markers: list[Case | Default] = []
    statements: list[Statement] = []
    for statement in body.statements:
        if isinstance(statement, Case | Default):
            if statements:
                yield _group(body, markers, statements)
                markers, statements = [], []
            markers.append(statement)
        else:
            statements.append(statement)
    if markers or statements:
        yield _group(body, markers, statements)


def _group(body: Block, markers: list[Case | Default], statements: list[Statement]) -> Group:
    span = statements[0].span if statements else body.span
    return Group(tuple(markers), Block(span, tuple(statements)))


def _plan(found: Survey, number: int, label: Path, goto: Path) -> None:
    """Enter one goto into the plans of the blocks that it arrives through."""
    shared = 0
    while shared < min(len(label), len(goto)) and label[shared][0] == goto[shared][0]:
        shared += 1
    for depth in range(shared - 1, len(label)):
        block, index = label[depth]
        plan = found.plans.setdefault(block, Plan())
        direct = depth == len(label) - 1
        entry = plan.entries.get(index)
        if entry is None:
            entry = plan.entries[index] = Entry(index, number, number, direct)
        entry.first, entry.last = min(entry.first, number), max(entry.last, number)
        if depth >= shared:
            plan.entered = True
        elif goto[depth][1] < index:
            entry.forward = True
        else:
            entry.backward = True
