"""The shipped conditions decide, on code of our own, which later fixes concern it."""

from __future__ import annotations

import re

import pytest

from analyzer.upstream import CommitFacts, Pattern, Wild, load, parse_pattern

# Only the deeds by which a move of a whole table, as v5.0 had it, can be known.
MOVE_ONE_TABLE = """
static int carry(struct orchard *o, pmd_t *source, pmd_t *target)
{
    pmd_t kept = *source;

    if ((o->from & ~PMD_MASK) != 0)
        return 1;
    if (WARN_ON(!pmd_none(*target)))
        return 2;
    pmd_clear(source);
    set_pmd_at(o->mm, o->to, target, kept);
    return 0;
}
"""
CALL_UNDER_CONDITION = """
static void caller(void)
{
    if (extent > limit - from)
        extent = limit - from;
    if (wanted)
        take_rmap_locks(area);
    done = carry(area, source, target);
}
"""
CALL_WITHOUT = CALL_UNDER_CONDITION.replace("    if (wanted)\n    ", "")
TOKEN = re.compile(r"[A-Za-z_]\w*|\d\w*|->|&&|\|\||[<>=!]=|\+\+|\S")
PAIRS = {"(": ")", "[": "]"}


def end_of(pattern: Pattern, tokens: list[str], start: int) -> bool:
    """Whether the pattern fits at ``start``; REST takes as little as it can."""
    states = {start}
    for element in pattern.elements:
        reached: set[int] = set()
        for at in states:
            if element is Wild.REST:
                reached |= rest_from(tokens, at)
            elif at < len(tokens) and (element is Wild.ANY or tokens[at] in element):
                reached.add(at + 1)
        states = reached
    return bool(states)


def rest_from(tokens: list[str], at: int) -> set[int]:
    depth, ends = 0, {at}
    for index in range(at, len(tokens)):
        depth += (tokens[index] in PAIRS) - (tokens[index] in PAIRS.values())
        if depth < 0:
            break
        if depth == 0:
            ends.add(index + 1)
    return ends


def found(pattern: Pattern, code: str) -> bool:
    tokens = TOKEN.findall(code)
    return any(end_of(pattern, tokens, start) for start in range(len(tokens)))


def concerns(commit: CommitFacts, functions: list[str], arch: str) -> bool:
    """What a reader may conclude from code alone, the tree not being known."""
    rule = commit.applies
    if rule is None or rule.base or (rule.arch and arch not in rule.arch):
        return False
    return any(
        all(found(pattern, function) for pattern in rule.code)
        and not any(found(pattern, function) for pattern in rule.missing_code)
        for function in functions
    )


def decided(functions: list[str], arch: str) -> list[str]:
    return [c.id[:12] for c in load().all() if concerns(c, functions, arch)]


def test_a_whole_pmd_move_as_in_its_first_release_lacks_two_fixes() -> None:
    assert decided([MOVE_ONE_TABLE, CALL_UNDER_CONDITION], "x86") == [
        "f81fdd0c4ab7",
        "97113eb39fa7",
    ]


def test_on_powerpc_it_lacks_three_more() -> None:
    assert decided([MOVE_ONE_TABLE, CALL_UNDER_CONDITION], "powerpc") == [
        *("3bbda69c48d2", "cec6515abbda"),
        *("f81fdd0c4ab7", "0881ace292b6", "97113eb39fa7"),
    ]


def test_a_pmd_move_that_tests_no_alignment_needs_its_caller_to() -> None:
    bare = MOVE_ONE_TABLE.replace("& ~PMD_MASK", "& 1")
    assert "9ad9718bfa41" in decided([bare], "x86")


def test_code_that_moves_no_table_lacks_nothing() -> None:
    assert decided([CALL_UNDER_CONDITION], "powerpc") == []


def test_a_warning_that_comes_once_is_not_taken_for_one_that_repeats() -> None:
    once = MOVE_ONE_TABLE.replace("WARN_ON(", "WARN_ON_ONCE(")
    assert decided([once], "x86") == ["97113eb39fa7"]


@pytest.mark.parametrize(("code", "hint"), [(CALL_UNDER_CONDITION, False), (CALL_WITHOUT, True)])
def test_rmap_locks_taken_without_a_condition_hint_at_the_fix(code: str, hint: bool) -> None:
    commit = load().by("97113eb39fa7").commit
    assert commit is not None
    assert any(found(pattern, code) for pattern in commit.carried) is hint


ENTRY_LOOP = """
static void entries(void)
{
    for (; from < limit; source++) {
        entry = ptep_get_and_clear(mm, from, source);
        %s
        entry = move_pte(entry, protection, from, to);
        set_pte_at(mm, to, target, entry);
    }
    %s
}
"""
FLUSH = "if (flush) flush_tlb_range(area, from, limit);"


@pytest.mark.parametrize(
    ("lines", "lacking"),
    [
        (("", ""), ["5d1904204c99", "eb66ae030829"]),
        (("if (pte_present(entry) && pte_dirty(entry)) flush = true;", FLUSH), ["eb66ae030829"]),
        (("if (pte_present(entry)) flush = true;", FLUSH), []),
        (
            ("if (pte_present(*source) && pte_dirty(*source)) flush = true;", FLUSH),
            ["a2ce2666aa8d", "eb66ae030829"],
        ),
    ],
)
def test_the_history_of_the_flush_is_told_apart(lines: tuple[str, str], lacking: list[str]) -> None:
    assert decided([ENTRY_LOOP % lines], "x86") == lacking


def test_a_flush_that_is_left_to_the_caller_is_not_taken_for_none() -> None:
    left = (ENTRY_LOOP % ("", "")).replace("(void)", "(bool *flush_later)")
    assert decided([left], "x86") == ["eb66ae030829"]


@pytest.mark.parametrize(
    ("code", "sha"),
    [
        ("extent = (next > end) ? end - from : next - from;", "e05986ee7a58"),
        ("if (len + from < end) return 0;", "a4a282daf1a1"),
        ("return folio_pte_batch(folio, ptep, pte, most);", "04d1c9d60c6e"),
        ("vm_flags_clear(r->vma, VM_LOCKED_MASK | VM_ACCOUNT);", "0e59f47c15ce"),
        ("if (!err && (f & MREMAP_DONTUNMAP)) move_page_tables(a);", "1583aa278f5f"),
        (
            "do_munmap(a); v = vma_to_resize(b); if (v) map_flags = MAP_FIXED;",
            "ea2c3f6f5545",
        ),
        (
            "if (WARN_ON_ONCE(!pmd_none(*t))) x(); if (vma_has_uffd_without_event_remap(a)) y();",
            "772e5b4a5e83",
        ),
    ],
)
def test_a_fix_of_other_code_is_decided_by_that_code(code: str, sha: str) -> None:
    assert decided([code], "x86") == [sha]


def test_the_matcher_of_these_tests_respects_brackets() -> None:
    assert found(parse_pattern("f ( ... , true )"), "f(a, g(b, c), true);")
    assert not found(parse_pattern("f ( ... , true )"), "f(a), g(b, true);")
