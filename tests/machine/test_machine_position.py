"""Where a fragment stands: the same code at every place of the function, in three eras."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff

import pytest
from growth import growth
from loop_eras import ERA_3_10, ERA_5_0, ERA_5_9, ERAS

from analyzer.csource.configuration import Configuration
from analyzer.excerpt.code import code_of
from analyzer.excerpt.piece import Near, Part, Piece, Refusal
from analyzer.machine.position import Position, position
from analyzer.patch.reader import read_series
from analyzer.reference.slots import Slot
from analyzer.repair.image import State

UNDECIDED = Configuration({}, {}, total=False)


def plain(era: str) -> list[str]:
    return [line for line in era.splitlines() if not line.startswith("@")]


def places(era: str) -> Iterator[tuple[int, str]]:
    """How many lines of the function stand before each mark, and what the mark says."""
    count = 0
    for line in era.splitlines():
        if line.startswith("@"):
            yield count, line[1:]
        else:
            count += 1


def patched(before: Sequence[str], after: Sequence[str], context: int = 3) -> str:
    # Everything before the function is one more line, so that no hunk shows its header.
    top = ["static int first;"] * 9
    lines = unified_diff(
        [*top, *before], [*top, *after], "a/mm/mremap.c", "b/mm/mremap.c", n=context, lineterm=""
    )
    heading = " unsigned long move_page_tables(struct vm_area_struct *vma,"
    return "\n".join(line + heading * line.startswith("@@") for line in lines) + "\n"


def pieces(text: str) -> list[Piece]:
    found = read_series(text.encode(), "x.patch")
    return [
        piece
        for piece in code_of(found.patches[0].files, (), UNDECIDED, State.AFTER)
        if piece.function == "move_page_tables"
    ]


def inserted(era: str, at: int, *lines: str, context: int = 3) -> Position | Refusal:
    """The position of lines that are put behind ``at`` lines of the function."""
    before = plain(era)
    (piece,) = pieces(patched(before, [*before[:at], *lines, *before[at:]], context))
    assert piece.part is Part.FRAGMENT
    return position(piece)


def behind(era: str, text: str) -> int:
    lines = plain(era)
    (at,) = [i for i, line in enumerate(lines) if line.strip() == text]
    return at + 1


def slot_of(found: Position | Refusal) -> Slot | None:
    return found.slot if isinstance(found, Position) else None


EVERY = [(era, at, name) for era, text in ERAS.items() for at, name in places(text)]


# Three lines of context do not show what the statements before and behind are for.
UNTOLD = {("3.10", "HUGE_MOVED", 3)}


@pytest.mark.parametrize(("era", "at", "name"), EVERY)
@pytest.mark.parametrize("context", [3, 8, 21])
def test_a_statement_at_every_place(era: str, at: int, name: str, context: int) -> None:
    found = inserted(ERAS[era], at, "\t\tnote(vma, old_addr);", context=context)
    told = name != "-" and (era, name, context) not in UNTOLD
    assert slot_of(found) == (Slot[name] if told else None), found


@pytest.mark.parametrize(("era", "at", "name"), EVERY)
def test_a_block_at_every_place(era: str, at: int, name: str) -> None:
    lines = ("\tif (extent == PMD_SIZE) {", "\t\tif (moved)", "\t\t\tcontinue;", "\t}")
    told = name != "-" and (era, name, 3) not in UNTOLD
    assert slot_of(inserted(ERAS[era], at, *lines)) == (Slot[name] if told else None)


# --- the other arm -------------------------------------------------------------------------------

OTHER_ARM = (
    "\t\t} else if (extent == PMD_SIZE) {",
    "\t\t\tif (move(vma, old_pmd, new_pmd))",
    "\t\t\t\tcontinue;",
)
LAST_OF_ARM = {
    "3.10": (ERA_3_10, behind(ERA_3_10, "VM_BUG_ON(pmd_trans_huge(*old_pmd));")),
    "5.0": (ERA_5_0, behind(ERA_5_0, "if (pmd_trans_unstable(old_pmd))") + 1),
    "5.9": (ERA_5_9, behind(ERA_5_9, "if (pmd_trans_unstable(old_pmd))") + 1),
}


@pytest.mark.parametrize("era", LAST_OF_ARM)
@pytest.mark.parametrize("context", [3, 8, 21])
def test_the_other_arm(era: str, context: int) -> None:
    text, at = LAST_OF_ARM[era]
    assert inserted(text, at, *OTHER_ARM, context=context) == Position(Slot.ELSE_HUGE)


@pytest.mark.parametrize("era", LAST_OF_ARM)
def test_the_other_arm_of_a_plain_else(era: str) -> None:
    text, at = LAST_OF_ARM[era]
    lines = ("\t\t} else {", "\t\t\tnote(vma);")
    assert inserted(text, at, *lines) == Position(Slot.ELSE_HUGE)


def test_the_other_arm_of_another_test() -> None:
    at = behind(ERA_3_10, "split_huge_page_pmd(vma, old_addr, old_pmd);")
    found = inserted(ERA_3_10, at, "\t\t\t} else if (extent == PMD_SIZE) {", "\t\t\t\tnote(vma);")
    assert found == Refusal(
        "its place in the reference cannot be told: it is the other arm of a test that the "
        "reference does not have",
        56,
    )


@pytest.mark.parametrize(
    ("context", "why"),
    [
        (9, "it is the other arm of a test that the reference does not have"),
        (23, "another arm stands between it and the test for a huge entry"),
    ],
)
def test_the_other_arm_behind_another_one(context: int, why: str) -> None:
    lines = plain(ERA_5_0)
    at = LAST_OF_ARM["5.0"][1]
    arm = ["\t\t} else if (extent == PUD_SIZE) {", "\t\t\tnote(vma);"]
    before = [*lines[:at], *arm, *lines[at:]]
    after = [*lines[:at], *arm, *OTHER_ARM, *lines[at:]]
    (piece,) = pieces(patched(before, after, context))
    found = position(piece)
    assert isinstance(found, Refusal)
    assert found.reason == f"its place in the reference cannot be told: {why}"


@pytest.mark.parametrize("other", [True, False])
def test_a_test_for_entries_that_are_not_huge(other: bool) -> None:
    text = ERA_5_9.replace("is_swap_pmd(*old_pmd) ||", "!").replace("! pmd_trans", "!pmd_trans")
    at = LAST_OF_ARM["5.9"][1]
    lines = OTHER_ARM if other else ("\t\t\tnote(vma);",)
    assert isinstance(inserted(text, at, *lines, context=12), Refusal)


def test_an_arm_before_the_one_that_is_there() -> None:
    lines = plain(ERA_5_0)
    at = LAST_OF_ARM["5.0"][1]
    there = ["\t\t} else {", "\t\t\tnote(vma);"]
    before = [*lines[:at], *there, *lines[at:]]
    after = [*lines[:at], *OTHER_ARM, *there, *lines[at:]]
    (piece,) = pieces(patched(before, after))
    assert isinstance(position(piece), Refusal)


# --- declarations --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ERAS.values())
def test_declarations_without_values(text: str) -> None:
    at = behind(text, "pmd_t *old_pmd, *new_pmd;")
    found = inserted(text, at, "\tbool moved, *done;", "\tint __maybe_unused count;")
    assert found == Position(Slot.DECLARATIONS, names=("moved", "done", "count"))


def test_a_declaration_with_a_value() -> None:
    at = behind(ERA_5_0, "pmd_t *old_pmd, *new_pmd;")
    assert inserted(ERA_5_0, at, "\tbool moved = false;") == Refusal(
        "a local declared with a value, which the reference's other code would not see", 18
    )


# --- what is no code between statements ----------------------------------------------------------


def test_a_statement_of_the_context_within() -> None:
    before = plain(ERA_5_0)
    at = behind(ERA_5_0, "if (pte_alloc(new_vma->vm_mm, new_pmd))")
    after = [*before[: at - 1], "\t\tif (extent)", *before[at - 1 :]]
    (piece,) = pieces(patched(before, after))
    assert position(piece) == Refusal(
        "a statement of the context is a part of the fragment; the reference does it as well", 55
    )


def test_a_piece_that_could_not_be_cut_out() -> None:
    why = Refusal("the fragment does not close", 7)
    piece = Piece("move_page_tables", "mm/x.c", "", Part.FRAGMENT, 7, (), (), refusal=why)
    assert position(piece) == why


def test_nothing_around_that_tells() -> None:
    before = ["void other(void)", "{", "\ta();", "\tb();", "\tc();", "\td();", "}"]
    piece = pieces(patched(before, [*before[:4], "\tnote();", *before[4:]], 1))[0]
    assert position(piece) == Refusal(
        "its place in the reference cannot be told: no statement beside it is one of the "
        "reference's",
        14,
    )


def test_what_the_patch_has_around_it_tells_nothing() -> None:
    before = plain(ERA_5_0)
    at = behind(ERA_5_0, "cond_resched();")
    after = [*before[:at], "\t\tif (a)", "\t\t\tmove_ptes(vma);", "\t\tfor (;;)", *before[at:]]
    assert [position(piece) for piece in pieces(patched(before, after))] != []
    found = inserted(ERA_5_0, at, "\t\tmove_ptes(vma);", "\t\tnote(vma);")
    assert found == Position(Slot.TOP)


def test_two_places_in_one_hunk() -> None:
    before = plain(ERA_5_0)
    at = behind(ERA_5_0, "if (pte_alloc(new_vma->vm_mm, new_pmd))")
    after = [*before[: at - 1], "\t\ta(vma);", *before[at - 1 : at + 1], "\t\tb(vma);"]
    found = [position(one) for one in pieces(patched(before, [*after, *before[at + 1 :]]))]
    assert found == [Position(Slot.AFTER_HUGE), Position(Slot.AFTER_ALLOC)]


def test_between_two_steps_that_nothing_stands_between() -> None:
    (at,) = [at for at, name in places(ERA_5_9) if name == "BEFORE_PTES"]
    assert inserted(ERA_5_9, at, "\t\tnote(vma);") == Position(
        Slot.BEFORE_PTES, "the bound on the new side is taken to be done before it"
    )


# --- lost lines ----------------------------------------------------------------------------------


def near(*lines: str, first: int = 1) -> tuple[Near, ...]:
    """Lines of a hunk; ``~`` stands before those that lines were lost before."""
    return tuple(
        Near(first + i, line.removeprefix("~"), False, line.startswith("~"))
        for i, line in enumerate(lines)
    )


def piece_of(before: Sequence[Near], lines: Sequence[str], after: Sequence[Near]) -> Piece:
    text = tuple(line.removeprefix("~") for line in lines)
    return Piece(
        "move_page_tables",
        "mm/mremap.c",
        "",
        Part.FRAGMENT,
        100,
        text,
        text,
        before=tuple(before),
        behind=tuple(after),
        own=tuple(range(100, 100 + len(text))),
        gap=lines[0].startswith("~"),
    )


SAID = (
    "where line 100 stands in move_page_tables() follows from the indentation: lines of unknown "
    "text were lost beside it"
)
ALLOCATE = near("\t\tif (pte_alloc(new_vma->vm_mm, new_pmd))", first=110)


def lost(lines: tuple[Near, ...]) -> tuple[Near, ...]:
    return near("~" + lines[0].text, first=lines[0].number)


def test_an_arm_whose_end_was_lost() -> None:
    split = near("~\t\t\t\tsplit_huge_page_pmd(vma, old_addr, old_pmd);")
    head = (Near(100, "\t\t} else", True, True),)
    piece = piece_of(
        (*split, *head), ["\t\t       if (extent == PMD_SIZE)", "\t\t\tnote();"], ALLOCATE
    )
    assert position(piece) == Position(Slot.ELSE_HUGE, SAID)


def test_a_statement_behind_an_arm_whose_end_was_lost() -> None:
    split = near("\t\t\tsplit_huge_pmd(vma, old_pmd, old_addr);")
    piece = piece_of(split, ["~\t\tnote();"], lost(ALLOCATE))
    assert position(piece) == Position(Slot.AFTER_HUGE, SAID)


def test_a_statement_in_an_arm_whose_end_was_lost() -> None:
    unstable = near("\t\t\tif (pmd_trans_unstable(old_pmd))", "\t\t\t\tcontinue;")
    piece = piece_of(unstable, ["\t\t\tnote();"], lost(ALLOCATE))
    assert position(piece) == Position(Slot.HUGE_END)
    piece = piece_of(unstable, ["~\t\t\tnote();"], lost(ALLOCATE))
    assert position(piece) == Position(Slot.HUGE_END, SAID)


def test_lines_lost_on_both_sides_of_unknown_statements() -> None:
    piece = piece_of(near("\t\ta();"), ["~\t\tnote();"], lost(ALLOCATE))
    found = position(piece)
    assert found == Position(Slot.AFTER_HUGE, SAID)
    piece = piece_of(near("\t\ta();"), ["~\t\tnote();"], near("\t\tb();", first=110))
    assert isinstance(position(piece), Refusal)


# --- hostile text ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["\tif (a) {", "\t}", "\ta(", "\t)", "\tb();", "\t} else {", "{ ) ("]
)
@pytest.mark.parametrize("lost", [True, False])
def test_the_time_grows_with_the_hunk(line: str, lost: bool) -> None:
    def build(n: int) -> Piece:
        around = near(*["~" * lost + line] * n)
        return piece_of(around, ["\t\tnote();"], around)

    assert growth(position, build, 150) < 9.0
