"""ID-2, CV-1 and CV-2 with upstream's history and CVE records."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.finding import State
from analyzer.history.build import build
from analyzer.history.facts import CveRecord
from analyzer.history.past import Cves, Past
from analyzer.release.checklist import Checklist
from analyzer.result import Item
from analyzer.review.severity import severity_gate
from tests.mistakes.worlds import DRIVER_C, picked, upstreams
from tests.past.stories import CHANGE, SUBJECT, WHY, Story, evidence, said
from tests.repo.repositories import git, git_line
from tests.review.one_case import case_of, mail

NAME, ELSE = "CVE-2019-10001", "CVE-2019-10002"
OTHER = ((DRIVER_C, "\tslot->length = length;\n", "\tslot->length = length + 0;\n"),)


# --- ID-2 ---------------------------------------------------------------------------------------


def test_a_merge_that_is_named(story: Story) -> None:
    top = story.world.upstream.top
    git(top, "checkout", "--quiet", "-b", "side", "HEAD^")
    git(top, "commit", "--quiet", "--allow-empty", "--message=side")
    git(top, "merge", "--quiet", "--no-ff", "--message=Merge the ring", "main")
    merge = git_line(top, "rev-parse", "HEAD")
    story.take(SUBJECT, merge, CHANGE)
    item = story.items()["ID-2"]
    assert (item.state, item.summary.partition(",")[0]) == (
        State.FINDING,
        f"{merge[:12]} is a merge of 2 parents",
    )


def test_a_wrong_id_beside_the_right_subject(story: Story) -> None:
    wrong = "0123456789abcdef0123456789abcdef01234567"
    story.take(SUBJECT, wrong, CHANGE)
    items = story.items()
    assert items["ID-2"].state is State.FINDING
    assert items["ID-2"].summary.endswith(
        f"has no commit 0123456789ab; {story.commit[:12]} has its patch-id"
    )
    assert items["ID-2"].next.startswith(f"Name {story.commit} instead")
    # The rest is compared with the commit that it was found to be.
    assert items["TX-1"].state is State.OK


def test_an_id_that_nobody_knows(story: Story) -> None:
    wrong = "0123456789abcdef0123456789abcdef01234567"
    edit = ((DRIVER_C, "\tring->head++;\n", "\tring->head += 1;\n"),)
    story.take("ring: something of our own", wrong, edit)
    items = story.items()
    assert items["ID-2"].state is State.NEEDS_REVIEW
    assert items["ID-2"].summary.endswith("has no commit 0123456789ab")
    assert said(items["DP-2"]) == (
        State.CANNOT_TELL,
        "later fixes are not known: the commit is not in the facts, "
        "and upstream's history does not have it",
    )
    assert items["CV-1"].summary == "no CVE is named, and the facts do not have the commit"


def test_a_commit_that_no_branch_has(story: Story) -> None:
    top = story.world.upstream.top
    git(top, "update-ref", "refs/heads/main", "HEAD^")
    story.backport()
    item = story.items()["ID-2"]
    assert item.state is State.NEEDS_REVIEW
    assert "no branch or tag of it holds the commit" in item.summary


def test_a_commit_that_another_branch_has(story: Story) -> None:
    top = story.world.upstream.top
    git(top, "branch", "next")
    git(top, "update-ref", "refs/heads/main", "HEAD^")
    story.backport()
    item = story.items()["ID-2"]
    assert item.state is State.OK
    assert "it is in the history of next" in evidence(item)


# --- CV-1 ---------------------------------------------------------------------------------------


def record(
    name: str, *commits: str, severity: str = "", rejected: bool = False
) -> dict[str, object]:
    """A record in the form that the kernel's CNA publishes."""
    state = "REJECTED" if rejected else "PUBLISHED"
    metrics = [{"cvssV3_1": {"baseSeverity": severity.upper()}}] if severity else []
    versions = [
        {"version": "0", "lessThan": sha, "status": "affected", "versionType": "git"}
        for sha in commits
    ]
    affected = [{"product": "Linux", "vendor": "Linux", "programFiles": [], "versions": versions}]
    cna = {"title": f"about {name}", "affected": affected, "metrics": metrics}
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.0",
        "cveMetadata": {"cveId": name, "state": state},
        "containers": {"cna": cna},
    }


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def indexed(story: Story, *records: dict[str, object]) -> None:
    directory = story.world.upstream.top.parent / "cves"
    directory.mkdir()
    for one in records:
        name = one["cveMetadata"]["cveId"]  # type: ignore[index]
        (directory / f"{name}.json").write_text(json.dumps(one))
    build(str(story.world.upstream.top), directory)


@pytest.mark.usefixtures("cache")
def test_the_cve_of_the_commit_by_its_record(story: Story) -> None:
    indexed(story, record(NAME, story.commit, severity="high"))
    story.backport(NAME.replace("CVE", "CVE: CVE", 1))
    items, past = story.told()
    assert said(items["CV-1"]) == (State.OK, f"{NAME} is this commit's, by its record")
    assert past.source.startswith("the index of ")
    assert past.cves.records[0].severity == "high"


