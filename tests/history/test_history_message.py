"""What is read of a message: what the patch's own readers find, and a little more."""

from __future__ import annotations

import pytest

from analyzer.history.message import MOST_NAMED, Named, read_named
from analyzer.patch.references import read_references
from analyzer.patch.trackers import read_cves
from tests.growth import growth

_A, _B, _C = "a" * 40, "0123456789abcdef" * 2 + "01234567", "c0ffee" * 6 + "cafe"

MESSAGE = f"""\
mm: take both locks

commit {_A} upstream.

[ Upstream commit {_B} ]
This fixes CVE-2021-12345 (and cve-2021-12345 once more), see 0123456789ab.

This reverts commit {_C}.

Fixes: 0123456789AB ("mm: take
Fixes: 89abcdef0123 ("mm:  take one lock")
Fixes: commit 76543210 ('another')
Fixes: 7654321 ("seven digits")
Cc: stable@vger.kernel.org # v4.19+
Cc: <stable@kernel.org>
cc: Stable Tree <stable@vger.kernel.org>
Cc: stable.maintainer@example.org
(cherry picked from commit {_A})
"""


def test_everything_that_a_message_names() -> None:
    assert read_named("mm: take both locks", MESSAGE) == Named(
        fixes=(
            ("0123456789ab", ""),
            ("89abcdef0123", "mm: take one lock"),
            ("76543210", ""),
            ("7654321", "seven digits"),
        ),
        reverts=((_C, ""),),
        picked=(_A, _B),
        stable=(
            "Cc: stable@vger.kernel.org # v4.19+",
            "Cc: <stable@kernel.org>",
            "cc: Stable Tree <stable@vger.kernel.org>",
        ),
        cves=("CVE-2021-12345",),
    )


def test_the_readers_of_patches_find_the_same() -> None:
    lines = MESSAGE.split("\n")
    found = read_references(lines, range(len(lines)))
    named = read_named("", MESSAGE)
    assert [one.sha for one in found.fixes] == [sha for sha, _ in named.fixes if len(sha) > 7]
    assert [(one.sha, "") for one in found.reverts] == list(named.reverts)
    assert list(dict.fromkeys(one.sha for one in found.upstream)) == list(named.picked)
    assert tuple(one.id for one in read_cves(lines, range(len(lines)))) == named.cves


@pytest.mark.parametrize(
    "line",
    [
        "Fixes: 123456",
        "Fixes: 12345678z",
        "Fixes: 1234567890123456789012345678901234567890123",
        "Fixes: the walk",
        "It Fixes: 1234567",
        "Fixes the bug of 1234567",
    ],
)
def test_what_is_no_fixes_line(line: str) -> None:
    assert read_named("x", f"x\n\n{line}\n").fixes == ()


@pytest.mark.parametrize(
    "line",
    [
        'Fixes 89abcdef0123 ("mm: take one lock")',
        'Fixes commit 89abcdef0123 ("mm: take one lock").',
        'Fixes 89abcdef0123: ("mm: take one lock")',
        '  Fixes: 89abcdef0123 ("mm: take one lock")',
        'Fixes: 89abcdef0123\n("mm: take one lock")',
    ],
)
def test_forms_of_a_fixes_line(line: str) -> None:
    named = read_named("x", f"x\n\n{line}\n")
    assert named.fixes == (("89abcdef0123", "mm: take one lock"),)


def test_a_fixes_line_without_colon_and_title_is_prose() -> None:
    assert read_named("x", "x\n\nFixes 89abcdef0123 in another way\n").fixes == ()


@pytest.mark.parametrize(
    ("line", "partly"),
    [
        (f"This partially reverts {_A}.", (_A,)),
        ("This is effectively a revert of 0123456789ab.", ("0123456789ab",)),
        ("Reverts commits 0123456789ab and 89abcdef0123.", ("0123456789ab", "89abcdef0123")),
        (
            'It reverts commits 0123456789ab ("mm: a") and\ncommit 89abcdef0123 ("mm: b").',
            ("0123456789ab", "89abcdef0123"),
        ),
        ("We could revert 0123456789ab as well.", ()),
        ("This reverts deadlines.", ()),
    ],
)
def test_what_is_said_to_be_reverted_in_open_words(line: str, partly: tuple[str, ...]) -> None:
    named = read_named("x", f"x\n\n{line}\n")
    assert (named.partly, named.reverts) == (partly, ())


def test_ids_of_sha256() -> None:
    whole = "ab12" * 16
    named = read_named(
        "x",
        f"x\n\nThis reverts commit {whole}.\n\nFixes: {whole}\n"
        f"(cherry picked from commit {whole})\n",
    )
    assert (named.reverts, named.fixes, named.picked) == (((whole, ""),), ((whole, ""),), (whole,))


def test_a_revert_without_an_id_has_its_title() -> None:
    assert read_named('Revert "mm:  one"', "").reverts == (("", "mm: one"),)
    named = read_named('Revert "mm: one"', f"x\n\nThis reverts commit {_A}.\n")
    assert named.reverts == ((_A, ""),)


def test_of_too_many_the_first_are_kept_and_the_rest_counted() -> None:
    message = "".join(f"Fixes: {number:012x}\n" for number in range(MOST_NAMED + 7))
    named = read_named("x", message)
    assert (len(named.fixes), named.more) == (MOST_NAMED, 7)
    assert named.fixes[-1] == (f"{MOST_NAMED - 1:012x}", "")


@pytest.mark.parametrize(
    "part",
    [
        *('Fixes: 1234567 ("', "cc: stable", "Fixes: ", "commit ", "CVE-2021-", '( " ) ', "\t \n"),
        *("a", "reverts 1234567 ", '("', 'Fixes 12345678 ("'),
    ],
)
def test_reading_takes_time_in_proportion(part: str) -> None:
    assert growth(lambda text: read_named(text, text), lambda size: part * size, 4_000) < 8
