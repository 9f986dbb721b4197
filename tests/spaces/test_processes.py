from recorded_calls import BASE, PAGE, RW, call, mmap, mprotect, mremap, munmap, rows, told

from analyzer.mm.geometry import X86_64
from analyzer.replay import apply as applying, vmbits as vm
from analyzer.replay.operation import Call
from analyzer.replay.spaces import Spaces
from analyzer.replay.workload import OTHERS, Workloads

FAR = BASE + 64 * PAGE


def spaces_after(*operations):
    spaces = Spaces()
    for one in operations:
        spaces.take(one)
    return spaces


def clone(task, child, flags=0, **rest):
    return call(Call.CLONE, flags, task=task, result=child, **rest)


def ends(task, group=0):
    return call(Call.EXIT, group, task=task)


def told_of(spaces):
    return {one.number: [row[:2] for row in rows(one.space)] for one in spaces.processes()}


def test_threads_share_and_children_have_their_own():
    spaces = spaces_after(
        mmap(BASE, PAGE, task=7),
        clone(7, 8, vm.CLONE_VM | vm.CLONE_THREAD),
        clone(8, 9),
        mmap(FAR, PAGE, task=8),
        munmap(BASE, PAGE, task=9),
    )
    assert told_of(spaces) == {7: [(0, 1), (64, 65)], 9: []}
    assert [sorted(one.tasks) for one in spaces.processes()] == [[7, 8], [9]]
    assert told(spaces.assumed) == told(spaces.refused) == []


def test_a_child_of_vfork_shares_until_it_runs_another_program():
    spaces = spaces_after(mmap(BASE, PAGE, task=7), clone(7, 8, vm.CLONE_VM))
    spaces.take(mmap(FAR, PAGE, task=8))
    assert told_of(spaces) == {7: [(0, 1), (64, 65)], 8: [(0, 1), (64, 65)]}
    spaces.take(call(Call.EXEC, task=8))
    spaces.take(mmap(BASE, 2 * PAGE, task=8))
    assert told_of(spaces) == {7: [(0, 1), (64, 65)], 8: [(0, 2)]}


def test_an_exec_that_failed_changes_nothing():
    spaces = spaces_after(mmap(BASE, PAGE, task=7), call(Call.EXEC, task=7, result=-2))
    assert told_of(spaces) == {7: [(0, 1)]}


def test_another_program_leaves_one_thread_with_the_first_ones_number():
    spaces = spaces_after(
        mmap(BASE, PAGE, task=7),
        clone(7, 8, vm.CLONE_VM | vm.CLONE_THREAD),
        clone(7, 9, vm.CLONE_VM | vm.CLONE_THREAD),
        call(Call.EXEC, task=8),
        mmap(FAR, PAGE, task=7),
    )
    assert told_of(spaces) == {7: [(64, 65)]}
    assert [sorted(one.tasks) for one in spaces.processes()] == [[7, 8]]


def test_what_ends_is_dropped():
    made = (
        mmap(BASE, PAGE, task=7),
        clone(7, 8, vm.CLONE_VM | vm.CLONE_THREAD),
        clone(7, 9),
        clone(7, 10, vm.CLONE_VM),
    )
    assert list(told_of(spaces_after(*made, ends(7)))) == [7, 9, 10]
    assert list(told_of(spaces_after(*made, ends(7), ends(8)))) == [9, 10]
    assert list(told_of(spaces_after(*made, ends(8, 1)))) == [9, 10]
    assert list(told_of(spaces_after(*made, ends(8, 1), ends(9), ends(10), ends(55)))) == []


def test_a_number_that_is_given_out_again_is_another_process():
    spaces = spaces_after(mmap(BASE, PAGE, task=7), clone(7, 8), clone(7, 8))
    spaces.take(munmap(BASE, PAGE, task=8))
    assert told_of(spaces) == {7: [(0, 1)], 8: []}


def test_a_task_without_a_clone():
    spaces = spaces_after(
        call(Call.BRK, 0, task=7, result=FAR),
        mmap(BASE, PAGE, task=7),
        call(Call.BRK, 0, task=8, result=FAR),
        mmap(FAR, PAGE, task=8),
        # By the address that is known, and by being the last.
        mprotect(BASE, PAGE, 1, task=20, line=11),
        mmap(FAR + PAGE, PAGE, task=30, line=12),
    )
    assert told_of(spaces) == {7: [(0, 1)], 8: [(64, 66)]}
    assert [sorted(one.tasks) for one in spaces.processes()] == [[7, 20], [8, 30]]
    assert told(spaces.assumed) == [
        ("a task of which the log shows no clone is taken as a thread", 2, 11)
    ]


def test_what_a_log_does_not_show_of_a_clone():
    spaces = spaces_after(
        mmap(BASE, PAGE, task=7),
        clone(7, None, 0, line=2),
        clone(7, 8, None, line=3),
        clone(7, -11, line=4),
        mmap(FAR, PAGE, task=9, line=5),
        clone(7, 9, line=6),
    )
    assert told(spaces.refused) == [
        ("clone: the log does not show which child it made", 1, 2),
        ("clone: the log does not show its flags", 1, 3),
    ]
    assert told(spaces.assumed) == [
        ("a task of which the log shows no clone is taken as a thread", 1, 5),
        (
            "a child did something before its fork came back: until then it is taken as a thread, "
            "and what it did as done by both",
            1,
            6,
        ),
    ]
    assert told_of(spaces) == {7: [(0, 1), (64, 65)], 9: [(0, 1), (64, 65)]}


def test_an_mremap_is_left_to_the_caller():
    spaces = spaces_after(mmap(BASE, PAGE, task=7))
    process = spaces.take(mremap(BASE, PAGE, PAGE, FAR, task=7))
    assert rows(process.space) == [(0, 1, RW, None, 0, 0)]


# --- logs made to take time -----------------------------------------------------------------------


def test_many_children_with_many_areas_are_not_followed_for_ever():
    spaces = spaces_after(*(mmap(BASE + 2 * at * PAGE, PAGE, task=1) for at in range(4_000)))
    for child in range(2, 200):
        spaces.take(clone(1, child, line=child))
    kept = [len(one.space) for one in spaces.processes()]
    assert len(kept) == 199
    # A row for each area and one for its page, in each process that lives: up to the bound.
    assert kept.count(4_000) == 1_000_000 // 8_000 + 1
    ((why, times, _),) = told(spaces.refused)
    assert why == "clone: more and larger processes than are followed: the child begins empty"
    assert times == 199 - kept.count(4_000)


def test_a_call_over_very_many_areas_is_not_applied():
    count = applying.MOST_AT_ONCE + 1
    spaces = spaces_after(*(mmap(BASE + 2 * at * PAGE, PAGE) for at in range(count)))
    spaces.take(mprotect(BASE, 2 * count * PAGE, 1))
    assert told(spaces.refused) == [("mprotect: it goes over more than 4096 areas", 1, 1)]


def test_many_processes_are_told_apart_up_to_a_bound():
    workloads = Workloads(X86_64)
    for process in range(1, 1201):
        workloads.count(mremap(BASE, PAGE, PAGE, FAR), process)
    assert workloads.whole.calls == 1200
    assert len(workloads.processes) == 1001
    assert workloads.processes[OTHERS].calls == 200
