"""Small git repositories with many commits, made by one ``git fast-import`` each.

A history is a base of files and changes to it, in order. The files are our own: the kernel of
fixtures/trees of the time of v5.0, and drivers, Kconfig files and documents beside it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_TREE = FIXTURES / "trees" / "5.0-like"
_NAMED = {
    **{f"GIT_{who}_NAME": "Tree Keeper" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "keeper@kernel.example" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
_FIRST_SECOND = 1_546_300_800

Files = dict[str, bytes]
Edit = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """One commit: its message's subject and body, and what it does to files.

    An edit gets a file's bytes, empty for a new file; what returns empty bytes removes it.
    ``sort`` is what the benchmark calls it.
    """

    subject: str
    edits: Mapping[str, Edit] = field(default_factory=dict)
    body: str = ""
    sort: str = ""


def git(top: Path, *arguments: str, data: bytes = b"") -> str:
    """What git prints in a repository, without the last line's end."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "gc.auto=0", "-c", "core.fsyncObjectFiles=false", *arguments],
        cwd=top,
        env={**inherited, **_NAMED, "GIT_CEILING_DIRECTORIES": str(top.parent)},
        input=data,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace").removesuffix("\n")


def base_files() -> Files:
    """The kernel of the fixtures, and what is made for histories alone."""
    kernel = {
        str(path.relative_to(_TREE)): path.read_bytes()
        for path in sorted(_TREE.rglob("*"))
        if path.is_file()
    }
    made = {f"drivers/misc/widget{n}.c": driver(n) for n in range(12)}
    header = b"struct widget {\n\tint users;\n\tint limit;\n\tunsigned long flags;\n};\n"
    document = b"".join(b"Line %d of what a widget is.\n\n" % n for n in range(40))
    kconfig = b"".join(
        b'config WIDGET%d\n\tbool "Widget %d"\n\tdepends on MMU\n\n' % (n, n) for n in range(12)
    )
    more = {
        "Kconfig": kernel["Kconfig"] + b'source "drivers/misc/Kconfig"\n',
        "include/linux/widget.h": header,
        "Documentation/widget.rst": document,
        "drivers/misc/Kconfig": kconfig,
        "drivers/misc/Makefile": b"".join(
            b"obj-$(CONFIG_WIDGET%d) += widget%d.o\n" % (n, n) for n in range(12)
        ),
    }
    return {**kernel, **made, **more}


def driver(number: int, functions: int = 16) -> bytes:
    """A driver of our own in the kernel's idiom; no two functions are alike."""
    head = "#include <linux/kernel.h>\n#include <linux/widget.h>\n\n"
    body = "\n".join(
        f"static int widget{number}_step{n}(struct widget *w, int count)\n"
        "{\n"
        "\tint left = count;\n"
        "\n"
        "\tif (!w || count < 0)\n"
        "\t\treturn -22;\n"
        f"\tif (w->users > {n + 3})\n"
        "\t\tgoto out;\n"
        "\twhile (left > 0) {\n"
        f"\t\tw->users += {n + 1};\n"
        "\t\tleft--;\n"
        "\t}\n"
        "out:\n"
        f"\tw->flags |= {1 << n}UL;\n"
        "\treturn w->users;\n"
        "}\n"
        for n in range(functions)
    )
    return (head + body).encode()


def replaced(old: str, new: str) -> Edit:
    """An edit that replaces one text, which must be there once."""

    def edit(data: bytes) -> bytes:
        assert data.count(old.encode()) == 1, old
        return data.replace(old.encode(), new.encode())

    return edit


def appended(text: str) -> Edit:
    """An edit that adds to a file's end."""
    return lambda data: data + text.encode()


def history(
    top: Path, base: Files, changes: Iterable[Change], message: str = "base"
) -> tuple[str, ...]:
    """Make a repository whose branch main has the base and a commit a change; their ids in order.

    It has no files checked out beside ``.git``.
    """
    top.mkdir(parents=True)
    git(top, "init", "--quiet", "--initial-branch=main")
    stream = [b"reset refs/heads/main\n", *_commit(message.encode(), 0, base, {}, ())]
    files = dict(base)
    for second, change in enumerate(changes, 1):
        before = dict(files)
        for path, edit in change.edits.items():
            files[path] = edit(files.get(path, b""))
            if not files[path]:
                del files[path]
        gone = tuple(path for path in before if path not in files)
        text = f"{change.subject}\n\n{change.body}".encode("utf-8", "surrogateescape")
        stream += _commit(text, second, files, before, gone)
    git(top, "fast-import", "--quiet", data=b"".join(stream))
    listed = git(top, "rev-list", "--reverse", "main").split("\n")
    return tuple(listed)


def _commit(
    message: bytes, second: int, files: Files, before: Files, gone: Sequence[str]
) -> list[bytes]:
    when = b"%d +0000" % (_FIRST_SECOND + 60 * second)
    changed = {path: data for path, data in files.items() if before.get(path) != data}
    return [
        b"commit refs/heads/main\n",
        b"author Some Author <author@kernel.example> %s\n" % when,
        b"committer Tree Keeper <keeper@kernel.example> %s\n" % when,
        b"data %d\n%s\n" % (len(message), message),
        *(
            b"M 100644 inline %s\ndata %d\n%s\n" % (p.encode(), len(d), d)
            for p, d in changed.items()
        ),
        *(b"D %s\n" % path.encode() for path in gone),
    ]


def picked(change: Change, upstream: str) -> Change:
    """The same change, with the trailers of a backport."""
    body = (
        f"{change.body.rstrip()}\n(cherry picked from commit {upstream})\n"
        "Signed-off-by: Vendor Engineer <engineer@vendor.example>\n"
    )
    return Change(f"{change.subject}", change.edits, body.lstrip("\n"), change.sort)


SIGNED = "Signed-off-by: Some Author <author@kernel.example>\n"
