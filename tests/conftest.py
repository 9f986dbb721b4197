"""What tests of the whole tool share: how to run it, and where the inputs are."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from inputs import REFERENCE_MAIL, ROOT

# The same examples each time, and no verdict by the clock: a machine may be busy with other things.
# For others: pytest --hypothesis-profile=default.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def pytest_collection_finish() -> None:
    """Keep the collector off thousands of tests and their modules, which live to the end anyway."""
    gc.freeze()


@pytest.fixture(scope="session")
def run() -> Run:
    """Run the command as a user does, in a process of its own."""

    def call(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "analyzer", *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, cwd=ROOT, check=False, timeout=120
        )

    return call


@pytest.fixture(scope="session")
def report(run: Run) -> Callable[..., dict[str, Any]]:
    """Run the command for JSON and return the report; the exit code must be the report's."""

    def call(*arguments: str | Path, stdin: bytes = b"") -> dict[str, Any]:
        done = run(*arguments, "--format", "json", stdin=stdin)
        assert done.stderr == b""
        found: dict[str, Any] = json.loads(done.stdout)
        assert found["exit_code"] == done.returncode
        return found

    return call


@pytest.fixture(scope="session")
def git_environment() -> dict[str, str]:
    """An environment in which git sees no configuration of this machine."""
    return {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Some One",
        "GIT_AUTHOR_EMAIL": "some.one@example.org",
        "GIT_AUTHOR_DATE": "2019-01-03T15:28:38-0800",
        "GIT_COMMITTER_NAME": "Some One",
        "GIT_COMMITTER_EMAIL": "some.one@example.org",
        "GIT_COMMITTER_DATE": "2019-01-10T14:05:28+0300",
    }


@pytest.fixture(scope="session")
def reference_mail() -> Path:
    """The real mail, which the repository does not hold."""
    if not REFERENCE_MAIL.exists():
        pytest.skip(
            f"the reference mail is not at {REFERENCE_MAIL}; fixtures cover the same ground"
        )
    return REFERENCE_MAIL
