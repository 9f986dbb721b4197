"""What both sides change that is no function: where they do not change it alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from analyzer.compare.lineage import pair_files
from analyzer.patch.lines import FilePatch, Mark
from analyzer.prove.touched import Half, is_c

_NO_CODE = ("Documentation/", "MAINTAINERS", "CREDITS", "Kconfig")
_TEXTS = (".rst", ".txt", ".md", "/Kconfig")
_LONGEST = 80


def files_apart(theirs: Sequence[FilePatch], ours: Sequence[FilePatch]) -> Iterator[str]:
    """The files that are no C, and that both patches do not change alike."""
    for one, other in pair_files(theirs, ours):
        file = other or one
        assert file is not None
        if is_c(file.old_path) or is_c(file.new_path) or _is_text(file.path):
            continue
        if one is None or other is None or _changes(one) != _changes(other):
            yield file.path


def _is_text(path: str) -> bool:
    """Whether the file is for people, or is Kconfig's, which has check items of its own."""
    return path.startswith(_NO_CODE) or path.endswith(_TEXTS)


def _changes(file: FilePatch) -> Counter[tuple[str, str]]:
    lines = (line for hunk in file.hunks for line in hunk.lines if line.mark is not Mark.CONTEXT)
    return Counter((line.mark.value, " ".join(line.text.split())) for line in lines)


def outside_apart(upstream: Half, target: Half, renamed: Mapping[str, str]) -> Iterator[str]:
    """What stands outside of functions and is not changed alike, in words.

    What one side changes, and the other had like that before, is no difference.
    """
    was, new, gone = (_named(each, renamed) for each in upstream.outside())
    its_was, its_new, its_gone = (_named(each, renamed) for each in target.outside())
    for text in new - its_new:
        if not its_was[text]:
            yield f"`{_short(text)}`, which upstream alone adds"
    for text in its_new - new:
        if not was[text]:
            yield f"`{_short(text)}`, which the target alone adds"
    for text in gone - its_gone:
        if its_was[text]:
            yield f"`{_short(text)}`, which upstream alone takes away"
    for text in its_gone - gone:
        if was[text]:
            yield f"`{_short(text)}`, which the target alone takes away"


def _named(pieces: Counter[str], names: Mapping[str, str]) -> Counter[str]:
    """Pieces with the target's names for upstream's functions."""
    found: Counter[str] = Counter()
    for text, count in pieces.items():
        found[" ".join(names.get(word, word) for word in text.split(" "))] += count
    return found


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def macros_apart(upstream: Half, target: Half) -> Iterator[tuple[str, str]]:
    """The macros that both sides leave with other texts, and why no proof covers that.

    Functions that use a changed macro are touched: their proofs tell what becomes of them.
    """
    for name in sorted(upstream.macros | target.macros):
        if upstream.macro(name) == target.macro(name):
            continue
        why = ""
        if any(path.endswith(".h") for half in (upstream, target) for path in half.defining(name)):
            why = "it is a header's, and what other files make of it was not looked at"
        elif any(half.is_named_outside(name) for half in (upstream, target)):
            why = "it is used outside of functions"
        elif not any(half.users(name) for half in (upstream, target)):
            why = "no function of the changed files uses it"
        if why:
            yield f"the macro {name}, which both sides define otherwise", why
