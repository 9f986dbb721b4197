"""What anybody may put into a repository: none of it may break a reading, or be run by it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.history.build import build
from analyzer.history.index import Index, open_index
from analyzer.history.live import open_live
from analyzer.history.reading import LONGEST_MESSAGE, MOST_FILES
from tests.history.synthetic import Asker, commit, fast_import
from tests.repo.repositories import committed, created, git, git_line, written

_SHA = "0123456789ab" + "c" * 28


def history_of(top: Path, *commits: bytes) -> Index:
    """The index of a line of commits that a stream gives."""

    def stream(_ask: Asker) -> Iterator[bytes]:
        yield from commits

    build(str(fast_import(top, stream)))
    index = open_index(str(top))
    assert index is not None
    return index


def known(index: Index, subject: str) -> dict[str, object]:
    (found,) = index.by_subject(subject)
    return {name: getattr(found, name) for name in ("author", "date", "fixes", "files")}


def test_messages_that_are_no_text(tmp_path: Path) -> None:
    fixes = b"\n\nFixes: " + _SHA.encode()
    index = history_of(
        tmp_path / "linux",
        commit(1, b"\x1b[31mred\x07 \x08\x7f" + fixes, {b"a": b"1"}),
        commit(2, b"latin \xe9 and \xff\xfe" + fixes, {b"a": b"2"}, (1,)),
        commit(3, b"line\rfeeds\r\n\r\nFixes: " + _SHA.encode() + b"\r\n", {b"a": b"3"}, (2,)),
        commit(4, b"", {b"a": b"4"}, (3,)),
        commit(5, "\u202edetcele\u2066".encode() + fixes, {b"a": b"5"}, (4,)),
    )
    with index:
        for subject in (
            "\x1b[31mred\x07 \x08\x7f",
            "latin \\xe9 and \\xff\\xfe",
            "\u202edetcele\u2066",
        ):
            assert known(index, subject)["fixes"] == (_SHA,)
        assert [one.fixes for one in index.touching("a")] == [
            *((_SHA,), (), (_SHA,)),
            *((_SHA,), (_SHA,)),
        ]


def test_a_message_that_is_too_long(tmp_path: Path) -> None:
    early, late = b"Fixes: " + _SHA.encode() + b"\n", b"Fixes: " + b"d" * 40 + b"\n"
    long = b"long\n\n" + early + b"walk\n" * (LONGEST_MESSAGE // 4) + late
    many = b"many\n\n" + b"".join(b"Fixes: %040x\n" % number for number in range(2000))
    index = history_of(
        tmp_path / "linux",
        commit(1, long, {b"a": b"1"}),
        commit(2, b"x" * LONGEST_MESSAGE, {b"a": b"2"}, (1,)),
        commit(3, many, {b"a": b"3"}, (2,)),
    )
    with index:
        assert known(index, "long")["fixes"] == (_SHA,)
        assert index.notes == ("the end of 3 messages that are too long or name too much",)
        assert [one.subject[:10] for one in index.touching("a")] == ["many", "x" * 10, "long"]
        assert len(index.by_subject("x" * LONGEST_MESSAGE)) == 1


def test_files_that_are_too_many_or_named_like_something_else(tmp_path: Path) -> None:
    names = (b":100644 100644 a b M", b"\xff\xfe", b'"q"', b"a b", _SHA.encode(), b"x\ty", b"-x")
    files = {b'"%b"' % name.replace(b'"', b'\\"'): b"1" for name in names}
    index = history_of(
        tmp_path / "linux",
        commit(1, b"odd", files),
        commit(2, b"many", {b"f%d" % n: b"%d" % n for n in range(MOST_FILES + 5)}, (1,)),
        commit(3, b"one", {b"a": b"3"}, (2,)),
    )
    with index:
        assert known(index, "odd")["files"] == tuple(
            sorted(name.decode(errors="backslashreplace") for name in names)
        )
        (many,) = index.by_subject("many")
        assert (len(many.files), many.more_files, many.patch_id) == (MOST_FILES, 5, None)
        assert [one.subject for one in index.touching("a")] == ["one"]
        assert index.notes == (
            f"of 1 commits that change more than {MOST_FILES:,} files, the further ones and the"
            " patch-id",
        )
    direct = open_live(str(tmp_path / "linux"))
    assert direct is not None
    (same,) = direct.by_subject("many")
    assert (same.files, same.more_files, same.patch_id) == (many.files, 5, None)


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("A <a@b> 99999999999999999999 +0000", "A <a@b>"),
        ("A <a@b> 9223372036854775807 +9999", "A <a@b>"),
        ("A <a@b> -1 -9999", "A <a@b>"),
        ("A <a@b>", "A <a@b>"),
        ("A", " <>"),
        ("<> 1 +0000", " <>"),
        ("A <a@b> 0x10 +0000", "A <a@b>"),
        ("A\x01\x1b <a\xff@b> 1 +0000", None),
        ("A" * 5000 + " <a@b> 1 +0000", None),
    ],
)
def test_people_and_times_that_cannot_be(tmp_path: Path, author: str, shown: str | None) -> None:
    top = created(tmp_path / "linux")
    first = committed(top, "first", x=b"1\n")
    tree = git_line(top, "rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\nparent {first}\nauthor {author}\ncommitter {author}\n\nodd\n"
    data = text.encode("latin-1")
    odd = git_line(top, "hash-object", "-w", "-t", "commit", "--literally", "--stdin", data=data)
    git(top, "update-ref", "refs/heads/main", odd)
    build(str(top))
    index = open_index(str(top))
    assert index is not None
    with index:
        found = index.by(odd)
        assert found is not None
        assert shown in (None, found.author)
        assert len(found.author) <= 400
        assert len(found.date) in (0, 10)
        assert (index.stale, len(index.by_subject("odd"))) == ("", 1)


def test_a_message_with_nul_bytes(tmp_path: Path) -> None:
    """Git's own commands show such a message to its first NUL; what follows is not read."""
    top = created(tmp_path / "linux")
    first = committed(top, "first", x=b"1\n")
    tree = git_line(top, "rev-parse", "HEAD^{tree}")
    person = "A <a@b> 1 +0000"
    head = f"tree {tree}\nparent {first}\nauthor {person}\ncommitter {person}\n\n".encode()
    data = head + b"nul\0\0" + first.encode() + b"\0\0:x\0y\n\nFixes: " + first.encode()
    odd = git_line(top, "hash-object", "-w", "-t", "commit", "--literally", "--stdin", data=data)
    git(top, "update-ref", "refs/heads/main", odd)
    assert build(str(top)).commits == 2
    index = open_index(str(top))
    assert index is not None
    with index:
        assert [one.id for one in index.by_subject("nul")] == [odd]


