"""What each line of a whole file stands under besides its owner: arms of ``#if``, nodes, labels.

One function may have two bodies, or two halves with the same lines, of which a configuration takes
one; a device tree has the same properties in every node, and assembly the same lines behind every
label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# A condition and whether it holds where a line stands.
Arm = tuple[str, bool]

_DEEPEST = 64
_TREE = re.compile(r"\.(?:dtsi?|dtso)$")
_ASSEMBLY = re.compile(r"\.S$")
_PREPROCESSED = re.compile(r"\.(?:[chS]|dtsi?|dtso)$")
_MAKE = re.compile(r"(?:^|/)(?:Makefile|Kbuild)[^/]*$|\.mk$")
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b(.*)", re.DOTALL)
_IN_MAKE = re.compile(r"[ \t]*(ifeq|ifneq|ifdef|ifndef|else|endif)\b(.*)", re.DOTALL)
_REMARK = re.compile(r"/\*.*?(?:\*/|$)|//.*")
_DEFINED = re.compile(r"(!?)\s*defined\s*(?:\(\s*(\w+)\s*\)|(\w+))$")
_NAMED = re.compile(r"[^ @]+@0*")
_LABEL = re.compile(r"([.A-Za-z_][\w.$]*):(?!=)")
_ENTRY = re.compile(r"[ \t]*(?:SYM_\w+_START\w*|ENTRY|WEAK|GLOBAL|ENTRY_\w+)[ \t]*\([ \t]*(\w+)")


@dataclass(frozen=True, slots=True)
class Within:
    """What a line stands under: the arms around it, and its node or the label before it."""

    arms: tuple[Arm, ...] = ()
    node: str = ""

    @property
    def place(self) -> str:
        """The node by its address where it has one: what is there is named anew now and then."""
        return _NAMED.sub("@", self.node) if "@" in self.node else self.node


def within(lines: Sequence[str], path: str) -> tuple[Within, ...] | None:
    """What every line stands under; None for files that have nothing of the kind."""
    arms: Iterable[tuple[Arm, ...]]
    if _PREPROCESSED.search(path):
        arms = _arms(lines, _DIRECTIVE, _of_directive)
    elif _MAKE.search(path):
        arms = _arms(lines, _IN_MAKE, _of_make)
    else:
        return None
    nodes: Iterable[str] = [""] * len(lines)
    if _TREE.search(path):
        nodes = _nodes(lines)
    elif _ASSEMBLY.search(path):
        nodes = _labels(lines)
    found: dict[tuple[tuple[Arm, ...], str], Within] = {}
    return tuple(
        found.setdefault((one, node), Within(one, node))
        for one, node in zip(arms, nodes, strict=True)
    )


def against(theirs: Iterable[Arm], ours: Iterable[Arm]) -> str:
    """The condition of which the two stand in different arms; empty where there is none."""
    other = set(ours)
    return next((name for name, holds in theirs if (name, not holds) in other), "")


def in_words(one: Within, other: Within) -> str:
    """What one stands under and the other does not."""
    arms = [("" if holds else "not ") + name for name, holds in one.arms]
    beside = {("" if holds else "not ") + name for name, holds in other.arms}
    words = [arm for arm in arms if arm not in beside]
    words += [one.node] if one.place != other.place and one.node else []
    return ", ".join(words) or "nothing"


# --- conditions -------------------------------------------------------------------------------

_Read = Callable[[str, str], Arm]


def _arms(lines: Sequence[str], pattern: re.Pattern[str], read: _Read) -> list[tuple[Arm, ...]]:
    """The arms around each line; a directive stands under what is around its own ``if``."""
    stack: list[list[Arm]] = []
    out: list[tuple[Arm, ...]] = []
    here: tuple[Arm, ...] = ()
    for line in lines:
        match = pattern.match(line)
        if match is None:
            out.append(here)
            continue
        word, rest = match[1], match[2]
        before = here
        if word == "endif":
            del stack[-1:]
        elif word in ("else", "elif"):
            _turn(stack, word, rest, read)
        else:
            stack.append([read(word, rest)])
        here = tuple(arm for group in stack[:_DEEPEST] for arm in group[-_DEEPEST:])
        out.append(here if word == "endif" else before)
    return out


def _turn(stack: list[list[Arm]], word: str, rest: str, read: _Read) -> None:
    """The next arm of the innermost ``if``: those before it do not hold."""
    if not stack:
        return
    name, holds = stack[-1][-1]
    stack[-1][-1] = (name, not holds)
    more = rest.split(None, 1)
    if word == "elif":
        stack[-1].append(read("if", rest))
    elif more and more[0].startswith("if"):
        # Make's else may carry the next condition.
        stack[-1].append(read(more[0], more[1] if len(more) > 1 else ""))


def _of_directive(word: str, rest: str) -> Arm:
    text = " ".join(_REMARK.sub(" ", rest).split())
    if word in ("ifdef", "ifndef"):
        return text, word == "ifdef"
    match = _DEFINED.match(text)
    if match:
        return match[2] or match[3], not match[1]
    return "if " + text.replace(" ", ""), True


def _of_make(word: str, rest: str) -> Arm:
    text = "".join(rest.partition("#")[0].split())
    kind = "def " if word.endswith("def") else ""
    return kind + text, word in ("ifeq", "ifdef")


# --- nodes and labels ---------------------------------------------------------------------------


def _nodes(lines: Sequence[str]) -> list[str]:
    """The path of the node that each line of a device tree stands in."""
    stack: list[str] = []
    out: list[str] = []
    remark = False
    for line in lines:
        name = ""
        text, remark = _bare(line, remark=remark)
        out.append(" / ".join(stack[:_DEEPEST]))
        for part in re.split(r"([{}])", text):
            if part == "}":
                del stack[-1:]
            elif part == "{":
                stack.append(name)
            else:
                name = part.rpartition(";")[2].strip()
                # A label before the node is for those who refer to it.
                name = name.rpartition(":")[2].strip() or name
    return out


def _bare(line: str, *, remark: bool) -> tuple[str, bool]:
    """A line without strings and comments, and whether a comment goes on behind it."""
    if remark:
        _, end, line = line.partition("*/")
        if not end:
            return "", True
    text = _REMARK.sub(
        lambda one: " " if one[0].endswith("*/") or one[0][1] == "/" else one[0], line
    )
    text = re.sub(r'"[^"]*"', '""', text)
    head, begun, _ = text.partition("/*")
    return head, bool(begun)


def _labels(lines: Sequence[str]) -> list[str]:
    """The last label with a name before each line of assembly."""
    here = ""
    out: list[str] = []
    for line in lines:
        out.append(here)
        match = _ENTRY.match(line) or _LABEL.match(line)
        if match:
            here = match[1]
            out[-1] = here
    return out
