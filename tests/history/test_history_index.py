"""What is asked of a history: of an index, and of the repository itself, which must agree."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.history import index as index_module
from analyzer.history.build import build
from analyzer.history.facts import History, Later, Unclear
from analyzer.history.index import open_index
from analyzer.history.live import open_live
from tests.history.synthetic import fast_import, mainline
from tests.repo.repositories import committed, created, git, git_line

_PERSON = "A U Thor <author@example.org> 1580000000 +0000"

Opener = Callable[[Path], History]


def indexed(top: Path) -> History:
    build(str(top))
    index = open_index(str(top))
    assert index is not None
    return index


def live(top: Path) -> History:
    history = open_live(str(top), seconds=60)
    assert history is not None
    return history


@pytest.fixture(params=[indexed, live])
def asked(request: pytest.FixtureRequest) -> Iterator[Opener]:
    opened: list[History] = []

    def opener(top: Path) -> History:
        opened.append(request.param(top))
        return opened[-1]

    yield opener
    for one in opened:
        one.close()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    made = created(tmp_path / "linux")
    committed(made, "first", x=b"0\n")
    return made


def told(later: tuple[Later, ...]) -> list[tuple[str, str, str, int]]:
    return [(one.commit.subject, one.how.value, one.of, one.depth) for one in later]


def test_what_fixes_what_by_way_of_others(top: Path, asked: Opener) -> None:
    bad = committed(top, "bad", x=b"1\n")
    one = committed(top, f'one\n\nFixes: {bad[:12]} ("bad")', x=b"2\n")
    two = committed(top, f"two\n\nFixes: {one[:8].upper()}", x=b"3\n")
    committed(top, f"three\n\nFixes: {two}\nFixes: {bad[:7]}", x=b"4\n")
    committed(top, f"other\n\nFixes: {'0' * 12}\nSee {bad[:12]}", x=b"5\n")
    history = asked(top)
    # What was committed within one second stands in the order of the ids.
    found = told(history.later(bad[:10]))
    assert [depth for *_, depth in found] == [1, 1, 2, 3]
    assert sorted(found[:2]) == [("one", "fixes", bad, 1), ("three", "fixes", bad, 1)]
    assert found[2:] == [("two", "fixes", one, 2), ("three", "fixes", two, 3)]
    assert history.later(two)[0].commit.fixes == (two, bad[:7])
    assert history.later("1" * 40) == ()
    assert history.later("0" * 12) == ()
    assert history.later("main") == ()


def test_a_commit_of_elsewhere(top: Path, asked: Opener) -> None:
    """As upstream's is for a tree of its own: fixes name it all the same."""
    gone = "0123456789ab" + "c" * 28
    fix = committed(top, f"fix\n\nFixes: {gone[:12]}", x=b"1\n")
    committed(top, f"more\n\nFixes: {fix}", x=b"2\n")
    picked = committed(top, f"picked\n\ncommit {gone} upstream.", x=b"3\n")
    history = asked(top)
    assert told(history.later(gone)) == [("fix", "fixes", gone, 1), ("more", "fixes", fix, 2)]
    assert [one.id for one in history.carriers(gone.upper())] == [picked]
    # An abbreviation of one that is here is not taken for one that is not.
    like = fix[:12] + "f" * 28
    assert history.later(like) == history.carriers(like) == ()
    assert (history.by(gone), history.later(gone[:12]), history.unclear(gone)) == (None, (), ())


def test_a_reverted_fix_is_told(top: Path, asked: Opener) -> None:
    bad = committed(top, "bad", x=b"1\n")
    fix = committed(top, f"fix\n\nFixes: {bad[:12]}", x=b"2\n")
    revert = f'Revert "fix"\n\nThis reverts commit {fix}.\n\nFixes: {fix[:12]}'
    committed(top, revert, x=b"1\n")
    assert told(asked(top).later(bad)) == [
        ("fix", "fixes", bad, 1),
        ('Revert "fix"', "reverts", fix, 2),
    ]


def made(top: Path, parent: str, message: str) -> bytes:
    tree = git_line(top, "rev-parse", f"{parent}^{{tree}}")
    head = f"tree {tree}\nparent {parent}\nauthor {_PERSON}\ncommitter {_PERSON}\n\n"
    return f"{head}{message}\n".encode()


def put(top: Path, data: bytes) -> str:
    return git_line(top, "hash-object", "-w", "-t", "commit", "--stdin", data=data)


