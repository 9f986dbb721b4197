"""What one C file of one state of a tree sees of functions and variables, each when asked for.

A function is translated by itself, and never what it calls. Headers are read once for all files
of a state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from analyzer.csource.configuration import Absence, Configuration
from analyzer.csource.file import CFile, read
from analyzer.csource.fragment import encoded
from analyzer.csource.syntax import Unparsed
from analyzer.errors import AnalyzerError
from analyzer.prove.clock import Clock
from analyzer.prove.named import macros_used, names_used, ways
from analyzer.prove.stated import Body, Meant, Said, Several, Stated, taken_apart
from analyzer.repo import Tree
from analyzer.translate import LP64, Environment
from analyzer.translate.environment import FunctionName
from analyzer.translate.files import translate_variables
from analyzer.translate.function import Source, translate_function
from analyzer.translate.headers import Headers
from analyzer.translate.result import Translated, TranslatedVariable, Untranslated
from analyzer.translate.types import FunctionType

_DEFAULT_ARCH = "x86"


class TreeState:
    """One state of a tree under one configuration: its files share what is read of its headers."""

    def __init__(
        self,
        tree: Tree,
        configuration: Configuration,
        *,
        headers: Headers | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``headers`` must be of this tree, under a configuration that tells none of them apart.

        Whoever asks when the ``clock`` has run out is told so by ``OutOfTime``.
        """
        self.tree = tree
        self.clock = clock or Clock()
        self.configuration = configuration
        self._headers = {headers.arch: headers} if headers is not None else {}
        self._files: dict[str, Definitions] = {}

    def file(self, path: str) -> Definitions:
        """What a C file sees; it is read when something is asked of it."""
        if path not in self._files:
            self._files[path] = Definitions(
                path,
                self.configuration,
                lambda: _text(self.tree, path),
                lambda: self.headers(path),
                self,
            )
        return self._files[path]

    def headers(self, path: str) -> Headers:
        """The headers for a file: an architecture's own file is compiled for that one."""
        arch = arch_of(path)
        if arch not in self._headers:
            self._headers[arch] = Headers.of_tree(
                self.tree, arch=arch, configuration=self.configuration
            )
        return self._headers[arch]


