"""The variants of the backport that a report must tell apart, and those that it must not."""

from __future__ import annotations

from tests.trees.edits import (
    ALLOCATE,
    ARM,
    ARM64,
    CLEAR,
    DROP,
    FIRST,
    FLUSH,
    GUARD,
    KCONFIG,
    NEXT,
    PROTOTYPE,
    READ,
    SECOND,
    SELECT,
    SET,
    SITE,
    SYMBOL,
    TAKE,
    THERE,
    UNLOCKS,
    X86,
    Edit,
    in_c,
    in_file,
)

_TO, _LONG = " || (to & ~PMD_MASK)", " || end - from < PMD_SIZE"
_BRACE = "		}\n"
_MOVE = "	pmd_clear(src);\n	VM_BUG_ON(!pmd_none(*dst));\n"

_GUARDS = (
    Edit("new-address-may-be-odd", ("SM-1",), in_c((_TO, ""))),
    Edit("no-guard", ("SM-1",), in_c((GUARD, ""))),
    Edit("new-address-of-a-page", ("SM-1",), in_c(("(to & ~PMD_MASK)", "(to & ~PAGE_MASK)"))),
    Edit("longer-than-a-table", ("SM-1",), in_c((_LONG, _LONG.replace("<", "<=")))),
    Edit("extent-of-a-page", ("SM-1",), in_c((ARM, ARM.replace("PMD_SIZE", "PAGE_SIZE")))),
    Edit("extent-never", ("SM-1",), in_c((ARM, ARM.replace("==", ">")))),
    Edit("what-is-there-is-not-asked", ("SM-1", "SM-3", "SM-6"), in_c((THERE, ""))),
)
_FLUSHES = (
    Edit("no-flush", ("SM-4",), in_c((FLUSH, ""))),
    Edit(
        "flush-behind-the-unlock",
        ("SM-4",),
        in_c((FLUSH + UNLOCKS, UNLOCKS.replace("	return", FLUSH + "	return"))),
    ),
    Edit("flush-of-half", ("SM-4",), in_c((FLUSH, FLUSH.replace("SIZE)", "SIZE / 2)")))),
    Edit("flush-of-the-new", ("SM-4",), in_c((FLUSH, FLUSH.replace("from", "to")))),
    Edit(
        "flush-behind-the-loop",
        ("SM-4",),
        in_c(
            (FLUSH, ""),
            (
                NEXT,
                "			if (moved) {\n				need_flush = true;\n"
                "				continue;\n			}\n#endif\n",
            ),
        ),
    ),
)
_LOCKS = (
    Edit(
        "one-lock",
        ("SM-4",),
        in_c(
            (SECOND, READ),
            (UNLOCKS, "\n	spin_unlock(src_ptl);\n	return true;\n"),
            ("	dst_ptl = pmd_lockptr(mm, dst);\n\ttable", "	(void)dst_ptl;\n\ttable"),
        ),
    ),
    Edit(
        "second-lock-not-nested",
        ("SM-4",),
        in_c((SECOND, SECOND.replace("_nested(dst_ptl, SINGLE_DEPTH_NESTING)", "(dst_ptl)"))),
    ),
    Edit(
        "lock-leaked-on-an-early-return",
        ("SM-3", "SM-4"),
        in_c((THERE, ""), (FIRST, FIRST + THERE)),
    ),
    Edit(
        "second-lock-kept",
        ("SM-4",),
        in_c((UNLOCKS, "\n	spin_unlock(src_ptl);\n	return true;\n")),
    ),
    Edit("read-before-the-lock", ("SM-4",), in_c((READ, ""), (FIRST, READ + FIRST))),
    Edit(
        "lock-of-the-table",
        ("SM-4",),
        in_c((FIRST, "	src_ptl = pte_lockptr(mm, src);\n	spin_lock(src_ptl);\n")),
    ),
    Edit(
        "no-rmap-locks",
        ("SM-4",),
        in_c((TAKE, "			moved = "), (DROP, "			if (moved)\n")),
    ),
    Edit(
        "rmap-locks-leaked-on-success",
        ("SM-4",),
        in_c(
            (
                DROP + "				continue;\n",
                "			if (moved)\n				continue;\n"
                "			if (need_rmap_locks)\n				drop_rmap_locks(vma);\n",
            )
        ),
    ),
)
_EFFECTS = (
    Edit("clear-behind-set", ("SM-6", "SM-4", "SM-5"), in_c((CLEAR, ""), (SET, SET + CLEAR))),
    Edit("no-clear", ("SM-6", "SM-4", "SM-5"), in_c((CLEAR, ""))),
    Edit(
        "set-where-it-was",
        ("SM-6", "SM-4", "SM-5"),
        in_c((SET, "	set_pmd_at(mm, to, src, table);\n")),
    ),
    Edit(
        "continue-lost",
        ("SM-5", "SM-6"),
        in_c(
            (
                DROP + "				continue;\n",
                DROP.replace("			if (moved)\n", "			(void)moved;\n"),
            )
        ),
    ),
    Edit(
        "next-in-any-case",
        ("SM-5", "SM-6"),
        in_c((NEXT, "			(void)moved;\n			continue;\n#endif\n")),
    ),
    Edit(
        "given-up-on-failure",
        ("SM-5", "SM-3", "SM-6"),
        in_c(
            (
                NEXT,
                "			if (!moved)\n				break;\n			continue;\n#endif\n",
            )
        ),
    ),
    Edit(
        "told-that-it-failed",
        ("SM-5", "SM-6", "SM-3"),
        in_c((UNLOCKS, UNLOCKS.replace("true", "false"))),
    ),
)
_CALLEES = (
    Edit(
        "allocation-that-is-not-there",
        ("SM-2",),
        in_c((ALLOCATE, "		if (pte_alloc(new_vma->vm_mm, new_pmd))\n")),
        compiles=False,
    ),
    Edit(
        "allocation-of-another-arity",
        ("SM-2",),
        in_c((ALLOCATE, ALLOCATE.replace("new_vma, new_pmd, new_addr", "new_pmd"))),
        compiles=False,
    ),
    Edit(
        "populate-that-is-not-there",
        ("SM-2",),
        in_c((SET, "	pmd_populate(mm, dst, pmd_pgtable(table));\n")),
        compiles=False,
    ),
)
_PLACES = (
    Edit("function-alone", ("TX-1",), in_c((SITE, _BRACE))),
    Edit(
        "a-hunk-more",
        ("TX-1",),
        in_c(
            (
                "	if (end < vma->vm_end)\n		return 0;\n",
                "	if (end < vma->vm_end || (end & ~PMD_MASK))\n		return 0;\n",
            )
        ),
    ),
    Edit(
        "landed-in-move-ptes",
        ("TX-2", "SM-5"),
        in_c(
            (SITE, _BRACE),
            ("static void move_ptes(", PROTOTYPE + "static void move_ptes("),
            (
                "	if (rmap_locked)\n		take_rmap_locks(vma);\n",
                "#ifdef CONFIG_HAVE_MOVE_PMD\n"
                "	if (move_normal_pmd(vma, from, to, end, old_pmd, new_pmd))\n"
                "		return;\n"
                "#endif\n"
                "	if (rmap_locked)\n		take_rmap_locks(vma);\n",
            ),
        ),
    ),
    Edit(
        "landed-in-the-arm-for-huge-entries",
        ("SM-5", "SM-6", "SM-1"),
        in_c(
            (
                SITE,
                SITE.replace("		} else if (extent", "			if (extent") + "		}\n",
            )
        ),
    ),
    Edit(
        "landed-inside-another-symbol",
        ("TX-2", "CF-1"),
        in_file(
            KCONFIG,
            (
                SYMBOL + "config HAVE_IRQ_TIME_ACCOUNTING\n",
                "config HAVE_IRQ_TIME_ACCOUNTING\n" + SYMBOL,
            ),
        ),
    ),
)
_SYMBOLS = (
    Edit(
        "defined-under-another-spelling",
        ("CF-1",),
        in_file(KCONFIG, ("HAVE_MOVE_PMD", "HAVE_MOVE_PMDS")),
    ),
    Edit(
        "asked-for-under-another-spelling",
        ("CF-1",),
        in_c((ARM, ARM.replace("MOVE_PMD", "MOVE_PDM"))),
    ),
    Edit("defined-twice", ("CF-1",), in_file(KCONFIG, (SYMBOL, SYMBOL + SYMBOL))),
    Edit("selected-by-nobody", ("CF-2",), in_file(X86, (SELECT, ""))),
    Edit(
        "selected-elsewhere",
        ("CF-2",),
        (
            *in_file(X86, (SELECT, "")),
            *in_file(
                ARM64, ("	select HAVE_PERF_REGS\n", SELECT + "	select HAVE_PERF_REGS\n")
            ),
        ),
    ),
    Edit(
        "selected-under-another-spelling",
        ("CF-1", "CF-2"),
        in_file(X86, (SELECT, SELECT.replace("PMD", "PMDS"))),
    ),
    Edit(
        "selected-by-the-wrong-symbol",
        ("CF-3",),
        in_file(
            X86,
            (SELECT, ""),
            ('	bool "More than one CPU"\n', '	bool "More than one CPU"\n' + SELECT),
        ),
    ),
    Edit("selected-twice", ("CF-3",), in_file(X86, (SELECT, SELECT + SELECT))),
)

