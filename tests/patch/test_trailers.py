"""Trailers, notes and conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from growth import growth

from analyzer.patch.trailers import (
    Conflict,
    Note,
    Trailer,
    read_conflicts,
    read_notes,
    read_trailers,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def trailers(text: str) -> list[tuple[str, str, int]]:
    lines = text.split("\n")
    found = read_trailers(lines, range(1, len(lines) + 1))
    assert all(isinstance(trailer, Trailer) for trailer in found)
    return [(trailer.token, trailer.value, trailer.line) for trailer in found]


def notes(text: str) -> tuple[Note, ...]:
    lines = text.split("\n")
    return read_notes(lines, range(1, len(lines) + 1))


def conflicts(text: str) -> tuple[Conflict, ...]:
    lines = text.split("\n")
    return read_conflicts(lines, range(1, len(lines) + 1))


def test_a_block_goes_on_through_notes_and_picks() -> None:
    text = """Prose.
[a at example.org: fix a warning
 and a typo]
  Link: http://example.org/1
Signed-off-by: A <a at example.org>
(cherry picked from commit 2c91bd4a4e2e530582d6fd643ea7b86b27907151)
Cc: stable at example.org # 4.14
Signed-off-by: B <b@example.org>
More prose: here.
Note: the end"""
    assert trailers(text) == [
        ("Link", "http://example.org/1", 4),
        ("Signed-off-by", "A <a@example.org>", 5),
        ("Cc", "stable@example.org # 4.14", 7),
        ("Signed-off-by", "B <b@example.org>", 8),
    ]


def test_several_blocks_stay_in_order() -> None:
    text = "Acked-by: A\n\nprose\n\nFixes: 12345678\nTested-by: B\n"
    assert [token for token, _, _ in trailers(text)] == ["Acked-by", "Fixes", "Tested-by"]


def test_a_continued_value_is_joined() -> None:
    text = 'Fixes: 12345678 ("mm: a\n  long title")\nCc: x'
    assert trailers(text) == [("Fixes", '12345678 ("mm: a long title")', 1), ("Cc", "x", 3)]


@pytest.mark.parametrize(
    "text",
    [
        "Note: this\nis prose",
        "Prose.\nBefore: 3\nAfter: 4\n\nMore.",
        "http://example.org/x",
        "Signed-off-by:",
        "Total time for data: 5",
        "std::move: x",
    ],
)
def test_prose_is_no_trailer(text: str) -> None:
    assert trailers(text) == []


def test_unknown_words_are_trailers_in_the_last_paragraph() -> None:
    assert trailers("Prose.\n\nMy-Tag: x\nTest: y") == [("My-Tag", "x", 3), ("Test", "y", 4)]


def test_notes_have_an_author_and_a_text() -> None:
    text = (
        "[a at example.org: one]\n[ bp: two\n  lines ]\nx\n[1] http: x\n[  1.5] BUG: y\n[z: open\n"
    )
    assert notes(text) == (
        Note("a@example.org", "one", 1),
        Note("bp", "two lines", 2),
    )


@pytest.mark.parametrize("text", ["[ : fixed]", "[\t: fixed]", "[: fixed]"])
def test_a_note_has_an_author(text: str) -> None:
    assert notes(text) == ()


def test_a_note_does_not_run_into_the_trailers() -> None:
    assert notes("[a: open\nSigned-off-by: A <a@example.org> [x]") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Conflicts:\n\tmm/mremap.c\n\tKconfig\n\nx", (("mm/mremap.c", 2), ("Kconfig", 3))),
        ("# Conflicts:\n#\tmm/mremap.c\nx y", (("mm/mremap.c", 2),)),
        ("Conflicts: a.c, b.c", (("a.c", 1), ("b.c", 1))),
        ("Conflicts:\nmm/mremap.c (context)\nprose goes on", (("mm/mremap.c", 2),)),
        ("Conflicts:\nSigned-off-by: A <a/b@example.org>", ()),
        ("conflicts between a/b and c/d", ()),
    ],
)
def test_conflicts_name_paths(text: str, found: tuple[tuple[str, int], ...]) -> None:
    assert conflicts(text) == tuple(Conflict(path, line) for path, line in found)


@pytest.mark.parametrize(
    "line", ["[a: x", "Cc: a\n b", "Cc: ", " ", "A" * 50, "(cherry picked from"]
)
@pytest.mark.parametrize("read", [trailers, notes, conflicts])
def test_hostile_lines_take_linear_time(read: Callable[[str], object], line: str) -> None:
    assert growth(read, lambda size: "\n".join([line] * size), 1_000) < 9
    assert growth(read, lambda size: line * size, 10_000) < 9


@pytest.mark.parametrize("read", [trailers, notes, conflicts])
@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [("[", " ", "x"), ("[a", " ", "x"), ("[a:", " ", ""), ("Cc", " ", ""), ("", "a-", "")],
)
def test_a_hostile_line_takes_linear_time(
    read: Callable[[str], object], start: str, unit: str, end: str
) -> None:
    assert growth(read, lambda size: f"{start}{unit * size}{end}", 500) < 9
