"""The changes of the corpus: one thing in each that a patch can say, or that can mislead."""

from __future__ import annotations

from collections.abc import Iterator

from git_corpus import EXEC, FILE, LINK, MODULE, Change, Tree


def _lines(*words: str) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _c(names: range) -> bytes:
    """A C file of small functions, with comments, blank lines, labels and preprocessor lines."""
    parts = ["#include <linux/mm.h>", "", "#ifdef CONFIG_MMU"]
    for name in names:
        parts += [
            "/*",
            f" * step_{name}() moves what lies at @addr.",
            " */",
            f"static int step_{name}(struct mm_struct *mm, unsigned long addr)",
            "{",
            "\tint ret = 0;",
            "",
            f"\tif (addr > {name} && (mm->flags & BIT({name})))",
            "\t\tgoto out;",
            "",
            f'\tpr_debug("step {name}: \\"%lx\\"\\n", addr);',
            f"\tret = shift(mm, addr, PMD_SIZE * {name},",
            "\t\t    addr + PMD_SIZE);",
            "out:",
            "\treturn ret;",
            "}",
            "",
        ]
    return _lines(*parts, "#endif")


def _swap(text: bytes, *pairs: tuple[str, str]) -> bytes:
    for old, new in pairs:
        assert old.encode() in text, old
        text = text.replace(old.encode(), new.encode())
    return text


_BASE = _c(range(30))
_EDITED = _swap(
    _BASE,
    ("\tif (addr > 3 &&", "\tif (addr >= 3 &&"),
    ("int step_9(", "int __step_9("),
    ("PMD_SIZE * 20,", "PMD_SIZE * 20UL,\n\t\t    0,\n"),
    ('\tpr_debug("step 25: \\"%lx\\"\\n", addr);\n', ""),
)
_KCONFIG = _lines(
    "config HAVE_MOVE_PMD",
    "\tbool",
    "\thelp",
    "\t  Archs that select this can move",
    "",
    "config MMU",
    "\tdef_bool y",
    "",
)
_KCONFIG_AFTER = _swap(_KCONFIG, ("config MMU\n", "config HAVE_MOVE_PUD\n\tbool\n\nconfig MMU\n"))
_LOOKALIKES = (
    "-- a/mm/x.c",
    "++ b/mm/x.c",
    "- ",
    "-",
    "-- ",
    "+",
    "++",
    "@@ -1 +1 @@",
    "@@ -1,2 +3,4 @@ f",
    "diff --git a/x b/x",
    "index 0123456..789abcd 100644",
    "Index: x",
    "======",
    "From x",
    f"From {'0' * 40} Mon Sep 17 00:00:00 2001",
    "> quoted",
    "\\ No newline at end of file",
    "rename from a",
    "GIT binary patch",
    "Binary files a and b differ",
    "-- ",
    "2.39.5",
    "---",
    "commit 0123",
    "=3D",
    "&lt;",
)
_ODD = _lines(
    "form\ffeed",
    "\f",
    "vertical\vtab",
    "trailing blank ",
    "trailing tab\t",
    "  ",
    "\t",
    " \tx",
    "lone\rreturn",
    "nul-less \x01\x02\x7f",
    "next\u2028line",
    "\u0085 nel",
    "nbsp\u00a0",
    "\x1c\x1d",
)
_CRLF = _BASE.replace(b"\n", b"\r\n")
_LATIN = "caf\u00e9 \u00a7\n".encode("latin-1") * 8
_NUL = bytes(range(256)) * 8


def _between(lines: tuple[str, ...], *, inside: bool) -> bytes:
    around = [f"line {i}" for i in range(20)]
    return _lines(*around[:10], *(lines if inside else ()), *around[10:])


def _one(
    path: str, before: bytes | None, after: bytes | None, mode: str = FILE
) -> tuple[Tree, Tree]:
    return (
        {} if before is None else {path: (mode, before)},
        {} if after is None else {path: (mode, after)},
    )


def _renamed(old: str, new: str, before: bytes, after: bytes) -> tuple[Tree, Tree]:
    return {old: (FILE, before)}, {new: (FILE, after)}


