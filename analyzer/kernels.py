"""The kernels that a patch is run on: upstream's and the target's, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from analyzer.errors import AnalyzerError
from analyzer.finding import NotChecked
from analyzer.intake import found_commit, named_commit, named_wrongly, read_input
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import Patch, read_series
from analyzer.reference.slots import PATH
from analyzer.review.case import Seen, Source

# A release's .config: symbols and their values.
Settings: TypeAlias = Mapping[str, str]

if TYPE_CHECKING:
    from analyzer.compare.change import Texts, UpstreamPatch
    from analyzer.machine.callees import Callee
    from analyzer.machine.changed import Code
    from analyzer.machine.elsewhere import Elsewhere
    from analyzer.machine.movepath import Reader
    from analyzer.patch.message import Message
    from analyzer.patch.placing import Placed, Refusal
    from analyzer.repair import Mended
    from analyzer.repair.patched import Patched
    from analyzer.replay.outcome import Outcome
    from analyzer.replay.trace_session import Logs
    from analyzer.repo import Commit, Tree


@dataclass(frozen=True, slots=True)
class Upstream:
    """Upstream's side: its patch where that was given, and its trees.

    ``before`` and ``after`` are None for a patch file; ``before`` alone is for a directory, of
    which nothing tells what it was before the commit. ``found`` says by what the commit was found
    where the patch does not name it. ``message`` is upstream's own.
    """

    source: str
    patch: UpstreamPatch | None = None
    before: Tree | None = None
    after: Tree | None = None
    found: str = ""
    seen: Seen | None = None
    message: Message | None = None


def upstream_of(
    source: str | None, patch: Patch, mended: Mended, named: str | None
) -> Upstream | None:
    """Upstream's side of a patch, None where no source of it was given. ``AnalyzerError``."""
    if source is None:
        return None
    from analyzer.compare.change import UpstreamPatch
    from analyzer.repo import open_tree, split_spec
    from analyzer.repo.git import is_repository

    path = Path(split_spec(source)[0])
    if path.is_file():
        series = read_series(read_input(source), source)
        own = _own(series.patches, patch, named, source)
        if own is None:
            return Upstream(source, found=f"{source} holds another commit's patch: not compared")
        return Upstream(source, UpstreamPatch(own.files, named), message=own.message)
    if path.is_dir() and not is_repository(path):
        tree = open_tree(source)
        paths = (path for file in patch.files for path in (file.old_path, file.new_path) if path)
        there = any(tree.read(path) is not None for path in paths)
        found = "" if there else f"{source} has none of the files that the patch changes"
        return Upstream(source, after=tree, found=found)
    return _of_repository(source, patch, mended, named)


def revision_of(source: str | None, revision: str) -> str | None:
    """The commit that a revision of upstream's repository is; None where that is none."""
    if source is None:
        return None
    from analyzer.repo import open_commit, split_spec
    from analyzer.repo.git import is_repository

    path = Path(split_spec(source)[0])
    return open_commit(source, revision).commit if is_repository(path) else None


def _own(patches: Sequence[Patch], patch: Patch, named: str | None, source: str) -> Patch | None:
    """Upstream's patch of a file of them: by the id, else by the subject; a lone one is meant.

    None where the file has other commits' patches alone.
    """
    found = [one for one in patches if named and _is_named(one.message.commit, named)]
    found = found or [one for one in patches if _title(one) and _title(one) == _title(patch)]
    if len(found) == 1:
        return found[0]
    if len(patches) == 1:
        # Another subject alone is no other commit; an id that is not this one's is.
        return patches[0] if not (named and patches[0].message.commit) else None
    what = f"holds {len(patches)} patches, and {len(found) or 'none'} of them fit"
    raise AnalyzerError(what, where=source, todo="give upstream's one commit")


def _is_named(commit: str | None, named: str) -> bool:
    return commit is not None and (commit.startswith(named) or named.startswith(commit))


def _title(patch: Patch) -> str:
    return patch.message.subject.title if patch.message.subject else ""


