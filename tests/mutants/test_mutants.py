"""Mutants of one function: what they are, and what they must not be."""

from __future__ import annotations

import shutil

import pytest

from analyzer.csource.configuration import Configuration
from tests.mutants.assembly import assembly
from tests.mutants.mutants import Kind, Mutant, mutants

SMALL = """\
int f(int a, int b)
{
	if (a < b || !b)
		return -1;
	return a;
}
"""


def _of(text: str, *kinds: Kind) -> list[str]:
    return [_changed(text, one) for one in mutants(text, "f") if one.kind in kinds]


# --- what they are --------------------------------------------------------------------------------


def _changed(text: str, mutant: Mutant) -> str:
    """The lines of a mutant that the text does not have, as one line."""
    before = text.split("\n")
    return " / ".join(each.strip() for each in mutant.text.split("\n") if each not in before)


def test_a_small_function_has_these_mutants() -> None:
    found = [(one.name, _changed(SMALL, one)) for one in mutants(SMALL, "f") if not one.equal]
    assert found == [
        ("jump-deleted-return@4", ";"),
        ("return-value-0@4", "return 0;"),
        ("return-value-(-1)+1@4", "return (-1) + 1;"),
        ("return-value-0@5", "return 0;"),
        ("return-value-(a)+1@5", "return (a) + 1;"),
        ("comparison-<<=@3", "if (a <= b || !b)"),
        ("comparison-<>=@3", "if (a >= b || !b)"),
        ("comparison-<>@3", "if (a > b || !b)"),
        ("cast-int@3", "if ((int)a < (int)b || !b)"),
        ("cast-long@3", "if ((long)a < (long)b || !b)"),
        ("cast-unsigned-int@3", "if ((unsigned int)a < (unsigned int)b || !b)"),
        ("guard-negated@3", "if (!(a < b || !b))"),
        ("condition-dropped-always-1@3", "if (1)"),
        ("condition-dropped-always-0@3", "if (0)"),
        ("junction-||&&@3", "if (a < b && !b)"),
        ("condition-dropped@3", "if ((!b))"),
        ("negation-added@3", "if (!(a < b) || !b)"),
        ("condition-dropped@3.2", "if ((a < b))"),
        ("negation-added@3.2", "if (a < b || !(!b))"),
        ("negation-removed@3", "if (a < b || b)"),
        ("constant-(1+1)@4", "return -(1 + 1);"),
        ("constant-(1-1)@4", "return -(1 - 1);"),
        ("constant-0@4", "return -0;"),
        ("constant-(2*1)@4", "return -(2 * 1);"),
    ]


def test_a_small_function_has_these_equal_rewrites() -> None:
    found = [(one.name, _changed(SMALL, one)) for one in mutants(SMALL, "f") if one.equal]
    assert found == [
        ("equal-renamed-a@1", "int f(int a_new, int b) / if (a_new < b || !b) / return a_new;"),
        ("equal-renamed-b@1", "int f(int a, int b_new) / if (a < b_new || !b_new)"),
        (
            "equal-renamed-all@1",
            "int f(int a_new, int b_new) / if (a_new < b_new || !b_new) / return a_new;",
        ),
        ("equal-de-morgan@3", "if ((!(!(a < b) && !(!b))))"),
        ("equal-operands@3", "if (((!b) || (a < b)))"),
        ("equal-parenthesis@3", "if ((a < b || !b))"),
        ("equal-turned@3", "if ((b > a) || !b)"),
        ("equal-parenthesis@3.2", "if ((a < b) || !b)"),
        ("equal-zero@3", "if (a < b || (b == 0))"),
        ("equal-zero-truth@3", "if ((a < b || !b) != 0)"),
        ("equal-duplicate-and@3", "if ((a < b || !b) && (a < b || !b))"),
        ("equal-duplicate-or@3", "if ((a < b || !b) || (a < b || !b))"),
        ("equal-constant@4", "return -0x1;"),
        ("equal-split@3", "{ if (a < b) return -1; if (!b) return -1; }"),
        (
            "equal-hoisted@3",
            "{ int decided = !!(a < b || !b); if (decided) / return -1; }",
        ),
        ("equal-braces@3", "{ if (a < b || !b) / return -1; }"),
        ("equal-once@3", "do { if (a < b || !b) / return -1; } while (0);"),
        ("equal-dead-store@3", "{ int spare = 0; / spare = 1; if (a < b || !b)"),
        (
            "equal-return@4",
            "{ int result; / { result = -1; goto leaving; } / leaving: return result; }",
        ),
        ("equal-braces@4", "{ return -1; }"),
        ("equal-once@4", "do { return -1; } while (0);"),
        ("equal-braces@5", "{ return a; }"),
        ("equal-once@5", "do { return a; } while (0);"),
        ("equal-dead-store@5", "{ int spare = 0; / spare = 1; return a;"),
    ]


