"""What a process may have."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Limited(Protocol):
    """Limits of a process, None for no limit. Bytes, but for ``areas``.

    ``areas`` is ``sysctl_max_map_count``, ``space`` RLIMIT_AS, ``locked`` RLIMIT_MEMLOCK, and
    ``memory`` what overcommit leaves beyond what is committed before the call.
    """

    @property
    def areas(self) -> int:
        """``sysctl_max_map_count``."""

    @property
    def space(self) -> int | None:
        """RLIMIT_AS."""

    @property
    def locked(self) -> int | None:
        """RLIMIT_MEMLOCK."""

    @property
    def memory(self) -> int | None:
        """What overcommit leaves."""


class Limits(NamedTuple):
    """Limits as data; see ``Limited``."""

    areas: int = 65530
    space: int | None = None
    locked: int | None = None
    memory: int | None = None


DEFAULT = Limits()
