"""Upstream's patch and a backport of it: what is paired, how it differs, where it landed."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from made_patches import SHA, Maker, delta, files_of, places, told

from analyzer.compare.change import Texts, UpstreamPatch
from analyzer.compare.delta import compare
from analyzer.compare.landing import Where
from analyzer.compare.lineage import How
from analyzer.compare.outline import outline
from analyzer.patch.damage import Grade
from analyzer.patch.lines import FilePatch
from analyzer.source import Place, Side

C = "mm/slots.c"
K = "mm/Kconfig"

BEFORE = """\
#include "slots.h"

static int take_slot(struct ring *ring, int at)
{
	int found = 0;

	lock_ring(ring);
	found = ring->slots[at];
	unlock_ring(ring);
	return found;
}

static int drop_slot(struct ring *ring, int at)
{
	int found = 0;

	lock_ring(ring);
	found = ring->slots[at];
	unlock_ring(ring);
	return found;
}

int count_slots(struct ring *ring)
{
	int left = ring->size;
	int sum = 0;

	while (left--)
		sum += ring->slots[left];
	return sum;
}
"""
CHECK = """\
	if (at >= ring->size)
		found = clamp_slot(ring, at);
"""
UNLOCK = "\tunlock_ring(ring);\n"


def in_function(text: str, name: str, old: str, new: str) -> str:
    """The text with something replaced in one function."""
    head, found, rest = text.partition(f" {name}(")
    assert found
    assert old in rest
    return head + found + rest.replace(old, new, 1)


AFTER = in_function(BEFORE, "take_slot", UNLOCK, CHECK + UNLOCK)


@pytest.fixture
def maker(tmp_path: Path, git_environment: dict[str, str]) -> Maker:
    return Maker(tmp_path, git_environment)


@pytest.fixture
def upstream(maker: Maker) -> str:
    return maker.diff(C, BEFORE, AFTER)


def backport(maker: Maker, new: str, *, name: str = "take_slot") -> str:
    return maker.diff(C, BEFORE, in_function(BEFORE, name, UNLOCK, new + UNLOCK))


def test_the_same_patch_is_identical(upstream: str) -> None:
    found = delta(upstream, upstream)
    assert told(found) == [(C, "IDENTICAL", "take_slot()")]
    assert places(found) == [("take_slot()", "take_slot()", "SAME")]
    assert found.commit == SHA


def test_line_numbers_and_context_do_not_count(maker: Maker, upstream: str) -> None:
    base = BEFORE.replace("lock_ring(ring)", "lock_whole(ring)").replace("#include", "\n\n#include")
    diff = maker.diff(
        C, base, in_function(base, "take_slot", "\tunlock_whole", CHECK + "\tunlock_whole")
    )
    assert told(delta(upstream, diff)) == [(C, "CONTEXT", "take_slot()")]


@pytest.mark.parametrize(
    ("new", "change"),
    [
        (CHECK.replace("\t\tfound", "\t\t\tfound"), "WHITESPACE"),
        (CHECK.replace("size)", "size) /* beyond */"), "COMMENT"),
        ("\t/* Beyond the end. */\n" + CHECK, "COMMENT"),
        (CHECK.replace(">=", ">"), "CHANGED"),
        (CHECK + "\tcount_it(ring);\n", "CHANGED"),
        (CHECK.partition("\n")[0] + "\n", "CHANGED"),
        (CHECK.replace("clamp_slot", "nearest_slot"), "RENAMED"),
        # One of two uses: no renaming, another variable.
        (CHECK.replace("slot(ring, at)", "slot(ring, found)"), "CHANGED"),
    ],
)
def test_how_a_run_differs(maker: Maker, upstream: str, new: str, change: str) -> None:
    assert told(delta(upstream, backport(maker, new))) == [(C, change, "take_slot()")]


def test_exchanged_names_are_no_renaming(maker: Maker) -> None:
    theirs = backport(maker, "\tgive(ring, at);\n\ttake(found);\n")
    ours = backport(maker, "\ttake(ring, at);\n\tgive(found);\n")
    assert [change for _path, change, _owner in told(delta(theirs, ours))] == ["CHANGED"]


def test_every_differing_line_is_shown(maker: Maker, upstream: str) -> None:
    found = delta(upstream, backport(maker, CHECK.replace(">=", ">") + "\tmore(ring);\n"))
    (pair,) = found.runs
    assert [
        (line.change.name, line.theirs and line.theirs.place, line.ours and line.ours.place)
        for line in pair.lines
    ] == [
        ("CHANGED", Place(Side.UPSTREAM, C, 9, SHA), Place(Side.INPUT, None, 13)),
        ("IDENTICAL", Place(Side.UPSTREAM, C, 10, SHA), Place(Side.INPUT, None, 14)),
        ("ADDED", None, Place(Side.INPUT, None, 15)),
    ]


def test_dropped_and_added(maker: Maker) -> None:
    both = in_function(AFTER, "count_slots", "\treturn sum", "\tnote(sum);\n\treturn sum")
    more, less = maker.diff(C, BEFORE, both), maker.diff(C, BEFORE, AFTER)
    assert told(delta(more, less)) == [
        (C, "IDENTICAL", "take_slot()"),
        (C, "DROPPED", "count_slots()"),
    ]
    assert told(delta(less, more)) == [
        (C, "IDENTICAL", "take_slot()"),
        (C, "ADDED", "count_slots()"),
    ]


def test_code_in_another_order(maker: Maker) -> None:
    theirs = backport(maker, "\tfirst(ring);\n\tsecond(at);\n")
    ours = backport(maker, "\tsecond(at);\n\tfirst(ring);\n")
    assert told(delta(theirs, ours)) == [(C, "REORDERED", "take_slot()")]


def test_functions_in_another_order_are_no_difference(maker: Maker) -> None:
    parts = BEFORE.split("\n\n", 1)[1].split("\n}\n\n")
    assert len(parts) == 3
    turned = "\n}\n\n".join([parts[1], parts[0], parts[2]])
    both = in_function(AFTER, "drop_slot", UNLOCK, "\twake(ring);\n" + UNLOCK)
    ours = in_function(turned, "take_slot", UNLOCK, CHECK + UNLOCK)
    ours = in_function(ours, "drop_slot", UNLOCK, "\twake(ring);\n" + UNLOCK)
    found = delta(maker.diff(C, BEFORE, both), maker.diff(C, turned, ours))
    assert {where for *_owners, where in places(found)} == {"SAME"}
    assert {change for _path, change, _owner in told(found)} <= {"IDENTICAL", "CONTEXT"}


def test_a_change_shown_a_line_lower_is_the_same(maker: Maker) -> None:
    new = "int more_slots(struct ring *ring)\n{\n\treturn ring->more;\n}\n\n"
    diff = maker.diff(C, BEFORE, BEFORE.replace("int count_slots", new + "int count_slots"))
    assert "+}\n+\n int count" in diff
    lower = diff.replace(" }\n \n+int more", "+}\n+\n+int more").replace(
        "+}\n+\n int c", " }\n \n int c"
    )
    lower = lower.replace("+}\n+\n+int", " }\n+\n+int").replace(
        "ring->more;\n }\n", "ring->more;\n+}\n"
    )
    assert lower != diff
    assert told(delta(diff, lower)) == [(C, "IDENTICAL", "more_slots()")]


# --- where it landed --------------------------------------------------------------------------


def test_the_same_text_in_the_neighbouring_function(maker: Maker, upstream: str) -> None:
    ours = backport(maker, CHECK, name="drop_slot")
    # By the hunks alone: upstream's function is not seen in the backport, nor ours upstream.
    assert places(delta(upstream, ours)) == [("take_slot()", "drop_slot()", "UNKNOWN")]
    texts = Texts({C: (BEFORE, AFTER)})
    assert places(delta(upstream, ours, texts)) == [("take_slot()", "drop_slot()", "ELSEWHERE")]


def test_a_hunk_that_git_applies_to_the_neighbour_in_silence(maker: Maker, upstream: str) -> None:
    """The function has other code in the target, and the next one has upstream's."""
    target = in_function(BEFORE, "take_slot", "found = ring->slots[at]", "found = slot_of(ring)")
    after = maker.applied(C, target, upstream)
    assert after == in_function(target, "drop_slot", UNLOCK, CHECK + UNLOCK)
    # Its own header still names the first function.
    assert places(delta(upstream, upstream)) == [("take_slot()", "take_slot()", "SAME")]
    texts = Texts({C: (BEFORE, AFTER)}, {C: (target, after)})
    found = delta(upstream, upstream, texts)
    assert told(found) == [(C, "IDENTICAL", "drop_slot()")]
    assert places(found) == [("take_slot()", "drop_slot()", "ELSEWHERE")]


