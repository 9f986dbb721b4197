"""Local variables that have an address: what callees see of them, and what loops change in them.

A local is the run-time's own object, and nobody else's, until its address is given away. From then
on each callee may read it, and write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzer.errors import Stopped
from analyzer.prove import terms
from analyzer.prove.terms import ADDRESS, Term
from analyzer.prove.values import Blank
from analyzer.prove.words import word
from analyzer.translate.runtime.nothing import UNSET
from analyzer.translate.runtime.pointers import MemberHome, Pointer as Plain
from analyzer.translate.runtime.records import Record as Local
from analyzer.translate.runtime.shapes import ArrayShape, RecordShape, ScalarShape, Shape
from analyzer.translate.types import Array, CType, Pointer, Record

if TYPE_CHECKING:
    from analyzer.prove.run import Run

# Where locals lie: apart from all that a kernel's own pointers lead to. Room for each.
_STACK = 0xFFFF_C900_0000_0000
_ROOM = 1 << 24
_MOST_CELLS = 512
_OBJECT = "object "


class Cell(NamedTuple):
    """A scalar of a local: where it is in it, what it holds (UNSET where nothing), how to write."""

    key: str
    value: object
    put: Callable[[object], None]
    shape: Shape | None
    kind: CType | None

    @property
    def bits(self) -> int:
        """How wide it is."""
        return self.shape.bits if isinstance(self.shape, ScalarShape) else ADDRESS


class Locals:
    """The locals of a run: all that were made, and those that others can reach, in their order."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._made: list[tuple[Any, Shape | None]] = []
        self._roots: list[tuple[Any, CType | None]] = []
        self._numbers: dict[int, int] = {}
        self._shapes: dict[int, Shape] = {}

    def note(self, made: Any, shape: Any) -> None:
        """An object was made: a record, or a pointer to the first element of what was."""
        if isinstance(made, Plain):
            self._shapes[id(made._home)] = getattr(shape, "of", shape)
        self._made.append((_root(made)[0], shape))

    # --- addresses --------------------------------------------------------------------------------

    def is_known(self, pointer: object) -> bool:
        """Whether a local's address was given away."""
        return id(_root(pointer)[0]) in self._numbers

    def address(self, pointer: Any) -> Term:
        """The address of a local, or of a part of it: from now on others can reach it."""
        root, offset = _root(pointer)
        number = self._number(root, None)
        return terms.const(_STACK + number * _ROOM + offset, ADDRESS)

    def _number(self, root: Any, kind: CType | None) -> int:
        key = id(root)
        if key not in self._numbers:
            self._numbers[key] = len(self._roots)
            self._roots.append((root, kind))
        return self._numbers[key]

    def at(self, term: Term) -> object | None:
        """The local that begins at an address."""
        assert isinstance(term.value, int)
        number, offset = divmod(term.value - _STACK, _ROOM)
        if not 0 <= number < len(self._roots):
            return None
        if offset:
            raise Stopped("the address of a part of a local variable comes back")
        root = self._roots[number][0]
        return root if isinstance(root, Local) else Plain(root, 0, None)

    # --- what others see and do -------------------------------------------------------------------

    def contents(
        self, arguments: tuple[object, ...], takes: tuple[CType, ...]
    ) -> Mapping[str, Term | None]:
        """The scalars of all locals that others can reach, those given with these arguments too.

        None for one that was never written.
        """
        for number, each in enumerate(arguments):
            if isinstance(each, Local | Plain):
                kind = takes[number] if number < len(takes) else None
                to = kind.to if isinstance(kind, Pointer) else None
                self._number(_root(each)[0], to)
        found: dict[str, Term | None] = {}
        done = 0
        while done < len(self._roots):
            # A scalar that is the address of another local lets others reach that one, too.
            for cell in self._cells(*self._roots[done], f"local{done}"):
                unset = cell.value is UNSET
                found[cell.key] = None if unset else self._run.term_of(cell.value, cell.bits)
            done += 1
        return found

    def renew(self, made: str) -> None:
        """Let all that others can reach hold other values."""
        for number, (root, kind) in enumerate(self._roots):
            for cell in self._cells(root, kind, f"local{number}"):
                cell.put(self._fresh(cell, f"{made} {cell.key}"))

    def private(self) -> Iterator[Cell]:
        """The scalars of all locals that nobody else can reach."""
        for number, (root, _) in enumerate(self._made):
            if id(root) not in self._numbers:
                yield from self._cells(root, None, f"{_OBJECT}{number}")

    def give(self, number: int) -> None:
        """Let others reach a local, by its number among all that were made."""
        if number < len(self._made):
            self._number(self._made[number][0], None)

    def number_in(self, key: str) -> int:
        """The number of the local that a private scalar's key begins with."""
        return int(key.removeprefix(_OBJECT).split("[")[0].split(".")[0])

    def _fresh(self, cell: Cell, name: str) -> object:
        match cell.shape:
            case ScalarShape(zero=0, bits=bits, signed=signed):
                return word(terms.symbol(name, bits), self._run.path, signed=signed)
        if isinstance(cell.kind, Pointer):
            return self._run.fresh(cell.kind, name)
        return Blank(terms.symbol(name, ADDRESS), self._run)

    # --- scalars ----------------------------------------------------------------------------------

    def _cells(self, root: Any, kind: CType | None, key: str) -> Iterator[Cell]:
        for count, cell in enumerate(self._of(root, kind, key)):
            if count > _MOST_CELLS:
                raise Stopped("a local variable of too many members is given away")
            yield cell

    def _of(self, root: Any, kind: CType | None, key: str) -> Iterator[Cell]:
        if isinstance(root, Local):
            yield from self._of_record(root, key)
            return
        shape = self._shapes.get(id(root))
        for index, value in enumerate(_items(root)):
            if isinstance(value, Local):
                yield from self._of_record(value, f"{key}[{index}]")
            elif isinstance(value, Plain):
                raise Stopped("a local array of arrays is given away")
            else:
                yield Cell(f"{key}[{index}]", value, _putter(root, index), shape, kind)

    def _of_record(self, record: Any, key: str) -> Iterator[Cell]:
        if record._layout.unions or record._guard is not None:
            raise Stopped("a local union is given away")
        run = self._run
        kind = Record(record._shape.tag, record._shape.union)
        declared = run.layouts.members(kind, run.side.environment)
        for member in record._layout.members:
            name = f"{key}.{member.name}"
            type_ = declared[member.name].type if member.name in declared else None
            match member.shape:
                case RecordShape():
                    yield from self._of_record(getattr(record, member.name), name)
                case ArrayShape() as shape:
                    home = getattr(record, member.name)._home
                    self._shapes.setdefault(id(home), shape.of)
                    of = type_.of if isinstance(type_, Array) else None
                    yield from self._of(home, of, name)
                case shape:
                    value = getattr(record, member.raw, UNSET)
                    yield Cell(name, value, _setter(record, member.raw), shape, type_)


