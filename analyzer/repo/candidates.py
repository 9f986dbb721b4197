"""Finding the commit that a patch was made from, where the patch does not name it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from analyzer.repo import neutral
from analyzer.repo.git import Repository, opened, resolved
from analyzer.repo.running import Running
from analyzer.repo.spec import split_spec
from analyzer.repo.tree import inside

MOST_COMMITS = 5_000
MOST_TOLD = 8
_SECONDS = 20.0
_MOST_NAMED = 1_000


class Files(Enum):
    """Which files a commit changes, beside those of the patch."""

    SAME = "the same"
    MORE = "these and more"
    SOME = "some of them"
    NONE = "none of them"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit, and what of it is the patch's: the stable patch-id, the subject, the files.

    ``same_patch`` is None where one of the two patch-ids is not known.
    """

    commit: str
    subject: str
    same_patch: bool | None
    same_subject: bool
    files: Files

    @property
    def rank(self) -> int:
        """How much speaks for it; below 1 it is not taken for the patch's commit."""
        if self.same_patch:
            return 4 if self.same_subject else 3
        if not self.same_subject or self.files is Files.NONE:
            return 0
        return 1 if self.files is Files.SOME else 2


@dataclass(frozen=True, slots=True)
class Candidates:
    """The commits that may be the patch's, those first for which most speaks.

    ``chosen`` is the one for which more speaks than for any other. ``ambiguous`` says why there
    is none although there are candidates. ``incomplete`` names what was not looked at.
    """

    found: tuple[Candidate, ...]
    chosen: Candidate | None
    ambiguous: str | None = None
    incomplete: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    repository: Repository
    start: str
    files: tuple[str, ...]
    subjects: frozenset[str]
    until: float
    most: int
    patch: str | None = None
    incomplete: list[str] = field(default_factory=list)

    def lines(self, what: str, *arguments: str) -> list[str]:
        """The lines that git prints until the time is over; ``what`` names the work."""
        if self.is_over(what):
            return []
        with self.repository.start(*arguments) as git:
            return self._read(what, git)

    def patch_ids(self, what: str, *arguments: str) -> dict[str, str]:
        """Commits and the stable patch-ids of their changes, as ``git log`` prints them."""
        if self.is_over(what):
            return {}
        with (
            self.repository.start(*neutral.LOG_WITH_PATCHES, *arguments) as log,
            log.limited(self.until),
            self.repository.start("patch-id", "--stable", source=log.output) as ids,
        ):
            pairs = [line.split() for line in self._read(what, ids)]
            # A clone without all its blobs still has the commits.
            if log.status() != 0 and time.monotonic() < self.until:
                self.note(f"{what}: {log.failure().what}")
        return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}

    def _read(self, what: str, git: Running) -> list[str]:
        with git.limited(self.until) as limit:
            lines = [line.decode("utf-8", "surrogateescape") for line in git.lines()]
            status = git.status()
        if limit.passed:
            self.note(f"{what}: the time was over")
            return lines[:-1]
        if status != 0:
            raise git.failure()
        return lines

    def is_over(self, what: str) -> bool:
        """Whether there is no time left for the work ``what``, which is then noted."""
        over = time.monotonic() >= self.until
        if over:
            self.note(f"{what}: the time was over")
        return over

    def note(self, why: str) -> None:
        if why not in self.incomplete:
            self.incomplete.append(why)


def find_commit(
    spec: str,
    *,
    subjects: Sequence[str] = (),
    diff: bytes | None = None,
    files: Sequence[str] = (),
    seconds: float = _SECONDS,
    most: int = MOST_COMMITS,
) -> Candidates:
    """The commits before ``spec`` (``REPO`` or ``REPO@REV``) that may be a patch's own.

    ``subjects`` are all that the subject may have been, without prefixes of mail or backport;
    ``diff`` is the patch as git prints it; ``files`` its paths. The newest ``most`` commits that
    touch one of the files are looked at, and for the subject all of them; all within ``seconds``.
    Raises ``AnalyzerError`` where there is no such repository or revision, or git fails.
    """
    path, revision = split_spec(spec)
    repository = opened(path)
    wanted = frozenset(" ".join(subject.split()) for subject in subjects) - {""}
    search = _Search(
        repository,
        resolved(repository, revision),
        tuple(sorted({file for file in files if inside(file)})),
        wanted,
        time.monotonic() + seconds,
        most,
    )
    search.patch = _own_id(search, diff) if diff else None
    return _judged(search, _searched(search))


def _own_id(search: _Search, diff: bytes) -> str | None:
    """Git's own word, since a repository with SHA-256 ids has other patch-ids."""
    with search.repository.start("patch-id", "--stable", feed=True) as git:
        git.give(diff)
        lines = [line.decode().split() for line in git.lines()]
    return lines[0][0] if len(lines) == 1 else None


