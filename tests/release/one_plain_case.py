"""One case, of a patch that says nothing."""

from __future__ import annotations

from analyzer.compare.symbols import symbols_of
from analyzer.patch.reader import read_series
from analyzer.repair import Mended, Reading
from analyzer.review.case import Case
from analyzer.upstream import Facts

PLAIN = b"""\
--- a/drivers/one.c
+++ b/drivers/one.c
@@ -1,2 +1,3 @@
 int one;
+int two;
 int three;
"""


def plain_case() -> Case:
    (patch,) = read_series(PLAIN, "in").patches
    mended = Mended((Reading("as it stands", patch.files),), (), (), 0, 0, (), ())
    return Case(patch, mended, (symbols_of(patch.files),), None, None, Facts(()), (), ())