@pytest.mark.parametrize("shift", range(4))
def test_repeated_code_takes_a_hunk_where_its_number_says(maker: Maker, shift: int) -> None:
    """Four functions alike: whichever git changes, it is told from the first."""
    body = "\tint found;\n\n\tlock(at);\n\tfound = look(at);\n\tunlock(at);\n\treturn found;\n"
    names = [f"step_{letter}" for letter in "abcd"]
    text = "".join(f"int {name}(int at)\n{{\n{body}}}\n\n" for name in names)
    changed = in_function(text, "step_a", "\tunlock", "\twake(at);\n\tunlock")
    theirs = maker.diff(C, text, changed)
    old, new = (f"@@ -{4 + 10 * n}" for n in (0, shift))
    assert old in theirs
    ours = theirs.replace(old, new).replace("+4,", f"+{4 + 10 * shift},")
    after = maker.applied(C, text, ours)
    assert after == in_function(text, names[shift], "\tunlock", "\twake(at);\n\tunlock")
    found = delta(theirs, ours, Texts({C: (text, changed)}, {C: (text, after)}))
    where = "ELSEWHERE" if shift else "SAME"
    assert places(found) == [("step_a()", f"{names[shift]}()", where)]


def test_another_place_of_the_same_function(maker: Maker) -> None:
    text = "int twice(int at)\n{\n\tlock(at);\n\tlook(at);\n\tunlock(at);\n\n\trest(at, 1);\n\n"
    text += "\tlock(at);\n\tlook(at);\n\tunlock(at);\n\treturn at;\n}\n"
    first = text.replace("\tunlock", "\twake(at);\n\tunlock", 1)
    head, rest = text.rsplit("\tunlock", 1)
    second = f"{head}\twake(at);\n\tunlock{rest}"
    theirs, ours = maker.diff(C, text, first), maker.diff(C, text, second)
    texts = Texts({C: (text, first)}, {C: (text, second)})
    assert told(delta(theirs, theirs, replace(texts, target=texts.upstream))) == [
        (C, "IDENTICAL", "twice()")
    ]
    assert told(delta(theirs, ours, texts)) == [(C, "MOVED", "twice()")]


