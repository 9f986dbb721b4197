"""Where things are, in SARIF: artifacts as relative URIs, each under the base that it is of.

A path of a patch is hostile text. It becomes segments that are percent-encoded; what climbs
(``..``), is empty or stands for itself (``.``) is left out, so no URI leads out of its base.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.report.printable import LIMIT, printable
from analyzer.report.wording import where
from analyzer.source import Place, Side

if TYPE_CHECKING:
    from analyzer.finding import Evidence
    from analyzer.result import Divergence, Report

_Object = dict[str, object]

# The name that consumers of SARIF give the root of the checked-out sources.
TREE = "%SRCROOT%"
_BASES = {
    Side.INPUT: "INPUT",
    Side.PATCH_AFTER: TREE,
    Side.UPSTREAM: "UPSTREAM",
    Side.TARGET: "TARGET",
}
BASES: _Object = {
    "INPUT": {"description": {"text": "the directory of the patch file"}},
    TREE: {"description": {"text": "the files as the patch leaves them"}},
    "UPSTREAM": {"description": {"text": "upstream's tree, at the commit"}},
    "TARGET": {"description": {"text": "the tree that the patch is for"}},
}
_STANDARD_INPUT = "standard-input.patch"
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NOTHING = "unknown"
_SEPARATORS = re.compile(r"[/\\]+")


def uri_of(path: str) -> str:
    """``path`` as a relative URI reference: ``mm/mremap.c``."""
    kept = [part for part in _SEPARATORS.split(path[:LIMIT]) if part.strip(" .")]
    # "./" keeps a colon in the first segment from being read as a scheme: it is encoded anyway.
    return "/".join(map(_encoded, kept)) or _NOTHING


def _encoded(segment: str) -> str:
    data = segment.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in data)


def input_uri(report: Report) -> str:
    """The patch file's own name: where it lies is nobody's business."""
    name = _SEPARATORS.split(report.input)[-1]
    return uri_of(name) if name.strip(" .-") else _STANDARD_INPUT


def location(evidence: Evidence, report: Report) -> _Object:
    """An evidence's place, and what it says; a place without a file is told in the words."""
    place = evidence.place
    if place is None:
        return {"message": {"text": shown(evidence.text)}}
    found: _Object = {"message": {"text": shown(f"{where(place)}: {evidence.text}")}}
    physical = _physical(place, report)
    return {"physicalLocation": physical, **found} if physical else found


def _physical(place: Place, report: Report) -> _Object:
    if place.side is not Side.INPUT and not place.path:
        return {}
    uri = input_uri(report) if place.side is Side.INPUT else uri_of(place.path or "")
    artifact = {"uri": uri, "uriBaseId": _BASES[place.side]}
    region = _region(place.line)
    quoted = next((one.text for one in report.letter.quoted if one.place == place), None)
    if quoted is not None:
        # The tree's line has no mark of a hunk.
        line = quoted[1:] if place.side is Side.PATCH_AFTER else quoted
        region["snippet"] = {"text": printable(line, blanks=True)}
    return {"artifactLocation": artifact, "region": region}


def whole_patch(report: Report) -> _Object:
    """The patch file, for what is said of all of it."""
    artifact = {"uri": input_uri(report), "uriBaseId": _BASES[Side.INPUT]}
    return {
        "physicalLocation": {"artifactLocation": artifact, "region": _region(None)},
        "message": {"text": "the patch as a whole"},
    }


def divergence_location(divergence: Divergence) -> _Object:
    """Where a divergence shows."""
    side = next((one for one in Side if one.value == divergence.side), None)
    if side in (None, Side.INPUT) or not divergence.path:
        return {}
    artifact = {"uri": uri_of(divergence.path), "uriBaseId": _BASES[side]}
    region = _region(divergence.line)
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _region(line: int | None) -> _Object:
    """A line; of a file as a whole it is the first, since GitHub requires one."""
    return {"startLine": max(line or 1, 1)}


def shown(text: str, *, limit: int = 4 * LIMIT) -> str:
    """A message's text, which may not be empty, nor hold a link (``[text](address)``)."""
    return printable(text, limit=limit).replace("](", "]\\(") or "(blank)"