def _searched(search: _Search) -> tuple[Candidate, ...]:
    listed = _touching(search)
    named = {one: subject for one, subject in listed.items() if subject in search.subjects}
    if not named:
        named = _anywhere(search)
    ids = _ids_of(search, named)
    if search.patch and search.files and search.patch not in ids.values():
        ids |= _ids_of_touching(search)
    same = sorted(one for one, own in ids.items() if own == search.patch)
    if not named and not same:
        return _by_files(search, listed, ids)
    return _described(search, list(dict.fromkeys((*named, *same)))[:_MOST_NAMED], ids)


def _touching(search: _Search) -> dict[str, str]:
    """The commits that touch one of the files, and their subjects, newest first."""
    if not search.files:
        return {}
    arguments = (f"--max-count={search.most}", "--format=%H %s", search.start, "--", *search.files)
    lines = search.lines("the commits that touch its files", *neutral.LOG, *arguments)
    if len(lines) == search.most:
        search.note(f"only the newest {search.most} commits that touch its files were looked at")
    return _subjects(lines)


def _anywhere(search: _Search) -> dict[str, str]:
    """The commits with one of the subjects, whatever they touch."""
    if not search.subjects:
        return {}
    words = tuple(f"--grep={subject}" for subject in sorted(search.subjects))
    limits = ("--fixed-strings", f"--max-count={_MOST_NAMED}", "--format=%H %s")
    lines = search.lines("the commits by subject", *neutral.LOG, *limits, *words, search.start)
    if len(lines) == _MOST_NAMED:
        search.note(f"only {_MOST_NAMED} commits that quote its subject were looked at")
    found = _subjects(lines)
    return {one: subject for one, subject in found.items() if subject in search.subjects}


def _subjects(lines: Iterable[str]) -> dict[str, str]:
    pairs = (line.partition(" ") for line in lines)
    return {commit: " ".join(subject.split()) for commit, _, subject in pairs}


def _ids_of(search: _Search, commits: Iterable[str]) -> dict[str, str]:
    some = sorted(commits)[:_MOST_NAMED]
    if not some or search.patch is None:
        return {}
    arguments = ("--no-walk=unsorted", "--format=commit %H", *some)
    return search.patch_ids("the patch-ids of commits with its subject", *arguments)


def _ids_of_touching(search: _Search) -> dict[str, str]:
    limit = f"--max-count={search.most}"
    arguments = (limit, "--format=commit %H", search.start, "--", *search.files)
    return search.patch_ids("the patch-ids of commits that touch its files", *arguments)


def _by_files(
    search: _Search, listed: dict[str, str], ids: dict[str, str]
) -> tuple[Candidate, ...]:
    """The newest commits that change just these files: nothing else speaks for any of them."""
    found = _described(search, list(listed)[:_MOST_NAMED], ids)
    return tuple(one for one in found if one.files is Files.SAME)[:MOST_TOLD]


def _described(search: _Search, commits: list[str], ids: dict[str, str]) -> tuple[Candidate, ...]:
    if not commits:
        return ()
    arguments = ("--no-walk=unsorted", "--format=%x00%H %s", "--name-only", "--no-renames")
    printed = search.lines("the files of the candidates", *neutral.LOG, *arguments, *commits)
    found: list[Candidate] = []
    for record in "\n".join(printed).split("\0")[1:]:
        title, *names = [line for line in record.split("\n") if line]
        commit, _, subject = title.partition(" ")
        found.append(_candidate(search, commit, subject, frozenset(names), ids.get(commit)))
    return tuple(found)


def _candidate(
    search: _Search, commit: str, subject: str, names: frozenset[str], own: str | None
) -> Candidate:
    plain = " ".join(subject.split())
    return Candidate(
        commit,
        plain,
        own == search.patch if own and search.patch else None,
        plain in search.subjects,
        _files(names, frozenset(search.files)),
    )


def _files(names: frozenset[str], wanted: frozenset[str]) -> Files:
    if not names & wanted:
        return Files.NONE
    if names == wanted:
        return Files.SAME
    return Files.MORE if names > wanted else Files.SOME


def _judged(search: _Search, found: tuple[Candidate, ...]) -> Candidates:
    ranked = sorted(found, key=lambda one: (-one.rank, one.files is not Files.SAME, one.commit))
    told, incomplete = tuple(ranked[:MOST_TOLD]), tuple(search.incomplete)
    if len(ranked) > MOST_TOLD:
        incomplete = (*incomplete, f"{len(ranked) - MOST_TOLD} further candidates are not told")
    best = [one for one in ranked if one.rank == ranked[0].rank]
    if not ranked or best[0].rank == 0:
        why = "only its files, or only its subject, speak for a commit" if ranked else None
        return Candidates(told, None, why, incomplete)
    if len(best) > 1:
        return Candidates(told, None, f"{len(best)} commits fit it as well", incomplete)
    if best[0].rank == 3 and any(one.same_subject for one in ranked):
        why = "its change is one commit's and its subject another's"
        return Candidates(told, None, why, incomplete)
    return Candidates(told, best[0], None, incomplete)
