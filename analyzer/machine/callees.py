"""Every callee of changed code, looked up in the tree that the code is for.

What a compiler would say of each call is told with places: that nothing of the name is there, that
it takes another number of arguments, or another kind of argument. Beside upstream's tree it is
told where a name means something else there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import Enum
from functools import cached_property
from itertools import islice

from analyzer.csource.arms import conditions_at, structure
from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile
from analyzer.machine.arguments import Arguments
from analyzer.machine.called import Called, calls_on
from analyzer.machine.declared import Declared, Definition, Doubt, Form, Spot
from analyzer.machine.presence import absent_with, is_false, live
from analyzer.repo import Tree
from analyzer.translate.headers import Headers

_MOST_DOUBTS = 3
# Pairs of lines that are compared at the most.
_MOST_COMPARED = 20_000_000
_JOINT = re.compile(r"\\\r?\n")
_CONFIG = re.compile(r"\bCONFIG_(\w+)")
_BUILT = re.compile(r"\$\(CONFIG_(\w+)\)")


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


@dataclass(frozen=True, slots=True)
class Changed:
    """The lines of one file that a change adds or has otherwise, by the tree after it."""

    path: str
    lines: frozenset[int]


@dataclass(frozen=True, slots=True)
class Code:
    """A tree after a change, and what the change left in it.

    ``configuration`` is that of the build, None where no ``.config`` is known.
    """

    tree: Tree
    changed: tuple[Changed, ...]
    arch: str = "x86"
    configuration: Configuration | None = None


def callees(target: Code, upstream: Code | None = None) -> tuple[Callee, ...]:
    """Look up what the changed code calls, beside what upstream's tree has of the same names.

    Linear in the changed code and in the headers that it sees. Raises ``AnalyzerError`` where a
    tree cannot be read.
    """
    ours = _files(target)
    theirs = _files(upstream) if upstream is not None else {}
    found = [callee for path, file in ours.items() for callee in _of_file(file, theirs.get(path))]
    return tuple(_grouped(found))


def changed_lines(path: str, before: str | None, after: str) -> Changed:
    """The lines of a file that a change adds, by comparing it with the file before it.

    Between the first and the last difference of two long files everything counts as changed.
    """
    new = after.split("\n")
    if before is None:
        return Changed(path, frozenset(range(1, len(new) + 1)))
    old = before.split("\n")
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), len(new) - head, len(old) - head)
    mine, theirs = new[head : len(new) - tail], old[head : len(old) - tail]
    same: set[int] = set()
    if len(mine) * len(theirs) <= _MOST_COMPARED:
        for block in SequenceMatcher(None, theirs, mine, autojunk=False).get_matching_blocks():
            same.update(range(block.b, block.b + block.size))
    return Changed(path, frozenset(head + at + 1 for at in range(len(mine)) if at not in same))


def _alike(one: list[str], other: list[str]) -> int:
    """How many lines are the same at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, their) in pairs if mine != their), min(len(one), len(other)))


class _File:
    """One file of a tree: its calls, and what their names mean there."""

    def __init__(self, code: Code, file: CFile, changed: Changed, headers: Headers) -> None:
        self.file = file
        self.configuration = code.configuration
        self.declared = Declared(headers, file)
        self.arguments = Arguments(file, headers)
        self.calls = tuple(calls_on(file, changed.lines))
        self.taken_on = frozenset(_built_with(code.tree, file.path))
        self._tree, self._arch = code.tree, headers.arch
        self._nesting = structure(file.text)

    def elsewhere(self, around: tuple[str, ...]) -> str:
        """The symbol of another architecture that the conditions ask for; empty for none."""
        for name in dict.fromkeys(_CONFIG.findall(" ".join(around))):
            other = name.lower()
            if other == self._arch or self._tree.read(f"arch/{other}/Kconfig") is None:
                continue
            if any(is_false(each, Configuration({name: "n"}, {}, total=False)) for each in around):
                return f"CONFIG_{name}"
        return ""

    @cached_property
    def included_by(self) -> tuple[Doubt, ...]:
        """The C files of the directory that include this one: it sees what they see."""
        home, _, own = self.file.path.rpartition("/")
        including = re.compile(rb'^[ \t]*+#[ \t]*+include[ \t]*+"%b"' % own.encode(), re.MULTILINE)
        found = []
        for path in self._tree.files(home) if own.endswith(".c") else ():
            beside = path.endswith(".c") and path.rpartition("/")[0] == home
            match = including.search(self._tree.read(path) or b"") if beside else None
            if match is not None:
                line = match.string.count(b"\n", 0, match.start()) + 1
                found.append(
                    Doubt("it is part of another file, which includes it", Spot(path, line))
                )
        return tuple(found[:_MOST_DOUBTS])

    def around(self, line: int) -> tuple[str, ...]:
        """The conditions that a line stands under."""
        return conditions_at(self._nesting, line)

    def meant(self, name: str, count: int | None) -> Definition | None:
        """What a call means: the first definition that takes so many arguments, or the first."""
        found = live(self.declared.definitions(name), self.configuration)
        return next((each for each in found if each.takes(count)), next(iter(found), None))


