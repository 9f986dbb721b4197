"""Letters: where they begin, what is head and what is body, and that bytes survive."""

from __future__ import annotations

import base64

import pytest
from growth import growth
from hypothesis import given, settings, strategies as st

from analyzer.errors import AnalyzerError
from analyzer.finding import NotChecked
from analyzer.patch.header import content_type, decoded_words
from analyzer.patch.mail import MOST_LINES, Letter, decoded, letters, written

DIFF = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"
SHA = b"0123456789abcdef0123456789abcdef01234567"
ENVELOPE = b"From " + SHA + b" Mon Sep 17 00:00:00 2001\n"
MAIL = ENVELOPE + b"From: A B <a@example.org>\nSubject: [PATCH] mm: one\n\ntext\n---\n" + DIFF


def only(data: bytes) -> Letter:
    (letter,) = letters(data, "in")
    return letter


def test_a_mail_is_head_and_body() -> None:
    assert only(MAIL) == Letter(
        name="in",
        head=(
            ENVELOPE.decode().rstrip("\n"),
            "From: A B <a@example.org>",
            "Subject: [PATCH] mm: one",
        ),
        headers=(("From", "A B <a@example.org>"), ("Subject", "[PATCH] mm: one")),
        gap="\n\n",
        lines=("text", "---", *DIFF.decode().rstrip("\n").split("\n")),
        numbers=tuple(range(5, 13)),
        first=1,
        charset=None,
        encoded=False,
        verbatim=True,
        final_newline=True,
    )


def test_a_plain_diff_has_no_head() -> None:
    letter = only(DIFF)
    assert (letter.head, letter.gap, letter.headers) == ((), "", ())
    assert letter.lines == tuple(DIFF.decode().rstrip("\n").split("\n"))
    assert letter.numbers == tuple(range(1, 7))


@pytest.mark.parametrize(
    "text",
    [
        b"mm: speed up\n\nFrom here on\n",
        b"From here on it works\n\n" + DIFF,
        b"Note: this\nDate: is prose\n\n" + DIFF,
        b"Index: a/b\n====\n",
        b"commit " + SHA + b"\nAuthor: A <a@example.org>\nDate: x\n\n    mm: one\n",
        b"[Devel] [PATCH] mm: one\n\nA B a at example.org\n",
    ],
)
def test_prose_is_not_a_head(text: bytes) -> None:
    assert only(text).head == ()


@pytest.mark.parametrize(
    "start",
    [b"From: A <a@example.org>\n", b"Subject: x\n", b"X-One: y\nReceived: by x\n"],
)
def test_fields_that_tell_make_a_head(start: bytes) -> None:
    letter = only(start + b"\nbody\n")
    assert (letter.head, letter.lines) == (tuple(start.decode().split("\n")[:-1]), ("body",))


def test_blank_lines_and_a_byte_order_mark_before_the_head_are_allowed() -> None:
    letter = only(b"\n \n\xef\xbb\xbfFrom: A <a@example.org>\n\nbody\n")
    assert letter.headers == (("From", "A <a@example.org>"),)
    assert letter.numbers == (5,)


def test_folded_fields_are_joined() -> None:
    letter = only(b"Subject: [PATCH] mm: one\n two\n\tthree\nFrom: a@example.org\n\nx\n")
    assert letter.headers[0] == ("Subject", "[PATCH] mm: one two three")


def test_crlf_stays_in_the_lines_and_leaves_the_headers() -> None:
    data = MAIL.replace(b"\n", b"\r\n")
    letter = only(data)
    assert letter.headers == (("From", "A B <a@example.org>"), ("Subject", "[PATCH] mm: one"))
    assert letter.lines[:2] == ("text\r", "---\r")
    assert written(letter) == data


# mbox


