from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hostile_exhibits import exhibits_with
from inputs import ARCHIVE, PATCH, REFERENCE_MAIL
from pages import (
    by_id,
    elements,
    hashed,
    page_on,
    parsed,
    strangers,
    text_of,
    with_class,
)
from sample_reports import DIVERGENCE, EMPTY, ITEMS, RICH

from analyzer.finding import State
from analyzer.report.exhibits import Exhibits
from analyzer.report.html import render_html
from analyzer.result import Asked, Item, ReleaseList, headline

POLICY = {"default-src", "style-src", "script-src", "img-src", "base-uri", "form-action"}


def test_title_and_first_line_are_the_headline() -> None:
    tree = parsed(render_html([RICH], None))
    (title,), (main,) = elements(tree, "title"), elements(tree, "main")
    assert text_of(title) == headline(RICH)
    assert main[0].tag == "h1"
    assert text_of(main[0]) == headline(RICH)


def test_the_policy_allows_the_one_style_and_the_one_script_alone() -> None:
    tree = parsed(render_html([RICH], None))
    (style,), (script,) = elements(tree, "style"), elements(tree, "script")
    (policy,) = (one for one in elements(tree, "meta") if one.get("http-equiv"))
    said = dict(each.split(" ", 1) for each in policy.get("content", "").split("; "))
    assert set(said) == POLICY
    assert said.pop("style-src") == hashed(style.text or "")
    assert said.pop("script-src") == hashed(script.text or "")
    assert set(said.values()) == {"'none'"}


@pytest.mark.parametrize("exhibits", [None, [Exhibits()], [exhibits_with(lambda name: name)]])
def test_nothing_is_on_the_page_that_loads_or_acts(exhibits: list[Exhibits] | None) -> None:
    tree = parsed(render_html([RICH], exhibits))
    assert list(strangers(tree)) == []
    assert all(one.get("href", "#").startswith("#") for one in tree.iter())


def test_each_item_is_there_with_a_word_beside_its_mark() -> None:
    tree = parsed(render_html([RICH], None))
    items = with_class(tree, "item")
    assert [one.get("id") for one in items] == [item.id for item in ITEMS]
    for one, item in zip(items, ITEMS, strict=True):
        badge = with_class(one, "badge")[0]
        assert text_of(badge).split(" ")[1:] == [item.state.value]
        assert one.get("data-state") == item.state.value
        for said in (item.id, item.title, item.summary, item.reason, item.next):
            assert said in text_of(one)


def test_items_that_wait_are_linked_in_the_order_of_their_weight() -> None:
    tree = parsed(render_html([RICH], None))
    waiting = by_id(tree, "waiting")
    links = [one.get("href") for one in elements(waiting, "a")]
    assert links == ["#SM-4", "#D-1", "#SM-2", "#IN-1"]
    # What is wrong, or leaves all open, stands there before what to do about it.
    pressing = [text_of(one) for one in with_class(waiting, "pressing")]
    assert [one.split(" ")[2] for one in pressing] == ["SM-4", "SM-2"]
    said = (ITEMS[3].summary, ITEMS[3].reason, ITEMS[3].next)
    assert pressing[0] == f"✗ finding SM-4 {' '.join(said)} D-1"


def test_what_waits_begins_with_what_the_headline_names_first() -> None:
    note, look = Item("TX-4", "t", State.FINDING, "s"), Item("ID-5", "t", State.NEEDS_REVIEW, "s")
    open_ = Item("SM-2", "t", State.CANNOT_TELL, "nothing was run")
    items = [replace(one, next=f"do {one.id}") for one in (look, note, open_)]
    for left in (items, items[::2], items[:1]):
        report = replace(EMPTY, items=tuple(left))
        first = headline(report).rpartition("do ")[2]
        tree = parsed(render_html([report], None))
        assert elements(by_id(tree, "waiting"), "a")[0].get("href") == f"#{first}"
    assert headline(replace(EMPTY, items=tuple(items[::2]))).endswith("first: SM-2: do SM-2")


