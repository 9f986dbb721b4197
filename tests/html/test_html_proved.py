"""The page on a difference that was proved: what stands where a run has its drawings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pages import beside, by_id, elements, parsed, text_of, with_class

from analyzer.pipeline import study
from analyzer.report.html import render_html
from analyzer.result import Request

PATH = "drivers/x/ring.c"
BEFORE = """int ring_room(int used, int size)
{
\tint room = size;

\treturn room;
}
"""
UPSTREAM = BEFORE.replace("return room;", "return room - used;")
OURS = BEFORE.replace("return room;", "return room - used + (used == 77);")


def tree(top: Path, before: str, after: str) -> str:
    """A repository with a commit before and after; gives the change as a mail."""

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=A", "-c", "user.email=a@b.example")
        command = ["git", "-C", str(top), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    (top / PATH).parent.mkdir(parents=True)
    git("init", "-q")
    for text, subject in ((before, "base"), (after, "x: room is what is left")):
        (top / PATH).write_text(text, encoding="utf-8")
        git("add", ".")
        git("commit", "-q", "-m", f"{subject}\n\nSigned-off-by: A <a@b.example>")
    mail = git("format-patch", "-1", "--stdout")
    git("tag", "after")
    git("reset", "-q", "--hard", "HEAD~1")
    return mail


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    top = tmp_path_factory.mktemp("proved")
    tree(top / "upstream", BEFORE, UPSTREAM)
    (top / "ours.patch").write_text(tree(top / "ours", BEFORE, OURS), encoding="utf-8")
    studies = study(
        Request(
            str(top / "ours.patch"),
            upstream=str(top / "upstream"),
            upstream_commit="after",
            target=str(top / "ours"),
            prove=True,
        )
    )
    return render_html([one.report for one in studies], beside(studies))


def test_a_proved_difference_says_what_is_shown_where_a_run_has_drawings(page: str) -> None:
    found = by_id(parsed(page), "D1")
    said = text_of(found)
    assert "No page tables are drawn." in said
    assert said.index("Found by a proof over every input") < said.index("trace ring_room()")
    (step,) = with_class(found, "step")
    assert "returns" in text_of(step)
    assert elements(found, "svg") == []


def test_what_is_said_in_its_place_is_not_said_again(page: str) -> None:
    assert "page tables of D1" not in page
