"""What a patch does to exported symbols and to the layouts of types."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_patches import Maker, files_of

from analyzer.compare.abi import Abi, abi
from analyzer.compare.surface import layout_of, surface, without_names
from analyzer.compare.touch import Reach, What
from analyzer.source import Place, Side

C = "drivers/misc/thing.c"
INCLUDE = "include/linux/thing.h"
PRIVATE = "drivers/misc/thing.h"
UAPI = "include/uapi/linux/thing.h"

CODE = """\
#include <linux/thing.h>

struct state {
	int count;
};

static int helper(struct thing *t)
{
	return t->count;
}

int __must_check thing_open(struct thing *t, const char *name,
			    void (*done)(int))
{
	return helper(t);
}
EXPORT_SYMBOL_GPL(thing_open);

void thing_close(struct thing *t)
{
	helper(t);
}
EXPORT_SYMBOL(thing_close);

struct thing *all_things[4];
EXPORT_SYMBOL_NS_GPL(all_things, THINGS);
"""
HEADER = """\
#ifndef _THING_H
#define _THING_H

struct thing_ops {
	int (*open)(struct thing *t);
	int (*close)(struct thing *t);
};

struct thing {
	const struct thing_ops *ops;
	unsigned int live:1;
	unsigned int dead:1;
#ifdef CONFIG_THING_DEBUG
	u64 stamp;
#endif
	union {
		u32 index;
		void *private;
	};
	RH_KABI_RESERVE(1)
	RH_KABI_RESERVE(2)
};

enum thing_state {
	THING_OFF,
	THING_ON,
	THING_LAST = 15,
};

typedef struct {
	int a;
} thing_pair_t;

#define THING_MAGIC 0x1234

int thing_open(struct thing *t, const char *name, void (*done)(int));
static inline int thing_count(struct thing *t)
{
	return t->live;
}

