"""RG-1: the draft names what the patch touches, what to watch there, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from growth import growth
from one_case import at, case_of

from analyzer.finding import State
from analyzer.repair import Reading
from analyzer.result import Item
from analyzer.review.case import Case
from analyzer.review.domains import domains_used
from analyzer.review.regression import where_problems_occur

CHECK = (
    "Check this draft against the code, complete it, and put it into the patch's risk statement."
)
TLB = (
    "TLB flush: stale translations after an entry changed; run with CONFIG_DEBUG_VM and a TLB "
    "stress, with threads that use the old address on other CPUs"
)
CALLERS = "go through the callers of what is named here, and exercise each of them"


def diff(path: str, body: str, heading: str = "int outer(void)", at_line: int = 1) -> str:
    lines = body.split("\n")
    old = sum(line[:1] != "+" for line in lines)
    new = sum(line[:1] != "-" for line in lines)
    return (
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
        f"@@ -{at_line},{old} +{at_line},{new} @@ {heading}\n{body}\n"
    )


def draft(summary: str, reason: str, evidence: tuple) -> Item:
    return Item(
        "RG-1",
        "where could problems occur?",
        State.NEEDS_REVIEW,
        f"draft: {summary}",
        reason,
        evidence,
        next=CHECK,
        answered_by="a person",
    )


def names_of(body: str) -> dict[str, tuple[str, ...]]:
    """The domains of a hunk's body, with the names that gave them away."""
    (file,) = case_of(diff("lib/a.c", body)).patch.files
    return {one.domain.name: one.names for one in domains_used(file.hunks)}


def test_files_functions_and_domains_make_the_draft() -> None:
    body = " \tint x;\n+\tflush_tlb_range(vma, a, b);\n-\tflush_tlb_mm(mm);\n \treturn x;"
    assert where_problems_occur(case_of(diff("lib/a.c", body))) == draft(
        "outer in lib/a.c; watch TLB flush",
        f"lib/a.c: {CALLERS}; {TLB}",
        (at(6, "lib/a.c: outer"), at(6, "TLB flush: flush_tlb_range, flush_tlb_mm")),
    )


def test_code_of_no_known_domain_still_has_a_draft() -> None:
    assert where_problems_occur(case_of(diff("lib/a.c", " \tint x;\n+\tx = 2;"))) == draft(
        "outer in lib/a.c", f"lib/a.c: {CALLERS}", (at(6, "lib/a.c: outer"),)
    )


def test_a_file_of_the_table_is_exercised_by_what_reaches_it() -> None:
    item = where_problems_occur(case_of(diff("mm/mremap.c", " \tint x;\n+\tx = 2;")))
    assert item.reason == (
        "mm/mremap.c: exercise mremap(2) with aligned and unaligned regions, growing, shrinking, "
        "onto another mapping, and execve(2), which moves the new stack"
    )


def test_functions_are_those_of_the_changed_lines() -> None:
    body = (
        " \tint x;\n }\n \n+static int inner(int a)\n+{\n+\treturn a;\n+}\n \n"
        " int last(void)\n {\n-\treturn 0;\n+\treturn 1;\n }\n+EXPORT_SYMBOL(last);\n"
        "+SYSCALL_DEFINE1(called, int, a)\n+{\n+\treturn 2;\n+}"
    )
    assert where_problems_occur(case_of(diff("lib/a.c", body))).evidence == (
        at(8, "lib/a.c: inner"),
        at(15, "lib/a.c: last"),
        at(19, "lib/a.c: called"),
        at(18, "exported symbols: EXPORT_SYMBOL"),
    )


def test_a_header_names_what_it_declares() -> None:
    text = diff("include/a.h", " \n+extern int fresh(void);\n ", heading="")
    assert where_problems_occur(case_of(text)).summary == "draft: fresh in include/a.h"


@pytest.mark.parametrize(
    ("changed", "name", "domains"),
    [
        ("+\tpmd_lock(mm, pmd);", "pmd_lock", "page-table entries, page-table locks"),
        ("+\ttake_rmap_locks(vma);", "take_rmap_locks", "rmap locks"),
        ("-\tdown_write(&mm->mmap_sem);", "down_write", "locks"),
        ("+\tmmap_write_lock(mm);", "mmap_write_lock", "address-space lock"),
        ("+\tmmu_notifier_invalidate_range(mm);", "mmu_notifier_invalidate_range", "MMU notifiers"),
        ("+\tinc_mm_counter(mm, 1);", "inc_mm_counter", "memory accounting"),
        ("+\tp = kzalloc(8, gfp);", "kzalloc", "allocation and freeing"),
        ("+\trcu_read_lock();", "rcu_read_lock", "RCU"),
        ("+\trefcount_inc(&r);", "refcount_inc", "atomics and reference counts"),
        ("+\tsmp_mb();", "smp_mb", "memory ordering"),
        ("+\tx = READ_ONCE(y);", "READ_ONCE", "memory ordering"),
        ("+\tlocal_irq_save(f);", "local_irq_save", "interrupts and preemption"),
        ("+\tqueue_work(wq, w);", "queue_work", "deferred work"),
        ("+\tlist_del(&a->entry);", "list_del", "lists and trees"),
        ("+\tcopy_from_user(a, b, 1);", "copy_from_user", "copies to and from user space"),
        ("+\tdma_map_single(d, p, n, x);", "dma_map_single", "DMA"),
        ("+\tWARN_ON(x);", "WARN_ON", "assertions"),
        ("+\tgoto out;", "goto out", "error paths"),
        ("+\treturn -ENOMEM;", "return -ENOMEM", "error paths"),
        ("+\tif (IS_ERR(p))", "IS_ERR", "error paths"),
        ("+#ifdef CONFIG_OURS", "CONFIG_OURS", "configuration"),
        ("+\tif (IS_ENABLED(CONFIG_OURS))", "CONFIG_OURS", "configuration"),
        ("+#define f(x) \\\n+\tkfree(x)", "kfree", "allocation and freeing"),
        ("+\tif (pmd_trans_huge(p))", "pmd_trans_huge", "page-table entries, huge pages"),
    ],
)
def test_names_tell_the_domain(changed: str, name: str, domains: str) -> None:
    assert names_of(f" \tint x;\n{changed}\n ") == dict.fromkeys(domains.split(", "), (name,))


