"""``analyze explain``: from a patch to C beside Python, and every way in which that can fail."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from inputs import ARCHIVE, BASE, PATCH

from analyzer.errors import AnalyzerError
from analyzer.excerpt.piece import Part
from analyzer.explain import Question, explain
from analyzer.report.explain_json import read_schema
from analyzer.report.listing import Listing

Run = Callable[..., subprocess.CompletedProcess[bytes]]

EXPECTED = Path(__file__).parent / "report" / "expected"

RING = """\
Subject: [PATCH] ring: count what is free

--- a/drivers/ring.h
+++ b/drivers/ring.h
@@ -1,2 +1,6 @@
 #define RING_SIZE 0x1000
 
+struct ring {
+\tunsigned int head, tail;
+\tunsigned char busy;
+};
--- a/drivers/ring.c
+++ b/drivers/ring.c
@@ -3,6 +3,23 @@
 
 #include "ring.h"
 
+static int ring_free(struct ring *ring, int limit)
+{
+\tunsigned int used = ring->head - ring->tail;
+\tint i, sum = 0;
+
+\tfor (i = 0; i < limit; i++) {
+\t\tif (i & 0x0f)
+\t\t\tcontinue;
+#ifdef CONFIG_RING_SLOW
+\t\tsum += i;
+#else
+\t\tsum -= i;
+#endif
+\t}
+\treturn used > sum ? 70000 : -1;
+}
+
 static void ring_stop(struct ring *ring)
 {
 \tring->busy = 0;
@@ -40,6 +57,10 @@ static int ring_start(struct ring *ring)
 \tif (ring->busy)
 \t\treturn -1;
 
+\tif (ring_empty(ring))
+\t\tring_prepare(ring, RING_SIZE);
+\telse
+\t\twanted = ring_used(ring);
 \tring->busy = 1;
 \treturn 0;
 }
