"""What a macro is replaced by: its body with arguments put in, ``#`` and ``##`` done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from analyzer.csource.lexemes import Lexeme, is_whole, lexemes
from analyzer.csource.syntax import Macro
from analyzer.csource.tokens import Kind


class CannotExpandError(Exception):
    """The text is none that a compiler takes, or takes more work than is allowed.

    Ends an expansion; never leaves the functions that begin one.
    """


@dataclass(slots=True)
class Budget:
    """What is left to spend, in characters of code; shared by what must not be much together."""

    left: int

    def spend(self, pieces: Sequence[Lexeme]) -> None:
        """Pay for tokens, and for having made them. Raises ``CannotExpandError``."""
        self.pay(1 + len(pieces) + sum(len(piece.text) for piece in pieces))

    def pay(self, characters: int) -> None:
        """Pay for a number of characters. Raises ``CannotExpandError`` for ever once it is out."""
        self.left -= characters
        if self.left < 0:
            raise CannotExpandError


@dataclass(frozen=True, slots=True)
class Arguments:
    """A use's arguments by parameter: as written (None for a rest left out), and expanded."""

    written: tuple[tuple[Lexeme, ...] | None, ...]
    expanded: tuple[tuple[Lexeme, ...], ...]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter in the body: ``string`` behind ``#``; ``expanded`` where no ``##`` is beside.

    ``last`` where no ``##`` follows.
    """

    index: int
    string: bool
    expanded: bool
    last: bool
    spaced: bool


@dataclass(frozen=True, slots=True)
class _Optional:
    """``__VA_OPT__(...)``: there where the rest of the arguments is not empty."""

    items: tuple[_Placed, ...]
    string: bool
    spaced: bool


_Item: TypeAlias = Lexeme | _Parameter | _Optional


@dataclass(frozen=True, slots=True)
class _Placed:
    """An item of a body; ``pasted`` where a ``##`` stands before it."""

    item: _Item
    pasted: bool


@dataclass(frozen=True, slots=True)
class Replacement:
    """A macro's body, read. ``expanded`` are the parameters whose expansion it needs."""

    items: tuple[_Placed, ...]
    expanded: frozenset[int]
    rest: int | None

    def replace(self, arguments: Arguments, budget: Budget) -> list[Lexeme]:
        """Return the body with these arguments in it. Raises ``CannotExpandError``."""
        return _replaced(self.items, self, arguments, budget)


@lru_cache(maxsize=1024)
def replacement(macro: Macro) -> Replacement:
    """Read a macro's body. Raises ``CannotExpandError`` where no compiler takes it."""
    pieces = lexemes(macro.body)
    if not all(map(is_whole, pieces)):
        raise CannotExpandError
    rest = len(macro.parameters) - 1 if macro.variadic and macro.parameters else None
    reader = _Reader(macro.parameters, rest)
    items = tuple(reader.items(pieces))
    needed = reader.expanded if rest is None or not reader.optional else {*reader.expanded, rest}
    return Replacement(items, frozenset(needed), rest)


class _Reader:
    """Reads one body; collects which parameters it needs expanded."""

    def __init__(self, parameters: tuple[str, ...] | None, rest: int | None) -> None:
        self.function = parameters is not None
        self.indices = {name: index for index, name in enumerate(parameters or ())}
        self.rest = rest
        self.expanded: set[int] = set()
        self.optional = False

    def items(self, pieces: Sequence[Lexeme], *, inner: bool = False) -> Iterator[_Placed]:
        at, pasted, first = 0, False, True
        while at < len(pieces):
            if pieces[at].text == "##":
                if first or pasted or at + 1 == len(pieces):
                    raise CannotExpandError
                pasted, at = True, at + 1
                continue
            item, at = self._item(pieces, at, pasted=pasted, inner=inner)
            yield _Placed(item, pasted)
            pasted = first = False

    def _item(
        self, pieces: Sequence[Lexeme], at: int, *, pasted: bool, inner: bool
    ) -> tuple[_Item, int]:
        spaced = pieces[at].spaced
        string = self.function and pieces[at].text == "#"
        if string:
            at += 1
        piece = pieces[at] if at < len(pieces) else Lexeme(Kind.PUNCTUATION, "")
        index = self.indices.get(piece.text)
        if index is not None:
            last = at + 1 == len(pieces) or pieces[at + 1].text != "##"
            expanded = last and not pasted
            if expanded and not string:
                self.expanded.add(index)
            return _Parameter(index, string, expanded, last, spaced), at + 1
        if piece.text == "__VA_OPT__" and self.rest is not None:
            if inner:  # it does not nest, which bounds the recursion
                raise CannotExpandError
            self.optional = True
            end = _closing(pieces, at + 1)
            items = tuple(self.items(pieces[at + 2 : end], inner=True))
            return _Optional(items, string, spaced), end + 1
        if string:
            raise CannotExpandError
        return piece, at + 1


