"""Whole patches proved: which functions make pairs, whose a difference is, what stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus import FOLDER
from small_trees import PATH, proofs

from analyzer.csource.configuration import Configuration
from analyzer.prove.proof import Outcome
from analyzer.prove.session import Budget, Proofs, Unproved

CONTEXT = "\nint something_else(void);\n"


def fixture(name: str) -> str:
    return (FOLDER / f"{name}.c").read_text()


def backported(top: Path, kind: str, before: str, after: str, extra: str = CONTEXT) -> Proofs:
    """A fixture's upstream.c as what the commit leads to, a variant as what the backport does."""
    upstream = fixture(f"{kind}/{before}"), fixture(f"{kind}/upstream")
    target = upstream[0] + extra, fixture(f"{kind}/{after}") + extra
    return proofs(top, upstream, target)


def told(found: Proofs) -> list[tuple[str, str, str]]:
    return [(one.name, one.proof.outcome.value, one.item) for one in found.proofs]


def left(found: Proofs) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in found.unproved]


# --- the patch's own ----------------------------------------------------------------------------


def test_an_equal_rewrite_is_the_same(tmp_path: Path) -> None:
    found = backported(tmp_path, "probe", "wrong-leaked-clk", "equal-early-returns")
    assert told(found) == [("tsadc_probe", "same", "")]
    assert (found.complete, left(found)) == (True, [])
    text = "clk_put() does the same in both trees: declared alike, its body was not seen"
    assert (text, "tsadc_probe()") in found.assumptions


@pytest.mark.parametrize(
    ("kind", "before", "after", "item"),
    [
        ("probe", "wrong-null-check", "wrong-label-too-deep", "SM-3"),
        ("probe", "wrong-null-check", "wrong-leaked-clk", "SM-3"),
        ("probe", "wrong-leaked-clk", "wrong-returns-zero", "SM-3"),
        ("probe", "wrong-leaked-clk", "wrong-irq-index", "SM-2"),
        ("locking", "wrong-short-label", "wrong-no-unlock", "SM-4"),
        ("locking", "wrong-short-label", "wrong-lock-order", "SM-4"),
        ("guards", "wrong-no-old", "wrong-le", "SM-1"),
        ("ring", "wrong-swapped", "wrong-not-stopped", "SM-6"),
    ],
)
def test_a_wrong_backport_is_raised_under_one_item(
    tmp_path: Path, kind: str, before: str, after: str, item: str
) -> None:
    found = backported(tmp_path, kind, before, after)
    (one,) = found.proofs
    assert (one.proof.outcome, one.item) == (Outcome.DIFFERENT, item)
    assert one.proof.counterexample is not None
    assert not found.complete


def test_a_difference_that_was_there_before_is_not_the_patchs(tmp_path: Path) -> None:
    before = fixture("probe/wrong-leaked-clk")
    other = fixture("probe/wrong-order")
    found = proofs(
        tmp_path,
        (before, fixture("probe/upstream")),
        (other.replace("channels = 8", "channels = 4"), other),
    )
    assert told(found) == [("tsadc_probe", "undecided", "")]
    said = found.proofs[0].proof.reason
    assert said.startswith("the two functions already differ before the patch: ")


SMALL = """\
void act(int what);
void undo(int what);

static int one(int a)
{
	act(a);
	return 0;
}

int two(int a)
{
	undo(a);
	return one(a);
}
"""


def test_what_the_backport_leaves_out_is_a_difference(tmp_path: Path) -> None:
    after = SMALL.replace("act(a)", "act(a + 1)").replace("undo(a)", "undo(a + 1)")
    found = proofs(tmp_path, (SMALL, after), (SMALL, SMALL.replace("act(a)", "act(1 + a)")))
    assert told(found) == [("one", "same", ""), ("two", "different", "SM-2")]


def test_what_the_backport_adds_is_a_difference(tmp_path: Path) -> None:
    after = SMALL.replace("undo(a)", "undo(a + 1)")
    found = proofs(tmp_path, (SMALL, after), (SMALL, after.replace("return 0", "return 1")))
    assert ("one", "different", "SM-6") in told(found)


def test_comments_touch_nothing(tmp_path: Path) -> None:
    after = SMALL.replace("{\n", "{\n\t/* said */\n")
    found = proofs(tmp_path, (SMALL, after), (SMALL, after.replace("said", "told")))
    assert (told(found), found.complete) == ([], True)


# --- which is which ------------------------------------------------------------------------------


def test_a_helper_of_one_side_is_covered_by_its_caller(tmp_path: Path) -> None:
    found = backported(tmp_path, "locking", "wrong-short-label", "equal-helper")
    assert told(found) == [("queue_submit", "same", "")]
    assert found.proofs[0].proof.opened == ("__queue_submit",)
    assert found.complete


