"""strace's options, its two halves of a call, and what of it cannot be read."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from analyzer.errors import AnalyzerError
from analyzer.replay.formats import read
from analyzer.replay.operation import Call, Operation, Unread

WORD = 1 << 64


def entries(text: str) -> list[Operation | Unread]:
    return list(read(io.BytesIO(text.encode()), "log").entries)


def one(text: str) -> Operation | Unread:
    (found,) = entries(text + "\n")
    return found


MOVE = "mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x5000"


@pytest.mark.parametrize(
    ("leader", "task", "seconds"),
    [
        ("", 0, None),
        ("13 ", 13, None),
        ("13<comm x> ", 13, None),
        ("05:38:57 ", 0, 20337.0),
        ("13 05:38:57.5 ", 13, 20337.5),
        ("1795412338.25 ", 0, 1795412338.25),
        ("1795412338 ", 0, 1795412338.0),
        ("13    1795412338.25 ", 13, 1795412338.25),
        ("     0.000123 ", 0, None),
        ("13      0.000123 ", 13, None),
        ("13 05:39:41 (+     0.000022) ", 13, 20381.0),
        ("[  25] ", 0, None),
        ("13 [00007f66d931f829] ", 13, None),
        ("13 1795412338.25 [  25] [00007f66d931f829] ", 13, 1795412338.25),
    ],
)
def test_leaders_of_all_options(leader: str, task: int, seconds: float | None) -> None:
    expected = Operation(1, task, Call.MREMAP, (0x1000, 4096, 8192, 1, None), 0x5000, seconds)
    assert one(leader + MOVE) == expected
    assert one(f"{leader}{MOVE} <0.000060>") == expected


@pytest.mark.parametrize(
    ("line", "call", "arguments", "result"),
    [
        ("mremap(0x1000, 0, 0, 0)                 = -1 EINVAL (Invalid argument)",
         Call.MREMAP, (0x1000, 0, 0, 0, None), -22),
        ("mremap(0x1000, 1, 1, 0x8 /* MREMAP_??? */) = -1 EINVAL (Invalid argument)",
         Call.MREMAP, (0x1000, 1, 1, 8, None), -22),
        ("mremap(0x1000, 1, 1, MREMAP_MAYMOVE|MREMAP_FIXED|0x18, 0x9000) = 0x9000",
         Call.MREMAP, (0x1000, 1, 1, 0x1B, 0x9000), 0x9000),
        ("mremap(0x1000, 1, 1, 0x7 /* A|B */, NULL) = ? ERESTARTSYS (To be restarted)",
         Call.MREMAP, (0x1000, 1, 1, 7, 0), -512),
        ("mremap(0x1000, 0x1000, 0x1000, 0x8, 0) = -1 (errno 513)",
         Call.MREMAP, (0x1000, 4096, 4096, 8, 0), -513),
        ("mmap(NULL, 4096, PROT_READ|0x100, MAP_PRIVATE|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0) = ?",
         Call.MMAP, (0, 4096, 0x101, 0x54040002, WORD - 1, 0), None),
        ("mmap(0, 0x3000, 0x3, 0x22, 0xffffffff, 0) = 0x7000",
         Call.MMAP, (0, 0x3000, 3, 0x22, WORD - 1, 0), 0x7000),
        ("mmap2(NULL, 4096, PROT_NONE, MAP_SHARED, 3, 0x26000) = 0x7000",
         Call.MMAP, (0, 4096, 0, 1, 3, 0x26000), 0x7000),
        ("munmap(0x1000, 34547)     = 0", Call.MUNMAP, (0x1000, 34547), 0),
        ("brk(NULL)                         = 0x56412b242000", Call.BRK, (0,), 0x56412B242000),
        ("madvise(0x1000, 4096, 0x63 /* MADV_??? */) = 0", Call.MADVISE, (0x1000, 4096, 0x63), 0),
        ("mlock2(0x1000, 4096, MLOCK_ONFAULT|0x8) = 0", Call.MLOCK2, (0x1000, 4096, 9), 0),
        ("mlockall(MCL_CURRENT|MCL_FUTURE)  = 0", Call.MLOCKALL, (3,), 0),
        ("munlockall()                      = 0", Call.MUNLOCKALL, (), 0),
        ("pkey_mprotect(0x1000, 4096, PROT_READ, -1) = 0", Call.MPROTECT, (0x1000, 4096, 1), 0),
        ("read(0x3, 0x7000, 0x1000) = 0x20", Call.TOUCH, (0x7000, 0x20), 0),
        ("vfork()  = 12", Call.CLONE, (0x4100,), 12),
        ("fork()  = -1 EAGAIN (Resource temporarily unavailable)", Call.CLONE, (0,), -11),
        ("clone(0x1200011, 0, 0, 0x7f4e94c2ee50, 0) = 0x29f8", Call.CLONE, (0x1200000,), 0x29F8),
        ("clone(child_stack=NULL, flags=0x1200000 /* A|B */|17 /* SIGCHLD */, tid=0x7) = 12<a>",
         Call.CLONE, (0x1200000,), 12),
        ("clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD} => {parent_tid=[9]}, 88) = 9",
         Call.CLONE, (0x4100,), 9),
        ("clone3(0x7ffd3ef2f5e0, 0x58)      = 2 /* 29 in strace's PID NS */",
         Call.CLONE, (None,), 29),
        ('execve("/bin/x) = 3", ["x"], 0x7 /* 3 vars */) = 0', Call.EXEC, (), 0),
        ("exit_group(3)  = ?", Call.EXIT, (1,), None),
        ("+++ killed by SIGKILL (core dumped) +++", Call.EXIT, (0,), None),
    ],
)  # fmt: skip
def test_calls(line: str, call: Call, arguments: tuple[int | None, ...], result: int) -> None:
    assert one(line) == Operation(1, 0, call, arguments, result)


@pytest.mark.parametrize(
    ("shown", "path"),
    [
        ("3</usr/lib/a.so>", "/usr/lib/a.so"),
        ("3</dev/null<char 1:3>>", "/dev/null<char 1:3>"),
        ("3</a, b) = 0x1>", "/a, b) = 0x1"),
        ("3</x/gone>(deleted)", "/x/gone"),
    ],
)
def test_the_path_of_a_descriptor(shown: str, path: str) -> None:
    line = f"mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, {shown}, 0x1000) = 0x7000"
    assert one(line) == Operation(1, 0, Call.MMAP, (0, 4096, 1, 2, 3, 4096), 0x7000, None, path)


@pytest.mark.parametrize(
    "line",
    [
        'openat(AT_FDCWD, "mmap(", O_RDONLY) = 3',
        'read(3, "mremap(0x1000, 1, 1, 0) = 0", 99) = 27',
        "read(0x3, 0x7000, 0x1000) = 0",
        "shmat(0, NULL, SHM_RDONLY)              = -1 EINVAL (Invalid argument)",
        "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=10223} ---",
        " > /usr/lib/libc.so.6(mremap+0x30) [0x109a00]",
        "strace: Process 12 detached",
        "13 <... futex resumed>) = 0",
        "what a program has printed",
    ],
)
def test_lines_of_no_interest_are_passed_over(line: str) -> None:
    assert entries(f"{line}\n+++ exited with 0 +++\n")[:-1] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("mremap(0x1000, 4096) = 0x5000", "mremap() with 2 arguments"),
        ("mremap(0x1000, x, 1, 0) = 0x5000", "x is not known"),
        ("mremap(0x1000, 1, 1, MREMAP_NEW) = 0x5000", "MREMAP_NEW is not known"),
        ("mremap(0x1000, 1, 1, 0)", "the line is not whole"),
        ("mremap(0x1000, 1, 1, 0) = often", "its result is not understood"),
        ("mremap(0x1000, 1, 1, 0) = -1 ENEW (x)", "its result is not understood"),
        ("mremap(0x10000000000000000, 1, 1, 0) = 0", "0x10000000000000000 is not known"),
        ("mmap(0x1000, 1, 1, 0) = 0", "mmap() with other arguments than six"),
        ("shmat(3, NULL, 0) = 0x7000", "shmat() is not replayed"),
        ("pkey_mprotect(0x1000, 1, 1, 4) = 0", "protection keys are not replayed"),
        ("7 <... mremap resumed>) = 0x7000", "the call's beginning is not in the log"),
        ("output munmap(0x1000, 1) = 0", "what stands before the call is not strace's"),
        ("7 mremap(0x1000, 1 <unfinished ...>", "the call never came back"),
        ("7 mremap(0x1000, 1 <detached ...>", "the call never came back"),
    ],
)
def test_calls_that_cannot_be_read_say_why(line: str, why: str) -> None:
    found = [each for each in entries(f"{line}\n+++ exited with 0 +++\n") if each.line == 1]
    assert [(type(each), getattr(each, "why", None)) for each in found] == [(Unread, why)]


def test_a_call_that_another_one_of_the_task_follows_never_came_back() -> None:
    found = entries("7 brk(NULL <unfinished ...>\n7 brk(NULL) = 0x1000\n")
    assert found == [
        Unread(1, "brk(NULL", "the call never came back"),
        Operation(2, 7, Call.BRK, (0,), 0x1000),
    ]


def test_messages_of_strace_within_a_line_and_tasks_without_a_name() -> None:
    found = entries(
        "brk(NULL) = 0x1000\n"
        "clone(child_stack=NULL, flags=CLONE_VM|SIGCHLDstrace: Process 12 attached\n"
        ", child_tidptr=0x7f1b77ac6a10) = 12\n"
        "[pid 12] brk(NULL <unfinished ...>\n"
        "[pid 11] brk(NULL) = 0x2000\n"
        "[pid 12] <... brk resumed>) = 0x3000\n"
        "[pid 11] +++ exited with 0 +++\n"
        "brk(NULL) = 0x4000\n"
        "+++ exited with 0 +++\n"
    )
    assert found == [
        Operation(1, 0, Call.BRK, (0,), 0x1000),
        Operation(2, 0, Call.CLONE, (0x100,), 12),
        Operation(5, 0, Call.BRK, (0,), 0x2000),
        Operation(4, 12, Call.BRK, (0,), 0x3000),
        Operation(7, 0, Call.EXIT, (0,), None),
        Operation(8, 12, Call.BRK, (0,), 0x4000),
        Operation(9, 12, Call.EXIT, (0,), None),
    ]


def test_a_thread_that_calls_exec_becomes_the_process() -> None:
    found = entries(
        '12 execve("/bin/true", ["true"], 0x7 /* 3 vars */ <unfinished ...>\n'
        "11 +++ superseded by execve in pid 12 +++\n"
        "11 <... execve resumed>) = 0\n"
    )
    assert found == [
        Operation(2, 12, Call.EXIT, (0,), None),
        Operation(1, 11, Call.EXEC, (), 0),
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "log: the log is empty; record it again"),
        (b"\n\n", "log: the log is empty; record it again"),
        (b"a\nb\0c\n", "log:2: the log is not text;"),
        (b"PERFILE2\0\0", "log: the log is a recording of perf;"),
        (b"\x1f\x8b\x08\0", "log: the log is compressed; unpack it"),
        (b"a diary\nof mine\n", "log: this is no log of a format that is known;"),
        (b"brk(NULL) = 0x1000\nbrk(NULL) = 0x10", "log:2: the log is cut in its last line;"),
        (b"brk(NULL) = 0x1000\nopenat(AT_FD", "log:2: the log is cut in its last line;"),
    ],
)
def test_logs_that_are_none(data: bytes, what: str) -> None:
    with pytest.raises(AnalyzerError) as caught:
        list(read(io.BytesIO(data), "log").entries)
    assert str(caught.value).startswith(what)
    assert "\n" not in str(caught.value)


def test_a_last_line_that_lacks_only_its_end_is_read() -> None:
    assert one("brk(NULL) = 0x1000").line == 1
    assert entries("brk(NULL) = 0x1000\n+++ exited with 0 +++")[1].line == 2


def test_long_lines_and_long_logs_take_constant_memory() -> None:
    class Endless(io.RawIOBase):
        """A line of 40 MB without an end, behind and before lines of interest."""

        def __init__(self) -> None:
            self.left = 160

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            ends = {159: b'brk(NULL) = 0x1000\nwrite(1, "', 0: b'", 9) = 9\nbrk(NULL) = 0x2000\n'}
            return b"" if self.left < 0 else ends.get(self.left, b"a" * (1 << 18))

    seen: list[int] = []
    found = list(read(Endless(), "log", seen.append).entries)  # type: ignore[arg-type]
    assert found == [
        Operation(1, 0, Call.BRK, (0,), 0x1000),
        Operation(3, 0, Call.BRK, (0,), 0x2000),
    ]
    assert seen == sorted(seen)
    assert len(seen) == 160


def test_unfinished_calls_without_end_are_bounded_and_told() -> None:
    count = 3000
    text = "".join(f"{pid} brk(NULL <unfinished ...>\n" for pid in range(1, count + 1))
    found = entries(text)
    assert [each.line for each in found] == list(range(1, count + 1))
    assert all(isinstance(each, Unread) for each in found)


FLAGS = {"MREMAP_MAYMOVE": 1, "MREMAP_FIXED": 2, "MREMAP_DONTUNMAP": 4, "0x8": 8}
ERRORS = {"EINVAL": -22, "ENOMEM": -12, "EFAULT": -14}
_word = st.integers(0, WORD - 4096)
_result = st.one_of(st.sampled_from(sorted(ERRORS)), _word)


@settings(max_examples=150, deadline=None)
@given(
    calls=st.lists(
        st.tuples(
            st.integers(1, 4),
            _word,
            _word,
            _word,
            st.sets(st.sampled_from(sorted(FLAGS))),
            st.one_of(st.none(), _word),
            _result,
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_what_is_written_as_strace_does_is_read_back(calls: list[tuple]) -> None:  # type: ignore[type-arg]
    lines: list[str] = []
    expected: set[Operation] = set()
    waiting: dict[int, str] = {}
    for task, address, old, new, names, fixed, result, halves in calls:
        if task in waiting:
            lines.append(waiting.pop(task))
        shown = "|".join(sorted(names)) or "0"
        text = f"mremap({address:#x}, {old}, {new}, {shown}"
        if fixed is not None:
            text += f", {fixed:#x}"
        named = isinstance(result, str)
        end = f") = {f'-1 {result} (Words)' if named else hex(result)}"
        value = ERRORS[result] if named else result
        flags = sum(FLAGS[name] for name in names)
        arguments = (address, old, new, flags, fixed)
        line = len(lines) + 1
        expected.add(Operation(line, task, Call.MREMAP, arguments, value))
        if halves:
            lines.append(f"{task} {text} <unfinished ...>")
            waiting[task] = f"{task} <... mremap resumed>{end}"
        else:
            lines.append(f"{task}  {text}{end}")
    lines += waiting.values()
    if not lines:
        return
    found = entries("\n".join(lines) + "\n")
    assert len(found) == len(expected)
    assert set(found) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='mreap(0x1, )=<>.\n+ -?[]/*|"{}', max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for each in entries(f"brk(NULL) = 0x1000\n{text}\n"):
        assert isinstance(each, Operation | Unread)


PROGRAM = """
import mmap
area = mmap.mmap(-1, 1 << 20)
for size in (8 << 20, 1 << 20, 32 << 20):
    area.resize(size)
