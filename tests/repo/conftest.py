from __future__ import annotations

from pathlib import Path

import pytest
from repositories import committed, created, written


@pytest.fixture(autouse=True)
def _foreign_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's settings: git fails where it reads them, and prints every file as binary."""
    home = tmp_path / "home"
    written(
        home,
        {".gitconfig": b"[core]\n\tfileMode = maybe\n", ".config/git/attributes": b"* -diff\n"},
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A repository of two commits."""
    top = created(tmp_path / "kernel")
    written(top, {"mm/mremap.c": b"int old;\n", "arch/Kconfig": b"config HAVE_MOVE_PMD\n"})
    committed(top, "first")
    written(top, {"mm/mremap.c": b"int new;\n", "mm/data.bin": bytes(range(256))})
    committed(top, "second")
    return top
