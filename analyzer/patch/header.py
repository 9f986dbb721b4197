"""Header fields of a mail and of its parts: found, unfolded, decoded (RFC 5322, 2045, 2047)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,75})[ \t]*:")
# Envelopes of git, of mbox and of Mailman ("user at host"); the date is C's asctime().
_ENVELOPE = re.compile(
    rb"From \S{1,320}(?: at \S{1,320})? +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +[0-9]{1,2}"
    rb" [0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: [A-Z+-][A-Z0-9:]{1,5})? [0-9]{4}[ \r]*(?:\n|\Z)"
)
_LONGEST_ENVELOPE = 1000
_ENCODED_WORD = re.compile(r"=\?([^\s?]{1,60})\?([QqBb])\?([^?\s]*)\?=")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)')

# Codecs that a mail may name. Python has others that are no charsets or not linear (punycode).
_CHARSET = re.compile(
    r"(?:us-)?ascii|utf-?8|iso[-_]?8859-?[0-9]{1,2}|latin-?[0-9]{1,2}|windows-?[0-9]{3,4}"
    r"|cp[0-9]{3,4}|koi8-[rut]|gb2312|gbk|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift[-_]jis"
    r"|iso-2022-(?:jp|kr)|ks_c_5601-1987|tis-620|mac(?:intosh|-roman)?",
    re.IGNORECASE,
)
# A Content-Type is a short thing: what is longer is cut before its parameters are read.
_LONGEST_CONTENT_TYPE = 2000

# One of these makes a block of "Word: value" lines a mail's header rather than prose.
_TELLING = frozenset(
    ("from", "subject", "message-id", "received", "return-path", "delivered-to", "mime-version")
)


def envelope_end(data: bytes, start: int) -> int | None:
    """Where the mbox envelope that begins at ``start`` ends, or None where there is none."""
    found = _ENVELOPE.match(data, start, start + _LONGEST_ENVELOPE)
    return found.end() if found else None


def is_envelope(line: str) -> bool:
    """Whether a line is an mbox envelope, as ``git format-patch`` and mailers write it."""
    if not line.startswith("From "):
        return False
    return envelope_end(raw_bytes(line[:_LONGEST_ENVELOPE]), 0) is not None


def is_field(line: str) -> bool:
    """Whether a line begins a header field."""
    return _FIELD.match(line) is not None


def is_blank(line: str) -> bool:
    """Whether a line is empty but for blanks, tabs and a carriage return."""
    return not line.strip(" \t\r")


def head_length(lines: Sequence[str], start: int, stop: int) -> int:
    """How many of ``lines[start:stop]`` are header fields, continuations among them.

    The first line may be an mbox envelope; ``>From `` lines within the head are tolerated.
    """
    at = start
    while at < stop and _belongs_to_head(lines[at], first=at == start):
        at += 1
    return at - start


def _belongs_to_head(line: str, *, first: bool) -> bool:
    if is_blank(line):
        return False
    if first:
        return is_envelope(line) or _FIELD.match(line.lstrip("\ufeff")) is not None
    return line[0] in " \t" or line.startswith(">From ") or _FIELD.match(line) is not None


def fields(head: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The header fields of ``head``: name as written, value unfolded and decoded."""
    return tuple((name, decoded_words(value)) for name, value in _unfolded(head))


def field_lines(head: Sequence[str], name: str) -> Iterator[int]:
    """The indexes in ``head`` of the lines where fields called ``name`` begin."""
    for index, line in enumerate(head):
        found = _FIELD.match(line.lstrip("\ufeff"))
        if found and found[1].lower() == name:
            yield index


def _unfolded(head: Sequence[str]) -> Iterator[tuple[str, str]]:
    name, values = "", [""]
    for line in head:
        if line[:1] in (" ", "\t"):
            values.append(line.strip(" \t\r"))
            continue
        found = _FIELD.match(line.lstrip("\ufeff"))
        if name:
            yield name, " ".join(values)
        name = found[1] if found else ""
        values = [line.lstrip("\ufeff")[found.end() :].strip(" \t\r")] if found else []
    if name:
        yield name, " ".join(values)


