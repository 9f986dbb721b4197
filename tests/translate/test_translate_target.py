"""Which machine a tree is read for: what types of an architecture come to, as gcc has it.

The trees are directories named in ``KERNEL_TREES``, separated by colons; without it only those
that are made here are looked at.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle import GCC

from analyzer.csource.configuration import Configuration
from analyzer.csource.file import read
from analyzer.repo import open_tree
from analyzer.translate.environment import Environment
from analyzer.translate.headers import Headers
from analyzer.translate.target import of_kernel
from analyzer.translate.types import ILP32, LP64, Integer, Model

TREES = [each for each in os.environ.get("KERNEL_TREES", "").split(":") if each]
MODELS = {"-m64": LP64, "-m32": ILP32}
NAMED = {"-m64": {"X86_64": "y", "64BIT": "y"}, "-m32": {"X86_32": "y"}}

# The way of a size through a tree: an architecture's header defines what it has of its own and
# then includes the generic one, and next to that is the generic answer to what it asks for.
_TREE = {
    "include/linux/types.h": """
#include <asm/posix_types.h>
typedef __own_size_t size_type;
typedef __own_mode_t mode_type;
#ifdef CONFIG_WIDE_PHYS
typedef unsigned long long phys_type;
#else
typedef unsigned long phys_type;
#endif
#ifdef __LP64__
typedef long long lp_type;
#else
typedef signed char lp_type;
#endif
#if defined(__CHAR_BIT__) && defined(__SIZEOF_LONG__)
#if __CHAR_BIT__ * __SIZEOF_LONG__ == 64
typedef long long sized_type;
#else
typedef int sized_type;
#endif
#else
typedef unsigned char sized_type;
#endif
""",
    "arch/x86/include/asm/posix_types.h": """
#ifdef CONFIG_X86_32
#include <asm/posix_types_32.h>
#else
#include <asm/posix_types_64.h>
#endif
""",
    "arch/x86/include/uapi/asm/posix_types_32.h": """
typedef unsigned short __own_mode_t;
#define __own_mode_t __own_mode_t
#include <asm-generic/posix_types.h>
""",
    "arch/x86/include/uapi/asm/posix_types_64.h": "#include <asm-generic/posix_types.h>\n",
    "arch/x86/include/uapi/asm/bitsperlong.h": """
#ifndef BITSPERLONG_H
#define BITSPERLONG_H
#if defined(__x86_64__) && !defined(__ILP32__)
#define OWN_BITS_PER_LONG 64
#else
#define OWN_BITS_PER_LONG 32
#endif
#include <asm-generic/bitsperlong.h>
#endif
""",
    "include/asm-generic/bitsperlong.h": """
#include <uapi/asm-generic/bitsperlong.h>
#if OWN_BITS_PER_LONG == 64
typedef long generic_type;
#else
typedef short generic_type;
#endif
""",
    "include/uapi/asm-generic/bitsperlong.h": """
#ifndef OWN_BITS_PER_LONG
#define OWN_BITS_PER_LONG 32
#endif
""",
    "include/uapi/asm-generic/posix_types.h": """
#include <asm/bitsperlong.h>
#ifndef __own_mode_t
typedef unsigned int __own_mode_t;
#endif
#if OWN_BITS_PER_LONG != 64
typedef unsigned int __own_size_t;
#else
typedef unsigned long __own_size_t;
#endif
""",
}
_TYPES = ("size_type", "mode_type", "phys_type", "generic_type", "lp_type", "sized_type")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path, text in _TREE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def ours(
    tree: Path, names: list[str], model: Model, given: Configuration | None
) -> dict[str, tuple[int, bool]]:
    """The bytes of integer types and whether they are signed, where they are such a type."""
    headers = Headers.of_tree(open_tree(str(tree)), configuration=given)
    environment = Environment.of_file(read("#include <linux/types.h>\n", "mm/x.c"), model, headers)
    found = ((name, environment.typedef(name)) for name in names)
    return {n: (max(t.bits, 8) // 8, t.signed) for n, t in found if isinstance(t, Integer)}


def flags(tree: Path, made: Path, option: str, given: Configuration) -> list[str]:
    """What the kernel's build gives to gcc, with a directory of headers that it would make."""
    arch = tree / "arch/x86/include"
    places = (arch, made, tree / "include", arch / "uapi", tree / "include/uapi")
    on = {name: value for name, value in given.symbols.items() if value != "n"}
    told = [f"-DCONFIG_{name}={1 if value == 'y' else value}" for name, value in on.items()]
    included = (tree / "include/linux" / name for name in ("kconfig.h", "compiler_types.h"))
    forced = [part for path in included if path.exists() for part in ("-include", str(path))]
    return [option, "-D__KERNEL__", *told, *(f"-I{place}" for place in places), *forced]


def make_headers(tree: Path, made: Path) -> None:
    """Make what a build would: a header for each generic one that the architecture has not."""
    homes = ("arch/x86/include/asm", "arch/x86/include/uapi/asm")
    own = {path.name for home in homes for path in (tree / home).glob("*.h")}
    (made / "asm").mkdir(parents=True)
    (made / "generated").mkdir()
    (made / "generated/autoconf.h").write_text("")
    for home in ("include/asm-generic", "include/uapi/asm-generic"):
        for path in (tree / home).glob("*.h"):
            if path.name not in own:
                (made / "asm" / path.name).write_text(f"#include <asm-generic/{path.name}>\n")


