"""That making a term simpler never changes what it means: bitwuzla is asked whether it can."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

import bitwuzla
import pytest

from analyzer.prove import terms
from analyzer.prove.model import Cells, Model
from analyzer.prove.solver import Answer, Solver, smtlib
from analyzer.prove.terms import Op, Term

# Wide enough for every rule, narrow enough to be asked about within a millisecond.
WIDTHS: Final = (1, 4, 8, 16)
RING: Final = (
    (Op.ADD, terms.add, bitwuzla.Kind.BV_ADD),
    (Op.AND, terms.bitand, bitwuzla.Kind.BV_AND),
    (Op.OR, terms.bitor, bitwuzla.Kind.BV_OR),
    (Op.XOR, terms.bitxor, bitwuzla.Kind.BV_XOR),
    (Op.MUL, terms.mul, bitwuzla.Kind.BV_MUL),
)
OPERATIONS: Final = {
    Op.SHL: bitwuzla.Kind.BV_SHL,
    Op.LSHR: bitwuzla.Kind.BV_SHR,
    Op.ASHR: bitwuzla.Kind.BV_ASHR,
    Op.UDIV: bitwuzla.Kind.BV_UDIV,
    Op.UREM: bitwuzla.Kind.BV_UREM,
    Op.SDIV: bitwuzla.Kind.BV_SDIV,
    Op.SREM: bitwuzla.Kind.BV_SREM,
}
DIVISIONS: Final = (Op.UDIV, Op.UREM, Op.SDIV, Op.SREM)


class Twins:
    """Random expressions, each made twice: by our rules, and by bitwuzla's without any of ours.

    ``seen`` are the operators that were drawn.
    """

    def __init__(self, seed: int, milliseconds: int = 1_000) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - not a secret
        self.made = bitwuzla.TermManager()
        options = bitwuzla.Options()
        options.set(bitwuzla.Option.PRODUCE_MODELS, True)
        options.set(bitwuzla.Option.TIME_LIMIT_PER, milliseconds)
        self.solver = bitwuzla.Bitwuzla(self.made, options)
        self.symbols: dict[tuple[str, int], Any] = {}
        self.pools: dict[int, list[tuple[Term, Any]]] = {}
        self.seen: set[str] = set()

    # --- leaves -----------------------------------------------------------------------------------

    def sort(self, width: int) -> Any:
        return self.made.mk_bv_sort(width) if width else self.made.mk_bool_sort()

    def symbol(self, name: str, width: int) -> tuple[Term, Any]:
        key = name, width
        if key not in self.symbols:
            self.symbols[key] = self.made.mk_const(self.sort(width), f"{name}{width}")
        return terms.symbol(f"{name}{width}", width), self.symbols[key]

    def const(self, width: int) -> tuple[Term, Any]:
        top = (1 << width) - 1
        edges = (0, 1, 2, 3, top, top - 1, 1 << (width - 1), top >> 1, 4, 5)
        value = self.draw.choice((*edges, self.draw.getrandbits(width))) & top
        return terms.const(value, width), self.made.mk_bv_value(self.sort(width), value)

    def leaf(self, width: int) -> tuple[Term, Any]:
        if width == 0:
            return self.symbol(self.draw.choice("pq"), 0)
        # Constants and few symbols: rules look for what is equal, and for what is known.
        return (
            self.const(width) if self.draw.random() < 0.45 else self.symbol("ab"[self.bit()], width)
        )

    def bit(self) -> int:
        return self.draw.getrandbits(1)

    # --- expressions ------------------------------------------------------------------------------

    def twin(self, width: int, depth: int) -> tuple[Term, Any]:
        pool = self.pools.setdefault(width, [])
        if pool and self.draw.random() < 0.2:
            return self.draw.choice(pool)
        if depth == 0:
            return self.leaf(width)
        makers = self.truths() if width == 0 else self.words(width)
        maker = self.draw.choice(makers)
        self.seen.add(maker.__name__)
        found: tuple[Term, Any] = maker(width, depth - 1)
        pool.append(found)
        return found

    def words(self, width: int) -> list[Any]:
        found = [self.ring, self.ring, self.ring, self.shifted, self.complement, self.choice]
        if width <= 8:
            found += [self.divided, self.negative]
        found += [self.part, self.wider, self.pair]
        return found

    def truths(self) -> list[Any]:
        return [
            self.equal,
            self.equal,
            self.less,
            self.less,
            self.opposite,
            self.joined,
            self.choice,
        ]

    def ring(self, width: int, depth: int) -> tuple[Term, Any]:
        # A product of more bits would take the solver minutes.
        op, ours, theirs = self.draw.choice(RING if width <= 8 else RING[:-1])
        (a, x), (b, y) = self.twin(width, depth), self.twin(width, depth)
        self.seen.add(op.value)
        return ours(a, b), self.made.mk_term(theirs, [x, y])

    def shifted(self, width: int, depth: int) -> tuple[Term, Any]:
        return self.operation(self.draw.choice((Op.SHL, Op.LSHR, Op.ASHR)), width, depth)

    def divided(self, width: int, depth: int) -> tuple[Term, Any]:
        return self.operation(self.draw.choice(DIVISIONS), width, depth)

    def operation(self, op: Op, width: int, depth: int) -> tuple[Term, Any]:
        (a, x), (b, y) = self.twin(width, depth), self.twin(width, depth)
        self.seen.add(op.value)
        return terms.operation(op, a, b), self.made.mk_term(OPERATIONS[op], [x, y])

    def complement(self, width: int, depth: int) -> tuple[Term, Any]:
        a, x = self.twin(width, depth)
        return terms.bitnot(a), self.made.mk_term(bitwuzla.Kind.BV_NOT, [x])

    def negative(self, width: int, depth: int) -> tuple[Term, Any]:
        (a, x), (b, y) = self.twin(width, depth), self.twin(width, depth)
        if self.bit():
            return terms.neg(a), self.made.mk_term(bitwuzla.Kind.BV_NEG, [x])
        return terms.sub(a, b), self.made.mk_term(bitwuzla.Kind.BV_SUB, [x, y])

    def choice(self, width: int, depth: int) -> tuple[Term, Any]:
        (p, o), (a, x), (b, y) = (
            self.twin(0, depth),
            self.twin(width, depth),
            self.twin(width, depth),
        )
        return terms.ite(p, a, b), self.made.mk_term(bitwuzla.Kind.ITE, [o, x, y])

    def part(self, width: int, depth: int) -> tuple[Term, Any]:
        wide = self.draw.choice([each for each in WIDTHS if each >= width])
        low = self.draw.randint(0, wide - width)
        a, x = self.twin(wide, depth)
        kind = bitwuzla.Kind.BV_EXTRACT
        return terms.extract(a, low, width), self.made.mk_term(kind, [x], [low + width - 1, low])

    def wider(self, width: int, depth: int) -> tuple[Term, Any]:
        narrow = self.draw.choice([each for each in WIDTHS if each <= width])
        a, x = self.twin(narrow, depth)
        if self.bit():
            kind = bitwuzla.Kind.BV_ZERO_EXTEND
            return terms.zext(a, width), self.made.mk_term(kind, [x], [width - narrow])
        kind = bitwuzla.Kind.BV_SIGN_EXTEND
        return terms.sext(a, width), self.made.mk_term(kind, [x], [width - narrow])

    def pair(self, width: int, depth: int) -> tuple[Term, Any]:
        if width == 1:
            return self.leaf(width)
        low = self.draw.randint(1, width - 1)
        (a, x), (b, y) = self.leaf(width - low), self.leaf(low)
        return terms.concat(a, b), self.made.mk_term(bitwuzla.Kind.BV_CONCAT, [x, y])

    def equal(self, width: int, depth: int) -> tuple[Term, Any]:
        wide = self.draw.choice((0, *WIDTHS))
        (a, x), (b, y) = self.twin(wide, depth), self.twin(wide, depth)
        return terms.eq(a, b), self.made.mk_term(bitwuzla.Kind.EQUAL, [x, y])

    def less(self, width: int, depth: int) -> tuple[Term, Any]:
        wide = self.draw.choice(WIDTHS)
        (a, x), (b, y) = self.twin(wide, depth), self.twin(wide, depth)
        if self.bit():
            return terms.ult(a, b), self.made.mk_term(bitwuzla.Kind.BV_ULT, [x, y])
        return terms.slt(a, b), self.made.mk_term(bitwuzla.Kind.BV_SLT, [x, y])

    def opposite(self, width: int, depth: int) -> tuple[Term, Any]:
        a, x = self.twin(0, depth)
        return terms.negate(a), self.made.mk_term(bitwuzla.Kind.NOT, [x])

    def joined(self, width: int, depth: int) -> tuple[Term, Any]:
        (a, x), (b, y) = self.twin(0, depth), self.twin(0, depth)
        if self.bit():
            return terms.both(a, b), self.made.mk_term(bitwuzla.Kind.AND, [x, y])
        return terms.either(a, b), self.made.mk_term(bitwuzla.Kind.OR, [x, y])

    # --- the oracle -------------------------------------------------------------------------------

    def rebuilt(self, term: Term) -> Any:
        """Our term in bitwuzla's, by this test's own table: ``prove.solver`` is judged, too."""
        known: dict[Term, Any] = {}
        for each in terms.walk((term,)):
            known[each] = self.plain(each, [known[arg] for arg in each.args])
        return known[term]

    def plain(self, term: Term, given: list[Any]) -> Any:
        op, value = term.op, term.value
        if op is Op.CONST and term.width == 0:
            return self.made.mk_true() if value else self.made.mk_false()
        if op is Op.CONST:
            return self.made.mk_bv_value(self.sort(term.width), value)
        if op is Op.SYMBOL:
            assert isinstance(value, str)
            return self.symbols[value[0], term.width]
        if op is Op.EXTRACT:
            assert isinstance(value, int)
            kind = bitwuzla.Kind.BV_EXTRACT
            return self.made.mk_term(kind, given, [value + term.width - 1, value])
        if op in (Op.ZEXT, Op.SEXT):
            more = term.width - term.args[0].width
            return self.made.mk_term(KINDS[op], given, [more])
        return self.made.mk_term(KINDS[op], given)

    def apart(self, term: Term, plain: Any) -> Any:
        """Whether some values tell the two apart; None where the solver did not say in time."""
        different = self.made.mk_term(bitwuzla.Kind.DISTINCT, [self.rebuilt(term), plain])
        found = self.solver.check_sat(different)
        return None if found is bitwuzla.Result.UNKNOWN else found is bitwuzla.Result.SAT

    def close(self) -> None:
        """Let go in the order that the library survives."""
        self.symbols.clear()
        self.pools.clear()
        del self.solver
        del self.made


KINDS: Final = {
    **{op: kind for op, _, kind in RING},
    **OPERATIONS,
    Op.NOT: bitwuzla.Kind.BV_NOT,
    Op.ZEXT: bitwuzla.Kind.BV_ZERO_EXTEND,
    Op.SEXT: bitwuzla.Kind.BV_SIGN_EXTEND,
    Op.CONCAT: bitwuzla.Kind.BV_CONCAT,
    Op.ITE: bitwuzla.Kind.ITE,
    Op.EQ: bitwuzla.Kind.EQUAL,
    Op.ULT: bitwuzla.Kind.BV_ULT,
    Op.SLT: bitwuzla.Kind.BV_SLT,
    Op.BNOT: bitwuzla.Kind.NOT,
    Op.BAND: bitwuzla.Kind.AND,
}


def drawn(seed: int, count: int, depth: int) -> Iterator[tuple[Twins, Term, Any]]:
    twins = Twins(seed)
    try:
        for _ in range(count):
            twins.pools.clear()
            width = twins.draw.choice((0, *WIDTHS))
            yield twins, *twins.twin(width, depth)
    finally:
        twins.close()


@pytest.mark.parametrize(("seed", "count", "depth"), [(1, 900, 2), (2, 400, 3), (3, 150, 4)])
def test_no_rule_changes_what_a_term_means(seed: int, count: int, depth: int) -> None:
    unsaid = 0
    for twins, term, plain in drawn(seed, count, depth):
        apart = twins.apart(term, plain)
        assert not apart, f"{terms.show(term, 20)} is not {plain}"
        unsaid += apart is None
    assert unsaid <= count // 100


def test_every_operator_is_drawn() -> None:
    seen: set[str] = set()
    for twins, _, _ in drawn(1, 900, 2):
        seen |= twins.seen
    assert {op.value for op in OPERATIONS} | {op.value for op, _, _ in RING} <= seen
    assert {"equal", "less", "opposite", "joined", "part", "wider", "pair", "choice"} <= seen


def test_the_oracle_tells_a_wrong_rule() -> None:
    """What a rule that is wrong in one value of 256 looks like to this test."""
    twins = Twins(1)
    (a, x), (one, number) = twins.symbol("a", 8), (terms.const(128, 8), None)
    number = twins.made.mk_bv_value(twins.sort(8), 128)
    signed = twins.made.mk_term(bitwuzla.Kind.BV_SLT, [x, number])
    assert (twins.apart(terms.slt(a, one), signed), twins.apart(terms.ult(a, one), signed)) == (
        False,
        True,
    )
    rare = twins.made.mk_term(bitwuzla.Kind.EQUAL, [x, number])
    assert twins.apart(terms.FALSE, rare) is True
    twins.close()


# --- models -----------------------------------------------------------------------------------


def test_a_model_gives_a_term_the_value_that_the_solver_gives_it() -> None:
    """Our evaluation is used to confirm counterexamples: it must be the solver's arithmetic."""
    asked = 0
    for twins, term, plain in drawn(4, 250, 3):
        if term.width == 0:
            continue
        values = {}
        equations = []
        for (name, width), made in twins.symbols.items():
            value = twins.draw.getrandbits(max(width, 1))
            values[f"{name}{width}"] = value
            wanted = (
                twins.made.mk_bv_value(twins.sort(width), value)
                if width
                else (twins.made.mk_true() if value else twins.made.mk_false())
            )
            equations.append(twins.made.mk_term(bitwuzla.Kind.EQUAL, [made, wanted]))
        assert twins.solver.check_sat(*equations) is bitwuzla.Result.SAT
        theirs = int(twins.solver.get_value(plain).value(10))
        assert Model(values).value(term) == theirs, terms.show(term, 20)
        asked += 1
    assert asked > 150


