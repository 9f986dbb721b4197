"""Each kind of damage, done to good patches: named with its place and numbers, and undone."""

from __future__ import annotations

import re

import pytest
from damaging import (
    Files,
    as_quoted_printable,
    blank_lines,
    blanks_lost,
    body_lines,
    body_of_mail,
    dropped,
    escaped,
    expanded,
    hunks_of,
    mail,
    plain,
    quoted,
    recounted,
    stripped,
    with_crlf,
    wrapped,
)

from analyzer.patch.damage import Damage, DamageKind, Grade
from analyzer.patch.reader import Patch, read_series, written_patch

Row = tuple[DamageKind, str | None, int | None, int | None, int | None, int | None, Grade]


def _function(number: int, extra: str = "") -> list[str]:
    return [
        f"/* Shift number {number} of the page tables, with the lock held. */",
        f"static bool shift_{number}(struct vm_area_struct *vma, unsigned long old_addr,",
        "\t\t    unsigned long new_addr, pmd_t *old_pmd, pmd_t *new_pmd)",
        "{",
        "\tstruct mm_struct *mm = vma->vm_mm;",
        "",
        f"\tif (old_addr & {number} && new_addr > PMD_SIZE)",
        *([extra] if extra else ["\t\treturn false;"]),
        "\tpmd_clear(old_pmd);",
        f'\tpr_debug("shift {number}: %lx = %lx", old_addr, new_addr);',
        "",
        "\treturn true;",
        "}",
        "",
    ]


LONG = "\t\treturn shift_other(vma, old_addr, new_addr, old_pmd, new_pmd, mm, PMD_SIZE, false);"
_BEFORE = [line for i in range(12) for line in _function(i)]
_AFTER = [line for i in range(12) for line in _function(i, LONG if i in (1, 5, 10) else "")]
_KCONFIG = ["config HAVE_ARCH_TRACEHOOK", "\tbool", "", "config HAVE_NMI", "\tbool", ""]
_KCONFIG_AFTER = [
    *_KCONFIG[:3],
    "config HAVE_MOVE_PMD",
    "\tbool",
    "\thelp",
    "\t  Archs that select this are able to move page tables.",
    "",
    *_KCONFIG[3:],
]
FILES: Files = {"arch/Kconfig": (_KCONFIG, _KCONFIG_AFTER), "mm/mremap.c": (_BEFORE, _AFTER)}
MAIL, PLAIN = mail(FILES), plain(FILES)
BOTH = pytest.mark.parametrize("good", [MAIL, PLAIN], ids=["mail", "plain"])
PLACES = [("arch/Kconfig", 1), ("mm/mremap.c", 1), ("mm/mremap.c", 2), ("mm/mremap.c", 3)]


def only(data: bytes) -> Patch:
    (patch,) = read_series(data, "in").patches
    return patch


def row(case: Damage) -> Row:
    return (case.kind, case.path, case.hunk, case.line, case.declared, case.kept, case.grade)


def kinds(patch: Patch) -> list[DamageKind]:
    return [case.kind for case in patch.damage]


def written(patch: Patch) -> bytes:
    return written_patch(patch, patch.files)


def hunks(data: bytes) -> list[tuple[int, range]]:
    return hunks_of(data.decode().split("\n"))


def new_side(data: bytes, body: range) -> int:
    lines = data.split(b"\n")
    return sum(lines[i][:1] != b"-" for i in body)


@BOTH
def test_the_patches_that_are_damaged_here_are_good(good: bytes) -> None:
    patch = only(good)
    assert (patch.damage, patch.notes, written(patch)) == ((), (), good)
    assert [(file.path, i) for file in patch.files for i, _ in enumerate(file.hunks, 1)] == PLACES


# --- lost lines -------------------------------------------------------------------------

SELECTIONS = {
    "the second line of each hunk": lambda body: [body[1]],
    "the last line of each hunk": lambda body: [body[-1]],
    "the first three lines": lambda body: [*body[:3]],
    "every other line": lambda body: [*body[::2]],
    "all but one": lambda body: [*body[1:]],
}


