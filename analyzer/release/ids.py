"""The ids of the check items that every report answers, in the order of a review."""

from __future__ import annotations

IDS = (
    *("ID-1", "ID-2", "ID-3", "ID-4", "ID-5", "ID-6", "IN-1", "IN-2"),
    *("TX-1", "TX-2", "TX-3", "TX-4", "TX-5"),
    *("SM-1", "SM-2", "SM-3", "SM-4", "SM-5", "SM-6"),
    *("DP-1", "DP-2", "DP-3", "DP-4", "CV-1", "CV-2"),
    *("CF-1", "CF-2", "CF-3", "CF-4", "CF-5", "AB-1"),
    *("TS-1", "TS-2", "TS-3", "RG-1", "RG-2", "AC-1", "AC-2", "LM-1"),
)
# A release's own items keep out of these families, so that an id has one meaning for good.
FAMILIES = frozenset(name.partition("-")[0] for name in IDS)
# What running and reading decide: no person overrules a finding or a `cannot-tell` there.
_DECIDED_BY_CODE = ("SM-", "CF-4", "IN-")


def is_decided_by_code(item: str) -> bool:
    """Whether nobody can put a finding of this item right by saying so."""
    return item.startswith(_DECIDED_BY_CODE)
