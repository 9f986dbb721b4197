"""Every callee of changed code, looked up in the tree that the code is for.

What a compiler would say of each call is told with places: that nothing of the name is there, that
it takes another number of arguments, or another kind of argument. Beside upstream's tree it is
told where a name means something else there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from analyzer.machine.called import Called
from analyzer.machine.changed import (
    Changed as Changed,
    Code as Code,
    changed_lines as changed_lines,
)
from analyzer.machine.codefile import CodeFile, files_of
from analyzer.machine.definition import Definition, Form, Spot
from analyzer.machine.presence import absent_with, live


class Trouble(Enum):
    """What is amiss with a call, the worst first."""

    MISSING = "missing"
    ARITY = "arity"
    ARGUMENT = "argument"
    UNSEEN = "not looked up"
    CONDITION = "there under a condition"
    MEANING = "other meaning"
    FORM = "other form"
    UNKNOWN_UPSTREAM = "not upstream's"
    OTHER_CALLEE = "other callee"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is amiss, in words; ``spot`` is the line of the target that shows it.

    ``upstream`` is the line of upstream's tree beside it.
    """

    trouble: Trouble
    said: str
    spot: Spot | None = None
    upstream: Spot | None = None


@dataclass(frozen=True, slots=True)
class Callee:
    """A call of changed code: the first of those alike, and what the target has of its name.

    ``function`` is the function that the call stands in, None in a macro's text. ``definition`` is
    what the call means in the target, None where it is missing or was not found.
    """

    name: str
    arguments: int | None
    spot: Spot
    function: str | None
    definition: Definition | None
    problems: tuple[Problem, ...] = ()
    calls: int = 1


def callees(target: Code, upstream: Code | None = None) -> tuple[Callee, ...]:
    """Look up what the changed code calls, beside what upstream's tree has of the same names.

    Linear in the changed code and in the headers that it sees. Raises ``AnalyzerError`` where a
    tree cannot be read.
    """
    ours = files_of(target)
    theirs = files_of(upstream) if upstream is not None else {}
    found = [callee for path, file in ours.items() for callee in _of_file(file, theirs.get(path))]
    return tuple(_grouped(found))


# --- one call -----------------------------------------------------------------------------------


def _of_file(ours: CodeFile, theirs: CodeFile | None) -> Iterator[Callee]:
    for call in ours.calls:
        definition = ours.meant(call.name, call.count)
        problems = tuple(_problems(call, definition, ours))
        if definition is not None and theirs is not None:
            problems += tuple(_beside(call, definition, ours, theirs))
        spot = Spot(ours.file.path, call.line)
        yield Callee(call.name, call.count, spot, call.function, definition, problems)
    if theirs is not None:
        yield from _other_callees(ours, theirs)


def _problems(call: Called, definition: Definition | None, file: CodeFile) -> Iterator[Problem]:
    if call.pasted:
        yield Problem(Trouble.UNSEEN, f"a name that ends in {call.name} is made by ## here")
        return
    every = file.declared.definitions(call.name)
    if not every:
        yield _missing(call, file)
        return
    if definition is None:
        named = ", ".join(dict.fromkeys(" and ".join(each.conditions) for each in every))
        said = f"{call.name}() is there under {named} alone, which the configuration has off"
        yield Problem(Trouble.CONDITION, said, _spot(every[0]))
        return
    first = live(every, file.configuration)[0]
    if not definition.takes(call.count):
        yield Problem(Trouble.ARITY, _arity(call, definition), _spot(definition))
        return
    if not first.takes(call.count):
        # A macro hides the function of its name; of other definitions only one is compiled.
        hides = first.certain and first.form is Form.MACRO
        trouble = Trouble.ARITY if hides else Trouble.CONDITION
        yield Problem(trouble, _arity(call, first), _spot(first))
        return
    wrong = _argument(call, file)
    if wrong is not None:
        yield wrong
    if file.configuration is None:
        without = absent_with(every, file.around(call.line), file.taken_on)
        if without is not None:
            said = f"{call.name}() is not there with {without}"
            yield Problem(Trouble.CONDITION, said, _spot(definition))


def _argument(call: Called, file: CodeFile) -> Problem | None:
    """What is wrong with an argument whichever of the definitions is compiled."""
    said = [(each, file.arguments.wrong(call, each)) for each in file.fitting(call)]
    if not said or any(why is None for _, why in said):
        return None
    definition, why = said[0]
    return Problem(Trouble.ARGUMENT, f"{definition}: {why}", _spot(definition))