def test_items_that_say_the_same_wait_in_one_row() -> None:
    told = (("SM-1", "no tree"), ("SM-2", "no name"), ("SM-3", "no tree"), ("ID-5", "no ticket"))
    items = tuple(Item(id_, "t", State.CANNOT_TELL, why, next="look") for id_, why in told)
    tree = parsed(render_html([replace(EMPTY, items=items)], None))
    rows = [text_of(one) for one in elements(by_id(tree, "waiting"), "li")]
    assert rows == [
        "… cannot-tell SM-1 SM-3 no tree look",
        "… cannot-tell SM-2 no name look",
        "… cannot-tell ID-5 look",
    ]


def test_a_divergence_that_the_page_has_no_room_for_is_named_without_a_link() -> None:
    many = tuple(replace(DIVERGENCE, id=f"D{n}") for n in range(1, 31))
    item = replace(ITEMS[3], divergences=("D2", "D25"))
    tree = parsed(render_html([replace(RICH, items=(item,), divergences=many)], None))
    assert [one.get("href") for one in elements(by_id(tree, "SM-4"), "a")] == ["#D2"]
    assert "divergences D2 D25" in text_of(by_id(tree, "SM-4"))


def test_evidence_names_its_place_as_code() -> None:
    item = by_id(parsed(render_html([RICH], None)), "SM-4")
    places = [text_of(one) for one in elements(with_class(item, "evidence")[0], "code")]
    assert places[:2] == [
        "patch.after mm/mremap.c:203",
        "upstream mm/mremap.c:196 at 2c91bd4a4e2e",
    ]
    assert len(places) == 11


def test_every_id_is_there_once_and_every_link_leads_somewhere() -> None:
    for text in (render_html([RICH, RICH], None), page_on(ARCHIVE)):
        tree = parsed(text)
        ids = Counter(one.get("id") for one in tree.iter() if one.get("id"))
        assert set(ids.values()) == {1}
        links = {one.get("href", "")[1:] for one in elements(tree, "a")}
        labels = {each for one in tree.iter() for each in one.get("aria-labelledby", "").split()}
        assert links | labels <= set(ids)


def test_what_a_screen_reader_lists_has_names_of_their_own() -> None:
    for text in (render_html([RICH, EMPTY], [exhibits_with(str)] * 2), page_on(ARCHIVE)):
        tree = parsed(text)
        assert len(elements(tree, "main")) == 1
        by_role: dict[str, list[str]] = {}
        for one in tree.iter():
            role = one.get("role") or one.tag
            if role in ("nav", "search", "group", "region"):
                by_role.setdefault(role, []).append(
                    one.get("aria-label") or one.get("aria-labelledby") or ""
                )
        assert {"nav", "search", "group"} <= set(by_role)
        assert "region" not in by_role
        for role in ("nav", "search"):
            assert "" not in by_role[role]
            assert len(set(by_role[role])) == len(by_role[role])
        assert "" not in by_role["group"]


def test_a_long_subject_is_cut_where_it_only_says_which_patch_it_is() -> None:
    long = replace(RICH, patch=replace(RICH.patch, subject="x" * 5000))
    tree = parsed(render_html([long], None))
    (said,) = with_class(tree, "subject")
    assert text_of(said) == f"{'x' * 200}... (4,800 more characters)"
    assert "x" * 2000 in text_of(by_id(tree, "patch"))


