"""CVE records, in the form in which the kernel's CNA publishes them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError
from analyzer.history.build import build
from analyzer.history.facts import CveRecord
from analyzer.history.index import Index, open_index
from analyzer.history.records import read_records
from tests.repo.repositories import committed, created

_FIX, _STABLE, _OTHER = "a" * 40, "b" * 40, "c" * 40


def silent(_name: str, _done: int, _whole: int) -> None:
    """Nobody looks."""


def published(name: str, *fixes: str, **more: object) -> dict[str, object]:
    """A record of the fields that are read, and some that are not."""
    versions = [
        {"version": "d" * 40, "lessThan": fix, "status": "affected", "versionType": "git"}
        for fix in fixes
    ]
    semantic = [
        {"version": "5.4", "status": "affected"},
        {"version": "5.4.2", "lessThanOrEqual": "5.4.*", "status": "unaffected"},
    ]
    cna = {
        "affected": [
            {"product": "Linux", "programFiles": ["mm/mremap.c"], "versions": versions},
            {"product": "Linux", "defaultStatus": "affected", "versions": semantic},
        ],
        "references": [
            {"url": f"https://git.kernel.org/stable/c/{fixes[0] if fixes else _FIX}"},
            {"url": "https://example.org/" + "f" * 40},
        ],
        "title": "mm: take\n both locks",
    }
    return {
        "containers": {"cna": cna | more.pop("cna", {})},  # type: ignore[operator]
        "cveMetadata": {"cveID": name, "state": "PUBLISHED"},
        "dataType": "CVE_RECORD",
        "dataVersion": "5.0",
    } | more


def stored(top: Path, name: str, record: object, kind: str = "published") -> Path:
    path = top / "cve" / kind / name[4:8] / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(record if isinstance(record, str) else json.dumps(record))
    return path


def test_a_record(tmp_path: Path) -> None:
    name = "CVE-2024-26581"
    path = stored(tmp_path, name, published(name, _STABLE, _FIX, _STABLE, "short"))
    path.with_suffix(".sha1").write_text(f"{_FIX}\n")
    path.with_suffix(".mbox").write_text("From: somebody\n")
    assert read_records(tmp_path, silent).found == (
        CveRecord(name, "mm: take both locks", (_FIX, _STABLE)),
    )


def metric(form: str, **values: object) -> list[dict[str, object]]:
    return [{"other": {"type": "ssvc"}}, {form: values}]


@pytest.mark.parametrize(
    ("metrics", "severity"),
    [
        (metric("cvssV3_1", baseScore=7.8, baseSeverity="HIGH"), "high"),
        (metric("cvssV4_0", baseSeverity="CRITICAL"), "critical"),
        (metric("cvssV3_1", baseScore=5.5), "medium"),
        (metric("cvssV3_1", baseScore=9), "critical"),
        (metric("cvssV2_0", baseScore=10.0), "high"),
        (metric("cvssV3_1", baseScore=0), ""),
        (metric("cvssV3_1", baseScore=True), ""),
        (metric("cvssV3_1", baseSeverity="NONE"), ""),
        (metric("cvssV3_1", baseSeverity={"a": 1}, baseScore="9"), ""),
        (metric("cvssV3_1", baseScore=1.0) + metric("cvssV3_0", baseScore=7.0), "high"),
        ("high", ""),
    ],
)
@pytest.mark.parametrize("container", ["cna", "adp"])
def test_severities(tmp_path: Path, metrics: object, severity: str, container: str) -> None:
    name = "CVE-2024-26581"
    record = published(name, _FIX)
    containers = record["containers"]
    assert isinstance(containers, dict)
    if container == "cna":
        containers["cna"]["metrics"] = metrics
    else:
        containers["adp"] = [{"title": "CISA"}, {"metrics": metrics}]
    stored(tmp_path, name, record)
    assert [one.severity for one in read_records(tmp_path, silent).found] == [severity]


def test_a_record_that_was_withdrawn(tmp_path: Path) -> None:
    name = "CVE-2024-1000"
    metadata = {"cveId": name, "state": "REJECTED"}
    record = {"cveMetadata": metadata, "containers": {"cna": {"rejectedReasons": []}}}
    stored(tmp_path, name, record, "rejected")
    assert read_records(tmp_path, silent).found == (CveRecord(name, "", (), "", True),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "null",
        '"CVE-2024-1001"',
        json.dumps({"cveMetadata": {"cveID": "CVE-2024-9999"}}),
        json.dumps({"cveMetadata": ["CVE-2024-1001"]}),
        "1" * 5_000,
        '{"cveMetadata": ' + " " * (1 << 20) + "{}}",
    ],
)
def test_what_is_no_record_is_counted(tmp_path: Path, text: str) -> None:
    stored(tmp_path, "CVE-2024-1000", published("CVE-2024-1000", _FIX))
    stored(tmp_path, "CVE-2024-1001", text)
    records = read_records(tmp_path, silent)
    assert ([one.id for one in records.found], records.unread) == (
        *(["CVE-2024-1000"], ("CVE-2024-1001.json",)),
    )


@pytest.mark.parametrize(
    "cna",
    [
        {"affected": "x", "references": {}, "title": 5},
        {"affected": [1, [], {"versions": [None, 1, {"versionType": "git"}]}]},
        {"references": [{"url": 1}, {"url": ["x"]}, 5], "affected": []},
    ],
)
def test_fields_of_other_kinds_are_not_there(tmp_path: Path, cna: dict[str, object]) -> None:
    name = "CVE-2024-1000"
    stored(tmp_path, name, published(name, _FIX, cna=cna))
    (record,) = read_records(tmp_path, silent).found
    assert set(record.fixed_by) <= {_FIX}


def test_links_are_not_followed(tmp_path: Path) -> None:
    name = "CVE-2024-1000"
    outside = stored(tmp_path / "outside", name, published(name, _FIX))
    inside = tmp_path / "inside"
    stored(inside, "CVE-2024-1001", published("CVE-2024-1001", _FIX))
    (inside / outside.name).symlink_to(outside)
    (inside / "linked").symlink_to(outside.parent)
    os.mkfifo(inside / "CVE-2024-1002.json")
    assert [one.id for one in read_records(inside, silent).found] == ["CVE-2024-1001"]


def test_a_directory_without_records(tmp_path: Path) -> None:
    with pytest.raises(AnalyzerError, match="holds no CVE record that can be read; name"):
        read_records(tmp_path, silent)
    with pytest.raises(AnalyzerError, match="is not a directory"):
        read_records(tmp_path / "nothing", silent)


def indexed(top: Path) -> Index:
    index = open_index(str(top))
    assert index is not None
    return index


def test_records_in_an_index(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    committed(top, "first", x=b"1\n")
    fix = committed(top, "mm: take both locks\n\nSee CVE-2024-2000.", x=b"2\n")
    cves = tmp_path / "vulns"
    stored(cves, "CVE-2024-1000", published("CVE-2024-1000", fix, _OTHER))
    broken = stored(cves, "CVE-2024-1001", "broken")
    rejected = published("CVE-2024-1002", fix, cveMetadata={"cveID": "CVE-2024-1002"})
    stored(cves, "CVE-2024-1002", rejected, "rejected")
    built = build(str(top), cves)
    note = "1 files of CVE records, CVE-2024-1001.json the first"
    assert (built.records, built.notes) == (2, (note,))
    record = CveRecord("CVE-2024-1000", "mm: take both locks", (fix, _OTHER))
    with indexed(top) as index:
        known = index.by(fix)
        assert known is not None
        assert known.cves == ("CVE-2024-2000", "CVE-2024-1000")
        assert index.cve("cve-2024-1000") == record
        assert [one.id for one in index.cves_of(fix[:12])] == ["CVE-2024-1000", "CVE-2024-1002"]
        assert index.cves_of(_OTHER) == (record,)
        assert index.named_for("CVE-2024-1000") == index.named_for("CVE-2024-2000") == (known,)
        assert index.named_for("CVE-2024-1002") == ()
        assert (index.has_records, index.notes) == (True, (note,))
    # Without them, those of before are kept; with them, what is gone there is gone here.
    assert build(str(top)).records == 2
    broken.unlink()
    stored(cves, "CVE-2024-1000", published("CVE-2024-1000", _OTHER))
    assert build(str(top), cves).notes == ()
    with indexed(top) as index:
        assert (known := index.by(fix)) and known.cves == ("CVE-2024-2000",)


def test_an_index_without_records(tmp_path: Path) -> None:
    top = created(tmp_path / "linux")
    one = committed(top, "first", x=b"1\n")
    build(str(top))
    with indexed(top) as index:
        assert (index.has_records, index.cve("CVE-2024-1000")) == (False, None)
        assert (index.cves_of(one), index.named_for("CVE-2024-1000")) == ((), ())
