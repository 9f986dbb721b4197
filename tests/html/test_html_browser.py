"""The page in a real browser: with scripts, without, and with a patch that wants to do harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_exhibits import exhibits_with
from inputs import FIXTURES, PATCH, REFERENCE_MAIL
from pages import page_on
from real_browser import Browser
from sample_reports import DIVERGENCE, EMPTY, RICH

from analyzer.report.html import render_html

HARM = "<script>document.title='harm'</script><img src=x onerror=\"document.title='harm'\">"
FLUSH_LATE = (
    ("+\tflush_tlb_range(vma, from, from + PMD_SIZE);\n", ""),
    (
        "+\tspin_unlock(src_ptl);\n",
        "+\tspin_unlock(src_ptl);\n+\tflush_tlb_range(vma, from, from + PMD_SIZE);\n",
    ),
)


def edited(path: Path, *replaced: tuple[str, str]) -> Path:
    text = PATCH.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def differing(tmp_path_factory: pytest.TempPathFactory, page_of: Callable[[str], Path]) -> Path:
    """The page on a patch that flushes the TLB behind the unlock."""
    patch = edited(tmp_path_factory.mktemp("late") / "late.patch", *FLUSH_LATE)
    return page_of(page_on(patch, upstream=str(PATCH)))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory, page_of: Callable[[str], Path]) -> Path:
    """The page on a patch with harm in its subject, its author and its hunks."""
    patch = edited(
        tmp_path_factory.mktemp("hostile") / "hostile.patch",
        ("Subject: [PATCH", f"Subject: {HARM} [PATCH"),
        ("+\tpmd_clear(src);\n", f'+\tpmd_clear(src);\n+\t/* {HARM} */\n+\tprintk("{HARM}");\n'),
    )
    text = patch.read_text(encoding="utf-8")
    patch.write_text(re.sub(r"(?m)^From: .*$", f"From: {HARM} <a@b.example>", text))
    return page_of(page_on(patch, upstream=str(PATCH)))


def quiet(browser: Browser, path: Path) -> None:
    """Nothing was asked for but the page itself, and the console has nothing to say."""
    assert browser.said() == []
    asked = {one.partition("#")[0] for one in browser.requests()} - {"about:blank"}
    assert asked <= {path.as_uri()}


def test_the_page_opens_and_asks_for_nothing(browser: Browser, differing: Path) -> None:
    browser.open(differing)
    assert browser.driver.title == browser.one("h1").text
    assert browser.driver.title.startswith("differs (basis: traces)")
    quiet(browser, differing)


def test_the_reference_mail_opens_and_its_steps_are_walked(
    browser: Browser, page_of: Callable[[str], Path]
) -> None:
    if not REFERENCE_MAIL.exists():
        pytest.skip("the reference mail is not beside the project")
    path = page_of(page_on(REFERENCE_MAIL))
    browser.open(path)
    for box in browser.all(".stepper"):
        box.find_element("css selector", "[data-go=first]").click()
        assert "here they part" in box.find_element("css selector", ".now").text
    assert len(browser.shown("#move svg")) == 3
    quiet(browser, path)


def test_a_backport_beside_upstreams_patch_and_in_its_tree_opens(
    browser: Browser, page_of: Callable[[str], Path]
) -> None:
    mails = FIXTURES / "mails"
    given = {
        "upstream": str(mails / "tree-5.0-move-pmd.patch"),
        "target": str(FIXTURES / "trees" / "rhel7-like"),
    }
    path = page_of(page_on(mails / "tree-rhel7-move-pmd.patch", **given))
    browser.open(path)
    assert set(browser.texts("#hunks thead th")) == {"upstream", "ours", "difference"}
    assert len(browser.shown("#hunks .hunk.dim")) == len(browser.shown("#hunks .hunk")) == 3
    assert "the whole function" in browser.one("#code").text
    quiet(browser, path)


def test_a_single_step_is_no_walk(browser: Browser, page_of: Callable[[str], Path]) -> None:
    one = replace(DIVERGENCE, upstream="> returns 0x0", target="> returns 0x1")
    browser.open(page_of(render_html([replace(RICH, divergences=(one,))], None)))
    assert browser.shown(".stepper .controls") == []
    assert len(browser.shown(".step")) == 1


def test_the_filter_shows_a_state_and_a_text(browser: Browser, differing: Path) -> None:
    browser.open(differing)
    every = browser.ids(".item")
    state, text = browser.one(".by-state"), browser.one(".by-text")
    assert browser.texts(".filtered") == [f"{len(every)} of {len(every)} shown"]
    state.send_keys("finding")
    findings = browser.ids(".item")
    assert "SM-4" in findings
    assert 0 < len(findings) < len(every)
    assert set(browser.ids(".item")) == set(browser.ids(".item.state-finding"))
    text.send_keys("FLUSH")
    assert browser.ids(".item") == ["SM-4"]
    assert browser.texts(".filtered") == [f"1 of {len(every)} shown"]
    text.send_keys(" of no item")
    assert browser.ids(".item") == []
    # A link to what the filter hides takes the filter off.
    browser.driver.execute_script("location.hash = '#ID-1'")
    assert browser.ids(".item") == every
    quiet(browser, differing)


def test_the_steps_are_clicked_through(browser: Browser, differing: Path) -> None:
    browser.open(differing)
    box = browser.all("#D1 .stepper")[0]
    press = {
        one.get_attribute("data-go"): one for one in box.find_elements("css selector", "button")
    }
    rows = box.find_elements("css selector", "tr.step")
    now = box.find_element("css selector", ".now")

    def current() -> list[int]:
        return [at for at, row in enumerate(rows) if row.get_attribute("aria-current") == "step"]

    assert current() == []
    press["next"].click()
    press["next"].click()
    assert current() == [1]
    assert now.text.startswith(f"step 2 of {len(rows)}; both: ")
    press["back"].click()
    press["back"].click()
    assert current() == [0]
    press["first"].click()
    (parted,) = current()
    assert "first" in rows[parted].get_attribute("class").split()
    assert "here they part; upstream: flushes the TLB" in now.text
    assert "target: fault: PMD lock 2 is released while a TLB" in now.text
    quiet(browser, differing)


def test_the_arrow_keys_step_and_the_drawing_shows_the_entry(
    browser: Browser, differing: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(differing)
    box = browser.all("#D1 .stepper")[0]
    seen = set()
    for _ in box.find_elements("css selector", "tr.step"):
        box.send_keys(Keys.ARROW_RIGHT)
        what = browser.driver.execute_script(
            "return document.querySelector('#D1 .current .what').textContent"
        )
        touched = browser.texts("#D1 .touched")
        # One entry in each of the three drawings, where a step is about one.
        assert len(touched) == (3 if "PMD entry of" in what else 0)
        seen.update(touched)
    assert {"0x8000\ntable 3", "0x10000\nnone"} <= seen
    box.send_keys(Keys.HOME)
    assert browser.one("#D1 .now").text.startswith("step 1 of")
    quiet(browser, differing)


def test_a_link_opens_what_it_leads_to(browser: Browser, differing: Path) -> None:
    browser.open(differing, "#ID-1")
    assert browser.one("#ID-1").get_attribute("open") is not None
    browser.all("#SM-4 a")[0].click()
    assert browser.driver.current_url.endswith("#D1")


def test_without_scripts_everything_is_there_to_read(
    browser_without_scripts: Browser, differing: Path
) -> None:
    browser = browser_without_scripts
    browser.open(differing)
    assert browser.shown(".filter, .controls, button, input, select") == []
    assert len(browser.shown(".item")) == len(browser.all(".item")) >= 38
    rows = browser.shown("#D1 tr.step")
    assert len(rows) == len(browser.all("#D1 tr.step")) > 5
    assert "fault: PMD lock 2 is released" in browser.one("#D1").text
    assert len(browser.shown("#D1 svg")) == 3
    assert "pmd_clear(src);" in browser.one("#hunks").text
    assert "pmd_clear(src)" in browser.one("#code").text
    quiet(browser, differing)


@pytest.mark.parametrize("which", ["browser", "browser_without_scripts"])
def test_a_hostile_patch_stays_text(
    request: pytest.FixtureRequest, which: str, hostile: Path
) -> None:
    browser: Browser = request.getfixturevalue(which)
    browser.open(hostile)
    assert "harm" not in browser.driver.title
    assert browser.all("img, iframe, object, embed, link, form, [onerror], [style]") == []
    assert len(browser.all("script")) == 1
    page = browser.one("body").text
    assert page.count(HARM) >= 3
    facts = browser.one("#patch").text
    assert "<script>document.title=" in facts
    quiet(browser, hostile)


def test_harm_in_every_string_stays_text(browser: Browser, page_of: Callable[[str], Path]) -> None:
    from hostile import report_with

    report = report_with(lambda name: f'"><svg onload=1>{HARM}{name}')
    path = page_of(render_html([report], [exhibits_with(lambda name: f"'\">{HARM}{name}")]))
    browser.open(path)
    assert "harm" not in browser.driver.title.partition("<script>")[0]
    assert browser.all("img, [onload], [onerror]") == []
    quiet(browser, path)


def test_what_breaks_the_policy_is_seen_by_these_tests(
    browser: Browser, page_of: Callable[[str], Path]
) -> None:
    text = render_html([EMPTY], None)
    path = page_of(text.replace("</h1>", "</h1><img src=x onerror=\"document.title='harm'\">"))
    browser.open(path)
    assert browser.said() != []
    assert browser.driver.title != "harm"


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Browser]:
    """The browser as wide as a telephone, or as a window at 400 %."""
    browser.driver.set_window_size(360, 800)
    yield browser
    browser.driver.set_window_size(1280, 900)


def test_the_text_of_a_tag_stands_in_its_frame(
    browser: Browser, page_of: Callable[[str], Path]
) -> None:
    browser.open(page_of(render_html([RICH], [exhibits_with(lambda name: "put back")])))
    outside = browser.driver.execute_script(
        """
        return [...document.querySelectorAll(".tag, .badge")].filter((tag) => {
          const text = document.createRange();
          text.selectNodeContents(tag);
          const [inner, frame] = [text.getBoundingClientRect(), tag.getBoundingClientRect()];
          return inner.left < frame.left || inner.right > frame.right;
        }).map((tag) => tag.outerHTML);
        """
    )
    assert outside == []
    assert browser.shown(".hunks .tag") != []


def test_a_narrow_page_does_not_scroll_sideways(narrow: Browser, differing: Path) -> None:
    narrow.open(differing)
    wide = narrow.driver.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


def test_several_patches_filter_their_own_checklist(
    browser: Browser, page_of: Callable[[str], Path]
) -> None:
    path = page_of(render_html([RICH, replace(RICH)], None))
    browser.open(path)
    browser.one("#p1-checklist .by-state").send_keys("finding")
    assert browser.ids("#p1-checklist .item") == ["p1-SM-4"]
    assert len(browser.shown("#p2-checklist .item")) == 6
    quiet(browser, path)
