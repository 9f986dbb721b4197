"""Pages to look at: made from inputs, and read back by a strict parser."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from analyzer.exhibiting import exhibits_of
from analyzer.pipeline import Study, study
from analyzer.report.exhibits import Exhibits
from analyzer.report.html import render_html
from analyzer.result import Request

_SPACE = re.compile(r"\s+")
# What a page is made of: any other element, or attribute, came out of somebody's text.
ELEMENTS = frozenset(
    (
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "script",
            "body",
            "main",
            "h1",
            "h2",
            "h3",
            "h4",
            "p",
        ),
        *("nav", "article", "section", "a", "ol", "ul", "li", "dl", "div", "dt", "dd", "span"),
        *("code", "strong", "details", "summary", "label", "select", "option", "input", "button"),
        *("table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"),
        *("svg", "desc", "path", "g", "rect", "text"),
    )
)
ATTRIBUTES = frozenset(
    (
        *("lang", "charset", "http-equiv", "content", "name", "id", "class", "href", "hidden"),
        *("open", "role", "tabindex", "scope", "colspan", "type", "value", "autocomplete"),
        *("aria-label", "aria-hidden", "aria-live", "aria-labelledby"),
        *("data-state", "data-go", "data-level", "data-address", "data-first", "data-end"),
        *("width", "height", "viewBox", "d", "x", "y", "rx", "text-anchor"),
    )
)


@cache
def studied(patch: Path, **given: Any) -> tuple[Study, ...]:
    """A patch studied, once for all tests of a process."""
    return study(Request(str(patch), **given))


def beside(studies: tuple[Study, ...]) -> tuple[Exhibits, ...]:
    """The exhibits of studies."""
    return tuple(map(exhibits_of, studies))


@cache
def page_on(patch: Path, **given: Any) -> str:
    """The page on a patch."""
    studies = studied(patch, **given)
    return render_html([one.report for one in studies], beside(studies))


def parsed(text: str) -> Element:
    """The page as a tree. Raises where the HTML is not what the standard wants."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    found: Element = parser.parse(text)
    return found


def local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]


def elements(tree: Element, name: str) -> list[Element]:
    """Every element of a name."""
    return [one for one in tree.iter() if isinstance(one.tag, str) and local(one.tag) == name]


def with_class(tree: Element, name: str) -> list[Element]:
    """Every element of a class."""
    return [one for one in tree.iter() if name in one.get("class", "").split()]


def by_id(tree: Element, name: str) -> Element:
    """The one element of an id."""
    (found,) = (one for one in tree.iter() if one.get("id") == name)
    return found


def text_of(element: Element) -> str:
    """The text in an element, blanks as one."""
    return _SPACE.sub(" ", "".join(element.itertext())).strip()


def strangers(tree: Element) -> Iterator[str]:
    """Elements and attributes that no page of ours has."""
    for one in tree.iter():
        if not isinstance(one.tag, str):
            yield f"a comment: {one.text}"
        elif local(one.tag) not in ELEMENTS:
            yield f"<{local(one.tag)}>"
        else:
            yield from (f"{name}=" for name in one.attrib if name not in ATTRIBUTES)


def hashed(text: str) -> str:
    """What a policy calls a style or a script of this text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
