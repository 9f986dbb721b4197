"""Trees that are made once; and the runs that tests/reference and tests/mm_api have."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.trees import trees

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS / "reference"), str(_TESTS / "mm_api")]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[trees.Era, trees.State], Path]:
    """The directory of a tree in a state, for looking at only."""
    top = tmp_path_factory.mktemp("trees")
    return cache(lambda era, state: trees.directory(top, era, state))
