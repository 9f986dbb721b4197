"""The door to jinja2: templates beside this package made into self-contained pages.

``page`` is all that formats need. A template is a file of ``report/data``; one that extends
``base.html`` gets the style, the script and a policy that allows nothing else, and fills these:

* ``headline`` (given to ``page``): the page's title, and the first line of its body;
* the block ``lead``: how that line looks, if not as plain text;
* the block ``content``: everything below it.

Every value that a template prints passes ``printable`` and is escaped then, whether the template
thinks of it or not; ``|code`` keeps tabs as blanks, ``|brief`` cuts at 200 characters. No template
may use ``|safe``.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.report.printable import LIMIT, printable

if TYPE_CHECKING:
    from jinja2 import Environment

_DATA = Path(__file__).parent / "data"
_STYLE, _SCRIPT = "page.css", "page.js"
# A line that a CI would take for a command (see ``printable``): in text a reference is the same.
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
# Longer than what ``|code`` gives, so that nothing is cut twice.
_LONGEST = 2 * LIMIT
_SHORT = 200


def page(template: str, headline: str, **given: object) -> str:
    """A template of ``report/data`` as a page, ending in one line break."""
    environment = _environment()
    text = environment.get_template(template).render(
        headline=headline, policy=_policy(), style=_STYLE, script=_SCRIPT, **given
    )
    return _COMMAND.sub(r"\1&#58;", text.rstrip("\n")) + "\n"


def code(text: str) -> str:
    """A line of code: its tabs are blanks."""
    return printable(text, limit=LIMIT, blanks=True)


def brief(text: str) -> str:
    """The beginning of a text that stands in full elsewhere on the page."""
    return printable(text, limit=_SHORT)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_DATA),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = code
    environment.filters["brief"] = brief
    return environment


def _shown(value: object) -> object:
    """What a template prints: text of ours, and of a template's own macros, as it is."""
    if hasattr(value, "__html__"):
        return value
    return printable(str(value), limit=_LONGEST)


@cache
def _policy() -> str:
    """A page may use the one style and the one script that it brings, and load nothing."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(_STYLE)}'",
            f"script-src '{_hash(_SCRIPT)}'",
            "img-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(name: str) -> str:
    text = _environment().get_template(name).render()
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
