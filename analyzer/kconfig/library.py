"""The one door to Kconfiglib: the values of symbols by a reader that is not ours.

Kconfiglib runs the ``$(shell)`` calls of the tree that it reads, imports a module that the
environment names, and opens whatever file a ``source`` line leads to. So it is given text only, in
a process of its own: with no environment but ours, no file but those handed over, a shell that
notes what it was asked and answers as if it had failed, and limits of time and memory. This file
is that process's program, too, and imports nothing of ours.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import StringIO
from pathlib import Path
from typing import Any

SECONDS = 60.0
_MEMORY = 2 << 30
# A longer value is left out: no symbol of a kernel has one.
_LONGEST_VALUE = 16_384
_ROOT = "/tree"
# What scripts/Kconfig.include has a command print that fails.
_FAILED = re.compile(r'\|\|\s*echo\s+"([^"]*)"\s*\Z')
_LONGEST_WHY = 300


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """Values by name as a .config has them, strings without quotes.

    ``why_not`` says why there are none. ``asked`` is how many commands the tree wanted to run:
    what hangs on one is worth nothing.
    """

    values: Mapping[str, str]
    why_not: str = ""
    asked: int = 0


def ask_library(
    files: Mapping[str, str],
    settings: Mapping[str, str],
    variables: Mapping[str, str],
    *,
    start: str = "Kconfig",
    seconds: float = SECONDS,
) -> LibraryAnswer:
    """Let Kconfiglib work out every symbol of a tree. Never raises for what the files hold.

    ``files`` are all files that the tree may read, by path; ``settings`` the values of a .config.
    """
    question = {"files": dict(files), "config": _config(settings), "start": start}
    environment = {**variables, "srctree": _ROOT}
    plain = all("\0" not in text and "=" not in name for name, text in environment.items())
    if not plain:
        return LibraryAnswer({}, "a variable that no environment can hold")
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-S", __file__, _packages()],
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
        broken = {"why": f"it ended with status {done.returncode}"}
        answer: dict[str, Any] = broken if done.returncode else json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return LibraryAnswer({}, f"it took more than {seconds:g} seconds")
    except (OSError, ValueError) as error:
        return LibraryAnswer({}, f"it could not be asked: {type(error).__name__}")
    if "why" in answer:
        return LibraryAnswer({}, str(answer["why"])[:_LONGEST_WHY])
    return LibraryAnswer(answer["values"], "", answer["asked"])


def _config(settings: Mapping[str, str]) -> str:
    lines = (
        f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"
        for name, value in settings.items()
    )
    return "".join(f"{line}\n" for line in lines)


def _packages() -> str:
    """The directory that Kconfiglib lies in; found without running it."""
    from importlib.util import find_spec

    found = find_spec("kconfiglib")
    return "" if found is None or found.origin is None else str(Path(found.origin).parent)


# --- in the process of its own ------------------------------------------------------------------


def _main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    sys.path.append(sys.argv[1])
    question = json.load(sys.stdin)
    answer_to, sys.stdout = sys.stdout, StringIO()
    try:
        answer = _answer(question["files"], question["config"], question["start"])
    except Exception as error:
        # Whatever it dies of is the tree's, and our own reading goes on without it.
        said = " ".join(str(error)[:_LONGEST_VALUE].split())
        answer = {"why": f"{type(error).__name__}: {said}"}
    json.dump(answer, answer_to)


def _answer(files: Mapping[str, str], config: str, start: str) -> dict[str, object]:
    import kconfiglib  # type: ignore[import-untyped]

    asked: list[str] = []

    def shell(_kconf: object, _name: str, command: str) -> str:
        asked.append(command)
        told = _FAILED.search(command)
        return told[1] if told else "0"

    def matching(pattern: str) -> Iterator[str]:
        inside = pattern.removeprefix(f"{_ROOT}/")
        parts = inside.split("/")
        for path in [inside] if inside in files else files:
            here = path.split("/")
            if len(here) == len(parts) and all(map(fnmatchcase, here, parts)):
                yield f"{_ROOT}/{path}"

    class NoModules:
        """Stands in for importlib: Kconfiglib imports what the environment or cwd has."""

        @staticmethod
        def import_module(name: str) -> None:
            raise ImportError(name)

    class Reader(kconfiglib.Kconfig):  # type: ignore[misc]
        """Reads no file but those that were handed over."""

        def _open(self, filename: str, mode: str) -> StringIO:
            inside = filename.removeprefix(f"{_ROOT}/")
            if mode != "r" or (inside not in files and inside != ".config"):
                raise FileNotFoundError(2, "not among the files", filename)
            return StringIO(config if inside == ".config" else files[inside])

    kconfiglib._shell_fn = shell
    kconfiglib._error_if_fn = lambda *_: ""
    kconfiglib.iglob = matching
    kconfiglib.exists = lambda path: path.removeprefix(f"{_ROOT}/") in files
    kconfiglib.importlib = NoModules
    kconfiglib._UNAME_RELEASE = ""
    read = Reader(start, warn=False, warn_to_stderr=False)
    read.load_config(".config")
    every = {symbol.name: symbol.str_value for symbol in read.unique_defined_syms}
    values = {name: text for name, text in every.items() if len(text) <= _LONGEST_VALUE}
    return {"values": values, "asked": len(asked)}


if __name__ == "__main__":
    _main()
