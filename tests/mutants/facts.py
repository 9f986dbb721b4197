"""What is known of the names and values of a function: types of locals, what macros may hide."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from analyzer.csource.syntax import (
    Assign,
    Binary,
    Call,
    Comma,
    Conditional,
    Declaration,
    Expr,
    FunctionOf,
    Literal,
    Logical,
    Macro,
    Name,
    Number,
    SizeOf,
    StatementExpression,
    Step,
    TypeName,
    Unary,
    Unparsed,
    Unsupported,
)
from analyzer.csource.tokens import Kind, code_tokens
from analyzer.csource.walk import walk
from tests.mutants.code import Code
from tests.mutants.typewords import INTEGER, kind_word

_JUMPS = frozenset(
    "return goto break continue case default if else for while do switch".split()  # noqa: SIM905
)
_CHANGING = frozenset("++ -- = += -= *= /= %= &= |= ^= {".split())  # noqa: SIM905


class Facts:
    """What a function's names are."""

    def __init__(self, code: Code) -> None:
        self.code = code

    # --- locals ---

    @cached_property
    def locals(self) -> dict[str, str | None]:
        """The parameters and locals with a word for their type; None where two share a name."""
        found: dict[str, str | None] = {}
        for name, kind in self._declared():
            found[name] = kind if name not in found or found[name] == kind else None
        return found

    def _declared(self) -> Iterator[tuple[str, str | None]]:
        for parameter in self.code.function.parameters:
            if parameter.name is not None:
                yield parameter.name, kind_word(parameter.type)
        for declaration in self.code.declarations:
            if not {"typedef", "extern"} & declaration.storage:
                for one in declaration.declared:
                    if one.name is not None and one.bits is None:
                        yield one.name, kind_word(one.type)

    @cached_property
    def outermost(self) -> frozenset[str]:
        """The names that are declared for the whole function."""
        found = {each.name for each in self.code.function.parameters if each.name is not None}
        for each in self.code.function.body.statements:
            if isinstance(each, Declaration) and not {"typedef", "extern"} & each.storage:
                found |= {one.name for one in each.declared if one.name is not None}
        return frozenset(found)

    @cached_property
    def addressed(self) -> frozenset[str]:
        """The names whose address is taken."""
        return frozenset(
            each.operand.name
            for each in self.code.nodes
            if isinstance(each, Unary) and each.op == "&" and isinstance(each.operand, Name)
        )

    def kind(self, value: Expr | TypeName) -> str | None:
        """A word for the type of a value, as far as it is plain; None where it is not."""
        match value:
            case Name(name=name):
                return self.locals.get(name, INTEGER if name.isupper() else None)
            case Number() | Logical():
                return INTEGER
            case Binary(left=left, right=right):
                return INTEGER if {self.kind(left), self.kind(right)} <= {INTEGER} else None
            case Unary(op="-" | "~" | "!"):
                return INTEGER
            case Unary(op="&", operand=Name(name=name)):
                return f"&{self.locals.get(name) or name}"
            case Unary(op="*", operand=Name(name=name)):
                kind = self.locals.get(name)
                return kind[:-1] if kind and kind.endswith("*") else None
        return None

    # --- macros ---

    @cached_property
    def _macros(self) -> dict[str, Macro]:
        return self.code.file.macros

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The words in all macros of the file that the function uses, and those that they use."""
        found: set[str] = set()
        start, end = self.code.range(self.code.function)
        waiting = [word for _, kind, word in self.code.tokens(start, end) if kind is Kind.NAME]
        while waiting:
            macro = self._macros.get(waiting.pop())
            if macro is not None:
                new = _words(macro.body) - found
                found |= new
                waiting += new
        return frozenset(found)

    @cached_property
    def pastes(self) -> bool:
        """Whether a macro in the file makes names or strings of what it is given."""
        return any("#" in macro.body for macro in self._macros.values())

    def is_odd(self, node: object) -> bool:
        """Whether a macro's text in there may bind with what stands beside it, or do more."""
        return any(self._is_odd_name(each) for each in walk(node)) or self._has_unknown(node)

    def _is_odd_name(self, each: object) -> bool:
        if isinstance(each, Unsupported | Unparsed):
            return True
        macro = self._macros.get(each.name) if isinstance(each, Name) else None
        return macro is not None and not self._is_whole(macro, set())

    def _is_whole(self, macro: Macro, seen: set[str]) -> bool:
        """Whether a macro stands for one value, whatever is around it."""
        body = [each.text for each in code_tokens(macro.body)]
        if macro.name in seen or "#" in macro.body or _JUMPS & set(body):
            return False
        inner = [self._macros[one] for one in body if one in self._macros]
        if not all(self._is_whole(one, seen | {macro.name}) for one in inner):
            return False
        return (len(body) == 1 and body != [";"]) or _is_enclosed(body)

    def _has_unknown(self, node: object) -> bool:
        """Whether a type is an argument: what is beside it is then no value."""
        return any(
            isinstance(each, Call) and any(isinstance(one, TypeName) for one in each.arguments)
            for each in walk(node)
        )

    def is_known_function(self, name: str) -> bool:
        """Whether the file shows that a name is a function's: its arguments are values."""
        if name in self._macros:
            return False
        return name in self._functions or name in self.locals

    @cached_property
    def _functions(self) -> frozenset[str]:
        found = {each.name for each in self.code.file.functions}
        for each in self.code.file.declarations:
            if isinstance(each, Declaration):
                found |= {
                    one.name
                    for one in each.declared
                    if one.name is not None and isinstance((*one.type.shape, None)[0], FunctionOf)
                }
        return frozenset(found)

    def is_global(self, name: str) -> bool:
        """Whether the file has the name for something of its own."""
        return name in self.code.file.values or name in self._macros

    # --- values ---

    def values(self, node: Expr) -> Iterator[Expr]:
        """The values within a value that C certainly sees as they stand, itself first.

        What a macro, or a name that may be one, is given is left out; so are blocks.
        """
        yield node
        match node:
            case Call(function=Name(name=name), arguments=arguments):
                if self.is_known_function(name):
                    for one in arguments:
                        if not isinstance(one, TypeName):
                            yield from self.values(one)
            case Call() | StatementExpression() | SizeOf() | Literal() | Unsupported():
                pass
            case _:
                for one in inner(node):
                    yield from self.values(one)

    def is_pure(self, node: object) -> bool:
        """Whether a value only looks: no call, no change."""
        active = (Call, Assign, Step, StatementExpression, Literal, Unsupported, Comma)
        if any(isinstance(each, active) for each in walk(node)):
            return False
        return not any(self._is_active(name) for name in self.names(node))

    def _is_active(self, name: str) -> bool:
        """Whether a macro changes something, or calls."""
        waiting, seen = [name], {name}
        while waiting:
            macro = self._macros.get(waiting.pop())
            body = [] if macro is None else [each.text for each in code_tokens(macro.body)]
            calls = any(one.isidentifier() and two == "(" for one, two in pairwise(body))
            if calls or _CHANGING & set(body):
                return True
            waiting += set(body) - seen
            seen |= set(body)
        return False

    @cached_property
    def valued(self) -> frozenset[str]:
        """The names that have a value from the first: parameters, and locals with initializers."""
        found = {each.name for each in self.code.function.parameters if each.name is not None}
        for each in self.code.function.body.statements:
            if isinstance(each, Declaration):
                found |= {one.name for one in each.declared if one.name and one.initial}
        return frozenset(found) & self.outermost

    def is_safe(self, node: Expr) -> bool:
        """Whether a value may be computed at any time: it needs no memory and cannot fault."""
        match node:
            case Number():
                return True
            case Name(name=name):
                return (name in self.valued and name not in self.hidden) or name.isupper()
            case Unary(op="-" | "~" | "!", operand=operand):
                return self.is_safe(operand)
            case Binary(op=op) if op in ("/", "%", "<<", ">>"):
                return False
            case Binary(left=left, right=right) | Logical(left=left, right=right):
                return self.is_safe(left) and self.is_safe(right)
        return False

    def names(self, node: object) -> frozenset[str]:
        """The names in a node."""
        return frozenset(each.name for each in walk(node) if isinstance(each, Name))


def inner(node: Expr) -> Iterator[Expr]:
    """The values right below a value, types and blocks left out."""
    match node:
        case Binary(left=left, right=right) | Logical(left=left, right=right):
            yield from (left, right)
        case Comma(left=left, right=right) | Assign(target=left, value=right):
            yield from (left, right)
        case Conditional(test=test, then=then, other=other):
            yield from (one for one in (test, then, other) if one is not None)
        case Call(arguments=arguments):
            yield from (one for one in arguments if not isinstance(one, TypeName))
        case _:
            for field in ("operand", "value", "index"):
                below = getattr(node, field, None)
                if below is not None and not isinstance(below, TypeName):
                    yield below


def _words(body: str) -> set[str]:
    return {each.text for each in code_tokens(body) if each.kind is Kind.NAME}


def _is_enclosed(body: list[str]) -> bool:
    """Whether the first parenthesis closes with the last token."""
    depth = 0
    for at, text in enumerate(body):
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return at == len(body) - 1 and text == ")"
    return False
