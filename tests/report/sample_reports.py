"""Reports to print: one with every kind of thing in it, and one with nothing."""

from __future__ import annotations

from analyzer.finding import Evidence, NotChecked, State
from analyzer.patch.damage import Damage, DamageKind, Grade, Restored
from analyzer.result import (
    Assumption,
    Basis,
    Cause,
    Divergence,
    Item,
    Kernel,
    PatchFacts,
    Report,
    Run,
    Standing,
    Verdict,
    Work,
)
from analyzer.source import Place, Side

UPSTREAM = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"
ON = (("HAVE_MOVE_PMD", "y"),)

PATCH = PatchFacts(
    subject="mm: speed up mremap by 20x on large regions",
    author='"Joel Fernandes (Google)" <joel@joelfernandes.org>',
    date="2019-01-03",
    commit=None,
    upstream_commit=UPSTREAM,
    files=("arch/Kconfig", "mm/mremap.c"),
    intact=False,
    damage=(
        Damage(
            DamageKind.LINES_DROPPED,
            "the hunk lost 3 added lines",
            path="arch/Kconfig",
            hunk=1,
            line=31,
            declared=11,
            kept=8,
            grade=Grade.COUNTED,
            restored=(
                Restored(541, "config HAVE_MOVE_PMD", "directive", Grade.COUNTED),
                Restored(542, "\tbool", "directive", Grade.COUNTED),
                Restored(None, "", "blank", Grade.COUNTED),
            ),
        ),
        Damage(
            DamageKind.LINES_DROPPED,
            "the hunk lost 2 added lines, and context before them",
            path="mm/mremap.c",
            hunk=2,
            line=80,
            declared=None,
            kept=52,
            grade=Grade.ASSUMED,
            restored=(Restored(None, "#ifdef CONFIG_HAVE_MOVE_PMD", "directive", Grade.ASSUMED),),
        ),
        Damage(DamageKind.TABS_TO_SPACES, "every indentation is made of blanks"),
        Damage(
            DamageKind.WRONG_COUNTS,
            "the @@ line counts more lines than there are",
            path="mm/mremap.c",
            hunk=3,
            line=152,
            declared=18,
            kept=17,
        ),
    ),
)

ITEMS = (
    Item("ID-1", "Is the upstream commit named?", State.OK, "named in the first line of the body"),
    Item(
        "IN-1",
        "Did the patch arrive undamaged?",
        State.NEEDS_REVIEW,
        "5 added lines were lost; 3 of them could be counted back",
        reason="what stands between mm/mremap.c lines 190 and 200 is taken from upstream's shape",
        evidence=(
            Evidence("the hunk declares 11 lines and has 8", Place(Side.INPUT, line=31)),
            Evidence("the sender's archive has the same text"),
        ),
        next="ask the sender for the patch as an attachment",
    ),
    Item(
        "SM-2",
        "Do the callees exist in the target?",
        State.CANNOT_TELL,
        "the target was not given",
        reason="pmd_lock() is called, and its definition is not in the patch",
        next="run again with --target",
    ),
    Item(
        "SM-4",
        "Are locks held alike, and is the TLB flushed before the unlock?",
        State.FINDING,
        "the per-PTE path unlocks before it flushes",
        reason="a CPU may still write through the old translation after the pages were given away",
        evidence=(
            Evidence("spin_unlock(new_ptl)", Place(Side.PATCH_AFTER, "mm/mremap.c", 203)),
            Evidence(
                "flush_tlb_range(vma, old_end - len, old_end)",
                Place(Side.UPSTREAM, "mm/mremap.c", 196, UPSTREAM),
            ),
            *(
                Evidence(f"run {run} reaches it", Place(Side.TARGET, "mm/mremap.c", 190 + run))
                for run in range(1, 10)
            ),
        ),
        divergences=("D-1",),
        next="backport Linux kernel commit eb66ae030829 first",
    ),
    Item("CV-1", "Is the CVE the commit's?", State.NOT_APPLICABLE, "no CVE is named"),
    Item(
        "AC-1",
        "Is the change acknowledged?",
        State.CANNOT_TELL,
        "nobody has answered yet",
        answered_by="a person",
    ),
)

DIVERGENCE = Divergence(
    id="D-1",
    cause=Cause.BASE,
    function="move_ptes",
    side="target",
    path="mm/mremap.c",
    line=203,
    config=ON,
    trace=("map 0x200000 2M", "write 0x200000", "mremap 0x200000 2M 0x600000"),
    schedule="CPU 1 keeps a translation of 0x200000 over the unlock",
    observation="a stale translation when the page-table lock is released",
    invariant="no translation outlives the lock of its entry",
    upstream="lock the page table\n> flush 0x200000-0x400000\nunlock the page table",
    target="lock the page table\n> unlock the page table\nflush 0x200000-0x400000",
)

RICH = Report(
    verdict=Verdict.UNDECIDED,
    basis=Basis.TRACES,
    patch=PATCH,
    kernels=(
        Kernel("upstream.before", "built-in reference", UPSTREAM + "^"),
        Kernel("upstream.after", "built-in reference", UPSTREAM),
        Kernel("target.before", "absent"),
        Kernel(
            "target.after",
            "the patch's text, spliced onto the reference",
            functions=(
                ("move_normal_pmd", Standing.TRANSLATED),
                ("move_page_tables", Standing.TRANSLATED),
                ("move_ptes", Standing.REFERENCE),
                ("take_rmap_locks", Standing.ABSENT),
            ),
        ),
    ),
    items=ITEMS,
    not_checked=(
        NotChecked("mm/mremap.c move_vma()", "it is not in the patch and no target was given"),
    ),
    assumptions=(
        Assumption("the lost #ifdef stands where upstream has it", "SM-2, verdict"),
        Assumption("the base flushes 64 pages at a time", "SM-4"),
    ),
    divergences=(DIVERGENCE,),
    runs=(Run("x86_64", "4K pages, 512 entries", ON, "as restored", "4.20", 1200, 7),),
    work=(Work("target.after", ON, "as restored", "large-region", 0, 512, 1, 1),),
)

EMPTY = Report(
    verdict=Verdict.SAME,
    basis=Basis.NONE,
    patch=PatchFacts(None, None, None, None, None, (), True, ()),
    kernels=(),
    items=(),
    not_checked=(),
)
