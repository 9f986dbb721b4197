from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.upstream import (
    CommitFacts,
    Companion,
    Conditions,
    Facts,
    Kind,
    Lookup,
    Role,
    ShapeHunk,
    diffstat,
    load,
    parse_pattern,
    parse_shape,
    placed,
)

DATA = Path(load.__code__.co_filename).parent / "data"


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


def the(facts: Facts, sha: str) -> CommitFacts:
    commit = facts.by(sha).commit
    assert commit is not None
    return commit


ALL = (
    "5d1904204c99 a2ce2666aa8d 37a4094e828f eb66ae030829 ea2c3f6f5545 5bfea2d9b17f 1583aa278f5f "
    "550a7d60bd5e 01e67e04c281 a5be621ee292 664dc4da2694 f822a9a81a31 d23cb648e365 0e59f47c15ce "
    "04d1c9d60c6e 4cf58924951e 2c91bd4a4e2e 9f132f7e1455 45544eee9606 c49dd3401802 3bbda69c48d2 "
    "cec6515abbda feac00aad123 f81fdd0c4ab7 b8aa9d9d95b3 9ad9718bfa41 349d9fbb0b0a e05986ee7a58 "
    "a30a29091b5a 7d846db7d0e2 d6655dff2e25 0881ace292b6 97113eb39fa7 36c9b5929b70 af8ca1c14906 "
    "b1e5a3dee255 6fa1066fc5d0 a4a282daf1a1 0cef0bb836e3 772e5b4a5e83 529351c4c820"
)


def test_all_known_commits_of_the_move_path_are_shipped(facts: Facts) -> None:
    assert " ".join(commit.id[:12] for commit in facts.all()) == ALL


def test_what_is_unknown_or_unchecked_is_said(facts: Facts) -> None:
    def ids(*names: str) -> list[str]:
        return [c.id[:12] for c in facts.all() if any(not getattr(c, name) for name in names)]

    assert ids("author") == ["529351c4c820"]
    assert ids("released") == ["37a4094e828f", "529351c4c820"]
    assert {c.id[:12]: c.unsure for c in facts.all() if c.unsure} == {
        "a2ce2666aa8d": ("id", "released"),
        "37a4094e828f": ("id",),
        "ea2c3f6f5545": ("released",),
        "1583aa278f5f": ("released",),
        "01e67e04c281": ("released",),
        "4cf58924951e": ("author",),
        "2c91bd4a4e2e": ("hunk",),
        "9f132f7e1455": ("hunk",),
        "f81fdd0c4ab7": ("author",),
        "7d846db7d0e2": ("without", "probe"),
        "d6655dff2e25": ("without", "probe"),
        "529351c4c820": ("probe",),
    }


def test_ids_that_are_not_known_in_full_are_few(facts: Facts) -> None:
    short = [commit.id for commit in facts.all() if len(commit.id) < 40]
    assert short == [
        *("a2ce2666aa8d", "37a4094e828f", "ea2c3f6f554561"),
        *("4cf58924951ef", "f81fdd0c4ab7", "529351c4c820"),
    ]


def test_no_file_of_data_holds_a_line_that_is_long_enough_to_be_quoted_code() -> None:
    for file in DATA.glob("*.toml"):
        assert "\t" not in file.read_text(), file.name


def test_companions_and_extended_commits_are_themselves_known(facts: Facts) -> None:
    cited = {sha for c in facts.all() for sha in (*c.extends, *(p.id for p in c.companions))}
    unknown = sorted(sha for sha in cited if facts.by(sha).commit is None)
    # The two selects of HAVE_MOVE_PUD: of them only the id and the subject are known.
    assert unknown == [
        "be37c98d1134a8e068b52618c086dab6b34b9a2c",
        "f5308c896d5de211245a9dc73b4e530f75185dd5",
    ]


MOVED = "2c91bd4a4e2e530582d6fd643ea7b86b27907151"
KCONFIG = "+symbol HAVE_MOVE_PMD|+property bool|+property help|+text|+blank"
CALLEE = (
    "+directive #ifdef CONFIG_HAVE_MOVE_PMD|+code 0|+code 2|+code 2|+brace { 0|+code 1|+code 1|"
    "+code 1|+blank|+code 1|+code 1|+code 2|+blank|+comment 1|+comment 1|+comment 1|+comment 1|"
    "+code 1|+code 2|+blank|+comment 1|+comment 1|+comment 1|+comment 1|+code 1|+code 1|+code 1|"
    "+code 2|+blank|+comment 1|+code 1|+code 1|+blank|+code 1|+blank|+comment 1|+code 1|+code 1|"
    "+code 1|+code 2|+code 1|+blank|+code 1|+brace } 0|+directive #endif|+blank"
)
CALLER = (
    "+code 2|+directive #ifdef CONFIG_HAVE_MOVE_PMD|+comment 3|+comment 3|+comment 3|+comment 3|"
    "+code 3|+blank|+code 3|+code 4|+code 3|+code 5|+code 3|+code 4|+code 3|+code 4|"
    "+directive #endif|context 1|+blank"
)


