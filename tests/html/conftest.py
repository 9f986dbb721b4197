"""A real browser for the tests of the page, where there is one, and pages to show in it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from real_browser import Browser

# The reports that tests/report prints.
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "report")]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Nothing but the page itself may be asked for: what a browser does on its own account is off.
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage"),
    *("--window-size=1280,900", "--no-default-browser-check", "--no-proxy-server"),
)
_SECONDS = 60


def _driver(profile: Path, *more: str) -> Any:
    """A browser with a new profile. Skips the test, saying why, where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no Chromium with its chromedriver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (*_QUIET, f"--user-data-dir={profile}", *more):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=driver, env={**os.environ, "SE_OFFLINE": "1"})
    from selenium.common.exceptions import WebDriverException

    try:
        found = webdriver.Chrome(options=options, service=service)
    except WebDriverException as error:
        first = str(error.msg or error).strip().splitlines()[:1]
        pytest.skip(f"Chromium does not start: {' '.join(first)}")
    found.set_page_load_timeout(_SECONDS)
    return found


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium."""
    driver = _driver(tmp_path_factory.mktemp("profile"))
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="session")
def browser_without_scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium that runs no script of a page."""
    off = "--blink-settings=scriptEnabled=false"
    driver = _driver(tmp_path_factory.mktemp("profile-without-scripts"), off)
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Keep a page in a file."""
    top = tmp_path_factory.mktemp("pages")

    def keep(text: str) -> Path:
        path = top / f"{len(list(top.iterdir()))}.html"
        path.write_text(text, encoding="utf-8")
        return path

    return keep
