"""A warning under a lock or before it is no difference; what C writes to an area is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.pipeline import analyze
from analyzer.result import Request, Verdict
from tests.inputs import FIXTURES
from tests.mutation.patchtext import read, written

_PLAIN = read((FIXTURES / "mails" / "move-pmd.patch").read_bytes())
_TAKE = "\t\t\tif (need_rmap_locks)\n\t\t\t\ttake_rmap_locks(vma);\n"
_DROP = "\t\t\tif (need_rmap_locks)\n\t\t\t\tdrop_rmap_locks(vma);\n"
_INSIDE = (
    (_TAKE, ""),
    (_DROP, ""),
    ("old_end, old_pmd, new_pmd)", "old_end, old_pmd, new_pmd, need_rmap_locks)"),
    ("pmd_t *src, pmd_t *dst)", "pmd_t *src, pmd_t *dst, bool rmap)"),
    ("\tsrc_ptl = pmd_lock", "\tif (rmap)\n\t\ttake_rmap_locks(vma);\n\tsrc_ptl = pmd_lock"),
    (
        "\tspin_unlock(src_ptl);\n",
        "\tspin_unlock(src_ptl);\n\tif (rmap)\n\t\tdrop_rmap_locks(vma);\n",
    ),
)
_FORGOTTEN = (("\t\t\t\tcontinue;\n", "\t\t\t\t{ new_vma->anon_vma = NULL; continue; }\n"),)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [(_INSIDE, Verdict.SAME), (_FORGOTTEN, Verdict.DIFFERS)],
    ids=["rmap locks behind the warning", "an area's anon_vma is taken away"],
)
def test_what_others_can_see_is_told(
    changes: tuple[tuple[str, str], ...], verdict: Verdict, tmp_path: Path
) -> None:
    code = _PLAIN.code
    for old, new in changes:
        assert code.count(old) == 1
        code = code.replace(old, new)
    path = tmp_path / "a.patch"
    path.write_bytes(written(_PLAIN, code))
    (report,) = analyze(Request(str(path), prove=False))
    assert report.verdict is verdict
