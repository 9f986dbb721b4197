"""The code that a patch shows, translated, and put where the reference has room for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from analyzer.csource import Kind, tokens
from analyzer.csource.configuration import Configuration
from analyzer.csource.syntax import Unparsed
from analyzer.errors import CodePlace
from analyzer.excerpt.code import changed_outside, code_of
from analyzer.excerpt.decide import symbols_in
from analyzer.excerpt.piece import Part, Piece, Refusal
from analyzer.excerpt.translation import translated, types_declared
from analyzer.machine.kernel import Code, Fragment
from analyzer.machine.macros import unread_macros
from analyzer.machine.position import Position, position
from analyzer.reference.base import Base
from analyzer.reference.bases import BASES
from analyzer.reference.patch import Fix
from analyzer.reference.path import FUNCTIONS
from analyzer.reference.slots import LOOP, Slot
from analyzer.repair.image import State
from analyzer.translate.result import Translated, Untranslated, Use
from analyzer.translate.types import ILP32, LP64, CType, Model

if TYPE_CHECKING:
    from analyzer.patch.damage import Damage
    from analyzer.patch.lines import FilePatch

# A number from here on is a size that a small page table does not have.
_ABSOLUTE = 16
_CODE = frozenset(Kind) - {Kind.COMMENT, Kind.DIRECTIVE}
_WORD = re.compile(r"[A-Za-z_]\w*")
_NOT_EXPANDED = "what is behind this macro, or not shown, may mean something else by it"
_NO_OWNER = "the hunk does not name the function that it may stand in"


@dataclass(frozen=True, slots=True)
class Refused:
    """Code of the patch that cannot be run, and why.

    ``standing`` is that of a function in the report, empty for what is no function. ``unowned``: it
    may be code of any function.
    """

    what: str
    why: str
    place: CodePlace | None
    standing: str = ""
    unowned: bool = False


@dataclass(frozen=True, slots=True)
class Splice:
    """What the patch brings under one configuration.

    ``code`` is for machines whose ``long`` has 64 bits, ``narrow`` for those of 32. ``unreached``
    are changed functions that nothing calls which is run. ``absolute`` are numbers in its code
    that only real page tables have room for. ``shows`` are the names in the context of its hunks.
    ``key`` is equal for equal code. ``lines`` are the lines of its C by path and number, ``own``
    those with code of the patch.
    """

    code: Code
    narrow: Code
    refused: tuple[Refused, ...] = ()
    unreached: tuple[Refused, ...] = ()
    assumptions: tuple[str, ...] = ()
    absolute: tuple[int, ...] = ()
    shows: frozenset[str] = frozenset()
    key: tuple[object, ...] = ()
    lines: Mapping[tuple[str, int], str] = field(default_factory=dict, compare=False)
    own: frozenset[tuple[str, int]] = frozenset()

    @property
    def start(self) -> CodePlace | None:
        """Where the first fragment of the loop begins, None where there is none."""
        if not self.code.fragments:
            return None
        first = self.code.fragments[0].code
        return CodePlace(first.path, first.span.line, None, LOOP)

    def line(self, place: CodePlace) -> str | None:
        """The patch's C at a place, None where it shows none."""
        return None if place.line is None else self.lines.get((place.path, place.line))

    def missing(self, base: Base) -> tuple[str, ...]:
        """The names that fragments take from the loop, and that a base does not declare."""
        known = {*base.locals, *self.code.locals}
        asked = (name for one in self.code.fragments for name in one.code.names)
        return tuple(name for name in dict.fromkeys(asked) if name not in known)


@dataclass(frozen=True, slots=True)
class Spliced:
    """A splice of one reading under one configuration, and the bases that it was run on.

    ``on``: upstream's own symbol is y. ``fixes`` are the later fixes that the patch carries.
    """

    reading: str
    config: tuple[tuple[str, str], ...]
    on: bool
    splice: Splice
    bases: tuple[Base, ...]
    fixes: frozenset[Fix]


class Splicer:
    """Splices of one patch. The same code of two readings or configurations is done once."""

    def __init__(self, damage: Sequence[Damage]) -> None:
        self._damage = damage
        self._known: dict[tuple[object, ...], Splice] = {}

    def splice(self, files: Sequence[FilePatch], configuration: Configuration) -> Splice:
        """Translate what the patch leaves of C, and find where it belongs."""
        after = code_of(files, self._damage, configuration, State.AFTER)
        before = code_of(files, self._damage, configuration, State.BEFORE)
        outside = _outside(files, configuration)
        key = (
            *(*_tested(after, configuration), *_meaning(after)),
            *("before", *_meaning(before), *outside),
        )
        if key not in self._known:
            self._known[key] = _spliced(after, before, outside, configuration, key)
        return self._known[key]

    def shown_before(self, files: Sequence[FilePatch], configuration: Configuration) -> Splice:
        """The whole functions that the patch shows as they are before it."""
        pieces = code_of(files, self._damage, configuration, State.BEFORE)
        whole = [one for one in pieces if one.part is Part.WHOLE and one.refusal is None]
        key = ("before", *_tested(whole, configuration), *_meaning(whole))
        if key not in self._known:
            self._known[key] = _spliced(whole, (), (), configuration, key)
        return self._known[key]


