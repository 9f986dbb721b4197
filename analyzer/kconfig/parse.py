"""The one door to tree-sitter-kconfig: whole files, and property lines wherever they come from.

tree-sitter reads the property lines, an entry at a time; blocks and help texts are ours. Its
recovery from one error takes the rest of a text along, it does not know ``---help---``, ``option``
and ``boolean`` of older kernels, and a whole file can nest without limit.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from analyzer.kconfig.blocks import assemble
from analyzer.kconfig.expr import Constant, Expr, Macro, Operand, Ref, Unparsed, parse_expr
from analyzer.kconfig.layout import HELP_WORDS, PROPERTY_WORDS, dedent, grouped, statements
from analyzer.kconfig.symbols import (
    Default,
    DependsOn,
    Help,
    Imply,
    KconfigFile,
    Modules,
    Option,
    OptionalChoice,
    Prompt,
    Property,
    Range,
    Select,
    SymbolType,
    Transitional,
    TypeLine,
    Unread,
    VisibleIf,
)
from analyzer.kconfig.tokens import masked, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node, Parser

    from analyzer.kconfig.layout import Statement

Reading: TypeAlias = tuple[Property, ...] | Unread

# The longest statement of Linux 5.0 has 589 characters.
MAX_STATEMENT = 16_384
# Above this an error is looked for line by line at once.
_MAX_ENTRY = 262_144


class _NotReadError(Exception):
    """Carries the reason to ``_read_one``; never leaves this module."""


def parse(text: str, path: str) -> KconfigFile:
    """Read a whole file. Never raises; what is not understood is in ``unread``."""
    groups = grouped(statements(text.split("\n")))
    readings = [read_properties(group.members, path) for group in groups]
    return assemble(path, groups, readings)


def read_properties(members: Sequence[Statement], path: str) -> list[Reading]:
    """Read the property lines of one entry: each statement's properties, or why there are none.

    A line of two properties (``bool "text"``) gives both; line numbers are the statements' own.
    """
    ours = [each for each in members if each.word in _GRAMMARS and len(each.text) <= MAX_STATEMENT]
    nodes = dict(zip((each.line for each in ours), _nodes(ours), strict=True))
    return [_read_one(each, nodes.get(each.line), path) for each in members]


def _read_one(statement: Statement, node: _Node | None, path: str) -> Reading:
    try:
        return _properties(statement, node)
    except _NotReadError as error:
        return Unread(path, statement.line, statement.text[:MAX_STATEMENT], str(error))


def _properties(statement: Statement, node: _Node | None) -> tuple[Property, ...]:
    if len(statement.text) > MAX_STATEMENT:
        raise _NotReadError(f"longer than {MAX_STATEMENT} characters")
    if statement.word in _LONE:
        return (_LONE[statement.word](statement),)
    if statement.word not in PROPERTY_WORDS:
        raise _NotReadError("begins with no keyword of the language")
    if node is None:
        raise _NotReadError(f"not the grammar of {statement.word!r}")
    kind, keyword, arguments, condition = node
    when = _expr(condition) if condition is not None else None
    return _BUILDERS[kind](keyword, arguments, when, statement.line)


# A node of tree-sitter in our own terms: type, keyword, the arguments' texts, the condition's text.
_Node: TypeAlias = tuple[str, str, list[str], str | None]


@cache
def _parser() -> Parser:
    import tree_sitter_kconfig
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_kconfig.language()))


_GRAMMARS = {
    "boolean": "bool",
    "depends": "depends on",
    "visible": "visible if",
    **{word: word for word in (kind.value for kind in SymbolType)},
    **{word: word for word in ("def_bool", "def_tristate", "prompt", "default")},
    **{word: word for word in ("select", "imply", "range")},
}
del _GRAMMARS["unknown"]

# What tree-sitter's words and strings are too narrow for, or shifts its columns, which are bytes.
_TO_MASK = re.compile(r"""["'$./]|[^\x00-\x7f]""")
_PROMPTED = frozenset(("bool", "tristate", "string", "int", "hex", "prompt"))
_FRAMES = {True: ('menu "x"\n', "endmenu\n"), False: ("config X\n", "")}


def _spelled(statement: Statement) -> str:
    """Spell a statement the one way that the grammar knows."""
    keyword = _GRAMMARS[statement.word]
    rest = statement.rest
    _, _, second = keyword.partition(" ")
    if second:
        if rest[: len(second)] != second or rest[len(second) : len(second) + 1].isalnum():
            return f"\t{statement.word} {rest}\n"
        rest = rest[len(second) :].strip()
    if keyword in _PROMPTED and rest and rest[0] not in "\"'":
        # The kernel takes a bare word as a prompt, this grammar does not.
        word, blank, condition = rest.partition(" ")
        rest = f'"{word}"{blank}{condition}'
    return f"\t{keyword} {rest}\n"


