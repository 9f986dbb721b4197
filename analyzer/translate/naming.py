"""How C names become Python names, so that no C name can reach anything of Python's or ours.

Names with a leading underscore belong to the run-time table. A C name that begins with one, or
with our own prefix, or that Python reserves, gets the prefix; all others stay as they are, and
no two C names share a Python name.
"""

from __future__ import annotations

import keyword

_PREFIX = "c_"
_RESERVED = frozenset(keyword.kwlist)


def mangled(name: str) -> str:
    """Return the Python name of a C identifier: of a variable, a function or a member."""
    if name.startswith(("_", _PREFIX)) or name in _RESERVED:
        return _PREFIX + name
    return name.replace("$", "\u0251")