@BOTH
@pytest.mark.parametrize("which", SELECTIONS)
def test_lost_lines_are_one_case_a_hunk_with_both_numbers(good: bytes, which: str) -> None:
    gone = [i for _, body in hunks(good) for i in SELECTIONS[which](body)]
    patch = only(dropped(good, gone))
    lost = [c for c in patch.damage if c.kind in (DamageKind.LINES_DROPPED, DamageKind.TRUNCATED)]
    expected = []
    for (path, hunk), (header, body) in zip(PLACES, hunks(good), strict=True):
        line = header + 1 - sum(i < header for i in gone)
        declared = new_side(good, body)
        kept = sum(good.split(b"\n")[i][:1] != b"-" for i in body if i not in gone)
        expected.append((path, hunk, line, declared, kept, Grade.NONE))
    assert [row(case)[1:] for case in lost] == expected
    # A plain diff has nothing behind its last hunk: there the text may have been cut instead.
    assert all(case.kind is DamageKind.LINES_DROPPED for case in lost[: 4 if good is MAIL else 3])
    assert written(patch) == dropped(good, gone)


@BOTH
def test_only_the_hunk_that_lost_a_line_is_named(good: bytes) -> None:
    header, body = hunks(good)[2]
    patch = only(dropped(good, [body[4]]))
    declared = new_side(good, body)
    assert [row(case) for case in patch.damage] == [
        (DamageKind.LINES_DROPPED, "mm/mremap.c", 2, header + 1, declared, declared - 1, Grade.NONE)
    ]


@BOTH
def test_lost_blank_lines_are_named_for_the_whole_patch_too(good: bytes) -> None:
    patch = only(dropped(good, blank_lines(good)))
    assert kinds(patch).count(DamageKind.LINES_DROPPED) == 4
    assert kinds(patch)[-1] is DamageKind.BLANK_LINES_DROPPED


@BOTH
def test_a_whole_hunk_without_its_header_is_not_counted_into_the_one_before(good: bytes) -> None:
    patch = only(dropped(good, [hunks(good)[2][0]]))
    (case,) = [c for c in patch.damage if c.kind is not DamageKind.DIFFSTAT]
    assert (case.kind, case.hunk, case.grade) == (DamageKind.WRONG_COUNTS, 1, Grade.NONE)


def test_two_hunks_of_which_one_lost_its_header_are_not_one_with_wrong_counts() -> None:
    before = [str(i) for i in range(60)]
    after = [*before[:10], "new", *before[10:30], "new", *before[30:50], "new", *before[50:]]
    for context in (0, 1, 3):
        good = plain({"a.c": (before, after)}, context)
        patch = only(dropped(good, [hunks(good)[1][0]]))
        assert [(case.kind, case.hunk, case.grade) for case in patch.damage] == [
            (DamageKind.WRONG_COUNTS, 1, Grade.NONE)
        ]


# --- tabs, line ends, quoting, encodings --------------------------------------------------


@BOTH
def test_tabs_that_became_blanks_are_named_and_not_put_back(good: bytes) -> None:
    bad = expanded(good)
    patch = only(bad)
    assert [(case.kind, case.grade) for case in patch.damage] == [
        (DamageKind.TABS_TO_SPACES, Grade.NONE)
    ]
    assert written(patch) == bad


def test_files_indented_by_four_blanks_lost_no_tabs() -> None:
    sides = tuple([line.replace("\t", "    ") for line in side] for side in FILES["mm/mremap.c"])
    assert only(plain({"mm/mremap.c": (sides[0], sides[1])})).damage == ()


@BOTH
def test_crlf_is_undone_and_counted(good: bytes) -> None:
    patch = only(with_crlf(good))
    lines = good.count(b"\n") + 1
    assert [row(case) for case in patch.damage] == [
        (DamageKind.CRLF, None, None, 1, lines, 1, Grade.COUNTED)
    ]
    assert written(patch) == good


def test_crlf_of_a_patch_to_a_crlf_file_takes_one_carriage_return() -> None:
    good = plain({"win.inf": (["a\r", "b\r"], ["a\r", "c\r"])})
    assert only(good).damage == ()
    patch = only(with_crlf(good))
    assert (kinds(patch), written(patch)) == ([DamageKind.CRLF], good)


@BOTH
@pytest.mark.parametrize("mark", [">", "> ", "> > ", ">>", "> >"])
def test_quoting_is_undone(good: bytes, mark: str) -> None:
    patch = only(quoted(good, mark))
    lines = good.count(b"\n")
    assert [row(case) for case in patch.damage] == [
        (DamageKind.QUOTED, None, None, 1, lines + 1, 1, Grade.COUNTED)
    ]
    assert written(patch) == good


