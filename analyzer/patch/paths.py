"""File names of a patch: read as git and patch write them, and told apart from attacks."""

from __future__ import annotations

import re

_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_ESCAPE = re.compile(r'\\([0-3][0-7]{2}|[abtnvfr"\\])')
_PREFIXES = frozenset("abciow")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def unquoted(name: str) -> str:
    """Undo git's C-style quoting of an unusual file name; other names come back as they are."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = bytearray()
    body, at = name[1:-1], 0
    for match in _ESCAPE.finditer(body):
        raw += body[at : match.start()].encode("utf-8", "surrogateescape")
        code = match[1]
        raw.append(_ESCAPES[code] if code in _ESCAPES else int(code, 8))
        at = match.end()
    raw += body[at:].encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")


def header_name(text: str) -> str | None:
    """Return the name on a ``---`` or ``+++`` line, None for ``/dev/null``.

    A timestamp behind a tab is dropped; the prefix (``a/``) stays.
    """
    name = text if text.startswith('"') else text.split("\t", 1)[0]
    if name.startswith('"'):
        name = name[: name.rfind('"') + 1]
    name = unquoted(name.removesuffix("\r"))
    return None if name == "/dev/null" else name


def git_names(text: str) -> tuple[str, str] | None:
    """Split what follows ``diff --git `` into both names; None where it cannot be told."""
    if text.startswith('"'):
        close = _closing_quote(text)
        return (unquoted(text[: close + 1]), unquoted(text[close + 2 :])) if close else None
    if text.endswith('"'):
        old, _, new = text.partition(' "')
        return old, unquoted('"' + new)
    middle = len(text) // 2
    if len(text) % 2 and text[middle] == " " and _bare(text[:middle]) == _bare(text[middle + 1 :]):
        return text[:middle], text[middle + 1 :]
    pieces = text.split(" ")
    return (pieces[0], pieces[1]) if len(pieces) == 2 else None


def _closing_quote(text: str) -> int | None:
    at = 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at if at < len(text) else None


def _bare(name: str) -> str:
    return name[2:] if name[1:2] == "/" else name


def without_prefixes(
    old: str | None, new: str | None, by_git: bool
) -> tuple[str | None, str | None]:
    """Strip ``a/`` and ``b/`` (or the two trees' names) from both names, or from neither."""
    if by_git or old is None or new is None:
        names = [name for name in (old, new) if name is not None]
        if not all(name[1:2] == "/" and name[0] in _PREFIXES for name in names):
            return old, new
        return old and old[2:], new and new[2:]
    old_tail, new_tail = old.partition("/")[2], new.partition("/")[2]
    if old_tail and old_tail.removesuffix(".orig") == new_tail and old != new:
        return new_tail, new_tail
    return (
        (new, new) if old.removesuffix(".orig") == new else without_prefixes(old, new, by_git=True)
    )


def why_unsafe(path: str) -> str | None:
    """Say what is wrong with a path that no patch to a kernel tree may name, or None."""
    parts = path.split("/")
    if path.startswith("/"):
        return "is absolute"
    if ".." in parts:
        return "leaves the tree"
    if ".git" in (part.lower() for part in parts):
        return "reaches into the repository's own data"
    if _CONTROL.search(path):
        return "holds control characters"
    if not path or any(part in ("", ".") for part in parts):
        return "has an empty component"
    return None
