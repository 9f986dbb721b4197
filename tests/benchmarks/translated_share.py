"""How much of a kernel tree is read and translated, and why not the rest.

    python tests/benchmarks/translated_share.py TREE [--config FILE] [--arch x86] [PATTERN ...]

Patterns are of file names below the tree, ``mm/*.c`` by default. The first figures are those of
reading alone, every file once and without a configuration; the second those of translating every
function as the configuration has it, with the tree's own headers: a function that stands in
both arms of an ``#ifdef`` is read twice and translated once.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from analyzer.csource.configuration import Configuration, from_config_text
from analyzer.csource.file import CFile, read
from analyzer.csource.syntax import Unparsed
from analyzer.repo import open_tree
from analyzer.translate import LP64, Environment, Source, Translated, translate_function
from analyzer.translate.headers import Headers

_MOST_REASONS = 25


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="How much of a tree is translated?")
    parser.add_argument("tree", type=Path)
    parser.add_argument("patterns", nargs="*", default=["mm/*.c"])
    parser.add_argument("--config", type=Path)
    parser.add_argument("--arch", default="x86")
    given = parser.parse_intermixed_args()
    paths = sorted(path for each in given.patterns for path in given.tree.glob(each))
    texts = {
        str(path.relative_to(given.tree)): path.read_text("utf-8", "surrogateescape")
        for path in paths
    }
    print_reading(texts)
    configuration = from_config_text(given.config.read_text()) if given.config else Configuration()
    headers = Headers.of_tree(
        open_tree(str(given.tree)), arch=given.arch, configuration=configuration
    )
    print_translating(texts, headers)


def print_reading(texts: dict[str, str]) -> None:
    """Print how many functions are read, and how fast."""
    start = time.perf_counter()
    outlines = [each for path, text in texts.items() for each in read(text, path).functions]
    seconds = time.perf_counter() - start
    unread = sum(not each.readable for each in outlines)
    print(
        f"{len(texts)} files, {len(outlines)} functions, {unread} not read "
        f"({unread / max(len(outlines), 1):.2%}), {seconds:.2f} s"
    )


def print_translating(texts: dict[str, str], headers: Headers) -> None:
    """Print the share that is translated, and the reasons against the rest, most frequent first."""
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    total = 0
    start = time.perf_counter()
    for path, text in texts.items():
        told = headers.told(text, path)
        file = read(text, path, told)
        for name, line, reason in _refusals(file, Source(text, told), headers):
            total += 1
            if reason:
                reasons[_kind(reason)] += 1
                examples.setdefault(_kind(reason), f"{path}:{line} {name}: {reason}")
    good = total - sum(reasons.values())
    seconds = time.perf_counter() - start
    print(f"{total} functions, {good} translated ({good / max(total, 1):.1%}), {seconds:.1f} s")
    for reason, count in reasons.most_common(_MOST_REASONS):
        print(f"{count:6}  {reason}\n        {examples[reason][:150]}")


def _refusals(file: CFile, source: Source, headers: Headers) -> Iterable[tuple[str, int, str]]:
    environment = Environment.of_file(file, LP64, headers)
    for each in file.each_function():
        found = translate_function(each, environment, source)
        if isinstance(found, Translated):
            yield each.name, each.span.line, ""
        else:
            unread = "not read: " if isinstance(found, Unparsed) else ""
            yield each.name, found.span.line, unread + found.reason


def _kind(reason: str) -> str:
    """Take the names out of a reason."""
    reason = re.sub(r"\b(struct|union|enum|member|of|to) [A-Za-z_]\w*(\(\))?", r"\1 ...", reason)
    return re.sub(r"^\w+\(.*\) (does|expands)", r"...() \1", reason)[:80]


if __name__ == "__main__":
    main()
