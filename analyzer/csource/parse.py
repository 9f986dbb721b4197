"""The one door to tree-sitter-c: bytes in, a plain tree of our own out.

Nothing that tree-sitter recovered from is handed on: a tree with an error anywhere is ``Broken``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

# Brackets and separators that say nothing that their parent's kind does not say already.
_SILENT = frozenset("(){}[];,")
# Deeper than any C that people write; keeps every walk over a tree within Python's stack.
MAX_TREE_DEPTH = 600


class Raw(NamedTuple):
    """A node: its kind in the grammar, its field in the parent, its bytes, and what is in it.

    The kind of an operator or a keyword is its text. Offsets count bytes of the parsed text.
    """

    kind: str
    field: str | None
    start: int
    end: int
    children: tuple[Raw, ...]


class Broken(NamedTuple):
    """A text that is not the grammar's: the byte where that shows first, and what is amiss."""

    offset: int
    reason: str


Tree: TypeAlias = Raw | Broken


@cache
def _parser() -> Parser:
    import tree_sitter_c
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_c.language()))


def trouble(data: bytes) -> Broken | None:
    """Where the grammar fails on this text, or None. Costs the parse and no walk."""
    root = _parser().parse(data).root_node
    return _first_error(root) if root.has_error else None


def parse(data: bytes) -> Tree:
    """Read a text as a C file."""
    root = _parser().parse(data).root_node
    return _first_error(root) if root.has_error else _copied(root)


def _first_error(root: Node) -> Broken:
    node = root
    while True:
        if node.is_missing:
            return Broken(node.start_byte, f"{node.type!r} is missing")
        if node.is_error:
            return Broken(node.start_byte, "not the grammar of C")
        inner = next((each for each in node.children if each.has_error or each.is_error), None)
        if inner is None:
            return Broken(node.start_byte, "not the grammar of C")
        node = inner


def _copied(root: Node) -> Tree:
    cursor = root.walk()
    above: list[tuple[Node, str | None, list[Raw]]] = []
    here: list[Raw] = []
    while True:
        node, field = cursor.node, cursor.field_name
        if node is None:
            raise AssertionError("a cursor is always at a node")
        if node.child_count and cursor.goto_first_child():
            if len(above) >= MAX_TREE_DEPTH:
                return Broken(node.start_byte, "nested too deeply")
            above.append((node, field, here))
            here = []
            continue
        if node.is_named or node.type not in _SILENT:
            here.append(Raw(node.type, field, node.start_byte, node.end_byte, ()))
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return here[0]
            node, field, outer = above.pop()
            outer.append(Raw(node.type, field, node.start_byte, node.end_byte, tuple(here)))
            here = outer
            if not above:
                return here[0]
