from __future__ import annotations

import time
from dataclasses import replace

import pytest

from analyzer.patch.apply import Applied, How, Placed, Refusal, apply, reverse
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series

LINES = [f"line {number}" for number in range(1, 31)]
PATCH = """\
diff --git a/f.c b/f.c
--- a/f.c
+++ b/f.c
@@ -7,7 +7,8 @@ int f(void)
 line 7
 line 8
 line 9
-line 10
+line ten
+line ten and a half
 line 11
 line 12
 line 13
"""


def _file(text: str = PATCH) -> FilePatch:
    return read_series(text.encode("utf-8", "surrogateescape"), "p").patches[0].files[0]


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _after(lines: list[str]) -> str:
    at = lines.index("line 10")
    return _text([*lines[:at], "line ten", "line ten and a half", *lines[at + 1 :]])


def _one(result: Applied) -> Placed:
    (hunk,) = result.hunks
    return hunk


def _refusal(result: Applied) -> Refusal:
    assert result.refused
    assert result.text is None
    refusal = _one(result).refusal
    assert refusal is not None
    return refusal


def test_a_hunk_where_its_header_says_is_exact() -> None:
    result = apply(_file(), _text(LINES))
    assert result == Applied("f.c", (Placed(1, How.EXACT, 7),), _after(LINES))
    assert (result.exact, result.refused) == (True, False)


@pytest.mark.parametrize("offset", [1, 50, -3, -6])
def test_a_hunk_elsewhere_has_an_offset(offset: int) -> None:
    lines = [*["new"] * offset, *LINES] if offset > 0 else LINES[-offset:]
    result = apply(_file(), _text(lines))
    assert _one(result) == Placed(1, How.OFFSET, 7 + offset, offset)
    assert (result.text, result.exact) == (_after(lines), False)


@pytest.mark.parametrize(
    ("changed", "fuzz"),
    [((7,), 1), ((13,), 1), ((7, 13), 1), ((7, 8), 2), ((12,), 2), ((8, 12), 2)],
)
def test_context_is_left_out_up_to_two_lines(changed: tuple[int, ...], fuzz: int) -> None:
    lines = [f"{line} changed" if n in changed else line for n, line in enumerate(LINES, 1)]
    result = apply(_file(), _text(lines))
    assert _one(result) == Placed(1, How.FUZZ, 7, fuzz=fuzz)
    assert result.text == _after(lines)
    assert apply(_file(), _text(lines), fuzz - 1).refused


@pytest.mark.parametrize("changed", [9, 10, 11])
def test_what_is_next_to_the_change_must_be_there(changed: int) -> None:
    lines = [f"{line}?" if n == changed else line for n, line in enumerate(LINES, 1)]
    number = 5 + changed - 7 + (2 if changed > 10 else 0)
    assert _refusal(apply(_file(), _text(lines))) == Refusal(
        "the file has another line there", number, f"line {changed}", changed, f"line {changed}?"
    )


@pytest.mark.parametrize("line", ["line  10", "line 10\r", "\tline 10", "line 10 "])
def test_white_space_counts_and_is_named(line: str) -> None:
    lines = [line if one == "line 10" else one for one in LINES]
    refusal = _refusal(apply(_file(), _text(lines)))
    assert refusal == Refusal("the file's line differs in white space", 8, "line 10", 10, line)


def test_the_place_of_a_refusal_goes_with_the_code() -> None:
    lines = [*["new"] * 200, *(line for line in LINES if line != "line 11")]
    assert _refusal(apply(_file(), _text(lines))).line == 211


def test_the_end_of_the_file_is_nothing() -> None:
    refusal = _refusal(apply(_file(), _text(LINES[:10])))
    assert refusal == Refusal("the file has no line there", 11, "line 11", 11, None)
    assert _refusal(apply(_file(), "")).found is None


def test_a_file_that_holds_it_is_left_alone() -> None:
    after = _after(LINES)
    result = apply(_file(), after)
    assert result == Applied("f.c", (Placed(1, How.ALREADY, 7),), after, already=True)
    assert not result.exact
    moved = f"new\n{after}"
    assert _one(apply(_file(), moved)) == Placed(1, How.ALREADY, 8, 1)


TWO = (
    PATCH
    + """\
@@ -20,7 +21,7 @@
 line 20
 line 21
 line 22
-line 23
+line 23 changed
 line 24
 line 25
 line 26
"""
)


