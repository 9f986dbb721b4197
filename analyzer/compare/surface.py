"""What a file of C shows to others: what it exports and declares, how its types are laid out.

All by text: a struct with ``#ifdef`` in it is read as well as any other. Linear in the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.csource import Kind, Token, code_tokens, tokens
from analyzer.csource.items import Kind as ItemKind, TopLevel, function_name, items
from analyzer.csource.macros import macros_of
from analyzer.csource.mask import mask

Words = tuple[str, ...]

_EXPORT = re.compile(rb"\b((?:EXPORT|RH_EXPORT|SUSE_EXPORT)_\w++)\s*+\(([^()]{1,400})\)")
_TYPE = re.compile(r"\b(struct|union|enum)\b")
_NAME = re.compile(r"[A-Za-z_]\w*")
_CONDITION = re.compile(r"[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b(.*)", re.DOTALL)
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_NO_HEAD = frozenset(("extern", "static", "inline", "__always_inline"))
MOST_CONDITIONS = 32


@dataclass(frozen=True, slots=True)
class Export:
    """A symbol that the file exports: by which macro, in which namespace (or for which modules).

    ``under`` are the conditions of the ``#if`` around it.
    """

    name: str
    macro: str
    namespace: str
    line: int
    under: Words = ()


@dataclass(frozen=True, slots=True)
class Head:
    """How something is declared: its words without the names of parameters, and its line.

    ``all`` are those of every declaration, where arms of an ``#if`` have different ones.
    """

    words: Words
    line: int
    static: bool = False
    all: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A member or an enumerator: its words, and the conditions of ``#if`` that it stands under."""

    words: Words
    under: Words
    line: int

    @property
    def text(self) -> str:
        """It in words."""
        said = " ".join(self.words[:24]) + (" ..." if len(self.words) > 24 else "")
        return f"{said} under {' and '.join(self.under)}" if self.under else said


@dataclass(frozen=True, slots=True)
class Layout:
    """A struct, union or enum with its body; ``around`` is what stands behind it: attributes."""

    kind: str
    tag: str
    members: tuple[Member, ...]
    line: int
    behind: Words = ()
    conditions: Words = ()

    @property
    def name(self) -> str:
        """``struct page``."""
        return f"{self.kind} {self.tag}"


@dataclass(slots=True)
class Surface:
    """All of it, by name."""

    exports: dict[str, Export] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    macros: Mapping[str, tuple[Words, int]] = field(default_factory=dict)
    unclosed: tuple[str, ...] = ()


def surface(text: str | None, path: str, *, macros: bool = False) -> Surface:
    """Read one state of a file; that of no file is empty. ``macros``: those too."""
    return _Reading(text, path, macros=macros).found if text is not None else Surface()


