"""The shape of what is generated: what later engines, and people, rely on."""

from __future__ import annotations

import ast
import re
import sys
import traceback
from types import CodeType, FrameType

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import parse_statements, read
from analyzer.csource.syntax import Span
from analyzer.translate import (
    LP64,
    Environment,
    Program,
    Returned,
    Source,
    Translated,
    Untranslated,
    load,
    translate_fragment,
    translate_function,
)
from analyzer.translate.runtime.pointers import Pointer as Cell
from analyzer.translate.runtime.table import helpers
from analyzer.translate.types import Pointer, Record

GUARD = """\
#define MASK (~(PMD_SIZE - 1))
static bool aligned(unsigned long old, unsigned long new, unsigned long end)
{
	if ((old & ~MASK) || (new & ~MASK)
	    || end - old < PMD_SIZE)
		return false;
	return true;
}
"""
LOOP = """\
int first(struct item *at, int count, int key)
{
	int i;

	for (i = 0; i < count; i++) {
		if (at[i].key < 0)
			continue;
		if (at[i].key == key)
			goto found;
	}
	return -2;
found:
	take(&at[i]);
	return i;
}
struct item { int key; };
"""


def translated(text: str, name: str) -> Translated:
    file = read(text, "mm/x.c", Configuration())
    function = file.function(name)
    assert function is not None
    found = translate_function(function, Environment.of_file(file, LP64), Source(text))
    assert isinstance(found, Translated), found
    return found


def test_a_guard_reads_like_the_guard() -> None:
    assert ast.unparse(translated(GUARD, "aligned").tree) == (
        "def aligned(old, new, end):\n"
        "    if (old & ~~(PMD_SIZE - 1) or new & ~~(PMD_SIZE - 1)) "
        "or end - old & _U64 < PMD_SIZE:\n"
        "        return 0\n"
        "    return 1"
    )


def test_a_loop_with_a_step_and_a_label() -> None:
    assert ast.unparse(translated(LOOP, "first").tree) == (
        "def first(at, count, key):\n"
        "    _tick()\n"
        "    while True:\n"
        "        i = 0\n"
        "        while i < count:\n"
        "            _tick()\n"
        "            if at[i].key < 0:\n"
        "                i = _i32(i + 1)\n"
        "                continue\n"
        "            if at[i].key == key:\n"
        "                _jump = 1\n"
        "                break\n"
        "            i = _i32(i + 1)\n"
        "        if _jump:\n"
        "            _jump = 0\n"
        "            break\n"
        "        return -2\n"
        "    take(at[i])\n"
        "    return i"
    ).replace("    _tick()\n    while", "    _tick()\n    _jump = 0\n    while", 1)


def test_what_is_left_to_the_table_is_named() -> None:
    assert [(need.name, need.use.value) for need in translated(LOOP, "first").needs] == [
        ("take", "call")
    ]
    assert [(need.name, need.use.value) for need in translated(GUARD, "aligned").needs] == [
        ("PMD_SIZE", "value")
    ]


@pytest.mark.parametrize(("text", "name"), [(GUARD, "aligned"), (LOOP, "first")])
def test_every_node_stands_in_the_function(text: str, name: str) -> None:
    found = translated(text, name)
    first, last = found.span.line, found.span.end_line
    lines = text.split("\n")
    for node in ast.walk(found.tree):
        if isinstance(node, ast.expr | ast.stmt):
            assert first <= node.lineno <= (node.end_lineno or 0) <= last
            assert node.col_offset <= len(lines[node.lineno - 1])


def test_a_traceback_speaks_c() -> None:
    def take(item: object) -> None:
        raise ZeroDivisionError

    loaded = load(
        LOOP + "int test(int key) { struct item all[2] = { { -1 }, { 7 } };\n"
        "\treturn first(all, 2, key); }\n",
        "mm/x.c",
        primitives={"take": take},
    )
    with pytest.raises(ZeroDivisionError) as caught:
        loaded.call("test", 7)
    frames = [
        (frame.filename, frame.name, frame.lineno)
        for frame in traceback.extract_tb(caught.tb)
        if frame.filename == "mm/x.c"
    ]
    assert frames == [("mm/x.c", "test", 18), ("mm/x.c", "first", 13)]