def test_a_renamed_function_is_found_by_its_body(maker: Maker, upstream: str) -> None:
    target = BEFORE.replace("take_slot", "grab_slot").replace("drop_slot", "let_slot")
    target = in_function(
        target, "let_slot", "\tlock_ring(ring);\n", "\tint way = 1;\n\tforget(way);\n"
    )
    after = in_function(target, "grab_slot", UNLOCK, CHECK + UNLOCK)
    texts = Texts({C: (BEFORE, AFTER)}, {C: (target, after)})
    found = delta(upstream, maker.diff(C, target, after), texts)
    assert places(found) == [("take_slot()", "grab_slot()", "RENAMED")]
    (file,) = found.files
    assert [(one.how, one.exact) for one in file.lineage] == [(How.RENAMED, True)]
    # The renamed one is there, and the other is changed: that is no renaming.
    wrong = in_function(target, "let_slot", UNLOCK, CHECK + UNLOCK)
    texts = Texts({C: (BEFORE, AFTER)}, {C: (target, wrong)})
    found = delta(upstream, maker.diff(C, target, wrong), texts)
    assert places(found) == [("take_slot()", "let_slot()", "ELSEWHERE")]


def test_code_that_the_target_has_in_a_part_of_its_own(maker: Maker, upstream: str) -> None:
    part = (
        "static int look_up(struct ring *ring, int at)\n{\n\tint found = 0;\n\n\tlock_ring(ring);\n"
    )
    part += "\tfound = ring->slots[at];\n\tunlock_ring(ring);\n\treturn found;\n}\n\n"
    whole = "static int take_slot(struct ring *ring, int at)\n{\n\treturn look_up(ring, at);\n}\n"
    start, end = BEFORE.index("static int take"), BEFORE.index("\nstatic int drop")
    target = BEFORE[:start] + part + whole + BEFORE[end:]
    after = in_function(target, "look_up", UNLOCK, CHECK + UNLOCK)
    texts = Texts({C: (BEFORE, AFTER)}, {C: (target, after)})
    found = delta(upstream, maker.diff(C, target, after), texts)
    assert places(found) == [("take_slot()", "look_up()", "SPLIT")]


