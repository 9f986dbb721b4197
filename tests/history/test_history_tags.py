"""Which release is the first that holds a commit."""

from __future__ import annotations

import pytest

from analyzer.history.tags import release_order, released


def test_mainline_comes_before_stable_and_candidates_before_their_release() -> None:
    ordered = [
        *("v2.6.11", "v2.6.12-rc2", "v2.6.12", "v2.6.39", "v3.0-rc1", "v3.0", "v3.10"),
        *("v4.0-rc1", "v4.0-rc10", "v4.0", "v5.9", "v5.10-rc1", "v5.10", "v10.0"),
        *("v2.6.11.1", "v2.6.39.4", "v3.0.1", "v5.9.1", "v5.9.12", "v5.10.1-rc1", "v5.10.1"),
    ]
    assert sorted(set(ordered), key=release_order) == ordered  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        *("5.0", "v5", "v5.0-rc", "v5.0-rc1-dirty", "v5.0.1.2", "v5.0-next", "next-20200101"),
        *("v05.0", "v5.00", "v5.0\n", "v9999999.0", "v\u0665.0", "ov5.0", ""),
    ],
)
def test_what_is_no_release(name: str) -> None:
    assert release_order(name) is None


def test_the_first_tag_of_every_commit() -> None:
    """Two lines from b: one with the tags x and then y, and one of its own."""
    lines = [b"e d c", b"f c", b"d b", b"c b", b"b a", b"a"]
    tags = {"x": "d", "y": "e", "z": "b"}
    assert dict(released(lines, tags)) == {
        "a": "x",
        "b": "x",
        "c": "y",
        "d": "x",
        "e": "y",
        "f": "",
    }


def test_two_tags_of_one_commit() -> None:
    assert dict(released([b"b a", b"a"], {"x": "a", "y": "a"})) == {"a": "x", "b": ""}
