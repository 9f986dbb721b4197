"""Whether what a call passes is what its callee takes, as far as types tell without running.

Only what no compiler takes without a word is told: a pointer to one struct where one to another is
wanted, a pointer where an integer is or the other way round, a member that a macro asks for and the
struct does not have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from analyzer.csource.file import CFile
from analyzer.csource.syntax import (
    Call,
    Declaration,
    Expr,
    Function,
    Index,
    Member,
    Name,
    TypeOf,
    Unary,
    Unparsed,
)
from analyzer.csource.walk import walk
from analyzer.machine.called import Called
from analyzer.machine.definition import Definition, Form
from analyzer.translate.environment import Environment, Variable
from analyzer.translate.headers import Headers
from analyzer.translate.types import LP64, CType, Integer, Pointer, Record

# Arguments whose types are told as they stand; of sums and differences they are not.
_PLAIN = (Name, Member, Index, Unary, Call)
# A member of a parameter: "p->x" or "(p)->x", and not "f(p)->x".
_MEMBER = r"(?:(?<!\w)\(\s*{0}\s*\)|(?<![.>\w]){0})\s*->\s*(\w+)"


class Arguments:
    """The arguments of one file's calls, with the types that its declarations give them."""

    def __init__(self, file: CFile, headers: Headers) -> None:
        self._file = file
        self._headers = headers
        self._inside: dict[str, Environment] = {}
        self._shadowed: dict[str, frozenset[str]] = {}

    def wrong(self, call: Called, definition: Definition) -> str | None:
        """What is wrong with the first argument that does not fit; None where nothing is told."""
        if call.arguments is None or call.function is None or definition.parameters is None:
            return None
        environment = self._within(call.function)
        if environment is None:
            return None
        pairs = zip(call.arguments, definition.parameters, strict=False)
        for number, (argument, parameter) in enumerate(pairs, 1):
            if not isinstance(argument, _PLAIN) or self._is_shadowed(call.function, argument):
                continue
            given = environment.type_of(argument, None)
            if definition.form is Form.MACRO:
                why = _lacks(definition, parameter.name or "", given, environment)
            elif parameter.written is None or isinstance(parameter.written.specifier, TypeOf):
                why = None
            else:
                why = _unlike(given, environment.resolve(parameter.written))
            if why is not None:
                named = f" ({parameter.name})" if parameter.name else ""
                return f"argument {number}{named} {why}"
        return None

    @cached_property
    def _outside(self) -> Environment:
        return Environment.of_file(self._file, LP64, self._headers)

    def _within(self, name: str) -> Environment | None:
        """What names mean in a function; its locals of all blocks together."""
        if name not in self._inside:
            function = self._file.function(name)
            if function is None or isinstance(function, Unparsed):
                return None
            self._inside[name] = _locals(function, self._outside.inner())
        return self._inside[name]

    def _is_shadowed(self, name: str, argument: Expr) -> bool:
        """Whether an argument names what several blocks of its function declare, each its own."""
        if name not in self._shadowed:
            function = self._file.function(name)
            known = Counter(_declared(function) if isinstance(function, Function) else ())
            self._shadowed[name] = frozenset(one for one, count in known.items() if count > 1)
        several = self._shadowed[name]
        return bool(several) and any(
            isinstance(node, Name) and node.name in several for node in walk(argument)
        )


def _declared(function: Function) -> Iterator[str]:
    yield from (each.name for each in function.parameters if each.name is not None)
    for node in walk(function.body):
        if isinstance(node, Declaration):
            yield from (each.name for each in node.declared if each.name is not None)


def _locals(function: Function, environment: Environment) -> Environment:
    for parameter in function.parameters:
        if parameter.name is not None:
            kind = environment.resolve(parameter.type)
            environment.bind(Variable(parameter.name, kind))
    for node in walk(function.body):
        if isinstance(node, Declaration):
            environment.declare(node)
    return environment


def _unlike(given: CType, wanted: CType) -> str | None:
    match given, wanted:
        case Pointer(to=Record() as one), Pointer(to=Record() as other) if one.tag != other.tag:
            return f"is a pointer to {_named(one)}, and one to {_named(other)} is taken"
        case Pointer(to=Record() as one), Integer(name=name):
            return f"is a pointer to {_named(one)}, and {name} is taken"
        case Integer(name=name), Pointer(to=Record() as other):
            return f"is {name}, and a pointer to {_named(other)} is taken"
        case _:
            return None


def _lacks(macro: Definition, parameter: str, given: CType, environment: Environment) -> str | None:
    """The member that a macro asks of a parameter and the struct that is passed does not have."""
    record = given.to if isinstance(given, Pointer) else None
    if not isinstance(record, Record) or not parameter or not environment.fields(record):
        return None
    # Of a struct that the model's own header describes, not all members are known.
    if not environment.has_layout(record):
        return None
    others = {each.name for each in macro.parameters or ()}
    for member in re.findall(_MEMBER.format(re.escape(parameter)), macro.body):
        if member not in others and environment.field(record, member) is None:
            return f"is a pointer to {_named(record)}, which has no member {member}"
    return None


def _named(record: Record) -> str:
    return f"{'union' if record.union else 'struct'} {record.tag}"
