"""Whole C files: every function, every variable of the file, bound into one program."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile, read
from analyzer.csource.fragment import encoded
from analyzer.csource.syntax import Declaration, Declared, Unparsed
from analyzer.errors import KernelFault, Stopped
from analyzer.translate import emit, initial
from analyzer.translate.environment import Environment
from analyzer.translate.function import Piece, Source, attempt, translate_function, unit_of
from analyzer.translate.naming import mangled
from analyzer.translate.program import STEPS, Faulted, Halted, Outcome, Program
from analyzer.translate.result import Translated, TranslatedVariable, Unit, Untranslated
from analyzer.translate.shapes import shape_name
from analyzer.translate.types import LP64, Array, CType, FunctionType, Integer, Model, Record
from analyzer.translate.writer import Writer


@dataclass(frozen=True, slots=True)
class Loaded:
    """A C file as a program. ``refused`` is what of it is missing, and why.

    ``program`` is an outcome where the file's variables could not even be made.
    """

    program: Program | Faulted | Halted
    functions: Mapping[str, Translated]
    refused: tuple[Untranslated | Unparsed, ...]

    def call(self, name: str, *arguments: int, steps: int = STEPS) -> Outcome:
        """Call a function of integers; they are brought into its parameters' types."""
        if not isinstance(self.program, Program):
            return self.program
        if name not in self.functions:
            return Halted(f"{name} is not translated", None)
        kinds = self.functions[name].parameters
        if len(kinds) != len(arguments):
            return Halted(f"{name} takes {len(kinds)} arguments, not {len(arguments)}", None)
        given = [
            kind.wrap(each) if isinstance(kind, Integer) else each
            for kind, each in zip(kinds, arguments, strict=True)
        ]
        return self.program.call(name, *given, steps=steps)


def load(
    text: str,
    path: str,
    *,
    model: Model = LP64,
    configuration: Configuration | None = None,
    primitives: Mapping[str, object] | None = None,
) -> Loaded:
    """Read, translate and bind a C file that declares all it uses, but for the primitives."""
    asked = configuration or Configuration()
    # Lone surrogates are in no file that anybody reads.
    text = encoded(text).decode("utf-8", "surrogateescape")
    file = read(text, path, asked)
    environment = Environment.of_file(file, model)
    source = Source(text, asked)
    functions = [translate_function(each, environment, source) for each in file.each_function()]
    found = [*functions, *translate_variables(file, environment, source)]
    good = [each for each in found if isinstance(each, Translated | TranslatedVariable)]
    refused = [each for each in found if isinstance(each, Untranslated | Unparsed)]
    counts = Counter(each.name for each in good)
    refused += [
        Untranslated(each.name, path, each.span, "defined twice")
        for each in good
        if counts[each.name] > 1
    ]
    units = [each.unit for each in good if counts[each.name] == 1]
    translated = {
        each.name: each
        for each in functions
        if isinstance(each, Translated) and counts[each.name] == 1
    }
    return Loaded(_bound(units, primitives or {}), translated, tuple(refused))


def _bound(units: list[Unit], primitives: Mapping[str, object]) -> Program | Faulted | Halted:
    """Bind a file; what its variables' initializers run into is what every call comes to."""
    try:
        return Program(units, primitives)
    except KernelFault as fault:
        return Faulted(fault.with_traceback(None))
    except Stopped as stopped:
        return Halted(stopped.reason, None)


def translate_variables(
    file: CFile, environment: Environment, source: Source, only: str | None = None
) -> list[TranslatedVariable | Untranslated]:
    """Translate the variables that a file defines: each to what makes it and fills it.

    All of them, or the one of a name.
    """
    chosen: dict[str, tuple[Declaration, Declared]] = {}
    for each in file.declarations:
        if isinstance(each, Unparsed) or {"typedef", "extern"} & each.storage:
            continue
        for declared in each.declared:
            name = declared.name
            if only is not None and name != only:
                continue
            if name is not None and (name not in chosen or declared.initial is not None):
                chosen[name] = (each, declared)
    found = []
    for name, (_, declared) in chosen.items():
        kind = environment.of_declared(declared)
        if not isinstance(kind, FunctionType):
            found.append(_variable(name, declared, kind, file, environment, source))
    return found


def _variable(
    name: str,
    declared: Declared,
    kind: CType,
    file: CFile,
    environment: Environment,
    source: Source,
) -> TranslatedVariable | Untranslated:
    python = mangled(name)
    made = "_zero" if isinstance(kind, Array | Record) else "_cell"

    def write(w: Writer) -> list[ast.stmt]:
        with w.captured() as making:
            shape = emit.name(shape_name(w, kind, declared.span))
            w.write(emit.assign(python, emit.call(made, shape)), declared.span)
        with w.captured() as w.statics:
            at = initial.place_of(python, kind)
            initial.initialize_static(w, at, declared.initial, declared.span)
        return making

    piece = Piece(name, file.path, declared.span, source, environment)
    found = attempt(piece, write)
    if isinstance(found, Untranslated):
        return found
    unit = unit_of(piece, found[1], found[0], python)
    if isinstance(unit, Untranslated):
        return unit
    return TranslatedVariable(name, file.path, declared.span, kind, unit)
