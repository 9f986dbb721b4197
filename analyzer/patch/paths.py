"""File names of a patch: read as git and patch write them, and told apart from attacks."""

from __future__ import annotations

import re

_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_ESCAPE = re.compile(r'\\([0-3][0-7]{2}|[abtnvfr"\\])')
_PREFIXES = frozenset("abciow")
# Longer names are no file's (PATH_MAX is 4096); more blanks cost more than they are worth.
_LONGEST_PAIR = 8192
_MOST_BLANKS = 64
# How many directories above a tree's root a plain diff may name.
_DEEPEST_TREE = 6
_EPOCH = re.compile(r"(?:1969-12-31|1970-01-01) [0-9]{2}:[0-9]{2}:00(?:\.0+)?(?: |$)")
_NO_FILE = ("(nonexistent)", "(revision 0)")
_CODE = re.compile(r"(?:\.[chS]|(?:Kconfig|Makefile|Kbuild)[^/]*)$")
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
    close = _closing_quote(text) if text.startswith('"') else None
    name = text[: close + 1] if close else text.split("\t", 1)[0]
    name = unquoted(name.removesuffix("\r"))
    return None if name == "/dev/null" else name


def says_no_file(text: str) -> bool:
    """Whether the stamp on a ``---`` or ``+++`` line says that there is no file on this side.

    GNU diff -N gives it the time 0, in any time zone; svn says it in words.
    """
    stamp = text.rpartition("\t")[2].strip() if "\t" in text else ""
    return stamp in _NO_FILE or _EPOCH.match(stamp) is not None


def git_names(text: str) -> tuple[str, str] | None:
    """Split what follows ``diff --git `` into both names; None where it cannot be told.

    Names without quotes may hold blanks: both halves must name the same file, since git
    gives the names of a renamed one on lines of their own.
    """
    if text.startswith('"'):
        close = _closing_quote(text)
        return (unquoted(text[: close + 1]), unquoted(text[close + 2 :])) if close else None
    if text.endswith('"'):
        old, _, new = text.partition(' "')
        return old, unquoted('"' + new)
    pieces = text.split(" ")
    if len(pieces) == 2:
        return pieces[0], pieces[1]
    if len(text) > _LONGEST_PAIR or len(pieces) > _MOST_BLANKS:
        return None
    splits = [(" ".join(pieces[:i]), " ".join(pieces[i:])) for i in range(1, len(pieces))]
    # Prefixes are mostly of one length, or there are none: the middle is tried first.
    splits.sort(key=lambda names: abs(len(names[0]) - len(names[1])))
    return next((names for names in splits if _same_file(*names)), None)


def _same_file(old: str, new: str) -> bool:
    return old == new or (bool(_tail(old)) and _tail(old) == _tail(new))


def _tail(name: str) -> str:
    return name.partition("/")[2]


def _closing_quote(text: str) -> int | None:
    at = 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at if at < len(text) else None


def prefixed(old: str | None, new: str | None) -> bool:
    """Whether both names stand behind a prefix or the name of a tree, as ``a/`` and ``b/``.

    Equal names have none. Different prefixes before the same name are prefixes whatever they
    are called; before different names, or where there is one name only, git's letters are.
    """
    if old is not None and new is not None:
        if old == new:
            return False
        if _same_file(old, new):
            return True
    names = [name for name in (old, new) if name is not None]
    return all(name[1:2] == "/" and name[0] in _PREFIXES for name in names)


def tree_names(
    old: str | None, new: str | None, git: tuple[str, str] | None = None
) -> tuple[str | None, str | None]:
    """Strip the prefixes from both names, or from neither.

    ``git`` are the names of the ``diff --git`` line, which has both also where one file of the
    two is ``/dev/null``. A backup's ``.orig`` is no part of a name.
    """
    if prefixed(*(git or (old, new))):
        old, new = (name and (_tail(name) or name) for name in (old, new))
    whole = old, new
    if old is None or new is None or git is not None:
        return whole
    for _ in range(_DEEPEST_TREE):
        if old.removesuffix(".orig") == new:
            return new, new
        if not (_tail(old) and _tail(new)):
            break
        old, new = _tail(old), _tail(new)
    return whole


def is_code(path: str) -> bool:
    """Whether a file is C, Kconfig or make, which the kernel indents by tabs."""
    return _CODE.search(path) is not None


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
