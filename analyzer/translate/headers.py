"""The headers of a tree, as far as a C file sees them: found by its ``#include`` lines.

Where there is a configuration, an ``#include`` in an arm that it rules out counts for nothing; nor
does a definition there. Otherwise every header that a line names is looked into, whatever its arm.
A header that the build would generate is not there; the generic one is taken for it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import CFile
from analyzer.repo import Tree
from analyzer.translate.beyond import Doubting, values_of
from analyzer.translate.header import Header, made_from
from analyzer.translate.seen import Seen, Sight, best_of, order_of, word_of
from analyzer.translate.target import of_kernel

__all__ = ["Headers", "ReadFile", "Seen", "best_of", "order_of", "word_of"]

# Reads a file by its path from the top of the tree; None where there is none.
ReadFile: TypeAlias = Callable[[str], bytes | None]

# A newline before it is sooner found than the beginning of a line.
_INCLUDE = re.compile(rb'\n[ \t]*+#[ \t]*+include[ \t]*+(?:<([^>\n]++)>|"([^"\n]++)")')
# What a C file without an #include of its own is taken to see: the kernel's memory management.
_WITHOUT_INCLUDES = ("linux/mm.h", "linux/pgtable.h", "linux/hugetlb.h", "linux/rmap.h")
# The headers that a build makes of a C file's lines of ``DEFINE(NAME, expression)``.
_MADE_FROM = {"include/generated/bounds.h": "kernel/bounds.c"}
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

    def own(self, path: str) -> str | None:
        """Return the directory whose headers are a file's own, before those of an architecture.

        None for a header of a directory that everyone includes from: what lies next to a generic
        header is as generic as that is.
        """
        home = path.rpartition("/")[0]
        return None if "include" in home.split("/") else home

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
        long_bits: int | None = None,
    ) -> None:
        self._read_file = read_file
        self._where = _Where(arch)
        self._given = configuration
        unsaid = Configuration(total=long_bits is None)
        self.configuration = of_kernel(configuration or unsaid, arch, long_bits)
        self._picks = configuration is not None or long_bits is not None
        self._by_width: dict[int, Headers] = {}
        self._files: dict[str, Header | None] = {}
        self._includes: dict[str, tuple[Header, ...]] = {}
        self._ranks: dict[str, int] = {}
        # By the name in an #include, and the directory of the file where it is quoted.
        self._meant: dict[tuple[bytes, str | None], Header | None] = {}
        self._sights: dict[tuple[str, bool, tuple[Header, ...]], Sight] = {}
        self._bytes = 0
        # The headers that may define a macro, of all that were read.
        self.defining: dict[bytes, list[Header]] = {}

    @property
    def arch(self) -> str:
        """The architecture whose headers are seen."""
        return self._where.arch

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

    def of_width(self, long_bits: int) -> Headers:
        """The same headers for a ``long`` of so many bits, where the configuration left that open.

        It says which machine of a family is built for, and so which arms are.
        """
        if long_bits not in self._by_width:
            made = Headers(
                self._read_file,
                arch=self.arch,
                configuration=self._given,
                long_bits=long_bits,
            )
            same = self._picks and made.configuration == self.configuration
            self._by_width[long_bits] = self if same else made
        return self._by_width[long_bits]

    def seen_from(self, file: CFile) -> Seen:
        """What a C file sees of them."""
        return Seen(self, file.path, file.text.encode("utf-8", "surrogateescape"))

    def reached(self, path: str, data: bytes) -> list[Header]:
        """Return every header that a text includes, and that those include, best ones first."""
        found = {file.path: file for file in self._included(path, data)}
        waiting = deque(found.values())
        while waiting and len(found) < _MOST_FILES:
            for file in self._included_by(waiting.popleft()):
                if file.path not in found:
                    found[file.path] = file
                    waiting.append(file)
        if not found and not path.endswith(".h"):
            lines = "".join(f"#include <{name}>\n" for name in _WITHOUT_INCLUDES)
            return self.reached("seen.h", lines.encode())
        home = self._where.own(path)
        return sorted(
            found.values(), key=lambda file: 0 if file.home == home else self._ranks[file.path]
        )

    def sight(self, path: str, data: bytes) -> Sight:
        """What a C file sees of them."""
        home = path.rpartition("/")[0]
        asked = home, path.endswith(".h"), tuple(self._included(path, data))
        if asked not in self._sights:
            self._sights[asked] = Sight(self.reached(path, data))
        return self._sights[asked]

    def told_apart(self, configuration: Configuration) -> bool:
        """Whether a header that was read names a symbol that the configuration has otherwise."""
        mine = (self._given or Configuration()).symbols
        theirs = configuration.symbols
        names = [one for one in mine.keys() | theirs.keys() if mine.get(one) != theirs.get(one)]
        words = [f"CONFIG_{name}".encode() for name in names]
        every = (self, *self._by_width.values())
        files = [file.data for one in every for file in one._files.values() if file is not None]
        return any(word in data for word in words for data in files)

    def named_in(self, path: str, data: bytes) -> tuple[Header, ...]:
        """Return the headers that the ``#include`` lines of a text name and the tree has."""
        return self._included(path, data)

    def rank_of(self, path: str) -> int:
        """How good the definitions in a header are that was read; 1 is the best."""
        return self._ranks[path]

    def _included_by(self, file: Header) -> tuple[Header, ...]:
        if file.path not in self._includes:
            self._includes[file.path] = self._included(file.path, file.including)
        return self._includes[file.path]

    def _included(self, path: str, data: bytes) -> tuple[Header, ...]:
        return tuple(dict.fromkeys(self._each_included(path, data)))

    def _each_included(self, path: str, data: bytes) -> Iterator[Header]:
        home = path.rpartition("/")[0]
        for match in _INCLUDE.finditer(b"\n" + data):
            asked = match[1] or match[2], home if match[1] is None else None
            if asked not in self._meant:
                self._meant[asked] = self._found(*asked)
            file = self._meant[asked]
            if file is not None:
                yield file

    def _found(self, written: bytes, quoted_in: str | None) -> Header | None:
        name = written.decode("utf-8", "surrogateescape").strip()
        places = (_plain(place) for place in self._where.places(name, quoted_in))
        return next((f for p in places if p and (f := self._file(p)) is not None), None)

    def _file(self, path: str) -> Header | None:
        if path not in self._files:
            data = self._content(path) if self._bytes < _MOST_BYTES else None
            self._files[path] = self._entered(path, data) if data is not None else None
        return self._files[path]

    def _content(self, path: str) -> bytes | None:
        data = self._read_file(path)
        if data is None and path in _MADE_FROM:
            source = self._read_file(_MADE_FROM[path])
            return made_from(source) if source is not None else None
        return data

    def _entered(self, path: str, data: bytes) -> Header:
        self._bytes += len(data)
        given = self.configuration if self._picks else None
        file = Header(path, data, given, self._asked_by, guesses=self._given is None)
        self._ranks[path] = self._where.rank(path)
        _enter(self.defining, file, file.defined)
        if "declaring" in self.__dict__:
            _enter(self.declaring, file, file.declared())
        return file

    @cached_property
    def declaring(self) -> dict[bytes, list[Header]]:
        """The headers that may declare a name, of all that were read; dear, see ``may_declare``."""
        found: dict[bytes, list[Header]] = {}
        for file in self._files.values():
            if file is not None:
                _enter(found, file, file.declared())
        return found

    # --- what conditions rest on ----------------------------------------------------------------

    def told(self, text: str, path: str) -> Configuration:
        """Return the configuration to read a C file by: with the macros that its arms rest on.

        What its conditions ask the value of, and no header says, is unknown rather than undefined.
        """
        data = text.encode("utf-8", "surrogateescape")
        file = Header(path, data, self.configuration, self._asked_by)
        return Doubting.made(self.configuration, self._asked_by(file), file.doubts)

    def _asked_by(self, file: Header) -> dict[str, str]:
        if not file.doubts:
            return {}
        order = order_of(self.reached(file.path, file.data + _through(file.path)))
        return values_of(
            file.doubts,
            lambda name: best_of(self.defining.get(word_of(name), ()), order),
            self.configuration,
        )


def _through(path: str) -> bytes:
    """The ``#include`` of what a generic header is seen through: the architecture's of its name.

    That one includes it when it has defined what is its own.
    """
    _, generic, name = path.rpartition("/asm-generic/")
    return f"\n#include <asm/{name}>\n".encode("utf-8", "surrogateescape") if generic else b""


def _enter(index: dict[bytes, list[Header]], file: Header, names: Iterable[bytes]) -> None:
    for name in names:
        index.setdefault(name, []).append(file)


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
