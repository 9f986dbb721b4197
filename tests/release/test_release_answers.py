"""The file of answers: what goes in comes out, nobody's answer is lost, nothing else is touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st
from inputs import ROOT

from analyzer.errors import AnalyzerError
from analyzer.release import keeping
from analyzer.release.answers import Answer, Said, recorded, recorded_commit
from analyzer.release.given import Signing, signing
from analyzer.release.keeping import add, beside, kept

DIGEST = "sha256:" + "0123456789abcdef" * 4
TODAY = date(2026, 1, 31)
ANSWER = Answer(DIGEST, "TS-1", Said.OK, "Ann", "built on x86", TODAY)
WAIVER = Answer(
    DIGEST,
    "TX-4",
    Said.WAIVED,
    "Ben <ben@example.org>",
    "agreed on the list",
    TODAY,
    date(2026, 6, 1),
    "2c91bd4a4e2e",
    "2 deviations",
    "mm: move whole tables",
)

NASTY = (
    'a"b',
    "a\\",
    '"""\n[[answer]]\nitem = "SM-1"',
    "'''",
    "]]\n# x",
    "\r\n\t\x00\x1b[2J\x7f\x80",
    "\u202e\u2028\U000e0001\ufeff",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "p.patch.answers.toml"


def test_the_file_is_plain_to_read(path: Path) -> None:
    assert add(path, (ANSWER, WAIVER)) == (ANSWER, WAIVER)
    assert path.read_text() == (
        "# Answers and waivers to a patch's check items, kept by `analyze --answer`.\n"
        "\n"
        "version = 1\n"
        "\n"
        "[[answer]]\n"
        'item = "TS-1"\n'
        'state = "ok"\n'
        'by = "Ann"\n'
        'note = "built on x86"\n'
        "on = 2026-01-31\n"
        f'patch = "{DIGEST}"\n'
        "\n"
        "[[answer]]\n"
        'item = "TX-4"\n'
        'state = "waived"\n'
        'by = "Ben <ben@example.org>"\n'
        'note = "agreed on the list"\n'
        "on = 2026-01-31\n"
        "until = 2026-06-01\n"
        'found = "2 deviations"\n'
        'subject = "mm: move whole tables"\n'
        'upstream = "2c91bd4a4e2e"\n'
        f'patch = "{DIGEST}"\n'
    )
    assert kept(path) == (ANSWER, WAIVER)


def test_answers_are_added_behind_and_none_is_lost(path: Path) -> None:
    add(path, (ANSWER,))
    path.chmod(0o640)
    later = replace(ANSWER, said=Said.FINDING, note="it does not build")
    assert add(path, (later,)) == (ANSWER, later)
    assert kept(path) == (ANSWER, later)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("note", NASTY)
def test_no_note_gets_out_of_its_string(path: Path, note: str) -> None:
    odd = replace(ANSWER, note=note, found=note, subject=note)
    assert add(path, (odd, WAIVER)) == (odd, WAIVER)
    assert kept(path) == (odd, WAIVER)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip))
def test_any_note_comes_back(tmp_path_factory: pytest.TempPathFactory, note: str) -> None:
    path = tmp_path_factory.mktemp("notes") / "a.toml"
    odd = replace(ANSWER, note=note)
    add(path, (odd,))
    assert kept(path) == (odd,)


WRITER = """
import sys
from datetime import date
from pathlib import Path
from analyzer.release.answers import Answer, Said
from analyzer.release.keeping import add
path, name = sys.argv[1:]
for number in range(8):
    one = Answer("sha256:" + "0" * 64, "TS-1", Said.OK, name, str(number), date(2026, 1, 31))
    add(Path(path), (one,))
"""


def test_of_writers_at_the_same_time_every_answer_survives(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], cwd=ROOT)
        for name in ("Ann", "Ben", "Cat")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    found = [(one.by, one.note) for one in kept(path)]
    assert sorted(found) == sorted((n, str(i)) for n in ("Ann", "Ben", "Cat") for i in range(8))
    assert list(path.parent.iterdir()) == [path]


def test_a_directory_that_stays_locked_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(keeping, "_PATIENCE", 0.0)
    holder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.raises(AnalyzerError, match="another writer holds its directory"):
        add(path, (ANSWER,))
    os.close(holder)
    assert add(path, (ANSWER,)) == (ANSWER,)


