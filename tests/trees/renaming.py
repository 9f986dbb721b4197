"""A tree's mm/mremap.c under other names: of its static functions, of locals and of labels.

The renamer is that of patches (tests/mutation): to it, a file is a patch that adds every line.
"""

from __future__ import annotations

from tests.mutation.renaming import Names, renamed as patch_renamed
from tests.trees.trees import PATH


def renamed(text: str, seed: int) -> tuple[str, Names]:
    """The file's text with names drawn by chance, and the old name of each new one.

    A new name is as long as the old one. Parameters of functions that are not static, and locals
    whose declaration calls something, keep theirs.
    """
    lines = text.split("\n")
    assert lines[-1] == ""
    head = [
        f"diff --git a/{PATH} b/{PATH}",
        "new file mode 100644",
        "--- /dev/null",
        f"+++ b/{PATH}",
        f"@@ -0,0 +1,{len(lines) - 1} @@",
    ]
    patch = "\n".join([*head, *(f"+{line}" for line in lines[:-1]), ""])
    new, back = patch_renamed(patch.encode(), seed)
    return "".join(f"{line[1:]}\n" for line in new.decode().split("\n")[len(head) : -1]), back
