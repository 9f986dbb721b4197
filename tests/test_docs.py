"""The documents: a page for each item, links that lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from inputs import PATCH, ROOT

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
_PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_each_item_has_a_page_that_asks_its_question(
    report: Callable[..., dict[str, Any]],
) -> None:
    items = {item["id"]: item["title"] for item in report(PATCH)["items"]}
    pages = {
        path.stem: path.read_text(encoding="utf-8").splitlines()
        for path in (ROOT / "docs/items").glob("*.md")
    }
    index = "\n".join(pages.pop("README"))
    asked = ["## What is asked", "## How it is decided", "## What to do"]
    assert {name: text[0] for name, text in pages.items()} == {
        name: f"# {name}: {title}" for name, title in items.items()
    }
    assert all([line for line in text if line.startswith("##")] == asked for text in pages.values())
    assert re.findall(r"^\* \[([A-Z0-9-]+)\]", index, re.MULTILINE) == list(items)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Any) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


# --- the recipes of docs/ci.md, each step as a runner runs it ----------------------------------

_CI = (ROOT / "docs/ci.md").read_text(encoding="utf-8")


@pytest.fixture
def branch(tmp_path: Path, git_environment: dict[str, str]) -> tuple[Path, dict[str, str]]:
    """A clone with a branch of one backport of a driver, and what a shell in it has around it."""
    tool = tmp_path / "bin/analyze"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m analyzer "$@"\n')
    tool.chmod(0o755)
    around = {
        **git_environment,
        "PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    clone = tmp_path / "clone"
    made = """
        git init -q --initial-branch=main origin && cd origin
        mkdir -p drivers/spi && echo 'int spi;' >drivers/spi/a.c && git add . && git commit -qm base
        cd .. && git clone -q origin clone && cd clone && git checkout -qb topic
        echo 'int more;' >>drivers/spi/a.c
        git commit -qam 'spi: more' -m 'Signed-off-by: Some One <some.one@example.org>'
    """
    subprocess.run(["bash", "-ec", made], cwd=tmp_path, env=around, check=True)
    return clone, around


def test_the_steps_for_github_review_the_branch(branch: tuple[Path, dict[str, str]]) -> None:
    clone, around = branch
    found = re.search(r"\n      - name: Review\n        run: \|\n((?: {10}.*\n)+)", _CI)
    assert found is not None
    told = clone / "told"
    env = {**around, "GITHUB_BASE_REF": "main", "GITHUB_ENV": str(told)}
    # So GitHub runs a step.
    command = ["bash", "-e", "-c", dedent(found[1])]
    done = subprocess.run(command, cwd=clone, env=env, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert told.read_text() == "code=3\n"
    assert "2.1.0" in (clone / "review.sarif").read_text()


def test_the_steps_for_gitlab_review_the_branch(branch: tuple[Path, dict[str, str]]) -> None:
    clone, around = branch
    found = re.search(r"\n  script:\n    - pip install \S+\n((?:    - .*\n)+)", _CI)
    assert found is not None
    steps = re.findall(r"^    - (?:'(.*)'|(.*))$", found[1], re.MULTILINE)
    script = "\n".join(quoted or plain for quoted, plain in steps)
    env = {**around, "CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main"}
    command = ["bash", "-e", "-c", script]
    done = subprocess.run(command, cwd=clone, env=env, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (clone / "review.xml").read_text().startswith("<?xml")
    assert "spi: more" in (clone / "review.html").read_text()
