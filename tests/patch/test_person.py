"""People and dates in the forms of mails, git and archives."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from analyzer.patch.person import Person, read_moment, read_person


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("A B <a@example.org>", Person("A B", "a@example.org")),
        ("A (C) <a at example.org>", Person("A (C)", "a@example.org")),
        ('"B, A \\"x\\"" <a@example.org>', Person('B, A "x"', "a@example.org")),
        ("a@example.org (A B)", Person("A B", "a@example.org")),
        ("a at example.org (A B)", Person("A B", "a@example.org")),
        ("A B a at example.org", Person("A B", "a@example.org")),
        ("a at example.org", Person(None, "a@example.org")),
        ("<a@example.org>", Person(None, "a@example.org")),
        ("A B a@example.org", Person("A B", "a@example.org")),
        ("A B", Person("A B", None)),
        ("Look at that", Person("Look at that", None)),
        ("", None),
    ],
)
def test_people(text: str, person: Person | None) -> None:
    assert read_person(text) == person


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Thu, 3 Jan 2019 15:28:38 -0800 (PST)", "2019-01-03T15:28:38-08:00"),
        ("Thu Jan 3 15:28:38 2019 -0800", "2019-01-03T15:28:38-08:00"),
        ("Thu Jan 10 14:05:28 MSK 2019", "2019-01-10T14:05:28"),
        ("Thu, 03 Jan 2019 15:28 GMT", "2019-01-03T15:28:00+00:00"),
        ("2019-01-03 15:28:38 -0800", "2019-01-03T15:28:38-08:00"),
        ("2019-01-03T15:28:38+01:00", "2019-01-03T15:28:38+01:00"),
        ("2019-01-03T15:28:38Z", "2019-01-03T15:28:38+00:00"),
        ("Thu Jan 32 15:28:38 2019", None),
        ("Thu Jan 3 25:28:38 2019", None),
        ("2019-13-03 15:28:38", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, iso: str | None) -> None:
    assert read_moment(text).iso == iso


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    person = read_person(text)
    assert person is None or person.name or person.address
    assert read_moment(text).given == text.strip()