def test_a_helper_that_others_may_call_is_not(tmp_path: Path) -> None:
    helped = SMALL.replace("\tact(a);", "\tact_on(a);").replace(
        "static int one", "void act_on(int a)\n{\n\tact(a + 1);\n}\n\nstatic int one"
    )
    found = proofs(tmp_path, (SMALL, SMALL.replace("act(a)", "act(a + 1)")), (SMALL, helped))
    assert told(found) == [("one", "same", "")]
    why = "it is not static, so others may call it"
    assert left(found) == [("act_on(), which the target alone has", why)]


def test_helpers_of_one_name_need_not_be_the_same(tmp_path: Path) -> None:
    """Both are new, and static: all that counts is what their callers do."""

    def helped(body: str, call: str) -> str:
        helper = f"static int help(int a)\n{{\n{body}\n}}\n\nstatic int one"
        return SMALL.replace("static int one", helper).replace("act(a);", call, 1)

    found = proofs(
        tmp_path,
        (SMALL, helped("\treturn a + 1;", "act(help(a));")),
        (SMALL, helped("\treturn a + 2;", "act(help(a) - 1);")),
    )
    assert told(found) == [("one", "same", "")]
    assert [what for what, _ in found.notes] == ["whether help() by itself is the same"]
    assert found.complete


def test_a_renamed_function_is_a_pair(tmp_path: Path) -> None:
    ours = SMALL.replace("one(", "uno(")
    found = proofs(
        tmp_path,
        (SMALL, SMALL.replace("act(a)", "act(a + 1)")),
        (ours, ours.replace("act(a)", "act(a + 2)")),
        renamed={"one": "uno"},
    )
    assert told(found) == [("uno", "different", "SM-2")]
    assert found.proofs[0].proof.function == "one"


def test_functions_of_one_name_in_two_files_are_two(tmp_path: Path) -> None:
    other = "drivers/x/g.c"
    before = {PATH: SMALL, other: SMALL.replace("two", "three")}
    after = {path: text.replace("act(a)", "act(a + 1)") for path, text in before.items()}
    wrong = {**after, other: before[other].replace("act(a)", "act(a + 2)")}
    found = proofs(tmp_path, (before, after), (before, wrong))
    assert told(found) == [("one", "same", ""), ("one", "different", "SM-2")]
    assert [one.path for one in found.proofs] == [PATH, other]


def test_a_function_with_other_parameters_is_no_pair(tmp_path: Path) -> None:
    def with_two(text: str, kind: str) -> str:
        return text.replace("int two(int a)", f"{kind} two(int a)").replace(
            "undo(a)", "undo(a + 1)"
        )

    found = proofs(tmp_path, (SMALL, with_two(SMALL, "int")), (SMALL, with_two(SMALL, "long")))
    assert told(found) == [("two", "undecided", "")]
    assert found.proofs[0].proof.reason == "two() does not take or return what upstream's does"


# --- what is no function -------------------------------------------------------------------------


def test_a_changed_macro_touches_its_users(tmp_path: Path) -> None:
    before = SMALL.replace("act(a)", "act(a + STEP)")
    found = proofs(
        tmp_path,
        ("#define STEP 1\n" + before, "#define STEP 2\n" + before),
        ("#define STEP 1\n" + before, "#define STEP 3\n" + before),
    )
    assert told(found) == [("one", "different", "SM-2")]


def test_a_macro_that_no_function_uses_is_left(tmp_path: Path) -> None:
    found = proofs(
        tmp_path,
        ("#define STEP 1\n" + SMALL, "#define STEP 2\n" + SMALL),
        ("#define STEP 1\n" + SMALL, "#define STEP 3\n" + SMALL),
    )
    assert told(found) == []
    what = "the macro STEP, which both sides define otherwise"
    assert left(found) == [(what, "no function of the changed files uses it")]


def test_declarations_count_where_they_are_not_changed_alike(tmp_path: Path) -> None:
    one = SMALL + 'static const char *name = "one";\n'
    other = SMALL + 'static const char *name = "two";\n'
    alike = proofs(tmp_path / "alike", (SMALL, one), (SMALL, one))
    assert (told(alike), alike.complete) == ([], True)
    found = proofs(tmp_path / "apart", (SMALL, one), (SMALL, other))
    assert left(found) == [
        (
            '`static const char * name = "one"`, which upstream alone adds',
            "functions alone are proved",
        ),
        (
            '`static const char * name = "two"`, which the target alone adds',
            "functions alone are proved",
        ),
    ]


