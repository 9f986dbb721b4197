"""perf script, ftrace, trace-cmd and perf trace: their oddities, and what they cannot say."""

from __future__ import annotations

import io

import pytest

from analyzer.errors import AnalyzerError
from analyzer.replay.formats import read
from analyzer.replay.operation import Call, Operation, Unread


def entries(text: str) -> list[Operation | Unread]:
    return list(read(io.BytesIO(text.encode()), "log").entries)


BRK = Operation(1, 34, Call.BRK, (0x1000,), 0x2000, 2.5)


@pytest.mark.parametrize(
    ("enter", "exit_"),
    [
        ("a b 34 [001] 2.5: syscalls:sys_enter_brk: brk: 0x00001000",
         "a b 34 [001] 2.6: syscalls:sys_exit_brk: 0x2000"),
        ("a 12/34 2.5: syscalls:sys_enter_brk: brk: 0x00001000",
         "a 12/34 2.6: syscalls:sys_exit_brk: 0x2000"),
        ("a 34 [001] 2.5:          1 syscalls:sys_enter_brk: brk: 0x00001000",
         "a 34 [001] 2.6:          1 syscalls:sys_exit_brk: 0x2000"),
        ("  a-b-34 [001]  2.5: sys_enter_brk: brk: 0x00001000",
         "  a-b-34 [001]  2.6: sys_exit_brk: 0x2000"),
        ("  <...>-34 (   12) [001] d...1  2.5: sys_brk(brk: 1000)",
         "  <...>-34 (-----) [001] d...1  2.6: sys_brk -> 0x2000"),
    ],
)  # fmt: skip
def test_heads_of_lines(enter: str, exit_: str) -> None:
    assert entries(f"{enter}\n{exit_}\n") == [BRK]


def test_system_calls_by_number_need_their_machine() -> None:
    text = (
        "a 34 [001] 2.5: raw_syscalls:sys_enter: NR 12 (1000, 7f0000, 0, 0, 0, 0)\n"
        "a 34 [001] 2.6: raw_syscalls:sys_exit: NR 12 = 8192\n"
    )
    assert entries("# arch : x86_64\n" + text) == [
        Operation(2, 34, Call.BRK, (0x1000,), 0x2000, 2.5)
    ]
    with pytest.raises(AnalyzerError, match=r"log:1: .*no machine.*--header"):
        entries(text)


def test_page_faults_are_touches() -> None:
    line = "a 34 [001] 2.5: exceptions:page_fault_user: address=0x7f10 ip=0x55 error_code=0x6\n"
    assert entries(line) == [Operation(1, 34, Call.TOUCH, (0x7F10, 1), 0, 2.5)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a 34 [1] 2.5: syscalls:sys_exit_brk: 0x2000\n", "the call's beginning is not in the log"),
        ("a 34 [1] 2.5: syscalls:sys_enter_brk: brk: 0x2000\n",
         "the log ends before the call came back"),
        ("a 34 [1] 2.5: syscalls:sys_enter_brk: x: 0x2000\n", "its arguments are not understood"),
        ("# tracer: nop\nCPU:1 [LOST 21 EVENTS]\n", "events were lost here"),
        ("     0.1 ( 0.1 ms): brk() = 0x1000\nLOST 3 events!\n", "calls were lost here"),
        ("     0.1 ( 0.1 ms): a/1 mremap(flags: NEW) = 0x1000\n", "NEW is not known"),
    ],
)  # fmt: skip
def test_what_is_not_read_says_why(text: str, why: str) -> None:
    found = [each for each in entries(text) if isinstance(each, Unread)]
    assert [each.why for each in found] == [why]


def test_a_child_comes_back_from_a_call_that_it_has_not_made() -> None:
    found = entries(
        "a 34 [1] 2.5: syscalls:sys_enter_clone: clone_flags: 0x00000011\n"
        "a 35 [1] 2.6: syscalls:sys_exit_clone: 0x0\n"
        "a 34 [1] 2.7: syscalls:sys_exit_clone: 0x23\n"
    )
    assert found == [Operation(1, 34, Call.CLONE, (0,), 35, 2.5)]


@pytest.mark.parametrize(
    ("shown", "arguments", "result"),
    [
        ("mremap(addr: 0x1000) = 0x1000", (0x1000, 0, 0, 0, None), 0x1000),
        ("mremap(addr: 0x1000, flags: ) = -1 EINVAL (Invalid)", (0x1000, 0, 0, None, None), -22),
        ("mremap(addr: 0x1000, flags: MAYMOVE|FIXED) = -1 ENOMEM (No)", (0x1000, 0, 0, 3, 0), -12),
        ("mremap(addr: 0x1000, flags: MREMAP_MAYMOVE) = -1 EINVAL (Invalid)",
         (0x1000, 0, 0, None, None), -22),
    ],
)  # fmt: skip
def test_perf_trace_leaves_out_zeros_and_nameless_bits(
    shown: str, arguments: tuple[int | None, ...], result: int
) -> None:
    found = entries(f"     1.500 ( 0.011 ms): {shown}\n")
    assert found == [Operation(1, 0, Call.MREMAP, arguments, result, 0.0015)]
