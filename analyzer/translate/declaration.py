"""Declarations inside functions: variables, static ones, and types."""

from __future__ import annotations

from analyzer.csource.syntax import Declaration, Declared, Initializers, Span
from analyzer.translate import emit, initial, lvalue, rvalue
from analyzer.translate.conversion import convert
from analyzer.translate.environment import Variable as Outside
from analyzer.translate.jumps import Kind
from analyzer.translate.naming import mangled
from analyzer.translate.shapes import shape_name
from analyzer.translate.types import Array, CType, Record
from analyzer.translate.writer import Variable, Writer


def declaration(w: Writer, each: Declaration) -> None:
    """Translate a declaration in a block."""
    declared = w.environment.declare(each, lambda expr: rvalue.type_of(w, expr))
    if "typedef" in each.storage or "extern" in each.storage:
        return
    variables = [one for one in each.declared if one.name is not None]
    for one, known in zip(variables, declared, strict=True):
        if isinstance(known, Outside):
            _variable(w, each, one, known)


def _variable(w: Writer, each: Declaration, declared: Declared, known: Outside) -> None:
    kind = known.type
    if known.name in w.scope.variables:
        raise w.refused(f"{known.name} is declared twice in one block", declared.span)
    w.named_type(each.specifier, declared.span)
    if "static" in each.storage:
        _static(w, declared, known.name, kind)
    elif isinstance(kind, Array | Record):
        _object(w, declared, known.name, kind)
    else:
        _scalar(w, declared, known.name, kind)


def _scalar(w: Writer, declared: Declared, name: str, kind: CType) -> None:
    variable = w.declare(name, kind)
    span = declared.span
    if variable.cell:
        _make(w, variable, kind, "_cell", span)
        if declared.initial is not None:
            initial.initialize(w, initial.place_of(variable.python, kind), declared.initial, span)
        return
    if declared.initial is None:
        if _runs_again(w):
            for statement in emit.forget(variable.python):
                w.write(statement, span)
        else:
            w.bare[variable.python] = span
        return
    at = lvalue.Local(variable.python, kind)
    initial.initialize(w, at, declared.initial, span)


def _runs_again(w: Writer) -> bool:
    """Whether a declaration may be passed twice in one call."""
    return any(each.kind is Kind.LOOP or each.restarts or each.repeats for each in w.loops)


def _object(w: Writer, declared: Declared, name: str, kind: Array | Record) -> None:
    span = declared.span
    value = declared.initial
    if isinstance(kind, Record) and value is not None and not isinstance(value, Initializers):
        found = convert(w, rvalue.full(w, value), kind, span)
        variable = w.declare(name, kind, cell=False)
        if w.hoisted is not None:
            _make(w, variable, kind, "_new", span)
            lvalue.store(w, initial.place_of(variable.python, kind), found, span)
            return
        code = found.code if found.fresh else emit.call("_copy", found.code)
        w.write(emit.assign(variable.python, code), span)
        return
    variable = w.declare(name, kind, cell=False)
    hoisted = w.hoisted is not None
    _make(w, variable, kind, "_new" if value is None or hoisted else "_zero", span)
    if value is None:
        return
    if hoisted:
        # Its memory was there before; this brings it to what the initializer begins with.
        shape = emit.name(shape_name(w, kind, span))
        w.write(emit.evaluate(emit.call("_reset", emit.name(variable.python), shape)), span)
    initial.initialize(w, initial.place_of(variable.python, kind), value, span)


def _make(w: Writer, variable: Variable, kind: CType, helper: str, span: Span) -> None:
    """Make a variable's memory: at its declaration, or where its block begins."""
    made = emit.assign(variable.python, emit.call(helper, emit.name(shape_name(w, kind, span))))
    if w.hoisted is not None:
        w.hoisted.append(emit.stamped(made, span))
    else:
        w.write(made, span)


def _static(w: Writer, declared: Declared, name: str, kind: CType) -> None:
    span = declared.span
    w.count += 1
    python = f"_static_{mangled(w.function)}_{mangled(name)}_{w.count}"
    w.scope.variables[name] = Variable(python, kind, cell=not isinstance(kind, Array | Record))
    made = "_zero" if isinstance(kind, Array | Record) else "_cell"
    with w.captured() as written:
        shape = emit.name(shape_name(w, kind, span))
        w.write(emit.assign(python, emit.call(made, shape)), span)
        initial.initialize_static(w, initial.place_of(python, kind), declared.initial, span)
    w.statics.extend(written)
