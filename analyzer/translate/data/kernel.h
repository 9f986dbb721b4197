/*
 * What memory management's C code names, as far as types go: for a file without its tree, and,
 * with one, for what the model stands in for.
 *
 * A function or variable that is declared here is one of the model's, whatever macro a tree has
 * for it. A variable here is a constant of the model: its name alone is its value. A function
 * whose parameters changed between kernels is declared with "(...)": anything may be passed.
 */

typedef _Bool bool;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char unchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long ptrdiff_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef long long loff_t;
typedef long off_t;
typedef int pid_t;
typedef unsigned short umode_t;
typedef unsigned int gfp_t;
typedef unsigned int fmode_t;
typedef unsigned int slab_flags_t;
typedef unsigned long pgoff_t;
typedef unsigned long vm_flags_t;
typedef unsigned int vm_fault_t;
typedef unsigned int pgtbl_mod_mask;
typedef unsigned long long phys_addr_t;
typedef unsigned long long dma_addr_t;
typedef unsigned long long resource_size_t;
typedef unsigned long long sector_t;
typedef unsigned long pteval_t;
typedef unsigned long pmdval_t;
typedef unsigned long pudval_t;
typedef unsigned long pgdval_t;
typedef struct page *pgtable_t;

struct rlimit { unsigned long rlim_cur, rlim_max; };

struct vm_userfaultfd_ctx { struct userfaultfd_ctx *ctx; };

struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct vm_area_struct *vm_next, *vm_prev;
	struct rb_node vm_rb;
	unsigned long rb_subtree_gap;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	unsigned long vm_flags;
	struct { struct rb_node rb; unsigned long rb_subtree_last; } shared;
	struct list_head anon_vma_chain;
	struct anon_vma *anon_vma;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	struct file *vm_prfile;
	void *vm_private_data;
	struct anon_vma_name *anon_name;
	struct mempolicy *vm_policy;
	struct vm_userfaultfd_ctx vm_userfaultfd_ctx;
};

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *);
	void (*close)(struct vm_area_struct *);
	int (*may_split)(struct vm_area_struct *, unsigned long);
	int (*split)(struct vm_area_struct *, unsigned long);
	int (*mremap)(...);
	int (*mprotect)(struct vm_area_struct *, unsigned long, unsigned long, unsigned long);
	vm_fault_t (*fault)(...);
	vm_fault_t (*huge_fault)(...);
	vm_fault_t (*map_pages)(...);
	unsigned long (*pagesize)(struct vm_area_struct *);
	vm_fault_t (*page_mkwrite)(...);
	int (*access)(struct vm_area_struct *, unsigned long, void *, int, int);
	const char *(*name)(struct vm_area_struct *);
};

struct mm_struct {
	struct vm_area_struct *mmap;
	struct rb_root mm_rb;
	struct maple_tree mm_mt;
	unsigned long mmap_base, task_size, highest_vm_end;
	pgd_t *pgd;
	atomic_t mm_users, mm_count;
	atomic_long_t nr_ptes, nr_pmds, pgtables_bytes;
	int map_count;
	spinlock_t page_table_lock;
	struct rw_semaphore mmap_sem, mmap_lock;
	struct list_head mmlist;
	unsigned long hiwater_rss, hiwater_vm;
	unsigned long total_vm, locked_vm;
	atomic64_t pinned_vm;
	unsigned long data_vm, exec_vm, stack_vm, shared_vm;
	unsigned long def_flags;
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long flags;
	struct task_struct *owner;
	struct file *exe_file;
};

struct task_struct {
	struct mm_struct *mm, *active_mm;
	pid_t pid, tgid;
	char comm[16];
	struct signal_struct *signal;
};

struct signal_struct { struct rlimit rlim[16]; };

struct file {
	struct address_space *f_mapping;
	struct inode *f_inode;
	const struct file_operations *f_op;
	unsigned int f_flags;
	fmode_t f_mode;
	void *private_data;
};

struct address_space {
	struct inode *host;
	struct rb_root_cached i_mmap;
	struct mutex i_mmap_mutex;
	struct rw_semaphore i_mmap_rwsem;
	unsigned long nrpages;
	const struct address_space_operations *a_ops;
	unsigned long flags;
};

struct anon_vma {
	struct anon_vma *root;
	struct mutex mutex;
	struct rw_semaphore rwsem;
	atomic_t refcount;
	struct anon_vma *parent;
	struct rb_root_cached rb_root;
};

struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct list_head same_vma;
	struct rb_node rb;
	unsigned long rb_subtree_last;
};

