"""Functions translated once for all states and configurations of a file in which they are alike.

What a function of C comes to depends on its own text, on the headings of the file's functions that
it uses, and on what stands outside of functions. Where all of that is equal, so is what it comes
to, but for the lines: those are shifted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import CodeType

from analyzer.csource.file import CFile
from analyzer.csource.syntax import Span
from analyzer.translate.headers import Headers
from analyzer.translate.result import Translated

# Directives are blank in what ``outside`` gives.
MACRO = re.compile(r"^[ \t]*#[ \t]*(?:define|undef)\b(?:[^\n]*\\\n)*+[^\n]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Done:
    """A translation, where it stood, and the headings of the functions of the file it uses."""

    line: int
    translated: Translated
    uses: tuple[tuple[str, bytes | None], ...]


class Translations:
    """What functions of one file's states came to."""

    def __init__(self) -> None:
        self._done: dict[tuple[Headers, bytes, str, bytes], _Done] = {}

    def of(self, file: CFile, headers: Headers) -> State:
        """Those that a state of the file can use."""
        return State(self._done, file, headers)


class State:
    """One state of a file."""

    def __init__(
        self, done: dict[tuple[Headers, bytes, str, bytes], _Done], file: CFile, headers: Headers
    ) -> None:
        self._done = done
        self._file = file
        self._headers = headers
        macros = "\n".join(" ".join(one[0].split()) for one in MACRO.finditer(file.text))
        outside = b" ".join(file.outside().split())
        self._outside = outside + b"\n" + macros.encode("utf-8", "surrogateescape")

    def known(self, name: str) -> Translated | None:
        """What a function comes to, if one like it was translated."""
        found = self._file.text_of(name)
        if found is None:
            return None
        line, _, text = found
        done = self._done.get(self._key(name, text))
        if done is None or any(self._heading(used) != was for used, was in done.uses):
            return None
        return shifted(done.translated, line - done.line)

    def keep(self, functions: Iterable[Translated]) -> None:
        """Remember what was translated of this state."""
        for one in functions:
            found = self._file.text_of(one.name)
            if one.path == self._file.path and found is not None:
                uses = tuple((need.name, self._heading(need.name)) for need in one.needs)
                done = _Done(found[0], one, uses)
                self._done.setdefault(self._key(one.name, found[2]), done)

    def _key(self, name: str, text: bytes) -> tuple[Headers, bytes, str, bytes]:
        return self._headers, self._outside, name, text

    def _heading(self, name: str) -> bytes | None:
        found = self._file.text_of(name)
        return None if found is None else b" ".join(found[1].split())


def shifted(one: Translated, lines: int) -> Translated:
    """A translation of the same text so many lines further down; its tree keeps its lines."""
    if not lines:
        return one
    unit = replace(
        one.unit,
        code=_moved(one.unit.code, lines),
        setup=None if one.unit.setup is None else _moved(one.unit.setup, lines),
    )
    return replace(one, span=_down(one.span, lines), unit=unit)


def _moved(code: CodeType, lines: int) -> CodeType:
    """Code with its functions' lines shifted: all of a function's are told from its first."""
    constants = tuple(
        _moved(one, lines) if isinstance(one, CodeType) else one for one in code.co_consts
    )
    is_module = code.co_name == "<module>"
    first = code.co_firstlineno + (0 if is_module else lines)
    return code.replace(co_firstlineno=first, co_consts=constants)


def _down(span: Span, lines: int) -> Span:
    return Span(span.line + lines, span.column, span.end_line + lines, span.end_column)