def _of_repository(source: str, patch: Patch, mended: Mended, named: str | None) -> Upstream:
    from analyzer.compare.change import UpstreamPatch
    from analyzer.repo import exported, open_commit, split_spec

    found = ""
    if named is None:
        named, found = found_commit(source, patch, mended)
    try:
        commit: Commit = open_commit(source, named)
    except AnalyzerError:
        # A patch that names what is no commit to compare with is reviewed: that is a finding.
        why = named_wrongly(source, patch, named)
        if not why:
            raise
        try:
            named, found = found_commit(source, patch, mended, why)
        except AnalyzerError as error:
            return Upstream(source, found=f"there is none: {error.what}")
        commit = open_commit(source, named)
    where = split_spec(source)[0]
    (own,) = read_series(exported(where, commit.commit), source).patches
    theirs = UpstreamPatch(own.files, commit.commit)
    seen = _seen(commit, where, found)
    return Upstream(source, theirs, commit.before, commit.after, found, seen, own.message)


def _seen(commit: Commit, source: str, found: str) -> Seen:
    author, seconds = commit.author, commit.author.seconds
    date = "" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()
    shown = f"{author.name} <{author.mail}>"
    return Seen(commit.commit, commit.subject, shown, date, source, found)


# --- the target ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a patch on the target's tree."""

    name: str
    patched: Patched


def target_of(tree: Tree | None, mended: Mended) -> tuple[Reading, ...]:
    """The target before and after each reading of the patch; empty without a tree.

    ``AnalyzerError`` where the patch changes the move path and the tree has none.
    """
    if tree is None:
        return ()
    if any(file.old_path == PATH for file in mended.files) and tree.read(PATH) is None:
        todo = "name a tree of the Linux kernel"
        raise AnalyzerError(f"there is no {PATH}", where=tree.name, todo=todo)
    from analyzer.repair.patched import patched

    return tuple(Reading(one.name, patched(tree, one.files)) for one in mended.readings)


def touches_move_path(files: Sequence[FilePatch]) -> bool:
    """Whether a patch changes the file of the move path."""
    return any(PATH in (file.old_path, file.new_path) for file in files)


def reader_of(before: Tree, after: Tree, files: Sequence[FilePatch]) -> Reader:
    """What translates the move path of a tree in both states. ``AnalyzerError`` without one."""
    from analyzer.machine.movepath import Reader

    headers = any(
        path is not None and path.endswith(".h")
        for file in files
        for path in (file.old_path, file.new_path)
    )
    return Reader(before, after, headers=headers)


def texts_of(upstream: Upstream | None, readings: Sequence[Reading], patch: Patch) -> Texts:
    """The whole files that both patches touch, as far as trees have them."""
    from analyzer.compare.change import Texts

    theirs: dict[str, tuple[str | None, str | None]] = {}
    ours: dict[str, tuple[str | None, str | None]] = {}
    if upstream is not None and upstream.patch is not None and upstream.before is not None:
        theirs = _texts(upstream.before, upstream.after, upstream.patch.files)
    # A file that the patch does not fit tells nothing of where its hunks belong.
    if readings and readings[0].patched.after is not None:
        ours = _texts(readings[0].patched.before, readings[0].patched.after, patch.files)
    return Texts(theirs, ours)


def _texts(
    before: Tree, after: Tree | None, files: Sequence[FilePatch]
) -> dict[str, tuple[str | None, str | None]]:
    return {
        file.path: (
            _text(before, file.old_path),
            None if after is None else _text(after, file.new_path),
        )
        for file in files
    }


def _text(tree: Tree, path: str | None) -> str | None:
    data = None if path is None else tree.read(path)
    return None if data is None else data.decode("utf-8", "surrogateescape")


def commit_named(requested: str | None, patch: Patch) -> str | None:
    """The upstream commit that the user or the patch names."""
    return requested or named_commit(patch)


# --- what trees tell without running --------------------------------------------------------------


def callees_of(
    ground: Ground, upstream_files: Sequence[FilePatch], ours: Sequence[FilePatch], config: Settings
) -> tuple[Callee, ...] | None:
    """What the changed code calls, looked up in the target; None without one. ``AnalyzerError``."""
    if not ground.readings or ground.readings[0].patched.after is None:
        return None
    from analyzer.machine.callees import callees

    patched, upstream = ground.readings[0].patched, ground.upstream
    target = _code(patched.before, patched.after, ours, config)
    if upstream is None or upstream.before is None or upstream.after is None:
        return callees(target)
    return callees(target, _code(upstream.before, upstream.after, upstream_files, config))


