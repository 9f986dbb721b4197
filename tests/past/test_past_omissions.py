"""What a reason for leaving a fix out claims, and what is no claim that can be checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.history.past import Omission
from analyzer.past.built import Built, built
from analyzer.past.omissions import checked, of_message
from analyzer.release.blacklist import Entry, load_blacklists
from tests.review.one_case import mail, patch_of

FILES = ("drivers/ring/ring.c",)


@dataclass
class Made:
    """A tree in memory."""

    texts: Mapping[str, str]
    name: str = "made"
    revision: None = None
    dirty: bool = False

    def read(self, path: str) -> bytes | None:
        text = self.texts.get(path)
        return None if text is None else text.encode()

    def blob(self, prefix: str) -> bytes | None:
        return None

    def files(self, prefix: str = "") -> Iterator[str]:
        return iter(sorted(path for path in self.texts if path.startswith(prefix)))


TREE = Made(
    {
        "drivers/ring/ring.c": "int ring_room(void)\n{\n\treturn 0;\n}\n",
        "drivers/ring/Makefile": "obj-$(CONFIG_RING) += ring.o\n",
        "drivers/Makefile": "obj-y += ring/ \\\n\tpump/\n",
    }
)


def holds(reason: str, settings: Mapping[str, str] | None = None) -> bool | None:
    omission = Omission("0123456789ab", reason, "here")
    return checked(omission, FILES, TREE, {"RING": "y"} if settings is None else settings).holds


@pytest.mark.parametrize(
    "reason",
    [
        "ring.c isn't built",
        "not compiled in our configurations",
        "file does not exist",
        "no such driver",
        "ring_room() is not there",
        "there is no ring_room() here",
        "`ring_room` doesn't exist",
        "without ring_room()",
        "CONFIG_RING=n",
        "CONFIG_RING is not enabled",
        "CONFIG_RING off",
        "we build without CONFIG_RING",
        "drivers/ring/ring.c is missing",
    ],
)
def test_what_is_claimed_and_not_so(reason: str) -> None:
    assert holds(reason) is False


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "cosmetic",
        "ring_room() is not affected",
        "no functional change in ring_room()",
        "not build-tested",
        "not built as a module",
        "the file is not touched here",
        "only needed with CONFIG_RING",
        "not needed, CONFIG_RING guards it",
        "it does not apply",
        "breaks the ABI",
    ],
)
def test_what_is_no_claim_is_left_to_a_person(reason: str) -> None:
    assert holds(reason) is None


@pytest.mark.parametrize(
    ("reason", "settings"),
    [
        ("CONFIG_RING is off", {"PUMP": "y"}),
        ("not compiled", {"PUMP": "y"}),
        ("no ring_wait()", {"RING": "y"}),
        ("drivers/pump/pump.c is not in our tree", {"RING": "y"}),
    ],
)
def test_what_is_claimed_and_so(reason: str, settings: Mapping[str, str]) -> None:
    assert holds(reason, settings) is True


def test_one_wrong_claim_of_several_is_enough() -> None:
    assert holds("no ring_wait(), and no ring_room()") is False


@pytest.mark.parametrize(
    ("path", "settings", "told"),
    [
        ("drivers/ring/ring.c", {"RING": "m"}, Built.YES),
        ("drivers/ring/ring.c", {"PUMP": "y"}, Built.NO),
        ("drivers/ring/ring.c", {}, Built.UNKNOWN),
        ("drivers/ring/none.c", {"RING": "y"}, Built.NO),
        ("drivers/pump/main.c", {"PUMP": "y"}, Built.YES),
        ("drivers/pump/main.c", {"RING": "y"}, Built.NO),
        ("drivers/pump/extra.c", {"PUMP": "y"}, Built.UNKNOWN),
        ("drivers/pump/left.c", {"PUMP": "y"}, Built.NO),
    ],
)
def test_makefiles_tell_what_is_compiled(
    path: str, settings: Mapping[str, str], told: Built
) -> None:
    more = {
        "drivers/pump/Makefile": (
            "obj-$(CONFIG_PUMP) += pump.o # pump-y += left.o\npump-objs := main.o\n"
            "ifdef CONFIG_MORE\npump-y += extra.o\nendif\n"
        ),
        **dict.fromkeys(("drivers/pump/main.c", "drivers/pump/extra.c", "drivers/pump/left.c"), ""),
    }
    assert built(Made({**TREE.texts, **more}), path, settings)[0] is told


def test_rules_that_go_round_end() -> None:
    round_about = Made({"a/x.c": "", "a/Makefile": "x-y += y.o\ny-y += x.o\n"})
    assert built(round_about, "a/x.c", {"A": "y"})[0] is Built.UNKNOWN


def test_trailers_name_what_is_left_out() -> None:
    body = 'Omitted-fix: ABCDEF012345 ("mm: a (b) c") no ring_wait()\nOmitted-fix: none\nCc: a@b.c'
    (one,) = of_message(patch_of(mail(body)).message)
    assert one == Omission("abcdef012345", "no ring_wait()", "Omitted-fix on line 5", 5)


def test_lines_of_a_blacklist(tmp_path: Path) -> None:
    path = tmp_path / "black.conf"
    path.write_bytes(
        b"# comment 0123456789ab\n0123456789abcdef # not  built\n\n  FEDCBA98 reason\n"
        b"deadbeef/file.c # a path\ndrivers/net\n0123456 \xff\n" + b"a" * 100_000
    )
    assert load_blacklists((path,)) == (
        Entry("0123456789abcdef", "not built", f"{path}:2"),
        Entry("fedcba98", "reason", f"{path}:4"),
        Entry("0123456", "�", f"{path}:7"),
    )
