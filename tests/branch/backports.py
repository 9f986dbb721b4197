"""A branch of backports as a release has them: what they touch, and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.branch.histories import SIGNED, Change, Edit, Files, appended, replaced
from tests.trees.trees import PATH, Era, State, directory

_MIX = ("driver",) * 27 + ("header",) * 3 + ("Kconfig",) * 6 + ("document",) * 5 + ("Makefile",) * 4


def backports(tmp_path: Path) -> tuple[Change, ...]:
    """Fifty upstream commits: five of the move path, and others between them."""
    moves = list(_moves(tmp_path))
    others = [_other(sort, number) for number, sort in enumerate(_MIX)]
    # One sort behind the other would keep one process busy while the others are done.
    others = [others[number * 7 % len(others)] for number in range(len(others))]
    every = len(others) // len(moves)
    mixed: list[Change] = []
    for at, move in enumerate(moves):
        mixed += [move, *others[at * every : (at + 1) * every]]
    return (*mixed, *others[len(moves) * every :])


def vendor(files: Files) -> Files:
    """The same kernel as a vendor has it: every file of C stands a line lower."""
    return {
        path: b"/* the vendor's */\n" + data if path.endswith(".c") else data
        for path, data in files.items()
    }


def _moves(tmp_path: Path) -> Iterator[Change]:
    """What the fixtures' mails do to the move path, and two changes of our own."""
    text = {
        state: (directory(tmp_path, Era.V5_0, state) / PATH).read_text()
        for state in (State.BASE, State.CORE, State.SELECT, State.WARN_ONCE, State.RMAP_LOCKS)
    }
    top = tmp_path / "5.0-like-core"
    arch = (top / "arch/Kconfig").read_text()
    base = tmp_path / "5.0-like-base"
    yield Change(
        "mm: speed up mremap by 20x on large regions",
        {
            PATH: _difference(text[State.BASE], text[State.CORE]),
            "arch/Kconfig": _difference((base / "arch/Kconfig").read_text(), arch),
        },
        f"Take whole tables over.\n\n{SIGNED}",
        PATH,
    )
    steps = ((State.SELECT, State.WARN_ONCE), (State.WARN_ONCE, State.RMAP_LOCKS))
    for before, after in steps:
        subject = f"mm/mremap: {after.value.replace('-', ' ')}"
        edit = _difference(text[before], text[after])
        yield Change(subject, {PATH: edit}, f"As the fixtures have it.\n\n{SIGNED}", PATH)
    yield Change(
        "mm/mremap: name what is stale",
        {
            PATH: lambda data: (
                data.replace(b"bool stale = false;", b"bool dirty = false;")
                .replace(b"stale = true;", b"dirty = true;")
                .replace(b"if (stale)", b"if (dirty)")
            )
        },
        f"A name.\n\n{SIGNED}",
        PATH,
    )
    yield Change(
        "mm/mremap: say why two locks are nested",
        {
            PATH: replaced(
                "/* Nobody else takes two of them, not while we have mmap_sem */",
                "/* mmap_sem keeps everybody else from taking two of them */",
            )
        },
        f"A comment.\n\n{SIGNED}",
        PATH,
    )


def _difference(before: str, after: str) -> Edit:
    """The edit that leads from one text to another, whatever stands before both."""

    def edit(data: bytes) -> bytes:
        head, found, rest = data.decode().partition(before)
        assert found and not rest
        return (head + after).encode()

    return edit


def _other(sort: str, number: int) -> Change:
    widget, step = number % 12, number // 3 % 16
    path = f"drivers/misc/widget{widget}.c"
    edits = _EDITS[sort](number, widget, step, path)
    subject = f"widget: change {number} to a {sort}"
    return Change(subject, edits, f"What a {sort} needs.\n\n{SIGNED}", sort)


def _driver(number: int, widget: int, step: int, path: str) -> dict[str, Edit]:
    old = f"\tif (w->users > {step + 3})\n\t\tgoto out;\n"
    new = f"\tif (w->users > {step + 3} || w->limit < {number})\n\t\tgoto out;\n"
    return {path: replaced(old, new)}


def _header(number: int, widget: int, step: int, path: str) -> dict[str, Edit]:
    declared = f"widget_left{number}(struct widget *w)"
    shown = f"\nstatic inline int {declared}\n{{\n\treturn w->limit;\n}}\n"
    user = f"\nint widget{widget}_left{number}(struct widget *w)\n{{\n"
    user += f"\treturn widget_left{number}(w);\n}}\n"
    return {"include/linux/widget.h": appended(shown), path: appended(user)}


def _kconfig(number: int, widget: int, step: int, path: str) -> dict[str, Edit]:
    symbol = f"WIDGET_DEBUG{number}"
    menu = f'config {symbol}\n\tbool "Look at widgets {number}"\n\tdepends on WIDGET{widget}\n\n'
    code = f"\n#ifdef CONFIG_{symbol}\nint widget_seen{number};\n#endif\n"
    return {"drivers/misc/Kconfig": appended(menu), path: appended(code)}


def _makefile(number: int, widget: int, step: int, path: str) -> dict[str, Edit]:
    rule = f"obj-$(CONFIG_WIDGET{widget}) += more{number}.o\n"
    more = f"int more{number};\n"
    return {
        "drivers/misc/Makefile": appended(rule),
        f"drivers/misc/more{number}.c": appended(more),
    }


def _document(number: int, widget: int, step: int, path: str) -> dict[str, Edit]:
    line = f"Line {number - 30}"
    edit = replaced(f"{line} of what a widget is.\n", f"{line} says what a widget is.\n")
    return {"Documentation/widget.rst": edit}


_EDITS: dict[str, Callable[[int, int, int, str], dict[str, Edit]]] = {
    "driver": _driver,
    "header": _header,
    "Kconfig": _kconfig,
    "Makefile": _makefile,
    "document": _document,
}
