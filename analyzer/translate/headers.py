"""The headers of a tree, as far as a C file sees them: found by its ``#include`` lines.

Every header that an ``#include`` names is looked into, in whatever arm of an ``#if`` that line
stands: what counts are the definitions, and of those the configuration picks. A header that the
build would generate is not there; the generic one is taken for it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from analyzer.csource.arms import pick
from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile
from analyzer.csource.syntax import Macro, Tagged
from analyzer.repo import Tree
from analyzer.translate.pieces import Pieces, may_have_body
from analyzer.translate.scope import Ordinary, Standing
from analyzer.translate.sources import pieces_of

# Reads a file by its path from the top of the tree; None where there is none.
ReadFile: TypeAlias = Callable[[str], bytes | None]

_INCLUDE = re.compile(rb'^[ \t]*+#[ \t]*+include[ \t]*+(?:<([^>\n]++)>|"([^"\n]++)")', re.MULTILINE)
_DEFINED = re.compile(rb"#[ \t]*+define[ \t]++([A-Za-z_]\w*+)")
# What a C file without an #include of its own is taken to see: the kernel's memory management.
_WITHOUT_INCLUDES = ("linux/mm.h", "linux/pgtable.h", "linux/hugetlb.h", "linux/rmap.h")
# More headers than any C file of Linux sees; a tree that has more is not read to its end.
_MOST_FILES = 6000
_MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class _Where:
    """Directories where an ``#include`` is looked for."""

    arch: str

    def places(self, name: str, quoted_in: str | None) -> Iterator[str]:
        """Yield the paths that a name may mean, in the order in which they are tried."""
        if quoted_in is not None:
            yield f"{quoted_in}/{name}" if quoted_in else name
        arch = f"arch/{self.arch}/include"
        yield from (f"{arch}/{name}", f"include/{name}")
        yield from (f"{arch}/uapi/{name}", f"include/uapi/{name}")
        if name.startswith("asm/"):
            generic = f"asm-generic/{name.removeprefix('asm/')}"
            yield from (f"include/{generic}", f"include/uapi/{generic}")

    def rank(self, path: str) -> int:
        """An architecture's definition goes before the general one, and that before the generic."""
        if path.startswith("arch/"):
            return 1
        return 3 if "/asm-generic/" in path else 2


class Headers:
    """The headers of one tree, read once whichever C files look into them."""

    def __init__(
        self,
        read_file: ReadFile,
        *,
        arch: str = "x86",
        configuration: Configuration | None = None,
    ) -> None:
        self._read_file = read_file
        self._where = _Where(arch)
        self._configuration = _of_kernel(configuration) if configuration is not None else None
        self._files: dict[str, _File | None] = {}
        self._bytes = 0

    @classmethod
    def of_tree(
        cls,
        tree: Tree,
        *,
        arch: str = "x86",
        configuration: Configuration | None = None,
    ) -> Headers:
        """The headers of a source tree."""
        return cls(tree.read, arch=arch, configuration=configuration)

    def seen_from(self, file: CFile) -> Seen:
        """What a C file sees of them."""
        return Seen(self, file.path, file.text.encode("utf-8", "surrogateescape"))

    def reached(self, path: str, data: bytes) -> list[_File]:
        """Return every header that a text includes, and that those include, best ones first."""
        found: dict[str, _File] = {}
        waiting: deque[tuple[str, bytes]] = deque([(path, data)])
        while waiting and len(found) < _MOST_FILES:
            here, content = waiting.popleft()
            for file in self._included(here, content):
                if file.path not in found:
                    found[file.path] = file
                    waiting.append((file.path, file.data))
        if not found and not path.endswith(".h"):
            lines = "".join(f"#include <{name}>\n" for name in _WITHOUT_INCLUDES)
            return self.reached("seen.h", lines.encode())
        home = path.rpartition("/")[0]
        return sorted(found.values(), key=lambda file: self._rank(file.path, home))

    def _rank(self, path: str, home: str) -> int:
        return 0 if path.rpartition("/")[0] == home else self._where.rank(path)

    def _included(self, path: str, data: bytes) -> Iterator[_File]:
        for match in _INCLUDE.finditer(data):
            name = (match[1] or match[2]).decode("utf-8", "surrogateescape").strip()
            quoted_in = path.rpartition("/")[0] if match[1] is None else None
            places = (_plain(place) for place in self._where.places(name, quoted_in))
            file = next((f for p in places if p and (f := self._file(p)) is not None), None)
            if file is not None:
                yield file

    def _file(self, path: str) -> _File | None:
        if path not in self._files:
            data = self._read_file(path) if self._bytes < _MOST_BYTES else None
            self._bytes += len(data or b"")
            self._files[path] = _File(path, data, self._configuration) if data is not None else None
        return self._files[path]