ENTRY = f"""
[[answer]]
item = "TS-1"
state = "ok"
by = "Ann"
note = "n"
on = 2026-01-31
patch = "{DIGEST}"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "version is missing; expected 1, the only form that there is"),
        ("version = 2\n", "version is 2; expected 1, the only form that there is"),
        ("version = true\n", "version is True; expected 1, the only form that there is"),
        ("diff --git a/x.c b/x.c\n",
         "not TOML: Expected '=' after a key in a key/value pair (at line 1, column 6); "
         "correct the file"),
        ("version = 1\nmine = 2\n", "unknown key mine; expected one of version, answer"),
        ("version = 1\nanswer = 2\n", "answer is no list of tables; write [[answer]]"),
        ("version = 1" + ENTRY + "x = 1\n", "answer 1: unknown key x; expected one of patch, item, "
         "state, by, note, on, until, upstream, found, subject"),
        ("version = 1" + ENTRY.replace("2026-01-31", '"2026-01-31"'),
         "answer 1: on is 2026-01-31; expected a date like 2026-01-31"),
        ("version = 1" + ENTRY.replace("2026-01-31", "2026-01-31T10:00:00"),
         "answer 1: on is 2026-01-31 10:00:00; expected a date like 2026-01-31"),
        ("version = 1" + ENTRY.replace('"ok"', '"fine"'),
         "answer 1: state is fine; expected one of ok, finding, not-applicable, waived"),
        ("version = 1" + ENTRY.replace('"ok"', '"waived"'),
         "answer 1: the waiver of TS-1 has no end; expected until, a date"),
        ("version = 1" + ENTRY.replace('"n"', '" "'),
         "answer 1: note is ' '; expected a reason, at most 4000 characters"),
        ("version = 1" + ENTRY.replace("Ann", "A\\nB"),
         "answer 1: by is 'A\\nB'; expected a name on one line, at most 200 characters"),
        ("version = 1" + ENTRY.replace("sha256:0", "sha256:x"),
         "answer 1: patch is sha256:x123456789abcdef0123456789abcdef0123456789abcdef01...; "
         "expected sha256: and 64 hexadecimal digits"),
    ],
)  # fmt: skip
def test_what_is_not_ours_is_one_line_and_never_written_over(
    path: Path, text: str, said: str
) -> None:
    path.write_text(text)
    for attempt in (lambda: kept(path), lambda: add(path, (ANSWER,))):
        with pytest.raises(AnalyzerError) as caught:
            attempt()
        assert str(caught.value) == f"{path}: {said}"
    assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def test_what_is_no_plain_file_is_left_alone(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("version = 1\n")
    path.symlink_to(elsewhere)
    with pytest.raises(AnalyzerError, match="is a symbolic link"):
        add(path, (ANSWER,))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(AnalyzerError, match="is no plain file"):
        add(path, (ANSWER,))
    path.unlink()
    path.mkdir()
    with pytest.raises(AnalyzerError, match="is no plain file"):
        kept(path)
    assert elsewhere.read_text() == "version = 1\n"


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.toml"
    assert kept(path) == ()
    with pytest.raises(AnalyzerError) as caught:
        add(path, (ANSWER,))
    assert str(caught.value) == (
        f"{path}: cannot be written: No such file or directory; give another file with --answers"
    )


@contextmanager
def as_anybody() -> Iterator[None]:
    """Root may write everywhere, and tests may be root's."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_directory_that_is_read_only() -> None:
    with TemporaryDirectory() as name:
        path = Path(name, "a.toml")
        Path(name).chmod(0o555)
        with as_anybody(), pytest.raises(AnalyzerError) as caught:
            add(path, (ANSWER,))
        Path(name).chmod(0o755)
    assert str(caught.value) == (
        f"{path}: cannot be written: Permission denied; give another file with --answers"
    )


def test_a_disk_without_room_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(path, (ANSWER,))
    before = path.read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AnalyzerError, match="cannot be written: No space left on device"):
        add(path, (WAIVER,))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_does_not_grow_without_end(path: Path) -> None:
    fat = replace(ANSWER, note="n" * 4000, found="f" * 10_000)
    with pytest.raises(AnalyzerError, match="would be over 4 MiB; take lapsed answers out"):
        add(path, (fat,) * 400)
    assert not path.exists()