class _Reading:
    """One file while it is being read."""

    def __init__(self, text: str, path: str, *, macros: bool) -> None:
        self.data = text.encode("utf-8", "replace")
        masked = mask(self.data)
        self.masked = masked.data
        self.starts = [0]
        for line in self.data.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.found = Surface()
        unclosed: list[str] = []
        self.uses: list[TopLevel] = []
        for item in items(masked):
            if not item.closed:
                unclosed.append(item.name or f"line {self.line(item.start)}")
            elif item.kind is ItemKind.FUNCTION:
                self.function(item)
            elif item.kind is ItemKind.DECLARATION:
                self.declaration(item)
            else:
                self.uses.append(item)
        self.found.unclosed = tuple(unclosed)
        self.exports()
        if macros:
            self.found.macros = {
                name: ((*(one.parameters or ()), *_words(one.body)), one.span.line)
                for name, one in macros_of(text, path).items()
            }

    def line(self, at: int) -> int:
        """The line of a byte, from 1."""
        return bisect_right(self.starts, at)

    def text(self, start: int, end: int) -> str:
        """A piece of the file."""
        return self.data[start:end].decode("utf-8", "replace")

    def exports(self) -> None:
        """What is exported; directives are hidden in the masked text, so no macro is."""
        for match in _EXPORT.finditer(self.masked):
            start, end = match.span(2)
            name, _, rest = self.text(start, end).partition(",")
            macro = match[1].decode("utf-8", "replace")
            plain = name.strip()
            space = "".join(rest.split()).strip('"')
            at = bisect_right(self.uses, match.start(), key=lambda each: each.start) - 1
            inside = at >= 0 and match.start() < self.uses[at].end
            under = self.uses[at].conditions if inside else ()
            line = self.line(match.start())
            self.found.exports[plain] = Export(plain, macro, space, line, under)

    def function(self, item: TopLevel) -> None:
        """A function by its head. Where arms of an ``#if`` have one each, all of them count."""
        if item.name:
            self.head(item.name, item.start, item.brace)

    def head(self, name: str, start: int, end: int) -> None:
        """Note how something is declared."""
        words = _words(self.text(start, end))
        plain = without_names(words)
        head = Head(plain, self.line(start), "static" in words, (plain,))
        known = self.found.heads.get(name)
        if known is None:
            self.found.heads[name] = head
        elif head.words not in known.all:
            every = (*known.all, head.words)
            self.found.heads[name] = replace(known, all=every)

    def declaration(self, item: TopLevel) -> None:
        """A type with its body; or a prototype or variable by its head."""
        text = self.text(item.start, item.end)
        named = self.masked[item.start : item.brace] if item.brace >= 0 else b""
        if item.brace >= 0 and b"=" not in named and _TYPE.search(named.decode("utf-8", "replace")):
            self.type(item, text)
            return
        end = self.masked.find(b"=", item.start, item.end)
        end = end if end >= 0 else item.end
        words = _words(self.text(item.start, end))
        if words and words[0] != "typedef":
            name = function_name(self.masked[item.start : end]) if "(" in words else _last(words)
            if name:
                self.head(name, item.start, end)

    def type(self, item: TopLevel, text: str) -> None:
        """A struct, union or enum; the nameless one of a typedef by the name behind it."""
        found = layout_of(text, self.line(item.start), item.conditions)
        if found is None:
            return
        name, at = found.name, 1
        # Arms of an `#if` may each have one of a name.
        while name in self.found.layouts and at < MOST_CONDITIONS:
            at += 1
            name = f"{found.name} ({at})"
        self.found.layouts[name] = found


def _words(text: str) -> Words:
    return tuple(token.text for token in code_tokens(text))


def _last(words: Sequence[str]) -> str:
    names = [
        word
        for at, word in enumerate(words)
        if _NAME.fullmatch(word) and "[" not in words[max(0, at - 1) : at]
    ]
    return names[-1] if len(names) > 1 else ""


# --- heads --------------------------------------------------------------------------------------


def without_names(words: Words) -> Words:
    """A head without the names of its parameters, and without words that change no caller."""
    opened = _parameters(words)
    if opened is None:
        return tuple(word for word in words if word not in (*_NO_HEAD, ";"))
    out = [word for word in words[: opened + 1] if word not in _NO_HEAD]
    rest = words[opened + 1 :]
    for parameter in _parted(rest):
        out += _unnamed(parameter)
    return tuple(word for word in out if word != ";")


def _parameters(words: Words) -> int | None:
    """Where the parameters of a function begin: the last brackets that are closed at the end."""
    depth, last = 0, None
    for at, word in enumerate(words):
        if word == "(":
            if not depth and at and _NAME.fullmatch(words[at - 1]):
                last = at if last is None or not words[at - 1].startswith("__") else last
            depth += 1
        elif word == ")":
            depth = max(0, depth - 1)
    return last


def _parted(words: Words) -> Iterator[list[str]]:
    """The parameters one by one, each with the comma or bracket that ends it; the rest as it is."""
    depth, part = 0, []
    done = False
    for word in words:
        part.append(word)
        depth += (word in _OPEN) - (word in _CLOSE)
        if not done and (depth < 0 or (not depth and word == ",")):
            yield part
            part = []
            done = depth < 0
    if part:
        yield [*part, ""] if done else part


