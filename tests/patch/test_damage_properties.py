"""Whatever is done to a patch: it comes back byte for byte, or the report says that it does not."""

from __future__ import annotations

from collections.abc import Callable

from damaging import (
    as_quoted_printable,
    blanks_lost,
    body_lines,
    body_of_mail,
    dropped,
    escaped,
    hunks_of,
    mail,
    plain,
    quoted,
    recounted,
    stripped,
    with_crlf,
    wrapped,
)
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from analyzer.errors import AnalyzerError
from analyzer.patch.damage import Grade
from analyzer.patch.reader import Series, read_series, written_patch

# Deterministic, and as many as some seconds allow; a longer run once found nothing new.
few = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

# Words that code holds, and words that look like marks, headers, quoting and escapes.
WORDS = (
    *("int", "struct", "mm", "vma", "*pmd,", "addr", "unsigned", "long", "new_end;", "(a", "b)"),
    *("move_normal_pmd(vma,", "pgtable_trans_huge_withdraw(mm,", "SINGLE_DEPTH_NESTING);"),
    *("-", "+", "--", "- b", "&&", '"s', 't"', "/*", "*/", "=", "20", "<a>", ">", "|", "return"),
)
STARTS = (
    *("", "\t", "\t\t", "\t\t    ", " * ", "\t * ", " ", "  ", "-", "+", "out:", "#"),
    *("@@ -1 +1 @@", "-- ", "++ "),
)
# In code nothing but a comment's second line begins with one blank, and labels with none.
CODE_STARTS = tuple(start for start in STARTS if start not in (" ", "out:"))
NAMES = ("mm/a.c", "b.txt", "arch/Kconfig", "c/d.h")
CODE_NAMES = ("mm/a.c", "arch/Kconfig", "c/d.h")


def lines(starts: tuple[str, ...]) -> st.SearchStrategy[str]:
    words = st.lists(st.sampled_from(WORDS), max_size=14)
    text = st.builds(
        lambda start, rest: (start + " ".join(rest)).rstrip(), st.sampled_from(starts), words
    )
    return st.one_of(st.sampled_from(["", "{", "}"]), text, text, text)


@st.composite
def patches(
    draw: st.DrawFn, starts: tuple[str, ...] = STARTS, names: tuple[str, ...] = NAMES
) -> bytes:
    files = {}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        before = draw(st.lists(lines(starts), min_size=1, max_size=40))
        after = list(before)
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(after)))
            after[at : at + draw(st.integers(0, 2))] = draw(st.lists(lines(starts), max_size=3))
        if before != after:
            files[name] = (before, after)
    assume(files)
    form: Callable[..., bytes] = draw(st.sampled_from([plain, mail]))
    return form(files, draw(st.sampled_from([3, 3, 1, 0, 5])))


def start_of_body(good: bytes) -> int:
    return body_of_mail(good) if good.startswith(b"From ") else 0


def meaning(series: Series) -> list[object]:
    """Everything but headers: of each file its name, of each hunk its place and its lines."""
    return [
        (file.path, hunk.old_start, hunk.new_start, [(line.mark, line.text) for line in hunk.lines])
        for patch in series.patches
        for file in patch.files
        for hunk in file.hunks
    ]


def assert_told(good: bytes, bad: bytes, *, headers: bool = True) -> None:
    """The bytes come back, or some damage is graded ``none``, or the input is refused.

    Without ``headers`` it is enough that the hunks come back.
    """
    try:
        series = read_series(bad, "in")
    except AnalyzerError:
        return
    if any(case.grade is Grade.NONE for patch in series.patches for case in patch.damage):
        return
    if not headers and meaning(series) == meaning(read_series(good, "good")):
        return
    out = b"".join(written_patch(patch, patch.files) for patch in series.patches)
    assert out.decode() == good.decode()


@few
@given(patches())
def test_a_good_patch_is_called_good(good: bytes) -> None:
    (patch,) = read_series(good, "in").patches
    assert (patch.damage, patch.notes) == ((), ())
    assert written_patch(patch, patch.files) == good


@few
@given(patches(), st.data())
def test_lost_lines_are_told(good: bytes, data: st.DataObject) -> None:
    some = st.sets(st.sampled_from(body_lines(good)), min_size=1, max_size=4)
    assert_told(good, dropped(good, data.draw(some)))


@few
@given(patches(), st.data())
def test_any_lost_line_of_the_diff_is_told_unless_it_says_nothing(
    good: bytes, data: st.DataObject
) -> None:
    text = good.split(b"\n")
    first = next(i for i, line in enumerate(text) if line.startswith(b"diff --git "))
    # Nothing in a patch repeats its blob ids.
    telling = [i for i in range(first, len(text) - 1) if not text[i].startswith(b"index ")]
    assert_told(good, dropped(good, {data.draw(st.sampled_from(telling))}), headers=False)


@few
@given(patches())
def test_crlf_is_told(good: bytes) -> None:
    assert_told(good, with_crlf(good))


@few
@given(patches(), st.sampled_from([">", "> ", "> > ", ">>"]))
def test_quoting_is_told(good: bytes, mark: str) -> None:
    assert_told(good, quoted(good, mark))


@few
@given(patches(names=CODE_NAMES), st.booleans(), st.booleans())
def test_entities_in_code_are_told(good: bytes, quotes: bool, whole: bool) -> None:
    assert_told(good, escaped(good, quotes=quotes, start=0 if whole else start_of_body(good)))


@few
@given(patches())
def test_quoted_printable_is_told(good: bytes) -> None:
    assert_told(good, as_quoted_printable(good, start_of_body(good)))


@few
@given(patches())
def test_stripped_blanks_are_told(good: bytes) -> None:
    assert_told(good, stripped(good))


@few
@given(patches(), st.integers(62, 80), st.sampled_from([1, 8]))
def test_wrapped_lines_are_told(good: bytes, width: int, tab: int) -> None:
    assert_told(good, wrapped(good, width, tab))


@few
@given(patches(CODE_STARTS, CODE_NAMES), st.data())
def test_lost_leading_blanks_are_told_where_one_shows(good: bytes, data: st.DataObject) -> None:
    every = body_lines(good)
    some = st.sets(st.sampled_from(every), min_size=1, max_size=4)
    bad = blanks_lost(good, data.draw(st.one_of(st.none(), some)))
    left = bad.decode().split("\n")
    # A hunk of which every line still begins with a mark looks as good as before.
    assume(any(left[i][:1] not in ("", "+", "-", " ") for i in every))
    assert_told(good, bad)


@few
@given(patches(), st.data(), st.integers(-3, 3), st.integers(-3, 3))
def test_wrong_counts_are_told(good: bytes, data: st.DataObject, old: int, new: int) -> None:
    assume((old, new) != (0, 0))
    hunk = data.draw(st.integers(0, len(hunks_of(good.decode().split("\n"))) - 1))
    bad = recounted(good, hunk, old, new)
    assume(b",-" not in bad)
    assert_told(good, bad)


@few
@given(patches(), st.data())
def test_a_mail_that_was_cut_is_told(good: bytes, data: st.DataObject) -> None:
    assume(good.startswith(b"From "))
    assert_told(good, good[: data.draw(st.integers(1, len(good) - 1))], headers=False)
