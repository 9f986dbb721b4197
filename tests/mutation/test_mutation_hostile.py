"""Changes that a reviewer thinks of: what was not seen, or does not compile, is never `same`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.inputs import PATCH
from tests.mutation.judged import Judged, judged
from tests.mutation.patchtext import read, written

_GUARD = "\t    || end - from < PMD_SIZE)\n\t\treturn false;\n"
_HEAD = "static bool move_normal_pmd(struct vm_area_struct *vma, unsigned long from,"
_FLUSH = "flush_tlb_range(vma, from, from + PMD_SIZE);"
_CALL = "moved = move_normal_pmd(vma, old_addr, new_addr,\n\t\t\t\t\told_end, old_pmd, new_pmd);"


def _changed(tmp_path: Path, old: str, new: str) -> Judged:
    patch = read(PATCH.read_bytes())
    assert patch.code.count(old) == 1, old
    return judged(written(patch, patch.code.replace(old, new)), tmp_path)


def _refuses(condition: str) -> tuple[str, str]:
    """A condition more under which nothing is moved whole."""
    return _GUARD, f"{_GUARD}\tif ({condition})\n\t\treturn false;\n"


_UNSEEN = {
    "flags": _refuses("vma->vm_flags & VM_LOCKED"),
    "areas": _refuses("mm->map_count > 1000"),
    "hugetlb": _refuses("is_vm_hugetlb_page(vma)"),
    "task": _refuses("current->mm != mm"),
    "static": (
        "\tpmd_t entry;\n",
        "\tpmd_t entry;\n\tstatic int tries;\n\n\tif (++tries > 100)\n\t\treturn false;\n",
    ),
}


@pytest.mark.parametrize("edit", _UNSEEN.values(), ids=_UNSEEN)
def test_what_no_scenario_varies_decides_nothing(edit: tuple[str, str], tmp_path: Path) -> None:
    one = _changed(tmp_path, *edit)
    assert (one.verdict, one.state("SM-1").value) == ("undecided", "cannot-tell")
    assert "what hangs on" in one.summary("SM-1")


_SEEN = {
    "some-tables": _refuses("end - from > 4 * PMD_SIZE"),
    "a-gigabyte": _refuses("end - from > 0x40000000UL"),
    "an-address": _refuses("to == 0x7f1234600000UL"),
    "int-length": (
        _GUARD,
        "\t    || (int)(end - from) < (int)PMD_SIZE)\n\t\treturn false;\n",
    ),
    "length-for-end": (_CALL, _CALL.replace("old_end,", "len,")),
    "a-literal-size": ("(to & ~PMD_MASK)", "(to & 0x1fffff)"),
    "narrow-parameter": (_HEAD, _HEAD.replace("unsigned long from", "unsigned int from")),
    "never-written": ("\tentry = *src;\n", ""),
}


@pytest.mark.parametrize("edit", _SEEN.values(), ids=_SEEN)
def test_what_shows_on_unusual_ranges_is_found(edit: tuple[str, str], tmp_path: Path) -> None:
    assert _changed(tmp_path, *edit).verdict == "differs"


_MISTAKES = {
    "undeclared": (_FLUSH, _FLUSH.replace("vma", "new_vma")),
    "no-area": (_FLUSH, _FLUSH.replace("vma", "end")),
    "other-struct": (_FLUSH, _FLUSH.replace("vma", "mm")),
    "no-struct": ("VM_BUG_ON(!pmd_none(*dst));", "VM_BUG_ON(!*dst);"),
    "type": ("\tpmd_t entry;\n", "\tpmd_tt entry;\n"),
    "declared-twice": ("\tpmd_t entry;\n", "\tpmd_t entry;\n\tpmd_t entry;\n"),
    "fewer-arguments": (_CALL, _CALL.replace("old_pmd, new_pmd", "old_pmd")),
    "more-arguments": (_CALL, _CALL.replace("new_pmd)", "new_pmd, len)")),
    "other-result": (_HEAD, _HEAD.replace("static bool", "static pmd_t")),
    "area-for-number": (_FLUSH, _FLUSH.replace("from + PMD_SIZE", "vma + PMD_SIZE")),
    "function-for-space": ("set_pmd_at(mm,", "set_pmd_at(take_rmap_locks,"),
    "function-for-number": ("SINGLE_DEPTH_NESTING", "take_rmap_locks"),
    "number-for-area": ("\t\t\t\ttake_rmap_locks(vma);\n", "\t\t\t\ttake_rmap_locks(len);\n"),
    "unknown-in-cold-code": (
        "(WARN_ON(!pmd_none(*dst)))\n\t\treturn false;",
        "(WARN_ON(!pmd_none(*dst)))\n\t\treturn busy(vma);",
    ),
    "conditional-open": ("\treturn true;\n}\n#endif\n", "\treturn true;\n}\n"),
    "brace-more": ("\t\t\t\tcontinue;\n#endif\n", "\t\t\t\tcontinue;\n#endif\n\t\t}\n"),
}


@pytest.mark.parametrize("edit", _MISTAKES.values(), ids=_MISTAKES)
def test_what_no_compiler_takes_is_never_the_same(edit: tuple[str, str], tmp_path: Path) -> None:
    assert _changed(tmp_path, *edit).verdict == "undecided"


def test_a_hunk_that_names_no_function_is_not_held_against_the_patch(tmp_path: Path) -> None:
    """As ``diff -u`` writes it: the code around the call cannot be placed, so nothing is known."""
    bare = re.sub(rb"(?m)^(@@ [-+0-9, ]+ @@).*$", rb"\g<1>", PATCH.read_bytes())
    one = judged(bare, tmp_path)
    assert (one.verdict, one.found) == ("undecided", ())


def test_code_that_cannot_be_placed_is_not_held_against_the_patch(tmp_path: Path) -> None:
    """Without context nothing tells the arm; that nothing is moved then is none of the patch's."""
    lines = PATCH.read_text().split("\n")
    last = max(i for i, line in enumerate(lines) if line.startswith("@@"))
    head, body = lines[:last], lines[last + 1 :]
    added = [line for line in body if line.startswith("+")]
    header = re.sub(r"-(\d+),\d+ \+(\d+),\d+", rf"-\g<1>,0 +\g<2>,{len(added)}", lines[last])
    one = judged("\n".join([*head, header, *added, ""]).encode(), tmp_path)
    assert (one.verdict, one.found) == ("undecided", ())