def test_a_part_that_is_held_moves_the_rest() -> None:
    after = _after(LINES)
    result = apply(_file(TWO), after)
    assert result.hunks == (Placed(1, How.ALREADY, 7), Placed(2, How.EXACT, 21))
    assert result.text == after.replace("line 23", "line 23 changed")
    assert not result.already


def test_a_file_that_holds_all_is_taken_back() -> None:
    text = _text(LINES)
    after = apply(_file(TWO), text).text
    assert after is not None
    assert apply(_file(TWO), after).already
    assert apply(reverse(_file(TWO)), after).text == text
    assert reverse(reverse(_file(TWO))) == _file(TWO)


def test_what_fits_exactly_says_where_else_it_fits() -> None:
    lines = [*LINES, *LINES]
    assert _one(apply(_file(), _text(lines))) == Placed(1, How.EXACT, 7, others=(37,))


def test_what_fits_twice_goes_to_the_nearest_and_says_so() -> None:
    lines = ["new", *LINES, *LINES]
    placed = _one(apply(_file(), _text(lines)))
    assert placed == Placed(1, How.OFFSET, 8, 1, others=(38,))
    assert placed.ambiguous


def test_what_fits_as_near_on_both_sides_is_refused() -> None:
    seven = LINES[6:13]
    lines = [*seven, *["x"] * 5, *seven]  # at 1 and at 13, and the header says 7
    result = apply(_file(), _text(lines))
    assert _refusal(result).why.startswith("it fits at more than one place")
    assert (_one(result).others, _one(result).line) == ((1, 13), None)


def test_git_and_patch_must_agree_on_the_place() -> None:
    """Git goes by the header's line 20, patch(1) by hunk 1's offset of -6 as well."""
    second = LINES[19:26]
    lines = [*LINES[6:13], *["x"] * 4, *second, *["x"] * 5, *second]
    result = apply(_file(TWO), _text(lines))
    assert [one.how for one in result.hunks] == [How.OFFSET, How.REFUSED]
    assert result.hunks[1].others == (12, 24)
    near = [*LINES[6:13], *["x"] * 6, *second, *["x"] * 20, *second]
    result = apply(_file(TWO), _text(near))
    assert result.hunks[1] == Placed(2, How.OFFSET, 14, -6, others=(41,))


def test_what_is_held_and_fits_elsewhere_is_refused() -> None:
    lines = [*_after(LINES).split("\n")[:-1], *LINES]
    refusal = _refusal(apply(_file(), _text(lines)))
    assert refusal.why == "the file holds it already, and it fits elsewhere as well"


def test_hunks_stay_in_their_order() -> None:
    lines = [*LINES[19:30], *LINES[:15]]
    result = apply(_file(TWO), _text(lines))
    assert [one.how for one in result.hunks] == [How.OFFSET, How.REFUSED]
    assert result.hunks[1].refusal is not None
    assert result.hunks[1].refusal.why == "it fits only above the end of the hunk before it"
    assert result.hunks[1].others == (1,)


def test_a_hunk_that_lost_lines_is_never_applied() -> None:
    file = _file()
    for lost in range(len(file.hunks[0].lines)):
        lines = file.hunks[0].lines
        hunk = replace(file.hunks[0], lines=(*lines[:lost], *lines[lost + 1 :]))
        result = apply(replace(file, hunks=(hunk,)), _text(LINES))
        assert _refusal(result).why.startswith("its body has ")
        assert _refusal(result).number == 4
    gap = replace(file.hunks[0], lines=(replace(lines[0], after_gap=True), *lines[1:]))
    why = _refusal(apply(replace(file, hunks=(gap,)), _text(LINES))).why
    assert why == "lines of unknown text were lost in it"


NEW = "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n"
GONE = (
    "diff --git a/n b/n\ndeleted file mode 100644\n--- a/n\n+++ /dev/null\n"
    "@@ -1,2 +0,0 @@\n-a\n-b\n"
)


@pytest.mark.parametrize("text", [None, ""])
def test_a_new_file_is_made(text: str | None) -> None:
    assert apply(_file(NEW), text) == Applied("n", (Placed(1, How.EXACT, 1),), "a\nb\n")


def test_a_new_file_that_is_there_is_held_or_refused() -> None:
    assert apply(_file(NEW), "a\nb\n").already
    for text in ("other\n", "a\nb", "a\nb\nc\n", "c\na\nb\n"):
        assert apply(_file(NEW), text).refused


