from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer.csource.configuration import Configuration
from analyzer.machine.callees import Callee, Changed, Code, Trouble, callees, changed_lines
from analyzer.repo import DirectoryTree, open_tree

MM = """\
#ifndef _LINUX_MM_H
#define _LINUX_MM_H
#include <asm/tables.h>
struct mm_struct { int users; };
struct vm_area_struct { struct mm_struct *vm_mm; unsigned long vm_start; };
typedef struct { unsigned long pmd; } pmd_t;
extern int __pte_alloc(struct mm_struct *mm, pmd_t *pmd);
void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
#define pte_alloc(mm, pmd) (pmd_none(*(pmd)) && __pte_alloc(mm, pmd))
#define tell(level, ...) say(level, ##__VA_ARGS__)
#define old_name(x) x
#define zap_all zap_some
static inline int zap_some(struct mm_struct *mm) { return mm->users; }
#define first_of(vma) ((vma)->vm_start)
#ifdef CONFIG_HUGE
int move_huge(struct vm_area_struct *vma);
#endif
#ifdef CONFIG_DEBUG
void check_mm(struct mm_struct *mm);
#else
static inline void check_mm(struct mm_struct *mm) { }
#endif
#define FLAG(name) static inline int Page##name(pmd_t *page) { return 1; }
FLAG(Busy)
#endif
"""
TABLES = "static inline int pmd_none(pmd_t pmd) { return !pmd.pmd; }\n"
HEAD = """\
#include <linux/mm.h>
static int helper(struct mm_struct *mm) { return 0; }
int move(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, int (*fn)(int))
{
"""