def test_a_function_within_a_function_and_a_new_name(maker: Maker) -> None:
    new = "static int spare(struct ring *ring)\n{\n\treturn ring->size - ring->used;\n}\n\n"
    made = BEFORE.replace("int count_slots", new + "int count_slots")
    named = made.replace("spare", "unused_slots")
    theirs, ours = maker.diff(C, BEFORE, made), maker.diff(C, BEFORE, named)
    assert places(delta(theirs, ours)) == [("spare()", "unused_slots()", "RENAMED")]
    nested = in_function(BEFORE, "count_slots", "\twhile", new + "\twhile")
    inside = maker.diff(C, BEFORE, nested)
    texts = Texts({C: (BEFORE, made)}, {C: (BEFORE, nested)})
    assert places(delta(theirs, inside, texts)) == [("spare()", "count_slots()", "ELSEWHERE")]


# --- Kconfig ----------------------------------------------------------------------------------

SYMBOLS = """\
config ALPHA
	bool
	help
	  The first of them.

config BETA
	bool "beta"
	depends on ALPHA

config GAMMA
	bool "gamma"
	depends on ALPHA
"""


def selecting(name: str) -> str:
    head, found, rest = SYMBOLS.partition(f"config {name}\n")
    end = rest.find("\n\n")
    rest = rest.rstrip("\n") + "\n" if end < 0 else rest
    at = len(rest) if end < 0 else end + 1
    return head + found + rest[:at] + "\tselect HAVE_SLOTS\n" + rest[at:]


def test_a_select_under_another_symbol(maker: Maker) -> None:
    theirs, ours = (maker.diff(K, SYMBOLS, selecting(name)) for name in ("BETA", "GAMMA"))
    found = delta(theirs, ours)
    assert told(found) == [(K, "CONTEXT", "config GAMMA")]
    assert places(found) == [("config BETA", "config GAMMA", "ELSEWHERE")]
    assert places(delta(theirs, theirs)) == [("config BETA", "config BETA", "SAME")]


def test_a_block_that_takes_the_lines_of_another(maker: Maker) -> None:
    block = "config HAVE_SLOTS\n\tbool\n\n"
    right = SYMBOLS.replace("config GAMMA", block + "config GAMMA")
    wrong = SYMBOLS.replace('\tbool "gamma"\n', block + '\tbool "gamma"\n')
    theirs, ours = maker.diff(K, SYMBOLS, right), maker.diff(K, SYMBOLS, wrong)
    assert [each.captured for each in delta(theirs, theirs).files] == [()]
    (file,) = delta(theirs, ours).files
    assert [(str(one.before), str(one.after)) for one in file.captured] == [
        ("config GAMMA", "config HAVE_SLOTS")
    ]


def test_a_new_symbol_in_another_menu(maker: Maker) -> None:
    block = "config HAVE_SLOTS\n\tbool\n\n"
    menus = f'if ALPHA\n\nmenu "slots"\n\n{SYMBOLS}\nendmenu\n\nendif\n\n'
    inside, behind = menus.replace("config BETA", block + "config BETA"), menus + block
    texts = Texts({K: (menus, inside)}, {K: (menus, behind)})
    found = delta(maker.diff(K, menus, inside), maker.diff(K, menus, behind), texts)
    (file,) = found.files
    assert [(one.where.name, one.around) for one in file.landings] == [
        ("SAME", None),
        ("SURROUNDED", ('if ALPHA / menu "slots"', "nothing")),
    ]


