"""C beside generated Python: the functions that a patch touches, whole where there is a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from analyzer.csource.configuration import Configuration
from analyzer.excerpt.code import code_of, symbols_named
from analyzer.excerpt.decide import configuration_of, symbols_in, with_taken
from analyzer.excerpt.hunks import is_c
from analyzer.excerpt.piece import Piece
from analyzer.explain.lay_out import World, listing_of
from analyzer.explain.target import Version, pieces_in
from analyzer.finding import NotChecked
from analyzer.kernels import Reading
from analyzer.patch.lines import FilePatch
from analyzer.pipeline import Study
from analyzer.repair.image import State
from analyzer.repo import Tree
from analyzer.report.listing import Listing
from analyzer.translate.headers import Headers

# So many functions are shown, of so many lines each at most; of a long patch, the files that are
# within so many lines of hunks are looked at.
_MOST = 8
_MOST_ROWS = 400
_MOST_LINES = 5000

_Found = tuple[tuple[Listing, ...], tuple[NotChecked, ...]]


def listings_of(study: Study) -> _Found:
    """The touched functions explained, and what is left out."""
    files, unread = _within(one for one in study.case.mended.files if is_c(one))
    if not files:
        why = "the patch changes no C"
        return (), unread or (NotChecked("C beside Python", why),)
    given = study.request.config
    symbols = symbols_named(files, State.AFTER)
    configuration, taken = with_taken(configuration_of(given, ()), symbols, on=given is None)
    touched = _touched(study, files, configuration)
    names = list(dict.fromkeys((one.path, one.function) for one in touched))
    kept = frozenset(names[:_MOST])
    chosen = [one for one in touched if (one.path, one.function) in kept]
    every = list(_pieces(study, chosen, configuration))
    pieces = every[: 2 * _MOST]
    more = tuple(one for one in symbols_in("\n".join(_text(pieces))) if one not in symbols)
    configuration, also = with_taken(configuration, more, on=given is None)
    said = "is taken to be y" if given is None else "is n: the .config has no such line"
    world = World(configuration, _headers(study, configuration), (*taken, *also), said)
    shown = [listing_of(one, world) for one in pieces if len(one.lines) <= _MOST_ROWS]
    return tuple(shown), (*unread, *_too_long(pieces), *_cut(every), *_left_out(touched, names))


def _within(files: Iterable[FilePatch]) -> tuple[list[FilePatch], tuple[NotChecked, ...]]:
    """The files that are short enough together, and what of the others is not shown."""
    kept: list[FilePatch] = []
    lines = left = 0
    for file in files:
        count = sum(len(hunk.lines) for hunk in file.hunks)
        if lines + count > _MOST_LINES:
            left += 1
            continue
        lines += count
        kept.append(file)
    if not left:
        return kept, ()
    what = f"C beside Python of {left:,} file{'' if left == 1 else 's'}"
    why = f"{_MOST_LINES:,} lines of hunks are looked at; see analyze explain"
    return kept, (NotChecked(what, why),)


def _text(pieces: Iterable[Piece]) -> Iterator[str]:
    for piece in pieces:
        yield from (*piece.conditions, *piece.lines)


def _too_long(pieces: Iterable[Piece]) -> Iterator[NotChecked]:
    for one in pieces:
        if len(one.lines) > _MOST_ROWS:
            why = f"it has {len(one.lines):,} lines; see analyze explain"
            yield NotChecked(f"C beside Python: {one.function}()", why)


def _cut(pieces: Sequence[Piece]) -> Iterator[NotChecked]:
    left = len(pieces) - 2 * _MOST
    if left > 0:
        why = f"the first {2 * _MOST} are shown; see analyze explain"
        yield NotChecked(f"C beside Python of {left:,} more pieces of these functions", why)


def _left_out(touched: list[Piece], names: list[tuple[str, str]]) -> Iterator[NotChecked]:
    if not touched:
        why = "the patch's changes stand in no function that can be told"
        yield NotChecked("C beside Python", why)
    left = [name for _, name in names[_MOST:]]
    if left:
        listed = ", ".join(f"{name}()" for name in left[:_MOST])
        more = f" and {len(left) - _MOST:,} more" if len(left) > _MOST else ""
        why = f"the first {_MOST} functions are shown; see analyze explain"
        yield NotChecked(f"C beside Python: {listed}{more}", why)


def _touched(study: Study, files: Iterable[FilePatch], configuration: Configuration) -> list[Piece]:
    """What the patch changes: functions that it shows whole, and fragments of others."""
    cut = code_of(files, study.case.mended.damage, configuration, State.AFTER)
    return [one for one in cut if one.changed]


def _pieces(
    study: Study, touched: Iterable[Piece], configuration: Configuration
) -> Iterator[Piece]:
    """The same, with whole functions of the target's tree in the place of fragments."""
    reading = next(iter(study.ground.readings), None)
    if reading is None or reading.patched.after is None:
        yield from touched
        return
    done: set[tuple[str, str]] = set()
    for piece in touched:
        if (piece.path, piece.function) not in done:
            done.add((piece.path, piece.function))
            yield from _in_tree(reading, piece, configuration) or (piece,)


def _in_tree(reading: Reading, piece: Piece, configuration: Configuration) -> list[Piece]:
    """The function as the target has it with the patch; empty where it is not found there."""
    patched = reading.patched
    after = _lines(patched.after, piece.path)
    if not after:
        return []
    source = f"as the patch leaves it in {patched.before.name}"
    version = Version(piece.path, source, after, _lines(patched.before, piece.path))
    return pieces_in(version, piece.function, configuration)


def _lines(tree: Tree | None, path: str) -> tuple[str, ...]:
    data = None if tree is None else tree.read(path)
    return () if data is None else tuple(data.decode("utf-8", "surrogateescape").split("\n"))


def _headers(study: Study, configuration: Configuration) -> Headers | None:
    """The headers of the target with the patch, where there is a tree."""
    reading = next(iter(study.ground.readings), None)
    if reading is None or reading.patched.after is None:
        return None
    return Headers(reading.patched.after.read, configuration=configuration)
