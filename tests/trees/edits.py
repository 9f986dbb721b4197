"""Wrong and equal variants of the backport, as edits of the tree that it was applied to.

An edit replaces texts that are there exactly once. What it makes can be had as files, in a tree,
as the diff from the tree before the backport, or as its mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.trees.trees import Era, State, git_diff, mail

MREMAP, KCONFIG, X86, ARM64 = (
    "mm/mremap.c",
    "arch/Kconfig",
    "arch/x86/Kconfig",
    "arch/arm64/Kconfig",
)
PATHS = (KCONFIG, ARM64, X86, MREMAP)


@dataclass(frozen=True, slots=True)
class Change:
    """A text of a file that is there once, and what takes its place."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A variant of the backport.

    ``items``: the check items of which one must have the finding, the primary one first; none for
    what is equal. ``compiles``: a compiler with the tree's headers takes it.
    """

    name: str
    items: tuple[str, ...]
    changes: tuple[Change, ...]
    compiles: bool = True

    def made(self, files: Mapping[str, str]) -> dict[str, str]:
        """The texts with the edit, by path."""
        found = dict(files)
        for one in self.changes:
            times = found[one.path].count(one.old)
            assert times == 1, f"{self.name}: {one.old!r} is there {times} times"
            found[one.path] = found[one.path].replace(one.old, one.new)
        return found


def texts(tree: Path) -> dict[str, str]:
    """The files of a tree that edits may change."""
    return {path: (tree / path).read_text() for path in PATHS}


def edit_tree(tree: Path, edit: Edit) -> None:
    """Change a tree's files in place."""
    for path, text in edit.made(texts(tree)).items():
        (tree / path).write_text(text)


def diff(tmp_path: Path, before: Mapping[str, str], after: Mapping[str, str]) -> bytes:
    """What git says leads from one to the other."""
    sides = [{path: text.encode() for path, text in each.items()} for each in (before, after)]
    return git_diff(tmp_path, *sides)


def mailed(tmp_path: Path, before: Mapping[str, str], after: Mapping[str, str]) -> bytes:
    """The diff under the backport's own message, without a diffstat."""
    head, mark, _ = mail(Era.RHEL7, State.CORE).read_bytes().partition(b"\n---\n")
    return head + mark + b"\n" + diff(tmp_path, before, after) + b"-- \n2.39.5\n\n"


def in_file(path: str, *pairs: tuple[str, str]) -> tuple[Change, ...]:
    return tuple(Change(path, old, new) for old, new in pairs)


def in_c(*pairs: tuple[str, str]) -> tuple[Change, ...]:
    return in_file(MREMAP, *pairs)


# --- texts of the backport ------------------------------------------------------------------------

GUARD = """\
	if ((from & ~PMD_MASK) || (to & ~PMD_MASK) || end - from < PMD_SIZE)
		return false;
"""
THERE = """\
	if (WARN_ON(!pmd_none(*dst)))
		return false;
"""
FIRST = "	src_ptl = pmd_lock(mm, src);\n"
SECOND = """\
	if (dst_ptl != src_ptl)
		spin_lock_nested(dst_ptl, SINGLE_DEPTH_NESTING);

	table = *src;
"""
READ, CLEAR = "	table = *src;\n", "	pmd_clear(src);\n"
SET = "	set_pmd_at(mm, to, dst, table);\n"
FLUSH = "	flush_tlb_range(vma, from, from + PMD_SIZE);\n"
UNLOCKS = """\

	if (dst_ptl != src_ptl)
		spin_unlock(dst_ptl);
	spin_unlock(src_ptl);
	return true;
"""
TAKE = """\
			if (need_rmap_locks)
				take_rmap_locks(vma);
			moved = """
DROP = """\
			if (need_rmap_locks)
				drop_rmap_locks(vma);
			if (moved)
"""
NEXT = """\
			if (moved)
				continue;
#endif
"""
ARM = """\
		} else if (extent == PMD_SIZE) {
#ifdef CONFIG_HAVE_MOVE_PMD
"""
SITE = (
    ARM
    + """\
			/* A whole table, as far as the old side goes */
			bool moved;

"""
    + TAKE
    + """\
move_normal_pmd(vma, old_addr, new_addr,
						old_end, old_pmd, new_pmd);
"""
    + DROP
    + """\
				continue;
#endif
		}
"""
)
ALLOCATE = """\
		if (pmd_none(*new_pmd) &&
		    __pte_alloc(new_vma->vm_mm, new_vma, new_pmd, new_addr))
"""
PROTOTYPE = """\
#ifdef CONFIG_HAVE_MOVE_PMD
static bool move_normal_pmd(struct vm_area_struct *vma, unsigned long from, unsigned long to,
			    unsigned long end, pmd_t *src, pmd_t *dst);
#endif

"""
SYMBOL = """\
config HAVE_MOVE_PMD
	bool
	help
	  A page table can be hung up under another PMD as it is.

"""
SELECT = "	select HAVE_MOVE_PMD\n"
