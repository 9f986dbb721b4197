"""The sources that names are looked for in: the C file, and the headers that are shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analyzer.csource.expand import Lookup
from analyzer.csource.file import CFile
from analyzer.csource.syntax import Macro, Tagged
from analyzer.translate.pieces import Pieces
from analyzer.translate.scope import Ordinary, Standing

_DATA = Path(__file__).parent / "data"
_SHIPPED = (("language.h", Standing.LANGUAGE), ("kernel.h", Standing.MODEL))


class FileSource:
    """A C file as a source: its own names, and its macros as they are at its end.

    ``beyond`` are the macros of others, which its declarations may be made by.
    """

    standing = Standing.OWN

    def __init__(self, file: CFile, beyond: Lookup) -> None:
        self._file = file
        self._beyond = beyond
        self._pieces = Pieces(file.text.encode("utf-8", "surrogateescape"), file.path)

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        return self._pieces.ordinary(name, self._visible)

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        return self._pieces.tagged(tag, self._visible)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        return self._file.macros.get(name)

    def _visible(self, name: str) -> Macro | None:
        return self.macro(name) or self._beyond(name)


class ShippedSource:
    """A header of ours as a source."""

    def __init__(self, name: str, standing: Standing) -> None:
        self.standing = standing
        self._pieces = Pieces((_DATA / name).read_bytes(), name)

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        return self._pieces.ordinary(name, self.macro)

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        return self._pieces.tagged(tag, self.macro)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        return self._pieces.macro(name)


@cache
def shipped() -> tuple[ShippedSource, ShippedSource]:
    """The shipped headers: what the language is taken to have, and what the model knows."""
    (language, first), (model, second) = _SHIPPED
    return ShippedSource(language, first), ShippedSource(model, second)
