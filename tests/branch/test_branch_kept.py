"""Reports that are kept: read again as they were, or made anew."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from analyzer.branch import kept as module
from analyzer.branch.kept import Kept

_KEY = "ab" + "c" * 62
_TEXT = '{"verdict": "same"}\n'


def _file(top: Path) -> Path:
    return top / _KEY[:2] / _KEY[2:]


def test_what_is_put_is_got(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "reports")
    assert kept.get(_KEY) is None
    kept.put(_KEY, _TEXT)
    assert Kept(tmp_path / "reports").get(_KEY) == _TEXT
    assert [path.name for path in (tmp_path / "reports" / "ab").iterdir()] == [_KEY[2:]]
    assert kept.trouble == ""


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data.replace(b"same", b"diff"),
        lambda data: b"\n" + data,
    ],
)
def test_a_damaged_file_is_none(tmp_path: Path, damage: object) -> None:
    kept = Kept(tmp_path)
    kept.put(_KEY, _TEXT)
    _file(tmp_path).write_bytes(damage(_file(tmp_path).read_bytes()))  # type: ignore[operator]
    assert kept.get(_KEY) is None
    assert not _file(tmp_path).exists()
    kept.put(_KEY, _TEXT)
    assert kept.get(_KEY) == _TEXT


def test_where_nothing_can_be_written_it_goes_on_without(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    kept = Kept(tmp_path / "reports")
    kept.put(_KEY, _TEXT)
    assert kept.trouble == "Not a directory"
    assert kept.get(_KEY) is None
    kept.close()


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    (tmp_path / "ab").mkdir()
    # The device on which nothing can be written stands where the new file would be begun.
    begun = _file(tmp_path).with_suffix(f".{os.getpid()}.part")
    begun.symlink_to("/dev/full")
    kept.put(_KEY, _TEXT)
    assert kept.trouble == "No space left on device"
    assert list((tmp_path / "ab").iterdir()) == []


def test_no_directory_keeps_nothing() -> None:
    kept = Kept(None)
    kept.put(_KEY, _TEXT)
    assert (kept.get(_KEY), kept.trouble) == (None, "")
    kept.close()


def test_the_longest_unused_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 10)
    kept = Kept(tmp_path)
    keys = [f"{n:02x}" + "0" * 62 for n in range(12)]
    for age, key in enumerate(keys):
        kept.put(key, _TEXT)
        path = tmp_path / key[:2] / key[2:]
        os.utime(path, (1000 + age, 1000 + age))
    assert kept.get(keys[0]) == _TEXT  # used now, so no longer the oldest
    kept.close()
    left = [key for key in keys if Kept(tmp_path).get(key) is not None]
    assert left == [keys[0], *keys[4:]]


def test_what_a_killed_run_began_is_removed_in_time(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    old, new = (tmp_path / "ab" / f"{name}.1.part" for name in ("old", "new"))
    old.write_text("half")
    new.write_text("half")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    kept = Kept(tmp_path)
    kept.put(_KEY, _TEXT)
    kept.close()
    assert (old.exists(), new.exists()) == (False, True)