def test_a_deleted_file_is_gone() -> None:
    assert apply(_file(GONE), "a\nb\n") == Applied("n", (Placed(1, How.EXACT, 1),), None)
    gone = apply(_file(GONE), None)
    assert (gone.already, gone.refused, gone.text) == (True, False, None)
    for text in ("a\nb\nc\n", "a\n", "x\na\nb\n", "a\nb"):
        assert apply(_file(GONE), text).refused
    assert reverse(_file(GONE)).old_path is None
    assert apply(reverse(_file(NEW)), "a\nb\n").text is None


def test_a_rename_or_a_mode_leaves_the_text() -> None:
    rename = "diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n"
    mode = "diff --git a/n b/n\nold mode 100644\nnew mode 100755\n"
    for patch in (rename, mode):
        assert apply(_file(patch), "x") == Applied("n", (), "x")
        assert apply(_file(patch), None).why_not == "there is no such file"
    assert (reverse(_file(rename)).old_path, reverse(_file(rename)).new_path) == ("n", "o")


def test_a_binary_patch_is_refused() -> None:
    patch = "diff --git a/n b/n\nindex 1234567..89abcde 100644\nBinary files a/n and b/n differ\n"
    assert apply(_file(patch), "x").why_not == "it is a binary patch"


def test_a_file_without_hunks_says_so() -> None:
    patch = "diff --git a/n b/n\nindex 1234567..89abcde 100644\n--- a/n\n+++ b/n\n"
    assert apply(_file(patch), "x").why_not == "no hunk of it is left"


NO_NEWLINE = "\\ No newline at end of file\n"


def test_newlines_at_the_end_count() -> None:
    adds = _file(f"--- a/n\n+++ b/n\n@@ -1,2 +1,2 @@\n a\n-b\n{NO_NEWLINE}+b\n")
    takes = _file(f"--- a/n\n+++ b/n\n@@ -1,2 +1,2 @@\n a\n-b\n+b\n{NO_NEWLINE}")
    assert apply(adds, "a\nb").text == "a\nb\n"
    assert apply(takes, "a\nb\n").text == "a\nb"
    assert apply(adds, "a\nb\n").already
    assert apply(takes, "a\nb").already
    assert apply(takes, "a\nb\nc\n").refused


def test_bytes_and_carriage_returns_are_kept() -> None:
    patch = "--- a/n\n+++ b/n\n@@ -1,3 +1,3 @@\n a\r\n-\udcff\r\n+\udcfe\x0c\r\n c\u2028d\r\n"
    file = _file(patch.replace("\r\n c", "\r\n c"))
    assert [line.text[-1] for line in file.hunks[0].lines] == ["\r"] * 4
    assert apply(file, "a\r\n\udcff\r\nc\u2028d\r\n").text == "a\r\n\udcfe\x0c\r\nc\u2028d\r\n"
    assert apply(file, "a\n\udcff\nc\u2028d\n").refused


def test_a_hunk_without_context_stands_where_it_says() -> None:
    bare = _file("--- a/f.c\n+++ b/f.c\n@@ -10 +10 @@\n-line 10\n+line ten\n")
    assert apply(bare, _text(LINES)).exact
    assert _refusal(apply(bare, _text(["x", *LINES]))).why.startswith("it has no context")
    adds = _file("--- a/f.c\n+++ b/f.c\n@@ -10,0 +11 @@\n+new\n")
    assert _refusal(apply(adds, _text(LINES))).why.startswith("it shows no line of the file")


def _patch_of_equal_lines(hunks: int, length: int) -> FilePatch:
    body = " x\n" * length + "-x\n+y\n" + " x\n" * length
    size = 2 * length + 1
    text = "".join(
        f"@@ -{2 + number * size},{size} +{2 + number * size},{size} @@\n{body}"
        for number in range(hunks)
    )
    return _file(f"--- a/f\n+++ b/f\n{text}")


@pytest.mark.parametrize(
    ("hunks", "length", "lines"), [(1, 5_000, 100_000), (100, 30, 20_000), (500, 3, 20_000)]
)
def test_equal_lines_cost_no_more(hunks: int, length: int, lines: int) -> None:
    file = _patch_of_equal_lines(hunks, length)
    started = time.process_time()
    apply(file, "x\n" * lines)
    apply(file, "y\n" + "xy\n" * lines)
    apply(file, ("x\n" * (2 * length) + "z\n") * (lines // length // 2))
    assert time.process_time() - started < 10