def test_a_macro_is_at_home_outside_of_functions(maker: Maker) -> None:
    """Where one side has a hunk alone, and the other the whole file, which knows its macros."""
    before = BEFORE + "\n#define MOST_SLOTS 64\n"
    after = BEFORE + "\n#define MOST_SLOTS 32\n\n#define FEW_SLOTS (MOST_SLOTS / 4)\n"
    patch = maker.diff(C, before, after)
    found = delta(patch, patch, Texts({}, {C: (before, after)}))
    assert [(one.where, one.lines) for file in found.files for one in file.landings] == [
        (Where.SAME, 2),
        (Where.SAME, 1),
    ]


def test_a_label_in_a_hunks_header_is_no_function(maker: Maker) -> None:
    """Git without a rule for C names the last line that begins in the first column."""
    body = "".join(f"\tstep_{at}(ring);\n" for at in range(8))
    before = f"int run_slots(struct ring *ring)\n{{\nagain:\n{body}\treturn 0;\n}}\n"
    after = before.replace("step_7(ring)", "step_7(ring, 1)")
    patch = maker.diff(C, before, after)
    head = next(line for line in patch.splitlines() if line.startswith("@@"))
    labelled = patch.replace(head, head.rpartition("@@")[0] + "@@ again:")
    found = delta(labelled, patch, Texts({}, {C: (before, after)}))
    assert Where.ELSEWHERE not in [one.where for file in found.files for one in file.landings]


@pytest.mark.parametrize(
    "dead", ["\tif (at) {\n", "\t}\n", "\tif (at) {\n\t}\n", "#if 1\n\t{\n#endif\n"]
)
def test_what_is_put_away_opens_no_brace(dead: str) -> None:
    text = f"int one(int at)\n{{\n#if 0\n{dead}#endif\n\treturn at;\n}}\n\nint two(void)\n{{\n}}\n"
    found = [each.owner.name for each in outline(text, C).extents]
    assert found == ["one", "two"]


def test_a_label_that_is_here_as_well_is_not_renamed(maker: Maker) -> None:
    """Our hunk shows that out_unlock is another label of the same function."""
    before = "int run(int at)\n{\n\tif (at > 8)\n\t\tgoto out_unlock;\n\treturn at;\n}\n"
    check = "{\n\tif (at < 0)\n\t\tgoto %s;\n"
    theirs = maker.diff(C, before, before.replace("{\n", check % "out_unlock"))
    ours = maker.diff(C, before, before.replace("{\n", check % "out"))
    assert [change for _path, change, _owner in told(delta(theirs, ours))] == ["CHANGED"]


# --- files ------------------------------------------------------------------------------------


def test_files_are_paired_by_path_name_and_content(maker: Maker, upstream: str) -> None:
    moved = upstream.replace(C, "kernel/slots.c")
    assert told(delta(upstream, moved)) == [("kernel/slots.c", "IDENTICAL", "take_slot()")]
    other = upstream.replace(C, "kernel/rings.c")
    assert told(delta(upstream, other)) == [("kernel/rings.c", "IDENTICAL", "take_slot()")]
    alone = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n"
    assert told(delta(upstream, alone)) == [
        (C, "DROPPED", "take_slot()"),
        ("x", "ADDED", "no function or symbol"),
    ]


def test_a_change_that_is_made_in_another_file(maker: Maker, upstream: str) -> None:
    makefile = maker.diff("mm/Makefile", "obj-y := a.o\n", "obj-y := a.o b.o\n")
    elsewhere = upstream.replace(C, "mm/rings.c")
    theirs, ours = upstream + makefile, elsewhere + makefile
    assert [change for _path, change, _owner in told(delta(theirs, ours))] == [
        "IDENTICAL",
        "IDENTICAL",
    ]


def test_what_the_target_already_has_need_not_be_done(maker: Maker, upstream: str) -> None:
    note = maker.diff(
        C, AFTER, in_function(AFTER, "count_slots", "\treturn sum", "\tnote(sum);\n\treturn sum")
    )
    both = maker.diff(
        C, BEFORE, in_function(AFTER, "count_slots", "\treturn sum", "\tnote(sum);\n\treturn sum")
    )
    texts = Texts({}, {C: (AFTER, None)})
    found = delta(both, note, texts)
    assert [(pair.change.name, pair.needless) for pair in found.runs] == [
        ("DROPPED", True),
        ("IDENTICAL", False),
    ]
    assert [pair.needless for pair in delta(both, note).runs] == [False, False]