def _putter(home: Any, index: int) -> Callable[[object], None]:
    def put(value: object) -> None:
        home[index] = value

    return put


def _setter(record: Any, name: str) -> Callable[[object], None]:
    return lambda value: setattr(record, name, value)


def _items(home: Any) -> Any:
    if isinstance(home, list | tuple):
        return home
    raise Stopped("an address inside a local variable is given away")


def _root(pointer: Any) -> tuple[Any, int]:
    """The whole object that a local pointer leads into, and how far from its beginning.

    How far is a number of ours: it tells the parts of one object apart.
    """
    offset = 0
    if isinstance(pointer, Plain):
        home: Any = pointer._home
        offset = int(pointer._index) * abs(pointer._size or 8)
        if isinstance(home, MemberHome):
            pointer, offset = home.record, 8 * (1 + _number_of(home.record, home.member))
        elif isinstance(home, list | tuple) and len(home) and isinstance(home[0], Local):
            pointer = home[0]
        elif type(home) is list or isinstance(home, tuple):
            return home, offset
    while isinstance(pointer, Local):
        within, index = pointer._home, pointer._index
        if within is None:
            return pointer, offset
        if not isinstance(within, Local):
            return within, offset + int(index or 0) * 4096
        offset += 8 * (1 + _number_of(within, index))
        pointer = within
    raise Stopped("an address inside a local variable is given away")


def _number_of(record: Any, member: Any) -> int:
    names = [each.name for each in record._layout.members]
    return names.index(member) if member in names else len(names)