class Definitions:
    """What one C file of one state of a tree sees of functions and variables.

    Nothing is read before it is asked for. ``AnalyzerError`` when something is asked where the
    tree has no such file, or it cannot be read.
    """

    def __init__(
        self,
        path: str,
        configuration: Configuration,
        text: Callable[[], str],
        headers: Callable[[], Headers | None] = lambda: None,
        state: TreeState | None = None,
    ) -> None:
        """See :meth:`of_tree` and :meth:`of_text`; ``state`` is where other files are found."""
        self.path = path
        self.configuration = configuration
        self.state = state
        self._read_text = text
        self._read_headers = headers
        self._functions: dict[str, Translated | Untranslated | Unparsed | None] = {}
        self._variables: dict[str, TranslatedVariable | Untranslated | None] = {}
        self._sources: dict[str, Source] = {}
        self._tokens: dict[str, tuple[tuple[str, ...], ...]] = {}

    @classmethod
    def of_tree(
        cls,
        tree: Tree,
        path: str,
        configuration: Configuration,
        *,
        headers: Headers | None = None,
        state: TreeState | None = None,
    ) -> Definitions:
        """A file of a tree, with the tree's headers: a state's, those given, or its own.

        See :class:`TreeState` for ``headers``. ``AnalyzerError`` where there is no such file.
        """
        made = (state or TreeState(tree, configuration, headers=headers)).file(path)
        # Read now, to say at once that it is not there.
        _ = made.text
        return made

    @classmethod
    def of_text(
        cls, text: str, path: str, configuration: Configuration | None = None
    ) -> Definitions:
        """A file that declares all it uses, as ``translate.files.load`` has it."""
        # Lone surrogates are in no file that anybody reads.
        plain = encoded(text).decode("utf-8", "surrogateescape")
        return cls(path, configuration or Configuration(), lambda: plain)

    def _check(self) -> None:
        if self.state is not None:
            self.state.clock.check()

    # --- the file -------------------------------------------------------------------------------

    @cached_property
    def text(self) -> str:
        """The file as it stands."""
        return self._read_text()

    @cached_property
    def file(self) -> CFile:
        """The file with the arms picked that the configuration selects."""
        self._check()
        return read(self.text, self.path, self.configuration)

    @cached_property
    def environment(self) -> Environment:
        """What names mean in the file, with its tree's headers."""
        return Environment.of_file(self.file, LP64, self._headers)

    @cached_property
    def _headers(self) -> Headers | None:
        return self._read_headers()

    @cached_property
    def _stated(self) -> Stated:
        self._check()
        headers = self._headers
        wide = headers.of_width(LP64.long_bits) if headers is not None else None
        return Stated(self.file, wide, self.configuration)

    # --- translated -----------------------------------------------------------------------------

    def function(self, name: str) -> Translated | Untranslated | Unparsed | None:
        """A function, translated once: the file's own, else a header's that it sees.

        None where it sees no body of that name.
        """
        if name not in self._functions:
            self._functions[name] = self._translated(name)
        return self._functions[name]

    def variable(self, name: str) -> TranslatedVariable | Untranslated | None:
        """A variable that the file itself defines; None where it does not."""
        if name not in self._variables:
            self._check()
            source = self._source(self.path, self.text)
            found = translate_variables(self.file, self.environment, source, name)
            self._variables[name] = found[0] if found else None
        return self._variables[name]

    def signature(self, name: str) -> FunctionType | None:
        """The type of a function as it is declared or defined; None where nothing declares it."""
        found = self.environment.identifier(name)
        return found.type if isinstance(found, FunctionName) else None

    def _translated(self, name: str) -> Translated | Untranslated | Unparsed | None:
        bodies = self.bodies(name)
        if not bodies:
            return None
        body = bodies[0]
        if len(bodies) > 1 or (not body.own and self._is_hidden(name)):
            where = ", ".join(str(each.spot) for each in bodies)
            reason = f"defined more than once: {where}"
            if len(bodies) == 1:
                reason = f"a macro of that name stands before the function: {where}"
            return Untranslated(name, body.spot.path, body.read.span, reason)
        for what, condition in (*((name, each) for each in body.conditions), *self._open(body)):
            # What stands under one of them may stand in for what is built under the other.
            reason = f"whether {what} is built is not told: #if {condition}"
            return Untranslated(name, body.spot.path, body.read.span, reason)
        if not body.own and self._is_declared_beside(body):
            reason = "another header declares it, and which of them is built is not told"
            return Untranslated(name, body.spot.path, body.read.span, reason)
        environment = self.environment if body.own else self.environment.beyond_file
        text = self.text if body.own else body.text
        return translate_function(body.read, environment, self._source(body.spot.path, text))

    def _is_declared_beside(self, body: Body) -> bool:
        """Whether another header has a function of that name elsewhere, as rcutree.h and rcutiny.h.

        Where symbols are told, what is not built is not seen.
        """
        if self.configuration.total:
            return False
        others = (each for each in self.said(body.name) if each.spot.path != body.spot.path)
        return any("static" not in each.tokens for each in others)

    def _open(self, body: Body) -> Iterator[tuple[str, str]]:
        """The file's own macros that a body uses and that may not count, each with why."""
        if body.own and self._stated.has_open_macros:
            for name, found in macros_used(body, self.macro):
                for way in ways(found):
                    if way.spot.path == self.path and way.conditions:
                        yield name, way.conditions[0]

    def _is_hidden(self, name: str) -> bool:
        """Whether a macro stands before a function: which of the two is there is not told."""
        macro = self.environment.macro(name)
        return macro is not None and macro.body != name

    def _source(self, path: str, text: str) -> Source:
        if path not in self._sources:
            self._sources[path] = Source(text, self.configuration)
        return self._sources[path]

    # --- as it stands ---------------------------------------------------------------------------

    def bodies(self, name: str) -> tuple[Body, ...]:
        """The definitions of a function; more than one where it is not told which is built."""
        self._check()
        return self._stated.bodies(name)

    def own(self, name: str) -> tuple[Body, ...]:
        """The definitions of a function that the file itself has; its headers are not read."""
        return self._alone.bodies(name)

    def own_tokens(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The tokens of the definitions of a function that the file itself has; none is parsed."""
        if name not in self._tokens:
            self._check()
            texts = (each.decode("utf-8", "surrogateescape") for each in self.own_texts(name))
            self._tokens[name] = tuple(taken_apart(each) for each in texts)
        return self._tokens[name]

    def own_texts(self, name: str) -> tuple[bytes, ...]:
        """The texts of the definitions of a function that the file itself has."""
        return self._alone.own_texts(name)

    @property
    def own_names(self) -> tuple[str, ...]:
        """The functions that the file itself defines, in order; its headers are not read."""
        return self._alone.own_names

    def has_own(self, name: str) -> bool:
        """Whether the file itself has a function or a macro of a name."""
        return self._alone.has_own(name)

    @cached_property
    def _alone(self) -> Stated:
        return Stated(self.file, None, self.configuration)

    def body(self, name: str) -> Body | None:
        """The one definition of a function; None where there is none, or more than one."""
        found = self.bodies(name)
        return found[0] if len(found) == 1 else None

    def tokens(self, name: str) -> tuple[str, ...] | None:
        """The tokens of a function's definition; None where there is not exactly one.

        A directive that the configuration leaves open is one token.
        """
        found = self.body(name)
        return found.tokens if found is not None else None

    def needs(self, name: str) -> tuple[str, ...]:
        """The names that a function's body calls or uses, macros too, in the order of the text.

        As it stands: ``Translated.needs`` tells what is needed behind the macros.
        """
        found = self.body(name)
        used = names_used(found) if found is not None else ()
        return tuple(dict.fromkeys(each.name for each in used if each.ordinary))

    def macros(self, name: str) -> tuple[tuple[str, Meant | Several], ...]:
        """The macros that a function's tokens name, and that those name, with what they mean."""
        found = self.body(name)
        return macros_used(found, self.macro) if found is not None else ()

    def macro(self, name: str, line: int | None) -> Meant | Several | None:
        """What a name means as a macro on a line of the file; in a header where None."""
        self._check()
        return self._stated.macro(name, line)

    def stands_for(self, name: str, line: int | None) -> tuple[Meant, ...] | None:
        """The texts of a macro other than one that stands for its own name; None for no macro."""
        found = ways(self.macro(name, line))
        return tuple(each for each in found if each.tokens != (name,)) or None

    @cached_property
    def last_line(self) -> int:
        """The last line of the file, at which all its macros are defined."""
        return self.text.count("\n") + 1

    def symbol(self, name: str) -> str | Absence:
        """What ``CONFIG_X`` stands for, or why that is not told."""
        return self._stated.symbol(name)

    def said(self, name: str) -> tuple[Said, ...]:
        """Every declaration of a name that is seen, definitions too."""
        self._check()
        return self._stated.said(name)


def arch_of(path: str) -> str:
    """The architecture that a file is compiled for here."""
    parts = path.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else _DEFAULT_ARCH


def _text(tree: Tree, path: str) -> str:
    data = tree.read(path)
    if data is None:
        todo = "name a file that the tree has"
        raise AnalyzerError(f"there is no {path}", where=tree.name, todo=todo)
    return data.decode("utf-8", "surrogateescape")
