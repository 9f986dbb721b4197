"""One changed file of a tree: its calls, and what their names mean there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from analyzer.csource.arms import conditions_at, structure
from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile
from analyzer.machine.arguments import Arguments
from analyzer.machine.called import Called, calls_on
from analyzer.machine.changed import Changed, Code
from analyzer.machine.declared import Declared
from analyzer.machine.definition import Definition, Doubt, Spot
from analyzer.machine.presence import is_false, live
from analyzer.repo import Tree, grep
from analyzer.translate.headers import Headers

_MOST_INCLUDING = 3
# For each of the searches that a missing name costs.
_SECONDS = 2.0
_JOINT = re.compile(r"\\\r?\n")
_CONFIG = re.compile(r"\bCONFIG_(\w+)")
_BUILT = re.compile(r"\$\(CONFIG_(\w+)\)")


class CodeFile:
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
        return tuple(found[:_MOST_INCLUDING])

    def elsewhere_declared(self, name: str) -> tuple[Doubt, ...]:
        """Headers of other architectures that lead to a header with the name.

        What a file sees may hang on the architecture that it is compiled for, and one was read.
        """
        named = grep(self._tree, (name.encode(),), ("include",), whole=True, seconds=_SECONDS)
        headers = dict.fromkeys(hit.path for hit in named if hit.path.endswith(".h"))
        words = [path.removeprefix("include/").encode() for path in headers][:_MOST_INCLUDING]
        leading = grep(self._tree, words, ("arch",), seconds=_SECONDS)
        return tuple(
            Doubt("another architecture's headers lead to it", Spot(hit.path, hit.line))
            for hit in leading
            if "/include/" in hit.path
            and not hit.path.startswith(f"arch/{self._arch}/")
            and hit.text.lstrip().startswith(b"#")
        )[:_MOST_INCLUDING]

    def around(self, line: int) -> tuple[str, ...]:
        """The conditions that a line stands under."""
        return conditions_at(self._nesting, line)

    def meant(self, name: str, count: int | None) -> Definition | None:
        """What a call means: the first definition that takes so many arguments, or the first."""
        found = live(self.declared.definitions(name), self.configuration)
        return next((each for each in found if each.takes(count)), next(iter(found), None))

    def fitting(self, call: Called) -> tuple[Definition, ...]:
        """The definitions that may be compiled and take as many arguments as a call has."""
        found = live(self.declared.definitions(call.name), self.configuration)
        return tuple(each for each in found if each.takes(call.count))


def files_of(code: Code) -> dict[str, CodeFile]:
    """The changed C files of a tree by path; those that are not there are left out."""
    headers: dict[str, Headers] = {}
    found: dict[str, CodeFile] = {}
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
        found[changed.path] = CodeFile(code, file, changed, headers[arch])
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