def test_an_mbox_is_split_at_its_envelopes() -> None:
    second = b"From a@example.org Tue Nov  3 10:00:00 2020\nSubject: two\n\nb\n"
    data = MAIL + b"\n" + second
    found = letters(data, "in")
    assert [letter.headers[-1] for letter in found] == [
        ("Subject", "[PATCH] mm: one"),
        ("Subject", "two"),
    ]
    assert [letter.first for letter in found] == [1, 14]
    assert found[1].numbers == (17,)
    assert b"".join(map(written, found)) == data


@pytest.mark.parametrize(
    "envelope",
    [
        b"From a@example.org Tue Nov  3 10:00:00 2020\n",
        b"From a at example.org  Tue Nov  3 10:00:00 2020\n",
        b"From - Tue Nov 13 10:00:00 2020\n",
        b"From a@example.org Tue Nov 3 10:00:00 +0100 2020\r\n",
    ],
)
def test_envelopes_of_several_writers_split(envelope: bytes) -> None:
    assert len(letters(MAIL + b"\n" + envelope + b"Subject: two\n\nb\n", "in")) == 2


@pytest.mark.parametrize(
    "inside",
    [
        b"\nFrom the beginning it was wrong\nSubject: x\n",
        b"\nFrom: B <b@example.org>\n",
        b"text\n" + ENVELOPE + b"Subject: not after a blank line\n",
        b"\n" + ENVELOPE + b"and no field after it\n",
        b"\n>" + ENVELOPE + b"Subject: escaped\n",
        b"\n-" + ENVELOPE + b"Subject: a diff line\n",
    ],
)
def test_from_inside_a_message_does_not_split(inside: bytes) -> None:
    data = MAIL + inside
    assert written(only(data)) == data


def test_a_git_log_is_split_at_its_commits() -> None:
    entry = (
        b"commit "
        + SHA
        + b"%s\nAuthor: A <a@example.org>\nDate:   x\n\n    mm: one\n    \n    commit "
    )
    entry = entry + SHA + b"\n\n" + DIFF
    data = entry.replace(b"%s", b" (HEAD -> main)") + b"\n" + entry.replace(b"%s", b"")
    found = letters(data, "in")
    assert [letter.first for letter in found] == [1, 16]
    assert b"".join(map(written, found)) == data


def test_a_commit_line_in_a_mail_does_not_split() -> None:
    data = MAIL + b"\ncommit " + SHA + b"\nAuthor: A <a@example.org>\n"
    assert written(only(data)) == data


# Encoded words and charsets


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?UTF-8?q?J=C3=BCrgen_Gro=C3=9F?= <j@example.org>", "Jürgen Groß <j@example.org>"),
        ("=?iso-8859-1?Q?J=FCrgen?=", "Jürgen"),
        ("=?utf-8?B?SsO8cmdlbg==?=", "Jürgen"),
        ("=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?=", "aü"),
        ("x =?utf-8?q?a?= y", "x a y"),
        ("=?nonsense?q?a=C3=BC?=", "aü"),
        ("=?punycode?q?a-b?=", "a-b"),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("=?utf-8?B?****?=", ""),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert decoded_words(value) == text


def test_raw_bytes_in_a_field_are_utf8_or_latin1() -> None:
    letter = only(b"From: J\xfcrgen <j@example.org>\nSubject: \xc3\xbc\n\nx\n")
    assert letter.headers == (("From", "Jürgen <j@example.org>"), ("Subject", "ü"))


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (b"\xfc", "iso-8859-1", "ü"),
        (b"\xc3\xbc", "utf-8", "ü"),
        (b"\xfc", "utf-8", "\udcfc"),
        (b"\xc3\xbc", None, "ü"),
        (b"\xfc", None, "ü"),
        (b"\xc3\xbc", "x-unknown", "ü"),
        (b"\xfc", "x-unknown", "ü"),
        (b"\xfc", "us-ascii", "ü"),
        (b'\x1b$B$"\x1b(B', "iso-2022-jp", "あ"),
        (b"+AGE-", "utf-7", "+AGE-"),
    ],
)
def test_message_lines_are_decoded_by_the_charset(
    raw: bytes, charset: str | None, text: str
) -> None:
    assert decoded((raw.decode("utf-8", "surrogateescape"),), charset) == (text,)