enum mmu_notifier_event {
	MMU_NOTIFY_UNMAP,
	MMU_NOTIFY_CLEAR,
	MMU_NOTIFY_PROTECTION_VMA,
	MMU_NOTIFY_PROTECTION_PAGE,
	MMU_NOTIFY_SOFT_DIRTY,
	MMU_NOTIFY_RELEASE,
	MMU_NOTIFY_MIGRATE,
	MMU_NOTIFY_EXCLUSIVE,
};

struct mmu_notifier_range {
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	unsigned long start, end;
	unsigned int flags;
	bool blockable;
	enum mmu_notifier_event event;
	void *owner, *migrate_pgmap_owner;
};

/* Constants of the model: the geometry, and what it keeps of the machine and the task. */
extern const unsigned long PAGE_SIZE, PMD_SIZE, PUD_SIZE, P4D_SIZE, PGDIR_SIZE;
extern const unsigned long PAGE_MASK, PMD_MASK, PUD_MASK, P4D_MASK, PGDIR_MASK;
extern const int PAGE_SHIFT, PMD_SHIFT, PUD_SHIFT, P4D_SHIFT, PGDIR_SHIFT;
extern const int PTRS_PER_PTE, PTRS_PER_PMD, PTRS_PER_PUD, PTRS_PER_P4D, PTRS_PER_PGD;
extern const unsigned long HPAGE_PMD_SIZE, HPAGE_PMD_MASK, HPAGE_PUD_SIZE, HPAGE_PUD_MASK;
extern const unsigned long HPAGE_SIZE, HPAGE_MASK;
extern const int HPAGE_PMD_ORDER, HPAGE_PMD_NR, HPAGE_PMD_SHIFT, HPAGE_PUD_SHIFT, HPAGE_SHIFT;
extern const unsigned long TASK_SIZE, FIRST_USER_ADDRESS;
extern const gfp_t GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT;
extern struct task_struct *current;
extern struct mm_struct init_mm;
extern int sysctl_max_map_count, sysctl_overcommit_memory;

/* Reports and ends. What these are asked is only whether it is so. */
int WARN_ON(_Bool);
int WARN_ON_ONCE(_Bool);
int WARN(_Bool, const char *, ...);
int WARN_ONCE(_Bool, const char *, ...);
void BUG(void);
void BUG_ON(_Bool);
void VM_BUG_ON(_Bool);
void VM_BUG_ON_VMA(_Bool, struct vm_area_struct *);
void VM_BUG_ON_MM(_Bool, struct mm_struct *);
void VM_BUG_ON_PAGE(_Bool, struct page *);
void VM_BUG_ON_FOLIO(_Bool, struct folio *);
int VM_WARN_ON(_Bool);
int VM_WARN_ON_ONCE(_Bool);
int VM_WARN_ONCE(_Bool, const char *, ...);
int printk(const char *, ...);
int printk_once(const char *, ...);
int pr_err(const char *, ...);
int pr_warn(const char *, ...);
int pr_warn_once(const char *, ...);
int pr_warn_ratelimited(const char *, ...);
int pr_info(const char *, ...);
int pr_info_once(const char *, ...);
int pr_debug(const char *, ...);
void dump_stack(void);