@pytest.mark.parametrize(
    "body",
    [
        " \tkfree(x);\n+\tint y;",
        "+\t/* kfree(x); is called later */",
        " \t/*\n+\t * kfree(x) is called\n \t */",
        "+\t * kfree(x) is called\n+\t */",
        "+ * kfree(x) is called",
        '+\tprint("kfree(x)");',
        "+\tint kfree;",
        "+\trelisted(x);",
    ],
)
def test_other_text_tells_nothing(body: str) -> None:
    assert names_of(body) == {}


def test_the_name_of_what_the_patch_defines_tells_nothing() -> None:
    body = "+static int pte_lock(int a)\n+{\n+\treturn tlb_flush(a);\n+}\n+\tpte_lock(1);\n \n"
    assert names_of(body) == {"TLB flush": ("tlb_flush",)}


def test_every_reading_counts_and_a_name_is_told_once() -> None:
    first = case_of(diff("lib/a.c", " \tint x;\n+\tkfree(x);"))
    other = case_of(diff("lib/a.c", " \tint x;\n+\tkfree(x);\n+\tvfree(x);"))
    readings = (Reading("one", first.patch.files), Reading("two", other.patch.files))
    case = replace(first, mended=replace(first.mended, readings=readings))
    assert where_problems_occur(case).evidence[-1] == at(6, "allocation and freeing: kfree, vfree")


def test_a_kconfig_patch_is_about_configurations() -> None:
    text = diff("arch/Kconfig", " \tbool\n+\n+config OURS\n+\tbool\n+\tdefault y", "config THEIRS")
    assert where_problems_occur(case_of(text)) == draft(
        "OURS in arch/Kconfig",
        "arch/Kconfig: code that a build newly has or no longer has; compare the configurations "
        "before and after on each architecture, with the symbol on and off",
        (at(7, "arch/Kconfig: OURS"),),
    )


@pytest.mark.parametrize("path", ["Documentation/vm/a.rst", "README.md", "Documentation/x"])
def test_a_text_patch_is_about_its_readers(path: str) -> None:
    assert where_problems_occur(case_of(diff(path, " text\n+kfree(x);"))) == draft(
        path,
        f"{path}: no code; a statement that is not true of this tree misleads its readers, "
        "so compare each with the code here",
        (at(1, path),),
    )


def test_a_makefile_is_about_what_is_built() -> None:
    assert where_problems_occur(case_of(diff("mm/Makefile", " a\n+b"))) == draft(
        "mm/Makefile",
        "mm/Makefile: neither C nor Kconfig; build and run what is made from it",
        (at(1, "mm/Makefile"),),
    )


def test_a_file_that_is_only_renamed_shows_no_line() -> None:
    text = "diff --git a/a.c b/b.c\nsimilarity index 100%\nrename from a.c\nrename to b.c\n"
    assert where_problems_occur(case_of(text)) == draft(
        "b.c",
        "b.c: renamed, and no line of it is shown; look at the whole file, and at what refers to "
        "it by name",
        (at(1, "b.c"),),
    )


def test_many_files_and_names_are_counted() -> None:
    calls = "\n".join(f"+\tkfree_{name}(x);" for name in "abcdefgh")
    first = diff("lib/a.c", f" \tint x;\n{calls}")
    rest = "".join(diff(f"lib/f{at}.c", " \tint x;\n+\tint y;") for at in range(13))
    item = where_problems_occur(case_of(first + rest))
    assert "; 2 more files; watch allocation and freeing" in item.summary
    assert item.evidence[-1] == at(
        6,
        "allocation and freeing: kfree_a, kfree_b, kfree_c, kfree_d, kfree_e, kfree_f and 2 more",
    )


def test_no_function_is_named_that_the_patch_does_not_have() -> None:
    body = " \tint x;\n+\tpmd_lock(mm, pmd);\n+\tflush_tlb_range(vma, a, b);\n+\tgoto out;"
    text = diff("mm/mremap.c", body)
    item = where_problems_occur(case_of(text))
    told = " ".join((item.summary, item.reason, *(one.text for one in item.evidence)))
    names = set(re.findall(r"\b[a-z]+_[a-z_]+\b", told))
    assert {name for name in names if name not in text} == set()


@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [("", "a(", ""), ("", "_", "("), ("", "/*", ""), ("#define ", "a ", ""), ("a(", "\n+b(", "")],
)
def test_hostile_code_takes_linear_time(start: str, unit: str, end: str) -> None:
    def case(size: int) -> Case:
        return case_of(diff("lib/a.c", f" \tint x;\n+{start}{unit * size}{end}"))

    assert growth(where_problems_occur, case, 5_000) < 9
