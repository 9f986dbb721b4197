"""Upstream's patch as C, translated: for engines that hold C against C."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import parse_statements, read
from analyzer.csource.syntax import Span, Unparsed
from analyzer.errors import Stopped
from analyzer.excerpt.decide import picked
from analyzer.reference.base import Base
from analyzer.reference.commit import FUNCTION
from analyzer.reference.patch import Fix
from analyzer.reference.slots import LOOP, PATH
from analyzer.translate import (
    LP64,
    Environment,
    Source,
    Translated,
    Untranslated,
    translate_fragment,
    translate_function,
)
from analyzer.translate.types import CType, Record

_SITE = "call_site.c"


@cache
def upstream_function(fixes: frozenset[Fix]) -> tuple[Translated, Environment]:
    """``move_normal_pmd()`` as upstream has it, with later fixes, and what names mean there."""
    configuration = _configuration(fixes)
    text = _text(f"{FUNCTION}.c")
    file = read(text, PATH, configuration)
    environment = Environment.of_file(file, LP64)
    function = file.function(FUNCTION)
    if function is None:
        raise Stopped(f"there is no {FUNCTION}()")
    found = translate_function(function, environment, Source(text, configuration))
    return _translated(found), environment


@cache
def upstream_call_site(fixes: frozenset[Fix], base: Base, types: Environment) -> Translated:
    """The statements that upstream's patch has in the loop over extents."""
    lines = picked(_text(_SITE).split("\n"), _configuration(fixes))
    text = "\n".join(lines)
    statements = parse_statements(text, None, PATH, line=1)
    if isinstance(statements, Unparsed):
        raise Stopped(statements.reason)
    span = Span(1, 0, len(lines), 0)
    found = translate_fragment(
        f"{LOOP}_site", statements, PATH, types, span, Source(text), locals_of(base, types)
    )
    return _translated(found)


def _translated(found: Translated | Untranslated | Unparsed) -> Translated:
    if isinstance(found, Translated):
        return found
    raise Stopped(f"{found.name} is not translated: {found.reason}")


def locals_of(base: Base, types: Environment) -> dict[str, CType]:
    """The C types of what a base declares in the loop's function."""
    declared = "; ".join(f"{kind.value} {name}" for name, kind in base.locals.items())
    file = read(f"struct frame {{ {declared}; }};\n", PATH)
    environment = Environment.of_file(file, types.model)
    fields = environment.fields(Record("frame", union=False)) or ()
    return {each.name: each.type for each in fields if each.name is not None}


def _configuration(fixes: Collection[Fix]) -> Configuration:
    symbols = {each.name: "y" if each in fixes else "n" for each in Fix}
    return Configuration(dict(symbols), {}, total=False)


@cache
def _text(name: str) -> str:
    return (files("analyzer.reference") / "data" / name).read_text("utf-8")
