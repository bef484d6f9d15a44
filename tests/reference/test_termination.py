"""Section 2 of the contract: the end reaches everybody, and run() comes back."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_reference import TaskQueue

Finish = Callable[[TaskQueue], "BaseException | None"]
FailStart = Callable[[TaskQueue, int, Exception], "list[threading.Thread]"]


def nothing(q: TaskQueue) -> None:
    pass


def drain(q: TaskQueue) -> None:
    while q.get() is not None:
        pass


@pytest.mark.parametrize("items", [0, 1, 5])
def test_2_1_every_consumer_receives_the_end(items: int, finish: Finish) -> None:
    ends: list[object] = []

    def producer(q: TaskQueue) -> None:
        for item in range(items):
            q.put(item)

    def consumer(q: TaskQueue) -> None:
        drain(q)
        ends.append(None)

    assert finish(TaskQueue(producer, [consumer] * 3)) is None
    assert ends == [None] * 3


@pytest.mark.parametrize("items", [0, 1, 5])
def test_2_2_and_when_the_producer_failed_too(items: int, finish: Finish) -> None:
    failure = OSError("producer")
    ends: list[object] = []

    def producer(q: TaskQueue) -> None:
        for item in range(items):
            q.put(item)
        raise failure

    def consumer(q: TaskQueue) -> None:
        drain(q)
        ends.append(None)

    assert finish(TaskQueue(producer, [consumer] * 3)) is failure
    assert ends == [None] * 3


@pytest.mark.parametrize("last", ["producer", "consumer"])
def test_2_3_run_comes_back_only_when_all_have_ended(last: str, finish: Finish) -> None:
    """The last one holds on until the other has failed, which must not end the run early."""
    ended: list[str] = []

    def first(q: TaskQueue) -> None:
        raise OSError("first")

    def holding_on(q: TaskQueue) -> None:
        while q.ok():
            pass
        ended.append(last)

    callbacks = (holding_on, [first]) if last == "producer" else (first, [holding_on])
    assert isinstance(finish(TaskQueue(*callbacks)), OSError)
    assert ended == [last]


def test_2_4_put_never_waits_for_dead_consumers(finish: Finish) -> None:
    failure = OSError("consumer")

    def producer(q: TaskQueue) -> None:
        while q.ok():
            pass
        for item in range(10_000):
            q.put(item)

    def consumer(q: TaskQueue) -> None:
        raise failure

    assert finish(TaskQueue(producer, [consumer])) is failure


@pytest.mark.parametrize("leftovers", [0, 1, 7])
def test_2_5_leftovers_do_not_hold_run_and_are_counted(
    leftovers: int, finish: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    def producer(q: TaskQueue) -> None:
        for item in range(leftovers):
            q.put(item)

    assert finish(TaskQueue(producer, [nothing] * 2)) is None
    messages = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    expected = f"{leftovers} items left over: put, but taken by no consumer"
    assert messages == ([expected] if leftovers else [])


def test_leftovers_of_a_failed_run_are_not_reported_beside_the_failure(
    finish: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    failure = OSError("consumer")

    def consumer(q: TaskQueue) -> None:
        raise failure

    assert finish(TaskQueue(lambda q: q.put(1), [consumer])) is failure
    assert caplog.records == []


def test_2_7_and_2_18_no_thread_is_left(finish: Finish) -> None:
    before = set(threading.enumerate())
    for _ in range(5):
        assert finish(TaskQueue(nothing, [drain] * 4)) is None
    assert set(threading.enumerate()) == before


def test_2_8_all_callbacks_are_in_progress_at_the_same_time(finish: Finish) -> None:
    meeting = threading.Barrier(4, timeout=30)

    def callback(q: TaskQueue) -> None:
        meeting.wait()

    assert finish(TaskQueue(callback, [callback] * 3)) is None


def test_2_11_callbacks_run_in_daemon_threads(finish: Finish) -> None:
    daemons: list[bool] = []

    def callback(q: TaskQueue) -> None:
        daemons.append(threading.current_thread().daemon)

    assert finish(TaskQueue(callback, [callback] * 2)) is None
    assert daemons == [True] * 3


def test_2_12_the_end_is_sticky_and_nobody_elses_is_taken(finish: Finish) -> None:
    greedy_done = threading.Event()
    ends: list[object] = []

    def greedy(q: TaskQueue) -> None:
        ends.extend(q.get() for _ in range(100))
        greedy_done.set()

    def patient(q: TaskQueue) -> None:
        assert greedy_done.wait(30)
        ends.append(q.get())

    queue = TaskQueue(nothing, [greedy, patient])
    assert finish(queue) is None
    assert ends == [None] * 101
    assert queue.get() is None


def test_2_12_an_item_put_after_the_end_is_counted_not_delivered(
    finish: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[object] = []

    def consumer(q: TaskQueue) -> None:
        seen.append(q.get())
        q.put("too late")
        seen.extend([q.get(), q.get()])

    assert finish(TaskQueue(nothing, [consumer])) is None
    assert seen == [None] * 3
    assert [r.getMessage() for r in caplog.records] == [
        "1 items left over: put, but taken by no consumer"
    ]


@pytest.mark.parametrize("none", [[], (), iter([])], ids=["list", "tuple", "iterator"])
def test_2_13_no_consumers_are_refused(none: Any) -> None:
    with pytest.raises(ValueError, match="at least one consumer"):
        TaskQueue(nothing, none)


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
@pytest.mark.parametrize("nth", [0, 1, 2, 3])
def test_2_14_a_thread_that_cannot_be_started(
    nth: int, error: Exception, finish: Finish, fail_start: FailStart
) -> None:
    begun: list[str] = []
    seen: list[tuple[object, bool]] = []

    def producer(q: TaskQueue) -> None:
        begun.append("producer")

    def waiting(q: TaskQueue) -> None:
        end = q.get()
        seen.append((end, q.ok()))

    def polling(q: TaskQueue) -> None:
        while q.ok():
            pass
        seen.append((q.get(), q.ok()))

    queue = TaskQueue(producer, [waiting, polling, waiting])
    started = fail_start(queue, nth, error)
    assert finish(queue) is error
    assert len(started) == nth
    assert not any(thread.is_alive() for thread in started)
    assert begun == []  # nothing was put, so nothing is half done
    assert seen == [(None, False)] * max(nth - 1, 0)
    assert not queue.ok()


OUT_OF_MEMORY = """
    import resource, threading
    from taskqueue_reference import TaskQueue

    called = []
    ended = []

    def producer(q):
        called.append("producer")

    def waiting(q):
        ended.append(q.get())

    def polling(q):
        while q.ok():
            pass
        ended.append(None)

    queue = TaskQueue(producer, [waiting, polling] * 100)
    threading.stack_size(256 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    try:
        queue.run()
    except (RuntimeError, MemoryError) as error:
        print(called, set(ended), queue.ok(), threading.active_count())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS acts on Linux")
def test_2_14_when_the_system_itself_refuses_a_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(OUT_OF_MEMORY)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    assert (done.stdout, done.stderr) == ("[] {None} False 1\n", "")


def test_2_15_a_second_run_is_refused_after_the_first(finish: Finish) -> None:
    calls: list[int] = []
    queue = TaskQueue(lambda q: calls.append(1), [drain])
    assert finish(queue) is None
    second = finish(queue)
    assert isinstance(second, RuntimeError)
    assert "run() has been called before" in str(second)
    assert calls == [1]
    assert queue.ok()


def test_2_15_a_second_run_is_refused_during_the_first_and_disturbs_nothing(
    finish: Finish,
) -> None:
    refused: list[BaseException | None] = []
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        q.put("before")
        refused.append(finish(q))
        q.put("after")

    def consumer(q: TaskQueue) -> None:
        while (item := q.get()) is not None:
            taken.append(item)

    queue = TaskQueue(producer, [consumer])
    assert finish(queue) is None
    assert [type(error) for error in refused] == [RuntimeError]
    assert taken == ["before", "after"]
    assert queue.ok()


def test_2_15_a_failed_run_leaves_no_stale_error_for_a_second(finish: Finish) -> None:
    failure = OSError("first run")

    def producer(q: TaskQueue) -> None:
        raise failure

    queue = TaskQueue(producer, [drain])
    assert finish(queue) is failure
    assert isinstance(finish(queue), RuntimeError)
    assert not queue.ok()