/* Locks. */
void spin_lock(spinlock_t *);
void spin_lock_nested(spinlock_t *, int);
int spin_trylock(spinlock_t *);
void spin_unlock(spinlock_t *);
int spin_is_locked(spinlock_t *);
void down_read(struct rw_semaphore *);
int down_read_trylock(struct rw_semaphore *);
void up_read(struct rw_semaphore *);
void down_write(struct rw_semaphore *);
void down_write_nested(struct rw_semaphore *, int);
int down_write_killable(struct rw_semaphore *);
int down_write_trylock(struct rw_semaphore *);
void up_write(struct rw_semaphore *);
void downgrade_write(struct rw_semaphore *);
int rwsem_is_locked(struct rw_semaphore *);
void mutex_lock(struct mutex *);
void mutex_lock_nested(struct mutex *, unsigned int);
int mutex_trylock(struct mutex *);
void mutex_unlock(struct mutex *);
void mmap_read_lock(struct mm_struct *);
void mmap_read_unlock(struct mm_struct *);
void mmap_write_lock(struct mm_struct *);
int mmap_write_lock_killable(struct mm_struct *);
void mmap_write_unlock(struct mm_struct *);
void mmap_write_downgrade(struct mm_struct *);
void mmap_assert_locked(struct mm_struct *);
void mmap_assert_write_locked(struct mm_struct *);
void i_mmap_lock_read(struct address_space *);
void i_mmap_unlock_read(struct address_space *);
void i_mmap_lock_write(struct address_space *);
void i_mmap_unlock_write(struct address_space *);
void anon_vma_lock(struct anon_vma *);
void anon_vma_unlock(struct anon_vma *);
void anon_vma_lock_read(struct anon_vma *);
void anon_vma_unlock_read(struct anon_vma *);
void anon_vma_lock_write(struct anon_vma *);
void anon_vma_unlock_write(struct anon_vma *);
void vma_start_write(struct vm_area_struct *);
spinlock_t *pte_lockptr(struct mm_struct *, pmd_t *);
spinlock_t *pmd_lockptr(struct mm_struct *, pmd_t *);
spinlock_t *pud_lockptr(struct mm_struct *, pud_t *);
spinlock_t *pmd_lock(struct mm_struct *, pmd_t *);
spinlock_t *pud_lock(struct mm_struct *, pud_t *);
spinlock_t *pmd_trans_huge_lock(...);
void lockdep_assert_held(...);
void lockdep_assert_held_write(...);
void assert_spin_locked(spinlock_t *);
void rcu_read_lock(void);
void rcu_read_unlock(void);
int cond_resched(void);
void might_sleep(void);
void cpu_relax(void);
void smp_mb(void);
void smp_rmb(void);
void smp_wmb(void);

/* Page tables: where an entry lies. */
pgd_t *pgd_offset(struct mm_struct *, unsigned long);
p4d_t *p4d_offset(pgd_t *, unsigned long);
pud_t *pud_offset(...);
pmd_t *pmd_offset(pud_t *, unsigned long);
pte_t *pte_offset_map(pmd_t *, unsigned long);
pte_t *pte_offset_map_nested(pmd_t *, unsigned long);
pte_t *pte_offset_map_nolock(struct mm_struct *, pmd_t *, unsigned long, spinlock_t **);
pte_t *pte_offset_map_ro_nolock(struct mm_struct *, pmd_t *, unsigned long, spinlock_t **);
pte_t *pte_offset_map_rw_nolock(struct mm_struct *, pmd_t *, unsigned long, pmd_t *, spinlock_t **);
pte_t *pte_offset_map_lock(struct mm_struct *, pmd_t *, unsigned long, spinlock_t **);
pte_t *pte_offset_kernel(pmd_t *, unsigned long);
void pte_unmap(pte_t *);
void pte_unmap_nested(pte_t *);
void pte_unmap_unlock(pte_t *, spinlock_t *);
p4d_t *p4d_alloc(struct mm_struct *, pgd_t *, unsigned long);
pud_t *pud_alloc(...);
pmd_t *pmd_alloc(struct mm_struct *, pud_t *, unsigned long);
int pte_alloc(...);
int __pte_alloc(...);
pte_t *pte_alloc_map(...);
pte_t *pte_alloc_map_lock(struct mm_struct *, pmd_t *, unsigned long, spinlock_t **);

/* Page tables: what an entry says. */
int pgd_none(pgd_t);
int pgd_bad(pgd_t);
int pgd_present(pgd_t);
int pgd_none_or_clear_bad(pgd_t *);
int p4d_none(p4d_t);
int p4d_bad(p4d_t);
int p4d_present(p4d_t);
int p4d_none_or_clear_bad(p4d_t *);
int pud_none(pud_t);
int pud_bad(pud_t);
int pud_present(pud_t);
int pud_leaf(pud_t);
int pud_large(pud_t);
int pud_trans_huge(pud_t);
int pud_devmap(pud_t);
int pud_none_or_clear_bad(pud_t *);
int pmd_none(pmd_t);
int pmd_bad(pmd_t);
int pmd_present(pmd_t);
int pmd_leaf(pmd_t);
int pmd_large(pmd_t);
int pmd_trans_huge(pmd_t);
int pmd_trans_splitting(pmd_t);
int pmd_devmap(pmd_t);
int pmd_protnone(pmd_t);
int pmd_same(pmd_t, pmd_t);
int pmd_soft_dirty(pmd_t);
int pmd_none_or_clear_bad(pmd_t *);
int pmd_trans_unstable(pmd_t *);
int pmd_none_or_trans_huge_or_clear_bad(pmd_t *);
int is_swap_pmd(pmd_t);
int is_pmd_migration_entry(pmd_t);
int pte_none(pte_t);
int pte_present(pte_t);
int pte_file(pte_t);
int pte_same(pte_t, pte_t);
int pte_dirty(pte_t);
int pte_young(pte_t);
int pte_write(pte_t);
int pte_special(pte_t);
int pte_soft_dirty(pte_t);
int pte_swp_soft_dirty(pte_t);
int pte_uffd_wp(pte_t);
int pte_swp_uffd_wp(pte_t);
int pte_swp_uffd_wp_any(pte_t);
bool pte_marker_uffd_wp(pte_t);
int is_swap_pte(pte_t);
bool pte_accessible(struct mm_struct *, pte_t);
unsigned long pte_pfn(pte_t);
unsigned long pmd_pfn(pmd_t);
struct page *pte_page(pte_t);
struct page *pmd_page(pmd_t);
pgtable_t pmd_pgtable(pmd_t);
pmd_t *pud_pgtable(pud_t);
pmd_t *pud_page_vaddr(pud_t);
swp_entry_t pte_to_swp_entry(pte_t);
pte_t swp_entry_to_pte(swp_entry_t);
swp_entry_t pmd_to_swp_entry(pmd_t);
int non_swap_entry(swp_entry_t);
bool is_migration_entry(swp_entry_t);

