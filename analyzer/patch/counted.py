"""The diffstat held against hunk headers and bodies. Hunk counts decide; it may only disagree."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.patch.damage import Damage, DamageKind
from analyzer.patch.diffstat import Diffstat, FileStat, may_name
from analyzer.patch.lines import FilePatch


def diffstat_damage(stat: Diffstat | None, files: tuple[FilePatch, ...]) -> tuple[Damage, ...]:
    """Every point on which a diffstat contradicts the diff behind it."""
    if stat is None:
        return ()
    by_path = {file.path: file for file in files}
    met: set[str] = set()
    damage: list[Damage] = []
    for count in stat.files:
        file = by_path.get(count.path) or _abbreviated(count, files)
        if file is None:
            said = f"the diffstat counts {count.path}, the diff does not hold it"
            damage.append(Damage(DamageKind.DIFFSTAT, said, path=count.path, line=count.line))
            continue
        met.add(file.path)
        damage += _file_damage(count, file, stat)
    if len(stat.files) == (stat.summary.files if stat.summary else len(stat.files)):
        damage += _uncounted(files, met, stat)
    damage += _summary_damage(stat, files)
    return tuple(damage)


def _abbreviated(count: FileStat, files: tuple[FilePatch, ...]) -> FilePatch | None:
    if not count.abbreviated:
        return None
    return next((file for file in files if may_name(count, file.path)), None)


def _file_damage(count: FileStat, file: FilePatch, stat: Diffstat) -> Iterator[Damage]:
    if count.total is None or file.binary:
        return
    net = sum(hunk.new_count - hunk.old_count for hunk in file.hunks)
    kept = file.added + file.removed
    whole = all(hunk.whole for hunk in file.hunks)
    agrees = (
        count.total == kept
        if whole
        else count.total >= max(kept, abs(net)) and (count.total - net) % 2 == 0
    )
    if agrees and count.exact:
        agrees = count.plus - count.minus == net
    elif agrees and stat.no_deletions:
        agrees = count.total == net
    if not agrees:
        said = (
            f"the diffstat counts {count.total} changed lines in {count.path}, "
            f"the hunks have {kept} and declare {net:+d} in all"
        )
        yield Damage(
            DamageKind.DIFFSTAT,
            said,
            path=file.path,
            line=count.line,
            declared=count.total,
            kept=kept,
        )


def _uncounted(files: tuple[FilePatch, ...], met: set[str], stat: Diffstat) -> Iterator[Damage]:
    for file in files:
        if file.path not in met:
            said = f"the diff changes {file.path}, the diffstat does not count it"
            yield Damage(DamageKind.DIFFSTAT, said, path=file.path, line=file.number)


def _summary_damage(stat: Diffstat, files: tuple[FilePatch, ...]) -> Iterator[Damage]:
    summary = stat.summary
    if summary is None:
        return
    if summary.files != len(files):
        said = f"the diffstat speaks of {summary.files} files, the diff holds {len(files)}"
        yield Damage(
            DamageKind.DIFFSTAT,
            said,
            line=summary.line,
            declared=summary.files,
            kept=len(files),
        )
        return
    insertions, deletions = summary.insertions or 0, summary.deletions or 0
    added, removed = sum(file.added for file in files), sum(file.removed for file in files)
    net = sum(hunk.new_count - hunk.old_count for file in files for hunk in file.hunks)
    whole = all(hunk.whole for file in files for hunk in file.hunks)
    exact = (insertions, deletions) == (added, removed)
    possible = insertions - deletions == net and insertions >= added and deletions >= removed
    if not (exact if whole else possible):
        said = (
            f"the diffstat sums up +{insertions} -{deletions}, "
            f"the hunks have +{added} -{removed} and declare {net:+d} in all"
        )
        yield Damage(
            DamageKind.DIFFSTAT,
            said,
            line=summary.line,
            declared=insertions + deletions,
            kept=added + removed,
        )
