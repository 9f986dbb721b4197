"""From a question to listings: the patch read and repaired, the function found and translated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.csource.configuration import Configuration
from analyzer.errors import AnalyzerError
from analyzer.excerpt.decide import configuration_of, symbols_in, tested_symbols, with_taken
from analyzer.excerpt.hunks import Shown, fragments_of, is_c, shown, whole_functions
from analyzer.excerpt.piece import Part, Piece, Refusal
from analyzer.explain.lay_out import World, listing_of
from analyzer.explain.target import pieces_in, version
from analyzer.intake import facts_on, named_commit, pre_image_of, read_input, told, tree_of
from analyzer.patch.damage import Damage
from analyzer.patch.lines import FilePatch
from analyzer.patch.reader import read_series
from analyzer.repair import mend
from analyzer.repair.image import State
from analyzer.report.listing import Listing
from analyzer.translate.headers import Headers
from analyzer.upstream import load

if TYPE_CHECKING:
    from analyzer.repo import Tree

_MOST_NAMED = 12
_UNDECIDED = Configuration({}, {}, total=False)
_ONLY = {
    (State.AFTER, False): "the patch only takes lines away from it; give the tree with --target",
    (State.BEFORE, False): "the patch only adds lines to it; give the tree with --target",
    (State.AFTER, True): "the patch takes it away; --before explains it as it was",
    (State.BEFORE, True): "the patch adds it: there is none before",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What to explain, as the command line gives it.

    ``function`` is a name, or ``PATH:NAME``. ``settings`` are ``SYMBOL=y|n|m``.
    """

    patch: str
    function: str
    target: str | None = None
    before: bool = False
    config: Path | None = None
    settings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.rpartition(":")[2]

    @property
    def path(self) -> str:
        """The path that the user gave, empty where none was given."""
        return self.function.rpartition(":")[0]

    @property
    def state(self) -> State:
        """The state of the files that is asked for."""
        return State.BEFORE if self.before else State.AFTER


@dataclass(frozen=True, slots=True)
class _File:
    """A file of C of one patch, repaired. ``damage`` is the whole patch's."""

    file: FilePatch
    damage: tuple[Damage, ...]
    source: str


def explain(question: Question) -> tuple[Listing, ...]:
    """Explain a function, or each fragment of it that the patch holds; at least one listing.

    Raises ``AnalyzerError`` where the patch cannot be read or does not hold the function.
    """
    configuration = configuration_of(question.config, question.settings)
    tree = tree_of(question.target)
    files = _files(question, tree)
    all_arms = _pieces(question, files, tree, _UNDECIDED)
    configuration, taken = _decided(question, configuration, files, all_arms)
    pieces = _pieces(question, files, tree, configuration)
    if not any(_fits(piece, question) for piece in pieces):
        pieces = [_not_compiled(piece) for piece in all_arms] or _in_other_state(
            question, files, whole=tree is not None
        )
    chosen = _chosen(question, pieces, files)
    headers = _headers(question, files, tree, configuration)
    said = "is taken to be y" if question.config is None else "is n: the .config has no such line"
    world = World(configuration, headers, taken, said)
    return tuple(listing_of(piece, world) for piece in chosen)


def _files(question: Question, tree: Tree | None) -> list[_File]:
    series = read_series(read_input(question.patch), told(question.patch))
    facts = load(())
    verb = "leaves" if question.state is State.AFTER else "finds"
    count = len(series.patches)
    out: list[_File] = []
    for place, patch in enumerate(series.patches, 1):
        mended = mend(patch, facts_on(facts, named_commit(patch)), pre_image_of(tree))
        which = f"patch {place} of {count}" if count > 1 else "the patch"
        source = f"as {which} {verb} it"
        out += [_File(one, mended.damage, source) for one in mended.files if is_c(one)]
    return out


def _decided(
    question: Question,
    configuration: Configuration,
    files: Iterable[_File],
    pieces: Iterable[Piece],
) -> tuple[Configuration, tuple[str, ...]]:
    """The configuration with every symbol set that the code depends on, and which those are.

    They are those that the patch's own lines test, and those that the pieces name.
    """
    own = "\n".join(
        line.text
        for each in files
        for hunk in each.file.hunks
        for line in hunk.lines
        if line.mark is not question.state.other
    )
    named = [
        name
        for piece in pieces
        for name in symbols_in("\n".join((*piece.conditions, *piece.lines)))
    ]
    symbols = dict.fromkeys((*tested_symbols(own), *named))
    return with_taken(configuration, tuple(symbols), on=question.config is None)


def _shown(
    files: Iterable[_File], state: State, configuration: Configuration = _UNDECIDED
) -> list[Shown]:
    return [
        one
        for each in files
        for one in shown(each.file, state, each.damage, configuration, each.source)
    ]


