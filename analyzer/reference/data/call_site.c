/* The other arm of the test for a huge entry, as upstream's patch has it: see move_normal_pmd.c. */
if (extent == PMD_SIZE) {
	bool moved;
#ifdef CONFIG_RMAP_ALWAYS
	const bool locked = true;
#else
	const bool locked = need_rmap_locks;
#endif

	if (locked)
		take_rmap_locks(vma);
	moved = move_normal_pmd(vma, old_addr, new_addr, old_end, old_pmd, new_pmd);
	if (locked)
		drop_rmap_locks(vma);
	if (moved)
		continue;
}