class _File:
    """One header: its text as it is, and as the configuration picks it."""

    def __init__(self, path: str, data: bytes, configuration: Configuration | None) -> None:
        self.path = path
        self.data = data
        self._configuration = configuration

    @cached_property
    def defines(self) -> frozenset[bytes]:
        """The names of its macros, in whatever arm."""
        return frozenset(_DEFINED.findall(self.data))

    @cached_property
    def picked(self) -> bytes:
        """What the configuration picks; all of it, where there is none."""
        if self._configuration is None:
            return self.data
        text = self.data.decode("utf-8", "surrogateescape")
        return pick(text, self._configuration).encode("utf-8", "surrogateescape")


class Seen:
    """What one C file sees of a tree's headers, as a source of names."""

    standing = Standing.TREE

    def __init__(self, headers: Headers, path: str, data: bytes) -> None:
        self._headers = headers
        self._path = path
        self._data = data
        self._pieces: dict[str, Pieces] = {}

    def ordinary(self, name: str) -> Ordinary | None:
        """See :meth:`Source.ordinary`."""
        files = self._naming(name.encode("utf-8", "surrogateescape"))
        return next((f for p in files if (f := p.ordinary(name)) is not None), None)

    def tagged(self, tag: str) -> Tagged | None:
        """See :meth:`Source.tagged`."""
        files = self._naming(tag.encode("utf-8", "surrogateescape"), body=True)
        return next((f for p in files if (f := p.tagged(tag)) is not None), None)

    def macro(self, name: str) -> Macro | None:
        """See :meth:`Source.macro`."""
        word = name.encode("utf-8", "surrogateescape")
        files = map(self._in, self._defining.get(word, ()))
        return next((f for p in files if (f := p.macro(name)) is not None), None)

    @cached_property
    def _defining(self) -> dict[bytes, list[_File]]:
        """The headers that define a macro of a name: most names are asked for in vain."""
        found: dict[bytes, list[_File]] = {}
        for file in self.files:
            for name in file.defines:
                found.setdefault(name, []).append(file)
        return found

    @cached_property
    def files(self) -> list[_File]:
        """The headers that are seen."""
        return self._headers.reached(self._path, self._data)

    def _naming(self, word: bytes, *, body: bool = False) -> Iterator[Pieces]:
        """Yield the headers that have a word in them, and perhaps a ``body`` behind it."""
        for file in self.files:
            if word in file.data and (not body or may_have_body(file.data, word)):
                yield self._in(file)

    def _in(self, file: _File) -> Pieces:
        if file.path not in self._pieces:
            self._pieces[file.path] = pieces_of(file.picked, file.path, self.macro)
        return self._pieces[file.path]


def _plain(path: str) -> str | None:
    """Take ``.`` and ``..`` out of a path; None where it leads out of the tree."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _of_kernel(configuration: Configuration) -> Configuration:
    """The configuration as the kernel's own build has it, where no user's program includes it."""
    return Configuration(
        configuration.symbols,
        {"__KERNEL__": "1", **configuration.macros},
        configuration.total,
        configuration.undefined,
    )
