"""People's answers and waivers, laid over a report.

What code decides no person overrules: an answer beside a finding or a `cannot-tell` of SM, CF-4 and
IN is shown and changes nothing. Elsewhere a finding can be waived, until a day, and not declared
ok. The verdict is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.errors import AnalyzerError
from analyzer.finding import Evidence, NotChecked, State
from analyzer.release.answers import Answer, Said, recorded, recorded_commit
from analyzer.release.given import Signing, signing
from analyzer.release.ids import IDS, is_decided_by_code
from analyzer.release.keeping import add, beside, kept
from analyzer.result import Item, Report, Request
from analyzer.review.pending import PERSON
from analyzer.review.required import opening

if TYPE_CHECKING:
    from datetime import date

    from analyzer.release.checklist import Checklist

_SHOWN = 3
_DONE = (State.OK, State.NOT_APPLICABLE)
_CLEARING = {Said.OK: State.OK, Said.NOT_APPLICABLE: State.NOT_APPLICABLE}
_NO_PERSON = "it changes nothing: what code decides no person overrules"
_NOT_SO = "it is not applied: a finding can be waived, not declared away"


@dataclass(frozen=True, slots=True)
class Desk:
    """The file of answers, what it holds, and what this call adds to it.

    ``shared``: the user named it, and it may have answers to any patch.
    """

    path: Path
    kept: tuple[Answer, ...]
    signing: Signing | None
    missing: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A report that is answered, and the digest of its patch."""

    report: Report
    digest: str


def desk_of(request: Request, checklist: Checklist | None, today: date) -> Desk | None:
    """Read the answers that there are and those that are given; None where there are none.

    Raises ``AnalyzerError`` before any work is done for a report.
    """
    given = request.given
    ids = (*IDS, *(checklist.own if checklist else ()))
    new = signing(given.answers, given.by, given.note, given.until, ids=ids, today=today)
    path = request.answers or beside(request.patch)
    if path is None:
        if new is None:
            return None
        what = "there is no file beside which answers could be kept"
        where = "standard input" if request.patch == "-" else request.patch
        raise AnalyzerError(what, where=where, todo="name one with --answers FILE")
    found = kept(path)
    if new is None and not found:
        lacks = request.answers is not None and not lexists(path)
        return Desk(path, (), None, missing=True) if lacks else None
    return Desk(path, found, new, shared=request.answers is not None)


def answered(desk: Desk, subjects: Sequence[Subject], today: date) -> tuple[Report, ...]:
    """The reports with the answers in them; new ones are written first."""
    if desk.signing is not None:
        new = tuple(_new(desk.signing, subjects, today))
        desk = replace(desk, kept=add(desk.path, new))
    last = _last(desk.kept)
    strays = _strays(desk, subjects)
    reports = tuple(
        _laid_over(desk, one, dict(last.get(one.digest, {})), strays.get(place, ()), today)
        for place, one in enumerate(subjects)
    )
    return _with_others(desk, reports, strays.get(None, ()))


def _with_others(
    desk: Desk, reports: tuple[Report, ...], others: tuple[Answer, ...]
) -> tuple[Report, ...]:
    """The reports; the first says of which patches the file has answers besides."""
    if not others:
        return reports
    titles = dict.fromkeys(f"\u201c{_title(one.subject)}\u201d" for one in others)
    more = f" and {len(titles) - _SHOWN} more" if len(titles) > _SHOWN else ""
    what = f"{len(others)} of the answers in {desk.path}"
    why = f"they are to other patches: {', '.join(list(titles)[:_SHOWN])}{more}"
    first = replace(reports[0], not_checked=(*reports[0].not_checked, NotChecked(what, why)))
    return (first, *reports[1:])


# --- new answers ---------------------------------------------------------------------------------


def _new(given: Signing, subjects: Sequence[Subject], today: date) -> Iterator[Answer]:
    """The answers to write, one for each patch and item. ``AnalyzerError`` where one cannot be."""
    for name, said in given.said:
        taken = False
        for number, subject in enumerate(subjects, 1):
            item = next(one for one in subject.report.items if one.id == name)
            where = f"--answer {name}" + (f", patch {number}" if len(subjects) > 1 else "")
            if said in _CLEARING and item.state is State.FINDING and not is_decided_by_code(name):
                what = f"it is a finding, and no {said.value}: {recorded(item.summary)}"
                todo = f"put it right, or waive it with {name}=waived and --until"
                raise AnalyzerError(what, where=where, todo=todo)
            if said is Said.WAIVED and item.state in _DONE:
                continue
            taken = True
            yield _answer(given, item, said, subject, today)
        if not taken:
            what = "there is nothing to waive"
            raise AnalyzerError(what, where=f"--answer {name}", todo="leave it out")


def _answer(given: Signing, item: Item, said: Said, subject: Subject, today: date) -> Answer:
    facts = subject.report.patch
    return Answer(
        subject.digest,
        item.id,
        said,
        given.by,
        given.note,
        today,
        given.until,
        recorded_commit(facts.upstream_commit),
        recorded(item.summary),
        recorded(facts.subject or ""),
    )


# --- which answers are a report's ----------------------------------------------------------------


def _last(answers: Iterable[Answer]) -> dict[str, dict[str, Answer]]:
    """The answer that counts, by patch and item."""
    found: dict[str, dict[str, Answer]] = {}
    for one in answers:
        found.setdefault(one.patch, {})[one.item] = one
    return found


