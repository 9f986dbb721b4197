"""Functions that make, copy and assign plain records, one member after the other, with no loop.

A record is plain where it and the records in it hold scalars that stand in no union, and nothing
else. What ``objects`` does with such a record is known when its shape is: it is written out as a
Python function of the members' names. That is several times as fast, and what a loop over page
table entries does is copy records of one member. Whatever meets a member that was never written
is done again by ``objects``, so that what happens is said in one place.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from analyzer.translate.runtime import objects
from analyzer.translate.runtime.records import Record, class_of
from analyzer.translate.runtime.shapes import RecordShape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analyzer.translate.runtime.layouts import Layout

# A function costs 10 us a cell to make. A record with more cells is worth a loop.
_MAX_CELLS = 256


@dataclass(frozen=True, slots=True)
class _Part:
    """A record in a record, or the record itself, which is part 0 and has no parent."""

    number: int
    parent: int | None
    member: str | None
    made_by: type[Record]

    @property
    def opened(self) -> Layout:
        """The members."""
        return self.made_by._layout


def maker(shape: RecordShape, *, zeroed: bool) -> Callable[[], Any]:
    """Return what makes records of a shape: ``objects.zero`` or ``objects.new`` of it.

    Raises Stopped for a shape that no record can have.
    """
    name, careful = ("zero", objects.zero) if zeroed else ("new", objects.new)
    return _remembered(shape, name, lambda parts: _maker(parts, zeroed), partial(careful, shape))


def copier(shape: RecordShape) -> Callable[[Any], Any]:
    """Return ``objects.copy``, or what does the same with records of ``class_of(shape)``."""
    return _remembered(shape, "copy", _copier, objects.copy)


def assigner(shape: RecordShape) -> Callable[[Any, Any], object]:
    """Return ``objects.assign``, or what does the same with two records of ``class_of(shape)``."""
    return _remembered(shape, "assign", _assigner, objects.assign)


def _remembered(
    shape: RecordShape, name: str, write: Callable[[list[_Part]], Any], careful: Callable[..., Any]
) -> Callable[..., Any]:
    if name not in shape.made:
        parts = _parts(shape)
        shape.made[name] = careful if parts is None else write(parts)
    found: Callable[..., Any] = shape.made[name]
    return found


def _parts(shape: RecordShape) -> list[_Part] | None:
    """Return a record's parts, each after the one that it is in, or None for one not plain."""
    if shape.cells > _MAX_CELLS:
        return None
    parts: list[_Part] = []
    left: list[tuple[RecordShape, int | None, str | None]] = [(shape, None, None)]
    while left:
        within, parent, member = left.pop()
        part = _Part(len(parts), parent, member, class_of(within))
        parts.append(part)
        opened = part.opened
        if opened.unions:
            return None
        for each in opened.parts:
            if not isinstance(each.shape, RecordShape):
                return None
            left.append((each.shape, part.number, each.name))
    return parts


def _maker(parts: list[_Part], zeroed: bool) -> Any:
    body: list[ast.stmt] = []
    values: dict[str, object] = {}
    for part in parts:
        body += _made(part)
        for number, (member, value) in enumerate(part.opened.scalars if zeroed else ()):
            name = f"value{part.number}_{number}"
            values[name] = value
            body.append(_set("made", part.number, member, _name(name)))
    return _function([], [*body, ast.Return(_name("made0"))], values | _classes(parts))


def _copier(parts: list[_Part]) -> Any:
    body: list[ast.stmt] = []
    for part in parts:
        body += [*_made(part), *_entered("source", part), *_scalars("made", part)]
    return _function(
        ["source0"],
        _unless_unset([*body, ast.Return(_name("made0"))], "source0"),
        {"careful": objects.copy} | _classes(parts),
    )


def _assigner(parts: list[_Part]) -> Any:
    body: list[ast.stmt] = []
    for part in parts:
        body += [*_entered("target", part), *_entered("source", part), *_scalars("target", part)]
    return _function(
        ["target0", "source0"],
        _unless_unset([*body, ast.Return(ast.Constant(None))], "target0", "source0"),
        {"careful": objects.assign},
    )


def _made(part: _Part) -> Iterator[ast.stmt]:
    """Make a part where it belongs, with nothing written to it."""
    yield ast.Assign([_name(f"made{part.number}", ast.Store())], _call(f"class{part.number}"))
    home = ast.Constant(None) if part.parent is None else _name(f"made{part.parent}")
    yield _set("made", part.number, "_home", home)
    yield _set("made", part.number, "_index", ast.Constant(part.member))
    if part.parent is not None:
        assert part.member is not None
        yield _set("made", part.parent, part.member, _name(f"made{part.number}"))


def _entered(what: str, part: _Part) -> Iterator[ast.stmt]:
    if part.parent is not None:
        assert part.member is not None
        value = _member(what, part.parent, part.member, ast.Load())
        yield ast.Assign([_name(f"{what}{part.number}", ast.Store())], value)


def _scalars(into: str, part: _Part) -> Iterator[ast.stmt]:
    for member, _ in part.opened.scalars:
        yield _set(into, part.number, member, _member("source", part.number, member, ast.Load()))


def _unless_unset(body: list[ast.stmt], *arguments: str) -> list[ast.stmt]:
    # Outside the handler: what is raised in one costs twice as much.
    handler = ast.ExceptHandler(_name("AttributeError"), None, [ast.Pass()])
    return [ast.Try(body, [handler], [], []), ast.Return(_call("careful", *arguments))]


def _set(what: str, number: int, member: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([_member(what, number, member, ast.Store())], value)


def _member(what: str, number: int, member: str, context: ast.expr_context) -> ast.expr:
    return ast.Attribute(_name(f"{what}{number}"), member, context)


def _call(function: str, *arguments: str) -> ast.expr:
    return ast.Call(_name(function), [_name(each) for each in arguments], [])


def _name(name: str, context: ast.expr_context | None = None) -> ast.expr:
    return ast.Name(name, context or ast.Load())


def _classes(parts: list[_Part]) -> dict[str, object]:
    return {f"class{part.number}": part.made_by for part in parts}


def _function(parameters: list[str], body: list[ast.stmt], names: dict[str, object]) -> Any:
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(each) for each in parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    function = ast.FunctionDef("straight", arguments, body, [])
    module = ast.fix_missing_locations(ast.Module([function], []))
    namespace = {"__builtins__": {"AttributeError": AttributeError}, **names}
    # Of what others wrote, the tree holds the members' names alone, and these are attributes.
    exec(compile(module, __file__, "exec"), namespace)  # noqa: S102
    return namespace["straight"]