def twins(top: Path, parent: str) -> tuple[str, str]:
    """Two commits of the same first seven digits, ``twin N`` by name, on branches."""
    seen: dict[str, bytes] = {}
    whole = made(top, parent, "twin {}")
    for number in count():
        data = whole.replace(b"{}", b"%06d" % number)
        sha = hashlib.sha1(b"commit %d\0%b" % (len(data), data)).hexdigest()  # noqa: S324
        if other := seen.get(sha[:7]):
            pair = put(top, other), put(top, data)
            for at, one in enumerate(pair):
                git(top, "update-ref", f"refs/heads/twin{at}", one)
            return pair
        seen[sha[:7]] = data
    raise AssertionError


def test_an_abbreviation_of_several_is_unclear(top: Path, asked: Opener) -> None:
    one, other = twins(top, git_line(top, "rev-parse", "HEAD"))
    title = git_line(top, "log", "-1", "--format=%s", other)
    short = one[:7]
    committed(top, f"vague\n\nFixes: {short}", x=b"1\n")
    committed(top, f'titled\n\nFixes: {short} ("{title}")', x=b"2\n")
    committed(top, f"clear\n\nFixes: {one[:12]}", x=b"3\n")
    history = asked(top)
    assert history.by(short) is None
    assert told(history.later(one)) == [("clear", "fixes", one, 1)]
    assert told(history.later(other)) == [("titled", "fixes", other, 1)]
    why = f"fixes {short}, which abbreviates 2 commits"
    for sha, whose in ((one, {"vague", "titled"}), (other, {"vague"})):
        found = history.unclear(sha)
        assert {(unclear.commit.subject, unclear.text, unclear.why) for unclear in found} == {
            (subject, short, why) for subject in whose
        }


def test_a_title_with_a_wrong_id_is_unclear(top: Path, asked: Opener) -> None:
    bad = committed(top, "mm: move a table", x=b"1\n")
    gone = "0123456789ab"
    committed(top, f'fix\n\nFixes: {gone} ("mm: move a table")', x=b"2\n")
    committed(top, 'Revert "mm: move a table"\n\nIt was wrong.', x=b"3\n")
    committed(top, f'fine\n\nFixes: {bad[:12]} ("mm: move a table")', x=b"4\n")
    committed(top, f'other\n\nFixes: {gone} ("mm: move")', x=b"5\n")
    history = asked(top)
    assert told(history.later(bad)) == [("fine", "fixes", bad, 1)]
    assert sorted((one.commit.subject, one.text, one.why) for one in history.unclear(bad)) == [
        ('Revert "mm: move a table"', "", "reverts a commit with this one's title"),
        ("fix", gone, f"fixes {gone}, which is no commit here, with this one's title"),
    ]
    assert history.unclear("0" * 40) == ()


def test_subjects_and_cves(top: Path, asked: Opener) -> None:
    one = committed(top, "mm: a subject\n\nCVE-2020-1234", x=b"1\n")
    committed(top, "mm: a subject, and more\n\nmm: a subject", x=b"2\n")
    history = asked(top)
    assert [known.id for known in history.by_subject(" mm: a  subject")] == [one]
    assert history.by_subject("") == ()
    assert [known.id for known in history.named_for("CVE-2020-1234")] == [one]
    assert history.named_for("CVE-2020-12345") == ()
    assert history.named_for("'; DROP TABLE commits; --") == ()
    assert (history.cve("CVE-2020-1234"), history.cves_of(one)) == (None, ())
    assert [known.subject for known in history.touching("x")][-1] == "first"
    assert history.touching("y") == history.touching("") == history.touching(":(top)x") == ()


def test_a_subject_of_two_lines(top: Path) -> None:
    one = committed(top, "mm:  a subject\nof two lines\n\nIts text.", x=b"1\n")
    history = indexed(top)
    assert [known.id for known in history.by_subject("mm: a subject of two lines")] == [one]
    history.close()


def test_both_agree_on_a_whole_history(tmp_path: Path) -> None:
    top = fast_import(tmp_path / "linux", mainline(60))
    index, direct = indexed(top), live(top)
    for one in git(top, "rev-list", "--all").decode().split()[::3]:
        by = [history.by(one) for history in (index, direct)]
        assert by[0] is not None
        assert by[1] is not None
        assert told(index.later(one)) == told(direct.later(one))
        assert [c.id for c in index.carriers(one)] == [c.id for c in direct.carriers(one)]
        assert index.unclear(one) == direct.unclear(one) == ()
        for name in ("id", "subject", "author", "date", "parents", "patch_id", "fixes", "files"):
            assert getattr(by[0], name) == getattr(by[1], name)
    index.close()


