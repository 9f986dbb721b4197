"""Frames and their counts, bits of entries, and what the kernel reports."""

import pytest

from analyzer.errors import FaultKind, KernelFault
from analyzer.mm import bits, frames, reports
from analyzer.mm.entry import DIRTY, SOFT_DIRTY, UFFD_WP, WRITE, YOUNG, Entry, Kind
from analyzer.mm.events import Event, EventKind
from analyzer.mm.geometry import SMALL
from analyzer.mm.state import State

ALL = WRITE | DIRTY | YOUNG | SOFT_DIRTY | UFFD_WP


def counts(state: State, number: int) -> tuple[int, int]:
    frame = frames.counts(state, number)
    return frame.refs, frame.maps


def test_a_frame_begins_with_one_entry_that_maps_it() -> None:
    state = State(SMALL)
    assert counts(state, 5) == (1, 1)
    frames.get_page(state, 5)
    frames.page_add_rmap(state, 5)
    assert (counts(state, 5), counts(state, 6)) == ((2, 2), (1, 1))
    assert list(state.frames) == [5]


def test_the_last_reference_frees_it() -> None:
    state = State(SMALL)
    frames.get_page(state, 5)
    frames.page_remove_rmap(state, 5)
    frames.put_page(state, 5)
    assert state.events == []
    frames.put_page(state, 5)
    assert state.events == [Event(EventKind.FREE, ("frame", 5), ())]
    with pytest.raises(KernelFault, match=r"^frame 5 has no reference to give back$"):
        frames.put_page(state, 5)
    frames.get_page(state, 5)
    told = "frame 5 is referred to after it was freed"
    assert state.events[1:] == [Event(EventKind.FAULT, (FaultKind.TABLE, told), ())]


def test_what_is_mapped_must_not_be_freed() -> None:
    state = State(SMALL)
    frames.put_page(state, 5)
    told = "frame 5 is freed while 1 entries map it"
    assert [event.what for event in state.events] == [(FaultKind.TABLE, told), ("frame", 5)]


def test_a_mapping_that_is_not_there_cannot_go() -> None:
    state = State(SMALL)
    frames.page_remove_rmap(state, 5)
    with pytest.raises(KernelFault, match=r"^frame 5 is mapped by no entry that could go$"):
        frames.page_remove_rmap(state, 5)


@pytest.mark.parametrize(
    ("change", "of_all", "of_none"),
    [
        (bits.mkdirty, ALL, DIRTY | SOFT_DIRTY),
        (bits.mkclean, ALL - DIRTY, 0),
        (bits.mkyoung, ALL, YOUNG),
        (bits.mkold, ALL - YOUNG, 0),
        (bits.mkwrite, ALL, WRITE),
        (bits.wrprotect, ALL - WRITE, 0),
        (bits.mksoft_dirty, ALL, SOFT_DIRTY),
        (bits.clear_soft_dirty, ALL - SOFT_DIRTY, 0),
        (bits.mkuffd_wp, ALL - WRITE, UFFD_WP),
        (bits.clear_uffd_wp, ALL - UFFD_WP, 0),
        (bits.moved, ALL, SOFT_DIRTY),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_change_of_bits_keeps_the_rest(change: object, of_all: int, of_none: int) -> None:
    assert callable(change)
    for before, after in ((ALL, of_all), (0, of_none)):
        changed = change(Entry(Kind.PAGE, 7, before, ("lock",)))
        assert (changed.says(), changed.under) == ((Kind.PAGE, 7, after), ("lock",))


def test_a_move_marks_what_is_no_table() -> None:
    marked = {kind for kind in Kind if bits.moved(Entry(kind, 0)).bits == SOFT_DIRTY}
    assert marked == set(Kind) - {Kind.NONE, Kind.TABLE}


def test_a_warning_is_an_event() -> None:
    state = State(SMALL)
    reports.warn(state)
    reports.warn(state)
    assert state.events == [Event(EventKind.REPORT, ("warning",), ())] * 2


def test_a_site_warns_once() -> None:
    state = State(SMALL)
    for site in ("a", "b", "a", "a"):
        reports.warn_once(state, site)
    assert len(state.events) == 2
    state.renew()
    reports.warn_once(state, "a")
    assert len(state.events) == 1


def test_a_bug_is_the_end() -> None:
    with pytest.raises(KernelFault) as fault:
        reports.bug("!pmd_none(*new_pmd)")
    assert (fault.value.kind, fault.value.what) == (FaultKind.BUG, "!pmd_none(*new_pmd)")
