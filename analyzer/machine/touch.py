"""What of two states of a move path is the change's own, told by what the code comes to.

Lines of text are not enough: a macro's new text, or a header's, changes functions that have no
changed line; a function that was only moved is as it was; and a statement of several lines is
entered by its first.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator, Sequence
from types import CodeType

from analyzer.translate import Translated
from analyzer.translate.result import TranslatedVariable

_Said = tuple[str, object]


def touched_in(
    functions: Sequence[Translated],
    others: Sequence[Translated],
    lines: frozenset[int],
    path: str,
    variables: tuple[Sequence[TranslatedVariable], Sequence[TranslatedVariable]] = ((), ()),
) -> frozenset[tuple[str, int]]:
    """The lines of code, by file, that are the change's: of ``functions``, beside ``others``.

    ``lines`` are those of ``path`` whose text is another. ``variables`` are the files' own, of
    these functions and of the others.
    """
    theirs = {one.name: one for one in others}
    changed = frozenset(_changed_variables(*variables))
    found: set[tuple[str, int]] = set()
    for one in functions:
        other = theirs.get(one.name)
        if other is not None and not changed & {need.name for need in one.needs}:
            if alike(one, other):
                continue
            own = lines if one.path == path else frozenset()
            touched = own & frozenset(range(one.span.line, one.span.end_line + 1))
            as_long = one.span.end_line - one.span.line == other.span.end_line - other.span.line
            # Without a line of its own in longer or shorter text, what it lacks is the other's.
            by_text = touched or not as_long
            said = _statements(one, touched) if by_text else _apart(one, other)
        else:
            said = frozenset(range(one.span.line, one.span.end_line + 1))
        found.update((one.path, line) for line in said)
    return frozenset(found)


def _changed_variables(
    own: Sequence[TranslatedVariable], others: Sequence[TranslatedVariable]
) -> Iterator[str]:
    theirs = {one.name: one for one in others}
    for one in own:
        other = theirs.get(one.name)
        if other is None or not _same_code(one.unit.code, other.unit.code):
            yield one.name


def alike(one: Translated, other: Translated) -> bool:
    """Whether two functions come to the same code, whatever its lines are."""
    if one.unit is other.unit:
        return True
    mine, its = one.unit.setup, other.unit.setup
    if mine is None or its is None:
        if mine is not its:
            return False
    elif not _same_code(mine, its):
        return False
    return one.unit.constants == other.unit.constants and _same_code(one.unit.code, other.unit.code)


def _same_code(one: CodeType, other: CodeType) -> bool:
    """Whether code does the same, whatever its lines are."""
    if one is other:
        return True
    if one.co_code != other.co_code or one.co_names != other.co_names:
        return False
    if one.co_varnames != other.co_varnames or len(one.co_consts) != len(other.co_consts):
        return False
    for mine, its in zip(one.co_consts, other.co_consts, strict=True):
        if isinstance(mine, CodeType) and isinstance(its, CodeType):
            if not _same_code(mine, its):
                return False
        elif type(mine) is not type(its) or mine != its:
            return False
    return True


def _statements(one: Translated, touched: frozenset[int]) -> frozenset[int]:
    """All lines of the statements that have a touched line of code."""
    shift = one.span.line - one.tree.lineno
    found = set(touched)
    for first, last in _extents(one.tree):
        lines = range(first + shift, last + shift + 1)
        if not touched.isdisjoint(lines):
            found.update(lines)
    return frozenset(found)


def _extents(tree: ast.FunctionDef) -> Iterator[tuple[int, int]]:
    """Of each statement of C its lines; of one that holds others those of its condition.

    What a loop, a label or a function is made of besides may carry all of its lines, and tells
    nothing: the truth of a `while True` that stands for one, a `break` at its head, the `not`
    before what it asks.
    """
    blocks = [one.lineno for one in ast.walk(tree) if isinstance(one, ast.stmt) and _holds(one)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        part: ast.AST | None = getattr(node, "test", None) if _holds(node) else node
        if isinstance(part, ast.UnaryOp):
            part = part.operand
        if isinstance(part, ast.Constant | ast.Break | ast.Continue):
            continue
        first, last = getattr(part, "lineno", None), getattr(part, "end_lineno", None)
        if first is None or last is None or last <= first:
            continue
        if _holds(node) or not any(first <= line <= last for line in blocks):
            yield first, last


def _holds(node: ast.stmt) -> bool:
    return hasattr(node, "body")


def _apart(one: Translated, other: Translated) -> frozenset[int]:
    """Of a function with the same text the lines that come to something else, or else all."""
    mine, its = _by_line(one), _by_line(other)
    shift = one.span.line - other.span.line
    lines = frozenset(
        line
        for line in mine.keys() | {each + shift for each in its}
        if mine.get(line) != its.get(line - shift)
    )
    if not lines:
        return frozenset(range(one.span.line, one.span.end_line + 1))
    return _statements(one, lines)


def _by_line(one: Translated) -> dict[int, list[_Said]]:
    found: dict[int, list[_Said]] = {}
    waiting = [one.unit.code]
    while waiting:
        code = waiting.pop()
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
        for each in dis.get_instructions(code):
            line = each.positions.lineno if each.positions else None
            if line is not None and code is not one.unit.code:
                jumps = "JUMP" in each.opname or isinstance(each.argval, CodeType)
                found.setdefault(line, []).append((each.opname, None if jumps else each.argval))
    return found
