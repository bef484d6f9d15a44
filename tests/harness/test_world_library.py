"""Modules of the standard library in a world: what they tell things apart by, and hand out."""

from __future__ import annotations

import multiprocessing.dummy
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, _base, as_completed, wait

import pytest

from taskqueue_harness import explore


def futures_in_no_order_of_memory() -> list[Future[int]]:
    """Young ones take the places that others have left between old ones."""
    old: list[Future[int]] = [Future() for _ in range(40)]
    del old[::2]
    young: list[Future[int]] = [Future() for _ in range(20)]
    return old + young


def locks_of_futures_are_taken_in_the_order_of_their_making() -> None:
    futures = futures_in_no_order_of_memory()
    acquiring = _base._AcquireFutures(reversed(futures))
    assert acquiring.futures == futures


def waits_for_futures() -> None:
    futures = futures_in_no_order_of_memory()[18:22]

    def resolve(some: list[Future[int]]) -> None:
        for number, future in enumerate(some):
            future.set_result(number)

    threads = [threading.Thread(target=resolve, args=(futures[half::2],)) for half in range(2)]
    for thread in threads:
        thread.start()
    done, pending = wait(futures)
    assert (len(done), len(pending)) == (4, 0)
    assert sum(future.result() for future in as_completed(futures)) == 2
    for thread in threads:
        thread.join()


def waits_for_what_it_submits() -> None:
    with ThreadPoolExecutor(2) as pool:
        futures = {pool.submit(abs, -number) for number in range(3)}
        assert sorted(future.result() for future in as_completed(futures)) == [0, 1, 2]


@pytest.mark.parametrize(
    "program",
    [
        locks_of_futures_are_taken_in_the_order_of_their_making,
        waits_for_futures,
        waits_for_what_it_submits,
    ],
)
def test_futures_are_told_apart_by_their_number(program: Callable[[], None]) -> None:
    result = explore(program, executions=30, repeats=10)
    assert result.ok, result


def test_a_manager_of_threads_hands_out_what_is_under_control() -> None:
    def program() -> None:
        manager = multiprocessing.dummy.Manager()
        assert manager is multiprocessing.dummy
        items = manager.Queue()
        worker = manager.Process(target=items.put, args=(1,))
        worker.start()
        assert items.get() == 1
        worker.join()

    result = explore(program, strategy="dpor")
    assert result.ok, result
    assert result.exhausted
