"""Exhibits with one of everything, every string of them as it is asked for."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from analyzer.report.exhibits import Exhibits


def exhibits_with(text: Callable[[str], str]) -> Exhibits:
    """One of everything; ``text`` gets ``Class.field`` and gives the string."""
    found: Exhibits = _built(Exhibits, "", text)
    return found


def _built(kind: Any, name: str, text: Callable[[str], str]) -> Any:
    parts = typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        return _built(parts[0], name, text)
    if typing.get_origin(kind) is tuple:
        return tuple(_built(part, name, text) for part in parts if part is not Ellipsis)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        owner = kind.__name__
        return kind(**{key: _built(hint, f"{owner}.{key}", text) for key, hint in hints.items()})
    if issubclass(kind, Enum):
        return next(iter(kind))
    return text(name) if kind is str else kind(1)