def _files(code: Code) -> dict[str, _File]:
    headers: dict[str, Headers] = {}
    found: dict[str, _File] = {}
    for changed in code.changed:
        data = code.tree.read(changed.path) if changed.path.endswith((".c", ".h")) else None
        if data is None:
            continue
        # An architecture's own file is compiled for that one.
        parts = changed.path.split("/")
        arch = parts[1] if parts[0] == "arch" and len(parts) > 2 else code.arch
        if arch not in headers:
            headers[arch] = Headers.of_tree(code.tree, arch=arch)
        file = CFile(data.decode("utf-8", "surrogateescape"), changed.path)
        found[changed.path] = _File(code, file, changed, headers[arch])
    return found


def _built_with(tree: Tree, path: str) -> Iterator[str]:
    """The symbols that the directory's Makefile builds a file with: they are on where it is."""
    home, _, name = path.rpartition("/")
    data = tree.read(f"{home}/Makefile" if home else "Makefile") if name.endswith(".c") else None
    object_ = re.compile(rf"(?<![\w.-]){re.escape(name[:-2])}\.o\b")
    for line in _JOINT.sub(" ", (data or b"").decode("utf-8", "replace")).split("\n"):
        what, assigned, files = line.partition("=")
        if assigned and object_.search(files.partition("#")[0]):
            yield from _BUILT.findall(what)


# --- one call -----------------------------------------------------------------------------------


def _of_file(ours: _File, theirs: _File | None) -> Iterator[Callee]:
    for call in ours.calls:
        definition = ours.meant(call.name, call.count)
        problems = tuple(_problems(call, definition, ours))
        if definition is not None and theirs is not None:
            problems += tuple(_beside(call, definition, theirs))
        spot = Spot(ours.file.path, call.line)
        yield Callee(call.name, call.count, spot, call.function, definition, problems)
    if theirs is not None:
        yield from _other_callees(ours, theirs)


def _problems(call: Called, definition: Definition | None, file: _File) -> Iterator[Problem]:
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
    wrong = _argument(call, live(every, file.configuration), file)
    if wrong is not None:
        yield wrong
    if file.configuration is None:
        without = absent_with(every, file.around(call.line), file.taken_on)
        if without is not None:
            said = f"{call.name}() is not there with {without}"
            yield Problem(Trouble.CONDITION, said, _spot(definition))


def _argument(call: Called, every: tuple[Definition, ...], file: _File) -> Problem | None:
    """What is wrong with an argument whichever of the definitions is compiled."""
    fitting = [each for each in every if each.takes(call.count)]
    said = [(each, file.arguments.wrong(call, each)) for each in fitting]
    if not said or any(why is None for _, why in said):
        return None
    definition, why = said[0]
    return Problem(Trouble.ARGUMENT, f"{definition}: {why}", _spot(definition))


def _missing(call: Called, file: _File) -> Problem:
    path, around = file.file.path, file.around(call.line)
    if any(re.search(rf"\bdefined\W*{re.escape(call.name)}\b", each) for each in around):
        said = f"{call.name}() is called only where a macro of that name is defined, and none is"
        return Problem(Trouble.CONDITION, said)
    elsewhere = file.elsewhere(around)
    if elsewhere:
        said = f"{call.name}() is called with {elsewhere} on, whose headers were not read"
        return Problem(Trouble.UNSEEN, said)
    doubts = list(islice(file.declared.doubts(call.name), _MOST_DOUBTS)) or list(file.included_by)
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


def _beside(call: Called, ours: Definition, upstream: _File) -> Iterator[Problem]:
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
    why = _differently(ours, theirs)
    if why:
        said = f"{why}: {ours} here, {theirs} upstream"
        yield Problem(Trouble.MEANING, said, *spots)
    if (ours.form is Form.MACRO) is not (theirs.form is Form.MACRO):
        said = f"{call.name} is a {ours.form.value} here, and a {theirs.form.value} upstream"
        yield Problem(Trouble.FORM, said, *spots)


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


def _other_callees(ours: _File, theirs: _File) -> Iterator[Callee]:
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


def _by_function(file: _File) -> dict[str, dict[str, Called]]:
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