def _tested(pieces: Iterable[Piece], configuration: Configuration) -> Iterator[object]:
    """The symbols that code names by itself (``IS_ENABLED``), with their values."""
    lines = (line for one in pieces for line in (*one.text, *(text for _, text in one.around)))
    for name in symbols_in("\n".join(lines)):
        yield name, configuration.symbols.get(name)


def _meaning(pieces: Iterable[Piece]) -> Iterator[object]:
    """What a piece is but for its line numbers, which lost lines can shift."""
    for one in pieces:
        yield one.function, one.part, one.refusal and one.refusal.reason, _words(one)
        yield one.around and tuple(text for _, text in one.around if text.strip())
        yield tuple(near.text for near in (*one.before, *one.behind) if near.text.strip())


def _spliced(
    after: Sequence[Piece],
    before: Sequence[Piece],
    outside: Sequence[Refused],
    configuration: Configuration,
    key: tuple[object, ...],
) -> Splice:
    work, narrow = (_Work(configuration, model) for model in (LP64, ILP32))
    declared = _prototypes(after)
    for piece in (_with_prototypes(each, declared) for each in after):
        work.add(piece)
        narrow.add(piece)
    refused = [*work.refused, *narrow.refused, *_removed(before, after), *outside]
    return Splice(
        work.code(),
        narrow.code(),
        tuple(dict.fromkeys(refused)),
        tuple(_unreached(work.functions, work.fragments, after)),
        tuple(dict.fromkeys(work.assumptions)),
        _absolute(after),
        _shown(after),
        key,
        {
            (piece.path, number): text.strip()
            for piece in after
            for number, text in enumerate(piece.lines, piece.first)
        },
        frozenset((piece.path, number) for piece in after for number in piece.own),
    )


def _prototypes(pieces: Iterable[Piece]) -> dict[str, str]:
    """What the patch's own functions take and return: whoever calls them has to convert to it."""
    found: dict[str, str] = {}
    for piece in pieces:
        if piece.part is Part.WHOLE and piece.refusal is None:
            words = [one.text for one in tokens("\n".join(piece.text)) if one.kind in _CODE]
            head = words[: words.index("{")] if "{" in words else []
            if head:
                found.setdefault(piece.function, f"{' '.join(head)};")
    return found


def _with_prototypes(piece: Piece, declared: Mapping[str, str]) -> Piece:
    """A piece with the prototypes of the other functions that it names, behind all its lines.

    Each piece is read with what it is given here, so all of them would make the work quadratic.
    """
    lines = (*piece.text, *(text for _, text in piece.around))
    named = {word for text in lines for word in _WORD.findall(text)} - {piece.function}
    others = [declared[name] for name in sorted(named & declared.keys())]
    last = max((piece.first + len(piece.text), *(number for number, _ in piece.around)))
    return replace(piece, around=(*piece.around, *enumerate(others, last + 1)))


class _Work:
    """The pieces as they are translated, one after the other."""

    def __init__(self, configuration: Configuration, model: Model) -> None:
        self.configuration = configuration
        self.model = model
        self.functions: list[Translated] = []
        self.fragments: list[Fragment] = []
        self.locals: dict[str, CType] = {}
        self.context: list[str] = []
        self.refused: list[Refused] = []
        self.assumptions: list[str] = []

    def code(self) -> Code:
        """What was translated."""
        return Code(
            tuple(self.functions),
            tuple(self.fragments),
            tuple(self.locals),
            frozenset(self.context),
        )

    def add(self, piece: Piece) -> None:
        """Translate one piece, or say why it cannot be run."""
        if piece.refusal is not None:
            self._refuse(piece, piece.refusal)
        elif piece.part is Part.WHOLE:
            found = self._translated(piece)
            if found is not None:
                self.functions.append(found)
                self.context += [] if piece.changed else [found.name]
                self.assumptions += piece.assumptions
        elif piece.function != LOOP:
            why = "a part of a function is run only where the reference has a place for it"
            self._refuse(piece, Refusal(why, piece.first))
        else:
            self._fragment(piece)

    def _fragment(self, piece: Piece) -> None:
        where = position(piece)
        if isinstance(where, Refusal):
            self._refuse(piece, where)
            return
        self.assumptions += (*piece.assumptions, *_assumed(where))
        if where.slot is Slot.DECLARATIONS:
            self.locals |= types_declared(piece, model=self.model)
            return
        # Several fragments of one function are functions of their own to the translator.
        named = replace(piece, function=f"{LOOP}_{piece.first}", heading=_heading())
        found = self._translated(named)
        if found is not None:
            self.fragments.append(Fragment(where.slot, found))

    def _translated(self, piece: Piece) -> Translated | None:
        found = translated(piece, self.configuration, types=self.locals, model=self.model)
        match found:
            case Translated():
                return found
            case Untranslated(span=span, reason=reason):
                refusal = Refusal(f"not translated: {reason}", span.line)
                self._refuse(piece, refusal, "untranslated")
            case Unparsed(span=span, reason=reason):
                self._refuse(piece, Refusal(f"not read: {reason}", span.line), "unparsed")
            case _:
                assert_never(found)
        return None

    def _refuse(self, piece: Piece, refusal: Refusal, standing: str = "unmodelled") -> None:
        if piece.changed:
            name = LOOP if piece.function.startswith(f"{LOOP}_") else piece.function
            place = CodePlace(piece.path, refusal.line or piece.first, None, name)
            self.refused.append(Refused(name, refusal.reason, place, standing))


