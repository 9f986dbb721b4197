"""Whether a callee is the same on two sides: never alike where anything that it rests on is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer.csource import Kind as TokenKind, tokens
from analyzer.csource.configuration import Configuration, from_config_text
from analyzer.machine.definition import Spot
from analyzer.prove.definitions import Definitions, TreeState
from analyzer.prove.likeness import Kind, Likeness, likeness, likenesses
from analyzer.repo import DirectoryTree

FIXTURES = Path(__file__).parents[2] / "fixtures/trees"
TREES = [Path(each) for each in os.environ.get("KERNEL_TREES", "").split(":") if each]

CODE = """
enum sort { FIRST, SECOND = 7 };
#define LIMIT 40
#define ADDED(x) ((x) + LIMIT)
#define JOINED(name) name##_joined(2)
extern int outer(int much, long more);
static int table[2] = { 11, 12 };
static int up_joined(int x) { return x + 50; }
static int odd(int x);
static int even(int x) { return x ? odd(x - 1) : 1; }
static int odd(int x) { return x ? even(x - 1) : 0; }
struct pair { int left; int right; };
static int helper(struct pair *pair)
{
	return pair->left + ADDED(3) + SECOND;
}
int callee(struct pair *pair, int x)
{
	if (even(x))
		goto out;
	x = outer(table[1], 4L) + JOINED(up);
out:
	return helper(pair) - x;
}
"""


def text(code: str, configuration: Configuration | None = None) -> Definitions:
    return Definitions.of_text(code, "mm/a.c", configuration)


def like(one: str, other: str, name: str = "callee", most: int = 5000) -> Likeness:
    return likeness(name, text(one), text(other), most=most)


def test_comments_blanks_and_lines_do_not_matter() -> None:
    other = CODE.replace(" + ", "\t/* more */+ ").replace(";\n", "; // end\n\n\n")
    assert like(CODE, other) == Likeness(
        "callee",
        Kind.ALIKE,
        spots=(Spot("mm/a.c", 17), Spot("mm/a.c", 29)),
        assumed=("outer",),
    )


def test_no_token_of_what_it_rests_on_may_be_another() -> None:
    """Each number is changed, one at a time, and each operator."""
    found = list(tokens(CODE))
    changed = 0
    for at, each in enumerate(found):
        new = {TokenKind.NUMBER: "9" + each.text}.get(each.kind)
        new = {"+": "-", "-": "+", "?": "&&", "*": "&"}.get(each.text, new)
        if new is None or each.kind is TokenKind.DIRECTIVE:
            continue
        parts = [new if at == here else one.text for here, one in enumerate(found)]
        lines = [f"\n{part}\n" if part.startswith("#") else part for part in parts]
        assert like(CODE, " ".join(lines)).kind is not Kind.ALIKE, (each, changed)
        changed += 1
    assert changed > 20
    for old, new in (
        ("LIMIT 40", "LIMIT 41"),
        ("(x) + LIMIT", "(x) * LIMIT"),
        ("_joined(2)", "(2)"),
    ):
        assert like(CODE, CODE.replace(old, new)).kind is Kind.DIFFERS, old


def test_what_it_does_not_name_may_be_another() -> None:
    other = CODE + "\n#define UNUSED 3\nstatic int unused(int x) { return x; }\n"
    changed = other.replace("UNUSED 3", "UNUSED 4").replace("return x;", "return 1;")
    assert like(other, changed).kind is Kind.ALIKE


def test_what_differs_first_is_told_with_the_way_there() -> None:
    found = like(CODE, "\n" + CODE.replace("LIMIT 40", "LIMIT 41"))
    assert found == Likeness(
        "callee",
        Kind.DIFFERS,
        "the macro LIMIT is another",
        (Spot("mm/a.c", 3), Spot("mm/a.c", 4)),
        ("callee", "helper", "ADDED", "LIMIT"),
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("x + 50", "x + 51", "the function up_joined is another"),
        ("{ 11, 12 }", "{ 11, 13 }", "table is declared otherwise"),
        ("SECOND = 7", "SECOND = 8", "SECOND is 7 on one side and 8 on the other"),
        ("even(x - 1) : 0", "even(x - 1) : 2", "the function odd is another"),
        ("int much, long more", "long more, int much", "outer is declared otherwise"),
        ("int much, long more", "int more, long much", "much is another parameter of outer"),
        ("extern int outer(int much, long more);", "", "outer is declared on one side alone"),
        ("#define LIMIT 40", "enum { LIMIT = 40 };", "LIMIT is a macro on one side alone"),
    ],
)
def test_what_differs(old: str, new: str, reason: str) -> None:
    found = like(CODE, CODE.replace(old, new))
    assert (found.kind, found.reason) == (Kind.DIFFERS, reason)
    back = like(CODE.replace(old, new), CODE)
    assert back.kind is Kind.DIFFERS


def test_a_struct_with_other_members_is_noted() -> None:
    found = like(CODE, CODE.replace("int right;", "int right; int more;"))
    assert (found.kind, found.notes) == (Kind.ALIKE, ("pair has other members",))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("int left;", "long left;", "left of pair is of another type"),
        ("int left;", "int left : 3;", "left of pair is of another type"),
        ("typedef int word;", "typedef long word;", "word is another type"),
    ],
)
def test_a_type_that_matters_is_another(old: str, new: str, reason: str) -> None:
    code = "typedef int word;\n" + CODE.replace("return pair->left", "return (word)pair->left")
    found = like(code, code.replace(old, new))
    assert (found.kind, found.reason) == (Kind.DIFFERS, reason)
    assert like(code, code.replace("int right;", "long right;")).kind is Kind.ALIKE


def test_a_macro_is_what_it_is_where_it_is_used() -> None:
    one = "#define N 1\nint callee(void) { return N; }\n#undef N\n#define N 2\n"
    other = "#define N 2\nint callee(void) { return N; }\n#undef N\n#define N 1\n"
    assert like(one, other).kind is Kind.DIFFERS
    assert like(one, one.replace("N 2", "N 3")).kind is Kind.ALIKE
    late = "int callee(void) { return N; }\n#define N 1\n"
    assert like("#define N 1\nint callee(void) { return N; }\n", late).kind is Kind.DIFFERS


def test_a_macro_in_an_open_arm_is_not_told() -> None:
    code = (
        "#ifdef CONFIG_A\n#define N 1\n#else\n#define N 2\n#endif\nint callee(void) { return N; }\n"
    )
    open_ = Configuration(total=False)
    found = likeness("callee", text(code, open_), text(code, open_))
    assert (found.kind, found.reason) == (Kind.UNKNOWN, "which macro N is, is not told")
    told = likeness("callee", text(code, Configuration.of(A=True)), text(code, Configuration()))
    assert (told.kind, told.reason) == (Kind.DIFFERS, "the macro N is another")


def test_a_symbol_of_the_configuration_counts_where_it_is_named() -> None:
    code = "#define on(x) x\nint callee(void) { return on(CONFIG_HZ); }\n"
    sides = [text(code, Configuration.of(HZ=value)) for value in (100, 250)]
    found = likeness("callee", *sides)
    assert (found.kind, found.reason) == (Kind.DIFFERS, "CONFIG_HZ has another value")
    unsaid = text(code, Configuration(total=False))
    assert likeness("callee", unsaid, unsaid).assumed == ("CONFIG_HZ",)


def test_defined_or_declared_on_one_side_alone() -> None:
    body, said = "int callee(int x) { return x; }", "int callee(int x);"
    cases = {
        (body, said): (
            Kind.ONE_SIDED,
            "callee is defined on the first side, and only declared on the second",
        ),
        ("", body): (
            Kind.ONE_SIDED,
            "callee is defined on the second side, and not declared on the first",
        ),
        (said, said): (Kind.ELSEWHERE, ""),
        (said, "int callee(int other);"): (Kind.ELSEWHERE, ""),
        (said, "int callee(long x);"): (Kind.DIFFERS, "callee is declared otherwise"),
        (said, ""): (Kind.UNSEEN, "the second side does not declare callee"),
        ("", ""): (Kind.UNSEEN, "the first side and the second side does not declare callee"),
        (body, "#define callee(x) (x)"): (Kind.DIFFERS, "callee is a macro on one side alone"),
    }
    found = {pair: like(*pair) for pair in cases}
    assert {pair: (each.kind, each.reason) for pair, each in found.items()} == cases


def test_what_nobody_declares_is_told_beside_the_answer() -> None:
    code = "int callee(int x) { return made_by_macro(x) + STRANGE + x; }"
    found = like(code, code)
    assert (found.kind, found.unseen) == (Kind.ALIKE, ("made_by_macro", "STRANGE"))


def test_what_is_known_is_taken_unless_the_file_has_its_own() -> None:
    code = "int given(int x);\nint callee(int x) { return given(x); }"
    other = code.replace("int given(int x)", "long given(long x)")
    found = likeness("callee", text(code), text(other), known={"given"})
    assert (found.kind, found.taken) == (Kind.ALIKE, ("given",))
    own = [code.replace("int given(int x);", f"int given(int x) {{ return {n}; }}") for n in (1, 2)]
    assert likeness("callee", *map(text, own), known={"given"}).kind is Kind.DIFFERS


def test_defined_twice_is_not_told() -> None:
    code = "int f(void) { return 1; }\nint f(void) { return 2; }\nint callee(void) { return f(); }"
    found = like(code, code)
    assert (found.kind, found.reason, found.chain) == (
        Kind.UNKNOWN,
        "f is defined more than once",
        ("callee", "f"),
    )


def test_work_is_bounded() -> None:
    """Each function calls all before it: many ways, few names."""
    calls = ["static int f0(int x) { return x; }"]
    for n in range(1, 60):
        sum_ = " + ".join(f"f{m}(x)" for m in range(n))
        calls.append(f"static int f{n}(int x) {{ return {sum_}; }}")
    code = "\n".join(calls)
    assert like(code, code, "f59").kind is Kind.ALIKE
    found = like(code, code, "f59", most=20)
    assert (found.kind, found.reason) == (Kind.UNKNOWN, "it rests on more than 20 uses of names")
    chain = "\n".join(f"#define M{n}(x) M{n - 1}(M{n - 1}(x)) T##x" for n in range(1, 40))
    bomb = f"{chain}\n#define M0(x) x\nint callee(int x) {{ return M39(x); }}"
    assert like(bomb, bomb).kind is Kind.UNKNOWN


# --- trees --------------------------------------------------------------------------------------

HEADER = "int far(int x);\nint gone(int x);\nint often(int x);\nint hid(int x);\n"
FILES = {
    "include/linux/mm.h": HEADER,
    "mm/a.c": "#include <linux/mm.h>\nint callee(int x) { return far(x); }\n",
    "mm/far.c": "#include <linux/mm.h>\nstatic int in(int x) { return x; }\n"
    "int far(int x)\n{\n\treturn in(x);\n}\n",
    "mm/b.c": "int often(int x) { return x; }\nint use(int x) { return far(x); }\n",
    "mm/c.c": "int often(int x) { return -x; }\nstatic int hid(int x) { return x; }\n",
}


def tree(home: Path, name: str, **changed: str) -> TreeState:
    for path, code in FILES.items():
        (home / name / path).parent.mkdir(parents=True, exist_ok=True)
        old, new = changed.get("old", "\0"), changed.get("new", "")
        (home / name / path).write_text(code.replace(old, new))
    return TreeState(DirectoryTree(name, home / name), Configuration())


def test_definitions_are_looked_for_in_other_files(tmp_path: Path) -> None:
    one, other = (tree(tmp_path, name).file("mm/a.c") for name in "ab")
    found = likenesses(("far", "gone", "often", "hid"), one, other, search=True)
    assert {name: (each.kind, each.reason, each.spots[0]) for name, each in found.items()} == {
        "far": (Kind.ALIKE, "as other files of both trees have it", Spot("mm/far.c", 3)),
        "gone": (Kind.ELSEWHERE, "no definition of gone was found", Spot("include/linux/mm.h", 2)),
        "often": (
            Kind.ELSEWHERE,
            "often is defined in several files: mm/b.c:1, mm/c.c:1",
            Spot("mm/b.c", 1),
        ),
        "hid": (Kind.ELSEWHERE, "no definition of hid was found", Spot("include/linux/mm.h", 4)),
    }
    unsearched = likeness("far", one, other)
    assert (unsearched.kind, unsearched.reason) == (Kind.ELSEWHERE, "")


def test_a_definition_in_another_file_differs_with_what_it_calls(tmp_path: Path) -> None:
    one = tree(tmp_path, "one").file("mm/a.c")
    other = tree(tmp_path, "other", old="in(int x) { return x", new="in(int x) { return 1")
    found = likeness("far", one, other.file("mm/a.c"), search=True)
    spots = (Spot("mm/far.c", 2), Spot("mm/far.c", 2))
    assert found == Likeness(
        "far", Kind.DIFFERS, "the function in is another", spots, ("far", "in")
    )


def _fixture(era: str) -> Definitions:
    chosen = from_config_text((FIXTURES / f"{era}.config").read_text())
    return TreeState(DirectoryTree(era, FIXTURES / era), chosen).file("mm/mremap.c")


def _called(*sides: Definitions) -> list[str]:
    return sorted({name for side in sides for name in side.needs("move_page_tables")})


@pytest.mark.parametrize("era", ["rhel7-like", "5.0-like", "6.12-like"])
def test_a_fixture_tree_is_as_it_is(era: str) -> None:
    one, other = _fixture(era), _fixture(era)
    found = likenesses(_called(one), one, other)
    assert {each.kind for each in found.values()} <= {Kind.ALIKE, Kind.ELSEWHERE, Kind.UNSEEN}
    assert found["move_ptes"].kind is Kind.ALIKE


def test_fixture_trees_of_two_eras() -> None:
    one, other = _fixture("5.0-like"), _fixture("6.12-like")
    found = likenesses(_called(one, other), one, other)
    assert found["move_ptes"].kind is Kind.DIFFERS
    assert all(
        each.reason for each in found.values() if each.kind not in (Kind.ALIKE, Kind.ELSEWHERE)
    )


@pytest.mark.skipif(not TREES, reason="KERNEL_TREES names no kernel trees")
@pytest.mark.parametrize("path", TREES, ids=lambda each: each.name)
def test_a_real_tree_is_as_it_is(path: Path) -> None:
    chosen = Configuration.of(MMU=True, X86=True, X86_64=True, HAVE_MOVE_PMD=True)
    one, other = (
        TreeState(DirectoryTree(path.name, path), chosen).file("mm/mremap.c") for _ in "ab"
    )
    found = likenesses(_called(one), one, other)
    wrong = {name: each for name, each in found.items() if each.kind is Kind.DIFFERS}
    assert wrong == {}