def _strays(desk: Desk, subjects: Sequence[Subject]) -> dict[int | None, tuple[Answer, ...]]:
    """Answers to what none of the patches is any more, each at the patch of that title.

    Where there is no such title any more, the first patch has them; of a file that is shared they
    are other patches' (None).
    """
    own = {subject.digest for subject in subjects}
    by_title: dict[str, int | None] = {}
    for place, subject in enumerate(subjects):
        by_title.setdefault(_title(recorded(subject.report.patch.subject or "")), place)
    elsewhere = None if desk.shared else 0
    last: dict[tuple[int | None, str, str], Answer] = {}
    for one in desk.kept:
        if one.patch not in own:
            at = by_title.get(_title(one.subject), elsewhere)
            last[at, one.item, one.patch if at is None else ""] = one
    found: dict[int | None, list[Answer]] = {}
    for (at, _item, _patch), one in last.items():
        found.setdefault(at, []).append(one)
    return {place: tuple(group) for place, group in found.items()}


def _title(subject: str) -> str:
    """A subject without its brackets: a patch may be one of three, and alone."""
    return opening(subject).rest


def _lapsed(answer: Answer, item: Item, report: Report, today: date) -> str:
    """Why an answer no longer holds; empty where it does."""
    if answer.until is not None and answer.until <= today:
        return f"it ended on {answer.until}"
    now = recorded_commit(report.patch.upstream_commit)
    if not _same_commit(answer.upstream, now):
        was = answer.upstream[:12] or "no upstream commit"
        return f"it was given beside {was}, and this report stands beside {now[:12] or 'none'}"
    waived = answer.said is Said.WAIVED and item.state is State.FINDING
    if waived and answer.found != recorded(item.summary):
        return f"it was for another finding: {answer.found}"
    return ""


def _same_commit(one: str, other: str) -> bool:
    """The same commit, by as many digits as both have."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and bool(short) == bool(long)


# --- a report with answers -----------------------------------------------------------------------


def _laid_over(
    desk: Desk,
    subject: Subject,
    answers: dict[str, Answer],
    strays: tuple[Answer, ...],
    today: date,
) -> Report:
    report = subject.report
    changed = {one.item: one for one in strays if one.item not in answers}
    items = []
    for item in report.items:
        if found := answers.pop(item.id, None):
            item = _with(desk, item, found, _lapsed(found, item, report, today))
        elif gone := changed.pop(item.id, None):
            item = _noted(item, gone, "it has lapsed: the patch has changed since")
        items.append(item)
    gaps = [
        NotChecked(f"{_told(one)} of {one.item}", "the report has no such item")
        for one in (*answers.values(), *changed.values())
    ]
    if desk.missing:
        gaps.append(NotChecked(f"the answers in {desk.path}", "there is no such file"))
    return replace(report, items=tuple(items), not_checked=(*report.not_checked, *gaps))


def _with(desk: Desk, item: Item, answer: Answer, lapsed: str) -> Item:
    if lapsed:
        return _noted(item, answer, f"it has lapsed: {lapsed}")
    if is_decided_by_code(item.id) and item.state in (State.FINDING, State.CANNOT_TELL):
        return _noted(item, answer, _NO_PERSON)
    if answer.said is Said.WAIVED:
        return _waived(item, answer)
    if answer.said is Said.FINDING:
        return replace(_by(desk, item, answer), state=State.FINDING, next=_settle(item, answer))
    if item.state is State.FINDING:
        return _noted(item, answer, _NOT_SO)
    return replace(_by(desk, item, answer), state=_CLEARING[answer.said], next="")


def _settle(item: Item, answer: Answer) -> str:
    return item.next or f"Settle with {answer.by} what was found."


def _by(desk: Desk, item: Item, answer: Answer) -> Item:
    """The item as a person answered it, with the tool's own answer kept."""
    own = f"the tool's own answer is {item.state.value}: {item.summary}"
    if item.answered_by == PERSON:
        own = ""
    evidence = [Evidence(f"{_told(answer)}, kept in {desk.path}")]
    if answer.found not in ("", recorded(item.summary)):
        evidence.append(Evidence(f"when {answer.by} answered, the report said: {answer.found}"))
    return replace(
        item,
        summary=f"{answer.by} answered on {answer.on}: {answer.note}",
        reason="; ".join(filter(None, (own, item.reason))),
        evidence=(*evidence, *item.evidence),
        answered_by=answer.by,
    )


def _waived(item: Item, answer: Answer) -> Item:
    if item.state in _DONE:
        return _noted(item, answer, "there is nothing to waive any more")
    is_finding = item.state is State.FINDING
    stands = "the finding stands" if is_finding else "still open"
    summary = f"waived by {answer.by} until {answer.until}: {answer.note}; {stands}: {item.summary}"
    state = State.NEEDS_REVIEW if is_finding else item.state
    return replace(_noted(item, answer, ""), state=state, summary=summary, answered_by=answer.by)


def _noted(item: Item, answer: Answer, what: str) -> Item:
    """The item with an answer beside it that leaves its state alone."""
    text = "; ".join(filter(None, (f"{_told(answer)}: {answer.note}", what)))
    reason = item.reason
    if what and item.state is State.CANNOT_TELL:
        # Of an open question a terminal shows no evidence, and the answer is not to be lost there.
        reason = "; ".join(filter(None, (text, reason)))
    return replace(item, reason=reason, evidence=(Evidence(text), *item.evidence))


def _told(answer: Answer) -> str:
    until = "" if answer.until is None else f", until {answer.until}"
    return f"{answer.by} answered {answer.said.value} on {answer.on}{until}"
