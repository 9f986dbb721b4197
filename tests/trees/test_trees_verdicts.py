"""What the whole tool says of backports to our RHEL 7-like tree: variants, bases, later fixes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from analyzer.finding import State as Answer
from analyzer.reference.commit import COMMIT
from analyzer.replay.outcome import Cause
from analyzer.result import Divergence, Report, Verdict
from tests.trees import trees
from tests.trees.edits import DROP, MREMAP, TAKE, THERE, Edit, in_c, texts
from tests.trees.judged import DIRECTORY, FIX, REFERENCE, Bench, found
from tests.trees.renaming import renamed
from tests.trees.trees import Era
from tests.trees.variants import EQUAL, WRONG

# Every variant takes four seconds: by default one of each kind is judged, with this set all.
ALL = bool(os.environ.get("ALL_TREE_VARIANTS"))
CORRECT = Edit("correct", (), ())
_NAMES = ("flush-of-half", "pieces-by-a-label")
WRONG_HERE = WRONG if ALL else tuple(one for one in WRONG if one.name in _NAMES)
EQUAL_HERE = EQUAL if ALL else tuple(one for one in EQUAL if one.name in _NAMES)
named = pytest.mark.parametrize
long = pytest.mark.skipif(not ALL, reason="ALL_TREE_VARIANTS is not set: it takes minutes")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("judged"))


def charged(report: Report) -> set[Cause]:
    return {one.cause for one in report.divergences}


def upstream_lines(report: Report, cause: Cause) -> set[str | None]:
    """The commits of upstream's lines that stand beside the differences of a cause."""
    ids = {one.id for one in report.divergences if one.cause is cause}
    return {
        told.place.commit
        for item in report.items
        for told in item.evidence
        if told.place is not None and told.text in {f"{one}: upstream's line for it" for one in ids}
    }


def of_base(report: Report) -> set[tuple[str, str]]:
    return {
        (one.function, one.observation) for one in report.divergences if one.cause is Cause.BASE
    }


# --- variants ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def correct(bench: Bench) -> Report:
    return bench.report(bench.variant(CORRECT))


def test_the_backport_does_the_same_and_its_base_is_told(correct: Report) -> None:
    assert correct.verdict is Verdict.SAME
    assert found(correct) == ("DP-2",)
    assert charged(correct) == {Cause.BASE, Cause.FOLLOW_UP}
    assert {"move_ptes", "move_page_tables"} <= {function for function, _ in of_base(correct)}
    assert ("move_ptes", "flush") in of_base(correct)
    assert ("move_page_tables", "locks taken") in of_base(correct)
    # What move_ptes() does is followed on neither side: no line is told for it.
    assert upstream_lines(correct, Cause.BASE) == set()
    (known,) = upstream_lines(correct, Cause.FOLLOW_UP)
    assert str(known).startswith(COMMIT)


@named("way", [pytest.param(DIRECTORY, marks=long), REFERENCE])
def test_so_it_does_beside_less_than_a_repository(bench: Bench, way: str) -> None:
    name = f"correct-{way}"
    report = bench.report(bench.mail(name, bench.backport), way)
    assert (report.verdict, found(report)) == (Verdict.SAME, ("DP-2",))
    assert Cause.PATCH not in charged(report)


@named("edit", WRONG_HERE, ids=lambda one: one.name)
def test_what_is_wrong_is_found_under_its_item(bench: Bench, edit: Edit) -> None:
    report = bench.report(bench.variant(edit))
    assert set(edit.items) & set(found(report))
    assert set(found(report)) - {"DP-2"}
    own = trees.commit_of(bench.upstream, trees.State.CORE)
    # Where upstream is within move_ptes() when the sides part, no line is told for it.
    told = upstream_lines(report, Cause.PATCH)
    assert told <= {own}
    assert told or edit.name != "flush-of-half"


@named("edit", EQUAL_HERE, ids=lambda one: one.name)
def test_what_is_equal_raises_nothing(bench: Bench, edit: Edit) -> None:
    report = bench.report(bench.variant(edit))
    assert (report.verdict, found(report)) == (Verdict.SAME, ("DP-2",))


# --- the base's own mistakes, and the patch's ---------------------------------------------------

# A mistake in code that the backport leaves alone: what is moved is not marked for who watches.
SLIP = Edit(
    "slip",
    (),
    in_c(
        (
            "		set_pte_at(mm, to, dst, move_soft_dirty_pte(entry));\n",
            "		set_pte_at(mm, to, dst, entry);\n",
        )
    ),
)


def slipped(bench: Bench, name: str) -> Path:
    """The target with the mistake in it already."""
    top = trees.directory(bench.top / name, Era.RHEL7)
    for path, text in SLIP.made(texts(top)).items():
        (top / path).write_text(text)
    return top


@long
def test_a_mistake_of_the_base_is_the_bases(bench: Bench) -> None:
    before = SLIP.made(bench.before)
    patch = bench.mail("base-slip", SLIP.made(bench.backport), before)
    report = bench.report(patch, target=slipped(bench, "slipped"))
    assert (report.verdict, found(report)) == (Verdict.SAME, ("DP-2",))
    assert "move_ptes" in {function for function, _ in of_base(report)}


@long
def test_the_same_mistake_in_the_patch_is_the_patchs(bench: Bench) -> None:
    report = bench.report(bench.mail("patch-slip", SLIP.made(bench.backport)))
    assert report.verdict is Verdict.DIFFERS
    assert Cause.PATCH in charged(report)


# --- what lines of text do not show --------------------------------------------------------------


