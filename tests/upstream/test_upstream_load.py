from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from analyzer.errors import AnalyzerError
from analyzer.upstream import (
    CommitFacts,
    Companion,
    Conditions,
    Follower,
    Kind,
    Role,
    ShapeHunk,
    ShapeLine,
    load,
    parse_pattern,
)

if TYPE_CHECKING:
    from pathlib import Path

SMALLEST = """
[[commit]]
id = "aaaaaaaaaaaa"
subject = "s"
without = "w"
probe = "p"
property = "q"
"""


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def error_of(folder: Path, text: str) -> str:
    file = write(folder, text)
    with pytest.raises(AnalyzerError) as caught:
        load((file,))
    line = str(caught.value)
    assert "\n" not in line
    return line.replace(str(file), "own.toml")


def test_a_users_file_adds_a_commit_with_every_field(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
[[commit]]
id = "aaaaaaaaaaaa0001"
subject = "garden: water the trees"
author = "A Gardener <g@example.org>"
date = "2021-02"
released = "v5.12.1"
fixes = ["bbbbbbbbbbbb"]
extends = ["cccccccccccc"]
cve = ["CVE-2021-0001"]
introduces = ["WATER"]
companion = [{ id = "dddddddddddd", role = "select", symbol = "WATER", arch = "x86" }]
without = "dry"
probe = "look"
property = "wet"
unsure = ["author", "hunk"]
applies = { code = ["f ( )"], missing_code = ["g ( )"], arch = ["x86"], base = "there is rain" }
carried = { code = ["h ( )"] }
[[commit.hunk]]
path = "a/b.c"
within = "f"
old = [1, 2]
new = [1, 2]
lines = ["context 1", "-blank", "+code 1"]
""",
    )
    assert load((file,)).by("aaaaaaaaaaaa").commit == CommitFacts(
        id="aaaaaaaaaaaa0001",
        subject="garden: water the trees",
        author="A Gardener <g@example.org>",
        date="2021-02",
        released="v5.12.1",
        fixes=("bbbbbbbbbbbb",),
        extends=("cccccccccccc",),
        cve=("CVE-2021-0001",),
        introduces=("WATER",),
        companions=(Companion("dddddddddddd", Role.SELECT, "WATER", "x86"),),
        without="dry",
        probe="look",
        property="wet",
        unsure=("author", "hunk"),
        applies=Conditions(
            (parse_pattern("f ( )"),), (parse_pattern("g ( )"),), ("x86",), "there is rain"
        ),
        carried=(parse_pattern("h ( )"),),
        hunks=(
            ShapeHunk(
                "a/b.c",
                "f",
                (1, 2),
                (1, 2),
                (
                    ShapeLine(" ", Kind.CONTEXT),
                    ShapeLine("-", Kind.BLANK),
                    ShapeLine("+", Kind.CODE, depth=1),
                ),
            ),
        ),
        source=str(file),
    )


def test_what_is_left_out_is_empty(tmp_path: Path) -> None:
    file = write(tmp_path, SMALLEST)
    commit = load((file,)).by("aaaaaaa").commit
    assert commit == CommitFacts(
        *("aaaaaaaaaaaa", "s", "", "", "", (), (), (), (), (), "w", "p", "q"),
        *((), None, (), (), str(file)),
    )


def test_an_empty_file_adds_nothing(tmp_path: Path) -> None:
    assert load((write(tmp_path, ""),)) == load()


def test_a_users_commit_overrides_the_shipped_one_in_its_place(tmp_path: Path) -> None:
    own = SMALLEST.replace("aaaaaaaaaaaa", "2c91bd4a4e2e")
    shipped, facts = load(), load((write(tmp_path, own),))
    place = [commit.id[:12] for commit in shipped.all()].index("2c91bd4a4e2e")
    assert facts.all()[place].subject == "s"
    assert (facts.all()[:place], facts.all()[place + 1 :]) == (
        shipped.all()[:place],
        shipped.all()[place + 1 :],
    )


def test_the_later_of_two_files_is_kept(tmp_path: Path) -> None:
    first = write(tmp_path, SMALLEST, "1.toml")
    second = write(tmp_path, SMALLEST.replace('"s"', '"later"'), "2.toml")
    commit = load((first, second)).by("aaaaaaa").commit
    assert commit is not None
    assert (commit.subject, commit.source) == ("later", str(second))


ENTRY = "own.toml: commit 1 (aaaaaaaaaaaa)"
HEX = "12 to 40 hexadecimal digits, in lower case"
SYMBOL = "a Kconfig symbol without CONFIG_"
PATTERN = (
    'a list of patterns: C tokens separated by blanks, in which "a|b" is one of several '
    'identifiers, "_" any token and "..." any tokens inside ( ) or [ ]'
)
SPAN = "[first line, number of lines]"
SHAPES = 'a list of shape lines like "context 3", "+code 1", "+brace } 0" or "-blank"'
NAMES = (
    "id, subject, author, date, released, fixes, extends, cve, introduces, companion, without, "
    "probe, probed, property, unsure, applies, carried, hunk"
)


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("colour = 1", f"{ENTRY}: unknown key colour; expected one of {NAMES}"),
        (
            'author = "nobody"',
            f'{ENTRY}: author is nobody; expected a string like "Name <name@host>", or nothing',
        ),
        (
            'date = "yesterday"',
            f'{ENTRY}: date is yesterday; expected an ISO 8601 string like "2019-01-03", '
            "or nothing",
        ),
        (
            'date = "20190103"',
            f'{ENTRY}: date is 20190103; expected an ISO 8601 string like "2019-01-03", or nothing',
        ),
        (
            "released = 5.0",
            f'{ENTRY}: released is 5.0; expected a string like "v5.0", or nothing',
        ),
        (
            'released = "v5.0-rc1"',
            f'{ENTRY}: released is v5.0-rc1; expected a string like "v5.0", or nothing',
        ),
        ('fixes = ["abc"]', f"{ENTRY}: fixes has abc; expected a list of ids of {HEX}"),
        ('fixes = "abc"', f"{ENTRY}: fixes is abc; expected a list of ids of {HEX}"),
        ("extends = [1]", f"{ENTRY}: extends has 1; expected a list of ids of {HEX}"),
        (
            'cve = ["2022-41222"]',
            f'{ENTRY}: cve has 2022-41222; expected a list of strings like "CVE-2022-41222"',
        ),
        (
            'introduces = ["A B"]',
            f"{ENTRY}: introduces has A B; expected a list of Kconfig symbols without CONFIG_",
        ),
        (
            'unsure = ["colour"]',
            f"{ENTRY}: unsure has colour; expected a list of this entry's field names",
        ),
        ("applies = 1", f"{ENTRY}: applies is 1; expected a table"),
        ("companion = [1]", f"{ENTRY}: companion has 1; expected a list of tables"),
        (
            "applies = {}",
            f"{ENTRY}, applies: code does not fit: a condition needs a pattern of code, or a base; "
            "correct the entry",
        ),
        (
            'applies = { code = ["f(x)"] }',
            f"{ENTRY}, applies: code has f(x); expected {PATTERN}",
        ),
        (
            "applies = { colour = 1 }",
            f"{ENTRY}, applies: unknown key colour; expected one of code, missing_code, arch, base",
        ),
        (
            'applies = { code = ["f"], arch = ["X86"] }',
            f"{ENTRY}, applies: arch has X86; expected a list of directory names below arch/",
        ),
        (
            'applies = { base = "two\\nlines" }',
            f"{ENTRY}, applies: base is 'two\\nlines'; expected a sentence on one line",
        ),
        ('carried = { code = ["f ("] }', f"{ENTRY}, carried: code has f (; expected {PATTERN}"),
        (
            "carried = { base = 1 }",
            f"{ENTRY}, carried: unknown key base; expected one of code",
        ),
        (
            'companion = [{ id = "abc", role = "select" }]',
            f"{ENTRY}, companion 1: id is abc; expected {HEX}",
        ),
        (
            'companion = [{ id = "bbbbbbbbbbbb", role = "friend" }]',
            f'{ENTRY}, companion 1: role is friend; expected "select", "prerequisite", '
            '"follow-up" or "base"',
        ),
        (
            'companion = [{ id = "bbbbbbbbbbbb", role = "select" }]',
            f"{ENTRY}, companion 1: symbol does not fit: it stands with role select, and only "
            "there; correct the entry",
        ),
        (
            'companion = [{ id = "bbbbbbbbbbbb", role = "select", symbol = "A-B" }]',
            f"{ENTRY}, companion 1: symbol is A-B; expected {SYMBOL}",
        ),
    ],
)
def test_a_wrong_field_is_named_with_what_is_expected(
    tmp_path: Path, added: str, line: str
) -> None:
    assert error_of(tmp_path, SMALLEST + added) == line


HUNK = """
[[commit.hunk]]
path = "a.c"
old = [1, 1]
new = [1, 2]
lines = ["context 1", "+code 0"]
"""


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ('"a.c"', '"../a.c"', "path is ../a.c; expected a file's path inside the tree"),
        ('"a.c"', '"/a.c"', "path is /a.c; expected a file's path inside the tree"),
        ("[1, 1]", f"[1, 0x1{'0' * 5000}]", f"old is a huge number; expected {SPAN}"),
        ("[1, 1]", "[1]", f"old is [1]; expected {SPAN}"),
        ("[1, 1]", "[1, true]", f"old is [1, True]; expected {SPAN}"),
        ("[1, 1]", "[1, -1]", f"old is [1, -1]; expected {SPAN}"),
        ('"+code 0"', '"+code"', f"lines has +code; expected {SHAPES}"),
        ("[1, 1]", "[1, 3]", "old does not fit: it counts 3 lines, and the shape has 1"),
        ("[1, 2]", "[1, 1]", "new does not fit: it counts 1 lines, and the shape has 2"),
        ('"+code 0"', '"+text"', "lines does not fit: text is no kind of line in a.c"),
        ('"a.c"', '"Kconfig"', "lines does not fit: code is no kind of line in Kconfig"),
        ('path = "a.c"', "", "path is missing; expected a file's path inside the tree"),
    ],
)
def test_a_wrong_hunk_is_named(tmp_path: Path, good: str, bad: str, line: str) -> None:
    if "does not fit" in line:
        line += "; correct the entry"
    assert error_of(tmp_path, SMALLEST + HUNK.replace(good, bad, 1)) == f"{ENTRY}, hunk 1: {line}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            SMALLEST.replace('subject = "s"', ""),
            f"{ENTRY}: subject is missing; expected a string of one line, not empty",
        ),
        (
            SMALLEST.replace('"w"', '""'),
            f"{ENTRY}: without is ''; expected a string of one line, not empty",
        ),
        (
            SMALLEST.replace('id = "aaaaaaaaaaaa"', ""),
            f"own.toml: commit 1 (without an id): id is missing; expected {HEX}",
        ),
        (
            SMALLEST.replace("aaaaaaaaaaaa", "AAAAAAAAAAAA"),
            f"own.toml: commit 1 (AAAAAAAAAAAA): id is AAAAAAAAAAAA; expected {HEX}",
        ),
        (
            SMALLEST + SMALLEST.replace("aaaaaaaaaaaa", "aaaaaaaaaaaa1"),
            "own.toml: commit 2 (aaaaaaaaaaaa1): id does not fit: the file has it twice; "
            "correct the entry",
        ),
        (
            "x = " + "9" * 5000,
            "own.toml: not TOML: Exceeds the limit (4300 digits) for integer string conversion: "
            "value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit; "
            "correct the file",
        ),
        (
            SMALLEST + "released = 0x1" + "0" * 5000,
            f'{ENTRY}: released is a huge number; expected a string like "v5.0", or nothing',
        ),
        (
            SMALLEST + "unsure = [['id']]",
            f"{ENTRY}: unsure is [['id']]; expected a list of this entry's field names",
        ),
        ("commit = 1", "own.toml: commit is no list of tables; write [[commit]]"),
        (
            "[colour]",
            "own.toml: unknown key colour; expected only [[commit]] tables",
        ),
        (
            "id = ",
            "own.toml: not TOML: Invalid value (at end of document); correct the file",
        ),
        ("x = " + "[" * 5000, "own.toml: nested too deeply; correct the file"),
        ("#" * (4 << 20) + "#", "own.toml: larger than 4 MiB; split the file"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, line: str) -> None:
    assert error_of(tmp_path, text) == line


def test_a_long_value_is_cut_short_in_the_message(tmp_path: Path) -> None:
    line = error_of(tmp_path, SMALLEST + f'released = "{"x" * 500}"')
    assert line == (
        f'{ENTRY}: released is {"x" * 57}...; expected a string like "v5.0", or nothing'
    )


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(b"\xff")
    with pytest.raises(AnalyzerError) as caught:
        load((file,))
    assert str(caught.value) == (f"{file}: not UTF-8, at byte 1; save the file as UTF-8")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"
    with pytest.raises(AnalyzerError) as caught:
        load((file,))
    assert str(caught.value) == (
        f"{file}: No such file or directory; name a facts file that can be read"
    )


def test_followers_are_found_over_several_steps_and_circles_end(tmp_path: Path) -> None:
    def entry(sha: str, more: str) -> str:
        return SMALLEST.replace("aaaaaaaaaaaa", sha * 12) + more + "\n"

    text = (
        entry("a", 'extends = ["cccccccccccc"]')
        + entry("b", 'fixes = ["aaaaaaaaaaaa"]')
        + entry("c", 'extends = ["bbbbbbbbbbbb", "aaaaaaaaaaaa"]')
        + entry("d", 'fixes = ["bbbbbbbbbbbb0000"]')
    )
    facts = load((write(tmp_path, text),))
    commits = {commit.id[0]: commit for commit in facts.all()[-4:]}
    assert facts.followers("aaaaaaa") == (
        Follower(commits["b"], 1),
        Follower(commits["c"], 1),
        Follower(commits["d"], 2),
    )
    assert facts.followers("eeeeeeeeeeee") == ()


def test_an_unknown_commit_may_have_followers() -> None:
    found = load().followers("1d65b771bc08cd054cf6d3766a72e113dc46d62f")
    assert [(follower.commit.id[:12], follower.depth) for follower in found] == [
        ("6fa1066fc5d0", 1)
    ]
