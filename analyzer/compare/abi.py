"""What a patch does to the kernel's interface to modules and to programs.

Exported symbols and how they are declared, and the layouts of types in headers, before the patch
and after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from analyzer.compare.change import FileTexts
from analyzer.compare.shown_abi import of_hunks
from analyzer.compare.surface import Export, Head, Layout, Member, Surface, surface
from analyzer.compare.touch import Reach, Touch, What, is_uapi, reach_of
from analyzer.finding import NotChecked
from analyzer.patch.lines import FilePatch
from analyzer.source import Place, Side

# Pairs of members of one type that are compared; beyond it the whole counts as changed.
_MOST_PAIRS = 100_000
# Words with which a distribution's macros begin that keep a layout as modules know it.
_KEEPERS = (
    *("RH_KABI_", "_RH_KABI", "ANDROID_KABI_", "_ANDROID_KABI", "ANDROID_VENDOR_DATA"),
    *("ANDROID_OEM_DATA", "ANDROID_BACKPORT_", "UEK_KABI_", "KABI_", "_KABI_", "suse_kabi_"),
    *("SUSE_KABI_", "__GENKSYMS__"),
)


@dataclass(frozen=True, slots=True)
class Abi:
    """What is touched, and what was looked at: exported symbols and types of the touched files.

    ``unread`` is what could not be told. ``whole`` says that whole files were read.
    """

    touched: tuple[Touch, ...] = ()
    exports: int = 0
    layouts: int = 0
    unread: tuple[NotChecked, ...] = ()
    whole: bool = True


def abi(
    ours: Sequence[FilePatch],
    texts: FileTexts,
    upstream: Sequence[FilePatch] = (),
    theirs: FileTexts | None = None,
) -> Abi:
    """Compare the interface of every file that a patch touches, before and after.

    A change that upstream's patch makes in the very same way, as far as its own text shows, is
    marked. Linear in the files but for types that change.
    """
    files = [_of_file(file, texts) for file in ours if _is_c(file)]
    files += [_unread(file) for file in ours if file.path.endswith(".S")]
    known = {
        _key(one)
        for file in upstream
        if _is_c(file)
        for one in _of_file(file, theirs or {}).touched
    }
    touched = tuple(
        replace(one, upstream=_key(one) in known) for file in files for one in file.touched
    )
    return Abi(
        touched,
        sum(one.exports for one in files),
        sum(one.layouts for one in files),
        tuple(each for one in files for each in one.unread),
        all(one.whole for one in files),
    )


def _key(one: Touch) -> tuple[What, str, str]:
    return one.what, one.name, one.said


def _unread(file: FilePatch) -> Abi:
    return Abi(unread=(NotChecked(file.path, "assembly is not read for what it exports"),))


def _is_c(file: FilePatch) -> bool:
    return file.path.endswith((".c", ".h"))


def _of_file(file: FilePatch, texts: FileTexts) -> Abi:
    found = (texts.get(path) for path in (file.new_path, file.old_path) if path is not None)
    before, after = next(filter(None, found), (None, None))
    if (before is None and file.old_path is not None) or (
        after is None and file.new_path is not None
    ):
        touched, unread = of_hunks(file)
        return Abi(touched, unread=unread, whole=False)
    uapi = is_uapi(file.path)
    old = surface(before, file.old_path or file.path, macros=uapi)
    new = surface(after, file.new_path or file.path, macros=uapi)
    work = _Compared(file, old, new)
    unread = tuple(
        NotChecked(f"{file.path}: {name}", "a brace is never closed")
        for name in dict.fromkeys((*old.unclosed, *new.unclosed))
    )
    header = file.path.endswith(".h")
    return Abi(tuple(work.all()), len(old.exports), len(old.layouts) if header else 0, unread)


class _Compared:
    """One file before and after."""

    def __init__(self, file: FilePatch, old: Surface, new: Surface) -> None:
        self.file = file
        self.old = old
        self.new = new
        self.reach = reach_of(file.path)

    def all(self) -> Iterator[Touch]:
        """Everything that is touched, exports first."""
        yield from self._exports()
        yield from self._prototypes()
        yield from self._layouts()
        yield from self._macros()

    def _place(self, line: int, *, new: bool) -> Place:
        path = self.file.new_path if new else self.file.old_path
        return Place(Side.PATCH_AFTER if new else Side.TARGET, path or self.file.path, line)

    def _touch(self, what: What, name: str, said: str, line: int, *, new: bool = True) -> Touch:
        return Touch(what, name, said, self._place(line, new=new), self.reach)

    # --- exports ---

    def _exports(self) -> Iterator[Touch]:
        for name, one in self.old.exports.items():
            other = self.new.exports.get(name)
            if other is None:
                gone = self._touch(
                    What.UNEXPORTED, name, "is exported no more", one.line, new=False
                )
                yield replace(gone, reach=Reach.EXPORTED)
            else:
                yield from self._export(one, other)
        for name, one in self.new.exports.items():
            if name not in self.old.exports:
                said = f"is exported anew by {one.macro}"
                yield replace(
                    self._touch(What.EXPORTED, name, said, one.line), reach=Reach.EXPORTED
                )

    def _export(self, one: Export, other: Export) -> Iterator[Touch]:
        if one.under != other.under:
            said = f"is exported under other conditions: {' and '.join(other.under) or 'none'}"
            yield replace(
                self._touch(What.LICENCE, one.name, said, other.line), reach=Reach.EXPORTED
            )
        if (one.macro, one.namespace) != (other.macro, other.namespace):
            said = f"is exported by {_written(other)}, before by {_written(one)}"
            yield replace(
                self._touch(What.LICENCE, one.name, said, other.line), reach=Reach.EXPORTED
            )
        old, new = self.old.heads.get(one.name), self.new.heads.get(one.name)
        if old is not None and new is not None and _apart(old, new):
            said = _heads(old, new)
            yield replace(
                self._touch(What.SIGNATURE, one.name, said, new.line), reach=Reach.EXPORTED
            )
        elif old is not None and new is None:
            said = "is exported here and no longer declared or defined here"
            found = self._touch(What.SIGNATURE, one.name, said, old.line, new=False)
            yield replace(found, reach=Reach.EXPORTED)

    def _prototypes(self) -> Iterator[Touch]:
        if not self.file.path.endswith(".h"):
            return
        for name, one in self.old.heads.items():
            other = self.new.heads.get(name)
            if other is None:
                said = "is declared here no more"
                yield self._touch(What.PROTOTYPE, name, said, one.line, new=False)
            elif _apart(one, other):
                yield self._touch(What.PROTOTYPE, name, _heads(one, other), other.line)

    # --- layouts ---

    def _layouts(self) -> Iterator[Touch]:
        for name, one in self.old.layouts.items():
            other = self.new.layouts.get(name)
            if other is None:
                said = "is defined here no more"
                yield self._touch(What.LAYOUT, one.name, said, one.line, new=False)
                continue
            for said, line, what, kept in _differences(one, other):
                yield replace(self._touch(what, one.name, said, line), kept=kept)

    def _macros(self) -> Iterator[Touch]:
        for name, (words, line) in self.old.macros.items():
            other = self.new.macros.get(name)
            if other is None:
                said = "is defined here no more"
                yield self._touch(What.MACRO, name, said, line, new=False)
            elif other[0] != words:
                said = f"is {' '.join(other[0])[:80]}, before {' '.join(words)[:80]}"
                yield self._touch(What.MACRO, name, said, other[1])


def _written(one: Export) -> str:
    return f"{one.macro}({one.name}{f', {one.namespace}' if one.namespace else ''})"


def _apart(one: Head, other: Head) -> bool:
    return set(one.all) != set(other.all) or one.static != other.static


def _heads(one: Head, other: Head) -> str:
    if set(one.all) == set(other.all):
        return "is static now" if other.static else "is static no more"
    gone = [each for each in one.all if each not in other.all]
    come = [each for each in other.all if each not in one.all]
    if not (gone and come):
        return f"is declared {'once more' if come else 'once less'}"
    return f"is declared as `{_said(come[0])}`, before `{_said(gone[0])}`"


def _said(words: Sequence[str]) -> str:
    text = " ".join(words[:40])
    return f"{text} ..." if len(words) > 40 else text


# --- members ------------------------------------------------------------------------------------

_Said = tuple[str, int, What, bool]


def _differences(one: Layout, other: Layout) -> Iterator[_Said]:
    """What differs between two states of a type: in words, where, what, and if a macro keeps it."""
    if one.behind != other.behind or one.conditions != other.conditions:
        said = "its attributes, variables or conditions change"
        yield said, other.line, What.LAYOUT, False
    old = [(each.words, each.under) for each in one.members]
    new = [(each.words, each.under) for each in other.members]
    if old == new:
        return
    if one.kind == "enum":
        yield from _enumerators(one.members, other)
        return
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    before, after = one.members[head : len(old) - tail], other.members[head : len(new) - tail]
    if len(before) * len(after) > _MOST_PAIRS:
        yield "too many members change to tell which", other.line, What.LAYOUT, False
        return
    yield from _members(before, after, other.line, ends=not tail)


def _alike(old: Sequence[_Key], new: Sequence[_Key]) -> int:
    """How many members are the same at the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _members(
    before: tuple[Member, ...], after: tuple[Member, ...], line: int, *, ends: bool
) -> Iterator[_Said]:
    old = [(each.words, each.under) for each in before]
    new = [(each.words, each.under) for each in after]
    gone: dict[_Key, Member] = {}
    come: dict[_Key, Member] = {}
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone |= dict(zip(old[a:b], before[a:b], strict=True))
            come |= dict(zip(new[c:d], after[c:d], strict=True))
    moved = [key for key in gone if key in come]
    for key in moved:
        yield f"`{come[key].text}` is at another place", come[key].line, What.LAYOUT, False
    left = [each for key, each in gone.items() if key not in come]
    made = [each for key, each in come.items() if key not in gone]
    # What takes the place of a hole that is kept for it leaves the layout as it is.
    kept = bool(made) and all(_keeps(each) for each in made) and not moved
    behind = max((each.line for each in after if each not in made), default=0)
    for each in made:
        # What stands behind all others moves none of them.
        last = " at the end" if ends and each.line > behind else ""
        yield f"`{each.text}` is added{last}", each.line, What.LAYOUT, kept
    for each in left:
        yield f"`{each.text}` is removed", line, What.LAYOUT, kept


