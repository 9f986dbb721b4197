"""The body of a mail: transfer encodings undone, the readable parts of a multipart chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.finding import NotChecked
from analyzer.patch.header import (
    base64_bytes,
    content_type,
    fields,
    head_length,
    is_blank,
    raw_bytes,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DEEPEST = 8
_MOST_PARTS = 1000
_PATCH_TYPES = ("text/x-patch", "text/x-diff", "application/x-patch", "application/x-diff")
_PATCH_NAMES = (".patch", ".diff")
_DIFF_STARTS = ("diff --git ", "--- ", "Index: ")
_IDENTITY = ("", "7bit", "8bit", "binary")


@dataclass(frozen=True, slots=True)
class Body:
    """What is read of a mail's body. ``verbatim``: ``lines`` are all of its lines, unchanged."""

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    charset: str | None
    encoded: bool
    verbatim: bool
    final_newline: bool
    notes: tuple[NotChecked, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One leaf: ``start`` and ``stop`` bound its lines among those of the whole body."""

    kind: str
    charset: str | None
    encoding: str
    name: str
    attached: bool
    start: int
    stop: int


def read_body(
    headers: tuple[tuple[str, str], ...], lines: list[str], first: int, *, final_newline: bool
) -> Body:
    """What a mail's body says. ``first`` is the input's number of ``lines[0]``. Never raises."""
    notes: list[NotChecked] = []
    parts = list(_leaves(headers, lines, notes))
    if len(parts) == 1 and parts[0].start == 0 and parts[0].stop == len(lines):
        return _whole(parts[0], lines, first, final_newline, notes)
    taken = _chosen(parts, lines, notes)
    texts = [_text_of(part, lines, first, notes) for part in taken]
    return Body(
        lines=tuple(line for text, _ in texts for line in text),
        numbers=tuple(number for _, numbers in texts for number in numbers),
        charset=taken[0].charset if taken else None,
        encoded=any(part.encoding not in _IDENTITY for part in taken),
        verbatim=False,
        final_newline=True,
        notes=tuple(notes),
    )


def _whole(
    part: _Part, lines: list[str], first: int, final_newline: bool, notes: list[NotChecked]
) -> Body:
    text, numbers = _text_of(part, lines, first, notes)
    encoded = part.encoding in _DECODERS
    return Body(
        tuple(text),
        tuple(numbers),
        part.charset,
        encoded,
        not encoded,
        final_newline,
        tuple(notes),
    )


def _leaves(
    headers: tuple[tuple[str, str], ...], lines: list[str], notes: list[NotChecked]
) -> Iterator[_Part]:
    waiting = [(headers, 0, len(lines), 0)]
    seen = 0
    while waiting:
        current, start, stop, depth = waiting.pop()
        kind, parameters = content_type(value_of(current, "content-type"))
        boundary = parameters.get("boundary", "")
        ranges = _split(lines, start, stop, boundary, notes) if kind[:10] == "multipart/" else None
        seen += 1
        if ranges is None or depth >= _DEEPEST or seen + len(waiting) > _MOST_PARTS:
            if kind.startswith("multipart/"):
                notes.append(NotChecked(f"the parts of a {kind} body", "no usable boundary found"))
            yield _leaf(current, kind, parameters, start, stop)
            continue
        for begin, end in reversed(ranges[:_MOST_PARTS]):
            length = head_length(lines, begin, end)
            body = begin + length + (begin + length < end and is_blank(lines[begin + length]))
            waiting.append((fields(lines[begin : begin + length]), body, end, depth + 1))


def _leaf(
    headers: tuple[tuple[str, str], ...],
    kind: str,
    parameters: dict[str, str],
    start: int,
    stop: int,
) -> _Part:
    disposition, details = content_type(value_of(headers, "content-disposition"))
    return _Part(
        kind=kind if "/" in kind and not kind.startswith("multipart/") else "text/plain",
        charset=parameters.get("charset"),
        encoding=(value_of(headers, "content-transfer-encoding") or "").strip().lower(),
        name=details.get("filename") or parameters.get("name", ""),
        attached=disposition == "attachment",
        start=start,
        stop=stop,
    )


def _split(
    lines: list[str], start: int, stop: int, boundary: str, notes: list[NotChecked]
) -> list[tuple[int, int]] | None:
    delimiter, last = f"--{boundary}", f"--{boundary}--"
    ranges: list[tuple[int, int]] = []
    begin: int | None = None
    for at in range(start, stop):
        line = lines[at]
        if not boundary or not line.startswith(delimiter):
            continue
        mark = line.rstrip(" \t\r")
        if mark not in (delimiter, last):
            continue
        if begin is not None:
            ranges.append((begin, at))
        begin = at + 1
        if mark == last:
            if not all(is_blank(rest) for rest in lines[at + 1 : stop]):
                notes.append(NotChecked("text after the last part", "outside of the mail's parts"))
            return ranges or None
    # The closing delimiter is missing: the mail was cut, what is there is still read.
    return [*ranges, (begin, stop)] if begin is not None else None


def _chosen(parts: list[_Part], lines: list[str], notes: list[NotChecked]) -> list[_Part]:
    texts: list[_Part] = []
    patches: list[_Part] = []
    for part in parts:
        if _is_patch(part, lines):
            patches.append(part)
        elif part.kind == "text/plain" and not part.attached:
            texts.append(part)
        else:
            label = f"the part {part.name or '(unnamed)'} ({part.kind})"
            notes.append(NotChecked(label, "neither the message nor a patch"))
    return texts + patches


def _is_patch(part: _Part, lines: list[str]) -> bool:
    if part.kind in _PATCH_TYPES or part.name.lower().endswith(_PATCH_NAMES):
        return True
    if not part.attached or not part.kind.startswith("text/") or part.kind == "text/html":
        return False
    decoded, _ = _undone(part, lines[part.start : part.stop])
    return any(line.startswith(_DIFF_STARTS) for line in decoded)


def _text_of(
    part: _Part, lines: list[str], first: int, notes: list[NotChecked]
) -> tuple[list[str], list[int]]:
    raw = lines[part.start : part.stop]
    if part.encoding not in _IDENTITY and part.encoding not in _DECODERS:
        notes.append(NotChecked(f"a body encoded as {part.encoding[:40]}", "unknown encoding"))
    text, offsets = _undone(part, raw)
    if part.encoding == "base64" and not base64_bytes(_joined(raw))[1]:
        notes.append(NotChecked("some of a base64 body", "it is not valid base64"))
    return text, [first + part.start + offset for offset in offsets]


def _undone(part: _Part, raw: list[str]) -> tuple[list[str], Sequence[int]]:
    decode = _DECODERS.get(part.encoding)
    return decode(raw) if decode else (raw, range(len(raw)))


def _joined(raw: list[str]) -> bytes:
    return raw_bytes("\n".join(raw))


def _from_base64(raw: list[str]) -> tuple[list[str], Sequence[int]]:
    text = base64_bytes(_joined(raw))[0].decode("utf-8", "surrogateescape").split("\n")
    if not text[-1]:
        text.pop()
    return text, range(len(text))


def _from_quoted_printable(raw: list[str]) -> tuple[list[str], Sequence[int]]:
    import binascii

    text: list[str] = []
    offsets: list[int] = []
    pending: list[str] = []
    for offset, line in enumerate(raw):
        if not pending and "=" not in line:
            text.append(line)
            offsets.append(offset)
            continue
        stripped = line.rstrip(" \t\r")
        if stripped.endswith("=") and offset + 1 < len(raw):
            pending.append(stripped[:-1])
            continue
        decoded = binascii.a2b_qp(raw_bytes("".join((*pending, line))))
        pieces = decoded.decode("utf-8", "surrogateescape").split("\n")
        text.extend(pieces)
        offsets.extend([offset - len(pending)] * len(pieces))
        pending = []
    return text, offsets


_DECODERS = {"base64": _from_base64, "quoted-printable": _from_quoted_printable}
