from __future__ import annotations

from pathlib import Path

import pytest
from repositories import created, git_line

from analyzer.repo import blob_id, is_blob

CONTENTS = (b"", b"\n", b"int x;\n", b"no newline", bytes(range(256)), b"a\0b" * 100_000)


@pytest.mark.parametrize("data", CONTENTS)
def test_an_id_is_the_one_that_git_gives(tmp_path: Path, data: bytes) -> None:
    assert blob_id(data) == git_line(tmp_path, "hash-object", "--stdin", data=data)


def test_more_than_40_digits_are_those_of_a_sha256_repository(tmp_path: Path) -> None:
    top = created(tmp_path / "sha256", "--object-format=sha256")
    expected = git_line(top, "hash-object", "--stdin", data=b"int x;\n")
    assert blob_id(b"int x;\n", 64) == expected
    assert blob_id(b"int x;\n", 41) == expected[:41]


def test_fewer_digits_are_the_first_ones() -> None:
    assert blob_id(b"", 12) == "e69de29bb2d1"


@pytest.mark.parametrize("digits", [0, -1, 65])
def test_no_id_has_so_many_digits(digits: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        blob_id(b"", digits)


@pytest.mark.parametrize(
    "prefix", [blob_id(b"x", 4), blob_id(b"x"), blob_id(b"x").upper(), blob_id(b"x", 64)]
)
def test_a_prefix_of_the_id_names_the_content(prefix: str) -> None:
    assert is_blob(b"x", prefix)


def test_a_short_prefix_may_come_from_a_sha256_repository() -> None:
    assert is_blob(b"x", blob_id(b"x", 64)[:12])


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        blob_id(b"x", 3),
        blob_id(b"y", 7),
        "0000000",
        blob_id(b"x", 7) + "g",
        f"{blob_id(b'x')}0",
        f"{blob_id(b'x', 64)}0",
        f" {blob_id(b'x', 7)}",
    ],
)
def test_anything_else_does_not(prefix: str) -> None:
    assert not is_blob(b"x", prefix)