def _pieces(
    question: Question, files: Sequence[_File], tree: Tree | None, configuration: Configuration
) -> list[Piece]:
    hunks = _shown(files, question.state, configuration)
    if tree is not None:
        sides = [one for state in State for one in _shown(files, state)]
        return _in_tree(question, files, tree, configuration, frozenset(_touched(sides)))
    return [*whole_functions(hunks, question.name), *fragments_of(hunks, question.name)]


def _headers(
    question: Question, files: Iterable[_File], tree: Tree | None, configuration: Configuration
) -> Headers | None:
    """The headers of the tree, those that the patch changes in the state that is asked for."""
    read = pre_image_of(tree)
    if tree is None or read is None:
        return None
    changed: dict[str, bytes] = {}
    for path, alike in _by_path(files).items():
        found = version(alike, read, question.state, tree.name) if path.endswith(".h") else None
        if found is not None and found.why_not is None:
            changed[found.path] = "\n".join(found.lines).encode("utf-8", "surrogateescape")
    unchanged = tree.read
    return Headers(
        lambda path: changed[path] if path in changed else unchanged(path),
        configuration=configuration,
    )


def _by_path(files: Iterable[_File]) -> dict[str, list[FilePatch]]:
    """What each patch of a series does to a file, in order."""
    found: dict[str, list[FilePatch]] = {}
    for each in files:
        found.setdefault(each.file.path, []).append(each.file)
    return found


def _in_tree(
    question: Question,
    files: Iterable[_File],
    tree: Tree,
    configuration: Configuration,
    touched: frozenset[str],
) -> list[Piece]:
    """The function in every file of the tree that the patch touches."""
    read = pre_image_of(tree)
    if read is None:
        return []
    pieces: list[Piece] = []
    for alike in _by_path(files).values():
        found = version(alike, read, question.state, tree.name)
        if found is not None and found.why_not is None:
            pieces += pieces_in(found, question.name, configuration)
        elif found is not None and question.name in touched:
            source = f"in {found.source}"
            pieces.append(_refused(question, found.path, source, found.why_not or ""))
    return pieces


def _refused(question: Question, path: str, source: str, reason: str) -> Piece:
    return Piece(question.name, path, source, Part.WHOLE, 1, (), (), refusal=Refusal(reason))


def _not_compiled(piece: Piece) -> Piece:
    """A piece that is there, and that the configuration does not select."""
    under = " and ".join(piece.conditions)
    reason = f"the configuration leaves it out{f': it stands under {under}' if under else ''}"
    refusal = piece.refusal or Refusal(reason, piece.first)
    return replace(piece, refusal=refusal)


def _in_other_state(question: Question, files: Sequence[_File], *, whole: bool) -> list[Piece]:
    """A refusal for each file where only the other state has lines of the function.

    ``whole``: this state has been looked through to its end.
    """
    state = question.state
    other = State.AFTER if state is State.BEFORE else State.BEFORE
    found: dict[str, tuple[str, bool]] = {}
    for one in _shown(files, other):
        for owner in one.owners:
            if owner.name == question.name and one.changes(owner):
                own = all(line.own for line in one.image.lines[owner.first : owner.last + 1])
                found[one.image.path] = one.source, whole or (owner.whole and own)
    return [
        _refused(question, path, source, _ONLY[state, all_of_it])
        for path, (source, all_of_it) in found.items()
    ]


def _touched(hunks: Iterable[Shown]) -> list[str]:
    """The functions whose code one side of the hunks changes."""
    names = (owner.name for one in hunks for owner in one.owners if one.changes(owner))
    return list(dict.fromkeys(names))


def _fits(piece: Piece, question: Question) -> bool:
    return not question.path or piece.path == question.path


def _chosen(question: Question, pieces: Iterable[Piece], files: Sequence[_File]) -> list[Piece]:
    """The pieces of one file. Raises ``AnalyzerError`` where there is none, or several files."""
    fitting = [piece for piece in pieces if _fits(piece, question)]
    paths = list(dict.fromkeys(piece.path for piece in fitting))
    if len(paths) > 1:
        named = _listed([f"{path}:{question.name}" for path in paths])
        what = f"the patch holds {question.name!r} in {len(paths)} files"
        raise AnalyzerError(what, where=question.patch, todo=f"give one of {named}")
    if not fitting:
        sides = [*_shown(files, question.state), *_shown(files, State.AFTER)]
        named = _listed(_touched(sides))
        what = f"the patch holds no function {question.function!r}"
        todo = f"it touches {named}" if named else "it touches no function of C"
        raise AnalyzerError(what, where=question.patch, todo=todo)
    return fitting


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