# --- damage -----------------------------------------------------------------------------------


def without(diff: str, *lost: str) -> str:
    return "".join(line for line in diff.splitlines(keepends=True) if line.strip("\n") not in lost)


def test_lines_that_were_lost_are_not_dropped(maker: Maker) -> None:
    theirs = backport(maker, "\tif (at) {\n\n\t\twake(ring);\n\t}\n")
    ours = without(theirs, "+", "+\t}")
    found = delta(theirs, ours)
    assert told(found) == [(C, "LOST", "take_slot()")]
    # By the counts a line of code may be among the lost ones, too.
    assert told(delta(theirs, without(theirs, "+\t\twake(ring);"))) == [(C, "LOST", "take_slot()")]


def test_lines_that_were_put_back_are_no_evidence(maker: Maker, upstream: str) -> None:
    more = files_of(backport(maker, CHECK + "\t}\n"))
    (file,) = more
    (hunk,) = file.hunks
    assumed = tuple(
        replace(line, grade=Grade.ASSUMED) if line.text == "\t}" else line for line in hunk.lines
    )
    guessed: tuple[FilePatch, ...] = (replace(file, hunks=(hunk.with_lines(assumed),)),)
    found = compare(UpstreamPatch(files_of(upstream)), guessed)
    assert [change for _path, change, _owner in told(found)] == ["IDENTICAL"]
    assert [
        change for _path, change, _owner in told(compare(UpstreamPatch(files_of(upstream)), more))
    ] == ["CHANGED"]


def test_a_line_that_was_assumed_from_upstream_proves_nothing(upstream: str) -> None:
    (file,) = files_of(upstream)
    (hunk,) = file.hunks
    lines = tuple(
        replace(line, grade=Grade.ASSUMED) if "clamp_slot" in line.text else line
        for line in hunk.lines
    )
    guessed = (replace(file, hunks=(hunk.with_lines(lines),)),)
    assert told(compare(UpstreamPatch(files_of(upstream)), guessed)) == [(C, "LOST", "take_slot()")]


# --- hostile ----------------------------------------------------------------------------------


def many(count: int, word: str) -> str:
    hunks = "".join(
        f"@@ -{10 * n + 1},2 +{10 * n + 1},3 @@ int f(void)\n"
        f" \tone();\n+\t{word}(a, {n});\n \ttwo();\n"
        for n in range(count)
    )
    return f"diff --git a/{C} b/{C}\n--- a/{C}\n+++ b/{C}\n{hunks}"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (many(600, "call"), many(600, "gone")),
        (many(600, "call").replace("a, ", "a, 0 * "), many(600, "call")),
        (many(1, "call") * 300, many(1, "gone") * 300),
    ],
)
def test_many_hunks_take_seconds_at_most(theirs: str, ours: str) -> None:
    start = time.process_time()
    delta(theirs, ours)
    assert time.process_time() - start < 5


def test_long_runs_are_said_to_be_too_long(maker: Maker) -> None:
    one, other = ("".join(f"\t{w}({n});\n" for n in range(2_000)) for w in ("one", "two"))
    theirs, ours = backport(maker, one), backport(maker, other)
    found = delta(theirs, ours)
    assert [pair.compared for pair in found.runs] == [False]
    assert [(one.what, one.why) for one in found.not_compared] == [
        (f"{C}: 1 changes line by line", "they are too long")
    ]


def test_alike_lines_do_not_make_the_search_long() -> None:
    line = "\tcall(a);\n"
    text = line * 6_000
    diff = f"diff --git a/{C} b/{C}\n--- a/{C}\n+++ b/{C}\n@@ -1,3000 +1,3001 @@\n"
    diff += f" {line}" * 1_500 + "+\tother(a);\n" + f" {line}" * 1_500
    start = time.process_time()
    found = delta(diff, diff, Texts({}, {C: (text, text)}))
    assert time.process_time() - start < 5
    assert [file.placed for file in found.files] == [False]
