"""Text that was made to hurt: names out of the tree, huge lines, absurd counts, noise."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from damaging import mail, plain
from growth import growth
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from analyzer.errors import AnalyzerError
from analyzer.patch.damage import DamageKind, Grade
from analyzer.patch.diff import MAX_HUNKS
from analyzer.patch.reader import Patch, Series, read_series, written_patch

HEAD = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n"
HUNK = b"@@ -1 +1 @@\n-a\n+b\n"
FILES = {
    "mm/a.c": ([f"\tint a{i};" for i in range(30)], [f"\tint a{i ^ (i == 9)};" for i in range(30)]),
    "Kconfig": (["config A", "\tbool", ""], ["config A", "\tdef_bool y", ""]),
}
GOOD = (mail(FILES), plain(FILES), HEAD + HUNK)


def only(data: bytes) -> Patch:
    (patch,) = read_series(data, "in").patches
    return patch


def error(data: bytes) -> str:
    with pytest.raises(AnalyzerError) as raised:
        read_series(data, "in")
    assert "\n" not in str(raised.value)
    return str(raised.value)


# --- names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd", "leaves the tree"),
        ("mm/../../x", "leaves the tree"),
        ("/etc/passwd", "is absolute"),
        (".git/config", "reaches into the repository's own data"),
        ("sub/.GIT/hooks/post-commit", "reaches into the repository's own data"),
        (r'"mm/\033[2Jx.c"', "holds control characters"),
        (r'"mm/\012x.c"', "holds control characters"),
        ("mm//x.c", "has an empty component"),
        ("./x.c", "has an empty component"),
    ],
)
def test_a_name_that_no_patch_may_have_is_named(name: str, why: str) -> None:
    quote = '"' if name.startswith('"') else ""
    old, new = (f"{quote}{side}/{name.strip(quote or None)}{quote}" for side in "ab")
    patch = only(f"diff --git {old} {new}\n--- {old}\n+++ {new}\n".encode() + HUNK)
    (evidence,) = patch.unsafe
    assert evidence.text.endswith(f" {why}")
    assert evidence.text.isprintable()


def test_both_names_of_a_renaming_are_looked_at() -> None:
    text = "diff --git a/x b/y\nsimilarity index 100%\nrename from ../x\nrename to .git/y\n"
    assert [evidence.text for evidence in only(text.encode()).unsafe] == [
        "'../x' leaves the tree",
        "'.git/y' reaches into the repository's own data",
    ]


def test_a_plain_diff_between_absolute_paths_is_named() -> None:
    patch = only(b"--- /etc/passwd\n+++ /etc/passwd\n" + HUNK)
    assert [evidence.text for evidence in patch.unsafe] == ["'/etc/passwd' is absolute"]


def test_the_null_device_is_no_unsafe_name() -> None:
    patch = only(b"--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+a\n")
    assert (patch.unsafe, patch.files[0].old_path) == ((), None)


def test_a_file_whose_names_cannot_be_read_is_garbled() -> None:
    patch = only(b"diff --git one two three\nold mode 100644\nnew mode 100755\n")
    assert [case.kind for case in patch.damage] == [DamageKind.GARBLED]


# --- headers and counts -------------------------------------------------------------------


@pytest.mark.parametrize("count", ["999999999", "0", "2147483648", "99999999999999999999", "-1"])
def test_absurd_counts_are_damage(count: str) -> None:
    patch = only(HEAD + f"@@ -1,{count} +1,{count} @@\n-a\n+b\n".encode())
    assert patch.damage
    assert all(case.grade is Grade.NONE for case in patch.damage)


@pytest.mark.parametrize(
    "header", ["@@ -x +1 @@", "@@ -1 1 @@", "@@ -1 +1", "@@ -1,,2 +1 @@", "@@ -١ +1 @@"]
)
def test_an_unreadable_header_is_garbled_and_the_next_hunk_is_read(header: str) -> None:
    data = HEAD + header.encode() + b"\n-x\n+y\n@@ -9 +9 @@\n-a\n+b\n"
    patch = only(data)
    assert [hunk.old_start for hunk in patch.files[0].hunks] == [9]
    assert DamageKind.GARBLED in [case.kind for case in patch.damage]
    assert written_patch(patch, patch.files) == data


@pytest.mark.parametrize("header", ["@ -9 +9 @@", "", "@@ junk"])
def test_a_header_that_is_none_between_two_hunks_is_garbled(header: str) -> None:
    data = HEAD + HUNK + header.encode() + b"\n-x\n+y\n" + b"@@ -19 +19 @@\n-a\n+b\n"
    patch = only(data)
    assert [(case.kind, case.path) for case in patch.damage][:1] == [(DamageKind.GARBLED, "f")]
    assert [hunk.old_start for hunk in patch.files[0].hunks] == [1, 19]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (HUNK, "1 hunk but no file header"),
        (b"text\n" + HUNK * 3, "3 hunks but no file header"),
        (b"+++ b/f\n--- a/f\n" + HUNK, "1 hunk but no file header"),
        (
            b"diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1 -1 +1 @@@\n--a\n++b\n",
            "a combined diff",
        ),
        (
            b"*** a/f\t1\n--- b/f\t2\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n",
            "a context diff",
        ),
        (b"<!DOCTYPE html>\n<html><body>a page</body></html>\n", "an HTML page"),
        (b"Just a letter.\n", "no diff in it"),
        (b"\0\xff\xfe\n", "no diff in it"),
    ],
)
def test_what_holds_no_unified_diff_is_one_clear_error(data: bytes, said: str) -> None:
    assert said in error(data)


def test_hunks_before_the_first_file_are_named() -> None:
    patch = only(HUNK + HEAD + HUNK)
    assert [(case.kind, case.declared) for case in patch.damage] == [(DamageKind.GARBLED, 1)]


def test_hunks_in_reverse_order_are_read_as_they_stand() -> None:
    data = HEAD + b"@@ -50 +50 @@\n-x\n+y\n@@ -1 +1 @@\n-a\n+b\n"
    assert [hunk.old_start for hunk in only(data).files[0].hunks] == [50, 1]


def test_the_limit_of_hunks_is_one_clear_error() -> None:
    hunks = b"".join(b"@@ -%d +%d @@\n-a\n+b\n" % (i, i) for i in range(1, MAX_HUNKS + 2))
    assert f"more than {MAX_HUNKS} hunks" in error(HEAD + hunks)
    files = b"diff --git a/f b/f\nold mode 100644\nnew mode 100755\n" * (MAX_HUNKS + 1)
    assert f"more than {MAX_HUNKS} hunks" in error(files)


# --- size ---------------------------------------------------------------------------------

SHAPES: dict[str, Callable[[int], bytes]] = {
    "one hunk": lambda n: HEAD + b"@@ -0,0 +1,%d @@\n" % n + b"+x\n" * n,
    "one short hunk": lambda n: HEAD + b"@@ -0,0 +1,%d @@\n" % (2 * n) + b"+x\n" * n,
    "one long hunk": lambda n: HEAD + b"@@ -1 +1 @@\n" + b"+x\n" * n,
    "lines without marks": lambda n: HEAD + b"@@ -1,5 +1,5 @@\n" + b"w" * 60 + b"\nword\n" * n,
    "wrapped at every mark": lambda n: (
        HEAD + b"@@ -1,%d +1,5 @@\n" % n + (b" " + b"w" * 70 + b"\nxxxxxxxxxx\n- y\n") * (n // 3)
    ),
    "empty lines": lambda n: HEAD + b"@@ -1,5 +1,5 @@\n" + b"\n" * n,
    "hunks": lambda n: HEAD + b"".join(b"@@ -%d +%d @@\n-a\n+b\n" % (i, i) for i in range(n // 8)),
    "short hunks": lambda n: HEAD + b"@@ -1,4 +1,4 @@\n-a\n+b\n" * (n // 8),
    "text behind hunks": lambda n: HEAD + (HUNK[:-1] + b"b" * 70 + b"\nsome text\n") * (n // 8),
    "unreadable headers": lambda n: HEAD + b"@@ -x @@\n-a\n" * (n // 2),
    "unreadable headers behind a hunk": lambda n: HEAD + HUNK + b"@@ -x @@\n-a\n" * (n // 2),
    "files": lambda n: b"".join(b"diff --git a/%d b/%d\n" % (i, i) + HUNK for i in range(n // 8)),
    "pairs of names": lambda n: b"--- a/f\n+++ b/f\n" * (n // 2) + HEAD + HUNK,
    "signatures": lambda n: HEAD + b"@@ -1,%d +1 @@\n" % (2 * n) + b"-- \n" * n,
    "abbreviated diffstat": lambda n: (
        b"".join(b" .../x/f%d | 1 +\n" % i for i in range(n // 8))
        + b" 1 file changed, 1 insertion(+)\n\n"
        + b"".join(b"diff --git a/x/g%d b/x/g%d\n" % (i, i) + HUNK for i in range(n // 16))
    ),
    "text in front": lambda n: b"--- text +++\n" * n + HEAD + HUNK,
    "text behind": lambda n: HEAD + HUNK + b"text of a footer\n" * n,
    "quoted": lambda n: b"> " + HEAD[:-1].replace(b"\n", b"\n> ") + b"\n> -a\n" * n,
    "quoted-printable": lambda n: HEAD + b"@@ -1 +1 @@\n" + b"-a=3D=\n" * n,
    "entities": lambda n: HEAD + b"@@ -1 +1 @@\n" + b"-a&lt;&amp;\n" * n,
    "one line": lambda n: HEAD + b"@@ -1 +1 @@\n-a\n+" + b"&lt; =3D\t" * n + b"\n",
    "one line of names": lambda n: b"diff --git " + b"a b/ " * n + b"\n" + HEAD + HUNK,
    "blanks in names": lambda n: (b"diff --git " + b"a/ " * 60 + b"x\n") * (n // 40) + HEAD + HUNK,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_with_the_input_and_not_with_its_square(shape: str) -> None:
    # Four times the input: 4 if linear, 16 if quadratic.
    assert growth(lambda data: read_series(data, "in"), SHAPES[shape], 5_000) < 10


def test_a_million_lines_are_read() -> None:
    n = 1_000_000
    patch = only(HEAD + b"@@ -0,0 +1,%d @@\n" % n + b"+x\n" * n)
    assert (patch.damage, patch.files[0].added) == ((), n)


def test_a_line_of_megabytes_is_one_line() -> None:
    data = HEAD + b"@@ -1 +1 @@\n-a\n+" + b'(, \t"' * 1_000_000 + b"\n"
    patch = only(data)
    assert (patch.damage, written_patch(patch, patch.files)) == ((), data)


# --- noise ----------------------------------------------------------------------------------

some = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_HUNK_LINE = re.compile(rb"@@ -[0-9]{1,9}(?:,[0-9]{1,9})? \+[0-9]{1,9}(?:,[0-9]{1,9})? @@")


def result(data: bytes) -> Series | None:
    try:
        return read_series(data, "in")
    except AnalyzerError as refused:
        assert "\n" not in str(refused)
        return None


def assert_not_silent(data: bytes) -> None:
    series = result(data)
    if series is None:
        return
    assert series.patches
    for patch in series.patches:
        assert isinstance(written_patch(patch, patch.files), bytes)
    if any(_HUNK_LINE.match(line) for line in data.split(b"\n")):
        hunks = sum(len(file.hunks) for patch in series.patches for file in patch.files)
        assert hunks or series.notes or any(patch.damage for patch in series.patches)


@some
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_or_read(data: bytes) -> None:
    assert_not_silent(data)


PIECES = (
    *(b"diff --git a/f b/f", b"--- a/f", b"+++ b/f", b"@@ -1 +1 @@", b"@@ -1,2 +1,3 @@ f", b"-a"),
    *(b"+b", b" c", b"", b"-- ", b"--", b"2.39.5", b"Index: f", b"=====", b"> +b", b"&lt;=3D"),
    *(b"\\ No newline at end of file", b"rename from a", b"rename to b", b"old mode 100644"),
    *(b"GIT binary patch", b"From x@y Mon Sep 17 00:00:00 2001", b"From: a <b@c>", b"a | 2 +-"),
    *(b" 1 file changed, 1 insertion(+)", b"---", b"\r", b"\xff\xfe", b"new file mode 100644"),
    *(b"diff --git", b"index 0123456..789abcd 100644", b"Subject: =?utf-8?q?=C3?=", b"+" * 75),
)


@some
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_arbitrary_lines_of_patches_are_refused_or_read(pieces: list[bytes]) -> None:
    assert_not_silent(b"\n".join(pieces))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    lines = draw(st.sampled_from(GOOD)).split(b"\n")
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["delete", "double", "swap", "flip"]))
        if how == "delete" and len(lines) > 1:
            del lines[at]
        elif how == "double":
            lines.insert(other, lines[at])
        elif how == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif lines[at]:
            byte = draw(st.integers(0, len(lines[at]) - 1))
            raw = bytearray(lines[at])
            raw[byte] ^= 1 << draw(st.integers(0, 7))
            lines[at] = bytes(raw)
        lines = lines or [b""]
    return b"\n".join(lines)


@some
@given(mutated())
def test_mutated_patches_are_refused_or_read(data: bytes) -> None:
    assert_not_silent(data)


@some
@given(mutated())
def test_what_is_called_undamaged_comes_back(data: bytes) -> None:
    series = result(data)
    assume(series is not None and not any(patch.damage for patch in series.patches))
    assert series is not None
    assert b"".join(written_patch(patch, patch.files) for patch in series.patches) == data
