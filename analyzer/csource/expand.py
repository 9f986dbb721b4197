"""Macros expanded as text, by the rules of a preprocessor and within a budget.

The order of things is gcc's where the standard leaves it open: a macro may be used again as soon
as the last token of its replacement has been read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.csource.lexemes import Lexeme, is_whole, lexemes, spelled
from analyzer.csource.replace import Arguments, Budget, CannotExpandError, Replacement, replacement
from analyzer.csource.syntax import Macro
from analyzer.csource.tokens import Kind

Lookup: TypeAlias = Callable[[str], Macro | None]

BUDGET = 65_536
# How deep uses of macros may stand in arguments of uses of macros.
MAX_DEPTH = 64


def split_arguments(text: str) -> tuple[str, ...]:
    """Split on the commas that stand in no parentheses; blanks around an argument are dropped.

    Text without a token is one empty argument, as between the parentheses of ``f()``.
    """
    return tuple(map(spelled, _split(lexemes(text))))


def expand_call(macro: Macro, arguments: tuple[str, ...]) -> str | None:
    """Return a macro's replacement with these argument texts in it, none of it expanded further.

    None where their number does not fit, the definition is wrong, or the result has more than
    ``BUDGET`` characters. An object-like macro takes no arguments.
    """
    if macro.parameters is None and arguments:
        return None
    most = len(macro.parameters or ())
    if macro.variadic and len(arguments) > most:
        arguments = (*arguments[: most - 1], ", ".join(arguments[most - 1 :]))
    # A use without a token between its parentheses has one argument, which is empty.
    pieces = [tuple(lexemes(argument)) for argument in arguments or ("",)]
    try:
        taken = _fitting(macro, pieces)
        put_in = Arguments(taken, tuple(each or () for each in taken))
        return spelled(replacement(macro).replace(put_in, Budget(BUDGET)))
    except CannotExpandError:
        return None


def expand(text: str, lookup: Lookup, budget: int = BUDGET) -> str | None:
    """Return a piece of code with every macro in it expanded that ``lookup`` knows.

    None where that takes more than ``budget`` characters of work or nests too deep, and where a
    compiler stops: arguments that do not end or do not fit, a ``##`` that makes no token.
    """
    pieces = expanded(lexemes(text), lookup, Budget(budget))
    if pieces is None:
        return None
    written = spelled(pieces)
    return written if len(written) <= budget else None


def expanded(
    pieces: Sequence[Lexeme],
    lookup: Lookup,
    budget: Budget,
    operators: frozenset[str] = frozenset(),
) -> list[Lexeme] | None:
    """Return tokens with every macro expanded, or None; see ``expand``.

    What stands behind one of the ``operators``, a name or parentheses, is left as it is, as in
    ``#if defined(NAME)``.
    """
    try:
        return _Expansion(lookup, operators, budget).run(pieces)
    except CannotExpandError:
        return None


@dataclass(slots=True)
class _Source:
    """Tokens being read, and the macro whose replacement they are."""

    pieces: Sequence[Lexeme]
    macro: str = ""
    at: int = 0


@dataclass(slots=True)
class _Expansion:
    """One expansion under way: what is being read, innermost last, and what is left to spend."""

    lookup: Lookup
    operators: frozenset[str]
    budget: Budget
    # A blank stood before a macro that stands for nothing: it is the next token's.
    blank: bool = False
    depth: int = 0
    disabled: set[str] = field(default_factory=set)
    sources: list[_Source] = field(default_factory=list)
    known: dict[str, tuple[Macro, Replacement] | None] = field(default_factory=dict)

    def run(self, pieces: Sequence[Lexeme]) -> list[Lexeme]:
        """Expand the tokens as a whole: nothing behind them is read."""
        outer, self.sources = self.sources, [_Source(pieces)]
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise CannotExpandError
        done: list[Lexeme] = []
        while (piece := self._next()) is not None:
            if piece.kind is Kind.NAME and piece.text in self.operators:
                done.append(piece)
                self._operand(done)
            elif not self._entered(piece):
                done.append(piece)
        self.sources = outer
        self.depth -= 1
        self.blank = False
        return done

    def _next(self) -> Lexeme | None:
        """Read one token. A name whose macro is being replaced is frozen from then on."""
        while self.sources[-1].at == len(self.sources[-1].pieces):
            if len(self.sources) == 1:
                return None
            self.disabled.discard(self.sources.pop().macro)
        source = self.sources[-1]
        piece = source.pieces[source.at]
        source.at += 1
        if self.blank:
            piece, self.blank = piece._replace(spaced=True), False
        if piece.kind is Kind.NAME and piece.text in self.disabled:
            return piece._replace(frozen=True)
        if not is_whole(piece):
            raise CannotExpandError
        return piece

    def _back(self) -> None:
        self.sources[-1].at -= 1

    def _entered(self, piece: Lexeme) -> bool:
        """Whether the token was the use of a macro, which is then being read."""
        if piece.kind is not Kind.NAME or piece.frozen:
            return False
        found = self._find(piece.text)
        if found is None:
            return False
        macro, made = found
        arguments = Arguments((), ())
        if macro.parameters is not None:
            opening = self._next()
            if opening is None:
                return False
            if opening.text != "(":
                self._back()
                return False
            arguments = self._arguments(macro, made)
        result = made.replace(arguments, self.budget)
        if result:
            result[0] = result[0]._replace(spaced=piece.spaced)
        else:
            self.blank |= piece.spaced
        self.disabled.add(macro.name)
        self.sources.append(_Source(result, macro.name))
        return True

    def _find(self, name: str) -> tuple[Macro, Replacement] | None:
        if name not in self.known:
            macro = self.lookup(name)
            if macro is not None:
                self.budget.pay(len(macro.body))
            self.known[name] = (macro, replacement(macro)) if macro is not None else None
        return self.known[name]

    def _arguments(self, macro: Macro, made: Replacement) -> Arguments:
        most = len(macro.parameters or ()) if macro.variadic else None
        taken = _fitting(macro, _split(self._parenthesised(), most))
        ready = [
            self._argument(argument or ()) if index in made.expanded else ()
            for index, argument in enumerate(taken)
        ]
        return Arguments(taken, tuple(ready))

    def _argument(self, pieces: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
        self.budget.spend(pieces)
        return tuple(self.run(pieces))

    def _parenthesised(self) -> list[Lexeme]:
        """Read up to the parenthesis that closes, which is not returned."""
        pieces: list[Lexeme] = []
        depth = 1
        while (piece := self._next()) is not None:
            depth += _DEPTH.get(piece.text, 0)
            if not depth:
                return pieces
            pieces.append(piece)
        raise CannotExpandError

    def _operand(self, done: list[Lexeme]) -> None:
        """Take over what stands behind an operator: a name, or parentheses with all in them."""
        piece = self._next()
        if piece is None:
            return
        if piece.text == "(":
            done.append(piece)
            done.extend(self._parenthesised())
            done.append(Lexeme(Kind.PUNCTUATION, ")"))
        elif piece.kind is Kind.NAME:
            done.append(piece)
        else:
            self._back()


_DEPTH = {"(": 1, ")": -1}


def _split(pieces: Sequence[Lexeme], most: int | None = None) -> list[tuple[Lexeme, ...]]:
    """Split at the commas of the outermost level, into ``most`` arguments where that is given.

    The blank before an argument is no part of it.
    """
    found: list[tuple[Lexeme, ...]] = []
    current: list[Lexeme] = []
    depth = 0
    for piece in pieces:
        depth += _DEPTH.get(piece.text, 0)
        if piece.text == "," and depth == 0 and len(found) + 1 != most:
            found.append(tuple(current))
            current = []
        else:
            current.append(piece if current else piece._replace(spaced=False))
    return [*found, tuple(current)]


def _fitting(
    macro: Macro, arguments: list[tuple[Lexeme, ...]]
) -> tuple[tuple[Lexeme, ...] | None, ...]:
    """Give each parameter its argument; None stands for the rest of a variadic one, left out.

    Raises ``CannotExpandError`` where their number does not fit.
    """
    count = len(macro.parameters or ())
    if count == 0 and arguments == [()]:
        return ()
    # gcc: "f()" leaves out the rest where it is the only parameter; "f(a,)" passes an empty one.
    if macro.variadic and (len(arguments) == count - 1 or (count == 1 and arguments == [()])):
        return (*arguments[: count - 1], None)
    if len(arguments) != count:
        raise CannotExpandError
    return tuple(arguments)
