"""Section 4 of the contract: instances and callbacks stand on their own."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_reference import TaskQueue

Finish = Callable[[TaskQueue], "BaseException | None"]


def nothing(q: TaskQueue) -> None:
    pass


def test_4_1_instances_share_nothing(finish: Finish) -> None:
    """One fails and one does not, nested in each other's time."""
    taken: list[object] = []
    failure = OSError("inner")

    def failing(q: TaskQueue) -> None:
        q.put("inner")
        raise failure

    def producer(q: TaskQueue) -> None:
        q.put("outer")
        assert finish(TaskQueue(failing, [nothing])) is failure
        assert q.ok()

    def consumer(q: TaskQueue) -> None:
        while (item := q.get()) is not None:
            taken.append(item)

    assert finish(TaskQueue(producer, [consumer])) is None
    assert taken == ["outer"]


def test_4_2_and_4_6_constructing_one_calls_and_starts_nothing() -> None:
    calls: list[TaskQueue] = []
    before = threading.enumerate()
    TaskQueue(calls.append, [calls.append] * 3)
    assert calls == []
    assert threading.enumerate() == before


def test_4_3_each_entry_is_started_once_with_the_queue(finish: Finish) -> None:
    calls: list[TaskQueue] = []
    queue = TaskQueue(calls.append, [calls.append] * 3)
    assert finish(queue) is None
    assert calls == [queue] * 4


class Callbacks:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def method(self, q: TaskQueue) -> None:
        self.calls.append("method")

    def __call__(self, q: TaskQueue) -> None:
        self.calls.append("call")


def test_4_4_any_callable_serves(finish: Finish) -> None:
    them = Callbacks()
    consumers: list[Callable[[TaskQueue], object]] = [
        them.method,
        them,
        lambda q: them.calls.append("lambda"),
        functools.partial(lambda name, q: them.calls.append(name), "partial"),
    ]
    assert finish(TaskQueue(nothing, consumers)) is None
    assert sorted(them.calls) == ["call", "lambda", "method", "partial"]


def test_4_5_consumers_may_be_any_iterable(finish: Finish) -> None:
    calls: list[Any] = []
    assert finish(TaskQueue(nothing, (calls.append for _ in range(3)))) is None
    assert len(calls) == 3


@pytest.mark.parametrize("when", ["before run()", "during run()"])
def test_4_5_changing_the_list_afterwards_changes_nothing(when: str, finish: Finish) -> None:
    ends: list[object] = []
    consumers = [lambda q: ends.append(q.get())] * 3

    def producer(q: TaskQueue) -> None:
        consumers.clear()

    queue = TaskQueue(producer, consumers)
    if when == "before run()":
        consumers.clear()
    assert finish(queue) is None
    assert ends == [None] * 3
