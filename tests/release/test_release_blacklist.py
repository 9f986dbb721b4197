"""Files of commits that a release leaves out: what is no such file."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.release.blacklist import load_blacklists


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"0123456789ab # reason\n\0", "is not text"),
        (b"#" * (16 << 20) + b"\n", "is over 16 MiB"),
    ],
    ids=["missing", "binary", "huge"],
)
def test_what_is_no_file_of_commits_is_one_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "blacklist"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AnalyzerError) as caught:
        load_blacklists((path,))
    assert str(caught.value) == f"{path}: {said}; give a file of commits"