def _missing(call: Called, file: CodeFile) -> Problem:
    path, around = file.file.path, file.around(call.line)
    if any(re.search(rf"\bdefined\W*{re.escape(call.name)}\b", each) for each in around):
        said = f"{call.name}() is called only where a macro of that name is defined, and none is"
        return Problem(Trouble.CONDITION, said)
    elsewhere = file.elsewhere(around)
    if elsewhere:
        said = f"{call.name}() is called with {elsewhere} on, whose headers were not read"
        return Problem(Trouble.UNSEEN, said)
    doubts = file.declared.doubts(call.name) or file.included_by
    if not doubts and path.endswith(".h"):
        said = f"{call.name}() is called in a header, which sees what the files see that include it"
        return Problem(Trouble.UNSEEN, said)
    doubts = doubts or file.elsewhere_declared(call.name)
    if not doubts:
        return Problem(Trouble.MISSING, f"nothing that {path} sees declares {call.name}()")
    why = "; ".join(f"{each.why} ({each.spot})" if each.spot else each.why for each in doubts)
    said = f"{call.name}() could not be looked up: {why}"
    return Problem(Trouble.UNSEEN, said, doubts[0].spot)


def _arity(call: Called, definition: Definition) -> str:
    under = f" under {' and '.join(definition.conditions)}" if definition.conditions else ""
    plural = "" if call.count == 1 else "s"
    return (
        f"{call.name}() is called with {call.count} argument{plural}, "
        f"and the target's is {definition}{under}"
    )


# --- beside upstream ----------------------------------------------------------------------------


def _beside(
    call: Called, ours: Definition, file: CodeFile, upstream: CodeFile
) -> Iterator[Problem]:
    """What a name means in upstream's tree, where that is something else."""
    theirs = upstream.meant(call.name, call.count)
    if theirs is None:
        said = f"upstream's tree has no {call.name}() to compare the target's with"
        yield Problem(Trouble.UNKNOWN_UPSTREAM, said, _spot(ours))
        return
    spots = _spot(ours), _spot(theirs)
    if not theirs.takes(call.count):
        said = f"{call.name}() is {ours} here, and upstream's is {theirs}"
        yield Problem(Trouble.MEANING, said, *spots)
        return
    # Where the configuration chooses between several, one pair that is alike is enough.
    pairs = [(mine, their) for mine in file.fitting(call) for their in upstream.fitting(call)]
    if any(_same_form(*pair) and not _differently(*pair) for pair in pairs):
        return
    why = _differently(ours, theirs)
    if why:
        said = f"{why}: {ours} here, {theirs} upstream"
        yield Problem(Trouble.MEANING, said, *spots)
    if not any(_same_form(*pair) for pair in pairs):
        said = f"{call.name}: {ours.form.value} here, {theirs.form.value} upstream"
        yield Problem(Trouble.FORM, said, *spots)


def _same_form(one: Definition, other: Definition) -> bool:
    return (one.form is Form.MACRO) is (other.form is Form.MACRO)


def _differently(ours: Definition, theirs: Definition) -> str:
    """In what the parameters differ; nothing where they do not, or where it does not show."""
    one, other = ours.parameters, theirs.parameters
    if one is None or other is None:
        return ""
    if len(one) != len(other):
        return "another number of parameters"
    for number, (mine, their) in enumerate(zip(one, other, strict=True), 1):
        if mine.type and their.type and mine.type != their.type:
            return f"parameter {number} is of another type"
    names, others = [each.name for each in one], [each.name for each in other]
    moved = [n for n in names if n in others and n and names.index(n) != others.index(n)]
    return f"{moved[0]} is another parameter" if moved else ""


def _other_callees(ours: CodeFile, theirs: CodeFile) -> Iterator[Callee]:
    """What changed lines of a function call and upstream's do not, where those call others."""
    mine, their = _by_function(ours), _by_function(theirs)
    for function in (each for each in mine if each in their):
        more = [call for name, call in mine[function].items() if name not in their[function]]
        less = [call for name, call in their[function].items() if name not in mine[function]]
        if more and less:
            names = ", ".join(f"{call.name}()" for call in less)
            said = f"upstream's {function}() calls {names} in its changed lines, and not this"
            beside = Spot(theirs.file.path, less[0].line)
            for call in more:
                spot = Spot(ours.file.path, call.line)
                meant = ours.meant(call.name, call.count)
                problem = Problem(
                    Trouble.OTHER_CALLEE, said, _spot(meant) if meant else None, beside
                )
                yield Callee(call.name, call.count, spot, function, meant, (problem,))


def _by_function(file: CodeFile) -> dict[str, dict[str, Called]]:
    found: dict[str, dict[str, Called]] = {}
    for call in file.calls:
        if call.function is not None:
            found.setdefault(call.function, {}).setdefault(call.name, call)
    return found


def _spot(definition: Definition) -> Spot:
    return Spot(definition.path, definition.line)


def _grouped(found: Iterable[Callee]) -> Iterator[Callee]:
    """Calls alike as one, in the order of the first; problems of one call together."""
    groups: dict[tuple[str, int | None, tuple[Problem, ...]], Callee] = {}
    for one in found:
        key = one.name, one.arguments, one.problems
        known = groups.get(key)
        groups[key] = replace(known, calls=known.calls + 1) if known else one
    yield from groups.values()
