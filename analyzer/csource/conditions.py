"""``#if`` expressions, in three values: true, false, and unknown.

``defined``, ``IS_ENABLED`` and their like are operators here: they ask for a name, which is not
expanded. The grammar is read with two stacks, so that no nesting is too deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from analyzer.csource.arithmetic import Number, Value, constant
from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.expand import BUDGET, expanded
from analyzer.csource.lexemes import Lexeme, lexemes
from analyzer.csource.operators import NotAnExpressionError, value_of
from analyzer.csource.replace import Budget
from analyzer.csource.syntax import Macro, Span
from analyzer.csource.tokens import Kind

# What a name stands for at a place of a text, or why it stands for nothing.
Find: TypeAlias = Callable[[str], Macro | Absence]

# Stands for a macro that is not known: no token of C, so no "##" can make a known name of it.
_UNKNOWN = "\ue000"
# What most conditions are, all those of ``#ifdef`` among them.
_IS_DEFINED = re.compile(r"(!?)defined\(([A-Za-z_$][\w$]*+)\)")


def evaluate(condition_text: str, configuration: Configuration) -> bool | None:
    """Decide a condition, without its ``#if``; see ``evaluate_with``."""
    return evaluate_with(condition_text, configuration.find, total=configuration.total)


def evaluate_with(
    condition_text: str, find: Find, *, total: bool, budget: Budget | None = None
) -> bool | None:
    """Decide a condition by what ``find`` says of each name.

    None where that is not enough, and for text that a preprocessor rejects. ``total`` says what
    ``__has_attribute`` and its like give where no macro says it: 0, or unknown. ``budget`` is
    what the macros in it may cost.
    """
    return _Condition(find, total, budget or Budget(BUDGET)).decide(condition_text)


class _Condition:
    def __init__(self, find: Find, total: bool, budget: Budget) -> None:
        self.find = find
        self.total = total
        self.budget = budget

    def decide(self, text: str) -> bool | None:
        simple = _IS_DEFINED.fullmatch(text)
        if simple is not None and simple[2] not in _OPERATORS:
            known = self._is_defined(simple[2])
            return known if known is None or not simple[1] else not known
        pieces = expanded(_lexemes(text), self._lookup, self.budget, _NOT_EXPANDED)
        if pieces is None:
            return None
        try:
            value = value_of(self._operands(pieces))
        except NotAnExpressionError:
            return None
        return bool(value.value) if value is not None and not value.fault else None

    def _lookup(self, name: str) -> Macro | None:
        match self.find(name):
            case Absence.UNKNOWN:
                return Macro(_NOWHERE, "", name, None, _UNKNOWN)
            case Absence.UNDEFINED:
                return None
            case macro:
                return macro

    def _operands(self, pieces: list[Lexeme]) -> list[Value | str]:
        """Return the expression with every operand made a value; an operator is its text."""
        found: list[Value | str] = []
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            at += 1
            if piece.text == _UNKNOWN:
                at = _behind_call(pieces, at)
                found.append(None)
            elif piece.text in _OPERATORS:
                operand, at = _operand(pieces, at)
                found.append(_OPERATORS[piece.text](self, piece.text, operand))
            elif piece.kind is Kind.NAME:
                found.append(Number(0))
            elif piece.kind is Kind.PUNCTUATION:
                found.append(piece.text)
            else:
                found.append(_constant(piece.text))
        return found

    # The operators: each is given its name and the tokens that it asks about.

    def _defined(self, _: str, operand: list[Lexeme]) -> Value:
        if len(operand) != 1 or operand[0].kind is not Kind.NAME:
            raise NotAnExpressionError
        if operand[0].text in _OPERATORS:
            return Number(1)
        return _flag(self._is_defined(operand[0].text))

    def _is_defined(self, name: str) -> bool | None:
        match self.find(name):
            case Absence.UNKNOWN:
                return None
            case Absence.UNDEFINED:
                return False
            case _:
                return True

    def _enabled(self, operator: str, operand: list[Lexeme]) -> Value:
        if len(operand) != 1:
            raise NotAnExpressionError
        builtin, module = self._is_one(operand[0]), self._is_module(operand[0])
        if operator in ("IS_BUILTIN", "__is_defined"):
            return _flag(builtin)
        if operator == "IS_MODULE":
            return _flag(module)
        if operator == "IS_REACHABLE":
            module = _both(module, self._is_one(Lexeme(Kind.NAME, "MODULE")))
        return _flag(_either(builtin, module))

    def _is_module(self, option: Lexeme) -> bool | None:
        if option.kind is not Kind.NAME:
            return None if option.text == _UNKNOWN else False
        return self._is_one(Lexeme(Kind.NAME, f"{option.text}_MODULE"))

    def _is_one(self, piece: Lexeme) -> bool | None:
        """Whether a token stands for ``1`` and nothing else, as kconfig.h asks."""
        pieces = expanded([piece], self._lookup, self.budget)
        if pieces is None:
            return None
        texts = [each.text for each in pieces]
        return None if _UNKNOWN in texts else texts == ["1"]

    def _compilers_own(self, operator: str, operand: list[Lexeme]) -> Value:
        text = "".join(piece.text for piece in operand)
        match self.find(f"{operator}({text})"):
            case Macro(body=body):
                return _constant(body)
            case _:
                return Number(0) if self.total else None


@lru_cache(maxsize=1024)
def _lexemes(text: str) -> tuple[Lexeme, ...]:
    """The tokens of a condition: the same ones stand in many files."""
    return tuple(lexemes(text))


_NOWHERE = Span(0, 0, 0, 0)
_Operator: TypeAlias = Callable[[_Condition, str, list[Lexeme]], Value]

_COMPILERS_OWN = frozenset(
    f"__has_{what}"
    for what in ("attribute", "builtin", "c_attribute", "cpp_attribute", "include", "include_next")
)
_OPERATORS: dict[str, _Operator] = {
    "defined": _Condition._defined,
    **dict.fromkeys(
        ("IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE", "__is_defined"),
        _Condition._enabled,
    ),
    **dict.fromkeys(_COMPILERS_OWN, _Condition._compilers_own),
}
_NOT_EXPANDED = frozenset(_OPERATORS)


def _operand(pieces: list[Lexeme], at: int) -> tuple[list[Lexeme], int]:
    """Return the name or the tokens in parentheses at ``at``, and where they end."""
    if at == len(pieces):
        raise NotAnExpressionError
    if pieces[at].text != "(":
        return [pieces[at]], at + 1
    end = _behind_call(pieces, at)
    return pieces[at + 1 : end - 1], end


def _behind_call(pieces: list[Lexeme], at: int) -> int:
    """Return where the parentheses that open at ``at`` end; ``at`` where none do."""
    depth, here = 0, at
    while here < len(pieces):
        depth += {"(": 1, ")": -1}.get(pieces[here].text, 0)
        if depth <= 0:
            return here + 1 if here > at else at
        here += 1
    if depth:
        raise NotAnExpressionError
    return at


def _constant(text: str) -> Number:
    number = constant(text)
    if number is None:
        # A float, a string: an error even where nothing asks for the value.
        raise NotAnExpressionError
    return number


def _flag(truth: bool | None) -> Value:
    return None if truth is None else Number(int(truth))


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one is True or other is True:
        return True
    return None if one is None or other is None else False