SPLIT = "int f(int a, int b)\n{\n\tif (a || b < 2) return 1;\n\treturn 0;\n}\n"
LOOP = """\
unsigned long f(unsigned long from, unsigned long end)
{
	unsigned long n = 0;
	int k;
	for (k = 0; k < 4; k++) n += from;
	while (from < end) { from += 4096; n++; }
	do n--; while (n > 9);
	k = 3;
	n = from;
	if (n && end) from = 2; else from = 3;
	return n ? k : from;
}
"""


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        (SPLIT, Kind.EQUAL_SPLIT, "{ if (a) return 1; if (b < 2) return 1; }"),
        (SPLIT, Kind.EQUAL_HOISTED, "{ int decided = !!(a || b < 2); if (decided) return 1; }"),
        (LOOP, Kind.EQUAL_LOOP, "{ k = 0; while (k < 4) { n += from; k++; } }"),
        (LOOP, Kind.EQUAL_ORDER, "while (from < end) { n++; from += 4096; }"),
        (LOOP, Kind.LOOP_BOUND, "for (k = 0; k < (4 + 1); k++) n += from;"),
        (LOOP, Kind.LOOP_START, "for (k = 0 + 1; k < 4; k++) n += from;"),
        (LOOP, Kind.LOOP_STEP, "for (k = 0; k < 4; k += 2) n += from;"),
        (LOOP, Kind.EQUAL_BRANCHES, "return (!(n) ? from : k);"),
        (
            LOOP.replace("n ? k : from", "k"),
            Kind.EQUAL_BRANCHES,
            "if (!(n && end)) { from = 3; } else { from = 2; }",
        ),
        (LOOP, Kind.EQUAL_COMPOUND, "for (k = 0; k < 4; k++) n = n + (from);"),
        (
            LOOP.replace("n++;", "n = from;"),
            Kind.STATEMENTS_SWAPPED,
            "while (from < end) { n = from; from += 4096; }",
        ),
    ],
    ids=lambda each: each.name if isinstance(each, Kind) else "",
)
def test_the_first_of_a_kind(text: str, kind: Kind, first: str) -> None:
    assert _of(text, kind)[0] == first


LOCKED = """\
#define ENOMEM 12
int f(struct mm *mm, struct page *one, struct page *two, unsigned long at, unsigned long end)
{
	int err = -ENOMEM;

	spin_lock(&mm->ptl);
	prepare(mm);
	if (walk(mm, at, end))
		goto out;
	if (one != two)
		spin_unlock(&one->ptl);
	for (;;) {
		if (take(one, two))
			break;
		continue;
	}
	err = 0;
out:
	spin_unlock(&mm->ptl);
done:
	return err;
}
"""


def test_calls_locks_and_jumps() -> None:
    kinds = (
        Kind.CALL_DELETED,
        Kind.LOCK_MOVED,
        Kind.ARGUMENTS_SWAPPED,
        Kind.ARGUMENT_REPLACED,
        Kind.JUMP_DELETED,
        Kind.JUMP_EXCHANGED,
        Kind.GOTO_ELSEWHERE,
        Kind.ASSIGNMENT_DELETED,
    )
    assert [one.name for one in mutants(LOCKED, "f") if one.kind in kinds] == [
        "jump-deleted-goto@9",
        "goto-elsewhere-done@9",
        "jump-deleted-break@14",
        "jump-exchanged@14",
        "jump-deleted-continue@15",
        "jump-exchanged@15",
        "call-deleted-spin_lock@6",
        "lock-moved-spin_lock@6",
        "call-deleted-prepare@7",
        "lock-moved-spin_unlock@8",
        "arguments-swapped-walk@8",
        "argument-replaced-at-end@8",
        "argument-replaced-at-err@8",
        "argument-replaced-end-at@8",
        "argument-replaced-end-err@8",
        "lock-moved-spin_unlock@10",
        "call-deleted-spin_unlock@11",
        "arguments-swapped-take@13",
        "argument-replaced-one-two@13",
        "argument-replaced-two-one@13",
        "assignment-deleted-err@17",
        "lock-moved-spin_unlock@19",
        "call-deleted-spin_unlock@19",
        "lock-moved-spin_unlock@19.2",
    ]


def test_a_lock_goes_past_a_label() -> None:
    moved = [one.text for one in mutants(LOCKED, "f") if one.name.endswith("spin_unlock@19")]
    assert "\terr = 0;\n spin_unlock(&mm->ptl); out:\n\t;\ndone:\n" in moved[0]


# --- what must not be done ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["g", "", "F"])
def test_a_function_that_is_not_there(name: str) -> None:
    with pytest.raises(LookupError):
        next(mutants(SMALL, name))


def test_a_function_that_cannot_be_read() -> None:
    with pytest.raises(LookupError):
        next(mutants("int f(int a)\n{\n\treturn a +;\n}\n", "f"))


