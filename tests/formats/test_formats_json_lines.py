"""Our own format: written, read back, and refused."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings, strategies as st

from analyzer.errors import AnalyzerError
from analyzer.replay.formats import read, write
from analyzer.replay.formats.json_lines import FIELDS
from analyzer.replay.operation import Call, Operation, Unread

HEAD = '{"format": "analyzer-trace", "version": 1}\n'
_word = st.one_of(st.none(), st.integers(0, (1 << 64) - 1))


@st.composite
def _operation(draw: st.DrawFn) -> Operation:
    call = draw(st.sampled_from(Call))
    return Operation(
        draw(st.integers(1, 1 << 40)),
        draw(st.integers(0, 1 << 22)),
        call,
        tuple(draw(_word) for _ in FIELDS[call]),
        draw(st.one_of(st.none(), st.integers(-4095, (1 << 64) - 1))),
        draw(st.one_of(st.none(), st.floats(0, 1e12))),
        draw(st.one_of(st.none(), st.text(max_size=8))) if call is Call.MMAP else None,
    )


_unread = st.builds(Unread, st.integers(1, 1 << 40), st.text(max_size=20), st.text(max_size=20))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_operation(), _unread)))
def test_what_is_written_is_read_back(entries: list[Operation | Unread]) -> None:
    text = "".join(write(entries)).encode("utf-8", "surrogatepass")
    assert list(read(io.BytesIO(text), "log").entries) == entries


def test_what_a_line_looks_like() -> None:
    moved = Operation(3, 7, Call.MREMAP, (0x1000, 4096, 8192, 1, None), 0x5000, 1.5)
    assert list(write([moved])) == [
        HEAD,
        '{"line": 3, "task": 7, "call": "mremap", "address": "0x1000", "old_length": 4096, '
        '"new_length": 8192, "flags": "0x1", "result": "0x5000", "time": 1.5}\n',
    ]


def test_every_call_has_fields() -> None:
    assert set(FIELDS) == set(Call)


def test_words_may_be_numbers_text_or_negative() -> None:
    line = '{"call": "mmap", "address": "0x10", "length": 16, "fd": -1, "result": "0x10"}\n'
    found = list(read(io.BytesIO((HEAD + line).encode()), "log").entries)
    fd = (1 << 64) - 1
    assert found == [Operation(2, 0, Call.MMAP, (16, 16, None, None, fd, None), 16)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[1]", "the line is no JSON object"),
        ("{", "the line is no JSON object"),
        ("[" * 5000, "the line is no JSON object"),
        ('{"call": "open"}', "there is no such call"),
        ('{"call": ["mmap"]}', "there is no such call"),
        ('{"call": "brk", "adress": 1}', "brk has no field adress"),
        ('{"call": "brk", "address": "many"}', "address is no number"),
        ('{"call": "brk", "address": true}', "address is no number of 64 bits"),
        ('{"call": "brk", "address": 18446744073709551616}', "address is no number of 64 bits"),
        ('{"call": "brk", "task": -1}', "task is no number from 0"),
        ('{"call": "brk", "time": NaN}', "time is no number of seconds"),
        ('{"call": "brk", "file": 3}', "file is no text"),
        ('{"unread": 3}', "an unread line has the fields line, unread and why"),
    ],
)
def test_lines_that_cannot_be_read_say_why(line: str, why: str) -> None:
    found = list(read(io.BytesIO((HEAD + line + "\n").encode()), "log").entries)
    assert found == [Unread(2, line[:200], why)]


@pytest.mark.parametrize(
    "head",
    [{"format": "another", "version": 1}, {"format": "analyzer-trace", "version": 2}],
)
def test_another_format_or_version_is_refused(head: dict[str, object]) -> None:
    with pytest.raises(AnalyzerError, match="log:1: the first line names another format"):
        list(read(io.BytesIO(json.dumps(head).encode() + b"\n"), "log").entries)


def test_a_cut_line_is_refused() -> None:
    log = read(io.BytesIO((HEAD + '{"call": "brk", "addr').encode()), "log")
    with pytest.raises(AnalyzerError, match="log:2: the log is cut in its last line"):
        list(log.entries)
