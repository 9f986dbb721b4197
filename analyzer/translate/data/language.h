/*
 * What holds whatever a tree's headers say.
 *
 * A typedef of the type "opaque", and a struct whose only member has that type, are indivisible:
 * the model makes and takes their values, and nobody looks inside. The macros are those whose
 * meaning is C alone, the structs those that are links and no more. "__builtin_container_of" is
 * known to the translator.
 */

typedef opaque pte_t;
typedef opaque pmd_t;
typedef opaque pud_t;
typedef opaque p4d_t;
typedef opaque pgd_t;
typedef opaque pgprot_t;
typedef opaque swp_entry_t;
typedef opaque softleaf_t;

typedef opaque spinlock_t;
typedef opaque raw_spinlock_t;
typedef opaque arch_spinlock_t;
typedef opaque rwlock_t;
typedef opaque seqcount_t;
typedef opaque seqlock_t;
typedef opaque wait_queue_head_t;
typedef opaque atomic_t;
typedef opaque atomic_long_t;
typedef opaque atomic64_t;
typedef opaque refcount_t;

struct mutex { opaque hidden; };
struct rw_semaphore { opaque hidden; };
struct semaphore { opaque hidden; };
struct seqcount { opaque hidden; };
struct completion { opaque hidden; };
struct lockdep_map { opaque hidden; };
struct lock_class_key { opaque hidden; };

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct rb_node { unsigned long __rb_parent_color; struct rb_node *rb_right, *rb_left; };
struct rb_root { struct rb_node *rb_node; };
struct rb_root_cached { struct rb_root rb_root; struct rb_node *rb_leftmost; };

#define NULL ((void *)0)
#define true 1
#define false 0

#define likely(condition) (!!(condition))
#define unlikely(condition) (!!(condition))
#define barrier() do { } while (0)

#define READ_ONCE(place) (place)
#define WRITE_ONCE(place, value) ((place) = (value))
#define ACCESS_ONCE(place) (place)

#define __chosen(a, op, b) \
	({ typeof(a) a_ = (a); typeof(b) b_ = (b); a_ op b_ ? a_ : b_; })
#define __chosen_as(type, a, op, b) \
	({ type a_ = (a); type b_ = (b); a_ op b_ ? a_ : b_; })
#define min(a, b) __chosen(a, <, b)
#define max(a, b) __chosen(a, >, b)
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define min_t(type, a, b) __chosen_as(type, a, <, b)
#define max_t(type, a, b) __chosen_as(type, a, >, b)
#define umin(a, b) __chosen((a) + 0u + 0ul + 0ull, <, (b) + 0u + 0ul + 0ull)
#define umax(a, b) __chosen((a) + 0u + 0ul + 0ull, >, (b) + 0u + 0ul + 0ull)
#define min_not_zero(a, b) \
	({ typeof(a) l_ = (a); typeof(b) r_ = (b); l_ == 0 ? r_ : (r_ == 0 ? l_ : min(l_, r_)); })
#define clamp(value, low, high) \
	({ typeof(value) v_ = (value); typeof(low) lo_ = (low); typeof(high) hi_ = (high); \
	   v_ < lo_ ? lo_ : (v_ > hi_ ? hi_ : v_); })
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(typeof(value), value, low, high)
#define swap(a, b) do { typeof(a) kept_ = (a); (a) = (b); (b) = kept_; } while (0)
#define abs(x) ({ typeof((x) + 0) x_ = (x); x_ < 0 ? -x_ : x_; })

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define container_of(pointer, type, member) __builtin_container_of(pointer, type, member)
#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define rb_entry(pointer, type, member) container_of(pointer, type, member)

#define BITS_PER_BYTE 8
#define BITS_PER_LONG ((int)sizeof(long) * 8)
#define BITS_PER_LONG_LONG 64
#define BITS_PER_TYPE(type) (sizeof(type) * 8)
#define BITS_TO_LONGS(bits) DIV_ROUND_UP(bits, BITS_PER_TYPE(long))
#define BIT(number) (1ul << (number))
#define BIT_ULL(number) (1ull << (number))
#define BIT_MASK(number) (1ul << ((number) % BITS_PER_LONG))
#define BIT_WORD(number) ((number) / BITS_PER_LONG)
#define GENMASK(high, low) ((~0ul << (low)) & (~0ul >> (BITS_PER_LONG - 1 - (high))))
#define GENMASK_ULL(high, low) ((~0ull << (low)) & (~0ull >> (63 - (high))))
#define is_power_of_2(n) ({ unsigned long n_ = (n); n_ != 0 && (n_ & (n_ - 1)) == 0; })

#define ALIGN(x, a) (((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((typeof((x) - (a)))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a) ((typeof(p))ALIGN((unsigned long)(p), (a)))
#define round_up(x, y) ((((x) - 1) | (typeof(x))((y) - 1)) + 1)
#define round_down(x, y) ((x) & ~(typeof(x))((y) - 1))
#define roundup(x, y) ({ typeof(y) y_ = (y); (((x) + (y_ - 1)) / y_) * y_; })
#define rounddown(x, y) ({ typeof(x) x_ = (x); x_ - (x_ % (y)); })
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
#define ERR_PTR(error) ((void *)(long)(error))
#define PTR_ERR(pointer) ((long)(pointer))
#define ERR_CAST(pointer) ((void *)(pointer))
#define IS_ERR(pointer) IS_ERR_VALUE((unsigned long)(pointer))
#define IS_ERR_OR_NULL(pointer) \
	({ void *p_ = (void *)(pointer); !p_ || IS_ERR(p_); })
#define PTR_ERR_OR_ZERO(pointer) \
	({ void *q_ = (void *)(pointer); IS_ERR(q_) ? (int)PTR_ERR(q_) : 0; })

#define BUILD_BUG_ON(condition) ((void)0)
#define BUILD_BUG_ON_MSG(condition, message) ((void)0)
#define BUILD_BUG_ON_ZERO(condition) 0
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) ((void)0)
#define BUILD_BUG() BUG()
#define __force
#define __user
#define __must_check
#define __maybe_unused
#define __always_unused