def hunk(
    path: str, within: str, old: tuple[int, int], new: tuple[int, int], text: str
) -> ShapeHunk:
    words = ["context 3", *text.split("|"), "context 3"]
    return ShapeHunk(path, within, old, new, tuple(map(parse_shape, words)))


def test_the_commit_itself(facts: Facts) -> None:
    select = ("select", "HAVE_MOVE_PMD")
    companions = (
        ("4cf58924951ef", "prerequisite", "", ""),
        ("9f132f7e145506efc0744426cb338b18a54afc3b", *select, "x86"),
        ("45544eee96065cf183fbb937fe1f45a172b06f4e", *select, "arm64"),
        ("feac00aad12373b994ff4d340ff818792e833a0a", *select, "powerpc"),
        ("97113eb39fa7972722ff490b947d8af023e1f6a2", "follow-up", "", ""),
        ("f81fdd0c4ab7", "follow-up", "", ""),
        ("eb66ae030829605d61fbef1909ce310e29f78821", "base", "", ""),
        ("5bfea2d9b17f1034a68147a8b03b9789af5700f9", "base", "", ""),
    )
    assert the(facts, MOVED) == CommitFacts(
        id=MOVED,
        subject="mm: speed up mremap by 20x on large regions",
        author="Joel Fernandes (Google) <joel@joelfernandes.org>",
        date="2019-01-03T15:28:38-08:00",
        released="v5.0",
        fixes=(),
        extends=(),
        cve=(),
        introduces=("HAVE_MOVE_PMD",),
        companions=tuple(Companion(sha, Role(role), *rest) for sha, role, *rest in companions),
        without="every page-table entry of a large region is moved by itself, which is slow but "
        "right",
        probe="move a populated, PMD-aligned region of at least PMD size: is the page table moved "
        "whole, with no entry of it written?",
        property="path choice",
        unsure=("hunk",),
        applies=None,
        carried=(),
        hunks=(
            hunk("arch/Kconfig", "HAVE_IRQ_TIME_ACCOUNTING", (536, 6), (536, 11), KCONFIG),
            hunk("mm/mremap.c", "move_ptes", (191, 6), (191, 52), CALLEE),
            hunk("mm/mremap.c", "move_page_tables", (235, 7), (281, 25), CALLER),
        ),
        source="mremap-core.toml",
    )


def test_the_fix_of_the_stale_tlb(facts: Facts) -> None:
    writes = "set_pmd_at|pmd_populate|set_pud_at|pud_populate ( ... )"
    assert the(facts, "97113eb39fa7") == CommitFacts(
        id="97113eb39fa7972722ff490b947d8af023e1f6a2",
        subject="mm/mremap: hold the rmap lock in write mode when moving page table entries.",
        author="Aneesh Kumar K.V <aneesh.kumar@linux.ibm.com>",
        date="2021-07",
        released="v5.14",
        fixes=("2c91bd4a4e2e", "c49dd3401802"),
        extends=(),
        cve=("CVE-2022-41222",),
        introduces=(),
        companions=(),
        without="reclaim, which holds only the lock of the page table, unmaps a page at its old "
        "address and frees it while another CPU already reaches it through the new one",
        probe="move a PMD with need_rmap_locks false: is an rmap lock held for writing when the "
        "PMD entry is written?",
        property="stale TLB at the new address",
        unsure=(),
        applies=Conditions(
            (parse_pattern("pmd_clear|pud_clear ( ... )"), parse_pattern(writes)),
        ),
        carried=(
            parse_pattern("{ take_rmap_locks ( _ )"),
            parse_pattern("; take_rmap_locks ( _ )"),
            parse_pattern("move_pgt_entry ( NORMAL_PMD , ... , true )"),
        ),
        hunks=(),
        source="mremap-fixes.toml",
        probed=True,
    )


def test_only_what_replaying_can_tell_is_marked_as_probed(facts: Facts) -> None:
    assert [c.id[:12] for c in facts.all() if c.probed] == ["f81fdd0c4ab7", "97113eb39fa7"]


