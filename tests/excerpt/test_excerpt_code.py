"""What a patch shows of functions, all of it: pieces, their surroundings, and what is in none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from growth import growth

from analyzer.csource.configuration import Configuration
from analyzer.csource.syntax import Unparsed
from analyzer.excerpt.code import (
    Outside,
    changed_outside,
    code_of,
    symbols_named,
    without_assumed,
)
from analyzer.excerpt.piece import Near, Part, Piece, Refusal
from analyzer.excerpt.translation import translated, types_declared
from analyzer.patch.damage import Grade
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.repair.image import State
from analyzer.translate import LP64, Translated
from analyzer.translate.types import Pointer

PATCH = """\
--- a/arch/Kconfig
+++ b/arch/Kconfig
@@ -1,1 +1,2 @@
 config A
+	bool
--- a/mm/walk.c
+++ b/mm/walk.c
@@ -1,15 +1,19 @@
 #include "walk.h"
+static int turns;
 
 static int unit(void)
 {
 	return STEP;
 }
 
 static int first(int a)
 {
-	return a;
+	int b = unit();
+
+	return a + b + DOUBLE(a);
 }
 
 int walk(struct walk *w, int end)
 {
 	int at = 0;
 
@@ -40,11 +44,19 @@ int walk(struct walk *w, int end)
 	begin(w);
 	for (; at < end; at++) {
 		look(w, at);
 		if (at & 1) {
 			odd(w);
+		} else if (at) {
+#ifdef CONFIG_EVEN
+			even(w, &at);
+#endif
 		}
 		mark(w);
+		if (at > 9)
+			break;
 		done(w);
 	}
+	finish(w,
+	       at);
 	return at;
 }
--- a/mm/walk.h
+++ b/mm/walk.h
@@ -1,1 +1,2 @@
 #define STEP 1
+#define DOUBLE(x) ((x) * 2)
"""
ON = Configuration({"EVEN": "y"}, {}, total=False)
OFF = Configuration({"EVEN": "n"}, {}, total=False)


def files(text: str = PATCH) -> tuple[FilePatch, ...]:
    return read_series(text.encode(), "x.patch").patches[0].files


def code(text: str = PATCH, state: State = State.AFTER) -> tuple[Piece, ...]:
    return code_of(files(text), (), ON, state)


def shortly(piece: Piece) -> tuple[str, Part, bool, int]:
    return piece.function, piece.part, piece.changed, piece.first


def test_every_function_that_the_hunks_show() -> None:
    assert [shortly(piece) for piece in code()] == [
        ("unit", Part.WHOLE, False, 4),
        ("first", Part.WHOLE, True, 9),
        ("walk", Part.FRAGMENT, True, 49),
        ("walk", Part.FRAGMENT, True, 55),
        ("walk", Part.FRAGMENT, True, 59),
    ]


def test_before_the_patch() -> None:
    found = code(state=State.BEFORE)
    assert [shortly(piece) for piece in found] == [
        ("unit", Part.WHOLE, False, 3),
        ("first", Part.WHOLE, True, 8),
    ]
    assert {piece.source for piece in found} == {"as the patch finds it"}


def test_what_stands_around_a_fragment() -> None:
    arm, check, _ = code()[2:]
    assert arm.before == (
        Near(44, "\tbegin(w);", False, False),
        Near(45, "\tfor (; at < end; at++) {", False, False),
        Near(46, "\t\tlook(w, at);", False, False),
        Near(47, "\t\tif (at & 1) {", False, False),
        Near(48, "\t\t\todd(w);", False, False),
        Near(49, "\t\t} else", True, False),
    )
    assert arm.text == (
        "\t\t       if (at) {",
        " " * 18,
        "\t\t\teven(w, &at);",
        " " * 6,
        "\t\t}",
    )
    assert arm.behind[:3] == (
        Near(54, "\t\tmark(w);", False, False),
        Near(55, "\t\tif (at > 9)", True, False),
        Near(56, "\t\t\tbreak;", True, False),
    )
    assert (arm.own, arm.begun, arm.gap) == ((49, 50, 51, 52), False, False)
    assert (check.text, check.own) == (("\t\tif (at > 9)", "\t\t\tbreak;"), (55, 56))
    assert [near.text for near in check.behind[:2]] == ["\t\tdone(w);", "\t}"]


def test_what_a_fragment_leaves_out_of_its_last_line() -> None:
    text = """\
--- a/x.c
+++ b/x.c
@@ -9,4 +9,5 @@ void f(int a)
 	b();
