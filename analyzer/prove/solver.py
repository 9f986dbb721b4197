"""The one door to the solver: questions about terms, each with a limit, answered by bitwuzla."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from time import process_time
from typing import Any

from analyzer.prove import terms
from analyzer.prove.model import Cells, Model
from analyzer.prove.terms import ADDRESS, BOOL, Op, Term

# What one question may take, in milliseconds.
QUERY = 1_000
# The library measures time, not work: on a busy machine it is asked again, this often at most.
_TRIES = 8
# A try whose share of the time went into work was a whole one.
_WORKED = 0.9


class Answer(Enum):
    """What the solver says of a question that no model answers."""

    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Spent:
    """What was asked: how many questions, and how many of them found no answer in time."""

    queries: int = 0
    unknown: int = 0


class Solver:
    """Answers whether conditions can hold together, with a model.

    One solver keeps what it learnt of the terms it was asked about. ``milliseconds`` limit one
    question. ``keep`` is called with each question as SMT-LIB text.
    """

    def __init__(
        self, *, milliseconds: int = QUERY, keep: Callable[[str], None] | None = None
    ) -> None:
        import bitwuzla

        self._known: dict[Term, Any] = {}
        self._answers: dict[frozenset[Term], Model | Answer] = {}
        self._seconds = milliseconds / 1000
        self._library: Any = bitwuzla
        self._terms: Any = bitwuzla.TermManager()
        options = bitwuzla.Options()
        options.set(bitwuzla.Option.PRODUCE_MODELS, True)
        options.set(bitwuzla.Option.TIME_LIMIT_PER, milliseconds)
        self._solver: Any = bitwuzla.Bitwuzla(self._terms, options)
        self._kinds = _kinds(bitwuzla.Kind)
        self._keep = keep
        self.spent = Spent()

    def close(self) -> None:
        """Let go of the library's objects, in the order that it survives."""
        self._known.clear()
        self._answers.clear()
        self._solver = None
        self._terms = None

    __del__ = close

    def __enter__(self) -> Solver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def model(self, conditions: Sequence[Term]) -> Model | Answer:
        """Values under which all conditions hold; NEVER where there are none."""
        asked = [each for each in conditions if each is not terms.TRUE]
        if terms.FALSE in asked:
            return Answer.NEVER
        if not asked:
            return Model()
        key = frozenset(asked)
        if key not in self._answers:
            self._answers[key] = self._asked(asked)
        return self._answers[key]

    def _asked(self, asked: Sequence[Term]) -> Model | Answer:
        if self._keep is not None:
            self._keep(smtlib(asked))
        self.spent.queries += 1
        result = self._result(asked)
        if result is self._library.Result.SAT:
            return self._model(asked)
        if result is self._library.Result.UNSAT:
            return Answer.NEVER
        self.spent.unknown += 1
        return Answer.UNKNOWN

    def _result(self, asked: Sequence[Term]) -> Any:
        made = [self._made(each) for each in asked]
        until = process_time() + self._seconds * _WORKED
        for _ in range(_TRIES):
            result = self._solver.check_sat(*made)
            if result is not self._library.Result.UNKNOWN or process_time() >= until:
                break
        return result

    def _model(self, conditions: Iterable[Term]) -> Model:
        symbols: dict[str, int] = {}
        arrays: dict[str, Cells] = {}
        functions: dict[tuple[str, tuple[int, ...]], int] = {}
        for each in terms.walk(conditions):
            if each.op is Op.SYMBOL:
                symbols[str(each.value)] = self._value(each)
            elif each.op is Op.ARRAY:
                arrays[str(each.value)] = self._cells(each)
            elif each.op is Op.APPLY:
                arguments = tuple(self._value(one) for one in each.args)
                functions[str(each.value), arguments] = self._value(each)
        return Model(symbols, arrays, functions)

    def _value(self, term: Term) -> int:
        return _number(self._solver.get_value(self._made(term)))

    def _cells(self, term: Term) -> Cells:
        found = self._solver.get_value(self._made(term))
        known: dict[int, int] = {}
        while found.kind() is self._library.Kind.ARRAY_STORE:
            below, index, value = found.children()
            known.setdefault(_number(index), _number(value))
            found = below
        return Cells(known, _number(found.children()[0]))

    # --- terms ----------------------------------------------------------------------------------

    def _made(self, term: Term) -> Any:
        found = self._known.get(term)
        if found is None:
            for each in terms.walk((term,)):
                if each not in self._known:
                    self._known[each] = self._translated(each)
            found = self._known[term]
        return found

    def _translated(self, term: Term) -> Any:
        made = self._terms
        match term.op:
            case Op.CONST if term.width == BOOL:
                return made.mk_true() if term.value else made.mk_false()
            case Op.CONST:
                return made.mk_bv_value(self._sort(term.width), term.value)
            case Op.SYMBOL:
                return made.mk_const(self._sort(term.width), str(term.value))
            case Op.ARRAY:
                sort = made.mk_array_sort(self._sort(ADDRESS), self._sort(term.width))
                return made.mk_const(sort, str(term.value))
            case Op.APPLY:
                return self._applied(term)
        arguments = [self._known[each] for each in term.args]
        return made.mk_term(self._kinds[term.op], arguments, _indices(term))

    def _applied(self, term: Term) -> Any:
        domain = [self._sort(each.width) for each in term.args]
        if not domain:
            return self._terms.mk_const(self._sort(term.width), str(term.value))
        sort = self._terms.mk_fun_sort(domain, self._sort(term.width))
        key = terms.symbol(f"function {term.value}", term.width)
        if key not in self._known:
            self._known[key] = self._terms.mk_const(sort, str(term.value))
        arguments = [self._known[key], *(self._known[each] for each in term.args)]
        return self._terms.mk_term(self._library.Kind.APPLY, arguments)

    def _sort(self, width: int) -> Any:
        return self._terms.mk_bv_sort(width) if width else self._terms.mk_bool_sort()