def cells(seed: int) -> tuple[Term, list[Term]]:
    """A memory that was written and read at random, and what was read."""
    draw = random.Random(seed)  # noqa: S311 - not a secret
    addresses = [terms.symbol(name, 64) for name in "xyz"]
    memory = terms.array("m", 8)
    read: list[Term] = []
    for _ in range(draw.randint(1, 6)):
        step = terms.const(draw.choice((0, 1, 8, -8)), 64)
        address = terms.add(draw.choice(addresses), step)
        if draw.random() < 0.5:
            value = draw.choice([terms.const(draw.getrandbits(8), 8), *read])
            memory = terms.store(memory, address, value)
        read.append(terms.select(memory, address))
    read.append(terms.select(memory, draw.choice(addresses)))
    return memory, read


def test_what_memory_holds_is_what_an_interpreter_of_the_writes_finds() -> None:
    draw = random.Random(5)  # noqa: S311 - not a secret
    for seed in range(200):
        # Addresses that lie near each other: some are equal, and some differ by a step.
        symbols = {name: draw.choice((0, 1, 8, 9, 16, 1 << 63)) for name in "xyz"}
        known = {draw.choice((0, 1, 8, 9, 16)): draw.getrandbits(8) for _ in range(3)}
        model = Model(symbols, {"m": Cells(known, 7)})
        memory, read = dict(known), []
        replay = random.Random(seed)  # noqa: S311 - not a secret
        for _ in range(replay.randint(1, 6)):
            by = replay.choice((0, 1, 8, -8))
            at = (symbols[replay.choice("xyz")] + by) % (1 << 64)
            if replay.random() < 0.5:
                choices = [replay.getrandbits(8), *read]
                memory[at] = replay.choice(choices)
            read.append(memory.get(at, 7))
        read.append(memory.get(symbols[replay.choice("xyz")], 7))
        _, ours = cells(seed)
        assert [model.value(each) for each in ours] == read


