"""Whether a tree has a change, by its files: what may be said, and what must not."""

from __future__ import annotations

import pytest

from analyzer.history.past import There
from analyzer.past.changes import Change
from analyzer.past.content import by_content
from tests.mistakes.worlds import DRIVER
from tests.past.test_past_omissions import Made
from tests.repo.repositories import created, git, written
from tests.review.one_case import patch_of

PATH = "drivers/ring/ring.c"
CHECK = "\tif (!ring)\n\t\treturn -EINVAL;\n"
START = "int ring_start(struct ring *ring)\n{\n\tint err = 0;\n\n"
STOP = START.replace("start", "stop")
HELPER = "static int ring_sane(struct ring *ring)\n{\n\treturn ring->size > 0;\n}\n\n"


def edited(*pairs: tuple[str, str], text: str = DRIVER) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


TWO = edited((START, START + CHECK), (STOP, STOP + CHECK))
ONE = edited((START, START + CHECK))


@pytest.fixture(scope="module")
def change(tmp_path_factory: pytest.TempPathFactory) -> Change:
    """The same check in two functions."""
    return changed(tmp_path_factory, DRIVER, TWO)


def changed(factory: pytest.TempPathFactory, before: str, after: str) -> Change:
    top = created(factory.mktemp("change"))
    written(top, {PATH: before.encode()})
    git(top, "add", "--all")
    written(top, {PATH: after.encode()})
    diff = git(top, "diff").decode()
    files = patch_of(f"Subject: x\n\nx\n---\n{diff}").files
    return Change(files, Made({PATH: before}), Made({PATH: after}))


def told(change: Change, text: str) -> There:
    return by_content(change, Made({PATH: text})).there


LONGER = ("\tring->head++;\n", "\tring->head++;\n\tring->tail += 0;\n")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (TWO, There.YES),
        (DRIVER, There.NO),
        (ONE, There.PARTLY),
        # Other lines beside it, other white space, comments.
        (edited(LONGER, text=TWO), There.YES),
        (
            TWO.replace("\tif (!ring)\n\t\treturn", "\tif (! ring)  /* none */\n\n\t\treturn"),
            There.YES,
        ),
        (edited(LONGER), There.NO),
        # The check does something else, or stands elsewhere.
        (TWO.replace("return -EINVAL;\n\tspin", "return -EBUSY;\n\tspin"), There.UNKNOWN),
        (
            edited(
                (
                    "\tspin_lock(&ring->lock);\n\tif (ring->running) {\n",
                    f"\tspin_lock(&ring->lock);\n{CHECK}\tif (ring->running) {{\n",
                )
            ),
            There.NO,
        ),
        # There are no such functions.
        ("int other;\n", There.UNKNOWN),
        (TWO.replace("ring_stop", "ring_halt").replace("ring_start", "ring_go"), There.YES),
    ],
)
def test_a_change_in_a_file(change: Change, text: str, there: There) -> None:
    assert told(change, text) is there


def test_a_tree_without_the_file_tells_nothing(change: Change) -> None:
    found = by_content(change, Made({"README": "x"}))
    assert (found.there, found.said) == (
        There.UNKNOWN,
        f"the tree has none of the files that it changes: {PATH}",
    )


def test_a_new_function_may_have_another_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    after = edited(("int ring_push(", f"{HELPER}int ring_push("))
    change = changed(tmp_path_factory, DRIVER, after)
    other = edited(LONGER, text=after.replace("ring_sane", "ring_fit"))
    far = other.replace("static unsigned int ring_room", "static unsigned int ring_free")
    assert told(change, after) is There.YES
    assert told(change, DRIVER) is There.NO
    assert told(change, far.replace("int ring_push(", "long ring_push(")) is There.UNKNOWN


def test_a_line_that_only_moves(tmp_path_factory: pytest.TempPathFactory) -> None:
    kick, run = "\tring_kick(ring);\n", "\tring->running = 1;\n"
    after = edited((f"{run}{kick}", f"{kick}{run}"))
    change = changed(tmp_path_factory, DRIVER, after)
    assert [told(change, edited(LONGER, text=text)) for text in (after, DRIVER)] == [
        There.YES,
        There.NO,
    ]
