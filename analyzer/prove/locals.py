"""Local variables whose address leaves the function: what callees see of them, and change.

A local is the run-time's own object, and nobody else's, until its address is given away. From then
on each callee may read it, and write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.errors import Stopped
from analyzer.prove import terms
from analyzer.prove.terms import ADDRESS, Term
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
_MISSING = object()


class Locals:
    """The locals of a run that others can reach, in the order in which they were given away."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._roots: list[tuple[Any, CType | None]] = []
        self._numbers: dict[int, int] = {}
        self.shapes: dict[int, Shape] = {}

    def __bool__(self) -> bool:
        return bool(self._roots)

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
        if 0 <= number < len(self._roots) and offset == 0:
            root = self._roots[number][0]
            return root if isinstance(root, Local) else Plain(root, 0, None)
        if 0 <= number < len(self._roots):
            raise Stopped("the address of a part of a local variable comes back")
        return None

    def contents(
        self, arguments: tuple[object, ...], takes: tuple[CType, ...]
    ) -> Mapping[str, Term | None]:
        """The scalars of all locals that others can reach, those given with these arguments too."""
        for number, each in enumerate(arguments):
            if isinstance(each, Local | Plain):
                kind = takes[number] if number < len(takes) else None
                to = kind.to if isinstance(kind, Pointer) else None
                self._number(_root(each)[0], to)
        found: dict[str, Term | None] = {}
        done = 0
        while done < len(self._roots):
            # A scalar that is the address of another local lets others reach that one, too.
            for key, value, width in self._scalars(done):
                found[key] = None if value is UNSET else self._run.term_of(value, width)
            done += 1
        return found

    def renew(self, made: str) -> None:
        """Let all that others can reach hold other values."""
        for number, (root, kind) in enumerate(self._roots):
            self._renew(root, kind, f"{made} local{number}")

    # --- scalars ------------------------------------------------------------------------------

    def _scalars(self, number: int) -> Iterator[tuple[str, object, int]]:
        root, _ = self._roots[number]
        for count, scalar in enumerate(self._of(root, f"local{number}")):
            if count > _MOST_CELLS:
                raise Stopped("a local variable of too many members is given away")
            yield scalar

    def _of(self, root: Any, key: str) -> Iterator[tuple[str, object, int]]:
        if isinstance(root, Local):
            yield from self._of_record(root, key)
            return
        for index, value in enumerate(_items(root)):
            if isinstance(value, Local):
                yield from self._of_record(value, f"{key}[{index}]")
            else:
                yield f"{key}[{index}]", value, self._width(root)

    def _of_record(self, record: Any, key: str) -> Iterator[tuple[str, object, int]]:
        if record._layout.unions or record._guard is not None:
            raise Stopped("a local union is given away")
        for member in record._layout.members:
            match member.shape:
                case RecordShape():
                    yield from self._of_record(getattr(record, member.name), f"{key}.{member.name}")
                case ArrayShape():
                    home = _root_home(getattr(record, member.name))
                    yield from self._of(home, f"{key}.{member.name}")
                case shape:
                    value = getattr(record, member.raw, UNSET)
                    yield f"{key}.{member.name}", value, _bits(shape)

    def _width(self, home: Any) -> int:
        return _bits(self.shapes.get(id(home)))

    def _renew(self, root: Any, kind: CType | None, key: str) -> None:
        if isinstance(root, Local):
            self._renew_record(root, key)
            return
        shape = self.shapes.get(id(root))
        for index, value in enumerate(_items(root)):
            if isinstance(value, Local):
                self._renew_record(value, f"{key}[{index}]")
            else:
                root[index] = self._fresh(shape, kind, f"{key}[{index}]")

    def _renew_record(self, record: Any, key: str) -> None:
        run = self._run
        kind = Record(record._shape.tag, record._shape.union)
        known = run.layouts.members(kind, run.side.environment)
        for member in record._layout.members:
            name = f"{key}.{member.name}"
            declared = known[member.name].type if member.name in known else None
            match member.shape:
                case RecordShape():
                    self._renew_record(getattr(record, member.name), name)
                case ArrayShape():
                    of = declared.of if isinstance(declared, Array) else None
                    home = _root_home(getattr(record, member.name))
                    self.shapes.setdefault(id(home), member.shape.of)
                    self._renew(home, of, name)
                case shape:
                    setattr(record, member.raw, self._fresh(shape, declared, name))

    def _fresh(self, shape: Shape | None, kind: CType | None, name: str) -> object:
        match shape:
            case ScalarShape(zero=0, bits=bits, signed=signed):
                return word(terms.symbol(name, bits), self._run.path, signed=signed)
        if isinstance(kind, Pointer):
            return self._run.fresh(kind, name)
        from analyzer.prove.values import Blank

        return Blank(terms.symbol(name, ADDRESS), self._run)


def _bits(shape: Shape | None) -> int:
    return shape.bits if isinstance(shape, ScalarShape) else ADDRESS


def _root_home(pointer: Any) -> Any:
    return pointer._home


def _items(home: Any) -> Any:
    if isinstance(home, list | tuple):
        return home
    raise Stopped("an address inside a local variable is given away")


def _root(pointer: Any) -> tuple[Any, int]:
    """The whole object that a local pointer leads into, and how far from its beginning."""
    offset = 0
    if isinstance(pointer, Plain):
        home: Any = pointer._home
        offset = pointer._index * abs(pointer._size or 8)
        if isinstance(home, MemberHome):
            pointer, offset = home.record, 8 * (1 + _number_of(home.record, home.member))
        elif isinstance(home, list | tuple) and len(home) and isinstance(home[0], Local):
            pointer = home[0]
        else:
            if not isinstance(home, list | tuple) or (
                type(home) is not list and not isinstance(home, tuple)
            ):
                raise Stopped("an address inside a local variable is given away")
            return home, offset
    while isinstance(pointer, Local):
        home, index = pointer._home, pointer._index
        if home is None:
            return pointer, offset
        if isinstance(home, Local):
            offset += 8 * (1 + _number_of(home, index))
            pointer = home
        else:
            # An array of structs.
            return home, offset + int(index or 0) * 4096
    raise Stopped("an address inside a local variable is given away")


def _number_of(record: Any, member: Any) -> int:
    names = [each.name for each in record._layout.members]
    return names.index(member) if member in names else len(names)
