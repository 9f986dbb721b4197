"""One small upstream and its branch for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.past.stories import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story.made(tmp_path)
