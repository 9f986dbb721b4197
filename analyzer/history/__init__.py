"""Upstream's history, read once into an index and asked in milliseconds.

Everything is imported when it is first used: a run without a history loads none of it. What reads
is ``analyzer.history.build``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.history.facts import CveRecord, History, How, Known, Later, Unclear
    from analyzer.history.index import Index, open_index
    from analyzer.history.live import Live, open_live

__all__ = [
    "CveRecord",
    "History",
    "How",
    "Index",
    "Known",
    "Later",
    "Live",
    "Unclear",
    "open_index",
    "open_live",
]

_HOME = {
    **dict.fromkeys(("CveRecord", "History", "How", "Known", "Later", "Unclear"), "facts"),
    "Index": "index",
    "open_index": "index",
    "Live": "live",
    "open_live": "live",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