/* Page tables: entries made and written. */
pte_t __pte(pteval_t);
pmd_t __pmd(pmdval_t);
pud_t __pud(pudval_t);
pte_t pte_mkdirty(pte_t);
pte_t pte_mkclean(pte_t);
pte_t pte_mkyoung(pte_t);
pte_t pte_mkold(pte_t);
pte_t pte_mkwrite(...);
pte_t pte_wrprotect(pte_t);
pte_t pte_mksoft_dirty(pte_t);
pte_t pte_swp_mksoft_dirty(pte_t);
pte_t pte_file_mksoft_dirty(pte_t);
pte_t pte_clear_soft_dirty(pte_t);
pte_t pte_mkuffd_wp(pte_t);
pte_t pte_clear_uffd_wp(pte_t);
pte_t pte_swp_clear_uffd_wp(pte_t);
pmd_t pmd_mksoft_dirty(pmd_t);
pmd_t pmd_swp_mksoft_dirty(pmd_t);
pmd_t pmd_clear_uffd_wp(pmd_t);
pmd_t pmd_swp_clear_uffd_wp(pmd_t);
pte_t move_pte(...);
pte_t ptep_get(pte_t *);
pmd_t pmdp_get(pmd_t *);
pud_t pudp_get(pud_t *);
pmd_t pmdp_get_lockless(pmd_t *);
pmd_t pmd_read_atomic(pmd_t *);
pte_t ptep_get_and_clear(struct mm_struct *, unsigned long, pte_t *);
pte_t get_and_clear_ptes(struct mm_struct *, unsigned long, pte_t *, unsigned int);
pte_t ptep_clear_flush(struct vm_area_struct *, unsigned long, pte_t *);
pmd_t pmdp_get_and_clear(struct mm_struct *, unsigned long, pmd_t *);
pmd_t pmdp_huge_get_and_clear(struct mm_struct *, unsigned long, pmd_t *);
pud_t pudp_huge_get_and_clear(struct mm_struct *, unsigned long, pud_t *);
void pte_clear(struct mm_struct *, unsigned long, pte_t *);
void pte_clear_not_present_full(struct mm_struct *, unsigned long, pte_t *, int);
void set_pte(pte_t *, pte_t);
void set_pte_at(struct mm_struct *, unsigned long, pte_t *, pte_t);
void set_ptes(struct mm_struct *, unsigned long, pte_t *, pte_t, unsigned int);
void set_pmd(pmd_t *, pmd_t);
void set_pmd_at(struct mm_struct *, unsigned long, pmd_t *, pmd_t);
void set_pud(pud_t *, pud_t);
void set_pud_at(struct mm_struct *, unsigned long, pud_t *, pud_t);
void pmd_clear(pmd_t *);
void pud_clear(pud_t *);
void pmd_populate(struct mm_struct *, pmd_t *, pgtable_t);
void pud_populate(struct mm_struct *, pud_t *, pmd_t *);
void pgtable_trans_huge_deposit(struct mm_struct *, pmd_t *, pgtable_t);
pgtable_t pgtable_trans_huge_withdraw(struct mm_struct *, pmd_t *);
void arch_enter_lazy_mmu_mode(void);
void arch_leave_lazy_mmu_mode(void);
void lazy_mmu_mode_enable(void);
void lazy_mmu_mode_disable(void);
bool arch_supports_page_table_move(void);

