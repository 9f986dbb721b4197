"""How long the page of a report takes beside the report itself, and how large it is.

Run it with the interpreter of an environment that holds the tool::

    .venv/bin/python tests/benchmarks/html_page.py [PATCH ...]

One line a patch: seconds for the report, for what the page shows beside it, for the page itself
(the first one loads the templates), and its bytes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from analyzer.exhibiting import exhibits_of
from analyzer.pipeline import study
from analyzer.report.html import render_html
from analyzer.result import Request

ROOT = Path(__file__).resolve().parents[2]
MAILS = ROOT / "fixtures" / "mails"
REFERENCE_MAIL = ROOT.parent / "shared" / "seed" / "000_d967b3033ad95a4c.txt"
RHEL7 = str(ROOT / "fixtures" / "trees" / "rhel7-like")


def measured(name: str, request: Request) -> None:
    """Print one line."""
    start = time.perf_counter()
    studies = study(request)
    reported = time.perf_counter()
    exhibits = [exhibits_of(one) for one in studies]
    laid_out = time.perf_counter()
    page = render_html([one.report for one in studies], exhibits)
    done = time.perf_counter()
    times = f"report {reported - start:6.2f} s  exhibits {laid_out - reported:6.2f} s"
    print(f"{name:<44} {times}  page {done - laid_out:6.2f} s  {len(page.encode()):>9,} bytes")


def long_patch(files: int) -> str:
    """A patch of many files with many small functions."""
    functions = "".join(
        f"+static int f{n}(int a)\n+{{\n+\treturn a + {n};\n+}}\n" for n in range(90)
    )
    heads = (
        f"diff --git a/m/f{n}.c b/m/f{n}.c\n--- a/m/f{n}.c\n+++ b/m/f{n}.c\n" for n in range(files)
    )
    body = "".join(f"{head}@@ -1,0 +2,360 @@\n{functions}" for head in heads)
    return f"Subject: [PATCH] long\n\n---\n{body}"


def main(patches: list[str]) -> None:
    """Print one line a patch."""
    inputs = [Path(one) for one in patches] or [MAILS / "move-pmd-archive.txt", REFERENCE_MAIL]
    for path in inputs:
        if path.exists():
            measured(path.name, Request(str(path)))
    if patches:
        return
    backport = MAILS / "tree-rhel7-move-pmd.patch"
    upstream = str(MAILS / "tree-5.0-move-pmd.patch")
    measured(
        "tree-rhel7-move-pmd.patch, upstream, target",
        Request(str(backport), upstream=upstream, target=RHEL7),
    )
    with tempfile.TemporaryDirectory() as top:
        path = Path(top) / "long.patch"
        path.write_text(long_patch(60), encoding="utf-8")
        measured("21,600 lines of small functions", Request(str(path)))


if __name__ == "__main__":
    main(sys.argv[1:])
