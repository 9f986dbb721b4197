"""The calls in a piece of C: what is called, with which arguments, on which lines.

A function that the parser reads is walked; anything else (a macro's text, a function that only a
configuration makes readable) is told by its tokens. What a function declares itself, casts,
``sizeof`` and the compiler's own are no callees.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from analyzer.csource import Kind, Token, tokens
from analyzer.csource.file import CFile, Outline
from analyzer.csource.macros import definitions_of
from analyzer.csource.syntax import (
    Call,
    Declaration,
    Expr,
    Function,
    Iterate,
    Name,
    TypeName,
)
from analyzer.csource.walk import walk

_COMPILERS = re.compile(r"__builtin_\w+|__atomic_\w+|__sync_\w+|__has_\w+|va_\w+")
# Words that stand before a bracket and call nothing.
_WORDS = frozenset(
    (
        *("if", "while", "for", "switch", "return", "sizeof", "typeof", "__typeof__", "__typeof"),
        *("__attribute__", "__attribute", "do", "else", "case", "goto", "_Alignof", "__alignof__"),
        *("asm", "__asm__", "__asm", "volatile", "__volatile__", "goto", "defined", "offsetof"),
        *(
            "_Static_assert",
            "_Generic",
            "__extension__",
            "va_arg",
            "alloca",
            "__alignof",
            "_Alignas",
        ),
    )
)
_TYPES = frozenset(
    (
        *("void", "bool", "char", "short", "int", "long", "signed", "unsigned", "float", "double"),
        *("const", "static", "inline", "extern", "register", "struct", "union", "enum"),
    )
)
# Words before a name that leave it a call; any other word is its type, so that it is declared.
_BEFORE_CALL = frozenset(("return", "else", "do", "case", "goto"))
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_DEFINE = re.compile(r"[ \t]*+#[ \t]*+define[ \t]++\w++(\([^()]*+\))?+")
_JOINT = re.compile(r"\\\r?\n")


@dataclass(frozen=True, slots=True)
class Called:
    """A call: where it stands, in which function, and what is passed.

    ``count`` is None where the number of arguments depends on an ``#if`` or on a variadic macro.
    ``arguments`` are expressions where the function was read, and None where only tokens were.
    ``pasted``: the name is only the end of one that ``##`` makes.
    """

    name: str
    count: int | None
    line: int
    function: str | None
    arguments: tuple[Expr | TypeName, ...] | None = None
    pasted: bool = False


def calls_on(file: CFile, lines: Collection[int]) -> Iterator[Called]:
    """Yield the calls of a file that stand on any of these lines, in order, each once."""
    text = file.text.split("\n")
    at: dict[Outline | None, set[int]] = {}
    for line in sorted(lines):
        at.setdefault(file.function_at(line), set()).add(line)
    for outline, wanted in at.items():
        yield from (
            _in_function(file, outline, text, wanted) if outline else _outside(file, text, wanted)
        )


def _in_function(
    file: CFile, outline: Outline, text: list[str], wanted: set[int]
) -> Iterator[Called]:
    function = file.function(outline.name)
    first = outline.span.line
    if isinstance(function, Function) and function.span.line == first:
        yield from _walked(function, wanted)
        return
    code = _code("\n".join(text[first - 1 : outline.span.end_line]))
    local = {*_declared_in(code), outline.name}
    yield from _of_tokens(code, first, outline.name, local, wanted)


def _walked(function: Function, wanted: set[int]) -> Iterator[Called]:
    local = {each.name for each in function.parameters}
    local |= {
        declared.name
        for node in walk(function.body)
        if isinstance(node, Declaration)
        for declared in node.declared
    }
    for node in walk(function.body):
        match node:
            case Call(function=Name(name=name), arguments=arguments, span=span):
                on = any(line in wanted for line in range(span.line, span.end_line + 1))
                if on and name not in local and _is_callee(name):
                    count = len(arguments)
                    yield Called(name, count, span.line, function.name, arguments)
            case Iterate(macro=macro, arguments=texts, span=span) if span.line in wanted:
                yield Called(macro, len(texts), span.line, function.name)
                for text in texts:
                    yield from _of_tokens(_code(text), span.line, function.name, local)


def _outside(file: CFile, text: list[str], wanted: set[int]) -> Iterator[Called]:
    """Calls in macros' texts; what else stands at the top level declares, and calls nothing."""
    for macro in definitions_of(file.text, file.path):
        first, last = macro.span.line, macro.span.end_line
        if wanted.isdisjoint(range(first, last + 1)):
            continue
        body = "\n".join(text[first - 1 : last])
        head = _DEFINE.match(body)
        body = " " * len(head[0]) + body[len(head[0]) :] if head else body
        local = {*(macro.parameters or ()), macro.name}
        yield from _of_tokens(_code(_JOINT.sub(" \n", body)), first, None, local, wanted)


def _is_callee(name: str) -> bool:
    return name not in _WORDS | _TYPES and _COMPILERS.fullmatch(name) is None


def _of_tokens(
    code: list[Token],
    first: int,
    function: str | None,
    local: Collection[str | None],
    wanted: Collection[int] | None = None,
) -> Iterator[Called]:
    """The calls of a text that begins on line ``first``, those on the wanted lines alone."""
    for at, end, count in _brackets(code):
        token, before = code[at], code[at - 1] if at else None
        if token.kind is not Kind.NAME or token.text in local or not _is_callee(token.text):
            continue
        if before is not None and (before.text in ("->", ".") or _is_type(before)):
            continue
        line, last = (first + code[each].line - 1 for each in (at, end))
        if wanted is None or any(each in wanted for each in range(line, last + 1)):
            pasted = before is not None and before.text == "##"
            yield Called(token.text, count, line, function, pasted=pasted)


def _code(text: str) -> list[Token]:
    """The tokens of a text with its directives, which may stand between arguments."""
    return [token for token in tokens(text) if token.kind is not Kind.COMMENT]


def _is_type(before: Token) -> bool:
    return before.kind is Kind.NAME and before.text not in _BEFORE_CALL


def _brackets(code: list[Token]) -> list[tuple[int, int, int | None]]:
    """For each round bracket that is closed: the token before it, its end, how many arguments."""
    out: list[tuple[int, int, int | None]] = []
    open_at: list[tuple[int, int | None]] = []
    for at, token in enumerate(code):
        turn = _BRACKETS.get(token.text, 0)
        if turn > 0:
            open_at.append((at, 0))
        elif turn < 0 and open_at:
            begin, commas = open_at.pop()
            if code[begin].text == "(" and begin:
                several = None if commas is None else commas + 1
                out.append((begin - 1, at, 0 if at == begin + 1 else several))
        elif open_at and (token.kind is Kind.DIRECTIVE or token.text == "__VA_ARGS__"):
            open_at[-1] = (open_at[-1][0], None)
        elif token.text == "," and open_at:
            begin, commas = open_at[-1]
            open_at[-1] = (begin, None if commas is None else commas + 1)
    return sorted(out, key=lambda each: each[0])


def _declared_in(code: list[Token]) -> frozenset[str]:
    """Names behind a type's name or a star: what a function that is not read may declare."""
    return frozenset(
        token.text
        for before, token, behind in zip(code, code[1:], code[2:], strict=False)
        if token.kind is Kind.NAME
        and behind.text in ("=", ";", ",", ")", "[")
        and (_is_type(before) or before.text == "*")
    )