def test_coverage_speaks_c() -> None:
    seen: list[int] = []

    def trace(frame: FrameType, event: str, argument: object) -> object:
        if event == "line" and frame.f_code.co_filename == "mm/g.c":
            seen.append(frame.f_lineno)
        return trace

    loaded = load(GUARD, "mm/g.c", primitives={"PMD_SIZE": 1 << 21})
    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        assert loaded.call("aligned", 1 << 21, 0, 1 << 22) == Returned(1)
    finally:
        sys.settrace(before)
    assert sorted(set(seen)) == [4, 5, 7]


def _globals(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _globals(constant)
    return names


@pytest.mark.parametrize(("text", "name"), [(GUARD, "aligned"), (LOOP, "first")])
def test_the_table_is_the_only_way_out(text: str, name: str) -> None:
    found = translated(text, name)
    known = set(helpers(load(text, "x.c").program.memory, 1)) | {found.unit.python_name}  # type: ignore[union-attr]
    known |= set(found.unit.constants) | {need.name for need in found.needs}
    members = {node.attr for node in ast.walk(found.tree) if isinstance(node, ast.Attribute)}
    assert _globals(found.unit.code) <= known | members
    assert members <= {"key"}


def test_no_name_is_known_to_the_translator() -> None:
    """Other names give the same tree under other names."""
    renamed = {"old": "a", "new": "b", "end": "c", "aligned": "q", "MASK": "Y"}
    other = re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), GUARD)
    ours = ast.unparse(translated(GUARD, "aligned").tree)
    theirs = ast.unparse(translated(other, "q").tree)
    assert re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), ours) == theirs


# --- a value that is no int ---------------------------------------------------------------------


class Word:
    """A number that an engine watches: it overloads what Python lets it, and notes each test."""

    def __init__(self, value: int, tests: list[bool]) -> None:
        self.value = value
        self.tests = tests

    def _with(self, value: int) -> Word:
        return Word(value, self.tests)

    def __bool__(self) -> bool:
        self.tests.append(self.value != 0)
        return self.value != 0

    __hash__ = None  # type: ignore[assignment]


def _overload(name: str) -> None:
    def operate(self: Word, *others: object) -> Word:
        plain = [each.value if isinstance(each, Word) else each for each in others]
        return self._with(getattr(self.value, name)(*plain))

    setattr(Word, name, operate)


for _operator in (
    *("add", "radd", "sub", "rsub", "mul", "rmul", "and", "rand", "or", "ror", "xor", "rxor"),
    *("lshift", "rlshift", "rshift", "rrshift", "floordiv", "rfloordiv", "mod", "rmod"),
    *("neg", "invert", "pos", "abs", "eq", "ne", "lt", "le", "gt", "ge"),
):
    _overload(f"__{_operator}__")

MIXED = """\
int test(int a, unsigned long b, unsigned char c)
{
	int n = (a << 3) / (c | 1) - (int)(b % 10) * ~a;
	unsigned short s = n;

	s += c * 300;
	n ^= s >> 2;
	n = n > a ? n : -n;
	return n + !b + (a && c) + (b > 5);
}
"""


@pytest.mark.parametrize("values", [(0, 0, 0), (-7, 1 << 63, 255), (1 << 30, 12, 1)])
def test_a_value_that_is_no_int_comes_to_the_same(values: tuple[int, int, int]) -> None:
    loaded = load(MIXED, "x.c")
    assert loaded.refused == ()
    tests: list[bool] = []
    found = loaded.program.run("test", *(Word(each, tests) for each in values))  # type: ignore[union-attr]
    plain = loaded.call("test", *values)
    assert isinstance(plain, Returned)
    assert (found.value if isinstance(found, Word) else found) == plain.value


def test_truth_is_forced_by_branches_alone() -> None:
    tests: list[bool] = []
    size = 1 << 21
    loaded = load(GUARD, "x.c", primitives={"PMD_SIZE": size})
    run = loaded.program.run  # type: ignore[union-attr]
    assert run("aligned", *(Word(each, tests) for each in (size, 3 * size, 2 * size))) == 1
    assert tests == [False, False, False]
    tests.clear()
    assert run("aligned", *(Word(each, tests) for each in (size, 5, 2 * size))) == 0
    assert tests == [False, True]


# --- pieces of functions ------------------------------------------------------------------------

FRAGMENT = """\
if (extent == PMD_SIZE) {
	bool moved;

	count++;
	moved = move(vma->mm, extent);
	if (moved)
		continue;
	if (count > 3UL)
		goto out;
}
"""


