"""Clean patches of git, diff, quilt and svn: read whole, called intact, written back."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from git_changes import CHANGES, NAME_CHANGES
from git_corpus import (
    Change,
    Said,
    git,
    hunks_by_git,
    made_repository,
    said_by_git,
)

from analyzer.patch.damage import DamageKind
from analyzer.patch.diff import second_opinion
from analyzer.patch.lines import FileKind, FilePatch
from analyzer.patch.reader import Patch, read_series, written_patch

# How git is asked: options before the command's name, and options that decide what it prints.
SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "default": ((), ()),
    "U0": ((), ("-U0",)),
    "U1": ((), ("-U1",)),
    "U25": ((), ("-U25",)),
    "no-prefix": ((), ("--no-prefix",)),
    "prefix-c-w": ((), ("--src-prefix=c/", "--dst-prefix=w/")),
    "prefix-word": ((), ("--src-prefix=old/", "--dst-prefix=new/")),
    "suppress": (("-c", "diff.suppressBlankEmpty=true"), ()),
    "patience": ((), ("--patience", "-U5")),
    "functions": ((), ("-W",)),
    "binary": ((), ("--binary", "--full-index")),
    "abbrev": ((), ("--abbrev=5",)),
    "copies": ((), ("-C", "--find-copies-harder")),
    "no-renames": ((), ("--no-renames",)),
    "broken-pairs": ((), ("-B",)),
    "text": ((), ("--text",)),
    "unquoted": (("-c", "core.quotePath=false"), ()),
}
NAME_SHAPES = ("default", "no-prefix", "prefix-word", "unquoted")
FORMS: dict[str, tuple[str, ...]] = {
    "diff": ("diff", "{}~", "{}"),
    "show": ("show", "{}"),
    "log": ("log", "-p", "--stat", "{}~..{}"),
    "mail": ("format-patch", "--stdout", "{}~..{}"),
}
EVERY_FORM = ("default", "suppress")


@pytest.fixture(scope="session")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_repository(tmp_path_factory.mktemp("corpus") / "repo", CHANGES + NAME_CHANGES)


def made(repo: Path, form: str, shape: str, name: str) -> bytes:
    before, options = SHAPES[shape]
    command, *rest = FORMS[form]
    return git(repo, *before, command, *options, *(part.format(name, name) for part in rest))


def only(data: bytes) -> Patch:
    (patch,) = read_series(data, "corpus").patches
    return patch


def in_full(read: str | None, said: str | None) -> str | None:
    """The id in full where what was read is its beginning; git writes zeros for no blob."""
    if read is not None and (said or "0" * 40).startswith(read):
        return said
    return read


def as_said(file: FilePatch, said: Said) -> Said:
    """What was read, in the terms of ``git diff --raw``; what a patch does not print is git's."""
    mine = Said(
        file.old_path,
        file.new_path,
        file.kind.value,
        file.old_mode,
        file.new_mode,
        in_full(file.old_blob, said.old_blob),
        in_full(file.new_blob, said.new_blob),
        file.similarity,
        None if said.added is None else file.added,
        None if said.removed is None else file.removed,
    )
    if file.old_blob is None and file.kind is not FileKind.MODIFIED:
        # No content changed: a renaming prints neither ids nor modes, a change of mode no ids.
        mine = replace(mine, old_blob=said.old_blob, new_blob=said.new_blob)
        if file.kind is not FileKind.MODE and file.old_mode is None:
            mine = replace(mine, old_mode=said.old_mode, new_mode=said.new_mode)
    return mine


def assert_clean(data: bytes, but: frozenset[DamageKind] = frozenset()) -> Patch:
    """No damage, no doubt, both readers agree, and the bytes come back."""
    patch = only(data)
    assert [case for case in patch.damage if case.kind not in but] == []
    assert not patch.notes
    assert all(hunk.whole for file in patch.files for hunk in file.hunks)
    assert second_opinion(patch.files) is None
    if not but:
        assert written_patch(patch, patch.files) == data
    return patch


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("part", range(4))
def test_a_clean_patch_is_intact_and_read_as_git_reads_it(
    repo: Path, shape: str, part: int
) -> None:
    but = frozenset({DamageKind.TRAILING_BLANKS_STRIPPED} if shape == "suppress" else ())
    changes = (*CHANGES, *(NAME_CHANGES if shape in NAME_SHAPES else ()))[part::4]
    options = SHAPES[shape][1]
    for change in changes:
        said = said_by_git(repo, change.name, *options)
        hunks = hunks_by_git(repo, change.name, *options) if change in CHANGES else None
        for form in FORMS if shape in EVERY_FORM else ("diff",):
            patch = assert_clean(made(repo, form, shape, change.name), but)
            where = f"{change.name} {form}"
            assert (where, len(patch.files)) == (where, len(said))
            told = [as_said(file, one) for file, one in zip(patch.files, said, strict=True)]
            assert (where, told) == (where, said)
            found = sum(len(file.hunks) for file in patch.files)
            assert (where, found) == (where, found if hunks is None else hunks)


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    plain = len(CHANGES) * (len(SHAPES) + len(EVERY_FORM) * (len(FORMS) - 1))
    assert plain + len(NAME_CHANGES) * (len(NAME_SHAPES) + len(FORMS) - 1) > 1500