_Key = tuple[tuple[str, ...], tuple[str, ...]]


def _keeps(one: Member) -> bool:
    return any(word.startswith(_KEEPERS) for word in one.words) or any(
        "__GENKSYMS__" in each for each in one.under
    )


def _enumerators(before: tuple[Member, ...], after: Layout) -> Iterator[_Said]:
    old, new = _values(before), _values(after.members)
    for each in before:
        name = each.words[0] if each.words else ""
        if name not in new:
            yield f"{name} is removed", after.line, What.LAYOUT, False
        elif old[name][0] != new[name][0]:
            said = f"{name} has another value: {_value(new[name][0])}, was {_value(old[name][0])}"
            yield said, new[name][1], What.LAYOUT, False
    for name, (_is, line) in new.items():
        if name not in old:
            yield f"{name} is added", line, What.APPENDED, False


_Value = tuple[str, int]


def _values(members: Iterable[Member]) -> dict[str, tuple[_Value, int]]:
    """What each enumerator is: what the last one with a value of its own has, and how far on."""
    found: dict[str, tuple[_Value, int]] = {}
    base, at = "0", 0
    for each in members:
        if each.words[1:2] == ("=",):
            base, at = " ".join(each.words[2:]), 0
        if each.words:
            number = _number(base)
            value = (base, at) if number is None else (str(number + at), 0)
            # Under a condition the count goes on both ways: the condition is a part of it.
            if each.under:
                value = f"{value[0]} under {' and '.join(each.under)}", value[1]
            found[each.words[0]] = value, each.line
        at += 1
    return found


def _number(text: str) -> int | None:
    try:
        return int(text.rstrip("uUlL"), 0) if len(text) < 40 else None
    except ValueError:
        return None


def _value(one: _Value) -> str:
    return f"{one[0]} + {one[1]}" if one[1] else one[0]