def fragment(code: str = FRAGMENT, **types: object) -> Translated | Untranslated:
    text = "struct vma { struct mm *mm; };\nextern const unsigned long PMD_SIZE;\n"
    file = read(text, "mm/x.c", Configuration())
    statements = parse_statements(code, None, "mm/x.c", line=40)
    assert isinstance(statements, tuple)
    environment = Environment.of_file(file, LP64)
    span = Span(40, 0, 49, 1)
    source = Source("\n" * 39 + code)
    return translate_fragment("slot", statements, "mm/x.c", environment, span, source, types)  # type: ignore[arg-type]


def test_a_fragment_takes_what_it_does_not_declare() -> None:
    found = fragment(vma=Pointer(Record("vma", False)), count=LP64.unsigned_long)
    assert isinstance(found, Translated)
    assert [each.arg for each in found.tree.args.args] == ["extent", "count", "vma"]
    assert ast.unparse(found.tree) == (
        "def slot(extent, count, vma):\n"
        "    _tick()\n"
        "    if extent & _U64 == PMD_SIZE[0]:\n"
        "        count = count + 1 & _U64\n"
        "        moved = _bool(move(vma.mm, extent))\n"
        "        if moved:\n"
        "            return ('continue', None, count)\n"
        "        if count > 3:\n"
        "            return ('goto', 'out', count)\n"
        "    return ('falls', None, count)"
    )


def test_a_fragment_of_unknown_types_says_what_it_lacks() -> None:
    found = fragment(count=LP64.unsigned_long)
    assert isinstance(found, Untranslated)
    assert (found.reason, found.span.line) == (
        "looks at what the unknown type of vma points to",
        44,
    )


def ran(found: Translated | Untranslated, *arguments: object, **primitives: object) -> object:
    assert isinstance(found, Translated)
    outcome = Program([found.unit], primitives).call("slot", *arguments)
    assert isinstance(outcome, Returned)
    return outcome.value


def test_a_fragment_says_what_it_takes_and_what_it_changes() -> None:
    found = fragment(vma=Pointer(Record("vma", False)), count=LP64.unsigned_long)
    assert isinstance(found, Translated)
    assert (found.names, found.changed, found.cells) == (("extent", "count", "vma"), ("count",), ())


def test_what_a_fragment_hands_out_is_a_cell() -> None:
    code = "if (step(&count, first))\n\tcount += 2;\nfirst = count;\n"
    found = fragment(code, count=LP64.unsigned_long, first=LP64.int)
    assert isinstance(found, Translated)
    assert (found.names, found.changed, found.cells) == (
        ("count", "first"),
        ("first",),
        ("count",),
    )
    assert ast.unparse(found.tree) == (
        "def slot(count, first):\n"
        "    _tick()\n"
        "    if step(count, first):\n"
        "        count[0] = count[0] + 2 & _U64\n"
        "    first = _i32(count[0])\n"
        "    return ('falls', None, first)"
    )

    def step(count: Cell, first: int) -> int:
        count[0] = first + 1
        return 1

    home = [40]
    assert ran(found, Cell(home), 5, step=step) == ("falls", None, 8)
    assert home == [8]


def test_a_cell_of_a_pointer_and_one_in_an_inner_block() -> None:
    found = fragment(
        "if (extent) {\n\tint extent = 3;\n\tfind(&vma, &extent);\n\tkeep(extent);\n}\n",
        vma=Pointer(Record("vma", False)),
        extent=LP64.unsigned_long,
    )
    assert isinstance(found, Translated)
    assert (found.names, found.changed, found.cells) == (("extent", "vma"), (), ("vma",))
    kept: list[object] = []

    def find(vma: Cell, extent: Cell) -> None:
        vma[0], extent[0] = "another", 9

    home: list[object] = ["one"]
    assert ran(found, 1, Cell(home), find=find, keep=kept.append) == ("falls", None)
    assert (home, kept) == (["another"], [9])


def test_a_fragment_does_not_hand_out_what_it_knows_no_type_of() -> None:
    found = fragment("\tcheck(&count);\n")
    assert isinstance(found, Untranslated)
    assert found.reason == "the address of count, which stands outside the fragment"


def test_what_the_function_declares_hides_what_is_declared_outside() -> None:
    found = fragment("use(PMD_SIZE);\n", PMD_SIZE=LP64.int)
    assert isinstance(found, Translated)
    assert (found.names, [each.name for each in found.needs]) == (("PMD_SIZE",), ["use"])
    beside = fragment("use(count);\n", PMD_SIZE=LP64.int)
    assert isinstance(beside, Translated)
    assert beside.names == ("count",)
