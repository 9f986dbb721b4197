"""Which parts of the kernel changed code belongs to, by the names that it uses.

The table is of our own making: words that stand in the names of a part's interfaces, and what
tends to go wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.csource.tokens import Kind, Token, tokens
from analyzer.patch.lines import Hunk, Mark


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the kernel: ``marks`` are words of names, several where all of them are needed."""

    name: str
    watch: str
    marks: tuple[str, ...]


# Words of names, as the underscores part them, in lower case: flush_tlb_range has "tlb" in it.
_DOMAINS = (
    Domain(
        "page-table entries",
        "an entry lost, doubled, or read at the wrong level; run with CONFIG_DEBUG_VM and check "
        "the contents of memory before and after",
        ("pte", "ptep", "pmd", "pmdp", "pud", "pudp", "p4d", "pgd", "pgtable", "pgtables"),
    ),
    Domain(
        "page-table locks",
        "two page tables locked in different orders, or an entry seen between two locks; run "
        "with lockdep on several CPUs",
        ("ptl", "ptlock", "pte lock", "pmd lock", "pud lock", "lockptr", "page table lock"),
    ),
    Domain(
        "TLB flush",
        "stale translations after an entry changed; run with CONFIG_DEBUG_VM and a TLB stress, "
        "with threads that use the old address on other CPUs",
        ("tlb", "mmu gather"),
    ),
    Domain(
        "rmap locks",
        "reclaim, migration or truncation that finds a page at neither of two addresses, or at "
        "both; run under memory pressure, with compaction going on",
        ("rmap", "anon vma", "i mmap"),
    ),
    Domain(
        "address-space lock",
        "a fault or another thread's mapping between unlock and lock; run with lockdep and with "
        "threads that map, unmap and fault",
        ("mmap lock", "mmap sem", "mmap read", "mmap write", "vma lock", "vma start"),
    ),
    Domain(
        "MMU notifiers",
        "a guest or a device that keeps an old translation; run with a KVM guest",
        ("mmu notifier",),
    ),
    Domain(
        "huge pages",
        "a huge entry taken for a table, or one that another CPU splits; run with THP always on",
        ("huge", "hugepage", "hugetlb", "thp", "hpage"),
    ),
    Domain(
        "memory accounting",
        "counters that drift or never return to zero; compare them before and after, on the "
        "error paths too, also in a memory cgroup",
        ("rss", "mm counter", "memcg", "charge", "uncharge", "acct", "accounted", "locked vm"),
    ),
    Domain(
        "allocation and freeing",
        "failure of the allocation, a leak, a use after free; run with fault injection, kmemleak "
        "and KASAN",
        (
            *("alloc", "kmalloc", "kzalloc", "kcalloc", "kvmalloc", "kvzalloc", "vmalloc"),
            *("vzalloc", "kmemdup", "kstrdup", "kfree", "kvfree", "vfree", "free", "put page"),
        ),
    ),
    Domain(
        "RCU",
        "a reader that still uses what was freed, or sleeps; run with CONFIG_PROVE_RCU and KASAN",
        ("rcu", "srcu"),
    ),
    Domain(
        "atomics and reference counts",
        "a count dropped twice or never; run with refcount checks and KASAN, and force the error "
        "paths",
        ("atomic", "atomic64", "refcount", "kref", "cmpxchg", "xchg"),
    ),
    Domain(
        "memory ordering",
        "values seen in another order by other CPUs; run under KCSAN, on a weakly ordered machine",
        ("mb", "rmb", "wmb", "smp store", "smp load", "read once", "write once"),
    ),
    Domain(
        "locks",
        "a lock held on one path only, or taken in another order; run with lockdep",
        ("spin", "mutex", "rwsem", "semaphore", "seqlock", "seqcount", "down read", "down write"),
    ),
    Domain(
        "interrupts and preemption",
        "code that sleeps where it may not, or races with a handler; run with "
        "CONFIG_DEBUG_ATOMIC_SLEEP and lockdep",
        ("irq", "irqs", "irqsave", "irqrestore", "softirq", "bh", "tasklet", "hrtimer", "preempt"),
    ),
    Domain(
        "deferred work",
        "work or a timer that runs after its data are gone; unload or close while it is pending",
        ("work", "workqueue", "timer", "kthread", "completion"),
    ),
    Domain(
        "lists and trees",
        "an element in two lists, or removed during a walk; run with CONFIG_DEBUG_LIST",
        ("list", "hlist", "llist", "rb", "xa", "xas", "radix", "mas", "mtree"),
    ),
    Domain(
        "copies to and from user space",
        "a length or an address that the user chooses, a fault in the middle; give it bad "
        "pointers and lengths at the limits",
        ("copy user", "get user", "put user", "strncpy user", "access ok", "copyin", "copyout"),
    ),
    Domain(
        "DMA",
        "a buffer unmapped twice or with another length; run with CONFIG_DMA_API_DEBUG",
        ("dma",),
    ),
    Domain(
        "assertions",
        "a state that upstream never has and this tree may have; look for a warning in the log, "
        "and remember panic_on_warn",
        ("warn", "bug"),
    ),
    Domain(
        "exported symbols",
        "modules built elsewhere that use them; load such modules, and compare the kABI",
        ("export symbol",),
    ),
    Domain(
        "error paths",
        "something held or allocated that a path leaves behind; force each failure once",
        ("err",),
    ),
    Domain(
        "configuration",
        "code that one of two builds lacks; build and run with the symbol on and off",
        (),
    ),
)
_BY_MARK = {mark: one for one in _DOMAINS for mark in one.marks if " " not in mark}
_BY_MARKS = tuple(
    (frozenset(mark.split()), one) for one in _DOMAINS for mark in one.marks if " " in mark
)

