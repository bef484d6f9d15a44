"""A bound method of C that is handed out is an operation, although others call it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from taskqueue_harness import explore


def together(one: Callable[[], Any], two: Callable[[], Any]) -> None:
    threads = [threading.Thread(target=one), threading.Thread(target=two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def values(got: list[int]) -> Generator[int, int, None]:
    while True:
        got.append((yield len(got)))


def closed_while_it_runs() -> None:
    steps = values([])
    threads = threading.Thread(target=steps.close), threading.Thread(target=lambda: next(steps, 0))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def sent_in_the_other_order() -> None:
    got: list[int] = []
    steps = values(got)
    next(steps)
    threads = [threading.Thread(target=steps.send, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [0, 1]


def counted_by_another_first() -> None:
    got: list[int] = []
    numbers = itertools.count()
    counts = threading.Thread(target=numbers.__next__)
    counts.start()
    together(lambda: got.append(next(numbers)), counts.join)
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


def added_before_the_count() -> None:
    items: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(items.__len__)
        items.append(1)
    assert counted.result() == 0


@pytest.mark.parametrize("strategy", ["dpor", "portfolio"])
@pytest.mark.parametrize(
    "program",
    [
        closed_while_it_runs,
        sent_in_the_other_order,
        counted_by_another_first,
        drawn_in_the_other_order,
        set_before_the_look,
        added_before_the_count,
    ],
)
def test_it_is_an_operation_whoever_calls_it(program: Callable[[], None], strategy: str) -> None:
    found = explore(program, strategy=strategy, executions=500)
    assert found.verdict == "failed"
    assert found.threads


def in_any_order() -> None:
    numbers, entries = itertools.count(), dict[int, int]()
    threads = [threading.Thread(target=numbers.__next__) for _ in range(2)]
    threads += [threading.Thread(target=entries.__setitem__, args=(i, i)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert next(numbers) == len(entries) == 2


def test_what_holds_in_any_order_is_proved() -> None:
    found = explore(in_any_order, strategy="dpor")
    assert (found.verdict, found.exhausted) == ("done", True)
