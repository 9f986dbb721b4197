/*
 * What upstream's patch brings, in C: for whoever holds C against C. The reference runs the same
 * in Python (patch.py). Later fixes are arms, by the names that patch.Fix has for them.
 */

#ifdef CONFIG_WARN_ONCE
#define WARN_IF(condition) WARN_ON_ONCE(condition)
#else
#define WARN_IF(condition) WARN_ON(condition)
#endif

static bool move_normal_pmd(struct vm_area_struct *vma, unsigned long from, unsigned long to,
			    unsigned long end, pmd_t *source, pmd_t *target)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *source_ptl, *target_ptl;
	bool nested;
	pmd_t table;

	if (from & (PMD_SIZE - 1))
		return false;
	if (to & (PMD_SIZE - 1))
		return false;
	if (end - from < PMD_SIZE)
		return false;
	if (WARN_IF(!pmd_none(*target)))
		return false;

	source_ptl = pmd_lock(mm, source);
	target_ptl = pmd_lockptr(mm, target);
	nested = target_ptl != source_ptl;
	if (nested)
		spin_lock_nested(target_ptl, SINGLE_DEPTH_NESTING);

	table = *source;
	pmd_clear(source);
	VM_BUG_ON(!pmd_none(*target));
	set_pmd_at(mm, to, target, table);
	flush_tlb_range(vma, from, from + PMD_SIZE);

	if (nested)
		spin_unlock(target_ptl);
	spin_unlock(source_ptl);
	return true;
}
