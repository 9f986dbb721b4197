"""AB-1: what the patch does to exported symbols and to the layouts of types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.compare.touch import Reach, Touch, What
from analyzer.finding import Evidence, State
from analyzer.result import Item
from analyzer.review.behaviour import counted, listed, touches_code
from analyzer.review.case import Case
from analyzer.review.pending import open_rule
from analyzer.review.sides import listed as shown

if TYPE_CHECKING:
    from analyzer.compare.abi import Abi

_ID = "AB-1"
_TITLE = "are exported symbols or structure layouts touched?"
_BREAKS = (What.UNEXPORTED, What.LICENCE, What.SIGNATURE)
_LAID_OUT = (What.LAYOUT, What.MACRO)
_WIDE = (Reach.UAPI, Reach.INCLUDE)
_NAMED = 4


def interface_kept(case: Case) -> Item:
    """AB-1: a finding where the release's list has it as a gate and modules or programs break.

    Else what is touched is for a person: whether a layout may change is the release's to say.
    """
    if not touches_code(case) or case.abi is None:
        return open_rule(_ID)(case)
    abi = case.abi
    seen = [one for one in abi.touched if one.reach is not Reach.FILE]
    evidence = shown([*map(_told, seen), *map(_told, _own(abi))])
    reason = "" if abi.whole else "told by the hunks alone: the files were not at hand"
    unread = [f"{one.what}: {one.why}" for one in abi.unread]
    if seen:
        hard = [one for one in seen if breaks(one)]
        state = State.FINDING if hard and _is_gate(case) else State.NEEDS_REVIEW
        said = _summary([*hard, *(one for one in seen if one not in hard)])
        gate = f"{_ID} is a gate of {case.release.title}" if case.release and hard else ""
        why = "; ".join(filter(None, (reason, gate if _is_gate(case) else "", *unread[:_NAMED])))
        return Item(_ID, _TITLE, state, said, reason=why, evidence=evidence, next=_todo(hard))
    if unread:
        return Item(
            _ID,
            _TITLE,
            State.CANNOT_TELL,
            f"not told: {unread[0]}{f', and {len(unread) - 1} more' if len(unread) > 1 else ''}",
            reason="; ".join(filter(None, (reason, *unread[1:_NAMED]))),
            evidence=evidence,
            next="Give the tree that the patch is for (--target), or compare the ABI by hand.",
        )
    return Item(_ID, _TITLE, State.OK, _nothing(abi), reason=reason, evidence=evidence)


def breaks(one: Touch) -> bool:
    """Whether modules or programs that were built before do not fit any more."""
    laid_out = one.what in _LAID_OUT and one.reach in _WIDE
    return not one.kept and (one.what in _BREAKS or laid_out)


def _is_gate(case: Case) -> bool:
    return case.release is not None and any(
        entry.id == _ID and entry.gate for entry in case.release.entries
    )


def _own(abi: Abi) -> list[Touch]:
    return [one for one in abi.touched if one.reach is Reach.FILE]


def _summary(touched: list[Touch]) -> str:
    names = list(dict.fromkeys(one.name for one in touched))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    sorts = listed([one.what.value for one in touched])
    seen_by = listed([one.reach.value for one in touched])
    same = "; upstream's patch does the same" if all(one.upstream for one in touched) else ""
    return f"touched: {', '.join(names[:_NAMED])}{more} ({sorts}; seen by {seen_by}){same}"


def _told(one: Touch) -> Evidence:
    more = "; upstream's patch does the same" if one.upstream else ""
    more += "; by a macro that keeps the layout as modules know it" if one.kept else ""
    more += "; no other file sees it" if one.reach is Reach.FILE else ""
    return Evidence(f"{one.name}: {one.said}{more}", one.place)


def _todo(hard: list[Touch]) -> str:
    if any(one.reach is Reach.UAPI for one in hard):
        return "Programs are built with this: keep it as it was."
    return "Run the distribution's own kABI check, and ask who keeps the ABI."


def _nothing(abi: Abi) -> str:
    if not abi.whole:
        return "the hunks touch nothing that is exported, and no type of a header"
    own = "; types of its own files alone change" if _own(abi) else ""
    if not (abi.exports or abi.layouts):
        return f"the touched files export nothing and lay out no type for others{own}"
    exports, layouts = counted(abi.exports, "exported symbol"), counted(abi.layouts, "type")
    return f"{exports} of the touched files and {layouts} of their headers are as before{own}"