-	if (a) {
+	if (a) { c();
+	} else {
 		d();
 	}
 	e();
"""
    (piece,) = code(text.replace("+9,5", "+9,6").replace("-9,4", "-9,5"))
    assert piece.refusal is None
    assert [near.text for near in piece.behind] == ["\te();"]
    assert piece.own == (10, 11)


_SLIDING = """\
--- a/a.c
+++ b/a.c
@@ -9,5 +9,8 @@ void f(int a)
 	if (a) {
 		b();
 		c();
+	}
+	if (d) {
+		e();
 	}
 	g();
"""


@pytest.mark.parametrize("end", ["", "/* it is the same */"])
def test_a_brace_is_taken_from_where_diff_could_have_taken_it(end: str) -> None:
    (piece,) = code(_SLIDING.replace("+\t}\n", f"+\t}}{end}\n"))
    if end:
        # It is not the line behind the patch's lines.
        assert (piece.first, piece.own) == (9, (12, 13, 14))
        return
    assert (piece.first, piece.text) == (13, ("\tif (d) {", "\t\te();", "\t}"))
    assert piece.own == (13, 14, 15)
    assert piece.before == (
        Near(9, "\tif (a) {", False, False),
        Near(10, "\t\tb();", False, False),
        Near(11, "\t\tc();", False, False),
        Near(12, "\t}", False, False),
    )
    assert piece.behind == (Near(16, "\tg();", False, False),)


def test_the_configuration_picks() -> None:
    arm = code_of(files(), (), OFF, State.AFTER)[2]
    assert [line.strip() for line in arm.text] == ["if (at) {", "", "", "", "}"]
    assert symbols_named(files(), State.AFTER) == ("EVEN",)
    assert symbols_named(files(), State.BEFORE) == ()


def test_changes_that_are_in_no_function() -> None:
    assert changed_outside(files(), ON, State.AFTER) == (
        Outside("mm/walk.c", 2, "static int turns;"),
    )
    assert changed_outside(files(), ON, State.BEFORE) == ()


def test_a_change_of_an_unknown_function_is_in_none() -> None:
    text = "--- a/x.c\n+++ b/x.c\n@@ -5,2 +5,3 @@\n \ta();\n+\tb();\n \tc();\n"
    assert code(text) == ()
    assert changed_outside(files(text), ON, State.AFTER) == (
        Outside("x.c", 6, "b();", indented=True),
    )


def test_what_cannot_be_cut_out_says_so() -> None:
    text = "--- a/x.c\n+++ b/x.c\n@@ -5,2 +5,3 @@ void f(void)\n \ta(\n+\t  b,\n \t  c,\n"
    (piece,) = code(text)
    assert piece.refusal == Refusal(
        "the fragment does not close: its end is not among the lines that are there", 6, "b,"
    )


def test_headers_declare_for_the_files() -> None:
    whole = code()[1]
    found = translated(whole, ON)
    assert isinstance(found, Translated)
    # The macro of the header is expanded, the function beside it called.
    assert ([need.name for need in found.needs], found.names) == (["unit"], ("a",))


def test_types_of_the_function_around() -> None:
    arm = code()[2]
    assert not isinstance(translated(arm, ON), Translated)
    found = translated(arm, ON, types={"at": LP64.int, "w": LP64.unsigned_long})
    assert isinstance(found, Translated)
    assert (found.names, found.changed, found.cells) == (("at", "w"), (), ("at",))
    # What the header says goes first.
    assert isinstance(found.parameters[1], Pointer)


def test_types_that_a_fragment_declares() -> None:
    text = (
        "--- a/x.c\n+++ b/x.c\n@@ -5,2 +5,3 @@ void f(void)\n \tint a;\n+\tbool b, *c;\n \tint d;\n"
    )
    (piece,) = code(text)
    found = types_declared(piece)
    assert list(found) == ["b", "c"]
    assert found["c"] == Pointer(found["b"])
    assert types_declared(replace(piece, text=("int (",))) == {}
    assert isinstance(translated(replace(piece, text=("int (",)), ON), Unparsed)


def test_assumed_lines_made_blank() -> None:
    (file,) = [one for one in files() if one.path == "mm/walk.c"]
    hunk = file.hunks[1]
    lines = [
        replace(line, grade=Grade.ASSUMED) if line.text.startswith("#") else line
        for line in hunk.lines
    ]
    given = replace(file, hunks=(hunk.with_lines(tuple(lines)),))
    (without,) = without_assumed([given])
    arm = code_of([without], (), OFF, State.AFTER)[0]
    assert [line.strip() for line in arm.text] == ["if (at) {", "", "even(w, &at);", "", "}"]
    assert arm.assumptions == ()
    kconfig = files()[0]
    assert without_assumed([kconfig]) == (kconfig,)


MANY = {
    "functions": lambda n: "".join(f"+int f{i}(void)\n+{{\n+\tg();\n+}}\n+\n" for i in range(n)),
    "conditionals": lambda n: "+#if A\n+int f(void)\n+{\n+}\n+#endif\n" * n,
}


@pytest.mark.parametrize("name", ["functions", "conditionals"])
def test_the_time_grows_with_the_patch(name: str) -> None:
    def build(n: int) -> tuple[FilePatch, ...]:
        body = MANY[name](n)
        count = body.count("\n")
        return files(f"--- /dev/null\n+++ b/x.c\n@@ -0,0 +1,{count} @@\n{body}")

    assert growth(lambda given: code_of(given, (), ON, State.AFTER), build, 100) < 9.0


def test_the_time_grows_with_the_files() -> None:
    def build(n: int) -> tuple[FilePatch, ...]:
        return files(
            "".join(
                f"--- /dev/null\n+++ b/x{i}.{end}\n@@ -0,0 +1,2 @@\n+int a;\n+int f(void) {{ }}\n"
                for i in range(n)
                for end in "c"
            )
        )

    assert growth(lambda given: code_of(given, (), ON, State.AFTER), build, 100) < 9.0