def test_the_solver_s_models_satisfy_what_was_asked() -> None:
    """With arrays and functions, whose values are read back element by element."""
    with Solver() as solver:
        answers = []
        for seed in range(60):
            draw = random.Random(seed)  # noqa: S311 - not a secret
            _, read = cells(seed)
            called = terms.apply("f", (read[-1],), 8)
            conditions = [
                terms.eq(draw.choice(read), terms.const(draw.getrandbits(8), 8)),
                terms.negate(terms.eq(draw.choice(read), draw.choice(read))),
                terms.ult(called, terms.add(draw.choice(read), terms.const(1, 8))),
            ]
            found = solver.model(conditions)
            answers.append(isinstance(found, Model))
            assert found is Answer.NEVER or (isinstance(found, Model) and found.holds(conditions))
        assert (solver.spent.queries > 20, solver.spent.unknown) == (True, 0)
        assert (any(answers), all(answers)) == (True, False)


def test_a_question_is_written_as_smt_lib_that_a_solver_reads(tmp_path: Any) -> None:
    with Solver() as solver:
        for seed in range(30):
            memory, read = cells(seed)
            wanted = terms.eq(read[-1], terms.const(seed, 8))
            asked = [terms.negate(terms.eq(read[0], read[-1])), wanted]
            ours = solver.model(asked)
            path = tmp_path / f"{seed}.smt2"
            path.write_text(smtlib(asked))
            options = bitwuzla.Options()
            parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
            parser.parse(str(path), True, True)
            said = parser.bitwuzla().check_sat()
            assert (said is bitwuzla.Result.SAT) == (ours is not Answer.NEVER)
            del memory