WRONG = (*_GUARDS, *_FLUSHES, *_LOCKS, *_EFFECTS, *_CALLEES, *_PLACES, *_SYMBOLS)

EQUAL = tuple(
    Edit(name, (), changes)
    for name, changes in (
        (
            "guard-in-two",
            in_c(
                (
                    GUARD,
                    GUARD.replace(_LONG, "")
                    + "	if (end - from < PMD_SIZE)\n		return false;\n",
                )
            ),
        ),
        (
            "guard-the-other-way-round",
            in_c(
                (
                    GUARD,
                    "	if (PMD_SIZE > end - from || (to & ~PMD_MASK) || (from & ~PMD_MASK))\n"
                    "		return false;\n",
                )
            ),
        ),
        (
            "guard-by-remainder",
            in_c(
                (
                    GUARD,
                    "	if (from % PMD_SIZE || to % PMD_SIZE || end - from < PMD_SIZE)\n"
                    "		return false;\n",
                )
            ),
        ),
        (
            "lock-in-two-steps",
            in_c((FIRST, "	src_ptl = pmd_lockptr(mm, src);\n	spin_lock(src_ptl);\n")),
        ),
        (
            "locks-compared-otherwise",
            in_c((SECOND, SECOND.replace("dst_ptl != src_ptl", "!(src_ptl == dst_ptl)"))),
        ),
        (
            "unlocked-in-the-other-order",
            in_c(
                (
                    UNLOCKS,
                    "\n	spin_unlock(src_ptl);\n	if (dst_ptl != src_ptl)\n"
                    "		spin_unlock(dst_ptl);\n	return true;\n",
                )
            ),
        ),
        (
            "flush-by-a-name",
            in_c(
                (
                    "	pmd_t table;\n",
                    "	pmd_t table;\n	unsigned long past = from + PMD_SIZE;\n",
                ),
                (FLUSH, "	flush_tlb_range(vma, from, past);\n"),
            ),
        ),
        ("read-by-index", in_c((READ, "	table = src[0];\n"))),
        ("answer-compared", in_c((NEXT, NEXT.replace("(moved)", "(moved == true)")))),
        (
            "extent-the-other-way-round",
            in_c((ARM, ARM.replace("extent == PMD_SIZE", "PMD_SIZE == extent"))),
        ),
        (
            "pieces-by-a-label",
            in_c(
                (
                    NEXT,
                    NEXT.replace(
                        "if (moved)",
                        "if (!moved)\n				goto pieces;\n			if (moved)",
                    ),
                ),
                (
                    "		if (pmd_none(*new_pmd) &&\n",
                    "pieces:\n		if (pmd_none(*new_pmd) &&\n",
                ),
            ),
        ),
        (
            "stepped-in-the-condition",
            in_c(
                (
                    "	for (; old_addr < old_end; old_addr += extent, new_addr += extent) {\n",
                    "	extent = 0;\n"
                    "	while (old_addr += extent, new_addr += extent, old_addr < old_end) {\n",
                ),
            ),
        ),
        (
            "asked-for-with-if",
            in_c((ARM, ARM.replace("#ifdef ", "#if IS_ENABLED(").replace("PMD\n", "PMD)\n"))),
        ),
        (
            "told-in-other-words",
            in_c(
                (
                    "	/* Both sides have to be whole tables */\n",
                    "	/* Nothing smaller, on neither side */\n",
                ),
                ("			/* A whole table, as far as the old side goes */\n", ""),
            ),
        ),
    )
)
