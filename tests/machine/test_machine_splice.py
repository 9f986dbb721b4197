"""What a patch shows of C, translated: each piece with what it names, and no more."""

from __future__ import annotations

import ast

import pytest
from growth import growth

from analyzer.csource.configuration import Configuration
from analyzer.machine.splice import Splice, Splicer
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series

_LOW = ("static unsigned char low(unsigned int x)", "{", "\treturn x;", "}")
_LINEAR = 7  # of a ratio that is 4 for linear time, and 16 for quadratic time


def _new_file(path: str, *lines: str) -> str:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex 000000000000..0123456789ab\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n"
        + "".join(f"+{line}\n" for line in lines)
    )


def _files(text: str) -> tuple[FilePatch, ...]:
    (patch,) = read_series(text.encode(), "in").patches
    return patch.files


def _spliced(files: tuple[FilePatch, ...]) -> Splice:
    return Splicer(()).splice(files, Configuration())


def _body(splice: Splice, name: str) -> str:
    (found,) = (one for one in splice.code.functions if one.name == name)
    return ast.unparse(found.tree)


@pytest.mark.parametrize("call", ["low(a)", "LOW(a)"], ids=["by name", "through a macro"])
def test_what_another_file_of_the_patch_defines_is_called_with_its_types(call: str) -> None:
    caller = ("long sum(long a)", "{", f"\treturn {call};", "}")
    macro = "#define LOW(x) low(x)"
    alone = _spliced(_files(_new_file("mm/b.c", macro, *caller)))
    both = _spliced(_files(_new_file("mm/a.c", *_LOW) + _new_file("mm/b.c", macro, *caller)))
    assert _body(both, "sum") == "def sum(a):\n    _tick()\n    return low(a & _U32)"
    # Nobody knows what it takes and returns there.
    assert _body(alone, "sum") == "def sum(a):\n    _tick()\n    return _i64(low(a))"


def test_many_functions_take_as_long_as_they_are_many() -> None:
    def built(count: int) -> tuple[FilePatch, ...]:
        return _files(
            "".join(
                _new_file(f"drivers/x/f{at}.c", f"int fix_{at}(int a)", "{", "\treturn a + 1;", "}")
                for at in range(count)
            )
        )

    assert growth(_spliced, built, 60) < _LINEAR