/* Translations and caches. */
void flush_tlb_range(struct vm_area_struct *, unsigned long, unsigned long);
void flush_pmd_tlb_range(struct vm_area_struct *, unsigned long, unsigned long);
void flush_pud_tlb_range(struct vm_area_struct *, unsigned long, unsigned long);
void flush_tlb_page(struct vm_area_struct *, unsigned long);
void flush_tlb_mm(struct mm_struct *);
void flush_tlb_batched_pending(struct mm_struct *);
void flush_cache_range(struct vm_area_struct *, unsigned long, unsigned long);
void flush_cache_page(struct vm_area_struct *, unsigned long, unsigned long);
void update_mmu_cache(struct vm_area_struct *, unsigned long, pte_t *);

/* Notifiers and userfaultfd. */
void mmu_notifier_range_init(...);
void mmu_notifier_invalidate_range_start(...);
void mmu_notifier_invalidate_range_end(...);
void mmu_notifier_invalidate_range(struct mm_struct *, unsigned long, unsigned long);
void mremap_userfaultfd_prep(struct vm_area_struct *, struct vm_userfaultfd_ctx *);
void mremap_userfaultfd_complete(struct vm_userfaultfd_ctx *, unsigned long, unsigned long, unsigned long);
void mremap_userfaultfd_fail(struct vm_userfaultfd_ctx *);
void userfaultfd_unmap_complete(struct mm_struct *, struct list_head *);
bool userfaultfd_wp(struct vm_area_struct *);
bool userfaultfd_armed(struct vm_area_struct *);
bool vma_has_uffd_without_event_remap(struct vm_area_struct *);

/* Huge pages. */
int move_huge_pmd(...);
bool move_huge_pud(...);
int move_hugetlb_page_tables(...);
void split_huge_pmd(...);
void split_huge_page_pmd(...);
void split_huge_pud(...);
bool is_vm_hugetlb_page(struct vm_area_struct *);
struct hstate *hstate_vma(struct vm_area_struct *);
unsigned long huge_page_size(struct hstate *);
unsigned long huge_page_mask(struct hstate *);
void clear_vma_resv_huge_pages(struct vm_area_struct *);
void fixup_hugetlb_reservations(struct vm_area_struct *);

/* Areas. */
struct vm_area_struct *find_vma(struct mm_struct *, unsigned long);
struct vm_area_struct *find_vma_intersection(struct mm_struct *, unsigned long, unsigned long);
struct vm_area_struct *vma_lookup(struct mm_struct *, unsigned long);
void vma_iter_init(struct vma_iterator *, struct mm_struct *, unsigned long);
struct vm_area_struct *vma_next(struct vma_iterator *);
struct vm_area_struct *vma_prev(struct vma_iterator *);
struct vm_area_struct *find_vma_prev(struct mm_struct *, unsigned long, struct vm_area_struct **);
struct vm_area_struct *copy_vma(...);
struct vm_area_struct *vma_merge(...);
struct vm_area_struct *vma_merge_extend(struct vma_iterator *, struct vm_area_struct *, unsigned long);
int vma_adjust(...);
int __vma_adjust(...);
int split_vma(...);
int insert_vm_struct(struct mm_struct *, struct vm_area_struct *);
int do_munmap(...);
int __do_munmap(...);
int do_vmi_munmap(...);
int do_vmi_align_munmap(...);
int do_mas_munmap(...);
bool can_modify_vma(struct vm_area_struct *);
bool can_modify_mm(struct mm_struct *, unsigned long, unsigned long);
bool can_do_mlock(void);
unsigned long get_unmapped_area(struct file *, unsigned long, unsigned long, unsigned long, unsigned long);
void free_pgtables(...);
void unlink_anon_vmas(struct vm_area_struct *);
int anon_vma_clone(struct vm_area_struct *, struct vm_area_struct *);
int anon_vma_prepare(struct vm_area_struct *);
bool vma_is_anonymous(struct vm_area_struct *);
bool vma_is_temporary_stack(struct vm_area_struct *);
bool vma_is_shmem(struct vm_area_struct *);
struct mempolicy *vma_policy(struct vm_area_struct *);
struct anon_vma_name *anon_vma_name(struct vm_area_struct *);
void vm_flags_init(struct vm_area_struct *, vm_flags_t);
void vm_flags_set(struct vm_area_struct *, vm_flags_t);
void vm_flags_clear(struct vm_area_struct *, vm_flags_t);
void vm_flags_mod(struct vm_area_struct *, vm_flags_t, vm_flags_t);
unsigned long vma_pages(struct vm_area_struct *);
unsigned long vma_kernel_pagesize(struct vm_area_struct *);
void untrack_pfn_moved(struct vm_area_struct *);
void untrack_pfn_clear(struct vm_area_struct *);
int ksm_madvise(struct vm_area_struct *, unsigned long, unsigned long, int, unsigned long *);
void truncate_pagecache(...);
unsigned long page_address_in_vma(...);
void arch_remap(struct mm_struct *, unsigned long, unsigned long, unsigned long, unsigned long);

