"""Git's name for a file's content."""

from __future__ import annotations

import hashlib

# Git itself resolves no abbreviation shorter than this.
SHORTEST_PREFIX = 4
_SHA1_DIGITS = 40
_SHA256_DIGITS = 64
_HEX = frozenset("0123456789abcdefABCDEF")


def blob_id(data: bytes, digits: int = _SHA1_DIGITS) -> str:
    """The first ``digits`` hex digits (1 to 64) of the id that git gives ``data`` as a blob.

    Up to 40 digits are those of the SHA-1, more are those of the SHA-256, which repositories with
    64-digit ids use (gitformat-hash, "Object format").
    """
    if not 1 <= digits <= _SHA256_DIGITS:
        raise ValueError(f"no blob id has {digits} digits")
    if digits > _SHA1_DIGITS:
        return _sha256(data)[:digits]
    return hashlib.sha1(_framed(data), usedforsecurity=False).hexdigest()[:digits]


def is_prefix(text: str) -> bool:
    """Whether ``text`` can abbreviate an object id: 4 to 64 hex digits."""
    return SHORTEST_PREFIX <= len(text) <= _SHA256_DIGITS and _HEX.issuperset(text)


def is_blob(data: bytes, prefix: str) -> bool:
    """Whether git's id for ``data`` begins with ``prefix``; False for what is no prefix.

    A short prefix does not say which hash it comes from, so both are tried.
    """
    if not is_prefix(prefix):
        return False
    wanted = prefix.lower()
    if len(wanted) <= _SHA1_DIGITS and blob_id(data).startswith(wanted):
        return True
    return _sha256(data).startswith(wanted)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(_framed(data)).hexdigest()


def _framed(data: bytes) -> bytes:
    return b"blob %d\0" % len(data) + data