def test_a_content_type_is_read_with_quoted_parameters() -> None:
    value = 'Multipart/Mixed; boundary="a\\"b;c" ; charset=UTF-8'
    assert content_type(value) == ("multipart/mixed", {"boundary": 'a"b;c', "charset": "UTF-8"})


# Transfer encodings


def test_quoted_printable_is_undone_and_lines_keep_their_numbers() -> None:
    head = b"Subject: x\nContent-Transfer-Encoding: quoted-printable\n"
    letter = only(head + b"Content-Type: text/plain; charset=iso-8859-1\n\na=3Db=\nc=FC\n \tlast\n")
    assert letter.lines == ("a=bc\udcfc", " \tlast")
    assert letter.numbers == (5, 7)
    assert (letter.encoded, letter.verbatim, letter.charset) == (True, False, "iso-8859-1")


def test_base64_is_undone() -> None:
    body = base64.encodebytes(b"text \xc3\xbc\n---\n" + DIFF)
    letter = only(b"Subject: x\nContent-Transfer-Encoding: BASE64\n\n" + body)
    assert letter.lines == ("text ü", "---", *DIFF.decode().rstrip("\n").split("\n"))
    assert letter.numbers == tuple(range(4, 12))
    assert (letter.encoded, letter.notes) == (True, ())


def test_a_footer_below_base64_is_named() -> None:
    body = base64.encodebytes(b"text\n") + b"_____\nlist!\n"
    letter = only(b"Subject: x\nContent-Transfer-Encoding: base64\n\n" + body)
    assert letter.lines[0] == "text"
    assert letter.notes == (NotChecked("some of a base64 body", "it is not valid base64"),)


def test_an_unknown_encoding_is_named_and_the_text_kept() -> None:
    letter = only(b"Subject: x\nContent-Transfer-Encoding: x-uuencode\n\nbody\n")
    assert letter.lines == ("body",)
    assert letter.notes == (NotChecked("a body encoded as x-uuencode", "unknown encoding"),)


# Parts


def multipart(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = b'Subject: x\nContent-Type: multipart/%s; boundary="=b"\n\npreamble\n' % kind
    return head + b"".join(b"--=b\n" + part + b"\n" for part in parts) + b"--=b--\n"


def test_text_and_attached_patch_are_joined_with_their_line_numbers() -> None:
    patch = b"Content-Type: text/x-patch; name=x.patch\nContent-Transfer-Encoding: base64\n\n"
    letter = only(
        multipart(
            b"Content-Type: text/plain; charset=iso-8859-1\n\nthe text",
            patch + base64.encodebytes(DIFF).rstrip(),
        )
    )
    assert letter.lines == ("the text", *DIFF.decode().rstrip("\n").split("\n"))
    assert letter.numbers == (8, *range(13, 19))
    assert (letter.charset, letter.encoded, letter.verbatim) == ("iso-8859-1", True, False)


def test_html_beside_plain_text_is_named() -> None:
    letter = only(
        multipart(
            b"Content-Type: text/plain\n\nplain",
            b"Content-Type: text/html\n\n<p>plain</p>",
            kind=b"alternative",
        )
    )
    assert letter.lines == ("plain",)
    assert letter.notes == (
        NotChecked("the part (unnamed) (text/html)", "neither the message nor a patch"),
    )


def test_a_text_attachment_counts_if_it_holds_a_diff() -> None:
    attached = b'Content-Type: text/plain\nContent-Disposition: attachment; filename="%s"\n\n'
    letter = only(
        multipart(b"\nplain", attached % b"a.txt" + DIFF, attached % b"log.txt" + b"no diff")
    )
    assert letter.lines == ("plain", *DIFF.decode().split("\n"))
    assert letter.notes == (
        NotChecked("the part log.txt (text/plain)", "neither the message nor a patch"),
    )


def test_nested_parts_are_read() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=in\n\n--in\n\nplain\n--in--\n"
    assert only(multipart(inner)).lines == ("plain",)


def test_a_multipart_without_its_boundary_is_kept_whole_and_named() -> None:
    data = b"Subject: x\nContent-Type: multipart/mixed; boundary=no\n\nbody\n"
    letter = only(data)
    assert letter.lines == ("body",)
    assert letter.notes == (
        NotChecked("the parts of a multipart/mixed body", "no usable boundary found"),
    )


def test_a_cut_multipart_is_read_to_its_end() -> None:
    data = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n"
    assert only(data).lines == ("body",)


def test_deep_nesting_ends() -> None:
    head = b"Subject: x\n"
    levels = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for depth in range(2000)
    )
    letter = only(head + levels + b"\nend\n")
    assert letter.lines[-1] == "end"
    assert len(letter.notes) == 1


