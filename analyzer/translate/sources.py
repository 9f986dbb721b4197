"""The sources that names are looked for in: the C file, and the headers that are shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analyzer.csource.expand import Lookup, expand
from analyzer.csource.file import CFile, read
from analyzer.csource.syntax import Declaration, Macro, Tagged
from analyzer.translate.pieces import Pieces
from analyzer.translate.scope import Ordinary, Standing

# The longest declaration of Linux 6.12 that needs its macros, task_struct, has 30,000 characters.
_LONGEST = 1 << 18
_DATA = Path(__file__).parent / "data"
_SHIPPED = (("language.h", Standing.LANGUAGE), ("kernel.h", Standing.MODEL))


class FileSource:
    """A C file as a source: its own names, and its macros as they are at its end."""

    standing = Standing.OWN

    def __init__(self, file: CFile) -> None:
        self._file = file
        data = file.text.encode("utf-8", "surrogateescape")
        self._pieces = pieces_of(data, file.path, self.macro)

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        return self._pieces.ordinary(name)

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        return self._pieces.tagged(tag)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        return self._file.macros.get(name)


class ShippedSource:
    """A header of ours as a source."""

    def __init__(self, name: str, standing: Standing) -> None:
        self.standing = standing
        self._pieces = pieces_of((_DATA / name).read_bytes(), name, self.macro)

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        return self._pieces.ordinary(name)

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        return self._pieces.tagged(tag)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        return self._pieces.macro(name)


@cache
def shipped() -> tuple[ShippedSource, ShippedSource]:
    """The shipped headers: what the language is taken to have, and what the model knows."""
    (language, first), (model, second) = _SHIPPED
    return ShippedSource(language, first), ShippedSource(model, second)


def pieces_of(data: bytes, path: str, macro: Lookup | None = None) -> Pieces:
    """The pieces of a text, read as C; with the macros' help where C alone does not do."""
    return Pieces(data, path, lambda text, where: _declarations(text, where, macro))


def _declarations(text: str, path: str, macro: Lookup | None) -> tuple[Declaration, ...]:
    """Return what a text declares. What cannot be read declares nothing."""
    found = _readable(text, path)
    if found or macro is None:
        return found
    code = text.lstrip()
    full = expand(code, macro, _LONGEST)
    return _readable(text[: len(text) - len(code)] + full, path) if full is not None else ()


def _readable(text: str, path: str) -> tuple[Declaration, ...]:
    found = read(text, path).declarations
    return tuple(each for each in found if isinstance(each, Declaration))