"""


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    path = tmp_path / "ring.patch"
    path.write_text(RING)
    return path


def beside(listing: Listing) -> dict[int | None, tuple[str, ...]]:
    """The Python beside each line of C that has some, without the counting of steps."""
    found = {
        row.line: tuple(line for line in row.python if line.strip() != "_tick()")
        for row in listing.rows
    }
    return {line: python for line, python in found.items() if python}


def one(patch: Path, function: str, **more: Any) -> Listing:
    (listing,) = explain(Question(str(patch), function, **more))
    return listing


# --- functions that the patch holds -------------------------------------------------------------


def test_a_whole_function_of_the_patch(ring: Path) -> None:
    listing = one(ring, "ring_free")
    assert (listing.part, listing.refusal, listing.path) == (Part.WHOLE, None, "drivers/ring.c")
    assert beside(listing) == {
        6: ("def ring_free(ring, limit):",),
        8: ("    used = ring.head - ring.tail & _U32",),
        9: ("    sum = 0",),
        11: ("    i = 0", "    while i < limit:"),
        12: ("        if i & 0xf:",),
        13: ("            i = _i32(i + 1)  # line 11", "            continue"),
        15: ("        sum = _i32(sum + i)",),
        19: ("        i = _i32(i + 1)  # line 11",),
        20: ("    return 70000 if used > sum & _U32 else -1",),
    }
    assert listing.assumptions == (
        "CONFIG_RING_SLOW is taken to be y",
        "long and pointers have 64 bits (LP64)",
    )


def test_the_configuration_decides_which_arm_is_explained(ring: Path, tmp_path: Path) -> None:
    off = one(ring, "ring_free", settings=("RING_SLOW=n",))
    config = tmp_path / "config"
    config.write_text("CONFIG_OTHER=y\n")
    unnamed = one(ring, "ring_free", config=config)
    on = one(ring, "ring_free", config=config, settings=("CONFIG_RING_SLOW=y",))
    for listing in (off, unnamed):
        assert 15 not in beside(listing)
        assert beside(listing)[17] == ("        sum = _i32(sum - i)",)
    assert beside(on)[15] == ("        sum = _i32(sum + i)",)
    assert off.assumptions == on.assumptions == ("long and pointers have 64 bits (LP64)",)
    assert unnamed.assumptions[0] == "CONFIG_RING_SLOW is n: the .config has no such line"


def test_the_changed_lines_of_a_function_are_a_fragment(ring: Path) -> None:
    listing = one(ring, "ring_start")
    assert (listing.part, listing.refusal) == (Part.FRAGMENT, None)
    assert [row.line for row in listing.rows] == [60, 61, 62, 63]
    text = "\n".join(line for row in listing.rows for line in row.python)
    assert text.startswith("def ring_start(ring, wanted):")
    assert "ring_prepare(ring, 4096)" in text
    assert {need.name for need in listing.needs} >= {"ring_empty", "ring_prepare", "ring_used"}


def test_a_function_by_its_path(ring: Path) -> None:
    assert one(ring, "drivers/ring.c:ring_free") == one(ring, "ring_free")


def test_the_whole_output_for_a_terminal(
    ring: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    done = run("explain", ring, "ring_start")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == (EXPECTED / "explain-ring.txt").read_text("utf-8")


# --- the fixture mails, whole and damaged -------------------------------------------------------


@pytest.mark.parametrize("mail", [PATCH, ARCHIVE])
def test_the_function_that_the_fixture_defines(mail: Path) -> None:
    listing = one(mail, "move_normal_pmd")
    assert (listing.part, listing.refusal) == (Part.WHOLE, None)
    found = beside(listing)
    assert found[116] == ("    src_ptl = pmd_lock(mm, src)",)
    assert found[118] == ("    if dst_ptl != src_ptl:",)
    assert found[134] == ("    return 1",)
    assert {"pmd_lock", "pmd_lockptr", "set_pmd_at", "flush_tlb_range"} <= {
        need.name for need in listing.needs
    }
    assert "it stands under defined(CONFIG_HAVE_MOVE_PMD)" in listing.notes
    assert "CONFIG_HAVE_MOVE_PMD is taken to be y" in listing.assumptions


def test_lines_that_were_put_back_are_said(reference_mail: Path) -> None:
    for mail, opening, directive in ((ARCHIVE, 96, 92), (reference_mail, 189, 185)):
        listing = one(mail, "move_normal_pmd")
        assert listing.refusal is None
        assert any(note.startswith(f"line {opening}: '{{' was lost") for note in listing.notes)
        assert any(
            said.startswith(f"line {directive}: '#ifdef CONFIG_HAVE_MOVE_PMD' was lost")
            for said in listing.assumptions
        )


def test_the_call_site_is_an_arm_cut_out_of_its_chain(reference_mail: Path) -> None:
    for mail, line in ((PATCH, 169), (ARCHIVE, 169), (reference_mail, 284)):
        listing = one(mail, "move_page_tables")
        assert (listing.part, listing.refusal) == (Part.FRAGMENT, None)
        assert f"line {line}: one arm of a chain, whose head is cut off" in listing.notes
        text = "\n".join(one for row in listing.rows for one in row.python)
        assert "moved = " in text
        assert "move_normal_pmd(vma, old_addr, new_addr, old_end, old_pmd, new_pmd)" in text
        assert "return ('continue', None" in text
        lost = [said for said in listing.assumptions if "ends in the context that is lost" in said]
        assert len(lost) == (mail != PATCH)
        assert (listing.rows[-1].line is None) == (mail != PATCH)


def test_without_its_symbol_the_function_is_not_there_and_the_arm_is_empty() -> None:
    gone = one(PATCH, "move_normal_pmd", settings=("HAVE_MOVE_PMD=n",))
    assert gone.refusal is not None
    assert gone.refusal.reason == (
        "the configuration leaves it out: it stands under defined(CONFIG_HAVE_MOVE_PMD)"
    )
    arm = one(PATCH, "move_page_tables", settings=("HAVE_MOVE_PMD=n",))
    assert arm.refusal is None
    assert "take_rmap_locks" not in {need.name for need in arm.needs}


# --- the tree that the patch is for -------------------------------------------------------------


@pytest.mark.parametrize("mail", [PATCH, ARCHIVE])
def test_with_the_tree_the_whole_function_is_explained(mail: Path) -> None:
    listing = one(mail, "move_page_tables", target=str(BASE))
    assert (listing.part, listing.refusal) == (Part.WHOLE, None)
    assert listing.source == f"as the patch leaves {BASE}"
    assert (listing.rows[0].line, listing.rows[-1].line) == (140, 202)
    assert beside(listing)[201] == ("    return len + old_addr - old_end & _U64",)
    assert "move_normal_pmd" in {need.name for need in listing.needs}


def test_before_the_patch_it_calls_nothing_of_the_patch() -> None:
    listing = one(PATCH, "move_page_tables", target=str(BASE), before=True)
    assert (listing.refusal, listing.source) == (None, f"as it is in {BASE}")
    assert (listing.rows[0].line, listing.rows[-1].line) == (94, 139)
    assert "move_normal_pmd" not in {need.name for need in listing.needs}


def test_a_function_that_the_patch_only_stands_beside() -> None:
    listing = one(PATCH, "get_old_pmd", target=str(BASE))
    assert listing.refusal is None
    assert "the patch does not change it" in listing.notes


@pytest.fixture
def patched(tmp_path: Path) -> Path:
    """The fixture tree with the patch applied to it, as a directory."""
    tree = tmp_path / "patched"
    subprocess.run(["cp", "-r", BASE, tree], check=True)
    subprocess.run(["git", "init", "-q", "."], cwd=tree, check=True)
    subprocess.run(["git", "apply", PATCH], cwd=tree, check=True)
    subprocess.run(["rm", "-rf", ".git"], cwd=tree, check=True)
    return tree


def test_a_tree_that_holds_the_patch_already_will_do(patched: Path) -> None:
    after = one(PATCH, "move_page_tables", target=str(patched))
    assert after.source == f"as it is in {patched}, which holds the patch already"
    assert after.rows == one(PATCH, "move_page_tables", target=str(BASE)).rows
    before = one(PATCH, "move_page_tables", target=str(patched), before=True)
    assert before.source == f"as it is in {patched}, with the patch taken back"
    assert before.rows == one(PATCH, "move_page_tables", target=str(BASE), before=True).rows


def test_a_tree_that_the_patch_does_not_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mm").mkdir()
    (tmp_path / "mm" / "mremap.c").write_text("int nothing;\n")
    listing = one(PATCH, "move_page_tables", target=str(tmp_path))
    assert listing.refusal is not None
    assert listing.refusal.reason == (
        f"the patch does not apply to {tmp_path}: the file is not the one it is for"
    )
    (tmp_path / "mm" / "mremap.c").unlink()
    listing = one(PATCH, "move_page_tables", target=str(tmp_path))
    assert listing.refusal is not None
    assert listing.refusal.reason == f"{tmp_path} has no mm/mremap.c"


@pytest.fixture
def ring_tree(tmp_path: Path) -> Path:
    """A tree with a header and a C file that a patch changes together."""
    tree = tmp_path / "tree"
    (tree / "include" / "linux").mkdir(parents=True)
    (tree / "include" / "linux" / "ring.h").write_text("struct ring {\n\tint head;\n};\n")
    (tree / "ring.c").write_text(
        "#include <linux/ring.h>\n\nint ring_tail(struct ring *ring)\n{\n\treturn ring->head;\n}\n"
    )
    return tree


HEADER_TOO = """\
--- a/include/linux/ring.h
+++ b/include/linux/ring.h
@@ -1,3 +1,4 @@
 struct ring {
 \tint head;
+\tunsigned char tail;
 };
