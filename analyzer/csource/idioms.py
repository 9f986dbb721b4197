"""The kernel's dialect as tables of words: what annotates, what loops, what defines.

The names are facts of the kernel's headers; each table says what becomes of its words.
"""

from __future__ import annotations

import re

# Blanked wherever they stand: they change nothing that a translation sees.
_PLAIN = """
    __always_unused __always_used __attribute_const__ __bitwise __bitwise__ __bpf_kfunc
    __bss_decrypted __chk_user_ptr __cold __cpuexit __cpuexitdata __cpuidle __cpuinit
    __cpuinitdata __data_racy __deprecated __designated_init __devexit __devexitdata __devinit
    __devinitconst __devinitdata __disable_sanitizer_instrumentation __efiapi __entry_text __exit
    __exit_call __exit_refok __exitdata __exitused __extension__ __fix_address __flatten __force
    __function_aligned __gnu_inline __head __hot __idmap __iftd __inline_maybe_unused __init
    __init_memblock __init_or_module __init_refok __init_thread_info __initconst
    __initconst_or_module __initdata __initdata_memblock __initdata_or_meminfo
    __initdata_or_module __inittext __iomem __irq_entry __kernel __kprobes __ksym
    __latent_entropy __list_valid_slowpath __lock_aligned __lockfunc __long_aligned
    __lsm_ro_after_init __malloc __maybe_unused __meminit __meminitconst __meminitdata
    __must_check __naked __net_exit __net_init __net_initconst __net_initdata
    __no_caller_saved_registers __no_context_analysis __no_kasan_or_inline __no_kcsan
    __no_kmsan_checks __no_profile __no_randomize_layout __no_sanitize_address
    __no_sanitize_coverage __no_sanitize_memory __no_sanitize_or_inline __no_sanitize_thread
    __no_sanitize_undefined __no_stack_protector __nocapture __nocast __nocfi __noclone __noendbr
    __noinitretpoline __noinline __noinline_for_stack __noipa __nonstring __noreturn __noretpoline
    __nosave __nosavedata __noscs __notrace_funcgraph __optimize __overloadable __page_aligned_bss
    __page_aligned_data __paginginit __percpu __preserve_most __private __pure __pure__
    __randomize_layout __rcu __read_frequently __read_mostly __ref __ref_data __refconst __refdata
    __refok __restrict __restrict__ __retain __ro_after_init __safe __sched __seg_fs __seg_gs
    __signed_wrap __softirq_entry __tracepoint_string __uninitialized __unused __used __user
    __visible __wakeup_text __weak __xipram asmlinkage fastcall noinline noinline_for_stack
    noinline_for_tracing noinline_if_stackdepot noinstr nokprobe_inline notrace compat_noinline
    randomized_struct_fields_end randomized_struct_fields_start
    asmregparm __const
"""
# The same, with the parenthesis behind them.
_WITH_ARGUMENTS = """
    ACPI_PRINTF_LIKE __access __acquire_shared __acquires __acquires_shared __alias __alloc_size
    __alloc_size__ __assume_aligned __compiletime_error __compiletime_warning __cond_acquires
    __cond_acquires_shared __cond_releases __context_unsafe __copy __counted_by __counted_by_be
    __counted_by_le __counted_by_ptr __diagnose_as __error __excludes __guarded_by __malloc
    __must_hold __must_hold_shared __must_not_hold __no_sanitize __nonnull
    __pass_dynamic_object_size __pass_object_size __printf __pt_guarded_by __realloc_size
    __releases __releases_shared __requires __scanf __section __section__ __sized_by __target
    __warning
"""
# These change how a type is laid out: blanked, and remembered.
_LAYOUT = """
    __packed __packed2__ ____cacheline_aligned ____cacheline_aligned_in_smp __cacheline_aligned
    ____cacheline_internodealigned_in_smp __cacheline_aligned_in_smp __aligned_largest
    ____dma_from_device_aligned ____ptr_aligned _struct_page_alignment __tcp_ao_key_align
"""
_LAYOUT_CALLS = "__aligned __mode _Alignas __align"
# These run code at the end of a scope: what is declared with them is not ours to read.
_CLEANUPS = "__free __cleanup"
_INLINE = "__always_inline __inline __inline__ __async_inline"
_TYPEOF = "typeof __typeof__ __typeof typeof_unqual __typeof_unqual__"
_ASM = "asm __asm__ __asm"
# Loops without a block behind them: with one, the shape tells.
_LOOPING = r"\w*(?:for_each|FOR_EACH)\w*|scoped_guard|scoped_cond_guard|scoped_user_\w+_access"

_INNERMOST = r"\([^()]*\)"
_NESTED = rf"\((?:[^()]|{_INNERMOST})*+\)"
ARGUMENTS = rf"\s*+\((?:[^()]|\((?:[^()]|{_NESTED})*+\))*+\)"


def _any(text: str) -> str:
    return "|".join(text.split())


ANNOTATION = re.compile(
    (
        rf"\b(?:__attribute(?:__)?{ARGUMENTS}"
        rf"|(?:{_any(_WITH_ARGUMENTS)}|{_any(_LAYOUT_CALLS)}|{_any(_CLEANUPS)}){ARGUMENTS}"
        rf"|(?:{_any(_PLAIN)}|{_any(_LAYOUT)}|{_any(_INLINE)})\b)"
    ).encode()
)
"""Everything that annotates, with its arguments: for a look at a head of a function."""

