"""Subjects: prefixes, version, position, and the title that should be upstream's."""

from __future__ import annotations

import pytest
from growth import growth
from hypothesis import given, strategies as st

from analyzer.patch.subject import Prefix, PrefixKind, Subject, read_subject

TITLE = "mm: speed up mremap by 20x on large regions"


def test_every_part_of_a_subject_is_named() -> None:
    text = f"[Devel] Re: [PATCH v2 03/07 RHEL7 COMMIT] ms/{TITLE}"
    assert read_subject(text) == Subject(
        text=text,
        prefixes=(
            Prefix("Devel", PrefixKind.LIST),
            Prefix("Re:", PrefixKind.REPLY),
            Prefix("PATCH v2 03/07 RHEL7 COMMIT", PrefixKind.PATCH),
        ),
        version=2,
        position=3,
        total=7,
        targets=("RHEL7",),
        tree_prefixes=("ms/",),
        title=TITLE,
    )


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "[PATCH] ",
        "[RFC PATCH] ",
        "[RFC] ",
        "[PATCHv3] ",
        "[SRU][Bionic][PATCH 1/1] ",
        "[SRU] [B] [PATCH 1/1] ",
        "[PATCH 1/1][SRU Cosmic] ",
        "[RHEL7.7 PATCH] ",
        "[PATCH 4.14 23/60] ",
        "[PATCH 5.10.y] ",
        "[Backport 4.14] ",
        "[BACKPORT] ",
        "[PATCH OLK-5.10 v2] ",
        "[kernel-team] [PATCH] ",
        "Re: ",
        "Re: Fwd: [PATCH] ",
        "[PATCH RESEND]",
        "[PATCH RHEL7 COMMIT] ms/",
        "UPSTREAM: ",
        "BACKPORT: ",
        "FROMGIT: ",
        "BACKPORT: FROMLIST: ",
        "ANDROID: ",
        "UBUNTU: SAUCE: ",
        "UBUNTU: SAUCE: (noup) ",
        "mainline: ",
        "anolis: ",
        "ANBZ: #1234 ",
        "fix/",
        "\t[PATCH]  ",
    ],
)
def test_what_distributions_put_before_the_title_is_taken_off(prefix: str) -> None:
    assert read_subject(prefix + TITLE).title == TITLE


@pytest.mark.parametrize(
    "title",
    [
        "mm: x",
        "x86/mm: x",
        "mm/mremap: x",
        "fs/proc: x",
        "[media] dvb: x",
        "stable_node: x",
        "backports: x",
        'Revert "ms/mm: x"',
        "[",
        "",
        "x [PATCH] y",
        "Android: x",
        "mainline",
    ],
)
def test_what_belongs_to_the_title_stays(title: str) -> None:
    assert read_subject(title).title == title
    assert read_subject(f"[PATCH] {title}").title == title


@pytest.mark.parametrize(
    ("text", "kinds", "targets"),
    [
        ("[PATCH 4.14 23/60] x", [PrefixKind.PATCH], ("4.14",)),
        ("[RHEL7.7 PATCH] x", [PrefixKind.PATCH], ("RHEL7.7",)),
        (
            "[SRU][Bionic][PATCH 1/1] x",
            [PrefixKind.TREE, PrefixKind.TREE, PrefixKind.PATCH],
            ("SRU", "Bionic"),
        ),
        ("[Backport 4.14] x", [PrefixKind.BACKPORT], ("4.14",)),
        ("[1/2] x", [PrefixKind.PATCH], ()),
        ("[media] x", [], ()),
        ("[Devel] Re: x", [PrefixKind.LIST, PrefixKind.REPLY], ()),
        ("[ANNOUNCE] x", [PrefixKind.OTHER], ()),
    ],
)
def test_prefixes_have_kinds(text: str, kinds: list[PrefixKind], targets: tuple[str, ...]) -> None:
    found = read_subject(text)
    assert ([prefix.kind for prefix in found.prefixes], found.targets) == (kinds, targets)


def test_control_characters_stay_in_the_title() -> None:
    assert read_subject("[PATCH] mm:\x1b[31m red\x00").title == "mm:\x1b[31m red\x00"


def test_a_kernel_version_is_not_the_version_of_a_patch() -> None:
    found = read_subject("[PATCH v5.4 v3] x")
    assert (found.version, found.targets) == (3, ("v5.4",))


@pytest.mark.parametrize(
    "unit", ["[a]", "[", "[PATCH", "Re: ", "UPSTREAM: ", "4.4", "[4.4.4", "-a"]
)
def test_a_hostile_subject_takes_linear_time(unit: str) -> None:
    assert growth(read_subject, lambda size: unit * size, 5_000) < 9
    assert growth(read_subject, lambda size: f"[{unit.strip('[]') * size}!] x", 20_000) < 9


@given(st.text())
def test_any_text_is_a_subject(text: str) -> None:
    found = read_subject(text)
    assert found.text == text
    assert len(found.title) <= len(text)