def is_mail_head(head: Sequence[str]) -> bool:
    """Whether a block of fields is a mail's (or a quilt patch's) header and not prose."""
    return any(is_envelope(line) for line in head[:1]) or any(
        name.lower() in _TELLING for name, _ in _unfolded(head)
    )


def value_of(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    """The value of the first field called ``name`` (given in lower case)."""
    return next((value for key, value in headers if key.lower() == name), None)


def content_type(value: str | None) -> tuple[str, dict[str, str]]:
    """A Content-Type or Content-Disposition as (lower-case type, parameters)."""
    text = (value or "")[:_LONGEST_CONTENT_TYPE]
    kind = text.partition(";")[0].strip().lower()
    parameters = {
        found[1].lower(): _unquoted(found[2]) for found in _PARAMETER.finditer(text, len(kind))
    }
    return kind, parameters


def _unquoted(text: str) -> str:
    if text[:1] != '"':
        return text
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def decoded_words(value: str) -> str:
    """A header value with its RFC 2047 words decoded, blanks between two words dropped.

    Words of one charset are joined before they are decoded, since some mailers cut characters.
    """
    if not _has_words(value):
        return _as_text(raw_bytes(value), None)
    done: list[str] = []
    pending: list[bytes] = []
    charset, end = "", 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        if between.strip(" \t") or not end or word[1].lower() != charset:
            done.append(_as_text(b"".join(pending), charset))
            done.append(
                "" if end and not between.strip(" \t") else _as_text(raw_bytes(between), None)
            )
            pending = []
        pending.append(_word_bytes(word[2], word[3]))
        charset, end = word[1].lower(), word.end()
    done += (_as_text(b"".join(pending), charset), _as_text(raw_bytes(value[end:]), None))
    return "".join(done)


def _has_words(value: str) -> bool:
    return "=?" in value and _ENCODED_WORD.search(value) is not None


def _word_bytes(encoding: str, text: str) -> bytes:
    import binascii

    if encoding in "Bb":
        return base64_bytes(raw_bytes(text))[0]
    return binascii.a2b_qp(raw_bytes(text), header=True)


def base64_bytes(data: bytes) -> tuple[bytes, bool]:
    """Base64 undone as far as it goes; the flag is False where something had to be left out."""
    import binascii

    kept = data.translate(None, b" \t\r\n")
    body = kept.rstrip(b"=")
    cut = body[: len(body) - 1] if len(body) % 4 == 1 else body
    try:
        return binascii.a2b_base64(cut + b"=" * (-len(cut) % 4), strict_mode=True), cut == body
    except binascii.Error:
        return _base64_by_line(data), False


def _base64_by_line(data: bytes) -> bytes:
    import binascii

    done = []
    for line in data.split(b"\n"):
        kept = line.strip().rstrip(b"=")
        try:
            done.append(binascii.a2b_base64(kept + b"=" * (-len(kept) % 4), strict_mode=True))
        except binascii.Error:
            continue
    return b"".join(done)


def raw_bytes(text: str) -> bytes:
    """The bytes that ``text`` was read from (UTF-8 with surrogateescape)."""
    return text.encode("utf-8", "surrogateescape")


def decoded(lines: Sequence[str], charset: str | None) -> tuple[str, ...]:
    """Message lines decoded by the mail's charset, as ``git mailinfo`` does it.

    Lines declared UTF-8 keep their undecodable bytes as surrogates. Where the charset is
    missing, unknown or wrong, a line is UTF-8 if it can be, else Latin-1.
    """
    name = (charset or "").lower()
    if name in ("utf-8", "utf8"):
        return tuple(lines)
    if not name.startswith("iso-2022-"):
        return tuple(line if line.isascii() else _as_text(raw_bytes(line), name) for line in lines)
    return tuple(_as_text(raw_bytes(line), name) for line in lines)


def _as_text(data: bytes, charset: str | None) -> str:
    name = (charset or "").partition("*")[0]
    for codec in (name, "utf-8"):
        if not _CHARSET.fullmatch(codec):
            continue
        try:
            return data.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")
