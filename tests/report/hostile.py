"""Text that wants to do harm, and reports that carry it in every string they have."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from analyzer.finding import State
from analyzer.result import Report

HOSTILE = (
    "[red]x[/]",
    "[link=https://evil.example]x[/link]",
    "<script>alert(1)</script>",
    "</code><script>x</script>",
    "<!-- hidden",
    "<img src=x onerror=y>",
    "![x](https://evil.example/a.png)",
    "[x](javascript:y)",
    "[x]: https://evil.example\n[x]",
    "<https://evil.example>",
    "https://evil.example/?a=_b_&c",
    "www.evil.example",
    "mailto:a@b.example",
    "@torvalds please",
    "a@b.example",
    "fixes #1, org/repo#2, GH-3 and !4",
    ":white_check_mark: $\\alpha$ ~~no~~",
    "`", "``", "a`b``c", "\\", "\\`", "`\\", "&lt;b&gt;", "&#64;x", "&copy;",
    "*a* **b** _c_ __d__ a_b_c",
    "\n\n# heading\n\n- [x] SM-1 ok\n",
    "\r\n> quote", "1. one", "2) two", "+ plus", "- minus", "=====", "-----", "***", "~~~\nx",
    "| a | b |\n|---|---|\n| c | d |", "    code", "\tcode", "  ",
    "\x1b[5;41mred\x1b[0m", "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\x9b31m", "\x07",
    "\x00", "a\x08b", "\x7f", "\x0b\x0c", "\u2028\u2029\x85",
    "\u202eabc\u2066x\u2069", "\u200b\u200d\ufeff\u00ad", "\u3164\ufe0f\u034f\u2800", "\U000e0041",
    "\udc80\udcff", "\ud83d\ude00", "\udfff", "\U0001f600", "汉字" * 30, "e\u0301",
    "a" * 300, "",
)  # fmt: skip

# Strings of closed choice, which the tool itself writes.
CLOSED = {"Kernel.name": "upstream.before", "Divergence.side": "target"}
_CHOSEN: dict[type[Enum], Enum] = {State: State.FINDING}

TEXT = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE),
        st.text(st.characters(exclude_categories=()), max_size=6),
        st.text(st.sampled_from("`\\*_[]()<>!#@&|~$:/w. \t\n1a-+="), max_size=12),
    ),
    max_size=4,
).map("".join)


def report_with(text: Callable[[str], str]) -> Report:
    """A report with one of everything; ``text`` gets ``Class.field`` and gives the string."""
    built: Report = _built(Report, "", text)
    return built


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
        return _CHOSEN.get(kind, next(iter(kind)))
    return text(name) if kind is str else kind(7)


def reports(*, closed: bool) -> st.SearchStrategy[Report]:
    """Any report. With ``closed``, the strings of closed choice are left as the tool has them."""
    fixed = {key: st.just(value) for key, value in CLOSED.items()} if closed else {}
    found: st.SearchStrategy[Report] = _any(Report, "", fixed)
    return found


def _any(kind: Any, name: str, fixed: dict[str, st.SearchStrategy[str]]) -> Any:
    parts = typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        return st.one_of(st.none(), _any(parts[0], name, fixed))
    if typing.get_origin(kind) is tuple:
        members = [_any(part, name, fixed) for part in parts if part is not Ellipsis]
        if Ellipsis not in parts:
            return st.tuples(*members)
        # The kernels have fixed names, so that two of them would be one name twice.
        most = 1 if name == "Report.kernels" else 2
        return st.lists(members[0], max_size=most).map(tuple)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        owner = kind.__name__
        return st.builds(kind, **{k: _any(h, f"{owner}.{k}", fixed) for k, h in hints.items()})
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    plain = {str: TEXT, int: st.integers(1, 10**6), bool: st.booleans()}
    return fixed.get(name, plain[kind])
