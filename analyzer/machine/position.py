"""Where in the loop of the reference's move_page_tables() a fragment of a patch stands.

Told by the statements that the hunk has around it, and by the blocks that they stand in. Code of
unknown place is not run: a place that is taken for granted says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.csource.file import parse_statements
from analyzer.csource.syntax import Declaration, Unparsed
from analyzer.excerpt.piece import Piece, Refusal
from analyzer.excerpt.statements import words_of
from analyzer.machine.surroundings import Item, Surroundings, surroundings
from analyzer.reference.slots import Slot
from analyzer.reference.stages import DECLARE, HUGE, LOOP_STAGE, ROWS, Block, Row, Sign

_NO_TYPES = frozenset(("return", "goto", "else", "case", "break", "continue", "do", "if"))
_NOT_HUGE = (("!", "pmd_trans_huge"),)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a fragment runs. ``names`` are those that it declares for the code behind it.

    ``assumption`` says what the position stands on beside what the hunk shows.
    """

    slot: Slot
    assumption: str | None = None
    names: tuple[str, ...] = ()


def position(piece: Piece) -> Position | Refusal:
    """Tell the slot of a fragment of move_page_tables(), or why none can be told."""
    if piece.refusal is not None:
        return piece.refusal
    inside = _of_context(piece)
    if inside is not None:
        why = "a statement of the context is a part of the fragment; the reference does it as well"
        return Refusal(why, inside)
    around = surroundings(piece)
    if around.governed or around.continued:
        return _untold(piece, "it is a part of a statement whose rest is not the patch's")
    if around.depth is None or around.depth not in [block.value for block in Block]:
        return _untold(piece, "no block that the reference has is as deep as it stands")
    block = Block(around.depth)
    names = _declares(piece)
    if isinstance(names, Refusal):
        return names
    if names and block is not Block.HUGE:
        return Position(Slot.DECLARATIONS, names=names)
    if around.other:
        return _other_arm(piece, around, block)
    if block is Block.HUGE and not _is_huge_arm(around):
        return _untold(piece, "nothing shows that it stands in the arm for huge entries")
    return _between(piece, around, block)


def _untold(piece: Piece, reason: str) -> Refusal:
    return Refusal(f"its place in the reference cannot be told: {reason}", piece.first)


def _of_context(piece: Piece) -> int | None:
    """The first line of a fragment that has code of the context in it, beside braces."""
    own = frozenset(piece.own)
    real = piece.text[: len(piece.text) - piece.closed]
    lines = (piece.first + word.line for word in words_of(real) if word.text not in ("{", "}"))
    return next((line for line in lines if line not in own), None)


def _declares(piece: Piece) -> tuple[str, ...] | Refusal:
    """The names that a fragment of declarations declares; empty where it is code."""
    found = parse_statements("\n".join(piece.text), None, piece.path, line=piece.first)
    if isinstance(found, Unparsed):
        return Refusal(f"not read: {found.reason}", found.span.line, found.text)
    declarations = [each for each in found if isinstance(each, Declaration)]
    if not declarations or len(declarations) < len(found):
        return ()
    declared = [one for each in declarations for one in each.declared]
    if any(one.initial is not None for one in declared):
        why = "a local declared with a value, which the reference's other code would not see"
        return Refusal(why, piece.first)
    return tuple(one.name for one in declared if one.name is not None)


# --- the other arm of the test for a huge entry --------------------------------------------------


def _other_arm(piece: Piece, around: Surroundings, block: Block) -> Position | Refusal:
    arm = around.arm
    if block is not Block.LOOP or arm is None or not _has(arm, HUGE.signs):
        return _untold(piece, "it is the other arm of a test that the reference does not have")
    if _has(arm, _NOT_HUGE):
        return _untold(piece, "the test before it is for entries that are not huge")
    if arm.chained:
        return _untold(piece, "another arm stands between it and the test for a huge entry")
    return Position(Slot.ELSE_HUGE, _assumed(piece, around, arm, None))


def _is_huge_arm(around: Surroundings) -> bool:
    """Whether the block is the arm for huge entries: by its head, or by its statements."""
    head = around.head
    if head is not None and ("else" in head.words or not head.cut):
        told = "else" not in head.words and "pmd_trans_huge" in head.words
        return told and not _has(head, _NOT_HUGE)
    return any(_has(item, HUGE.signs) for item in (*around.before, *around.behind))


# --- between two stages --------------------------------------------------------------------------


