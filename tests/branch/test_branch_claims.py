"""What the messages of a range say: claims, and which commits belong together."""

from __future__ import annotations

import pytest

from analyzer.branch.claims import Relations, Spoken, same, spoken
from analyzer.repo.ranges import Listed

_UPSTREAM = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"
_OTHER = "97113eb39fa7972722ff490b947d8af023e1f6a2"


def _listed(message: str, parents: int = 1, *, cut: bool = False) -> Listed:
    return Listed("c" * 40, "d" * 40, ("e" * 40,) * parents, "A <a@kernel.example>", message, cut)


def _spoken(number: int, *, claims: tuple[str, ...] = (), words: tuple[str, ...] = ()) -> Spoken:
    return Spoken(f"{number:08x}" * 5, "", ("e" * 40,), "", f"change {number}", claims, words)


@pytest.mark.parametrize(
    "line",
    [
        f"commit {_UPSTREAM} upstream.",
        f"[ Upstream commit {_UPSTREAM} ]",
        f"(cherry picked from commit {_UPSTREAM})",
        f"(backported from commit {_UPSTREAM})",
        f"Git-commit: {_UPSTREAM}",
        f"Upstream: {_UPSTREAM}",
        f"commit {_UPSTREAM} from upstream",
        f"mainline inclusion\nfrom mainline-v5.1\ncommit {_UPSTREAM}",
    ],
)
def test_every_form_of_a_claim_counts(line: str) -> None:
    one = spoken(_listed(f"mm: a subject\n\n{line}\n\nText.\n"))
    assert (one.claims, one.open, one.claiming) == ((_UPSTREAM,), "", True)


@pytest.mark.parametrize(
    ("message", "parents", "why"),
    [
        ("mm: our own\n\nText.\n", 1, "names no upstream commit"),
        (f"mm: prose\n\nIt is like {_UPSTREAM} but not.\n", 1, "names no upstream commit"),
        (f'mm: fix\n\nFixes: {_UPSTREAM[:12]} ("mm")\n', 1, "names no upstream commit"),
        (f"mm: below\n\n---\ncommit {_UPSTREAM} upstream.\n", 1, "names no upstream commit"),
        ("Merge branch 'x'\n", 2, "is a merge: its own patches are reviewed"),
        ("", 1, "names no upstream commit"),
    ],
)
def test_what_claims_nothing_says_so(message: str, parents: int, why: str) -> None:
    one = spoken(_listed(message, parents))
    assert (one.open, one.claiming) == (why, False)


def test_a_claim_that_cannot_be_reviewed_is_told_apart() -> None:
    one = spoken(_listed(f"mm: first\n\ncommit {_UPSTREAM} upstream.\n", 0))
    assert one.claiming
    assert one.open == "has no parent here: there is no tree before it to review it on"


def test_a_stable_commit_counts_where_no_other_is_named() -> None:
    text = f"stable inclusion\nfrom stable-v5.10\ncommit {_OTHER}\n"
    assert spoken(_listed(f"mm: x\n\n{text}")).claims == (_OTHER,)
    both = f"mm: x\n\n{text}\ncommit {_UPSTREAM} upstream.\n"
    assert spoken(_listed(both)).claims == (_UPSTREAM,)


def test_a_message_that_was_cut_says_so() -> None:
    why = "names no upstream commit in the first MiB of its message"
    assert spoken(_listed("mm: x\n\nText", cut=True)).open == why


def test_long_names_are_cut_and_ids_are_counted() -> None:
    one = spoken(_listed("s" * 5000 + "\n\n" + "\n".join(f"{n:012x}" for n in range(500))))
    assert (len(one.subject), len(one.words)) == (1000, 64)


def test_neighbours_belong_together_and_merges_do_not() -> None:
    commits = [_spoken(n) for n in range(9)]
    commits[3] = Spoken("f" * 40, "", ("a" * 40, "b" * 40), "", "Merge", (), ())
    assert Relations(commits).of(4) == (1, 2, 5, 6)
    assert Relations(commits).of(0) == (1, 2)


def test_who_speaks_of_a_commit_belongs_to_it() -> None:
    commits = [_spoken(n) for n in range(40)]
    commits[5] = _spoken(5, claims=(_UPSTREAM,), words=(_UPSTREAM,))
    commits[30] = _spoken(30, words=(_UPSTREAM[:12],))
    commits[35] = _spoken(35, words=(commits[5].commit,))
    relations = Relations(commits)
    assert relations.of(5) == (3, 4, 6, 7, 30, 35)
    assert relations.of(30) == (5, 28, 29, 31, 32)
    assert relations.of(20) == (18, 19, 21, 22)
    assert relations.of(20, (_UPSTREAM,)) == (5, 18, 19, 21, 22)


def test_an_id_that_only_begins_alike_is_another() -> None:
    assert same(_UPSTREAM, _UPSTREAM[:12])
    assert not same(_UPSTREAM[:8] + "0" * 32, _UPSTREAM)
    commits = [_spoken(n) for n in range(20)]
    commits[2] = _spoken(2, claims=(_UPSTREAM,))
    commits[15] = _spoken(15, words=(_UPSTREAM[:8] + "0" * 32,))
    assert Relations(commits).of(2) == (0, 1, 3, 4)


def test_where_all_speak_of_all_only_the_nearest_count() -> None:
    commits = [_spoken(n, claims=(_UPSTREAM,), words=(_UPSTREAM,)) for n in range(300)]
    found = Relations(commits).of(150)
    assert found == (*range(142, 150), *range(151, 159))
