"""AB-1: what is touched, for whom, and when it is a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_case import DIFF, case_of, mail

from analyzer.compare.abi import Abi
from analyzer.compare.touch import Reach, Touch, What
from analyzer.finding import Evidence, NotChecked, State
from analyzer.release.checklist import Checklist, Entry
from analyzer.result import Item
from analyzer.review.abi import interface_kept
from analyzer.review.case import Case
from analyzer.source import Place, Side

PLACE = Place(Side.PATCH_AFTER, "include/linux/thing.h", 7)
LAYOUT = Touch(What.LAYOUT, "struct thing", "`int more` is added", PLACE, Reach.INCLUDE)
EXPORT = Touch(What.UNEXPORTED, "thing_open", "is exported no more", PLACE, Reach.EXPORTED)
GATE = Checklist("ours", "Our releases", (Entry("AB-1", gate=True),))
LISTED = Checklist("ours", "Our releases", (Entry("AB-1"),))


def case(abi: Abi | None, release: Checklist | None = None) -> Case:
    return replace(case_of(mail("x")), abi=abi, release=release)


def state(*touched: Touch, release: Checklist | None = None) -> State:
    return interface_kept(case(Abi(touched, 3, 2), release)).state


def test_nothing_is_touched() -> None:
    assert interface_kept(case(Abi((), 3, 1))) == Item(
        "AB-1",
        "are exported symbols or structure layouts touched?",
        State.OK,
        "3 exported symbols of the touched files and 1 type of their headers are as before",
    )
    bare = interface_kept(case(Abi(whole=False)))
    assert (bare.state, bare.summary, bare.reason) == (
        State.OK,
        "the hunks touch nothing that is exported, and no type of a header",
        "told by the hunks alone: the files were not at hand",
    )


def test_without_c_there_is_nothing_to_ask() -> None:
    text = mail("x").replace(DIFF, DIFF.replace("mm/mremap.c", "mm/Kconfig"))
    assert interface_kept(case_of(text)).state is State.NOT_APPLICABLE
    assert interface_kept(case(None)).state is State.CANNOT_TELL


def test_what_is_touched_is_told_with_places() -> None:
    same = replace(EXPORT, upstream=True)
    assert interface_kept(case(Abi((LAYOUT, same), 3, 1))) == Item(
        "AB-1",
        "are exported symbols or structure layouts touched?",
        State.NEEDS_REVIEW,
        "touched: struct thing, thing_open (layout and export removed; "
        "seen by modules, by a header and modules, by an export)",
        evidence=(
            Evidence("struct thing: `int more` is added", PLACE),
            Evidence("thing_open: is exported no more; upstream's patch does the same", PLACE),
        ),
        next="Run the distribution's own kABI check, and ask who keeps the ABI.",
    )


@pytest.mark.parametrize(
    ("touch", "breaks"),
    [
        (LAYOUT, True),
        (EXPORT, True),
        (replace(LAYOUT, reach=Reach.UAPI), True),
        (replace(LAYOUT, what=What.MACRO, reach=Reach.UAPI), True),
        (replace(EXPORT, what=What.SIGNATURE), True),
        (replace(EXPORT, what=What.LICENCE), True),
        (replace(EXPORT, what=What.EXPORTED), False),
        (replace(LAYOUT, what=What.APPENDED), False),
        (replace(LAYOUT, what=What.PROTOTYPE), False),
        (replace(LAYOUT, reach=Reach.HEADER), False),
        (replace(LAYOUT, kept=True), False),
    ],
)
def test_a_gate_makes_a_finding_of_what_breaks(touch: Touch, breaks: bool) -> None:
    assert state(touch) is State.NEEDS_REVIEW
    assert state(touch, release=LISTED) is State.NEEDS_REVIEW
    assert state(touch, release=GATE) is (State.FINDING if breaks else State.NEEDS_REVIEW)


def test_the_gate_is_named() -> None:
    found = interface_kept(case(Abi((LAYOUT,)), GATE))
    assert found.reason == "AB-1 is a gate of Our releases"
    uapi = interface_kept(case(Abi((replace(LAYOUT, reach=Reach.UAPI),)), GATE))
    assert uapi.next == "Programs are built with this: keep it as it was."


def test_types_of_one_file_are_mentioned() -> None:
    found = interface_kept(case(Abi((replace(LAYOUT, reach=Reach.FILE),)), GATE))
    assert (found.state, found.summary) == (
        State.OK,
        "the touched files export nothing and lay out no type for others; "
        "types of its own files alone change",
    )
    assert found.evidence == (
        Evidence("struct thing: `int more` is added; no other file sees it", PLACE),
    )


def test_what_is_not_shown_is_open() -> None:
    unread = (NotChecked("a.c: f()", "its head changes"), NotChecked("b.S", "not read"))
    found = interface_kept(case(Abi(unread=unread, whole=False)))
    assert (found.state, found.summary, found.reason) == (
        State.CANNOT_TELL,
        "not told: a.c: f(): its head changes, and 1 more",
        "told by the hunks alone: the files were not at hand; b.S: not read",
    )
    assert state(LAYOUT) is State.NEEDS_REVIEW