_NAMES = (
    "a b.c",
    "tab\tname.c",
    'quo"te.c',
    "back\\slash.c",
    "ünï.c",
    "日本.c",
    "new\nline.c",
    "a/a.c",
    "b/b.c",
    "a/b/c.c",
    " lead.c",
    "trail ",
    "a b/b c",
    "dir b/dir",
    "x.c b/x.c",
    "i/w.c",
    "-dash.c",
    "caf\udce9.c",
    "{a => b}.c",
    "a => b.c",
    "semi;colon",
    "...dots",
    "~tilde",
    "c/o",
    "x.orig",
)
_SHUFFLED = _lines(*(f"row {i * 7 % 101}" for i in range(101)))


def _name_changes() -> Iterator[Change]:
    for i, name in enumerate(_NAMES):
        yield Change(f"name-{i}", *_one(name, _BASE, _EDITED))
        yield Change(f"name-new-{i}", *_one(name, None, _KCONFIG))
        yield Change(f"name-gone-{i}", *_one(name, _KCONFIG, None))
        yield Change(f"name-empty-{i}", *_one(name, None, b""))
        yield Change(f"name-mode-{i}", {name: (FILE, _KCONFIG)}, {name: (EXEC, _KCONFIG)})
        yield Change(f"name-from-{i}", *_renamed(name, "mm/plain.c", _BASE, _EDITED))
        yield Change(f"name-to-{i}", *_renamed("mm/plain.c", name, _BASE, _BASE))


NAME_CHANGES = tuple(_name_changes())

