"""The statements that a patch's own lines make up, cut out of a hunk."""

from __future__ import annotations

import pytest

from analyzer.excerpt.fragment import MAX_FRAGMENTS, Excerpt, Fragment, fragments
from analyzer.excerpt.piece import Refusal


def excerpt(text: str, *, context_only: bool = True) -> Excerpt:
    """A hunk's lines from line 10 on: ``+`` is the patch's, ``~`` context behind a loss.

    Four blanks of indentation stand for a tab.
    """
    lines = text.strip("\n").split("\n")
    lines = [line if "\t" in line else line[0] + line[1:].replace("    ", "\t") for line in lines]
    return Excerpt(
        tuple(line[1:] for line in lines),
        tuple(range(10, 10 + len(lines))),
        tuple(line[0] == "+" for line in lines),
        tuple(line[0] == "~" for line in lines),
        context_only,
    )


def cut(text: str, *, context_only: bool = True) -> list[str | tuple[int, str]]:
    """What is cut out: a fragment's text, or the line and the reason of a refusal."""
    return [
        "\n".join(one.lines) if isinstance(one, Fragment) else (one.line or 0, one.reason)
        for one in fragments(excerpt(text, context_only=context_only))
    ]


@pytest.mark.parametrize(
    ("hunk", "fragment"),
    [
        (" \ta();\n+\tb();\n \tc();", "\tb();"),
        (" \ta();\n+\tif (x)\n \t\tb();\n \telse\n \t\tc();\n \td();",
         "\tif (x)\n\t\tb();\n\telse\n\t\tc();"),
        (" \ta();\n \tif (x &&\n+\t    y)\n \t\tb();\n \tc();", "\tif (x &&\n\t    y)\n\t\tb();"),
        (" \ta();\n+\tif (x) {\n \t\tb();\n+\t}\n \tc();", "\tif (x) {\n\t\tb();\n\t}"),
        (" \ta();\n \tif (x) {\n \t\tb();\n+\t}\n+\tc();", "\tif (x) {\n\t\tb();\n\t}\n\tc();"),
        (" \ta();\n+\tb();\n \tc();\n+\td();\n \te();", "\tb();\n\tc();\n\td();"),
        (" \ta();\n \tdo {\n+\t\tb();\n \t} while (x);", "\t\tb();"),
        (" \ta();\n+\tdo\n \t\tb();\n \twhile (x);\n \tc();", "\tdo\n\t\tb();\n\twhile (x);"),
        (" \ta();\n \tfor (i = 0; i < 9; i++)\n+\t\tb();", "\tfor (i = 0; i < 9; i++)\n\t\tb();"),
        (" \ta();\n+\tlist_for_each_entry(x, y, z)\n \t\tb();\n \tc();",
         "\tlist_for_each_entry(x, y, z)\n\t\tb();"),
        (" \ta();\n+\tx = ({ y; });\n+\tint z[] = { 1, 2 };",
         "\tx = ({ y; });\n\tint z[] = { 1, 2 };"),
        (" \ta();\n+out:\n+\tb();", "out:\n\tb();"),
        (" \ta(); b();\n+\tc(); /* { */\n \td(); e();", "\tc();"),
    ],
)  # fmt: skip
def test_as_little_context_as_closes_it_is_taken_along(hunk: str, fragment: str) -> None:
    assert cut(hunk) == [fragment]


def test_an_arm_of_a_chain_stands_alone_and_what_was_cut_is_said() -> None:
    hunk = """
     if (x) {
         a();
+    } else if (y) {
+        b();
     } else {
         c();
     }
"""
    assert fragments(excerpt(hunk)) == (
        Fragment(
            2,
            ("\t       if (y) {", "\t\tb();", "\t}"),
            notes=(
                "line 12: one arm of a chain, whose head is cut off",
                "line 14: the else and what follows it is cut off",
            ),
        ),
    )


def test_labels_of_a_switch_are_cut_off_and_part_fragments() -> None:
    hunk = """
     switch (x) {
+    case A:
+        a();
+        break;
+    case B ... C:
+    default:
+        b();
     }
"""
    assert fragments(excerpt(hunk)) == (
        Fragment(
            1,
            ("", "\t\ta();", "\t\tbreak;"),
            notes=("line 11: 'case A' of a switch, which is cut off",),
        ),
        Fragment(
            4,
            ("", "", "\t\tb();"),
            notes=(
                "line 14: 'case B ... C' of a switch, which is cut off",
                "line 15: 'default' of a switch, which is cut off",
            ),
        ),
    )


