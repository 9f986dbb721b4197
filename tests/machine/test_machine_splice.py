"""What a patch shows of C, translated: each piece with what it names, and no more."""

from __future__ import annotations

from growth import growth

from analyzer.csource.configuration import Configuration
from analyzer.machine.splice import Splice, Splicer
from analyzer.patch.reader import read_patches

_ALL = Configuration()


def _new_file(path: str, *lines: str) -> str:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    )


def _spliced(text: str) -> Splice:
    (patch,) = read_patches(text.encode()).patches
    return Splicer(()).splice(patch.files, _ALL)


