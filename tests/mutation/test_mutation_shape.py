"""The fixtures' patches and their mutants are patches, as git takes and states them."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.inputs import ARCHIVE, PATCH, REFERENCE_MAIL
from tests.mutation import mutate
from tests.mutation.edits import placed
from tests.mutation.forms import FORMS, Form
from tests.mutation.mutate import Mutant, Truth
from tests.mutation.patchtext import read, written
from tests.mutation.roles import guard_of, names_of

_BY_NAME = {form.name: form for form in FORMS}
_KINDS = (mutate.wrong, mutate.equal, mutate.redundant)
_INTACT = ("move-pmd", "move-pmd-renamed", "move-pmd-inlined", "move-pmd-4.20", "move-pmd-goto")


def _mutants(form: Form) -> list[Mutant]:
    data = form.path.read_bytes()
    return [one for kind in _KINDS for one in kind(data)] + list(mutate.by_chance(data, 1, 12))


def _git(*arguments: str, top: Path, data: bytes = b"") -> bytes:
    # Inside another repository git would look for the files there, and skip them without a word.
    alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(top.parent)}
    done = subprocess.run(
        ["git", *arguments], cwd=top, env=alone, input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324


def _written_to(top: Path, base: Path) -> None:
    for path in sorted(base.rglob("*")):
        if path.is_file():
            there = top / path.relative_to(base)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())


def _stat(text: str) -> list[str]:
    """The counts of a diffstat; how wide its graph is depends on the program."""
    lines = re.findall(r"^ \S+ +\| +\d+ [+-]+$|^ \d+ files? changed.*$", text, re.MULTILINE)
    return [" ".join(line.rstrip("+-").split()) for line in lines]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_fixture_makes_the_files_that_its_index_lines_name(form: Form, tmp_path: Path) -> None:
    _written_to(tmp_path, form.base)
    data = form.path.read_bytes()
    pairs = re.findall(r"^\+\+\+ b/(\S+)\n|^index (\w+)\.\.(\w+)", data.decode(), re.MULTILINE)
    ids = [(old, new) for _, old, new in pairs if old]
    paths = [path for path, _, _ in pairs if path]
    before = [_blob((tmp_path / path).read_bytes()) for path in paths]
    _git("apply", "-", top=tmp_path, data=data)
    after = [_blob((tmp_path / path).read_bytes()) for path in paths]
    assert ids == [(old[:12], new[:12]) for old, new in zip(before, after, strict=True)]


@pytest.mark.parametrize("name", _INTACT)
def test_git_takes_each_mutant_and_would_state_it_so(name: str, tmp_path: Path) -> None:
    form = _BY_NAME[name]
    for number, mutant in enumerate(_mutants(form)):
        top = tmp_path / str(number)
        _written_to(top, form.base)
        stat = _git("apply", "--stat", "-", top=top, data=mutant.patch).decode()
        _git("apply", "-", top=top, data=mutant.patch)
        given = _stat(mutant.patch.decode())
        assert len(given) == 3, mutant.name
        assert given == _stat(stat), mutant.name


def test_a_patch_is_written_back_as_it_was() -> None:
    for form in FORMS:
        data = form.path.read_bytes()
        patch = read(data)
        assert written(patch, patch.code, adjusted=False) == data, form.name


def test_nothing_but_an_id_changes_where_no_line_does() -> None:
    for data in (PATCH.read_bytes(), ARCHIVE.read_bytes()):
        patch = read(data)
        changed = [
            (old, new)
            for old, new in zip(
                data.split(b"\n"), written(patch, patch.code).split(b"\n"), strict=True
            )
            if old != new
        ]
        assert [old[:28] for old, _ in changed] == [b"index 68f444b6ba33..e22843fd"]


def test_the_names_of_a_fixture() -> None:
    names = names_of(read(_BY_NAME["move-pmd-renamed"].path.read_bytes()).code)
    assert dict(names) == {
        "lock1": "lock_was",
        "mm": "mm",
        "src": "was",
        "lock2": "lock_is",
        "dst": "is",
        "to": "there",
        "entry": "link",
        "vma": "area",
        "from": "here",
        "need": "need_rmap_locks",
        "moved": "relinked",
        "extent": "extent",
        "function": "relink_page_table",
    }


def test_a_guard_of_other_terms_is_left_alone() -> None:
    code = read(PATCH.read_bytes()).code
    assert guard_of(code, names_of(code)) is not None
    other = code.replace("(from & ~PMD_MASK) ||", "")
    assert guard_of(other, names_of(other)) is None


def test_an_edit_that_finds_nothing_makes_no_mutant() -> None:
    driver = _BY_NAME["driver"].path.read_bytes()
    assert [kind(driver) for kind in _KINDS if kind is not mutate.equal] == [(), ()]
    assert placed("nothing", "here")("code\n", {}) is None


def test_what_an_archive_drops_is_counted_and_left_out() -> None:
    before = read(ARCHIVE.read_bytes())
    assert before.damaged
    (mutant,) = [
        one for one in mutate.equal(ARCHIVE.read_bytes()) if one.name == "guard-in-a-variable"
    ]
    open_ones = [
        one.name for one in mutate.equal(ARCHIVE.read_bytes()) if one.truth is Truth.UNDECIDED
    ]
    # A line of it is lost; or it has a lone brace, which arrived where others did not.
    assert open_ones == ["guard-nested", "guard-braced", "guard-in-a-variable", "unlock-braced"]
    old, new = before.lines, read(mutant.patch).lines
    headers = [line for line in new if line.startswith("@@")]
    # Two lines more are declared than before; one of the two, a blank, is not there.
    assert headers == [
        "@@ -12,6 +12,11 @@ config HAVE_IRQ_TIME_ACCOUNTING",
        "@@ -89,6 +89,53 @@ static void move_ptes(struct vm_area_struct *vma, pmd_t *old_pmd,",
        "@@ -120,6 +167,23 @@ unsigned long move_page_tables(struct vm_area_struct *vma,",
    ]
    assert (len(new) - len(old), " 2 files changed, 69 insertions(+)" in new) == (0, True)


def test_under_old_counts_nothing_but_the_lines_changes() -> None:
    data = PATCH.read_bytes()
    (mutant,) = [one for one in mutate.unadjusted(data) if one.name == "flush-gone-uncounted"]
    flush = b"+\tflush_tlb_range(vma, from, from + PMD_SIZE);\n"
    assert (data.count(flush), mutant.patch) == (1, data.replace(flush, b""))


def test_a_wrong_mutant_says_what_is_to_be_found_and_where() -> None:
    (mutant,) = [
        one for one in mutate.wrong(PATCH.read_bytes()) if one.name == "second-lock-not-nested"
    ]
    assert (mutant.truth, mutant.items, mutant.lines) == (
        Truth.DIFFERS,
        ("SM-4",),
        ("spin_lock(dst_ptl);",),
    )
    assert b"+\t\tspin_lock(dst_ptl);\n" in mutant.patch


@pytest.mark.parametrize("data", [PATCH, REFERENCE_MAIL], ids=["intact", "reference"])
def test_every_kind_of_change_finds_its_statement(data: Path) -> None:
    if not data.exists():
        pytest.skip(f"the reference mail is not at {data}")
    patch = data.read_bytes()
    counts = [len(kind(patch)) for kind in (*_KINDS, mutate.unadjusted)]
    lost = 2 * read(patch).damaged
    assert counts == [31 - lost, 33, 5, 12]


def test_mutants_differ_from_their_patch_and_from_each_other() -> None:
    data = PATCH.read_bytes()
    patches = [data, *(one.patch for kind in _KINDS for one in kind(data))]
    assert len(patches) == len(set(patches))


def test_chance_is_the_same_for_the_same_seed() -> None:
    data = PATCH.read_bytes()
    assert mutate.by_chance(data, 7, 24) == mutate.by_chance(data, 7, 24)
    assert [one.name for one in mutate.by_chance(data, 7, 3)] != [
        one.name for one in mutate.by_chance(data, 8, 3)
    ]
