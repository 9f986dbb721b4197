from __future__ import annotations

from collections.abc import Mapping

import pytest

from analyzer.kconfig import PropertyKind, Ref
from analyzer.kconfig.uses import KconfigUses, Switch, exclusive, uses_in

FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "mm/Kconfig" # memory\n',
    "arch/Kconfig": "config HAVE_ZAP\n\tbool\n\thelp\n\t  if you do not know\n",
    "arch/x86/Kconfig": (
        "config X86\n\tdef_bool y\n\tselect HAVE_ZAP if !SMALL\n\timply STATS\n"
        'source "arch/Kconfig"\n'
    ),
    "arch/um/Kconfig": 'source "arch/$(HEADER_ARCH)/um/Kconfig"\n',
    "arch/x86/um/Kconfig": "config UML_X86\n\tdef_bool y\n",
    "mm/Kconfig": (
        'if MMU\nconfig ZAP\n\tbool "zap"\n\tdepends on HAVE_ZAP\nendif\nrsource "*/Kconfig"\n'
    ),
    "mm/deep/Kconfig": "menuconfig DEEP\n\tbool\n\tdefault n\n",
    "lost/Kconfig": "config LOST\n\tbool\n",
}


def uses(files: Mapping[str, str], *names: str) -> KconfigUses:
    return uses_in(
        lambda path: files[path].encode() if path in files else None,
        lambda prefix: [path for path in files if path.startswith(prefix)],
        names,
    )


def test_all_architectures_are_followed_from_the_top() -> None:
    found = uses(FILES, "HAVE_ZAP")
    assert found.names == {
        "X86": "arch/x86/Kconfig",
        "HAVE_ZAP": "arch/Kconfig",
        "UML_X86": "arch/x86/um/Kconfig",
        "ZAP": "mm/Kconfig",
        "DEEP": "mm/deep/Kconfig",
    }
    assert (found.whole, found.notes, found.files) == (True, (), 7)
    assert [(one.path, one.line, one.settable) for one in found.definitions] == [
        ("arch/Kconfig", 1, False)
    ]
    assert [(s.symbol, s.kind, s.path, s.line, s.architecture) for s in found.switches] == [
        ("X86", PropertyKind.SELECT, "arch/x86/Kconfig", 3, "x86"),
        ("ZAP", PropertyKind.DEPENDS, "mm/Kconfig", 4, None),
    ]


def test_conditions_prompts_and_defaults_are_told() -> None:
    found = uses(FILES, "ZAP", "DEEP", "STATS", "X86")
    settable = {one.name: (one.settable, one.requires) for one in found.definitions}
    assert settable == {
        "X86": (True, ()),
        "ZAP": (True, (Ref("MMU"), Ref("HAVE_ZAP"))),
        "DEEP": (False, ()),
    }
    assert Switch("STATS", "X86", PropertyKind.IMPLY, None, "arch/x86/Kconfig", 4) in found.switches


def test_without_a_top_every_kconfig_is_read_and_the_tree_is_not_whole() -> None:
    found = uses({path: text for path, text in FILES.items() if path != "Kconfig"}, "LOST")
    assert found.notes == ("no Kconfig at the top: every file of that name was read",)
    assert (found.whole, found.names["LOST"]) == (False, "lost/Kconfig")


def test_a_source_that_cannot_be_followed_is_noted() -> None:
    found = uses({"Kconfig": 'source "$(ELSEWHERE)/Kconfig"\nsource "../x"\n'}, "A")
    assert found.notes == ("Kconfig:1: $(ELSEWHERE)/Kconfig is not followed",)
    assert not found.whole


def test_a_file_that_includes_itself_is_read_once() -> None:
    assert uses({"Kconfig": 'source "Kconfig"\nconfig A\n\tbool\n'}, "A").files == 1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("arch/x86/Kconfig", "arch/arm/Kconfig", True),
        ("arch/x86/Kconfig", "mm/Kconfig", False),
        ("mm/Kconfig", "fs/Kconfig", False),
    ],
)
def test_definitions_of_two_architectures_are_alternatives(
    first: str, second: str, expected: bool
) -> None:
    text = "config A\n\tbool\n"
    top = f'source "{first}"\nsource "{second}"\n'
    one, other = uses({"Kconfig": top, first: text, second: text}, "A").definitions
    assert exclusive(one, other) is expected


def test_opposite_conditions_make_alternatives() -> None:
    text = "if SMP\nconfig A\n\tbool\nendif\nconfig A\n\tbool\n\tdepends on !SMP\n"
    one, other = uses({"Kconfig": text}, "A").definitions
    assert exclusive(one, other)


def test_what_is_left_out_of_parsing_changes_no_answer() -> None:
    text = (
        'menu "m"\n\tdepends on M\nconfig B\n\tbool\n\thelp\n\t  select A\n'
        "config C\n\tbool\n\tselect A if X\n\tif Y\n\tconfig D\n\t\tbool\n\t\tselect A\n\tendif\n"
        "config E\n\tbool\n\tselect AA\nendmenu\nconfig A\n\tbool\n"
    )
    found = uses({"Kconfig": text}, "A")
    assert [(s.symbol, s.line) for s in found.switches] == [("C", 9), ("D", 13)]
    assert [(d.line, d.requires) for d in found.definitions] == [(19, ())]