#endif
"""

Told = list[tuple[What, str, str]]


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path, dict(os.environ))


def changed(maker: Maker, path: str, before: str, after: str, *, trees: bool = True) -> Abi:
    files = files_of(maker.diff(path, before, after))
    return abi(files, {path: (before, after)} if trees else {})


def told(found: Abi) -> Told:
    return [(one.what, one.name, one.said) for one in found.touched]


def edited(maker: Maker, path: str, old: str, new: str, *, trees: bool = True) -> Abi:
    text = CODE if path == C else HEADER
    assert text.count(old) == 1
    return changed(maker, path, text, text.replace(old, new), trees=trees)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("return t->count;", "return t->count + 1;", []),
        ("struct thing *t, const char *name", "struct thing *thing, const char *nm", []),
        ("(*done)(int)", "(*finished)(int)", []),
        ("static int helper(struct thing *t)", "static long helper(struct thing *t, int i)", []),
        ("const char *name", "char *name", [What.SIGNATURE]),
        ("int __must_check thing_open", "long __must_check thing_open", [What.SIGNATURE]),
        ("int __must_check thing_open", "int thing_open", [What.SIGNATURE]),
        ("(*done)(int)", "(*done)(long)", [What.SIGNATURE]),
        ("void thing_close(struct thing *t)", "void thing_close(void)", [What.SIGNATURE]),
        ("*all_things[4]", "*all_things[8]", [What.SIGNATURE]),
        ("EXPORT_SYMBOL(thing_close);\n", "", [What.UNEXPORTED]),
        ("EXPORT_SYMBOL(thing_close)", "EXPORT_SYMBOL_GPL(thing_close)", [What.LICENCE]),
        ("all_things, THINGS)", "all_things, OTHERS)", [What.LICENCE]),
        ("EXPORT_SYMBOL(thing_close);", "/* EXPORT_SYMBOL(thing_close); */", [What.UNEXPORTED]),
        (
            "EXPORT_SYMBOL(thing_close);",
            "#ifdef CONFIG_THING\nEXPORT_SYMBOL(thing_close);\n#endif",
            [What.LICENCE],
        ),
        (
            "EXPORT_SYMBOL(thing_close);",
            "EXPORT_SYMBOL(thing_close);\nEXPORT_SYMBOL(helper);",
            [What.EXPORTED],
        ),
        ("\tint count;\n", "\tlong count;\n", [What.LAYOUT, What.LAYOUT]),
    ],
)
def test_exports(maker: Maker, old: str, new: str, what: list[What]) -> None:
    assert [one.what for one in edited(maker, C, old, new).touched] == what


def test_a_signature_is_told_with_both_forms(maker: Maker) -> None:
    found = edited(
        maker, C, "void thing_close(struct thing *t)", "int thing_close(struct thing *t)"
    )
    (one,) = found.touched
    assert (one.name, one.reach, one.place) == (
        "thing_close",
        Reach.EXPORTED,
        Place(Side.PATCH_AFTER, C, 19),
    )
    assert one.said == (
        "is declared as `int thing_close ( struct thing * )`, "
        "before `void thing_close ( struct thing * )`"
    )
    assert (found.exports, found.layouts, found.whole, found.unread) == (3, 0, True, ())


def test_types_of_a_file_of_code_are_seen_by_no_other(maker: Maker) -> None:
    found = edited(maker, C, "\tint count;\n", "\tint count;\n\tint more;\n")
    assert told(found) == [(What.LAYOUT, "struct state", "`int more` is added at the end")]
    assert found.touched[0].reach is Reach.FILE


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\tunsigned int live:1;\n", "\tunsigned int live:1; /* or not */\n", []),
        (
            "\tunsigned int live:1;\n",
            "\tunsigned int live:2;\n",
            [
                ("struct thing", "`unsigned int live : 2` is added"),
                ("struct thing", "`unsigned int live : 1` is removed"),
            ],
        ),
        (
            "\tunsigned int live:1;\n\tunsigned int dead:1;\n",
            "\tunsigned int dead:1;\n\tunsigned int live:1;\n",
            [("struct thing", "`unsigned int dead : 1` is at another place")],
        ),
        ("\tvoid *private;\n", "\tvoid *private;\n\tu64 wide;\n", None),
        (
            "#ifdef CONFIG_THING_DEBUG\n\tu64 stamp",
            "#ifdef CONFIG_THING\n\tu64 stamp",
            [
                ("struct thing", "`u64 stamp under ifdef CONFIG_THING` is added"),
                ("struct thing", "`u64 stamp under ifdef CONFIG_THING_DEBUG` is removed"),
            ],
        ),
        (
            "\tint (*close)(struct thing *t);\n",
            "\tint (*flush)(struct thing *t);\n\tint (*close)(struct thing *t);\n",
            [("struct thing_ops", "`int ( * flush ) ( struct thing * t )` is added")],
        ),
        (
            "\tTHING_ON,\n",
            "\tTHING_ON,\n\tTHING_ASLEEP,\n",
            [("enum thing_state", "THING_ASLEEP is added")],
        ),
        (
            "\tTHING_ON,\n",
            "\tTHING_ASLEEP,\n\tTHING_ON,\n",
            [
                ("enum thing_state", "THING_ON has another value: 2, was 1"),
                ("enum thing_state", "THING_ASLEEP is added"),
            ],
        ),
        ("\tTHING_OFF,\n", "\tTHING_OFF = 0,\n", []),
        ("} thing_pair_t;", "} __packed thing_pair_t;", None),
        ("0x1234", "0x4321", []),
        (
            "int thing_open(struct thing *t, const char *name, ",
            "int thing_open(struct thing *t, ",
            [
                (
                    "thing_open",
                    "is declared as `int thing_open ( struct thing * , void ( * ) ( int ) )`, "
                    "before `int thing_open ( struct thing * , const char * , "
                    "void ( * ) ( int ) )`",
                )
            ],
        ),
        ("return t->live;", "return t->dead;", []),
    ],
)
def test_layouts(maker: Maker, old: str, new: str, said: list[tuple[str, str]] | None) -> None:
    found = edited(maker, INCLUDE, old, new)
    if said is None:
        assert [one.what for one in found.touched][:1] == [What.LAYOUT]
    else:
        assert [(one.name, one.said) for one in found.touched] == said
    assert {one.reach for one in found.touched} <= {Reach.INCLUDE}


def test_a_hole_that_was_kept_for_it(maker: Maker) -> None:
    found = edited(
        maker, INCLUDE, "\tRH_KABI_RESERVE(1)\n", "\tRH_KABI_USE(1, unsigned long flags)\n"
    )
    assert found.touched != ()
    assert all(one.kept for one in found.touched)
    plain = edited(maker, INCLUDE, "\tRH_KABI_RESERVE(1)\n", "\tunsigned long flags;\n")
    assert not any(one.kept for one in plain.touched)


def test_what_programs_are_built_with(maker: Maker) -> None:
    found = changed(maker, UAPI, HEADER, HEADER.replace("0x1234", "0x4321"))
    (one,) = found.touched
    assert (one.what, one.name, one.said, one.reach) == (
        What.MACRO,
        "THING_MAGIC",
        "is 0x4321, before 0x1234",
        Reach.UAPI,
    )


def test_upstreams_own_change_is_marked(maker: Maker) -> None:
    after = HEADER.replace("live:1", "live:2")
    files = files_of(maker.diff(INCLUDE, HEADER, after))
    texts = {INCLUDE: (HEADER, after)}
    assert all(one.upstream for one in abi(files, texts, files, texts).touched)
    other = HEADER.replace("live:1", "live:3")
    theirs = files_of(maker.diff(INCLUDE, HEADER, other))
    found = abi(files, texts, theirs, {INCLUDE: (HEADER, other)})
    assert [one.upstream for one in found.touched] == [False, True]


# --- without the files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "old", "new", "what", "unread"),
    [
        (C, "return helper(t);", "return helper(t) + 1;", [], 0),
        (C, "static int helper(struct thing *t)", "static int helper(struct thing *u)", [], 0),
        (C, "const char *name", "char *name", [], 1),
        (C, "void (*done)(int))", "void (*done)(long))", [], 1),
        (C, "EXPORT_SYMBOL(thing_close);\n", "", [What.UNEXPORTED], 0),
        (C, "EXPORT_SYMBOL(thing_close)", "EXPORT_SYMBOL_GPL(thing_close)", [What.LICENCE], 0),
        (
            C,
            "EXPORT_SYMBOL(thing_close);\n",
            "EXPORT_SYMBOL(thing_close);\nint new(void)\n{\n}\n",
            [],
            0,
        ),
        (INCLUDE, "\tunsigned int live:1;\n", "\tunsigned int live:2;\n", [What.LAYOUT], 0),
        (INCLUDE, "#ifdef CONFIG_THING_DEBUG", "#ifdef CONFIG_THING", [What.LAYOUT], 0),
        (INCLUDE, "return t->live;", "return t->dead;", [], 0),
        (INCLUDE, "int thing_open(struct thing *t, ", "int thing_open(", [What.PROTOTYPE], 0),
        (UAPI, "0x1234", "0x4321", [What.MACRO], 0),
        (PRIVATE, "\tunsigned int live:1;\n", "", [What.LAYOUT], 0),
    ],
)
def test_by_the_hunks(
    maker: Maker, path: str, old: str, new: str, what: list[What], unread: int
) -> None:
    found = edited(maker, path, old, new, trees=False)
    assert [one.what for one in found.touched] == what
    assert len(found.unread) == unread
    assert not found.whole
    assert not any(one.seen for one in found.touched)


def test_assembly_is_not_read(maker: Maker) -> None:
    found = changed(maker, "arch/x86/lib/copy.S", "a:\n\tret\n", "a:\n\tnop\n\tret\n")
    assert [one.what for one in found.unread] == ["arch/x86/lib/copy.S"]


# --- pieces -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("int f(struct a *)", "int f(struct a *x)", True),
        ("int f(const struct a *)", "int f(const struct b *)", False),
        ("int f(struct a *a)", "int f(struct b *b)", False),
        ("int f(unsigned)", "int f(unsigned x)", True),
        ("int f(u8 a[4])", "int f(u8 b[4])", True),
        ("int f(u8 a[4])", "int f(u8 a[8])", False),
        ("extern int f(int a)", "int f(int b)", True),
        ("int f(int a, ...)", "int f(int a)", False),
        ("int f(foo_t)", "int f(bar_t)", False),
        ("int f(const foo_t)", "int f(const bar_t)", False),
        ("int f(int a) __attribute__((cold))", "int f(int b) __attribute__((cold))", True),
        ("int f(int a) __attribute__((cold))", "int f(int a)", False),
    ],
)
def test_names_of_parameters_do_not_count(one: str, other: str, same: bool) -> None:
    heads = [surface(f"{text};\n", "x.h").heads["f"].words for text in (one, other)]
    assert (heads[0] == heads[1]) is same


def test_hostile_text_is_read_all_the_same() -> None:
    for text in ("struct a {" * 2000, "EXPORT_SYMBOL(" * 5000, "enum e {" + "A," * 50_000 + "};"):
        surface(text, "x.h", macros=True)
    nested = "#if A\n" * 500 + "int x;\n" + "#endif\n" * 500
    found = layout_of("struct s {\n" + nested + "int y;\n};")
    assert found is not None
    assert [one.words for one in found.members] == [("int", "x"), ("int", "y")]
    assert without_names(()) == ()


def test_members_that_are_alike_are_not_compared_one_by_one(maker: Maker) -> None:
    before = "struct s {\n" + "".join(f"\tint a{i % 3};\n" for i in range(2000)) + "};\n"
    found = changed(maker, INCLUDE, before, before.replace("a1;", "b1;"))
    assert told(found) == [(What.LAYOUT, "struct s", "too many members change to tell which")]