def test_a_change_of_a_macro_alone_is_a_change_of_what_uses_it(bench: Bench) -> None:
    """The target already has the backport; the patch gives one macro another meaning."""
    before = dict(bench.before)
    before[MREMAP] = (
        before[MREMAP]
        .replace(
            "		flush_tlb_range(vma, begin, end);\n",
            "		flush_tlb_range(vma, begin, MOVED_TO(end));\n",
        )
        .replace(
            "static void move_ptes(", "#define MOVED_TO(at)	(at)\n\nstatic void move_ptes(", 1
        )
    )
    after = Edit(
        "e",
        (),
        in_c(("static void move_ptes(", "#define MOVED_TO(at)	(at)\n\nstatic void move_ptes(")),
    ).made(bench.backport)
    after[MREMAP] = (
        after[MREMAP]
        .replace(
            "		flush_tlb_range(vma, begin, end);\n",
            "		flush_tlb_range(vma, begin, MOVED_TO(end));\n",
        )
        .replace("#define MOVED_TO(at)	(at)", "#define MOVED_TO(at)	((at) - PAGE_SIZE)")
    )
    top = trees.directory(bench.top / "macro", Era.RHEL7)
    (top / MREMAP).write_text(before[MREMAP])
    report = bench.report(bench.mail("macro", after, before), target=top)
    assert report.verdict is Verdict.DIFFERS
    assert Cause.PATCH in charged(report)


# --- code that no call runs ----------------------------------------------------------------------


@named(
    ("path", "old", "new", "said"),
    [
        (
            "fs/exec.c",
            "",
            "int setup_stack(void)\n{\n	return 1;\n}\n",
            "setup_stack() of fs/exec.c",
        ),
        (
            "include/linux/ksm.h",
            "#endif",
            "static inline int ksm_busy(void)\n{\n	return 1;\n}\n#endif",
            "ksm_busy() of include/linux/ksm.h",
        ),
        (
            MREMAP,
            "static void move_ptes(",
            "int nobody_calls(void)\n{\n	return 1;\n}\n\nstatic void move_ptes(",
            "nobody_calls() of mm/mremap.c",
        ),
        (
            MREMAP,
            THERE,
            THERE + "	if (from == 0xdead0000UL)\n		pmd_clear(dst);\n",
            "mm/mremap.c:",
        ),
    ],
    ids=["another file", "a header", "a function", "a line"],
)
def test_what_is_not_run_is_not_the_same(
    bench: Bench, path: str, old: str, new: str, said: str
) -> None:
    name = f"beside-{said.partition(' ')[0]}-{path.replace('/', '-')}"
    file = bench.target / path
    before = {**bench.before, path: file.read_text() if file.exists() else ""}
    after = {**bench.backport}
    text = after.get(path, before[path])
    after[path] = text.replace(old, new, 1) if old else new
    if not file.exists():
        file = trees.directory(bench.top / name, Era.RHEL7) / path
        file.parent.mkdir(parents=True)
        file.write_text("")
        target = file.parents[len(Path(path).parts) - 1]
    else:
        target = bench.target
    report = bench.report(bench.mail(name, after, before), target=target)
    assert report.verdict is Verdict.UNDECIDED
    assert any(said in one.what for one in report.not_checked)


# --- later fixes, and names ----------------------------------------------------------------------

FIXED = Edit(
    "fixed",
    (),
    in_c(
        (TAKE, "			take_rmap_locks(vma);\n			moved = "),
        (DROP, "			drop_rmap_locks(vma);\n			if (moved)\n"),
    ),
)


@long
def test_a_later_fix_that_is_folded_in_is_told_by_running(bench: Bench) -> None:
    report = bench.report(bench.variant(FIXED))
    assert report.verdict is Verdict.SAME
    told = next(one for one in report.items if one.id == "DP-2")
    assert FIX not in told.summary


def test_without_it_that_is_a_finding(correct: Report) -> None:
    told = next(one for one in correct.items if one.id == "DP-2")
    assert told.state is Answer.FINDING
    assert FIX in told.summary


@long
def test_other_names_change_nothing_but_names(bench: Bench, correct: Report) -> None:
    after = dict(bench.backport)
    after[MREMAP], back = renamed(after[MREMAP], seed=5)
    before = {**bench.before, MREMAP: _taken_back(bench, after[MREMAP])}
    top = trees.directory(bench.top / "renamed", Era.RHEL7)
    (top / MREMAP).write_text(before[MREMAP])
    report = bench.report(bench.mail("renamed", after, before), target=top)
    assert report.verdict is correct.verdict
    assert _states(report, "SM", "CF", "DP") == _states(correct, "SM", "CF", "DP")
    assert [_named(one, back) for one in report.divergences] == [
        _named(one, {}) for one in correct.divergences
    ]


def _taken_back(bench: Bench, text: str) -> str:
    """The tree's file without the backport, in the names of a text that has it."""
    own, new = bench.before[MREMAP].split("\n"), text.split("\n")
    matcher = SequenceMatcher(None, own, bench.backport[MREMAP].split("\n"), autojunk=False)
    lines: list[str] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        lines += new[start:end] if kind == "equal" else own[first:last]
    return "\n".join(lines)


def _states(report: Report, *kinds: str) -> list[tuple[str, Answer]]:
    return [(one.id, one.state) for one in report.items if one.id.startswith(kinds)]


def _named(one: Divergence, back: Mapping[str, str]) -> tuple[object, ...]:
    function = back.get(one.function, one.function)
    return one.cause, function, one.line, one.config, one.trace, one.observation, one.invariant
