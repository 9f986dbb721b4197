"""What a call of a C file's functions comes to: they, and all that they need, transitively.

Functions of the file itself are translated, and the ``static inline`` ones of the tree's headers
that it sees. What is left over is said of each name, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from analyzer.csource.file import CFile
from analyzer.csource.syntax import Unparsed
from analyzer.translate.environment import Environment, FunctionName, Variable
from analyzer.translate.files import translate_variables
from analyzer.translate.function import Source, translate_function
from analyzer.translate.result import Need, Translated, TranslatedVariable, Untranslated
from analyzer.translate.seen import Inline

# More functions than any system call of Linux is made of within one file and its headers.
_MOST_FUNCTIONS = 2000
_TYPEDEF = "typedef "


class Lack(Enum):
    """Why a name is left over."""

    MODEL = "what the model's header declares"
    ELSEWHERE = "a function that another file defines"
    VARIABLE = "a variable that another file or a header defines"
    MACRO = "a macro"
    TYPE = "a type that nothing declares"
    REFUSED = "not translated"
    AMBIGUOUS = "defined more than once"
    TOO_MUCH = "too many functions"
    NOTHING = "nothing declares it"


@dataclass(frozen=True, slots=True)
class Open:
    """A name that is left over: its first use, and the function and file of that.

    ``detail`` says where its definitions are, or why they are not translated.
    """

    need: Need
    function: str
    path: str
    lack: Lack
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """All that was reached. What is not translated is among ``refused``, and ``open`` if needed.

    ``variables`` are the file's own that are used. Names that somebody else gives, who was said to
    know them, are in none of these. ``absent`` are the entries that the file does not have.
    """

    functions: tuple[Translated, ...]
    variables: tuple[TranslatedVariable, ...]
    refused: tuple[Untranslated | Unparsed, ...]
    open: tuple[Open, ...]
    absent: tuple[str, ...] = ()


def reached(
    entries: Sequence[str],
    file: CFile,
    environment: Environment,
    source: Source,
    *,
    inline: bool = True,
    known: Container[str] = frozenset(),
    done: Callable[[str], Translated | None] = lambda _: None,
) -> Reached:
    """Translate functions of a file and everything that they need.

    Its own functions come first, whatever is ``known``, which are the names that others give.
    Where ``inline``, functions that headers define are taken from the header that is the best
    by the order in which names are looked for. One function of a name is translated, once.
    ``done`` gives what the caller knows a function of the file to come to.
    """
    return _Reach(file, environment, source, inline, known, done).run(entries)


class _Reach:
    def __init__(
        self,
        file: CFile,
        environment: Environment,
        source: Source,
        inline: bool,
        known: Container[str],
        done: Callable[[str], Translated | None],
    ) -> None:
        self.file = file
        self.environment = environment
        self.source = source
        self.seen = environment.seen if inline else None
        self.known = known
        self.done = done
        self.functions: dict[str, Translated] = {}
        self.variables: dict[str, TranslatedVariable] = {}
        self.refused: dict[str, Untranslated | Unparsed] = {}
        self.open: dict[str, Open] = {}
        self.texts: dict[str, Source] = {}

    def run(self, entries: Sequence[str]) -> Reached:
        waiting = [found for name in entries for found in self._entered(name)]
        while waiting:
            here = waiting.pop()
            for need in here.unit.needs:
                waiting.extend(self._followed(need, here))
        return Reached(
            tuple(self.functions.values()),
            tuple(self.variables.values()),
            tuple(self.refused.values()),
            tuple(self.open.values()),
            tuple(name for name in entries if not self._has(name)),
        )

    def _has(self, name: str) -> bool:
        return name in self.functions or name in self.variables or name in self.refused

    def _entered(self, name: str) -> Iterator[Translated | TranslatedVariable]:
        """Translate what the file itself has under a name, and yield it where that went well."""
        if self._has(name):
            return
        known = self.done(name)
        if known is not None:
            yield from self._kept(name, known)
            return
        function = self.file.function(name)
        if function is not None:
            yield from self._kept(name, translate_function(function, self.environment, self.source))
            return
        found = translate_variables(self.file, self.environment, self.source, name)
        for each in found:
            if isinstance(each, TranslatedVariable):
                self.variables[name] = each
                yield each
            else:
                self.refused[name] = each

    def _kept(self, name: str, found: Translated | Untranslated | Unparsed) -> Iterator[Translated]:
        if isinstance(found, Translated):
            self.functions[name] = found
            yield found
        else:
            self.refused[name] = found

    def _followed(
        self, need: Need, by: Translated | TranslatedVariable
    ) -> Iterator[Translated | TranslatedVariable]:
        """Translate what a need is for; note it where nothing is found."""
        name = need.name
        if name in self.functions or name in self.variables or name in self.open:
            return
        yield from self._entered(name)
        if name in self.functions or name in self.variables:
            return
        if name in self.refused:
            self._left(need, by, Lack.REFUSED, _reason(self.refused[name]))
        elif name not in self.known:
            yield from self._beyond(need, by)

    def _beyond(self, need: Need, by: Translated | TranslatedVariable) -> Iterator[Translated]:
        """Look for a need in the headers."""
        found = self.seen.inline(need.name) if self.seen is not None else ()
        if not found:
            self._left(need, by, *self._meaning(need.name))
        elif len(self.functions) >= _MOST_FUNCTIONS:
            self._left(need, by, Lack.TOO_MUCH)
        elif len(found) > 1 or self._is_hidden(need.name):
            where = ", ".join(f"{each.path}:{each.function.span.line}" for each in found)
            self._left(need, by, Lack.AMBIGUOUS, where)
        else:
            yield from self._inlined(need, by, found[0])

    def _inlined(
        self, need: Need, by: Translated | TranslatedVariable, found: Inline
    ) -> Iterator[Translated]:
        if found.path not in self.texts:
            self.texts[found.path] = Source(found.text, self.source.configuration)
        source = self.texts[found.path]
        made = translate_function(found.function, self.environment.beyond_file, source)
        yield from self._kept(need.name, made)
        if not isinstance(made, Translated):
            self._left(need, by, Lack.REFUSED, _reason(made))

    def _is_hidden(self, name: str) -> bool:
        """Whether a macro stands before a function: which of the two is there is not told."""
        macro = self.environment.macro(name)
        return macro is not None and macro.body != name

    def _meaning(self, name: str) -> tuple[Lack, str]:
        if name.startswith(_TYPEDEF):
            return Lack.TYPE, ""
        if self.environment.is_modelled(name):
            return Lack.MODEL, ""
        match self.environment.identifier(name):
            case FunctionName():
                return Lack.ELSEWHERE, ""
            case Variable():
                return Lack.VARIABLE, ""
        macro = self.environment.macro(name)
        return (Lack.NOTHING, "") if macro is None else (Lack.MACRO, macro.path)

    def _left(
        self, need: Need, by: Translated | TranslatedVariable, lack: Lack, detail: str = ""
    ) -> None:
        self.open[need.name] = Open(need, by.name, by.path, lack, detail)


def _reason(refused: Untranslated | Unparsed) -> str:
    return f"{refused.path}:{refused.span.line}: {refused.reason}"
