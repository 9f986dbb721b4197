"""A file with very many small functions takes as long as it is long."""

from __future__ import annotations

from growth import growth

from analyzer.compare.change import Texts
from analyzer.compare.labels import exits
from analyzer.compare.runs import read_change
from analyzer.csource.file import read
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.source import Side

_LINEAR = 7  # of a ratio that is 4 for linear time, and 16 for quadratic time


def _source(count: int) -> str:
    return "".join(
        f"int fix_{at}(int a)\n{{\n\tif (a)\n\t\tgoto out;\n\ta++;\nout:\n\treturn a;\n}}\n"
        for at in range(count)
    )


def _new(count: int) -> FilePatch:
    text = "".join(f"+{line}\n" for line in _source(count).splitlines())
    head = "--- /dev/null\n+++ b/drivers/x/fix.c\n"
    diff = f"{head}@@ -0,0 +1,{8 * count} @@\n{text}"
    (patch,) = read_series(diff.encode(), "in").patches
    (file,) = patch.files
    return file


def test_the_owners_of_a_run() -> None:
    assert growth(lambda file: read_change(file, (None, None), Side.INPUT), _new, 150) < _LINEAR


def test_the_ways_out_of_each_function() -> None:
    file = _new(2)
    assert exits(None, (file,), Texts()).unread == ()
    assert growth(lambda file: exits(None, (file,), Texts()), _new, 100) < _LINEAR


def test_functions_by_their_names() -> None:
    def every(count: int) -> None:
        file = read(_source(count), "drivers/x/fix.c")
        assert all(file.text_of(f"fix_{at}") for at in range(count))

    assert growth(every, lambda count: count, 1500) < _LINEAR
