"""Locals under other names."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.csource.syntax import (
    Call,
    Declaration,
    Declared,
    Iterate,
    Name,
    OffsetOf,
    Parameter,
    Tagged,
    TypeName,
    Unparsed,
    Unsupported,
)
from analyzer.csource.tokens import Kind as Token
from analyzer.csource.walk import walk
from tests.mutants.code import Code
from tests.mutants.facts import Facts
from tests.mutants.kinds import Change, Edit, Kind


def renamed(code: Code, facts: Facts) -> Iterator[Change]:
    """Each local of the whole function under another name, and all of them."""
    edits: list[tuple[Edit, ...]] = []
    for name in facts.locals:
        found = tuple(_edits(code, name)) if _may_be(code, facts, name) else ()
        if found:
            edits.append(found)
            yield Change(Kind.EQUAL_RENAMED, found[0].start, found, name)
    together = tuple(edit for each in edits for edit in each)
    if len(edits) > 1:
        yield Change(Kind.EQUAL_RENAMED, together[0].start, together, "all")


def _may_be(code: Code, facts: Facts, name: str) -> bool:
    """Whether each use of a name in the function is seen, and is the local."""
    if name not in facts.outermost or name in facts.hidden or facts.is_global(name):
        return False
    if facts.pastes or code.has_loops_by_macro:
        return False
    return not any(_hides(each, name) for each in code.nodes)


def _hides(each: object, name: str) -> bool:
    """Whether a node has the name where it may be something else: a member, a type, text."""
    match each:
        case Call(arguments=arguments) if any(isinstance(one, TypeName) for one in arguments):
            return any(isinstance(one, Name) and one.name == name for one in arguments)
        case OffsetOf() | Unsupported() | Unparsed() | Iterate():
            return True
        case Tagged(members=members, enumerators=enumerators):
            return members is not None or enumerators is not None
        case Declaration(storage=storage, declared=declared) if {"extern", "typedef"} & storage:
            return any(one.name == name for one in declared)
    return False


def _edits(code: Code, name: str) -> Iterator[Edit]:
    new = code.fresh(f"{name}_new")
    function = code.function
    for each in (*walk(function.parameters), *code.nodes):
        match each:
            case Name(name=found) if found == name:
                yield Edit(*code.range(each), new)
            case Declared(name=found) | Parameter(name=found) if found == name:
                yield Edit(*_declared(code, each, name), new)


def _declared(code: Code, each: Declared | Parameter, name: str) -> tuple[int, int]:
    before = ""
    for at, kind, word in code.tokens(*code.range(each)):
        if kind is Token.NAME and word == name and before not in ("struct", "union", "enum"):
            return at, at + len(name)
        before = word
    raise LookupError(f"{name} is not where it is declared")
