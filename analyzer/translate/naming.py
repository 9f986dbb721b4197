"""How C names become Python names, so that no C name can reach anything of Python's or ours.

Names with a leading underscore belong to the run-time table. A C name that begins with one, or
with our own prefix, or that Python reserves, gets the prefix; all others stay as they are, and
no two C names share a Python name.
"""

from __future__ import annotations

import keyword
from functools import lru_cache

_PREFIX = "c_"
_RESERVED = frozenset(keyword.kwlist)
# Letters to Python that no name of a kernel holds: for what C, and what ``sizeof struct x`` needs.
_STRANGE = {ord("$"): "\u0251", ord(" "): "\u0252", ord("*"): "\u0253"}


# Each kernel's program asks for the same names again, those of all primitives.
@lru_cache(maxsize=1024)
def mangled(name: str) -> str:
    """Return the Python name of a C identifier: of a variable, a function or a member."""
    if name.startswith(("_", _PREFIX)) or name in _RESERVED:
        name = _PREFIX + name
    return name.translate(_STRANGE)
