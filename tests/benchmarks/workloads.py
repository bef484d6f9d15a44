"""The programs that the benchmarks run: two threads and a counter, two locks, oss2's TaskQueue.

Zero arguments, state made anew, threads started and joined: what every tool of this kind can run.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oss2 has invalid escape sequences
    from oss2.task_queue import TaskQueue

__all__ = ["PROGRAMS"]


class Counter:
    """Something to count with."""

    value = 0


def _together(*functions: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def lost_update() -> None:
    """Two threads read and write an attribute; nothing is asserted, so that no search ends."""
    counter = Counter()

    def add() -> None:
        value = counter.value
        counter.value = value + 1

    _together(add, add)


def with_lock() -> None:
    """The same under a lock."""
    counter = Counter()
    lock = threading.Lock()

    def add() -> None:
        with lock:
            counter.value += 1

    _together(add, add)
    assert counter.value == 2


def two_locks() -> None:
    """Two threads take two locks in one order."""
    first, second = threading.Lock(), threading.Lock()

    def take() -> None:
        with first, second:
            pass

    _together(take, take)


def task_queue() -> None:
    """oss2's class: a producer of 3 items, 2 consumers."""
    taken: list[int] = []

    def produce(q: Any) -> None:
        for item in range(3):
            q.put(item)

    def consume(q: Any) -> None:
        while (item := q.get()) is not None:
            taken.append(item)

    TaskQueue(produce, [consume, consume]).run()
    assert sorted(taken) == [0, 1, 2]


PROGRAMS: dict[str, Callable[[], None]] = {
    one.__name__: one for one in (lost_update, with_lock, two_locks, task_queue)
}
