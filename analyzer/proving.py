"""What a patch touches on its kernels' trees, proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from analyzer.kernels import Ground, Reading, Settings, Upstream, symbols_tested, target_of
from analyzer.patch.lines import FilePatch

if TYPE_CHECKING:
    from analyzer.compare.delta import Delta
    from analyzer.csource.configuration import Configuration
    from analyzer.prove.proving import Proving
    from analyzer.prove.session import Proofs
    from analyzer.repair import Mended
    from analyzer.repo import Tree

_CONDITION = re.compile(r"[ \t]*+#[ \t]*+(?:if|elif)")
_SYMBOL = re.compile(r"\bCONFIG_(\w+?)(?:_MODULE)?\b")
# What a kernel has that is made for no other purpose than to measure itself, or for real time.
_UNUSUAL = ("PREEMPT_RT", "TRACE_BRANCH_PROFILING", "PROFILE_ALL_BRANCHES")


def proved_on(
    ground: Ground, mended: Mended, settings: Settings, delta: Delta | None, how: Proving
) -> Proofs | None:
    """Prove what a patch touches on its trees; None where they are not there.

    Without a target, the patch is put on upstream's own tree. ``AnalyzerError``.
    """
    upstream = ground.upstream
    if upstream is None or upstream.after is None:
        return None
    assumed = not ground.readings and upstream.before is not None
    readings = target_of(upstream.before, mended) if assumed else ground.readings
    if not readings:
        return None
    from analyzer.prove.session import Kernel, Proofs, Subject, Unproved, prove_trees

    if any(one.patched.after is None for one in readings):
        why = "; ".join(ground.refused) or "it does not apply to upstream's tree"
        return Proofs(unproved=(Unproved("the patch", f"it does not apply: {why}"),))
    theirs = upstream.patch.files if upstream.patch else ()
    files = {one.name: tuple(one.files) for one in mended.readings}
    arms = () if settings else tuple(_arms(upstream, readings, files))
    subject = Subject(
        Kernel(upstream.before, upstream.after, theirs),
        tuple(
            (one.name, Kernel(one.patched.before, one.patched.after, files[one.name]))
            for one in readings
            if one.patched.after is not None
        ),
        tuple(_configurations(theirs, mended, settings, arms)),
        _constants(),
        {} if delta is None else dict(_renamed(delta)),
        {} if delta is None else dict(_moved(delta)),
        tuple(_taken(upstream, arms, assumed=assumed)),
    )
    return prove_trees(subject, how.budget, keep=how.keep, progress=how.progress)


def _configurations(
    theirs: Sequence[FilePatch], mended: Mended, settings: Settings, arms: Sequence[str]
) -> Iterator[tuple[tuple[tuple[str, str], ...], Configuration]]:
    """Those that trees are run under: all that the patches name y, and each n by itself.

    Where no ``.config`` was given, nothing is known of other symbols. Were they taken for off, a
    header's empty stand-in for a subsystem would be proved in place of it.
    """
    from analyzer.csource.configuration import Configuration
    from analyzer.replay.trees import PLAIN, configs

    told = {**PLAIN, **(settings or {**dict.fromkeys(_UNUSUAL, "n"), **dict.fromkeys(arms, "y")})}
    for config in configs(symbols_tested(theirs, mended)):
        yield config, Configuration({**told, **dict(config)}, total=bool(settings))


def _arms(
    upstream: Upstream, readings: Sequence[Reading], files: Mapping[str, tuple[FilePatch, ...]]
) -> Iterator[str]:
    """The symbols that lines of ``#if`` in the changed files ask for, and no line of code does."""
    theirs = upstream.patch.files if upstream.patch else ()
    trees: list[tuple[Tree | None, Sequence[FilePatch]]] = [(upstream.after, theirs)]
    trees += [(one.patched.after, files[one.name]) for one in readings]
    asked: dict[str, None] = {}
    code: set[str] = set()
    for tree, changed in trees:
        for path in {
            one.new_path for one in changed if one.new_path and one.new_path[-2:] in (".c", ".h")
        }:
            data = tree.read(path) if tree is not None else None
            for line in (data or b"").decode("utf-8", "surrogateescape").split("\n"):
                named = _SYMBOL.findall(line) if "CONFIG_" in line else ()
                if _CONDITION.match(line):
                    asked.update(dict.fromkeys(named))
                else:
                    code.update(named)
    return (name for name in asked if name not in code)


def _constants() -> dict[str, int]:
    from analyzer.mm.api import constants
    from analyzer.mm.geometry import X86_64

    return constants(X86_64)


def _renamed(delta: Delta) -> Iterator[tuple[str, str]]:
    """The functions that the target has under another name."""
    from analyzer.compare.change import Scope

    for file in delta.files:
        for each in file.lineage:
            if each.ours is not None and each.theirs.scope is each.ours.scope is Scope.FUNCTION:
                yield each.theirs.name, each.ours.name


def _moved(delta: Delta) -> Iterator[tuple[str, str]]:
    """The files that the target has under another path, after both patches."""
    for file in delta.files:
        theirs, ours = file.theirs, file.ours
        if theirs is not None and ours is not None and theirs.new_path and ours.new_path:
            yield theirs.new_path, ours.new_path


def _taken(upstream: Upstream, arms: Sequence[str], *, assumed: bool) -> Iterator[str]:
    if arms:
        yield f"built with {', '.join(arms)}: the changed files ask for them, and no --config tells"
    if assumed:
        yield "the patch is put on upstream's own tree: no target was given"
    if upstream.before is None:
        yield (
            "upstream's commit changes no file but those of the patch: "
            "a directory does not tell what it was before"
        )