SYSCALL = re.compile(
    rb"\s*(?P<compat>COMPAT_)?SYSCALL(?P<old>32)?_DEFINE(?P<count>[0-6])\s*\(\s*(?P<name>\w+)\s*"
)
"""``SYSCALL_DEFINE3(name``: what follows the name are types and names in turn."""

LAST_BRACE_OF_TYPE = re.compile(rb"\b(?:struct|union|enum)(?:\s+\w+)?\s*$")
"""The end of a text behind which ``{`` opens the members of a type."""

WORD = re.compile(
    (
        rf"\b(?:(?P<attribute>__attribute(?:__)?\b)"
        rf"|(?P<inline>(?:{_any(_INLINE)})\b)"
        rf"|(?P<layout>(?:{_any(_LAYOUT)})\b|(?:{_any(_LAYOUT_CALLS)})(?=\s*+\())"
        rf"|(?P<cleanup>(?:{_any(_CLEANUPS)})(?=\s*+\())"
        rf"|(?P<called>(?:{_any(_WITH_ARGUMENTS)})(?=\s*+\())"
        rf"|(?P<plain>(?:{_any(_PLAIN)})\b)"
        rf"|(?P<typeof>(?:{_any(_TYPEOF)})(?=\s*+\())"
        rf"|(?P<asm>(?:{_any(_ASM)})\b)"
        rf"|(?P<loop>(?:{_LOOPING})(?=\s*+\())"
        rf"|(?P<alignof>(?:__alignof__|_Alignof|__alignof|alignof)(?=\s*+\())"
        rf"|(?P<fallthrough>fallthrough(?=\s*+;))"
        rf"|(?P<offsetof>(?:__builtin_)?offsetof(?=\s*+\())"
        rf"|(?P<static>static\s+(?:[A-Z]\w*)(?=\s*+\())"
        rf"|(?P<range>case\b[^:;{{}}?]{{0,200}}?\.\.\.)"
        rf")"
    ).encode()
)
"""The words that the rewrite looks for; the group says what is done."""

TYPE_WORDS = frozenset(
    b"void char short int long float double signed unsigned _Bool bool __signed__ __signed "
    b"__int128 const volatile struct union enum".split()
)

_SPECIFIER = (
    r"(?:struct|union|enum)\s+\w+"
    r"|(?:unsigned|signed|long|short|int|char|void|bool|_Bool|float|double)\b"
    r"(?:\s+(?:unsigned|signed|long|short|int|char|double)\b)*+"
    r"|[A-Za-z_]\w*+(?=\s*+(?:(?:__user|__iomem|__rcu|__percpu|__force|const)\s*+)*+\*)"
)
TYPE_ARGUMENT = re.compile(
    (
        r"(?<=[(,])\s*+(?P<type>(?:(?:const|volatile)\s+)*+"
        rf"(?:{_SPECIFIER})"
        r"(?:\s*+(?:\*|(?:const|volatile|__user|__iomem|__rcu|__percpu|__force)\b))*+)\s*+(?=[,)])"
    ).encode()
)
"""A type between a parenthesis or comma and the next: an argument, or a nameless parameter."""

KNOWN_TYPE = re.compile(
    r"(?:__)?[us](?:8|16|32|64|128)|__[bl]e(?:16|32|64)|\w+_t|__wsum|__sum16|u(?:int|long|short|char)"
    r"|_?[bB]ool|__int128|__signed__|typeof_+|__kernel_\w+"
)
"""Names that are types wherever the kernel uses them."""

GROUPS = {
    "struct_group": "n",
    "struct_group_attr": "na",
    "struct_group_tagged": "tn",
    "__struct_group": "tna",
}
"""Macros that group members, and what their first arguments are: a name, a tag, attributes."""

WITHOUT_MEMBERS = frozenset(
    (
        "__cacheline_group_begin",
        "__cacheline_group_begin_aligned",
        "__cacheline_group_end",
        "__cacheline_group_end_aligned",
        "static_assert",
        "_Static_assert",
    )
)
"""Macros among members that make none."""

PADDINGS = frozenset(["CACHELINE_PADDING", "ZONE_PADDING"])
"""Macros among members that push the next one to some place."""

KEPT_ARGUMENT = re.compile(
    r"_*[A-Z]*_?KABI_(?:(?P<second>USE|REPLACE|RENAME)|FILL_HOLE|EXTEND|EXCLUDE|BROKEN_INSERT)"
)
"""Vendors' macros that keep an old layout for checksums: which argument is the member."""

MEMBERS = {
    "DECLARE_BITMAP": "unsigned long {0}[BITS_TO_LONGS({1})]",
    "DECLARE_FLEX_ARRAY": "{0} {1}[]",
    "__DECLARE_FLEX_ARRAY": "{0} {1}[]",
    "DECLARE_HASHTABLE": "struct hlist_head {0}[1 << ({1})]",
    "RH_KABI_RESERVE": "unsigned long rh_reserved{0}",
    "CK_KABI_RESERVE": "unsigned long ck_reserved{0}",
    "KABI_RESERVE": "u64 kabi_reserved{0}",
    "ANDROID_KABI_RESERVE": "u64 android_kabi_reserved{0}",
    "RH_KABI_DEPRECATE": "{0} rh_reserved_{1}",
}
"""Macros that make one member, and the member, with the macro's arguments in it."""
