"""What lines of a file stand under: arms of conditions, nodes of device trees, labels."""

from __future__ import annotations

import pytest

from analyzer.compare.enclosed import Within, against, within

C = """\
#ifndef _RING_H
#ifdef CONFIG_RING /* the real one */
int go(void);
#elif IS_ENABLED(CONFIG_BELL)
int bell;
#else
int no;
#endif
# if !defined( CONFIG_RING )
int not_ring;
#endif
int always;
#endif
"""


def arms_of(text: str, line: str, path: str) -> tuple[tuple[str, bool], ...]:
    lines = text.split("\n")
    found = within(lines, path)
    assert found is not None
    return found[lines.index(line)].arms


@pytest.mark.parametrize(
    ("line", "arms"),
    [
        ("int go(void);", (("_RING_H", False), ("CONFIG_RING", True))),
        (
            "int bell;",
            (("_RING_H", False), ("CONFIG_RING", False), ("if IS_ENABLED(CONFIG_BELL)", True)),
        ),
        (
            "int no;",
            (("_RING_H", False), ("CONFIG_RING", False), ("if IS_ENABLED(CONFIG_BELL)", False)),
        ),
        ("int not_ring;", (("_RING_H", False), ("CONFIG_RING", False))),
        ("int always;", (("_RING_H", False),)),
    ],
)
def test_the_arms_of_a_line_of_c(line: str, arms: tuple[tuple[str, bool], ...]) -> None:
    assert arms_of(C, line, "include/linux/ring.h") == arms


MAKE = """\
ifeq ($(CONFIG_RING),y)
obj-y += ring.o
else ifneq ($(CONFIG_BELL),)
obj-y += bell.o
endif
obj-y += all.o
"""


@pytest.mark.parametrize(
    ("line", "arms"),
    [
        ("obj-y += ring.o", (("($(CONFIG_RING),y)", True),)),
        ("obj-y += bell.o", (("($(CONFIG_RING),y)", False), ("($(CONFIG_BELL),)", False))),
        ("obj-y += all.o", ()),
    ],
)
def test_the_arms_of_a_line_of_a_makefile(line: str, arms: tuple[tuple[str, bool], ...]) -> None:
    assert arms_of(MAKE, line, "lib/Makefile") == arms


TREE = """\
/ {
	leds { /* { */
		led2 { label = "a { b"; };
		first: led@3 {
			default-state = "on";
		};
	};
	chosen { };
	last;
};
&i2c0 {
	reg = <1>;
};
"""


def test_the_nodes_of_a_device_tree() -> None:
    found = within(TREE.split("\n"), "arch/arm/boot/dts/ring.dts")
    assert found is not None
    assert [one.node for one in found[:13]] == [
        *("", "/", "/ / leds", "/ / leds", "/ / leds / led@3", "/ / leds / led@3"),
        *("/ / leds", "/", "/", "/", "", "&i2c0", "&i2c0"),
    ]


def test_the_labels_of_assembly() -> None:
    text = "SYM_FUNC_START(ring_go)\n\tmov %eax, %ebx\n1:\n\tjmp 1b\n.Lend:\n\tret\n"
    found = within(text.split("\n"), "arch/x86/lib/ring.S")
    assert found is not None
    assert [one.node for one in found[:6]] == [*("ring_go",) * 4, *(".Lend",) * 2]


def test_files_that_have_nothing_of_the_kind() -> None:
    assert within(["config RING"], "lib/Kconfig") is None
    assert within(["# if you like"], "Documentation/ring.rst") is None


@pytest.mark.parametrize("text", ["#endif", "#else", "#elif X", "}", "#if\n#if", "#ifdef\n#else"])
def test_what_does_not_pair_is_read_to_its_end(text: str) -> None:
    for path in ("a.c", "a.dts", "a.S"):
        found = within(text.split("\n"), path)
        assert found is not None
        assert len(found) == len(text.split("\n"))


def test_conditions_without_an_end() -> None:
    """As deep as nobody nests them: what is kept of each line is bounded."""
    found = within(["#ifdef A"] * 5000 + ["x {"] * 5000, "a.dts")
    assert found is not None
    assert max(len(one.arms) for one in found) == 64
    assert max(one.node.count(" / ") for one in found) == 63


def test_other_arms_of_one_condition() -> None:
    assert against((("A", True), ("B", True)), (("B", False),)) == "B"
    assert against((("A", True),), (("B", False),)) == ""
    assert against(Within().arms, (("B", False),)) == ""