@pytest.mark.usefixtures("cache")
def test_the_cve_of_another_commit_by_its_record(story: Story) -> None:
    other = story.world.upstream.commit("ring: another", upstreams(WHY), OTHER)
    indexed(story, record(NAME, other), record(ELSE, story.commit))
    story.backport(f"CVE: {NAME}")
    item = story.items()["CV-1"]
    assert item.state is State.FINDING
    assert item.summary == (
        f"{NAME} is that of {other[:12]} (“ring: another”), by its record, "
        f"not of {story.commit[:12]}; the message does not name {ELSE}, "
        "which upstream's history has for this commit"
    )


@pytest.mark.usefixtures("cache")
def test_a_record_that_was_withdrawn(story: Story) -> None:
    indexed(story, record(NAME, story.commit, rejected=True))
    story.backport(f"CVE: {NAME}")
    assert said(story.items()["CV-1"]) == (
        State.NEEDS_REVIEW,
        f"the record of {NAME} was withdrawn",
    )


def test_the_cve_of_a_fix_of_the_commit_is_for_a_person(story: Story) -> None:
    story.fix("ring: another", OTHER, f"CVE: {NAME}")
    story.backport(f"CVE: {NAME}")
    item = story.items()["CV-1"]
    assert item.state is State.NEEDS_REVIEW
    assert "this commit and that one belong together" in item.summary


# --- CV-2 ---------------------------------------------------------------------------------------


def gated(gate: str | None, *severities: str | None) -> Item:
    """CV-2 of a patch with a CVE for each severity, at a branch's gate."""
    names = [f"CVE-2020-{1000 + at}" for at in range(len(severities))]
    records = tuple(
        CveRecord(name, "about it", (), severity)
        for name, severity in zip(names, severities, strict=True)
        if severity is not None
    )
    release = None if gate is None else Checklist("ours", "Ours", (), severity=gate)
    found = case_of(mail("\n".join(f"CVE: {name}" for name in names)))
    past = Past("upstream", cves=Cves(records=records))
    return severity_gate(replace(found, release=release, past=past))


@pytest.mark.parametrize(
    ("gate", "severities", "state", "summary"),
    [
        (None, ("high",), State.CANNOT_TELL, "the release's gate is not known"),
        ("", ("low",), State.NOT_APPLICABLE, "Ours takes fixes of every severity"),
        (
            "high",
            (),
            State.NOT_APPLICABLE,
            "no CVE is named or known, and the gate (high) is for those",
        ),
        (
            "high",
            ("low", "critical"),
            State.OK,
            "CVE-2020-1001 is critical, and the branch takes high and above",
        ),
        (
            "high",
            ("low", "medium"),
            State.FINDING,
            "CVE-2020-1001 is medium, and the branch takes high and above only",
        ),
        (
            "high",
            ("low", None),
            State.CANNOT_TELL,
            "the severity of CVE-2020-1001 is not known, and the branch takes high and above",
        ),
        (
            "high",
            ("",),
            State.CANNOT_TELL,
            "the severity of CVE-2020-1000 is not known, and the branch takes high and above",
        ),
    ],
)
def test_the_gate(
    gate: str | None, severities: tuple[str | None, ...], state: State, summary: str
) -> None:
    assert said(gated(gate, *severities)) == (state, summary)


# --- an index -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("cache")
def test_an_index_that_is_old_says_so(story: Story) -> None:
    build(str(story.world.upstream.top))
    story.backport()
    assert story.items()["DP-2"].state is State.OK
    story.fix("ring: another", OTHER)
    items, past = story.told()
    assert past.stale
    item = items["DP-2"]
    assert (item.state, past.stale in item.reason) == (State.NEEDS_REVIEW, True)
    assert past.stale in evidence(items["LM-1"])


def test_an_index_that_cannot_be_read_is_said_and_the_repository_asked(
    story: Story, cache: Path
) -> None:
    path = build(str(story.world.upstream.top)).path
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    story.backport()
    items, past = story.told()
    assert past.source.endswith("without an index")
    assert cache in path.parents
    assert items["DP-2"].state is State.OK
    assert "an index of a history: " in evidence(items["LM-1"])


def test_a_fix_that_names_the_title_alone_is_told(story: Story) -> None:
    tag = f'Fixes: 0123456789ab ("{SUBJECT}")'
    vague = story.world.upstream.commit("ring: vague", upstreams(WHY, tag), OTHER)
    story.backport()
    item = story.items()["DP-2"]
    assert said(item) == (
        State.NEEDS_REVIEW,
        "1 commits may be later fixes, and do not say so clearly",
    )
    assert f"what may be a later fix: {vague[:12]} (“ring: vague”)" in evidence(item)


def test_what_was_picked_names_the_commit(story: Story) -> None:
    story.world.branch.commit(SUBJECT, picked(story.commit, WHY), CHANGE)
    assert story.items()["ID-2"].state is State.OK
