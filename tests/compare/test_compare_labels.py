"""Ways out of functions beside upstream's: which clean-up a jump reaches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_patches import Maker, delta, files_of

from analyzer.compare.change import Texts
from analyzer.compare.labels import Exits, How, Trees, exits
from analyzer.repo import open_tree
from analyzer.source import Place, Side

PATH = "drivers/misc/thing.c"
PROVE = Path(__file__).parents[2] / "fixtures" / "prove"

# What both trees have before the patch: the lock is taken first, the buffer allocated under it.
BASE = """\
static int thing_open(struct thing *t, int mode)
{
	int ret;

	mutex_lock(&t->lock);
	t->buf = thing_alloc(t);
	if (!t->buf) {
		ret = -ENOMEM;
		goto out_unlock;
	}
	ret = thing_start(t);
	if (ret)
		goto out_free;
	mutex_unlock(&t->lock);
	return 0;

out_free:
	thing_free(t->buf);
out_unlock:
	mutex_unlock(&t->lock);
	return ret;
}
"""
ASKED = """\
	ret = thing_start(t);
	if (ret)
		goto out_free;
"""
CHECK = """\
	ret = thing_check(t, mode);
	if (ret)
		goto {label};
"""


def fixed(text: str, label: str) -> str:
    """The text with a check of the mode that leaves by a label."""
    return text.replace(ASKED, CHECK.format(label=label) + ASKED)


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path, dict(os.environ))


def compared(
    maker: Maker, upstream: tuple[str, str], target: tuple[str, str], *, trees: bool = True
) -> Exits:
    theirs, ours = maker.diff(PATH, *upstream), maker.diff(PATH, *target)
    texts = Texts({PATH: upstream}, {PATH: target}) if trees else Texts()
    return exits(delta(theirs, ours, texts), files_of(ours), texts)


def hows(found: Exits) -> list[How]:
    return [way.how for way in found.ways]


def test_the_same_patch_on_the_same_tree(maker: Maker) -> None:
    both = BASE, fixed(BASE, "out_free")
    found = compared(maker, both, both)
    assert hows(found) == [How.SAME]
    assert found.unread == ()


def test_a_label_too_late_in_the_clean_up(maker: Maker) -> None:
    upstream = BASE, fixed(BASE, "out_free")
    found = compared(maker, upstream, (BASE, fixed(BASE, "out_unlock")))
    (way,) = found.ways
    assert way.how is How.APART
    assert way.said == (
        "`thing_free(t->buf)` is not done here",
        "upstream's `goto out_free` reaches: thing_free(t->buf); mutex_unlock(&t->lock); "
        "return ret",
        "here `goto out_unlock` reaches: mutex_unlock(&t->lock); return ret",
    )
    assert way.places == (
        ("goto out_unlock", Place(Side.PATCH_AFTER, PATH, 13)),
        ("label out_unlock", Place(Side.PATCH_AFTER, PATH, 22)),
        (
            "upstream's goto out_free",
            Place(Side.UPSTREAM, PATH, 13, "0123456789abcdef" * 2 + "01234567"),
        ),
        (
            "upstream's label out_free",
            Place(Side.UPSTREAM, PATH, 20, "0123456789abcdef" * 2 + "01234567"),
        ),
    )


def test_a_label_of_the_same_name_that_means_something_else(maker: Maker) -> None:
    """In the older tree `out_free` frees alone; what unlocks as well is called otherwise."""
    target = BASE.replace("out_unlock", "bail").replace(
        "out_free:\n\tthing_free(t->buf);\n",
        "out_free_unlock:\n\tthing_free(t->buf);\n",
    )
    target = target.replace("\t\tgoto out_free;", "\t\tgoto out_free_unlock;")
    target = target.replace(
        "\treturn ret;\n}", "\treturn ret;\n\nout_free:\n\tthing_free(t->buf);\n\treturn ret;\n}"
    )
    asked = ASKED.replace("out_free", "out_free_unlock")
    after = target.replace(asked, CHECK.format(label="out_free") + asked)
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (target, after))
    (way,) = found.of(How.APART)
    assert way.said[0] == "`mutex_unlock(&t->lock)` is not done here"
    right = target.replace(asked, CHECK.format(label="out_free_unlock") + asked)
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (target, right))
    assert hows(found) == [How.SAME]


@pytest.mark.parametrize(
    ("edits", "how"),
    [
        # A label by another name, and a local.
        (
            (
                *(("out_free", "err_buf"), ("int ret;", "int err;"), ("\tret =", "\terr =")),
                *(("(ret)", "(err)"), ("return ret;", "return err;")),
            ),
            How.SAME,
        ),
        # The parameter is called otherwise.
        (
            (("t->", "thing->"), ("*t,", "*thing,"), ("(t)", "(thing)"), ("(t,", "(thing,")),
            How.SAME,
        ),
        # A callee of another era.
        ((("thing_free(t->buf)", "thing_release(t->buf)"),), How.OTHER),
        # What upstream has on this way alone.
        ((("\tthing_free(t->buf);", "\tthing_free(t->buf);\n\ttrace_thing(ret);"),), How.OTHER),
        # The lock is another one: both its ends.
        ((("&t->lock", "&t->mutex"),), How.OTHER),
        # The lock is another one in the clean-up alone: it is not given back.
        (
            (("out_unlock:\n\tmutex_unlock(&t->lock)", "out_unlock:\n\tmutex_unlock(&t->other)"),),
            How.APART,
        ),
        # White space, comments, line breaks.
        ((("\tthing_free(t->buf);", "\t/* gone */\n\tthing_free(t ->\n\t\tbuf);"),), How.SAME),
    ],
)
def test_a_tree_of_another_era(maker: Maker, edits: tuple[tuple[str, str], ...], how: How) -> None:
    before, after = BASE, fixed(BASE, "out_free")
    for old, new in edits:
        before, after = before.replace(old, new), after.replace(old, new)
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (before, after))
    assert hows(found) == [how]


def test_a_return_past_the_clean_up(maker: Maker) -> None:
    after = fixed(BASE, "out_free").replace(
        CHECK.format(label="out_free"),
        CHECK.format(label="out_free").replace("goto out_free", "return ret"),
    )
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (BASE, after))
    (way,) = found.ways
    assert way.how is How.APART
    assert way.said[:2] == (
        "`thing_free(t->buf)` is not done here",
        "`mutex_unlock(&t->lock)` is not done here",
    )


def test_the_clean_up_may_be_done_before_a_return(maker: Maker) -> None:
    inline = """\
	ret = thing_check(t, mode);
	if (ret) {
		thing_free(t->buf);
		mutex_unlock(&t->lock);
		return ret;
	}