def test_the_fixes_around_the_commit_are_named_with_their_cves(facts: Facts) -> None:
    around = [one.id for one in the(facts, MOVED).companions if one.role is Role.BASE]
    assert [(sha[:12], the(facts, sha).cve) for sha in around] == [
        ("eb66ae030829", ("CVE-2018-18281",)),
        ("5bfea2d9b17f", ("CVE-2020-10757",)),
    ]


def test_the_diffstat_of_the_commit_is_the_one_of_its_mail_plus_the_lost_blank_line(
    facts: Facts,
) -> None:
    assert diffstat(the(facts, MOVED).hunks) == (("arch/Kconfig", 5, 0), ("mm/mremap.c", 64, 0))


def test_the_last_added_line_of_the_commit_is_a_blank_one(facts: Facts) -> None:
    last = placed(the(facts, MOVED).hunks[-1])[-1]
    assert (last[0], last[1].kind) == (302, Kind.BLANK)


@pytest.mark.parametrize(
    ("sha", "stat"),
    [
        ("9f132f7e1455", (("arch/x86/Kconfig", 1, 0),)),
        ("a30a29091b5a", (("mm/mremap.c", 3, 2),)),
        ("772e5b4a5e83", (("mm/mremap.c", 23, 18),)),
        (
            "0cef0bb836e3",
            (
                ("include/linux/userfaultfd_k.h", 12, 0),
                ("mm/huge_memory.c", 12, 0),
                ("mm/hugetlb.c", 13, 1),
                ("mm/mremap.c", 31, 1),
            ),
        ),
    ],
)
def test_the_other_shapes_have_the_diffstat_of_their_commit(
    facts: Facts, sha: str, stat: tuple[tuple[str, int, int], ...]
) -> None:
    assert diffstat(the(facts, sha).hunks) == stat


def test_hunks_of_one_file_follow_each_other_at_the_distance_their_lines_make(
    facts: Facts,
) -> None:
    for commit in facts.all():
        shift: dict[str, int] = {}
        for part in commit.hunks:
            assert part.new[0] - part.old[0] == shift.get(part.path, 0), (commit.id, part.path)
            shift[part.path] = shift.get(part.path, 0) + part.new[1] - part.old[1]


def test_the_selects_of_the_symbol(facts: Facts) -> None:
    assert [(c.id[:12], c.arch) for c in facts.selects_of("HAVE_MOVE_PMD")] == [
        ("9f132f7e1455", "x86"),
        ("45544eee9606", "arm64"),
        ("feac00aad123", "powerpc"),
    ]
    assert facts.selects_of("HAVE_MOVE") == ()


def test_the_fixes_of_the_commit_are_among_its_followers(facts: Facts) -> None:
    depths = {follower.commit.id[:12]: follower.depth for follower in facts.followers(MOVED)}
    wanted = ("97113eb39fa7", "f81fdd0c4ab7", "0881ace292b6", "e05986ee7a58", "a4a282daf1a1")
    assert [depths.get(sha) for sha in wanted] == [1, 1, 1, 2, 2]
    assert "eb66ae030829" not in depths


@pytest.mark.parametrize(
    ("sha", "reason"),
    [
        ("2c91bd", "not 7 or more hexadecimal digits"),
        ("2c91bdz", "not 7 or more hexadecimal digits"),
        ("", "not 7 or more hexadecimal digits"),
        ("1234567", "no commit that begins with 1234567 is known"),
        # Its first eleven digits are those of a known commit: it is another one all the same.
        ("e05986ee7a2e", "no commit that begins with e05986ee7a2e is known"),
    ],
)
def test_a_commit_that_is_not_found_has_a_reason(facts: Facts, sha: str, reason: str) -> None:
    assert facts.by(sha) == Lookup(None, reason)


def test_an_ambiguous_id_names_the_commits_it_could_be(facts: Facts) -> None:
    one, other = (the(facts, sha) for sha in ("2c91bd4a4e2e", "97113eb39fa7"))
    renamed = type(one)(
        **{
            field: "2c91bd4bbbbb" if field == "id" else getattr(other, field)
            for field in CommitFacts.__dataclass_fields__
        }
    )
    assert Facts((one, renamed)).by("2C91BD4") == Lookup(
        None, "several commits begin with 2c91bd4: 2c91bd4a4e2e, 2c91bd4bbbbb"
    )


def test_a_commit_known_by_its_first_digits_is_found_by_its_whole_id(facts: Facts) -> None:
    found = facts.by("f81fdd0c4ab7" + "0" * 28).commit
    assert found is not None
    assert found.id == "f81fdd0c4ab7"