def test_a_quoted_body_under_a_head_of_its_own_is_undone() -> None:
    start = body_of_mail(MAIL)
    patch = only(MAIL[:start] + quoted(MAIL[start:]))
    assert (kinds(patch), written(patch)) == ([DamageKind.QUOTED], MAIL)


def test_remarks_between_quoted_lines_are_left_out() -> None:
    header, body = hunks(PLAIN)[1]
    lines = quoted(PLAIN).decode().split("\n")
    reply = "\n".join([*lines[: body[3]], "", "Why is this needed?", "", *lines[body[3] :]])
    patch = only(b"On Thu, a developer wrote:\n" + reply.encode())
    (case,) = patch.damage
    assert (case.kind, case.line, case.grade) == (DamageKind.QUOTED, 2, Grade.COUNTED)
    assert "1 unquoted lines" in case.text
    assert written(patch) == b"On Thu, a developer wrote:\n" + PLAIN
    assert patch.files[1].hunks[0].number == header + 2


@BOTH
@pytest.mark.parametrize("quotes", [False, True])
def test_entities_are_undone_in_the_whole_text(good: bytes, quotes: bool) -> None:
    patch = only(escaped(good, quotes=quotes))
    assert [(case.kind, case.grade) for case in patch.damage] == [
        (DamageKind.HTML_ENTITIES, Grade.COUNTED)
    ]
    assert written(patch) == good


@pytest.mark.parametrize("quotes", [False, True])
def test_entities_are_undone_in_the_body_alone(quotes: bool) -> None:
    patch = only(escaped(MAIL, quotes=quotes, start=body_of_mail(MAIL)))
    assert (kinds(patch), written(patch)) == ([DamageKind.HTML_ENTITIES], MAIL)


def test_an_entity_that_was_escaped_is_an_entity_again() -> None:
    good = plain({"net/x.c": (['s = "a";'], ['s = "&lt;" + (b < c) + "&amp;";'])})
    assert only(good).damage == ()
    assert written(only(escaped(good, quotes=True))) == good


@pytest.mark.parametrize("path", ["index.html", "Documentation/x.rst", "a.svg"])
def test_entities_of_a_file_of_markup_are_its_own(path: str) -> None:
    good = plain({path: (["a &lt; b", "&amp;"], ["a &gt; b", "&amp;"])})
    patch = only(good)
    assert (patch.damage, written(patch)) == ((), good)


@BOTH
def test_quoted_printable_is_undone_and_the_head_left_alone(good: bytes) -> None:
    bad = as_quoted_printable(good, body_of_mail(good) if good is MAIL else 0)
    patch = only(bad)
    assert [(case.kind, case.grade) for case in patch.damage] == [
        (DamageKind.QUOTED_PRINTABLE, Grade.COUNTED)
    ]
    assert written(patch) == good


@pytest.mark.parametrize("value", ["20", "09", '3D";', "41"])
def test_assignments_that_look_like_escapes_are_left_alone(value: str) -> None:
    good = plain({"defconfig": (["A=10", "B =1"], [f"A={value}", "B =1"])})
    patch = only(good)
    assert (patch.damage, written(patch)) == ((), good)


@BOTH
def test_stripped_blanks_are_put_back_and_named_where_they_stood(good: bytes) -> None:
    bad = stripped(good)
    patch = only(bad)
    assert set(kinds(patch)) == {DamageKind.TRAILING_BLANKS_STRIPPED}
    assert all(case.grade is Grade.COUNTED for case in patch.damage)
    lines = bad.decode().split("\n")
    places: list[tuple[str | None, int | None, int | None]] = [
        (*place, next(i for i in body if not lines[i]) + 1)
        for place, (_, body) in zip(PLACES, hunks(good), strict=True)
        if any(not lines[i] for i in body)
    ]
    signature = [(None, None, lines.index("--") + 1)] if good is MAIL else []
    assert [(case.path, case.hunk, case.line) for case in patch.damage] == signature + places
    assert written(patch) == good


def test_the_tab_that_git_writes_behind_a_name_with_blanks_is_put_back() -> None:
    good = plain({"a b.c": (["x", "", "y"], ["x", "", "z"])})
    good = re.sub(rb"(?m)^((?:---|\+\+\+) .*)$", rb"\1\t", good)
    assert only(good).damage == ()
    patch = only(stripped(good))
    assert (kinds(patch), written(patch)) == ([DamageKind.TRAILING_BLANKS_STRIPPED], good)


