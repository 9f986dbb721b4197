import random

import pytest

from analyzer.errors import AnalyzerError
from analyzer.mm.geometry import SMALL, X86_64
from analyzer.replay.bounded import Most, contents, stretches, tables_of
from analyzer.replay.pages import Pages, Run
from analyzer.replay.population import Mode, Populate, population

PAGE = 4096


def spread(pages):
    """Every page with its bits: what runs are short for."""
    return {at: one.bits for one in pages.runs() for at in range(one.start, one.end, one.every)}


@pytest.mark.parametrize("seed", range(20))
def test_runs_are_short_for_a_table_of_pages(seed):
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    pages, table = Pages(PAGE), {}
    for _ in range(120):
        first = chance.randrange(64)
        last = chance.randrange(first, 64) + 1
        start, end = first * PAGE, last * PAGE
        what = chance.choice(("fill", "fill", "clear", "change", "move"))
        inside = [at for at in table if start <= at < end]
        if what == "change":
            pages.change(start, end, clear=1)
            table.update({at: table[at] & ~1 for at in inside})
            continue
        for at in inside:
            del table[at]
        if what == "fill":
            bits, every = chance.randrange(8), chance.choice((1, 1, 2, 3))
            pages.fill(start, end, bits, every * PAGE)
            table.update(dict.fromkeys(range(start, end, every * PAGE), bits))
        elif what == "clear":
            pages.clear(start, end)
        else:
            taken = pages.take(start, end)
            pages.put(start, end, taken)
            table.update({at: b for r in taken for at, b in spread(Pages(PAGE, [r])).items()})
        assert spread(pages) == table
        assert pages.count(0, 64 * PAGE) == len(pages.runs())


def test_neighbours_of_one_sort_are_one_run():
    pages = Pages(PAGE)
    for at in (4, 2, 3, 9):
        pages.fill(at * PAGE, (at + 1) * PAGE, 7)
    assert pages.runs() == (
        Run(2 * PAGE, 5 * PAGE, 7, PAGE),
        Run(9 * PAGE, 10 * PAGE, 7, PAGE),
    )


def test_populations_that_a_user_may_assume():
    assert [population(one) for one in ("none", "touched", " all ", "sparse:8")] == [
        Populate(Mode.NONE),
        Populate(Mode.TOUCHED),
        Populate(Mode.ALL),
        Populate(Mode.SPARSE, 8),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "most", "sparse", "sparse:", "sparse:0", "sparse:-1", "sparse:²", "all:2", "sparse:9e9"],
)
def test_nonsense_is_one_line(text):
    with pytest.raises(AnalyzerError) as raised:
        population(text)
    assert str(raised.value) == (
        f"--populate: {text!r} is no population of pages; "
        "give none, touched, all, or sparse:N with N from 1, as in sparse:8"
    )


def test_few_pages_are_all_in_a_scenario():
    some = contents(X86_64, [Run(0, 3 * PAGE, 7, PAGE), Run(8 * PAGE, 12 * PAGE, 4, 2 * PAGE)])
    assert [(one.at // PAGE, one.bits) for one in some] == [(0, 7), (1, 7), (2, 7), (8, 4), (10, 4)]


def test_of_many_pages_every_table_has_some():
    start, pages = 3 * PAGE, 5 * 8
    some = contents(SMALL, [Run(start, start + pages * PAGE, 7, PAGE)], Most(18, 6))
    assert [one.at // PAGE for one in some] == [
        *(3, 5, 7),
        *(8, 11, 15),
        *(16, 19, 23),
        *(24, 27, 31),
        *(32, 35, 39),
        *(40, 41, 42),
    ]


def test_of_many_tables_pairs_have_pages():
    some = contents(SMALL, [Run(0, 101 * 8 * PAGE, 7, 4 * PAGE)], Most(12, 6))
    assert [one.at // (4 * PAGE) for one in some] == [
        *(0, 1, 2, 3),
        *(98, 99, 100, 101),
        *(198, 199, 200, 201),
    ]
    assert (
        tables_of(SMALL, [Run(0, 101 * 8 * PAGE, 7, PAGE), Run(4096 * PAGE, 4097 * PAGE, 7, PAGE)])
        == 102
    )


def test_of_more_runs_than_pages_some_have_one():
    runs = [Run(at * 2 * PAGE, (at * 2 + 1) * PAGE, at % 8, PAGE) for at in range(1000)]
    some = contents(SMALL, runs, Most(5, 400))
    assert [one.at // PAGE for one in some] == [0, 498, 998, 1498, 1998]


def test_a_chosen_page_stands_for_those_up_to_the_next():
    runs = [Run(0, 8 * PAGE, 7, PAGE), Run(16 * PAGE, 24 * PAGE, 4, 2 * PAGE)]
    found = stretches(runs, [0, 3 * PAGE, 16 * PAGE, 20 * PAGE])
    assert [(at // PAGE, one.start // PAGE, one.end // PAGE) for at, one in found] == [
        (0, 0, 3),
        (3, 3, 8),
        (16, 16, 20),
        (20, 20, 24),
    ]