@pytest.mark.parametrize(
    "text",
    [
        "#define TRAP 1 + 2\nint f(int a)\n{\n\treturn a * TRAP;\n}\n",
        "#define DOUBLE(x) x * 2\nint f(int a)\n{\n\treturn DOUBLE(a + 1);\n}\n",
        "#define NAMED(x) #x\nint f(int a)\n{\n\treturn NAMED(a + 1)[0];\n}\n",
    ],
)
def test_values_are_not_told_otherwise_beside_macros_that_bind_with_them(text: str) -> None:
    found = {one.kind for one in mutants(text, "f") if one.equal}
    assert found <= {Kind.EQUAL_RENAMED}


def test_what_a_macro_may_be_given_is_left_alone() -> None:
    text = "int f(int a)\n{\n\treturn known(a + 1) & 3;\n}\n"
    assert _of(text, Kind.EQUAL_OPERANDS) == []
    known = "int known(int);\n" + text
    assert _of(known, Kind.EQUAL_OPERANDS) == ["return known((1 + a)) & 3;"]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("#define BAIL(t) if (t) return 1\n", "BAIL(a); else_(); return a;"),
        ("", "if (a) g(); DECLARE_X(x); return a;"),
        ("", "guard(lock)(&a); return a;"),
    ],
)
def test_a_macro_that_is_more_than_a_statement_gets_no_braces(head: str, body: str) -> None:
    text = f"{head}int f(int a)\n{{\n\t{body}\n}}\n"
    made = [one.text for one in mutants(text, "f") if one.equal]
    assert not any("{ BAIL" in one or "{ DECLARE" in one or "{ guard" in one for one in made)


def test_a_name_that_a_macro_uses_too_stays() -> None:
    text = (
        "#define STEP (n + 1)\nint f(int n, int m)\n{\n\tn = STEP;\n\tm = 2;\n\treturn n + m;\n}\n"
    )
    made = [one for one in mutants(text, "f") if one.equal]
    assert [one.name for one in made if one.kind is Kind.EQUAL_RENAMED] == ["equal-renamed-m@2"]
    assert [one for one in made if one.kind is Kind.EQUAL_ORDER] == []


@pytest.mark.parametrize(
    "body",
    [
        "n = m; m = 2;",
        "n = g(); m = 2;",
        "n = *p; m = 2; g(&m);",
        "n = 1; n = 2;",
        "x = 1; n = 2;",
    ],
)
def test_assignments_that_meet_stay_in_their_order(body: str) -> None:
    text = f"int x;\nint f(int n, int m, int *p)\n{{\n\t{body}\n\treturn n + m;\n}}\n"
    assert _of(text, Kind.EQUAL_ORDER) == []


def test_gcc_tells_where_a_jump_goes() -> None:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not here to judge")
    rest = "one: g(1);\ntwo: g(2);\nthree: g(3);\n}\n"
    head = "void g(int);\nvoid f(int n)\n{\n\tg(0); if (n == 1) goto one; if (n == 2) goto "
    texts = [f"{head}{label}; goto three;\n{rest}" for label in ("two", "three")]
    told = [assembly(each) for each in texts]
    assert None not in told
    assert told[0] != told[1]
    assert assembly(texts[0].replace("int n", "int m").replace("(n ", "(m ")) == told[0]


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("n || m == 2", ["if (((m == 2) || (n)))", "if (n || (2 == m))"]),
        ("n && n / m", []),
        ("p && *p", []),
        ("n && late", []),
        ("n && g(m)", []),
    ],
)
def test_terms_change_places_only_where_each_may_come_first(test: str, found: list[str]) -> None:
    text = f"int f(int n, int m, int *p)\n{{\n\tint late;\n\tif ({test})\n\t\tn = 1;\n}}\n"
    assert _of(text, Kind.EQUAL_OPERANDS) == found


def test_a_struct_of_the_same_name_is_not_renamed() -> None:
    text = "int f(struct vma *vma)\n{\n\treturn vma->vma;\n}\n"
    assert _of(text, Kind.EQUAL_RENAMED) == ["int f(struct vma *vma_new) / return vma_new->vma;"]


# --- configurations and directives ----------------------------------------------------------------

ARMED = """\
int g(void)
{
#ifdef CONFIG_A
	return 1;
#endif
	return 2;
}
int f(int a)
{
#ifdef CONFIG_A
	a += 1;
#else
	a -= 1;
#endif
	if (a) {
#ifdef CONFIG_A
		a = 2;
#endif
	} else {
		a = 3;
	}
	return a;
}
"""


def test_a_configuration_picks_arms_in_the_function_alone() -> None:
    found = [one.text for one in mutants(ARMED, "f", Configuration.of(A=True))]
    assert len(found) > 30
    assert all(each.startswith(ARMED[: ARMED.index("int f")]) for each in found)
    assert not any("a -= 1;\n#" in each or "#else" in each for each in found)


def test_without_a_configuration_no_directive_is_torn_from_its_half() -> None:
    found = list(mutants(ARMED, "f"))
    assert len(found) > 20
    for one in found:
        lines = [each for each in one.text.split("\n") if each.lstrip().startswith("#")]
        assert lines == [each for each in ARMED.split("\n") if each.startswith("#")]