def test_an_mbox_of_a_series_is_read_letter_by_letter(repo: Path) -> None:
    names = [change.name for change in CHANGES]
    mbox = b"".join(made(repo, "mail", "default", name) for name in names)
    series = read_series(mbox, "series")
    assert [patch.message.subject.text for patch in series.patches if patch.message.subject] == [
        f"[PATCH] mm: {name}" for name in names
    ]
    assert [patch.damage for patch in series.patches] == [()] * len(names)
    assert b"".join(written_patch(patch, patch.files) for patch in series.patches) == mbox


@pytest.mark.parametrize("how", ["--attach", "--inline"])
@pytest.mark.parametrize("name", ["two-files", "no-newline-both", "crlf-file", "lookalikes-added"])
def test_a_patch_in_a_mime_part_is_read_as_the_plain_one(repo: Path, how: str, name: str) -> None:
    data = git(repo, "format-patch", how, "--stdout", f"{name}~..{name}")
    patch = only(data)
    plain = only(made(repo, "mail", "default", name))
    assert patch.damage == ()
    assert [bare(file) for file in patch.files] == [bare(file) for file in plain.files]


def bare(file: FilePatch) -> tuple[object, ...]:
    """Everything about a file but where it stands in the input and what stands behind it."""
    hunks = tuple(
        replace(
            hunk,
            number=0,
            tail=(),
            lines=tuple(replace(line, number=None) for line in hunk.lines),
        )
        for hunk in file.hunks
    )
    return replace(file, number=0, hunks=hunks), file.head


def test_a_diff_to_the_work_tree_with_mnemonic_prefixes_is_clean(
    repo: Path, tmp_path: Path
) -> None:
    git(repo, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "two-files")
    tree = tmp_path / "tree"
    (tree / "mm/mremap.c").write_text("int one;\n")
    (tree / "arch/Kconfig").unlink()
    (tree / "new file").write_text("two\n")
    git(tree, "add", "-N", "new file")
    data = git(tree, "-c", "diff.mnemonicPrefix=true", "diff")
    patch = assert_clean(data)
    assert b"i/mm/mremap.c w/mm/mremap.c" in data
    assert [(file.old_path, file.new_path) for file in patch.files] == [
        ("arch/Kconfig", None),
        ("mm/mremap.c", "mm/mremap.c"),
        (None, "new file"),
    ]


# --- other programs than git ------------------------------------------------------------

needs_diff = pytest.mark.skipif(shutil.which("diff") is None, reason="there is no diff program")
TEXTS = [
    change
    for change in CHANGES
    if len(change.before) == len(change.after) == 1
    and change.before.keys() == change.after.keys()
    and not any(b"\0" in data for _, data in (*change.before.values(), *change.after.values()))
    and all(mode != "160000" for mode, _ in change.before.values())
    and change.before != change.after
    # A removed "-- a/x" and an added "++ b/x" before a hunk are a file's header to everyone.
    and not change.name.startswith(("mode", "link", "file-to", "header-pair"))
]


def gnu_diff(where: Path, *args: str) -> bytes:
    env = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["diff", *args], cwd=where, env=env, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


def laid_out(where: Path, change: Change, old: str = "a", new: str = "b") -> None:
    for root, tree in ((old, change.before), (new, change.after)):
        for path, (_, data) in tree.items():
            file = where / root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


@needs_diff
@pytest.mark.parametrize("context", ["-u", "-U0", "-up"])
def test_a_plain_diff_of_two_files_is_clean(tmp_path: Path, context: str) -> None:
    for i, change in enumerate(TEXTS):
        laid_out(tmp_path / str(i), change)
        ((path, _),) = change.before.items()
        patch = assert_clean(gnu_diff(tmp_path / str(i), context, f"a/{path}", f"b/{path}"))
        assert [(file.old_path, file.new_path) for file in patch.files] == [(path, path)]


