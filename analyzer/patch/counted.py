"""The diffstat held against hunk headers and bodies. Hunk counts decide; it may only disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.patch.damage import Damage, DamageKind
from analyzer.patch.diffstat import Diffstat, FileStat, may_name, read_diffstat
from analyzer.patch.lines import FilePatch

_FOOTERS = ("-- ", "--")
# What git's way of writing a name in a diffstat hides: these are compared as they look there.
_UNLIKE_ITSELF = (" => ", "|")


@dataclass(frozen=True, slots=True)
class _Total:
    """All that a diff does to one path: a change of type is a deletion and an addition.

    ``net`` is the change of length that the hunk headers declare.
    """

    path: str
    number: int
    added: int
    removed: int
    net: int
    whole: bool
    binary: bool
    # The diffstat's way to write a renaming cannot be told from its names.
    odd: bool

    @property
    def kept(self) -> int:
        """Changed lines in the bodies."""
        return self.added + self.removed


def diffstat_damage(stat: Diffstat | None, files: tuple[FilePatch, ...]) -> tuple[Damage, ...]:
    """Every point on which a diffstat contradicts the diff behind it."""
    if stat is None:
        return ()
    totals = _totals(files)
    by_name = {_as_counted(total.path): total for total in totals}
    by_base = {total.path.rpartition("/")[2]: total for total in totals}
    named = {count.path for count in stat.files}
    odd = iter([one for one in totals if one.odd and _as_counted(one.path) not in named])
    met: set[str] = set()
    damage: list[Damage] = []
    missing: list[FileStat] = []
    for count in stat.files:
        found = by_name.get(count.path) or _abbreviated(count, by_base, totals)
        if found is None and count.old is not None:
            found = next(odd, None)
        if found is None:
            missing.append(count)
            continue
        met.add(found.path)
        damage += _file_damage(count, found, stat)
    damage += _missing(missing, stat, _ends_open(files))
    if len(stat.files) == (stat.summary.files if stat.summary else len(stat.files)):
        damage += _uncounted(totals, met)
    damage += _summary_damage(stat, totals)
    return tuple(damage)


def _totals(files: tuple[FilePatch, ...]) -> tuple[_Total, ...]:
    by_path: dict[str, list[FilePatch]] = {}
    for file in files:
        by_path.setdefault(file.path, []).append(file)
    return tuple(_total(path, parts) for path, parts in by_path.items())


def _total(path: str, parts: list[FilePatch]) -> _Total:
    hunks = [hunk for part in parts for hunk in part.hunks]
    return _Total(
        path,
        parts[0].number,
        sum(part.added for part in parts),
        sum(part.removed for part in parts),
        sum(hunk.new_count - hunk.old_count for hunk in hunks),
        all(hunk.whole for hunk in hunks),
        any(part.binary for part in parts),
        any(_is_odd(name) for part in parts for name in (part.old_path, part.new_path) if name),
    )


def _is_odd(path: str) -> bool:
    return path != path.strip(" \t") or any(word in path for word in _UNLIKE_ITSELF)


def _as_counted(path: str) -> str:
    """The path as the diffstat's reader reads it there, where blanks and arrows mislead it."""
    if not _is_odd(path):
        return path
    read = read_diffstat((f" {path} | 1 +",), (1,))
    return read.files[0].path if read is not None and read.files else path


def _abbreviated(
    count: FileStat, by_base: dict[str, _Total], totals: tuple[_Total, ...]
) -> _Total | None:
    if not count.abbreviated:
        return None
    base = by_base.get(count.path.rpartition("/")[2])
    if base is not None and may_name(count, base.path):
        return base
    # Cut within the last part of the name, or one of several that end alike.
    candidates = totals if len(totals) <= _MOST_COMPARED else ()
    return next((total for total in candidates if may_name(count, total.path)), None)


_MOST_COMPARED = 1000


def _missing(missing: list[FileStat], stat: Diffstat, open_end: bool) -> Iterator[Damage]:
    """Files that only the diffstat has. If they are its last ones, the text was cut before them."""
    cut = open_end and missing == list(stat.files[len(stat.files) - len(missing) :])
    kind = DamageKind.TRUNCATED if cut else DamageKind.DIFFSTAT
    for count in missing:
        said = (
            f"the text ends before {count.path}, which the diffstat counts"
            if cut
            else f"the diffstat counts {count.path}, the diff does not hold it"
        )
        yield Damage(kind, said, path=count.path, line=count.line, declared=count.total, kept=0)


def _ends_open(files: tuple[FilePatch, ...]) -> bool:
    """Whether nothing stands behind the last hunk: a mail's signature would say it is whole."""
    if not files:
        return True
    last = files[-1]
    behind = last.hunks[-1].tail if last.hunks else last.head
    return not any(line in _FOOTERS for line in behind)


def _file_damage(count: FileStat, total: _Total, stat: Diffstat) -> Iterator[Damage]:
    if count.total is None or total.binary:
        return
    agrees = (
        count.total == total.kept
        if total.whole
        else count.total >= max(total.kept, abs(total.net)) and (count.total - total.net) % 2 == 0
    )
    if agrees and count.exact:
        agrees = count.plus - count.minus == total.net
    elif agrees and stat.no_deletions:
        agrees = count.total == total.net
    if not agrees:
        said = (
            f"the diffstat counts {count.total} changed lines in {count.path}, "
            f"the hunks have {total.kept} and declare {total.net:+d} in all"
        )
        yield Damage(
            DamageKind.DIFFSTAT,
            said,
            path=total.path,
            line=count.line,
            declared=count.total,
            kept=total.kept,
        )


def _uncounted(totals: tuple[_Total, ...], met: set[str]) -> Iterator[Damage]:
    for total in totals:
        if total.path not in met:
            said = f"the diff changes {total.path}, the diffstat does not count it"
            yield Damage(DamageKind.DIFFSTAT, said, path=total.path, line=total.number)


def _summary_damage(stat: Diffstat, totals: tuple[_Total, ...]) -> Iterator[Damage]:
    summary = stat.summary
    if summary is None:
        return
    if summary.files != len(totals):
        said = f"the diffstat speaks of {summary.files} files, the diff holds {len(totals)}"
        yield _of_summary(said, summary.line, summary.files, len(totals))
        return
    insertions, deletions = summary.insertions or 0, summary.deletions or 0
    added, removed = sum(one.added for one in totals), sum(one.removed for one in totals)
    net = sum(one.net for one in totals)
    exact = (insertions, deletions) == (added, removed)
    possible = insertions - deletions == net and insertions >= added and deletions >= removed
    if not (exact if all(one.whole for one in totals) else possible):
        said = (
            f"the diffstat sums up +{insertions} -{deletions}, "
            f"the hunks have +{added} -{removed} and declare {net:+d} in all"
        )
        yield _of_summary(said, summary.line, insertions + deletions, added + removed)


def _of_summary(said: str, line: int, declared: int, kept: int) -> Damage:
    return Damage(DamageKind.DIFFSTAT, said, line=line, declared=declared, kept=kept)