_CONFIG = re.compile(r"\bCONFIG_\w+")
_HEADER = re.compile(r"[A-Za-z_]\w*+(?:[ \t*]++\w++)*?[ \t*]++(?P<name>[A-Za-z_]\w*+)\(")


@dataclass(frozen=True, slots=True)
class Used:
    """A domain, the names that made it known, and the first input line with one of them."""

    domain: Domain
    names: tuple[str, ...]
    line: int


def domains_used(hunks: Iterable[Hunk]) -> tuple[Used, ...]:
    """The domains of the added and removed lines of C code, in the table's order.

    What the hunks define is known by what it does; its own name tells nothing.
    """
    all_hunks = tuple(hunks)
    defined = {name for hunk in all_hunks for line in hunk.lines for name in _defined(line.text)}
    found: dict[str, dict[str, int]] = {}
    for hunk in all_hunks:
        for domain, name, line in _uses(hunk):
            if name not in defined:
                found.setdefault(domain, {}).setdefault(name, line)
    return tuple(
        Used(domain, tuple(names), min(names.values()))
        for domain in _DOMAINS
        if (names := found.get(domain.name))
    )


def _defined(line: str) -> tuple[str, ...]:
    """The function whose header a line begins, which no blank does: a type, and then its name."""
    found = _HEADER.match(line)
    return (found["name"],) if found else ()


def _uses(hunk: Hunk) -> Iterator[tuple[str, str, int]]:
    """(domain, name, input line) for every use, on the old side and on the new one."""
    for other in (Mark.REMOVED, Mark.ADDED):
        side = [line for line in hunk.lines if line.mark is not other]
        text = "\n".join(line.text for line in side)
        found = list(_with_macros(tokens(text, in_comment=_begins_in_comment(text))))
        for at, token in enumerate(found):
            line = side[min(token.line, len(side)) - 1]
            if line.mark is not Mark.CONTEXT:
                following = found[at + 1 : at + 3]
                for domain, name in _domains_at(token, following):
                    yield domain, name, line.number or hunk.number


def _begins_in_comment(text: str) -> bool:
    close, opening = text.find("*/"), text.find("/*")
    if close < 0:
        return opening < 0 and text.lstrip().startswith("* ")
    return opening < 0 or close < opening


def _with_macros(found: Iterable[Token]) -> Iterator[Token]:
    """Every token but comments; a macro's body is code, which the tokens have as one piece."""
    for token in found:
        if token.kind is Kind.COMMENT:
            continue
        yield token
        word, _, body = token.text.lstrip(" \t#").partition(" ")
        if token.kind is Kind.DIRECTIVE and word == "define":
            for inner in tokens(body):
                yield Token(inner.kind, inner.text, inner.line + token.line - 1)


def _domains_at(token: Token, following: list[Token]) -> Iterator[tuple[str, str]]:
    texts = [one.text for one in following]
    if token.kind is Kind.DIRECTIVE:
        yield from (("configuration", name) for name in _CONFIG.findall(token.text))
    if token.kind is not Kind.NAME:
        return
    if token.text.startswith("CONFIG_"):
        yield "configuration", token.text
    elif token.text == "goto" and texts:
        yield "error paths", f"goto {texts[0]}"
    elif token.text == "return" and texts[:1] == ["-"] and texts[-1].startswith("E"):
        yield "error paths", f"return -{texts[-1]}"
    elif texts[:1] == ["("]:
        yield from ((domain, token.text) for domain in _domains_of(token.text))


def _domains_of(name: str) -> list[str]:
    words = frozenset(name.lower().split("_"))
    single = [_BY_MARK[word].name for word in words if word in _BY_MARK]
    return sorted({*single, *(one.name for marks, one in _BY_MARKS if marks <= words)})
