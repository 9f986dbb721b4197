"""The file of answers beside a patch: where it is, reading it, and adding to it.

What cannot be read as ours is never written over. Writers take turns: each reads the file again
under a lock on its directory, and puts the new one in its place as a whole.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from analyzer.errors import AnalyzerError
from analyzer.release.answers import Answer, as_tables, read_answers
from analyzer.toml import LARGEST

_ENDING = ".answers.toml"
_HEAD = "# Answers and waivers to a patch's check items, kept by `analyze --answer`.\n\n"
_PATIENCE = 10.0
_TURN = 0.02


def beside(patch: str) -> Path | None:
    """The file of a patch's answers; None where the patch is no file, so nothing is beside it."""
    if patch == "-":
        return None
    try:
        return Path(patch + _ENDING) if Path(patch).is_file() else None
    except (OSError, ValueError):
        return None


def kept(path: Path) -> tuple[Answer, ...]:
    """The answers of a file, none where there is none. ``AnalyzerError`` where it is not ours."""
    data = _bytes(path)
    return () if data is None else read_answers(data, str(path))


def add(path: Path, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """Put answers behind those that a file has, and return them all.

    Raises ``AnalyzerError`` where that cannot be done; the file is then as it was.
    """
    with _turn(path):
        everything = (*kept(path), *answers)
        _replace(path, _written(everything, path))
    return everything


def _written(answers: tuple[Answer, ...], path: Path) -> bytes:
    from tomli_w import dumps

    data = (_HEAD + dumps(as_tables(answers))).encode()
    if len(data) > LARGEST:
        todo = "take lapsed answers out of it"
        raise AnalyzerError("would be over 4 MiB", where=str(path), todo=todo)
    return data


# --- reading -----------------------------------------------------------------------------------


def _bytes(path: Path) -> bytes | None:
    """The content of a plain file: no pipe that never ends, no link to somewhere else."""
    todo = "give another file with --answers"
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and path.is_symlink():
            what = "is a symbolic link, and answers are not kept behind one"
            raise AnalyzerError(what, where=str(path), todo=todo) from None
        raise AnalyzerError(_why(error, "read"), where=str(path), todo=todo) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise AnalyzerError("is no plain file", where=str(path), todo=todo)
    with os.fdopen(number, "rb") as stream:
        return stream.read(LARGEST + 1)


def _why(error: Exception, done: str) -> str:
    return f"cannot be {done}: {getattr(error, 'strerror', None) or error}"


# --- writing -----------------------------------------------------------------------------------


def _replace(path: Path, data: bytes) -> None:
    """Write a new file and put it where the old one is: nobody ever sees half of it."""
    number = -1
    name = ""
    try:
        number, name = tempfile.mkstemp(prefix=".answers.", dir=path.parent)
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), _mode(path))
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except OSError as error:
        if name:
            with suppress(OSError):
                Path(name).unlink()
        todo = "give another file with --answers"
        raise AnalyzerError(_why(error, "written"), where=str(path), todo=todo) from None


def _mode(path: Path) -> int:
    """The permissions that the file has; a new one's are those of any new file."""
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Keep other writers out, as far as the file system can: the re-read guards the rest."""
    try:
        number = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        todo = "give another file with --answers"
        raise AnalyzerError(_why(error, "written"), where=str(path), todo=todo) from None
    try:
        end = monotonic() + _PATIENCE
        while not _locked(number):
            if monotonic() > end:
                what = f"another writer holds its directory since {_PATIENCE:.0f} seconds"
                raise AnalyzerError(what, where=str(path), todo="try again")
            sleep(_TURN)
        yield
    finally:
        os.close(number)


def _locked(number: int) -> bool:
    """Whether this is our turn. A file system without locks has no turns."""
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