def _unnamed(part: list[str]) -> list[str]:
    """A parameter without its name: the last name of several, or what a pointer's brackets hold."""
    if part[-1] == "":
        return part[:-1]
    names = [at for at, word in enumerate(part) if _NAME.fullmatch(word)]
    opened = part.index("(") if "(" in part else len(part)
    pointer = next((at for at in names if at > opened and part[at - 1] == "*"), None)
    if pointer is not None:
        return part[:pointer] + part[pointer + 1 :]
    last = next((at for at in names if part[at + 1 : at + 2] in _BEHIND_NAME), None)
    if last and part[last] not in _TYPES and part[last - 1] not in _NO_TYPES:
        return part[:last] + part[last + 1 :]
    return part


_BEHIND_NAME = ([","], [")"], ["["])
# Behind these a lone name is a type's.
_NO_TYPES = frozenset(("struct", "union", "enum", "const", "volatile", ",", "(", "__user"))
_TYPES = frozenset(
    ("int", "long", "short", "char", "unsigned", "signed", "void", "bool", "float", "double")
)


# --- layouts ------------------------------------------------------------------------------------


def layout_of(text: str, line: int = 1, conditions: Words = ()) -> Layout | None:
    """The layout in the text of a declaration; None where it has no body with a name."""
    found = [token for token in tokens(text) if token.kind is not Kind.COMMENT]
    brace = next((at for at, token in enumerate(found) if token.text == "{"), None)
    if brace is None:
        return None
    head = [token.text for token in found[:brace] if token.kind is Kind.NAME]
    kinds = [at for at, word in enumerate(head) if word in ("struct", "union", "enum")]
    if not kinds:
        return None
    kind = head[kinds[-1]]
    end = _matching(found, brace)
    members = tuple(_members(found[brace + 1 : end], "," if kind == "enum" else ";", line))
    behind = tuple(token.text for token in found[end + 1 :] if token.kind is not Kind.DIRECTIVE)
    tags = [word for word in head[kinds[-1] + 1 :] if not word.startswith("__")]
    names = [word for word in behind if _NAME.fullmatch(word) and not word.startswith("__")]
    tag = tags[-1] if tags else names[-1] if names and "typedef" in head else ""
    if not tag and kind == "enum" and members:
        tag = f"with {members[0].words[0]}"
    if not tag:
        return None
    return Layout(kind, tag, members, line, behind, conditions)


def _matching(found: Sequence[Token], brace: int) -> int:
    depth = 0
    for at in range(brace, len(found)):
        depth += (found[at].text == "{") - (found[at].text == "}")
        if not depth:
            return at
    return len(found)


def _members(found: Sequence[Token], ends: str, line: int) -> Iterator[Member]:
    """The members in order. A directive within one is a word of it."""
    under: list[str] = []
    words: list[str] = []
    depth, first = 0, 0
    for token in found:
        first = first if words else token.line
        if token.kind is Kind.DIRECTIVE:
            if not words:
                _turn(under, token.text)
            elif _CONDITION.match(token.text):
                words.append(" ".join(token.text.split()))
            continue
        if token.text == ends and not depth:
            yield Member(tuple(words), tuple(under), first + line - 1)
            words = []
            continue
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        words.append(token.text)
    if words:
        yield Member(tuple(words), tuple(under), first + line - 1)


def _turn(under: list[str], text: str) -> None:
    """Follow the conditions of ``#if``; an ``#else`` turns the last one around."""
    match = _CONDITION.match(text)
    if match is None:
        return
    word, rest = match[1], " ".join(match[2].split())
    if word == "endif":
        del under[-1:]
    elif word in ("else", "elif"):
        last = under.pop() if under else ""
        under.append(f"not {last}"[:400] if word == "else" else f"not {last}, {rest}"[:400])
    elif len(under) < MOST_CONDITIONS:
        under.append(rest if word == "if" else f"{word} {rest}")
    else:
        # An `#endif` belongs to each: what is nested deeper counts as its own condition.
        under.append("...")
