"""Shapes that several tests of the run-time use, and how a fault is expected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from analyzer.errors import FaultKind, KernelFault, Stopped
from analyzer.translate.runtime.nothing import NULL
from analyzer.translate.runtime.shapes import (
    ArrayShape,
    FieldShape,
    RecordShape,
    ScalarShape,
    Shape,
)

U8, U16, U32, U64 = (ScalarShape(0, bits) for bits in (8, 16, 32, 64))
I32, I64 = (ScalarShape(0, bits, signed=True) for bits in (32, 64))
POINTER = ScalarShape(NULL, 64)


def struct(tag: str, *fields: tuple[str | None, Shape], size: int | None = None) -> RecordShape:
    return RecordShape(tag, False, tuple(FieldShape(*each) for each in fields), size)


def union(tag: str, *fields: tuple[str | None, Shape], size: int | None = None) -> RecordShape:
    return RecordShape(tag, True, tuple(FieldShape(*each) for each in fields), size)


LIST = struct("list_head", ("next", POINTER), ("prev", POINTER), size=16)
RANGE = struct("range", ("start", U64), ("end", U64), size=16)
AREA = struct(
    "area",
    ("range", RANGE),
    ("flags", U64),
    ("link", LIST),
    ("slots", ArrayShape(U64, 3)),
    ("parts", ArrayShape(RANGE, 2)),
    ("grid", ArrayShape(ArrayShape(I32, 2), 2)),
    ("next", POINTER),
)


@contextmanager
def faults(kind: FaultKind, what: str = "") -> Iterator[None]:
    with pytest.raises(KernelFault) as raised:
        yield
    assert (raised.value.kind, what in raised.value.what) == (kind, True), raised.value


@contextmanager
def stops(reason: str) -> Iterator[None]:
    with pytest.raises(Stopped) as raised:
        yield
    assert raised.value.reason == reason