def test_a_change_of_blanks_alone_cannot_be_told_once_they_are_stripped() -> None:
    good = plain({"a.c": (["", "x ", "", "y"], ["", "x", "", "y"])})
    patch = only(stripped(good))
    assert [case.grade for case in patch.damage] == [Grade.COUNTED, Grade.NONE]


# --- wrapped lines and lost marks -------------------------------------------------------


@BOTH
@pytest.mark.parametrize("width", [72, 76, 78])
@pytest.mark.parametrize("tab", [1, 8])
def test_wrapped_lines_are_joined_where_counts_and_width_agree(
    good: bytes, width: int, tab: int
) -> None:
    bad = wrapped(good, width, tab)
    assert bad != good
    patch = only(bad)
    assert set(kinds(patch)) == {DamageKind.WRAPPED}
    assert all(case.grade is Grade.COUNTED for case in patch.damage)
    assert written(patch) == good


def test_wrapped_lines_are_named_at_the_first_second_half() -> None:
    good = plain({"a.c": (["a", "b", "c"], ["a", "x" * 30 + " " + "y" * 40 + " z", "c"])})
    patch = only(wrapped(good, 70))
    # Three lines of context, the removed one, the added one, and its second half.
    assert [row(case) for case in patch.damage] == [
        (DamageKind.WRAPPED, "a.c", 1, 9, 5, 4, Grade.COUNTED)
    ]
    assert written(patch) == good


def heading(header: str) -> bytes:
    body = "".join(f" {i}\n" for i in range(3)) + "-x\n+y\n" + "".join(f" {i}\n" for i in range(3))
    return (
        f"diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -9,7 +9,7 @@ {header}\n{body}".encode()
    )


def test_a_wrapped_hunk_header_is_joined() -> None:
    good = heading("static void move_ptes(struct vm_area_struct *vma, pmd_t *old_pmd,")
    patch = only(wrapped(good, 60))
    assert [row(case) for case in patch.damage] == [
        (DamageKind.WRAPPED, "a.c", 1, 5, 9, 8, Grade.COUNTED)
    ]
    assert written(patch) == good


def test_wrapped_file_headers_are_joined() -> None:
    path = "Documentation/devicetree/bindings/" + "very/" * 8 + "long.txt"
    good = plain({path: (["a"], ["b"])})
    patch = only(wrapped(good, 72))
    assert [(case.kind, case.path, case.line, case.grade) for case in patch.damage] == [
        (DamageKind.WRAPPED, path, line, Grade.COUNTED) for line in (2, 5, 7)
    ]
    assert written(patch) == good


@pytest.mark.parametrize("sign", ["-", "+", "- ", "+ ", "-old", "--i;", "+new"])
def test_a_second_half_that_begins_with_a_mark_is_not_a_line(sign: str) -> None:
    text = "\t" + "a" * 66 + f" {sign}and_the_rest_of_it + {'b' * 66} c"
    good = plain({"a.c": (["x", "y", "z"], ["x", text, "z"])})
    bad = wrapped(good, 72)
    patch = only(bad)
    reversed_ = written(patch) == good
    assert reversed_ or any(case.grade is Grade.NONE for case in patch.damage)


def test_with_a_plain_second_half_beside_it_a_marked_one_is_told() -> None:
    first = "\t" + "a" * 60 + " - " + "b" * 20
    second = "\t" + "c" * 60 + " " + "d" * 20
    good = plain({"a.c": (["x", "y", "z"], ["x", first, second, "z"])})
    bad = wrapped(good, 62)
    assert b"\n- bbb" in bad
    patch = only(bad)
    assert (kinds(patch), written(patch)) == ([DamageKind.WRAPPED], good)


def test_two_marked_second_halves_of_which_one_is_a_line_cannot_be_told() -> None:
    long = "\t" + "a" * 60
    removed = "-" + " " + "b" * 20
    text = f" x\n-y\n+{long}\n{removed}\n+{long}\n{removed}\n z\n"
    bad = f"diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1,4 +1,4 @@\n{text}".encode()
    patch = only(bad)
    assert Grade.NONE in [case.grade for case in patch.damage]