"""


@pytest.mark.parametrize("options", [[], ["-f", "-tt", "-T"], ["-X", "raw"], ["-e", "raw=all"]])
def test_strace_itself(options: list[str], tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "log"
    done = subprocess.run(
        [strace, *options, "-o", log, sys.executable, "-S", "-E", "-c", PROGRAM],
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode != 0:
        pytest.skip(f"strace cannot trace here: {done.stderr[-200:]!r}")
    with log.open("rb") as stream:
        found = list(read(stream, "log").entries)
    assert [each for each in found if isinstance(each, Unread)] == []
    remaps = [each for each in found if isinstance(each, Operation) and each.call is Call.MREMAP]
    sizes = [each.arguments[1:4] for each in remaps if (each.arguments[1] or 0) >= 1 << 20]
    mib = 1 << 20
    assert [size for size in sizes if size[0] in (mib, 8 * mib)][-3:] == [
        (mib, 8 * mib, 1),
        (8 * mib, mib, 1),
        (mib, 32 * mib, 1),
    ]


@pytest.mark.parametrize(
    "part", ["mmap(", ") = 0x1", "fd: 1<", "a(", "1 ", "/* ", ", flags=", "<> "]
)
@pytest.mark.parametrize(
    "first",
    [
        "mmap(NULL, ",
        "mremap(0x1, 1, 1, ",
        "clone(",
        "     0.1 ( 0.1 ms): a/1 mmap(",
        "a 1 [1] 2.5: syscalls:sys_enter_mmap: ",
    ],
)
def test_no_line_takes_long(first: str, part: str) -> None:
    """A line of half a megabyte, made of what the patterns look for."""
    known = {"m": "brk(NULL) = 0x1000", "c": "brk(NULL) = 0x1000", "a": "# tracer: nop"}
    text = known.get(first[0], "     0.1 ( 0.1 ms): brk() = 0x1000")
    start = time.process_time()
    entries(f"{text}\n{first}{part * (500_000 // len(part))}\n")
    with contextlib.suppress(AnalyzerError):
        entries(f"{part * (500_000 // len(part))}\n")
    assert time.process_time() - start < 1