# Limits


@pytest.mark.parametrize("data", [b"", b"\n\n \n"])
def test_an_empty_input_is_an_error(data: bytes) -> None:
    with pytest.raises(AnalyzerError, match=r"^in: the input is empty; give a patch or a mail$"):
        letters(data, "in")


def test_too_many_lines_are_an_error() -> None:
    with pytest.raises(AnalyzerError, match="more than"):
        letters(b"x" + b"\n" * (MOST_LINES + 1), "in")


QUOTED = b"Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n"
BASE64 = b"Subject: x\nContent-Transfer-Encoding: base64\n\n"
PARTS = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
HOSTILE = {
    "envelopes": (b"", b"\nFrom ", b"", 10_000),
    "letters": (b"", MAIL + b"\n", b"", 100),
    "open words": (b"Subject: ", b"=?utf-8?q?", b"\n\nx", 10_000),
    "words": (b"Subject: ", b"=?utf-8?q?a?= ", b"\n\nx", 25_000),
    "parameters": (b"Subject: x\nContent-Type: multipart/mixed; ", b';a="\\"', b"\n\nx", 10_000),
    "folds": (b"Subject: x\n", b" folded\n", b"\nx", 5_000),
    "one line": (b"", b"x", b"", 1_000_000),
    "soft breaks": (QUOTED, b"a=\n", b"", 10_000),
    "not base64": (BASE64, b"!\n", b"", 5_000),
    "parts": (PARTS, b"--b\n\nx\n", b"--b--\n", 200),
    "parts beyond the limit of their number": (PARTS, b"--b\n\nx\n", b"--b--\n", 5_000),
}


@pytest.mark.parametrize(("start", "unit", "end", "size"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_takes_linear_time(start: bytes, unit: bytes, end: bytes, size: int) -> None:
    assert growth(lambda data: letters(data, "in"), lambda n: start + unit * n + end, size) < 9


FRAGMENTS = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [
                b"\n",
                b"\r\n",
                b" ",
                b"From: a\n",
                b"Subject: =?utf-8?b?",
                ENVELOPE,
                b"Content-Type: multipart/mixed; boundary=b\n",
                b"--b\n",
                b"--b--\n",
                b"\nFrom ",
                b"commit " + SHA + b"\nAuthor: x\n",
                DIFF,
            ]
        ),
    ),
    max_size=12,
).map(b"".join)


@settings(max_examples=400)
@given(FRAGMENTS)
def test_any_bytes_are_read_and_written_back(data: bytes) -> None:
    try:
        found = letters(data, "in")
    except AnalyzerError:
        assert not data.strip()
        return
    assert all(len(letter.lines) == len(letter.numbers) for letter in found)
    if all(letter.verbatim for letter in found):
        assert b"".join(map(written, found)) == data