def test_a_remark_inside_a_hunk_is_not_taken_for_the_rest_of_a_line() -> None:
    _, body = hunks(PLAIN)[1]
    lines = PLAIN.split(b"\n")
    patch = only(b"\n".join([*lines[: body[5]], b"Looks good to me.", *lines[body[5] :]]))
    assert [(case.kind, case.hunk, case.grade) for case in patch.damage] == [
        (DamageKind.WRAPPED, 1, Grade.NONE)
    ]


@pytest.mark.parametrize("column", ["\t/* why */", "  /* why */", " /* why */"])
def test_text_in_columns_is_not_joined_by_a_guess(column: str) -> None:
    text = "\t" + "a" * 66 + column + " b" * 8
    good = plain({"a.c": (["x"], ["x", text])})
    bad = good.replace(column.encode(), b"\n" + column.strip().encode())
    assert [case.grade for case in only(bad).damage] == [Grade.NONE]


def test_a_macros_backslash_on_a_line_of_its_own_is_no_note_about_a_newline() -> None:
    good = plain({"a.c": (["x"], ["x", "#define A " + "a" * 66 + " \\"])})
    patch = only(wrapped(good, 72))
    assert [(case.kind, case.grade) for case in patch.damage] == [(DamageKind.WRAPPED, Grade.NONE)]


@BOTH
def test_lost_leading_blanks_are_put_back(good: bytes) -> None:
    patch = only(blanks_lost(good))
    assert [(case.kind, case.path, case.hunk, case.grade) for case in patch.damage] == [
        (DamageKind.LEADING_BLANK_LOST, *place, Grade.COUNTED) for place in PLACES
    ]
    assert written(patch) == good


def test_a_comment_whose_leading_blank_went_too_gets_it_back() -> None:
    side = ["/*", " * One reason.", " */", "int a;", "int b;", "int c;"]
    good = plain({"a.c": (side, [*side[:3], "long a;", *side[4:]])})
    patch = only(blanks_lost(good))
    assert [row(case) for case in patch.damage] == [
        (DamageKind.LEADING_BLANK_LOST, "a.c", 1, 6, 7, 2, Grade.COUNTED)
    ]
    assert written(patch) == good


def test_in_prose_a_blank_that_is_left_may_be_one_of_two() -> None:
    side = ["one", " two", "three", "four"]
    good = plain({"a.txt": (side, [*side[:3], "five"])})
    assert [case.grade for case in only(blanks_lost(good)).damage] == [Grade.NONE]


def test_a_hunk_that_may_have_lost_blanks_unseen_is_named() -> None:
    first, second = ["a", "b", "c"], [" * d", " * e", " * f"]
    filler = [str(i) for i in range(20)]
    before = [*first, *filler, *second]
    good = plain({"a.c": (before, ["A", *before[1:-1], " * g"])})
    patch = only(blanks_lost(good, [i for i in body_lines(good) if b"*" in good.split(b"\n")[i]]))
    assert patch.damage == ()
    patch = only(blanks_lost(good))
    assert [(case.hunk, case.grade) for case in patch.damage] == [
        (1, Grade.COUNTED),
        (2, Grade.COUNTED),
    ]


# --- counts, truncation, combinations -----------------------------------------------------


@BOTH
@pytest.mark.parametrize("by", [(-1, -1), (-2, -2), (0, -1), (-1, 0)])
def test_counts_that_are_too_low_are_mended_from_an_intact_body(
    good: bytes, by: tuple[int, int]
) -> None:
    header, body = hunks(good)[2]
    patch = only(recounted(good, 2, *by))
    kept = new_side(good, body)
    assert [row(case) for case in patch.damage] == [
        (DamageKind.WRONG_COUNTS, "mm/mremap.c", 2, header + 1, kept + by[1], kept, Grade.COUNTED)
    ]
    assert written(patch) == good


@BOTH
@pytest.mark.parametrize("by", [(0, 1), (0, 3), (1, 0)])
def test_counts_that_are_too_high_are_mended_by_the_next_hunks_offset(
    good: bytes, by: tuple[int, int]
) -> None:
    header, body = hunks(good)[2]
    patch = only(recounted(good, 2, *by))
    kept = new_side(good, body)
    assert [row(case) for case in patch.damage if case.kind is not DamageKind.DIFFSTAT] == [
        (DamageKind.WRONG_COUNTS, "mm/mremap.c", 2, header + 1, kept + by[1], kept, Grade.COUNTED)
    ]
    assert written(patch) == good