def _number(value: Any) -> int:
    found = value.value(10)
    return int(found)


def _indices(term: Term) -> list[int]:
    match term.op:
        case Op.EXTRACT:
            assert isinstance(term.value, int)
            return [term.value + term.width - 1, term.value]
        case Op.ZEXT | Op.SEXT:
            return [term.width - term.args[0].width]
    return []


def _kinds(kind: Any) -> dict[Op, Any]:
    return {
        Op.ADD: kind.BV_ADD,
        Op.MUL: kind.BV_MUL,
        Op.AND: kind.BV_AND,
        Op.OR: kind.BV_OR,
        Op.XOR: kind.BV_XOR,
        Op.NOT: kind.BV_NOT,
        Op.SHL: kind.BV_SHL,
        Op.LSHR: kind.BV_SHR,
        Op.ASHR: kind.BV_ASHR,
        Op.UDIV: kind.BV_UDIV,
        Op.UREM: kind.BV_UREM,
        Op.SDIV: kind.BV_SDIV,
        Op.SREM: kind.BV_SREM,
        Op.EXTRACT: kind.BV_EXTRACT,
        Op.ZEXT: kind.BV_ZERO_EXTEND,
        Op.SEXT: kind.BV_SIGN_EXTEND,
        Op.CONCAT: kind.BV_CONCAT,
        Op.ITE: kind.ITE,
        Op.EQ: kind.EQUAL,
        Op.ULT: kind.BV_ULT,
        Op.SLT: kind.BV_SLT,
        Op.BNOT: kind.NOT,
        Op.BAND: kind.AND,
        Op.STORE: kind.ARRAY_STORE,
        Op.SELECT: kind.ARRAY_SELECT,
    }


# --- SMT-LIB ----------------------------------------------------------------------------------


def smtlib(conditions: Sequence[Term]) -> str:
    """The question whether all conditions can hold, for any solver of QF_AUFBV."""
    lines = ["(set-logic QF_AUFBV)"]
    declared: set[str] = set()
    names: dict[Term, str] = {}
    for number, term in enumerate(terms.walk(conditions)):
        if term.op in (Op.SYMBOL, Op.ARRAY, Op.APPLY) and str(term.value) not in declared:
            declared.add(str(term.value))
            lines.append(_declaration(term))
        names[term] = _written(term, names)
        if term.args:
            lines.append(f"(define-fun t{number} () {_sort(term)} {names[term]})")
            names[term] = f"t{number}"
    lines += [f"(assert {names[each]})" for each in conditions]
    return "\n".join([*lines, "(check-sat)", ""])


def _declaration(term: Term) -> str:
    domain = " ".join(map(_sort, term.args))
    return f"(declare-fun {_quoted(term)} ({domain}) {_sort(term)})"


def _sort(term: Term) -> str:
    if term.width == BOOL:
        return "Bool"
    element = f"(_ BitVec {term.width})"
    return f"(Array (_ BitVec {ADDRESS}) {element})" if terms.is_array(term) else element


def _quoted(term: Term) -> str:
    return "|" + str(term.value).replace("|", "!").replace("\\", "!") + "|"


def _written(term: Term, names: dict[Term, str]) -> str:
    match term.op:
        case Op.CONST if term.width == BOOL:
            return "true" if term.value else "false"
        case Op.CONST:
            return f"(_ bv{term.value} {term.width})"
        case Op.SYMBOL | Op.ARRAY:
            return _quoted(term)
        case Op.APPLY:
            head = _quoted(term)
            if not term.args:
                return head
        case _:
            indices = " ".join(map(str, _indices(term)))
            head = f"(_ {term.op.value} {indices})" if indices else term.op.value
    return f"({head} {' '.join(names[each] for each in term.args)})"