def _assumed(where: Position) -> list[str]:
    return [where.assumption] if where.assumption else []


def _heading() -> str:
    """A function's header that declares what the loop of any base does, with the types it has."""
    known: dict[str, str] = {}
    for base in BASES:
        known.update((name, kind.value) for name, kind in base.locals.items())
    declared = ", ".join(f"{kind} {name}" for name, kind in known.items())
    return f"unsigned long {LOOP}({declared})"


def _removed(before: Iterable[Piece], after: Iterable[Piece]) -> list[Refused]:
    """What the patch takes away from functions that it does not show whole afterwards."""
    whole = {piece.function for piece in after if piece.part is Part.WHOLE}
    return [
        Refused(
            piece.function,
            "the patch takes code away from it, and only shows it in part",
            CodePlace(piece.path, piece.first, None, piece.function),
            "unmodelled",
        )
        for piece in before
        if piece.changed and piece.function not in whole and _words(piece)
    ]


def _outside(files: Sequence[FilePatch], configuration: Configuration) -> list[Refused]:
    """Lines outside of functions that are more than a prototype, and macros wherever they are.

    A macro may take the place of anything behind it, shown or not: of what the model has, too.
    """
    macros = [Refused(f"`{text}`", _NOT_EXPANDED, place) for text, place in unread_macros(files)]
    return [*macros, *_declarations(files, configuration)]


def _declarations(files: Sequence[FilePatch], configuration: Configuration) -> list[Refused]:
    return [
        Refused(
            f"`{one.text}`",
            _NO_OWNER if one.indented else "a declaration is changed outside of functions",
            CodePlace(one.path, one.number, None, ""),
            unowned=one.indented,
        )
        for one in changed_outside(files, configuration, State.AFTER)
        if not _harmless(one.text)
    ]


def _harmless(text: str) -> bool:
    """Whether a line declares a function, or is no more than an inclusion or a macro."""
    return text.startswith("#") or (text.endswith(");") and "=" not in text)


def _unreached(
    functions: Sequence[Translated], fragments: Sequence[Fragment], pieces: Iterable[Piece]
) -> list[Refused]:
    """The changed functions that nothing calls which is run."""
    calls = {one.name: _needed(one) for one in functions}
    pending = [name for one in fragments for name in _needed(one.code)]
    pending += [name for name in calls if name in FUNCTIONS or name == LOOP]
    reached: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += calls.get(name, ())
    return [
        Refused(
            piece.function,
            "nothing that is replayed calls it",
            CodePlace(piece.path, piece.first, None, piece.function),
            "unmodelled",
        )
        for piece in pieces
        if piece.changed and piece.function in calls and piece.function not in reached
    ]


def _needed(one: Translated) -> list[str]:
    return [need.name for need in one.needs]


def callees(code: Code) -> Mapping[str, tuple[str, CodePlace]]:
    """What the code calls that the patch does not define: by name, with the first place."""
    own = {one.name for one in code.functions}
    found: dict[str, tuple[str, CodePlace]] = {}
    for one in (*code.functions, *(each.code for each in code.fragments)):
        for need in one.needs:
            if need.use is Use.CALL and need.name not in own:
                place = CodePlace(one.path, need.span.line, need.span.column, one.name)
                found.setdefault(need.name, (one.name, place))
    return found


def _words(piece: Piece) -> tuple[str, ...]:
    """The tokens of a piece that mean something; lone braces do not."""
    found = [one.text for one in tokens("\n".join(piece.text)) if one.kind is not Kind.COMMENT]
    return tuple(found) if any(word not in "{}" for word in found) else ()


def _absolute(pieces: Iterable[Piece]) -> tuple[int, ...]:
    found = [
        _number(one.text)
        for piece in pieces
        if piece.changed
        for one in tokens("\n".join((*piece.text, *(text for _, text in piece.around))))
        if one.kind is Kind.NUMBER
    ]
    return tuple(dict.fromkeys(number for number in found if number >= _ABSOLUTE))


def _number(text: str) -> int:
    try:
        return int(text.rstrip("uUlL"), 0)
    except ValueError:
        return 0


def _shown(pieces: Iterable[Piece]) -> frozenset[str]:
    lines = [near.text for piece in pieces for near in (*piece.before, *piece.behind)]
    return frozenset(one.text for one in tokens("\n".join(lines)) if one.kind is Kind.NAME)