def _between(piece: Piece, around: Surroundings, block: Block) -> Position | Refusal:
    row = ROWS[block]
    before = around.before[-1] if around.before else None
    behind = around.behind[0] if around.behind else None
    left, right = _stages(row, around, block)
    if left is not None and left == right:
        return _untold(piece, f"it stands within {row.stages[left].name}")
    slot, also = _slot(row, around, left, right)
    if slot is None:
        return _untold(piece, _told(row, left, right))
    assumed = _assumed(piece, around, before, behind)
    return Position(slot, "; ".join(filter(None, (also, assumed))) or None)


def _told(row: Row, left: int | None, right: int | None) -> str:
    """What is known of a place that is not known well enough."""
    names = [
        f"{where} {row.stages[at].name}"
        for where, at in (("behind", left), ("before", right))
        if at is not None
    ]
    if not names:
        return "no statement beside it is one of the reference's"
    return f"it stands {' and '.join(names)}, where the reference has no place for code"


def _slot(
    row: Row, around: Surroundings, left: int | None, right: int | None
) -> tuple[Slot | None, str]:
    """The slot between two stages, and what that stands on; one of the two may be unknown."""
    if left is not None and right is not None:
        between = row.stages[left + 1 : right]
        if left < right and all(stage.optional for stage in between):
            also = f"{between[0].name} is taken to be done before it" if between else ""
            return row.slots[right], also
        return None, ""
    if left is not None:
        at_end = not around.behind and around.ends
        known = _has(around.before[-1], row.stages[left].last) or at_end
        last = all(stage.optional for stage in row.stages[left + 1 :])
        return (row.slots[left + 1] if known and (last or not at_end) else None), ""
    if right is not None:
        at_start = not around.before and around.head is not None
        known = _has(around.behind[0], row.stages[right].first) or at_start
        return (row.slots[right] if known and (right == 0 or not at_start) else None), ""
    return None, ""


def _stages(row: Row, around: Surroundings, block: Block) -> tuple[int | None, int | None]:
    """The stages of the statements right before and right behind."""
    before = [_kinds(row, item, block) for item in around.before]
    behind = [_kinds(row, item, block) for item in around.behind]
    all_kinds = [*before, *behind]
    settled = [_settled(all_kinds, i) for i in range(len(all_kinds))]
    left = settled[len(before) - 1] if before else None
    right = settled[len(before)] if behind else None
    return left, right


def _kinds(row: Row, item: Item, block: Block) -> tuple[int, ...]:
    """The stages that a statement may belong to, by its signs."""
    if block is Block.BODY:
        if _is_declaration(item):
            return (row.stages.index(DECLARE),)
        if item.cut or item.words[-1:] == ("}",):
            return (row.stages.index(LOOP_STAGE),)
    found = [i for i, stage in enumerate(row.stages) if _has(item, stage.signs)]
    # The arm for huge entries has statements of its own that look like the loop's.
    huge = [i for i in found if row.stages[i] is HUGE]
    return tuple(huge or found)


def _settled(kinds: list[tuple[int, ...]], at: int) -> int | None:
    """The stage of a statement that may be of two, by the order of those around it."""
    mine = kinds[at]
    if len(mine) < 2:
        return mine[0] if mine else None
    least = max((one[0] for one in kinds[:at] if len(one) == 1), default=mine[0])
    most = min((one[0] for one in kinds[at + 1 :] if len(one) == 1), default=mine[-1])
    fitting = [one for one in mine if least <= one <= most]
    return fitting[0] if len(fitting) == 1 else None


def _is_declaration(item: Item) -> bool:
    first, second = (*item.words, "", "")[:2]
    named = second.isidentifier() or second == "*"
    return first.isidentifier() and first not in _NO_TYPES and named


def _has(item: Item, signs: tuple[Sign, ...]) -> bool:
    words = item.words
    return any(
        words[i : i + len(sign)] == sign
        for sign in signs
        for i in range(len(words) - len(sign) + 1)
    )


def _assumed(
    piece: Piece, around: Surroundings, before: Item | None, behind: Item | None
) -> str | None:
    """What a place stands on where lines were lost between the fragment and what tells it."""
    lost = (before is not None and around.lost_between(before.first, around.first)) or (
        behind is not None and around.lost_between(around.last, behind.last)
    )
    if not lost:
        return None
    return (
        f"where line {piece.first} stands in {piece.function}() follows from the indentation: "
        "lines of unknown text were lost beside it"
    )