# --- rules that proofs rest on ------------------------------------------------------------------

A, B, M = terms.symbol("a", 64), terms.symbol("b", 64), terms.array("m", 32)
TWO, ONE = terms.const(2, 64), terms.const(1, 64)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (terms.add(A, B), terms.add(B, A)),
        (terms.add(terms.add(A, ONE), B), terms.add(terms.add(B, A), ONE)),
        (terms.sub(terms.add(A, B), terms.neg(terms.neg(A))), terms.sub(terms.add(B, A), A)),
        (terms.bitnot(terms.bitnot(A)), A),
        (terms.select(terms.store(M, A, terms.const(5, 32)), A), terms.const(5, 32)),
        (terms.store(M, A, terms.select(M, A)), M),
        (
            terms.select(terms.store(M, terms.add(A, ONE), terms.const(5, 32)), A),
            terms.select(M, A),
        ),
        (terms.either(terms.eq(A, B), terms.negate(terms.eq(B, A))), terms.TRUE),
        (terms.operation(Op.UDIV, A, TWO), terms.operation(Op.LSHR, A, ONE)),
    ],
)
def test_equal_terms_are_one_object(one: Term, other: Term) -> None:
    assert one is other


def test_memory_is_not_passed_over_where_addresses_may_be_equal() -> None:
    written = terms.store(M, A, terms.const(5, 32))
    read = terms.select(written, B)
    assert read.op is Op.SELECT and read.args == (written, B)
    assert Model({"a": 3, "b": 3}).value(read) == 5
    assert Model({"a": 3, "b": 4}).value(read) == 0
