"""The same patch under other names: those of the static functions, locals and labels it defines.

Words of code are renamed and nothing else is: no member of a struct, comment, directive or string.
A local or a label has its new name in its own function alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random

from tests.mutation.patchtext import BREAK, read, written

_FUNCTION = re.compile(
    r"^static [^;{}()]*?\b(?P<name>\w+)\((?P<parameters>[^;{}()]*)\)\n\{\n(?P<body>.*?)^\}\n",
    re.MULTILINE | re.DOTALL,
)
_DECLARED = re.compile(
    r"^[ \t]+(?:struct )?\w+(?: \w+)*[ \t]+(?P<names>\*?\w+[^;(){}]*);", re.MULTILINE
)
_LABEL = re.compile(r"^(\w+):", re.MULTILINE)
_NO_TYPES = re.compile(r"\s+(?:return|goto|else|case|break|continue)\b")
_WORD = re.compile(
    r"/\*.*?\*/|^[ \t]*#[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|(?:->|\.)\s*\w+|(?P<name>\b[A-Za-z_]\w*)",
    re.DOTALL | re.MULTILINE,
)
_LETTERS = "bcdfghjklmnpqrstvwxz"

Names = dict[str, str]


def renamed(patch: bytes, seed: int) -> tuple[bytes, Names]:
    """The patch with every name that it defines drawn by chance, and the old name of each new one.

    A new name is as long as the old one, so that nothing is laid out in another way, and stands
    nowhere else in the patch.
    """
    before = read(patch)
    draw = _Draw(seed, frozenset(re.findall(r"\w+", "\n".join(before.lines))))
    functions = draw.for_all([one["name"] for one in _FUNCTION.finditer(before.code)])
    runs = (_run(text, functions, draw) for text in before.code.split(BREAK))
    return written(before, BREAK.join(runs), adjusted=False), draw.back


def named_back(text: str, back: Mapping[str, str]) -> str:
    """A text with the old names in the places of the new ones."""
    return re.sub(r"\w+", lambda found: back.get(found[0], found[0]), text)


class _Draw:
    """New names, none of them twice; ``back`` has the old name of each."""

    def __init__(self, seed: int, taken: frozenset[str]) -> None:
        self.chance = Random(seed)  # noqa: S311
        self.taken = taken
        self.back: Names = {}

    def for_all(self, names: list[str]) -> Names:
        return {name: self._new(name) for name in dict.fromkeys(names)}

    def _new(self, name: str) -> str:
        while True:
            new = "".join(self.chance.choice(_LETTERS) for _ in name)
            if new not in self.back and new not in self.taken:
                self.back[new] = name
                return new


def _run(text: str, functions: Names, draw: _Draw) -> str:
    """One run of added lines: its functions each with their own names, and what is between."""
    parts, at = [], 0
    for one in _FUNCTION.finditer(text):
        parts += [text[at : one.start()], one[0]]
        at = one.end()
    parts.append(text[at:])
    return "".join(_with_names(part, functions | draw.for_all(list(_own(part)))) for part in parts)


def _own(text: str) -> Iterator[str]:
    """What a function, or a fragment of one, declares: parameters, locals and labels."""
    function = _FUNCTION.fullmatch(text)
    if function is not None:
        for parameter in function["parameters"].split(","):
            if parameter != "void":
                yield re.findall(r"\w+", parameter)[-1]
    for line in _DECLARED.finditer(text):
        if not _NO_TYPES.match(line[0]):
            for declared in line["names"].split(","):
                yield re.findall(r"\w+", declared)[0]
    yield from _LABEL.findall(text)


def _with_names(text: str, names: Mapping[str, str]) -> str:
    return _WORD.sub(
        lambda found: names.get(found["name"], found[0]) if found["name"] else found[0], text
    )
