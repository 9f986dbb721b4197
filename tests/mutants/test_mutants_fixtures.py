"""Mutants of the fixtures: equal ones do the same, by gcc and by us; most are still C to us."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oracle import GCC, Build, Program, programs

from analyzer.csource.file import read
from analyzer.csource.syntax import Function
from analyzer.repo import open_tree
from analyzer.translate import (
    LP64,
    Environment,
    Program as Bound,
    Returned,
    Source,
    Translated,
    load,
    translate_function,
)
from analyzer.translate.headers import Headers
from tests.mutants.assembly import assembly, in_tree
from tests.mutants.mutants import Kind, Mutant, mutants, sample
from tests.trees import trees

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is not here to judge")

# Macros that stand for pieces of syntax; a branch of #if through a statement.
UNREAD = {"macro_conditional", "macro_odd", "macro_paste_odd", "switch_unbraced"}


Every = tuple[tuple[Program, Mutant], ...]


@pytest.fixture(scope="module")
def every() -> Every:
    """The mutants of all functions that are read, of every other fixture."""
    return tuple(
        (program, one)
        for program in programs()[::2]
        if program.name not in UNREAD
        for function in read(program.text, "c.c").functions
        for one in mutants(program.text, function.name)
    )


def test_mutants_are_many_and_of_every_kind_and_each_is_another_text(every: Every) -> None:
    found = every
    assert len(found) > 12_000
    assert {one.kind for _, one in found} == set(Kind)
    assert len({(program.name, one.text) for program, one in found}) == len(found)
    assert {one.equal for _, one in found if one.kind.is_equal} == {True}
    assert {one.equal for _, one in found if not one.kind.is_equal} == {None}


def test_names_are_unique_and_the_order_is_the_same_each_time() -> None:
    text = next(one.text for one in programs() if one.name == "kernel_extent_loop")
    found = list(mutants(text, "move"))
    assert len({one.name for one in found}) == len(found)
    assert found == list(mutants(text, "move"))
    some = sample(text, "move", 20, 1)
    assert len(some) == 20
    assert some == sample(text, "move", 20, 1) != sample(text, "move", 20, 2)
    assert [one for one in found if one in some] == list(some)
    assert sample(text, "move", 10**6, 1) == tuple(found)


def _some(
    every: Every, count: int, wanted: Callable[[Mutant], bool]
) -> Iterator[tuple[Program, Mutant]]:
    """Mutants by chance, as many of each kind."""
    drawn, counts = list(every), Counter[Kind]()
    random.Random(6).shuffle(drawn)  # noqa: S311 - not a secret
    for program, one in drawn:
        if wanted(one) and counts[one.kind] < count and "may be refused" not in program.notes:
            counts[one.kind] += 1
            yield program, one


def test_most_mutants_are_still_read(every: Every) -> None:
    found = [one for _, one in _some(every, 8, lambda one: True)]
    unread = [one.name for one in found if not isinstance(_read(one), Function)]
    assert len(found) > 8 * 30
    assert unread == []


def _read(one: Mutant) -> object:
    file = read(one.text, "c.c")
    return next(
        file.function(each.name)
        for each in file.functions
        if each.span.line <= one.line <= each.span.end_line
    )


@pytest.mark.parametrize("name", ["move_normal_pmd", "move_page_tables", "move_ptes"])
def test_mutants_of_the_move_path_are_translated(name: str, tmp_path: Path) -> None:
    tree = trees.directory(tmp_path, trees.Era.V5_0, trees.State.CORE)
    configuration = trees.configuration(trees.Era.V5_0, HAVE_MOVE_PMD=True)
    text = (tree / trees.PATH).read_text()
    headers = Headers.of_tree(open_tree(str(tree)), configuration=configuration)
    for one in sample(text, name, 12, 3, configuration):
        file = read(one.text, trees.PATH, configuration)
        environment = Environment.of_file(file, LP64, headers)
        made = translate_function(
            file.function(name) or pytest.fail(name), environment, Source(one.text, configuration)
        )
        assert (one.name, type(made)) == (one.name, Translated)


@needs_gcc
def test_equal_ones_do_what_the_function_does_by_gcc_and_by_us(every: Every) -> None:
    chosen = list(_some(every, 4, lambda one: one.equal is True))
    given = {f"{program.name} {one.name}": (program, one) for program, one in chosen}
    texts = [Program(name, one.text) for name, (_, one) in given.items()]
    asked = {name: program.arguments(64) for name, (program, _) in given.items()}
    originals = list({program.name: program for program, _ in chosen}.values())
    asked |= {program.name: program.arguments(64) for program in originals}
    said = Build([*originals, *texts], 64, ("-O0",)).answers(asked)
    wrong = [name for name, (program, _) in given.items() if said[name] != said[program.name]]
    assert len(given) > 60
    assert wrong == []
    for name, (program, one) in given.items():
        assert (name, _ours(program, one)) == (name, said[program.name][:12])


def _ours(program: Program, one: Mutant) -> tuple[object, ...]:
    """What the translation gives for the first arguments."""
    loaded = load(one.text, "c.c")
    found = []
    for values in program.arguments(64)[:12]:
        if "fresh" in program.notes:
            assert isinstance(loaded.program, Bound)
            loaded.program.restart()
        outcome = loaded.call(program.entry(64).name, *values)
        found.append(outcome.value if isinstance(outcome, Returned) else outcome)
    return tuple(found)


@needs_gcc
def test_most_others_do_something_else() -> None:
    program = next(one for one in programs() if one.name == "kernel_guard")
    found = [one for one in mutants(program.text, "can_move") if one.equal is None]
    texts = [Program(one.name, one.text) for one in found]
    asked = {one.name: program.arguments(64) for one in (program, *texts)}
    said = Build([program, *texts], 64, ("-O0",)).answers(asked)
    truth = said.pop(program.name)
    same = [name for name, answers in said.items() if answers == truth]
    assert len(found) > 50
    assert 0 < len(same) < len(found) / 2


@needs_gcc
def test_equal_ones_of_the_move_path_are_the_same_machine_code(tmp_path: Path) -> None:
    tree = trees.directory(tmp_path, trees.Era.V5_0, trees.State.CORE)
    configuration = trees.configuration(trees.Era.V5_0, HAVE_MOVE_PMD=True)
    text = (tree / trees.PATH).read_text()
    options = in_tree(configuration)
    before = assembly(text, options, tree)
    found = list(mutants(text, "move_normal_pmd", configuration))
    # Terms in another order are another order to gcc as well.
    equal = [one for one in found if one.equal and one.kind is not Kind.EQUAL_OPERANDS]
    assert before is not None
    for one in random.Random(4).sample(equal, 6):  # noqa: S311 - not a secret
        assert (one.name, assembly(one.text, options, tree)) == (one.name, before)
    other = next(one for one in found if one.kind is Kind.CALL_DELETED)
    assert assembly(other.text, options, tree) not in (None, before)
    assert assembly(text.replace("return true", "return tru"), options, tree) is None
