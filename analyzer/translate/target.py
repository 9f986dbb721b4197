"""What is known of a build by its architecture and the width of ``long``, whatever its options.

A compiler defines macros for the machine that it compiles for, and Kconfig has symbols for that
machine. A data model says which of a family it is: x86 with a ``long`` of 64 bits is ``X86_64``.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.csource.configuration import Configuration

# The symbol of each machine of a family: the bits of its long, and what a compiler defines there.
_MACHINES: Mapping[str, Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "x86": {
        "X86_64": (64, ("__x86_64__", "__x86_64", "__amd64__", "__amd64")),
        "X86_32": (32, ("__i386__", "__i386", "i386")),
    }
}
_MODELS = {64: ("__LP64__", "_LP64"), 32: ("__ILP32__", "_ILP32")}


def of_kernel(given: Configuration, arch: str, long_bits: int | None = None) -> Configuration:
    """Return a configuration as the kernel's own build has it, where no user's program includes it.

    A compiler's own macros are those of the machine that the configuration selects. What it does
    not say of the machine is told by ``long_bits``, where that is known.
    """
    machines = _MACHINES.get(arch, {})
    named = next((name for name in machines if given.symbols.get(name) == "y"), None)
    bits = machines[named][0] if named is not None else long_bits
    symbols = {**_symbols(arch, bits), **given.symbols}
    own = next((names for name, (_, names) in machines.items() if symbols.get(name) == "y"), ())
    macros = {"__KERNEL__": "1", **dict.fromkeys(own, "1"), **_widths(bits), **given.macros}
    others = {*_MODELS[64], *_MODELS[32]} if bits is not None else set()
    if own:
        others.update(name for _, names in machines.values() for name in names)
    return Configuration(symbols, macros, given.total, given.undefined | (others - macros.keys()))


def _symbols(arch: str, long_bits: int | None) -> dict[str, str]:
    if long_bits is None:
        return {}
    machines = {name: bits == long_bits for name, (bits, _) in _MACHINES.get(arch, {}).items()}
    wide = {"64BIT": long_bits == max(_MODELS)}
    return {name: "y" if on else "n" for name, on in (wide | machines).items()}


def _widths(long_bits: int | None) -> dict[str, str]:
    """What a compiler says of the widths of ``long`` and of pointers, which are the same."""
    if long_bits is None:
        return {}
    size = str(long_bits // 8)
    sizes = {"__CHAR_BIT__": "8", "__SIZEOF_LONG__": size, "__SIZEOF_POINTER__": size}
    return {**dict.fromkeys(_MODELS[long_bits], "1"), **sizes}