def test_headings_leave_no_level_out() -> None:
    for text in (render_html([RICH, EMPTY], None), page_on(ARCHIVE)):
        levels = [
            int(one.tag[1]) for one in parsed(text).iter() if one.tag in ("h1", "h2", "h3", "h4")
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(then - before <= 1 for before, then in pairwise(levels))


def test_several_reports_begin_with_one_line_and_keep_their_anchors_apart() -> None:
    tree = parsed(render_html([RICH, EMPTY], None))
    first = text_of(elements(tree, "h1")[0])
    assert first.startswith("2 patches: undecided (basis: none), 1 finding; first: patch 1: SM-4")
    heads = [text_of(one) for one in elements(tree, "h2")]
    assert heads == [
        f"Patch 1 of 2: {headline(RICH)}",
        f"Patch 2 of 2: {headline(EMPTY)}",
    ]
    assert by_id(tree, "p1-SM-4").get("data-state") == "finding"


def test_a_release_marks_its_gates_and_says_who_decides() -> None:
    asked = (Asked("SM-4", gate=True, decides="the release team"), Asked("ID-1"))
    released = replace(RICH, release=ReleaseList("stable", "Stable kernels", asked))
    tree = parsed(render_html([released], None))
    assert "Checklist: Stable kernels" in text_of(by_id(tree, "checklist"))
    gates = [one.get("id") for one in with_class(tree, "item") if with_class(one, "gate")]
    assert gates == ["SM-4"]
    assert "gates open1 of 1: SM-4" in text_of(by_id(tree, "patch"))
    assert "who decides the release team" in text_of(by_id(tree, "SM-4"))


def test_items_of_one_name_get_anchors_of_their_own() -> None:
    odd = tuple(replace(ITEMS[0], id=name) for name in ("X 1", "X 1", "X/1", "", "<i>"))
    tree = parsed(render_html([replace(RICH, items=odd)], None))
    ids = [one.get("id") for one in with_class(tree, "item")]
    assert ids == ["X-1", "X-1-", "X-1--", "item", "i"]


def test_what_is_too_long_is_cut_and_says_so() -> None:
    evidence = ITEMS[3].evidence[:1] * 500
    many = replace(ITEMS[3], evidence=evidence)
    divergences = tuple(replace(DIVERGENCE, id=f"D{n}") for n in range(100))
    long = replace(RICH, items=(many,), divergences=divergences)
    tree = parsed(render_html([long], None))
    assert "and 460 more; all of them with --format json" in text_of(by_id(tree, "SM-4"))
    assert len(with_class(tree, "divergence")) == 20
    assert "and 80 more; all of them" in text_of(by_id(tree, "divergences"))


def test_a_long_series_shows_the_exhibits_of_its_first_patches_and_says_so() -> None:
    shown = exhibits_with(lambda name: name)
    tree = parsed(render_html([EMPTY] * 32, [shown] * 32))
    assert [one.get("id") for one in tree.iter() if (one.get("id") or "").endswith("-hunks")] == [
        f"p{n}-hunks" for n in range(1, 31)
    ]
    assert "those of the first 30 patches are shown" in text_of(by_id(tree, "p31-not-shown"))


def test_exhibits_end_where_the_page_has_no_more_room() -> None:
    shown = exhibits_with(lambda name: name)
    assert shown.hunks is not None
    (file,) = shown.hunks.files
    (block,) = file.blocks
    long = replace(block, rows=block.rows * 13000)
    hunks = replace(shown.hunks, files=(replace(file, blocks=(long,)),))
    exhibits = [shown, replace(shown, hunks=hunks), shown]
    tree = parsed(render_html([EMPTY] * 3, exhibits))
    assert by_id(tree, "p1-hunks") is not None
    for place in ("p2-not-shown", "p3-not-shown"):
        assert "those of the first patch are shown" in text_of(by_id(tree, place))


def test_the_same_input_gives_the_same_page() -> None:
    assert page_on(PATCH) == page_on.__wrapped__(PATCH)


def test_the_reference_mail_has_its_gates_and_its_drawings() -> None:
    if not REFERENCE_MAIL.exists():
        pytest.skip("the reference mail is not beside the project")
    tree = parsed(page_on(REFERENCE_MAIL))
    assert len(with_class(tree, "item")) >= 38
    assert {"IN-1", "DP-2"} <= {
        one.get("id")
        for one in with_class(tree, "item")
        if one.get("data-state") == State.FINDING.value
    }
    assert elements(tree, "svg")
    assert "move_normal_pmd()" in text_of(by_id(tree, "code"))
    assert "put back: assumed" in text_of(by_id(tree, "hunks"))
