"""Statements and functions of the grammar's tree in our syntax.

Labels and cases hold what follows them in the grammar's tree; here they are markers in the block
around. So are directives that the rewrite turned into declarations: they are gathered into
``Arms`` again, and have to pair up within one block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from analyzer.csource.convert import only
from analyzer.csource.convert_decl import NEEDS_CONFIGURATION, DeclarationReader
from analyzer.csource.marks import ArmMark, Loop, RangeMark
from analyzer.csource.mask import Directive
from analyzer.csource.syntax import (
    Arm,
    Arms,
    Block,
    Break,
    Call,
    Case,
    Continue,
    Declaration,
    Default,
    Do,
    Evaluate,
    Expr,
    For,
    Goto,
    If,
    Iterate,
    Label,
    Return,
    Span,
    Statement,
    Switch,
    Unsupported,
    While,
)

if TYPE_CHECKING:
    from analyzer.csource.parse import Raw


@dataclass(frozen=True, slots=True)
class _Turn:
    """A directive among statements, until it is gathered."""

    span: Span
    directive: Directive


class StatementReader(DeclarationReader):
    """Reads statements, and declarations and expressions below them."""

    def block(self, node: Raw) -> Block:
        """Read a block."""
        return Block(self.span(node), self.statements(node.children, node))

    def statements(self, nodes: tuple[Raw, ...], around: Raw) -> tuple[Statement, ...]:
        """Read the statements of a block."""
        self.deeper(around)
        flat = [each for node in nodes for each in self._flat(node)]
        self.depth -= 1
        return self._gathered(flat, around)

    def _gathered(self, flat: list[Statement | _Turn], around: Raw) -> tuple[Statement, ...]:
        """Gather what stands between directives into arms."""
        here: list[Statement] = []
        open_: list[tuple[list[Statement], list[Arm], _Turn, _Turn]] = []
        for each in flat:
            if not isinstance(each, _Turn):
                here.append(each)
            elif each.directive.opens:
                open_.append((here, [], each, each))
                here = []
            elif not open_:
                break
            else:
                outer, arms, first, last = open_.pop()
                span = Span(*last.span[:2], *each.span[:2])
                arms.append(Arm(span, last.directive.condition, tuple(here)))
                if each.directive.word != "endif":
                    open_.append((outer, arms, first, each))
                    here = []
                    continue
                here = outer
                here.append(Arms(Span(*first.span[:2], *each.span[2:]), tuple(arms)))
        else:
            if not open_:
                return tuple(here)
        raise self.fail(f"{NEEDS_CONFIGURATION}: #if splits a statement", around)

    def _flat(self, node: Raw) -> Iterator[Statement | _Turn]:
        """Read a statement, after the labels before it."""
        turn = self.mark(node, ArmMark) if node.kind == "declaration" else None
        if turn is not None:
            span = self.source.places.span(turn.directive.start, turn.directive.end)
            if node.end - node.start != 4:
                raise self.fail(f"{NEEDS_CONFIGURATION}: #if splits a statement", node)
            yield _Turn(span, turn.directive)
        elif node.kind == "labeled_statement":
            label, *rest = node.children
            yield Label(self.span(label), self.word(label))
            yield from self._all(rest, node)
        elif node.kind == "case_statement":
            yield self._case(node)
            rest = [child for child in node.children if child.kind not in _CASE_WORDS]
            yield from self._all([child for child in rest if child.field != "value"], node)
        else:
            yield self.statement(node)

    def _all(self, nodes: list[Raw], around: Raw) -> Iterator[Statement | _Turn]:
        self.deeper(around)
        for node in nodes:
            if node.kind != ":":
                yield from self._flat(node)
        self.depth -= 1

    def _case(self, node: Raw) -> Statement:
        value = only(node.children, "value")
        head = node if value is None else value
        span = Span(*self.span(node)[:2], *self.span(head)[2:])
        if value is None:
            colon = self.source.places.span(node.start + self.base, node.start + self.base + 7)
            return Default(colon)
        operator = only(value.children, "operator")
        if value.kind == "binary_expression" and operator and self.mark(operator, RangeMark):
            first, last = self.field(value, "left"), self.field(value, "right")
            return Case(span, self.expression(first), self.expression(last))
        return Case(span, self.expression(value))

    def statement(self, node: Raw) -> Statement:
        """Read a statement that is no label."""
        reader = self._STATEMENTS.get(node.kind)
        if reader is None:
            raise self.fail(f"a {node.kind.replace('_', ' ')} where a statement belongs", node)
        self.deeper(node)
        result = reader(self, node)
        self.depth -= 1
        return result

    def body(self, node: Raw) -> Block:
        """Read what a statement governs, always as a block."""
        if node.kind == "compound_statement":
            return self.block(node)
        return Block(self.span(node), self.statements((node,), node))

    # --- one for each kind of node ---

    def _evaluate(self, node: Raw) -> Statement:
        if not node.children:
            return Evaluate(self.span(node), None)
        value = self.expression(self.inner(node))
        if isinstance(value, Unsupported):
            return value
        return Evaluate(self.span(node), value)

    def _declaration(self, node: Raw) -> Statement:
        if any(node.start <= at < node.end for at in self.rewritten.cleanups):
            return Unsupported(self.span(node), "a cleanup attribute", self.text(node))
        if any(child.kind == "gnu_asm_expression" for child in node.children):
            return Unsupported(self.span(node), "asm", self.text(node))
        if self._is_product(node):
            # The grammar takes "a * b;" for the declaration of a pointer.
            return Evaluate(self.span(node), self.value_at(node.start, node.end - 1))
        return self.declaration(node)

    def _is_product(self, node: Raw) -> bool:
        kind, *rest = node.children
        if kind.kind != "type_identifier" or [each.kind for each in rest] != ["pointer_declarator"]:
            return False
        name = self.word(kind)
        return self.is_value(name) and not self.is_type(name)

    def _type(self, node: Raw) -> Statement:
        return Declaration(self.span(node), frozenset(), self.specifier(node), ())

    def _call_like_type(self, node: Raw) -> Statement:
        """``f(g(sizeof(struct x)));``, which the grammar takes for a type made by a macro."""
        value = self.value_at(node.start, node.end)
        self.used.update(at for at in self.rewritten.marks if node.start <= at < node.end)
        if not isinstance(value, Call):
            raise self.fail("a type where a statement belongs", node)
        return Evaluate(self.span(node), value)

    def _if(self, node: Raw) -> Statement:
        test = self.condition(node)
        then = self.body(self.field(node, "consequence"))
        other: Block | If | None = None
        behind = only(node.children, "alternative")
        if behind is not None:
            last = behind.children[-1]
            if last.kind == "if_statement":
                read = self.statement(last)
                other = read if isinstance(read, If) else None
            else:
                other = self.body(last)
        return If(self.span(node), test, then, other)

    def _while(self, node: Raw) -> Statement:
        loop = self.mark(node, Loop)
        body = self.body(self.field(node, "body"))
        if loop is None:
            return While(self.span(node), self.condition(node), body)
        return Iterate(self.span(node), loop.macro, self.arguments(loop.start, loop.end), body)

    def _do(self, node: Raw) -> Statement:
        body = self.body(self.field(node, "body"))
        return Do(self.span(node), body, self.condition(node))

    def _for(self, node: Raw) -> Statement:
        start: Declaration | Expr | None = None
        first = only(node.children, "initializer")
        if first is not None and first.kind == "declaration":
            start = self.declaration(first)
        elif first is not None:
            start = self.expression(first)
        test, step = self.optional(node, "condition"), self.optional(node, "update")
        return For(self.span(node), start, test, step, self.body(self.field(node, "body")))

    def _switch(self, node: Raw) -> Statement:
        return Switch(self.span(node), self.condition(node), self.body(self.field(node, "body")))

    def _goto(self, node: Raw) -> Statement:
        return Goto(self.span(node), self.word(self.field(node, "label")))

    def _break(self, node: Raw) -> Statement:
        return Break(self.span(node))

    def _continue(self, node: Raw) -> Statement:
        return Continue(self.span(node))

    def _return(self, node: Raw) -> Statement:
        values = [child for child in node.children if child.kind != "return"]
        if len(values) > 1:
            raise self.fail("a return of several values", node)
        return Return(self.span(node), self.expression(values[0]) if values else None)

    _STATEMENTS: ClassVar[dict[str, Callable[[StatementReader, Raw], Statement]]] = {
        "compound_statement": block,
        "expression_statement": _evaluate,
        "declaration": _declaration,
        "type_definition": _declaration,
        "macro_type_specifier": _call_like_type,
        "struct_specifier": _type,
        "union_specifier": _type,
        "enum_specifier": _type,
        "if_statement": _if,
        "while_statement": _while,
        "do_statement": _do,
        "for_statement": _for,
        "switch_statement": _switch,
        "goto_statement": _goto,
        "break_statement": _break,
        "continue_statement": _continue,
        "return_statement": _return,
    }


_CASE_WORDS = frozenset(("case", "default", ":"))
