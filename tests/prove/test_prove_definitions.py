"""What one C file of one state of a tree sees: translated, as it stands, and told why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.csource.configuration import Configuration, from_config_text
from analyzer.errors import AnalyzerError
from analyzer.prove.definitions import Definitions, TreeState
from analyzer.repo import DirectoryTree
from analyzer.translate.headers import Headers
from analyzer.translate.result import Translated, TranslatedVariable, Untranslated

FIXTURES = Path(__file__).parents[2] / "fixtures/trees"

CODE = """
#include <linux/mm.h>
#define LIMIT 5
#define twice_of(x) doubled((x) + LIMIT)
static int depth = 3;
extern int far(int a, long b);
int doubled(int x) { return x + x; }
int start(int x)
{
#ifdef CONFIG_ON
	return twice_of(four(x)) + depth; /* one */
#else
	return 0; // two
#endif
}
int split(int x) { return x; }
int split(int x) { return -x; }
int bad(int x) { return wrong->x; }
"""
MM_H = """
static inline int four(int x) { return x * 4; }
static inline int hidden(int x) { return x; }
#define hidden(x) (x)
#if UNTOLD > 3
static inline int either(int x) { return 1; }
#else
static inline int either(int x) { return 2; }
#endif
int beyond(void);
"""


@pytest.fixture
def state(tmp_path: Path) -> TreeState:
    for path, text in {"mm/a.c": CODE, "include/linux/mm.h": MM_H, "mm/empty.c": ""}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return TreeState(DirectoryTree("tree", tmp_path), Configuration.of(ON=True))


@pytest.fixture
def seen(state: TreeState) -> Definitions:
    return state.file("mm/a.c")


def test_functions_are_the_files_own_or_a_headers_and_none_is_translated_twice(
    seen: Definitions,
) -> None:
    start, four = seen.function("start"), seen.function("four")
    assert isinstance(start, Translated)
    assert isinstance(four, Translated)
    assert [(each.name, each.path, each.span.line) for each in (start, four)] == [
        ("start", "mm/a.c", 8),
        ("four", "include/linux/mm.h", 2),
    ]
    assert [each.name for each in start.needs] == ["doubled", "four", "depth"]
    assert seen.function("start") is start
    assert seen.function("four") is four


def test_what_has_no_body_is_none(seen: Definitions) -> None:
    assert [seen.function(name) for name in ("far", "beyond", "nobody", "LIMIT", "depth")] == [
        None
    ] * 5


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("split", "defined more than once: mm/a.c:16, mm/a.c:17"),
        ("either", "defined more than once: include/linux/mm.h:6, include/linux/mm.h:8"),
        (
            "hidden",
            "a macro of that name stands before the function: include/linux/mm.h:3",
        ),
    ],
)
def test_what_is_ambiguous_is_not_translated(seen: Definitions, name: str, reason: str) -> None:
    found = seen.function(name)
    assert isinstance(found, Untranslated)
    assert found.reason == reason


def test_what_cannot_be_translated_says_why(seen: Definitions) -> None:
    found = seen.function("bad")
    assert isinstance(found, Untranslated)
    assert (found.name, found.path, found.span.line) == ("bad", "mm/a.c", 18)


def test_variables_are_the_files_own(seen: Definitions) -> None:
    depth = seen.variable("depth")
    assert isinstance(depth, TranslatedVariable)
    assert seen.variable("depth") is depth
    assert seen.variable("far") is seen.variable("four") is seen.variable("nobody") is None


def test_signatures_are_those_declared_or_defined(seen: Definitions) -> None:
    names = ("far", "doubled", "four", "beyond", "depth", "nobody")
    assert [seen.signature(name) is None for name in names] == [False] * 4 + [True] * 2
    far, doubled = seen.signature("far"), seen.signature("doubled")
    assert far is not None
    assert doubled is not None
    assert seen.signature("four") == doubled != far


def test_tokens_are_without_comments_blanks_and_the_arms_that_are_not_picked(
    seen: Definitions, state: TreeState
) -> None:
    whole = "int start ( int x ) { return twice_of ( four ( x ) ) + depth ; }"
    assert seen.tokens("start") == tuple(whole.split())
    off = TreeState(state.tree, Configuration.of(ON=False)).file("mm/a.c")
    picked = "int start ( int x ) { return 0 ; }"
    assert off.tokens("start") == tuple(picked.split())
    inline = "static inline int four ( int x ) { return x * 4 ; }"
    assert seen.tokens("four") == tuple(inline.split())
    assert seen.tokens("far") is seen.tokens("split") is seen.tokens("nobody") is None


def test_an_arm_that_is_left_open_keeps_its_directives(state: TreeState) -> None:
    seen = TreeState(state.tree, Configuration(total=False)).file("mm/a.c")
    found = seen.tokens("start")
    assert found is not None
    assert [each for each in found if each.startswith("#")] == [
        "# ifdef CONFIG_ON",
        "# else",
        "# endif",
    ]


def test_a_literal_with_a_comment_in_it_is_kept() -> None:
    seen = Definitions.of_text('char *f(void) { return "/* no */"; }', "a.c")
    assert '"/* no */"' in (seen.tokens("f") or ())


def test_needs_are_the_names_as_they_stand(seen: Definitions) -> None:
    assert seen.needs("start") == ("twice_of", "four", "depth")
    assert seen.needs("nobody") == ()


def test_macros_are_followed_into_each_other(seen: Definitions) -> None:
    found = seen.macros("start")
    assert [name for name, _ in found] == ["twice_of", "LIMIT"]


def test_a_text_by_itself() -> None:
    text = "#ifdef CONFIG_ON\nint f(int x) { return x; }\n#endif\nint g(int x) { return f(x); }\n"
    assert Definitions.of_text(text, "a.c").function("f") is None
    on = Definitions.of_text(text, "a.c", Configuration.of(ON=True))
    found = on.function("f")
    assert isinstance(found, Translated)
    assert found.span.line == 2


def test_no_such_file(state: TreeState) -> None:
    with pytest.raises(AnalyzerError, match=r"there is no mm/none\.c"):
        Definitions.of_tree(state.tree, "mm/none.c", Configuration())
    with pytest.raises(AnalyzerError, match=r"there is no \.\./a\.c"):
        state.file("../a.c").function("start")


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    state = TreeState(DirectoryTree("tree", tmp_path / "none"), Configuration())
    assert state.file("mm/a.c").path == "mm/a.c"


def test_the_headers_of_a_state_are_read_once(state: TreeState) -> None:
    reads: list[str] = []

    def read(path: str) -> bytes | None:
        reads.append(path)
        return state.tree.read(path)

    headers = Headers(read, configuration=state.configuration)
    shared = TreeState(state.tree, state.configuration, headers=headers)
    for path in ("mm/a.c", "mm/empty.c", "mm/a.c"):
        made = Definitions.of_tree(state.tree, path, state.configuration, state=shared)
        assert isinstance(made.function("doubled"), Translated) is (path == "mm/a.c")
        made.signature("four")
    assert len(reads) == len(set(reads))
    assert "include/linux/mm.h" in reads


def test_an_architectures_own_file_is_compiled_for_that_one(state: TreeState) -> None:
    assert state.headers("arch/arm64/mm/mmu.c").arch == "arm64"
    assert state.headers("arch/x86/mm/init.c") is state.headers("mm/a.c")


@pytest.mark.parametrize("era", ["rhel7-like", "5.0-like", "6.12-like"])
def test_the_fixture_trees(era: str) -> None:
    chosen = from_config_text((FIXTURES / f"{era}.config").read_text())
    state = TreeState(DirectoryTree(era, FIXTURES / era), chosen)
    seen = state.file("mm/mremap.c")
    found = seen.function("move_page_tables")
    assert isinstance(found, Translated)
    assert not set(seen.needs("move_page_tables")) & set(found.names)
    assert {each.name for each in found.needs if each.name in seen.needs("move_page_tables")}
    assert seen.tokens("move_page_tables") != seen.tokens("move_ptes")