def test_lines_in_different_arms_are_fragments_of_their_own() -> None:
    assert cut(" \tif (x) {\n+\t\ta();\n \t} else {\n+\t\tb();\n \t}\n \tc();") == [
        "\t\ta();",
        "\t\tb();",
    ]


def test_directives_and_comments_of_the_patch_stay_with_its_statements() -> None:
    hunk = " \ta();\n+#if X\n+\t/* why */\n+\tb();\n+#endif\n \tc();"
    assert cut(hunk) == ["#if X\n\t/* why */\n\tb();\n#endif"]


def test_a_block_that_nothing_is_left_of_ends_in_lost_context_as_well() -> None:
    assert cut(" \ta();\n+\tif (b) {\n+\n~\tc();") == ["\tif (b) {\n\n\t}"]
    assert cut(" \ta();\n+\tint b[] = {\n~\tc();") == [
        (11, "the fragment does not close: its lines were lost")
    ]


def test_two_that_context_stands_between_may_stay_two() -> None:
    text = excerpt(" \ta();\n+\tb();\n \tc();\n+\td();\n \te();")
    assert [one.lines for one in fragments(text, join=False) if isinstance(one, Fragment)] == [
        ("\tb();",),
        ("\td();",),
    ]


def test_a_brace_in_lost_context_is_assumed_where_the_indentation_ends_the_block() -> None:
    hunk = """
         a();
+    } else if (x) {
+        b();
~    c();
"""
    assert fragments(excerpt(hunk)) == (
        Fragment(
            1,
            ("\t       if (x) {", "\t\tb();", "\t}"),
            closed=1,
            notes=("line 11: one arm of a chain, whose head is cut off",),
            assumptions=(
                "what line 11 begins ends in the context that is lost behind line 12: so the "
                "indentation of the next line says; no statement of it is taken to be lost there",
            ),
        ),
    )


LOST = "the fragment does not close: its lines were lost"
NOT_HERE = "the fragment does not close: its end is not among the lines that are there"


@pytest.mark.parametrize(
    ("hunk", "context_only", "reason"),
    [
        (" \ta();\n+\tif (x) {\n+\t\tb();\n~\tc();", False, (11, LOST)),
        (" \ta();\n+\tif (x) {\n+\t\tb();\n~\t\tc();", True, (11, LOST)),
        (" \ta();\n+\tif (x) {\n+\t\tb(\n~\tc();", True, (11, LOST)),
        (" \ta();\n+\tif (x) {\n \t\tb();\n \t\tc();", True, (11, NOT_HERE)),
        (" \ta();\n+\tb(x,\n", True, (11, NOT_HERE)),
        (" \ta();\n \tb();\n+\t}\n \tc();", True, (12, NOT_HERE)),
        (" \ty, z);\n", True, None),
        (" \tx), y(\n+\tz);", True, (11, "the fragment begins before the lines that are there")),
        (" \ta();\n+\tcase A:\n \t\tb();", True,
         (11, "the patch's lines hold no statement of their own")),
    ],
)  # fmt: skip
def test_what_does_not_close_is_refused(
    hunk: str, context_only: bool, reason: tuple[int, str] | None
) -> None:
    assert cut(hunk, context_only=context_only) == ([reason] if reason else [])


def test_a_fragment_at_the_top_of_a_hunk_says_what_it_takes_for_granted() -> None:
    assert fragments(excerpt("+\ta();\n \tb();")) == (
        Fragment(
            0,
            ("\ta();",),
            assumptions=("line 10 begins a statement: what precedes it is not there",),
        ),
    )


def test_a_refusal_shows_the_line_that_it_is_about() -> None:
    assert fragments(excerpt(" \ta();\n+\tif (x) {\n \t\tb();")) == (
        Refusal(NOT_HERE, 11, "if (x) {"),
    )


def test_the_number_of_fragments_is_bounded_and_the_rest_is_said() -> None:
    hunk = "\n".join(["+\tif (x)", " \t} else {"] * (MAX_FRAGMENTS + 5))
    found = fragments(excerpt(hunk))
    assert len(found) == MAX_FRAGMENTS + 1
    assert found[-1] == Refusal(f"the patch changes it in more than {MAX_FRAGMENTS} places", 138)
