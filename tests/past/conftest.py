"""One small upstream and its branch for each test, copied from one that is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.past.stories import Story


@pytest.fixture(scope="session")
def first_story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story.made(tmp_path_factory.mktemp("story"))


@pytest.fixture
def story(first_story: Story, tmp_path: Path) -> Story:
    return first_story.copied(tmp_path)
