"""TQ-2.10, 2.11 and 2.16: an interrupt of run(), wherever it arrives.

In this process a trace function stands in for the signal, which puts the interrupt before any
line one likes.  Real signals are sent in a child process.
"""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from taskqueue_reference import TaskQueue, task_queue


class Stuck:
    """Callbacks that are stuck until they are let go, and then poll ok()."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.all_ended = threading.Semaphore(0)
        self.saw: list[bool] = []

    def __call__(self, q: TaskQueue) -> None:
        assert self.go.wait(30)
        self.saw.append(q.ok())
        self.all_ended.release()

    def let_go(self, callbacks: int) -> None:
        self.go.set()
        for _ in range(callbacks):
            assert self.all_ended.acquire(timeout=30)


def interrupt_join(monkeypatch: pytest.MonkeyPatch, before: Callable[[], None]) -> None:
    """Let the next join() be interrupted, after `before` has been called."""

    def interrupted(thread: threading.Thread, timeout: float | None = None) -> None:
        before()
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", interrupted)


def test_2_10_run_leaves_although_callbacks_are_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Stuck()
    queue = TaskQueue(stuck, [stuck] * 2)
    interrupt_join(monkeypatch, before=lambda: None)
    with pytest.raises(KeyboardInterrupt):
        queue.run()
    assert stuck.saw == []  # they are stuck yet
    stuck.let_go(3)
    assert stuck.saw == [False] * 3  # TQ-2.16


def test_2_10_every_wait_for_a_thread_has_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a wait without one cannot be interrupted at all."""
    timeouts: list[float | None] = []
    join = threading.Thread.join

    def watched(thread: threading.Thread, timeout: float | None = None) -> None:
        timeouts.append(timeout)
        join(thread, timeout)

    reached = threading.Event()

    def callback(q: TaskQueue) -> None:
        assert reached.wait(30)

    def is_alive(thread: threading.Thread, alive: Any = threading.Thread.is_alive) -> bool:
        if len(timeouts) >= 1:
            reached.set()
        return bool(alive(thread))

    monkeypatch.setattr(threading.Thread, "join", watched)
    monkeypatch.setattr(threading.Thread, "is_alive", is_alive)
    monkeypatch.setattr(task_queue, "JOIN_SECONDS", 0.01)
    TaskQueue(callback, [callback]).run()
    assert set(timeouts) == {0.01}


def test_2_16_the_end_waits_for_the_producer_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TQ-1.1 holds for an interrupted run: items that are put after the interrupt arrive."""
    interrupted, ended = threading.Event(), threading.Event()
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        assert interrupted.wait(30)
        q.put("after the interrupt")

    def consumer(q: TaskQueue) -> None:
        while (item := q.get()) is not None:
            taken.append(item)
        ended.set()

    interrupt_join(monkeypatch, before=lambda: None)
    with pytest.raises(KeyboardInterrupt):
        TaskQueue(producer, [consumer]).run()
    interrupted.set()
    assert ended.wait(30)
    assert taken == ["after the interrupt"]


def test_2_16_a_failure_before_the_interrupt_is_shown_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck = Stuck()
    failure = OSError("before")

    def failing(q: TaskQueue) -> None:
        raise failure

    queue = TaskQueue(stuck, [failing])

    def until_failed() -> None:
        while queue.ok():
            pass

    interrupt_join(monkeypatch, before=until_failed)
    with pytest.raises(KeyboardInterrupt) as caught:
        queue.run()
    assert caught.value.__context__ is failure
    assert not queue.ok()
    stuck.let_go(1)


def test_2_16_a_failure_after_the_interrupt_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    threads: list[threading.Thread] = []
    begun, interrupted = threading.Event(), threading.Event()

    def failing(q: TaskQueue) -> None:
        threads.append(threading.current_thread())
        begun.set()
        assert interrupted.wait(30)
        raise OSError("after the interrupt")

    def until_begun() -> None:
        assert begun.wait(30)

    interrupt_join(monkeypatch, before=until_begun)
    queue = TaskQueue(failing, [lambda q: q.get()])
    with pytest.raises(KeyboardInterrupt):
        queue.run()
    interrupted.set()
    threads[0].join(30)
    assert "OSError: after the interrupt" in caplog.text


def test_3_10_an_interrupted_run_leaves_no_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupt(KeyboardInterrupt):
        pass

    class Failure(Exception):
        pass

    def failing(q: TaskQueue) -> None:
        raise Failure

    def run_and_drop() -> list[weakref.ref[Any]]:
        queue = TaskQueue(failing, [lambda q: q.get()])
        join = threading.Thread.join
        joined: list[threading.Thread] = []

        def interrupted(thread: threading.Thread, timeout: float | None = None) -> None:
            join(thread)
            joined.append(thread)
            if len(joined) == 2:  # both have ended, and hold nothing any more
                raise Interrupt

        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "is_alive", lambda thread: thread not in joined)
            patch.setattr(threading.Thread, "join", interrupted)
            try:
                queue.run()
            except Interrupt as error:
                return [weakref.ref(queue), weakref.ref(error), weakref.ref(error.__context__)]
        pytest.fail("run() did not raise")

    gc.collect()
    gc.disable()
    try:
        assert [thing() for thing in run_and_drop()] == [None] * 3
    finally:
        gc.enable()


class InterruptAt:
    """Raises KeyboardInterrupt before the nth line of the reference that this thread runs.

    Lines count from the moment at which the first thread has been started.
    """

    def __init__(self, nth: int, threads_before: int) -> None:
        self.nth = nth
        self.threads_before = threads_before
        self.lines = 0
        self.raised_at = ""

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        if frame.f_code.co_filename != task_queue.__file__:
            return None
        if event == "line" and threading.active_count() > self.threads_before:
            if self.lines == self.nth:
                self.raised_at = f"{frame.f_code.co_name}:{frame.f_lineno}"
                sys.settrace(None)
                raise KeyboardInterrupt
            self.lines += 1
        return self


def test_2_10_and_2_16_whatever_line_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line of run()'s thread in turn, until a run of them all is not reached any more."""
    monkeypatch.setattr(task_queue, "JOIN_SECONDS", 0.001)
    places: set[str] = set()
    tracer_of_others = sys.gettrace()
    for nth in range(40):
        stuck = Stuck()
        queue = TaskQueue(stuck, [stuck])
        interrupt = InterruptAt(nth, threading.active_count())
        sys.settrace(interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                queue.run()
        finally:
            sys.settrace(tracer_of_others)
        places.add(interrupt.raised_at.split(":")[0])
        assert not queue.ok(), f"ok() after an interrupt before {interrupt.raised_at}"
        stuck.let_go(2)
        assert stuck.saw == [False] * 2
    assert places == {"run", "_join"}


CHILD = """
    import os, signal, sys, threading
    from taskqueue_reference import TaskQueue

    inside = threading.Barrier(3, timeout=30)

    def stuck(q):
        inside.wait()
        threading.Event().wait()

    def interrupting(q):
        inside.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        threading.Event().wait()

    q = TaskQueue(stuck, [stuck, interrupting])
    try:
        q.run()
    except KeyboardInterrupt:
        print("interrupted, ok() is", q.ok())
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals of this kind are POSIX")
def test_2_10_and_2_11_a_real_signal_ends_run_and_the_process() -> None:
    """The child ends by itself, although its callbacks never do."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD)],
        capture_output=True,
        text=True,
        timeout=30,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    assert (done.stdout, done.stderr) == ("interrupted, ok() is False\n", "")
    assert done.returncode == 0
