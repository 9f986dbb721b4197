"""Checklists: the ready ones, files of one's own, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings, strategies as st
from inputs import ROOT

from analyzer.errors import AnalyzerError
from analyzer.release.answers import read_answers
from analyzer.release.checklist import READY, Checklist, Entry, _checklist, load_checklist
from analyzer.release.ids import IDS, is_decided_by_code
from analyzer.review.checklist import CHECKLIST

OURS = """
name = "ours"
title = "Our release"
severity = "high"
trailers = ["Signed-off-by", "JIRA|Bugzilla"]
prefixes = ["[OURS]", "OURS:"]
trackers = ["jira:OURS", "cve", "References: git-fixes"]

[[item]]
id = "OU-1"
gate = true
decides = "the release manager"
title = "was it announced?"
next = "Announce it."

[[item]]
id = "ID-1"
"""


def written(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "list.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def refused(tmp_path: Path, text: str | bytes) -> str:
    name = written(tmp_path, text)
    with pytest.raises(AnalyzerError) as caught:
        load_checklist(name)
    said = str(caught.value)
    assert said.startswith(f"{name}") and "\n" not in said
    return said.removeprefix(name).lstrip(": ")


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    assert load_checklist(written(tmp_path, OURS)) == Checklist(
        "ours",
        "Our release",
        (
            Entry("OU-1", True, "the release manager", "was it announced?", "Announce it."),
            Entry("ID-1"),
        ),
        ("[OURS]", "OURS:"),
        ("Signed-off-by", "JIRA|Bugzilla"),
        ("jira:OURS", "cve", "References: git-fixes"),
        "high",
    )


def test_what_a_list_does_not_say_is_told_from_what_it_does_not_want(tmp_path: Path) -> None:
    bare = 'name = "n"\ntitle = "t"\n[[item]]\nid = "ID-1"\n'
    silent = load_checklist(written(tmp_path, bare))
    assert (silent.prefixes, silent.trackers, silent.trailers) == (None, None, ())
    nothing = load_checklist(written(tmp_path, "prefixes = []\ntrackers = []\n" + bare))
    assert (nothing.prefixes, nothing.trackers) == ((), ())


@pytest.mark.parametrize("name", READY)
def test_a_ready_list_names_every_item_and_has_gates(name: str) -> None:
    ready = load_checklist(name)
    assert ready.name == name
    assert set(IDS) <= {one.id for one in ready.entries}
    gates = [one for one in ready.entries if one.gate]
    assert gates and all(one.decides for one in gates)
    assert all(
        one.title.endswith("?") and one.next.endswith(".") for one in ready.entries if one.title
    )


def test_the_ids_are_those_that_the_review_answers() -> None:
    from one_plain_case import plain_case

    assert tuple(rule(plain_case()).id for rule in CHECKLIST) == IDS


def test_what_no_person_overrules() -> None:
    assert {one for one in IDS if is_decided_by_code(one)} == {
        *("SM-1", "SM-2", "SM-3", "SM-4", "SM-5", "SM-6", "CF-4", "IN-1", "IN-2")
    }


def test_an_unknown_name_is_no_file() -> None:
    with pytest.raises(AnalyzerError) as caught:
        load_checklist("fedora\x1b")
    assert str(caught.value) == (
        "--checklist: no ready checklist is called 'fedora\\x1b'; give one of plain, stable, "
        "redhat, suse, ubuntu, android, or a file as ./'fedora\\x1b'"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AnalyzerError, match="No such file or directory"):
        load_checklist(str(tmp_path / "none.toml"))
    with pytest.raises(AnalyzerError, match="Is a directory"):
        load_checklist(str(tmp_path))
    with pytest.raises(AnalyzerError, match="cannot be read"):
        load_checklist("./a\0b")


def test_an_editors_mark_of_utf_8_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xef\xbb\xbf" + f"{HEAD}{ITEM}".encode())
    assert load_checklist(str(tmp_path / "own.toml")).name == "n"


@pytest.mark.parametrize("name", ["bsc", "jsc:PED", "launchpad", "tickets.example.org", "cve"])
def test_a_tracker_is_one_that_is_known_or_a_host(tmp_path: Path, name: str) -> None:
    (tmp_path / "own.toml").write_text(f'{HEAD}trackers = ["{name}"]\n{ITEM}')
    assert load_checklist(str(tmp_path / "own.toml")).trackers == (name,)


HEAD = 'name = "n"\ntitle = "t"\n'
ITEM = '[[item]]\nid = "ID-1"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 3\n", 'name is 3; expected a string of one line, at most 500 characters'),
        (HEAD, "no item; write 1 to 500 [[item]] tables"),
        (HEAD + "item = 3\n", "item is no list of tables; write [[item]]"),
        (HEAD + "colour = 1\n" + ITEM, "unknown key colour; expected one of name, title, "
         "severity, prefixes, trailers, trackers, item"),
        (HEAD + 'severity = "huge"\n' + ITEM,
         "severity is huge; expected one of critical, high, medium, low"),
        (HEAD + "severity = []\n" + ITEM,
         "severity is []; expected one of critical, high, medium, low"),
        (HEAD + 'trailers = ["a b"]\n' + ITEM,
         'trailers has a b; expected a list like ["Signed-off-by", "JIRA|Bugzilla"]'),
        (HEAD + 'trailers = "Bug"\n' + ITEM,
         'trailers is Bug; expected a list like ["Signed-off-by", "JIRA|Bugzilla"]'),
        (HEAD + 'prefixes = ["A:", "A:"]\n' + ITEM,
         "prefixes is ['A:', 'A:']; expected a list like [\"UPSTREAM:\", \"[SRU]\"]"),
        *((HEAD + f'trackers = ["cve", "{name}"]\n' + ITEM, f"trackers has {name}; expected a list "
           'like ["bsc", "jira:RHEL", "cve", "References: git-fixes"], of trackers that are known')
          for name in ("BSC", "bcs", "jria:OURS", "lp", "rh")),
        (HEAD + ITEM + ITEM, "item 2 (ID-1): the list has it twice; keep one of them"),
        (HEAD + ITEM + "gate = 1\n", "item 1 (ID-1): gate is 1; expected true or false"),
        (HEAD + ITEM + 'title = "mine"\n', "item 1 (ID-1): title is for the release's own items: "
         "the report has its own words here; leave title out"),
        (HEAD + "[[item]]\ngate = true\n",
         "item 1 (without an id): id is missing; expected an id like TS-1"),
        (HEAD + '[[item]]\nid = "ts-1"\n', "item 1 (ts-1): id is ts-1; expected an id like TS-1"),
        (HEAD + '[[item]]\nid = "OU-1"\ntitle = "q?"\n', "item 1 (OU-1): next is missing: OU-1 is "
         "the release's own; expected a string of one line, at most 500 characters"),
        (HEAD + '[[item]]\nid = "OU-1"\ntitle = "a\\u001b[2J"\n', "item 1 (OU-1): title is "
         "'a\\x1b[2J'; expected a string of one line, at most 500 characters"),
        (".".join("abcdefghij") + " = 1\n", "more than 8 dots outside of strings in a line; "
         "write plain keys, and text in quotes"),
        ("name = \n", "not TOML: Invalid value (at line 1, column 8); correct the file"),
        ("a = " + "[" * 100_000, "nested too deeply; correct the file"),
        (b"# \xff\xfe", "not UTF-8, at byte 3; save the file as UTF-8"),
        (b"#" * (4 << 20) + b"##", "larger than 4 MiB; split the file"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert refused(tmp_path, text) == said


def test_an_id_that_no_report_has(tmp_path: Path) -> None:
    said = refused(tmp_path, HEAD + '[[item]]\nid = "TS-9"\ntitle = "q?"\nnext = "n"\n')
    assert said.startswith("item 1 (TS-9): no report has an item TS-9; expected one of ID-1, ")


def test_too_many_words(tmp_path: Path) -> None:
    words = ", ".join(f'"A{number}"' for number in range(51))
    assert refused(tmp_path, f"{HEAD}trailers = [{words}]\n{ITEM}").startswith("trailers is ['A0'")


# Python's reader takes memory with the square of these keys' length.
KEY = ".".join("a" * 20_000)


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY} = 1\n",
        f"[{KEY}]\n",
        f"[[{KEY}]]\n",
        f"a = {{{KEY} = 1}}\n",
        f'a = {{b = """x"""", {KEY} = 1}}\n',
        f"a = {{b = '''x''''', {KEY} = 1}}\n",
        f'a = {{b = "\\"", {KEY} = 1}}\n',
        f"a = {{b = '\\', {KEY} = 1}}\n",
        f'a = {{b = """\\"""", {KEY} = 1}}\n',
        f'a = "" # "\n{KEY} = 1\n',
        " . ".join(['"a"'] * 10) + " = 1\n",
    ],
)
def test_no_long_dotted_key_reaches_the_reader(tmp_path: Path, text: str) -> None:
    """Neither alone, nor behind any way in which a string can end."""
    said = refused(tmp_path, text)
    assert said == (
        "more than 8 dots outside of strings in a line; write plain keys, and text in quotes"
    )


@pytest.mark.parametrize(
    "text", ['"""' + '\\"""' * 400_000, '"' * 1_600_000, "'''" + "''x" * 500_000]
)
def test_strings_without_an_end_are_read_once(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, f"a = {text}").startswith("not TOML: ")


def test_the_documented_list_is_one() -> None:
    text = (ROOT / "docs" / "checklists.md").read_text()
    example = text.partition("```toml\n")[2].partition("```")[0]
    assert _checklist(example.encode(), "docs").own == ("OU-1",)
    assert not [name for name in READY if f"| `{name}` |" not in text]


def tables(inner: st.SearchStrategy) -> st.SearchStrategy:
    keys = ("name", "title", "item", "id", "gate", "trailers", "version", "answer", "patch", "by",
            "note", "on", "until", "state", "x")  # fmt: skip
    return st.dictionaries(st.sampled_from(keys), inner, max_size=8)


VALUES = st.recursive(
    st.one_of(
        st.integers(), st.booleans(), st.dates(), st.text(max_size=8), st.sampled_from(IDS),
        st.sampled_from(["ok", "waived", "high", "Bug", "sha256:" + "0" * 64]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), tables(inner)),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(tables(VALUES))
def test_any_toml_is_read_or_refused_in_one_line(content: dict) -> None:
    """A list, a file of answers: nothing but what it should be, and no other error."""
    data = tomli_w.dumps(content).encode()
    for read in (_checklist, read_answers):
        try:
            read(data, "in")
        except AnalyzerError as error:
            assert "\n" not in str(error) and str(error).startswith("in: ")
