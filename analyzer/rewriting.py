"""The repaired patch as a file, where it is the patch that was sent and no guess."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from analyzer.errors import AnalyzerError, NotRepairedError
from analyzer.patch.damage import Grade
from analyzer.patch.reader import written_patch
from analyzer.repair import Mended
from analyzer.review import Case


def write_repaired(path: Path, cases: Sequence[Case]) -> None:
    """Write the patches. ``NotRepairedError`` where one cannot be had honestly."""
    for case in cases:
        why = _not_writable(case)
        if why:
            raise NotRepairedError(why, where=str(path))
    text = b"".join(written_patch(case.patch, case.mended.files) for case in cases)
    before = None
    try:
        before = path.read_bytes() if path.is_file() else None
        path.write_bytes(text)
    except OSError as error:
        if before is not None:
            # It may be the patch itself; what the new one could not fill has room for the old one.
            with suppress(OSError):
                path.write_bytes(before)
        what = f"cannot be written: {error.strerror}"
        raise AnalyzerError(what, where=str(path), todo="give another file") from None


def _not_writable(case: Case) -> str | None:
    """Why a repaired patch would not be the patch that was sent, or None."""
    mended: Mended = case.mended
    if case.patch.unsafe:
        return "the patch names files outside the tree"
    if mended.context_lost:
        return f"{mended.context_lost} lines of context are lost, only the target can tell them"
    if mended.unexplained:
        return f"{mended.unexplained} added lines are lost and cannot be told"
    # What is assumed, or not repaired at all, would be a guess under somebody else's name.
    guessed = (Grade.ASSUMED, Grade.NONE)
    open_cases = [one for one in mended.damage if one.grade in guessed]
    if open_cases:
        return f"{open_cases[0].kind.value}: {open_cases[0].text}"
    if mended.damage and mended.disproved:
        return f"{mended.disproved[0].what}: {mended.disproved[0].why}"
    whole = all(hunk.whole for file in mended.files for hunk in file.hunks)
    return None if whole else "a hunk does not hold what its header declares"