def test_lines_that_no_configuration_builds_are_left(tmp_path: Path) -> None:
    gated = SMALL.replace("\tact(a);", "#ifdef CONFIG_ODD\n\tact(a);\n#endif")
    found = proofs(
        tmp_path,
        (gated, gated.replace("act(a)", "act(a + 1)")),
        (gated, gated.replace("act(a)", "act(a + 2)")),
    )
    assert told(found) == []
    why = "no configuration that was looked at builds them"
    assert left(found) == [
        (f"upstream's changed lines of {PATH} from line 7", why),
        (f"changed lines of {PATH} from line 7", why),
    ]


def test_each_configuration_is_proved(tmp_path: Path) -> None:
    gated = SMALL.replace("\tact(a);", "#ifdef CONFIG_ODD\n\tact(a);\n#else\n\tundo(a);\n#endif")
    configs = tuple(((("ODD", value),), Configuration({"ODD": value})) for value in ("y", "n"))
    after = gated.replace("act(a)", "act(a + 1)")
    found = proofs(
        tmp_path,
        (gated, after),
        (gated, after.replace("\tundo(a)", "\tundo(2)", 1)),
        configurations=configs,
    )
    assert [(one.name, one.proof.outcome.value, one.config) for one in found.proofs] == [
        ("one", "same", (("ODD", "y"),)),
        ("one", "different", (("ODD", "n"),)),
    ]


def test_other_files_count_where_they_are_not_changed_alike(tmp_path: Path) -> None:
    before = {PATH: SMALL, "drivers/x/Makefile": "obj-y += f.o\n", "Documentation/x.rst": "x\n"}
    after = {PATH: SMALL, "drivers/x/Makefile": "obj-m += f.o\n", "Documentation/x.rst": "y\n"}
    found = proofs(tmp_path, (before, after), (before, {**before, "Documentation/x.rst": "z\n"}))
    assert left(found) == [
        ("drivers/x/Makefile, which both sides do not change alike", "it is no C")
    ]


# --- what ends early -----------------------------------------------------------------------------


def test_a_function_that_is_not_translated_is_undecided(tmp_path: Path) -> None:
    def odd(text: str) -> str:
        return SMALL.replace("\tact(a);", f'\tasm volatile("{text}");')

    found = proofs(tmp_path, (SMALL, odd("nop")), (SMALL, odd("pause")))
    assert told(found) == [("one", "undecided", "")]
    proof = found.proofs[0].proof
    assert proof.reason.startswith("one() of upstream is not translated: ")
    assert proof.place is not None
    assert proof.place.path == PATH


def test_a_limit_leaves_the_rest_undecided(tmp_path: Path) -> None:
    upstream = SMALL, SMALL.replace("act(a)", "act(a + 1)")
    target = SMALL, SMALL.replace("act(a)", "act(1 + a)")
    found = proofs(tmp_path, upstream, target, budget=Budget(0.0, 0.0))
    assert (told(found), found.complete) == ([], False)
    left = Unproved("what is left of the patch", "the limit of 0 seconds for all functions")
    assert found.unproved == (left,)


def test_an_interrupt_keeps_what_was_decided(tmp_path: Path) -> None:
    def interrupt(what: str, done: int, whole: int) -> None:
        assert whole == 2
        if what == "proving two()":
            raise KeyboardInterrupt

    after = SMALL.replace("act(a)", "act(a + 1)").replace("undo(a)", "undo(a + 1)")
    found = proofs(
        tmp_path, (SMALL, after), (SMALL, after.replace("a + 1", "1 + a")), progress=interrupt
    )
    assert told(found) == [("one", "same", "")]
    assert (found.interrupted, found.complete) == (True, False)


def test_questions_are_handed_on(tmp_path: Path) -> None:
    kept: list[tuple[str, str]] = []
    before = SMALL.replace("\tact(a);", "\tif (a > 3)\n\t\tact(a);")
    found = proofs(
        tmp_path,
        (SMALL, before),
        (SMALL, before.replace("a > 3", "!(a <= 3)")),
        keep=lambda name, text: kept.append((name, text)),
    )
    assert told(found) == [("one", "same", "")]
    assert {name for name, _ in kept} == {"one"}
    assert all(text.startswith("(set-logic QF_AUFBV)") for _, text in kept)


def test_a_helper_that_is_handed_on_is_not_covered(tmp_path: Path) -> None:
    """Its caller runs it; whoever else calls it is not seen."""
    before = "void later(int (*what)(int));\n" + SMALL

    def helped(step: int) -> str:
        helper = f"static int help(int a)\n{{\n\treturn a + {step};\n}}\n\nstatic int one"
        call = f"later(help);\n\tact(help(a) - {step});"
        return before.replace("static int one", helper).replace("act(a);", call, 1)

    found = proofs(tmp_path, (before, helped(1)), (before, helped(2)))
    assert ("help", "different", "SM-1") in told(found)
    assert not found.complete