--- a/ring.c
+++ b/ring.c
@@ -3,4 +3,4 @@
 int ring_tail(struct ring *ring)
 {
-\treturn ring->head;
+\treturn IS_ENABLED(CONFIG_RING) ? ring->tail++ : 0;
 }
"""


def test_the_headers_are_those_of_the_state_that_is_asked_for(
    ring_tree: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.patch"
    path.write_text(HEADER_TOO)
    after = one(path, "ring_tail", target=str(ring_tree))
    assert after.refusal is None
    assert any(line.endswith("+ 1 & _U8") for line in beside(after)[5])
    assert "CONFIG_RING is taken to be y" in after.assumptions
    before = one(path, "ring_tail", target=str(ring_tree), before=True)
    assert beside(before)[5] == ("    return ring.head",)


def test_a_series_is_applied_in_order_and_each_patch_explained_without_a_tree(
    ring_tree: Path, tmp_path: Path
) -> None:
    first = "Subject: [PATCH 1/2] a\n\n" + HEADER_TOO
    second = """\
Subject: [PATCH 2/2] b

--- a/ring.c
+++ b/ring.c
@@ -3,4 +3,5 @@
 int ring_tail(struct ring *ring)
 {
+\tring_lock(ring);
 \treturn IS_ENABLED(CONFIG_RING) ? ring->tail++ : 0;
 }
