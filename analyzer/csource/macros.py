"""The macros that a text defines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.csource.directives import Directive, directives
from analyzer.csource.syntax import Macro, Span

_NAME = r"[A-Za-z_$][\w$]*+"
_DEFINE = re.compile(rf"(?P<name>{_NAME})(?:\((?P<parameters>[^()]*+)\))?+(?P<body>.*+)", re.DOTALL)
_UNDEFINE = re.compile(rf"(?P<name>{_NAME})(?![\w$])")
_PARAMETER = re.compile(rf"(?P<name>{_NAME})?+\s*+(?P<dots>\.\.\.)?+")


def macros_of(text: str, path: str) -> dict[str, Macro]:
    """Return the macros that stand at the end of a text: the last definition of each.

    Whatever the arm of an ``#if`` that it stands in: ``pick`` decides those first. A ``#define``
    that no compiler takes defines nothing.
    """
    found: dict[str, Macro] = {}
    for directive in directives(text):
        if directive.name == "undef":
            found.pop(undefined_by(directive), "")
        elif (macro := defined_by(directive, path)) is not None:
            # At its end: the order is that of the definitions that stand.
            found.pop(macro.name, None)
            found[macro.name] = macro
    return found


def definitions_of(text: str, path: str) -> tuple[Macro, ...]:
    """Return every definition of a text in order, replaced and undefined ones too."""
    return tuple(_definitions(text, path))


def _definitions(text: str, path: str) -> Iterator[Macro]:
    for directive in directives(text):
        macro = defined_by(directive, path)
        if macro is not None:
            yield macro


def undefined_by(directive: Directive) -> str:
    """Return the name that an ``#undef`` undefines; empty for any other directive."""
    match = _UNDEFINE.match(directive.rest) if directive.name == "undef" else None
    return match["name"] if match else ""


def defined_by(directive: Directive, path: str, span: Span | None = None) -> Macro | None:
    """Return the macro of a ``#define``; None for any other directive, or one that is wrong.

    It stands where the directive does, unless a ``span`` is given: to find that out takes time.
    """
    match = _DEFINE.fullmatch(directive.rest) if directive.name == "define" else None
    if match is None or match["name"] == "defined":
        return None
    body = match["body"]
    if match["parameters"] is None:
        # The name must end where it ends: "X(a" is no object-like macro.
        if body.startswith("("):
            return None
        return Macro(span or directive.span, path, match["name"], None, body.strip())
    names = _parameters(match["parameters"])
    if names is None:
        return None
    parameters, variadic = names
    at = span or directive.span
    return Macro(at, path, match["name"], parameters, body.strip(), variadic)


def _parameters(text: str) -> tuple[tuple[str, ...], bool] | None:
    """Return the parameters' names and whether the last takes the rest; None where wrong."""
    if not text.strip():
        return (), False
    names: list[str] = []
    variadic = False
    for piece in text.split(","):
        match = _PARAMETER.fullmatch(piece.strip())
        if match is None or variadic or not (match["name"] or match["dots"]):
            return None
        variadic = match["dots"] is not None
        names.append(match["name"] or "__VA_ARGS__")
    return (tuple(names), variadic) if len(set(names)) == len(names) else None
