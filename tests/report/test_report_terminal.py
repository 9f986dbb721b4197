from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_reports import DIVERGENCE, EMPTY, PATCH, RICH

from analyzer.finding import Evidence, State
from analyzer.patch.damage import Damage, DamageKind, Grade, Restored
from analyzer.report import Format, render
from analyzer.result import Item, Report, headline

EXPECTED = Path(__file__).parent / "expected"
COLOR_CODE = re.compile(r"\x1b\[[0-9;]*m")


def shown(*reports: Report, width: int = 80, color: bool = False) -> str:
    return render(reports, Format.TERMINAL, color=color, width=width)


@pytest.mark.parametrize("width", [80, 120])
def test_a_full_report_is_laid_out_for_its_width(width: int) -> None:
    assert shown(RICH, width=width) == (EXPECTED / f"rich-{width}.txt").read_text("utf-8")


def test_several_reports_stand_under_one_line_about_all() -> None:
    assert shown(EMPTY, RICH) == (EXPECTED / "several-80.txt").read_text("utf-8")


def test_an_empty_report_shows_what_is_not_known() -> None:
    assert shown(EMPTY) == (
        "same (basis: none), 0 findings; nothing to do\n"
        "\n"
        "Patch\n"
        "  subject    unknown\n"
        "  author     unknown\n"
        "  date       unknown\n"
        "  commit     unknown\n"
        "  upstream   not named\n"
        "  arrived    intact\n"
    )


@pytest.mark.parametrize("width", [1, 40, 80, 120, 200])
def test_only_a_headline_is_wider_than_the_terminal(width: int) -> None:
    lines = shown(RICH, EMPTY, width=width).split("\n")
    wide = {line for line in lines if len(line) > max(width, 40)}
    assert all(
        line.startswith(("2 patches: ", "Patch 1 of 2: ", "Patch 2 of 2: ")) for line in wide
    )


def test_the_headline_is_one_line_however_long_it_is() -> None:
    todo = Item("SM-1", "t", State.FINDING, "s", next="mend " + "the guard " * 30)
    report = replace(EMPTY, items=(todo,))
    assert shown(report).split("\n")[0] == headline(report).rstrip()


def test_color_changes_nothing_but_the_color() -> None:
    colored = shown(RICH, EMPTY, color=True)
    assert "\x1b[1;31mfinding\x1b[0m" in colored
    assert COLOR_CODE.sub("", colored) == shown(RICH, EMPTY)


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, colored = shown(RICH), shown(RICH, color=True)
    for name, value in (("NO_COLOR", "1"), ("COLUMNS", "33"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    assert (shown(RICH), shown(RICH, color=True)) == (plain, colored)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert shown(RICH) == plain


def test_no_line_ends_in_blanks() -> None:
    assert [line for line in shown(RICH).split("\n") if line != line.rstrip()] == []


def test_markup_in_data_is_shown_as_it_is() -> None:
    item = Item("SM-1", "t", State.OK, "[red]x[/] :smile: [link=a]b[/link]")
    assert "  SM-1  ok  [red]x[/] :smile: [link=a]b[/link]\n" in shown(
        replace(EMPTY, items=(item,))
    )


def test_a_long_list_of_evidence_is_cut_with_a_note() -> None:
    evidence = tuple(Evidence(f"fact {number}") for number in range(20))
    item = Item("SM-1", "t", State.FINDING, "s", evidence=evidence)
    text = shown(replace(EMPTY, items=(item,)))
    assert text.endswith(
        "                 fact 7\n                 and 12 more; all of them with --format json\n"
    )


def test_long_lists_of_damage_traces_and_files_are_cut_with_a_note() -> None:
    restored = tuple(Restored(line, "}", "brace", Grade.COUNTED) for line in range(1, 31))
    damage = (Damage(DamageKind.LINES_DROPPED, "t", path="a.c", restored=restored),) * 30
    other = (Damage(DamageKind.CRLF, "t"),) * 31
    patch = replace(PATCH, damage=damage + other, files=("a.c",) * 32)
    divergence = replace(DIVERGENCE, trace=("op",) * 33)
    text = shown(replace(EMPTY, patch=patch, divergences=(divergence,) * 34))
    assert sorted(set(re.findall(r"and \d+ more", text))) == [
        f"and {left} more" for left in (10, 11, 12, 13, 14)
    ]


def test_a_path_too_long_for_its_column_breaks_out_of_the_table() -> None:
    path = "drivers/" * 8 + "a.c"
    damage = Damage(DamageKind.LINES_DROPPED, "t", path, 1, 2, 3, 4, Grade.NONE)
    text = shown(replace(EMPTY, patch=replace(PATCH, damage=(damage,))))
    row = text[text.index("Damage\n") :]
    assert row == (
        "Damage\n"
        f"  Path{' ' * 43}  Hunk  Declared  Kept  Repair\n"
        f"  {path}\n"
        f"  {' ' * 47}     1         3     4  none\n"
        "    input:2  t\n"
    )
