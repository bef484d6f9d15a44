"""What the reference's own tests share: a run that cannot hang the tests, starts that fail."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from taskqueue_reference import TaskQueue

HANG_SECONDS = 30.0
"""Only reached when the code under test hangs."""


def run_to_the_end(queue: TaskQueue) -> BaseException | None:
    """Run `queue` in a thread of its own; what run() raised, if anything.

    A run that does not come back fails the test instead of hanging it.
    """
    raised: list[BaseException] = []

    def body() -> None:
        try:
            queue.run()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(HANG_SECONDS)
    if thread.is_alive():
        pytest.fail(f"run() hangs: it had not come back after {HANG_SECONDS:.0f} s")
    return raised[0] if raised else None


@pytest.fixture
def finish() -> Callable[[TaskQueue], BaseException | None]:
    return run_to_the_end


@pytest.fixture
def fail_start(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[TaskQueue, int, Exception], list[threading.Thread]]:
    """Make the nth thread of a queue (0 is the first) fail to start; gives those that did start."""

    def arrange(queue: TaskQueue, nth: int, error: Exception) -> list[threading.Thread]:
        start = threading.Thread.start
        started: list[threading.Thread] = []

        def start_or_fail(thread: threading.Thread) -> None:
            target = getattr(thread, "_target", None)
            if getattr(target, "__self__", None) is queue:
                if len(started) == nth:
                    raise error
                started.append(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", start_or_fail)
        return started

    return arrange