"""
    after = BASE.replace(ASKED, inline + ASKED)
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (BASE, after))
    assert hows(found) == [How.SAME]


def test_an_error_may_be_set_at_the_jump_or_returned(maker: Maker) -> None:
    one = BASE.replace(
        "\tmutex_lock(&t->lock);\n",
        "\tif (mode)\n\t\treturn -EINVAL;\n\tmutex_lock(&t->lock);\n",
        1,
    )
    other = BASE.replace(
        "\tmutex_lock(&t->lock);\n",
        "\tif (mode) {\n\t\tret = -EINVAL;\n\t\tgoto out;\n\t}\n\tmutex_lock(&t->lock);\n",
        1,
    ).replace(
        "\tmutex_unlock(&t->lock);\n\treturn ret;", "\tmutex_unlock(&t->lock);\nout:\n\treturn ret;"
    )
    assert hows(compared(maker, (BASE, one), (BASE, other))) == [How.SAME]
    wrong = other.replace("ret = -EINVAL", "ret = 0")
    (way,) = compared(maker, (BASE, one), (BASE, wrong)).ways
    assert (way.how, way.said[0]) == (How.APART, "`return 0`, where upstream does `return -EINVAL`")


def test_a_label_that_is_nowhere(maker: Maker) -> None:
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (BASE, fixed(BASE, "out_put")))
    (way,) = found.ways
    assert (way.how, way.said) == (How.NO_LABEL, ("there is no label out_put in thing_open()",))
    assert way.places == (("goto out_put", Place(Side.PATCH_AFTER, PATH, 13)),)
    ours = maker.diff(PATH, BASE, fixed(BASE, "out_put"))
    alone = exits(None, files_of(ours), Texts(target={PATH: (BASE, fixed(BASE, "out_put"))}))
    assert alone.ways == (way,)


def test_a_label_in_a_macro_is_one(maker: Maker) -> None:
    macro = "#define LAND()\tout_put: thing_put()\n\n"
    before = macro + BASE
    found = compared(maker, (BASE, fixed(BASE, "out_free")), (before, fixed(before, "out_put")))
    assert How.NO_LABEL not in hows(found)


def test_a_jump_back_is_no_clean_up(maker: Maker) -> None:
    again = BASE.replace("\tmutex_lock", "again:\n\tmutex_lock", 1)
    after = fixed(again, "again")
    assert hows(compared(maker, (again, after), (again, after))) == [How.SAME]
    (way,) = compared(maker, (BASE, fixed(BASE, "out_free")), (again, after)).ways
    assert (way.how, way.said) == (How.OPEN, ("ours jumps back, the other one forwards",))


def test_without_trees_a_whole_function_in_the_hunk_is_compared(maker: Maker) -> None:
    upstream = "", fixed(BASE, "out_free")
    found = compared(maker, upstream, ("", fixed(BASE, "out_unlock")), trees=False)
    assert [way.how for way in found.ways if way.how is not How.SAME] == [How.APART]


def test_without_trees_a_label_in_the_hunks_is_compared(maker: Maker) -> None:
    """Neither side is shown wholly; the labels are, with all that follows."""
    long = BASE.replace("{\n\tint ret;\n", "{\n\tint ret;\n" + "\tthing_step(t);\n" * 12)
    before = long.replace(ASKED, "").replace("out_free:\n\tthing_free(t->buf);\n", "")
    found = compared(maker, (before, long), (before, long), trees=False)
    assert hows(found) == [How.SAME]
    wrong = long.replace(ASKED, ASKED.replace("out_free", "out_unlock"))
    found = compared(maker, (before, long), (before, wrong), trees=False)
    (way,) = found.ways
    assert (way.how, way.said[0]) == (How.APART, "`thing_free(t->buf)` is not done here")
    assert [where.side for _what, where in way.places] == [
        *(Side.INPUT, Side.INPUT),
        *(Side.UPSTREAM, Side.UPSTREAM),
    ]


def test_without_trees_a_part_of_a_function_is_not(maker: Maker) -> None:
    long = BASE.replace("\treturn 0;\n", "\treturn 0;\n" + "\tthing_step(t);\n" * 12)
    upstream = long, fixed(long, "out_free")
    found = compared(maker, upstream, (long, fixed(long, "out_unlock")), trees=False)
    assert found.ways == ()
    (open_,) = found.unread
    assert open_.what == "the ways out of thing_open()"


def test_what_cannot_be_read_is_said(maker: Maker) -> None:
    broken = BASE.replace("\tint ret;\n", "\tint ret;\n#ifdef A\n\tif (mode) {\n#endif\n")
    both = broken, fixed(broken, "out_free")
    found = compared(maker, both, both)
    assert found.ways == ()
    assert [one.what for one in found.unread] == ["the ways out of thing_open()"]


def test_many_labels_take_no_long(maker: Maker) -> None:
    """Every label leads through all that follow it; too many ways out are not laid side by side."""
    count = 1000
    jumps = "".join(f"\tif (a[{i}])\n\t\tgoto l{i};\n" for i in range(count))
    labels = "".join(f"l{i}:\n\tput({i});\n" for i in range(count))
    text = f"int f(int *a)\n{{\n{jumps}{labels}\treturn 0;\n}}\n"
    both = text, text.replace("put(7);", "put(8);")
    found = compared(maker, both, both)
    assert found.ways == ()
    assert [one.why for one in found.unread] == ["it has more than 300 ways out"]


# --- functions that are known to do the same, or not ----------------------------------------------


def fixture(name: str) -> str:
    return (PROVE / f"{name}.c").read_text()


@pytest.mark.parametrize("kind", ["locking", "probe", "refcount", "ring", "walk", "guards", "bits"])
def test_no_equal_backport_has_another_clean_up(maker: Maker, kind: str) -> None:
    files = sorted((PROVE / kind).glob("equal-*.c"))
    base = next(iter(sorted((PROVE / kind).glob("wrong-*.c")))).read_text()
    upstream = base, fixture(f"{kind}/upstream")
    for file in files:
        found = compared(maker, upstream, (base, file.read_text()))
        assert found.of(How.APART, How.NO_LABEL) == (), file.name


@pytest.mark.parametrize(
    ("kind", "before", "name"),
    [
        ("probe", "wrong-null-check", "wrong-label-too-deep"),
        ("probe", "wrong-null-check", "wrong-label-too-shallow"),
        ("probe", "wrong-null-check", "wrong-leaked-clk"),
        ("locking", "wrong-lock-order", "wrong-short-label"),
        ("locking", "wrong-disabled-unlocks", "wrong-no-unlock"),
    ],
)
def test_wrong_clean_up_is_found(maker: Maker, kind: str, before: str, name: str) -> None:
    base = fixture(f"{kind}/{before}")
    upstream = base, fixture(f"{kind}/upstream")
    found = compared(maker, upstream, (base, fixture(f"{kind}/{name}")))
    assert found.of(How.APART) != ()


# --- trees that are asked for a name --------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
def test_what_upstreams_tree_has_not_at_all_is_of_another_era(
    maker: Maker, tmp_path: Path, known: bool
) -> None:
    """The older tree takes a step more on its way out; upstream may have lost the function."""
    header = tmp_path / "upstream" / "include" / "linux" / "thing.h"
    header.parent.mkdir(parents=True)
    header.write_text(f"void thing_{'rest' if known else 'sleep'}(struct thing *t);\n")
    target = BASE.replace("\tthing_free(t->buf);\n", "\tthing_free(t->buf);\n\tthing_rest(t);\n")
    upstream, ours = (BASE, fixed(BASE, "out_free")), (target, fixed(target, "out_free"))
    texts = Texts({PATH: upstream}, {PATH: ours})
    diffs = maker.diff(PATH, *upstream), maker.diff(PATH, *ours)
    trees = Trees(open_tree(str(tmp_path / "upstream")))
    found = exits(delta(*diffs, texts), files_of(diffs[1]), texts, trees)
    assert hows(found) == [How.APART if known else How.OTHER]
    assert found.ways[0].said[0] == "`thing_rest(t)` is done here alone"


def test_what_is_begun_here_alone_may_be_ended_here_alone(maker: Maker) -> None:
    target = BASE.replace("\tmutex_lock(", "\tthing_wake(t);\n\tmutex_lock(", 1)
    target = target.replace("\treturn ret;", "\tthing_rest(t);\n\treturn ret;")
    both = (BASE, fixed(BASE, "out_free")), (target, fixed(target, "out_free"))
    assert hows(compared(maker, *both)) == [How.OTHER]


# Upstream asks before it takes the lock and returns at once; the target has the lock by then.
ASKS_FIRST = """\
static int thing_grow(struct thing *t, int n)
{
	int ret = -EINVAL, charged = 0;

	if (!n)
		return ret;

	mutex_lock(&t->lock);
	ret = thing_charge(t, n, &charged);
	if (ret)
		goto out;
	ret = thing_add(t, n);
out:
	if (ret)
		thing_uncharge(charged);
	mutex_unlock(&t->lock);
	return ret;
}
"""
LOCKS_FIRST = ASKS_FIRST.replace("\tmutex_lock(&t->lock);\n", "").replace(
    "\tif (!n)\n\t\treturn ret;\n", "\tmutex_lock(&t->lock);\n\tif (!n)\n\t\tgoto out;\n"
)


@pytest.mark.parametrize(
    ("before", "how"), [("", How.OTHER), ("\tthing_begin(t, &charged);\n", How.APART)]
)
def test_a_check_leaves_as_the_check_before_it(maker: Maker, before: str, how: How) -> None:
    """Unless something is begun between the two."""
    check = "\tif (n > t->most)\n\t\t"
    upstream = ASKS_FIRST.replace("return ret;\n", f"return ret;\n{check}return ret;\n", 1)
    target = LOCKS_FIRST.replace("goto out;\n", f"goto out;\n{before}{check}goto out;\n", 1)
    found = compared(maker, (ASKS_FIRST, upstream), (LOCKS_FIRST, target))
    assert hows(found) == [how]
