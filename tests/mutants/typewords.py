"""One word for a plain type, to tell which values may stand for each other."""

from __future__ import annotations

from analyzer.csource.syntax import (
    Basic,
    PointerTo,
    Specifier,
    Tagged,
    TypedefName,
    TypeName,
)

_INTEGERS = frozenset(
    "bool size_t ssize_t loff_t off_t pgoff_t u8 u16 u32 u64 s8 s16 s32 s64 gfp_t".split()  # noqa: SIM905
)
INTEGER = "integer"


def kind_word(kind: TypeName) -> str | None:
    """The word: all integers have one, pointers a star more; None where the type is not plain."""
    base = _specified(kind.specifier)
    if base is None or not all(isinstance(each, PointerTo) for each in kind.shape):
        return None
    stars = "*" * len(kind.shape)
    return base + stars


def _specified(specifier: Specifier) -> str | None:
    match specifier:
        case Basic(words=words):
            if {"float", "double", "__int128"} & set(words):
                return None
            return "void" if words == ("void",) else INTEGER
        case TypedefName(name=name):
            return INTEGER if name in _INTEGERS else name
        case Tagged(tag=tag, kind=kind) if tag is not None:
            return INTEGER if kind.value == "enum" else f"{kind.value} {tag}"
    return None