def test_what_stands_beside_a_patch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patch = tmp_path / "p.patch"
    patch.write_text("x")
    assert beside(str(patch)) == tmp_path / "p.patch.answers.toml"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").write_text("x")
    assert [beside(name) for name in ("-", f"{tmp_path}@HEAD", str(tmp_path), "a\0b")] == [None] * 4


# --- what a person gives ------------------------------------------------------------------------

IDS = ("TS-1", "TX-4", "OU-1")


def read(*answers: str, by: str | None = "Ann", note: str | None = "why", until: str | None = None):
    return signing(answers, by, note, until, ids=IDS, today=TODAY)


def test_answers_are_read() -> None:
    assert read("TS-1=ok", "OU-1=not-applicable", until="2026-02-01") == Signing(
        (("TS-1", Said.OK), ("OU-1", Said.NOT_APPLICABLE)), "Ann", "why", date(2026, 2, 1)
    )
    assert signing((), None, None, None, ids=IDS, today=TODAY) is None


@pytest.mark.parametrize(
    ("answers", "changed", "said"),
    [
        ((), {}, "--by: goes with --answer; give ID=STATE"),
        (("TS-1",), {}, "--answer: TS-1 has no =; give ID=STATE, as in TS-1=ok"),
        (("TS-9=ok",), {},
         "--answer: TS-9 is no item of this report; give ID=STATE, as in TS-1=ok"
         "; a release's own items come with its --checklist"),
        (("=ok",), {}, "--answer: '' is no item of this report; give ID=STATE, as in TS-1=ok"
         "; a release's own items come with its --checklist"),
        (("ts-1=ok",), {},
         "--answer: ts-1 is no item of this report; give ID=STATE, as in TS-1=ok"
         "; a release's own items come with its --checklist"),
        (("TS-1=yes",), {}, "--answer TS-1: yes answers nothing; expected one of ok, finding, "
         "not-applicable, waived"),
        (("TS-1=ok", "TS-1=finding"), {}, "--answer: TS-1 is answered twice; give it once"),
        (("TS-1=waived",), {}, "--until: a waiver needs an end; give YYYY-MM-DD"),
        (("TS-1=ok",), {"by": None},
         "--by: is missing; give a name on one line, at most 200 characters"),
        (("TS-1=ok",), {"by": " \n"},
         "--by: names nobody that can be shown; give a name on one line, at most 200 characters"),
        (("TS-1=ok",), {"by": "a\u202eb"},
         "--by: names nobody that can be shown; give a name on one line, at most 200 characters"),
        (("TS-1=ok",), {"note": None}, "--note: is missing; say why, in at most 4000 characters"),
        (("TS-1=ok",), {"note": "\n "}, "--note: is missing; say why, in at most 4000 characters"),
        (("TS-1=ok",), {"note": "n" * 4001},
         "--note: has 4,001 characters; say why, in at most 4000 characters"),
        (("TS-1=ok",), {"note": "a\udcff"},
         "--note: is not UTF-8; say why, in at most 4000 characters"),
        (("TS-1=ok",), {"until": "2026-02-30"},
         "--until: 2026-02-30 is no date; give the day on which it ends, YYYY-MM-DD"),
        (("TS-1=ok",), {"until": "20260301"},
         "--until: 20260301 is no date; give the day on which it ends, YYYY-MM-DD"),
        (("TS-1=ok",), {"until": "2026-01-31"},
         "--until: 2026-01-31 is over, or today; give the day on which it ends, YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_what_answers_nothing_is_one_line(
    answers: tuple[str, ...], changed: dict[str, str | None], said: str
) -> None:
    with pytest.raises(AnalyzerError) as caught:
        read(*answers, **changed)
    assert str(caught.value) == said


def test_what_is_recorded_of_a_report() -> None:
    assert recorded("a\udcffb") == "a\\udcffb"
    assert len(recorded("\udcff" * 30_000)) == 20_000
    assert [recorded_commit(one) for one in (None, "2C91BD4A4E2E", "v5.0")] == [
        "",
        "2c91bd4a4e2e",
        "",
    ]
