"""Memory as bytes: one address space, little endian, and a shadow that says what each byte is."""

from __future__ import annotations

from walker_types import Type, WalkerFault, WalkerRefusal

_FREE, _RAW, _SET = b"\0", b"\1", b"\2"
_FIRST = 0x1000
_STACK = 1 << 20
_END = 1 << 24
_GAP = 32  # bytes between objects that belong to none
_WHOLE = {size: _SET * size for size in (1, 2, 4, 8, 16)}

Bytes = tuple[bytes, bytes]


class Memory:
    """Objects that stay lie below the stack; objects of blocks are on it."""

    def __init__(self) -> None:
        self.data = bytearray(_STACK + (1 << 16))
        self.shadow = bytearray(_STACK + (1 << 16))
        self.static = _FIRST
        self.top = _STACK
        self.line = 0

    def reserve(self, kind: Type, *, static: bool = False, zeroed: bool = False) -> int:
        """Return the address of a new object, uninitialised unless zeroed."""
        at = self.static if static else self.top
        at = -(-at // kind.align) * kind.align
        end = at + kind.size
        if static:
            self.static = end + _GAP
            if self.static > _STACK:
                raise WalkerRefusal("too many static objects", self.line)
        else:
            self.top = end + _GAP
            if self.top > len(self.data):
                self._grow()
        self.shadow[at:end] = _RAW * kind.size
        if zeroed:
            self.zero(at, kind.size)
        return at

    def _grow(self) -> None:
        if self.top > _END:
            raise WalkerRefusal("the stack is full", self.line)
        more = bytes(max(len(self.data), self.top) + (1 << 16) - len(self.data))
        self.data += more
        self.shadow += more

    def release(self, mark: int) -> None:
        """Take back all of the stack above a mark: what lay there is gone."""
        self.shadow[mark : self.top] = _FREE * (self.top - mark)
        self.top = mark

    def forget(self, at: int, size: int) -> None:
        """What an object holds is no longer initialised."""
        self.shadow[at : at + size] = _RAW * size

    def load(self, at: int, size: int, signed: bool) -> int:
        end = at + size
        if self.shadow[at:end] != _WHOLE[size]:
            raise self._fault(at, size)
        return int.from_bytes(self.data[at:end], "little", signed=signed)

    def store(self, at: int, size: int, value: int) -> None:
        """Store an integer of either sign that fits."""
        end = at + size
        if 0 in self.shadow[at:end] or end > len(self.shadow):
            raise self._fault(at, size)
        self.data[at:end] = (value & ((1 << size * 8) - 1)).to_bytes(size, "little")
        self.shadow[at:end] = _WHOLE[size]

    def load_bits(self, at: int, shift: int, bits: int, signed: bool) -> int:
        size = (shift + bits + 7) // 8
        if self.shadow[at : at + size] != _SET * size:
            raise self._fault(at, size)
        value = int.from_bytes(self.data[at : at + size], "little") >> shift & ((1 << bits) - 1)
        return value - (1 << bits) if signed and value >> (bits - 1) else value

    def store_bits(self, at: int, shift: int, bits: int, value: int) -> None:
        size = (shift + bits + 7) // 8
        if 0 in self.shadow[at : at + size]:
            raise self._fault(at, size)
        mask = ((1 << bits) - 1) << shift
        old = int.from_bytes(self.data[at : at + size], "little")
        new = old & ~mask | value << shift & mask
        self.data[at : at + size] = new.to_bytes(size, "little")
        self.shadow[at : at + size] = _SET * size

    def load_bytes(self, at: int, size: int) -> Bytes:
        """Copy an object out, whatever of it is initialised."""
        shadow = bytes(self.shadow[at : at + size])
        if 0 in shadow or len(shadow) != size:
            raise self._fault(at, size)
        return bytes(self.data[at : at + size]), shadow

    def store_bytes(self, at: int, value: Bytes) -> None:
        data, shadow = value
        size = len(data)
        there = self.shadow[at : at + size]
        if 0 in there or len(there) != size:
            raise self._fault(at, size)
        self.data[at : at + size] = data
        self.shadow[at : at + size] = shadow

    def zero(self, at: int, size: int) -> None:
        self.data[at : at + size] = bytes(size)
        self.shadow[at : at + size] = _SET * size

    def _fault(self, at: int, size: int) -> WalkerFault:
        there = self.shadow[at : at + size]
        if at < _FIRST:
            return WalkerFault("null", self.line)
        if 0 in there or len(there) < size:
            return WalkerFault("bounds", self.line)
        return WalkerFault("uninitialised", self.line)
