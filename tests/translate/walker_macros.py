"""Macros, for the walking evaluator: a use is expanded as text, and read again."""

from __future__ import annotations

from dataclasses import replace

from walker_declarations import Alias
from walker_expressions import Expressions
from walker_types import WalkerRefusal

from analyzer.csource import syntax as c
from analyzer.csource.expand import expand
from analyzer.csource.file import CFile, parse_expression, parse_statements
from analyzer.csource.fragment import Known


class Macros(Expressions):
    """The visitor of what may be a use of a macro of its file."""

    def __init__(self, cfile: CFile, model_name: str) -> None:
        super().__init__(model_name)
        self.file = cfile
        self.expansions: dict[int, c.Expr | tuple[c.Statement, ...] | None] = {}
        self.expanded: list[object] = []  # keeps nodes alive, since identities stand for them
        self.replaced: set[c.Span] = set()

    def is_macro(self, name: str) -> bool:
        return name in self.file.macros

    def source(self, span: c.Span) -> str:
        lines = self.file.text.encode().split(b"\n")[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column]
        lines[0] = lines[0][span.column :]
        return b"\n".join(lines).decode()

    def known(self) -> Known:
        """What names stand for here: ``(name) & 1`` is a cast or not."""
        names = {**self.globals, **self.scope}
        types = frozenset(key for key, each in names.items() if isinstance(each, Alias))
        return Known(types, frozenset(names) - types)

    def use(self, node: c.Expr) -> str | None:
        """The macro that an expression uses, as far as its outermost part goes."""
        name = node.function if isinstance(node, c.Call) else node
        if not isinstance(name, c.Name) or name.name not in self.file.macros:
            return None
        function_like = self.file.macros[name.name].parameters is not None
        return name.name if function_like == isinstance(node, c.Call) else None

    def expansion(self, node: c.Expr) -> c.Expr | None:
        """What a use of a macro stands for; None where it is no use of one."""
        known = self.expansions.get(id(node), node)
        if known is not node:
            assert not isinstance(known, tuple)
            return known
        found: c.Expr | None = None
        if self.use(node) is not None and node.span not in self.replaced:
            text = node.name if isinstance(node, c.Name) else self.source(node.span)
            written = expand(text, self.file.macros.get)
            read = (
                None
                if written is None
                else parse_expression(written, node.span, "", known=self.known())
            )
            if read is None or isinstance(read, c.Unparsed):
                raise WalkerRefusal(f"the macro in {text[:60]}", node.span.line)
            if not self.is_operand(written, read):
                raise WalkerRefusal(f"the macro in {text[:60]}: it is no operand", node.span.line)
            found = read
            self.replaced.add(node.span)
        self.expansions[id(node)] = found
        self.expanded += (node, found)
        return found

    def is_operand(self, text: str, read: c.Expr) -> bool:
        """Whether a macro's text stays together beside any operator."""
        if not isinstance(read, c.Binary | c.Logical | c.Assign | c.Conditional | c.Comma):
            return True
        beside = parse_expression(f"- {text}", read.span, "", known=self.known())
        return isinstance(beside, c.Unary) and type(beside.operand) is type(read)

    def statement_expansion(self, node: c.Call) -> tuple[c.Statement, ...] | None:
        """What a statement that is a use of a macro stands for; None where it is an expression."""
        known = self.expansions.get(id(node), node)
        if known is node:
            if self.use(node) is None or node.span in self.replaced:
                return None
            read = self.statements_of(self.source(node.span) + ";", node.span)
            known = self.expansions[id(node)] = read
            self.replaced.add(node.span)
            self.expanded += (node, read)
        return known if isinstance(known, tuple) else None

    def loop_expansion(self, node: c.Iterate) -> c.Statement:
        """What a loop by a macro stands for, with the body as the body."""
        known = self.expansions.get(id(node))
        if known is None:
            text = f"{node.macro}({', '.join(node.arguments)})"
            read = self.statements_of(text + ";", node.span)
            if len(read) != 1:
                raise WalkerRefusal(f"the macro in {text[:60]}", node.span.line)
            known = self.expansions[id(node)] = (_embodied(read[0], node.body),)
            self.expanded += (node, known)
        assert isinstance(known, tuple)
        return known[0]

    def statements_of(self, text: str, span: c.Span) -> tuple[c.Statement, ...]:
        """What a text says when its macros are expanded."""
        written = expand(text, self.file.macros.get)
        read = None if written is None else parse_statements(written, span, "", known=self.known())
        if not isinstance(read, tuple):
            raise WalkerRefusal(f"the macro in {text[:60]}", span.line)
        return read


def _embodied(node: c.Statement, body: c.Block) -> c.Statement:
    """The head of a loop, with the body in place of its empty statement."""
    match node:
        case c.Evaluate(_, None):
            return body
        case c.Block(span, (*before, last)):
            return c.Block(span, (*before, _embodied(last, body)))
        case c.For() | c.While():
            inside = _embodied(node.body, body)
            assert isinstance(inside, c.Block)
            return replace(node, body=inside)
        case c.If(_, _, _, c.Block() | c.If() as other):
            inside = _embodied(other, body)
            assert isinstance(inside, c.Block | c.If)
            return replace(node, other=inside)
        case c.If(_, _, then, None):
            inside = _embodied(then, body)
            assert isinstance(inside, c.Block)
            return replace(node, then=inside)
    raise WalkerRefusal("a loop by a macro that has no place for a body", node.span.line)