"""
    mbox = "".join(
        f"From {'0' * 40} Mon Sep 17 00:00:00 2001\nFrom: A <a@b.example>\n{one}\n"
        for one in (first, second)
    )
    path = tmp_path / "series.mbox"
    path.write_text(mbox)
    whole = one(path, "ring_tail", target=str(ring_tree))
    assert [row.c for row in whole.rows][2:4] == [
        "\tring_lock(ring);",
        "\treturn IS_ENABLED(CONFIG_RING) ? ring->tail++ : 0;",
    ]
    apart = explain(Question(str(path), "ring_tail"))
    assert [listing.source for listing in apart] == [
        "as patch 1 of 2 leaves it",
        "as patch 2 of 2 leaves it",
    ]


# --- what is not explained: exit code 3, with the reason ----------------------------------------


def patch_of(body: str, *, path: str = "a.c", heading: str = "") -> str:
    """A patch that adds lines to a file, behind one line of context."""
    lines = body.strip("\n").split("\n")
    added = "".join(f"+{line}\n" for line in lines)
    head = f"--- a/{path}\n+++ b/{path}\n@@ -10 +10,{len(lines) + 1} @@ {heading}\n"
    return f"{head} {'	x = 1;' if heading else 'int before;'}\n{added}"


@pytest.mark.parametrize(
    ("text", "function", "reason", "line"),
    [
        (patch_of("int f(void)\n{\n\tasm(\"nop\");\n\treturn 0;\n}"), "f", "", 13),
        (patch_of("int f(void)\n{\n\treturn @;\n}"), "f", "not read: ", 13),
        (patch_of("\tif (x) {\n\t\ty();", heading="int f(void)"), "f",
         "the fragment does not close: its end is not among the lines that are there", 11),
        ("--- a/a.c\n+++ b/a.c\n@@ -10,2 +10 @@ int f(void)\n \tx = 1;\n-\ty = 1;\n", "f",
         "the patch only takes lines away from it; give the tree with --target", None),
    ],
)  # fmt: skip
def test_what_is_not_explained_says_why_and_where(
    tmp_path: Path, run: Run, text: str, function: str, reason: str, line: int | None
) -> None:
    path = tmp_path / "x.patch"
    path.write_text(text)
    listing = one(path, function)
    assert listing.refusal is not None
    assert listing.refusal.reason.startswith(reason)
    assert listing.refusal.line == line
    assert [row.line for row in listing.rows if row.marked] == ([line] if line else [])
    done = run("explain", path, function, "--format", "json")
    assert (done.returncode, done.stderr) == (3, b"")
    found = json.loads(done.stdout)
    jsonschema.validate(found, read_schema())
    assert found["exit_code"] == 3
    assert found["summary"].startswith(f"not explained: {function} (a.c")


def test_only_one_state_has_the_function(ring: Path) -> None:
    listing = one(ring, "ring_free", before=True)
    assert listing.refusal is not None
    assert listing.refusal.reason == "the patch adds it: there is none before"


def test_lost_lines_within_a_function_are_never_passed_over(tmp_path: Path) -> None:
    text = patch_of("int f(void)\n{\n\ta();\n\tb();\n\treturn 0;\n}").replace("+\tb();\n", "")
    path = tmp_path / "x.patch"
    path.write_text(text)
    listing = one(path, "f")
    assert listing.refusal is not None
    assert listing.refusal.reason == "lines of unknown text may be lost within it"


# --- wrong usage and wrong input: exit code 2, one line -----------------------------------------


@pytest.mark.parametrize(
    ("function", "more", "said"),
    [
        ("nowhere", (), "the patch holds no function 'nowhere'; it touches ring_free, ring_start"),
        ("x.c:ring_free", (),
         "the patch holds no function 'x.c:ring_free'; it touches ring_free, ring_start"),
        ("ring_stop", (),
         "the patch holds no function 'ring_stop'; it touches ring_free, ring_start"),
        ("\x1b[2J\n", (),
         r"the patch holds no function '\x1b[2J\n'; it touches ring_free, ring_start"),
    ],
)  # fmt: skip
def test_a_function_that_the_patch_does_not_hold_is_one_line(
    run: Run, ring: Path, function: str, more: tuple[str, ...], said: str
) -> None:
    done = run("explain", ring, function, *more)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == [f"analyze: {ring}: {said}"]


@pytest.mark.parametrize("setting", ["", "X", "X=", "X=5", "=y", "X=y,Y=n", "X=y\n", "é=y"])
def test_a_setting_that_is_none_is_refused(ring: Path, setting: str) -> None:
    with pytest.raises(AnalyzerError, match=re.escape("--set: ")):
        explain(Question(str(ring), "ring_free", settings=(setting,)))


def test_one_name_in_several_files_asks_for_the_path(tmp_path: Path) -> None:
    function = "static int f(void)\n{\n\treturn 0;\n}"
    path = tmp_path / "two.patch"
    path.write_text(patch_of(function, path="a.c") + patch_of(function, path="b/c.c"))
    with pytest.raises(AnalyzerError, match=re.escape("in 2 files; give one of a.c:f, b/c.c:f")):
        explain(Question(str(path), "f"))
    assert one(path, "b/c.c:f").path == "b/c.c"


def test_a_patch_without_c_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.patch"
    path.write_text(patch_of("config X\n\tbool", path="Kconfig"))
    with pytest.raises(AnalyzerError, match="it touches no function of C"):
        explain(Question(str(path), "f"))


def test_a_config_that_cannot_be_read_is_one_line(run: Run, ring: Path, tmp_path: Path) -> None:
    done = run("explain", ring, "ring_free", "--config", tmp_path / "nowhere")
    assert (done.returncode, done.stdout) == (2, b"")
    said = "cannot be read: No such file or directory; give another file"
    assert done.stderr.decode() == f"analyze: {tmp_path / 'nowhere'}: {said}\n"


# --- hostile patches ----------------------------------------------------------------------------

HOSTILE = {
    "control characters": "int f(void)\n{\n\t/* \x1b[2J \u202e */ g(\"\x1b]0\x07\");\n\treturn 0;}",
    "brackets": "int f(void)\n{\n" + "\tx = " + "(" * 5000 + ")" * 5000 + ";\n}",
    "blocks": "int f(void)\n{\n" + "\t{\n" * 3000 + "\t}\n" * 3000 + "}",
    "ifs": "int f(void)\n{\n" + "\tif (a)\n" * 3000 + "\t\tb();\n}",
    "operators": "int f(int a)\n{\n\treturn a" + " + a" * 5000 + ";\n}",
    "conditions": "int f(void)\n{\n" + "#if A\n" * 2000 + "#endif\n" * 1000 + "\treturn 0;\n}",
    "backticks": "int f(void)\n{\n\tg(\"```\\n# x\");\n\treturn 0;\n}",
    "quotes": "int f(void)\n{\n\tg(\"\"\"\\x\"\"\");\n\treturn 0;\n}",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("heading", ["", "int f(void)"])
def test_hostile_code_is_explained_or_refused_and_shown_safely(
    tmp_path: Path, run: Run, name: str, heading: str
) -> None:
    path = tmp_path / "x.patch"
    path.write_text(patch_of(HOSTILE[name], heading=heading))
    done = run("explain", path, "f")
    assert done.returncode in (0, 3)
    assert done.stderr == b""
    assert all(one == "\n" or one.isprintable() for one in done.stdout.decode())


def test_a_hunk_far_away_costs_no_memory_for_the_lines_before_it(tmp_path: Path) -> None:
    text = patch_of("int f(void)\n{\n\treturn 0;\n}").replace("+10,", "+999999999,")
    path = tmp_path / "x.patch"
    path.write_text(text.replace("-10 ", "-999999999 "))
    listing = one(path, "f")
    assert listing.refusal is None
    assert any(note.startswith("its line numbers are not the file's") for note in listing.notes)