def _code(before: Tree, after: Tree | None, files: Sequence[FilePatch], config: Settings) -> Code:
    from analyzer.csource.configuration import Configuration
    from analyzer.machine.changed import Code, changed_lines

    after = after or before
    changed = []
    for file in files:
        now = _text(after, file.new_path)
        if now is not None and file.path.endswith((".c", ".h")):
            changed.append(changed_lines(file.path, _text(before, file.old_path), now))
    known = Configuration(config) if config else None
    return Code(after, tuple(changed), configuration=known)


# --- running -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ground:
    """What a patch stands on: both sides' trees, as far as they were given."""

    upstream: Upstream | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def refused(self) -> tuple[str, ...]:
        """Where the patch does not apply to the target, in words."""
        return tuple(dict.fromkeys(text for one in self.readings for text in _refusals(one)))

    @property
    def dirty(self) -> tuple[str, ...]:
        """The work trees that hold changes which no commit has: what was read is the commit."""
        trees = [one.patched.before for one in self.readings[:1]]
        if self.upstream is not None and self.upstream.after is not None:
            trees.append(self.upstream.after)
        return tuple(tree.name for tree in trees if tree.dirty)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What each of the four kernels is made of."""
        return (*_upstream_sources(self.upstream), *_target_sources(self.readings))

    @property
    def notes(self) -> tuple[NotChecked, ...]:
        """What is to be known of the trees: uncommitted changes, and how the patch applied."""
        return (*map(_dirty, self.dirty), *self._found(), *self._applied())

    def _found(self) -> Iterator[NotChecked]:
        if self.upstream is not None and self.upstream.found:
            what = "whether upstream's commit is the patch's"
            yield NotChecked(what, self.upstream.found)

    def _applied(self) -> Iterator[NotChecked]:
        for one in self.readings[:1]:
            yield from map(_deviation, deviations(one))


def _dirty(name: str) -> NotChecked:
    return NotChecked(
        f"changes in the work tree of {name}", "they are in no commit, and the commit was read"
    )


def _deviation(text: str) -> NotChecked:
    return NotChecked("whether a hunk belongs where it was put", text)


def deviations(reading: Reading) -> Iterator[str]:
    """How a patch was applied where it was not as its header says."""
    patched = reading.patched
    if patched.already:
        yield "the target holds the patch already: before, it is taken back"
    elif patched.partly:
        yield "the target holds a part of the patch already, before it and after"
    for file in patched.files:
        for hunk in file.hunks:
            said = _placed(hunk)
            if said:
                yield f"{file.path}, hunk {hunk.hunk}: {said}"


def _placed(hunk: Placed) -> str:
    said = []
    if hunk.offset:
        count, way = abs(hunk.offset), "down" if hunk.offset > 0 else "up"
        said.append(f"{count} line{'' if count == 1 else 's'} {way}")
    if hunk.fuzz:
        said.append(f"{hunk.fuzz} lines of context do not fit")
    if hunk.others:
        others = ", ".join(map(str, hunk.others))
        said.append(f"it fits at {others}{' and more' if hunk.more else ''} as well")
    return f"at line {hunk.line}: {'; '.join(said)}" if said else ""


def _upstream_sources(upstream: Upstream | None) -> Iterator[Source]:
    if upstream is None or upstream.after is None:
        return
    after, before = upstream.after, upstream.before
    yield Source("upstream.after", upstream.source, after.revision)
    if before is not None:
        yield Source("upstream.before", upstream.source, before.revision)
    else:
        yield Source("upstream.before", f"{upstream.source}, the patch's symbols off")


def _target_sources(readings: Sequence[Reading]) -> Iterator[Source]:
    for one in readings[:1]:
        tree = one.patched.before
        held = one.patched.already
        before = f"{tree.name} with the patch taken back" if held else tree.name
        after = tree.name if held else f"{tree.name} with the patch"
        yield Source("target.before", before, tree.revision)
        yield Source("target.after", after, tree.revision)


def _refusals(reading: Reading) -> Iterator[str]:
    for file in reading.patched.refused:
        if file.why_not is not None:
            yield f"{file.path}: {file.why_not}"
        for hunk in file.hunks:
            if hunk.refusal is not None:
                yield f"{file.path}, hunk {hunk.hunk}: {_refusal(hunk.refusal)}"


def _refusal(refusal: Refusal) -> str:
    if refusal.wanted is None:
        return refusal.why
    found = "the end of the file" if refusal.found is None else f"`{refusal.found.strip()}`"
    where = "" if refusal.line is None else f"; at line {refusal.line} stands {found}"
    return f"{refusal.why}: `{refusal.wanted.strip()}` has no counterpart{where}"


def replayed_on(
    ground: Ground,
    mended: Mended,
    commit: str | None,
    settings: Settings,
    logs: Logs | None = None,
) -> Outcome | None:
    """Run a patch on its trees; None where they do not hold what it takes. ``AnalyzerError``."""
    upstream, files = ground.upstream, mended.files
    if not touches_move_path(files):
        return None
    targets = ground.readings or _on_upstream(upstream, mended, commit)
    if not targets:
        return None
    if any(one.patched.after is None for one in targets):
        return _unfit(ground, mended)
    from analyzer.replay.tree_session import replay_trees
    from analyzer.replay.trees import Target, TreeSubject

    theirs = upstream.patch.files if upstream and upstream.patch else ()
    subject = TreeSubject(
        tuple(Target(one.name, _reader(one.patched, files)) for one in targets),
        _upstream_reader(upstream),
        commit,
        symbols_tested(theirs, mended),
        dict(settings),
        of_directory=upstream is not None and upstream.before is None,
        changes=tuple(_changes(upstream, targets, mended)),
        assumed_target=not ground.readings,
    )
    return replay_trees(subject, logs)


def _changes(
    upstream: Upstream | None, targets: Sequence[Reading], mended: Mended
) -> Iterator[tuple[str, Elsewhere]]:
    """All that both patches change in files of C, by the kernel that they are for."""
    for target in targets:
        of = next(one.files for one in mended.readings if one.name == target.name)
        for each in _changed(target.patched.before, target.patched.after, of):
            yield "the target", each
    if upstream is not None and upstream.patch is not None and upstream.before is not None:
        for each in _changed(upstream.before, upstream.after, upstream.patch.files):
            yield "upstream", each


def _changed(before: Tree, after: Tree | None, files: Sequence[FilePatch]) -> Iterator[Elsewhere]:
    from analyzer.machine.elsewhere import changed_in

    for file in files:
        if after is not None and file.path.endswith((".c", ".h")):
            yield from changed_in(
                file.path, _text(before, file.old_path), _text(after, file.new_path)
            )


def symbols_tested(theirs: Sequence[FilePatch], mended: Mended) -> tuple[str, ...]:
    """The symbols that upstream's patch tests, and the patch in any of its readings."""
    from analyzer.excerpt.code import symbols_named
    from analyzer.repair.image import State

    every = (theirs, *(one.files for one in mended.readings))
    found = (name for files in every for name in symbols_named(files, State.AFTER))
    return tuple(dict.fromkeys(found))


def _reader(patched: Patched, files: Sequence[FilePatch]) -> Reader:
    after = patched.after or patched.before
    return reader_of(patched.before, after, files)


def _upstream_reader(upstream: Upstream | None) -> Reader | None:
    if upstream is None or upstream.after is None:
        return None
    own = upstream.patch.files if upstream.patch else ()
    before = upstream.before or upstream.after
    return reader_of(before, upstream.after, own)


def _on_upstream(
    upstream: Upstream | None, mended: Mended, commit: str | None
) -> tuple[Reading, ...]:
    """Without a target: the patch on upstream's own tree, where the reference has no answer."""
    from analyzer.reference.commit import COMMIT

    if upstream is None or upstream.before is None or (commit or "").startswith(COMMIT):
        return ()
    return target_of(upstream.before, mended)


def _unfit(ground: Ground, mended: Mended) -> Outcome | None:
    """The patch does not apply: nothing is run, unless it is the damage that keeps it from it."""
    from analyzer.replay.outcome import NotRun, Outcome

    if mended.damage:
        return None
    why = "; ".join(ground.refused) or "it does not apply to upstream's tree"
    return Outcome(False, not_run=(NotRun("the patch does not apply", why),))
