"""A browser that is driven from outside, as a person would use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Browser:
    """A running browser. Reading ``requests`` and ``said`` empties them."""

    driver: Any

    def open(self, path: Path, fragment: str = "") -> None:
        """Show a file. What was asked for and said before is forgotten."""
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(path.as_uri() + fragment)

    def all(self, selector: str) -> list[Any]:
        """Every element of a CSS selector."""
        found: list[Any] = self.driver.find_elements("css selector", selector)
        return found

    def one(self, selector: str) -> Any:
        """The one element of a CSS selector."""
        (found,) = self.all(selector)
        return found

    def shown(self, selector: str) -> list[Any]:
        """The elements of a CSS selector that a person sees."""
        return self._of_shown(selector, "one")

    def texts(self, selector: str) -> list[str]:
        """The text of each element of a CSS selector that a person sees."""
        return self._of_shown(selector, "one.innerText ?? one.textContent.trim()")

    def ids(self, selector: str) -> list[str]:
        """The id of each element of a CSS selector that a person sees."""
        return self._of_shown(selector, "one.id")

    def _of_shown(self, selector: str, what: str) -> list[Any]:
        """One question for all of them: each takes the way to the browser and back."""
        seen = "one => one.checkVisibility({visibilityProperty: true})"
        every = "[...document.querySelectorAll(arguments[0])]"
        found: list[Any] = self.driver.execute_script(
            f"return {every}.filter({seen}).map(one => {what})", selector
        )
        return found

    def requests(self) -> list[str]:
        """The addresses that were asked for since the page was opened."""
        messages = [json.loads(one["message"])["message"] for one in self._log("performance")]
        return [
            one["params"]["request"]["url"]
            for one in messages
            if one["method"] == "Network.requestWillBeSent"
        ]

    def said(self) -> list[str]:
        """What the console says: errors, and violations of the page's policy."""
        return [one["message"] for one in self._log("browser")]

    def _log(self, name: str) -> list[Any]:
        found: list[Any] = self.driver.get_log(name)
        return found
