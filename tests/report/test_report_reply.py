from __future__ import annotations

from dataclasses import replace

import pytest
from form_checks import FULL, check_reply, text_of
from sample_reports import EMPTY

from analyzer.finding import Evidence, State
from analyzer.report import Format
from analyzer.result import Item, LetterFacts, PatchFacts, Quoted, Report
from analyzer.source import Place, Side


def written_to(**facts: object) -> Report:
    return replace(EMPTY, letter=replace(LetterFacts(), **facts))


def test_it_answers_the_letter() -> None:
    mail = check_reply(FULL)
    assert {name: str(mail[name]) for name in mail if name != "X-Backport-Analyzer"} == {
        "To": "Vendor Engineer <engineer@vendor.example>",
        "Cc": "kernel@vendor.example",
        "Subject": "Re: mm: speed up mremap by 20x on large regions",
        "In-Reply-To": "<20190104.1-2@vendor.example>",
        "References": "<20190104.1-2@vendor.example>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "8bit",
    }


def test_nobody_is_named_where_nobody_is_known() -> None:
    mail = check_reply(EMPTY)
    assert (mail["To"], mail["Subject"]) == ("TODO", "Re: the patch without a subject")
    assert "On a day not named, somebody wrote:\n> (no subject)\n" in mail.get_content()


@pytest.mark.parametrize("id", ["", "x", "<a@b>\nBcc: c@d", "<a b@c>", "<@>", "<a@b> <c@d>"])
def test_a_message_id_that_is_none_is_not_answered(id: str) -> None:
    assert "In-Reply-To" not in check_reply(written_to(message_id=id))


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("A B <a@b.example>", "A B", "a@b.example"),
        ("a@b.example", "", "a@b.example"),
        ('B, A "x" \\ <a@b.example>', "B, A x", "a@b.example"),
        ("Jörg Ü. Größe-汉字 <a@b.example>", "Jörg Ü. Größe-汉字", "a@b.example"),
        ("=?utf-8?q?x?= <a@b.example>", "=?utf-8?q?x?=", "a@b.example"),
    ],
)
def test_a_sender_is_an_address_as_it_was(sender: str, name: str, address: str) -> None:
    (found,) = check_reply(written_to(sender=sender))["To"].addresses
    assert (found.display_name, found.addr_spec) == (name, address)


@pytest.mark.parametrize("sender", ["x <a@b>, c@d", "x <a b@c.example>", "nobody", "<\n@x>"])
def test_a_sender_that_is_no_address_is_not_written_to(sender: str) -> None:
    mail = check_reply(written_to(sender=sender, recipients=(sender, "ok@a.example")))
    assert mail["To"] in ("TODO", "x <a@b>")
    assert mail["Cc"] == "ok@a.example"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("[PATCH] x", "Re: [PATCH] x"),
        ("re: x", "re: x"),
        ("Über 汉字 " * 9, f"Re: {'Über 汉字 ' * 9}".strip()),
        ("=?utf-8?q?Bcc=3A?=", "Re: =?utf-8?q?Bcc=3A?="),
        ("x\nBcc: a@b.example", "Re: x\\nBcc: a@b.example"),
        ("\u202ex", "Re: \\u202ex"),
    ],
)
def test_a_subject_is_one_field_that_reads_as_it_did(subject: str, shown: str) -> None:
    mail = check_reply(replace(EMPTY, patch=replace(EMPTY.patch, subject=subject)))
    assert str(mail["Subject"]) == shown
    assert mail["Bcc"] is None


def test_the_line_that_a_finding_is_about_is_quoted_above_it() -> None:
    place, other = Place(Side.PATCH_AFTER, "a.c", 7), Place(Side.INPUT, line=9)
    item = Item("SM-4", "t", State.FINDING, "wrong", evidence=(Evidence("here", place),))
    quoted = (Quoted(place, "+\tunlock(x); \x1b[0m"), Quoted(other, "+not this"))
    mail = check_reply(replace(EMPTY, items=(item,), letter=LetterFacts(quoted=quoted)))
    assert (
        "Findings:\n\n"
        "> +       unlock(x); \\x1b[0m\n"
        "* SM-4 finding: wrong\n"
        "  patch.after a.c:7: here\n"
    ) in mail.get_content()


def test_many_items_and_quotes_are_counted() -> None:
    places = [Place(Side.INPUT, line=line) for line in range(1, 100)]
    evidence = tuple(Evidence("e", place) for place in places)
    items = tuple(Item(f"SM-{n}", "t", State.FINDING, "s", evidence=evidence) for n in range(99))
    quoted = tuple(Quoted(place, f"+line {place.line}") for place in places)
    text = text_of(Format.REPLY, replace(EMPTY, items=items, letter=LetterFacts(quoted=quoted)))
    assert text.count("\n> +line") == 6 * 20
    assert text.count("and 91 more; all of them with --format json") == 20
    assert "* and 79 more; all of them with --format json" in text


def test_no_line_of_a_letter_begins_a_line() -> None:
    evil = "\nFrom evil@a.example Thu Jan  1 00:00:00 1970\nBcc: x@b.example\n-- \n> a quotation "
    patch = PatchFacts(evil, evil, evil, evil, evil, (evil,), True, ())
    letter = LetterFacts(evil, evil, (evil,), (evil,), (evil,), evil, (evil,))
    item = Item(evil, evil, State.FINDING, evil, evil, (Evidence(evil),), (), evil)
    mail = check_reply(replace(EMPTY, patch=patch, letter=letter, items=(item,)))
    assert mail["Bcc"] is None
    assert [line for line in mail.get_content().split("\n") if line.startswith(">")] == [
        "> \\nFrom evil@a.example Thu Jan  1 00:00:00 1970\\nBcc: x@b.example\\n-- \\n> a quotation"
    ]


def test_prose_is_wrapped_at_72_columns() -> None:
    words = "word " * 100
    item = Item("SM-4", "t", State.FINDING, words, words, (Evidence(words),), next=words)
    report = replace(EMPTY, items=(item, replace(item, state=State.NEEDS_REVIEW)))
    body = text_of(Format.REPLY, report).partition("\n\n")[2]
    assert max(map(len, body.split("\n"))) <= 72