@BOTH
def test_counts_that_no_other_number_contradicts_mean_lost_lines(good: bytes) -> None:
    for hunk, by in ((2, (1, 1)), (3, (0, 1))):
        patch = only(recounted(good, hunk, *by))
        case = next(c for c in patch.damage if c.hunk == hunk)
        assert case.kind in (DamageKind.LINES_DROPPED, DamageKind.TRUNCATED)
        assert case.grade is Grade.NONE


@pytest.mark.parametrize("good", [PLAIN, MAIL.replace(b"-- \n2.39.5\n\n", b"")])
def test_a_text_that_ends_inside_a_hunk_is_truncated(good: bytes) -> None:
    header, body = hunks(good)[3]
    for cut in (body[-1], body[-2], body[5]):
        patch = only(b"\n".join(good.split(b"\n")[:cut]) + b"\n")
        (case,) = [c for c in patch.damage if c.kind is not DamageKind.DIFFSTAT]
        whole = new_side(good, body)
        assert row(case)[:5] == (DamageKind.TRUNCATED, "mm/mremap.c", 3, header + 1, whole)
        assert case.grade is Grade.NONE


def test_a_text_that_ends_between_the_files_of_its_diffstat_is_truncated() -> None:
    cut = MAIL.index(b"diff --git a/mm/mremap.c")
    patch = only(MAIL[:cut])
    case, summary = patch.damage
    assert (case.kind, case.path, case.kept) == (DamageKind.TRUNCATED, "mm/mremap.c", 0)
    assert (summary.kind, summary.declared, summary.kept) == (DamageKind.DIFFSTAT, 2, 1)


def test_a_text_that_ends_inside_its_last_line_is_truncated() -> None:
    patch = only(PLAIN[:-1])
    (case,) = patch.damage
    assert (case.kind, case.path, case.hunk, case.line) == (
        DamageKind.TRUNCATED, "mm/mremap.c", 3, PLAIN.count(b"\n"),
    )  # fmt: skip


def test_a_text_that_ends_behind_a_files_header_is_truncated() -> None:
    good = plain({"a.c": (["x"], ["y"])})
    for end in (b"diff --git a/a.c b/a.c\n", good[: good.index(b"---")], good[: good.index(b"@@")]):
        patch = only(good[: len(end)])
        assert [(c.kind, c.path) for c in patch.damage] == [(DamageKind.TRUNCATED, "a.c")]


COMBINED = {
    "quoted with CRLF": (
        lambda data: with_crlf(quoted(data)),
        {DamageKind.CRLF, DamageKind.QUOTED},
    ),
    "quoted, then escaped": (
        lambda data: escaped(quoted(data), quotes=True),
        {DamageKind.QUOTED, DamageKind.HTML_ENTITIES},
    ),
    "escaped with CRLF": (
        lambda data: with_crlf(escaped(data, quotes=False)),
        {DamageKind.CRLF, DamageKind.HTML_ENTITIES},
    ),
    "quoted and stripped": (
        lambda data: stripped(quoted(data)),
        {DamageKind.QUOTED, DamageKind.TRAILING_BLANKS_STRIPPED},
    ),
    "wrapped and stripped": (
        lambda data: stripped(wrapped(data, 76)),
        {DamageKind.WRAPPED, DamageKind.TRAILING_BLANKS_STRIPPED},
    ),
    "wrapped with CRLF": (
        lambda data: with_crlf(wrapped(data, 72)),
        {DamageKind.WRAPPED, DamageKind.CRLF},
    ),
    "wrapped, then quoted": (
        lambda data: quoted(wrapped(data, 76)),
        {DamageKind.WRAPPED, DamageKind.QUOTED},
    ),
    "blanks lost with CRLF": (
        lambda data: with_crlf(blanks_lost(data)),
        {DamageKind.LEADING_BLANK_LOST, DamageKind.CRLF},
    ),
    "counts wrong and quoted": (
        lambda data: quoted(recounted(data, 2, 0, -1)),
        {DamageKind.WRONG_COUNTS, DamageKind.QUOTED},
    ),
}


@BOTH
@pytest.mark.parametrize("how", COMBINED)
def test_two_kinds_of_damage_are_undone_one_after_the_other(good: bytes, how: str) -> None:
    damaged, expected = COMBINED[how]
    patch = only(damaged(good))
    assert set(kinds(patch)) == expected
    assert all(case.grade is Grade.COUNTED for case in patch.damage)
    assert written(patch) == good
