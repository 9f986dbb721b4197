from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache directory that is empty."""
    top = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(top))
    return top