@needs_diff
@pytest.mark.parametrize("trees", [("a", "b"), ("linux-5.0.orig", "linux-5.0"), ("x/old", "x/new")])
def test_a_plain_diff_of_two_trees_is_clean(tmp_path: Path, trees: tuple[str, str]) -> None:
    old, new = trees
    before = {
        "mm/a.c": ("100644", b"1\n2\n"),
        "mm/gone.c": ("100644", b"1\n"),
        "Kconfig": ("", b"x\n"),
    }
    after = {
        "mm/a.c": ("100644", b"1\n3\n"),
        "mm/new file": ("100644", b"1\n"),
        "Kconfig": ("", b"y\n"),
    }
    laid_out(tmp_path, Change("trees", before, after), old, new)
    patch = assert_clean(gnu_diff(tmp_path, "-ruN", old, new))
    assert [(file.old_path, file.new_path, file.kind) for file in patch.files] == [
        ("Kconfig", "Kconfig", FileKind.MODIFIED),
        ("mm/a.c", "mm/a.c", FileKind.MODIFIED),
        ("mm/gone.c", None, FileKind.DELETED),
        (None, "mm/new file", FileKind.ADDED),
    ]


BODY = "@@ -1,2 +1,2 @@\n one\n-two\n+three\n"
RULE = "=" * 67


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"Index: linux/mm/a.c\n{RULE}\n--- linux.orig/mm/a.c\n+++ linux/mm/a.c\n{BODY}", "mm/a.c"),
        (f"Index: b/mm/a.c\n{RULE}\n--- a/mm/a.c\n+++ b/mm/a.c\n{BODY}", "mm/a.c"),
        (
            f"Index: mm/a.c\n{RULE}\n--- mm/a.c\t(revision 1)\n+++ mm/a.c\t(working copy)\n{BODY}",
            "mm/a.c",
        ),
        (f"--- mm/a.c.orig\t2019-01-10 14:05:28 +0300\n+++ mm/a.c\t2019-01-10\n{BODY}", "mm/a.c"),
        (f"--- a.c\n+++ a.c\n{BODY}", "a.c"),
        (f"message\n---\n mm/a.c | 2 +-\n\n--- a/mm/a.c\n+++ b/mm/a.c\n{BODY}", "mm/a.c"),
    ],
)
def test_quilt_and_svn_headers_name_one_file(text: str, names: str) -> None:
    patch = assert_clean(text.encode())
    assert [(file.old_path, file.new_path) for file in patch.files] == [(names, names)]


def test_svn_says_in_words_that_a_file_is_new_or_empty_or_binary() -> None:
    text = (
        f"Index: new.c\n{RULE}\n--- new.c\t(nonexistent)\n+++ new.c\t(working copy)\n"
        f"@@ -0,0 +1 @@\n+one\n"
        f"Index: empty\n{RULE}\n"
        f"Index: logo.png\n{RULE}\nCannot display: file marked as a binary type.\n"
        f"Index: last.c\n{RULE}\n--- last.c\t(revision 7)\n+++ last.c\t(working copy)\n{BODY}"
        f"\nProperty changes on: last.c\n{'_' * 67}\nAdded: svn:eol-style\n## -0,0 +1 ##\n+native\n"
    )
    patch = assert_clean(text.encode())
    assert [(file.old_path, file.new_path, file.binary) for file in patch.files] == [
        (None, "new.c", False),
        ("empty", "empty", False),
        ("logo.png", "logo.png", True),
        ("last.c", "last.c", False),
    ]


SEED = Path(__file__).parents[3] / "shared/seed/000_d967b3033ad95a4c.txt"


@pytest.mark.skipif(not SEED.exists(), reason="the reference mail is not shipped")
def test_the_reference_mail_is_read_with_its_losses() -> None:
    data = SEED.read_bytes()
    patch = only(data)
    lost = [case for case in patch.damage if case.kind is DamageKind.LINES_DROPPED]
    assert [(c.path, c.hunk, c.line, c.declared, c.kept) for c in lost] == [
        ("arch/Kconfig", 1, 58, 11, 5),
        ("mm/mremap.c", 1, 68, 52, 35),
        ("mm/mremap.c", 2, 104, 23, 17),
    ]
    others = [case.kind for case in patch.damage if case not in lost]
    assert others == [DamageKind.BLANK_LINES_DROPPED]
    assert written_patch(patch, patch.files) == data