/* Accounting and permission. */
bool may_expand_vm(...);
void vm_stat_account(...);
void vm_acct_memory(long);
void vm_unacct_memory(long);
int security_vm_enough_memory_mm(struct mm_struct *, long);
int security_mmap_addr(unsigned long);
int security_file_mmap(...);
int mlock_future_check(struct mm_struct *, unsigned long, unsigned long);
bool mlock_future_ok(struct mm_struct *, unsigned long, unsigned long);
int mlock_vma_pages_range(struct vm_area_struct *, unsigned long, unsigned long);
int mm_populate(unsigned long, unsigned long);
unsigned long rlimit(unsigned int);
bool capable(int);
unsigned long untagged_addr(unsigned long);
void get_file(struct file *);
void fput(struct file *);
struct file_operations_extend *get_fo_extend(struct file *);

/* Values that the same names have on every architecture that Linux has here, or on x86. */
#define PAGE_ALIGN(address) ALIGN(address, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(address) ALIGN_DOWN(address, PAGE_SIZE)
#define PAGE_ALIGNED(address) IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define offset_in_page(address) ((unsigned long)(address) & ~PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define NULL_VM_UFFD_CTX ((struct vm_userfaultfd_ctx){ NULL })

#define TASK_COMM_LEN 16
#define SINGLE_DEPTH_NESTING 1
#define USHRT_MAX 0xffff
#define INT_MAX 0x7fffffff
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (~0u)
#define LONG_MAX ((long)(~0ul >> 1))
#define LONG_MIN (-LONG_MAX - 1)
#define ULONG_MAX (~0ul)
#define LLONG_MAX ((long long)(~0ull >> 1))
#define ULLONG_MAX (~0ull)

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2
#define MREMAP_DONTUNMAP 4
#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MADV_MERGEABLE 12
#define MADV_UNMERGEABLE 13
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define CAP_IPC_LOCK 14
#define CAP_SYS_ADMIN 21
#define MMU_NOTIFIER_RANGE_BLOCKABLE 1

#define VM_NONE 0x00000000
#define VM_READ 0x00000001
#define VM_WRITE 0x00000002
#define VM_EXEC 0x00000004
#define VM_SHARED 0x00000008
#define VM_MAYREAD 0x00000010
#define VM_MAYWRITE 0x00000020
#define VM_MAYEXEC 0x00000040
#define VM_MAYSHARE 0x00000080
#define VM_GROWSDOWN 0x00000100
#define VM_UFFD_MISSING 0x00000200
#define VM_PFNMAP 0x00000400
#define VM_DENYWRITE 0x00000800
#define VM_UFFD_WP 0x00001000
#define VM_LOCKED 0x00002000
#define VM_IO 0x00004000
#define VM_SEQ_READ 0x00008000
#define VM_RAND_READ 0x00010000
#define VM_DONTCOPY 0x00020000
#define VM_DONTEXPAND 0x00040000
#define VM_LOCKONFAULT 0x00080000
#define VM_ACCOUNT 0x00100000
#define VM_NORESERVE 0x00200000
#define VM_HUGETLB 0x00400000
#define VM_NONLINEAR 0x00800000
#define VM_WIPEONFORK 0x02000000
#define VM_DONTDUMP 0x04000000
#define VM_SOFTDIRTY 0x08000000
#define VM_MIXEDMAP 0x10000000
#define VM_HUGEPAGE 0x20000000
#define VM_NOHUGEPAGE 0x40000000
#define VM_MERGEABLE 0x80000000
#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)
#define VM_LOCKED_CLEAR_MASK (~VM_LOCKED_MASK)
#define VM_SPECIAL (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)

#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define EBADF 9
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENFILE 23
#define EFBIG 27
#define ENOSPC 28
#define ERANGE 34
#define ENOSYS 38
#define EOVERFLOW 75
#define EOPNOTSUPP 95