_BOTH = {"mm/mremap.c": (FILE, _BASE), "arch/Kconfig": (FILE, _KCONFIG)}
CHANGES = (
    Change(
        "two-files", _BOTH, {"mm/mremap.c": (FILE, _EDITED), "arch/Kconfig": (FILE, _KCONFIG_AFTER)}
    ),
    Change(
        "text-file",
        *_one(
            "Documentation/x.rst",
            _SHUFFLED,
            _swap(_SHUFFLED, ("row 50\n", ""), ("row 7\n", "row 7\n\n")),
        ),
    ),
    Change("renamed", *_renamed("mm/old.c", "lib/new.c", _BASE, _BASE)),
    Change("renamed-edited", *_renamed("mm/old.c", "mm/new.c", _BASE, _EDITED)),
    Change("renamed-mode", {"a.sh": (FILE, _BASE)}, {"b.sh": (EXEC, _EDITED)}),
    Change("copied", {"a.c": (FILE, _BASE)}, {"a.c": (FILE, _EDITED), "b.c": (FILE, _BASE)}),
    Change("copied-alone", {"a.c": (FILE, _BASE)}, {"a.c": (FILE, _BASE), "b.c": (FILE, _EDITED)}),
    Change("mode", {"a.sh": (FILE, _BASE)}, {"a.sh": (EXEC, _BASE)}),
    Change("mode-edited", {"a.sh": (EXEC, _BASE)}, {"a.sh": (FILE, _EDITED)}),
    Change("no-newline-old", *_one("f", b"a\nb\nc", b"a\nb\nc\n")),
    Change("no-newline-new", *_one("f", b"a\nb\nc\n", b"a\nb\nc")),
    Change("no-newline-both", *_one("f", b"a\nb\nc", b"a\nB\nd")),
    Change("no-newline-context", *_one("f", b"a\nb\nc", b"A\nb\nc")),
    Change("no-newline-one", *_one("f", b"a", b"b")),
    Change("no-newline-made", *_one("f", None, b"a\nb")),
    Change("no-newline-gone", *_one("f", b"a\nb", None)),
    Change("blank-at-ends", *_one("f", b"\n\n\nx\n\n\n", b"\n\n\ny\n\n\n")),
    Change("blank-lines-only", *_one("f", b"\n\n", b"\n\n\n\n")),
    Change("empty-made", *_one("empty", None, b"")),
    Change("empty-gone", *_one("empty", b"", None)),
    Change("emptied", *_one("f", _KCONFIG, b"")),
    Change("filled", *_one("f", b"", _KCONFIG)),
    Change("made", *_one("mm/new.c", None, _BASE)),
    Change("gone", *_one("mm/old.c", _BASE, None)),
    Change("crlf-file", *_one("win.inf", _CRLF, _CRLF.replace(b"addr > 3 ", b"addr < 3 "))),
    Change("crlf-made", *_one("win.inf", None, _CRLF)),
    Change("crlf-to-lf", *_one("win.inf", _CRLF, _BASE)),
    Change(
        "crlf-mixed",
        *_one("win.inf", _BASE[:300] + _CRLF[300:], _BASE[:200] + b"x\n" + _CRLF[320:]),
    ),
    Change("binary", *_one("logo.bin", _NUL, _NUL[::-1])),
    Change("binary-made", *_one("logo.bin", None, _NUL)),
    Change("binary-gone", *_one("logo.bin", _NUL, None)),
    Change(
        "binary-and-text",
        {"l.bin": (FILE, _NUL), **_BOTH},
        {
            "l.bin": (FILE, _NUL * 3),
            "mm/mremap.c": (FILE, _EDITED),
            "arch/Kconfig": (FILE, _KCONFIG),
        },
    ),
    Change("binary-renamed", *_renamed("a.bin", "b.bin", _NUL * 9, _NUL * 9 + b"\0")),
    Change("link", {}, {"link": (LINK, b"mm/mremap.c")}),
    Change("link-moved", {"link": (LINK, b"a")}, {"link": (LINK, b"b")}),
    Change("file-to-link", {"f": (FILE, _KCONFIG)}, {"f": (LINK, b"target")}),
    Change("module", {"sub": (MODULE, b"1" * 40)}, {"sub": (MODULE, b"2" * 40)}),
    Change(
        "lookalikes-added",
        *_one("f", _between(_LOOKALIKES, inside=False), _between(_LOOKALIKES, inside=True)),
    ),
    Change(
        "lookalikes-removed",
        *_one("f", _between(_LOOKALIKES, inside=True), _between(_LOOKALIKES, inside=False)),
    ),
    Change(
        "lookalikes-context",
        *_one("f", _lines("x", *_LOOKALIKES, "y"), _lines("X", *_LOOKALIKES, "Y")),
    ),
    Change(
        "lookalikes-each",
        *_one(
            "f",
            _lines(*(f"{one}\n{i}" for i, one in enumerate(_LOOKALIKES))),
            _lines(*(f"{one}!\n{i}" for i, one in enumerate(_LOOKALIKES))),
        ),
    ),
    Change(
        "header-pair",
        *_one(
            "f",
            _lines("1", "-- a/x", "3", *"abcdefghij", "z"),
            _lines("1", "++ b/x", "3", *"abcdefghij", "Z"),
        ),
    ),
    Change("signature-last", *_one("f", _lines("a", "- "), _lines("a"))),
    Change("dash-last", *_one("f", _lines("a", "-"), _lines("a"))),
    Change("signature-alone", *_one("f", _lines("- "), _lines("x"))),
    Change("version-after", *_one("f", _lines("- ", "2.39.5"), _lines("2.39.5"))),
    Change(
        "odd-blanks",
        *_one(
            "f.txt",
            _between((), inside=True),
            _between(tuple(_ODD.decode().split("\n")), inside=True),
        ),
    ),
    Change("odd-context", *_one("f.txt", b"x\n" + _ODD, b"y\n" + _ODD)),
    Change("latin-1", *_one("po.txt", _LATIN, _LATIN + b"\xe9\n")),
    Change(
        "equal-signs",
        *_one("defconfig", _lines("A=20", "B=09", "C=41"), _lines("A=20", "B=0A", "C=41")),
    ),
    Change("quoted-printable-text", *_one("mime.c", b'char *s = "=3D";\n', b'char *s = "=20";\n')),
    Change(
        "entities",
        *_one("page.html", _lines("a &lt; b", "&amp;", "c"), _lines("a &gt; b", "&amp;", "c")),
    ),
    Change(
        "blanks-for-tabs",
        *_one("tools/x.c", _BASE.replace(b"\t", b"    "), _EDITED.replace(b"\t", b"    ")),
    ),
    Change("long-lines", *_one("f", _lines("word " * 200, *"abc"), _lines("word " * 200, *"abd"))),
    Change(
        "long-heading",
        *_one(
            "f.c",
            *(
                _lines(
                    "static void " + "argument, " * 12,
                    *(f"\t{i};" for i in range(20)),
                    f"\t{x};",
                    *(f"\t{i};" for i in range(20)),
                )
                for x in "xy"
            ),
        ),
    ),
    Change("huge", *_one("big.c", _c(range(300)), _c(range(300, 600)))),
    Change(
        "many-hunks",
        *_one("big.c", _c(range(200)), _c(range(200)).replace(b"\tint ret = 0;", b"\tint ret;")),
    ),
    Change("rewritten", *_one("f", _SHUFFLED, _c(range(4)))),
    Change(
        "quoted-text", *_one("mail.txt", _lines("> a", ">b", "> > c"), _lines("> a", ">B", "> > c"))
    ),
)