def test_one_that_names_the_same_twice_or_itself(top: Path, asked: Opener) -> None:
    one = committed(top, "one", x=b"1\n")
    two = put(top, made(top, one, f"two\n\nFixes: {one}\nThis reverts commit {one}."))
    names = f"Fixes: {two}\nFixes: {one}\nFixes: {one[:9]}\nFixes: {one[:12]}"
    git(top, "update-ref", "refs/heads/main", put(top, made(top, two, f"three\n\n{names}")))
    found = told(asked(top).later(one))
    assert sorted(found[:2]) == [("three", "fixes", one, 1), ("two", "reverts", one, 1)]
    assert found[2:] == [("three", "fixes", two, 2)]


def test_commits_that_fix_each_other(top: Path) -> None:
    """No message knows its own id; but in an index it is text, and seven digits can be tried."""
    one = committed(top, "one", x=b"1\n")
    two = committed(top, f"two\n\nFixes: {one[:12]}", x=b"2\n")
    path = build(str(top)).path
    with closing(sqlite3.connect(path)) as connection, connection:
        query = "INSERT INTO named SELECT n, 1, ?, '' FROM commits WHERE id = ?"
        connection.executemany(query, [(two[:12], one), (one[:12], one)])
    index = open_index(str(top))
    assert index is not None
    with index:
        assert told(index.later(one)) == [("two", "fixes", one, 1)]
        assert told(index.later(two)) == [("one", "fixes", two, 1)]


def test_too_many_fixes_are_told_to_be_too_many(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = committed(top, "bad", x=b"1\n")
    fix = bad
    for number in range(6):
        fix = committed(top, f"fix {number}\n\nFixes: {fix[:12]}", x=b"%d\n" % number)
    monkeypatch.setattr(index_module, "MOST_LATER", 4)
    monkeypatch.setattr(index_module, "MOST_TOLD", 3)
    history = indexed(top)
    assert len(history.later(bad)) == 4
    assert len(history.touching("x")) == 3
    assert history.notes == (
        f"more than 4 later fixes of {bad[:12]}",
        "what touches x: only 3 are told",
    )
    history.close()


def test_a_live_history_says_what_it_did_not_search(top: Path) -> None:
    history = open_live(str(top), seconds=0)
    assert history is not None
    head = git_line(top, "rev-parse", "HEAD")
    assert history.source == f"the repository {top}, without an index"
    assert (known := history.by(head)) and known.id == head
    assert history.later(head) == ()
    assert history.by_patch_id("0" * 40) == ()
    assert history.cves_of(head) == ()
    assert history.notes == (
        "which release holds a commit first is not searched without an index",
        f"what names {head[:12]}: the time was over",
        "commits by patch-id are not searched without an index",
        "CVE records are not read without an index",
    )


def test_a_live_history_of_nothing(tmp_path: Path, top: Path) -> None:
    assert open_live(str(tmp_path)) is None
    with pytest.raises(AnalyzerError, match="names no commit here"):
        open_live(f"{top}@nothing")


def test_unclear_is_a_fact(top: Path, asked: Opener) -> None:
    bad = committed(top, "bad", x=b"1\n")
    committed(top, 'Revert "bad"', x=b"2\n")
    history = asked(top)
    known = history.by_subject('Revert "bad"')[0]
    assert history.unclear(bad) == (Unclear(known, "", "reverts a commit with this one's title"),)


def test_a_revert_in_part_or_of_several_is_unclear(top: Path, asked: Opener) -> None:
    bad = committed(top, "bad", x=b"1\n")
    worse = committed(top, "worse", x=b"2\n")
    partly = committed(top, f"mend\n\nThis change partially reverts commit\n{bad}.", x=b"3\n")
    text = f"take back\n\nThis reverts commits {bad[:12]},\n{worse} and {'0' * 12}.\n"
    both = committed(top, text, x=b"4\n")
    text = f"again\n\nAfter reverting commit {bad[:12]} it works.\n\nFixes: {bad[:12]}"
    fix = committed(top, text, x=b"5\n")
    history = asked(top)
    assert told(history.later(bad)) == [("again", "fixes", bad, 1)]
    assert history.later(bad)[0].commit.id == fix
    found = {(one.commit.id, one.text, one.why) for one in history.unclear(bad)}
    assert found == {
        (partly, bad, f"reverts {bad}, perhaps in part"),
        (both, bad[:12], f"reverts {bad[:12]}, perhaps in part"),
    }
    assert [one.commit.id for one in history.unclear(worse)] == [both]
    assert history.unclear(fix) == ()