@pytest.mark.parametrize("name", ["a:b@c", "a b%20?#&", "-x", "@", "v@{1}", "näme", "x" * 200])
def test_paths_of_repositories(tmp_path: Path, name: str) -> None:
    top = created(tmp_path / name)
    one = committed(top, "first", x=b"1\n")
    assert build(str(top)).new == 1
    index = open_index(str(top))
    assert index is not None
    with index:
        assert (found := index.by(one)) and found.id == one


def test_a_cache_at_an_odd_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a:b@c?mode=memory#%00"))
    top = created(tmp_path / "linux")
    committed(top, "first", x=b"1\n")
    built = build(str(top))
    assert built.path.is_file()
    assert open_index(str(top)) is not None


def test_tags_of_something_else(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    committed(top, "first", x=b"1\n")
    git(top, "tag", "v1.0", "HEAD^{tree}")
    git(top, "tag", "v1.1", "HEAD:x")
    git(top, "tag", "--annotate", "--message=x", "v1.2", "HEAD:x")
    assert build(str(top)).commits == 1
    index = open_index(str(top))
    assert index is not None
    with index:
        assert [one.released for one in index.by_subject("first")] == [""]
    committed(top, "second", x=b"2\n")
    assert build(str(top)).new == 1


def test_refs_to_nowhere(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    committed(top, "first", x=b"1\n")
    for name in ("heads/gone", "tags/v1.0", "remotes/a/b"):
        written(top / ".git/refs", {name: b"0123456789" * 4 + b"\n"})
    written(top / ".git/refs/heads", {"broken": b"no id\n", "link": b"ref: refs/heads/nothing\n"})
    for new in (1, 0):
        assert build(str(top)).new == new
    index = open_index(str(top))
    assert index is not None
    with index:
        assert len(index.by_subject("first")) == 1
        assert index.stale == ""


def test_a_repository_that_lost_objects(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    first = committed(top, "first", x=b"1\n")
    committed(top, "second", x=b"2\n")
    (top / ".git/objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(AnalyzerError) as told:
        build(str(top))
    assert str(told.value).startswith(f"{top}: git says: ")
    assert "\n" not in str(told.value)


@pytest.fixture
def trapped(tmp_path: Path) -> tuple[Path, Path]:
    """A repository whose settings, hooks and attributes run a command that leaves a mark."""
    top, ran = created(tmp_path / "linux"), tmp_path / "ran"
    written(top, {".gitattributes": b"*.c diff=trap filter=trap\n"})
    committed(top, "first", **{"a.c": b"1\n"})
    committed(top, "second", **{"a.c": b"2\n"})
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho $0 >>{ran}\nexit 1\n")
    trap.chmod(0o755)
    for key, value in {
        "core.fsmonitor": str(trap),
        "core.pager": str(trap),
        "diff.external": str(trap),
        "diff.trap.command": str(trap),
        "diff.trap.textconv": str(trap),
        "filter.trap.clean": str(trap),
        "gpg.program": str(trap),
        "log.showSignature": "true",
        "log.showRoot": "false",
        "log.diffMerges": "first-parent",
        "diff.renames": "copies",
        "diff.noprefix": "true",
        "diff.relative": "true",
        "diff.orderFile": "a.c",
        "i18n.logOutputEncoding": "UTF-16",
        "format.pretty": "oneline",
    }.items():
        git(top, "config", key, value)
    return top, ran


@pytest.mark.parametrize("ask", [open_index, open_live])
def test_nothing_of_a_repository_is_run(
    trapped: tuple[Path, Path], ask: Callable[[str], Index | None]
) -> None:
    top, ran = trapped
    ran.unlink(missing_ok=True)
    build(str(top))
    history = ask(str(top))
    assert history is not None
    (second,) = history.by_subject("second")
    assert (second.files, second.patch_id is None) == (("a.c",), False)
    (first,) = history.by_subject("first")
    assert first.files == (".gitattributes", "a.c")
    assert (history.later(second.id), history.unclear(second.id)) == ((), ())
    assert not ran.exists()
    history.close()


def test_a_foreign_environment_does_not_count(
    trapped: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    top, _ = trapped
    monkeypatch.setenv("GIT_DIR", os.devnull)
    monkeypatch.setenv("GIT_INDEX_FILE", os.devnull)
    assert build(str(top)).new == 2


def test_a_file_that_cannot_be_read_costs_its_own_commits_alone(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    for at in range(9):
        committed(top, f"change {at}", **{"a.c": b"a%d\n" % at, "b.c": b"b%d\n" % at})
    whole = {
        commit: own
        for own, commit in (
            line.split()
            for line in git(
                top, "patch-id", "--stable", data=git(top, "log", "-p", "--full-index", "--root")
            )
            .decode()
            .splitlines()
        )
    }
    lost = git_line(top, "rev-parse", "HEAD~4:b.c")
    (top / ".git/objects" / lost[:2] / lost[2:]).unlink()
    assert build(str(top)).notes == (
        f"the patch-ids of 2 commits (git says: unable to read {lost})",
    )
    unread = {git_line(top, "rev-parse", name) for name in ("HEAD~4", "HEAD~3")}
    index = open_index(str(top))
    assert index is not None
    with index:
        found = {one.id: one.patch_id for one in index.touching("a.c")}
    assert found == {one: None if one in unread else own for one, own in whole.items()}


def test_a_pack_that_is_damaged_is_told(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    for at in range(5):
        committed(top, f"change {at}", **{"a.c": b"%d\n" % at})
        git(top, "tag", f"v1.{at}")
    git(top, "gc", "--quiet")
    (pack,) = (top / ".git/objects/pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    data[300:500] = b"X" * 200
    pack.chmod(0o600)
    pack.write_bytes(data)
    with pytest.raises(AnalyzerError, match="git says: packed object"):
        build(str(top))


def test_refs_to_what_is_not_there(tmp_path: Path) -> None:
    store, top = created(tmp_path / "store"), tmp_path / "linux"
    committed(store, "first", **{"a.c": b"1\n"})
    git(tmp_path, "clone", "--quiet", "--shared", str(store), str(top))
    (top / ".git/refs/heads/gone").write_text("1" * 40 + "\n")
    built = build(str(top))
    assert built.notes == ("what branches or tags name and is not there: 1 objects",)
    before = built.path.read_bytes()
    # The place of its objects is away for a while.
    store.rename(tmp_path / "away")
    with pytest.raises(AnalyzerError, match="has nothing of what its branches and tags name"):
        build(str(top))
    assert built.path.read_bytes() == before
