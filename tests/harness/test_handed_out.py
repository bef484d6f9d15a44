"""A call into C that the library is told to make is an operation, as if the program made it."""

from __future__ import annotations

import _thread
import contextlib
import functools
import heapq
import itertools
import sched
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest

from taskqueue_harness import explore


def run(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def values(got: list[int]) -> Generator[int, int, None]:
    while True:
        got.append((yield len(got)))


def closed_while_it_runs() -> None:
    steps = values([])
    run(threading.Thread(target=steps.close), threading.Thread(target=lambda: next(steps, 0)))


def sent_in_the_other_order() -> None:
    got: list[int] = []
    steps = values(got)
    next(steps)
    run(*[threading.Thread(target=steps.send, args=(i,)) for i in range(2)])
    assert got == [0, 1]


def counted_by_another_first() -> None:
    got: list[int] = []
    numbers = itertools.count()
    counts = threading.Thread(target=numbers.__next__)
    run(counts, threading.Thread(target=lambda: got.append(next(numbers))))
    assert got == [1]


def drawn_in_the_other_order() -> None:
    numbers = iter([1, 2])
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(numbers.__next__), pool.submit(numbers.__next__)
    assert (one.result(), two.result()) == (1, 2)


def set_before_the_look() -> None:
    entries: dict[str, int] = {}
    sets = threading.Thread(target=entries.__setitem__, args=("a", 1))
    sets.start()
    try:
        assert not entries
    finally:
        sets.join()


def closed_by_others() -> None:
    steps = values([])

    def close() -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(steps.close)

    run(threading.Thread(target=close), threading.Thread(target=lambda: next(steps, 0)))


def set_by_others() -> None:
    entries: dict[str, int] = {}

    def set_one() -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(entries.__setitem__, "a", 1)

    sets = threading.Thread(target=set_one)
    sets.start()
    try:
        assert not entries
    finally:
        sets.join()


@pytest.mark.parametrize(
    "program",
    [
        closed_while_it_runs,
        sent_in_the_other_order,
        counted_by_another_first,
        drawn_in_the_other_order,
        set_before_the_look,
        closed_by_others,
        set_by_others,
    ],
)
def test_it_is_an_operation_whoever_calls_it(program: Callable[[], None]) -> None:
    assert explore(program, strategy="dpor").verdict == "failed"


# -- out of a list: where it is handed out nobody sees what it is


def _thread_with(add: Callable[[int], None]) -> Callable[[], object]:
    thread = threading.Thread(target=add, args=(1,))
    thread.start()
    return thread.join


def _raw_thread_with(add: Callable[[int], None]) -> Callable[[], object]:
    _thread.start_new_thread(add, (1,))
    return lambda: None


def _timer_with(add: Callable[[int], None]) -> Callable[[], object]:
    timer = threading.Timer(function=add, interval=0.0, args=(1,))
    timer.start()
    return timer.join


def _barrier_with(add: Callable[[int], None]) -> Callable[[], object]:
    barrier = threading.Barrier(1, functools.partial(add, 1))
    thread = threading.Thread(target=barrier.wait)
    thread.start()
    return thread.join


def _executor_with(add: Callable[[int], None]) -> Callable[[], object]:
    pool = ThreadPoolExecutor(1)
    pool.submit(add, 1)
    return pool.shutdown


def _mapped_with(add: Callable[[int], None]) -> Callable[[], object]:
    pool = ThreadPoolExecutor(1)
    pool.map(add, [1])
    return pool.shutdown


def _future_with(add: Callable[[Any], None]) -> Callable[[], object]:
    future: Future[int] = Future()
    future.add_done_callback(add)
    thread = threading.Thread(target=future.set_result, args=(1,))
    thread.start()
    return thread.join


def _pool_with(add: Callable[[int], None]) -> Callable[[], object]:
    pool = ThreadPool(1)
    result = pool.apply_async(add, (1,))
    return result.wait


def _scheduler_with(add: Callable[[int], None]) -> Callable[[], object]:
    scheduler = sched.scheduler()
    scheduler.enter(0, 0, add, (1,))
    thread = threading.Thread(target=scheduler.run)
    thread.start()
    return thread.join


def _unbound_with(add: Any) -> Callable[[], object]:
    thread = threading.Thread(target=[list.append][0], args=(add.__self__, 1))
    thread.start()
    return thread.join


def _function_with(add: Any) -> Callable[[], object]:
    pool = ThreadPoolExecutor(1)
    pool.submit([heapq.heappush][0], add.__self__, 1)
    return pool.shutdown


GIVE = {
    "thread": _thread_with,
    "unbound method": _unbound_with,
    "function": _function_with,
    "raw thread": _raw_thread_with,
    "timer": _timer_with,
    "barrier": _barrier_with,
    "executor": _executor_with,
    "map": _mapped_with,
    "future": _future_with,
    "pool": _pool_with,
    "scheduler": _scheduler_with,
}


def looks_at_once(how: str) -> None:
    items: list[Any] = []
    end = GIVE[how]([items.append][0])
    try:
        assert not items
    finally:
        end()


@pytest.mark.parametrize("how", list(GIVE))
def test_it_is_one_for_the_library_too(how: str) -> None:
    found = explore(functools.partial(looks_at_once, how), strategy="dpor", executions=5_000)
    assert found.verdict == "failed"


def in_any_order() -> None:
    numbers, entries = itertools.count(), dict[int, int]()
    threads = [threading.Thread(target=numbers.__next__) for _ in range(2)]
    threads += [threading.Thread(target=entries.__setitem__, args=(i, i)) for i in range(2)]
    run(*threads)
    assert next(numbers) == len(entries) == 2


def test_what_holds_in_any_order_is_proved() -> None:
    found = explore(in_any_order, strategy="dpor")
    assert (found.verdict, found.exhausted) == ("done", True)