def _nodes(members: Sequence[Statement]) -> list[_Node | None]:
    """Let tree-sitter read the lines together, and each by itself if there is an error."""
    if not members:
        return []
    lines = [_spelled(each) for each in members]
    if sum(map(len, lines)) <= _MAX_ENTRY:
        together = _read(lines, menu=any(each.word == "visible" for each in members))
        if together is not None:
            return together
    alone: list[_Node | None] = []
    for each, line in zip(members, lines, strict=True):
        found = _read([line], menu=each.word == "visible")
        alone.append(found[0] if found is not None else None)
    return alone


def _read(lines: list[str], *, menu: bool) -> list[_Node | None] | None:
    opening, closing = _FRAMES[menu]
    text = opening + "".join(map(_masked, lines)) + closing
    root = _parser().parse(text.encode()).root_node
    if root.has_error or root.named_child_count != 1:
        return None
    found: list[_Node | None] = [None] * len(lines)
    for node in root.named_children[0].named_children:
        row = node.start_point[0] - 1
        if 0 <= row < len(lines) and node.type in _BUILDERS:
            if found[row] is not None:
                return None
            found[row] = _in_our_terms(node, lines[row])
    return found


def _masked(line: str) -> str:
    return masked(line) if _TO_MASK.search(line) else line


def _in_our_terms(node: Node, line: str) -> _Node:
    # The tree is of the masked text: only its places count. The text comes from the line.
    arguments: list[str] = []
    condition = None
    for child in node.named_children:
        until = child.end_point[1] if child.end_point[0] == child.start_point[0] else None
        text = line[child.start_point[1] : until].strip()
        if child.type == "conditional_clause":
            condition = text.removeprefix("if")
        else:
            arguments.append(text)
    return node.type, node.children[0].type, arguments, condition


def _expr(text: str) -> Expr:
    expr = parse_expr(text)
    if isinstance(expr, Unparsed):
        raise _NotReadError(expr.reason)
    return expr


def _only(arguments: list[str]) -> str:
    if len(arguments) != 1:
        raise _NotReadError(f"{len(arguments)} values where one belongs")
    return arguments[0]


def _symbol(text: str) -> str:
    match _expr(text):
        case Ref(name) | Constant(name, quoted=False):
            return name
        case _:
            raise _NotReadError("its target is not the name of a symbol")


def _operand(text: str) -> Operand:
    match _expr(text):
        case Ref() | Constant() | Macro() as operand:
            return operand
        case _:
            raise _NotReadError("a limit of the range is not one value")


_Builder: TypeAlias = "Callable[[str, list[str], Expr | None, int], tuple[Property, ...]]"


def _type(keyword: str, arguments: list[str], when: Expr | None, line: int) -> tuple[Property, ...]:
    kind = TypeLine(SymbolType(keyword), line)
    return (kind, Prompt(unquote(_only(arguments)), when, line)) if arguments else (kind,)


def _type_with_default(
    keyword: str, arguments: list[str], when: Expr | None, line: int
) -> tuple[Property, ...]:
    kind = SymbolType(keyword.removeprefix("def_"))
    default = Default(_expr(_only(arguments)), when, line, shorthand=True)
    return TypeLine(kind, line), default


def _range(_: str, arguments: list[str], when: Expr | None, line: int) -> tuple[Property, ...]:
    if len(arguments) != 2:
        raise _NotReadError("a range has two limits")
    return (Range(_operand(arguments[0]), _operand(arguments[1]), when, line),)


_BUILDERS: dict[str, _Builder] = {
    "type_definition": _type,
    "type_definition_default": _type_with_default,
    "input_prompt": lambda _, args, when, line: (Prompt(unquote(_only(args)), when, line),),
    "default_value": lambda _, args, when, line: (Default(_expr(_only(args)), when, line),),
    "reverse_dependencies": lambda _, args, when, line: (Select(_symbol(_only(args)), when, line),),
    "weak_reverse_dependencies": lambda _, args, when, line: (
        Imply(_symbol(_only(args)), when, line),
    ),
    "dependencies": lambda _, args, __, line: (DependsOn(_expr(_only(args)), line),),
    "limiting_menu_display": lambda _, args, __, line: (VisibleIf(_expr(_only(args)), line),),
    "numerical_ranges": _range,
}


def _bare(statement: Statement) -> int:
    if statement.rest:
        raise _NotReadError(f"{statement.word!r} takes nothing after it")
    return statement.line


def _option(statement: Statement) -> Property:
    name, separator, value = (part.strip() for part in statement.rest.partition("="))
    if not name:
        raise _NotReadError("an option without a name")
    return Option(name, unquote(value) if separator else None, statement.line)


_LONE: dict[str, Callable[[Statement], Property]] = {
    "modules": lambda statement: Modules(_bare(statement)),
    "optional": lambda statement: OptionalChoice(_bare(statement)),
    "transitional": lambda statement: Transitional(_bare(statement)),
    "option": _option,
    **{
        word: lambda statement: Help(dedent(statement.body), _bare(statement))
        for word in HELP_WORDS
    },
}
