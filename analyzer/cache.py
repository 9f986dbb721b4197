"""Where things are kept that can be made again: the user's cache directory."""

from __future__ import annotations

from pathlib import Path

_NAME = "backport-analyzer"


def cache_directory() -> Path:
    """The directory, which need not be there: ``$XDG_CACHE_HOME/backport-analyzer`` on Linux."""
    from platformdirs import user_cache_path

    return user_cache_path(_NAME, appauthor=False)
