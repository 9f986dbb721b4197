"""Which scenarios can be: what mremap() and execve() may ask the move path for."""

from __future__ import annotations

from analyzer.machine.scenario import Content, Scenario
from analyzer.mm.entry import HUGE_KINDS, Kind


def is_legal(scenario: Scenario) -> bool:
    """Whether a kernel's own callers could make this call on this state.

    Both ranges are of whole pages, lie in user space and hold something; they overlap in one area
    that moves down only (``shift_arg_pages``), and never otherwise. What the state holds lies in
    the range to be moved, but for empty tables, which ``free_pgtables`` may have left anywhere;
    an address is filled once. Huge pages are anonymous memory's, as all kernels with them have
    it, and huge device pages are a file's.
    """
    geometry, length = scenario.geometry, scenario.length
    starts = scenario.old, scenario.new
    if length <= 0 or any(value % geometry.page_size for value in (*starts, length)):
        return False
    if min(starts) < 0 or max(starts) + length > geometry.task_size:
        return False
    if scenario.one_area and scenario.new >= scenario.old:
        return False
    if not scenario.one_area and max(starts) - min(starts) < length:
        return False
    return _fills_once(scenario) and all(_may_hold(scenario, one) for one in scenario.contents)


def _may_hold(scenario: Scenario, one: Content) -> bool:
    geometry = scenario.geometry
    if one.kind is Kind.TABLE:
        return one.at % geometry.pmd_size == 0 and 0 <= one.at < geometry.task_size
    if one.kind in HUGE_KINDS and scenario.file is not (one.kind is Kind.DEVMAP):
        return False
    size = geometry.pmd_size if one.kind in HUGE_KINDS else geometry.page_size
    inside = scenario.old <= one.at and one.at + size <= scenario.old + scenario.length
    return inside and one.at % size == 0


def _fills_once(scenario: Scenario) -> bool:
    """No address twice, and below a huge entry nothing."""
    pmd_size = scenario.geometry.pmd_size
    huge = {one.at for one in scenario.contents if one.kind in HUGE_KINDS}
    below = [one for one in scenario.contents if one.kind not in HUGE_KINDS]
    pages = [one.at for one in below if one.kind is not Kind.TABLE]
    tables = [one.at for one in below if one.kind is Kind.TABLE]
    return (
        len(huge) + len(below) == len(scenario.contents)
        and len(set(pages)) == len(pages)
        and len(set(tables)) == len(tables)
        and not any(one.at - one.at % pmd_size in huge for one in below)
    )
