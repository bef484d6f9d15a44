"""Where other tools of this kind went wrong, one test each; the programs are in `programs`.

What `programs.RIGHT` and `programs.WRONG` hold of it is run by `test_explore`: imported names,
locks made at module level, subclasses of Thread defined at import, Timer, executors, logging and
current_thread() in threads, the order of sleeps, blocked daemons, polling with sleep,
check-then-act on queues and containers, a lost wake-up in either order, the masked hang.
"""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from oss2.task_queue import TaskQueue
from tests.harness import programs

from taskqueue_harness import Bounds, Outcome, explore

EVERY_STRATEGY = ("random", "pct", "site-pct", "pos", "preemptions", "dfs", "dpor")


def together(*functions: Callable[[], None]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class State:
    """What two threads share."""

    a = 0
    done = False
    bad = False


def one_long_preemption() -> None:
    """Wrong only if the reader is held between its two reads while the writer goes all the way."""
    state = State()

    def write() -> None:
        for number in range(1, 41):
            state.a = number
        state.done = True

    def read() -> None:
        early = state.a < 3
        if state.done and early:
            state.bad = True

    together(write, read)
    assert not state.bad


@pytest.mark.parametrize("seed", range(10))
def test_one_long_preemption_at_one_exact_step_is_found_by_default(seed: int) -> None:
    result = explore(one_long_preemption, executions=500, seed=seed)
    assert result.verdict == "failed", result.summary()


class OneEndForAll(TaskQueue):  # type: ignore[misc]
    """oss2's class with one end in place of one for each consumer."""

    def _TaskQueue__put_end(self) -> None:  # noqa: N802
        self._TaskQueue__queue.put(None)


def one_end_for_all() -> None:
    """A consumer is blocked for good, while run() polls in ``while alive: join(1)``."""

    def produce(q: Any) -> None:
        q.put(1)

    def consume(q: Any) -> None:
        while q.get() is not None:
            pass

    OneEndForAll(produce, [consume, consume]).run()


def test_a_hang_that_polling_masks_in_the_real_class_is_stuck() -> None:
    result = explore(one_end_for_all, scope=("oss2.task_queue",), executions=1)
    assert result.verdict == "stuck"
    assert result.outcome is not None
    assert any("Queue" in str(blocked) for blocked in result.outcome.blocked), result.outcome


def polls_while_another_sleeps() -> None:
    """Right: the poller's rounds change nothing for a long while, and then the sleeper does."""
    ready = threading.Event()

    def later() -> None:
        time.sleep(60)
        ready.set()

    thread = threading.Thread(target=later)
    thread.start()
    while not ready.is_set():
        time.sleep(1)
    thread.join()


def polls_while_nobody_will_come() -> None:
    """Wrong: the same with a sleeper that has gone, and another that is blocked for good."""
    ready = threading.Event()
    thread = threading.Thread(target=lambda: time.sleep(60))
    thread.start()
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    while not ready.is_set():
        time.sleep(1)


@pytest.mark.parametrize("strategy", ["random", "pct", "dpor"])
def test_polling_is_a_hang_only_if_nobody_will_ever_come(strategy: str) -> None:
    calm = Bounds(early_timeouts=0)
    right = explore(polls_while_another_sleeps, strategy=strategy, executions=20, bounds=calm)
    assert right.verdict == "done", right.summary()
    wrong = explore(polls_while_nobody_will_come, strategy=strategy, executions=20, bounds=calm)
    assert wrong.verdict == "stuck", wrong.summary()


@pytest.mark.parametrize("strategy", EVERY_STRATEGY)
def test_a_spin_wait_is_no_hang_and_memory_stays_flat(strategy: str) -> None:
    held: list[int] = []

    def look(_: Outcome) -> None:
        held.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        result = explore(
            programs.spinning,
            strategy=strategy,
            executions=450,
            bounds=Bounds(early_timeouts=0),
            on_execution=look,
        )
    finally:
        tracemalloc.stop()
    assert result.verdict == "done", result.summary()
    # Garbage is collected every so many executions: what counts is what it comes down to.
    if len(held) == 450:
        assert min(held[300:]) - min(held[:150]) < 600_000, "bytes that 300 executions left behind"
