"""The functions of a tree's mm/mremap.c from the system call down, translated."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.repo import open_tree
from analyzer.translate import (
    ILP32,
    LP64,
    Environment,
    Source,
    Translated,
    translate_function,
)
from analyzer.translate.headers import Headers
from tests.trees.trees import PATH

ENTRY = "sys_mremap"


@cache
def _headers(tree: Path, configuration: Configuration) -> Headers:
    return Headers.of_tree(open_tree(str(tree)), configuration=configuration)


def translated(
    tree: Path,
    configuration: Configuration,
    word: int = 64,
    entry: str = ENTRY,
    text: str | None = None,
) -> dict[str, Translated]:
    """All that ``entry`` reaches in its file, by name; asserts that nothing is refused.

    ``text`` takes the place of the file's own; the headers are the tree's.
    """
    source = Source(text or (tree / PATH).read_text(), configuration)
    file = read(source.text, PATH, configuration)
    headers = _headers(tree, configuration)
    environment = Environment.of_file(file, LP64 if word == 64 else ILP32, headers)
    outlines = {each.name: each for each in file.each_function()}
    found: dict[str, Translated] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in outlines and name not in found:
            one = translate_function(outlines[name], environment, source)
            assert isinstance(one, Translated), one
            found[name] = one
            waiting += [need.name for need in one.needs]
    return found


def defined(tree: Path, configuration: Configuration) -> list[str]:
    """The functions that the file defines, under a configuration."""
    text = (tree / PATH).read_text()
    return [each.name for each in read(text, PATH, configuration).each_function()]
