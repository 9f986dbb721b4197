from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import committed, created, git, git_line, written

from analyzer.repo import Found, Hit, Overlay, Tree, grep, open_tree

FILES = {
    "arch/x86/Kconfig": b"config X86\n\tselect HAVE_MOVE_PMD\n",
    "mm/mremap.c": b"#ifdef CONFIG_HAVE_MOVE_PMD\nint x;\n#endif /* CONFIG_HAVE_MOVE_PMD */",
    "mm/other.c": b"CONFIG_HAVE_MOVE_PMD_X\nxHAVE_MOVE_PMD\nHAVE_MOVE_PMD HAVE_MOVE_PMD_Y\r\n\n",
    "mm/empty.c": b"",
    "mm/nul.bin": b"HAVE_MOVE_PMD\n\0\n",
    "mm/late.c": b"x" * 9000 + b"\0\nHAVE_MOVE_PMD\n",
    "mm-x/f.c": b"HAVE_MOVE_PMD\n",
    "tail \u00e9.c": b"a\nb\nHAVE_MOVE_PMD",
    ".gitattributes": b"*.c -diff binary\nmm/nul.bin diff\n",
}
WORDS = (b"HAVE_MOVE_PMD",)


def _git(top: Path) -> Tree:
    created(top)
    written(top, FILES)
    (top / "link.c").symlink_to("mm/mremap.c")
    committed(top)
    return open_tree(str(top))


def _directory(top: Path) -> Tree:
    _git(top)
    shutil.rmtree(top / ".git")
    return open_tree(str(top))


def _overlay(top: Path) -> Tree:
    below = _git(top)
    files = {"mm/mremap.c": None, "mm/new.c": b"HAVE_MOVE_PMD 2\n", "arch/x86/Kconfig": b"none\n"}
    over = Overlay(below, files)
    return Overlay(over, {path: FILES.get(path) for path in files})


class _Plain:
    """A tree that is none of ours."""

    def __init__(self, tree: Tree) -> None:
        self.name, self.revision, self.dirty = tree.name, tree.revision, tree.dirty
        self.read, self.blob, self.files = tree.read, tree.blob, tree.files


def _foreign(top: Path) -> Tree:
    return _Plain(_git(top))


FORMS = (_git, _directory, _overlay, _foreign)
Form = Callable[[Path], Tree]


def _by_hand(words: tuple[bytes, ...], *, whole: bool = False) -> tuple[Hit, ...]:
    edge = rb"(?<!\w)(?:%s)(?!\w)" if whole else rb"%s"
    pattern = re.compile(edge % b"|".join(words))
    found = []
    for path in sorted(FILES, key=os.fsencode):
        if b"\0" in FILES[path][:8000]:
            continue
        for number, line in enumerate(FILES[path].split(b"\n"), 1):
            if pattern.search(line):
                found.append(Hit(path, number, line))
    return tuple(found)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    "words", [WORDS, (b"CONFIG_HAVE_MOVE_PMD", b"int"), (b".", b"-h"), (b"x",)]
)
def test_every_tree_finds_the_same(
    tmp_path: Path, form: Form, words: tuple[bytes, ...], whole: bool
) -> None:
    if words == (b".", b"-h"):
        assert grep(form(tmp_path / "r"), (b"-h", b"(", b"\\w")) == Found(())
        return
    found = grep(form(tmp_path / "r"), words, whole=whole)
    assert [(hit.path, hit.line) for hit in found] == [
        (hit.path, hit.line) for hit in _by_hand(words, whole=whole)
    ]
    assert {hit.text for hit in found} == {hit.text[:4096] for hit in _by_hand(words, whole=whole)}
    assert found.incomplete == ()


@pytest.mark.parametrize("form", FORMS)
def test_only_the_paths_that_are_named(tmp_path: Path, form: Form) -> None:
    tree = form(tmp_path / "r")

    def paths(*under: str) -> list[str]:
        return list(dict.fromkeys(hit.path for hit in grep(tree, WORDS, under)))

    assert paths("mm") == ["mm/late.c", "mm/mremap.c", "mm/other.c"]
    assert paths("mm/", "mm/other.c", "mm") == ["mm/late.c", "mm/mremap.c", "mm/other.c"]
    assert paths("mm/mremap.c", "arch") == ["arch/x86/Kconfig", "mm/mremap.c"]
    assert paths("nowhere", "*", "m") == []
    assert paths("..", "/etc", ".git", ":(top)mm") == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", [b"", b"a\nb", b"\0"])
def test_what_is_no_word_is_not_found(tmp_path: Path, form: Form, word: bytes) -> None:
    assert grep(form(tmp_path / "r"), (word,)) == Found(())


@pytest.mark.parametrize("form", FORMS)
def test_a_search_that_has_no_time_says_so(tmp_path: Path, form: Form) -> None:
    found = grep(form(tmp_path / "r"), WORDS, seconds=-1)
    assert found.incomplete == ("it took too long",)


@pytest.mark.parametrize("form", FORMS)
def test_too_many_lines_are_said(
    tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.repo.searching.MOST_HITS", 3)
    found = grep(form(tmp_path / "r"), WORDS)
    assert len(found.hits) >= 3
    assert found.incomplete == ("there are more than 3 lines",)


def test_settings_and_a_users_colours_change_nothing(tmp_path: Path) -> None:
    tree = _git(tmp_path / "r")
    for key, value in {
        "grep.column": "true",
        "grep.patternType": "perl",
        "grep.fullName": "false",
        "grep.lineNumber": "false",
        "color.ui": "always",
        "submodule.recurse": "true",
        "diff.trap.textconv": f"touch {tmp_path}/ran",
    }.items():
        git(tmp_path / "r", "config", key, value)
    assert grep(tree, WORDS).hits == tuple(
        Hit(hit.path, hit.line, hit.text) for hit in _by_hand(WORDS)
    )
    assert not (tmp_path / "ran").exists()


def test_a_bare_repository_is_searched_at_its_revision(tmp_path: Path) -> None:
    top = tmp_path / "r"
    _git(top)
    written(top, {"mm/mremap.c": b"gone\n"})
    committed(top)
    git(top, "clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    found = grep(open_tree(f"{tmp_path}/bare@HEAD~"), WORDS, ("mm/mremap.c",))
    assert [hit.line for hit in found] == [1, 3]
    assert grep(open_tree(str(tmp_path / "bare")), WORDS, ("mm/mremap.c",)).hits == ()


def test_a_blob_that_is_not_there_makes_it_incomplete(tmp_path: Path) -> None:
    top = tmp_path / "r"
    tree = _git(top)
    name = git_line(top, "rev-parse", "HEAD:mm/mremap.c")
    (top / ".git/objects" / name[:2] / name[2:]).unlink()
    found = grep(tree, WORDS)
    assert len(found.hits) == len(_by_hand(WORDS)) - 2
    assert "mm/mremap.c" in found.incomplete[0]
