"""One change of an interface: what it is about, and who sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from analyzer.source import Place

_UAPI = re.compile(r"(?:^|/)include/(?:generated/)?uapi/|(?:^|/)uapi/")
_INCLUDE = re.compile(r"(?:^|/)include/")


class What(Enum):
    """What is changed."""

    UNEXPORTED = "export removed"
    EXPORTED = "export added"
    LICENCE = "exported otherwise"
    SIGNATURE = "exported symbol declared otherwise"
    PROTOTYPE = "declaration"
    LAYOUT = "layout"
    APPENDED = "enumerator added"
    MACRO = "constant"


class Reach(Enum):
    """Who sees it."""

    UAPI = "programs"
    EXPORTED = "modules, by an export"
    INCLUDE = "modules, by a header"
    HEADER = "who includes a header of its folder"
    FILE = "its file alone"


@dataclass(frozen=True, slots=True)
class Touch:
    """One change. ``kept``: a macro of the distribution's keeps the layout as modules know it.

    ``upstream``: upstream's patch makes the same change. ``seen`` is False where hunks show only
    that it is touched, and not what it becomes.
    """

    what: What
    name: str
    said: str
    place: Place
    reach: Reach
    kept: bool = False
    upstream: bool = False
    seen: bool = True


def is_uapi(path: str) -> bool:
    """Whether a header is one that programs are built with."""
    return _UAPI.search(path) is not None


def reach_of(path: str) -> Reach:
    """Who sees the types of a file."""
    if not path.endswith(".h"):
        return Reach.FILE
    if is_uapi(path):
        return Reach.UAPI
    return Reach.INCLUDE if _INCLUDE.search(path) else Reach.HEADER
