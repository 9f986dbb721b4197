"""What work on a patch leaves in it by mistake: markers of a conflict, files of patch(1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analyzer.finding import Evidence
from analyzer.patch.lines import FileKind, FilePatch, Line, Mark
from analyzer.review.case import Case
from analyzer.source import Place, Side

# Git and patch(1) write them in the first column; only the ends of a conflict carry a name.
_MARKER = re.compile(r"(?:<{7}|>{7}|\|{7})(?:[ \t].*)?$|={7}$")
_MIDDLE = "=" * 7
_TEXT = re.compile(r"^Documentation/(?!.*\.(?:c|h|S|py|sh|dtsi?)$)|\.(?:rst|txt|md)$|README[^/]*$")
_LEFT = re.compile(r"\.(?:orig|rej|porig|swp)$|~$")


def left_behind(case: Case) -> list[Evidence]:
    """Each marker of a conflict in an added line, and each file that patch(1) or an editor makes.

    What upstream's own patch has is upstream's.
    """
    theirs = _upstreams_markers(case)
    known = files_of_upstream(case)
    found: list[Evidence] = []
    for file in case.patch.files:
        path = file.new_path or ""
        if file.kind is not FileKind.DELETED and _LEFT.search(path) and path not in known:
            found.append(Evidence(f"{path}: a file left behind", _at(file.number)))
        found += (
            Evidence(f"{path}: {line.text.rstrip()[:80]}", _at(line.number))
            for line in _markers(file)
            if line.text.rstrip() not in theirs
        )
    return found


def files_of_upstream(case: Case) -> set[str]:
    """The files that upstream's commit changes, by the names of both trees; none if not known."""
    found = {hunk.path for hunk in case.commit.hunks} if case.commit else set()
    for file in case.delta.files if case.delta else ():
        for one in (file.theirs, file.ours) if file.theirs else ():
            found |= {path for path in (one.old_path, one.new_path) if path} if one else set()
    return found


def _at(line: int | None) -> Place:
    return Place(Side.INPUT, line=line)


def _markers(file: FilePatch) -> Iterator[Line]:
    """The added lines that are markers; what stands between the halves is a heading in prose."""
    added = [line for hunk in file.hunks for line in hunk.lines if line.mark is Mark.ADDED]
    found = [line for line in added if _MARKER.match(line.text.rstrip())]
    alone = all(line.text.rstrip() == _MIDDLE for line in found)
    if not (alone and _TEXT.search(file.path)):
        yield from found


def _upstreams_markers(case: Case) -> set[str]:
    files: Iterable[FilePatch | None] = (
        (one.theirs for one in case.delta.files) if case.delta else ()
    )
    return {line.text.rstrip() for file in files if file for line in _markers(file)}