def _closing(pieces: Sequence[Lexeme], at: int) -> int:
    """Return where the parenthesis that opens at ``at`` is closed."""
    depth = 0
    for here in range(at, len(pieces)):
        depth += {"(": 1, ")": -1}.get(pieces[here].text, 0)
        if depth == 0:
            if here == at:
                break
            return here
    raise CannotExpandError


def _replaced(
    items: Sequence[_Placed], made: Replacement, arguments: Arguments, budget: Budget
) -> list[Lexeme]:
    done: list[Lexeme] = []
    empty_left = True
    blank = False
    for placed in items:
        blank |= placed.item.spaced
        pieces = _spaced(_pieces(placed.item, made, arguments, budget), blank)
        blank &= not pieces
        # Paid item by item: many parameters times a long argument never come to be.
        budget.spend(pieces)
        if not placed.pasted or empty_left:
            done += pieces
            empty_left = not pieces
        elif done[-1].text == "," and _is_rest(placed.item, made):
            # GNU C: ", ## rest" is no pasting; the comma goes where the rest is left out.
            if arguments.written[-1] is None:
                done.pop()
                empty_left = True
            done += pieces
        elif pieces:
            done[-1] = _pasted(done[-1], pieces[0])
            budget.pay(len(done[-1].text))
            done += pieces[1:]
    return done


def _is_rest(item: _Item, made: Replacement) -> bool:
    """Whether gcc takes a comma and ``##`` before this for its own: not before another ``##``."""
    if not isinstance(item, _Parameter) or item.string:
        return False
    return item.index == made.rest and item.last


def _pieces(
    item: _Item, made: Replacement, arguments: Arguments, budget: Budget
) -> Sequence[Lexeme]:
    if isinstance(item, Lexeme):
        return (item,)
    if isinstance(item, _Optional):
        there = made.rest is not None and bool(arguments.expanded[made.rest])
        inside = _replaced(item.items, made, arguments, budget) if there else []
        return _string(inside) if item.string else inside
    written = arguments.written[item.index] or ()
    if item.string:
        return _string(written)
    return arguments.expanded[item.index] if item.expanded else written


def _spaced(pieces: Sequence[Lexeme], spaced: bool) -> Sequence[Lexeme]:
    """Put the blank before an item, or before an empty one before it, before its tokens."""
    if not spaced or not pieces or pieces[0].spaced:
        return pieces
    return [pieces[0]._replace(spaced=True), *pieces[1:]]


def _string(pieces: Sequence[Lexeme]) -> Sequence[Lexeme]:
    """Make a string literal of tokens: one blank where there were some."""
    parts: list[str] = []
    for piece in pieces:
        if parts and piece.spaced:
            parts.append(" ")
        literal = piece.kind is Kind.STRING
        parts.append(
            piece.text.replace("\\", "\\\\").replace('"', '\\"') if literal else piece.text
        )
    text = "".join(parts)
    if (len(text) - len(text.rstrip("\\"))) % 2:
        text = text[:-1]  # a lone backslash would take the closing quote, and gcc drops it
    return (Lexeme(Kind.STRING, f'"{text}"'),)


def _pasted(left: Lexeme, right: Lexeme) -> Lexeme:
    made = lexemes(left.text + right.text)
    if len(made) != 1 or made[0].spaced or not is_whole(made[0]):
        raise CannotExpandError
    return made[0]._replace(spaced=left.spaced)
