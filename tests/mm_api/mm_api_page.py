"""The part of ``docs/model.md`` that the primitives' docstrings make; run, it is written anew."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

from analyzer.mm.api import HEADERS, functions

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
BEGIN = "<!-- from the docstrings of analyzer/mm/api, by tests/mm_api/mm_api_page.py -->"
CLAIMS = re.compile(
    r"(?P<what>.+?\.) (?:(?P<forms>Takes .+?\.) )?Keeps: (?P<keeps>.+?\.) Drops: (?P<drops>.+?\.)"
)


def claims(name: str) -> dict[str, str]:
    """What a primitive's docstring says, in its four parts."""
    text = " ".join((inspect.getdoc(functions()[name]) or "").split())
    found = CLAIMS.fullmatch(text)
    assert found is not None, f"{name}() does not say what it keeps and drops"
    return {part: said or "" for part, said in found.groupdict().items()}


def generated() -> str:
    """The tables of all primitives, a header after the other."""
    parts = [BEGIN]
    for header in HEADERS:
        module = import_module(f"analyzer.mm.api.{header}")
        title = (module.__doc__ or "").split("\n")[0].rstrip(".").replace("``", "`")
        names = [name for name, each in functions().items() if each.__module__ == module.__name__]
        rows = [_row(name) for name in names]
        head = f"### {title}\n\n| function | what it does | keeps | drops |\n|---|---|---|---|"
        parts.append("\n".join([head, *rows]))
    return "\n\n".join(parts) + "\n"


def _row(name: str) -> str:
    said = claims(name)
    what = " ".join(filter(None, (said["what"], said["forms"])))
    cells = (f"`{name}`", what, said["keeps"], said["drops"])
    return f"| {' | '.join(cells).replace('``', '`')} |"


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text().partition(BEGIN)[0] + generated())