def tree_at(root: Path, body: str, *, mm: str = MM, head: str = HEAD, **more: str) -> DirectoryTree:
    files = {
        "include/linux/mm.h": mm,
        "arch/x86/include/asm/tables.h": TABLES,
        "mm/move.c": head + body + "\treturn 0;\n}\n",
        **more,
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return DirectoryTree(str(root), root.resolve())


def code_at(root: Path, body: str, **more: str) -> Code:
    first = HEAD.count("\n") + 1
    lines = frozenset(range(first, first + body.count("\n")))
    return Code(tree_at(root, body, **more), (Changed("mm/move.c", lines),))


def looked(root: Path, body: str, **more: str) -> list[tuple[Trouble, str, str]]:
    return told(callees(code_at(root, body, **more)))


def told(found: tuple[Callee, ...]) -> list[tuple[Trouble, str, str]]:
    return [
        (problem.trouble, problem.said, str(problem.spot))
        for one in found
        for problem in one.problems
    ]


def test_what_fits_raises_nothing(tmp_path: Path) -> None:
    body = (
        "\tint (*local)(int) = fn;\n"
        "\tif (pte_alloc(vma->vm_mm, pmd) || fn(1) || local(2))\n"
        "\t\treturn sizeof(addr) + __builtin_expect(helper(vma->vm_mm), 0);\n"
        "\tflush_tlb_range(vma, addr, addr + 1);\n"
        "\tcheck_mm(vma->vm_mm);\n"
        "\treturn zap_all(vma->vm_mm) + first_of(vma) + PageBusy(pmd);\n"
    )
    found = callees(code_at(tmp_path, body))
    assert told(found) == []
    assert [(one.name, one.arguments, one.spot.line) for one in found] == [
        ("pte_alloc", 2, 6),
        ("helper", 1, 7),
        ("flush_tlb_range", 3, 8),
        ("check_mm", 1, 9),
        ("zap_all", 1, 10),
        ("first_of", 1, 10),
        ("PageBusy", 1, 10),
    ]
    assert [str(one.definition) for one in found[:3]] == [
        "pte_alloc(mm, pmd)",
        "helper(struct mm_struct * mm)",
        "flush_tlb_range(struct vm_area_struct * vma, long unsigned start, long unsigned end)",
    ]


@pytest.mark.parametrize(
    ("call", "trouble", "said", "spot"),
    [
        (
            "take_rmap_locks(vma)",
            Trouble.MISSING,
            "nothing that mm/move.c sees declares take_rmap_locks()",
            "None",
        ),
        (
            "__pte_alloc(vma->vm_mm, vma, pmd, addr)",
            Trouble.ARITY,
            "__pte_alloc() is called with 4 arguments, and the target's is "
            "__pte_alloc(struct mm_struct * mm, pmd_t * pmd)",
            "include/linux/mm.h:7",
        ),
        (
            "pte_alloc(vma->vm_mm, pmd, addr)",
            Trouble.ARITY,
            "pte_alloc() is called with 3 arguments, and the target's is pte_alloc(mm, pmd)",
            "include/linux/mm.h:9",
        ),
        (
            "flush_tlb_range(vma->vm_mm, addr, addr)",
            Trouble.ARGUMENT,
            "flush_tlb_range(struct vm_area_struct * vma, long unsigned start, long unsigned end): "
            "argument 1 (vma) is a pointer to struct mm_struct, "
            "and one to struct vm_area_struct is taken",
            "include/linux/mm.h:8",
        ),
        (
            "flush_tlb_range(vma, vma->vm_mm, addr)",
            Trouble.ARGUMENT,
            "flush_tlb_range(struct vm_area_struct * vma, long unsigned start, long unsigned end): "
            "argument 2 (start) is a pointer to struct mm_struct, and unsigned long is taken",
            "include/linux/mm.h:8",
        ),
        (
            "first_of(vma->vm_mm)",
            Trouble.ARGUMENT,
            "first_of(vma): argument 1 (vma) is a pointer to struct mm_struct, "
            "which has no member vm_start",
            "include/linux/mm.h:14",
        ),
        (
            "move_huge(vma)",
            Trouble.CONDITION,
            "move_huge() is not there with CONFIG_HUGE off",
            "include/linux/mm.h:16",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    tmp_path: Path, call: str, trouble: Trouble, said: str, spot: str
) -> None:
    assert looked(tmp_path, f"\t{call};\n") == [(trouble, said, spot)]


def test_only_the_changed_lines_are_looked_at(tmp_path: Path) -> None:
    tree = tree_at(tmp_path, "\tgone(1);\n\thelper(vma->vm_mm);\n")
    found = callees(Code(tree, (Changed("mm/move.c", frozenset({6})),)))
    assert [(one.name, one.problems) for one in found] == [("helper", ())]


def test_a_variadic_macro_takes_any_number(tmp_path: Path) -> None:
    mm = MM.replace("#define FLAG", "int say(int level, ...);\n#define FLAG")
    assert looked(tmp_path, "\ttell(1);\n\ttell(1, 2, 3);\n\tsay(1, 2);\n", mm=mm) == []
    assert [one[0] for one in looked(tmp_path, "\tsay();\n", mm=mm)] == [Trouble.ARITY]


def test_a_function_that_only_a_configuration_makes_readable_is_told_by_tokens(
    tmp_path: Path,
) -> None:
    body = (
        "#ifdef CONFIG_A\n\tif (helper(vma->vm_mm)) {\n#else\n\t{\n#endif\n\t\tgone(1, 2);\n\t}\n"
    )
    found = callees(code_at(tmp_path, body))
    assert [(one.name, one.arguments, one.spot.line) for one in found] == [
        ("helper", 1, 6),
        ("gone", 2, 10),
    ]
    assert [one[0] for one in told(found)] == [Trouble.MISSING]


def test_a_call_in_a_macro_of_the_patch_is_one(tmp_path: Path) -> None:
    head = HEAD.replace(
        "static int helper", "#define both(x) \\\n\t(gone(x) + x)\nstatic int helper"
    )
    tree = tree_at(tmp_path, "", head=head)
    found = callees(Code(tree, (Changed("mm/move.c", frozenset({2, 3})),)))
    assert [(one.name, one.spot.line, one.function) for one in found] == [("gone", 3, None)]
    assert [one[0] for one in told(found)] == [Trouble.MISSING]


def test_what_a_build_makes_is_not_looked_up(tmp_path: Path) -> None:
    mm = MM.replace("#include <asm/tables.h>", "#include <asm/tables.h>\n#include <asm/made.h>")
    assert looked(tmp_path, "\tgone(1);\n", mm=mm) == [
        (
            Trouble.UNSEEN,
            "gone() could not be looked up: the tree has no asm/made.h, which a build may make "
            "(include/linux/mm.h:4)",
            "include/linux/mm.h:4",
        )
    ]


def test_another_architectures_code_is_not_judged_by_these_headers(tmp_path: Path) -> None:
    body = "#ifdef CONFIG_S390\n\tgone(1);\n#endif\n"
    more = {"arch/s390/Kconfig": "config S390\n\tdef_bool y\n"}
    assert [one[:2] for one in looked(tmp_path, body, **more)] == [
        (Trouble.UNSEEN, "gone() is called with CONFIG_S390 on, whose headers were not read")
    ]


def test_a_configuration_decides_what_is_there(tmp_path: Path) -> None:
    code = code_at(tmp_path, "\tmove_huge(vma);\n\tcheck_mm(vma->vm_mm);\n")
    on, off = Configuration.of(HUGE=True), Configuration.of(HUGE=False)
    assert told(callees(Code(code.tree, code.changed, configuration=on))) == []
    assert told(callees(Code(code.tree, code.changed, configuration=off))) == [
        (
            Trouble.CONDITION,
            "move_huge() is there under defined(CONFIG_HUGE) alone, "
            "which the configuration has off",
            "include/linux/mm.h:16",
        )
    ]


def test_what_the_makefile_builds_with_is_on(tmp_path: Path) -> None:
    more = {"mm/Makefile": "huge-$(CONFIG_HUGE) := a.o \\\n\tmove.o\n"}
    assert looked(tmp_path, "\tmove_huge(vma);\n", **more) == []


@pytest.mark.parametrize(
    ("theirs", "trouble", "said"),
    [
        (
            MM.replace(
                "extern int __pte_alloc(struct mm_struct *mm, pmd_t *pmd);",
                "extern int __pte_alloc(struct mm_struct *mm, unsigned long pmd);",
            ),
            Trouble.MEANING,
            "parameter 2 is of another type: __pte_alloc(struct mm_struct * mm, pmd_t * pmd) here, "
            "__pte_alloc(struct mm_struct * mm, long unsigned pmd) upstream",
        ),
        (
            MM.replace("__pte_alloc(struct mm_struct *mm, pmd_t *pmd);", "__pte_alloc(int a);"),
            Trouble.MEANING,
            "__pte_alloc() is __pte_alloc(struct mm_struct * mm, pmd_t * pmd) here, "
            "and upstream's is __pte_alloc(int a)",
        ),
        (
            MM.replace(
                "extern int __pte_alloc(struct mm_struct *mm, pmd_t *pmd);",
                "#define __pte_alloc(mm, pmd) 0",
            ),
            Trouble.FORM,
            "__pte_alloc: function here, macro upstream",
        ),
        (
            MM.replace("extern int __pte_alloc(struct mm_struct *mm, pmd_t *pmd);", ""),
            Trouble.UNKNOWN_UPSTREAM,
            "upstream's tree has no __pte_alloc() to compare the target's with",
        ),
        (MM, None, ""),
    ],
)
def test_beside_upstream(tmp_path: Path, theirs: str, trouble: Trouble | None, said: str) -> None:
    body = "\t__pte_alloc(vma->vm_mm, pmd);\n"
    ours, upstream = code_at(tmp_path / "a", body), code_at(tmp_path / "b", body, mm=theirs)
    found = told(callees(ours, upstream))
    assert [one[:2] for one in found] == ([(trouble, said)] if trouble else [])


def test_another_callee_than_upstreams_is_told(tmp_path: Path) -> None:
    ours = code_at(tmp_path / "a", "\t__pte_alloc(vma->vm_mm, pmd);\n")
    upstream = code_at(tmp_path / "b", "\tpmd_none(*pmd);\n")
    found = told(callees(ours, upstream))
    said = "upstream's move() calls pmd_none() in its changed lines, and not this"
    assert [one[:2] for one in found] == [(Trouble.OTHER_CALLEE, said)]


def test_changed_lines_are_those_that_the_file_before_lacks() -> None:
    assert changed_lines("a.c", "a\nb\nc\n", "a\nx\nb\nc\ny\n").lines == {2, 5}
    assert changed_lines("a.c", "a\n", "a\n").lines == frozenset()
    assert changed_lines("a.c", None, "a\nb").lines == {1, 2}


TREES = [Path(each) for each in os.environ.get("KERNEL_TREES", "").split(":") if each]


@pytest.mark.skipif(not TREES, reason="KERNEL_TREES names no kernel trees")
@pytest.mark.parametrize("root", TREES, ids=lambda root: root.name)
def test_a_kernel_that_builds_has_no_missing_callee(root: Path) -> None:
    tree = open_tree(str(root))
    data = tree.read("mm/mremap.c")
    if data is None:
        pytest.skip("no mm/mremap.c")
    every = frozenset(range(1, data.count(b"\n") + 2))
    found = callees(Code(tree, (Changed("mm/mremap.c", every),)))
    broken = (Trouble.MISSING, Trouble.ARITY, Trouble.ARGUMENT, Trouble.UNSEEN)
    assert len(found) > 50
    assert [one for one in told(found) if one[0] in broken] == []


def test_a_header_s_macro_is_expanded_elsewhere(tmp_path: Path) -> None:
    """It sees what the files see that use it, so what its own header lacks may be there."""
    header = "#define take_once(state) \\\n\tDO_ONCE(take_all, (state))\n"
    tree = tree_at(tmp_path, "", **{"include/linux/once_more.h": header})
    found = told(callees(Code(tree, (Changed("include/linux/once_more.h", frozenset({1, 2})),))))
    said = "DO_ONCE() is called in a header, which sees what the files see that include it"
    assert found == [(Trouble.UNSEEN, said, "None")]


def test_blocks_that_give_a_name_a_type_each(tmp_path: Path) -> None:
    """Which of them an argument means takes its block to tell, so nothing is told of it."""
    call = "flush_tlb_range(one, addr, addr);"
    body = (
        f"\t{{\n\t\tstruct vm_area_struct *one = vma;\n\t\t{call}\n\t}}\n"
        "\t{\n\t\tstruct mm_struct *one = vma->vm_mm;\n\t\tcheck_mm(one);\n\t}\n"
    )
    assert looked(tmp_path, body) == []


def test_what_another_architectures_headers_lead_to_is_not_missing(tmp_path: Path) -> None:
    more = {
        "include/linux/snapshot.h": "void keep_snapshot(int number);\n",
        "include/linux/lonely.h": "void keep_alone(int number);\n",
        "arch/arm64/include/asm/io.h": "#include <linux/snapshot.h>\n",
    }
    assert looked(tmp_path, "\tkeep_snapshot(1);\n\tkeep_alone(1);\n", **more) == [
        (
            Trouble.UNSEEN,
            "keep_snapshot() could not be looked up: another architecture's headers lead to it "
            "(arch/arm64/include/asm/io.h:1)",
            "arch/arm64/include/asm/io.h:1",
        ),
        (Trouble.MISSING, "nothing that mm/move.c sees declares keep_alone()", "None"),
    ]


def test_a_struct_that_the_model_s_header_describes_may_have_more_members(tmp_path: Path) -> None:
    head = HEAD.replace("int move", "struct task_struct;\nint move", 1)
    mm = MM + "#define get_task(tsk) use(&(tsk)->usage)\nvoid use(int *count);\n"
    body = "\tstruct task_struct *task = current;\n\tget_task(task);\n"
    assert looked(tmp_path, body, head=head, mm=mm) == []


def test_a_header_that_a_makefile_leads_to_is_not_looked_up(tmp_path: Path) -> None:
    head = "#include <stdarg.h>\n#include <own_types.h>\n" + HEAD
    body = "\tgone(1);\n"
    first = head.count("\n") + 1
    tree = tree_at(tmp_path, body, head=head)
    code = Code(tree, (Changed("mm/move.c", frozenset({first})),))
    said = "gone() could not be looked up: the tree has no own_types.h, which a build may make "
    assert told(callees(code)) == [
        (Trouble.UNSEEN, said + "(mm/move.c:2)", "mm/move.c:2"),
    ]


def test_a_name_that_a_header_has_in_another_form_is_not_missing(tmp_path: Path) -> None:
    """Made by ``##`` from one digit, or declared in the argument of a macro that is not known."""
    mm = (
        MM
        + "#define UNKNOWN(ver) static inline int has_unknown_v##ver##_parts(void) { return 0; }\n"
        + "UNKNOWN(2)\nUNKNOWN(4)\nEXTERNAL(void put_back(int number))\n/* gone(1) was here */\n"
    )
    body = "\thas_unknown_v4_parts();\n\tput_back(1);\n\tgone(1);\n"
    found = looked(tmp_path, body, mm=mm)
    assert [one for one in found if one[0] is Trouble.MISSING] == [
        (Trouble.MISSING, "nothing that mm/move.c sees declares gone()", "None")
    ]