def gccs(
    tree: Path, made: Path, option: str, given: Configuration, names: list[str] | None = None
) -> dict[str, tuple[int, bool]]:
    """What gcc says of integer types: of those that are named, or of all of linux/types.h."""
    make_headers(tree, made)
    run = [GCC or "gcc", "-std=gnu11", "-w", "-nostdinc", *flags(tree, made, option, given)]
    text = "#include <linux/types.h>\n"
    if names is None:
        names = re.findall(r"\btypedef\b[^;{}()]*?\b(\w+)\s*;", output([*run, "-E", "-P"], text))
    kinds = ("char", "short", "int", "long", "long long")
    cases = [f"signed {kind}*: 1, unsigned {kind}*: 2" for kind in kinds]
    asked = f"_Generic((T*)0, {', '.join(cases)}, char*: 1, _Bool*: 2, default: 0)"
    for name in sorted(set(names)):
        text += f"char is_{name}[{asked.replace('T', name, 1)} + 4 * sizeof({name})];\n"
    assembled = output([*run, "-S", "-o", "-"], text)
    sizes = re.findall(r"\.(?:comm|size)\s+is_(\w+),\s*(\d+)", assembled)
    told = {name: divmod(int(size), 4) for name, size in sizes}
    return {name: (size, sign == 1) for name, (size, sign) in told.items() if sign}


def output(command: list[str], text: str) -> str:
    done = subprocess.run(
        [*command, "-x", "c", "-"], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.skipif(GCC is None, reason="no gcc")
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("option", MODELS)
def test_types_of_an_architecture_are_gccs(
    tree: Path, tmp_path: Path, option: str, wide: bool
) -> None:
    given = Configuration({**NAMED[option], "WIDE_PHYS": "y" if wide else "n"})
    expected = gccs(tree, tmp_path / "made", option, given, list(_TYPES))
    assert sorted(expected) == sorted(_TYPES)
    assert ours(tree, list(_TYPES), MODELS[option], given) == expected


def least_told() -> Iterator[Configuration | None]:
    yield None
    yield Configuration(total=False)
    yield Configuration()


@pytest.mark.parametrize("given", list(least_told()), ids=["none", "partial", "total"])
@pytest.mark.parametrize("option", MODELS)
def test_the_data_model_tells_the_machine(
    tree: Path, option: str, given: Configuration | None
) -> None:
    names = [name for name in _TYPES if name != "phys_type"]
    assert (
        ours(tree, names, MODELS[option], given)
        == {
            "-m64": {
                "size_type": (8, False),
                "mode_type": (4, False),
                "generic_type": (8, True),
                "lp_type": (8, True),
                "sized_type": (8, True),
            },
            "-m32": {
                "size_type": (4, False),
                "mode_type": (2, False),
                "generic_type": (2, True),
                "lp_type": (1, True),
                "sized_type": (4, True),
            },
        }[option]
    )


def test_a_configuration_goes_before_the_data_model() -> None:
    symbols = of_kernel(Configuration({"X86_32": "y"}), "x86", 64).symbols
    assert symbols == {"X86_32": "y", "X86_64": "n", "64BIT": "n"}


@pytest.mark.skipif(GCC is None, reason="no gcc")
@pytest.mark.parametrize("option", MODELS)
def test_a_compilers_macros_are_gccs(option: str) -> None:
    run = [GCC or "gcc", option, "-std=gnu11", "-dM", "-E"]
    theirs = dict(re.findall(r"^#define (\w+) (.*)$", output(run, ""), re.MULTILINE))
    given = of_kernel(Configuration(), "x86", MODELS[option].long_bits)
    assert {**given.macros, **theirs} == {**theirs, "__KERNEL__": "1"}
    assert given.undefined & theirs.keys() == frozenset()


def test_other_architectures_have_a_width_too() -> None:
    given = of_kernel(Configuration(total=False), "arm64", 64)
    assert given.symbols == {"64BIT": "y"}
    assert given.macros["__SIZEOF_LONG__"] == "8"
    assert of_kernel(Configuration(), "arm64").macros == {"__KERNEL__": "1"}


def test_a_configuration_that_says_it_all_is_read_for_once(tree: Path) -> None:
    opened = open_tree(str(tree))
    told = Headers.of_tree(opened, configuration=Configuration(NAMED["-m64"] | {"X86_32": "n"}))
    assert told.of_width(64) is told
    bare = Headers.of_tree(opened)
    assert bare.of_width(64) is bare.of_width(64)
    assert bare.of_width(64) is not bare.of_width(32)


@pytest.mark.skipif(not TREES, reason="KERNEL_TREES names no kernel trees")
@pytest.mark.skipif(GCC is None, reason="no gcc")
@pytest.mark.parametrize("option", MODELS)
@pytest.mark.parametrize("tree", TREES, ids=lambda tree: Path(tree).name)
def test_types_of_a_kernel_are_gccs(tree: str, tmp_path: Path, option: str) -> None:
    given = Configuration(NAMED[option])
    expected = gccs(Path(tree), tmp_path, option, given)
    assert len(expected) > 80
    assert expected["size_t"] == ({"-m64": 8, "-m32": 4}[option], False)
    found = ours(Path(tree), sorted(expected), MODELS[option], given)
    assert found == {name: expected[name] for name in found}
    # That one is declared where a compiler says that it is GNU C.
    assert expected.keys() - found.keys() <= {"u_int64_t"}
