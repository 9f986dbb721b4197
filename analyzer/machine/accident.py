"""What an exception of Python's means that came of what a patch's code did to the reference.

Neither the reference nor translated code checks its values: that would cost every run. Where one
raised what only a wrong value or a bug of ours can raise, the values are looked at afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any

from analyzer.errors import Stopped
from analyzer.mm.api import refused
from analyzer.mm.api.refusal import frames_of, wrong_kind
from analyzer.reference import path
from analyzer.reference.path import FUNCTIONS

# The reference's functions as they are written, by the names that C calls them by.
_WRITTEN: dict[str, Callable[..., Any]] = {name: getattr(path, name) for name in FUNCTIONS}
_CODES = {each.__code__: name for name, each in _WRITTEN.items()}


def meaning(accident: Exception, *, changes: bool) -> Stopped | None:
    """Say what C did wrong; None where it is a bug of ours.

    ``changes``: the patch's code changes locals of the reference's loop.
    """
    known = refused(accident) or _of_arguments(accident)
    if known is not None or not isinstance(accident, AttributeError | TypeError):
        return known
    # What helps translated code to compute is a part of it.
    frames = [each for each in frames_of(accident.__traceback__) if not _helps(each)]
    if not frames:
        return None
    if _is_c(frames[-1]):
        return Stopped("it computes with what is no number in the model")
    if changes and not any(map(_is_c, frames)):
        return Stopped("the loop goes on with a local that the patch set to something else")
    return None


def _of_arguments(accident: Exception) -> Stopped | None:
    """A function of the reference was called with what it does not take."""
    for frame in frames_of(accident.__traceback__):
        name = _CODES.get(frame.f_code)
        if name is not None and (found := wrong_kind(name, _WRITTEN[name], frame)):
            return found
    name = str(accident).partition("(")[0]
    if isinstance(accident, TypeError) and name in FUNCTIONS:
        return Stopped(f"{name}() of the reference takes other arguments")
    return None


def _helps(frame: FrameType) -> bool:
    return frame.f_globals.get("__package__") == "analyzer.translate.runtime"


def _is_c(frame: FrameType) -> bool:
    """Whether translated C runs there: it sees nothing of Python's."""
    return frame.f_globals.get("__builtins__") == {}
